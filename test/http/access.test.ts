/** Every way in, over HTTP: what opens, what is refused, and what the answer says of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Response } from 'supertest';
import { expect, test } from 'vitest';
import { issueCredential, type NewCredential, rotateCredential } from '../../src/access/credentials.js';
import { updateTenant, type WantedTenant } from '../../src/access/tenants.js';
import { ACCESS_TOKEN_PREFIX, hashToken, newToken } from '../../src/access/token.js';
import type { Tenant } from '../../src/store/store.js';
import { type Client, expectError, type Headers } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const clock = () => new Date().toISOString();
const rules = { profiles: ['entra', 'okta', 'strict'], clock };
const sources = { clock, newId: randomUUID, randomBytes };

const PLAIN = 'Bearer realm="scim"';
const BASIC = 'Basic realm="scim", charset="UTF-8"';

const basic = (user: string | undefined, password: string | undefined): Headers => ({
  Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** Each line of WWW-Authenticate; supertest joins them. */
function challengesOf(response: Response): string[] {
  const { rawHeaders } = (response as unknown as { res: IncomingMessage }).res;
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'www-authenticate');
}

onEachStore('access', (suite) => {
  const storeOf = () => suite.target.store;

  async function change(client: Client, wanted: WantedTenant): Promise<Tenant> {
    const tenant = (await storeOf().tenantById(client.tenant.id)) as Tenant;
    return updateTenant(storeOf(), tenant, wanted, rules);
  }

  async function issue(client: Client, wanted: Partial<NewCredential>) {
    const tenant = (await storeOf().tenantById(client.tenant.id)) as Tenant;
    const usual = { kind: 'token', name: 'of a test', scopes: ['scim:read'], expires: undefined } as const;
    return issueCredential(storeOf(), { tenant, ...usual, ...sources, ...wanted });
  }

  /** A tenant that takes HTTP Basic, with a user name and its password. */
  async function withBasic() {
    const client = await suite.tenant();
    await change(client, { allowsBasic: true });
    const { credential, secret } = await issue(client, { kind: 'basic' });
    return { client, user: credential.identifier, password: secret, id: credential.id };
  }

  const below = (client: Client) => client.at(`/tenants/${client.tenant.name}/scim/v2`);

  test('without a credential: 401, a SCIM error and one challenge', async () => {
    const client = await suite.tenant();
    const response = await client.send('get', '/Users', undefined, { Authorization: '' });
    expectError(response, 401);
    expect(challengesOf(response)).toEqual([PLAIN]);
    expect(response.headers['retry-after']).toBeUndefined();
  });

  test('with a token that is not good: 401 and the reason in the challenge (RFC 6750 §3.1)', async () => {
    const client = await suite.tenant();
    const response = await client.withToken(newToken(randomBytes)).get('/Users');
    expectError(response, 401);
    expect(challengesOf(response)).toEqual([
      `${PLAIN}, error="invalid_token", error_description="The token is not known here."`,
    ]);
  });

  test('HTTP Basic opens what its tenant has, with its scopes, where the tenant allows it', async () => {
    const { client, user, password } = await withBasic();
    await client.user('lin@example.com');
    for (const way of [client, below(client)]) {
      const response = await way.get('/Users', {}, basic(user, password));
      expect(response.status).toBe(200);
      expect(response.body.totalResults).toBe(1);
      expectError(await way.delete('/Users/x', basic(user, password)), 403);
    }
    const other = await suite.tenant();
    expectError(await below(other).get('/Users', {}, basic(user, password)), 404);
  });

  test('HTTP Basic is refused from the moment on that the tenant no longer allows it', async () => {
    const { client, user, password } = await withBasic();
    expect((await client.get('/Users', {}, basic(user, password))).status).toBe(200);
    await change(client, { allowsBasic: false });
    const response = await below(client).get('/Users', {}, basic(user, password));
    expectError(response, 401);
    expect(response.body.detail).toContain('HTTP Basic is not taken here');
    expect(challengesOf(response)).toEqual([PLAIN]);
    expect((await client.get('/Users')).status).toBe(200);
  });

  test('a challenge of HTTP Basic stands in a line of its own, where the path names a tenant that allows it', async () => {
    const { client, user } = await withBasic();
    const wrong = newToken(randomBytes, 'scimp_');
    const cases: [Client, Headers, string[]][] = [
      [below(client), basic(user, wrong), [PLAIN, BASIC]],
      [below(client), { Authorization: '' }, [PLAIN, BASIC]],
      [client, basic(user, wrong), [PLAIN]],
      [client, { Authorization: '' }, [PLAIN]],
      [below(await suite.tenant()), { Authorization: '' }, [PLAIN]],
    ];
    for (const [way, headers, challenges] of cases) {
      const response = await way.send('get', '/Users', undefined, headers);
      expectError(response, 401);
      expect(challengesOf(response)).toEqual(challenges);
    }
  });

  test('after ten wrong passwords: 429 with Retry-After, while a client that was let in goes on', async () => {
    const { client, user, password } = await withBasic();
    expect((await client.get('/Users', {}, basic(user, password))).status).toBe(200);
    for (let i = 0; i < 10; i++) {
      expectError(await client.get('/Users', {}, basic(user, newToken(randomBytes, 'scimp_'))), 401);
    }
    const response = await client.get('/Users', {}, basic(user, newToken(randomBytes, 'scimp_')));
    expectError(response, 429);
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d{0,2}$/);
    expect(challengesOf(response)).toEqual([]);
    expect((await client.get('/Users', {}, basic(user, password))).status).toBe(200);
    expect((await client.get('/Users')).status).toBe(200);
  });

  test('two passwords, or two tokens, are good during an overlap; then only the new one', async () => {
    const { client, user, password, id } = await withBasic();
    const tenant = (await storeOf().tenantById(client.tenant.id)) as Tenant;
    const rotate = (overlap: number) => rotateCredential(storeOf(), tenant, id, { overlap, ...sources });
    const second = (await rotate(3_600)).secret;
    for (const good of [password, second]) {
      expect((await client.get('/Users', {}, basic(user, good))).status).toBe(200);
    }
    const third = (await rotate(0)).secret;
    for (const old of [password, second]) {
      const response = await client.get('/Users', {}, basic(user, old));
      expectError(response, 401);
    }
    expect((await client.get('/Users', {}, basic(user, third))).status).toBe(200);
  });

  test('an access token opens what its client does, and ends with it', async () => {
    const client = await suite.tenant();
    const { credential } = await issue(client, { kind: 'client', scopes: ['scim:read', 'scim:write'] });
    const token = newToken(randomBytes, ACCESS_TOKEN_PREFIX);
    await storeOf().addKey({
      id: randomUUID(),
      credential: credential.id,
      kind: 'access',
      hash: hashToken(token),
      scopes: ['scim:read'],
      created: clock(),
      expires: new Date(Date.now() + 60_000).toISOString(),
      hint: undefined,
    });
    const caller = client.withToken(token);
    expect((await caller.get('/Users')).status).toBe(200);
    const refused = await caller.delete('/Users/x');
    expectError(refused, 403);
    expect(challengesOf(refused)).toEqual([`${PLAIN}, error="insufficient_scope", scope="scim:write"`]);
    await storeOf().revokeCredential(client.tenant.id, credential.id, clock());
    expectError(await caller.get('/Users'), 401);
  });

  test('secrets of other kinds open nothing as a bearer token', async () => {
    const client = await suite.tenant();
    await change(client, { allowsBasic: true });
    for (const kind of ['client', 'basic'] as const) {
      const { secret = '' } = await issue(client, { kind });
      expectError(await client.withToken(secret).get('/Users'), 401);
    }
    expectError(await client.withToken(newToken(randomBytes, 'scima_')).get('/Users'), 401);
  });

  test('a disabled tenant: 403 with a detail that says so and no challenge, for every method, until it is enabled', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('lin@example.com');
    await change(client, { disabled: true });
    for (const way of [client, below(client)]) {
      for (const response of [
        await way.get('/Users'),
        await way.get('/ServiceProviderConfig'),
        await way.post('/Users', {}),
        await way.delete(`/Users/${id}`),
      ]) {
        expectError(response, 403);
        expect(response.body.detail).toContain('The tenant is disabled');
        expect(challengesOf(response)).toEqual([]);
      }
    }
    await change(client, { disabled: false });
    expect((await client.get(`/Users/${id}`)).status).toBe(200);
  });

  test('more requests than the tenant may send: 429 with Retry-After, before anything of them is read', async () => {
    const client = await suite.tenant();
    const other = await suite.tenant();
    await change(client, { requestLimit: 1 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => client.post('/Users', 'not JSON')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(15);
    expect(answers.filter(({ status }) => status === 400).length).toBeGreaterThanOrEqual(10);
    for (const response of refused) {
      expectError(response, 429);
      expect(response.body.detail).toBe('Too many requests; try again later.');
      expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      expect(challengesOf(response)).toEqual([]);
    }
    expect((await other.get('/Users')).status).toBe(200);
  });

  test('what was planted in a header is in no line of the log, whether the request is refused or not', async () => {
    const { client, user, password } = await withBasic();
    const mark = 'PlantedSecretX7';
    const marked = `${mark}-${randomUUID()}`;
    const everywhere = (authorization: string): Headers => ({
      Authorization: authorization,
      'Proxy-Authorization': `Bearer ${marked}`,
      Cookie: `session=${marked}`,
      'X-Api-Key': marked,
      'X-Forwarded-For': marked,
      'X-Request-Id': marked,
      'User-Agent': marked,
      Referer: `https://example.com/${marked}`,
      Origin: `https://${marked}.example.com`,
      'If-Match': `W/"${marked}"`,
      'Accept-Language': marked,
    });
    const tokens = [
      `Bearer ${client.token}`,
      `Bearer ${marked}`,
      `Bearer scimt_${marked}`,
      `Bearer eyJhbGciOiJSUzI1NiJ9.${marked}.${marked}`,
      `Bearer ${client.token} ${marked}`,
      marked,
      `${marked} ${marked}`,
      `Basic ${Buffer.from(`${marked}:${marked}`).toString('base64')}`,
      `Basic ${Buffer.from(`${user}:scimp_${marked}`).toString('base64')}`,
      basic(user, password).Authorization as string,
    ];
    for (const token of tokens) {
      for (const way of [client, below(client)]) {
        const response = await way.send('get', '/Users', undefined, everywhere(token));
        await suite.lineOf(response);
        await suite.lineOf(await way.send('delete', '/Users/x', undefined, everywhere(token)));
      }
    }
    expect(suite.logText).toContain('authentication refused');
    expect(suite.logText).not.toContain(mark);
    expect(suite.logText).not.toContain(Buffer.from(mark).toString('base64').slice(0, 16));
    for (const secret of [client.token, password ?? '']) expect(suite.logText).not.toContain(secret.slice(6, 14));
  });

  test('the log says why, field by field, and whose credential it was', async () => {
    const client = await suite.tenant();
    const [kept] = await storeOf().credentials(client.tenant.id);
    await storeOf().revokeCredential(client.tenant.id, kept?.credential.id ?? '', '2031-01-01T00:00:00.000Z');
    const response = await client.get('/Users');
    const { requestId } = await suite.lineOf(response);
    const line = suite.log.find(({ requestId: id, msg }) => id === requestId && msg === 'authentication refused');
    expect(line).toMatchObject({
      level: 40,
      reason: 'revoked',
      expected: { state: 'active' },
      came: { state: 'revoked', since: '2031-01-01T00:00:00.000Z' },
      credential: kept?.credential.id,
      tenant: client.tenant.name,
    });
  });
});
