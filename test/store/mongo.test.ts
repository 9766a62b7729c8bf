/** The MongoDB engine keeps the store contract, and asks for nothing that no index answers. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connect, database } from '../../src/store/mongo/connection.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import { storeContract } from '../../src/testing/contract/store.js';
import { mongoForTests } from '../support/mongo/server.js';
import { Questions, telling } from './mongo-questions.js';

const mongo = mongoForTests();
/** Of the whole contract. */
const questions = new Questions();

storeContract(
  { describe: mongo.describe, it, expect, beforeEach, afterEach },
  {
    name: 'mongo store',
    open: async ({ types }) => {
      const uri = mongo.newUri();
      const store = await openMongoStore({ uri: telling(uri), types });
      questions.listen();
      return { store, dispose: () => store.close().then(() => mongo.drop(uri)) };
    },
  },
);

mongo.describe('what the mongo store has asked so far', () => {
  it('is answered by indexes', () => {
    expect(questions.asked.size).toBeGreaterThan(80);
    expect(questions.unserved()).toEqual([]);
  });

  it('is answered by indexes, as the database plans it, where it tells its plans', async () => {
    const uri = mongo.newUri();
    await (await openMongoStore({ uri, types: () => undefined })).close();
    const connection = await connect({ uri });
    expect((await questions.scanned(database(connection))) ?? []).toEqual([]);
    await connection.close();
  });
});
