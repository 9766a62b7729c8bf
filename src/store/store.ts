/**
 * The store port: what the directory and access need of a database, and nothing more.
 * Knows: resources as documents, edges, changes; accounts.ts: tenants, credentials, admins; records.ts: what happened
 * beside; deliveries.ts: who is told of changes. Does not know: SCIM policy, profiles, HTTP.
 * Engines: memory/, sqlite/, mongo/. testing/contract/store.ts is the definition that each of them is held to.
 */
import { ScimError } from '../scim/errors.js';
import type { FilterNode } from '../scim/filter/node.js';
import type { JsonObject } from '../scim/json.js';
import type { AttributeChange } from '../scim/patch/difference.js';
import type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
import type { AccountStore } from './accounts.js';
import type { DeliveryStore } from './deliveries.js';
import type { RecordStore } from './records.js';

export type * from './accounts.js';
export type * from './deliveries.js';
export type * from './records.js';

/** The address of a resource. Every key carries its tenant. */
export interface ResourceKey {
  /** Tenant.id */
  readonly tenant: string;
  /** ResourceType.name, e.g. `User`. */
  readonly type: string;
  readonly id: string;
}

/** A resource as it is kept. */
export interface StoredResource {
  readonly key: ResourceKey;
  /** 1 for a new resource, one more for each write. */
  readonly version: number;
  /** ISO 8601 UTC. */
  readonly created: string;
  readonly lastModified: string;
  /** Canonical JSON without `id`, `meta` and the edge attributes. */
  readonly document: JsonObject;
}

/** One value by which a resource is found without a scan. */
export interface LookupValue {
  /** Attribute.path */
  readonly path: string;
  /** In search form. */
  readonly value: string;
  /**
   * True: no other resource of the tenant and type may have this value at this path. Asked when the resource takes
   * the value, so that a duplicate older than the rule can still be changed in other ways.
   */
  readonly unique: boolean;
}

/** What the schema derives from a resource so that filters and sorting need no schema. */
export interface SearchIndex {
  /**
   * Same shape as the resource (with `id` and `meta`), values in search form: strings folded unless caseExact,
   * date-times as canonical UTC instants that order as text. Without edge attributes.
   */
  readonly form: JsonObject;
  readonly lookups: readonly LookupValue[];
  /** What others show as `display` of this resource; as written, not folded. */
  readonly display: string | undefined;
}

/** Who caused a change. Never a secret. */
export interface Actor {
  readonly credential: string;
  readonly name: string;
  /** The caller's address as the server saw it. */
  readonly address: string | undefined;
}

export type ChangeOperation = 'create' | 'replace' | 'patch' | 'delete';

