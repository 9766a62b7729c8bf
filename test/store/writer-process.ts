/** Run as a process of its own: writes 200 users, in bursts, to a file that another process writes as well. */
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { TENANT, types, user } from '../contract/writes.js';

const [, , path, name] = process.argv as [string, string, string, string];
const store = await openSqliteStore({ path, types });
for (let burst = 0; burst < 20; burst++) {
  await Promise.all(Array.from({ length: 10 }, (_, i) => store.commit(TENANT, [user(`${name}${burst}-${i}`)])));
}
await store.close();
