import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type State, States } from '../../src/events/states.js';
import type { JsonObject } from '../../src/scim/json.js';
import type { AttributeChange } from '../../src/scim/patch/difference.js';
import { difference } from '../../src/scim/patch/difference.js';
import type { Change, Store, StoredResource, Write } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { keyOf, TENANT } from './changes.js';

/** One write of a random history: what becomes of which resource. */
type Step = { readonly resource: number; readonly document: JsonObject | undefined };

const document = fc.record(
  {
    displayName: fc.constantFrom('a', 'b', 'c'),
    title: fc.constantFrom('x', 'y'),
    emails: fc.array(fc.record({ value: fc.constantFrom('1', '2') }), { minLength: 1, maxLength: 2 }),
    'urn:x': fc.record({ department: fc.constantFrom('d', 'e') }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    resource: fc.nat({ max: 2 }),
    document: fc.oneof({ weight: 6, arbitrary: document }, { weight: 1, arbitrary: fc.constant(undefined) }),
  }),
  { maxLength: 30 },
);

/** A store with a history, and each resource as it was after each change (before it, for a delete), by sequence. */
class History {
  readonly states = new Map<number, JsonObject>();
  private readonly current = new Map<number, StoredResource>();
  private readonly ids = [0, 1, 2].map(() => randomUUID());
  private moment = 0;

  private constructor(readonly store: Store) {}

  static async of(written: readonly Step[]): Promise<History> {
    const store = await openStore('memory:');
    const settings = { allowsBasic: false, requestLimit: undefined };
    const tenant = { id: TENANT, name: 'acme', profile: 'entra', created: '', disabled: undefined, settings };
    await store.createTenant(tenant);
    const history = new History(store);
    for (const step of written) await history.write(step);
    return history;
  }

  changes(): Promise<Change[]> {
    return this.store.changes(TENANT, 0, 1_000_000);
  }

  /** An id is never used again, so a resource that comes back is another one. */
  async write({ resource: index, document: next }: Step): Promise<void> {
    const before = this.current.get(index);
    if (!before && !next) return;
    if (!before) this.ids[index] = randomUUID();
    const time = new Date(Date.UTC(2031, 0, 1, 0, 0, this.moment++)).toISOString();
    const actor = { credential: 'c', name: 'n', address: undefined };
    const changed: AttributeChange[] = difference(before?.document ?? {}, next ?? {}, (name) => name === 'urn:x');
    const operation = next === undefined ? 'delete' : before ? 'patch' : 'create';
    const change = { operation, time, requestId: 'r', actor, difference: changed, added: [], removed: [] } as const;
    const key = before?.key ?? keyOf('User', this.ids[index]);
    const expected = before?.version ?? 0;
    const resource = { key, version: expected + 1, created: before?.created ?? time, lastModified: time };
    const put = next && { ...resource, document: next };
    const index_ = { form: {}, lookups: [], display: undefined };
    const write: Write = put
      ? { kind: 'put', resource: put, index: index_, expected, change }
      : { kind: 'delete', key, expected, change };
    await this.store.commit(TENANT, [write]);
    this.states.set(this.states.size + 1, next ?? before?.document ?? {});
    if (put) this.current.set(index, put);
    else this.current.delete(index);
  }
}

/** Counts how often it is asked. */
function counting(store: Store) {
  const count = { get: 0, changesOf: 0 };
  const asked: Pick<Store, 'get' | 'changesOf'> = {
    get: (key) => {
      count.get++;
      return store.get(key);
    },
    changesOf: (query) => {
      count.changesOf++;
      return store.changesOf(query);
    },
  };
  return { count, asked };
}

async function inOrder(states: States, changes: readonly Change[]): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (const change of changes) found.push((states.at(change) ?? (await states.load(change))).document);
  return found;
}

