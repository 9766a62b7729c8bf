import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createTenant,
  findTenant,
  issueToken,
  listTokens,
  parseLifetime,
  revokeToken,
} from '../../src/access/credentials.js';
import { AccessError } from '../../src/access/refusal.js';
import { hashToken, isWellFormed } from '../../src/access/token.js';
import type { Tenant } from '../../src/store/store.js';
import { clock, countingIds, FakeStore, NOW } from './fakes.js';

const profiles = ['entra', 'okta', 'strict'];

async function setUp(...tokenNames: string[]) {
  const store = new FakeStore();
  const newId = countingIds('id');
  const tenant = await createTenant(store, { name: 'acme', profile: 'entra', profiles, clock, newId });
  const issue = (name: string, expires?: string) =>
    issueToken(store, { tenant, name, scopes: ['scim:read'], expires, clock, newId, randomBytes });
  for (const name of tokenNames) await issue(name);
  return { store, tenant, newId, issue };
}

describe('createTenant', () => {
  it('keeps name, profile and time', async () => {
    const { store } = await setUp();
    expect(store.allTenants).toEqual([{ id: 'id1', name: 'acme', profile: 'entra', created: NOW }]);
  });

  it.each(['a', '0', 'acme-2.eu_west', 'a'.repeat(63)])('takes the name %s', async (name) => {
    const { store, newId } = await setUp();
    await expect(createTenant(store, { name, profile: 'okta', profiles, clock, newId })).resolves.toMatchObject({
      name,
    });
  });

  it.each(['', 'Acme', '-a', '.a', '..', 'a b', 'a/b', 'ä', 'a\n', 'a'.repeat(64), '../x', 'a?b', '__proto__'])(
    'refuses the name %j and says what a name is',
    async (name) => {
      const { store, newId } = await setUp();
      const made = createTenant(store, { name, profile: 'entra', profiles, clock, newId });
      await expect(made).rejects.toThrow(/cannot name a tenant: use lower-case letters/);
      await expect(made).rejects.toBeInstanceOf(AccessError);
      expect(store.allTenants).toHaveLength(1);
    },
  );

  it('refuses a profile that there is not, naming those there are', async () => {
    const { store, newId } = await setUp();
    const made = createTenant(store, { name: 'b', profile: 'google', profiles, clock, newId });
    await expect(made).rejects.toThrow('"google" is not a profile; there are entra, okta, strict');
  });

  it('refuses a name that is taken', async () => {
    const { store, newId } = await setUp();
    const made = createTenant(store, { name: 'acme', profile: 'okta', profiles, clock, newId });
    await expect(made).rejects.toEqual(new AccessError('conflict', 'there is a tenant named acme already'));
  });

  it('is found by name, or else named in the refusal', async () => {
    const { store, tenant } = await setUp();
    await expect(findTenant(store, 'acme')).resolves.toEqual(tenant);
    await expect(findTenant(store, 'none')).rejects.toEqual(
      new AccessError('notFound', 'there is no tenant named "none"'),
    );
  });
});

describe('issueToken', () => {
  it('gives a well-formed token of which only the hash is kept', async () => {
    const { store, tenant, issue } = await setUp();
    const { token, credential } = await issue('  Entra production ', '2032-01-01T00:00:00.000Z');
    expect(isWellFormed(token)).toBe(true);
    expect(credential).toMatchObject({
      tenant: tenant.id,
      name: 'Entra production',
      hash: hashToken(token),
      scopes: ['scim:read'],
      created: NOW,
      expires: '2032-01-01T00:00:00.000Z',
      revoked: undefined,
      lastUsed: undefined,
    });
    expect(JSON.stringify(store.allCredentials)).not.toContain(token.slice(6));
  });

  it.each(['', '   ', 'a\nb', 'a\u001b[2Jb', 'x'.repeat(101)])('refuses the name %j', async (name) => {
    const { store, issue } = await setUp();
    await expect(issue(name)).rejects.toThrow(/cannot name a token: use 1 to 100 characters on one line/);
    expect(store.allCredentials).toEqual([]);
  });

  it('refuses a token without scopes', async () => {
    const { store, tenant, newId } = await setUp();
    const wanted = { tenant, name: 'x', scopes: [], expires: undefined, clock, newId, randomBytes };
    await expect(issueToken(store, wanted)).rejects.toThrow('at least one scope');
  });
});

