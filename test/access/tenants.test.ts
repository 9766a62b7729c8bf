import { beforeEach, describe, expect, it } from 'vitest';
import { AccessError, FieldRefused } from '../../src/access/refusal.js';
import { createTenant, findTenant, removeTenant, updateTenant, type WantedTenant } from '../../src/access/tenants.js';
import { hashToken } from '../../src/access/token.js';
import type { Tenant } from '../../src/store/store.js';
import { clock, countingIds, type FakeStore, fakeStore, NOW, newCredential, newTenant, profiles } from './fakes.js';

let store: FakeStore;
let tenant: Tenant;
const newId = countingIds('id');

beforeEach(async () => {
  store = fakeStore();
  tenant = await newTenant(store);
});

const create = (name: string, profile = 'entra') => createTenant(store, { name, profile, profiles, clock, newId });
const update = (wanted: WantedTenant, now = clock) => updateTenant(store, tenant, wanted, { profiles, clock: now });

describe('createTenant', () => {
  it('keeps name, profile and time; it is served, takes no HTTP Basic, and has no limit of its own', async () => {
    expect(await store.tenants()).toEqual([
      {
        id: 'acme1',
        name: 'acme',
        profile: 'entra',
        created: NOW,
        disabled: undefined,
        settings: { allowsBasic: false, requestLimit: undefined },
      },
    ]);
  });

  it.each(['a', '0', 'acme-2.eu_west', 'a'.repeat(63)])('takes the name %s', async (name) => {
    await expect(create(name, 'okta')).resolves.toMatchObject({ name });
  });

  it.each(['', 'Acme', '-a', '.a', '..', 'a b', 'a/b', 'ä', 'a\n', 'a'.repeat(64), '../x', 'a?b', '__proto__'])(
    'refuses the name %j and says what a name is',
    async (name) => {
      await expect(create(name)).rejects.toThrow(/cannot name a tenant: use lower-case letters/);
      await expect(create(name)).rejects.toBeInstanceOf(FieldRefused);
      expect(await store.tenants()).toHaveLength(1);
    },
  );

  it('refuses a profile that there is not, naming those there are', async () => {
    await expect(create('b', 'google')).rejects.toThrow('"google" is not a profile; there are entra, okta, strict');
  });

  it('refuses a name that is taken', async () => {
    await expect(create('acme')).rejects.toEqual(new AccessError('conflict', 'there is a tenant named acme already'));
  });

  it('is found by name, or else named in the refusal', async () => {
    await expect(findTenant(store, 'acme')).resolves.toEqual(tenant);
    await expect(findTenant(store, 'none')).rejects.toEqual(
      new AccessError('notFound', 'there is no tenant named "none"'),
    );
  });
});

describe('updateTenant', () => {
  it.each<[WantedTenant, Partial<Tenant>]>([
    [{ name: 'acme-2' }, { name: 'acme-2' }],
    [{ profile: 'okta' }, { profile: 'okta' }],
    [{ allowsBasic: true }, { settings: { allowsBasic: true, requestLimit: undefined } }],
    [{ requestLimit: 1 }, { settings: { allowsBasic: false, requestLimit: 1 } }],
    [{ requestLimit: 1_000_000 }, { settings: { allowsBasic: false, requestLimit: 1_000_000 } }],
    [{ disabled: true }, { disabled: NOW }],
    [{ disabled: false }, {}],
    [{}, {}],
  ])('%j changes what it names and nothing else', async (wanted, change) => {
    const updated = await update(wanted);
    expect(updated).toEqual({ ...tenant, ...change });
    expect(await store.tenantById(tenant.id)).toEqual(updated);
  });

  it('keeps the other settings, and null gives the limit of the server back', async () => {
    tenant = await update({ requestLimit: 50 });
    tenant = await update({ allowsBasic: true });
    expect(tenant.settings).toEqual({ allowsBasic: true, requestLimit: 50 });
    tenant = await update({ requestLimit: null });
    expect(tenant.settings).toEqual({ allowsBasic: true, requestLimit: undefined });
  });

  it('leaves settings that others have changed since it looked at the tenant', async () => {
    await update({ requestLimit: 50 });
    await update({ allowsBasic: true });
    expect((await store.tenantById(tenant.id))?.settings).toEqual({ allowsBasic: true, requestLimit: 50 });
  });

  it('a tenant is disabled since the first time, until it is enabled', async () => {
    tenant = await update({ disabled: true });
    tenant = await update({ disabled: true }, () => '2032-01-01T00:00:00.000Z');
    expect(tenant.disabled).toBe(NOW);
    tenant = await update({ disabled: false });
    expect(tenant.disabled).toBeUndefined();
  });

  it.each<[WantedTenant, string]>([
    [{ name: 'Not A Slug' }, 'name'],
    [{ profile: 'google' }, 'profile'],
    [{ requestLimit: 0 }, 'requestLimit'],
    [{ requestLimit: 1_000_001 }, 'requestLimit'],
    [{ requestLimit: 1.5 }, 'requestLimit'],
    [{ requestLimit: Number.NaN }, 'requestLimit'],
  ])('refuses %j, and changes nothing', async (wanted, field) => {
    await expect(update({ ...wanted, disabled: true })).rejects.toMatchObject({ kind: 'invalid', field });
    expect(await store.tenantById(tenant.id)).toEqual(tenant);
  });

  it('refuses a name that another has, and a tenant that is gone', async () => {
    await create('other');
    await expect(update({ name: 'other' })).rejects.toMatchObject({ kind: 'conflict' });
    await store.removeTenant(tenant.id);
    await expect(update({ profile: 'okta' })).rejects.toMatchObject({ kind: 'notFound' });
  });
});

describe('removeTenant', () => {
  it('needs the name once more', async () => {
    for (const confirm of [undefined, '', 'Acme', 'other']) {
      await expect(removeTenant(store, tenant, confirm)).rejects.toMatchObject({ kind: 'invalid', field: 'confirm' });
    }
    expect(await store.tenants()).toHaveLength(1);
  });

  it('frees the name, and what it had opens nothing', async () => {
    const { secret } = await newCredential(store, tenant);
    await removeTenant(store, tenant, 'acme');
    expect(await store.tenantByName('acme')).toBeUndefined();
    expect(await store.findBearer(hashToken(secret ?? ''))).toBeUndefined();
    await expect(removeTenant(store, tenant, 'acme')).rejects.toMatchObject({ kind: 'notFound' });
    await expect(create('acme')).resolves.toBeDefined();
  });
});
