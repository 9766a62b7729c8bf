import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/access/authenticate.js';
import { type NewCredential, revokeCredential, rotateCredential } from '../../src/access/credentials.js';
import { AccessRefused, type RefusalAbout } from '../../src/access/refusal.js';
import type { Federation } from '../../src/access/strategies/bearer.js';
import { removeTenant, updateTenant } from '../../src/access/tenants.js';
import { createThrottle } from '../../src/access/throttle.js';
import { ACCESS_TOKEN_PREFIX, hashToken, newToken } from '../../src/access/token.js';
import type { Key, Tenant } from '../../src/store/store.js';
import {
  clock,
  countingIds,
  FakeLog,
  type FakeStore,
  fakeStore,
  NOW,
  newCredential,
  newTenant,
  profiles,
  rejectionOf,
} from './fakes.js';

let store: FakeStore;
let log: FakeLog;
let tenant: Tenant;
let authenticator: Authenticator;
let good: string;
let id: string;
const newId = countingIds('key');

/** Nobody waits in a test. */
const throttle = () => createThrottle({ wait: async () => undefined });

beforeEach(async () => {
  store = fakeStore();
  log = new FakeLog();
  authenticator = createAuthenticator({ store, clock, log, throttle: throttle() });
  tenant = await newTenant(store);
  const made = await newCredential(store, tenant);
  [good, id] = [made.secret ?? '', made.credential.id];
});

async function issued(wanted: Partial<NewCredential>): Promise<string> {
  return (await newCredential(store, tenant, wanted)).secret ?? '';
}

/** A token that is revoked since NOW. */
async function revoked(wanted: Partial<NewCredential> = {}): Promise<string> {
  const { credential, secret } = await newCredential(store, tenant, wanted);
  await revokeCredential(store, tenant, { id: credential.id }, clock);
  return secret ?? '';
}

/** An access token of the good credential. */
async function accessToken(key: Partial<Key> = {}): Promise<string> {
  const token = newToken(randomBytes, ACCESS_TOKEN_PREFIX);
  const usual = { kind: 'access', scopes: undefined, created: NOW, expires: '2031-01-01T13:00:00.000Z' } as const;
  await store.addKey({ id: newId(), credential: id, hash: hashToken(token), hint: undefined, ...usual, ...key });
  return token;
}

const bearer = (token: string) => authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } });

/** @param path the name of the tenant in it */
async function refused(authorization: string | undefined, url = '/Users', path?: string): Promise<AccessRefused> {
  const request = { headers: { authorization }, url, tenant: path, address: '192.0.2.1' };
  const error = await rejectionOf(authenticator.authenticate(request));
  expect(error).toBeInstanceOf(AccessRefused);
  return error as AccessRefused;
}

const PLAIN = 'Bearer realm="scim"';
const invalid = (detail: string) => `${PLAIN}, error="invalid_token", error_description="${detail}"`;

describe('a good token', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('is taken with the scheme written %s (RFC 9110 §11.1)', async (scheme) => {
    const principal = await authenticator.authenticate({ headers: { authorization: `${scheme} ${good}` }, url: '/' });
    expect(principal).toEqual({
      tenant: await store.tenantByName('acme'),
      credential: { id, name: 'Entra', kind: 'token' },
      scopes: new Set(['scim:read', 'scim:write']),
    });
    expect(log.lines).toEqual([]);
  });

  it('has the scopes that are stored, without those this version does not know', async () => {
    await store.updateCredential(tenant.id, id, { scopes: ['scim:read', 'scim:future', '__proto__'] });
    const { scopes } = await bearer(good);
    expect(scopes).toEqual(new Set(['scim:read']));
  });

  it('is good until the moment it expires', async () => {
    const token = await issued({ expires: '2031-01-01T12:00:00.001Z' });
    await expect(authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } })).resolves.toBeDefined();
  });

  it('of the right form costs one look-up, by its hash', async () => {
    await authenticator.authenticate({ headers: { authorization: `Bearer ${good}` } });
    expect(store.lookUps).toBe(1);
  });
});

