/** Batches that are made one after the other, of which none waits until the one before is durable. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectionsOf, connect } from '../../src/store/mongo/connection.js';
import { type Store, StoreUnavailable, UniquenessConflict, VersionConflict } from '../../src/store/store.js';
import { group, ids, query, remove, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';
import { Process } from './mongo-world.js';

const mongo = mongoForTests();

mongo.describe('batches that are applied one after the other', () => {
  let uri: string;
  let process: Process;
  let store: Store;
  let other: Store;

  beforeEach(async () => {
    uri = mongo.newUri();
    process = new Process(uri);
    store = await process.store;
    other = await new Process(uri).store;
    await store.commit(TENANT, [user('old')]);
  });
  afterEach(async () => {
    await store.close();
    await other.close();
    await mongo.drop(uri);
  });

  const entries = async (): Promise<number> => {
    const connection = await connect({ uri });
    const count = await collectionsOf(connection).commits.countDocuments();
    await connection.close();
    return count;
  };

  it('are judged while the first is under way, and share an entry of the log', async () => {
    const { isReached, goOn } = process.stopAfter('inserted');
    const lin = user('lin');
    const durable = [(await store.apply(TENANT, [lin])).durable];
    await isReached;
    const rest = [
      [replace(lin, { userName: 'lin2' })],
      [user('next', { userName: 'lin' })],
      [group('g', ['lin', 'next'])],
      [remove(user('old'))],
      [user('newer', { userName: 'old' })],
    ];
    for (const batch of rest) durable.push((await store.apply(TENANT, batch)).durable);
    goOn();
    await Promise.all(durable);
    expect(await entries()).toBe(3);
    expect(await ids(other, query('User'))).toEqual(['lin', 'next', 'newer']);
    expect(await ids(other, query('User', 'userName eq "lin"'))).toEqual(['next']);
    const changes = await other.changes(TENANT, 1, 9);
    expect(changes.map(({ sequence, key }) => `${sequence} ${key.id}`)).toEqual([
      '2 lin',
      '3 lin',
      '4 next',
      '5 g',
      '6 old',
      '7 newer',
    ]);
  });

  it('are refused by what those before them leave, though that is not durable', async () => {
    const { isReached, goOn } = process.stopAfter('inserted');
    const { durable } = await store.apply(TENANT, [user('lin')]);
    await isReached;
    const refused = [
      expect(store.apply(TENANT, [user('a', { userName: 'LIN' })])).rejects.toThrow(UniquenessConflict),
      expect(store.apply(TENANT, [user('lin')])).rejects.toThrow(VersionConflict),
    ];
    goOn();
    await Promise.all([durable, ...refused]);
    expect(await ids(other, query('User'))).toEqual(['old', 'lin']);
  });

  it('are not kept when another process has written what is in their way, and nobody is told that they were', async () => {
    const { isReached, goOn } = process.stopAfter('read');
    const first = await store.apply(TENANT, [user('lin')]);
    await isReached;
    const second = await store.apply(TENANT, [replace(user('lin'), { userName: 'lin', title: 'x' })]);
    const third = await store.apply(TENANT, [user('free')]);
    await other.commit(TENANT, [user('theirs', { userName: 'LIN' })]);
    goOn();
    await expect(first.durable).rejects.toThrow(StoreUnavailable);
    await expect(second.durable).rejects.toThrow(StoreUnavailable);
    await third.durable;
    expect(await ids(store, query('User'))).toEqual(['old', 'theirs', 'free']);
    await (await store.apply(TENANT, [user('lin', { userName: 'lin3' })])).durable;
  });

  it('beside others that were not are tried, and known when they are durable', async () => {
    const { isReached, goOn } = process.stopAfter('inserted');
    const committed = store.commit(TENANT, [user('lin')]);
    await isReached;
    const applied = store.apply(TENANT, [user('a', { userName: 'lin' })]);
    goOn();
    await committed;
    await expect(applied).rejects.toThrow(UniquenessConflict);
  });
});
