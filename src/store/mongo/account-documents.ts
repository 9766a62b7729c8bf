/**
 * What the collections of the ledger hold. Texts by which something is found stand beside `body`, which is the JSON of
 * the rest: its values may be any text, and what is new in the port needs nothing here.
 */
import { fold } from '../../scim/fold.js';
import type { Admin, AdminKey, Credential, Key, Tenant } from '../store.js';
import type { Kept, Put } from './ledger.js';

interface WithBody extends Kept {
  readonly body: string;
}

/** _id: Tenant.id */
export interface TenantDocument extends WithBody {
  /** Folded. */
  readonly name: string;
  /** Of a tombstone: nothing is left of it, and nothing comes any more. */
  readonly purged?: boolean;
}

/** _id: Credential.id */
export interface CredentialDocument extends WithBody {
  readonly tenant: string;
  readonly identifier: string | null;
  readonly issuer: string | null;
  /** Not written by the ledger, nor are addresses. */
  readonly lastUsed: string | null;
  readonly lastAddress: string | null;
}

/** _id: Key.hash */
export interface KeyDocument extends WithBody {
  readonly id: string;
  readonly credential: string;
  readonly kind: Key['kind'];
  readonly expires: string | null;
}

/** _id: Admin.id */
export interface AdminDocument extends WithBody {
  /** Folded. */
  readonly email: string;
  readonly subject: string | null;
  readonly tenant: string | null;
}

/** _id: AdminKey.hash */
export interface AdminKeyDocument extends WithBody {
  readonly id: string;
  readonly kind: AdminKey['kind'];
  readonly admin: string | null;
  readonly tenant: string | null;
  /** Not written by the ledger after its creation, nor is `lastUsed`. */
  readonly expires: string | null;
  readonly lastUsed: string | null;
}

export function putTenant(tenant: Tenant, isNew = false): Put {
  return { collection: 'tenants', id: tenant.id, fields: { name: fold(tenant.name), ...bodyOf(tenant) }, isNew };
}

/** Its uses are written when it is new. */
export function putCredential({ lastUsed, lastAddress, ...credential }: Credential, isNew = false): Put {
  const { id, tenant, identifier = null, trust } = credential;
  const uses = isNew && { lastUsed: lastUsed ?? null, lastAddress: lastAddress ?? null };
  const fields = { tenant, identifier, issuer: trust?.issuer ?? null, ...uses, ...bodyOf(credential) };
  return { collection: 'credentials', id, fields, isNew };
}

export function putKey(key: Key, isNew = false): Put {
  return { collection: 'keys', id: key.hash, fields: keyFields(key), isNew };
}

/** The hash is its _id. */
export function keyFields({ hash: _, ...key }: Key) {
  const { id, credential, kind, expires = null } = key;
  return { id, credential, kind, expires, ...bodyOf(key) };
}

export function putAdmin(admin: Admin, isNew = false): Put {
  const { id, email, subject = null, tenant = null } = admin;
  return { collection: 'admins', id, fields: { email: fold(email), subject, tenant, ...bodyOf(admin) }, isNew };
}

export function putAdminKey({ hash, expires = undefined, lastUsed = undefined, ...key }: AdminKey): Put {
  const { id, kind, admin = null, tenant = null } = key;
  const changing = { expires: expires ?? null, lastUsed: lastUsed ?? null };
  return {
    collection: 'adminKeys',
    id: hash,
    fields: { id, kind, admin, tenant, ...changing, ...bodyOf(key) },
    isNew: true,
  };
}

export function toTenant({ body }: TenantDocument): Tenant {
  return JSON.parse(body) as Tenant;
}

export function toCredential({ body, lastUsed, lastAddress }: CredentialDocument): Credential {
  const kept = JSON.parse(body) as Omit<Credential, 'lastUsed' | 'lastAddress'>;
  return { ...kept, lastUsed: lastUsed ?? undefined, lastAddress: lastAddress ?? undefined };
}

export function toKey({ _id: hash, body }: KeyDocument): Key {
  return { ...(JSON.parse(body) as Omit<Key, 'hash'>), hash };
}

export function toAdmin({ body }: AdminDocument): Admin {
  return JSON.parse(body) as Admin;
}

export function toAdminKey({ _id: hash, body, expires, lastUsed }: AdminKeyDocument): AdminKey {
  const kept = JSON.parse(body) as Omit<AdminKey, 'hash' | 'expires' | 'lastUsed'>;
  return { ...kept, hash, expires: expires ?? undefined, lastUsed: lastUsed ?? undefined };
}

function bodyOf(value: object): { body: string } {
  return { body: JSON.stringify(value) };
}