describe('a header that is not well formed is 401 with a detail that says what to send, without a look-up', () => {
  const none = 'Authentication is required';
  const scheme = 'The scheme is not one that is taken';
  const form = 'The Authorization header is not well formed';
  it.each([
    ['nothing', undefined, none, 'no credential', false],
    ['an empty header', '', none, 'no credential', false],
    ['the scheme alone', 'Bearer', form, 'malformed header', false],
    ['the scheme and a blank', 'Bearer ', form, 'malformed header', false],
    ['two tokens', 'Bearer a b', form, 'malformed header', true],
    ['a good token and more', 'Bearer GOOD x', form, 'malformed header', true],
    ['two blanks', 'Bearer  GOOD', form, 'malformed header', true],
    ['a tab', 'Bearer\tGOOD', form, 'malformed header', true],
    ['the token without a scheme', 'GOOD', scheme, 'wrong scheme', false],
    ['another scheme', 'Digest dXNlcjpwYXNz', scheme, 'wrong scheme', false],
    ['another scheme with the token', 'Token GOOD', scheme, 'wrong scheme', false],
    ['a colon', 'Bearer: GOOD', scheme, 'wrong scheme', false],
    ['the header name twice', 'Authorization: Bearer GOOD', scheme, 'wrong scheme', false],
    ['a blank first', ' GOOD', scheme, 'wrong scheme', false],
  ])('%s', async (_, header, detail, reason, isTokenSent) => {
    const error = await refused(header?.replace('GOOD', good));
    expect(error).toMatchObject({ status: 401, kind: 'unauthorized' });
    expect(error.detail).toContain(detail);
    expect(error.challenges).toEqual([isTokenSent ? invalid(error.detail) : PLAIN]);
    expect(error.reason).toMatchObject({ failed: reason });
    expect(log.lines).toHaveLength(1);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({ reason, message: 'authentication refused' });
    expect(store.lookUps).toBe(0);
  });
});

describe('a token that is not good is 401 invalid_token', () => {
  const cases: [string, () => string | Promise<string>, string, string, number][] = [
    [
      'mistyped',
      () => good.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x')),
      'mistyped or incomplete',
      'malformed',
      0,
    ],
    ['cut off', () => good.slice(0, -1), 'mistyped or incomplete', 'malformed', 0],
    ['a JWT', () => 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'not issued by this server', 'foreign', 0],
    ['a client secret', () => issued({ kind: 'client' }), 'goes to the token endpoint', 'wrong kind', 0],
    ['a password', () => newToken(randomBytes, 'scimp_'), 'is sent with HTTP Basic', 'wrong kind', 0],
    ['an admin token', () => newToken(randomBytes, 'scima_'), 'not issued by this server', 'foreign', 0],
    ['an access token cut off', async () => (await accessToken()).slice(0, -1), 'mistyped', 'malformed', 0],
    ['an access token never issued', () => newToken(randomBytes, ACCESS_TOKEN_PREFIX), 'not known', 'unknown', 1],
    [
      'an access token that has ended',
      () => accessToken({ expires: NOW }),
      'ask the token endpoint',
      'access token expired',
      1,
    ],
    ['never issued', () => newToken(randomBytes), 'not known here', 'unknown', 1],
    ['expired', () => issued({ expires: '2031-01-01T11:59:59.999Z' }), 'has expired', 'expired', 1],
    ['expiring now', () => issued({ expires: '2031-01-01T12:00:00.000Z' }), 'has expired', 'expired', 1],
    ['revoked', () => revoked(), 'has been revoked', 'revoked', 1],
    ['revoked and expired', () => revoked({ expires: '2030-01-01T00:00:00.000Z' }), 'has been revoked', 'revoked', 1],
    ['of a tenant that is gone', () => ofRemovedTenant(), 'not known here', 'unknown', 1],
    ['replaced', () => replaced(), 'was replaced by a newer one', 'replaced', 1],
  ];
  it.each(cases)('%s', async (_, make, detail, reason, lookUps) => {
    const error = await refused(`Bearer ${await make()}`);
    expect(error.status).toBe(401);
    expect(error.detail).toContain(detail);
    expect(error.challenges).toEqual([invalid(error.detail)]);
    expect(error.reason).toMatchObject({ failed: reason });
    expect(log.lines).toHaveLength(1);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({ reason });
    expect(store.lookUps).toBe(lookUps);
  });

  async function ofRemovedTenant(): Promise<string> {
    const other = await newTenant(store, 'other');
    const { secret } = await newCredential(store, other);
    await removeTenant(store, other, 'other');
    return secret ?? '';
  }

  async function replaced(): Promise<string> {
    await rotateCredential(store, tenant, id, { overlap: 0, clock, newId, randomBytes });
    return good;
  }

  it('the log names the credential and tenant of an expired one, so that somebody can be told', async () => {
    const { credential, secret } = await newCredential(store, tenant, { expires: '2030-01-01T00:00:00.000Z' });
    await refused(`Bearer ${secret}`);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({
      reason: 'expired',
      expected: { time: 'before 2030-01-01T00:00:00.000Z' },
      came: { time: NOW },
      credential: credential.id,
      tenant: 'acme',
    });
  });
});

