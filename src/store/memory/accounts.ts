/** Tenants, their credentials, and the keys of these. */
import { fold } from '../../scim/fold.js';
import {
  type Credential,
  type CredentialChange,
  type CredentialUse,
  changed,
  changedTenant,
  type Key,
  type KeyedCredential,
  type Tenant,
  type TenantChange,
} from '../accounts.js';
import { UniquenessConflict } from '../store.js';
import { copy } from './copy.js';

type WithTenant<T> = T & { tenant: Tenant };

/** Credentials and keys by id, in the order of creation. What is given out is a copy. */
export class Accounts {
  /** Ids of tenants that were removed: never used again, since what they had may still be there. */
  readonly removed = new Set<string>();
  #tenants = new Map<string, Tenant>();
  #credentials = new Map<string, Credential>();
  #keys = new Map<string, Key>();

  createTenant(tenant: Tenant): void {
    this.#checkName(tenant);
    if (this.#tenants.has(tenant.id) || this.removed.has(tenant.id)) throw new UniquenessConflict('id', tenant.id);
    this.#tenants.set(tenant.id, copy(tenant));
  }

  tenantByName(name: string): Tenant | undefined {
    const found = [...this.#tenants.values()].find((tenant) => fold(tenant.name) === fold(name));
    return found && copy(found);
  }

  tenantById(id: string): Tenant | undefined {
    const found = this.#tenants.get(id);
    return found && copy(found);
  }

  tenants(): Tenant[] {
    return copy([...this.#tenants.values()]);
  }

  updateTenant(id: string, change: TenantChange): Tenant | undefined {
    const before = this.#tenants.get(id);
    if (!before) return undefined;
    const tenant = copy(changedTenant(before, change));
    this.#checkName(tenant);
    this.#tenants.set(id, tenant);
    return copy(tenant);
  }

  removeTenant(id: string): boolean {
    const isThere = this.#tenants.delete(id);
    if (isThere) this.removed.add(id);
    return isThere;
  }

  createCredential(credential: Credential, keys: readonly Key[]): void {
    const { id, identifier } = credential;
    const others = [...this.#credentials.values()];
    if (this.#credentials.has(id)) throw new UniquenessConflict('id', id);
    if (identifier !== undefined && others.some((other) => other.identifier === identifier)) {
      throw new UniquenessConflict('identifier', identifier);
    }
    for (const key of keys) this.#checkKey(key);
    this.#credentials.set(id, copy(credential));
    for (const key of keys) this.#keys.set(key.id, copy(key));
  }

  credentials(tenant: string): KeyedCredential[] {
    return [...this.#credentials.values()]
      .filter((credential) => credential.tenant === tenant)
      .map((credential) => this.#keyed(credential));
  }

  credential(tenant: string, id: string): KeyedCredential | undefined {
    const found = this.#find(tenant, id);
    return found && this.#keyed(found);
  }

  updateCredential(tenant: string, id: string, change: CredentialChange): Credential | undefined {
    const before = this.#find(tenant, id);
    if (!before) return undefined;
    const credential = copy(changed(before, change));
    this.#credentials.set(id, credential);
    return copy(credential);
  }

  revokeCredential(tenant: string, id: string, time: string): boolean {
    const credential = this.#find(tenant, id);
    if (!credential || credential.revoked !== undefined) return false;
    this.#credentials.set(id, { ...credential, revoked: time });
    for (const key of this.#keysOf(id)) if (key.kind === 'access') this.#keys.delete(key.id);
    return true;
  }

  rotateKey(tenant: string, key: Key, ends: string): boolean {
    const credential = this.#find(tenant, key.credential);
    if (!credential || credential.revoked !== undefined) return false;
    this.#checkKey(key);
    for (const other of this.#keysOf(key.credential)) if (other.kind === key.kind) this.#end(other, ends);
    this.#keys.set(key.id, copy(key));
    return true;
  }

  endKey(tenant: string, credential: string, id: string, time: string): boolean {
    const key = this.#keys.get(id);
    if (!this.#find(tenant, credential) || key?.credential !== credential) return false;
    this.#end(key, time);
    return true;
  }

  addKey(key: Key): void {
    this.#checkKey(key);
    this.#keys.set(key.id, copy(key));
  }

  removeKey(hash: string): boolean {
    const key = [...this.#keys.values()].find((candidate) => candidate.hash === hash);
    return key !== undefined && this.#keys.delete(key.id);
  }

  dropEndedKeys(time: string, limit: number): number {
    const ended = [...this.#keys.values()].filter(({ expires }) => expires !== undefined && expires < time);
    const dropped = ended.slice(0, limit);
    for (const { id } of dropped) this.#keys.delete(id);
    return dropped.length;
  }

  findBearer(hash: string): { key: Key; credential: Credential; tenant: Tenant } | undefined {
    const key = [...this.#keys.values()].find((candidate) => candidate.hash === hash);
    const credential = key && this.#credentials.get(key.credential);
    const tenant = credential && this.#tenants.get(credential.tenant);
    const opens = key?.kind === 'bearer' || key?.kind === 'access';
    return opens && tenant ? copy({ key, credential, tenant }) : undefined;
  }

  findByIdentifier(identifier: string): WithTenant<KeyedCredential> | undefined {
    const credential = [...this.#credentials.values()].find((candidate) => candidate.identifier === identifier);
    const tenant = credential && this.#tenants.get(credential.tenant);
    return tenant && { ...this.#keyed(credential), tenant: copy(tenant) };
  }

  findByIssuer(issuer: string): WithTenant<{ credential: Credential }>[] {
    return [...this.#credentials.values()].flatMap((credential) => {
      const tenant = this.#tenants.get(credential.tenant);
      return tenant && credential.trust?.issuer === issuer ? [copy({ credential, tenant })] : [];
    });
  }

  noteUse(uses: readonly CredentialUse[]): void {
    for (const { credential: id, time, address } of uses) {
      const credential = this.#credentials.get(id);
      if (!credential || (credential.lastUsed ?? '') > time) continue;
      this.#credentials.set(id, { ...credential, lastUsed: time, lastAddress: address });
    }
  }

  #find(tenant: string, id: string): Credential | undefined {
    const found = this.#credentials.get(id);
    return found?.tenant === tenant ? found : undefined;
  }

  #keysOf(credential: string): Key[] {
    return [...this.#keys.values()].filter((key) => key.credential === credential);
  }

  #keyed(credential: Credential): KeyedCredential {
    return copy({ credential, keys: this.#keysOf(credential.id).filter(({ kind }) => kind !== 'access') });
  }

  #end(key: Key, time: string): void {
    if (key.expires === undefined || key.expires > time) this.#keys.set(key.id, { ...key, expires: time });
  }

  #checkName({ id, name }: Tenant): void {
    const holder = this.tenantByName(name);
    if (holder && holder.id !== id) throw new UniquenessConflict('name', fold(name));
  }

  /** It names the id, never the hash. */
  #checkKey({ id, hash }: Key): void {
    const isTaken = [...this.#keys.values()].some((other) => other.id === id || other.hash === hash);
    if (isTaken) throw new UniquenessConflict('id', id);
  }

  /** The credentials of a removed tenant, with their keys. False when it had none. */
  purge(tenant: string): boolean {
    const gone = [...this.#credentials.values()].filter((credential) => credential.tenant === tenant);
    for (const { id } of gone) {
      for (const key of this.#keysOf(id)) this.#keys.delete(key.id);
      this.#credentials.delete(id);
    }
    return gone.length > 0;
  }
}
