/** One file for each test of a suite, and the stores that the test opens on it. */
import { afterEach, beforeEach } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import type { Store } from '../../src/store/store.js';
import { types } from '../../src/testing/contract/writes.js';
import { temporaryFile } from './temporary-file.js';

export interface OneFile {
  /** The file of the test that runs. */
  readonly path: string;
  /** Closed when the test ends. */
  open(busyTimeout?: number): Promise<Store>;
}

export function oneFile(): OneFile {
  let file: Awaited<ReturnType<typeof temporaryFile>>;
  const opened: Store[] = [];
  beforeEach(async () => {
    file = await temporaryFile();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await file.remove();
  });
  return {
    get path() {
      return file.path;
    },
    async open(busyTimeout) {
      const timeout = busyTimeout !== undefined && { busyTimeout };
      const store = await openSqliteStore({ path: file.path, types, ...timeout });
      opened.push(store);
      return store;
    },
  };
}
