/** All that one tenant has: resources, edges, history. */
import { compareText } from '../../scim/fold.js';
import type { JsonObject } from '../../scim/json.js';
import {
  type Change,
  type Edge,
  keyOf,
  type LookupValue,
  type Membership,
  MissingReference,
  type PutWrite,
  type ResourceKey,
  type StoredResource,
  UniquenessConflict,
  VersionConflict,
  type Write,
} from '../store.js';
import { copy } from './copy.js';

/** What is kept of a resource; the same as what its last write said. */
export interface Kept {
  /** Ascends in the order of creation. */
  readonly row: number;
  readonly resource: StoredResource;
  readonly form: JsonObject;
  readonly lookups: readonly LookupValue[];
  readonly display: string | undefined;
  readonly passwordHash: string | undefined;
}

/** By id: what a batch leaves; undefined for what it deletes. */
type Outcome = Map<string, PutWrite | undefined>;

export class TenantData {
  /** By id, in the order of creation. */
  readonly resources = new Map<string, Kept>();
  readonly changes: Change[] = [];
  private lastRow = 0;
  /** Ids of members by id of group, and the other way round. */
  private readonly members = new Map<string, Set<string>>();
  private readonly groups = new Map<string, Set<string>>();
  /** Ids by lookupText. */
  private readonly holders = new Map<string, Set<string>>();

  find({ type, id }: ResourceKey): Kept | undefined {
    const kept = this.resources.get(id);
    return kept?.resource.key.type === type ? kept : undefined;
  }

  membersOf(group: ResourceKey): ReadonlySet<string> {
    return (this.find(group) && this.members.get(group.id)) ?? new Set();
  }

  groupsOf(member: string): ReadonlySet<string> {
    return this.groups.get(member) ?? new Set();
  }

  edge(member: string): Edge {
    const { resource, display } = this.resources.get(member) as Kept;
    return { id: member, type: resource.key.type, display };
  }

  /** Direct ones first, then by id. */
  memberships(member: string): Membership[] {
    const direct = this.groupsOf(member);
    const met = new Set(direct);
    // A Set's iteration reaches what is added while it goes on.
    for (const group of met) for (const above of this.groupsOf(group)) met.add(above);
    const all = [...met].map((group) => ({ ...this.edge(group), direct: direct.has(group) }));
    return all.sort((a, b) => Number(b.direct) - Number(a.direct) || compareText(a.id, b.id));
  }

  /** @throws VersionConflict, UniquenessConflict, MissingReference; then nothing was changed. */
  commit(batch: readonly Write[]): void {
    const outcome = this.outcome(batch);
    this.checkUniqueness(outcome);
    this.checkMembers(batch, outcome);
    this.checkContainers(batch, outcome);
    for (const write of batch) this.apply(write);
  }

  private outcome(batch: readonly Write[]): Outcome {
    const outcome: Outcome = new Map();
    for (const write of batch) {
      const key = keyOf(write);
      const now = outcome.has(key.id) ? outcome.get(key.id)?.resource : this.resources.get(key.id)?.resource;
      if (now ? now.version !== write.expected || now.key.type !== key.type : write.expected !== 0) {
        throw new VersionConflict(key);
      }
      if (!now && write.kind === 'delete') throw new VersionConflict(key);
      outcome.set(key.id, write.kind === 'put' ? write : undefined);
    }
    return outcome;
  }

  private checkUniqueness(outcome: Outcome): void {
    const held = new Map<string, number>();
    for (const put of outcome.values()) {
      for (const text of new Set(put?.index.lookups.map((lookup) => lookupText(put.resource.key, lookup)))) {
        held.set(text, (held.get(text) ?? 0) + 1);
      }
    }
    for (const [id, put] of outcome) {
      for (const lookup of put?.index.lookups ?? []) {
        const text = lookupText((put as PutWrite).resource.key, lookup);
        const holders = this.holders.get(text) ?? new Set();
        if (!lookup.unique || holders.has(id)) continue;
        const isTaken = [...holders].some((holder) => !outcome.has(holder)) || (held.get(text) as number) > 1;
        if (isTaken) throw new UniquenessConflict(lookup.path, lookup.value, (put as PutWrite).resource.key);
      }
    }
  }

  private checkMembers(batch: readonly Write[], outcome: Outcome): void {
    for (const write of batch) {
      if (write.kind !== 'put') continue;
      const missing = write.change.added.filter((id) => {
        const now = outcome.has(id) ? outcome.get(id)?.resource : this.resources.get(id)?.resource;
        return !now || !write.memberTypes?.includes(now.key.type);
      });
      if (missing.length > 0) throw new MissingReference(missing, keyOf(write));
    }
  }

  private checkContainers(batch: readonly Write[], outcome: Outcome): void {
    for (const write of batch) {
      if (write.kind !== 'delete' || outcome.get(write.key.id)) continue;
      for (const group of this.groupsOf(write.key.id)) {
        const goes = outcome.has(group) && outcome.get(group) === undefined;
        const leaves = batch.some((other) => keyOf(other).id === group && other.change.removed.includes(write.key.id));
        if (!goes && !leaves) throw new VersionConflict(write.key);
      }
    }
  }

  private apply(write: Write): void {
    const key = keyOf(write);
    const { id } = key;
    const before = this.resources.get(id);
    for (const lookup of before?.lookups ?? []) drop(this.holders, lookupText(key, lookup), id);
    if (write.kind === 'put') {
      const { resource, index, change, passwordHash = before?.passwordHash } = copy(write);
      const row = before?.row ?? ++this.lastRow;
      this.resources.set(id, { row, resource, ...index, passwordHash: passwordHash ?? undefined });
      for (const lookup of index.lookups) put(this.holders, lookupText(key, lookup), id);
      for (const member of change.added) this.link(id, member);
      for (const member of change.removed) this.unlink(id, member);
    } else {
      for (const member of this.members.get(id) ?? []) this.unlink(id, member);
      this.resources.delete(id);
    }
    const version = write.kind === 'put' ? write.resource.version : write.expected;
    this.changes.push({ ...copy(write.change), sequence: this.changes.length + 1, key, version });
  }

  private link(group: string, member: string): void {
    put(this.members, group, member);
    put(this.groups, member, group);
  }

  private unlink(group: string, member: string): void {
    drop(this.members, group, member);
    drop(this.groups, member, group);
  }
}

function lookupText({ type }: ResourceKey, { path, value }: LookupValue): string {
  return `${type}\0${path}\0${value}`;
}

function put(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}

function drop(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