describe('why, field by field, for the activity', () => {
  const header = (text: string) => text.replace('GOOD', good);

  it.each<[string, string, object]>([
    ['no scheme', 'GOOD', { came: { scheme: 'none that is known', kind: 'bearer token', wellFormed: true } }],
    ['another scheme', 'Token GOOD', { expected: { scheme: 'Bearer', parts: 2 }, came: { scheme: 'Token' } }],
    ['a colon', 'Bearer: GOOD', { came: { scheme: 'Bearer' } }],
    ['too much', 'Bearer GOOD x', { expected: { parts: 2 }, came: { scheme: 'Bearer', parts: 3 } }],
    ['a secret of another kind', 'Bearer scims_x', { came: { kind: 'client secret', wellFormed: false } }],
    ['something else', 'Bearer hunter2', { came: { kind: 'something else', wellFormed: false } }],
  ])('%s', async (_, text, reason) => {
    expect((await refused(header(text))).reason).toMatchObject(reason);
  });

  it('an unknown token: what was looked for', async () => {
    const error = await refused(`Bearer ${newToken(randomBytes)}`);
    expect(error.reason).toEqual({
      failed: 'unknown',
      lookedFor: 'the hash of the bearer token',
      expected: { known: true },
      came: { kind: 'bearer token', known: false },
    });
    expect(error.tenant).toBeUndefined();
  });

  it('a revoked one: which, since when, and whose activity it belongs to', async () => {
    await revokeCredential(store, tenant, { id }, clock);
    const other = await newTenant(store, 'other');
    const error = await refused(`Bearer ${good}`, '/Users', 'other');
    expect(error.reason).toEqual({
      failed: 'revoked',
      expected: { state: 'active' },
      came: { state: 'revoked', since: NOW },
      credential: { id, name: 'Entra', kind: 'token' },
    });
    expect([error.tenant, other.id === tenant.id]).toEqual([tenant.id, false]);
  });

  it('what is not known belongs to the tenant that the path names, if there is one', async () => {
    for (const header of [undefined, 'Token x', `Bearer ${newToken(randomBytes)}`]) {
      expect((await refused(header, '/Users', 'acme')).tenant).toBe(tenant.id);
      expect((await refused(header, '/Users', 'nobody')).tenant).toBeUndefined();
    }
  });
});

describe('an access token', () => {
  it('opens what its credential opens, until it ends', async () => {
    const token = await accessToken();
    await expect(bearer(token)).resolves.toMatchObject({ credential: { id, name: 'Entra' } });
    expect((await bearer(token)).scopes).toEqual(new Set(['scim:read', 'scim:write']));
  });

  it('has no scope that its credential has lost, and fewer where it was issued with fewer', async () => {
    const narrow = await accessToken({ scopes: ['scim:write'] });
    expect((await bearer(narrow)).scopes).toEqual(new Set(['scim:write']));
    await store.updateCredential(tenant.id, id, { scopes: ['scim:read'] });
    expect((await bearer(narrow)).scopes).toEqual(new Set());
    expect((await bearer(await accessToken())).scopes).toEqual(new Set(['scim:read']));
  });

  it('ends with its credential', async () => {
    const token = await accessToken();
    await store.updateCredential(tenant.id, id, { expires: NOW });
    expect((await refused(`Bearer ${token}`)).reason).toMatchObject({ failed: 'expired' });
    await revokeCredential(store, tenant, { id }, clock);
    expect((await refused(`Bearer ${token}`)).status).toBe(401);
  });
});

