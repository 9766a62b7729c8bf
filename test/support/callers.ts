/** Everybody who might call: with every kind of credential and every role, and with what only looks like one. */
import { randomBytes, randomUUID } from 'node:crypto';
import { hashPassword } from '../../src/access/passwords.js';
import type { Scope } from '../../src/access/principal.js';
import type { Role } from '../../src/access/roles.js';
import {
  ADMIN_TOKEN_PREFIX,
  CLIENT_SECRET_PREFIX,
  hashToken,
  newClientId,
  newToken,
  newUserName,
  PASSWORD_PREFIX,
  TOKEN_PREFIX,
} from '../../src/access/token.js';
import type { Admin, AdminKey, Credential, Key, Store, Tenant, Trust } from '../../src/store/store.js';

/** Somebody who calls, with what is known of them. */
export interface Caller {
  readonly name: string;
  /** Which security scheme of openapi.yaml it is; undefined: none that is good for anything. */
  readonly scheme: string | undefined;
  /** A credential that is good, but for its tenant. */
  readonly isOfDisabled?: boolean;
  /** Of SCIM credentials. */
  readonly scopes?: readonly Scope[];
  /** Of admins. `tenant`: the name of their only one. */
  readonly role?: Role;
  readonly tenant?: string | undefined;
  /** A session that does not send its CSRF token. */
  readonly lacksCsrf?: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of all admins here. */
export const PASSWORD = 'violet tram over seven lakes';

const DAY = 86_400_000;
const LONG_AGO = '2020-01-01T00:00:00.000Z';

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** What is left out has the values of a credential that is good and has both scopes. */
export interface Wanted {
  readonly kind: Credential['kind'];
  readonly tenant: Tenant;
  readonly scopes?: readonly Scope[];
  readonly expires?: string;
  readonly revoked?: string;
  readonly trust?: Trust;
}

const SECRETS = {
  token: { prefix: TOKEN_PREFIX, kind: 'bearer' },
  client: { prefix: CLIENT_SECRET_PREFIX, kind: 'secret' },
  basic: { prefix: PASSWORD_PREFIX, kind: 'password' },
} as const;

/** A credential with its secret, put into the store as it is. */
export async function putCredential(
  store: Store,
  wanted: Wanted,
): Promise<{ credential: Credential; key: Key | undefined; secret: string }> {
  const { kind, tenant, scopes = ['scim:read', 'scim:write'], expires, revoked, trust } = wanted;
  const identifiers = { token: undefined, client: newClientId, basic: newUserName, federation: newClientId };
  const credential: Credential = {
    id: randomUUID(),
    tenant: tenant.id,
    kind,
    name: `${kind} for ${scopes.join(' and ')}`,
    scopes,
    created: new Date(Date.now() - DAY).toISOString(),
    createdBy: undefined,
    expires,
    revoked: undefined,
    lastUsed: undefined,
    lastAddress: undefined,
    identifier: identifiers[kind]?.(randomBytes),
    tokenLifetime: kind === 'client' || kind === 'federation' ? 3_600 : undefined,
    trust,
  };
  if (kind === 'federation') {
    await store.createCredential(credential, []);
    return { credential, key: undefined, secret: '' };
  }
  const secret = newToken(randomBytes, SECRETS[kind].prefix);
  const key: Key = {
    id: randomUUID(),
    credential: credential.id,
    kind: SECRETS[kind].kind,
    hash: kind === 'basic' ? await hashPassword(secret) : hashToken(secret),
    scopes: undefined,
    created: credential.created,
    expires: undefined,
    hint: undefined,
  };
  await store.createCredential(credential, [key]);
  if (revoked !== undefined) await store.revokeCredential(tenant.id, credential.id, revoked);
  return { credential, key, secret };
}

/** An admin with PASSWORD. */
export async function putAdmin(store: Store, wanted: Partial<Admin> & Pick<Admin, 'email' | 'role'>): Promise<Admin> {
  const admin: Admin = {
    id: randomUUID(),
    name: wanted.email,
    tenant: undefined,
    password: await hashed(),
    subject: undefined,
    created: new Date(Date.now() - DAY).toISOString(),
    createdBy: undefined,
    disabled: undefined,
    lastSignIn: undefined,
    ...wanted,
  };
  await store.createAdmin(admin);
  return admin;
}

let hash: Promise<string> | undefined;

/** Once: it is slow on purpose. */
function hashed(): Promise<string> {
  hash ??= hashPassword(PASSWORD);
  return hash;
}

/** A session, an admin token or an invitation with its secret, put into the store as it is. */
export async function putAdminKey(
  store: Store,
  wanted: Partial<AdminKey> & Pick<AdminKey, 'kind'>,
): Promise<{ key: AdminKey; secret: string }> {
  const secret =
    wanted.kind === 'token' ? newToken(randomBytes, ADMIN_TOKEN_PREFIX) : randomBytes(32).toString('base64url');
  const now = new Date();
  const key: AdminKey = {
    id: randomUUID(),
    hash: hashToken(secret),
    admin: undefined,
    name: undefined,
    role: undefined,
    tenant: undefined,
    created: now.toISOString(),
    createdBy: undefined,
    expires: new Date(now.getTime() + DAY / 24).toISOString(),
    lastUsed: undefined,
    ...wanted,
  };
  await store.createAdminKey(key);
  return { key, secret };
}

/** Nobody, and what nobody has issued. */
export function strangers(): Caller[] {
  const unknown = (name: string, headers: Record<string, string>): Caller => ({ name, scheme: undefined, headers });
  return [
    unknown('nobody', {}),
    unknown('a text that is no token', bearer('garbage')),
    unknown('an unknown bearer token', bearer(newToken(randomBytes))),
    unknown('an unknown admin token', bearer(newToken(randomBytes, ADMIN_TOKEN_PREFIX))),
    unknown('an unknown user', basic(newUserName(randomBytes), 'garbage')),
    unknown('an unknown scheme', { authorization: 'Digest username="x"' }),
    unknown('an unknown session', { cookie: 'scim-admin=garbage', 'x-csrf-token': 'garbage' }),
  ];
}

const SCOPE_SETS: readonly (readonly Scope[])[] = [
  ['scim:read'],
  ['scim:write'],
  ['events:read'],
  ['scim:read', 'scim:write'],
];

/** Every kind of SCIM credential of the tenant with each set of scopes, but for those that `tokenOf` has to get. */
export async function scimCallers(
  store: Store,
  tenant: Tenant,
  tokenOf: (clientId: string, secret: string) => Promise<string>,
): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (const scopes of SCOPE_SETS) {
    const withScopes = `with ${scopes.join(' and ')}`;
    const token = await putCredential(store, { kind: 'token', tenant, scopes });
    callers.push({ name: `a bearer token ${withScopes}`, scheme: 'bearerAuth', scopes, headers: bearer(token.secret) });
    const client = await putCredential(store, { kind: 'client', tenant, scopes });
    const id = client.credential.identifier as string;
    const accessToken = await tokenOf(id, client.secret);
    callers.push({ name: `an access token ${withScopes}`, scheme: 'oauth2', scopes, headers: bearer(accessToken) });
    callers.push({ name: `a client ${withScopes}`, scheme: 'clientBasic', headers: basic(id, client.secret) });
    const user = await putCredential(store, { kind: 'basic', tenant, scopes });
    const name = user.credential.identifier as string;
    callers.push({ name: `a user ${withScopes}`, scheme: 'basicAuth', scopes, headers: basic(name, user.secret) });
  }
  return callers;
}

