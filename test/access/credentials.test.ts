import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  endKey,
  findCredential,
  issueToken,
  LONGEST_OVERLAP,
  listCredentials,
  type NewCredential,
  revokeCredential,
  rotateCredential,
  updateCredential,
} from '../../src/access/credentials.js';
import { isPassword } from '../../src/access/passwords.js';
import { FieldRefused } from '../../src/access/refusal.js';
import { hashToken, isUserName, isWellFormed } from '../../src/access/token.js';
import { type Tenant, type Trust, UniquenessConflict } from '../../src/store/store.js';
import { countingIds, type FakeStore, FakeTime, fakeStore, NOW, newCredential, newTenant } from './fakes.js';

let store: FakeStore;
let tenant: Tenant;
let time: FakeTime;
const newId = countingIds('id');

beforeEach(async () => {
  store = fakeStore();
  time = new FakeTime();
  tenant = await newTenant(store, 'acme', true);
});

const TRUST: Trust = {
  issuer: 'https://login.microsoftonline.com/9d1c/v2.0',
  audiences: ['api://scim'],
  subject: undefined,
  directory: '9d1c',
};

const issue = (wanted: Partial<NewCredential> = {}) => newCredential(store, tenant, wanted);
const issueTrust = (trust: Partial<Trust> = {}) => issue({ kind: 'federation', trust: { ...TRUST, ...trust } });
const sources = () => ({ clock: time.clock, newId, randomBytes });
const rotate = (id: string, overlap = 86_400) => rotateCredential(store, tenant, id, { overlap, ...sources() });
const listed = () => listCredentials(store, tenant, time.clock);

/** All that the store has of the tenant's credentials, as text. */
async function storedText(): Promise<string> {
  return JSON.stringify(await store.credentials(tenant.id));
}

