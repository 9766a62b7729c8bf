/** The OAuth endpoints over HTTP, from the token request to the SCIM request that the token is for. */
import { randomBytes, randomUUID } from 'node:crypto';
import express from 'express';
import request, { type Test } from 'supertest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  issueCredential,
  type NewCredential,
  revokeCredential,
  rotateCredential,
} from '../../src/access/credentials.js';
import type { Activity, Tenant } from '../../src/store/store.js';
import { TestIssuer } from '../support/issuer.js';
import { onEachStore, type Suite } from '../support/target.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CLAIMS = { aud: 'api://scim', sub: 'the sync service', tid: 'directory' };
const GRANT = { grant_type: 'client_credentials' };
const sources = { clock: () => new Date().toISOString(), newId: randomUUID, randomBytes };

interface TestClient {
  readonly id: string;
  readonly credential: string;
  readonly secret: string;
}

let addresses = 0;

/** What the tests ask a suite for. */
class Asker {
  constructor(readonly suite: Suite) {}

  async tenant(): Promise<Tenant> {
    return (await this.suite.tenant()).tenant;
  }

  async client(tenant: Tenant, wanted: Partial<NewCredential> = {}): Promise<TestClient> {
    const scopes = ['scim:read', 'scim:write'];
    const plain = { tenant, kind: 'client', name: 'N-able', scopes, expires: undefined, ...sources } as const;
    const { credential, secret = '' } = await issueCredential(this.suite.target.store, { ...plain, ...wanted });
    return { id: credential.identifier as string, credential: credential.id, secret };
  }

  /** Each from an address of its own, so that failures of one test do not slow others down. */
  post(path: string, form: Record<string, string> | string, headers: Record<string, string> = {}): Test {
    const address = `192.0.2.${++addresses}`;
    const type = 'application/x-www-form-urlencoded';
    return request(this.suite.server)
      .post(path)
      .set({ 'Content-Type': type, 'X-Forwarded-For': address, ...headers })
      .send(typeof form === 'string' ? form : new URLSearchParams(form).toString());
  }

  token({ id, secret }: TestClient, more: Record<string, string> = {}): Test {
    return this.post('/oauth/token', { ...GRANT, client_id: id, client_secret: secret, ...more });
  }

  scim(token: string, method: 'get' | 'post' = 'get', path = '/scim/v2/Users'): Test {
    const sent = request(this.suite.server)[method](path).set('Authorization', `Bearer ${token}`);
    return method === 'get' ? sent : sent.set('Content-Type', 'application/scim+json').send('{}');
  }

  /** What the activity has of the request that this answers. */
  async activityOf(requestId: string | undefined): Promise<Activity> {
    return vi.waitFor(async () => {
      const [entry] = await this.suite.target.store.activity({ requestId, limit: 1 });
      expect(entry, `an entry for ${requestId}`).toBeDefined();
      return entry as Activity;
    }, 5_000);
  }
}

const basic = ({ id, secret }: TestClient) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

