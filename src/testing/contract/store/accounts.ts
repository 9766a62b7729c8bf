/** The contract: tenants and credentials. */
import { UniquenessConflict } from '../../../store/store.js';
import { ACME, credential, furnish, GLOBEX, key, tenant } from '../accounts.js';
import type { Given } from '../given.js';

const LATER = '2026-04-01T00:00:00.000Z';

export function accounts(given: Given): void {
  const { describe, it, current } = given;
  it('answers a ping', async () => {
    await current().ping();
  });
  describe('a tenant', () => tenants(given));
  describe('a credential', () => credentials(given));
  describe('a credential that is found', () => lookUps(given));
}

function tenants({ it, expect, current }: Given): void {
  it('is found by its id, and by its name without regard to case', async () => {
    const small = tenant('Initech', { disabled: LATER, settings: { allowsBasic: true, requestLimit: 5 } });
    for (const each of [small, ACME]) await current().createTenant(each);
    expect(await current().tenantByName('INITECH')).toEqual(small);
    expect(await current().tenantById(ACME.id)).toEqual(ACME);
    for (const wrong of ['acm', 'acme\0', 'acme\0x']) expect(await current().tenantByName(wrong)).toBeUndefined();
    for (const wrong of ['Acme', 'T-ACME', `${ACME.id}\0`]) expect(await current().tenantById(wrong)).toBeUndefined();
    expect(await current().tenants()).toEqual([small, ACME]);
  });

  it('has a name and an id of its own', async () => {
    await current().createTenant(ACME);
    for (const again of [tenant('aCME'), { ...GLOBEX, id: ACME.id }]) {
      await expect(current().createTenant(again)).rejects.toThrow(UniquenessConflict);
    }
    const both = await Promise.allSettled([
      current().createTenant(GLOBEX),
      current().createTenant({ ...GLOBEX, id: 't-3' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await current().tenants()).toEqual([ACME, GLOBEX]);
  });

  it('changes in what is named, and keeps the rest', async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
    const changed = { ...ACME, name: 'ACME Ltd', disabled: LATER };
    expect(await current().updateTenant(ACME.id, { name: 'ACME Ltd', disabled: LATER })).toEqual(changed);
    expect(await current().tenantByName('acme ltd')).toEqual(changed);
    expect(await current().tenantByName('acme')).toBeUndefined();
    const settings = { allowsBasic: true, requestLimit: 20 };
    await current().updateTenant(ACME.id, { settings, profile: 'strict', disabled: null });
    expect(await current().tenants()).toEqual([
      { ...changed, disabled: undefined, profile: 'strict', settings },
      GLOBEX,
    ]);
    await current().updateTenant(ACME.id, { settings: { requestLimit: null, schemas: '{}' } });
    expect((await current().tenantById(ACME.id))?.settings).toEqual({ allowsBasic: true, schemas: '{}' });
    await current().updateTenant(ACME.id, { settings: { allowsBasic: false, schemas: null } });
    expect((await current().tenantById(ACME.id))?.settings).toEqual({ allowsBasic: false });
    expect(await current().updateTenant('t-9', { name: 'x' })).toBeUndefined();
  });

  it('does not take the name of another, but may write its own in another way', async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
    await expect(current().updateTenant(ACME.id, { name: 'Globex', profile: 'x' })).rejects.toThrow(UniquenessConflict);
    expect(await current().tenantById(ACME.id)).toEqual(ACME);
    expect((await current().updateTenant(ACME.id, { name: 'ACME' }))?.name).toBe('ACME');
  });
}

function credentials({ it, expect, current }: Given): void {
  it('is kept with all that is said of it', async () => {
    const trust = { issuer: 'https://sts.example/', audiences: ['a', 'b'], subject: 's', directory: undefined };
    const client = credential('c-1', {
      kind: 'client',
      createdBy: 'Ada',
      expires: LATER,
      lastUsed: LATER,
      lastAddress: '::1',
      identifier: 'client-1',
      tokenLifetime: 7200,
      user: 'u-1',
    });
    const federated = credential('c-2', { kind: 'federation', trust });
    const secret = key('k-1', client, { kind: 'secret', scopes: ['scim:read'], expires: LATER, hint: 'wxyz' });
    await current().createTenant(ACME);
    await current().createCredential(client, [secret]);
    await current().createCredential(federated, []);
    expect(await current().credential(ACME.id, 'c-1')).toEqual({ credential: client, keys: [secret] });
    expect(await current().credential(ACME.id, 'c-2')).toEqual({ credential: federated, keys: [] });
  });

  it('is listed for its own tenant, in the order of creation, with keys in theirs but no access token', async () => {
    const { token, bearer } = await furnish(current());
    const second = credential('c-0', { revoked: LATER });
    const keys = [key('k-9', second), key('k-3', second, { expires: ACME.created })];
    await current().createCredential(credential('c-2', { tenant: GLOBEX.id }), []);
    await current().createCredential(second, keys);
    await current().addKey(key('k-4', second, { kind: 'access' }));
    expect(await current().credentials(ACME.id)).toEqual([
      { credential: token, keys: [bearer] },
      { credential: second, keys },
    ]);
    expect(await current().credential(ACME.id, 'c-0')).toEqual({ credential: second, keys });
    expect(await current().credentials('t-9')).toEqual([]);
  });

  it('is unknown to other tenants', async () => {
    const { token, bearer } = await furnish(current());
    expect(await current().credential(GLOBEX.id, token.id)).toBeUndefined();
    expect(await current().credential(ACME.id, `${token.id}\0`)).toBeUndefined();
    expect(await current().updateCredential(GLOBEX.id, token.id, { name: 'x' })).toBeUndefined();
    expect(await current().revokeCredential(GLOBEX.id, token.id, LATER)).toBe(false);
    expect(await current().rotateKey(GLOBEX.id, key('k-2', token), LATER)).toBe(false);
    expect(await current().endKey(GLOBEX.id, token.id, bearer.id, LATER)).toBe(false);
    expect(await current().credential(ACME.id, token.id)).toEqual({ credential: token, keys: [bearer] });
  });

  it('has an id, an identifier and hashes of its own, and is refused with all its keys', async () => {
    await furnish(current());
    await current().createCredential(credential('c-2', { identifier: 'i' }), []);
    const fresh = credential('c-3');
    const attempts = [
      [credential('c-1'), []],
      [credential('c-3', { identifier: 'i', tenant: GLOBEX.id }), []],
      [fresh, [key('k-3', fresh), key('k-1', fresh, { hash: 'other' })]],
      [fresh, [key('k-3', fresh), key('k-4', fresh, { hash: '#k-1#' })]],
    ] as const;
    for (const [each, keys] of attempts) {
      await expect(current().createCredential(each, keys)).rejects.toThrow(UniquenessConflict);
    }
    expect(await current().credential(ACME.id, 'c-3')).toBeUndefined();
    expect(await current().findBearer('#k-3#')).toBeUndefined();
  });

  it('changes in what is named, and keeps the rest', async () => {
    const { token, bearer } = await furnish(current());
    const trust = { issuer: 'https://x.example', audiences: ['a'], subject: undefined, directory: 'd' };
    const change = { name: 'n', expires: LATER, scopes: ['scim:read'], tokenLifetime: 3600, trust };
    const changed = { ...token, ...change };
    expect(await current().updateCredential(ACME.id, token.id, change)).toEqual(changed);
    expect(await current().credential(ACME.id, token.id)).toEqual({ credential: changed, keys: [bearer] });
    expect(await current().updateCredential(ACME.id, token.id, { expires: null })).toEqual({
      ...changed,
      expires: undefined,
    });
    expect((await current().findByIssuer('https://x.example')).map((found) => found.credential.id)).toEqual(['c-1']);
    expect(await current().updateCredential(ACME.id, 'nobody', change)).toBeUndefined();
  });

  it('is revoked once, and its access tokens with it', async () => {
    const { token, bearer } = await furnish(current());
    const other = credential('c-2');
    await current().createCredential(other, []);
    await current().addKey(key('k-2', token, { kind: 'access' }));
    await current().addKey(key('k-3', other, { kind: 'access' }));
    expect(await current().revokeCredential(ACME.id, 'nobody', LATER)).toBe(false);
    expect(await current().revokeCredential(ACME.id, token.id, LATER)).toBe(true);
    expect(await current().revokeCredential(ACME.id, token.id, '2026-05-01T00:00:00.000Z')).toBe(false);
    expect((await current().findBearer(bearer.hash))?.credential.revoked).toBe(LATER);
    expect(await current().findBearer('#k-2#')).toBeUndefined();
    expect((await current().findBearer('#k-3#'))?.credential.id).toBe('c-2');
  });

  it('remembers its last use; an older note changes nothing', async () => {
    const { token } = await furnish(current());
    const late = { credential: token.id, time: '2026-06-02T00:00:00.000Z', address: '::2' };
    await current().noteUse([late, { ...late, time: '2026-06-01T00:00:00.000Z', address: '::1' }]);
    await current().noteUse([{ credential: 'nobody', time: late.time, address: undefined }]);
    expect((await current().credential(ACME.id, token.id))?.credential).toEqual({
      ...token,
      lastUsed: late.time,
      lastAddress: '::2',
    });
  });
}

function lookUps({ it, expect, current }: Given): void {
  it('by a bearer or access key comes with the key and its tenant', async () => {
    const { token, bearer } = await furnish(current());
    const access = key('k-2', token, { kind: 'access', scopes: ['scim:read'], expires: ACME.created });
    await current().addKey(access);
    expect(await current().findBearer(bearer.hash)).toEqual({ key: bearer, credential: token, tenant: ACME });
    expect(await current().findBearer(access.hash)).toEqual({ key: access, credential: token, tenant: ACME });
    expect(await current().findBearer('#K-1#')).toBeUndefined();
  });

  it('is never one that a client secret or a password opens', async () => {
    await current().createTenant(ACME);
    const client = credential('c-1', { kind: 'client', identifier: 'i' });
    const basic = credential('c-2', { kind: 'basic', identifier: 'j' });
    await current().createCredential(client, [key('k-1', client, { kind: 'secret' })]);
    await current().createCredential(basic, [key('k-2', basic, { kind: 'password' })]);
    for (const hash of ['#k-1#', '#k-2#']) expect(await current().findBearer(hash)).toBeUndefined();
  });

  it('shows each change to the next one who asks', async () => {
    const { token, bearer } = await furnish(current());
    const find = () => current().findBearer(bearer.hash);
    expect((await find())?.tenant.disabled).toBeUndefined();
    await current().updateTenant(ACME.id, { disabled: LATER });
    expect((await find())?.tenant.disabled).toBe(LATER);
    await current().updateCredential(ACME.id, token.id, { scopes: [] });
    expect((await find())?.credential.scopes).toEqual([]);
    await current().endKey(ACME.id, token.id, bearer.id, LATER);
    expect((await find())?.key.expires).toBe(LATER);
    await current().removeKey(bearer.hash);
    expect(await find()).toBeUndefined();
  });

  it('by its identifier comes with its keys and its tenant, revoked or not', async () => {
    await current().createTenant(ACME);
    const client = credential('c-1', { kind: 'client', identifier: 'Client' });
    const keys = [key('k-2', client, { kind: 'secret' }), key('k-1', client, { kind: 'secret' })];
    await current().createCredential(client, keys);
    await current().addKey(key('k-3', client, { kind: 'access' }));
    expect(await current().findByIdentifier('Client')).toEqual({ credential: client, keys, tenant: ACME });
    for (const wrong of ['client', 'Client\0', '']) expect(await current().findByIdentifier(wrong)).toBeUndefined();
    await current().revokeCredential(ACME.id, 'c-1', LATER);
    expect((await current().findByIdentifier('Client'))?.credential.revoked).toBe(LATER);
  });

  it('by an issuer is each that trusts it, of every tenant', async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
    const trusting = (id: string, issuer: string, more: object) => {
      const trust = { issuer, audiences: ['a'], subject: id, directory: undefined };
      return credential(id, { kind: 'federation', trust, ...more });
    };
    const all = [
      trusting('c-2', 'https://i.example', {}),
      trusting('c-1', 'https://i.example', { tenant: GLOBEX.id, revoked: LATER }),
      trusting('c-3', 'https://i.example/', {}),
    ];
    for (const each of all) await current().createCredential(each, []);
    expect(await current().findByIssuer('https://i.example')).toEqual([
      { credential: all[0], tenant: ACME },
      { credential: all[1], tenant: GLOBEX },
    ]);
    expect(await current().findByIssuer('https://other.example')).toEqual([]);
    await current().revokeCredential(ACME.id, 'c-2', LATER);
    expect((await current().findByIssuer('https://i.example'))[0]?.credential.revoked).toBe(LATER);
  });
}