describe('a rotated token', () => {
  it('both secrets are good during the overlap, then only the new one', async () => {
    const rotation = { overlap: 3_600, clock, newId, randomBytes };
    const { secret = '' } = await rotateCredential(store, tenant, id, rotation);
    for (const token of [good, secret]) await expect(bearer(token)).resolves.toMatchObject({ credential: { id } });
    const later = createAuthenticator({ store, clock: () => '2031-01-01T13:00:00.000Z', log, throttle: throttle() });
    const authorization = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    await expect(later.authenticate(authorization(secret))).resolves.toBeDefined();
    await expect(later.authenticate(authorization(good))).rejects.toMatchObject({
      status: 401,
      reason: { failed: 'replaced', expected: { time: 'before 2031-01-01T13:00:00.000Z' } },
    });
  });
});

describe('a disabled tenant', () => {
  beforeEach(async () => {
    await updateTenant(store, tenant, { disabled: true }, { profiles, clock });
  });

  it('is 403 with a detail that says so, and no challenge: the credential is right', async () => {
    const error = await refused(`Bearer ${good}`);
    expect(error).toMatchObject({ status: 403, challenges: [], tenant: tenant.id });
    expect(error.detail).toContain('The tenant is disabled');
    expect(error.reason).toMatchObject({ failed: 'tenant disabled', came: { tenant: 'disabled', since: NOW } });
  });

  it('is not told to whoever has no good credential', async () => {
    expect((await refused(undefined, '/Users', 'acme')).status).toBe(401);
    expect((await refused(`Bearer ${newToken(randomBytes)}`, '/Users', 'acme')).status).toBe(401);
    expect((await refused(`Bearer ${await issued({ expires: NOW })}`)).status).toBe(401);
  });

  it('is served again when it is enabled', async () => {
    const now = (await store.tenantById(tenant.id)) as Tenant;
    await updateTenant(store, now, { disabled: false }, { profiles, clock });
    await expect(bearer(good)).resolves.toBeDefined();
  });
});

describe('a JWT', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln';
  const authorization = `Bearer ${jwt}`;

  /** An authenticator whose federation answers so. */
  function federated(verify: Federation['verify']): void {
    authenticator = createAuthenticator({ store, clock, log, throttle: throttle(), federation: { verify } });
  }

  async function trusted() {
    const trust = { issuer: 'https://sts.example', audiences: ['a'], subject: 's', directory: undefined };
    const { credential } = await newCredential(store, tenant, { kind: 'federation', trust, scopes: ['scim:read'] });
    return { credential, tenant: (await store.tenantById(tenant.id)) as Tenant };
  }

  it('is whose the federation says, and goes there alone, with the tenant in the path', async () => {
    const found = await trusted();
    const asked: unknown[] = [];
    federated(async (...question) => {
      asked.push(question);
      return found;
    });
    const request = { headers: { authorization }, tenant: 'acme' };
    await expect(authenticator.authenticate(request)).resolves.toEqual({
      tenant: found.tenant,
      credential: { id: found.credential.id, name: 'Entra', kind: 'federation' },
      scopes: new Set(['scim:read']),
    });
    expect(asked).toEqual([[jwt, 'bearer', 'acme']]);
    expect(store.lookUps).toBe(0);
    await bearer(good);
    expect(asked).toHaveLength(1);
  });

  it('of a disabled tenant is 403', async () => {
    await updateTenant(store, tenant, { disabled: true }, { profiles, clock });
    const found = await trusted();
    federated(async () => found);
    expect(await refused(authorization)).toMatchObject({ status: 403, tenant: tenant.id });
  });

  it('is refused with the reason of the federation, which the log has too', async () => {
    const about: RefusalAbout = { reason: { failed: 'aud', expected: ['a'], came: 'b' }, tenant: tenant.id };
    federated(() => Promise.reject(new AccessRefused('unauthorized', 'It is for "somebody" else – söry.', about)));
    const error = await refused(authorization);
    expect(error).toMatchObject({ status: 401, ...about, detail: 'It is for "somebody" else – söry.' });
    expect(error.challenges).toEqual([invalid("It is for 'somebody' else ' s'ry.")]);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({ reason: 'aud', expected: ['a'], came: 'b' });
    expect(log.lines.join()).not.toContain(jwt);
  });

  it('what else the federation throws comes through as it is', async () => {
    federated(() => Promise.reject(new Error('disk')));
    await expect(authenticator.authenticate({ headers: { authorization } })).rejects.toThrow('disk');
  });
});

