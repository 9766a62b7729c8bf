import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  endKey,
  issueCredential,
  type NewCredential,
  revokeCredential,
  rotateCredential,
  updateCredential,
} from '../../../src/access/credentials.js';
import { createFetchJson } from '../../../src/access/federation/fetch-json.js';
import { createIssuerKeys } from '../../../src/access/federation/issuer-keys.js';
import { createTrustedTokens } from '../../../src/access/federation/trusted-tokens.js';
import { ASSERTION_TYPE } from '../../../src/access/oauth/client-authentication.js';
import { readForm } from '../../../src/access/oauth/form.js';
import { OAuthRefused } from '../../../src/access/oauth/refusal.js';
import { createOAuthServer, type OAuthServer } from '../../../src/access/oauth/server.js';
import { createRequestLimit } from '../../../src/access/request-limit.js';
import { createTenant } from '../../../src/access/tenants.js';
import { createThrottle } from '../../../src/access/throttle.js';
import { hashToken, isWellFormed } from '../../../src/access/token.js';
import { bundledDocuments } from '../../../src/schema-files.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { createMemoryStore } from '../../../src/store/memory/store.js';
import type { Key, Store, Tenant } from '../../../src/store/store.js';
import { TestIssuer } from '../../support/issuer.js';

const GRANT = { grant_type: 'client_credentials' };
const CLAIMS = { aud: 'api://scim', sub: 'the sync service', tid: 'directory' };
const registry = loadRegistry(bundledDocuments());

let issuer: TestIssuer;
let store: Store;
let acme: Tenant;
let globex: Tenant;
let now: number;
let uses: [credential: string, address: string | undefined][];
let waits: number[];
let oauth: OAuthServer;

const pass = (milliseconds: number) => {
  now += milliseconds;
};
const clock = () => new Date(now).toISOString();
const sources = { clock, newId: randomUUID, randomBytes };

beforeAll(async () => {
  issuer = await TestIssuer.start();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  issuer.isDown = false;
  now = Date.parse('2031-01-31T12:00:00Z');
  uses = [];
  waits = [];
  store = createMemoryStore({ types: registry.resourceType });
  acme = await createTenant(store, { name: 'acme', profile: 'entra', profiles: ['entra'], ...sources });
  globex = await createTenant(store, { name: 'globex', profile: 'entra', profiles: ['entra'], ...sources });
  const fetchJson = createFetchJson({ hosts: ['127.0.0.1'], allowsPrivate: true });
  const tokens = createTrustedTokens({ store, keys: createIssuerKeys({ fetchJson, now: () => now }), clock });
  oauth = createOAuthServer({
    store,
    tokens,
    uses: { note: (...use) => void uses.push(use) },
    throttle: createThrottle({ now: () => now, wait: async (milliseconds) => void waits.push(milliseconds) }),
    issueLimit: createRequestLimit(() => now),
    log: { warn: () => {} },
    ...sources,
  });
});

interface TestClient {
  readonly id: string;
  readonly credential: string;
  readonly secret: string;
}

async function client(wanted: Partial<NewCredential> = {}): Promise<TestClient> {
  const scopes = ['scim:read', 'scim:write'];
  const plain = { tenant: acme, kind: 'client', name: 'N-able', scopes, expires: undefined, ...sources } as const;
  const { credential, secret = '' } = await issueCredential(store, { ...plain, ...wanted });
  return { id: credential.identifier as string, credential: credential.id, secret };
}

const trust = (change: object = {}): Partial<NewCredential> => ({
  kind: 'federation',
  trust: { issuer: issuer.issuer, audiences: [CLAIMS.aud], subject: CLAIMS.sub, directory: CLAIMS.tid, ...change },
});

const form = (parameters: Record<string, string>, authorization?: string) => ({
  authorization,
  form: readForm(Object.entries(parameters)),
});

const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

const posted = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret });

