/** Tenants: what they are, how they fare, and the addresses that clients of each are told. */
import { bothSides } from '../../access/audit.js';
import { createTenant as create, removeTenant as remove, updateTenant as update } from '../../access/tenants.js';
import { PROFILES } from '../../scim/profiles.js';
import type { Tenant } from '../../store/store.js';
import type { AdminRequest, AdminResponse } from './handler.js';
import { tenantOf } from './handler.js';
import type { Connection, NewTenant, TenantPatch, TenantView, TrafficView } from './messages.js';
import { hoursAgo, OVERVIEW_HOURS, Overview } from './overview.js';
import type { AdminParts } from './parts.js';
import { AdminProblem } from './problem.js';
import { readQuery, whole } from './query.js';

/** As long as the store keeps them: 400 days. */
const MOST_HOURS = 9_600;

/** What a patch may name with `tenants.configure` alone; everything else needs `tenants.control`. */
const CONFIGURABLE: ReadonlySet<string> = new Set(['profile', 'allowsBasic'] satisfies (keyof TenantPatch)[]);

/** GET /tenants: those that the admin sees, by name. */
export async function listTenants({ admin }: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  const all = await parts.store.tenants();
  const seen = admin.tenant === undefined ? all : all.filter(({ id }) => id === admin.tenant);
  const sorted = seen.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const overview = await Overview.of(parts, admin.tenant);
  const items: TenantView[] = [];
  for (const tenant of sorted) items.push(await overview.view(tenant));
  return { status: 200, body: { items } };
}

/** POST /tenants */
export async function createTenant(
  { body }: AdminRequest & { readonly body: NewTenant },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { store, clock, newId } = parts;
  const tenant = await create(store, { ...body, profiles: Object.keys(PROFILES), clock, newId });
  const details = { profile: tenant.profile };
  return {
    status: 201,
    body: await viewOf(tenant, parts),
    audit: { action: 'tenant.create', tenant, target: tenant.name, details },
  };
}

/** GET /tenants/{tenant} */
export async function getTenant(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  return { status: 200, body: await viewOf(tenantOf(request), parts) };
}

/** PATCH /tenants/{tenant} */
export async function updateTenant(
  request: AdminRequest & { readonly body: TenantPatch },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { admin, body } = request;
  const tenant = tenantOf(request);
  const reserved = Object.keys(body).filter((name) => !CONFIGURABLE.has(name));
  if (reserved.length > 0 && !admin.permissions.has('tenants.control')) {
    throw new AdminProblem(403, `Your role does not allow to change ${reserved.join(', ')} of a tenant.`, {
      errors: reserved.map((field) => ({ field, message: 'needs the permission tenants.control' })),
    });
  }
  const { store, clock } = parts;
  const after = await update(store, tenant, body, { profiles: Object.keys(PROFILES), clock });
  const details = bothSides(toldOf(tenant), toldOf(after));
  return {
    status: 200,
    body: await viewOf(after, parts),
    audit: { action: 'tenant.update', tenant: after, target: after.name, details },
  };
}

function toldOf({ name, profile, disabled, settings }: Tenant) {
  const { allowsBasic, requestLimit } = settings;
  return { name, profile, disabled: disabled !== undefined, allowsBasic, requestLimit };
}

/** DELETE /tenants/{tenant}: gone at once; what it had is deleted in the background. */
export async function deleteTenant(
  request: AdminRequest & { readonly body: { readonly confirm: string } },
  { store, purge }: AdminParts,
): Promise<AdminResponse> {
  const tenant = tenantOf(request);
  await remove(store, tenant, request.body.confirm);
  purge.wake();
  return { status: 204, audit: { action: 'tenant.delete', target: tenant.name } };
}

/** GET /tenants/{tenant}/traffic */
export async function getTraffic(request: AdminRequest, { store, clock }: AdminParts): Promise<AdminResponse> {
  const { hours = OVERVIEW_HOURS } = readQuery(request.query, { hours: whole(1, MOST_HOURS).optional() });
  const found = await store.traffic(hoursAgo(clock(), hours), tenantOf(request).id);
  const items: TrafficView[] = found.map(({ hour, requests, refused, failed }) => ({
    hour,
    requests,
    refused,
    failed,
  }));
  return { status: 200, body: { items } };
}

/** GET /tenants/{tenant}/connection */
export async function getConnection(request: AdminRequest, parts: AdminParts): Promise<AdminResponse> {
  return { status: 200, body: await connectionOf(request, parts) };
}

/** The addresses that the other side's form asks for. */
export async function connectionOf(
  request: AdminRequest,
  { store, activity, paths }: Pick<AdminParts, 'store' | 'activity' | 'paths'>,
): Promise<Connection> {
  const tenant = tenantOf(request);
  await activity.flush();
  const [newest] = await store.activity({ tenant: tenant.id, limit: 1 });
  return {
    scimUrl: addressIn(paths.scim, request),
    tokenEndpoint: `${request.baseUrl}${paths.oauth}/token`,
    metadata: metadataUrl(request.baseUrl, paths.oauth),
    newest: newest?.sequence ?? 0,
  };
}

/** A path with `{tenant}` in it, as a URL of the tenant of the request. */
export function addressIn(path: string, request: AdminRequest): string {
  return request.baseUrl + path.replace('{tenant}', tenantOf(request).name);
}

/** RFC 8414 §3: the well-known part stands between the host and the path of the issuer. */
function metadataUrl(baseUrl: string, oauth: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}${oauth}`;
}

async function viewOf(tenant: Tenant, parts: AdminParts): Promise<TenantView> {
  const overview = await Overview.of(parts, tenant.id);
  return overview.view(tenant);
}
