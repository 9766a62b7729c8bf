/** Tenants and credentials. */
import { fold } from '../../scim/fold.js';
import { type Credential, type CredentialUse, type Tenant, UniquenessConflict } from '../store.js';

export class Accounts {
  readonly tenants: Tenant[] = [];
  readonly credentials: Credential[] = [];

  /** @throws UniquenessConflict */
  createTenant(tenant: Tenant): void {
    if (this.tenants.some(({ id }) => id === tenant.id) || this.tenantByName(tenant.name)) {
      throw new UniquenessConflict('name', fold(tenant.name));
    }
    this.tenants.push({ ...tenant });
  }

  tenantByName(name: string): Tenant | undefined {
    return this.tenants.find((tenant) => fold(tenant.name) === fold(name));
  }

  /** @throws UniquenessConflict */
  createCredential(credential: Credential): void {
    if (this.credentials.some(({ id, hash }) => id === credential.id || hash === credential.hash)) {
      throw new UniquenessConflict('id', credential.id);
    }
    this.credentials.push({ ...credential });
  }

  credentialByHash(hash: string): { credential: Credential; tenant: Tenant } | undefined {
    const credential = this.credentials.find((candidate) => candidate.hash === hash);
    const tenant = this.tenants.find(({ id }) => id === credential?.tenant);
    return credential && tenant && { credential, tenant };
  }

  revokeCredential(tenant: string, id: string, time: string): boolean {
    const at = this.credentials.findIndex((candidate) => candidate.tenant === tenant && candidate.id === id);
    const credential = this.credentials[at];
    if (!credential || credential.revoked !== undefined) return false;
    this.credentials[at] = { ...credential, revoked: time };
    return true;
  }

  noteUse(uses: readonly CredentialUse[]): void {
    for (const { credential: id, time, address } of uses) {
      const at = this.credentials.findIndex((candidate) => candidate.id === id);
      const credential = this.credentials[at];
      if (!credential || (credential.lastUsed ?? '') > time) continue;
      this.credentials[at] = { ...credential, lastUsed: time, lastAddress: address };
    }
  }
}
