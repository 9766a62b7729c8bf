/** Tenants, their credentials, and the keys of these: how they are written, within an open transaction. */
import { fold } from '../../scim/fold.js';
import { changed, changedTenant } from '../accounts.js';
import {
  type Credential,
  type CredentialChange,
  type CredentialUse,
  type Key,
  type Tenant,
  type TenantChange,
  UniquenessConflict,
} from '../store.js';
import {
  CREDENTIAL_COLUMNS,
  type CredentialRow,
  TENANT_COLUMNS,
  type TenantRow,
  toCredential,
  toTenant,
} from './account-rows.js';
import type { Database } from './driver.js';
import { isBindable } from './rows.js';

/** Conflicts are found before anything is written, so that what is refused has written nothing. */
export class AccountWriter {
  readonly #tenants;
  readonly #credentials;
  readonly #keys;

  constructor(database: Database) {
    this.#tenants = prepareTenants(database);
    this.#credentials = prepareCredentials(database);
    this.#keys = prepareKeys(database);
  }

  /** @throws UniquenessConflict */
  createTenant(tenant: Tenant): void {
    const { id, name, profile, created, disabled, settings } = tenant;
    if (this.#tenants.isKnown.get(id)) throw new UniquenessConflict('id', id);
    this.#checkName(tenant);
    this.#tenants.add.run(id, name, fold(name), profile, created, disabled ?? null, JSON.stringify(settings));
  }

  /** @throws UniquenessConflict */
  updateTenant(id: string, change: TenantChange): Tenant | undefined {
    const row = isBindable(id) ? this.#tenants.get.get(id) : undefined;
    if (!row) return undefined;
    const tenant = changedTenant(toTenant(row), change);
    this.#checkName(tenant);
    const { name, profile, disabled, settings } = tenant;
    this.#tenants.update.run(id, name, fold(name), profile, disabled ?? null, JSON.stringify(settings));
    return tenant;
  }

  /** @throws UniquenessConflict */
  createCredential(credential: Credential, keys: readonly Key[]): void {
    const { id, identifier } = credential;
    if (this.#credentials.isKnown.get(id)) throw new UniquenessConflict('id', id);
    if (identifier !== undefined && this.#credentials.isIdentifierKnown.get(identifier)) {
      throw new UniquenessConflict('identifier', identifier);
    }
    for (const key of keys) this.#checkKey(key);
    this.#credentials.add.run(
      id,
      credential.tenant,
      credential.kind,
      credential.created,
      credential.createdBy ?? null,
      credential.revoked ?? null,
      credential.lastUsed ?? null,
      credential.lastAddress ?? null,
      identifier ?? null,
      ...changeable(credential),
      credential.user ?? null,
    );
    for (const key of keys) this.#addKey(key);
  }

  updateCredential(tenant: string, id: string, change: CredentialChange): Credential | undefined {
    const before = this.#find(tenant, id);
    if (!before) return undefined;
    const credential = changed(before, change);
    this.#credentials.update.run(id, ...changeable(credential));
    return credential;
  }

  revokeCredential(tenant: string, id: string, time: string): boolean {
    if (!isBindable(id) || this.#credentials.revoke.run(tenant, id, time).changes === 0) return false;
    this.#keys.removeAccess.run(id);
    return true;
  }

  /** @throws UniquenessConflict */
  rotateKey(tenant: string, key: Key, ends: string): boolean {
    const credential = this.#find(tenant, key.credential);
    if (!credential || credential.revoked !== undefined) return false;
    this.#checkKey(key);
    this.#keys.endOthers.run(key.credential, key.kind, ends);
    this.#addKey(key);
    return true;
  }

  endKey(tenant: string, credential: string, key: string, time: string): boolean {
    if (!isBindable(key) || !this.#find(tenant, credential)) return false;
    return this.#keys.end.run(credential, key, time).changes > 0;
  }

  /** @throws UniquenessConflict */
  addKey(key: Key): void {
    this.#checkKey(key);
    this.#addKey(key);
  }

  removeKey(hash: string): boolean {
    return this.#keys.remove.run(hash).changes > 0;
  }

  /** Several processes note uses; an older note that arrives late changes nothing. */
  noteUse(uses: readonly CredentialUse[]): void {
    for (const { credential, time, address } of uses) this.#credentials.use.run(credential, time, address ?? null);
  }

  #find(tenant: string, id: string): Credential | undefined {
    const row = isBindable(id) ? this.#credentials.get.get(tenant, id) : undefined;
    return row && toCredential(row);
  }

  #checkName({ id, name }: Tenant): void {
    const folded = fold(name);
    if (this.#tenants.isNameTaken.get(folded, id)) throw new UniquenessConflict('name', folded);
  }

  /** It names the id, never the hash. */
  #checkKey({ id, hash }: Key): void {
    if (this.#keys.isKnown.get(id, hash)) throw new UniquenessConflict('id', id);
  }

  #addKey({ id, credential, kind, hash, scopes, created, expires, hint }: Key): void {
    const scopesText = scopes === undefined ? null : JSON.stringify(scopes);
    this.#keys.add.run(id, credential, kind, hash, created, expires ?? null, scopesText, hint ?? null);
  }
}

/** name, scopes, expires, token_lifetime, issuer, trust */
function changeable({ name, scopes, expires, tokenLifetime, trust }: Credential) {
  const trustText = trust === undefined ? null : JSON.stringify(trust);
  return [
    name,
    JSON.stringify(scopes),
    expires ?? null,
    tokenLifetime ?? null,
    trust?.issuer ?? null,
    trustText,
  ] as const;
}

function prepareTenants(database: Database) {
  return {
    get: database.prepare<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenants t WHERE t.id = ?1`),
    // What a tenant that was removed has had may still be there.
    isKnown: database.prepare(`
      SELECT 1 FROM tenants WHERE id = ?1 UNION ALL SELECT 1 FROM removed_tenants WHERE id = ?1`),
    isNameTaken: database.prepare('SELECT 1 FROM tenants WHERE folded_name = ?1 AND id <> ?2'),
    add: database.prepare(`
      INSERT INTO tenants (id, name, folded_name, profile, created, disabled, settings)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`),
    update: database.prepare(`
      UPDATE tenants SET name = ?2, folded_name = ?3, profile = ?4, disabled = ?5, settings = ?6 WHERE id = ?1`),
  };
}

function prepareCredentials(database: Database) {
  return {
    get: database.prepare<CredentialRow>(
      `SELECT ${CREDENTIAL_COLUMNS} FROM credentials c WHERE c.id = ?2 AND c.tenant = ?1`,
    ),
    isKnown: database.prepare('SELECT 1 FROM credentials WHERE id = ?1'),
    isIdentifierKnown: database.prepare('SELECT 1 FROM credentials WHERE identifier = ?1'),
    add: database.prepare(`
      INSERT INTO credentials (id, tenant, kind, created, created_by, revoked, last_used, last_address, identifier,
        name, scopes, expires, token_lifetime, issuer, trust, user)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)`),
    update: database.prepare(`
      UPDATE credentials SET name = ?2, scopes = ?3, expires = ?4, token_lifetime = ?5, issuer = ?6, trust = ?7
      WHERE id = ?1`),
    revoke: database.prepare('UPDATE credentials SET revoked = ?3 WHERE id = ?2 AND tenant = ?1 AND revoked IS NULL'),
    use: database.prepare(`
      UPDATE credentials SET last_used = ?2, last_address = ?3
      WHERE id = ?1 AND (last_used IS NULL OR last_used <= ?2)`),
  };
}

function prepareKeys(database: Database) {
  return {
    isKnown: database.prepare('SELECT 1 FROM keys WHERE id = ?1 OR hash = ?2'),
    add: database.prepare(`
      INSERT INTO keys (id, credential, kind, hash, created, expires, scopes, hint)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`),
    endOthers: database.prepare(`
      UPDATE keys SET expires = ?3
      WHERE credential = ?1 AND kind <> 'access' AND kind = ?2 AND (expires IS NULL OR expires > ?3)`),
    // It is found also when it ends before.
    end: database.prepare(`
      UPDATE keys SET expires = min(coalesce(expires, ?3), ?3) WHERE id = ?2 AND credential = ?1`),
    remove: database.prepare('DELETE FROM keys WHERE hash = ?1'),
    removeAccess: database.prepare("DELETE FROM keys WHERE credential = ?1 AND kind = 'access'"),
  };
}
