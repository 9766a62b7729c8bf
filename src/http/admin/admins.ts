/** Admins, the links that invite them, and the tokens of their scripts. */
import { bothSides } from '../../access/audit.js';
import type { IssuedLink } from '../../access/invitations.js';
import { setUpPath } from '../../access/invitations.js';
import { parseLifetime } from '../../access/lifetime.js';
import { FieldRefused } from '../../access/refusal.js';
import type { Admin, Tenant } from '../../store/store.js';
import type { AdminRequest, AdminResponse } from './handler.js';
import type { AdminPatch, IssuedAdminToken, IssuedInvitation, NewAdminToken, NewInvitation } from './messages.js';
import type { AdminParts } from './parts.js';
import { adminTokenView, adminView, invitationView, tenantNames } from './views.js';

/** GET /admins */
export async function listAdmins(_request: AdminRequest, { admins, store }: AdminParts): Promise<AdminResponse> {
  const names = await tenantNames(store);
  return { status: 200, body: { items: (await admins.list()).map((admin) => adminView(admin, names)) } };
}

/** PATCH /admins/{id} */
export async function updateAdmin(
  { params, body }: AdminRequest & { readonly body: AdminPatch },
  { admins, store }: AdminParts,
): Promise<AdminResponse> {
  const tenant =
    body.tenant === undefined || body.tenant === null ? body.tenant : await namedTenant(body.tenant, store);
  const { before, after } = await admins.update(params.id ?? '', { ...body, tenant });
  const names = await tenantNames(store);
  const details = bothSides(toldOf(before, names), toldOf(after, names));
  return {
    status: 200,
    body: adminView(after, names),
    audit: { action: 'admin.update', target: after.email, details },
  };
}

function toldOf({ name, role, tenant, disabled }: Admin, names: ReadonlyMap<string, string>) {
  return {
    name,
    role,
    tenant: tenant === undefined ? null : (names.get(tenant) ?? tenant),
    disabled: disabled !== undefined,
  };
}

/** DELETE /admins/{id} */
export async function removeAdmin({ params }: AdminRequest, { admins }: AdminParts): Promise<AdminResponse> {
  const admin = await admins.remove(params.id ?? '');
  return { status: 204, audit: { action: 'admin.delete', target: admin.email, details: { role: admin.role } } };
}

/** POST /admins/{id}/password-link */
export async function createPasswordLink(
  { params, page, admin: caller }: AdminRequest,
  { admins, invitations, store }: AdminParts,
): Promise<AdminResponse> {
  const admin = await admins.find(params.id ?? '');
  const link = await invitations.createReset(admin, caller.admin.email);
  return { ...(await issued(link, page, store)), audit: { action: 'admin.reset', target: admin.email } };
}

/** GET /invitations */
export async function listInvitations(
  _request: AdminRequest,
  { invitations, store }: AdminParts,
): Promise<AdminResponse> {
  const names = await tenantNames(store);
  return { status: 200, body: { items: (await invitations.list()).map((key) => invitationView(key, names)) } };
}

/** POST /invitations */
export async function createInvitation(
  { body, page, admin: caller }: AdminRequest & { readonly body: NewInvitation },
  { invitations, store }: AdminParts,
): Promise<AdminResponse> {
  const tenant = body.tenant === null ? undefined : await namedTenant(body.tenant, store);
  const link = await invitations.create({
    email: body.email ?? undefined,
    role: body.role,
    tenant,
    // The person, of a script too: when they go, their links end.
    createdBy: caller.admin.email,
  });
  const details = { role: body.role, tenant: body.tenant };
  return {
    ...(await issued(link, page, store)),
    audit: { action: 'invitation.create', tenant, target: link.key.name, details },
  };
}

async function issued({ key, token }: IssuedLink, page: string, store: AdminParts['store']): Promise<AdminResponse> {
  const body: IssuedInvitation = {
    invitation: invitationView(key, await tenantNames(store)),
    link: page + setUpPath(token),
  };
  return { status: 201, body };
}

/** DELETE /invitations/{id} */
export async function removeInvitation({ params }: AdminRequest, { invitations }: AdminParts): Promise<AdminResponse> {
  const { name, role } = await invitations.remove(params.id ?? '');
  return { status: 204, audit: { action: 'invitation.delete', target: name, details: { role } } };
}

/** GET /tokens */
export async function listTokens(_request: AdminRequest, { tokens, store }: AdminParts): Promise<AdminResponse> {
  const names = await tenantNames(store);
  return { status: 200, body: { items: (await tokens.list()).map((key) => adminTokenView(key, names)) } };
}

/** POST /tokens */
export async function createToken(
  { body, admin: maker }: AdminRequest & { readonly body: NewAdminToken },
  { tokens, store, clock }: AdminParts,
): Promise<AdminResponse> {
  const tenant = body.tenant === null ? undefined : await namedTenant(body.tenant, store);
  const expires = body.expires === null ? undefined : parseLifetime(body.expires, clock());
  const { name, role } = body;
  const { key, token } = await tokens.create({ name, role, tenant, expires, maker });
  const issuedToken: IssuedAdminToken = { token: adminTokenView(key, await tenantNames(store)), secret: token };
  const details = { role, expires: expires ?? null };
  return { status: 201, body: issuedToken, audit: { action: 'token.create', tenant, target: key.name, details } };
}

/** DELETE /tokens/{id} */
export async function removeToken({ params }: AdminRequest, { tokens }: AdminParts): Promise<AdminResponse> {
  const { name, role } = await tokens.remove(params.id ?? '');
  return { status: 204, audit: { action: 'token.delete', target: name, details: { role } } };
}

async function namedTenant(name: string, store: AdminParts['store']): Promise<Tenant> {
  const tenant = await store.tenantByName(name);
  if (!tenant) throw new FieldRefused('tenant', `there is no tenant named ${JSON.stringify(name)}`);
  return tenant;
}
