/** A store with a bit of everything that is moved. */
import type { Store, Write } from '../../src/store/store.js';
import { ACME, admin, adminKey, credential, GLOBEX, key, request } from '../contract/accounts.js';
import { group, user } from '../contract/writes.js';

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
      members.slice(start, start + 200).map((id): Write => user(id, {}, of)),
    );
  }
  await store.commit(ACME.id, [group('g', members, of), group('h', ['g', 'u1'], of)]);
  await store.commit(GLOBEX.id, [user('u1', {}, { tenant: GLOBEX.id })]);
  await store.createAdmin(admin('Ada', { password: '$argon2id$…', tenant: ACME.id }));
  await store.createAdminKey(adminKey('t-1', 'token', { name: 'CI', lastUsed: ACME.created }));
  await store.secret('cursors', 'a secret');
  await store.appendActivity([request('r-1'), request('r-2', { tenant: GLOBEX.id, outcome: 'refused' })]);
  const actor = { kind: 'admin', id: 'a-Ada', name: 'Ada' } as const;
  const record = { time: ACME.created, actor, address: '::1', action: 'x', target: 'y', details: { a: [1, null] } };
  await store.appendAudit({ ...record, tenant: { id: ACME.id, name: 'acme' } });
  await store.appendAudit({ ...record, tenant: undefined });
}
