import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFetchJson } from '../../../src/access/federation/fetch-json.js';
import { createIssuerKeys, type IssuerKeys } from '../../../src/access/federation/issuer-keys.js';
import { IssuerError, JwtRefused, type Trusted } from '../../../src/access/federation/refusal.js';
import { createTrustedTokens, type TrustedTokens } from '../../../src/access/federation/trusted-tokens.js';
import { AccessRefused } from '../../../src/access/refusal.js';
import { ScimError } from '../../../src/scim/errors.js';
import type { Credential, Tenant, Trust } from '../../../src/store/store.js';
import { TestIssuer } from '../../support/issuer.js';

const AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
const CLAIMS = { aud: AUDIENCE, sub: 'the sync service', tid: 'directory' };

let issuer: TestIssuer;
let trusted: Trusted[];
let lookups: number;
/** How many signatures were checked. */
let checks: number;
let now: number;
let tokens: TrustedTokens;

beforeAll(async () => {
  issuer = await TestIssuer.start();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  issuer.isDown = false;
  issuer.redirect = undefined;
  issuer.document = {};
  Object.assign(issuer.counts, { discovery: 0, keys: 0 });
  now = Date.parse('2031-01-31T12:00:00Z');
  trusted = [credential()];
  lookups = 0;
  checks = 0;
  tokens = create();
});

function create(hosts = ['127.0.0.1'], allowsPrivate = true): TrustedTokens {
  const store = {
    findByIssuer: async (iss: string) => {
      lookups++;
      return trusted.filter((one) => one.credential.trust?.issuer === iss);
    },
  };
  const keys = createIssuerKeys({ fetchJson: createFetchJson({ hosts, allowsPrivate }), now: () => now });
  const find: IssuerKeys['find'] = (...asked) => {
    checks++;
    return keys.find(...asked);
  };
  return createTrustedTokens({ store, keys: { find }, clock: () => new Date(now).toISOString() });
}

function credential(change: Partial<Credential> = {}, trust: Partial<Trust> = {}, tenantId = 'acme'): Trusted {
  const tenant = { id: tenantId, name: tenantId } as Tenant;
  const whole = {
    id: `${tenantId}-entra`,
    tenant: tenantId,
    kind: 'federation',
    name: 'Entra',
    trust: { issuer: issuer.issuer, audiences: [AUDIENCE], subject: CLAIMS.sub, directory: CLAIMS.tid, ...trust },
    ...change,
  } as Credential;
  return { tenant, credential: whole };
}

const issue = (claims: object = {}, signing: Parameters<TestIssuer['issue']>[1] = {}) =>
  issuer.issue({ ...CLAIMS, ...claims }, signing, now);

async function refusal(jwt: string): Promise<AccessRefused> {
  const error: unknown = await tokens.verify(jwt, 'bearer').then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AccessRefused);
  return error as AccessRefused;
}

const part = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const payload = (claims: object = {}) => part({ ...CLAIMS, iss: issuer.issuer, exp: now / 1_000 + 3_600, ...claims });

describe('a JWT of a trusted issuer', () => {
  test.each(['RS256', 'ES256', 'EdDSA', 'PS256'] as const)('is accepted when it is signed with %s', async (alg) => {
    expect(await tokens.verify(await issue({}, { alg }), 'bearer')).toMatchObject(trusted[0] as Trusted);
  });

  test('may have several audiences, of which one is ours', async () => {
    await tokens.verify(await issue({ aud: ['other', AUDIENCE] }), 'bearer');
  });

  test('may have any of the audiences that the credential trusts', async () => {
    trusted = [credential({}, { audiences: ['api://one', 'two'] })];
    await tokens.verify(await issue({ aud: 'api://one' }), 'bearer');
    await tokens.verify(await issue({ aud: 'two' }), 'bearer');
  });

  test('is not asked for a subject, or a directory, that the credential does not name', async () => {
    trusted = [credential({}, { subject: undefined })];
    await tokens.verify(await issue({ sub: 'anybody' }), 'bearer');
    trusted = [credential({}, { directory: undefined })];
    await tokens.verify(await issue({ tid: undefined }), 'bearer');
  });

  test.each([
    ['exp', 'just after', { exp: -59 }],
    ['nbf', 'just before', { nbf: 59 }],
    ['iat', 'just before', { iat: 59 }],
  ])('is accepted within a minute of its %s, as clocks differ', async (_claim, _side, offsets) => {
    const [[claim, offset]] = Object.entries(offsets) as [[string, number]];
    await tokens.verify(await issue({ [claim]: now / 1_000 + offset }), 'bearer');
  });
});