onEachStore(
  'the token endpoint',
  (suite) => {
    const asker = new Asker(suite);

    test('gives a token that opens the SCIM endpoints of the tenant, and of no other', async () => {
      const [tenant, other] = [await asker.tenant(), await asker.tenant()];
      const { status, headers, body } = await asker.token(await asker.client(tenant));
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-store',
        pragma: 'no-cache',
        'x-request-id': expect.any(String),
      });
      expect(body).toEqual({
        access_token: expect.stringMatching(/^scimo_[0-9A-Za-z]{49}$/),
        token_type: 'Bearer',
        expires_in: 3_600,
        scope: 'scim:read scim:write',
      });
      expect((await asker.scim(body.access_token)).status).toBe(200);
      const of = (name: string) => asker.scim(body.access_token, 'get', `/tenants/${name}/scim/v2/Users`);
      expect((await of(tenant.name)).status).toBe(200);
      expect((await of(other.name)).status).toBe(404);
    });

    test('takes the secret in the header as well, as Entra sends it', async () => {
      const client = await asker.client(await asker.tenant());
      const { status, body } = await asker.post('/oauth/token', GRANT, basic(client));
      expect(status).toBe(200);
      expect((await asker.scim(body.access_token)).status).toBe(200);
    });

    test('passes over fields that it does not know, and a query', async () => {
      const client = await asker.client(await asker.tenant());
      const form = { ...GRANT, client_id: client.id, client_secret: client.secret, baseAddress: 'https://x/scim' };
      expect((await asker.post('/oauth/token?x=1', form)).status).toBe(200);
    });

    test('takes a form with a charset, and one that a body parser of the app has read', async () => {
      const client = await asker.client(await asker.tenant());
      const type = { 'Content-Type': 'Application/X-WWW-Form-URLencoded; charset=UTF-8' };
      expect((await asker.post('/oauth/token', GRANT, { ...type, ...basic(client) })).status).toBe(200);
      const app = express();
      app.use(express.urlencoded({ extended: true }), suite.target.oauthRouter);
      const sent = await request(app).post('/token').set(basic(client)).type('form').send(GRANT);
      expect(sent.status).toBe(200);
      const twice = await request(app).post('/token').set(basic(client)).type('form').send('grant_type=a&grant_type=b');
      expect(twice.body).toMatchObject({ error: 'invalid_request' });
    });

    test('gives a token of fewer scopes, with which the others are refused', async () => {
      const client = await asker.client(await asker.tenant());
      const { body } = await asker.token(client, { scope: 'scim:read' });
      expect(body.scope).toBe('scim:read');
      expect((await asker.scim(body.access_token)).status).toBe(200);
      expect((await asker.scim(body.access_token, 'post')).status).toBe(403);
    });

    test('gives tokens that are refused at once when the client is revoked', async () => {
      const tenant = await asker.tenant();
      const client = await asker.client(tenant);
      const { body } = await asker.token(client);
      expect((await asker.scim(body.access_token)).status).toBe(200);
      await revokeCredential(suite.target.store, tenant, { id: client.credential }, sources.clock);
      expect((await asker.scim(body.access_token)).status).toBe(401);
      expect((await asker.token(client)).status).toBe(401);
    });

    test('takes two secrets while one takes over from the other', async () => {
      const tenant = await asker.tenant();
      const client = await asker.client(tenant);
      const { store } = suite.target;
      const rotation = { overlap: 3_600, ...sources };
      const { secret = '' } = await rotateCredential(store, tenant, client.credential, rotation);
      for (const one of [client, { ...client, secret }]) {
        const { body } = await asker.token(one);
        expect((await asker.scim(body.access_token)).status).toBe(200);
      }
    });

    test('refuses a wrong secret with 401, in the header and in the form alike (RFC 6749 §5.2)', async () => {
      const client = { ...(await asker.client(await asker.tenant())), secret: 'wrong' };
      for (const answer of [await asker.token(client), await asker.post('/oauth/token', GRANT, basic(client))]) {
        expect(answer.status).toBe(401);
        expect(answer.headers).toMatchObject({
          'www-authenticate': 'Basic realm="scim"',
          'cache-control': 'no-store',
          'content-type': 'application/json',
        });
        expect(answer.body).toEqual({
          error: 'invalid_client',
          error_description: 'The client id or the client secret is wrong: copy both again.',
        });
      }
    });

    test.each([
      ['a parameter twice', `grant_type=client_credentials&grant_type=client_credentials`, {}],
      ['no form', '{"grant_type":"client_credentials"}', { 'Content-Type': 'application/json' }],
      ['nothing', '', {}],
      ['a form that is called something else', 'grant_type=client_credentials', { 'Content-Type': 'text/plain' }],
      ['a body that is compressed in an unknown way', 'x', { 'Content-Encoding': 'x' }],
    ])('refuses %s', async (_what, form, headers) => {
      const client = await asker.client(await asker.tenant());
      const { status, body } = await asker.post('/oauth/token', form, { ...basic(client), ...headers });
      expect(status).toBe(400);
      expect(body).toEqual({ error: 'invalid_request', error_description: expect.any(String) });
      expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    });

    test('refuses a form that is too large', async () => {
      const { status, body } = await asker.post('/oauth/token', { ...GRANT, x: 'x'.repeat(65_536) });
      expect(status).toBe(413);
      expect(body).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringContaining('65536 bytes'),
      });
    });

    test.each(['get', 'put', 'delete'] as const)('refuses %s', async (method) => {
      const { status, headers, body } = await request(suite.server)[method]('/oauth/token');
      expect(status).toBe(405);
      expect(headers.allow).toBe('POST');
      expect(body).toMatchObject({ error: 'invalid_request' });
    });

    test('has nothing beside it', async () => {
      const { status, body } = await asker.post('/oauth/authorize', GRANT);
      expect(status).toBe(404);
      expect(body.error_description).toContain('/token');
    });

    test('is in the activity of the tenant, with the credential', async () => {
      const tenant = await asker.tenant();
      const client = await asker.client(tenant);
      const { headers } = await asker.token(client).set('User-Agent', 'a client');
      expect(await asker.activityOf(headers['x-request-id'])).toMatchObject({
        tenant: tenant.id,
        credential: { id: client.credential, name: 'N-able' },
        method: 'POST',
        path: '/oauth/token',
        agent: 'a client',
        status: 200,
        outcome: 'done',
        address: expect.stringMatching(/^192\.0\.2\./),
      });
    });

    test('has a refusal in the activity of the tenant whose client it was, with the reason', async () => {
      const tenant = await asker.tenant();
      const client = await asker.client(tenant);
      const { headers } = await asker.token({ ...client, secret: 'wrong' });
      const entry = await asker.activityOf(headers['x-request-id']);
      expect(entry).toMatchObject({ tenant: tenant.id, status: 401, outcome: 'refused' });
      expect(entry.credential).toBeUndefined();
      expect(entry.refusal).toMatchObject({
        kind: 'invalid_client',
        reason: { failed: 'client_secret', came: 'another' },
      });
    });

    test('has the refusal of a stranger in the activity of nobody', async () => {
      const { headers } = await asker.token({ id: 'scimc_0123456789abcdef', secret: 'x', credential: '' });
      const entry = await asker.activityOf(headers['x-request-id']);
      expect(entry.tenant).toBeUndefined();
      expect(entry).toMatchObject({
        refusal: { kind: 'invalid_client', reason: { failed: 'client_id', came: 'scimc_0123456789abcdef' } },
      });
    });

    test('lets no secret into the log or the activity', async () => {
      const tenant = await asker.tenant();
      const client = await asker.client(tenant);
      const { body } = await asker.token(client);
      const marked = 'scims_planted0000000000000000000000000000000000000000';
      await asker.token({ ...client, secret: marked });
      await asker.token({ ...client, id: marked });
      await asker.post('/oauth/token', GRANT, { Authorization: `Bearer ${marked}` });
      await asker.post('/oauth/token', GRANT, { Authorization: marked });
      await asker.post(`/oauth/token?client_secret=${marked}`, { ...GRANT, scope: marked }, basic(client));
      const last = await asker.post('/oauth/introspect', { token: marked }, basic({ ...client, secret: marked }));
      await asker.activityOf(last.headers['x-request-id']);
      const everything = JSON.stringify(await suite.target.store.activity({ limit: 1_000 })) + suite.logText;
      for (const secret of [marked, client.secret, body.access_token]) expect(everything).not.toContain(secret);
      expect(everything).toContain('client_secret');
    });

    test('tells a client that asks for too many tokens when to come again', async () => {
      const client = await asker.client(await asker.tenant());
      const answers = await Promise.all(Array.from({ length: 30 }, () => asker.token(client)));
      const refused = answers.find(({ status }) => status !== 200);
      expect(refused?.status).toBe(429);
      expect(refused?.headers['retry-after']).toBe('1');
      expect(refused?.body).toMatchObject({ error: 'slow_down', error_description: expect.stringContaining('Wait 1') });
    });

    test('says that a store that is away may come back', async () => {
      const client = await asker.client(await asker.tenant());
      const { store } = suite.target;
      const { ScimError } = await import('../../src/scim/errors.js');
      const spy = vi.spyOn(store, 'findByIdentifier').mockRejectedValueOnce(new ScimError('unavailable'));
      const { status, headers, body } = await asker.token(client);
      spy.mockRestore();
      expect(status).toBe(503);
      expect(headers['retry-after']).toBe('5');
      expect(body).toMatchObject({ error: 'temporarily_unavailable' });
    });

    test('tells nothing of why the server failed', async () => {
      const client = await asker.client(await asker.tenant());
      const spy = vi.spyOn(suite.target.store, 'addKey').mockRejectedValueOnce(new Error('disk on fire'));
      const { status, body, text, headers } = await asker.token(client);
      spy.mockRestore();
      expect(status).toBe(500);
      expect(body.error).toBe('server_error');
      expect(text).not.toContain('fire');
      await vi.waitFor(() => expect(suite.logText).toContain('disk on fire'), 5_000);
      expect(
        suite.log.find(({ requestId, msg }) => requestId === headers['x-request-id'] && msg === 'request failed'),
      ).toBeDefined();
    });
  },
  {},
  true,
);

