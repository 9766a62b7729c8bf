/** The contract: what becomes of a tenant that is removed. */
import { type Store, type Tenant, UniquenessConflict } from '../../../store/store.js';
import { ACME, admin, adminKey, credential, GLOBEX, key, request, tenant } from '../accounts.js';
import { claim, deadLetter, delivery, owner, receiver } from '../consumers.js';
import type { Given } from '../given.js';
import { group, ids, query, user } from '../writes.js';

/** A bit of everything, named after the tenant. */
async function fill(store: Store, { id, name }: Tenant): Promise<void> {
  const token = credential(`${name}-token`, {
    tenant: id,
    identifier: `${name}-client`,
    trust: { issuer: 'https://i.example', audiences: ['a'], subject: name, directory: undefined },
  });
  await store.createCredential(token, [key(`${name}-bearer`, token)]);
  await store.addKey(key(`${name}-access`, token, { kind: 'access' }));
  const members = Array.from({ length: 5 }, (_, i) => `u${i}`);
  await store.commit(id, [
    ...members.map((each) => ({ ...user(each, {}, { tenant: id }), passwordHash: `hash of ${name}` })),
    group('g', members, { tenant: id }),
  ]);
  await store.createAdmin(admin(`${name}-admin`, { tenant: id }));
  await store.createAdminKey(adminKey(`${name}-session`, 'session', { admin: `a-${name}-admin` }));
  await store.createAdminKey(adminKey(`${name}-invitation`, 'invitation', { tenant: id }));
  await store.createReceiver(receiver(`${name}-receiver`, { tenant: id }));
  const consumers = ['app:x', `${name}-receiver`];
  const claimed = await store.claimDeliveries(
    owner(name),
    consumers.map((consumer) => claim(consumer, { tenant: id })),
  );
  await store.saveDeliveries(
    owner(name),
    claimed,
    consumers.map((consumer) => deadLetter(consumer, 1, { tenant: id })),
  );
  await store.appendActivity([request(`${name}-1`, { tenant: id }), request(`${name}-2`, { tenant: id })]);
}

/** All that is found of it. */
async function remains(store: Store, { id, name }: Tenant): Promise<unknown> {
  return {
    tenant: await store.tenantById(id),
    byName: await store.tenantByName(name),
    credentials: (await store.credentials(id)).length,
    users: (await ids(store, query('User', undefined, { tenant: id }))).length,
    members: (await store.edges({ tenant: id, type: 'Group', id: 'g' }, { limit: 9 })).length,
    changes: (await store.changes(id, 0, 99)).length,
    activity: (await store.activity({ tenant: id, limit: 9 })).length,
    traffic: (await store.traffic('', id)).length,
    last: (await store.lastRequests()).get(id),
    receivers: (await store.receivers(id)).length,
    deliveries: (await store.deliveries({ tenant: id })).length,
    letters: (await store.deadLetters({ tenant: id, limit: 9 })).length,
    hash: await store.passwordHash({ tenant: id, type: 'User', id: 'u0' }),
    opens: await opens(store, name),
  };
}

async function opens(store: Store, name: string): Promise<boolean[]> {
  const found = [
    await store.findBearer(`#${name}-bearer#`),
    await store.findBearer(`#${name}-access#`),
    await store.findByIdentifier(`${name}-client`),
    (await store.findByIssuer('https://i.example')).find(({ credential: each }) => each.trust?.subject === name),
    await store.adminByEmail(`${name}-admin@example.com`),
    await store.adminKeyByHash(`#${name}-session#`),
    await store.adminKeyByHash(`#${name}-invitation#`),
  ];
  return found.map((each) => each !== undefined);
}

