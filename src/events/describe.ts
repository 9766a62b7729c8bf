/**
 * A change of the history as the events that it is. Pure: the same change makes the same events each time, so that they
 * can be delivered again. Knows: what each kind of event stands for. Does not know: where documents come from.
 */
import type { JsonObject } from '../scim/json.js';
import { withCommonAttributes } from '../scim/resource/present.js';
import { project } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Change } from '../store/store.js';
import { type EventType, MEMBERS_PER_EVENT, type ResourceOfEvent, type ScimEvent } from './event.js';

/** What a change is about. */
export interface Described {
  /** Tenant.name */
  readonly tenant: string;
  /** As the tenant has it now; undefined where it has that type no more. */
  readonly type: ResourceType | undefined;
  /** As stored after the change; before it for a delete. */
  readonly document: JsonObject;
  /** When the resource was created, ISO 8601 UTC; undefined where that is not known. */
  readonly created: string | undefined;
}

/** One event before it has its number. */
type Draft = readonly [type: EventType, members?: readonly string[]];

const NOBODY: readonly string[] = Object.freeze([]);

/** At least one, in order. They are frozen, since several consumers are given the same ones. */
export function describeChange(change: Change, described: Described): ScimEvent[] {
  const drafts = draftsOf(change);
  const { sequence, time, operation, requestId } = change;
  const resource = deepFreeze(resourceOf(change, described));
  const difference = deepFreeze(change.difference);
  const actor = Object.freeze({ credential: change.actor.credential, name: change.actor.name });
  return drafts.map(([type, members = NOBODY], part) => {
    const event = {
      id: `${sequence}.${part}`,
      type,
      tenant: described.tenant,
      sequence,
      part,
      isLast: part === drafts.length - 1,
      time,
      operation,
      resourceType: change.key.type,
      resource,
      difference,
      members,
      actor,
      requestId,
    };
    return Object.freeze(event) as unknown as ScimEvent;
  });
}

function draftsOf(change: Change): Draft[] {
  const before = change.operation === 'delete' ? membershipDrafts(change) : [];
  const after = change.operation === 'delete' ? [] : membershipDrafts(change);
  const own = ownDrafts(change);
  const drafts = [...before, ...own, ...after];
  return drafts.length > 0 ? drafts : [[fallbackOf(change)]];
}

/** What the change did to the resource itself. */
function ownDrafts(change: Change): Draft[] {
  const { operation, key, difference } = change;
  if (key.type !== 'User' && key.type !== 'Group') {
    const isOwn = operation === 'create' || operation === 'delete' || difference.length > 0;
    return isOwn ? [['resource.changed']] : [];
  }
  const kind = key.type === 'User' ? 'user' : 'group';
  if (operation === 'create') return [[`${kind}.created`]];
  if (operation === 'delete') return [[`${kind}.deleted`]];
  const special = kind === 'user' ? activityDraft(change) : renameDraft(change);
  const named = kind === 'user' ? 'active' : 'displayName';
  const isUpdated = difference.some(({ path }) => path[0] !== named);
  return isUpdated ? [...special, [`${kind}.updated`]] : special;
}

/** Whoever has no value is active. */
function activityDraft({ difference }: Change): Draft[] {
  const change = difference.find(({ path }) => path[0] === 'active');
  if (!change || (change.before === false) === (change.after === false)) return [];
  return [[change.after === false ? 'user.disabled' : 'user.enabled']];
}

function renameDraft({ difference }: Change): Draft[] {
  return difference.some(({ path }) => path[0] === 'displayName') ? [['group.renamed']] : [];
}

function membershipDrafts({ added, removed }: Change): Draft[] {
  const drafts: Draft[] = [];
  for (const page of pagesOf(added)) drafts.push(['membership.added', page]);
  for (const page of pagesOf(removed)) drafts.push(['membership.removed', page]);
  return drafts;
}

function pagesOf(ids: readonly string[]): (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  for (let start = 0; start < ids.length; start += MEMBERS_PER_EVENT) {
    pages.push(Object.freeze(ids.slice(start, start + MEMBERS_PER_EVENT)));
  }
  return pages;
}

/** Of a change of nothing that an event is named for, such as a password alone. */
function fallbackOf({ key }: Change): EventType {
  if (key.type === 'User') return 'user.updated';
  return key.type === 'Group' ? 'group.updated' : 'resource.changed';
}

function resourceOf({ key, version, time }: Change, { type, document, created }: Described): ResourceOfEvent {
  const meta = { id: key.id, version, created: created ?? '', lastModified: time };
  const shown = type ? withCommonAttributes(shownOf(document, type), meta, type) : bare(document, key);
  if (created === undefined) delete (shown.meta as JsonObject).created;
  return shown as ResourceOfEvent;
}

/** A tenant that has a type in part sees that part. */
function shownOf(document: JsonObject, type: ResourceType): JsonObject {
  if (!type.stored) return document;
  return project(document, type, { attributes: new Set(type.attributes.values()), excluded: new Set() });
}

function bare(document: JsonObject, { type, id }: Change['key']): JsonObject {
  return { schemas: [], id, ...document, meta: { resourceType: type } };
}

/** Parts that are frozen already are passed over: documents are shared by the events of several changes. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