onEachStore(
  'introspection and revocation',
  (suite) => {
    const asker = new Asker(suite);

    test('tell and end what a token allows', async () => {
      const client = await asker.client(await asker.tenant());
      const { access_token: token } = (await asker.token(client)).body;
      const ask = () => asker.post('/oauth/introspect', { token }, basic(client));
      expect((await ask()).body).toMatchObject({ active: true, client_id: client.id, scope: 'scim:read scim:write' });
      const revoked = await asker.post('/oauth/revoke', { token, client_id: client.id, client_secret: client.secret });
      expect([revoked.status, revoked.text]).toEqual([200, '']);
      expect(revoked.headers['cache-control']).toBe('no-store');
      expect((await ask()).body).toEqual({ active: false });
      expect((await asker.scim(token)).status).toBe(401);
    });

    test('tell nobody of tokens of another tenant', async () => {
      const [one, other] = [await asker.client(await asker.tenant()), await asker.client(await asker.tenant())];
      const { access_token: token } = (await asker.token(one)).body;
      expect((await asker.post('/oauth/introspect', { token }, basic(other))).body).toEqual({ active: false });
      expect((await asker.post('/oauth/revoke', { token }, basic(other))).status).toBe(200);
      expect((await asker.scim(token)).status).toBe(200);
    });

    test('are asked with a bearer token as well, and refuse one that is not good with its challenge', async () => {
      const tenant = await asker.tenant();
      const { secret: token } = await asker.client(tenant, { kind: 'token' });
      const ask = (bearer: string) => asker.post('/oauth/introspect', { token }, { Authorization: `Bearer ${bearer}` });
      expect((await ask(token)).body).toMatchObject({ active: true });
      const refused = await ask('made-up');
      expect(refused.status).toBe(401);
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="scim", error="invalid_token"/);
    });
  },
  {},
  true,
);