const issue = async (from: TestClient, more: Record<string, string> = {}) =>
  (await oauth.issue(form({ ...GRANT, ...posted(from), ...more }), '192.0.2.1')).answer;

const assert = async (parameters: Record<string, string>, claims: object = {}) => {
  const assertion = await issuer.issue({ ...CLAIMS, ...claims }, {}, now);
  const proof = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
  return (await oauth.issue(form({ ...GRANT, ...proof, ...parameters }), '192.0.2.1')).answer;
};

async function refusal(promise: Promise<unknown>): Promise<OAuthRefused> {
  const error: unknown = await promise.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OAuthRefused);
  return error as OAuthRefused;
}

async function keyOf(token: string): Promise<Key | undefined> {
  return (await store.findBearer(hashToken(token)))?.key;
}

describe('a token', () => {
  test('is issued for id and secret, in the form or in the header alike', async () => {
    const made = await client();
    const inForm = await issue(made);
    const { answer: inHeader } = await oauth.issue(form(GRANT, basic(made.id, made.secret)), undefined);
    for (const answer of [inForm, inHeader]) {
      expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'scim:read scim:write' });
      expect(isWellFormed(answer.access_token, 'scimo_')).toBe(true);
    }
    expect(inForm.access_token).not.toBe(inHeader.access_token);
  });

  test('is kept as a hash, with its end', async () => {
    const { access_token: token } = await issue(await client());
    expect(await keyOf(token)).toMatchObject({
      kind: 'access',
      scopes: ['scim:read', 'scim:write'],
      expires: '2031-01-31T13:00:00.000Z',
    });
    expect(JSON.stringify(await keyOf(token))).not.toContain(token);
  });

  test('has the client id in the header and, the same one, in the form', async () => {
    const made = await client();
    await oauth.issue(form({ ...GRANT, client_id: made.id }, basic(made.id, made.secret)), undefined);
  });

  test('lives as long as its credential says', async () => {
    expect((await issue(await client({ tokenLifetime: 21_600 }))).expires_in).toBe(21_600);
  });

  test('does not outlive its credential', async () => {
    const made = await client({ expires: '2031-01-31T12:10:00.000Z' });
    expect((await issue(made)).expires_in).toBe(600);
  });

  test('has the scopes that were asked for, each once, and no others', async () => {
    const answer = await issue(await client(), { scope: 'scim:read  scim:read' });
    expect(answer.scope).toBe('scim:read');
    expect((await keyOf(answer.access_token))?.scopes).toEqual(['scim:read']);
  });

  test('notes the use of its client', async () => {
    const made = await client();
    await issue(made);
    expect(uses).toEqual([[made.credential, '192.0.2.1']]);
  });

  test('is issued for either of two secrets while one takes over from the other', async () => {
    const made = await client();
    const { secret = '' } = await rotateCredential(store, acme, made.credential, { overlap: 3_600, ...sources });
    await issue(made);
    await issue({ ...made, secret });
    now += 3_600_000;
    const { notes } = await refusal(issue(made));
    expect(notes.reason).toMatchObject({
      failed: 'client_secret',
      expected: 'one of the 1 that are good',
      came: 'one that has ended',
    });
    await issue({ ...made, secret });
  });

  test('ends, and is forgotten some time after', async () => {
    const made = await client();
    const { access_token: token } = await issue(made);
    now += 3_700_000;
    await issue(made);
    expect(await keyOf(token)).toBeUndefined();
  });

  test('is issued ten times at once and then twice a second, to one client', async () => {
    const [one, other] = [await client(), await client()];
    for (let i = 0; i < 10; i++) await issue(one);
    const error = await refusal(issue(one));
    expect(error).toMatchObject({ error: 'slow_down', status: 429, notes: { retryAfter: 1 } });
    await issue(other);
    now += 500;
    await issue(one);
  });
});

