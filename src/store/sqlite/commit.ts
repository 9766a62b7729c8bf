/** A batch of writes: all of it is checked before any of it is written, so that a refused batch has written nothing. */
import { fold } from '../../scim/fold.js';
import {
  type Actor,
  type DeleteWrite,
  keyOf,
  MissingReference,
  type PutWrite,
  type ResourceKey,
  UniquenessConflict,
  VersionConflict,
  type Write,
} from '../store.js';
import type { Database } from './driver.js';

/** [path, value]: what the table `lookups` holds of a resource. */
type StoredLookup = readonly [path: string, value: string];

/** What is in the table of a resource. */
interface Existing {
  rid: number;
  type: string;
  version: number;
  /** JSON of StoredLookup[]: mostly it is only compared. */
  lookups: string;
}

/** A resource that the batch writes: as it was found, and as the batch leaves it. */
interface Draft {
  readonly key: ResourceKey;
  readonly found: Existing | undefined;
  /** Undefined when the batch deletes it. */
  after: PutWrite | undefined;
}

type Drafts = Map<string, Draft>;

const INSERT_CHANGE = `
  INSERT INTO changes (tenant, sequence, type, id, version, operation, time, request_id, actor, added, removed, difference)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`;

const UNSUITABLE_MEMBERS = `
  SELECT j.value AS id FROM json_each(?2) j
  WHERE NOT EXISTS (
    SELECT 1 FROM resources r
    WHERE r.tenant = ?1 AND r.id = j.value AND r.type IN (SELECT value FROM json_each(?3))
  )`;

export class Committer {
  private readonly s;

  constructor(database: Database) {
    this.s = prepareAll(database);
  }

  /**
   * Within an open transaction. What it refuses has written nothing.
   * @throws VersionConflict, UniquenessConflict, MissingReference
   */
  commit(tenant: string, batch: readonly Write[]): void {
    const drafts = this.draft(batch);
    this.checkUniqueness(tenant, drafts);
    this.checkMembers(tenant, batch, drafts);
    this.checkContainers(tenant, batch, drafts);
    this.apply(tenant, batch, drafts);
  }

  /** The resources of the batch with their versions checked, each write against what the writes before it leave. */
  private draft(batch: readonly Write[]): Drafts {
    const drafts: Drafts = new Map();
    for (const write of batch) {
      const key = keyOf(write);
      const met = drafts.get(key.id);
      const draft = met ?? { key, found: this.find(key), after: undefined };
      const now = met ? draft.after?.resource : draft.found;
      const type = met ? draft.key.type : (draft.found?.type ?? key.type);
      if ((now?.version ?? 0) !== write.expected || type !== key.type) throw new VersionConflict(key);
      if (write.kind === 'delete' && !now) throw new VersionConflict(key);
      draft.after = write.kind === 'put' ? write : undefined;
      drafts.set(key.id, draft);
    }
    return drafts;
  }

  private find({ tenant, id }: ResourceKey): Existing | undefined {
    return this.s.find.get(tenant, id);
  }

  /** Against what the batch leaves, so that one write may take a value that another gives up. */
  private checkUniqueness(tenant: string, drafts: Drafts): void {
    const written = new Set([...drafts.values()].map((draft) => draft.found?.rid));
    const holders = drafts.size > 1 ? holdersIn(drafts) : undefined;
    for (const { key, found, after } of drafts.values()) {
      if (found && after && found.lookups === lookupsOf(after)) continue;
      const had = textsOf(storedLookups(found));
      for (const { path, value, unique } of after?.index.lookups ?? []) {
        const text = lookupText([path, value]);
        if (!unique || had.has(text)) continue;
        const isHeld = this.s.holders.all(tenant, key.type, path, value).some(({ rid }) => !written.has(rid));
        const holding = holders?.get(`${key.type}\0${text}`) ?? 0;
        if (isHeld || holding > 1) throw new UniquenessConflict(path, value, key);
      }
    }
  }

