/** The memory engine keeps the store contract. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/store.js';
import { storeContract } from '../../src/testing/contract/store.js';

storeContract(
  { describe, it, expect, beforeEach, afterEach },
  {
    name: 'memory store',
    open: async ({ types }) => {
      const store = createMemoryStore({ types });
      return { store, dispose: () => store.close() };
    },
  },
);