/** Credentials that were good once. */
export async function endedCallers(store: Store, tenant: Tenant): Promise<Caller[]> {
  const ended = async (name: string, wanted: Omit<Wanted, 'tenant'>): Promise<Caller> => {
    const { credential, secret } = await putCredential(store, { ...wanted, tenant });
    const headers = wanted.kind === 'token' ? bearer(secret) : basic(credential.identifier as string, secret);
    return { name, scheme: undefined, headers };
  };
  return [
    await ended('an expired bearer token', { kind: 'token', expires: LONG_AGO }),
    await ended('a revoked bearer token', { kind: 'token', revoked: LONG_AGO }),
    await ended('an expired user', { kind: 'basic', expires: LONG_AGO }),
    await ended('a revoked client', { kind: 'client', revoked: LONG_AGO }),
  ];
}

/** The credentials of a tenant that is disabled. */
export async function disabledCallers(store: Store, tenant: Tenant): Promise<Caller[]> {
  const token = await putCredential(store, { kind: 'token', tenant });
  const client = await putCredential(store, { kind: 'client', tenant });
  const headers = basic(client.credential.identifier as string, client.secret);
  return [
    {
      name: 'a bearer token of a disabled tenant',
      scheme: undefined,
      isOfDisabled: true,
      headers: bearer(token.secret),
    },
    { name: 'a client of a disabled tenant', scheme: undefined, headers },
  ];
}