describe('a JWT is refused', () => {
  test.each([
    ['iss', { iss: 'https://elsewhere.example/' }, 'an issuer that a credential trusts', 'https://elsewhere.example/'],
    ['iss', { iss: undefined }, 'an issuer that a credential trusts', 'nothing'],
    ['aud', { aud: 'another' }, AUDIENCE, 'another'],
    ['aud', { aud: ['one', 'two'] }, AUDIENCE, '["one","two"]'],
    ['aud', { aud: undefined }, AUDIENCE, 'nothing'],
    ['aud', { aud: `${AUDIENCE}/` }, AUDIENCE, `${AUDIENCE}/`],
    ['sub', { sub: 'another' }, CLAIMS.sub, 'another'],
    ['sub', { sub: undefined }, CLAIMS.sub, 'nothing'],
    ['tid', { tid: 'another' }, CLAIMS.tid, 'another'],
  ])('for a wrong %s', async (failed, claims, expected, came) => {
    const { status, reason } = await refusal(await issue(claims));
    expect(status).toBe(401);
    expect(reason).toMatchObject({ failed, expected, came });
  });

  test('for several wrong claims, naming the first with both sides, and the others', async () => {
    const { reason } = await refusal(await issue({ aud: 'x', sub: 'y', tid: 'z' }));
    expect(reason).toMatchObject({ failed: 'aud', came: 'x', alsoFailed: 'tid, sub' });
  });

  test.each([
    ['exp', { exp: -60 }, 'The token has expired.'],
    ['nbf', { nbf: 61 }, 'The token is not valid yet.'],
    ['iat', { iat: 61 }, 'The token is from the future.'],
  ])('for its %s', async (failed, offsets, message) => {
    const times = Object.fromEntries(Object.entries(offsets).map(([claim, offset]) => [claim, now / 1_000 + offset]));
    const error = await refusal(await issue(times));
    expect(error.message).toBe(message);
    expect(error.reason).toMatchObject({ failed, came: new Date(Object.values(times)[0]! * 1_000).toISOString() });
  });

  test.each([
    ['no exp', { exp: undefined }, 'exp'],
    ['an exp that is a text', { exp: '2031-01-31' }, 'exp'],
  ])('for %s', async (_what, claims, failed) => {
    expect((await refusal(await issue(claims))).reason).toMatchObject({ failed });
  });

  test('for another key under the right id', async () => {
    const other = await TestIssuer.start();
    const kid = issuer.jwk().kid as string;
    const jwt = await other.issue({ ...CLAIMS, iss: issuer.issuer }, { kid }, now);
    await other.stop();
    expect((await refusal(jwt)).reason).toMatchObject({ failed: 'signature', kid, alg: 'RS256' });
  });

  test('for claims that were changed after signing', async () => {
    const [header, , signature] = (await issue({ sub: 'somebody' })).split('.');
    expect((await refusal(`${header}.${payload()}.${signature}`)).reason).toMatchObject({ failed: 'signature' });
  });

  test.each(['none', 'None', 'NONE'])('for the algorithm %s', async (alg) => {
    const { reason } = await refusal(`${part({ alg, typ: 'JWT' })}.${payload()}.`);
    expect(reason).toMatchObject({ failed: 'alg', came: alg });
    expect(issuer.counts.keys).toBe(0);
  });

  test('for HS256 with the public key as its secret', async () => {
    const jwk = issuer.jwk();
    const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as Parameters<typeof exportSPKI>[0]);
    const signed = `${part({ alg: 'HS256', kid: jwk.kid })}.${payload()}`;
    const signature = createHmac('sha256', pem).update(signed).digest('base64url');
    expect((await refusal(`${signed}.${signature}`)).reason).toMatchObject({ failed: 'alg', came: 'HS256' });
  });

  test('for an algorithm that is not that of its key', async () => {
    const kid = issuer.jwk('ES256').kid as string;
    expect((await refusal(await issue({}, { alg: 'RS256', kid }))).reason).toMatchObject({ failed: 'kid', came: kid });
  });

  test('for a key that the issuer does not have', async () => {
    const { reason } = await refusal(await issue({}, { kid: 'made up' }));
    expect(reason).toMatchObject({ failed: 'kid', came: 'made up', alg: 'RS256' });
  });

  test('for an extension that must be understood', async () => {
    const [, claims, signature] = (await issue()).split('.');
    const header = part({ alg: 'RS256', kid: issuer.jwk().kid, crit: ['x'], x: 1 });
    expect((await refusal(`${header}.${claims}.${signature}`)).reason).toMatchObject({ failed: 'form' });
  });

  test.each([
    ['a header that is no JSON', () => `${part('{')}.${payload()}.AAAA`],
    ['claims that are no JSON', () => `${part({ alg: 'RS256' })}.${part('{')}.AAAA`],
    ['claims that are no object', () => `${part({ alg: 'RS256' })}.${part('[]')}.AAAA`],
    ['two parts', () => `${part({ alg: 'RS256' })}.${payload()}`],
    ['too many characters', () => `${part({ alg: 'RS256' })}.${payload({ x: 'x'.repeat(17_000) })}.AAAA`],
  ])('for %s', async (_what, jwt) => {
    expect((await refusal(jwt())).reason).toMatchObject({ failed: 'form' });
  });

  test('with a challenge that tells nothing of what was expected', async () => {
    const { challenges, detail } = await refusal(await issue({ aud: 'another' }));
    expect(challenges).toEqual([
      'Bearer realm="scim", error="invalid_token", error_description="The token was issued for another audience."',
    ]);
    expect(detail).toBe('The token was issued for another audience.');
  });

  test('without a word of the token in the reason', async () => {
    const jwt = await issue({ aud: 'another' });
    const error = await refusal(jwt);
    const [header = '', claims = '', signature = ''] = jwt.split('.');
    const told = JSON.stringify([error.reason, error.message, error.challenges]);
    for (const secret of [header, claims, signature]) expect(told).not.toContain(secret.slice(0, 20));
  });

  test('with claims cut, however long they are', async () => {
    const { reason } = await refusal(await issue({ aud: 'x'.repeat(5_000) }));
    expect(JSON.stringify(reason).length).toBeLessThan(600);
  });

  test('and belongs to the tenant that trusts its issuer', async () => {
    const error = await refusal(await issue({ aud: 'another' }));
    expect(error.tenant).toBe('acme');
    expect(error.reason?.credential).toEqual({ id: 'acme-entra', name: 'Entra', kind: 'federation' });
  });
});