describe('with a trusted issuer', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });
  afterAll(() => issuer.stop());

  onEachStore(
    'federation',
    (suite) => {
      const asker = new Asker(suite);
      const trust = (audiences: string[]): Partial<NewCredential> => ({
        kind: 'federation',
        trust: { issuer: issuer.issuer, audiences, subject: CLAIMS.sub, directory: CLAIMS.tid },
      });

      test('exchanges an assertion for a token, with the fields that Entra sends', async () => {
        const tenant = await asker.tenant();
        const client = await asker.client(tenant, trust(['api://exchange']));
        const { status, body } = await asker.post('/oauth/token', {
          ...GRANT,
          client_id: client.id,
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: await issuer.issue({ ...CLAIMS, aud: 'api://exchange' }),
          baseAddress: 'https://scim.example.com/scim/v2',
        });
        expect(status).toBe(200);
        expect((await asker.scim(body.access_token, 'get', `/tenants/${tenant.name}/scim/v2/Users`)).status).toBe(200);
      });

      test('takes a JWT as it is, until its credential is revoked (Entra with a blank secret)', async () => {
        const tenant = await asker.tenant();
        const client = await asker.client(tenant, trust(['blank']));
        const jwt = await issuer.issue({ ...CLAIMS, aud: 'blank' });
        expect((await asker.scim(jwt)).status).toBe(200);
        await revokeCredential(suite.target.store, tenant, { id: client.credential }, sources.clock);
        expect((await asker.scim(jwt)).status).toBe(401);
      });

      test('refuses a JWT for a disabled tenant as it refuses a token', async () => {
        const tenant = await asker.tenant();
        await asker.client(tenant, trust(['disabled']));
        await suite.target.store.updateTenant(tenant.id, { disabled: new Date().toISOString() });
        const { status } = await asker.scim(await issuer.issue({ ...CLAIMS, aud: 'disabled' }));
        expect(status).toBe(403);
      });

      test('refuses a JWT for another audience, and tells the tenant what was expected and what came', async () => {
        const tenant = await asker.tenant();
        await asker.client(tenant, trust(['right']));
        const jwt = await issuer.issue({ ...CLAIMS, aud: 'wrong' });
        const { status, headers, text } = await asker.scim(jwt, 'get', `/tenants/${tenant.name}/scim/v2/Users`);
        expect(status).toBe(401);
        expect(headers['www-authenticate']).toContain('error="invalid_token"');
        expect(text).not.toContain('right');
        const entry = await asker.activityOf(headers['x-request-id']);
        expect(entry.tenant).toBe(tenant.id);
        expect(entry.refusal?.reason).toMatchObject({ failed: 'aud', expected: 'right', came: 'wrong' });
        expect(suite.logText).not.toContain(jwt.slice(-40));
      });

      test('asks to come again while the issuer is away', async () => {
        const tenant = await asker.tenant();
        const away = await TestIssuer.start();
        const client = await asker.client(tenant, {
          kind: 'federation',
          trust: { issuer: away.issuer, audiences: ['x'], subject: 'y', directory: undefined },
        });
        const jwt = await away.issue({ aud: 'x', sub: 'y' });
        await away.stop();
        const scim = await asker.scim(jwt);
        expect([scim.status, scim.headers['retry-after']]).toEqual([503, '5']);
        const proof = { client_id: client.id, client_assertion_type: ASSERTION_TYPE, client_assertion: jwt };
        const token = await asker.post('/oauth/token', { ...GRANT, ...proof });
        expect([token.status, token.headers['retry-after']]).toEqual([503, '5']);
      });
    },
    { issuerHosts: '127.0.0.1', issuerPrivate: 'allow' },
    true,
  );

  onEachStore('without leave to ask private addresses', (suite) => {
    const asker = new Asker(suite);

    test('no keys are fetched, and the JWT is refused', async () => {
      await asker.client(await asker.tenant(), {
        kind: 'federation',
        trust: { issuer: issuer.issuer, audiences: [CLAIMS.aud], subject: CLAIMS.sub, directory: undefined },
      });
      const before = { ...issuer.counts };
      expect((await asker.scim(await issuer.issue(CLAIMS))).status).toBe(401);
      expect(issuer.counts).toEqual(before);
    });
  });
});

