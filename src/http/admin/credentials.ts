/** Credentials of a tenant: issued, changed, rotated, revoked. A secret is in the answer that makes it and nowhere else. */
import { bothSides } from '../../access/audit.js';
import { keyAsJson } from '../../access/credential-summary.js';
import { findUserId, USER_TYPE } from '../../access/credential-user.js';
import {
  type CredentialSummary,
  endKey as end,
  findCredential,
  type Issued,
  issueCredential,
  listCredentials as list,
  revokeCredential as revoke,
  rotateCredential as rotate,
  updateCredential as update,
} from '../../access/credentials.js';
import { parseLifetime } from '../../access/lifetime.js';
import type { Trust } from '../../store/store.js';
import { type AdminAudit, type AdminRequest, type AdminResponse, tenantOf } from './handler.js';
import type { CredentialPatch, CredentialView, IssuedCredential, NewCredential, TrustView } from './messages.js';
import type { AdminParts } from './parts.js';
import { connectionOf } from './tenants.js';

/** GET /tenants/{tenant}/credentials */
export async function listCredentials(request: AdminRequest, { store, clock }: AdminParts): Promise<AdminResponse> {
  const items = (await list(store, tenantOf(request), clock)).map(viewOf);
  return { status: 200, body: { items } };
}

/** POST /tenants/{tenant}/credentials */
export async function createCredential(
  request: AdminRequest & { readonly body: NewCredential },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { body, admin } = request;
  const { store, clock, newId, randomBytes, registries } = parts;
  const tenant = tenantOf(request);
  const issued = await issueCredential(store, {
    tenant,
    kind: body.kind,
    name: body.name,
    scopes: body.scopes,
    expires: body.expires === null ? undefined : parseLifetime(body.expires, clock()),
    createdBy: admin.actor.name,
    tokenLifetime: body.tokenLifetime ?? undefined,
    trust: body.trust ? trustOf(body.trust) : undefined,
    user: body.user
      ? await findUserId(store, registries.of(tenant).resourceType(USER_TYPE), tenant, body.user)
      : undefined,
    clock,
    newId,
    randomBytes,
  });
  const { kind, scopes, expires, user } = issued.credential;
  return sendSecret(201, issued, request, parts, {
    action: 'credential.create',
    details: { kind, scopes: [...scopes], expires: expires ?? null, ...(user !== undefined && { user }) },
  });
}

/** GET /tenants/{tenant}/credentials/{id} */
export async function getCredential(request: AdminRequest, { store, clock }: AdminParts): Promise<AdminResponse> {
  return { status: 200, body: viewOf(await findCredential(store, tenantOf(request), idOf(request), clock)) };
}

/** PATCH /tenants/{tenant}/credentials/{id} */
export async function updateCredential(
  request: AdminRequest & { readonly body: CredentialPatch },
  { store, clock }: AdminParts,
): Promise<AdminResponse> {
  const tenant = tenantOf(request);
  const { expires, trust, ...plain } = request.body;
  const before = await findCredential(store, tenant, idOf(request), clock);
  const wanted = {
    ...plain,
    expires: expires === undefined || expires === null ? expires : parseLifetime(expires, clock()),
    trust: trust && trustOf(trust),
  };
  const after = await update(store, tenant, before.id, wanted, clock);
  return answer(after, { action: 'credential.update', details: bothSides(toldOf(before), toldOf(after)) });
}

/** POST /tenants/{tenant}/credentials/{id}/rotate */
export async function rotateCredential(
  request: AdminRequest & { readonly body: { readonly overlapHours: number } },
  parts: AdminParts,
): Promise<AdminResponse> {
  const { store, clock, newId, randomBytes } = parts;
  const { overlapHours } = request.body;
  const rotation = { overlap: Math.round(overlapHours * 3_600), clock, newId, randomBytes };
  const issued = await rotate(store, tenantOf(request), idOf(request), rotation);
  return sendSecret(200, issued, request, parts, { action: 'credential.rotate', details: { overlapHours } });
}

/** POST /tenants/{tenant}/credentials/{id}/revoke */
export async function revokeCredential(request: AdminRequest, { store, clock }: AdminParts): Promise<AdminResponse> {
  const revoked = await revoke(store, tenantOf(request), { id: idOf(request) }, clock);
  return answer(revoked, { action: 'credential.revoke', details: { kind: revoked.kind } });
}

/** POST /tenants/{tenant}/credentials/{id}/keys/{key}/end */
export async function endKey(request: AdminRequest, { store, clock }: AdminParts): Promise<AdminResponse> {
  const key = request.params.key ?? '';
  const credential = await end(store, tenantOf(request), idOf(request), key, clock);
  return answer(credential, { action: 'credential.end-key', details: { key } });
}

function idOf({ params }: AdminRequest): string {
  return params.id ?? '';
}

function answer(credential: CredentialSummary, audit: AdminAudit): AdminResponse {
  return { status: 200, body: viewOf(credential), audit: { ...audit, target: credential.name } };
}

async function sendSecret(
  status: number,
  { credential, secret }: Issued,
  request: AdminRequest,
  parts: AdminParts,
  audit: AdminAudit,
): Promise<AdminResponse> {
  const body: IssuedCredential = {
    credential: viewOf(credential),
    secret: secret ?? null,
    connection: await connectionOf(request, parts),
  };
  return { status, body, audit: { ...audit, target: credential.name } };
}

function trustOf({ issuer, audiences, subject, directory }: TrustView): Trust {
  return { issuer, audiences, subject: subject ?? undefined, directory: directory ?? undefined };
}

function viewOf(credential: CredentialSummary): CredentialView {
  const { id, kind, name, state, scopes, created, trust, keys } = credential;
  return {
    id,
    kind,
    name,
    state,
    scopes,
    created,
    createdBy: credential.createdBy ?? null,
    expires: credential.expires ?? null,
    revoked: credential.revoked ?? null,
    lastUsed: credential.lastUsed ?? null,
    lastAddress: credential.lastAddress ?? null,
    identifier: credential.identifier ?? null,
    tokenLifetime: credential.tokenLifetime ?? null,
    trust: trust ? trustView(trust) : null,
    user: credential.user ?? null,
    keys: keys.map(keyAsJson),
    warning: credential.warning ?? null,
  };
}

function trustView({ issuer, audiences, subject, directory }: Trust): TrustView {
  return { issuer, audiences, subject: subject ?? null, directory: directory ?? null };
}

function toldOf({ name, scopes, expires, tokenLifetime, trust }: CredentialSummary) {
  const told = trust && { ...trustView(trust), audiences: [...trust.audiences] };
  return { name, scopes: [...scopes], expires, tokenLifetime, trust: told };
}
