/** Engines agree with the reference evaluator: the memory engine, whose filters are `matches` itself. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/store/memory/store.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import { openSqliteStore } from '../../src/store/sqlite/store.js';
import type { Keyset, Position, ResourceQuery, Store, Write } from '../../src/store/store.js';
import type { Subject } from '../../src/testing/contract/store.js';
import { create, TENANT, types } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';
import { documentOf, filterOf, sortOf } from './arbitraries.js';
import { temporaryFile } from './temporary-file.js';

const IDS = {
  User: ['u0', 'u1', 'u2', 'u3', 'u4', 'u5'],
  Group: ['g0', 'g1', 'g2', 'g3'],
  Gadget: ['x0', 'x1', 'x2', 'x3'],
};
type TypeName = keyof typeof IDS;
const RUNS = Number(process.env.AGREEMENT_RUNS ?? 60);
/** The stand-in for MongoDB takes a tenth of a second for each question. */
const MONGO_RUNS = Math.ceil(RUNS / 20);
const TYPE_NAMES = Object.keys(IDS) as TypeName[];

/** One directory, in the order of its writes: users and groups first, then what is in which group. */
const directory: fc.Arbitrary<Write[]> = fc
  .record({
    User: fc.tuple(...IDS.User.map(() => documentOf('User'))),
    Group: fc.tuple(...IDS.Group.map(() => documentOf('Group'))),
    Gadget: fc.tuple(...IDS.Gadget.map(() => documentOf('Gadget'))),
    members: fc.tuple(...IDS.Group.map(() => fc.subarray([...IDS.User, ...IDS.Group]))),
  })
  .map(({ members, ...documents }) =>
    TYPE_NAMES.flatMap((type) =>
      IDS[type].map((id, i) => {
        // Names that must be unique are not what is compared here.
        const document =
          type === 'User'
            ? { ...documents.User[i], userName: `${documents.User[i]?.userName ?? ''}${id}` }
            : documents[type][i];
        return create(type, id, document ?? {}, { added: type === 'Group' ? members[i] : [] });
      }),
    ),
  );

const question: fc.Arbitrary<ResourceQuery> = fc.constantFrom(...TYPE_NAMES).chain((type) =>
  fc
    .record({
      filter: filterOf(type, [...IDS.User, ...IDS.Group]),
      sort: fc.option(sortOf(type), { nil: undefined }),
      offset: fc.nat(3),
      limit: fc.nat(6),
    })
    .map((asked) => ({ tenant: TENANT, type, ...asked })),
);

const mongo = mongoForTests();

describe('sqlite and memory', () => {
  agreement(RUNS, async () => {
    const file = await temporaryFile();
    const store = await openSqliteStore({ path: file.path, types });
    return { store, dispose: () => store.close().then(file.remove) };
  });
});

mongo.describe('mongo and memory', () => {
  agreement(MONGO_RUNS, async () => {
    const uri = mongo.newUri();
    const store = await openMongoStore({ uri, types });
    return { store, dispose: () => store.close().then(() => mongo.drop(uri)) };
  });
});

function agreement(numRuns: number, open: () => Promise<Subject>): void {
  let memory: Store;
  let engine: Store;
  let dispose: () => Promise<void>;

  beforeEach(async () => {
    ({ store: engine, dispose } = await open());
  });
  afterEach(() => dispose());

  /** Clears both and fills them again; a file for each run would take most of the time. */
  const fill = async (batch: Write[], tenant: string): Promise<void> => {
    memory = createMemoryStore({ types });
    const moved = JSON.parse(JSON.stringify(batch), (key, value) => (key === 'tenant' ? tenant : value)) as Write[];
    for (const store of [memory, engine]) await store.commit(tenant, moved);
  };

  it(
    'find the same resources by any filter, in the same order, on the same pages',
    () =>
      hold(async (query) => {
        for (const page of [{}, { offset: 0, limit: 100 }]) {
          const whole = { ...query, ...page };
          expect(await answer(engine, whole), describeQuery(whole)).toEqual(await answer(memory, whole));
        }
      }),
    300_000,
  );

  it(
    'find by keyset, page by page and either way, what they find at once',
    () =>
      hold(async (query) => {
        const { ids, total } = await answer(memory, { ...query, offset: 0, limit: 100 });
        for (const store of [memory, engine]) {
          for (const direction of ['forward', 'backward'] as const) {
            const pages = await walk(store, { ...query, limit: query.limit + 1 }, direction);
            const said = `${describeQuery(query)} ${direction} ${store === memory ? 'memory' : 'engine'}`;
            expect(
              pages.flatMap((page) => page.ids),
              said,
            ).toEqual(ids);
            expect(new Set(pages.map((page) => page.total)), said).toEqual(new Set([total]));
          }
        }
      }),
    300_000,
  );

  /** The same must hold of any directory and any question. */
  async function hold(of: (query: ResourceQuery) => Promise<void>): Promise<void> {
    let run = 0;
    const questions = fc.array(question, { minLength: 30, maxLength: 30 });
    const property = fc.asyncProperty(directory, questions, async (batch, asked) => {
      const tenant = `t${run++}`;
      await fill(batch, tenant);
      for (const query of asked) await of({ ...query, tenant });
    });
    // The message of a failing question says more than fast-check's print of the schema around it.
    const { failed, seed, counterexamplePath, errorInstance } = await fc.check(property, {
      numRuns,
      endOnFailure: true,
    });
    if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}`, { cause: errorInstance });
  }
}

/** The pages of a list in its order, however they were reached. */
async function walk(
  store: Store,
  query: ResourceQuery,
  direction: Keyset['direction'],
): Promise<{ total: number; ids: string[] }[]> {
  const pages: { total: number; ids: string[] }[] = [];
  let from: Position | undefined;
  do {
    const { total, resources, next, previous } = await store.search({ ...query, keyset: { direction, from } });
    const page = { total, ids: resources.map(({ key }) => key.id) };
    if (direction === 'forward') pages.push(page);
    else pages.unshift(page);
    from = direction === 'forward' ? next : previous;
  } while (from && pages.length < 50);
  return pages;
}

async function answer(store: Store, query: ResourceQuery): Promise<{ total: number; ids: string[] }> {
  const { total, resources } = await store.search(query);
  return { total, ids: resources.map(({ key }) => key.id) };
}

/** With attributes by path. */
function describeQuery(query: ResourceQuery): string {
  return JSON.stringify(query, (key, value) => (key === 'attribute' ? (value as { path: string }).path : value));
}