describe('a token request is refused', () => {
  test.each([
    ['without grant_type', { grant_type: '' }, 'invalid_request', 'grant_type is missing'],
    ['with another grant', { grant_type: 'password' }, 'unsupported_grant_type', 'client_credentials'],
    ['with a grant of the library', { grant_type: 'refresh_token' }, 'unsupported_grant_type', 'client_credentials'],
    ['with a scope that there is not', { scope: 'scim:read admin' }, 'invalid_scope', 'scim:read scim:write'],
    ['with a scope that is not well formed', { scope: '"' }, 'invalid_scope', 'scim:read scim:write'],
  ])('%s', async (_what, parameters, code, advice) => {
    const error = await refusal(issue(await client(), parameters));
    expect(error).toMatchObject({ error: code, status: 400, message: expect.stringContaining(advice) });
  });

  test('with a scope that the credential lacks', async () => {
    const error = await refusal(issue(await client({ scopes: ['scim:read'] }), { scope: 'scim:write' }));
    expect(error).toMatchObject({
      error: 'invalid_scope',
      notes: { reason: { failed: 'scope', expected: 'scim:read' } },
    });
  });

  test('with a secret in the header and in the form', async () => {
    const made = await client();
    const error = await refusal(
      oauth.issue(form({ ...GRANT, ...posted(made) }, basic(made.id, made.secret)), undefined),
    );
    expect(error).toMatchObject({ error: 'invalid_request', status: 400 });
  });

  test('with another client id in the form than in the header', async () => {
    const made = await client();
    const request = form({ ...GRANT, client_id: 'other' }, basic(made.id, made.secret));
    expect(await refusal(oauth.issue(request, undefined))).toMatchObject({ error: 'invalid_request' });
  });

  test.each([
    ['no client', {}, undefined, { failed: 'client_id', came: 'nothing' }],
    ['an id without a secret', { client_id: 'x' }, undefined, { failed: 'client_secret', came: 'nothing' }],
    ['another scheme', {}, 'Bearer abc', { failed: 'authorization', came: 'another scheme' }],
    [
      'a header that is not well formed',
      {},
      'Basic x',
      { failed: 'authorization', came: 'one that is not well formed' },
    ],
  ])('with %s', async (_what, parameters, authorization, reason) => {
    const error = await refusal(oauth.issue(form({ ...GRANT, ...parameters }, authorization), undefined));
    expect(error).toMatchObject({ error: 'invalid_client', status: 401, notes: { reason } });
  });

  test('with a client id that there is not', async () => {
    const error = await refusal(issue({ ...(await client()), id: 'scimc_0123456789abcdef' }));
    expect(error).toMatchObject({ error: 'invalid_client', status: 401 });
    expect(error.notes.reason).toEqual({
      failed: 'client_id',
      expected: 'the id of a client',
      came: 'scimc_0123456789abcdef',
    });
  });

  test('with the secret in place of the id, which is recorded nowhere', async () => {
    const made = await client();
    const { notes } = await refusal(issue({ ...made, id: made.secret }));
    expect(notes.reason).toMatchObject({ failed: 'client_id', came: 'client secret' });
    expect(JSON.stringify(notes)).not.toContain(made.secret);
  });

  test('with the secret of another client', async () => {
    const [one, other] = [await client(), await client({ tenant: globex })];
    const error = await refusal(issue({ ...one, secret: other.secret }));
    expect(error.message).toBe('The client id or the client secret is wrong: copy both again.');
    expect(error.notes.reason).toEqual({
      failed: 'client_secret',
      expected: 'one of the 1 that are good',
      came: 'another',
      credential: { id: one.credential, name: 'N-able', kind: 'client' },
    });
    expect(error.notes.found?.tenant.id).toBe(acme.id);
  });

  test('with a bearer token as its own secret', async () => {
    const made = await client({ kind: 'token' });
    expect(await refusal(issue({ ...made, id: made.credential }))).toMatchObject({ error: 'invalid_client' });
  });

  test.each([
    ['revoked', (made: TestClient) => revokeCredential(store, acme, { id: made.credential }, clock), 'revoked'],
    ['expired', async () => pass(3_600_000), 'expired'],
    ['of a disabled tenant', () => store.updateTenant(acme.id, { disabled: clock() }), 'tenant disabled'],
  ])('for a client that is %s', async (_what, spoil, failed) => {
    const made = await client({ expires: '2031-01-31T13:00:00.000Z' });
    await spoil(made);
    const error = await refusal(issue(made));
    expect(error).toMatchObject({ error: 'invalid_client', status: 401, notes: { reason: { failed } } });
    const wrong = await refusal(issue({ ...made, secret: 'wrong' }));
    expect(wrong.message, 'only whoever has the secret is told').toContain('copy both again');
  });

  test('for a secret that was ended', async () => {
    const made = await client();
    const [key] = (await store.credential(acme.id, made.credential))?.keys ?? [];
    await rotateCredential(store, acme, made.credential, { overlap: 3_600, ...sources });
    await endKey(store, acme, made.credential, key?.id ?? '', clock);
    expect(await refusal(issue(made))).toMatchObject({ notes: { reason: { came: 'one that has ended' } } });
  });

  test('and changes nothing', async () => {
    const made = await client();
    await refusal(issue({ ...made, secret: 'wrong' }));
    expect(uses).toEqual([]);
    expect(await store.dropEndedKeys('9999-12-31T00:00:00Z', 100)).toBe(0);
  });
});