describe('failures', () => {
  it('slow the answers of their address down, and nobody’s good token', async () => {
    const waited: number[] = [];
    const slow = createThrottle({
      wait: async (milliseconds) => {
        waited.push(milliseconds);
      },
    });
    authenticator = createAuthenticator({ store, clock, log, throttle: slow });
    for (let i = 0; i < 7; i++) await refused('Bearer hunter2');
    expect(waited).toEqual([250, 500]);
    const request = { headers: { authorization: `Bearer ${good}` }, address: '192.0.2.1' };
    await expect(authenticator.authenticate(request)).resolves.toBeDefined();
    expect(waited).toHaveLength(2);
  });

  it('requests without a credential are none', async () => {
    const waited: number[] = [];
    const slow = createThrottle({ wait: async (milliseconds) => void waited.push(milliseconds) });
    authenticator = createAuthenticator({ store, clock, log, throttle: slow });
    for (let i = 0; i < 20; i++) await refused(undefined);
    expect(waited).toEqual([]);
  });

  it('when too many answers wait, one more is 429 with the time to wait, and keeps its reason', async () => {
    const never = createThrottle({ wait: () => new Promise(() => undefined) });
    authenticator = createAuthenticator({ store, clock, log, throttle: never });
    const request = { headers: { authorization: 'Bearer hunter2' }, address: '192.0.2.1' };
    for (let i = 0; i < 205; i++) authenticator.authenticate(request).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const error = await refused('Bearer hunter2');
    expect(error).toMatchObject({ status: 429, retryAfter: 2, challenges: [], reason: { failed: 'foreign' } });
  });
});

describe('a token outside the Authorization header', () => {
  it.each([
    '/Users?access_token=GOOD',
    '/Users?count=1&access_token=GOOD',
    '/Users?access%5Ftoken=GOOD',
    '/Users?ACCESS_TOKEN=GOOD',
    '/Users?access_token[]=GOOD',
    '/Users?access_token',
  ])('in the query is refused, with and without a good header: %s', async (url) => {
    for (const header of [undefined, `Bearer ${good}`]) {
      const error = await refused(header, url.replace('GOOD', good));
      expect(error).toMatchObject({ status: 401, challenges: [PLAIN] });
      expect(error.detail).toContain('Authorization header');
    }
    expect(JSON.parse(log.lines[0] ?? '')).toEqual({ reason: 'token in query', message: 'authentication refused' });
    expect(store.lookUps).toBe(0);
  });

  it.each([
    '/Users?filter=userName%20eq%20%22access_token%3Dx%22',
    '/Users?filter=access_token',
    '/Users?my_access_token=1&access_tokens=2&%20=3',
    '/access_token=1',
    '/Users?%',
    '/Users?',
  ])('its mere name elsewhere is nothing: %s', async (url) => {
    await expect(
      authenticator.authenticate({ headers: { authorization: `Bearer ${good}` }, url }),
    ).resolves.toBeDefined();
  });

  it('in a parsed query or body neither authenticates nor gets in the way, and the request is left as it was', async () => {
    const outside = { query: { access_token: good }, body: { access_token: good }, url: '/Users' };
    await expect(authenticator.authenticate({ headers: {}, ...outside })).rejects.toMatchObject({
      challenges: [PLAIN],
    });
    const request = Object.freeze({ headers: { authorization: `Bearer ${good}` }, ...outside });
    await expect(authenticator.authenticate(request)).resolves.toBeDefined();
  });
});

