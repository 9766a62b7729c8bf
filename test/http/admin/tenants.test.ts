import { expect, test, vi } from 'vitest';
import type { AuditView, Connection, TenantView } from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import { onEachStore, type Suite } from '../../support/target.js';

let names = 0;
const newName = () => `acme-${++names}`;

/** A tenant of its own, made by an owner. */
async function owned(suite: Suite) {
  const { client, email } = await adminOf(suite);
  const name = newName();
  const made = await client.post('/tenants', { name, profile: 'entra' });
  expect(made.status, made.text).toBe(201);
  return { client, email, name, tenant: made.body as TenantView };
}

async function audited(client: AdminClient, tenant: string): Promise<AuditView[]> {
  return (await client.get(`/audit?tenant=${tenant}`)).body.items;
}

onEachStore('tenants in the admin API', (suite) => {
  test('a new tenant is empty, and is recorded with who made it, from where', async () => {
    const { client, email, name, tenant } = await owned(suite);
    expect(tenant).toEqual({
      id: expect.any(String),
      name,
      profile: 'entra',
      created: expect.any(String),
      disabled: null,
      allowsBasic: false,
      requestLimit: null,
      resources: { User: 0, Group: 0 },
      lastRequest: null,
      requests: 0,
      refused: 0,
      failed: 0,
      credentials: { active: 0, expiring: 0 },
    });
    expect((await client.get(`/tenants/${name}`)).body).toEqual(tenant);
    expect(await audited(client, name)).toMatchObject([
      {
        action: 'tenant.create',
        actor: { kind: 'admin', name: email },
        address: expect.stringContaining('127.0.0.1'),
        tenant: { id: tenant.id, name },
        details: { profile: 'entra' },
      },
    ]);
  });

  test('its own schemas are kept as text, take effect at once, and are recorded by name', async () => {
    const { client, name } = await owned(suite);
    const at = `/tenants/${name}/schemas`;
    expect((await client.get(at)).body).toEqual({ text: null });
    const text = `{ // comments stay
    "schemas": [{ "id": "urn:example:Device", "name": "Device", "attributes": [{ "name": "serial", "type": "string" }] }],
    "resourceTypes": [{ "name": "Device", "endpoint": "/Devices", "schema": "urn:example:Device" }]
  }`;
    expect((await client.put(at, { text })).body).toEqual({ text });
    expect((await client.get(at)).body).toEqual({ text });
    const types = (await client.get(`/tenants/${name}/types`)).body.items;
    expect(types.map((type: { name: string }) => type.name)).toEqual(['User', 'Group', 'Device']);
    expect((await client.get(`/tenants/${name}`)).body.resources).toEqual({ User: 0, Group: 0, Device: 0 });
    expect((await client.get(`/tenants/${name}/resources/Device`)).body).toMatchObject({ total: 0, items: [] });
    expect((await client.patch(`/tenants/${name}`, { allowsBasic: true })).status).toBe(200);
    expect((await client.get(at)).body).toEqual({ text });
    const refused = await client.put(at, { text: text.replace('"string"', '"text"') });
    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      { field: 'text', message: expect.stringMatching(/^Line 2: .*unknown type text/) },
    ]);
    expect((await client.put(at, { text: null })).body).toEqual({ text: null });
    expect((await audited(client, name)).filter(({ action }) => action === 'tenant.schemas')).toMatchObject([
      { details: { resourceTypes: { before: ['Device'], after: [] } } },
      { details: { schemas: { before: [], after: ['urn:example:Device'] } } },
    ]);
  });

  test('the overview counts resources, requests and credentials', async () => {
    const { client, name } = await owned(suite);
    const { secret } = await client.issue(name);
    await client.issue(name, { expires: '5d' });
    const scim = (token: string, body?: object) =>
      fetch(`${suite.origin}/tenants/${name}/scim/v2/Users`, {
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
    const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'lin' };
    expect((await scim(secret as string, user)).status).toBe(201);
    expect((await scim('scimt_wrong')).status).toBe(401);
    const connection = (await client.get(`/tenants/${name}/connection`)).body as Connection;
    expect(connection.newest).toBeGreaterThan(0);
    const view = (await client.get(`/tenants/${name}`)).body as TenantView;
    expect(view).toMatchObject({
      resources: { User: 1, Group: 0 },
      lastRequest: expect.any(String),
      requests: 2,
      refused: 1,
      failed: 0,
      credentials: { active: 2, expiring: 1 },
    });
    const listed = (await client.get('/tenants')).body.items as TenantView[];
    expect(listed.find((tenant) => tenant.name === name)).toEqual(view);
    const { items } = (await client.get(`/tenants/${name}/traffic?hours=1`)).body;
    expect(items).toMatchObject([{ hour: expect.stringMatching(/:00:00\.000Z$/), requests: 2, refused: 1, failed: 0 }]);
  });

  test('the connection tells the addresses that the other side asks for', async () => {
    const { client, name } = await owned(suite);
    expect((await client.get(`/tenants/${name}/connection`)).body).toEqual({
      scimUrl: `${suite.origin}/tenants/${name}/scim/v2`,
      tokenEndpoint: `${suite.origin}/oauth/token`,
      metadata: `${suite.origin}/.well-known/oauth-authorization-server/oauth`,
      newest: 0,
    });
    const metadata = await fetch(`${suite.origin}/.well-known/oauth-authorization-server/oauth`);
    expect(await metadata.json()).toMatchObject({ token_endpoint: `${suite.origin}/oauth/token` });
  });

  test('a change tells both sides of what it changes, and nothing of what stays', async () => {
    const { client, name } = await owned(suite);
    const change = { profile: 'okta', allowsBasic: true, requestLimit: 50 };
    const changed = await client.patch(`/tenants/${name}`, change);
    expect(changed.status, changed.text).toBe(200);
    expect(changed.body).toMatchObject({ name, ...change, disabled: null });
    const [latest] = await audited(client, name);
    expect(latest).toMatchObject({ action: 'tenant.update', target: name });
    expect(latest?.details).toEqual({
      profile: { before: 'entra', after: 'okta' },
      allowsBasic: { before: false, after: true },
      requestLimit: { before: null, after: 50 },
    });
    expect((await client.patch(`/tenants/${name}`, { requestLimit: null })).body).toMatchObject({ requestLimit: null });
    // A change to what it is already is none.
    const records = await audited(client, name);
    expect((await client.patch(`/tenants/${name}`, { requestLimit: null, profile: 'okta' })).status).toBe(200);
    expect(await audited(client, name)).toEqual(records);
  });

  test('a tenant is renamed, disabled and served again', async () => {
    const { client, name } = await owned(suite);
    const { secret } = await client.issue(name);
    const other = newName();
    expect((await client.patch(`/tenants/${name}`, { name: other })).body).toMatchObject({ name: other });
    expect((await client.get(`/tenants/${name}`)).status).toBe(404);
    const users = () => fetch(`${suite.origin}/scim/v2/Users`, { headers: { Authorization: `Bearer ${secret}` } });
    expect((await users()).status).toBe(200);
    expect((await client.patch(`/tenants/${other}`, { disabled: true })).body).toMatchObject({
      disabled: expect.any(String),
    });
    expect((await users()).status).toBe(403);
    expect((await client.patch(`/tenants/${other}`, { disabled: false })).body).toMatchObject({ disabled: null });
    expect((await users()).status).toBe(200);
  });

  test('a name that is taken is a conflict, and a bad one names its field; neither changes anything', async () => {
    const { client, name } = await owned(suite);
    const taken = await client.post('/tenants', { name, profile: 'entra' });
    expect([taken.status, taken.headers['content-type']]).toEqual([409, 'application/problem+json']);
    expect(taken.body).toMatchObject({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: expect.stringContaining(name),
    });
    for (const [body, field] of [
      [{ name: 'No Good', profile: 'entra' }, 'name'],
      [{ name: newName(), profile: 'azure' }, 'profile'],
      [{ name: newName() }, 'profile'],
      [{ name: newName(), profile: 'entra', colour: 'red' }, 'colour'],
      [{ name: 7, profile: 'entra' }, 'name'],
    ] as const) {
      const refused = await client.post('/tenants', body);
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toMatchObject([{ field, message: expect.any(String) }]);
    }
    for (const [body, field] of [
      [{ requestLimit: 0 }, 'requestLimit'],
      [{ requestLimit: 1.5 }, 'requestLimit'],
      [{ disabled: 'yes' }, 'disabled'],
      [{ allowsBasic: null }, 'allowsBasic'],
    ] as const) {
      const refused = await client.patch(`/tenants/${name}`, body);
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toMatchObject([{ field }]);
    }
    expect(await audited(client, name)).toHaveLength(1);
  });

  test('deleting takes the name of the tenant, and then it is gone with all it had', async () => {
    const { client, name, tenant } = await owned(suite);
    const { secret } = await client.issue(name);
    for (const body of [{}, { confirm: 'another' }, { confirm: name, force: true }]) {
      expect((await client.delete(`/tenants/${name}`, body)).status).toBe(400);
    }
    expect((await client.delete(`/tenants/${name}`, { confirm: name })).status).toBe(204);
    expect((await client.get(`/tenants/${name}`)).status).toBe(404);
    const users = await fetch(`${suite.origin}/scim/v2/Users`, { headers: { Authorization: `Bearer ${secret}` } });
    expect(users.status).toBe(401);
    const { items } = (await client.get('/audit?action=tenant.delete')).body;
    expect(items[0]).toMatchObject({ tenant: { id: tenant.id, name }, target: name });
    // What it had is deleted in the background; then the store has nothing left to delete.
    await vi.waitFor(async () => expect(await suite.target.store.purgeTenants(1)).toBe(false), 5_000);
    expect((await client.post('/tenants', { name, profile: 'entra' })).status).toBe(201);
  });

  test('whoever has one tenant sees no other: all of it is what does not exist', async () => {
    const [own, other] = [await owned(suite), await owned(suite)];
    const { client } = await adminOf(suite, 'tenant-admin', own.name);
    const { credential } = await own.client.issue(own.name);
    const { credential: foreign } = await other.client.issue(other.name);
    const items = (await client.get('/tenants')).body.items as TenantView[];
    expect(items.map(({ name }) => name)).toEqual([own.name]);
    expect((await client.get(`/tenants/${own.name}/credentials/${credential.id}`)).status).toBe(200);
    const missing = await client.get('/tenants/nobody-has-this-name');
    for (const path of ['', '/traffic', '/connection', '/credentials', '/types', '/resources/User', '/activity']) {
      const refused = await client.get(`/tenants/${other.name}${path}`);
      expect([refused.status, refused.text]).toEqual([404, missing.text]);
    }
    expect((await client.patch(`/tenants/${other.name}`, { profile: 'okta' })).status).toBe(404);
    expect((await client.post(`/tenants/${other.name}/credentials`, {})).status).toBe(404);
    // Nor by the id of a credential below the own tenant.
    for (const path of [`/credentials/${foreign.id}`, '/credentials/none']) {
      expect((await client.get(`/tenants/${own.name}${path}`)).status).toBe(404);
    }
    expect((await client.post(`/tenants/${own.name}/credentials/${foreign.id}/revoke`)).status).toBe(404);
    expect((await client.get(`/audit?tenant=${other.name}`)).status).toBe(404);
    const seen = (await client.get('/audit')).body.items as AuditView[];
    expect(new Set(seen.map(({ tenant }) => tenant?.name))).toEqual(new Set([own.name]));
    expect((await client.get('/activity')).status).toBe(403);
  });

  test('a tenant-admin configures their tenant, and does not control it', async () => {
    const { name } = await owned(suite);
    const { client } = await adminOf(suite, 'tenant-admin', name);
    expect((await client.patch(`/tenants/${name}`, { profile: 'okta', allowsBasic: true })).status).toBe(200);
    for (const body of [
      { name: newName() },
      { requestLimit: 1 },
      { disabled: true },
      { profile: 'entra', disabled: true },
    ]) {
      const refused = await client.patch(`/tenants/${name}`, body);
      expect([refused.status, refused.body.status]).toEqual([403, 403]);
    }
    expect((await client.delete(`/tenants/${name}`, { confirm: name })).status).toBe(403);
    expect((await client.post('/tenants', { name: newName(), profile: 'entra' })).status).toBe(403);
    expect((await client.get(`/tenants/${name}`)).body).toMatchObject({
      profile: 'okta',
      disabled: null,
      requestLimit: null,
    });
  });

  test('a viewer reads everything but who runs the server and how, and changes nothing', async () => {
    const { name } = await owned(suite);
    const { client } = await adminOf(suite, 'viewer');
    for (const path of ['/tenants', `/tenants/${name}`, `/tenants/${name}/credentials`, '/audit', '/activity']) {
      expect((await client.get(path)).status, path).toBe(200);
    }
    expect((await client.patch(`/tenants/${name}`, { profile: 'okta' })).status).toBe(403);
    expect((await client.post(`/tenants/${name}/credentials`, {})).status).toBe(403);
    expect((await client.get('/admins')).status).toBe(403);
    expect((await client.get('/settings')).status).toBe(403);
  });
});

onEachStore(
  'addresses behind a public URL',
  (suite) => {
    test('are those of the public URL and of where the app has mounted the routers', async () => {
      const { client, name } = await owned(suite);
      expect((await client.get(`/tenants/${name}/connection`)).body).toMatchObject({
        scimUrl: `https://scim.example.com/base/customers/${name}/scim`,
        tokenEndpoint: 'https://scim.example.com/base/login/token',
        metadata: 'https://scim.example.com/.well-known/oauth-authorization-server/base/login',
      });
    });
  },
  { publicUrl: 'https://scim.example.com/base', paths: { scim: '/customers/{tenant}/scim', oauth: '/login' } },
);
