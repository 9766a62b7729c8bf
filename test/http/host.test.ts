/** The header Host: part of the addresses in answers, so it is refused where it is none (RFC 9112 §3.2). */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AdminClient, adminOf } from '../support/admin-client.js';
import type { Client } from '../support/client.js';
import { Suite } from '../support/target.js';

const METADATA = '/.well-known/oauth-authorization-server';
const CALLBACK = '/admin/api/sso/callback';

const suite = new Suite('memory:', { ssoIssuer: 'https://login.example.com', ssoClientId: 'scim' }, true);
let client: Client;
let admin: AdminClient;
beforeAll(async () => {
  await suite.start();
  client = await suite.tenant();
  ({ client: admin } = await adminOf(suite));
});
afterAll(() => suite.stop());

/** One answer of each router that tells addresses. */
async function answersTo(headers: Record<string, string>) {
  const connection = `/tenants/${client.tenant.name}/connection`;
  return {
    scim: await client.get('/ServiceProviderConfig', {}, headers),
    oauth: await request(suite.server).get(METADATA).set(headers),
    admin: await admin.get(connection, headers),
    anybody: await request(suite.server).get(CALLBACK).set(headers),
  };
}

describe('is refused', () => {
  test.each(['a b', '[', 'x:99999', 'x:y', '<x>', 'x/..', 'x?y', 'x#y', 'user:secret@x', 'e%41x', '\u00e4', 'xn--'])(
    'as %j, and repeated in no answer',
    async (host) => {
      for (const [router, answer] of Object.entries(await answersTo({ Host: host }))) {
        expect([router, answer.status]).toEqual([router, 400]);
        expect(answer.text).not.toContain(`//${host}`);
      }
    },
  );

  test('where a proxy passes on such a one', async () => {
    expect((await answersTo({ 'X-Forwarded-Host': 'user:secret@x' })).admin.status).toBe(400);
  });
});

test.each([
  'scim.example.com',
  'SCIM.example.com:8443',
  'my_host.',
  '192.0.2.7:80',
  '[2001:db8::7]:8080',
  'xn--nxasmq6b.example',
])('is part of addresses as %s', async (host) => {
  const { scim, oauth, admin: connection, anybody } = await answersTo({ Host: host });
  expect(scim.body.meta.location).toBe(`http://${host}/scim/v2/ServiceProviderConfig`);
  expect(oauth.body.issuer).toBe(`http://${host}/oauth`);
  expect(connection.body.tokenEndpoint).toBe(`http://${host}/oauth/token`);
  expect(anybody.headers.location).toBe(`http://${host}/admin/signin?problem=state`);
});

test('a scheme that a proxy passes on is https or else http', async () => {
  for (const [scheme, shown] of Object.entries({ https: 'https', http: 'http', javascript: 'http', 'x y': 'http' })) {
    const { scim, oauth, admin: connection } = await answersTo({ Host: 'x', 'X-Forwarded-Proto': scheme });
    expect(scim.body.meta.location).toBe(`${shown}://x/scim/v2/ServiceProviderConfig`);
    expect(oauth.body.issuer).toBe(`${shown}://x/oauth`);
    if (shown === 'http') expect(connection.body.tokenEndpoint).toBe(`http://x/oauth/token`);
  }
});
