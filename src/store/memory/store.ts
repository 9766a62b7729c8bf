/**
 * The memory engine: for tests, and for trying things out. Nothing outlives the process.
 * Knows: the port's promises, kept in the plainest way. Does not know: indexes; a search looks at every resource.
 * Its filters are scim/filter/matches.ts itself, so that other engines can be compared with it.
 * tenant-data.ts holds and writes, search.ts finds, accounts.ts has tenants and credentials.
 */
import { compareText } from '../../scim/fold.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import {
  type Applied,
  type Change,
  type Credential,
  type CredentialUse,
  type Edge,
  keyOf,
  type Membership,
  type ResourceKey,
  type ResourcePage,
  type ResourceQuery,
  type Store,
  type StoredResource,
  type Tenant,
  type Write,
} from '../store.js';
import { Accounts } from './accounts.js';
import { copy } from './copy.js';
import { search } from './search.js';
import { type Kept, TenantData } from './tenant-data.js';

export interface MemoryOptions {
  /** The resource type of a name; it says which attributes are edges. */
  readonly types: (name: string) => ResourceType | undefined;
}

export function createMemoryStore({ types }: MemoryOptions): Store {
  return new MemoryStore(types);
}

/** A write is durable, as far as it ever is, when it is applied; so both views are one. */
class MemoryStore implements Store {
  private readonly data = new Map<string, TenantData>();
  private readonly accounts = new Accounts();
  private readonly secrets = new Map<string, string>();

  constructor(private readonly types: MemoryOptions['types']) {}

  async get(key: ResourceKey): Promise<StoredResource | undefined> {
    const kept = this.of(key.tenant).find(key);
    return kept && copy(kept.resource);
  }

  async search(query: ResourceQuery): Promise<ResourcePage> {
    const type = this.types(query.type);
    return type ? search(this.of(query.tenant), query, type) : { total: 0, resources: [] };
  }

  async edges(
    group: ResourceKey,
    { after = '', limit }: { after?: string | undefined; limit: number },
  ): Promise<Edge[]> {
    const data = this.of(group.tenant);
    const ids = [...data.membersOf(group)].filter((id) => compareText(id, after) > 0).sort(compareText);
    return ids.slice(0, limit).map((id) => data.edge(id));
  }

  async presentEdges(group: ResourceKey, members: readonly string[]): Promise<Set<string>> {
    const present = this.of(group.tenant).membersOf(group);
    return new Set(members.filter((id) => present.has(id)));
  }

  async memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    const data = this.of(tenant);
    return new Map(members.map((member) => [member, data.memberships(member)]));
  }

  async containers(tenant: string, member: string): Promise<StoredResource[]> {
    const data = this.of(tenant);
    const ids = [...data.groupsOf(member)].sort(compareText);
    return ids.map((id) => copy((data.resources.get(id) as Kept).resource));
  }

  async commit(tenant: string, batch: readonly Write[]): Promise<void> {
    if (batch.some((write) => keyOf(write).tenant !== tenant)) throw new Error('a write of another tenant');
    this.of(tenant).commit(batch);
  }

  async apply(tenant: string, batch: readonly Write[]): Promise<Applied> {
    await this.commit(tenant, batch);
    return { durable: Promise.resolve() };
  }

  async changes(tenant: string, after: number, limit: number): Promise<Change[]> {
    return copy(this.of(tenant).changes.slice(after, after + limit));
  }

  async createTenant(tenant: Tenant): Promise<void> {
    this.accounts.createTenant(tenant);
  }

  async tenantByName(name: string): Promise<Tenant | undefined> {
    return this.accounts.tenantByName(name);
  }

  async tenants(): Promise<Tenant[]> {
    return [...this.accounts.tenants];
  }

  async createCredential(credential: Credential): Promise<void> {
    this.accounts.createCredential(credential);
  }

  async credentialByHash(hash: string): Promise<{ credential: Credential; tenant: Tenant } | undefined> {
    return this.accounts.credentialByHash(hash);
  }

  async credentials(tenant: string): Promise<Credential[]> {
    return this.accounts.credentials.filter((credential) => credential.tenant === tenant);
  }

  async revokeCredential(tenant: string, id: string, time: string): Promise<boolean> {
    return this.accounts.revokeCredential(tenant, id, time);
  }

  async noteUse(uses: readonly CredentialUse[]): Promise<void> {
    this.accounts.noteUse(uses);
  }

  async secret(name: string, offered: string): Promise<string> {
    const secret = this.secrets.get(name) ?? offered;
    this.secrets.set(name, secret);
    return secret;
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  private of(tenant: string): TenantData {
    const data = this.data.get(tenant) ?? new TenantData();
    this.data.set(tenant, data);
    return data;
  }
}
