/** Who may do what: 401 and 403, their challenges (RFC 6750 §3), and where a token may not be. */
import { describe, expect, test } from 'vitest';
import { putCredential } from '../support/callers.js';
import { type Client, expectError, expectNoChange, type Method, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const READS = ['/Users', '/Users/{id}', '/Groups', '/ServiceProviderConfig', '/Schemas', '/ResourceTypes/User'];
const WRITES: [Method, string][] = [
  ['post', '/Users'],
  ['put', '/Users/{id}'],
  ['patch', '/Users/{id}'],
  ['delete', '/Users/{id}'],
  ['post', '/Groups'],
  ['post', '/Bulk'],
];
const BODY = { schemas: [URN.user], userName: 'new' };

onEachStore('scopes', (suite) => {
  const prepared = async (scopes: ('scim:read' | 'scim:write')[]): Promise<[Client, Client, string]> => {
    const owner = await suite.tenant();
    const { id } = await owner.user('lin');
    return [await suite.client(owner.tenant.name, scopes), owner, id];
  };

  test('scim:read reads everything and writes nothing: 403 insufficient_scope', async () => {
    const [client, owner, id] = await prepared(['scim:read']);
    for (const path of READS) expect((await client.get(path.replace('{id}', id))).status, path).toBe(200);
    await expectNoChange(owner, async () => {
      for (const [method, path] of WRITES) {
        const response = await client.send(method, path.replace('{id}', id), method === 'delete' ? undefined : BODY);
        expectError(response, 403);
        expect(response.headers['www-authenticate']).toBe(
          'Bearer realm="scim", error="insufficient_scope", scope="scim:write"',
        );
      }
    });
  });

  test('scim:write writes and reads nothing: 403 insufficient_scope', async () => {
    const [client, , id] = await prepared(['scim:write']);
    for (const path of READS) {
      const response = await client.get(path.replace('{id}', id));
      expectError(response, 403);
      expect(response.headers['www-authenticate']).toBe(
        'Bearer realm="scim", error="insufficient_scope", scope="scim:read"',
      );
    }
    expect((await client.post('/Users', BODY)).status).toBe(201);
    expect((await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' })).status).toBe(200);
    expect((await client.delete(`/Users/${id}`)).status).toBe(204);
  });

  test('a missing scope is 403 for ids that do not exist as well, so that nothing is learned', async () => {
    const [client] = await prepared(['scim:write']);
    expectError(await client.get('/Users/no-such-id'), 403);
    const [reader] = await prepared(['scim:read']);
    expectError(await reader.delete('/Users/no-such-id'), 403);
  });

  describe('credentials', () => {
    test.each([
      ['none', ''],
      ['no scheme', 'non-token'],
      ['another scheme', 'Basic bGluOnNlY3JldA=='],
    ])('%s is 401 with a bare challenge (RFC 6750 §3)', async (_, Authorization) => {
      const client = await suite.tenant();
      const response = await client.get('/Users', {}, { Authorization });
      expectError(response, 401);
      expect(response.headers['www-authenticate']).toBe('Bearer realm="scim"');
    });

    test.each([
      ['of nobody', (token: string) => token.replace(/.{8}$/, 'AAAAAAAA')],
      ['mistyped', (token: string) => `${token}x`],
      ['foreign', () => 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
    ])('a token %s is 401 invalid_token', async (_, change) => {
      const client = await suite.tenant();
      const response = await client.withToken(change(client.token)).get('/Users');
      expectError(response, 401);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="scim".*, error="invalid_token"/);
      expect(response.text + response.headers['www-authenticate']).not.toContain(client.token);
    });

    test('a token in the query or in the body is refused, whether or not there is one in the header (RFC 6750 §2.3)', async () => {
      const client = await suite.tenant();
      for (const Authorization of ['', `Bearer ${client.token}`]) {
        const response = await client.get('/Users', { access_token: client.token }, { Authorization });
        expectError(response, 401);
      }
      const form = { Authorization: '', 'Content-Type': 'application/x-www-form-urlencoded' };
      await expectNoChange(client, async () => {
        expectError(await client.post('/Users', `access_token=${client.token}`, form), 401);
        expectError(await client.post('/Users', { ...BODY, access_token: client.token }, { Authorization: '' }), 401);
      });
      expect(suite.logText).not.toContain(client.token);
    });

    test('a revoked token is refused with the next request; the other one of the tenant goes on', async () => {
      const client = await suite.tenant();
      const { store } = suite.target;
      const [kept] = await store.credentials(client.tenant.id);
      const other = await suite.client(client.tenant.name);
      expect((await client.get('/Users')).status).toBe(200);
      await store.revokeCredential(client.tenant.id, kept?.credential.id ?? '', new Date().toISOString());
      expectError(await client.get('/Users'), 401);
      expect((await other.get('/Users')).status).toBe(200);
    });

    test('an expired token is refused', async () => {
      const client = await suite.tenant();
      const { tenant } = client;
      const past = await putCredential(suite.target.store, { kind: 'token', tenant, expires: '2020-01-01T00:00:00Z' });
      expectError(await client.withToken(past.secret).get('/Users'), 401);
    });

    test('nobody unknown makes the server read a body: 401 comes before 400, 413 and 415', async () => {
      const client = await suite.tenant();
      for (const type of ['application/scim+json', 'text/plain']) {
        expectError(await client.post('/Users', '{', { Authorization: '', 'Content-Type': type }), 401);
      }
    });
  });

  test('the log holds nothing of a query or a body, which are secrets and people, not of refused requests either', async () => {
    const client = await suite.tenant();
    const { id } = await client.user('hidden-person');
    const requests = [
      await client.post('/Users', { schemas: [URN.user], userName: 'HIDDEN-person', password: 'hidden-word' }),
      await client.post('/Users', { schemas: [URN.user], userName: 'hidden-two', active: 'hidden-flag' }),
      await client.post('/Users', '{"userName":"hidden-text'),
      await client.filter('/Users', 'userName eq "hidden-filter'),
      await client.filter('/Users', 'userName hidden-operator "x"'),
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'emails[value eq "hidden-path"', value: 'x' }),
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'hidden-attribute', value: 'x' }),
      await client.get('/Users', { sortBy: 'hidden-sort' }),
      await client.get('/Users', { access_token: 'hidden-token' }),
    ];
    for (const response of requests) {
      expect(response.status).toBeGreaterThanOrEqual(400);
      const line = await suite.lineOf(response);
      expect(JSON.stringify(line)).not.toMatch(/hidden-/i);
    }
  });

  test('the scheme Bearer is read in any case (RFC 9110 §11.1)', async () => {
    const client = await suite.tenant();
    for (const scheme of ['bearer', 'BEARER']) {
      expect((await client.get('/Users', {}, { Authorization: `${scheme} ${client.token}` })).status).toBe(200);
    }
  });

  test('answers carry headers that keep browsers and caches from doing anything with them', async () => {
    const client = await suite.tenant();
    for (const response of [
      await client.get('/Users'),
      await client.get('/Users/none'),
      await client.get('/Users', {}, { Authorization: '' }),
    ]) {
      expect(response.headers['x-content-type-options']).toBe('nosniff');
      expect(response.headers['content-security-policy']).toContain("default-src 'none'");
      expect(response.headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
      expect(response.headers['cache-control']).toBe('private, no-cache');
    }
  });
});