const ROLES: readonly (readonly [Role, own: boolean | undefined])[] = [
  ['owner', undefined],
  ['operator', undefined],
  ['viewer', undefined],
  ['tenant-admin', true],
  ['viewer', true],
  ['tenant-admin', false],
  ['viewer', false],
];

/**
 * Every role, for all tenants, for `tenant` and for `other`, each by session and by token; and ways in that are none.
 * @param signIn gives the headers of a new session
 */
export async function adminCallers(
  store: Store,
  { tenant, other }: { tenant: Tenant; other: Tenant },
  signIn: (email: string) => Promise<Record<string, string>>,
): Promise<Caller[]> {
  const owner = await putAdmin(store, { email: 'maker@example.com', role: 'owner' });
  const callers: Caller[] = [];
  for (const [role, isOwn] of ROLES) {
    const only = isOwn === undefined ? undefined : isOwn ? tenant : other;
    const email = `${role}-${only?.name ?? 'all'}@example.com`;
    await putAdmin(store, { email, role, tenant: only?.id });
    const who = `${role} of ${only?.name ?? 'all'}`;
    const known = { role, tenant: only?.name };
    callers.push({ ...known, name: `${who}, session`, scheme: 'adminSession', headers: await signIn(email) });
    const token = await putAdminKey(store, { kind: 'token', admin: owner.id, name: who, role, tenant: only?.id });
    callers.push({ ...known, name: `${who}, token`, scheme: 'adminToken', headers: bearer(token.secret) });
  }
  const session = callers[0] as Caller;
  const { 'x-csrf-token': _, ...withoutCsrf } = session.headers;
  const foreign = { ...withoutCsrf, 'x-csrf-token': (callers[2] as Caller).headers['x-csrf-token'] as string };
  callers.push({ ...session, name: 'owner, session without its CSRF token', lacksCsrf: true, headers: withoutCsrf });
  callers.push({ ...session, name: "owner, session with another's CSRF token", lacksCsrf: true, headers: foreign });
  return [...callers, ...(await endedAdmins(store, owner, signIn))];
}

async function endedAdmins(
  store: Store,
  owner: Admin,
  signIn: (email: string) => Promise<Record<string, string>>,
): Promise<Caller[]> {
  const gone = await putAdmin(store, { email: 'gone@example.com', role: 'owner' });
  const headers = await signIn(gone.email);
  const ofGone = await putAdminKey(store, { kind: 'token', admin: gone.id, name: 'of gone', role: 'owner' });
  await store.updateAdmin(gone.id, { disabled: LONG_AGO });
  const over = await putAdminKey(store, { kind: 'session', admin: owner.id, expires: LONG_AGO });
  const expired = await putAdminKey(store, { kind: 'token', admin: owner.id, role: 'owner', expires: LONG_AGO });
  const invitation = await putAdminKey(store, { kind: 'invitation', role: 'owner' });
  const ended = (name: string, given: Record<string, string>): Caller => ({ name, scheme: undefined, headers: given });
  return [
    ended('the session of a disabled owner', headers),
    ended('the token of a disabled owner', bearer(ofGone.secret)),
    ended('a session that is over', { cookie: `scim-admin=${over.secret}` }),
    ended('an expired admin token', bearer(expired.secret)),
    ended('an invitation as a token', bearer(invitation.secret)),
    ended('an invitation as a session', { cookie: `scim-admin=${invitation.secret}` }),
  ];
}
