/** A process that dies or sleeps in the middle of a commit: others find all of it, or nothing, and go on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../src/store/mongo/apply.js';
import { type Store, UniquenessConflict } from '../../src/store/store.js';
import { group, ids, query, remove, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';
import { Crash, Process } from './mongo-world.js';

const mongo = mongoForTests();

/** After these a commit is one, though nobody was told. */
const COMMITTED: readonly Step[] = ['inserted', 'taken', 'resources', 'edges', 'given up', 'applied'];

const lin = user('lin', { title: 'a' });
const renamed = replace(lin, { userName: 'lin2', title: 'b' });
const old = user('old');
const staff = group('staff', ['lin', 'old']);
const staffed = replace(staff, { displayName: 'staff' }, { added: ['ada'], removed: ['old'] });
/** Of everything something comes, and something goes. */
const batch = [renamed, user('ada'), staffed, remove(old), group('devs', ['ada'])];

mongo.describe('a process that ends in the middle of a commit', () => {
  let uri: string;
  let dying: Process;
  let other: Store;

  beforeEach(async () => {
    uri = mongo.newUri();
    dying = new Process(uri);
    other = await new Process(uri).store;
    await other.commit(TENANT, [lin, old, staff, group('empty')]);
  });
  afterEach(async () => {
    await (await dying.store).close();
    await other.close();
    await mongo.drop(uri);
  });

  const crash = async (step: Step) => {
    dying.crashAfter(step);
    await expect((await dying.store).commit(TENANT, batch)).rejects.toThrow(Crash);
  };

  it('before it was committed has done nothing', async () => {
    await crash('read');
    await expectBefore(other);
    await other.commit(TENANT, batch);
    await expectAfter(other);
  });

  describe.each(COMMITTED)('after %s', (step) => {
    it('has done all of it, for the next writer', async () => {
      await crash(step);
      await expect(other.commit(TENANT, [user('new', { userName: 'lin2' })])).rejects.toThrow(UniquenessConflict);
      await expectAfter(other);
      await other.commit(TENANT, [user('new', { userName: 'lin' })]);
      expect((await other.changes(TENANT, 9, 9)).map(({ sequence }) => sequence)).toEqual([10]);
    });

    it('has done all of it, for whoever reads the members of a group that it wrote', async () => {
      await crash(step);
      // Before the group is written, the members are those of before.
      const isThere = step !== 'inserted' && step !== 'taken';
      const members = await other.edges(staffed.resource.key, { limit: 9 });
      expect(members.map(({ id }) => id)).toEqual(isThere ? ['ada', 'lin'] : ['lin', 'old']);
      if (isThere) await expectAfter(other);
    });

    it('has done all of it, once a process starts', async () => {
      await crash(step);
      const third = await new Process(uri).store;
      await expect.poll(() => ids(third, query('User', 'userName eq "lin2"'))).toEqual(['lin']);
      await expect.poll(async () => (await third.search(query('User', undefined, { limit: 0 }))).total).toBe(2);
      await third.close();
      await expectAfter(other);
    });

    it('has kept the hash of a password', async () => {
      const ada = { ...user('ada'), passwordHash: 'hash of ada' };
      dying.crashAfter(step);
      await expect((await dying.store).commit(TENANT, [ada])).rejects.toThrow(Crash);
      await other.commit(TENANT, [user('next')]);
      expect(await other.passwordHash(ada.resource.key)).toBe('hash of ada');
    });

    it('is not in the way of a search by name: there is one Lin at each moment', async () => {
      await crash(step);
      const found = await Promise.all(
        ['lin', 'lin2'].map((name) => ids(other, query('User', `userName eq "${name}"`))),
      );
      expect(found.flat()).toEqual(['lin']);
    });
  });

  async function expectBefore(store: Store): Promise<void> {
    expect(await ids(store, query('User'))).toEqual(['lin', 'old']);
    expect(await ids(store, query('User', 'userName eq "lin"'))).toEqual(['lin']);
    expect((await store.edges(staff.resource.key, { limit: 9 })).map(({ id }) => id)).toEqual(['lin', 'old']);
    expect(await store.changes(TENANT, 4, 9)).toEqual([]);
  }
});

mongo.describe('a process that sleeps in the middle of a commit', () => {
  it.each(COMMITTED)('after %s, and wakes when others have gone on, changes nothing', async (step) => {
    const uri = mongo.newUri();
    const sleepy = new Process(uri);
    const [sleeping, other] = [await sleepy.store, await new Process(uri).store];
    await sleeping.commit(TENANT, [lin, old, staff, group('empty')]);
    const { isReached, goOn } = sleepy.stopAfter(step);
    const committed = sleeping.commit(TENANT, batch);
    await isReached;
    // All that it was to write is undone, or gone.
    const back = replace(renamed, { userName: 'lin', title: 'c' });
    const left = replace(staffed, { displayName: 'staff' }, { removed: ['ada'] });
    await other.commit(TENANT, [back, left, remove(user('ada')), remove(group('devs')), user('old', { title: 'new' })]);
    await other.commit(TENANT, [
      replace(left, { displayName: 'staff' }, { added: ['old'] }),
      user('2', { userName: 'lin2' }),
    ]);
    goOn();
    await committed;
    for (const store of [sleeping, other]) {
      expect(await ids(store, query('User'))).toEqual(['lin', 'old', '2']);
      expect(await ids(store, query('Group'))).toEqual(['staff', 'empty']);
      expect(await ids(store, query('User', 'userName eq "lin2"'))).toEqual(['2']);
      expect((await store.get(lin.resource.key))?.document).toEqual({ userName: 'lin', title: 'c' });
      expect((await store.get(old.resource.key))?.document.title).toBe('new');
      expect((await store.edges(staff.resource.key, { limit: 9 })).map(({ id }) => id)).toEqual(['lin', 'old']);
      expect(await store.edges(group('devs').resource.key, { limit: 9 })).toEqual([]);
      expect(await store.containers(TENANT, 'ada')).toEqual([]);
      expect((await store.search(query('User', undefined, { limit: 0 }))).total).toBe(3);
      await expect(store.commit(TENANT, [user('3', { userName: 'lin2' })])).rejects.toThrow(UniquenessConflict);
    }
    await sleeping.commit(TENANT, [user('free', { userName: 'ada' })]);
    const sequences = (await other.changes(TENANT, 0, 99)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, i) => i + 1));
    await sleeping.close();
    await other.close();
    await mongo.drop(uri);
  });
});

async function expectAfter(store: Store): Promise<void> {
  expect(await ids(store, query('User'))).toEqual(['lin', 'ada']);
  expect(await ids(store, query('Group'))).toEqual(['staff', 'empty', 'devs']);
  expect(await store.get(renamed.resource.key)).toEqual(renamed.resource);
  expect(await ids(store, query('User', 'userName eq "lin"'))).toEqual([]);
  expect((await store.edges(staff.resource.key, { limit: 9 })).map(({ id }) => id)).toEqual(['ada', 'lin']);
  expect((await store.containers(TENANT, 'ada')).map(({ key }) => key.id)).toEqual(['devs', 'staff']);
  expect((await store.search(query('User', undefined, { limit: 0 }))).total).toBe(2);
  const changes = await store.changes(TENANT, 0, 99);
  expect(changes.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(changes.slice(4).map(({ key, operation }) => `${operation} ${key.id}`)).toEqual([
    'replace lin',
    'create ada',
    'replace staff',
    'delete old',
    'create devs',
  ]);
}
