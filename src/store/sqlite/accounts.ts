/** Tenants and credentials. Writes are made within an open transaction. */
import { fold } from '../../scim/fold.js';
import { type Credential, type CredentialUse, type Tenant, UniquenessConflict } from '../store.js';
import type { Database } from './driver.js';
import { optional } from './rows.js';

const TENANT = 't.id, t.name, t.profile, t.created';
const CREDENTIAL = `
  c.id, c.tenant, c.name, c.hash, c.scopes, c.created, c.expires, c.revoked, c.last_used, c.last_address`;

interface CredentialRow {
  id: string;
  tenant: string;
  name: string;
  hash: string;
  scopes: string;
  created: string;
  expires: string | null;
  revoked: string | null;
  last_used: string | null;
  last_address: string | null;
}

interface CredentialAndTenantRow extends CredentialRow {
  tenant_name: string;
  tenant_profile: string;
  tenant_created: string;
}

type Found = { credential: Credential; tenant: Tenant };

/** Credentials that are remembered; more of them are forgotten together. */
const MAX_REMEMBERED = 1000;

export class AccountQueries {
  private readonly byName;
  private readonly every;
  private readonly byHash;
  private readonly ofTenant;
  private readonly version;

  /** What was found while the file was at version `rememberedAt`. */
  private readonly remembered = new Map<string, Found>();
  private rememberedAt: number | undefined;

  /** @param database one that is only read: its own writes would not change its data_version. */
  constructor(database: Database) {
    this.version = database.prepare<{ data_version: number }>('PRAGMA data_version');
    this.byName = database.prepare<Tenant>(`SELECT ${TENANT} FROM tenants t WHERE t.folded_name = ?1`);
    this.every = database.prepare<Tenant>(`SELECT ${TENANT} FROM tenants t ORDER BY t.rowid`);
    this.byHash = database.prepare<CredentialAndTenantRow>(`
      SELECT ${CREDENTIAL}, t.name AS tenant_name, t.profile AS tenant_profile, t.created AS tenant_created
      FROM credentials c CROSS JOIN tenants t ON t.id = c.tenant WHERE c.hash = ?1`);
    this.ofTenant = database.prepare<CredentialRow>(
      `SELECT ${CREDENTIAL} FROM credentials c WHERE c.tenant = ?1 ORDER BY c.rowid`,
    );
  }

  tenantByName(name: string): Tenant | undefined {
    const row = this.byName.get(fold(name));
    return row && toTenant(row);
  }

  tenants(): Tenant[] {
    return this.every.all().map(toTenant);
  }

  /** Every request asks; while nobody has written to the file since, the answer is the one from before. */
  credentialByHash(hash: string): Found | undefined {
    const version = this.version.get()?.data_version;
    if (version !== this.rememberedAt || this.remembered.size > MAX_REMEMBERED) {
      this.remembered.clear();
      this.rememberedAt = version;
    }
    const known = this.remembered.get(hash);
    if (known) return known;
    const row = this.byHash.get(hash);
    if (!row) return undefined;
    const { tenant: id, tenant_name: name, tenant_profile: profile, tenant_created: created } = row;
    const found = { credential: toCredential(row), tenant: { id, name, profile, created } };
    this.remembered.set(hash, found);
    return found;
  }

  credentials(tenant: string): Credential[] {
    return this.ofTenant.all(tenant).map(toCredential);
  }
}

export class AccountWriter {
  private readonly tenantExists;
  private readonly addTenant;
  private readonly credentialExists;
  private readonly addCredential;
  private readonly revoke;
  private readonly use;

  constructor(database: Database) {
    this.tenantExists = database.prepare('SELECT 1 FROM tenants WHERE folded_name = ?1 OR id = ?2');
    this.addTenant = database.prepare(
      'INSERT INTO tenants (id, name, folded_name, profile, created) VALUES (?1, ?2, ?3, ?4, ?5)',
    );
    this.credentialExists = database.prepare('SELECT 1 FROM credentials WHERE id = ?1 OR hash = ?2');
    this.addCredential = database.prepare(`
      INSERT INTO credentials
        (id, tenant, hash, name, scopes, created, expires, revoked, last_used, last_address)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`);
    this.revoke = database.prepare(
      'UPDATE credentials SET revoked = ?3 WHERE tenant = ?1 AND id = ?2 AND revoked IS NULL',
    );
    // Several processes note uses; an older note that arrives late changes nothing.
    this.use = database.prepare(`
      UPDATE credentials SET last_used = ?2, last_address = ?3
      WHERE id = ?1 AND (last_used IS NULL OR last_used <= ?2)`);
  }

  /** @throws UniquenessConflict */
  createTenant({ id, name, profile, created }: Tenant): void {
    const folded = fold(name);
    if (this.tenantExists.get(folded, id)) throw new UniquenessConflict('name', folded);
    this.addTenant.run(id, name, folded, profile, created);
  }

  /** @throws UniquenessConflict when the id or the hash is known; it names the id, never the hash. */
  createCredential(c: Credential): void {
    if (this.credentialExists.get(c.id, c.hash)) throw new UniquenessConflict('id', c.id);
    this.addCredential.run(
      c.id,
      c.tenant,
      c.hash,
      c.name,
      JSON.stringify(c.scopes),
      c.created,
      c.expires ?? null,
      c.revoked ?? null,
      c.lastUsed ?? null,
      c.lastAddress ?? null,
    );
  }

  revokeCredential(tenant: string, id: string, time: string): boolean {
    return this.revoke.run(tenant, id, time).changes > 0;
  }

  noteUse(uses: readonly CredentialUse[]): void {
    for (const { credential, time, address } of uses) this.use.run(credential, time, address ?? null);
  }
}

function toTenant({ id, name, profile, created }: Tenant): Tenant {
  return { id, name, profile, created };
}

function toCredential(row: CredentialRow): Credential {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    hash: row.hash,
    scopes: JSON.parse(row.scopes) as string[],
    created: row.created,
    expires: optional(row.expires),
    revoked: optional(row.revoked),
    lastUsed: optional(row.last_used),
    lastAddress: optional(row.last_address),
  };
}
