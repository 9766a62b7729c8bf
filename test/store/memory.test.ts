/** The memory engine keeps the store contract. */
import { describe } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/store.js';
import { storeContract } from '../contract/store.js';
import { types } from '../contract/writes.js';

describe('memory store', () => {
  storeContract(async () => {
    const store = createMemoryStore({ types });
    return { store, dispose: () => store.close() };
  });
});