describe('what a resource was like as of a change', () => {
  test('is what the store kept then, read from the start, one by one, and from anywhere to the end', async () => {
    const run = async (written: Step[], start: number): Promise<void> => {
      const history = await History.of(written);
      const changes = await history.changes();
      const wanted = changes.map(({ sequence }) => history.states.get(sequence));
      expect(await inOrder(new States(history.store), changes)).toEqual(wanted);
      const from = start % (changes.length + 1);
      expect(await inOrder(new States(history.store), changes.slice(from))).toEqual(wanted.slice(from));
      const alone = changes.map(async (change) => (await new States(history.store).load(change)).document);
      expect(await Promise.all(alone)).toEqual(wanted);
    };
    await fc.assert(fc.asyncProperty(steps, fc.nat({ max: 40 }), run), { numRuns: 150 });
  });

  test('is found from a later state, too', async () => {
    const run = async (written: Step[]): Promise<void> => {
      const history = await History.of(written);
      const states = new States(history.store);
      const newest = new Map<string, { change: Change; state: State }>();
      for (const change of (await history.changes()).reverse()) {
        const state = await states.load(change, newest.get(change.key.id));
        newest.set(change.key.id, { change, state });
        expect(state.document).toEqual(history.states.get(change.sequence));
      }
    };
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 100 });
  });

  test('does not depend on others who read the same history elsewhere', async () => {
    const history = await History.of(
      Array.from({ length: 40 }, (_, i) => ({ resource: 0, document: { title: `${i}` } })),
    );
    const changes = await history.changes();
    const { asked, count } = counting(history.store);
    const states = new States(asked);
    for (let i = 0; i < 20; i++) {
      const behind = changes[i] as Change;
      const ahead = changes[i + 20] as Change;
      expect((await states.load(behind)).document).toEqual({ title: `${i}` });
      expect((await states.load(ahead)).document).toEqual({ title: `${i + 20}` });
    }
    expect(count).toEqual({ get: 1, changesOf: 1 });
  });

  test('of what is written while it is looked for, is that of the change', async () => {
    const history = await History.of(['a', 'b', 'c'].map((title) => ({ resource: 0, document: { title } })));
    const second = (await history.changes())[1] as Change;
    const meanwhile = async (document: JsonObject | undefined): Promise<JsonObject> => {
      const states = new States({
        get: async (key) => {
          const found = await history.store.get(key);
          await history.write({ resource: 0, document });
          return found;
        },
        changesOf: (query) => history.store.changesOf(query),
      });
      return (await states.load(second)).document;
    };
    expect(await meanwhile({ title: 'd' })).toEqual({ title: 'b' });
    expect(await meanwhile(undefined)).toEqual({ title: 'b' });
  });

  test('costs one step per change, in a history of thousands, and one walk from the middle of it', async () => {
    const length = 3_000;
    const history = await History.of(Array.from({ length }, (_, i) => ({ resource: 0, document: { title: `${i}` } })));
    const changes = await history.changes();
    const forward = counting(history.store);
    await inOrder(new States(forward.asked), changes);
    expect(forward.count).toEqual({ get: 0, changesOf: 0 });
    const middle = counting(history.store);
    const found = await inOrder(new States(middle.asked), changes.slice(length / 2));
    expect(found[0]).toEqual({ title: `${length / 2}` });
    expect(middle.count).toEqual({ get: 1, changesOf: 8 });
  });

  test('has the time of creation: of the current resource, or from the create on', async () => {
    const titles = ['a', 'b', 'c'].map((title) => ({ resource: 0, document: { title } }));
    const history = await History.of([...titles, { resource: 0, document: undefined }]);
    const changes = await history.changes();
    const states = new States(history.store);
    const created: (string | undefined)[] = [];
    for (const change of changes) created.push((await states.load(change)).created);
    expect(created).toEqual(changes.map(() => changes[0]?.time));
    // Of what is deleted the middle of its history alone does not tell.
    expect((await new States(history.store).load(changes[1] as Change)).created).toBeUndefined();
  });
});
