/** The contract: tenants and credentials. */
import { describe, expect, it } from 'vitest';
import { type Credential, type Tenant, UniquenessConflict } from '../../../src/store/store.js';
import type { Current } from '../store.js';

const ACME: Tenant = { id: 't-1', name: 'Acme', profile: 'entra', created: '2026-01-01T00:00:00.000Z' };
const GLOBEX: Tenant = { id: 't-2', name: 'globex', profile: 'okta', created: '2026-01-01T00:00:00.000Z' };
const TOKEN: Credential = {
  id: 'c-1',
  tenant: ACME.id,
  name: 'Entra',
  hash: 'ab12',
  scopes: ['scim:read', 'scim:write'],
  created: '2026-01-01T00:00:00.000Z',
  expires: '2027-01-01T00:00:00.000Z',
  revoked: undefined,
  lastUsed: undefined,
  lastAddress: undefined,
};

export function accounts(current: Current): void {
  it('answers a ping', async () => {
    await current().ping();
  });
  describe('a tenant', () => tenants(current));
  describe('a credential', () => credentials(current));
}

function tenants(current: Current): void {
  it('is found by its name without regard to case', async () => {
    await current().createTenant(ACME);
    await current().createTenant(GLOBEX);
    expect(await current().tenantByName('ACME')).toEqual(ACME);
    expect(await current().tenantByName('acm')).toBeUndefined();
    expect(await current().tenants()).toEqual([ACME, GLOBEX]);
  });

  it('has a name of its own', async () => {
    await current().createTenant(ACME);
    for (const again of [
      { ...GLOBEX, name: 'aCME' },
      { ...GLOBEX, id: ACME.id },
    ]) {
      await expect(current().createTenant(again)).rejects.toThrow(UniquenessConflict);
    }
    const both = await Promise.allSettled([
      current().createTenant(GLOBEX),
      current().createTenant({ ...GLOBEX, id: 't-3' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await current().tenants()).toEqual([ACME, GLOBEX]);
  });
}

function credentials(current: Current): void {
  it('is found by its hash, with its tenant', async () => {
    await current().createTenant(ACME);
    await current().createCredential(TOKEN);
    expect(await current().credentialByHash('ab12')).toEqual({ credential: TOKEN, tenant: ACME });
    expect(await current().credentialByHash('AB12')).toBeUndefined();
  });

  it('is listed for its own tenant, in the order of creation', async () => {
    const second = { ...TOKEN, id: 'c-0', hash: 'cd34', expires: undefined, revoked: '2026-03-01T00:00:00.000Z' };
    for (const tenant of [ACME, GLOBEX]) await current().createTenant(tenant);
    for (const credential of [TOKEN, { ...TOKEN, id: 'c-2', hash: 'ef', tenant: 't-2' }, second]) {
      await current().createCredential(credential);
    }
    expect(await current().credentials(ACME.id)).toEqual([TOKEN, second]);
    expect(await current().credentials('t-9')).toEqual([]);
  });

  it('has an id and a hash of its own', async () => {
    await current().createCredential(TOKEN);
    for (const again of [
      { ...TOKEN, hash: 'x' },
      { ...TOKEN, id: 'x' },
    ]) {
      await expect(current().createCredential(again)).rejects.toThrow(UniquenessConflict);
    }
  });

  it('is revoked once, by its own tenant', async () => {
    await current().createTenant(ACME);
    await current().createCredential(TOKEN);
    const [first, second] = ['2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'];
    expect(await current().revokeCredential('t-2', TOKEN.id, first)).toBe(false);
    expect(await current().revokeCredential(ACME.id, 'nobody', first)).toBe(false);
    expect(await current().revokeCredential(ACME.id, TOKEN.id, first)).toBe(true);
    expect(await current().revokeCredential(ACME.id, TOKEN.id, second)).toBe(false);
    expect((await current().credentialByHash('ab12'))?.credential.revoked).toBe(first);
  });

  it('remembers its last use; an older note changes nothing', async () => {
    await current().createCredential(TOKEN);
    const late = { credential: TOKEN.id, time: '2026-06-02T00:00:00.000Z', address: '::2' };
    await current().noteUse([late, { ...late, time: '2026-06-01T00:00:00.000Z', address: '::1' }]);
    await current().noteUse([{ credential: 'nobody', time: late.time, address: undefined }]);
    expect(await current().credentials(ACME.id)).toEqual([{ ...TOKEN, lastUsed: late.time, lastAddress: '::2' }]);
  });
}