describe('issueCredential', () => {
  it('a token: one well-formed secret, of which the hash and the last four characters are kept', async () => {
    const { credential, secret = '' } = await issue({ name: '  Entra production ', createdBy: 'ann' });
    expect(isWellFormed(secret)).toBe(true);
    const key = {
      kind: 'bearer',
      hash: hashToken(secret),
      hint: secret.slice(-4),
    };
    expect(await store.credentials(tenant.id)).toMatchObject([
      {
        credential: {
          kind: 'token',
          name: 'Entra production',
          scopes: ['scim:read', 'scim:write'],
          created: NOW,
          createdBy: 'ann',
        },
        keys: [{ credential: credential.id, ...key }],
      },
    ]);
    expect(credential).toMatchObject({ state: 'active', warning: undefined, keys: [{ state: 'active' }] });
    for (const name of ['identifier', 'tokenLifetime', 'trust'] as const) expect(credential[name]).toBeUndefined();
    for (const name of ['expires', 'scopes'] as const) expect(credential.keys[0]?.[name]).toBeUndefined();
    expect(JSON.stringify(credential)).not.toContain(hashToken(secret));
    expect(await storedText()).not.toContain(secret.slice(6, 20));
  });

  it('an OAuth client: a client id and a secret; access tokens live an hour unless it says otherwise', async () => {
    const { credential, secret = '' } = await issue({ kind: 'client' });
    expect(isWellFormed(secret, 'scims_')).toBe(true);
    expect(credential).toMatchObject({ identifier: expect.stringMatching(/^scimc_\w{16}$/), tokenLifetime: 3_600 });
    const [kept] = await store.credentials(tenant.id);
    expect(kept?.keys).toMatchObject([{ kind: 'secret', hash: hashToken(secret), hint: secret.slice(-4) }]);
    expect((await issue({ kind: 'client', tokenLifetime: 21_600 })).credential.tokenLifetime).toBe(21_600);
  });

  it('HTTP Basic: a user name and a password that is kept as argon2id, without a hint', async () => {
    const { credential, secret = '' } = await issue({ kind: 'basic' });
    expect(isUserName(credential.identifier ?? '')).toBe(true);
    expect(isWellFormed(secret, 'scimp_')).toBe(true);
    const [kept] = await store.credentials(tenant.id);
    const [key] = kept?.keys ?? [];
    expect([key?.kind, key?.hint]).toEqual(['password', undefined]);
    expect(key?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await isPassword(key?.hash, secret)).toBe(true);
    expect(await storedText()).not.toContain(hashToken(secret));
  });

  it('HTTP Basic is refused where the tenant does not take it', async () => {
    tenant = await newTenant(store, 'other');
    await expect(issue({ kind: 'basic' })).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('does not take HTTP Basic'),
    });
    expect(await store.credentials(tenant.id)).toEqual([]);
  });

  it('trust: an issuer, a client id, and no secret', async () => {
    const { credential, secret } = await issueTrust();
    expect(secret).toBeUndefined();
    expect(credential).toMatchObject({ trust: TRUST, tokenLifetime: 3_600, keys: [], state: 'active' });
    expect(credential.identifier).toMatch(/^scimc_/);
  });

  it('a name that is taken, by whomever, is thrown again', async () => {
    const other = await newTenant(store, 'other', true);
    const { credential } = await newCredential(store, other, { kind: 'basic' });
    const taken = store.createCredential.bind(store);
    const tried: (string | undefined)[] = [];
    store.createCredential = async (one, keys) => {
      tried.push(one.identifier);
      if (tried.length < 3) throw new UniquenessConflict('identifier', credential.identifier ?? '');
      await taken(one, keys);
    };
    const made = await issue({ kind: 'basic' });
    expect(new Set(tried).size).toBe(3);
    expect(made.credential.identifier).toBe(tried[2]);
    store.createCredential = () => Promise.reject(new UniquenessConflict('identifier', 'x'));
    await expect(issue({ kind: 'basic' })).rejects.toBeInstanceOf(UniquenessConflict);
  });

  it.each<[string, Partial<NewCredential>, string]>([
    ['no name', { name: '   ' }, 'name'],
    ['two lines', { name: 'a\nb' }, 'name'],
    ['a control sequence', { name: 'a\u001b[2Jb' }, 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'name'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a scope that there is not', { scopes: ['scim:read', 'scim:admin'] }, 'scopes'],
    ['a scope that is a property of every object', { scopes: ['constructor'] }, 'scopes'],
    ['short access tokens', { kind: 'client', tokenLifetime: 3_599 }, 'tokenLifetime'],
    ['long access tokens', { kind: 'client', tokenLifetime: 21_601 }, 'tokenLifetime'],
    ['half a second', { kind: 'client', tokenLifetime: 3_600.5 }, 'tokenLifetime'],
    ['access tokens for a token', { kind: 'token', tokenLifetime: 3_600 }, 'tokenLifetime'],
    ['access tokens for a user name', { kind: 'basic', tokenLifetime: 3_600 }, 'tokenLifetime'],
    ['a token that trusts', { kind: 'token', trust: TRUST }, 'trust'],
    ['trust in nobody', { kind: 'federation' }, 'trust'],
  ])('refuses %s, and keeps nothing', async (_, wanted, field) => {
    await expect(issue(wanted)).rejects.toMatchObject({ kind: 'invalid', field });
    await expect(issue(wanted)).rejects.toBeInstanceOf(FieldRefused);
    expect(await store.credentials(tenant.id)).toEqual([]);
  });

  it('each scope counts once', async () => {
    expect((await issue({ scopes: ['scim:read', 'scim:read'] })).credential.scopes).toEqual(['scim:read']);
  });

  it('issueToken is the same for a token', async () => {
    const wanted = { tenant, name: 'x', scopes: ['scim:read'] as const, expires: undefined, ...sources() };
    const { token, credential } = await issueToken(store, wanted);
    expect(await store.findBearer(hashToken(token))).toMatchObject({
      credential: { id: credential.id, kind: 'token' },
    });
  });
});

