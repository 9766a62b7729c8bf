/** What the activity keeps of a request: who, what, how it ended and why; and nothing that is secret. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import request, { type Response } from 'supertest';
import { describe, expect, test, vi } from 'vitest';
import type { Activity } from '../../src/store/store.js';
import { type Client, URN } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

const SECRET = 'MARKED-5f2c9';

/** The entry of a request, by the id in its answer; it is written a moment after the answer is out. */
function entryOf(suite: Suite, response: { headers: Record<string, string> }): Promise<Activity> {
  return entryById(suite, response.headers['x-request-id'] as string);
}

function entryById(suite: Suite, requestId: string): Promise<Activity> {
  return vi.waitFor(
    async () => {
      await suite.target.flush();
      const [found] = await suite.target.store.activity({ requestId, limit: 1 });
      expect(found, `an entry for ${requestId}`).toBeDefined();
      return found as Activity;
    },
    { timeout: 5_000, interval: 5 },
  );
}

/** A request by somebody who has no token of the tenant. */
function stranger(suite: Suite, path: string, headers: Record<string, string> = {}) {
  return request(suite.server).get(path).set(headers);
}

onEachStore('the activity', (suite) => {
  describe('of a request that is answered', () => {
    test('has who asked, what for and from where', async () => {
      const client = await suite.tenant();
      const user = await client.user('lin');
      const before = new Date().toISOString();
      const response = await client.get(`/Users/${user.id}`, { attributes: 'userName' }, { 'User-Agent': 'Sync/1.0' });
      const entry = await entryOf(suite, response);
      expect(entry).toEqual({
        sequence: expect.any(Number),
        tenant: client.tenant.id,
        time: expect.any(String),
        requestId: response.headers['x-request-id'],
        credential: { id: expect.stringMatching(/\S/), name: `of ${client.tenant.name}` },
        address: expect.stringMatching(/127\.0\.0\.1$/),
        agent: 'Sync/1.0',
        method: 'GET',
        path: `/scim/v2/Users/${user.id}`,
        resource: { type: 'User', id: user.id },
        status: 200,
        outcome: 'done',
        milliseconds: expect.any(Number),
        rules: [],
        refusal: undefined,
      });
      expect(entry.time >= before && entry.time <= new Date().toISOString()).toBe(true);
      expect(entry.milliseconds).toBeGreaterThan(0);
    });

    test('has the resource that it has made, and none where there are several', async () => {
      const client = await suite.tenant();
      const created = await client.post('/Groups', { schemas: [URN.group], displayName: 'Ops' });
      expect((await entryOf(suite, created)).resource).toEqual({ type: 'Group', id: created.body.id });
      expect((await entryOf(suite, await client.get('/Users'))).resource).toBeUndefined();
      const bulk = await client.post('/Bulk', {
        schemas: [URN.bulk],
        Operations: [{ method: 'POST', bulkId: 'a', path: '/Users', data: { schemas: [URN.user], userName: 'kim' } }],
      });
      expect(bulk.status).toBe(200);
      expect((await entryOf(suite, bulk)).resource).toBeUndefined();
    });

    test('has the rules of the profile that it needed', async () => {
      const client = await suite.tenant('entra');
      const user = await client.user('lin');
      const response = await client.patch(`/Users/${user.id}`, { op: 'Replace', path: 'active', value: 'False' });
      expect((await entryOf(suite, response)).rules).toEqual(['any-case-op', 'string-boolean']);
    });

    test('each is one entry, in the order of their end', async () => {
      const client = await suite.tenant();
      const responses: Response[] = [];
      for (const name of ['a', 'b', 'c']) responses.push(await client.filter('/Users', `userName eq "${name}"`));
      await entryOf(suite, responses[2] as Response);
      const entries = await suite.target.store.activity({ tenant: client.tenant.id, after: 0, limit: 100 });
      expect(entries.map(({ requestId }) => requestId)).toEqual(
        responses.map(({ headers }) => headers['x-request-id']),
      );
    });
  });

  describe('of a request that is refused', () => {
    test('says why, without what the client has written', async () => {
      const client = await suite.tenant();
      await client.user('lin@example.com');
      const response = await client.post('/Users', { schemas: [URN.user], userName: 'LIN@example.com' });
      expect(response.body.detail).toContain('LIN@example.com');
      const entry = await entryOf(suite, response);
      expect(entry).toMatchObject({ status: 409, outcome: 'refused' });
      expect(entry.refusal).toEqual({
        kind: 'uniqueness',
        detail: 'The userName "…" is in use by another User.',
        reason: undefined,
      });
    });

    test('has the resource, whatever it is refused for', async () => {
      const client = await suite.tenant();
      const reader = await suite.client(client.tenant.name, ['scim:read']);
      const user = await client.user('lin');
      const address = `/Users/${user.id}`;
      const refused = [
        await client.patch(address, []),
        await client.put(address, '{"userName":'),
        await client.put(address, 'x'.repeat(2_200_000)),
        await reader.delete(address),
        await client.get('/Users/not-here'),
      ];
      expect(refused.map(({ status }) => status)).toEqual([400, 400, 413, 403, 404]);
      const entries = await Promise.all(refused.map((response) => entryOf(suite, response)));
      expect(entries.map(({ outcome }) => outcome)).toEqual(Array(5).fill('refused'));
      const ids = entries.map(({ resource }) => resource?.id);
      expect(ids).toEqual([user.id, user.id, user.id, user.id, 'not-here']);
      expect(entries[3]?.refusal).toMatchObject({ kind: 'forbidden', reason: { failed: 'scope' } });
    });

    test('for a wrong token belongs to the tenant in the path, and to nobody where none is named', async () => {
      const client = await suite.tenant();
      const { name, id } = client.tenant;
      const wrong = { Authorization: `Bearer ${client.token.slice(0, -1)}~` };
      const paths = [`/tenants/${name}/scim/v2/Users`, '/scim/v2/Users', '/tenants/nobody-of-this-name/scim/v2/Users'];
      const entries: Activity[] = [];
      for (const path of paths) entries.push(await entryOf(suite, await stranger(suite, path, wrong)));
      expect(entries.map(({ tenant }) => tenant)).toEqual([id, undefined, undefined]);
      for (const entry of entries) {
        expect(entry).toMatchObject({ status: 401, outcome: 'refused' });
        expect([entry.credential, entry.resource]).toEqual([undefined, undefined]);
        expect(entry.refusal).toMatchObject({ kind: 'unauthorized', reason: { failed: expect.any(String) } });
      }
    });

    test('before its body is read is refused, not given up', async () => {
      const client = await suite.tenant();
      const response = await client.withToken('wrong').post('/Users', 'x'.repeat(1_000_000));
      expect(response.status).toBe(401);
      expect(await entryOf(suite, response)).toMatchObject({ status: 401, outcome: 'refused' });
    });

    test('because the token is of another tenant belongs to the tenant of the token', async () => {
      const [client, other] = [await suite.tenant(), await suite.tenant()];
      const response = await client.at(`/tenants/${other.tenant.name}/scim/v2`).get('/Users');
      expect(response.status).toBe(404);
      const entry = await entryOf(suite, response);
      expect(entry).toMatchObject({ tenant: client.tenant.id, refusal: { reason: { failed: 'tenant' } } });
      const ofOther = await suite.target.store.activity({ tenant: other.tenant.id, limit: 10 });
      expect(ofOther).toEqual([]);
    });

    test('given up by its client has failed', async () => {
      const client = await suite.tenant();
      // Who it is, is known then on every store, and need not be asked for.
      await client.get('/Users');
      const sent = httpRequest(`${suite.origin}/scim/v2/Users`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${client.token}`,
          'Content-Type': 'application/json',
          'Content-Length': 1_000,
        },
      });
      sent.on('error', () => {});
      sent.write('{"schemas":');
      // It is given up while its body is waited for.
      const { store } = suite.target;
      await once(suite.server, 'request');
      sent.destroy();
      const [entry] = await vi.waitFor(async () => {
        await suite.target.flush();
        const found = await store.activity({ tenant: client.tenant.id, limit: 1 });
        expect(found).toMatchObject([{ method: 'POST' }]);
        return found;
      }, 5_000);
      expect(entry).toMatchObject({ outcome: 'failed', path: '/scim/v2/Users' });
    });
  });

  describe('of a wrong Tenant URL', () => {
    test.each(['/Users', '/scim/Users?filter=x', '/scim/v2/scim/Users'])(
      'below a tenant, %s, belongs to the tenant',
      async (wrong) => {
        const client = await suite.tenant();
        const base = `/tenants/${client.tenant.name}`;
        const response = await client.at(base).get(wrong);
        expect(response.status).toBe(404);
        const entry = await entryOf(suite, response);
        expect(entry).toMatchObject({ tenant: client.tenant.id, path: base + wrong.split('?')[0], outcome: 'refused' });
        expect(entry.refusal?.kind).toBe('notFound');
      },
    );

    test('says which the right one is, in SCIM form and in the same words whether or not there is such a tenant', async () => {
      const { tenant } = await suite.tenant();
      const known = await stranger(suite, `/tenants/${tenant.name}/Users`);
      const unknown = await stranger(suite, '/tenants/nobody-here/Users');
      expect(known.body).toMatchObject({ schemas: [URN.error], status: '404' });
      expect(known.body.detail).toContain(`/tenants/${tenant.name}/scim/v2`);
      expect(unknown.body.detail).toBe(known.body.detail.replace(tenant.name, 'nobody-here'));
      expect((await entryOf(suite, known)).tenant).toBe(tenant.id);
      expect((await entryOf(suite, unknown)).tenant).toBeUndefined();
    });

    test('that names no tenant belongs to nobody', async () => {
      const client = await suite.tenant();
      const response = await client.at('/scim').get('/Users');
      expect(response.body.detail).toContain('/scim/v2');
      const { tenant, path } = await entryOf(suite, response);
      expect({ tenant, path }).toEqual({ tenant: undefined, path: '/scim/Users' });
    });
  });

  test('has nothing secret, wherever a client may have put it', async () => {
    const client = await suite.tenant();
    const { name } = client.tenant;
    const { token } = client;
    const sent: Response[] = [
      await client.post('/Users', { schemas: [URN.user], userName: 'lin', password: SECRET }),
      await client.get('/Users', { filter: `userName eq "${SECRET}"` }),
      await client.get('/Users', { access_token: SECRET }),
      await client.get('/Users', { filter: `${SECRET} pr` }),
      await client.put('/Users/x', { schemas: [URN.user], userName: SECRET, password: SECRET }),
      await stranger(suite, `/tenants/${name}/scim/v2/Users`, { Authorization: `Bearer ${SECRET}` }),
      await stranger(suite, `/tenants/${name}/scim/v2/Users`, { Authorization: SECRET }),
      await stranger(suite, `/tenants/${name}/scim/v2/Users`, { Authorization: `Basic ${btoa(`lin:${SECRET}`)}` }),
      await stranger(suite, `/tenants/${name}/scim/v2/Users`, { Authorization: `Basic ${btoa(`${SECRET}:x`)}` }),
      await stranger(suite, `/tenants/${token}/Users`),
      await stranger(suite, `/tenants/${token}/scim/v2/Users`, { Authorization: `Bearer ${token}` }),
      await client.get(`/Users/${token}`),
      await client.get('/Users', {}, { 'User-Agent': `curl ${token}`, Cookie: SECRET }),
    ];
    for (const response of sent) await entryOf(suite, response);
    const { store } = suite.target;
    const all = await store.activity({ limit: 10_000 });
    expect(all.length).toBeGreaterThanOrEqual(sent.length);
    const kept = JSON.stringify(all) + JSON.stringify(await client.changes()) + suite.logText;
    expect(kept).not.toContain(SECRET);
    expect(kept).not.toContain(btoa(`lin:${SECRET}`));
    expect(kept).not.toContain(token);
    expect(kept).toContain('curl …');
  });

  test('keeps of a client’s own texts what is short and printable', async () => {
    const client = await suite.tenant();
    const response = await client.get(
      `/Users/${'x'.repeat(400)}`,
      {},
      { 'User-Agent': `a\u0085b\t${'c'.repeat(300)}` },
    );
    const entry = await entryOf(suite, response);
    expect(entry.path).toHaveLength(300);
    expect(entry.resource?.id).toHaveLength(100);
    expect(entry.agent).toBe(`a b ${'c'.repeat(196)}`);
  });

  test('of one tenant has nothing of another', async () => {
    const [client, other] = [await suite.tenant(), await suite.tenant()];
    await entryOf(suite, await client.get('/Users'));
    await entryOf(suite, await other.get('/Groups'));
    const paths = async ({ tenant }: Client) =>
      (await suite.target.store.activity({ tenant: tenant.id, limit: 10 })).map(({ path }) => path);
    expect(await paths(client)).toEqual(['/scim/v2/Users']);
    expect(await paths(other)).toEqual(['/scim/v2/Groups']);
  });
});

onEachStore(
  'the activity that is not to be kept',
  (suite) => {
    test('is not recorded', async () => {
      const client = await suite.tenant();
      await suite.lineOf(await client.get('/Users'));
      await suite.stop();
      await suite.start();
      expect(await suite.target.store.activity({ limit: 10 })).toEqual([]);
    });
  },
  { activityDays: 0 },
);