describe('the credential of a JWT', () => {
  test('is the one whose trust it fits, of whatever tenant', async () => {
    trusted = [credential(), credential({}, { subject: 'another' }, 'globex')];
    expect((await tokens.verify(await issue(), 'bearer')).tenant.id).toBe('acme');
    expect((await tokens.verify(await issue({ sub: 'another' }), 'bearer')).tenant.id).toBe('globex');
  });

  test('is none when it fits two', async () => {
    trusted = [credential(), credential({}, {}, 'globex')];
    const error = await refusal(await issue());
    expect(error.reason).toMatchObject({ failed: 'credential', came: '2 of them' });
    expect(error.tenant).toBeUndefined();
  });

  test('is that of the tenant in the path when it fits two', async () => {
    trusted = [credential(), credential({}, {}, 'globex')];
    expect((await tokens.verify(await issue(), 'bearer', 'Globex')).tenant.id).toBe('globex');
    await expect(tokens.verify(await issue(), 'bearer', 'initech')).rejects.toMatchObject({ status: 401 });
  });

  test('is that of another tenant than the path names when only that one fits', async () => {
    trusted = [credential(), credential({}, { subject: 'another' }, 'globex')];
    expect((await tokens.verify(await issue(), 'bearer', 'globex')).tenant.id).toBe('acme');
  });

  test('is told to the tenant in the path when none fits', async () => {
    trusted = [credential({}, { subject: 'one' }), credential({}, { subject: 'two' }, 'globex')];
    const error: unknown = await tokens.verify(await issue({ sub: 'three' }), 'bearer', 'globex').catch((e) => e);
    expect(error).toMatchObject({ tenant: 'globex', reason: { failed: 'sub', expected: 'two', came: 'three' } });
  });

  test('is the live one of two that it fits', async () => {
    trusted = [credential({ id: 'old', revoked: '2031-01-01T00:00:00Z' }), credential({ id: 'new' })];
    expect((await tokens.verify(await issue(), 'bearer')).credential.id).toBe('new');
  });

  test('is not that of another tenant which has come to trust the same since it was revoked', async () => {
    trusted = [credential({ revoked: '2031-01-01T00:00:00Z' }), credential({}, {}, 'globex')];
    expect((await refusal(await issue())).reason).toMatchObject({ failed: 'credential' });
    await expect(tokens.verifyAssertion(await issue())).rejects.toBeInstanceOf(JwtRefused);
    expect((await tokens.verify(await issue(), 'bearer', 'globex')).tenant.id).toBe('globex');
    await expect(tokens.verify(await issue(), 'bearer', 'acme')).rejects.toMatchObject({ tenant: 'acme' });
  });

  test('is told to nobody when it could be that of several tenants', async () => {
    trusted = [credential({}, { subject: 'one' }), credential({}, { subject: 'two' }, 'globex')];
    const error = await refusal(await issue({ sub: 'three' }));
    expect(error.tenant).toBeUndefined();
    expect(error.reason).toEqual({ failed: 'sub', expected: 'what one of the credentials trusts', came: 'three' });
  });

  test.each([
    ['revoked', { revoked: '2031-01-31T11:59:59.000Z' }],
    ['expired', { expires: '2031-01-31T12:00:00.000Z' }],
  ])('that is %s opens nothing', async (failed, change) => {
    trusted = [credential(change)];
    expect((await refusal(await issue())).reason).toMatchObject({ failed });
  });

  test('that is revoked is not told to whoever made a token up', async () => {
    trusted = [credential({ revoked: '2031-01-31T11:59:59.000Z' })];
    const [header, claims] = (await issue()).split('.');
    expect((await refusal(`${header}.${claims}.AAAA`)).reason).toMatchObject({ failed: 'signature' });
  });
});

