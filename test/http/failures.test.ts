/** A store that fails: the client gets a SCIM error and is told to come again, the log gets the reason, nothing is half done. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/index.js';
import { type Store, StoreUnavailable, VersionConflict } from '../../src/store/store.js';
import { type Client, expectError, expectNoChange, type PatchOperation, URN } from '../support/client.js';
import { seedUsers } from '../support/seed.js';
import { Suite } from '../support/target.js';

/** What the store's methods throw, by name, as long as it is set; undefined: nothing, this time. */
const failures = new Map<keyof Store, () => Error | undefined>();

/** A memory store whose methods can be made to fail. */
async function fragileStore(): Promise<Store> {
  const store = await openStore('memory:');
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const error = failures.get(name)?.();
        return error ? Promise.reject(error) : method.apply(target, args);
      };
    },
  });
}

const SECRET = 'SQLITE_BUSY: database /data/scim.db is locked';
const rename: PatchOperation = { op: 'replace', path: 'displayName', value: 'New' };

describe('a store that fails', () => {
  let suite: Suite;
  let client: Client;
  let user: string;
  let group: string;

  beforeAll(async () => {
    suite = new Suite('memory:', { store: await fragileStore() });
    await suite.start();
    client = await suite.tenant();
    user = (await client.user('lin')).id;
    group = (await client.group('Sales', [user])).id;
  });

  afterAll(() => suite.stop());

  async function whileFailing<Value>(
    name: keyof Store,
    error: () => Error,
    run: () => PromiseLike<Value>,
  ): Promise<Value> {
    failures.set(name, error);
    try {
      return await run();
    } finally {
      failures.clear();
    }
  }

  const REQUESTS: [string, keyof Store, () => ReturnType<Client['get']>][] = [
    ['authentication', 'findBearer', () => client.get('/Users')],
    ['GET by id', 'get', () => client.get(`/Users/${user}`)],
    ['GET of groups of a user', 'memberships', () => client.get(`/Users/${user}`)],
    ['GET of members', 'edges', () => client.get(`/Groups/${group}`)],
    ['a search', 'search', () => client.get('/Users')],
    ['POST', 'commit', () => client.post('/Users', { schemas: [URN.user], userName: 'new' })],
    ['PUT', 'commit', () => client.put(`/Users/${user}`, { schemas: [URN.user], userName: 'new' })],
    ['PATCH', 'commit', () => client.patch(`/Users/${user}`, rename)],
    [
      'PATCH of members',
      'presentEdges',
      () => client.patch(`/Groups/${group}`, { op: 'remove', path: 'members', value: [{ value: user }] }),
    ],
    ['DELETE', 'containers', () => client.delete(`/Users/${user}`)],
    ['DELETE, at the end', 'commit', () => client.delete(`/Users/${user}`)],
  ];

  test.each(REQUESTS)(
    '%s: a store that is away is 503 with Retry-After, and the log says why',
    async (_, name, send) => {
      await expectNoChange(client, async () => {
        const response = await whileFailing(name, () => new StoreUnavailable(new Error(SECRET)), send);
        expectError(response, 503);
        expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      });
      expect(suite.logText).toContain(SECRET);
    },
  );

  test.each(REQUESTS)(
    '%s: an error that nobody foresaw is 500 without its text, and the log has it under the request id',
    async (_, name, send) => {
      const text = `${SECRET} at ${name}`;
      await expectNoChange(client, async () => {
        const response = await whileFailing(name, () => new Error(text), send);
        expectError(response, 500);
        const id = response.headers['x-request-id'];
        expect(
          suite.log
            .filter(({ requestId }) => requestId === id)
            .map((line) => JSON.stringify(line))
            .join(),
        ).toContain(text);
      });
    },
  );

  test('a write that loses every race is 503, not an endless one', async () => {
    const conflict = () => new VersionConflict({ tenant: client.tenant.id, type: 'User', id: user });
    await expectNoChange(client, async () => {
      const response = await whileFailing('commit', conflict, () => client.patch(`/Users/${user}`, rename));
      expectError(response, 503);
    });
  });

  test('an answer that breaks off in the middle breaks the connection: half a group is not taken for a whole', async () => {
    const ids = await seedUsers(suite.target, client.tenant, 5_000);
    const large = await client.group('Large', ids);
    let pages = 0;
    failures.set('edges', () => (++pages > 3 ? new StoreUnavailable(new Error(SECRET)) : undefined));
    try {
      const response = await fetch(`${suite.origin}/scim/v2/Groups/${large.id}`, {
        headers: { Authorization: `Bearer ${client.token}` },
      });
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow(/terminated/);
    } finally {
      failures.clear();
    }
    expect(pages).toBe(4);
    expect(await client.members(large.id)).toEqual([...ids].sort());
  });
});