  private checkMembers(tenant: string, batch: readonly Write[], drafts: Drafts): void {
    for (const write of batch) {
      if (write.kind !== 'put' || write.change.added.length === 0) continue;
      const types = write.memberTypes ?? [];
      const suits = (draft: Draft): boolean => draft.after !== undefined && types.includes(draft.key.type);
      const missing = write.change.added.filter((id) => drafts.has(id) && !suits(drafts.get(id) as Draft));
      const others = write.change.added.filter((id) => !drafts.has(id));
      const rows = this.s.unsuitable.all(tenant, JSON.stringify(others), JSON.stringify(types));
      missing.push(...rows.map(({ id }) => id));
      if (missing.length > 0) throw new MissingReference(missing, keyOf(write));
    }
  }

  /** A deleted resource must leave every group: a group that took it since the plan was made asks for a new plan. */
  private checkContainers(tenant: string, batch: readonly Write[], drafts: Drafts): void {
    const deleted = [...drafts.values()].filter(({ found, after }) => found && !after);
    if (deleted.length === 0) return;
    const left = new Set(
      batch.flatMap((write) => write.change.removed.map((member) => `${keyOf(write).id}\0${member}`)),
    );
    for (const { key } of deleted) {
      for (const { group_id } of this.s.containers.all(tenant, key.id)) {
        const group = drafts.get(group_id);
        const goes = group !== undefined && group.after === undefined;
        if (!goes && !left.has(`${group_id}\0${key.id}`)) throw new VersionConflict(key);
      }
    }
  }

  private apply(tenant: string, batch: readonly Write[], drafts: Drafts): void {
    const present = new Map([...drafts].map(([id, draft]) => [id, draft.found]));
    const total = this.s.count.get(tenant, 'changes', batch.length) as { value: number };
    let sequence = total.value - batch.length;
    for (const write of batch) {
      const { id } = keyOf(write);
      const now = present.get(id);
      if (write.kind === 'put') present.set(id, this.put(write, now));
      else {
        this.remove(write, now as Existing);
        present.delete(id);
      }
      this.record(write, ++sequence);
    }
  }

  private put(write: PutWrite, now: Existing | undefined): Existing {
    const { resource, index, change, passwordHash } = write;
    const { tenant, type, id } = resource.key;
    const lookups = lookupsOf(write);
    const columns = [
      resource.version,
      resource.created,
      resource.lastModified,
      index.display ?? null,
      index.display === undefined ? null : fold(index.display),
      lookups,
      JSON.stringify(resource.document),
      JSON.stringify(index.form),
    ] as const;
    let rid = now?.rid;
    if (rid === undefined) {
      rid = this.s.insert.run(tenant, type, id, ...columns).rid;
      this.s.count.get(tenant, `resources:${type}`, 1);
    } else this.s.update.run(rid, ...columns);
    if (passwordHash !== undefined) this.s.setPassword.run(rid, passwordHash);
    if (now?.lookups !== lookups) this.putLookups(resource.key, rid, storedLookups(now), parseLookups(lookups));
    if (change.added.length > 0) this.s.addEdges.run(tenant, id, JSON.stringify(change.added));
    if (change.removed.length > 0) this.s.removeEdges.run(tenant, id, JSON.stringify(change.removed));
    return { rid, type, version: resource.version, lookups };
  }

  /** Only what differs is written. */
  private putLookups({ tenant, type }: ResourceKey, rid: number, before: StoredLookup[], after: StoredLookup[]): void {
    const [had, has] = [textsOf(before), textsOf(after)];
    for (const lookup of before)
      if (!has.has(lookupText(lookup))) this.s.removeLookup.run(tenant, type, ...lookup, rid);
    for (const lookup of after) if (!had.has(lookupText(lookup))) this.s.addLookup.run(tenant, type, ...lookup, rid);
  }

  private remove({ key: { tenant, type, id } }: DeleteWrite, existing: Existing): void {
    const { rid } = existing;
    for (const lookup of storedLookups(existing)) this.s.removeLookup.run(tenant, type, ...lookup, rid);
    this.s.removeGroup.run(tenant, id);
    this.s.remove.run(rid);
    this.s.count.get(tenant, `resources:${type}`, -1);
  }