describe('trust', () => {
  it.each<[string, Partial<Trust>]>([
    ['https', { issuer: 'https://sts.windows.net/9d1c/' }],
    ['http on this machine', { issuer: 'http://127.0.0.1:9000' }],
    ['http on this machine by name', { issuer: 'http://localhost:9000/x' }],
    ['http on this machine by IPv6', { issuer: 'http://[::1]:9000' }],
    ['a subject without a directory', { subject: 's', directory: undefined }],
    ['both', { subject: 's' }],
    ['ten audiences', { audiences: Array.from({ length: 10 }, (_, i) => `a${i}`) }],
  ])('takes %s', async (_, trust) => {
    const { credential } = await issueTrust(trust);
    expect(credential.trust).toEqual({ ...TRUST, ...trust });
  });

  it('an audience counts once', async () => {
    const { credential } = await issueTrust({ audiences: ['a', 'b', 'a'] });
    expect(credential.trust?.audiences).toEqual(['a', 'b']);
  });

  it.each<[string, Partial<Trust>, string]>([
    ['neither subject nor directory', { directory: undefined }, 'trust.directory'],
    ['an empty directory', { directory: '' }, 'trust.directory'],
    ['a subject with blanks around it', { subject: ' s' }, 'trust.subject'],
    ['no audience', { audiences: [] }, 'trust.audiences'],
    ['an empty audience', { audiences: [''] }, 'trust.audiences'],
    ['eleven audiences', { audiences: Array.from({ length: 11 }, (_, i) => `a${i}`) }, 'trust.audiences'],
    ['plain http', { issuer: 'http://login.example.com' }, 'trust.issuer'],
    ['plain http that looks like this machine', { issuer: 'http://127.0.0.1.example.com' }, 'trust.issuer'],
    ['another scheme', { issuer: 'file:///etc/passwd' }, 'trust.issuer'],
    ['no URL', { issuer: 'login.example.com' }, 'trust.issuer'],
    ['a password', { issuer: 'https://a:b@login.example.com' }, 'trust.issuer'],
    ['a query', { issuer: 'https://login.example.com?x=1' }, 'trust.issuer'],
    ['an empty query', { issuer: 'https://login.example.com/?' }, 'trust.issuer'],
    ['a fragment', { issuer: 'https://login.example.com/#x' }, 'trust.issuer'],
    ['a line break', { issuer: 'https://login.example.com/\n' }, 'trust.issuer'],
    ['too much', { issuer: `https://login.example.com/${'x'.repeat(500)}` }, 'trust.issuer'],
  ])('refuses %s', async (_, trust, field) => {
    await expect(issueTrust(trust)).rejects.toMatchObject({ kind: 'invalid', field });
  });
});

describe('listCredentials', () => {
  const inDays = (days: number) => new Date(Date.parse(NOW) + days * 86_400_000).toISOString();

  it('shows all kinds in the order of creation, with their states, and no hash', async () => {
    await issue({ name: 'lasting' });
    await issue({ kind: 'client', name: 'far', expires: inDays(30.001) });
    await issue({ kind: 'basic', name: 'near', expires: inDays(30) });
    await issue({ name: 'ended', expires: NOW });
    await issueTrust();
    await issue({ name: 'revoked', expires: NOW });
    await revokeCredential(store, tenant, { name: 'revoked' }, time.clock);
    const all = await listed();
    expect(all.map(({ kind, name, state }) => [kind, name, state])).toEqual([
      ['token', 'lasting', 'active'],
      ['client', 'far', 'active'],
      ['basic', 'near', 'expiring'],
      ['token', 'ended', 'expired'],
      ['federation', 'Entra', 'active'],
      ['token', 'revoked', 'revoked'],
    ]);
    expect(JSON.stringify(all)).not.toMatch(/"hash"|argon2/);
    expect(await listCredentials(store, { ...tenant, id: 'other' }, time.clock)).toEqual([]);
  });

  it.each<[NewCredential['kind'], string]>([
    ['token', 'requests with this token are refused'],
    ['client', 'this client gets no access token, and those that it has are refused'],
    ['basic', 'requests with this user name are refused'],
    ['federation', 'tokens of this issuer are refused'],
  ])('warns of what stops when a %s ends, and of when', async (kind, what) => {
    const expires = inDays(2);
    const { credential } = await issue({ kind, expires, ...(kind === 'federation' && { trust: TRUST }) });
    expect(credential.warning).toBe(
      `From ${expires} on, ${what}. Give it a later end, or issue another, before provisioning stops.`,
    );
    time.pass(3 * 86_400);
    const [late] = await listed();
    expect(late?.warning).toBe(`Since ${expires} ${what}. Give it a later end, or issue another.`);
  });

  it('a credential whose last secret is ending expires with it', async () => {
    const { credential } = await issue();
    const rotated = await rotate(credential.id);
    const newest = rotated.credential.keys[1]?.id ?? '';
    await endKey(store, tenant, credential.id, newest, time.clock);
    const [left] = await listed();
    expect(left).toMatchObject({ state: 'expiring', warning: expect.stringContaining('Rotate it') });
    time.pass(86_400);
    expect((await listed())[0]).toMatchObject({ state: 'expired' });
  });

  it('one is found by its id, in its own tenant alone', async () => {
    const { credential } = await issue();
    const other = await newTenant(store, 'other');
    await expect(findCredential(store, tenant, credential.id, time.clock)).resolves.toEqual(credential);
    await expect(findCredential(store, other, credential.id, time.clock)).rejects.toMatchObject({
      kind: 'notFound',
      message: `tenant other has no credential with the id ${JSON.stringify(credential.id)}`,
    });
  });
});

