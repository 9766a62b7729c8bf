/** Tenants, their credentials, and the keys of these: how they are found. account-writer.ts writes them. */
import { fold } from '../../scim/fold.js';
import type { Credential, Key, KeyedCredential, Tenant } from '../store.js';
import {
  type CredentialDocument,
  type KeyDocument,
  type TenantDocument,
  toCredential,
  toKey,
  toTenant,
} from './account-documents.js';
import type { Db } from './ledger.js';
import type { Remembered } from './remembered.js';

interface Bearer {
  key: Key;
  credential: Credential;
  tenant: Tenant;
}

interface WithTenant {
  credential: Credential;
  tenant: Tenant;
}

/**
 * What is asked for each request is remembered until the ledger has a new entry, of which others learn within half a
 * second: a token that one process has revoked is refused by the others then.
 */
export class Accounts {
  readonly #tenants;
  readonly #credentials;
  readonly #keys;
  readonly #remembered;

  constructor(database: Db, remembered: Remembered) {
    this.#tenants = database.collection<TenantDocument>('tenants');
    this.#credentials = database.collection<CredentialDocument>('credentials');
    this.#keys = database.collection<KeyDocument>('keys');
    this.#remembered = remembered;
  }

  async tenantByName(name: string): Promise<Tenant | undefined> {
    const folded = fold(name);
    return this.#remembered.get(`name ${folded}`, async () => {
      const found = await this.#tenants.findOne({ name: folded, gone: false });
      return found ? toTenant(found) : undefined;
    });
  }

  async tenantById(id: string): Promise<Tenant | undefined> {
    const found = await this.#tenants.findOne({ _id: id });
    return found && !found.gone ? toTenant(found) : undefined;
  }

  async tenants(): Promise<Tenant[]> {
    return (await this.#tenants.find({ gone: false }).sort({ order: 1 }).toArray()).map(toTenant);
  }

  async credentials(tenant: string): Promise<KeyedCredential[]> {
    const found = await this.#credentials.find({ tenant, gone: false }).sort({ order: 1 }).toArray();
    return this.#withKeys(found);
  }

  async credential(tenant: string, id: string): Promise<KeyedCredential | undefined> {
    const found = await this.#credentials.findOne({ _id: id });
    return found && !found.gone && found.tenant === tenant ? (await this.#withKeys([found]))[0] : undefined;
  }

  async findBearer(hash: string): Promise<Bearer | undefined> {
    return this.#remembered.get(`bearer ${hash}`, async () => {
      const key = await this.#keys.findOne({ _id: hash });
      if (!key || key.gone || (key.kind !== 'bearer' && key.kind !== 'access')) return undefined;
      const found = await this.#credentials.findOne({ _id: key.credential });
      const [with_] = found && !found.gone ? await this.#withTenants([found]) : [];
      return with_ && { key: toKey(key), ...with_ };
    });
  }

  async findByIdentifier(identifier: string): Promise<(KeyedCredential & { tenant: Tenant }) | undefined> {
    return this.#remembered.get(`identifier ${identifier}`, async () => {
      const found = await this.#credentials.findOne({ identifier, gone: false });
      if (!found) return undefined;
      const [[known], [keyed]] = await Promise.all([this.#withTenants([found]), this.#withKeys([found])]);
      return known && keyed && { ...keyed, tenant: known.tenant };
    });
  }

  async findByIssuer(issuer: string): Promise<WithTenant[]> {
    const find = async (): Promise<WithTenant[] | undefined> => {
      const found = await this.#credentials.find({ issuer, gone: false }).sort({ order: 1 }).toArray();
      const known = await this.#withTenants(found);
      return known.length > 0 ? known : undefined;
    };
    return [...((await this.#remembered.get(`issuer ${issuer}`, find)) ?? [])];
  }

  /** Those whose tenant is there. */
  async #withTenants(found: readonly CredentialDocument[]): Promise<WithTenant[]> {
    const ids = [...new Set(found.map(({ tenant }) => tenant))];
    const tenants = await Promise.all(ids.map((id) => this.tenantById(id)));
    return found.flatMap((document) => {
      const tenant = tenants[ids.indexOf(document.tenant)];
      return tenant ? [{ credential: toCredential(document), tenant }] : [];
    });
  }

  async #withKeys(found: readonly CredentialDocument[]): Promise<KeyedCredential[]> {
    const ids = found.map(({ _id }) => _id);
    const wanted = { credential: { $in: ids }, kind: { $ne: 'access' as const }, gone: false };
    const keys = ids.length > 0 ? await this.#keys.find(wanted).sort({ order: 1 }).toArray() : [];
    return found.map((document) => ({
      credential: toCredential(document),
      keys: keys.filter(({ credential }) => credential === document._id).map(toKey),
    }));
  }
}
