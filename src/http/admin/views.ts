/** Accounts as the page shows them: without anything secret, with names in place of ids. */
import type { AdminPrincipal } from '../../access/admin-access.js';
import { endsOf } from '../../access/sessions.js';
import type { Admin, AdminKey, Store } from '../../store/store.js';
import type { AdminTokenView, AdminView, InvitationView, SessionView } from './messages.js';
import type { AdminParts } from './parts.js';

/** Names of tenants by id. */
export type TenantNames = ReadonlyMap<string, string>;

export async function tenantNames(store: Pick<Store, 'tenants'>): Promise<TenantNames> {
  return new Map((await store.tenants()).map(({ id, name }) => [id, name]));
}

export function adminView(admin: Admin, names: TenantNames): AdminView {
  return {
    id: admin.id,
    email: admin.email,
    name: admin.name,
    role: admin.role,
    tenant: nameOf(admin.tenant, names),
    hasPassword: admin.password !== undefined,
    usesSso: admin.subject !== undefined,
    created: admin.created,
    createdBy: admin.createdBy ?? null,
    disabled: admin.disabled ?? null,
    lastSignIn: admin.lastSignIn ?? null,
  };
}

export function invitationView(key: AdminKey, names: TenantNames): InvitationView {
  return {
    id: key.id,
    email: key.name ?? null,
    role: key.role ?? '',
    tenant: nameOf(key.tenant, names),
    isReset: key.admin !== undefined,
    created: key.created,
    createdBy: key.createdBy ?? null,
    expires: key.expires ?? key.created,
  };
}

export function adminTokenView(key: AdminKey, names: TenantNames): AdminTokenView {
  return {
    id: key.id,
    name: key.name ?? '',
    role: key.role ?? '',
    tenant: nameOf(key.tenant, names),
    created: key.created,
    createdBy: key.createdBy ?? null,
    expires: key.expires ?? null,
    lastUsed: key.lastUsed ?? null,
  };
}

/** A session as its own page sees it. */
export async function sessionView(
  { admin, permissions, key }: Pick<AdminPrincipal, 'admin' | 'permissions' | 'key'>,
  { sessions, store }: Pick<AdminParts, 'sessions' | 'store'>,
): Promise<SessionView> {
  const [names, csrf] = await Promise.all([tenantNames(store), sessions.csrfToken(key)]);
  return { admin: adminView(admin, names), permissions: [...permissions], csrf, ...endsOf(key) };
}

/** What is confined to a tenant that is gone must not look as if it were for all. */
function nameOf(tenant: string | undefined, names: TenantNames): string | null {
  return tenant === undefined ? null : (names.get(tenant) ?? '(deleted)');
}
