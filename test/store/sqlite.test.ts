/** The SQLite engine keeps the store contract. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { storeContract } from '../../src/testing/contract/store.js';
import { temporaryFile } from './temporary-file.js';

storeContract(
  { describe, it, expect, beforeEach, afterEach },
  {
    name: 'sqlite store',
    open: async ({ types }) => {
      const file = await temporaryFile();
      const store = await openSqliteStore({ path: file.path, types });
      return { store, dispose: () => store.close().then(file.remove) };
    },
  },
);