describe('the log', () => {
  it('holds nothing of a token, whatever the refusal', async () => {
    const expired = await issued({ expires: '2030-01-01T00:00:00.000Z' });
    const tokens = [good, expired, newToken(randomBytes), newToken(randomBytes, 'scimp_'), await accessToken()];
    for (const token of tokens) {
      for (const header of [
        token,
        `Basic ${token}`,
        `Basic ${Buffer.from(`${token}:${token}`).toString('base64')}`,
        `Basic ${Buffer.from(`scim-abcdefghjk:${token}`).toString('base64')}`,
        `Bearer ${token} `,
        `Bearer ${token}x`,
        `Bearer ${token.slice(0, 30)}`,
      ]) {
        await refused(header);
        await refused(`Bearer ${token}`, `/Users?access_token=${token}`);
      }
    }
    await refused(`Bearer ${expired}`);
    const written = log.lines.join('\n');
    for (const token of tokens) {
      expect(written).not.toContain(hashToken(token));
      // Any six characters in a row would already narrow a search.
      for (let at = 6; at + 6 <= token.length; at++) expect(written).not.toContain(token.slice(at, at + 6));
    }
  });

  it('is the request’s own where it has one', async () => {
    const own = new FakeLog();
    await authenticator.authenticate({ headers: {}, log: own }).catch(() => undefined);
    expect([own.lines.length, log.lines.length]).toEqual([1, 0]);
  });
});

describe('the authenticator', () => {
  it('passes on what the store throws', async () => {
    const broken = createAuthenticator({
      store: Object.assign(fakeStore(), { findBearer: () => Promise.reject(new Error('disk')) }),
      clock,
      log,
    });
    const request = { headers: { authorization: `Bearer ${good}` } };
    await expect(broken.authenticate(request)).rejects.toThrow('disk');
  });

  it('rejects, rather than leave the request hanging, when the clock or the log throw', async () => {
    const fail = () => {
      throw new Error('broken part');
    };
    const token = await issued({ expires: '2032-01-01T00:00:00.000Z' });
    const noClock = createAuthenticator({ store, clock: fail, log });
    await expect(noClock.authenticate({ headers: { authorization: `Bearer ${token}` } })).rejects.toThrow(
      'broken part',
    );
    const noLog = createAuthenticator({ store, clock, log: { warn: fail } });
    const unknown = newToken(randomBytes);
    await expect(noLog.authenticate({ headers: { authorization: `Bearer ${unknown}` } })).rejects.toThrow(
      'broken part',
    );
    await expect(noLog.authenticate({ headers: {} })).rejects.toThrow('broken part');
    await expect(noLog.authenticate({ headers: {}, url: '/?access_token=1' })).rejects.toThrow('broken part');
  });

  it('keeps requests at once apart', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => issued({ name: `n${i}` })));
    const names = await Promise.all(
      tokens.map(async (token) => {
        const principal = await authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } });
        return principal.credential.name;
      }),
    );
    expect(names).toEqual(tokens.map((_, i) => `n${i}`));
  });

  it('two authenticators in one process know only their own store', async () => {
    const other = createAuthenticator({ store: fakeStore(), clock, log });
    const request = { headers: { authorization: `Bearer ${good}` } };
    await expect(other.authenticate(request)).rejects.toMatchObject({ status: 401 });
    await expect(authenticator.authenticate(request)).resolves.toBeDefined();
  });

  it('takes a request of node:http as it comes', async () => {
    const server = createServer((request, response) => {
      authenticator.authenticate(request).then(
        ({ tenant }) => response.end(tenant.name),
        (error: AccessRefused) =>
          response.writeHead(error.status, { 'WWW-Authenticate': error.challenges.join() }).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/Users`;
    try {
      const welcome = await fetch(url, { headers: { Authorization: `Bearer ${good}  ` } });
      expect(await welcome.text()).toBe('acme');
      const unwelcome = await fetch(url, { headers: { Authorization: 'Bearer scimt_x' } });
      expect(unwelcome.headers.get('www-authenticate')).toMatch(
        /^Bearer realm="scim", error="invalid_token", error_desc/,
      );
    } finally {
      server.close();
    }
  });
});
