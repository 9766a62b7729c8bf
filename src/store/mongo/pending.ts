/**
 * What this process has been asked to commit and is not through with. A write may be planned from it: if that is
 * refused in the end, so is what was planned from it, and planned again. Without it all but one of many who change the
 * same group at once would have to.
 */
import {
  keyOf,
  type ResourceKey,
  type StoredResource,
  StoreUnavailable,
  VersionConflict,
  type Write,
} from '../store.js';

interface Batch {
  readonly writes: readonly Write[];
  readonly settled: Promise<void>;
}

/** Of one tenant. */
interface Awaited {
  /** Oldest first. */
  readonly batches: Set<Batch>;
  /** By id of what is written, oldest first. */
  readonly byId: Map<string, Write[]>;
}

export class Pending {
  private readonly tenants = new Map<string, Awaited>();

  /** Until it is settled. */
  add(tenant: string, writes: readonly Write[], settled: Promise<void>): void {
    const of = this.tenants.get(tenant) ?? { batches: new Set(), byId: new Map() };
    this.tenants.set(tenant, of);
    const batch = { writes, settled };
    of.batches.add(batch);
    for (const write of writes) {
      const { id } = keyOf(write);
      const others = of.byId.get(id);
      if (others) others.push(write);
      else of.byId.set(id, [write]);
    }
    const remove = (): void => this.remove(tenant, of, batch);
    settled.then(remove, remove);
  }

  private remove(tenant: string, of: Awaited, batch: Batch): void {
    of.batches.delete(batch);
    const gone = new Set(batch.writes);
    for (const id of new Set(batch.writes.map((write) => keyOf(write).id))) {
      const left = of.byId.get(id)?.filter((write) => !gone.has(write)) ?? [];
      if (left.length > 0) of.byId.set(id, left);
      else of.byId.delete(id);
    }
    if (of.batches.size === 0) this.tenants.delete(tenant);
  }

  isEmpty(tenant: string): boolean {
    return !this.tenants.has(tenant);
  }

  /** True when nothing is pending but these batches. */
  isWithin(tenant: string, batches: ReadonlySet<readonly Write[]>): boolean {
    return [...(this.tenants.get(tenant)?.batches ?? [])].every(({ writes }) => batches.has(writes));
  }

  /**
   * Resolves when everything that is pending now is committed.
   * @throws StoreUnavailable when that is not known of all of it, VersionConflict when some of it was refused: then
   * what was learned from it may never have been.
   */
  async settled(tenant: string): Promise<void> {
    for (const { writes, settled } of [...(this.tenants.get(tenant)?.batches ?? [])]) {
      await settled.catch((error: unknown) => {
        if (error instanceof StoreUnavailable) throw error;
        throw new VersionConflict(keyOf(writes[0] as Write));
      });
    }
  }

  /** Resolves when nothing is under way any more that is pending now and changes the members of a group. */
  async settledOf({ tenant, id }: ResourceKey): Promise<void> {
    const batches = [...(this.tenants.get(tenant)?.batches ?? [])];
    const ofGroup = batches.filter(({ writes }) => writes.some((write) => keyOf(write).id === id));
    await Promise.allSettled(ofGroup.map(({ settled }) => settled));
  }

  /** What is to become of a resource: null where it is to go, undefined where nothing is to happen to it. */
  resource({ tenant, type, id }: ResourceKey): StoredResource | null | undefined {
    const [first, ...others] = this.tenants.get(tenant)?.byId.get(id) ?? [];
    if (!first) return undefined;
    // Of two that were planned from the same version the later one will be refused.
    const last = others.reduce((before, write) => (write.expected === versionOf(before) ? write : before), first);
    return last.kind === 'put' && last.resource.key.type === type ? last.resource : null;
  }

  /** Whether each of some members of a group is to be one; those that nothing is to happen to are not in it. */
  members({ tenant, id }: ResourceKey): Map<string, boolean> {
    const members = new Map<string, boolean>();
    for (const { change } of this.tenants.get(tenant)?.byId.get(id) ?? []) {
      for (const member of change.added) members.set(member, true);
      for (const member of change.removed) members.set(member, false);
    }
    return members;
  }

  /** The groups that are to take a member, or to let it go; by id. */
  groupsOf(tenant: string, member: string): Map<string, { key: ResourceKey; isMember: boolean }> {
    const groups = new Map<string, { key: ResourceKey; isMember: boolean }>();
    for (const writes of this.tenants.get(tenant)?.byId.values() ?? []) {
      for (const write of writes) {
        const key = keyOf(write);
        if (write.change.added.includes(member)) groups.set(key.id, { key, isMember: true });
        if (write.change.removed.includes(member)) groups.set(key.id, { key, isMember: false });
      }
    }
    return groups;
  }
}

/** What is left by a write; 0 where nothing is. */
function versionOf(write: Write): number {
  return write.kind === 'put' ? write.resource.version : 0;
}
