/** Reads of the directory's data. What a commit is still being written to is read when it is whole. */
import { compareText } from '../../scim/fold.js';
import type { Change, ChangeQuery, Edge, Membership, ResourceKey, StoredResource, View } from '../store.js';
import type { CommitLog } from './commit-log.js';
import type { Collections } from './connection.js';
import {
  type CommitDocument,
  canBeId,
  chunksOf,
  type EdgeDocument,
  edgeId,
  oneOf,
  type ResourceDocument,
  resourceId,
  toStored,
  within,
} from './documents.js';

/** ids that one query asks for. */
const CHUNK = 1_000;
/** How often members are read again that change while they are read. */
const MOST_READS = 5;
/** ms around the time of a request in which its changes are looked for. */
const NEAR = 3_600_000;

const WITHOUT_FORM = { form: 0, lookups: 0 } as const;

interface EdgeOptions {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly view?: View | undefined;
}

export class Reader {
  constructor(
    private readonly collections: Collections,
    private readonly commits: CommitLog,
  ) {}

  async get(key: ResourceKey, view?: View): Promise<StoredResource | undefined> {
    const { readings } = this.commits.pending;
    const since = readings.time;
    const found = await this.find(key, view);
    return view === 'latest' ? readings.note(found, since) : found;
  }

  /** What is there is committed, and one document: nobody has to be waited for. */
  private async find(key: ResourceKey, view: View | undefined): Promise<StoredResource | undefined> {
    const { tenant, type, id } = key;
    if (!canBeId(id)) return undefined;
    const coming = view === 'latest' ? this.commits.pending.resource(key) : undefined;
    if (coming !== undefined) return coming === null ? undefined : structuredClone(coming);
    const { resources } = this.collections;
    const found = await resources.findOne({ _id: resourceId(tenant, id) }, { projection: WITHOUT_FORM });
    return found && !found.gone && found.type === type ? toStored(tenant, found) : undefined;
  }

  async passwordHash({ tenant, type, id }: ResourceKey): Promise<string | undefined> {
    if (!canBeId(id)) return undefined;
    const found = await this.collections.resources.findOne(
      { _id: resourceId(tenant, id) },
      { projection: { type: 1, gone: 1, passwordHash: 1 } },
    );
    return found && !found.gone && found.type === type ? found.passwordHash : undefined;
  }

  async edges(group: ResourceKey, options: EdgeOptions): Promise<Edge[]> {
    const { limit, view } = options;
    if (view === 'latest') await this.commits.pending.settledOf(group);
    const edges: Edge[] = [];
    let after = options.after ?? '';
    // A member that has just gone may still have its edge: a page that is not full would be taken for the last.
    while (edges.length < limit) {
      const asked = limit - edges.length;
      const kept = await this.keptAfter(group, after, asked);
      const ids = kept.map(({ member }) => member);
      const members = await this.byId(group.tenant, ids);
      for (const id of ids) {
        const found = members.get(id);
        if (found) edges.push({ id, type: found.type, display: found.display ?? undefined });
      }
      const last = ids.at(-1);
      if (last === undefined || ids.length < asked) break;
      after = last;
    }
    return edges;
  }

  private keptAfter(group: ResourceKey, after: string, limit: number): Promise<EdgeDocument[]> {
    const { tenant, id } = group;
    const range = within(tenant, id);
    const _id = after === '' ? range : { ...range, $gt: edgeId(tenant, id, after) };
    return this.ofGroup(group, () =>
      this.collections.edges.find({ _id, gone: false }).sort({ _id: 1 }).limit(limit).toArray(),
    );
  }

  async presentEdges(group: ResourceKey, members: readonly string[], view?: View): Promise<Set<string>> {
    // Before the rest is read: what is through in the meantime is in both, and says the same.
    const coming = view === 'latest' ? this.commits.pending.members(group) : new Map<string, boolean>();
    const kept = await this.keptEdges(group, members);
    return new Set(members.filter((member) => coming.get(member) ?? kept.has(member)));
  }

  private async keptEdges(group: ResourceKey, members: readonly string[]): Promise<Set<string>> {
    const { tenant, id } = group;
    const ids = members.filter(canBeId).map((member) => edgeId(tenant, id, member));
    if (ids.length === 0) return new Set();
    const edges = await this.ofGroup(group, () =>
      inChunks(ids, (some) => this.collections.edges.find({ _id: oneOf(some), gone: false }).toArray()),
    );
    return new Set(edges.map(({ member }) => member));
  }

  /**
   * What `read` finds of a group's edges while no commit to the group is half applied: a group is written before its
   * edges, and tells by which commit.
   */
  private async ofGroup(group: ResourceKey, read: () => Promise<EdgeDocument[]>): Promise<EdgeDocument[]> {
    const { tenant, type, id } = group;
    if (!canBeId(id)) return [];
    const { log } = this.commits;
    for (let count = 1; ; count++) {
      const applied = log.applied(tenant);
      const edges = await read();
      const found = await this.collections.resources.findOne(
        { _id: resourceId(tenant, id) },
        { projection: { type: 1, gone: 1, commit: 1 } },
      );
      if (!found || found.gone || found.type !== type) return [];
      if (found.commit <= applied || count === MOST_READS) return edges;
      await log.reached(tenant, found.commit);
    }
  }

