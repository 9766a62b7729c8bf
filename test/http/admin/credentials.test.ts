import { expect, test } from 'vitest';
import type { CredentialView, IssuedCredential } from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import { onEachStore, type Suite } from '../../support/target.js';

let names = 0;

async function owned(suite: Suite): Promise<{ client: AdminClient; email: string; at: string; name: string }> {
  const { client, email } = await adminOf(suite);
  const name = `creds-${++names}`;
  expect((await client.post('/tenants', { name, profile: 'entra' })).status).toBe(201);
  return { client, email, name, at: `/tenants/${name}/credentials` };
}

const TRUST = {
  issuer: 'https://login.microsoftonline.com/00000000-0000-0000-0000-000000000001/v2.0',
  audiences: ['api://scim'],
  subject: null,
  directory: '00000000-0000-0000-0000-000000000001',
};

onEachStore('credentials in the admin API', (suite) => {
  const users = async (token: string) =>
    (await fetch(`${suite.origin}/scim/v2/Users`, { headers: { Authorization: `Bearer ${token}` } })).status;

  test('a token is shown when it is made, works, and is shown nowhere after', async () => {
    const { client, email, name, at } = await owned(suite);
    const { credential, secret, connection } = await client.issue(name, { name: 'Entra production', expires: '90d' });
    expect(credential).toMatchObject({
      kind: 'token',
      name: 'Entra production',
      state: 'active',
      scopes: ['scim:read', 'scim:write'],
      createdBy: email,
      expires: expect.any(String),
      identifier: null,
      warning: null,
      keys: [{ hint: (secret as string).slice(-4), state: 'active' }],
    });
    expect(connection.scimUrl).toBe(`${suite.origin}/tenants/${name}/scim/v2`);
    expect(await users(secret as string)).toBe(200);
    const shown = [await client.get(at), await client.get(`${at}/${credential.id}`), await client.get('/audit')];
    for (const { status, text } of shown) {
      expect(status).toBe(200);
      expect(text).not.toContain((secret as string).slice(6, 20));
      expect(text).not.toMatch(/"hash"|[0-9a-f]{64}/);
    }
    expect(suite.logText).not.toContain((secret as string).slice(6, 20));
  });

  test('each kind is issued with what it takes', async () => {
    const { client, name } = await owned(suite);
    const made = await client.issue(name, { kind: 'client', tokenLifetime: 7_200 });
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^scims_/),
      credential: { identifier: expect.any(String), tokenLifetime: 7_200 },
    });
    const trusted = await client.issue(name, { kind: 'federation', trust: TRUST });
    expect(trusted).toMatchObject({ secret: null, credential: { trust: TRUST, keys: [] } });
    const basic = { kind: 'basic', name: 'x', scopes: ['scim:read'], expires: null };
    expect((await client.post(`/tenants/${name}/credentials`, basic)).status).toBe(409);
    await client.patch(`/tenants/${name}`, { allowsBasic: true });
    expect(await client.issue(name, { kind: 'basic' })).toMatchObject({ secret: expect.stringMatching(/^scimp_/) });
  });

  test('what does not fit is refused with the name of its field, and makes nothing', async () => {
    const { client, at } = await owned(suite);
    const good = { kind: 'token', name: 'x', scopes: ['scim:read'], expires: null };
    for (const [change, field] of [
      [{ kind: 'password' }, 'kind'],
      [{ name: ' ' }, 'name'],
      [{ name: undefined }, 'name'],
      [{ scopes: [] }, 'scopes'],
      [{ scopes: ['scim:all'] }, 'scopes'],
      [{ scopes: 'scim:read' }, 'scopes'],
      [{ expires: 'soon' }, 'expires'],
      [{ expires: '2001-01-01' }, 'expires'],
      [{ tokenLifetime: 7_200 }, 'tokenLifetime'],
      [{ kind: 'client', tokenLifetime: 60 }, 'tokenLifetime'],
      [{ trust: TRUST }, 'trust'],
      [{ kind: 'federation' }, 'trust'],
      [{ kind: 'federation', trust: { ...TRUST, issuer: 'http://example.com' } }, 'trust.issuer'],
      [{ kind: 'federation', trust: { ...TRUST, audiences: [] } }, 'trust.audiences'],
      [{ kind: 'federation', trust: { ...TRUST, colour: 1 } }, 'trust.colour'],
      [{ secret: 'mine' }, 'secret'],
    ] as const) {
      const refused = await client.post(at, { ...good, ...change });
      expect([refused.status, refused.body.errors?.[0]?.field], JSON.stringify(change)).toEqual([400, field]);
    }
    expect((await client.get(at)).body).toEqual({ items: [] });
  });

  test('rotating gives a new secret while the old one works for the overlap, and an old one is ended at once', async () => {
    const { client, name, at } = await owned(suite);
    const { credential, secret } = await client.issue(name);
    const rotated = await client.post(`${at}/${credential.id}/rotate`, { overlapHours: 24 });
    expect(rotated.status, rotated.text).toBe(200);
    const { secret: next, credential: after } = rotated.body as IssuedCredential;
    expect(after.keys.map(({ state }) => state)).toEqual(['ending', 'active']);
    expect(await users(secret as string)).toBe(200);
    expect(await users(next as string)).toBe(200);
    const ended = await client.post(`${at}/${credential.id}/keys/${after.keys[0]?.id}/end`);
    expect((ended.body as CredentialView).keys.map(({ state }) => state)).toEqual(['ended', 'active']);
    expect(await users(secret as string)).toBe(401);
    expect(await users(next as string)).toBe(200);
    const { items } = (await client.get(`/audit?tenant=${name}`)).body;
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'credential.end-key',
      'credential.rotate',
      'credential.create',
      'tenant.create',
    ]);
    for (const overlapHours of [-1, 721, '24', undefined]) {
      expect((await client.post(`${at}/${credential.id}/rotate`, { overlapHours })).status).toBe(400);
    }
  });

  test('a revoked credential is refused with the next request, and cannot be revoked or changed again', async () => {
    const { client, name, at } = await owned(suite);
    const { credential, secret } = await client.issue(name);
    expect(await users(secret as string)).toBe(200);
    const revoked = await client.post(`${at}/${credential.id}/revoke`);
    expect(revoked.body).toMatchObject({ state: 'revoked', revoked: expect.any(String) });
    expect(await users(secret as string)).toBe(401);
    expect((await client.post(`${at}/${credential.id}/revoke`)).status).toBe(409);
    expect((await client.patch(`${at}/${credential.id}`, { name: 'y' })).status).toBe(409);
    expect((await client.post(`${at}/${credential.id}/rotate`, { overlapHours: 0 })).status).toBe(409);
  });

  test('a change of name, scopes and end takes effect and is recorded with both sides', async () => {
    const { client, name, at } = await owned(suite);
    const { credential } = await client.issue(name);
    const changed = await client.patch(`${at}/${credential.id}`, {
      name: 'Okta',
      scopes: ['scim:read'],
      expires: '10d',
    });
    expect(changed.body).toMatchObject({
      name: 'Okta',
      scopes: ['scim:read'],
      state: 'expiring',
      warning: expect.any(String),
    });
    const [latest] = (await client.get(`/audit?tenant=${name}`)).body.items;
    expect(latest).toMatchObject({
      action: 'credential.update',
      target: 'Okta',
      details: {
        name: { before: 'Entra', after: 'Okta' },
        scopes: { before: ['scim:read', 'scim:write'], after: ['scim:read'] },
        expires: { before: null, after: expect.any(String) },
      },
    });
    expect((await client.patch(`${at}/${credential.id}`, { expires: null })).body).toMatchObject({
      expires: null,
      state: 'active',
    });
    expect((await client.patch(`${at}/${credential.id}`, { kind: 'client' })).status).toBe(400);
  });
});
