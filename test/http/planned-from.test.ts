/** A commit names what it was planned from, as the store gave it: a store that shows what is not durable goes by that. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';
import type { ResourceKey, Store, StoredResource, View } from '../../src/store/store.js';
import { type Client, type PatchOperation, URN } from '../support/client.js';
import { Suite } from '../support/target.js';

/** What was given as `latest` to plan from, and what the last commit was said to rest on; by the objects themselves. */
const given = new Set<StoredResource>();
let named: readonly StoredResource[] | undefined;

/** A memory store of which it is noted what it gives, and what it is told. */
async function watched(): Promise<Store> {
  const store = await openStore('memory:');
  const noted = <Found extends StoredResource | undefined>(view: View | undefined, found: Found): Found => {
    if (found && view === 'latest') given.add(found);
    return found;
  };
  const { get, containers, commit, apply } = store;
  return Object.assign(Object.create(store) as Store, {
    get: async (key: ResourceKey, view?: View) => noted(view, await get.call(store, key, view)),
    containers: async (tenant: string, member: string, view?: View) =>
      (await containers.call(store, tenant, member, view)).map((group) => noted(view, group)),
    commit: (...values: Parameters<Store['commit']>) => {
      named = values[2];
      return commit.apply(store, values);
    },
    apply: (...values: Parameters<Store['apply']>) => {
      named = values[2];
      return apply.apply(store, values);
    },
  });
}

let suite: Suite;
let client: Client;
let lin: string;
let group: string;
beforeAll(async () => {
  suite = new Suite('memory:', { store: await watched() });
  await suite.start();
});
afterAll(() => suite.stop());
beforeEach(async () => {
  client = await suite.tenant();
  lin = (await client.user('lin', { title: 'a' })).id;
  group = (await client.group('Sales', [lin])).id;
  given.clear();
  named = undefined;
});

const title = (value: string): PatchOperation => ({ op: 'replace', path: 'title', value });
const bulk = (operation: object) => ({ schemas: [URN.bulk], Operations: [{ bulkId: 'b', ...operation }] });

test.each<[string, number, () => PromiseLike<{ status: number }>, () => string[]]>([
  ['a PATCH', 200, () => client.patch(`/Users/${lin}`, title('b')), () => [lin]],
  ['a PATCH that changes nothing', 200, () => client.patch(`/Users/${lin}`, title('a')), () => [lin]],
  ['a PUT', 200, () => client.put(`/Users/${lin}`, { schemas: [URN.user], userName: 'lin2' }), () => [lin]],
  ['a DELETE, of the groups too', 204, () => client.delete(`/Users/${lin}`), () => [lin, group]],
  ['a refusal', 412, () => client.patch(`/Users/${lin}`, title('b'), { 'If-Match': 'W/"7"' }), () => [lin]],
  [
    'a bulk request',
    200,
    () => client.post('/Bulk', bulk({ method: 'DELETE', path: `/Users/${lin}` })),
    () => [lin, group],
  ],
])('%s', async (_, status, send, ids) => {
  expect((await send()).status).toBe(status);
  expect(named?.map(({ key }) => key.id)).toEqual(ids());
  for (const one of named ?? []) expect(given.has(one)).toBe(true);
});