describe('a token that was found genuine', () => {
  test('is looked up each time, and so refused as soon as its credential is revoked', async () => {
    const jwt = await issue();
    await tokens.verify(jwt, 'bearer');
    await tokens.verify(jwt, 'bearer');
    expect(lookups).toBe(2);
    trusted = [credential({ revoked: '2031-01-31T11:59:59.000Z' })];
    expect((await refusal(jwt)).reason).toMatchObject({ failed: 'revoked' });
    trusted = [];
    expect((await refusal(jwt)).reason).toMatchObject({ failed: 'iss' });
  });

  test('is refused as soon as its credential trusts another audience', async () => {
    const jwt = await issue();
    await tokens.verify(jwt, 'bearer');
    trusted = [credential({}, { audiences: ['another'] })];
    expect((await refusal(jwt)).reason).toMatchObject({ failed: 'aud' });
  });

  test('is not checked again for five minutes', async () => {
    const jwt = await issue();
    await tokens.verify(jwt, 'bearer');
    now += 299_999;
    await tokens.verify(jwt, 'bearer');
    expect(checks).toBe(1);
    now += 1;
    await tokens.verify(jwt, 'bearer');
    expect(checks).toBe(2);
  });

  test('is checked again when it has ended', async () => {
    const jwt = await issue({ exp: now / 1_000 + 10 });
    await tokens.verify(jwt, 'bearer');
    now += 70_000;
    expect((await refusal(jwt)).reason).toMatchObject({ failed: 'exp' });
  });

  test('vouches for no other one', async () => {
    const jwt = await issue();
    await tokens.verify(jwt, 'bearer');
    await refusal(`${jwt.slice(0, -8)}AAAAAAAA`);
  });
});