const METADATA = '/.well-known/oauth-authorization-server';

onEachStore('the metadata', (suite) => {
  test.each([`${METADATA}/oauth`, METADATA, `/oauth${METADATA}`])('is at %s (RFC 8414 §3)', async (address) => {
    const { status, body, headers } = await request(suite.server).get(address);
    const issuer = `${suite.origin}/oauth`;
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/token`,
      introspection_endpoint: `${issuer}/introspect`,
      revocation_endpoint: `${issuer}/revoke`,
      grant_types_supported: ['client_credentials'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['RS256', 'ES256', 'EdDSA']),
      scopes_supported: ['scim:read', 'scim:write', 'scim:catalog', 'events:read'],
    });
    expect(JSON.stringify(body)).not.toMatch(/HS256|none/);
  });

  test('names no endpoint that is not there', async () => {
    const { body } = await request(suite.server).get(METADATA);
    for (const name of ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint']) {
      const { status } = await request(suite.server).post(new URL(body[name]).pathname);
      expect(status, name).toBe(400);
    }
  });

  test('of another path is not there', async () => {
    expect((await request(suite.server).get(`${METADATA}/other`)).status).toBe(404);
  });

  test('is kept by nobody, as it says what whoever asks has put into Host', async () => {
    const { body, headers } = await request(suite.server).get(METADATA).set('Host', 'elsewhere.example');
    expect(body.token_endpoint).toBe('http://elsewhere.example/oauth/token');
    expect(headers['cache-control']).toBe('no-store');
  });
});

onEachStore(
  'the metadata of endpoints that an app has elsewhere',
  (suite) => {
    test('leads there', async () => {
      const { body } = await request(suite.server).get(`${METADATA}/auth/scim`);
      expect(body).toMatchObject({ issuer: `${suite.origin}/auth/scim` });
      expect((await request(suite.server).get(`${METADATA}/oauth`)).status).toBe(404);
    });
  },
  { paths: { oauth: '/auth/scim' } },
);

onEachStore(
  'the metadata of a server with a public URL',
  (suite) => {
    test.each([`${METADATA}/oauth`, `/oauth${METADATA}`])('has that in its addresses, at %s', async (address) => {
      const { body, headers } = await request(suite.server).get(address);
      expect(body).toMatchObject({
        issuer: 'https://scim.example.com/oauth',
        token_endpoint: 'https://scim.example.com/oauth/token',
      });
      expect(headers['cache-control']).toBe('public, max-age=3600');
    });
  },
  { publicUrl: 'https://scim.example.com' },
);
