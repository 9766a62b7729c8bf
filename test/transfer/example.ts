/** A store with a bit of everything that is moved. */
import type { Store, Write } from '../../src/store/store.js';
import { ACME, admin, adminKey, credential, GLOBEX, key, request } from '../../src/testing/contract/accounts.js';
import { claim, deadLetter, delivery, minute, owner, receiver } from '../../src/testing/contract/consumers.js';
import { group, user } from '../../src/testing/contract/writes.js';

export const RECEIVERS = [
  receiver('crm', { keys: [{ id: 'k-1', created: ACME.created, ends: undefined }] }),
  receiver('push', { kind: 'push', audience: 'https://a.example', authorization: 'sealed header' }),
];

/** As they stand: one is worked on. */
export const DELIVERIES = [
  delivery('app:hr', { position: 7, parts: 2, ahead: [9, 12] }),
  delivery('crm', {
    position: 3,
    trouble: { attempts: 2, since: minute(1), retryAt: minute(2), error: 'It answered 500.' },
  }),
];

/** Users of acme. */
export const USERS = 603;

export async function fill(store: Store): Promise<void> {
  for (const tenant of [GLOBEX, ACME]) await store.createTenant(tenant);
  const client = credential('c-2', {
    kind: 'client',
    identifier: 'client',
    lastUsed: ACME.created,
    lastAddress: '::1',
  });
  const trust = { issuer: 'https://i.example', audiences: ['a'], subject: 's', directory: undefined };
  await store.createCredential(credential('c-3', { kind: 'federation', trust, revoked: ACME.created }), []);
  await store.createCredential(client, [key('k-2', client, { kind: 'secret' }), key('k-1', client)]);
  await store.addKey(key('k-9', client, { kind: 'access', scopes: ['scim:read'] }));
  const members = Array.from({ length: USERS }, (_, i) => `u${i}`);
  const of = { tenant: ACME.id };
  for (let start = 0; start < USERS; start += 200) {
    await store.commit(
      ACME.id,
      members.slice(start, start + 200).map((id): Write => ({ ...user(id, {}, of), passwordHash: `$argon2id$${id}` })),
    );
  }
  await store.commit(ACME.id, [group('g', members, of), group('h', ['g', 'u1'], of)]);
  await store.commit(GLOBEX.id, [user('u1', {}, { tenant: GLOBEX.id })]);
  await fillDeliveries(store);
  await store.createAdmin(admin('Ada', { password: '$argon2id$…', tenant: ACME.id }));
  await store.createAdminKey(adminKey('t-1', 'token', { name: 'CI', lastUsed: ACME.created }));
  await store.secret('cursors', 'a secret');
  await store.appendActivity([request('r-1'), request('r-2', { tenant: GLOBEX.id, outcome: 'refused' })]);
  const actor = { kind: 'admin', id: 'a-Ada', name: 'Ada' } as const;
  const record = { time: ACME.created, actor, address: '::1', action: 'x', target: 'y', details: { a: [1, null] } };
  await store.appendAudit({ ...record, tenant: { id: ACME.id, name: 'acme' } });
  await store.appendAudit({ ...record, tenant: undefined });
}

async function fillDeliveries(store: Store): Promise<void> {
  for (const each of RECEIVERS) await store.createReceiver(each);
  await store.claimDeliveries(
    owner('o'),
    DELIVERIES.map(({ consumer }) => claim(consumer)),
  );
  const letters = [deadLetter('crm', 1), deadLetter('crm', 2, { part: 3 }), deadLetter('app:hr', 2)];
  await store.saveDeliveries(owner('o', 0, 9), DELIVERIES, letters);
}
