/**
 * Whether batches can be committed: each against the state that was read (state.ts) and what the batches before it
 * leave. Pure.
 */
import {
  type Change,
  keyOf,
  MissingReference,
  type PutWrite,
  type ResourceKey,
  UniquenessConflict,
  VersionConflict,
  type Write,
} from '../store.js';
import {
  type EdgeChange,
  edgeId,
  escapeForm,
  lookupId,
  lookupPlace,
  type Redo,
  resourceId,
  type StoredLookup,
} from './documents.js';
import type { Known, State } from './state.js';

/** A resource as a batch finds and leaves it. */
interface Draft {
  readonly key: ResourceKey;
  readonly before: Known | undefined;
  /** Place in the batch of the write that creates it, from 0; undefined where it was there before. */
  created: number | undefined;
  /** Undefined when the batch deletes it. */
  after: PutWrite | undefined;
  passwordHash: string | undefined;
}

type Drafts = Map<string, Draft>;

/** Takes batches in, one after the other; in the end it tells what they come to. */
export class Judge {
  readonly changes: Change[] = [];
  /** What batches have changed: by id, undefined for what is gone. */
  private readonly resources = new Map<string, Known | undefined>();
  private readonly holders = new Map<string, Set<string>>();
  /** What batches have changed: by edgeId(). */
  private readonly edges = new Map<string, readonly [group: string, member: string, isMember: boolean]>();
  private readonly groups = new Set<string>();
  /** What batches have changed of `holders`: by lookupId(). */
  private readonly moved = new Map<string, readonly [place: string, id: string, isHeld: boolean]>();
  private readonly written = new Map<string, PutWrite | undefined>();
  private readonly keys = new Map<string, ResourceKey>();
  private readonly counts: Record<string, number>;
  private sequence: number;

  constructor(
    private readonly tenant: string,
    private readonly state: State,
  ) {
    this.counts = { ...state.counts };
    this.sequence = state.sequence;
  }

  /** @throws VersionConflict, UniquenessConflict, MissingReference; then the batch has changed nothing. */
  take(batch: readonly Write[]): void {
    const drafts = this.draft(batch);
    this.checkUniqueness(drafts);
    this.checkMembers(batch, drafts);
    this.checkContainers(batch, drafts);
    for (const draft of drafts.values()) this.keep(draft);
    for (const write of batch) this.record(write);
  }

  private find(id: string): Known | undefined {
    return this.resources.has(id) ? this.resources.get(id) : this.state.resources.get(id);
  }

  /** Each write against what the writes before it leave. */
  private draft(batch: readonly Write[]): Drafts {
    const drafts: Drafts = new Map();
    for (const [place, write] of batch.entries()) {
      const key = keyOf(write);
      const met = drafts.get(key.id);
      const draft = met ?? this.untouched(key);
      const version = met ? met.after?.resource.version : draft.before?.version;
      const type = met ? met.key.type : (draft.before?.type ?? key.type);
      if ((version ?? 0) !== write.expected || type !== key.type) throw new VersionConflict(key);
      if (write.kind === 'delete' && version === undefined) throw new VersionConflict(key);
      if (write.expected === 0) draft.created = place;
      draft.after = write.kind === 'put' ? write : undefined;
      draft.passwordHash = passwordHashAfter(write, draft.passwordHash);
      drafts.set(key.id, draft);
    }
    return drafts;
  }

  private untouched(key: ResourceKey): Draft {
    const before = this.find(key.id);
    return { key, before, created: undefined, after: undefined, passwordHash: before?.passwordHash };
  }

  /** Against what the batch leaves, so that one write may take a value that another gives up. */
  private checkUniqueness(drafts: Drafts): void {
    const held = new Map<string, number>();
    for (const { key, after } of drafts.values()) {
      for (const place of placesOf(this.tenant, key.type, lookupsOf(after)))
        held.set(place, (held.get(place) ?? 0) + 1);
    }
    for (const { key, before, after } of drafts.values()) {
      const had = placesOf(this.tenant, key.type, before?.lookups ?? []);
      for (const { path, value, unique } of after?.index.lookups ?? []) {
        const place = lookupPlace(this.tenant, key.type, path, value);
        if (!unique || had.has(place)) continue;
        const isHeld = [...this.holdersAt(place)].some((holder) => !drafts.has(holder));
        if (isHeld || (held.get(place) ?? 0) > 1) throw new UniquenessConflict(path, value, key);
      }
    }
  }

  private holdersAt(place: string): ReadonlySet<string> {
    return this.holders.get(place) ?? new Set(this.state.holders.get(place));
  }

  private checkMembers(batch: readonly Write[], drafts: Drafts): void {
    for (const write of batch) {
      if (write.kind !== 'put') continue;
      const missing = write.change.added.filter((id) => {
        const draft = drafts.get(id);
        const type = draft ? draft.after && draft.key.type : this.find(id)?.type;
        return type === undefined || !write.memberTypes?.includes(type);
      });
      if (missing.length > 0) throw new MissingReference(missing, keyOf(write));
    }
  }