describe('access tokens that have ended', () => {
  test('are forgotten all, and so do not gather, however many were issued', async () => {
    const made = await client();
    const old = { credential: made.credential, kind: 'access', scopes: [], created: clock(), hint: undefined } as const;
    const expires = clock();
    for (let i = 0; i < 1_500; i++) await store.addKey({ ...old, id: `${i}`, hash: `${i}`, expires });
    pass(1_000);
    await issue(made);
    await vi.waitFor(async () => expect(await store.findBearer('1499')).toBeUndefined(), 10_000);
    expect(await store.dropEndedKeys(clock(), 10)).toBe(0);
  });
});

describe('who fails often', () => {
  test('is answered more and more slowly, and then told to wait', async () => {
    const made = await client();
    const failures = [];
    for (let i = 0; i < 12; i++) failures.push(await refusal(issue({ ...made, secret: 'wrong' })));
    expect(failures.map(({ status }) => status)).toEqual([...new Array<number>(10).fill(401), 429, 429]);
    expect(waits).toEqual([250, 500, 750, 1_000, 1_250]);
    expect(failures[11]).toMatchObject({ error: 'slow_down', notes: { retryAfter: 300 } });
  });

  test('does not keep the owner of the client out, who has the right secret', async () => {
    const made = await client();
    for (let i = 0; i < 60; i++) await refusal(issue({ ...made, secret: 'wrong' }));
    await issue(made);
  });
});