describe('the keys of the issuer', () => {
  test('are fetched again when a token names one that is new', async () => {
    await tokens.verify(await issue(), 'bearer');
    await issuer.rotate();
    now += 31_000;
    await tokens.verify(await issue(), 'bearer');
    expect(issuer.counts.keys).toBe(2);
  });

  test('are those of before while the issuer is away', async () => {
    await tokens.verify(await issue(), 'bearer');
    issuer.isDown = true;
    now += 2 * 3_600_000;
    await tokens.verify(await issue(), 'bearer');
  });

  test('that cannot be fetched at present make the server unavailable, and not the token wrong', async () => {
    issuer.isDown = true;
    const error: unknown = await tokens.verify(await issue(), 'bearer').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ScimError);
    expect(error).not.toBeInstanceOf(AccessRefused);
    expect(error).toMatchObject({ kind: 'unavailable', status: 503 });
    await expect(tokens.verifyAssertion(await issue())).rejects.toBeInstanceOf(IssuerError);
  });

  test.each([
    ['a host that is not listed', ['elsewhere.example'], true, /is not one of SCIM_TARGET_ISSUER_HOSTS/],
    ['a private address', ['127.0.0.1'], false, /https URL/],
  ])('are not fetched from %s', async (_what, hosts, allowsPrivate, came) => {
    tokens = create(hosts, allowsPrivate);
    const { reason } = await refusal(await issue());
    expect(reason).toMatchObject({ failed: 'keys', came: expect.stringMatching(came) });
    expect(issuer.counts.discovery).toBe(0);
  });

  test('are not fetched where the issuer redirects to', async () => {
    issuer.redirect = `${issuer.origin}/elsewhere/.well-known/openid-configuration`;
    expect((await refusal(await issue())).reason).toMatchObject({
      failed: 'keys',
      came: expect.stringMatching(/redirects/),
    });
    expect(issuer.counts).toMatchObject({ discovery: 1, keys: 0 });
  });

  test('are not fetched from a host that only the discovery document names', async () => {
    issuer.document = { jwks_uri: 'https://elsewhere.example/keys' };
    expect((await refusal(await issue())).reason).toMatchObject({ failed: 'keys' });
  });

  test('are not believed when the document is of another issuer', async () => {
    issuer.document = { issuer: 'https://elsewhere.example/' };
    expect((await refusal(await issue())).reason).toMatchObject({
      failed: 'keys',
      came: expect.stringMatching(/another issuer/),
    });
    expect(issuer.counts.keys).toBe(0);
  });

  test('are not asked for when nobody trusts the issuer', async () => {
    trusted = [];
    await refusal(await issue());
    expect(issuer.counts.discovery).toBe(0);
  });
});

describe('an assertion', () => {
  test('is judged by the trust of the credential that the client names', async () => {
    const named = credential({ id: 'named' });
    trusted = [];
    const found = await tokens.verifyAssertion(await issue(), [named]);
    expect(found.credential.id).toBe('named');
    expect(found.expires).toBe(now / 1_000 + 3_900);
  });

  test('of another issuer than that credential trusts is refused', async () => {
    const named = credential({}, { issuer: 'https://elsewhere.example/' });
    const error: unknown = await tokens.verifyAssertion(await issue(), [named]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JwtRefused);
    expect((error as JwtRefused).reason).toMatchObject({ failed: 'iss', came: issuer.issuer });
  });

  test('may be used several times', async () => {
    const jwt = await issue();
    await tokens.verifyAssertion(jwt);
    expect((await tokens.verifyAssertion(jwt)).tenant.id).toBe('acme');
  });
});
