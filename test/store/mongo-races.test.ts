/** Two processes on one MongoDB that write the same at once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  MissingReference,
  type Store,
  type StoredResource,
  UniquenessConflict,
  VersionConflict,
} from '../../src/store/store.js';
import { create, group, ids, query, remove, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';
import { claimRaces } from './claim-races.js';
import { Process, untilCommitted } from './mongo-world.js';

const mongo = mongoForTests();

mongo.describe('two processes', () => {
  let uri: string;
  let first: Process;
  let stores: [Store, Store];
  beforeEach(async () => {
    uri = mongo.newUri();
    first = new Process(uri);
    stores = [await first.store, await new Process(uri).store];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await mongo.drop(uri);
  });

  const storeOf = (i: number): Store => stores[i % 2] as Store;
  const all = (count: number) => Array.from({ length: count }, (_, i) => i);

  /** The next write of a resource, planned from what is there. */
  const nextOf = (
    found: StoredResource | undefined,
    ...rest: [Parameters<typeof replace>[1], Parameters<typeof replace>[2]?]
  ) => {
    if (!found) throw new Error('it is not there');
    return replace({ ...user('x'), resource: found }, ...rest);
  };

  it('that add members to one group lose none of them', async () => {
    await stores[0].commit(TENANT, [group('g'), ...all(40).map((i) => user(`u${i}`))]);
    const { key } = group('g').resource;
    await Promise.all(
      all(40).map((i) =>
        untilCommitted(storeOf(i), TENANT, async () => [
          nextOf(await storeOf(i).get(key, 'latest'), { displayName: 'g' }, { added: [`u${i}`] }),
        ]),
      ),
    );
    for (const store of stores) {
      expect((await store.get(key))?.version).toBe(41);
      expect((await store.edges(key, { limit: 100 })).map(({ id }) => id)).toEqual(
        all(40)
          .map((i) => `u${i}`)
          .sort(),
      );
    }
    await expectWholeHistory(81);
  });

  claimRaces(async () => stores);

  it('that want one name: one has it', async () => {
    const results = await Promise.allSettled(
      all(20).map((i) => storeOf(i).commit(TENANT, [user(`u${i}`, { userName: `Name${i >> 2}` })])),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(15);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(UniquenessConflict);
    for (const i of all(5)) expect(await ids(storeOf(i), query('User', `userName eq "name${i}"`))).toHaveLength(1);
    await expectWholeHistory(5);
  });

  it('that write one version of a resource: one succeeds', async () => {
    const lin = user('lin');
    await stores[0].commit(TENANT, [lin]);
    for (const round of all(5)) {
      const found = (await stores[1].get(lin.resource.key)) as StoredResource;
      const writes = all(6).map((i) => nextOf(found, { userName: 'lin', title: `${round}.${i}` }));
      const results = await Promise.allSettled(writes.map((write, i) => storeOf(i).commit(TENANT, [write])));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(VersionConflict);
    }
    await expectWholeHistory(6);
  });

  it('that change one document lose nothing that was acknowledged', async () => {
    const lin = user('lin');
    await stores[0].commit(TENANT, [lin]);
    await Promise.all(
      all(40).map(async (i) => {
        const store = storeOf(i);
        for (let isDone = false; !isDone; ) {
          const found = await store.get(lin.resource.key, 'latest');
          const titles = `${found?.document.title ?? ''} ${i}`;
          const committed = store.commit(TENANT, [nextOf(found, { userName: 'lin', title: titles })], found && [found]);
          isDone = await committed.then(
            () => true,
            () => false,
          );
        }
      }),
    );
    const found = await stores[0].get(lin.resource.key);
    expect(new Set(String(found?.document.title).trim().split(' ').map(Number))).toEqual(new Set(all(40)));
    expect(found?.version).toBe(41);
  });

  describe('of which one plans from a write of its own that the other has overtaken', () => {
    const lin = user('lin');
    const lost = replace(lin, { userName: 'lin', nickName: 'lost' });

    /** Version 2 as the first has shown it, and in its place that of the second. */
    async function afterLoss() {
      await stores[0].commit(TENANT, [lin]);
      const { isReached, goOn } = first.stopAfter('read');
      const refused = expect(stores[0].commit(TENANT, [lost])).rejects.toThrow(VersionConflict);
      await isReached;
      const seen = (await stores[0].get(lin.resource.key, 'latest')) as StoredResource;
      expect(seen.document).toEqual({ userName: 'lin', nickName: 'lost' });
      await stores[1].commit(TENANT, [replace(lin, { userName: 'lin', title: 'kept' })]);
      return { seen, goOn, refused };
    }
    const late = () => [replace(lost, { userName: 'lin', nickName: 'lost', locale: 'en' })];

    it('what it plans while that is under way is refused with it', async () => {
      const { seen, goOn, refused } = await afterLoss();
      const planned = expect(stores[0].commit(TENANT, late(), [seen])).rejects.toThrow(VersionConflict);
      goOn();
      await Promise.all([refused, planned]);
      expect((await stores[1].get(lin.resource.key))?.document).toEqual({ userName: 'lin', title: 'kept' });
    });

    it('what it plans is refused afterwards too, and an answer that rests on it', async () => {
      const { seen, goOn, refused } = await afterLoss();
      goOn();
      await refused;
      await expect(stores[0].commit(TENANT, late(), [seen])).rejects.toThrow(VersionConflict);
      await expect(stores[0].apply(TENANT, late(), [seen])).rejects.toThrow(VersionConflict);
      await expect(stores[0].commit(TENANT, [], [seen])).rejects.toThrow(VersionConflict);
      await expect(stores[0].apply(TENANT, [], [seen])).rejects.toThrow(VersionConflict);
      expect((await stores[1].get(lin.resource.key))?.document).toEqual({ userName: 'lin', title: 'kept' });
    });

    it('a group that was to have had a member is planned again too', async () => {
      await stores[0].commit(TENANT, [user('ada'), group('g')]);
      const { isReached, goOn } = first.stopAfter('read');
      const full = replace(group('g'), { displayName: 'g' }, { added: ['ada', 'nobody'] });
      const refused = expect(stores[0].commit(TENANT, [full])).rejects.toThrow(MissingReference);
      await isReached;
      const groups = await stores[0].containers(TENANT, 'ada', 'latest');
      expect(groups).toHaveLength(1);
      goOn();
      await refused;
      const left = replace(group('g'), { displayName: 'g' }, { removed: ['ada'] });
      await expect(stores[0].commit(TENANT, [left], groups)).rejects.toThrow(VersionConflict);
    });
  });

  it('of which one deletes what the other makes a member: no membership leads nowhere', async () => {
    const users = all(10).map((i) => user(`u${i}`));
    await stores[0].commit(TENANT, [...users, ...all(10).map((i) => group(`g${i}`))]);
    const joins = all(10).map((i) =>
      untilCommitted(stores[0], TENANT, async () => {
        const found = await stores[0].get(group(`g${i}`).resource.key, 'latest');
        return [nextOf(found, { displayName: `g${i}` }, { added: [`u${i}`] })];
      }),
    );
    const leaves = users.map((one) =>
      untilCommitted(stores[1], TENANT, async () => {
        const groups = await stores[1].containers(TENANT, one.resource.key.id, 'latest');
        const departures = groups.map((found) => nextOf(found, found.document, { removed: [one.resource.key.id] }));
        return [...departures, remove(one)];
      }),
    );
    await Promise.allSettled(joins);
    await Promise.all(leaves);
    for (const i of all(10)) {
      expect(await stores[0].edges(group(`g${i}`).resource.key, { limit: 9 })).toEqual([]);
      expect(await stores[0].containers(TENANT, `u${i}`)).toEqual([]);
    }
    expect(await ids(stores[1], query('User'))).toEqual([]);
  });

  it('of which one reads whom a group has while the other takes them out: who is read is there in the version that is read', async () => {
    const [reader, writer] = stores;
    const users = all(30).map((i) => user(`u${i}`));
    await writer.commit(TENANT, [...users, ...all(30).map((i) => group(`g${i}`, [`u${i}`]))]);
    const reads = all(120).map(async (i) => {
      const containers = await reader.containers(TENANT, `u${i % 30}`, 'latest');
      return containers.map(({ version }) => version);
    });
    const leaves = all(30).map(async (i) => {
      const found = await writer.get(group(`g${i}`).resource.key, 'latest');
      await writer.commit(TENANT, [nextOf(found, { displayName: `g${i}` }, { removed: [`u${i}`] })]);
    });
    const versions = (await Promise.all(reads)).flat();
    await Promise.all(leaves);
    // The first version had its member, the second one has none.
    expect(versions.filter((version) => version !== 1)).toEqual([]);
  });

  it('see what the other has committed as soon as that says so', async () => {
    for (const i of all(20)) {
      const [writer, reader] = [storeOf(i), storeOf(i + 1)];
      await writer.commit(TENANT, [
        user(`u${i}`),
        create('Group', `g${i}`, { displayName: 'x' }, { added: [`u${i}`] }),
      ]);
      expect(await ids(reader, query('User', `userName eq "u${i}"`))).toEqual([`u${i}`]);
      expect(await reader.presentEdges(group(`g${i}`).resource.key, [`u${i}`])).toEqual(new Set([`u${i}`]));
      expect((await reader.search(query('User', undefined, { limit: 0 }))).total).toBe(i + 1);
    }
  });

  /** Numbered without gaps, and the same for both. */
  async function expectWholeHistory(length: number): Promise<void> {
    const [one, other] = await Promise.all(stores.map((store) => store.changes(TENANT, 0, 1000)));
    expect(one).toEqual(other);
    expect(one?.map(({ sequence }) => sequence)).toEqual(all(length).map((i) => i + 1));
  }
});
