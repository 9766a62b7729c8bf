/**
 * What the collections hold, and how it is named. Every _id begins with the tenant's, so that no look-up can be built
 * without it and each collection can be sharded by it.
 */
import type { JsonObject } from '../../scim/json.js';
import { isObject, type Json } from '../../scim/json.js';
import type { ResourceKey, StoredResource } from '../store.js';

/** A resource, or what is left of one: a tombstone, which keeps late writes of older commits from bringing it back. */
export interface ResourceDocument {
  /** resourceId() */
  readonly _id: string;
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
  readonly display: string | null;
  /** JSON: its keys may be any text, those of MongoDB may not. */
  readonly document: string;
  /** The search form with escaped keys. */
  readonly form: JsonObject;
  /** JSON of StoredLookup[]. */
  readonly lookups: string;
  /** An argon2id string, where there is one. */
  readonly passwordHash?: string;
  /** Ascends in the order of creation. */
  readonly row: number;
  /** Number of the commit that wrote it last. */
  readonly commit: number;
  readonly gone: boolean;
}

export type StoredLookup = readonly [path: string, value: string, isUnique: boolean];

/** One membership, or that there was one. */
export interface EdgeDocument {
  /** edgeId() */
  readonly _id: string;
  readonly tenant: string;
  readonly group: string;
  readonly member: string;
  readonly commit: number;
  readonly gone: boolean;
}

/** One value by which one resource is found, or was. */
export interface LookupDocument {
  /** `at`, and the resource's id. */
  readonly _id: string;
  /** lookupPlace() */
  readonly at: string;
  readonly resource: string;
  readonly commit: number;
  readonly gone: boolean;
}

/** One entry of a tenant's log. That it is there is the commit. */
export interface CommitDocument {
  /** commitId() */
  readonly _id: string;
  readonly tenant: string;
  readonly number: number;
  /** Random: whose entry it is, when an answer was lost. */
  readonly mark: string;
  /** Sequence numbers of its first and last change. */
  readonly first: number;
  readonly last: number;
  /** The earliest time of its changes. */
  readonly time: string;
  /** JSON of Change[]. */
  readonly changes: string;
  /** The ids of the resources and of the requests of its changes. */
  readonly resources: readonly string[];
  readonly requests: readonly string[];
  /** JSON of Redo; taken away some time after it was applied, together with the tombstones that it left. */
  readonly redo?: string;
}

/** Everything that a commit changes, so that anybody can apply it. */
export interface Redo {
  readonly resources: readonly (Omit<ResourceDocument, 'commit'> & { readonly isNew: boolean })[];
  readonly edges: readonly EdgeChange[];
  /** Groups that are gone, with all their edges. */
  readonly groups: readonly string[];
  readonly lookups: readonly (readonly [at: string, resource: string, isHeld: boolean])[];
  /** Resources of each type when the commit is applied. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Members that a group takes and lets go. */
export type EdgeChange = readonly [group: string, added: readonly string[], removed: readonly string[]];

/** How far a tenant's log is applied. */
export interface HeadDocument {
  /** headId() */
  readonly _id: string;
  readonly tenant: string;
  /** Number of the last commit that is applied; it only grows. */
  readonly applied: number;
  /** Number of the last commit of which nothing is left but its changes; it only grows. */
  readonly swept: number;
  /** Sequence number of the last change. */
  readonly sequence: number;
  readonly counts: Readonly<Record<string, number>>;
}

export const COLLECTIONS = {
  resources: 'resources',
  edges: 'edges',
  lookups: 'lookups',
  commits: 'commits',
  heads: 'heads',
} as const;

/** Digits of a commit's number in its _id, so that their order as text is that of the numbers. */
const NUMBER_DIGITS = 12;

export function headId(tenant: string): string {
  return joined(tenant);
}

export function resourceId(tenant: string, id: string): string {
  return joined(tenant, id);
}

export function edgeId(tenant: string, group: string, member: string): string {
  return joined(tenant, group, member);
}

/** Where resources of a type are found by a value. */
export function lookupPlace(tenant: string, type: string, path: string, value: string): string {
  return joined(tenant, type, path, value);
}

export function lookupId(at: string, resource: string): string {
  return `${at}/${escapePart(resource)}`;
}

export function commitId(tenant: string, number: number): string {
  return joined(tenant, String(number).padStart(NUMBER_DIGITS, '0'));
}

export interface Range {
  readonly $gt: string;
  readonly $lt: string;
}

/**
 * The _ids that begin with these parts: of a tenant, of a group of it. In every query that has no _id, so that a
 * cluster which is sharded by _id asks but those who have them.
 */
export function within(...parts: readonly string[]): Range {
  const prefix = joined(...parts);
  // The character that follows the slash.
  return { $gt: `${prefix}/`, $lt: `${prefix}0` };
}

/** Everything else stays as it is, so that ids have the order of their parts. */
export function joined(...parts: readonly string[]): string {
  return parts.map(escapePart).join('/');
}

function escapePart(part: string): string {
  return part.replace(/[%/]/g, encodeURIComponent);
}

/** False for texts that no id of ours can be: half of a surrogate pair cannot be written as UTF-8. */
export function canBeId(text: string): boolean {
  return text.isWellFormed();
}

export function toStored(tenant: string, found: ResourceDocument): StoredResource {
  const { type, id, version, created, lastModified, document } = found;
  const key: ResourceKey = { tenant, type, id };
  return { key, version, created, lastModified, document: JSON.parse(document) as JsonObject };
}

/** One of them alone is asked for in the way that every server answers fastest. */
export function oneOf(ids: readonly string[]): string | { $in: string[] } {
  return ids.length === 1 ? (ids[0] as string) : { $in: [...ids] };
}

export function* chunksOf<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

/** Keys of a form as MongoDB takes them: `.` separates there, and `$` begins operators. */
export function escapeKey(key: string): string {
  return key.replace(/[%.$]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

export function escapeForm(form: JsonObject): JsonObject {
  return withKeys(form, escapeKey) as JsonObject;
}

export function unescapeForm(form: JsonObject): JsonObject {
  return withKeys(form, decodeURIComponent) as JsonObject;
}

function withKeys(value: Json, change: (key: string) => string): Json {
  if (Array.isArray(value)) return value.map((element) => withKeys(element, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [change(key), withKeys(inner as Json, change)]),
  );
}