/** What a write records of itself. The store adds the sequence number. */
export interface ChangeRecord {
  readonly operation: ChangeOperation;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly requestId: string;
  readonly actor: Actor;
  /** Both sides of every attribute that changed. */
  readonly difference: readonly AttributeChange[];
  /** Member ids, exactly those that became or ceased to be members. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** One record of the history. */
export interface Change extends ChangeRecord {
  /** 1, 2, 3 … without gaps within the tenant; a later commit has a higher number. */
  readonly sequence: number;
  readonly key: ResourceKey;
  /** The version that the change made; for a delete, the version that was deleted. */
  readonly version: number;
}

/** Of one resource or of one request; one of the two is there, and nothing is found where neither is. */
export interface ChangeQuery {
  readonly tenant: string;
  readonly resource?: { readonly type: string; readonly id: string } | undefined;
  /** A request that took place about `near` (ISO 8601 UTC), within an hour. */
  readonly request?: { readonly id: string; readonly near: string } | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/**
 * A write is data: planned elsewhere, applied here, all or nothing with its batch.
 * `expected` is the version that the plan was made from; 0 means that the id must be new.
 */
export type Write = PutWrite | DeleteWrite;

export interface PutWrite {
  readonly kind: 'put';
  readonly resource: StoredResource;
  readonly index: SearchIndex;
  readonly expected: number;
  /** `change.added` and `change.removed` are applied to the edges of this resource. */
  readonly change: ChangeRecord;
  /** The types (ResourceType.name) that a member may have. Needed when `change.added` is not empty. */
  readonly memberTypes?: readonly string[];
  /** An argon2id string that the resource has from now on, kept beside it and in no record; null: none any more. */
  readonly passwordHash?: string | null | undefined;
}

export interface DeleteWrite {
  readonly kind: 'delete';
  readonly key: ResourceKey;
  readonly expected: number;
  /**
   * Edges from this resource go with it; edges to it are removed by writes of their groups in the same batch. If one
   * would remain (a group took it since the plan was made), the batch is refused with a VersionConflict.
   */
  readonly change: ChangeRecord;
}

/** What the write is about. */
export function keyOf(write: Write): ResourceKey {
  return write.kind === 'put' ? write.resource.key : write.key;
}

/**
 * `committed`: only what is durable. `latest`: as the next commit will find it, perhaps not durable yet; a write may
 * be planned from it, an answer may not (unless a commit, an empty one too, has been awaited since).
 */
export type View = 'committed' | 'latest';

export interface ResourceQuery {
  readonly tenant: string;
  readonly type: string;
  /** What that name means in this tenant; without it what the engine was told when it was opened. */
  readonly resourceType?: ResourceType | undefined;
  readonly filter?: FilterNode | undefined;
  /** Without it: the order of creation. */
  readonly sort?: Sort | undefined;
  /** Resources to pass over, from 0. Not read where there is a keyset. */
  readonly offset: number;
  /** The most resources to return; 0 asks for the total alone. With a keyset at least 1. */
  readonly limit: number;
  /** In place of `offset`: a page that begins where another ended, at the same cost however far into the list. */
  readonly keyset?: Keyset | undefined;
}

/** A page by where it lies rather than by how much comes before it, so that others may write between two pages. */
export interface Keyset<Place extends Position = Position> {
  /** `forward`: what follows `from`, nearest first. `backward`: what comes before it, in the order of the list still. */
  readonly direction: 'forward' | 'backward';
  /** Without it: from the start of the list, or backward from its end. */
  readonly from?: Place | undefined;
}

/** A place in the order of a query: that of a resource, which may be gone since. Only for the query it was made for. */
export interface Position {
  /** Ascends in the order of creation and stays with a resource while that exists. */
  readonly row: number;
  /** With a sort: the value that the resource was ordered by, false as 0 and true as 1; null where it had none. */
  readonly key?: string | number | null | undefined;
}

/** How many characters (code points) of a text count for its place in an order, which bounds the size of a Position. */
export const SORTED_CHARACTERS = 256;

/**
 * Order by the attribute's search form: for a multi-valued attribute by its primary element, or else its first.
 * Resources without a value come last, when descending first (RFC 7644 §3.4.2.3). Ties, which texts are that begin
 * with the same SORTED_CHARACTERS: the order of creation.
 */
export interface Sort {
  /** Never complex. */
  readonly attribute: Attribute;
  readonly descending: boolean;
}

export interface ResourcePage {
  /** All matches, not only those on the page. */
  readonly total: number;
  readonly resources: StoredResource[];
  /** With a keyset: where the page after this one begins, going forward; undefined when nothing follows. */
  readonly next?: Position | undefined;
  /** With a keyset: where the page before this one ends, going backward; undefined when nothing comes before. */
  readonly previous?: Position | undefined;
  /** With a keyset: where each of the resources stands. */
  readonly positions?: readonly Position[] | undefined;
}

/**
 * A page by keyset, as every engine cuts it.
 * @param found what the query finds from the keyset's position on, nearest first: `limit + 1` of them, or all.
 */
export function cutPage<Row, Place extends Position>(
  found: readonly Row[],
  { direction, from }: Keyset<Place>,
  limit: number,
  positionOf: (row: Row) => Place,
): { rows: Row[]; positions: Place[]; next: Place | undefined; previous: Place | undefined } {
  const shown = found.slice(0, limit);
  const [nearest, farthest] = [shown[0], shown.at(-1)];
  const isForward = direction === 'forward';
  const ahead = found.length > limit && farthest !== undefined ? positionOf(farthest) : undefined;
  // Where the client comes from there was something. From an empty page the way back includes what stands at `from`.
  const aroundFrom = from && { ...from, row: from.row + (isForward ? 1 : -1) };
  const back = from && (nearest === undefined ? aroundFrom : positionOf(nearest));
  const rows = isForward ? shown : shown.reverse();
  const positions = rows.map(positionOf);
  return isForward
    ? { rows, positions, next: ahead, previous: back }
    : { rows, positions, next: back, previous: ahead };
}

/** One membership, seen from the group. */
export interface Edge {
  readonly id: string;
  readonly type: string;
  readonly display: string | undefined;
}

/** One membership, seen from the member. */
export interface Membership {
  /** The group's. */
  readonly id: string;
  readonly type: string;
  readonly display: string | undefined;
  /** False when it holds only through a group in between. */
  readonly direct: boolean;
}

/** A batch that is applied. */
export interface Applied {
  /** Settles when the batch is durable, or (StoreUnavailable) when nothing of it is kept. */
  readonly durable: Promise<void>;
}

export interface Store extends AccountStore, RecordStore, DeliveryStore {
  get(key: ResourceKey, view?: View): Promise<StoredResource | undefined>;