describe('an assertion', () => {
  test('is taken for the client id of a trust, which need not be its subject', async () => {
    const made = await client(trust());
    const answer = await assert({ client_id: made.id, baseAddress: 'https://scim.example.com/scim/v2' });
    expect(answer).toMatchObject({ token_type: 'Bearer', expires_in: 3_600 });
    expect((await keyOf(answer.access_token))?.credential).toBe(made.credential);
  });

  test('is taken without a client id where one trust fits', async () => {
    await client({ ...trust({ subject: 'other' }), tenant: globex });
    const made = await client(trust());
    expect((await keyOf((await assert({})).access_token))?.credential).toBe(made.credential);
  });

  test('needs a client id where several trusts fit', async () => {
    const made = await client(trust());
    await client({ ...trust(), tenant: globex });
    expect(await refusal(assert({}))).toMatchObject({
      error: 'invalid_client',
      message: expect.stringContaining('client_id'),
    });
    await assert({ client_id: made.id });
  });

  test('may be shown again', async () => {
    const made = await client(trust());
    const assertion = await issuer.issue(CLAIMS, {}, now);
    const shown = { ...GRANT, client_id: made.id, client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
    await oauth.issue(form(shown), undefined);
    await oauth.issue(form(shown), undefined);
  });

  test.each([
    ['ends before the lifetime is over', 600, 600],
    ['ends after it', 10_000, 3_600],
    ['ends at once, but for a minute', 5, 60],
    ['has ended, but for what clocks differ', -30, 60],
  ])('that %s bounds the token', async (_what, ends, lifetime) => {
    const made = await client(trust());
    expect((await assert({ client_id: made.id }, { exp: now / 1_000 + ends })).expires_in).toBe(lifetime);
  });

  test.each([
    ['iss', { iss: 'https://elsewhere.example/' }],
    ['aud', { aud: 'another' }],
    ['sub', { sub: 'another' }],
    ['tid', { tid: 'another' }],
    ['exp', { exp: 1 }],
  ])('with a wrong %s is refused, with both sides in the reason', async (failed, claims) => {
    const made = await client(trust());
    const error = await refusal(assert({ client_id: made.id }, claims));
    expect(error).toMatchObject({ error: 'invalid_client', status: 401 });
    const credential = { id: made.credential, name: 'N-able', kind: 'federation' };
    expect(error.notes.reason).toMatchObject({
      failed,
      expected: expect.any(String),
      came: expect.any(String),
      credential,
    });
    expect(error.notes.found?.tenant.id).toBe(acme.id);
  });

  test('is refused for a client that has a secret', async () => {
    const made = await client();
    const { notes } = await refusal(assert({ client_id: made.id }));
    expect(notes.reason).toMatchObject({ failed: 'client_id', came: 'a credential of the kind client' });
  });

  test('is refused for a client that there is not', async () => {
    await client(trust());
    const { notes } = await refusal(assert({ client_id: 'scimc_0123456789abcdef' }));
    expect(notes.reason).toMatchObject({ failed: 'client_id', came: 'scimc_0123456789abcdef' });
  });

  test('is the only way in for a trust', async () => {
    const made = await client(trust());
    const { notes } = await refusal(issue({ ...made, secret: 'any' }));
    expect(notes.reason).toMatchObject({ failed: 'method', expected: 'a client assertion' });
  });

  test('beside a secret is refused', async () => {
    const made = await client(trust());
    expect(await refusal(assert({ client_id: made.id, client_secret: 'x' }))).toMatchObject({
      error: 'invalid_request',
    });
  });

  test.each(['', 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer'])(
    'of the type %j is refused',
    async (type) => {
      const made = await client(trust());
      const error = await refusal(assert({ client_id: made.id, client_assertion_type: type }));
      expect(error).toMatchObject({ error: 'invalid_request', message: expect.stringContaining(ASSERTION_TYPE) });
    },
  );

  test.each([
    ['revoked', (made: TestClient) => revokeCredential(store, acme, { id: made.credential }, clock)],
    ['tenant disabled', () => store.updateTenant(acme.id, { disabled: clock() })],
  ])('of a client is refused for the reason %s', async (failed, spoil) => {
    const made = await client(trust());
    await spoil(made);
    expect(await refusal(assert({ client_id: made.id }))).toMatchObject({ notes: { reason: { failed } } });
  });

  test('is no fault of the client while the issuer is away', async () => {
    const made = await client(trust());
    issuer.isDown = true;
    const error = await refusal(assert({ client_id: made.id }));
    expect(error).toMatchObject({ error: 'temporarily_unavailable', status: 503, notes: { retryAfter: 5 } });
  });
});

describe('introspection', () => {
  const introspect = async (parameters: Record<string, string>, authorization?: string) =>
    (await oauth.introspect(form(parameters, authorization), undefined)).answer;

  test('tells of an access token what it allows, and until when', async () => {
    const made = await client();
    const { access_token: token } = await issue(made, { scope: 'scim:read' });
    expect(await introspect({ token, ...posted(made) })).toEqual({
      active: true,
      scope: 'scim:read',
      client_id: made.id,
      token_type: 'Bearer',
      iat: now / 1_000,
      exp: now / 1_000 + 3_600,
    });
  });

  test('tells of the scopes that the credential still has', async () => {
    const made = await client();
    const { access_token: token } = await issue(made, { scope: 'scim:read' });
    await updateCredential(store, acme, made.credential, { scopes: ['scim:write'] }, clock);
    expect(await introspect({ token, ...posted(made) })).toMatchObject({ active: true, scope: '' });
  });

  test('tells of a bearer token, of another client of the tenant and by whoever holds one', async () => {
    const [made, { secret: token, credential }] = [await client(), await client({ kind: 'token' })];
    const answer = { active: true, client_id: credential, scope: 'scim:read scim:write' };
    expect(await introspect({ token, ...posted(made) })).toMatchObject(answer);
    expect(await introspect({ token }, `Bearer ${token}`)).toMatchObject(answer);
  });

  test('tells nothing of a token of another tenant', async () => {
    const made = await client({ tenant: globex });
    const { access_token: token } = await issue(await client());
    expect(await introspect({ token, ...posted(made) })).toEqual({ active: false });
  });

  test('tells nothing of a token that is not good', async () => {
    const made = await client();
    const { access_token: token } = await issue(made);
    const active = async (asked: string) => (await introspect({ token: asked, ...posted(made) })).active;
    expect(await active('made up')).toBe(false);
    expect(await active(made.secret)).toBe(false);
    now += 3_600_000;
    expect(await active(token)).toBe(false);
  });

  test('is refused without a client, and without a token', async () => {
    const made = await client();
    expect(await refusal(introspect({ token: 'x' }))).toMatchObject({ error: 'invalid_client' });
    expect(await refusal(introspect(posted(made)))).toMatchObject({ error: 'invalid_request' });
  });

  test.each([
    ['was never issued', (_made: TestClient) => undefined, 'made-up'],
    [
      'is of a revoked credential',
      (made: TestClient) => revokeCredential(store, acme, { id: made.credential }, clock),
      undefined,
    ],
    ['is of a disabled tenant', () => store.updateTenant(acme.id, { disabled: clock() }), undefined],
  ])('is refused to a bearer token that %s', async (_what, spoil, other) => {
    const made = await client({ kind: 'token' });
    await spoil(made);
    const error = await refusal(introspect({ token: 'x' }, `Bearer ${other ?? made.secret}`));
    expect(error).toMatchObject({ error: 'invalid_token', status: 401 });
  });
});

describe('revocation', () => {
  const revoke = (parameters: Record<string, string>) => oauth.revoke(form(parameters), undefined);

  test('forgets an access token of the client', async () => {
    const made = await client();
    const [one, other] = [await issue(made), await issue(made)];
    await revoke({ token: one.access_token, token_type_hint: 'refresh_token', ...posted(made) });
    expect(await keyOf(one.access_token)).toBeUndefined();
    expect(await keyOf(other.access_token)).toBeDefined();
  });

  test('leaves alone, without a word, what is no access token of the client', async () => {
    const [made, other, bearer] = [await client(), await client(), await client({ kind: 'token' })];
    const { access_token: token } = await issue(other);
    for (const text of [token, bearer.secret, other.secret, made.secret, 'made up']) {
      await revoke({ token: text, ...posted(made) });
    }
    expect(await keyOf(token)).toBeDefined();
    expect(await keyOf(bearer.secret)).toBeDefined();
    await issue(made);
  });

  test('is refused without the right secret', async () => {
    const made = await client();
    const { access_token: token } = await issue(made);
    expect(await refusal(revoke({ token, ...posted(made), client_secret: 'wrong' }))).toMatchObject({ status: 401 });
    expect(await keyOf(token)).toBeDefined();
  });
});
