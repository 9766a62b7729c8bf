/** A MongoDB that answers badly: what was committed is committed once, and nobody waits for ever. */
import mongoose, { type Connection } from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CommitLog } from '../../src/store/mongo/commit-log.js';
import { type Collections, collectionsOf, connect } from '../../src/store/mongo/connection.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import { type Store, StoreUnavailable, VersionConflict } from '../../src/store/store.js';
import { ids, query, replace, TENANT, types, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();
const never = () => new Promise<never>(() => {});

/** The collections, with other methods in one of them. */
function changed<Name extends keyof Collections>(
  collections: Collections,
  name: Name,
  methods: Partial<Collections[Name]>,
): Collections {
  const one = new Proxy(collections[name] as object, {
    get: (target, method) => {
      const other = Reflect.get(methods, method) as unknown;
      const own = Reflect.get(target, method) as unknown;
      return other ?? (typeof own === 'function' ? own.bind(target) : own);
    },
  });
  return { ...collections, [name]: one };
}

mongo.describe('a MongoDB', () => {
  let uri: string;
  let connection: Connection;
  let collections: Collections;
  let store: Store;

  beforeEach(async () => {
    uri = mongo.newUri();
    store = await openMongoStore({ uri, types });
    connection = await connect({ uri });
    collections = collectionsOf(connection);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await store.close();
    await connection.close();
    await mongo.drop(uri);
  });

  it('whose answer to a commit is lost has committed once', async () => {
    const { commits } = collections;
    const lossy = changed(collections, 'commits', {
      insertOne: (async (entry) => {
        await commits.insertOne(entry);
        throw new mongoose.mongo.MongoNetworkError('connection closed');
      }) as typeof commits.insertOne,
    });
    await new CommitLog(lossy).commit(TENANT, [user('a')]);
    expect((await store.changes(TENANT, 0, 9)).map(({ sequence }) => sequence)).toEqual([1]);
    expect(await ids(store, query('User'))).toEqual(['a']);
  });

  it('that fails to take a commit has not committed, and the next one is', async () => {
    const insertOne = vi.fn().mockRejectedValueOnce(new mongoose.mongo.MongoNetworkError('connection closed'));
    insertOne.mockImplementation((entry) => collections.commits.insertOne(entry));
    const log = new CommitLog(changed(collections, 'commits', { insertOne }));
    await expect(log.commit(TENANT, [user('a')])).rejects.toThrow(mongoose.mongo.MongoNetworkError);
    expect(await ids(store, query('User'))).toEqual([]);
    await log.commit(TENANT, [user('a')]);
    expect(await ids(store, query('User'))).toEqual(['a']);
  });

  it('that never answers is away after 30 seconds, for everybody who waits', async () => {
    vi.useFakeTimers();
    const log = new CommitLog(changed(collections, 'heads', { findOne: never as never }));
    const waiting = [log.commit(TENANT, [user('a')]), log.commit(TENANT, [user('b')])];
    const empty = log.commit(TENANT, []);
    const settled = Promise.allSettled([...waiting, empty]);
    await vi.advanceTimersByTimeAsync(30_000);
    for (const result of await settled) {
      expect(result.status).toBe('rejected');
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
    }
  });

  it('keeps nothing of a batch that is too large for one document', async () => {
    const long = 'x'.repeat(1_000_000);
    const large = Array.from({ length: 8 }, (_, i) => user(`u${i}`, { title: long }));
    await expect(store.commit(TENANT, large)).rejects.toMatchObject({ kind: 'payloadTooLarge', status: 413 });
    expect(await ids(store, query('User'))).toEqual([]);
    await store.commit(TENANT, [user('a')]);
    expect(await store.changes(TENANT, 0, 9)).toMatchObject([{ sequence: 1 }]);
  });

  it('takes large batches that come at once, one after the other', async () => {
    const long = 'x'.repeat(1_000_000);
    const batches = Array.from({ length: 6 }, (_, i) => [user(`u${i}`, { title: long })]);
    await Promise.all(batches.map((batch) => store.commit(TENANT, batch)));
    expect(await ids(store, query('User'))).toHaveLength(6);
  });

  it('of which somebody has read what was refused in the end, says so', async () => {
    const lin = user('lin');
    await store.commit(TENANT, [lin]);
    const title = (text: string) => replace(lin, { userName: 'lin', title: text });
    // The one that is first is what others are shown, since the other cannot follow it.
    const writes = [store.commit(TENANT, [title('a')]), store.commit(TENANT, [title('b')])];
    expect((await store.get(lin.resource.key, 'latest'))?.document.title).toBe('a');
    const whatWasRead = store.commit(TENANT, []);
    const { durable } = await store.apply(TENANT, []);
    const results = await Promise.allSettled([...writes, whatWasRead, durable]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect((results[2] as PromiseRejectedResult).reason).toBeInstanceOf(VersionConflict);
    // Who has applied something has no plan left to be made again.
    expect((results[3] as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailable);
    await store.commit(TENANT, []);
  });

  it('that cannot be reached cannot be opened, and the password is not in the reason', async () => {
    const opened = openMongoStore({ uri: 'mongodb://user:hidden@127.0.0.1:1/x', types });
    const error = await opened.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack)).not.toContain('hidden');
  });
});
