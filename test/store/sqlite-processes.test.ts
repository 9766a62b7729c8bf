/** More than one connection or process on an SQLite file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/sqlite/driver.js';
import { type Store, StoreUnavailable, VersionConflict } from '../../src/store/store.js';
import { ACME, adminKey, furnish, request } from '../../src/testing/contract/accounts.js';
import { delivery } from '../../src/testing/contract/consumers.js';
import { ids, query, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { claimRaces } from './claim-races.js';
import { oneFile } from './one-file.js';
import type { Task } from './writer-process.js';

const file = oneFile();

describe('several connections', () => {
  it('take turns within one process, and one of two writers of a version loses', async () => {
    const stores = [await file.open(), await file.open(), await file.open()] as const;
    const a = user('a');
    await stores[0].commit(TENANT, [a]);
    const results = await Promise.allSettled(
      stores.map((store, i) => store.commit(TENANT, [replace(a, { userName: 'a', title: `${i}` })])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(VersionConflict);
    const all = Array.from({ length: 90 }, (_, i) => stores[i % 3]?.commit(TENANT, [user(`u${i}`)]));
    await Promise.all(all);
    expect((await stores[0].changes(TENANT, 0, 1000)).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 92 }, (_, i) => i + 1),
    );
  });

  it('wait for the lock without stopping the event loop, and not for ever', async () => {
    const store = await file.open(150);
    const other = openDatabase(file.path, 0);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const waiting = [store.commit(TENANT, [user('a')]), store.createTenant(ACME)];
    expect(await store.get(user('a').resource.key)).toBeUndefined();
    for (const result of await Promise.allSettled(waiting)) {
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
    }
    expect(turns).toBeGreaterThan(5);
    const later = store.commit(TENANT, [user('b')]);
    setTimeout(() => other.exec('ROLLBACK'), 30);
    await later;
    clearInterval(timer);
    other.close();
    expect(await ids(store, query('User'))).toEqual(['b']);
  });

  it('in several processes lose nothing and leave no gap', async () => {
    const store = await file.open();
    await inProcesses('write', ['p', 'q']);
    const changes = await store.changes(TENANT, 0, 1000);
    expect(changes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect((await store.search(query('User', undefined, { limit: 0 }))).total).toBe(400);
  }, 60_000);

  it('see what another process has revoked at the next look', async () => {
    const store = await file.open();
    const { token, bearer } = await furnish(store);
    const remembered = await store.findBearer(bearer.hash);
    expect(await store.findBearer(bearer.hash)).toBe(remembered);
    expect(await inProcesses('revoke', [token.id])).toEqual(['true']);
    expect((await store.findBearer(bearer.hash))?.credential.revoked).toBeDefined();
  }, 60_000);

  it('use an invitation up once, also when two processes do', async () => {
    const store = await file.open();
    await store.createAdminKey(adminKey('i', 'invitation'));
    expect((await inProcesses('accept', ['ada', 'bob'])).sort()).toEqual(['false', 'true']);
    expect(await store.admins()).toHaveLength(1);
    expect(await store.adminKeys('invitation')).toEqual([]);
  }, 60_000);

  it('claim a delivery for one of several processes', async () => {
    const store = await file.open();
    await store.createTenant(ACME);
    const claimed = await inProcesses('claim', ['a', 'b', 'c']);
    expect(claimed.map(Number).toSorted()).toEqual([0, 0, 1]);
    expect(await store.deliveries({})).toEqual([delivery('app:x')]);
  }, 60_000);

  claimRaces(async () => [await file.open(), await file.open()]);

  it('number the activity without a gap between them', async () => {
    const stores = [await file.open(), await file.open()];
    await Promise.all(
      stores.map((store, i) => store.appendActivity(Array.from({ length: 1200 }, () => request(`of ${i}`)))),
    );
    const all = await (stores[0] as Store).activity({ limit: 5000 });
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 2400 }, (_, i) => 2400 - i));
    expect((await (stores[1] as Store).traffic(''))[0]?.requests).toBe(2400);
  });
});

/** What each process prints which does `task` on the file, one for each argument, all at once. */
async function inProcesses(task: Task, values: readonly string[]): Promise<string[]> {
  const script = path.join(import.meta.dirname, 'writer-process.ts');
  const run = async (value: string) => {
    const options = ['--import', 'tsx', script, file.path, task, value];
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = text(child.stdout);
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    return (await printed).trim();
  };
  return Promise.all(values.map(run));
}