  private record(write: Write, sequence: number): void {
    const { tenant, type, id } = keyOf(write);
    const { operation, time, requestId, actor, added, removed, difference } = write.change;
    this.s.addChange.run(
      tenant,
      sequence,
      type,
      id,
      write.kind === 'put' ? write.resource.version : write.expected,
      operation,
      time,
      requestId,
      actorText(actor),
      JSON.stringify(added),
      JSON.stringify(removed),
      JSON.stringify(difference),
    );
  }
}

function prepareAll(database: Database) {
  return {
    find: database.prepare<Existing>('SELECT rid, type, version, lookups FROM resources WHERE tenant = ?1 AND id = ?2'),
    holders: database.prepare<{ rid: number }>(
      'SELECT rid FROM lookups WHERE tenant = ?1 AND type = ?2 AND path = ?3 AND value = ?4',
    ),
    unsuitable: database.prepare<{ id: string }>(UNSUITABLE_MEMBERS),
    containers: database.prepare<{ group_id: string }>(
      'SELECT group_id FROM edges WHERE tenant = ?1 AND member_id = ?2',
    ),
    insert: database.prepare(`
      INSERT INTO resources
        (tenant, type, id, version, created, last_modified, display, folded_display, lookups, document, form)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, jsonb(?11))`),
    update: database.prepare(`
      UPDATE resources SET version = ?2, created = ?3, last_modified = ?4, display = ?5, folded_display = ?6,
        lookups = ?7, document = ?8, form = jsonb(?9)
      WHERE rid = ?1`),
    setPassword: database.prepare('UPDATE resources SET password_hash = ?2 WHERE rid = ?1'),
    remove: database.prepare('DELETE FROM resources WHERE rid = ?1'),
    addLookup: database.prepare(
      'INSERT OR IGNORE INTO lookups (tenant, type, path, value, rid) VALUES (?1, ?2, ?3, ?4, ?5)',
    ),
    removeLookup: database.prepare(
      'DELETE FROM lookups WHERE tenant = ?1 AND type = ?2 AND path = ?3 AND value = ?4 AND rid = ?5',
    ),
    // In the order of both indexes, so that a big group is written page by page.
    addEdges: database.prepare(
      'INSERT OR IGNORE INTO edges (tenant, group_id, member_id) SELECT ?1, ?2, value FROM json_each(?3) ORDER BY value',
    ),
    removeEdges: database.prepare(
      'DELETE FROM edges WHERE tenant = ?1 AND group_id = ?2 AND member_id IN (SELECT value FROM json_each(?3))',
    ),
    removeGroup: database.prepare('DELETE FROM edges WHERE tenant = ?1 AND group_id = ?2'),
    addChange: database.prepare(INSERT_CHANGE),
    count: database.prepare<{ value: number }>(`
      INSERT INTO counters (tenant, name, value) VALUES (?1, ?2, ?3)
      ON CONFLICT (tenant, name) DO UPDATE SET value = value + excluded.value
      RETURNING value`),
  };
}

/** How many resources of the batch hold each value when it is through; by type and lookupText. */
function holdersIn(drafts: Drafts): Map<string, number> {
  const holders = new Map<string, number>();
  for (const { key, after } of drafts.values()) {
    for (const text of textsOf(after?.index.lookups.map(({ path, value }) => [path, value]) ?? [])) {
      const held = `${key.type}\0${text}`;
      holders.set(held, (holders.get(held) ?? 0) + 1);
    }
  }
  return holders;
}

/** What a write leaves in the table `lookups`, as the row of its resource has it. */
function lookupsOf({ index }: PutWrite): string {
  return JSON.stringify(index.lookups.map(({ path, value }): StoredLookup => [path, value]));
}

function storedLookups(existing: Existing | undefined): StoredLookup[] {
  return existing ? parseLookups(existing.lookups) : [];
}

function parseLookups(text: string): StoredLookup[] {
  return JSON.parse(text) as StoredLookup[];
}

function textsOf(lookups: readonly StoredLookup[]): Set<string> {
  return new Set(lookups.map(lookupText));
}

function lookupText([path, value]: StoredLookup): string {
  return `${path}\0${value}`;
}

function actorText({ credential, name, address }: Actor): string {
  return JSON.stringify([credential, name, address ?? null]);
}
