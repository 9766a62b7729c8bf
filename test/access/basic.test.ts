import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/access/authenticate.js';
import { revokeCredential, rotateCredential } from '../../src/access/credentials.js';
import { createPasswordCheck } from '../../src/access/password-check.js';
import { isPassword } from '../../src/access/passwords.js';
import { AccessRefused } from '../../src/access/refusal.js';
import { readBasic } from '../../src/access/strategies/basic.js';
import { updateTenant } from '../../src/access/tenants.js';
import { createThrottle } from '../../src/access/throttle.js';
import { newToken } from '../../src/access/token.js';
import type { Tenant } from '../../src/store/store.js';
import {
  countingIds,
  FakeLog,
  type FakeStore,
  FakeTime,
  fakeStore,
  NOW,
  newCredential,
  newTenant,
  profiles,
  rejectionOf,
} from './fakes.js';

let store: FakeStore;
let log: FakeLog;
let time: FakeTime;
let tenant: Tenant;
let authenticator: Authenticator;
let user: string;
let password: string;
let id: string;
/** How often a password was hashed. */
let hashed: number;
const newId = countingIds('key');

beforeEach(async () => {
  [store, log, time, hashed] = [fakeStore(), new FakeLog(), new FakeTime(), 0];
  tenant = await newTenant(store, 'acme', true);
  const made = await newCredential(store, tenant, { kind: 'basic', scopes: ['scim:read'] });
  [id, user, password] = [made.credential.id, made.credential.identifier ?? '', made.secret ?? ''];
  authenticator = authenticatorWith();
});

function authenticatorWith(isRight = isPassword): Authenticator {
  const throttle = createThrottle({ now: time.now, wait: async () => undefined });
  const passwords = createPasswordCheck({
    throttle,
    clock: time.clock,
    now: time.now,
    isRight: (hash, text) => {
      hashed += 1;
      return isRight(hash, text);
    },
  });
  return createAuthenticator({ store, clock: time.clock, log, throttle, passwords });
}

