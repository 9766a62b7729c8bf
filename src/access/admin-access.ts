/**
 * Who calls the admin API, and what they may do there: a session or an admin token to an AdminPrincipal.
 * Knows: what a role gives, and that a token gives no more than its maker has. Does not know: headers, cookies, routes.
 */
import type { Admin, AdminKey, AuditActor, Store } from '../store/store.js';
import { actorOf } from './audit.js';
import { type Permission, permissionsOf } from './roles.js';
import { isOver, type Session } from './sessions.js';
import { ADMIN_TOKEN_PREFIX, hashToken, isWellFormed } from './token.js';

/** Whoever calls the admin API. */
export interface AdminPrincipal {
  readonly kind: 'session' | 'token';
  /** As the audit names them. */
  readonly actor: AuditActor;
  readonly role: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Tenant.id of the only tenant they see; undefined: all. */
  readonly tenant: string | undefined;
  /** The account: of a session its own, of a token that of its maker. */
  readonly admin: Admin;
  readonly key: AdminKey;
}

/** Why a token does not open the admin API, with what its holder is told. */
export const TOKEN_REFUSALS = {
  foreign: 'The token is not one for the admin API; those begin with scima_.',
  malformed: 'The admin token is mistyped or incomplete: copy the whole of it again.',
  unknown: 'The admin token is not known here, or was removed.',
  expired: 'The admin token has expired.',
  ownerless: 'The admin who made the token is gone or disabled, and the token ends with that.',
} as const;

export type TokenRefusal = keyof typeof TOKEN_REFUSALS;

/** A use of a token is noted at most this often, in milliseconds. */
const NOTE_EVERY = 60_000;

export interface AdminAccessParts {
  readonly store: Pick<Store, 'adminKeyByHash' | 'touchAdminKey' | 'tenantById'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

/** Undefined when the only tenant of the admin is gone. */
export async function principalOfSession(
  { store }: Pick<AdminAccessParts, 'store'>,
  { key, admin }: Session,
): Promise<AdminPrincipal | undefined> {
  if (!(await isTenantThere(store, admin.tenant))) return undefined;
  const { role, tenant } = admin;
  return { kind: 'session', actor: actorOf(admin), role, permissions: permissionsOf(role), tenant, admin, key };
}

/** The principal, or why there is none. */
export async function principalOfToken(
  { store, clock }: AdminAccessParts,
  token: string,
): Promise<AdminPrincipal | TokenRefusal> {
  if (!token.startsWith(ADMIN_TOKEN_PREFIX)) return 'foreign';
  if (!isWellFormed(token, ADMIN_TOKEN_PREFIX)) return 'malformed';
  const found = await store.adminKeyByHash(hashToken(token));
  if (found?.key.kind !== 'token') return 'unknown';
  const { key, admin } = found;
  const now = clock();
  if (isOver(key, now)) return 'expired';
  if (!admin || admin.disabled !== undefined) return 'ownerless';
  const tenant = key.tenant ?? admin.tenant;
  // A token for one tenant whose maker has since been confined to another sees neither.
  if (admin.tenant !== undefined && tenant !== admin.tenant) return 'ownerless';
  if (!(await isTenantThere(store, tenant))) return 'ownerless';
  if (Date.parse(now) - Date.parse(key.lastUsed ?? key.created) >= NOTE_EVERY || key.lastUsed === undefined)
    await store.touchAdminKey(key.hash, now);
  const ofMaker = permissionsOf(admin.role);
  const role = key.role ?? '';
  const permissions = new Set([...permissionsOf(role)].filter((permission) => ofMaker.has(permission)));
  const actor = { kind: 'token', id: key.id, name: key.name ?? key.id } as const;
  return { kind: 'token', actor, role, permissions, tenant, admin, key };
}

async function isTenantThere(store: Pick<Store, 'tenantById'>, tenant: string | undefined): Promise<boolean> {
  return tenant === undefined || (await store.tenantById(tenant)) !== undefined;
}

/** Whether a tenant exists as far as this caller can tell. */
export function isVisible(principal: Pick<AdminPrincipal, 'tenant'>, tenant: string): boolean {
  return principal.tenant === undefined || principal.tenant === tenant;
}
