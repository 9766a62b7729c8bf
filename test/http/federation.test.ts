/**
 * Federation as it is used in the field: a credential that an admin has made on the page, JWTs of an issuer with real
 * keys, and what becomes of those that are wrong in one way each, with the reason in the log and in the activity.
 */
import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK, type JWTPayload } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ActivityList, ActivityView } from '../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../support/admin-client.js';
import { TestIssuer } from '../support/issuer.js';
import { Suite } from '../support/target.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CLAIMS = { aud: 'api://scim', sub: 'the sync service', tid: 'directory' };

const issuer = await TestIssuer.start();
const stranger = await TestIssuer.start();
const suite = new Suite('sqlite:', { issuerHosts: new URL(issuer.origin).hostname, issuerPrivate: 'allow' }, true);
let admin: AdminClient;
let tenant: string;
let clientId: string;
beforeAll(async () => {
  await suite.start();
  admin = (await adminOf(suite)).client;
  tenant = (await suite.tenant()).tenant.name;
  const trust = { issuer: issuer.issuer, audiences: [CLAIMS.aud], subject: CLAIMS.sub, directory: CLAIMS.tid };
  const { credential, secret } = await admin.issue(tenant, { kind: 'federation', name: 'Entra', trust });
  expect(secret).toBeNull();
  clientId = credential.identifier ?? credential.id;
});
afterAll(async () => {
  await suite.stop();
  await issuer.stop();
  await stranger.stop();
});

let addresses = 0;
const address = () => `192.0.2.${++addresses}`;

/** The token endpoint, asked as Entra asks it. */
function exchange(assertion: string) {
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
    baseAddress: `${suite.origin}/scim/v2`,
  };
  return request(suite.server).post('/oauth/token').type('form').set('X-Forwarded-For', address()).send(form);
}

type Method = 'get' | 'post' | 'patch' | 'delete';

function scim(token: string, method: Method, path: string, body?: object) {
  const sent = request(suite.server)
    [method](`/tenants/${tenant}/scim/v2${path}`)
    .set({ Authorization: `Bearer ${token}`, 'X-Forwarded-For': address() });
  return body ? sent.type('application/scim+json').send(JSON.stringify(body)) : sent;
}

/** Probe, create, change, disable, find, delete. */
async function cycle(token: string, userName: string): Promise<void> {
  const find = `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`;
  const probe = await scim(token, 'get', find);
  expect([probe.status, probe.body.totalResults]).toEqual([200, 0]);
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
  const created = await scim(token, 'post', '/Users', { schemas, userName, active: true });
  expect(created.status, created.text).toBe(201);
  const user = `/Users/${created.body.id}`;
  const change = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'Add', path: 'displayName', value: 'Lin' },
      { op: 'Replace', path: 'active', value: 'False' },
    ],
  };
  const changed = await scim(token, 'patch', user, change);
  expect([changed.status, changed.body.active, changed.body.displayName]).toEqual([200, false, 'Lin']);
  expect((await scim(token, 'get', find)).body.totalResults).toBe(1);
  expect((await scim(token, 'delete', user)).status).toBe(204);
  expect((await scim(token, 'get', user)).status).toBe(404);
}

/** The request in the activity of the tenant, or in that of nobody. */
async function recorded(requestId: string, ofTenant = true): Promise<ActivityView | undefined> {
  await suite.target.flush();
  const path = ofTenant ? `/tenants/${tenant}/activity` : '/activity';
  return ((await admin.get(`${path}?requestId=${requestId}`)).body as ActivityList).items[0];
}

describe('a tenant that trusts an issuer', () => {
  test('is provisioned with tokens that client assertions are exchanged for', async () => {
    const answer = await exchange(await issuer.issue(CLAIMS));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'scim:read scim:write' });
    await cycle(answer.body.access_token, 'lin@example.com');
  });

  test('is provisioned with tokens of the issuer themselves, as Entra sends them when the secret is left blank', async () => {
    await cycle(await issuer.issue(CLAIMS), 'mo@example.com');
  });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1_000);
const good = (): JWTPayload => ({ iss: issuer.issuer, ...CLAIMS, iat: now(), nbf: now(), exp: now() + 3_900 });

/** Signed with the published key as if it were a shared secret. */
async function signedWithPublicKey(): Promise<string> {
  const key = (await importJWK(issuer.jwk(), 'RS256', { extractable: true })) as Parameters<typeof exportSPKI>[0];
  const text = `${part({ alg: 'HS256', typ: 'JWT', kid: issuer.jwk().kid })}.${part(good())}`;
  return `${text}.${createHmac('sha256', await exportSPKI(key))
    .update(text)
    .digest('base64url')}`;
}

interface Wrong {
  readonly name: string;
  readonly make: () => Promise<string>;
  /** Of the reason. */
  readonly failed: string;
  readonly came: RegExp;
}

const WRONG: readonly Wrong[] = [
  { name: 'that has expired', make: () => issuer.issue({ ...CLAIMS, exp: now() - 90 }), failed: 'exp', came: /^20/ },
  {
    name: 'for another audience',
    make: () => issuer.issue({ ...CLAIMS, aud: 'api://other' }),
    failed: 'aud',
    came: /^api:\/\/other$/,
  },
  { name: 'of another issuer', make: () => stranger.issue(CLAIMS), failed: 'iss', came: /^http:\/\/127/ },
  {
    name: 'for another subject',
    make: () => issuer.issue({ ...CLAIMS, sub: 'somebody' }),
    failed: 'sub',
    came: /^somebody$/,
  },
  {
    name: 'without a signature',
    make: async () => `${part({ alg: 'none', typ: 'JWT' })}.${part(good())}.`,
    failed: 'alg',
    came: /^none$/,
  },
  {
    name: 'signed by HS256 with the public key',
    make: signedWithPublicKey,
    failed: 'alg',
    came: /^HS256$/,
  },
  {
    name: 'under a key id that the issuer does not have',
    make: () => issuer.issue(CLAIMS, { kid: 'another' }),
    failed: 'kid',
    came: /^another$/,
  },
];

describe.each(WRONG)('a token $name is refused', ({ make, failed, came }) => {
  test.each(['as a bearer token', 'as a client assertion'])('%s', async (way) => {
    const token = await make();
    const isBearer = way === 'as a bearer token';
    const answer = isBearer ? await scim(token, 'get', '/Users') : await exchange(token);
    expect(answer.status, answer.text).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(isBearer ? /^Bearer .*error="invalid_token"/ : /^Basic /);
    if (!isBearer) expect(answer.body.error).toBe('invalid_client');

    const requestId = answer.headers['x-request-id'] ?? '';
    const entry = (await recorded(requestId)) ?? (await recorded(requestId, false));
    expect(entry).toMatchObject({ status: 401, outcome: 'refused', credential: null });
    expect(entry?.refusal?.reason).toMatchObject({ failed, came: expect.stringMatching(came) });
    expect(entry?.advice).toBeTruthy();

    const lines = suite.log.filter((line) => line.requestId === requestId);
    const logged = lines.find(({ msg }) => /refused$/.test(msg)) as Record<string, unknown> | undefined;
    const reason = isBearer ? logged : (logged?.reason as Record<string, unknown> | undefined);
    expect(reason?.[isBearer ? 'reason' : 'failed']).toBe(failed);
    expect(reason?.came).toEqual(expect.stringMatching(came));
    expect(suite.logText).not.toContain(token.split('.')[2] || token);
  });
});
