/**
 * The record of what admins do. Knows: which actions there are, and the shape of a record.
 * Does not know: who reads it, and how an action is done. What is not in the list cannot be recorded.
 */
import type { JsonObject } from '../scim/json.js';
import type { Admin, AuditActor, Store } from '../store/store.js';

/** What can be done, for people who read the record. */
export const AUDIT_ACTIONS = {
  'session.start': 'signed in',
  'session.end': 'signed out',
  'session.refused': 'tried to sign in',
  'account.update': 'changed their own account',
  'tenant.create': 'created a tenant',
  'tenant.update': 'changed a tenant',
  'tenant.schemas': 'changed the schemas of a tenant',
  'tenant.delete': 'deleted a tenant',
  'tenant.export': 'exported a tenant',
  'tenant.import': 'imported a tenant',
  'credential.create': 'issued a credential',
  'credential.update': 'changed a credential',
  'credential.rotate': 'gave a credential a new secret',
  'credential.revoke': 'revoked a credential',
  'credential.end-key': 'ended an old secret of a credential',
  'receiver.create': 'made a receiver of events',
  'receiver.update': 'changed a receiver of events',
  'receiver.rotate': 'gave a webhook a new secret',
  'receiver.test': 'sent a receiver a test event',
  'receiver.delete': 'removed a receiver of events',
  'delivery.replay': 'had events told again',
  'delivery.redeliver': 'had a dead letter tried again',
  'delivery.discard': 'threw a dead letter away',
  'admin.update': 'changed an admin',
  'admin.delete': 'removed an admin',
  'admin.bind': 'tied an admin to single sign-on',
  'admin.reset': 'made a link for a new password',
  'invitation.create': 'invited somebody',
  'invitation.accept': 'accepted an invitation',
  'invitation.delete': 'took an invitation back',
  'token.create': 'issued an admin token',
  'token.delete': 'removed an admin token',
  'activity.export': 'exported the activity of a tenant',
  'signing-key.rotate': 'replaced the key that signs security event tokens',
} as const satisfies Record<string, string>;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** One action, as whoever did it tells it. What is left out is not known, or there is none. */
export interface AuditEntry {
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly actor: AuditActor;
  /** The caller's address. */
  readonly address?: string | undefined;
  readonly action: AuditAction;
  readonly tenant?: { readonly id: string; readonly name: string } | undefined;
  /** What it was about, for people: the name of a credential, the email of an admin. */
  readonly target?: string | undefined;
  /** What changed; never a secret. A property that is undefined is left out. */
  readonly details?: JsonObject | undefined;
}

/** Records an action that has taken place. */
export function audit(store: Pick<Store, 'appendAudit'>, entry: AuditEntry): Promise<void> {
  const { time, actor, address, action, tenant, target, details = {} } = entry;
  const about = tenant && { id: tenant.id, name: tenant.name };
  const told = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
  return store.appendAudit({ time, actor, address, action, tenant: about, target, details: told });
}

/** Both sides of what a change changes: `{profile: {before: 'entra', after: 'okta'}}`. Equal sides are left out. */
export function bothSides(before: JsonObject, after: JsonObject): JsonObject {
  const names = Object.keys(after).filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(names.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]));
}

/** An admin as actor. */
export function actorOf({ id, email }: Pick<Admin, 'id' | 'email'>): AuditActor {
  return { kind: 'admin', id, name: email };
}