  /** Breadth first: a query for each step away from the members. */
  async memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    const groupsOf = new Map<string, string[]>();
    for (let next = [...new Set(members)]; next.length > 0; ) {
      const edges = await this.edgesTo(tenant, next);
      for (const member of next) groupsOf.set(member, []);
      for (const { member, group } of edges) groupsOf.get(member)?.push(group);
      next = [...new Set(edges.map(({ group }) => group))].filter((group) => !groupsOf.has(group));
    }
    const groups = await this.byId(tenant, [...new Set([...groupsOf.values()].flat())]);
    return new Map(members.map((member) => [member, membershipsOf(member, groupsOf, groups)]));
  }

  async containers(tenant: string, member: string, view?: View): Promise<StoredResource[]> {
    const { pending } = this.commits;
    const { readings } = pending;
    const since = readings.time;
    const coming = view === 'latest' ? [...pending.groupsOf(tenant, member).values()] : [];
    const edges = await this.edgesTo(tenant, [member]);
    const groups = await this.byId(
      tenant,
      edges.map(({ group }) => group),
    );
    const keys = new Map([...groups.values()].map(({ type, id }) => [id, { tenant, type, id } as ResourceKey]));
    for (const { key, isMember } of coming) {
      if (isMember) keys.set(key.id, key);
      else keys.delete(key.id);
    }
    const found: StoredResource[] = [];
    for (const key of keys.values()) {
      const kept = groups.get(key.id);
      const pended = view === 'latest' ? pending.resource(key) : undefined;
      const group = pended === undefined && kept ? toStored(tenant, kept) : await this.find(key, view);
      if (group) found.push(readings.note(group, since));
    }
    // What is read as a container must have the member in that very version: it may have let it go since the edges were read.
    const present = await Promise.all(found.map(({ key }) => this.presentEdges(key, [member], view)));
    return found.filter((_, i) => present[i]?.has(member)).sort((a, b) => compareText(a.key.id, b.key.id));
  }

  async changes(tenant: string, after: number, limit: number): Promise<Change[]> {
    if (limit === 0) return [];
    const found: Change[] = [];
    const entries = this.collections.commits
      .find({ _id: within(tenant), tenant, last: { $gt: after } }, { projection: { changes: 1 } })
      .sort({ tenant: 1, last: 1 })
      .limit(limit);
    for await (const entry of entries) {
      found.push(...changesIn(entry).filter(({ sequence }) => sequence > after));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  async changesOf({ tenant, resource, request, before, limit }: ChangeQuery): Promise<Change[]> {
    if (limit === 0 || !(resource || request)) return [];
    const near = request && Date.parse(request.near);
    const wanted = {
      _id: within(tenant),
      tenant,
      ...(resource && { resources: resource.id }),
      ...(near !== undefined && { time: { $gte: iso(near - NEAR), $lte: iso(near + NEAR) }, requests: request?.id }),
      ...(before !== undefined && { first: { $lt: before } }),
    };
    const entries = this.collections.commits.find(wanted, { projection: { changes: 1 } }).sort({ number: -1 });
    const found: Change[] = [];
    for await (const entry of entries) {
      const changes = changesIn(entry).filter(
        ({ key, sequence, requestId }) =>
          (before === undefined || sequence < before) &&
          (!resource || (key.id === resource.id && key.type === resource.type)) &&
          (!request || requestId === request.id),
      );
      found.push(...changes.reverse());
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  private edgesTo(tenant: string, members: readonly string[]): Promise<EdgeDocument[]> {
    return inChunks(members, (some) => {
      const wanted = { _id: within(tenant), tenant, member: oneOf(some), gone: false };
      return this.collections.edges.find(wanted).toArray();
    });
  }

  /** Resources that are there, by id. */
  async byId(tenant: string, ids: readonly string[]): Promise<Map<string, ResourceDocument>> {
    const found = await inChunks(ids, (some) => {
      const wanted = { _id: oneOf(some.map((id) => resourceId(tenant, id))), gone: false };
      return this.collections.resources.find(wanted, { projection: WITHOUT_FORM }).toArray();
    });
    return new Map(found.map((one) => [one.id, one]));
  }
}

/** One query after the other. */
async function inChunks<T>(ids: readonly string[], read: (some: readonly string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (const some of chunksOf(ids, CHUNK)) for (const one of await read(some)) found.push(one);
  return found;
}

/** Direct ones first, then by id. */
function membershipsOf(
  member: string,
  groupsOf: ReadonlyMap<string, readonly string[]>,
  groups: ReadonlyMap<string, ResourceDocument>,
): Membership[] {
  const direct = new Set(groupsOf.get(member));
  const met = new Set(direct);
  // A Set's iteration reaches what is added while it goes on.
  for (const group of met) for (const above of groupsOf.get(group) ?? []) met.add(above);
  const all = [...met].flatMap((id) => {
    const group = groups.get(id);
    return group ? [{ id, type: group.type, display: group.display ?? undefined, direct: direct.has(id) }] : [];
  });
  return all.sort((a, b) => Number(b.direct) - Number(a.direct) || compareText(a.id, b.id));
}

/** What a change had none of is undefined, which JSON leaves out. */
function changesIn({ changes }: Pick<CommitDocument, 'changes'>): Change[] {
  return JSON.parse(changes) as Change[];
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
