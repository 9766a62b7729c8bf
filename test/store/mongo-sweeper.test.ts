/** What commits leave behind goes, and only when nobody can miss it. */
import type { Connection } from 'mongoose';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommitLog } from '../../src/store/mongo/commit-log.js';
import { type Collections, collectionsOf, connect, database } from '../../src/store/mongo/connection.js';
import { Sweeper } from '../../src/store/mongo/sweeper.js';
import { group, remove, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();
const MINUTE = 60_000;

mongo.describe('the sweeper', () => {
  let uri: string;
  let connection: Connection;
  let collections: Collections;
  let commits: CommitLog;
  let sweeper: Sweeper;
  let now: number;

  beforeEach(async () => {
    uri = mongo.newUri();
    connection = await connect({ uri });
    collections = collectionsOf(connection);
    commits = new CommitLog(collections);
    now = 0;
    sweeper = new Sweeper(collections, commits, () => now);
  });
  afterEach(async () => {
    await sweeper.close();
    await connection.close();
    await mongo.drop(uri);
  });

  const wakeAt = (minute: number) => {
    now = minute * MINUTE;
    return sweeper.wake();
  };
  const count = async () => ({
    resources: await collections.resources.countDocuments({}),
    edges: await collections.edges.countDocuments({}),
    lookups: await collections.lookups.countDocuments({}),
    redos: await collections.commits.countDocuments({ redo: { $exists: true } }),
  });
  const BEFORE = { resources: 4, edges: 3, lookups: 5, redos: 3 };

  /** Of each kind something comes and goes: a user, a name, a membership, a group with its members. */
  const fill = async () => {
    const [a, g] = [user('a'), group('g', ['a', 'b'])];
    await commits.commit(TENANT, [a, user('b'), g, group('h', ['b'])]);
    await commits.commit(TENANT, [
      replace(g, { displayName: 'g' }, { removed: ['a'] }),
      replace(user('b'), { userName: 'c' }),
    ]);
    await commits.commit(TENANT, [remove(a), remove(group('h'))]);
  };

  it('leaves everything for ten minutes, then takes what is gone', async () => {
    await fill();
    const whole = await count();
    expect(whole).toEqual({ ...BEFORE, lookups: whole.lookups });
    await wakeAt(0);
    await wakeAt(10);
    expect(await count()).toEqual(whole);
    await wakeAt(11);
    // b by its new name, g, and that b is in g.
    const lookups = await collections.lookups.countDocuments({ gone: false });
    expect(await count()).toEqual({ resources: 2, edges: 1, lookups, redos: 0 });
    expect(await collections.resources.distinct('id')).toEqual(['b', 'g']);
    expect(await collections.heads.findOne({})).toMatchObject({ applied: 3, swept: 3 });
    expect(await collections.commits.countDocuments({})).toBe(3);
  });

  it('leaves what was committed since it began to wait', async () => {
    await wakeAt(0);
    await fill();
    await wakeAt(1);
    await commits
      .commit(
        TENANT,
        [remove(replace(user('b'), {}))].map((write) => ({ ...write })),
      )
      .catch(() => {});
    await commits.commit(TENANT, [user('d')]);
    await commits.commit(TENANT, [remove(user('d'))]);
    await wakeAt(12);
    expect(await collections.commits.countDocuments({ redo: { $exists: true } })).toBe(2);
    expect(await collections.resources.countDocuments({ gone: true })).toBe(1);
    await wakeAt(23);
    expect(await collections.resources.countDocuments({ gone: true })).toBe(0);
  });

  it('leaves what has come back', async () => {
    const d = user('d');
    await commits.commit(TENANT, [d]);
    await commits.commit(TENANT, [remove(d)]);
    await commits.commit(TENANT, [d]);
    await wakeAt(0);
    await wakeAt(11);
    expect(await collections.resources.countDocuments({ gone: false })).toBe(1);
    expect(await collections.lookups.countDocuments({ gone: false })).toBeGreaterThan(0);
  });

  it('lets a tenant be written to afterwards as before', async () => {
    await fill();
    await wakeAt(0);
    await wakeAt(11);
    await commits.commit(TENANT, [user('a', { userName: 'b' }), group('h', ['a'])]);
    expect((await new CommitLog(collections).log.settle(TENANT)).sequence).toBe(10);
    expect(database(connection)).toBeDefined();
  });
});