  /** A deleted resource must leave every group: a group that took it since the plan was made asks for a new plan. */
  private checkContainers(batch: readonly Write[], drafts: Drafts): void {
    const left = new Set(batch.flatMap((write) => write.change.removed.map((id) => this.edge(keyOf(write).id, id))));
    for (const { key, before, after } of drafts.values()) {
      if (!before || after) continue;
      for (const group of this.containersOf(key.id)) {
        const draft = drafts.get(group);
        const goes = draft !== undefined && draft.after === undefined;
        if (!goes && !left.has(this.edge(group, key.id))) throw new VersionConflict(key);
      }
    }
  }

  private edge(group: string, member: string): string {
    return edgeId(this.tenant, group, member);
  }

  private containersOf(id: string): Set<string> {
    const groups = new Set(this.state.containers.get(id));
    for (const group of this.groups) groups.delete(group);
    for (const [group, member, isMember] of this.edges.values()) {
      if (member !== id) continue;
      if (isMember) groups.add(group);
      else groups.delete(group);
    }
    return groups;
  }

  private keep({ key, before, created, after, passwordHash }: Draft): void {
    const { type, id } = key;
    const has = placesOf(this.tenant, type, lookupsOf(after));
    const had = placesOf(this.tenant, type, before?.lookups ?? []);
    for (const at of had) if (!has.has(at)) this.hold(at, id, false);
    for (const at of has) if (!had.has(at)) this.hold(at, id, true);
    if (before && !after) this.count(type, -1);
    if (!before && after) this.count(type, 1);
    this.keys.set(id, key);
    this.written.set(id, after);
    const row = created === undefined ? (before?.row ?? 0) : this.sequence + 1 + created;
    const known = after && { type, version: after.resource.version, lookups: lookupsOf(after), row, passwordHash };
    this.resources.set(id, known);
  }

  private hold(place: string, id: string, isHeld: boolean): void {
    const holders = new Set(this.holdersAt(place));
    if (isHeld) holders.add(id);
    else holders.delete(id);
    this.holders.set(place, holders);
    this.moved.set(lookupId(place, id), [place, id, isHeld]);
  }

  private count(type: string, by: number): void {
    this.counts[type] = (this.counts[type] ?? 0) + by;
  }

  private record(write: Write): void {
    const key = keyOf(write);
    const { added, removed } = write.change;
    if (write.kind === 'put') {
      for (const member of added) this.edges.set(this.edge(key.id, member), [key.id, member, true]);
      for (const member of removed) this.edges.set(this.edge(key.id, member), [key.id, member, false]);
    } else this.drop(key.id);
    const version = write.kind === 'put' ? write.resource.version : write.expected;
    this.changes.push({ ...write.change, sequence: ++this.sequence, key, version });
  }

  /** A group goes with its edges, those of this round too. */
  private drop(group: string): void {
    this.groups.add(group);
    for (const [key, [of, member]] of this.edges) if (of === group) this.edges.set(key, [group, member, false]);
  }

  /** What all batches that were taken come to. */
  redo(): Redo {
    return {
      resources: [...this.written].map(([id, put]) => this.document(id, put)),
      edges: this.edgeChanges(),
      groups: [...this.groups],
      lookups: [...this.moved.values()],
      counts: this.counts,
    };
  }

  private edgeChanges(): EdgeChange[] {
    const changes = new Map<string, [added: string[], removed: string[]]>();
    for (const [group, member, isMember] of this.edges.values()) {
      const change = changes.get(group) ?? [[], []];
      change[isMember ? 0 : 1].push(member);
      changes.set(group, change);
    }
    return [...changes].map(([group, [added, removed]]) => [group, added, removed]);
  }

  private document(id: string, put: PutWrite | undefined): Redo['resources'][number] {
    const { tenant } = this;
    const { type } = this.keys.get(id) as ResourceKey;
    const known = this.resources.get(id);
    const common = { _id: resourceId(tenant, id), tenant, type, id, row: known?.row ?? 0, gone: put === undefined };
    const isNew = !this.state.resources.has(id);
    if (!put || !known) {
      const nothing = {
        version: 0,
        created: '',
        lastModified: '',
        display: null,
        document: '{}',
        form: {},
        lookups: '[]',
      };
      return { ...common, ...nothing, isNew };
    }
    const { resource, index } = put;
    return {
      ...common,
      isNew,
      version: resource.version,
      created: resource.created,
      lastModified: resource.lastModified,
      display: index.display ?? null,
      document: JSON.stringify(resource.document),
      form: escapeForm(index.form),
      lookups: JSON.stringify(known.lookups),
      ...(known.passwordHash !== undefined && { passwordHash: known.passwordHash }),
    };
  }
}

function passwordHashAfter(write: Write, before: string | undefined): string | undefined {
  if (write.kind === 'delete') return undefined;
  return write.passwordHash === undefined ? before : (write.passwordHash ?? undefined);
}

function lookupsOf(put: PutWrite | undefined): StoredLookup[] {
  return put?.index.lookups.map(({ path, value, unique }) => [path, value, unique]) ?? [];
}

function placesOf(tenant: string, type: string, lookups: readonly StoredLookup[]): Set<string> {
  return new Set(lookups.map(([path, value]) => lookupPlace(tenant, type, path, value)));
}