describe('rotateCredential', () => {
  it.each(['token', 'client', 'basic'] as const)(
    'gives a %s a new secret while the old one is ending',
    async (kind) => {
      const { credential, secret: old } = await issue({ kind });
      time.pass(60);
      const { credential: after, secret } = await rotate(credential.id, 3_600);
      expect(secret).not.toBe(old);
      expect(isWellFormed(secret ?? '', old?.slice(0, 6))).toBe(true);
      expect(after).toMatchObject({
        id: credential.id,
        state: 'active',
        keys: [
          { state: 'ending', expires: '2031-01-01T13:01:00.000Z' },
          { state: 'active', created: '2031-01-01T12:01:00.000Z' },
        ],
      });
      expect(after.warning).toMatch(
        /^The client needs the new secret soon: .* works until 2031-01-01T13:01:00.000Z\.$/,
      );
      time.pass(3_600);
      expect((await listed())[0]).toMatchObject({
        state: 'active',
        warning: undefined,
        keys: [{ state: 'ended' }, {}],
      });
    },
  );

  it('without overlap ends the old one at once, and a second rotation does not make it longer', async () => {
    const { credential } = await issue();
    const once = await rotate(credential.id, 0);
    expect(once.credential.keys.map(({ state }) => state)).toEqual(['ended', 'active']);
    await rotate(credential.id, 3_600);
    const twice = await rotate(credential.id, 7_200);
    expect(twice.credential.keys.map(({ expires }) => expires)).toEqual([
      NOW,
      '2031-01-01T13:00:00.000Z',
      '2031-01-01T14:00:00.000Z',
      undefined,
    ]);
  });

  it.each([-1, LONGEST_OVERLAP + 1, 0.5, Number.NaN])('refuses an overlap of %d seconds', async (overlap) => {
    const { credential } = await issue();
    await expect(rotate(credential.id, overlap)).rejects.toMatchObject({ kind: 'invalid', field: 'overlap' });
    expect((await listed())[0]?.keys).toHaveLength(1);
  });

  it('refuses what has no secret, or what a new one would not open', async () => {
    const trust = await issueTrust();
    const ended = await issue({ expires: NOW });
    const revoked = await issue();
    await revokeCredential(store, tenant, { id: revoked.credential.id }, time.clock);
    for (const [{ credential }, message] of [
      [trust, 'has no secret'],
      [ended, 'give it a later end first'],
      [revoked, 'is revoked already'],
    ] as const) {
      await expect(rotate(credential.id)).rejects.toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining(message),
      });
    }
    await expect(rotate('nope')).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('refuses more than five secrets that are good at once', async () => {
    const { credential } = await issue();
    for (let i = 0; i < 4; i++) await rotate(credential.id);
    await expect(rotate(credential.id)).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('end an old one first'),
    });
    const [oldest] = (await listed())[0]?.keys ?? [];
    await endKey(store, tenant, credential.id, oldest?.id ?? '', time.clock);
    await expect(rotate(credential.id)).resolves.toBeDefined();
  });
});

describe('updateCredential', () => {
  it('changes what is named and nothing else', async () => {
    const { credential } = await issue({ kind: 'client' });
    const change = { name: ' CI ', scopes: ['scim:read'], expires: '2032-01-01T00:00:00.000Z', tokenLifetime: 7_200 };
    const changed = await updateCredential(store, tenant, credential.id, change, time.clock);
    expect(changed).toEqual({ ...credential, ...change, name: 'CI' });
    const without = await updateCredential(store, tenant, credential.id, { expires: null }, time.clock);
    expect(without).toEqual({ ...changed, expires: undefined });
  });

  it('changes what is trusted', async () => {
    const { credential } = await issueTrust();
    const trust = { ...TRUST, subject: 's' };
    const changed = await updateCredential(store, tenant, credential.id, { trust }, time.clock);
    expect(changed.trust).toEqual(trust);
  });

  it.each<[string, Parameters<typeof updateCredential>[3]]>([
    ['name', { name: '' }],
    ['scopes', { scopes: [] }],
    ['tokenLifetime', { tokenLifetime: 3_600 }],
    ['trust', { trust: TRUST }],
  ])('refuses a bad %s of a token, and changes nothing', async (field, change) => {
    const { credential } = await issue();
    const update = updateCredential(store, tenant, credential.id, { expires: null, ...change }, time.clock);
    await expect(update).rejects.toMatchObject({ kind: 'invalid', field });
    expect(await listed()).toEqual([credential]);
  });

  it('refuses one that is revoked, and one of another tenant', async () => {
    const { credential } = await issue();
    const other = await newTenant(store, 'other');
    await expect(updateCredential(store, other, credential.id, { name: 'x' }, time.clock)).rejects.toMatchObject({
      kind: 'notFound',
    });
    await revokeCredential(store, tenant, { id: credential.id }, time.clock);
    await expect(updateCredential(store, tenant, credential.id, { name: 'x' }, time.clock)).rejects.toMatchObject({
      kind: 'conflict',
    });
  });
});

