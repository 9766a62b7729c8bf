/** The SQLite engine keeps the store contract. */
import { describe } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { storeContract } from '../contract/store.js';
import { types } from '../contract/writes.js';
import { temporaryFile } from './temporary-file.js';

describe('sqlite store', () => {
  storeContract(async () => {
    const file = await temporaryFile();
    const store = await openSqliteStore({ path: file.path, types });
    return { store, dispose: () => store.close().then(file.remove) };
  });
});
