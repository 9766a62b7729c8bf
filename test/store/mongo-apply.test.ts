/** Applying commits to MongoDB: in whatever order late appliers come, what is left is that of the last commit. */
import fc from 'fast-check';
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, LONGEST_APPLY, type Task } from '../../src/store/mongo/apply.js';
import { type Collections, collectionsOf, connect } from '../../src/store/mongo/connection.js';
import { headId, lookupPlace, resourceId, within } from '../../src/store/mongo/documents.js';
import { Judge } from '../../src/store/mongo/judge.js';
import { LARGEST_ENTRY } from '../../src/store/mongo/log.js';
import type { Known, State } from '../../src/store/mongo/state.js';
import { StoreUnavailable, type Write } from '../../src/store/store.js';
import { group, remove, replace, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();
const RUNS = 15;
const nothing = async (): Promise<void> => {};

/** What a commit is to do, without regard to whether it would be accepted. */
interface Act {
  readonly id: string;
  readonly kind: 'put' | 'remove';
  readonly name: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

const act: fc.Arbitrary<Act> = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  kind: fc.constantFrom('put', 'put', 'remove'),
  name: fc.constantFrom('x', 'y', 'z'),
  added: fc.subarray(['m', 'n']),
  removed: fc.subarray(['m', 'n', 'o']),
});

/** As commits of groups; versions follow from what is there. */
class History {
  private readonly there = new Map<string, Known>();
  readonly tasks: Task[] = [];

  constructor(private readonly tenant: string) {}

  commit({ id, kind, name, added, removed }: Act): void {
    const before = this.there.get(id);
    if (kind === 'remove' && !before) return;
    const { tenant } = this;
    const first = group(id, [], { tenant });
    const now = { ...first, resource: { ...first.resource, version: before?.version ?? 0 } };
    const members = { tenant, added: [...added], removed: [...removed] };
    const write: Write = kind === 'remove' ? remove(now) : replace(now, { displayName: name }, members);
    const judge = new Judge(tenant, this.state());
    judge.take([write]);
    const redo = judge.redo();
    const number = this.tasks.length + 1;
    this.tasks.push({ entry: { tenant, number, last: number }, redo, since: Date.now() });
    const [left] = redo.resources;
    if (!left || left.gone) this.there.delete(id);
    else this.there.set(id, { ...left, lookups: JSON.parse(left.lookups) });
  }

  private state(): State {
    const members = ['m', 'n', 'o'].map((id): [string, Known] => [
      id,
      { type: 'User', version: 1, lookups: [], row: 0 },
    ]);
    return {
      resources: new Map([...this.there, ...members]),
      holders: new Map(),
      containers: new Map(),
      counts: {},
      sequence: this.tasks.length,
    };
  }
}

mongo.describe('commits that are applied', () => {
  let uri: string;
  let connection: Connection;
  let collections: Collections;
  let tenants = 0;
  beforeAll(async () => {
    uri = mongo.newUri();
    connection = await connect({ uri });
    collections = collectionsOf(connection);
  });
  afterAll(async () => {
    await connection.close();
    await mongo.drop(uri);
  });

  /** What is there, and of which commit. */
  const whole = async (tenant: string) => {
    const ofTenant = { _id: within(tenant), gone: false };
    const short = (documents: readonly { _id: string; commit: number }[]) =>
      documents.map(({ _id, commit }) => `${_id.slice(tenant.length)} ${commit}`);
    return [
      short(await collections.resources.find(ofTenant).sort({ _id: 1 }).toArray()),
      short(await collections.edges.find(ofTenant).sort({ _id: 1 }).toArray()),
      short(await collections.lookups.find(ofTenant).sort({ _id: 1 }).toArray()),
      (await collections.heads.findOne({ _id: headId(tenant) }))?.applied,
    ];
  };

  const startHead = (tenant: string) =>
    collections.heads.insertOne({ _id: headId(tenant), tenant, applied: 0, swept: 0, sequence: 0, counts: {} });

  it('again, by several at once and late, leave what they leave when each is applied once', async () => {
    const latecomers = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 12, maxLength: 12 });
    const property = fc.asyncProperty(
      fc.array(act, { minLength: 2, maxLength: 12 }),
      latecomers,
      async (acts, late) => {
        const [once, again] = [`t${tenants++}`, `t${tenants++}`];
        const histories = [once, again].map((tenant) => {
          const history = new History(tenant);
          for (const one of acts) history.commit(one);
          return history.tasks;
        });
        for (const tenant of [once, again]) await startHead(tenant);
        for (const task of histories[0] as Task[]) await apply(collections, task, nothing);
        const tasks = histories[1] as Task[];
        for (const [i, task] of tasks.entries()) {
          const older = (late[i] ?? []).map((which) => tasks[which % (i + 1)] as Task);
          // Those behind may be anywhere in the middle; the newest is there at least once.
          await Promise.all([task, ...older].map((each) => apply(collections, each, nothing)));
        }
        expect(await whole(again)).toEqual(await whole(once));
      },
    );
    await fc.assert(property, { numRuns: RUNS });
  }, 120_000);

  it('too long after the log was read are not applied any more', async () => {
    const history = new History('late');
    history.commit({ id: 'a', kind: 'put', name: 'x', added: ['m'], removed: [] });
    const [task] = history.tasks as [Task];
    const late = { ...task, since: Date.now() - LONGEST_APPLY - 1 };
    await expect(apply(collections, late, nothing)).rejects.toThrow(StoreUnavailable);
    expect(await collections.resources.findOne({ _id: resourceId('late', 'a') })).toBeNull();
  });
});

it('100,000 members of a group fit into one commit', () => {
  const members = Array.from({ length: 100_000 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`);
  const known: Known = { type: 'User', version: 1, lookups: [], row: 1 };
  const resources = new Map(members.map((id) => [id, known]));
  const state = { resources, holders: new Map(), containers: new Map(), counts: {}, sequence: 0 };
  const judge = new Judge('acme', state);
  judge.take([group('g', members)]);
  expect(JSON.stringify(judge.changes).length + JSON.stringify(judge.redo()).length).toBeLessThan(LARGEST_ENTRY);
});

it('look-ups of two resources are two, whatever is in their names', () => {
  const state: State = { resources: new Map(), holders: new Map(), containers: new Map(), counts: {}, sequence: 0 };
  const judge = new Judge('acme', state);
  judge.take([user('y z', { userName: 'x' }), user('z', { userName: 'x y' })]);
  const places = judge.redo().lookups.map(([at, id]) => [at, id]);
  expect(places).toContainEqual([lookupPlace('acme', 'User', 'userName', 'x'), 'y z']);
  expect(places).toContainEqual([lookupPlace('acme', 'User', 'userName', 'x y'), 'z']);
});
