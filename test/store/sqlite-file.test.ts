import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect, disconnect } from '../../src/store/sqlite/connections.js';
import { type Database, openDatabase } from '../../src/store/sqlite/driver.js';
import { migrate, UnsuitableDatabase } from '../../src/store/sqlite/migrate.js';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import { StoreUnavailable } from '../../src/store/store.js';
import {
  ACME,
  admin,
  adminKey,
  CREATED,
  credential,
  furnish,
  key,
  request,
} from '../../src/testing/contract/accounts.js';
import { claim, delivery, owner } from '../../src/testing/contract/consumers.js';
import { group, ids, query, replace, TENANT, types, user } from '../../src/testing/contract/writes.js';
import { makeOldFile } from './old-file.js';
import { oneFile } from './one-file.js';

const file = oneFile();

function pragma(database: Database, name: string): unknown {
  return Object.values(database.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0];
}

/** A tenant with two tokens, one of them revoked, a user and a change. */
function fillOldFile(database: Database, version: number): void {
  database.exec(`
    INSERT INTO tenants (id, folded_name, name, profile, created)
      VALUES ('${ACME.id}', 'acme', 'Acme', 'entra', '${CREATED}');
    INSERT INTO resources (tenant, type, id, version, created, last_modified, lookups, document, form)
      VALUES ('${ACME.id}', 'User', 'u', 1, '${CREATED}', '${CREATED}', '[]', '{"userName":"u"}', jsonb('{"username":"u"}'));
    INSERT INTO changes VALUES
      ('${ACME.id}', 7, 'User', 'u', 1, 'create', '${CREATED}', 'r', '["c-2","Entra",null]', '[]', '[]', '[]');
    INSERT INTO counters VALUES ('${ACME.id}', 'changes', 7)`);
  database.exec(version < 3 ? TOKENS : CREDENTIALS);
}

const TOKENS = `
    INSERT INTO credentials (id, tenant, hash, name, scopes, created, expires, revoked, last_used, last_address) VALUES
      ('c-2', '${ACME.id}', 'ab12', 'Entra', '["scim:read","scim:write"]', '${CREATED}', '2027-01-01', NULL, '2026-02-02', '::1'),
      ('c-1', '${ACME.id}', 'cd34', 'Okta', '[]', '${CREATED}', NULL, '2026-03-03', NULL, NULL)`;

/** The same as credentials with a key each. */
const CREDENTIALS = `
    INSERT INTO credentials (id, tenant, kind, name, scopes, created, expires, revoked, last_used, last_address) VALUES
      ('c-2', '${ACME.id}', 'token', 'Entra', '["scim:read","scim:write"]', '${CREATED}', '2027-01-01', NULL, '2026-02-02', '::1'),
      ('c-1', '${ACME.id}', 'token', 'Okta', '[]', '${CREATED}', NULL, '2026-03-03', NULL, NULL);
    INSERT INTO keys (id, credential, kind, hash, created) VALUES
      ('c-2', 'c-2', 'bearer', 'ab12', '${CREATED}'), ('c-1', 'c-1', 'bearer', 'cd34', '${CREATED}')`;

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
    const first = await file.open();
    await first.commit(TENANT, [user('a')]);
    await first.close();
    expect(await ids(await file.open(), query('User'))).toEqual(['a']);
  });

  it('are run once when a new file is opened several times at once', async () => {
    const stores = await Promise.all([file.open(), file.open(), file.open(), file.open()]);
    await stores[0]?.commit(TENANT, [user('a')]);
    for (const store of stores) expect(await ids(store, query('User'))).toEqual(['a']);
  });

  it('refuse a file of a newer release', async () => {
    await (await file.open()).close();
    const database = openDatabase(file.path, 100);
    database.exec('PRAGMA user_version = 1000');
    database.close();
    await expect(file.open()).rejects.toThrow(/schema version 1000, this release knows \d+/);
  });

  it('refuse the database of another program', async () => {
    const database = openDatabase(file.path, 100);
    database.exec('CREATE TABLE theirs (x)');
    database.close();
    await expect(file.open()).rejects.toThrow(UnsuitableDatabase);
  });

  it('bring a file of each earlier release up to date, with the users and tokens that are in it', async () => {
    for (const version of [1, 2, 3]) {
      const path = `${file.path}-${version}`;
      makeOldFile(path, version, (database) => fillOldFile(database, version));
      const store = await openSqliteStore({ path, types });
      expect(await store.tenants()).toEqual([{ ...ACME, settings: { allowsBasic: false, requestLimit: undefined } }]);
      const used = { lastUsed: '2026-02-02', lastAddress: '::1' };
      const [first, second] = [
        credential('c-2', { name: 'Entra', expires: '2027-01-01', ...used }),
        credential('c-1', { name: 'Okta', scopes: [], revoked: '2026-03-03' }),
      ];
      expect(await store.credentials(ACME.id)).toEqual([
        { credential: first, keys: [key('c-2', first, { hash: 'ab12' })] },
        { credential: second, keys: [key('c-1', second, { hash: 'cd34' })] },
      ]);
      expect(await store.findBearer('ab12')).toMatchObject({ credential: first, tenant: ACME });
      expect((await store.findBearer('cd34'))?.credential.revoked).toBe('2026-03-03');
      expect((await store.changes(ACME.id, 0, 9)).map(({ sequence }) => sequence)).toEqual([7]);
      expect(await store.heads()).toEqual(new Map([[ACME.id, 7]]));
      expect(await store.claimDeliveries(owner('o'), [claim('app:x')])).toEqual([delivery('app:x')]);
      const found = await store.get({ tenant: ACME.id, type: 'User', id: 'u' });
      expect(found?.document).toEqual({ userName: 'u' });
      expect(await store.passwordHash({ tenant: ACME.id, type: 'User', id: 'u' })).toBeUndefined();
      expect(await store.rotateKey(ACME.id, key('k-1', first), '2026-12-31')).toBe(true);
      expect((await store.findBearer('ab12'))?.key.expires).toBe('2026-12-31');
      await store.close();
    }
  });

  it('lead from each earlier release to the same tables as from an empty file', async () => {
    const schemaOf = (database: Database) =>
      database
        .prepare<{ sql: string }>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name')
        .all()
        .map(({ sql }) => sql);
    const fresh = openDatabase(file.path, 100);
    migrate(fresh);
    for (const version of [1, 2, 3]) {
      const path = `${file.path}-${version}`;
      makeOldFile(path, version, (database) => fillOldFile(database, version));
      const old = openDatabase(path, 100);
      migrate(old);
      expect(schemaOf(old)).toEqual(schemaOf(fresh));
      old.close();
    }
    fresh.close();
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
    expect(pragma(database, 'user_version')).toBe(4);
    database.close();
  });
});