describe('revokeCredential', () => {
  const revoke = (choice: Parameters<typeof revokeCredential>[2], of = tenant) =>
    revokeCredential(store, of, choice, time.clock);

  it('by id or by name, once', async () => {
    const one = (await issue({ name: 'one' })).credential;
    const two = (await issue({ name: 'two' })).credential;
    await expect(revoke({ id: one.id })).resolves.toMatchObject({ name: 'one', revoked: NOW, state: 'revoked' });
    await expect(revoke({ name: 'two' })).resolves.toMatchObject({ id: two.id, state: 'revoked' });
    for (const choice of [{ id: one.id }, { name: 'one' }]) {
      await expect(revoke(choice)).rejects.toThrow(`the token ${one.id} is revoked already`);
    }
  });

  it('by a name that two have is refused with their ids; by one that only one still has is not', async () => {
    const ids = [(await issue({ name: 'same' })).credential.id, (await issue({ name: 'same' })).credential.id];
    await expect(revoke({ name: 'same' })).rejects.toThrow(
      `2 credentials are named "same"; choose by id: ${ids.join(', ')}`,
    );
    expect((await listed()).every(({ revoked }) => revoked === undefined)).toBe(true);
    await revoke({ id: ids[0] ?? '' });
    await expect(revoke({ name: 'same' })).resolves.toMatchObject({ id: ids[1] });
  });

  it('of an unknown one, or of another tenant, says that there is none', async () => {
    const other = await newTenant(store, 'other');
    const { id } = (await issue({ name: 'one' })).credential;
    await expect(revoke({ id: 'nope' })).rejects.toThrow('tenant acme has no credential with the id "nope"');
    await expect(revoke({ name: 'nope' })).rejects.toThrow('tenant acme has no credential named "nope"');
    await expect(revoke({ id }, other)).rejects.toThrow('tenant other has no credential with the id');
    await expect(revoke({ name: 'one' }, other)).rejects.toMatchObject({ kind: 'notFound' });
    expect((await listed())[0]?.state).toBe('active');
  });
});

describe('endKey', () => {
  it('leaves a credential that is expired, also when the ended secret is forgotten', async () => {
    const { credential } = await issue();
    await endKey(store, tenant, credential.id, credential.keys[0]?.id ?? '', time.clock);
    expect(await listed()).toMatchObject([{ state: 'expired' }]);
    await store.dropEndedKeys('9999-01-01T00:00:00.000Z', 10);
    expect(await listed()).toMatchObject([{ state: 'expired', keys: [] }]);
  });

  it('ends one secret at once, and only once', async () => {
    const { credential } = await issue();
    const [old, newest] = (await rotate(credential.id)).credential.keys;
    const after = await endKey(store, tenant, credential.id, old?.id ?? '', time.clock);
    expect(after.keys).toMatchObject([
      { id: old?.id, state: 'ended', expires: NOW },
      { id: newest?.id, state: 'active' },
    ]);
    await expect(endKey(store, tenant, credential.id, old?.id ?? '', time.clock)).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  it('of another credential, or of another tenant, says that there is none', async () => {
    const [one, two] = [(await issue()).credential, (await issue()).credential];
    const other = await newTenant(store, 'other');
    const key = two.keys[0]?.id ?? '';
    for (const [of, id] of [
      [tenant, one.id],
      [other, two.id],
    ] as const) {
      await expect(endKey(store, of, id, key, time.clock)).rejects.toMatchObject({ kind: 'notFound' });
    }
    expect((await listed()).map(({ keys }) => keys[0]?.state)).toEqual(['active', 'active']);
  });
});