describe('listTokens', () => {
  it('shows state and everything but the hash, oldest first, of one tenant', async () => {
    const { store, tenant, issue } = await setUp('one', 'two', 'three');
    await issue('short', '2031-01-01T12:00:00.000Z');
    await revokeToken(store, tenant, { name: 'two' }, clock);
    const listed = await listTokens(store, tenant, clock);
    expect(listed.map(({ name, state }) => [name, state])).toEqual([
      ['one', 'active'],
      ['two', 'revoked'],
      ['three', 'active'],
      ['short', 'expired'],
    ]);
    for (const token of listed) expect(token).not.toHaveProperty('hash');
    const other: Tenant = { ...tenant, id: 'other' };
    await expect(listTokens(store, other, clock)).resolves.toEqual([]);
  });
});

describe('revokeToken', () => {
  it('by id or by name, once', async () => {
    const { store, tenant } = await setUp('one', 'two');
    const [one, two] = store.allCredentials;
    await expect(revokeToken(store, tenant, { id: one?.id ?? '' }, clock)).resolves.toMatchObject({
      name: 'one',
      revoked: NOW,
    });
    await expect(revokeToken(store, tenant, { name: 'two' }, clock)).resolves.toMatchObject({
      id: two?.id,
      state: 'revoked',
    });
    for (const choice of [{ id: one?.id ?? '' }, { name: 'one' }]) {
      await expect(revokeToken(store, tenant, choice, clock)).rejects.toThrow(
        `the token ${one?.id} is revoked already`,
      );
    }
  });

  it('by a name that two have is refused with their ids; by one that only one still has is not', async () => {
    const { store, tenant } = await setUp('same', 'same');
    const ids = store.allCredentials.map(({ id }) => id);
    await expect(revokeToken(store, tenant, { name: 'same' }, clock)).rejects.toThrow(
      `2 tokens are named "same"; choose by id: ${ids.join(', ')}`,
    );
    expect(store.allCredentials.every(({ revoked }) => revoked === undefined)).toBe(true);
    await revokeToken(store, tenant, { id: ids[0] ?? '' }, clock);
    await expect(revokeToken(store, tenant, { name: 'same' }, clock)).resolves.toMatchObject({ id: ids[1] });
  });

  it('of an unknown one, or of another tenant, says that there is none', async () => {
    const { store, tenant, newId } = await setUp('one');
    const other = await createTenant(store, { name: 'other', profile: 'entra', profiles, clock, newId });
    const id = store.allCredentials[0]?.id ?? '';
    await expect(revokeToken(store, tenant, { id: 'nope' }, clock)).rejects.toThrow(
      'tenant acme has no token with the id "nope"',
    );
    await expect(revokeToken(store, tenant, { name: 'nope' }, clock)).rejects.toThrow(
      'tenant acme has no token named "nope"',
    );
    await expect(revokeToken(store, other, { id }, clock)).rejects.toThrow('tenant other has no token with the id');
    await expect(revokeToken(store, other, { name: 'one' }, clock)).rejects.toMatchObject({ kind: 'notFound' });
    expect(store.allCredentials[0]?.revoked).toBeUndefined();
  });
});

describe('parseLifetime', () => {
  it.each([
    ['90d', '2031-04-01T12:00:00.000Z'],
    ['12h', '2031-01-02T00:00:00.000Z'],
    ['30m', '2031-01-01T12:30:00.000Z'],
    ['2031-01-31', '2031-01-31T00:00:00.000Z'],
    ['2032-02-29', '2032-02-29T00:00:00.000Z'],
    ['2031-01-31T12:00:00Z', '2031-01-31T12:00:00.000Z'],
    ['2031-01-31T12:00:00.5+02:00', '2031-01-31T10:00:00.500Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseLifetime(text, clock())).toBe(expected);
  });

  it.each([
    '',
    '90',
    'd',
    '90 d',
    '-1d',
    '1.5h',
    '90D',
    '90s',
    '1y',
    'tomorrow',
    '31.01.2031',
    '2031-02-29',
    '2031-13-01',
    '2031-1-1',
  ])('%j is refused with the forms there are', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(
      /is not a lifetime: write 90d, 12h, 30m, a date such as 2031-01-31/,
    );
  });

  it.each(['0d', '0m', '2031-01-01', '2031-01-01T12:00:00Z', '1999-12-31'])('%j is refused as past', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(/not in the future/);
  });

  it.each(['999999999d', '9999-12-31T23:59:59Z'])('%j is refused as too far', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(/too far/);
  });
});
