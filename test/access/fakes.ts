/** Stand-ins for what access is given: a store of credentials, a clock, a log. */
import type { AccessLog } from '../../src/access/authenticate.js';
import {
  type Credential,
  type CredentialUse,
  type Store,
  type Tenant,
  UniquenessConflict,
} from '../../src/store/store.js';

export const NOW = '2031-01-01T12:00:00.000Z';
export const clock = () => NOW;

/** The tenant and credential part of the store port, kept in two arrays; `lookUps` counts credentialByHash. */
export class FakeStore
  implements
    Pick<
      Store,
      | 'createTenant'
      | 'tenantByName'
      | 'tenants'
      | 'createCredential'
      | 'credentialByHash'
      | 'credentials'
      | 'revokeCredential'
      | 'noteUse'
    >
{
  readonly allTenants: Tenant[] = [];
  readonly allCredentials: Credential[] = [];
  readonly uses: CredentialUse[][] = [];
  lookUps = 0;

  async createTenant(tenant: Tenant): Promise<void> {
    if (await this.tenantByName(tenant.name)) throw new UniquenessConflict('name', tenant.name);
    this.allTenants.push(tenant);
  }

  async tenantByName(name: string): Promise<Tenant | undefined> {
    return this.allTenants.find((tenant) => tenant.name === name.toLowerCase());
  }

  async tenants(): Promise<Tenant[]> {
    return [...this.allTenants];
  }

  async createCredential(credential: Credential): Promise<void> {
    this.allCredentials.push(credential);
  }

  async credentialByHash(hash: string): Promise<{ credential: Credential; tenant: Tenant } | undefined> {
    this.lookUps += 1;
    const credential = this.allCredentials.find((one) => one.hash === hash);
    const tenant = this.allTenants.find(({ id }) => id === credential?.tenant);
    return credential && tenant && { credential, tenant };
  }

  async credentials(tenant: string): Promise<Credential[]> {
    return this.allCredentials.filter((credential) => credential.tenant === tenant);
  }

  async revokeCredential(tenant: string, id: string, time: string): Promise<boolean> {
    const at = this.allCredentials.findIndex((one) => one.tenant === tenant && one.id === id);
    const credential = this.allCredentials[at];
    if (!credential || credential.revoked !== undefined) return false;
    this.allCredentials[at] = { ...credential, revoked: time };
    return true;
  }

  async noteUse(uses: readonly CredentialUse[]): Promise<void> {
    this.uses.push([...uses]);
  }
}

/** A log that keeps every line as the text that would be written. */
export class FakeLog implements AccessLog {
  readonly lines: string[] = [];

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push(JSON.stringify({ ...fields, message }));
  }
}

/** Ids `c1`, `c2`, … */
export function countingIds(prefix: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}${last}`;
  };
}

/** What the function throws; fails the test when it throws nothing. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
