/** Tenants, their credentials, and the keys of these: how they are found. account-writer.ts writes them. */
import { fold } from '../../scim/fold.js';
import type { Credential, Key, KeyedCredential, Tenant } from '../store.js';
import {
  CREDENTIAL_COLUMNS,
  type CredentialRow,
  KEY_COLUMNS,
  type KeyRow,
  TENANT_COLUMNS,
  type TenantRow,
  toCredential,
  toKey,
  toTenant,
} from './account-rows.js';
import type { Database } from './driver.js';
import { Remembered } from './remembered.js';
import { isBindable } from './rows.js';

// CROSS JOIN keeps the order of the tables: from the key to what it opens. A tenant that was removed has no row, so
// that nothing leads to it.
const BEARER = `
  SELECT ${KEY_COLUMNS}, ${CREDENTIAL_COLUMNS}, ${TENANT_COLUMNS}
  FROM keys k CROSS JOIN credentials c ON c.id = k.credential CROSS JOIN tenants t ON t.id = c.tenant
  WHERE k.hash = ?1 AND k.kind IN ('bearer', 'access')`;

const WITH_TENANT = `
  SELECT ${CREDENTIAL_COLUMNS}, ${TENANT_COLUMNS} FROM credentials c CROSS JOIN tenants t ON t.id = c.tenant`;

interface Bearer {
  key: Key;
  credential: Credential;
  tenant: Tenant;
}

interface WithTenant {
  credential: Credential;
  tenant: Tenant;
}

export class AccountQueries {
  readonly #s;
  readonly #bearers: Remembered<Bearer>;
  readonly #trusting: Remembered<WithTenant[]>;

  /** @param database one that is only read. */
  constructor(database: Database) {
    this.#s = prepareAll(database);
    this.#bearers = new Remembered(database);
    this.#trusting = new Remembered(database);
  }

  tenantByName(name: string): Tenant | undefined {
    const row = isBindable(name) ? this.#s.byName.get(fold(name)) : undefined;
    return row && toTenant(row);
  }

  tenantById(id: string): Tenant | undefined {
    const row = isBindable(id) ? this.#s.byId.get(id) : undefined;
    return row && toTenant(row);
  }

  tenants(): Tenant[] {
    return this.#s.every.all().map(toTenant);
  }

  credentials(tenant: string): KeyedCredential[] {
    return this.#s.ofTenant.all(tenant).map((row) => this.#withKeys(row));
  }

  credential(tenant: string, id: string): KeyedCredential | undefined {
    const row = isBindable(id) ? this.#s.credential.get(tenant, id) : undefined;
    return row && this.#withKeys(row);
  }

  /** Every request asks; while nobody has written to the file since, the answer is the one from before. */
  findBearer(hash: string): Bearer | undefined {
    return this.#bearers.get(hash, () => {
      const row = this.#s.bearer.get(hash);
      return row && { key: toKey(row), credential: toCredential(row), tenant: toTenant(row) };
    });
  }

  findByIdentifier(identifier: string): (KeyedCredential & { tenant: Tenant }) | undefined {
    const row = isBindable(identifier) ? this.#s.byIdentifier.get(identifier) : undefined;
    return row && { ...this.#withKeys(row), tenant: toTenant(row) };
  }

  /** Asked for each request that comes with a JWT, so that answers are remembered as for findBearer(). */
  findByIssuer(issuer: string): WithTenant[] {
    const find = (): WithTenant[] | undefined => {
      const rows = isBindable(issuer) ? this.#s.byIssuer.all(issuer) : [];
      const found = rows.map((row) => ({ credential: toCredential(row), tenant: toTenant(row) }));
      return found.length > 0 ? found : undefined;
    };
    return [...(this.#trusting.get(issuer, find) ?? [])];
  }

  #withKeys(row: CredentialRow): KeyedCredential {
    return { credential: toCredential(row), keys: this.#s.keys.all(row.id).map(toKey) };
  }
}

function prepareAll(database: Database) {
  return {
    byName: database.prepare<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenants t WHERE t.folded_name = ?1`),
    byId: database.prepare<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenants t WHERE t.id = ?1`),
    every: database.prepare<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenants t ORDER BY t.rowid`),
    ofTenant: database.prepare<CredentialRow>(
      `SELECT ${CREDENTIAL_COLUMNS} FROM credentials c WHERE c.tenant = ?1 ORDER BY c.rowid`,
    ),
    credential: database.prepare<CredentialRow>(
      `SELECT ${CREDENTIAL_COLUMNS} FROM credentials c WHERE c.id = ?2 AND c.tenant = ?1`,
    ),
    keys: database.prepare<KeyRow>(
      `SELECT ${KEY_COLUMNS} FROM keys k WHERE k.credential = ?1 AND k.kind <> 'access' ORDER BY k.rowid`,
    ),
    bearer: database.prepare<KeyRow & CredentialRow & TenantRow>(BEARER),
    byIdentifier: database.prepare<CredentialRow & TenantRow>(`${WITH_TENANT} WHERE c.identifier = ?1`),
    byIssuer: database.prepare<CredentialRow & TenantRow>(`${WITH_TENANT} WHERE c.issuer = ?1 ORDER BY c.rowid`),
  };
}