describe('a commit', () => {
  it('is not seen as committed before it is durable', async () => {
    const store = await file.open();
    const other = await file.open();
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
    const store = await file.open();
    const other = await file.open();
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
    const store = await file.open();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => store.commit(TENANT, [user(`u${i}`)])));
    await store.close();
    // The library lets go of a file when its statements are collected; until then the log stays, empty.
    expect(statSync(`${file.path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
    const again = await file.open();
    expect((await again.search(query('User', undefined, { limit: 0 }))).total).toBe(1000);
    expect((await again.changes(TENANT, 0, 2000)).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i + 1),
    );
  });

  it('that was not awaited is durable when close resolves; after it nothing is answered', async () => {
    const store = await file.open();
    const committed = store.commit(TENANT, [user('a')]);
    await store.close();
    await store.close();
    await committed;
    for (const late of [store.commit(TENANT, [user('b')]), store.ping(), store.search(query('User'))]) {
      await expect(late).rejects.toThrow(StoreUnavailable);
    }
    expect(await ids(await file.open(), query('User'))).toEqual(['a']);
  });
});

function replaceByCopy(path: string): void {
  copyFileSync(path, `${path}.new`);
  renameSync(`${path}.new`, path);
}

describe('a file that is not where it was opened', () => {
  it.each([
    ['was moved', () => renameSync(file.path, `${file.path}.old`)],
    ['was replaced', () => replaceByCopy(file.path)],
    ['has lost its log', () => rmSync(`${file.path}-wal`)],
  ])('since it %s takes no write, which would be gone with the process, and is not ready', async (_, act) => {
    const store = await file.open();
    await store.commit(TENANT, [user('a')]);
    await store.ping();
    act();
    const refused = await store.commit(TENANT, [user('b')]).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect((refused as StoreUnavailable).cause).toMatchObject({
      message: expect.stringContaining('restart the server'),
    });
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
    expect(await ids(store, query('User'))).toEqual(['a']);
  });
});

it('a file that was named by a relative path is where it was when the app goes to another folder', async () => {
  const before = process.cwd();
  process.chdir(path.dirname(file.path));
  const store = await openSqliteStore({ path: path.basename(file.path), types });
  process.chdir(before);
  await store.commit(TENANT, [user('a')]);
  await store.ping();
  await store.close();
});

describe('what is kept', () => {
  it('is all there when the file is opened again', async () => {
    const store = await file.open();
    const { token, bearer } = await furnish(store);
    await store.createAdmin(admin('ada'));
    await store.createAdminKey(adminKey('s', 'session', { admin: 'a-ada' }));
    await store.appendActivity([request('r')]);
    await store.close();
    const again = await file.open();
    expect(await again.findBearer(bearer.hash)).toEqual({ key: bearer, credential: token, tenant: ACME });
    expect((await again.adminKeyByHash('#s#'))?.admin).toEqual(admin('ada'));
    expect(await again.activity({ limit: 9 })).toEqual([{ ...request('r'), sequence: 1 }]);
  });
});
