/** The MongoDB engine keeps the store contract. */
import { openMongoStore } from '../../src/store/mongo/store.js';
import { storeContract } from '../contract/store.js';
import { types } from '../contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = await mongoForTests();

mongo.describe('mongo store', () => {
  storeContract(async () => {
    const uri = mongo.newUri();
    const store = await openMongoStore({ uri, types });
    return { store, dispose: () => store.close().then(() => mongo.drop(uri)) };
  });
});
