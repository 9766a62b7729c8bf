/** Rows of tenants, credentials and keys. Each table's columns have names of their own, so that joins can be read. */
import type { Credential, CredentialKind, Key, Tenant, TenantSettings, Trust } from '../store.js';
import { optional } from './rows.js';

export const TENANT_COLUMNS = `
  t.id AS tenant_id, t.name AS tenant_name, t.profile AS tenant_profile, t.created AS tenant_created,
  t.disabled AS tenant_disabled, t.settings AS tenant_settings`;

export const CREDENTIAL_COLUMNS = `
  c.id, c.tenant, c.kind, c.name, c.scopes, c.created, c.created_by, c.expires, c.revoked, c.last_used, c.last_address,
  c.identifier, c.token_lifetime, c.trust, c.user`;

export const KEY_COLUMNS = `
  k.id AS key_id, k.credential AS key_credential, k.kind AS key_kind, k.hash AS key_hash, k.scopes AS key_scopes,
  k.created AS key_created, k.expires AS key_expires, k.hint AS key_hint`;

export interface TenantRow {
  tenant_id: string;
  tenant_name: string;
  tenant_profile: string;
  tenant_created: string;
  tenant_disabled: string | null;
  tenant_settings: string;
}

export interface CredentialRow {
  id: string;
  tenant: string;
  kind: string;
  name: string;
  scopes: string;
  created: string;
  created_by: string | null;
  expires: string | null;
  revoked: string | null;
  last_used: string | null;
  last_address: string | null;
  identifier: string | null;
  token_lifetime: number | null;
  trust: string | null;
  user: string | null;
}

export interface KeyRow {
  key_id: string;
  key_credential: string;
  key_kind: string;
  key_hash: string;
  key_scopes: string | null;
  key_created: string;
  key_expires: string | null;
  key_hint: string | null;
}

export function toTenant(row: TenantRow): Tenant {
  const { allowsBasic, requestLimit, schemas } = JSON.parse(row.tenant_settings) as TenantSettings;
  return {
    id: row.tenant_id,
    name: row.tenant_name,
    profile: row.tenant_profile,
    created: row.tenant_created,
    disabled: optional(row.tenant_disabled),
    settings: { allowsBasic, requestLimit, ...(schemas !== undefined && { schemas }) },
  };
}

export function toCredential(row: CredentialRow): Credential {
  return {
    id: row.id,
    tenant: row.tenant,
    kind: row.kind as CredentialKind,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    created: row.created,
    createdBy: optional(row.created_by),
    expires: optional(row.expires),
    revoked: optional(row.revoked),
    lastUsed: optional(row.last_used),
    lastAddress: optional(row.last_address),
    identifier: optional(row.identifier),
    tokenLifetime: row.token_lifetime ?? undefined,
    trust: row.trust === null ? undefined : toTrust(row.trust),
    user: optional(row.user),
  };
}

export function toKey(row: KeyRow): Key {
  return {
    id: row.key_id,
    credential: row.key_credential,
    kind: row.key_kind as Key['kind'],
    hash: row.key_hash,
    scopes: row.key_scopes === null ? undefined : (JSON.parse(row.key_scopes) as string[]),
    created: row.key_created,
    expires: optional(row.key_expires),
    hint: optional(row.key_hint),
  };
}

function toTrust(text: string): Trust {
  const { issuer, audiences, subject, directory } = JSON.parse(text) as Trust;
  return { issuer, audiences, subject, directory };
}
