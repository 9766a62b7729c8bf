/** Every question to MongoDB is answered by an index, and names the tenant. */
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CommitLog } from '../../src/store/mongo/commit-log.js';
import { type Collections, collectionsOf, connect, INDEXES } from '../../src/store/mongo/connection.js';
import { within } from '../../src/store/mongo/documents.js';
import { Reader } from '../../src/store/mongo/reader.js';
import { Search } from '../../src/store/mongo/search.js';
import { openMongoStore } from '../../src/store/mongo/store.js';
import { attribute, group, query, remove, replace, TENANT, types, user } from '../../src/testing/contract/writes.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();

type Filter = Readonly<Record<string, unknown>>;
type Name = keyof typeof INDEXES;

interface Question {
  readonly collection: Name;
  /** With what stands in `$and` beside the rest. */
  readonly filter: Filter;
}

/** Calls of a collection whose first argument is a filter. */
const ASKING = ['find', 'findOne', 'countDocuments', 'updateOne', 'updateMany', 'deleteMany'];

mongo.describe('questions to MongoDB', () => {
  const asked: Question[] = [];
  let connection: Connection;
  let uri: string;
  let opened: Collections;

  beforeAll(async () => {
    uri = mongo.newUri();
    await (await openMongoStore({ uri, types })).close();
    connection = await connect({ uri });
    opened = collectionsOf(connection);
    await askEverything(watched(opened, asked));
  });
  afterAll(async () => {
    await connection.close();
    await mongo.drop(uri);
  });

  it('name the tenant, by _id or by the first field of an index', () => {
    expect(asked.length).toBeGreaterThan(30);
    for (const question of asked) expect(indexOf(question), JSON.stringify(question)).toBeDefined();
  });

  it('need every index that is declared', () => {
    const needed = new Set(asked.map((question) => `${question.collection} ${indexOf(question)}`));
    for (const [name, indexes] of Object.entries(INDEXES)) {
      for (const index of indexes) expect(needed).toContain(`${name} ${Object.keys(index).join()}`);
    }
  });

  it('find the indexes that are declared', async () => {
    for (const [name, indexes] of Object.entries(INDEXES)) {
      const present = (await opened[name as Name].indexes()).map(({ key }) => Object.keys(key).join());
      expect(present.sort()).toEqual(['_id', ...indexes.map((index) => Object.keys(index).join())].sort());
    }
  });
});

/** Fields of the index that finds what is asked for without going through what belongs to others. */
function indexOf({ collection, filter }: Question): string | undefined {
  if (typeof filter._id === 'string' || isIn(filter._id)) return '_id';
  const isOfTenant = filter.tenant === TENANT && isTenantRange(filter._id);
  const indexes = INDEXES[collection].map((index) => Object.keys(index));
  const fits = (fields: readonly string[]) => fields.slice(0, 2).every((field) => field in filter);
  if (isOfTenant) return indexes.find(fits)?.join();
  if ('at' in filter) return 'at';
  return isRangeWithin(filter._id) ? '_id' : undefined;
}

function isIn(condition: unknown): boolean {
  return Array.isArray((condition as { $in?: unknown } | undefined)?.$in);
}

function isTenantRange(condition: unknown): boolean {
  return JSON.stringify(condition) === JSON.stringify(within(TENANT));
}

/** Both ends begin with the tenant. */
function isRangeWithin(condition: unknown): boolean {
  const ends = Object.values((condition ?? {}) as Record<string, string>);
  return ends.length === 2 && ends.every((end) => end.startsWith(`${TENANT}/`) || end === `${TENANT}0`);
}

/** The same collections, and what they are asked. */
function watched(collections: Collections, asked: Question[]): Collections {
  const note = (collection: Name, filter: Filter): void => {
    const { $and = [], ...rest } = filter as Filter & { $and?: readonly Filter[] };
    asked.push({ collection, filter: Object.assign({}, rest, ...$and.filter((one) => !('$and' in one)).toReversed()) });
  };
  const watch = <T extends object>(collection: Name, watchedOne: T): T =>
    new Proxy(watchedOne, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        return (...values: unknown[]) => {
          if (ASKING.includes(String(name))) note(collection, (values[0] ?? {}) as Filter);
          if (name === 'bulkWrite') {
            for (const operation of values[0] as Record<string, { filter: Filter }>[])
              for (const { filter } of Object.values(operation)) note(collection, filter);
          }
          return method.apply(target, values) as unknown;
        };
      },
    });
  return Object.fromEntries(
    Object.entries(collections).map(([name, one]) => [name, watch(name as Name, one as object)]),
  ) as unknown as Collections;
}

async function askEverything(collections: Collections): Promise<void> {
  const commits = new CommitLog(collections);
  const reader = new Reader(collections, commits);
  const search = new Search(collections, reader, commits, types);
  const [a, g] = [user('a'), group('g', ['a', 'b'])];
  await commits.commit(TENANT, [a, user('b'), user('c'), g]);
  const left = replace(g, { displayName: 'g' }, { removed: ['a'] });
  await commits.commit(TENANT, [left, remove(a)]);
  await commits.commit(TENANT, [remove(left), replace(user('c'), { userName: 'd' })]);
  await reader.get(a.resource.key);
  await reader.edges(g.resource.key, { limit: 9 });
  await reader.edges(g.resource.key, { after: 'a', limit: 9 });
  await reader.presentEdges(g.resource.key, ['a', 'b']);
  await reader.memberships(TENANT, ['a', 'b']);
  await reader.containers(TENANT, 'b');
  await reader.changes(TENANT, 1, 9);
  await reader.changesOf({ tenant: TENANT, resource: { type: 'User', id: 'a' }, limit: 9, before: 9 });
  await reader.changesOf({ tenant: TENANT, request: { id: 'r-1', near: '2026-01-01T00:00:00.000Z' }, limit: 9 });
  const sort = { attribute: attribute('User', 'title'), descending: true };
  for (const text of [
    undefined,
    'userName eq "b"',
    'title co "x"',
    'emails pr',
    'not (title pr) or groups.value eq "g"',
  ]) {
    for (const rest of [{}, { offset: 1 }, { limit: 0 }, { sort }, { keyset: { direction: 'forward' } as const }]) {
      await search.search(query('User', text, rest));
    }
  }
  await search.search(query('Group', 'members.value eq "b"'));
  await search.search(query('Group', 'members.display pr'));
}