const encoded = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString('base64')}`;
const request = (name = user, secret = password, path?: string) => ({
  headers: { authorization: encoded(`${name}:${secret}`) },
  address: '192.0.2.1',
  tenant: path,
});
const enter = (name?: string, secret?: string, path?: string) =>
  authenticator.authenticate(request(name, secret, path));

async function refused(name?: string, secret?: string, path?: string): Promise<AccessRefused> {
  const error = await rejectionOf(enter(name, secret, path));
  expect(error).toBeInstanceOf(AccessRefused);
  return error as AccessRefused;
}

const wrong = () => newToken(randomBytes, 'scimp_');

describe('a good user name and password', () => {
  it.each(['Basic', 'basic', 'BASIC'])('are taken with the scheme written %s', async (scheme) => {
    const authorization = request().headers.authorization.replace('Basic', scheme);
    await expect(authenticator.authenticate({ headers: { authorization } })).resolves.toEqual({
      tenant: await store.tenantById(tenant.id),
      credential: { id, name: 'Entra', kind: 'basic' },
      scopes: new Set(['scim:read']),
    });
    expect(log.lines).toEqual([]);
  });

  it('the first colon alone separates (RFC 7617 §2), and the text is UTF-8', () => {
    expect(readBasic(encoded('ann:a:b:c'))).toEqual({ userName: 'ann', password: 'a:b:c' });
    expect(readBasic(encoded(':'))).toEqual({ userName: '', password: '' });
    expect(readBasic(encoded('jörg:pässwörd€'))).toEqual({ userName: 'jörg', password: 'pässwörd€' });
  });

  it.each([
    ['no colon', encoded('ann')],
    ['nothing', 'Basic '],
    ['the scheme alone', 'Basic'],
    ['no base64', 'Basic a:b'],
    ['two blanks', `Basic  ${Buffer.from('a:b').toString('base64')}`],
    ['more after it', `${encoded('a:b')} x`],
    ['a line break', encoded('ann:a\nb')],
    ['a null', encoded('ann\u0000:b')],
    ['no UTF-8', encoded(Uint8Array.of(0x61, 0x3a, 0xe4))],
  ])('%s is a malformed header', async (_, authorization) => {
    expect(readBasic(authorization)).toBeUndefined();
    await expect(authenticator.authenticate({ headers: { authorization } })).rejects.toMatchObject({
      status: 401,
      challenges: ['Bearer realm="scim"'],
      reason: { failed: 'malformed Basic header' },
    });
    expect(store.lookUps).toBe(0);
  });
});

describe('what is refused', () => {
  const either = 'The user name or the password is wrong.';

  it('a wrong password and an unknown user name are told apart in the reason alone', async () => {
    const known = await refused(user, wrong());
    const unknown = await refused('scim-abcdefghjk', wrong());
    expect([known.detail, unknown.detail]).toEqual([either, either]);
    expect([known.status, unknown.status]).toEqual([401, 401]);
    expect(known.challenges).toEqual(unknown.challenges);
    expect(known.reason).toEqual({
      failed: 'wrong password',
      expected: { rightPassword: true },
      came: { userName: user, rightPassword: false },
      credential: { id, name: 'Entra', kind: 'basic' },
    });
    expect(unknown.reason).toMatchObject({
      failed: 'unknown user name',
      lookedFor: 'the user name',
      came: { userName: 'scim-abcdefghjk', known: false },
    });
    expect([known.tenant, unknown.tenant]).toEqual([tenant.id, undefined]);
  });

  it('of an unknown user name nothing is hashed, nor of a password that is not whole', async () => {
    await refused('scim-abcdefghjk', wrong());
    const error = await refused(user, password.slice(0, -1));
    expect(error.detail).toContain('mistyped or incomplete');
    expect(error.reason).toMatchObject({ failed: 'malformed password', came: { kind: 'password', wellFormed: false } });
    expect((await refused('scim-abcdefghjk', 'x')).detail).toBe((await refused(user, 'x')).detail);
    expect(hashed).toBe(0);
  });

  it('a user name of another form is repeated nowhere: it may be a password in the wrong place', async () => {
    const error = await refused(password, wrong());
    expect(error.reason).toMatchObject({ came: { userName: 'of another form' } });
    expect(log.lines.join()).not.toContain(password.slice(6, 12));
  });

  it('where the tenant does not allow HTTP Basic, without hashing', async () => {
    await updateTenant(store, tenant, { allowsBasic: false }, { profiles, clock: time.clock });
    const error = await refused(undefined, undefined, 'acme');
    expect(error).toMatchObject({ status: 401, tenant: tenant.id, challenges: ['Bearer realm="scim"'] });
    expect(error.reason).toMatchObject({
      failed: 'Basic not allowed',
      expected: { scheme: 'Bearer' },
      came: { scheme: 'Basic' },
    });
    expect(hashed).toBe(0);
  });

  it('revoked, expired and disabled, each with its own reason, and after the password was right alone', async () => {
    await store.updateCredential(tenant.id, id, { expires: NOW });
    expect(await refused()).toMatchObject({ status: 401, reason: { failed: 'expired user name' } });
    expect(await refused(user, wrong())).toMatchObject({ reason: { failed: 'wrong password' } });
    await store.updateCredential(tenant.id, id, { expires: null });
    await updateTenant(store, tenant, { disabled: true }, { profiles, clock: time.clock });
    expect(await refused()).toMatchObject({ status: 403, reason: { failed: 'tenant disabled' } });
    expect(await refused(user, wrong())).toMatchObject({ status: 401 });
    await revokeCredential(store, tenant, { id }, time.clock);
    expect(await refused()).toMatchObject({ status: 401, reason: { failed: 'revoked user name' } });
  });

  it('the client id and secret of an OAuth client open nothing here', async () => {
    const client = await newCredential(store, tenant, { kind: 'client' });
    const error = await refused(client.credential.identifier, client.secret);
    expect(error.reason).toMatchObject({ failed: 'malformed password', came: { kind: 'client secret' } });
    expect(await refused(client.credential.identifier, wrong())).toMatchObject({
      reason: { failed: 'unknown user name' },
    });
  });

  it('a token as password opens nothing', async () => {
    const token = await newCredential(store, tenant);
    expect((await refused(user, token.secret)).status).toBe(401);
    expect((await refused('', token.secret)).status).toBe(401);
  });
});

describe('the challenge of HTTP Basic', () => {
  const PLAIN = 'Bearer realm="scim"';
  const BASIC = 'Basic realm="scim", charset="UTF-8"';

  it.each([
    ['no credential, a tenant that allows it', undefined, 'acme', [PLAIN, BASIC]],
    ['no credential, in another case', undefined, 'ACME', [PLAIN, BASIC]],
    ['a wrong Basic one', encoded('a:b'), 'acme', [PLAIN, BASIC]],
    ['no credential, a tenant that does not', undefined, 'plain', [PLAIN]],
    ['a wrong Basic one, a tenant that does not', encoded('a:b'), 'plain', [PLAIN]],
    ['no credential, nobody’s path', undefined, 'nobody', [PLAIN]],
    ['no credential, no tenant in the path', undefined, undefined, [PLAIN]],
    ['a wrong Basic one, no tenant in the path', encoded('a:b'), undefined, [PLAIN]],
  ])('%s', async (_, authorization, path, challenges) => {
    await newTenant(store, 'plain');
    const error = await rejectionOf(authenticator.authenticate({ headers: { authorization }, tenant: path }));
    expect(error).toMatchObject({ status: 401, challenges });
  });

  it('is not sent to whoever sends a bearer token', async () => {
    const headers = { authorization: 'Bearer hunter2' };
    const error = await rejectionOf(authenticator.authenticate({ headers, tenant: 'acme' }));
    expect((error as AccessRefused).challenges).toEqual([expect.stringContaining('error="invalid_token"')]);
  });
});

describe('what was found right is remembered', () => {
  it('for five minutes, for which nothing is hashed', async () => {
    for (let i = 0; i < 5; i++) await enter();
    time.pass(299);
    await enter();
    expect(hashed).toBe(1);
    time.pass(1);
    await enter();
    expect(hashed).toBe(2);
  });

  it('the store is asked each time, so that what is revoked is refused at once', async () => {
    await enter();
    await revokeCredential(store, tenant, { id }, time.clock);
    expect((await refused()).reason).toMatchObject({ failed: 'revoked user name' });
    expect(store.lookUps).toBe(2);
  });

  it('a replaced password is refused at once', async () => {
    await enter();
    const rotation = { clock: time.clock, newId, randomBytes };
    const { secret } = await rotateCredential(store, tenant, id, { overlap: 0, ...rotation });
    expect((await refused()).reason).toMatchObject({ failed: 'replaced' });
    await expect(enter(user, secret)).resolves.toBeDefined();
  });

  it('during an overlap both passwords are good, then only the new one', async () => {
    const rotation = { clock: time.clock, newId, randomBytes };
    const { secret } = await rotateCredential(store, tenant, id, { overlap: 60, ...rotation });
    for (const good of [password, secret]) await expect(enter(user, good)).resolves.toBeDefined();
    time.pass(60);
    expect((await refused()).reason).toMatchObject({ failed: 'replaced' });
    await expect(enter(user, secret)).resolves.toBeDefined();
  });

  it('only that pair: neither another password nor another name with it', async () => {
    await enter();
    const other = await newCredential(store, tenant, { kind: 'basic' });
    expect((await refused(user, other.secret)).reason).toMatchObject({ failed: 'wrong password' });
    expect((await refused(other.credential.identifier, password)).reason).toMatchObject({ failed: 'wrong password' });
  });

  it('the same pair at once is hashed once, right or wrong', async () => {
    await Promise.all(Array.from({ length: 30 }, () => enter()));
    expect(hashed).toBe(1);
    const bad = wrong();
    const answers = await Promise.all(Array.from({ length: 30 }, () => refused(user, bad)));
    expect(hashed).toBe(2);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  });

  it('of a thousand pairs; the oldest is forgotten', async () => {
    const check = createPasswordCheck({
      throttle: { attempt: () => undefined, succeeded: () => undefined },
      clock: time.clock,
      now: time.now,
      isRight: async () => {
        hashed += 1;
        return true;
      },
    });
    const [kept] = await store.credentials(tenant.id);
    const attempt = (i: number) => ({ userName: `u${i}`, password, address: undefined, keys: kept?.keys ?? [] });
    for (let i = 0; i <= 1_000; i++) await check.check(attempt(i));
    expect(hashed).toBe(1_001);
    await check.check(attempt(1));
    expect(hashed).toBe(1_001);
    await check.check(attempt(0));
    expect(hashed).toBe(1_002);
  });

  it('a failing hash fails the request, and the next one tries again', async () => {
    let isBroken = true;
    authenticator = authenticatorWith(async (hash, text) => {
      if (isBroken) throw new Error('out of memory');
      return isPassword(hash, text);
    });
    await expect(enter()).rejects.toThrow('out of memory');
    isBroken = false;
    await expect(enter()).resolves.toBeDefined();
  });
});

describe('guessing', () => {
  it('the eleventh wrong password of a name from an address is 429 without hashing, with the time to wait', async () => {
    for (let i = 0; i < 10; i++) expect((await refused(user, wrong())).status).toBe(401);
    const error = await refused(user, wrong());
    expect(error).toMatchObject({ status: 429, retryAfter: 300, challenges: [], tenant: tenant.id });
    expect(error.reason).toMatchObject({ failed: 'too many failures', came: { userName: user } });
    expect(hashed).toBe(10);
    time.pass(300);
    await expect(enter()).resolves.toBeDefined();
  });

  it('a thousand at once are no way around', async () => {
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => refused(user, wrong())));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(hashed).toBe(10);
  });

  it('shuts nobody out who was let in before: the right password still passes', async () => {
    await enter();
    for (let i = 0; i < 20; i++) await refused(user, wrong());
    await expect(enter()).resolves.toBeDefined();
  });

  it('shuts nobody out who was let in within a day, unless the password was replaced since', async () => {
    await enter();
    time.pass(12 * 3_600);
    const guess = async () => {
      for (let i = 0; i < 11; i++) await refused(user, wrong());
    };
    await guess();
    const before = hashed;
    await expect(enter()).resolves.toBeDefined();
    expect(hashed).toBe(before);
    await rotateCredential(store, tenant, id, { overlap: 0, clock: time.clock, newId, randomBytes });
    expect(await refused()).toMatchObject({ status: 401, reason: { failed: 'replaced' } });
    time.pass(13 * 3_600);
    await guess();
    expect((await refused()).status).toBe(429);
  });

  it('shuts out neither other names nor other addresses', async () => {
    for (let i = 0; i < 20; i++) await refused(user, wrong());
    await expect(authenticator.authenticate({ ...request(), address: '192.0.2.2' })).resolves.toBeDefined();
    const other = await newCredential(store, tenant, { kind: 'basic' });
    await expect(enter(other.credential.identifier, other.secret)).resolves.toBeDefined();
  });
});
