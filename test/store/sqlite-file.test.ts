/** The SQLite file: its settings, its migrations, and more than one connection or process on it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/store/sqlite/connections.js';
import { type Database, openDatabase } from '../../src/store/sqlite/driver.js';
import { migrate, UnsuitableDatabase } from '../../src/store/sqlite/migrate.js';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { type Store, StoreUnavailable, VersionConflict } from '../../src/store/store.js';
import { group, ids, query, replace, TENANT, types, user } from '../contract/writes.js';
import { temporaryFile } from './temporary-file.js';

let file: Awaited<ReturnType<typeof temporaryFile>>;
const opened: Store[] = [];

beforeEach(async () => {
  file = await temporaryFile();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await file.remove();
});

async function open(busyTimeout?: number): Promise<Store> {
  const store = await openSqliteStore({ path: file.path, types, ...(busyTimeout !== undefined && { busyTimeout }) });
  opened.push(store);
  return store;
}

function pragma(database: Database, name: string): unknown {
  return Object.values(database.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0];
}

describe('settings', () => {
  it('are a write-ahead log, and a sync for each commit', async () => {
    const connections = await connect(file.path, 100);
    expect(pragma(connections.writer, 'journal_mode')).toBe('wal');
    expect(pragma(connections.reader, 'journal_mode')).toBe('wal');
    expect(pragma(connections.writer, 'synchronous')).toBe(2);
    expect(() => connections.reader.exec('DELETE FROM resources')).toThrow();
    disconnect(connections);
  });

  it('refuse a path that is no file', async () => {
    for (const wrong of [':memory:', ''])
      await expect(openSqliteStore({ path: wrong, types })).rejects.toThrow('needs a file');
    await expect(openSqliteStore({ path: path.join(file.path, 'x', 'y.db'), types })).rejects.toThrow();
  });
});

describe('migrations', () => {
  it('leave a file that is up to date as it is', async () => {
    const first = await open();
    await first.commit(TENANT, [user('a')]);
    await first.close();
    expect(await ids(await open(), query('User'))).toEqual(['a']);
  });

  it('are run once when a new file is opened several times at once', async () => {
    const stores = await Promise.all([open(), open(), open(), open()]);
    await stores[0]?.commit(TENANT, [user('a')]);
    for (const store of stores) expect(await ids(store, query('User'))).toEqual(['a']);
  });

  it('refuse a file of a newer release', async () => {
    await (await open()).close();
    const database = openDatabase(file.path, 100);
    database.exec('PRAGMA user_version = 1000');
    database.close();
    await expect(open()).rejects.toThrow(/schema version 1000, this release knows \d+/);
  });

  it('refuse the database of another program', async () => {
    const database = openDatabase(file.path, 100);
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    await expect(open()).rejects.toThrow(UnsuitableDatabase);
  });

  it('bring a file of the first release up to date, with all that is in it', async () => {
    const store = await open();
    await store.commit(TENANT, [user('a')]);
    await store.close();
    const database = openDatabase(file.path, 100);
    database.exec('DROP TABLE secrets; PRAGMA user_version = 1');
    database.close();
    const newer = await open();
    expect(await ids(newer, query('User'))).toEqual(['a']);
    expect(await newer.secret('cursors', 's')).toBe('s');
  });

  it('are undone as a whole when one of their statements fails', () => {
    const database = openDatabase(file.path, 100);
    const failing = {
      ...database,
      exec: (text: string) => database.exec(text.replace('CREATE TABLE counters', 'CREATE TABLE changes')),
    };
    expect(() => migrate(failing)).toThrow();
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([]);
    migrate(database);
    expect(pragma(database, 'user_version')).toBe(2);
    database.close();
  });
});

describe('a commit', () => {
  it('is not seen as committed before it is durable', async () => {
    const store = await open();
    const other = await open();
    const a = user('a');
    await store.commit(TENANT, [user('b'), group('g')]);
    const committed = store.commit(TENANT, [a, replace(group('g'), { displayName: 'g' }, { added: ['a'] })]);
    expect((await store.get(a.resource.key, 'latest'))?.version).toBe(1);
    expect((await store.edges(group('g').resource.key, { limit: 9, view: 'latest' })).length).toBe(1);
    expect(await store.get(a.resource.key)).toBeUndefined();
    expect(await store.containers(TENANT, 'a')).toEqual([]);
    expect(await ids(store, query('User'))).toEqual(['b']);
    expect(await other.get(a.resource.key, 'latest')).toBeUndefined();
    await committed;
    expect((await other.get(a.resource.key))?.version).toBe(1);
  });

  it('settles, refused or not, when what it was checked against is durable', async () => {
    const store = await open();
    const other = await open();
    const seen: boolean[] = [];
    const look = async () => void seen.push((await other.get(user('a').resource.key)) !== undefined);
    await Promise.all([
      store.commit(TENANT, [user('a')]).then(look),
      store.commit(TENANT, [user('a')]).catch(look),
      store.commit(TENANT, []).then(look),
    ]);
    expect(seen).toEqual([true, true, true]);
  });

  it('is kept, with a thousand beside it, when the file is opened again', async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => store.commit(TENANT, [user(`u${i}`)])));
    await store.close();
    // The library lets go of a file when its statements are collected; until then the log stays, empty.
    expect(statSync(`${file.path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    const again = await open();
    expect((await again.search(query('User', undefined, { limit: 0 }))).total).toBe(1000);
    expect((await again.changes(TENANT, 0, 2000)).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
  });

  it('that was not awaited is durable when close resolves; after it nothing is answered', async () => {
    const store = await open();
    const committed = store.commit(TENANT, [user('a')]);
    await store.close();
    await store.close();
    await committed;
    for (const late of [store.commit(TENANT, [user('b')]), store.ping(), store.search(query('User'))]) {
      await expect(late).rejects.toThrow(StoreUnavailable);
    }
    expect(await ids(await open(), query('User'))).toEqual(['a']);
  });
});

describe('several connections', () => {
  it('take turns within one process, and one of two writers of a version loses', async () => {
    const stores = [await open(), await open(), await open()] as const;
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
    const store = await open(150);
    const other = openDatabase(file.path, 0);
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    const waiting = [
      store.commit(TENANT, [user('a')]),
      store.createTenant({ id: 't', name: 't', profile: 'entra', created: '' }),
    ];
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
    const store = await open();
    const script = path.join(import.meta.dirname, 'writer-process.ts');
    const processes = ['p', 'q'].map((name) =>
      spawn(process.execPath, ['--import', 'tsx', script, file.path, name], { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    const exits = await Promise.all(processes.map((child) => once(child, 'exit')));
    expect(exits.map(([code]) => code as number)).toEqual([0, 0]);
    const changes = await store.changes(TENANT, 0, 1000);
    expect(changes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect((await store.search(query('User', undefined, { limit: 0 }))).total).toBe(400);
  }, 60_000);
});