  /** What the last write that had a `passwordHash` left; undefined where there is none, or no such resource. */
  passwordHash(key: ResourceKey): Promise<string | undefined>;

  search(query: ResourceQuery): Promise<ResourcePage>;

  /**
   * Members of a group by ascending id (code point order), those after `after`, at most `limit`.
   * An unknown group has none.
   */
  edges(group: ResourceKey, options: { after?: string | undefined; limit: number; view?: View }): Promise<Edge[]>;

  /** Which of `members` are members of the group. Touches as many rows as there are ids. */
  presentEdges(group: ResourceKey, members: readonly string[], view?: View): Promise<Set<string>>;

  /** Every group, direct or through others, of each of `members`; by member id, direct ones first, then by id. */
  memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>>;

  /** The groups that have `member` as a direct member. */
  containers(tenant: string, member: string, view?: View): Promise<StoredResource[]>;

  /**
   * Applies the batch, all or nothing, and resolves when it and its change records are durable. An empty batch
   * resolves when everything that `latest` could have shown is durable; a VersionConflict says that some of it never
   * will be.
   * @param read what the batch was planned from: the very objects that get() and containers() gave as `latest`. An
   *   engine that gives what is not durable refuses with a VersionConflict what rests on a write that was not kept;
   *   `expected` does not tell, since its number may have been given again (`Readings`). An engine whose `latest` is
   *   durable needs none of it.
   * @throws VersionConflict, UniquenessConflict, MissingReference; then nothing of the batch was applied.
   */
  commit(tenant: string, batch: readonly Write[], read?: readonly StoredResource[]): Promise<void>;

  /**
   * A commit in two steps, so that whoever has many batches can make the next from what this one leaves, and they share
   * a sync: resolves as soon as the batch is applied and `latest` shows it. What is learned so, a refusal too, rests on
   * nothing durable yet: an answer waits for `durable`, after a refusal for the commit of an empty batch.
   * @throws as commit()
   */
  apply(tenant: string, batch: readonly Write[], read?: readonly StoredResource[]): Promise<Applied>;

  /** The tenant's history, oldest first, after the sequence number `after` (0: from the start), at most `limit`. */
  changes(tenant: string, after: number, limit: number): Promise<Change[]>;

  /** The changes of one resource or of one request, newest first, those before the sequence number `before`. */
  changesOf(query: ChangeQuery): Promise<Change[]>;

  /**
   * The secret of this name, the same for everybody who has this store, until it is replaced: the one that was `offered`
   * first, durable before anybody is given it.
   * @param offered random, new, and told to nobody else; kept when there is none of this name yet.
   */
  secret(name: string, offered: string): Promise<string>;
  /** Puts another one in its place, durably. False where it is not `was`, or there is none: then nothing has changed. */
  replaceSecret(name: string, was: string, next: string): Promise<boolean>;

  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Waits for what was committed to be durable, then lets go of the database. */
  close(): Promise<void>;
}

/** The resource is not at the version that the write was planned from. Read again and plan again. */
export class VersionConflict extends Error {
  constructor(readonly key: ResourceKey) {
    super(`${key.type} ${key.id} is not at the expected version`);
    this.name = 'VersionConflict';
  }
}

/** Another resource of the tenant and type has the value. */
export class UniquenessConflict extends Error {
  constructor(
    /** Attribute.path */
    readonly path: string,
    /** In search form. */
    readonly value: string,
    /** The resource that was to take the value; undefined where it was no resource. */
    readonly key?: ResourceKey,
  ) {
    super(`the value of ${path} is in use`);
    this.name = 'UniquenessConflict';
  }
}

/** Members to be added that the tenant does not have, or that are of a type the group does not take. */
export class MissingReference extends Error {
  constructor(
    readonly ids: readonly string[],
    /** The group that was to take them. */
    readonly key: ResourceKey,
  ) {
    super(`no such member: ${ids.slice(0, 5).join(', ')}`);
    this.name = 'MissingReference';
  }
}

/** The database did not answer, or answered with a failure of its own. Clients see 503 and no reason; `cause` has it. */
export class StoreUnavailable extends ScimError {
  constructor(cause: unknown) {
    super('unavailable', undefined, { cause });
    this.name = 'StoreUnavailable';
  }
}
