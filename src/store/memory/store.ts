/**
 * The memory engine: for tests, and for trying things out. Nothing outlives the process.
 * Knows: the port's promises, kept in the plainest way. Does not know: indexes; a search looks at every resource.
 * Its filters are scim/filter/matches.ts itself, so that other engines can be compared with it.
 * tenant-data.ts holds and writes, search.ts finds, accounts.ts has tenants and credentials,
 * admins.ts who manages, records.ts requests and actions, deliveries.ts who is told of changes.
 */
import { compareText } from '../../scim/fold.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { AccountStore } from '../accounts.js';
import type { DeliveryStore } from '../deliveries.js';
import { type Gate, promised } from '../promised.js';
import type { RecordStore } from '../records.js';
import {
  type Applied,
  type Change,
  type ChangeQuery,
  type Edge,
  keyOf,
  type Membership,
  type ResourceKey,
  type ResourcePage,
  type ResourceQuery,
  type Store,
  type StoredResource,
  type Write,
} from '../store.js';
import { Accounts } from './accounts.js';
import { Admins } from './admins.js';
import { copy } from './copy.js';
import { Deliveries } from './deliveries.js';
import { Records } from './records.js';
import { search } from './search.js';
import { type Kept, TenantData } from './tenant-data.js';

export interface MemoryOptions {
  /** The resource type of a name; it says which attributes are edges. */
  readonly types: (name: string) => ResourceType | undefined;
}

export function createMemoryStore({ types }: MemoryOptions): Store {
  const data = new Map<string, TenantData>();
  const accounts = new Accounts();
  const admins = new Admins();
  const records = new Records();
  const lastSequence = (id: string) => data.get(id)?.changes.length ?? 0;
  const deliveries = new Deliveries(() => new Map(accounts.tenants().map(({ id }) => [id, lastSequence(id)])));
  const atOnce: Gate = async (work) => work();
  return Object.assign(
    new Directory(types, data),
    promised(records, atOnce),
    promised(deliveries, atOnce),
    promised(admins, atOnce),
    promised(accounts, atOnce),
    // Those that concern several parts.
    {
      async removeTenant(id: string): Promise<boolean> {
        const isRemoved = accounts.removeTenant(id);
        if (isRemoved) for (const part of [admins, deliveries]) part.purge(id);
        return isRemoved;
      },
      async purgeTenants(): Promise<boolean> {
        const parts = [accounts, admins, records, deliveries];
        const purged = [...accounts.removed].flatMap((id) => [data.delete(id), ...parts.map((part) => part.purge(id))]);
        return purged.includes(true);
      },
      async dropEndedKeys(time: string, limit: number): Promise<number> {
        const dropped = accounts.dropEndedKeys(time, limit);
        return dropped + admins.dropEnded(time, limit - dropped);
      },
    },
  );
}

/** A write is durable, as far as it ever is, when it is applied; so both views are one. */
class Directory implements Omit<Store, keyof AccountStore | keyof RecordStore | keyof DeliveryStore> {
  private readonly secrets = new Map<string, string>();

  constructor(
    private readonly types: MemoryOptions['types'],
    /** By tenant. */
    private readonly data: Map<string, TenantData>,
  ) {}

  async get(key: ResourceKey): Promise<StoredResource | undefined> {
    const kept = this.of(key.tenant).find(key);
    return kept && copy(kept.resource);
  }

  async passwordHash(key: ResourceKey): Promise<string | undefined> {
    return this.of(key.tenant).find(key)?.passwordHash;
  }

  async search(query: ResourceQuery): Promise<ResourcePage> {
    const type = query.resourceType ?? this.types(query.type);
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

  async changesOf(query: ChangeQuery): Promise<Change[]> {
    const found = this.of(query.tenant).changes.filter((change) => isAskedFor(change, query));
    return copy(found.reverse().slice(0, query.limit));
  }

  async secret(name: string, offered: string): Promise<string> {
    const secret = this.secrets.get(name) ?? offered;
    this.secrets.set(name, secret);
    return secret;
  }

  async replaceSecret(name: string, was: string, next: string): Promise<boolean> {
    if (this.secrets.get(name) !== was) return false;
    this.secrets.set(name, next);
    return true;
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  private of(tenant: string): TenantData {
    const data = this.data.get(tenant) ?? new TenantData();
    this.data.set(tenant, data);
    return data;
  }
}

/** How far from `near` the changes of a request may lie, in ms. */
const HOUR = 3_600_000;

function isAskedFor({ sequence, key, requestId, time }: Change, { resource, request, before }: ChangeQuery): boolean {
  if (before !== undefined && sequence >= before) return false;
  if (resource && (key.id !== resource.id || key.type !== resource.type)) return false;
  if (!request) return resource !== undefined;
  return requestId === request.id && Math.abs(Date.parse(time) - Date.parse(request.near)) <= HOUR;
}