export function removal({ it, expect, current }: Given): void {
  it('is gone at once: nothing opens it, and its name is free', async () => {
    for (const each of [ACME, GLOBEX]) {
      await current().createTenant(each);
      await fill(current(), each);
    }
    expect(await opens(current(), ACME.name)).toEqual(Array(7).fill(true));
    expect(await current().removeTenant(ACME.id)).toBe(true);
    expect(await current().removeTenant(ACME.id)).toBe(false);
    expect(await current().removeTenant(`${GLOBEX.id}\0`)).toBe(false);
    expect(await opens(current(), ACME.name)).toEqual(Array(7).fill(false));
    expect(await opens(current(), GLOBEX.name)).toEqual(Array(7).fill(true));
    expect(await current().tenants()).toEqual([GLOBEX]);
    expect(await current().updateTenant(ACME.id, { disabled: null })).toBeUndefined();
    expect((await current().receivers()).map(({ tenant: each }) => each)).toEqual([GLOBEX.id]);
    expect((await current().deliveries({})).map(({ tenant: each }) => each)).toEqual([GLOBEX.id, GLOBEX.id]);
    expect(await current().saveDeliveries(owner(ACME.name), [delivery('app:x')], [])).toEqual([false]);
    await expect(current().createTenant(tenant('other', { id: ACME.id }))).rejects.toThrow(UniquenessConflict);
    await current().createTenant(tenant('acme', { id: 't-9' }));
    expect((await current().tenantByName('ACME'))?.id).toBe('t-9');
  });

  it('leaves nothing behind when it is purged, and others as they are', async () => {
    for (const each of [ACME, GLOBEX]) {
      await current().createTenant(each);
      await fill(current(), each);
    }
    const others = await remains(current(), GLOBEX);
    expect(others).toMatchObject({ credentials: 1, users: 5, members: 5, changes: 6, activity: 2, traffic: 1 });
    expect(others).toMatchObject({ receivers: 1, deliveries: 2, letters: 2, hash: 'hash of globex' });
    expect(await current().purgeTenants(3)).toBe(false);
    await current().removeTenant(ACME.id);
    while (await current().purgeTenants(3));
    expect(await remains(current(), ACME)).toEqual({
      tenant: undefined,
      byName: undefined,
      credentials: 0,
      users: 0,
      members: 0,
      changes: 0,
      activity: 0,
      traffic: 0,
      last: undefined,
      receivers: 0,
      deliveries: 0,
      letters: 0,
      hash: undefined,
      opens: Array(7).fill(false),
    });
    expect(await remains(current(), GLOBEX)).toEqual(others);
    expect(await current().activity({ limit: 9 })).toHaveLength(2);
  });

  it('leaves nothing of what requests have added that were under way', async () => {
    await current().createTenant(ACME);
    await current().removeTenant(ACME.id);
    while (await current().purgeTenants(100));
    await current().commit(ACME.id, [user('late', {}, { tenant: ACME.id })]);
    await current().appendActivity([request('late')]);
    expect(await current().purgeTenants(100)).toBe(true);
    expect(await current().purgeTenants(100)).toBe(false);
    expect(await current().activity({ limit: 9 })).toEqual([]);
    expect(await current().changes(ACME.id, 0, 9)).toEqual([]);
  });

  it('stays in the audit, and its values may be used again', async () => {
    await current().createTenant(ACME);
    await fill(current(), ACME);
    const about = { id: ACME.id, name: ACME.name };
    const actor = { kind: 'app', id: undefined, name: 'app' } as const;
    const record = { time: '', actor, address: undefined, action: 'x', tenant: about, target: undefined, details: {} };
    await current().appendAudit(record);
    await current().removeTenant(ACME.id);
    while (await current().purgeTenants(100));
    expect(await current().audit({ tenant: ACME.id, limit: 9 })).toEqual([{ ...record, sequence: 1 }]);
    await current().createTenant({ ...ACME, id: 't-9' });
    await fill(current(), { ...ACME, id: 't-9' });
    expect(await opens(current(), ACME.name)).toEqual(Array(7).fill(true));
    expect(await current().trimActivity('', 2, '', 9)).toBe(false);
  });
}
