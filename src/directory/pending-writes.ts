/**
 * A store with writes that are not committed yet: it reads as if they were, and a commit joins them. For operations that
 * are committed together, each of which must see what those before it did. Always `latest`; nothing is checked here,
 * that is for the store when all of them are committed. An id is not used again when its resource was deleted.
 */
import { compareText } from '../scim/fold.js';
import { displayOf } from '../scim/resource/search-form.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import {
  type Edge,
  keyOf,
  type Membership,
  type PutWrite,
  type ResourceKey,
  type ResourcePage,
  type ResourceQuery,
  type StoredResource,
  type Write,
} from '../store/store.js';
import type { DirectoryStore } from './options.js';

export class PendingWrites implements DirectoryStore {
  /** In the order in which they were committed here. */
  readonly writes: Write[] = [];
  /** What they were planned from, as the store gave it. */
  readonly read: StoredResource[] = [];
  /** By id, the last write of a resource; undefined when it was deleted. */
  private readonly resources = new Map<string, PutWrite | undefined>();
  /** By the id of a group: ids of members, true for those that came and false for those that went. */
  private readonly members = new Map<string, Map<string, boolean>>();

  /** @param types a resource type by its name */
  constructor(
    private readonly store: DirectoryStore,
    private readonly types: (name: string) => ResourceType | undefined,
  ) {}

  async get(key: ResourceKey): Promise<StoredResource | undefined> {
    if (!this.resources.has(key.id)) return this.store.get(key, 'latest');
    const resource = this.resources.get(key.id)?.resource;
    return resource?.key.type === key.type ? resource : undefined;
  }

  /** Of what is committed, as is memberships(): no write is planned from either. */
  search(query: ResourceQuery): Promise<ResourcePage> {
    return this.store.search(query);
  }

  memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    return this.store.memberships(tenant, members);
  }

  async edges(
    group: ResourceKey,
    { after = '', limit }: { after?: string | undefined; limit: number },
  ): Promise<Edge[]> {
    if (this.isDeleted(group.id)) return [];
    const changed = this.changedMembers(group);
    const edges = await this.unchangedEdges(group, changed, after, limit);
    for (const [id, isMember] of changed) {
      const edge = isMember && compareText(id, after) > 0 ? await this.newEdge(group, id) : undefined;
      if (edge) edges.push(edge);
    }
    return edges.sort((a, b) => compareText(a.id, b.id)).slice(0, limit);
  }

  async presentEdges(group: ResourceKey, members: readonly string[]): Promise<Set<string>> {
    if (this.isDeleted(group.id)) return new Set();
    const present = await this.store.presentEdges(group, members, 'latest');
    const changed = this.changedMembers(group);
    for (const id of members) {
      const isMember = changed.get(id);
      if (isMember === true) present.add(id);
      else if (isMember === false) present.delete(id);
    }
    return present;
  }

  async containers(tenant: string, member: string): Promise<StoredResource[]> {
    const groups = await this.store.containers(tenant, member, 'latest');
    const found = new Map(groups.map((group) => [group.key.id, group]));
    for (const [id, put] of this.resources) {
      const isContainer = this.members.get(id)?.get(member) ?? found.has(id);
      if (put && isContainer) found.set(id, put.resource);
      else found.delete(id);
    }
    return [...found.values()].sort((a, b) => compareText(a.key.id, b.key.id));
  }

  async commit(_tenant: string, batch: readonly Write[], read: readonly StoredResource[] = []): Promise<void> {
    this.read.push(...read);
    for (const write of batch) {
      const { id } = keyOf(write);
      this.writes.push(write);
      this.resources.set(id, write.kind === 'put' ? write : undefined);
      const members = this.members.get(id) ?? new Map<string, boolean>();
      for (const member of write.change.added) members.set(member, true);
      for (const member of write.change.removed) members.set(member, false);
      this.members.set(id, members);
    }
  }

  private changedMembers({ type, id }: ResourceKey): ReadonlyMap<string, boolean> {
    const isThere = this.resources.get(id)?.resource.key.type === type;
    return (isThere && this.members.get(id)) || new Map();
  }

  private isDeleted(id: string): boolean {
    return this.resources.has(id) && this.resources.get(id) === undefined;
  }

  /** As many as asked for, or all there are, of those that no write has to do with. */
  private async unchangedEdges(
    group: ResourceKey,
    changed: ReadonlyMap<string, boolean>,
    after: string,
    limit: number,
  ): Promise<Edge[]> {
    const edges: Edge[] = [];
    for (let from = after; edges.length < limit; ) {
      const page = await this.store.edges(group, { after: from, limit, view: 'latest' });
      for (const edge of page) if (!changed.has(edge.id)) edges.push(this.withPresentDisplay(edge));
      if (page.length < limit) break;
      from = (page.at(-1) as Edge).id;
    }
    return edges;
  }

  private withPresentDisplay(edge: Edge): Edge {
    const put = this.resources.get(edge.id);
    return put ? { ...edge, display: put.index.display } : edge;
  }

  /** Undefined for a member that is nowhere, which the store will refuse. */
  private async newEdge(group: ResourceKey, id: string): Promise<Edge | undefined> {
    for (const name of this.resources.get(group.id)?.memberTypes ?? []) {
      const type = this.types(name);
      const resource = type && (await this.get({ tenant: group.tenant, type: name, id }));
      if (type && resource) return { id, type: name, display: displayOf(resource.document, type) };
    }
    return undefined;
  }
}
