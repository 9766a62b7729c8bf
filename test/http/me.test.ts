/** The user who the credential is: RFC 7644 §3.11. */
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findUserId } from '../../src/access/credential-user.js';
import { issueCredential } from '../../src/access/credentials.js';
import { ALL_SCOPES, type Scope } from '../../src/access/principal.js';
import { adminOf } from '../support/admin-client.js';
import { type Client, expectError, expectList, URN } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

/** A client whose credential is one of the tenant's users. */
async function as(user: string, client: Client, { target }: Suite, scopes: readonly Scope[] = ALL_SCOPES) {
  const sources = { clock: () => new Date().toISOString(), newId: randomUUID, randomBytes };
  const wanted = { tenant: client.tenant, kind: 'token', name: 'own', expires: undefined, ...sources } as const;
  const { secret } = await issueCredential(target.store, { ...wanted, scopes, user });
  return client.withToken(secret as string);
}

onEachStore('/Me', (suite) => {
  test('is the user, with the address, the version and the attributes of the user', async () => {
    const client = await suite.tenant();
    const made = await client.user('ann', { nickName: 'A' });
    const me = await as(made.id as string, client, suite);
    const answer = await me.get('/Me');
    const same = await client.get(`/Users/${made.id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(same.body);
    expect(answer.headers).toMatchObject({ location: same.headers.location, etag: same.headers.etag });
    expect((await me.get('/Me', { attributes: 'nickName' })).body).not.toHaveProperty('userName');
    expect((await me.get('/Me', {}, { 'If-None-Match': same.headers.etag as string })).status).toBe(304);
  });

  test('is changed, replaced and deleted as the user is', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann');
    const me = await as(id as string, client, suite);
    const patched = await me.patch('/Me', { op: 'replace', path: 'nickName', value: 'Annie' });
    expect(patched.body).toMatchObject({ id, nickName: 'Annie' });
    const replaced = await me.put('/Me', { schemas: patched.body.schemas, userName: 'anna' });
    expect(replaced.body).toMatchObject({ id, userName: 'anna' });
    expect(await client.read(`/Users/${id}`)).toMatchObject({ userName: 'anna' });
    expectError(await me.delete('/Me', { 'If-Match': 'W/"99"' }), 412);
    expect((await me.delete('/Me')).status).toBe(204);
    expectError(await client.get(`/Users/${id}`), 404);
    expectError(await me.get('/Me'), 404);
    expectError(await me.patch('/Me', { op: 'replace', path: 'nickName', value: 'x' }), 404);
  });

  test('says in any response where the user is for good', async () => {
    const client = await suite.tenant();
    const { id, meta } = await client.user('ann');
    const me = await as(id as string, client, suite);
    const version = { 'If-None-Match': meta.version as string };
    const answers = [
      await me.get('/Me', {}, version),
      await me.patch('/Me', { op: 'replace', path: 'nickName', value: 'Annie' }),
      await me.put('/Me', { schemas: [URN.user], userName: 'ann' }, { 'If-Match': 'W/"99"' }),
      await me.patch('/Me', { op: 'replace', path: 'active', value: { not: 'a boolean' } }),
      await me.get('/Me', { attributes: 'userName', excludedAttributes: 'userName' }),
      await me.delete('/Me'),
      await me.get('/Me'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([304, 200, 412, 400, 200, 204, 404]);
    for (const { headers } of answers) expect(headers.location).toBe(meta.location);
    expect((await client.get('/Me')).headers).not.toHaveProperty('location');
  });

  test('is not offered to a credential that is nobody, nor for POST', async () => {
    const client = await suite.tenant();
    for (const method of ['get', 'put', 'patch', 'delete', 'post'] as const) {
      const answer = await client.send(method, '/Me', method === 'get' || method === 'delete' ? undefined : {});
      expectError(answer, 501);
    }
    const { id } = await client.user('ann');
    expectError(await (await as(id as string, client, suite)).post('/Me', {}), 501);
  });

  test('asks for the scopes that the user asks for', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann');
    const reader = await as(id as string, client, suite, ['scim:read']);
    expect((await reader.get('/Me')).status).toBe(200);
    expectError(await reader.delete('/Me'), 403);
    const writer = await as(id as string, client, suite, ['scim:write']);
    expectError(await writer.get('/Me'), 403);
  });

  test('is nobody of another tenant', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('ann');
    const stranger = await as(id as string, await suite.tenant(), suite);
    expectError(await stranger.get('/Me'), 404);
    expectError(await stranger.delete('/Me'), 404);
    expectList(await client.get('/Users'), 1);
  });

  describe('the user of a credential', () => {
    test('is named by userName in any case, or by id', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('Ann@example.com');
      const { store, registry } = suite.target;
      const find = (named: string) => findUserId(store, registry.resourceType('User'), client.tenant, named);
      expect(await find('ann@EXAMPLE.com')).toBe(id);
      expect(await find(` ${id} `)).toBe(id);
      await expect(find('ann')).rejects.toThrow(/has no user "ann"/);
      await expect(find(' ')).rejects.toThrow(/has no user/);
    });

    test('is set and shown by the admin API, and must be a user of the tenant', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann');
      await (await suite.tenant()).user('bob');
      const admin = (await adminOf(suite)).client;
      const at = `/tenants/${client.tenant.name}/credentials`;
      const wanted = { kind: 'token', name: 'own', scopes: ['scim:read'], expires: null };
      const made = await admin.post(at, { ...wanted, user: 'ANN' });
      expect(made.status, made.text).toBe(201);
      expect(made.body.credential.user).toBe(id);
      expect((await client.withToken(made.body.secret as string).get('/Me')).body).toMatchObject({ userName: 'ann' });
      const plain = await admin.post(at, wanted);
      expect(plain.body.credential.user).toBeNull();
      const refused = await admin.post(at, { ...wanted, user: 'bob' });
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toContain('"user"');
    });
  });
});
