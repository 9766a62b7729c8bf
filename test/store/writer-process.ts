/** Run as a process of its own: does something to a file that another process has open as well, and prints what came of it. */
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import type { Store } from '../../src/store/store.js';
import { ACME, admin } from '../../src/testing/contract/accounts.js';
import { claim, owner } from '../../src/testing/contract/consumers.js';
import { TENANT, types, user } from '../../src/testing/contract/writes.js';

const TASKS = {
  /** 200 users, in bursts. */
  async write(store: Store, name: string): Promise<void> {
    for (let burst = 0; burst < 20; burst++) {
      await Promise.all(Array.from({ length: 10 }, (_, i) => store.commit(TENANT, [user(`${name}${burst}-${i}`)])));
    }
  },
  revoke: (store: Store, id: string) => store.revokeCredential(ACME.id, id, '2026-04-01T00:00:00.000Z'),
  /** How many it gets. */
  claim: async (store: Store, name: string) => (await store.claimDeliveries(owner(name), [claim('app:x')])).length,
  accept: (store: Store, name: string) => store.acceptInvitation('#i#', admin(name)),
} as const;

export type Task = keyof typeof TASKS;

const [, , path, task, value] = process.argv as [string, string, string, Task, string];
const store = await openSqliteStore({ path, types });
process.stdout.write(`${await TASKS[task](store, value)}\n`);
await store.close();
