/** Writes that are pending read exactly as they would when they were committed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PendingWrites } from '../../src/directory/pending-writes.js';
import { createMemoryStore } from '../../src/store/memory/store.js';
import type { PutWrite, ResourceKey, Write } from '../../src/store/store.js';
import { create, group, remove, replace, TENANT, types, user } from '../../src/testing/contract/writes.js';

const GROUPS = ['g0', 'g1', 'g2', 'new'];
const USERS = ['u0', 'u1', 'u2', 'u3', 'é', '\uffee', '😀'];

const step = fc.record({
  kind: fc.constantFrom('add', 'remove', 'rename', 'delete user', 'delete group', 'create'),
  group: fc.constantFrom(...GROUPS),
  users: fc.uniqueArray(fc.constantFrom(...USERS, 'g0'), { minLength: 1, maxLength: 3 }),
});

type Step = typeof step extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** What is there, so that the writes that are drawn are ones that a directory could plan. */
class World {
  private readonly last = new Map<string, PutWrite>();
  private readonly members = new Map<string, Set<string>>();
  /** Ids are not given twice. */
  private readonly gone = new Set<string>();

  put(write: PutWrite): PutWrite {
    const { id } = write.resource.key;
    const members = this.members.get(id) ?? new Set();
    for (const member of write.change.added) members.add(member);
    for (const member of write.change.removed) members.delete(member);
    this.members.set(id, members);
    this.last.set(id, write);
    return write;
  }

  /** The batch of one step; empty where there is nothing to do it to. */
  batch({ kind, group: id, users }: Step): Write[] {
    const before = this.last.get(id);
    const present = users.filter((one) => this.last.has(one));
    if (kind === 'create') return before || this.gone.has(id) ? [] : [this.put(group(id, present))];
    if (kind === 'rename') return present.flatMap((one) => (one === 'g0' ? [] : [this.renamed(one)]));
    if (kind === 'delete user') return this.deletion(users[0] as string);
    if (!before) return [];
    if (kind === 'delete group') return this.deletion(id);
    const had = this.members.get(id) as Set<string>;
    const added = kind === 'add' ? present.filter((one) => !had.has(one)) : [];
    const removed = kind === 'remove' ? users.filter((one) => had.has(one)) : [];
    return [this.put(replace(before, { displayName: `${id} ${before.expected}` }, { added, removed }))];
  }

  private renamed(id: string): PutWrite {
    const before = this.last.get(id) as PutWrite;
    return this.put(replace(before, { userName: id, displayName: `${id} ${before.expected}` }));
  }

  private deletion(id: string): Write[] {
    const before = this.last.get(id);
    if (!before) return [];
    const departures = [...this.members].flatMap(([groupId, members]) => {
      const container = this.last.get(groupId);
      if (groupId === id || !container || !members.has(id)) return [];
      return [this.put(replace(container, container.resource.document, { removed: [id] }))];
    });
    this.gone.add(id);
    this.last.delete(id);
    this.members.delete(id);
    return [...departures, remove(before)];
  }
}

function base(world: World): Write[] {
  const users = USERS.map((id) => world.put(user(id, { userName: id, displayName: `D ${id}` })));
  const groups = ['g0', 'g1', 'g2'].map((id, i) => world.put(group(id, USERS.slice(i))));
  return [...users, ...groups, world.put(create('Gadget', 'x', {}))];
}

test('random writes', async () => {
  const run = async (steps: Step[]): Promise<void> => {
    const world = new World();
    const [below, committed] = [createMemoryStore({ types }), createMemoryStore({ types })];
    const first = base(world);
    await below.commit(TENANT, first);
    await committed.commit(TENANT, first);
    const pending = new PendingWrites(below, types);
    for (const drawn of steps) {
      const batch = world.batch(drawn);
      await committed.commit(TENANT, batch);
      await pending.commit(TENANT, batch);
    }
    for (const id of [...GROUPS, ...USERS, 'x', 'nobody']) {
      expect(await pending.containers(TENANT, id), id).toEqual(await committed.containers(TENANT, id));
      for (const type of ['User', 'Group']) {
        const key: ResourceKey = { tenant: TENANT, type, id };
        expect(await pending.get(key), id).toEqual(await committed.get(key));
        const members = [...USERS, ...GROUPS];
        expect(await pending.presentEdges(key, members)).toEqual(await committed.presentEdges(key, members));
        for (const limit of [0, 1, 2, 100]) {
          for (const after of [undefined, 'g0', 'u0', 'u2', 'é', '\uffee']) {
            expect(await pending.edges(key, { after, limit })).toEqual(await committed.edges(key, { after, limit }));
          }
        }
      }
    }
    expect((await committed.changes(TENANT, first.length, 1000)).map(({ key }) => key)).toEqual(
      pending.writes.map((write) => (write.kind === 'put' ? write.resource.key : write.key)),
    );
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 8 }), run), { numRuns: 150 });
}, 60_000);
