import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/access/authenticate.js';
import { createTenant, issueToken } from '../../src/access/credentials.js';
import { AccessRefused } from '../../src/access/refusal.js';
import { hashToken, newToken } from '../../src/access/token.js';
import type { Credential } from '../../src/store/store.js';
import { clock, countingIds, FakeLog, FakeStore } from './fakes.js';

let store: FakeStore;
let log: FakeLog;
let authenticator: Authenticator;
let good: string;
const newId = countingIds('id');

beforeEach(async () => {
  store = new FakeStore();
  log = new FakeLog();
  authenticator = createAuthenticator({ store, clock, log });
  await createTenant(store, { name: 'acme', profile: 'entra', profiles: ['entra'], clock, newId });
  good = await issued({});
});

/** A token whose credential differs from a good one by `changes`. */
async function issued(changes: Partial<Credential>): Promise<string> {
  const [tenant] = store.allTenants;
  if (!tenant) throw new Error('no tenant');
  const scopes = ['scim:read', 'scim:write'] as const;
  const wanted = { tenant, name: 'Entra', scopes, expires: undefined, clock, newId, randomBytes };
  const { token, credential } = await issueToken(store, wanted);
  store.allCredentials[store.allCredentials.indexOf(credential)] = { ...credential, ...changes };
  return token;
}

async function refused(authorization: string | undefined, url = '/Users'): Promise<AccessRefused> {
  const error: unknown = await authenticator.authenticate({ headers: { authorization }, url }).then(
    () => 'it was let through',
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(AccessRefused);
  return error as AccessRefused;
}

const PLAIN = 'Bearer realm="scim"';
const invalid = (detail: string) => `${PLAIN}, error="invalid_token", error_description="${detail}"`;

describe('a good token', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('is taken with the scheme written %s (RFC 9110 §11.1)', async (scheme) => {
    const principal = await authenticator.authenticate({ headers: { authorization: `${scheme} ${good}` }, url: '/' });
    expect(principal).toEqual({
      tenant: store.allTenants[0],
      credential: { id: store.allCredentials[0]?.id, name: 'Entra' },
      scopes: new Set(['scim:read', 'scim:write']),
    });
    expect(log.lines).toEqual([]);
  });

  it('has the scopes that are stored, without those this version does not know', async () => {
    const token = await issued({ scopes: ['scim:read', 'scim:future', '__proto__'] });
    const { scopes } = await authenticator.authenticate({ headers: { authorization: `Bearer ${token}` } });
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
  const scheme = 'Only bearer tokens are accepted';
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
    ['another scheme', 'Basic dXNlcjpwYXNz', scheme, 'wrong scheme', false],
    ['another scheme with the token', 'Token GOOD', scheme, 'wrong scheme', false],
    ['a colon', 'Bearer: GOOD', scheme, 'wrong scheme', false],
    ['the header name twice', 'Authorization: Bearer GOOD', scheme, 'wrong scheme', false],
    ['a blank first', ' GOOD', scheme, 'wrong scheme', false],
  ])('%s', async (_, header, detail, reason, isTokenSent) => {
    const error = await refused(header?.replace('GOOD', good));
    expect(error).toMatchObject({ status: 401, kind: 'unauthorized' });
    expect(error.detail).toContain(detail);
    expect(error.challenge).toBe(isTokenSent ? invalid(error.detail) : PLAIN);
    expect(log.lines).toEqual([JSON.stringify({ reason, message: 'authentication refused' })]);
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
    ['never issued', () => newToken(randomBytes), 'not known here', 'unknown', 1],
    ['expired', () => issued({ expires: '2031-01-01T11:59:59.999Z' }), 'has expired', 'expired', 1],
    ['expiring now', () => issued({ expires: '2031-01-01T12:00:00.000Z' }), 'has expired', 'expired', 1],
    ['revoked', () => issued({ revoked: '2030-01-01T00:00:00.000Z' }), 'has been revoked', 'revoked', 1],
    [
      'revoked and expired',
      () => issued({ revoked: '2030-01-01T00:00:00.000Z', expires: '2030-01-01T00:00:00.000Z' }),
      'has been revoked',
      'revoked',
      1,
    ],
  ];
  it.each(cases)('%s', async (_, make, detail, reason, lookUps) => {
    const error = await refused(`Bearer ${await make()}`);
    expect(error.status).toBe(401);
    expect(error.detail).toContain(detail);
    expect(error.challenge).toBe(invalid(error.detail));
    expect(log.lines).toHaveLength(1);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({ reason });
    expect(store.lookUps).toBe(lookUps);
  });

  it('the log names the credential and tenant of an expired one, so that somebody can be told', async () => {
    await refused(`Bearer ${await issued({ id: 'c9', expires: '2030-01-01T00:00:00.000Z' })}`);
    expect(JSON.parse(log.lines[0] ?? '')).toMatchObject({ reason: 'expired', credential: 'c9', tenant: 'acme' });
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
      expect(error).toMatchObject({ status: 401, challenge: PLAIN });
      expect(error.detail).toContain('Authorization header');
    }
    expect(log.lines[0]).toBe(JSON.stringify({ reason: 'token in query', message: 'authentication refused' }));
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
    await expect(authenticator.authenticate({ headers: {}, ...outside })).rejects.toMatchObject({ challenge: PLAIN });
    const request = Object.freeze({ headers: { authorization: `Bearer ${good}` }, ...outside });
    await expect(authenticator.authenticate(request)).resolves.toBeDefined();
  });
});

describe('the log', () => {
  it('holds nothing of a token, whatever the refusal', async () => {
    const expired = await issued({ expires: '2030-01-01T00:00:00.000Z' });
    const tokens = [good, expired, newToken(randomBytes)];
    for (const token of tokens) {
      for (const header of [
        token,
        `Basic ${token}`,
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
      store: { credentialByHash: () => Promise.reject(new Error('disk')) },
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
    const other = createAuthenticator({ store: new FakeStore(), clock, log });
    const request = { headers: { authorization: `Bearer ${good}` } };
    await expect(other.authenticate(request)).rejects.toMatchObject({ status: 401 });
    await expect(authenticator.authenticate(request)).resolves.toBeDefined();
  });

  it('takes a request of node:http as it comes', async () => {
    const server = createServer((request, response) => {
      authenticator.authenticate(request).then(
        ({ tenant }) => response.end(tenant.name),
        (error: AccessRefused) => response.writeHead(error.status, { 'WWW-Authenticate': error.challenge }).end(),
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
