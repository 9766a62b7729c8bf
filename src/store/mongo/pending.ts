/**
 * What this process has been asked to commit and is not through with. A write may be planned from it: if that is
 * refused in the end, so is what was planned from it, and planned again. Without it all but one of many who change the
 * same group at once would have to.
 */
import { Readings } from '../readings.js';
import {
  keyOf,
  type ResourceKey,
  type StoredResource,
  StoreUnavailable,
  VersionConflict,
  type Write,
} from '../store.js';

export interface Batch {
  readonly writes: readonly Write[];
  /** What it was planned from. */
  readonly read: readonly StoredResource[];
  /** Batches that were pending before it, of what it writes or was planned from: refused, they take it with them. */
  restsOn: readonly Batch[];
  /** True when it is refused, or will be. */
  isLost: boolean;
}

interface Coming {
  readonly write: Write;
  readonly batch: Batch;
}

/** Of one tenant. */
interface Awaited {
  /** Oldest first. */
  readonly batches: Map<Batch, Promise<void>>;
  /** By id, writes that can follow each other, oldest first: of two from the same version the later one is in vain. */
  readonly byId: Map<string, Coming[]>;
}

export class Pending {
  readonly readings = new Readings();
  private readonly tenants = new Map<string, Awaited>();

  /** Until what `settle` gives is settled; it is called at once. */
  add(
    tenant: string,
    writes: readonly Write[],
    read: readonly StoredResource[],
    settle: (batch: Batch) => Promise<void>,
  ): Promise<void> {
    const of = this.tenants.get(tenant) ?? { batches: new Map(), byId: new Map() };
    this.tenants.set(tenant, of);
    const batch = { writes, read, restsOn: basesOf(of, writes, read), isLost: this.readings.areLost(read) };
    if (!batch.isLost && canFollow(of, writes)) show(of, batch);
    const settled = settle(batch);
    of.batches.set(batch, settled);
    const remove = (): void => {
      of.batches.delete(batch);
      hide(of, batch);
      // Or each would hold on to all that were before it.
      batch.restsOn = [];
      if (of.batches.size === 0) this.tenants.delete(tenant);
    };
    settled.then(remove, remove);
    return settled;
  }

  /** It is refused, or nobody knows: neither it nor what rests on it is shown any more. */
  lose(tenant: string, batch: Batch): void {
    const of = this.tenants.get(tenant);
    if (batch.isLost || !of) return;
    batch.isLost = true;
    if (hide(of, batch)) this.readings.lose(batch.writes.map(keyOf), batch.read);
    for (const other of of.batches.keys()) if (other.restsOn.includes(batch)) this.lose(tenant, other);
  }

  isEmpty(tenant: string): boolean {
    return !this.tenants.has(tenant);
  }

  /** True when nothing is pending but these batches. */
  isWithin(tenant: string, batches: ReadonlySet<readonly Write[]>): boolean {
    return [...(this.tenants.get(tenant)?.batches.keys() ?? [])].every(({ writes }) => batches.has(writes));
  }

  /**
   * Resolves when everything that is pending now is committed, as far as what was learned rests on it.
   * @param read what was learned; where nothing was found, any batch may have been the reason
   * @throws StoreUnavailable when that is not known of all of it, VersionConflict when what it rests on was refused: then
   * it may never have been.
   */
  async settled(tenant: string, read: readonly StoredResource[]): Promise<void> {
    this.readings.check(read);
    for (const [{ writes }, settled] of [...(this.tenants.get(tenant)?.batches ?? [])]) {
      await settled.catch((error: unknown) => {
        if (error instanceof StoreUnavailable) throw error;
        if (read.length === 0) throw new VersionConflict(keyOf(writes[0] as Write));
      });
    }
    this.readings.check(read);
  }

  /** Resolves when nothing is under way any more that is pending now and changes the members of a group. */
  async settledOf({ tenant, id }: ResourceKey): Promise<void> {
    const batches = [...(this.tenants.get(tenant)?.batches ?? [])];
    const ofGroup = batches.filter(([{ writes }]) => writes.some((write) => keyOf(write).id === id));
    await Promise.allSettled(ofGroup.map(([, settled]) => settled));
  }

  /** What is to become of a resource: null where it is to go, undefined where nothing is to happen to it. */
  resource({ tenant, type, id }: ResourceKey): StoredResource | null | undefined {
    const last = this.tenants.get(tenant)?.byId.get(id)?.at(-1)?.write;
    if (!last) return undefined;
    return last.kind === 'put' && last.resource.key.type === type ? last.resource : null;
  }

  /** Whether each of some members of a group is to be one; those that nothing is to happen to are not in it. */
  members({ tenant, id }: ResourceKey): Map<string, boolean> {
    const members = new Map<string, boolean>();
    for (const { write } of this.tenants.get(tenant)?.byId.get(id) ?? []) {
      const { change } = write;
      for (const member of change.added) members.set(member, true);
      for (const member of change.removed) members.set(member, false);
    }
    return members;
  }

  /** The groups that are to take a member, or to let it go; by id. */
  groupsOf(tenant: string, member: string): Map<string, { key: ResourceKey; isMember: boolean }> {
    const groups = new Map<string, { key: ResourceKey; isMember: boolean }>();
    for (const all of this.tenants.get(tenant)?.byId.values() ?? []) {
      for (const { write } of all) {
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

/** The last of those that are shown, of each resource that is written or was read. */
function basesOf({ byId }: Awaited, writes: readonly Write[], read: readonly StoredResource[]): Batch[] {
  const bases = new Set<Batch>();
  for (const write of writes) {
    const last = byId.get(keyOf(write).id)?.at(-1);
    if (last && write.expected === versionOf(last.write)) bases.add(last.batch);
  }
  for (const { key } of read) {
    const last = byId.get(key.id)?.at(-1);
    if (last) bases.add(last.batch);
  }
  return [...bases];
}

/** True unless another write comes first of a version that one of these was planned from. */
function canFollow({ byId }: Awaited, writes: readonly Write[]): boolean {
  const versions = new Map<string, number>();
  return writes.every((write) => {
    const { id } = keyOf(write);
    const last = byId.get(id)?.at(-1);
    const before = versions.get(id) ?? (last && versionOf(last.write));
    versions.set(id, versionOf(write));
    return before === undefined || before === write.expected;
  });
}

function show({ byId }: Awaited, batch: Batch): void {
  for (const write of batch.writes) {
    const { id } = keyOf(write);
    const others = byId.get(id);
    if (others) others.push({ write, batch });
    else byId.set(id, [{ write, batch }]);
  }
}

/** False when it was not shown. */
function hide({ byId }: Awaited, batch: Batch): boolean {
  let isShown = false;
  for (const id of new Set(batch.writes.map((write) => keyOf(write).id))) {
    const all = byId.get(id) ?? [];
    const left = all.filter((one) => one.batch !== batch);
    isShown ||= left.length < all.length;
    if (left.length > 0) byId.set(id, left);
    else byId.delete(id);
  }
  return isShown;
}
