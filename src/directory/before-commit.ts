/**
 * The app's word on a change before it is made. Knows: what the app is told of a change, and which answers there are.
 * Does not know: when it is asked, which is commits.ts's.
 */
import { clone, isObject, type Json, type JsonObject } from '../scim/json.js';
import type { AttributeChange } from '../scim/patch/difference.js';
import { withCommonAttributes } from '../scim/resource/present.js';
import { withServerValues } from '../scim/resource/server-values.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { ChangeOperation, ResourceKey, StoredResource } from '../store/store.js';
import { appFailed, askApp } from './app-hook.js';
import type { Changes, Occasion } from './write.js';

/** A change that is about to be made. What the app does to this object changes nothing. */
export type PlannedChange =
  | PlannedAs<'create', undefined, JsonObject>
  | PlannedAs<'replace' | 'patch', JsonObject, JsonObject>
  | PlannedAs<'delete', JsonObject, undefined>;

interface PlannedAs<Operation extends ChangeOperation, Before, After> {
  /** Tenant.name */
  readonly tenant: string;
  /** ResourceType.name: `User`, `Group`, or that of a type of your own. */
  readonly type: string;
  readonly id: string;
  readonly operation: Operation;
  /**
   * With `schemas`, `id` and `meta` (without `location`), without passwords, `$ref`s, `groups` and `members`; undefined
   * for a new resource.
   */
  readonly before: Before;
  /** As it will be; undefined when it is deleted. */
  readonly after: After;
  /** Both sides of every attribute that changes; none where only a password is kept anew. */
  readonly difference: readonly AttributeChange[];
  /** Ids of those that become, or cease to be, members of this resource. */
  readonly members: { readonly added: readonly string[]; readonly removed: readonly string[] };
  /** When it is deleted: ids of the groups that it is a member of, which lose it with this change. */
  readonly leaves: readonly string[];
}

/** Around a change: on whose behalf, and how long the app may think. */
export interface ChangeContext {
  /** `app` is the id of what the app itself does, through `target.directory`. */
  readonly credential: { readonly id: string; readonly name: string };
  /** The caller's, as far as proxies are trusted. */
  readonly address: string | undefined;
  /** As in the history, the activity and the log. */
  readonly requestId: string;
  /** Of the tenant: `entra`, `okta` …; undefined for what the app itself does. */
  readonly profile: string | undefined;
  /** Aborted when `hookTimeout` is over: the request has failed then. */
  readonly signal: AbortSignal;
}

/** What the app has to add to a change that it lets pass. */
export interface ServerValues {
  /**
   * Attributes that the schema marks readOnly, by name; those of an extension within its URN: `{ badge: '17',
   * 'urn:example:User': { costCode: 'A' } }`. null takes a value away. They are checked by the schema, written with the
   * change, and part of its difference. When the resource is deleted they are passed over.
   */
  readonly set: JsonObject;
}

/**
 * Asked before a change is committed, when it is known to be valid: once per operation (each of a bulk request too), and
 * again when another write came in between. It returns nothing to let the change pass, or values to add to it; a
 * ScimError that it throws is the client's answer, and nothing is stored or announced. Anything else that it throws or
 * returns is answered with 503 and Retry-After, and so is more time than `hookTimeout`, after which the rest of a bulk
 * request is not tried; the reason is in the log. The change may still be refused afterwards (a name is taken, a member
 * does not exist): what has to follow from a change that was made belongs to an event. The hook may read with
 * `target.directory`; what it writes there, it is asked about too.
 */
export type BeforeCommit = (
  change: PlannedChange,
  context: ChangeContext,
  // biome-ignore lint/suspicious/noConfusingVoidType: what a function returns that returns values now and then
) => ServerValues | undefined | void | Promise<ServerValues | undefined | void>;

/** A change as the directory has planned it. */
export interface Planned {
  readonly key: ResourceKey;
  /** As its resources are kept. */
  readonly type: ResourceType;
  /** Undefined for a new resource. */
  readonly current: StoredResource | undefined;
  /** Undefined for one that is deleted. */
  readonly document: JsonObject | undefined;
  readonly changes: Changes;
  readonly leaves: readonly string[];
  readonly profile: string | undefined;
}

/**
 * Asks the app. Gives the document with the app's values, where it has some to add.
 * @param hook is told Tenant.id for the tenant
 * @throws ScimError the app's, or unavailable where it fails, is late or answers what makes no sense
 */
export async function askBeforeCommit(
  hook: BeforeCommit,
  planned: Planned,
  occasion: Occasion,
  timeout: number | undefined,
): Promise<JsonObject | undefined> {
  const change = changeOf(planned, occasion);
  const { credential: id, name, address } = occasion.actor;
  const { requestId } = occasion;
  const context = { credential: { id, name }, address, requestId, profile: planned.profile };
  const answer = await askApp('beforeCommit', (signal) => hook(change, { ...context, signal }), timeout);
  if (answer === undefined) return undefined;
  try {
    return withAnswer(planned, answer);
  } catch (cause) {
    const about = `beforeCommit answered for a ${planned.type.name} what cannot be done`;
    throw appFailed(new Error(`${about}: ${cause instanceof Error ? cause.message : cause}`, { cause }));
  }
}

/** @throws Error that names the mistake */
function withAnswer({ document, type }: Planned, answer: unknown): JsonObject | undefined {
  const given = answer as Json;
  if (!isObject(given) || Object.keys(given).join() !== 'set') {
    throw new Error('it returns nothing, or { set: { … } } and nothing beside it');
  }
  // Nothing is left to have them; that somebody leaves must not fail for it.
  return document && withServerValues(document, given.set, type);
}

function changeOf({ key, type, current, document, changes, leaves }: Planned, occasion: Occasion): PlannedChange {
  const { id } = key;
  const before = current && withCommonAttributes(current.document, { id, ...current }, type);
  const version = (current?.version ?? 0) + 1;
  const meta = { id, version, created: current?.created ?? occasion.time, lastModified: occasion.time };
  const after = document && withCommonAttributes(document, meta, type);
  return {
    tenant: key.tenant,
    type: type.name,
    id,
    operation: occasion.operation,
    before: clone(before),
    after: clone(after),
    difference: changes.difference.map((change) => ({ ...change, ...clone(sides(change)), path: [...change.path] })),
    members: { added: [...changes.added], removed: [...changes.removed] },
    leaves: [...leaves],
    // The operation says which of the two sides there are.
  } as PlannedChange;
}

function sides({ before, after }: AttributeChange): JsonObject {
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
