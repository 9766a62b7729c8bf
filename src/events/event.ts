/**
 * What happened, in the words of an app: events, made from the changes of the history. Knows: their names and shapes.
 * Does not know: who is told, and how.
 */
import type { JsonObject } from '../scim/json.js';
import type { AttributeChange } from '../scim/patch/difference.js';
import type { EnterpriseUser, Group, User } from '../scim/schema/types.generated.js';
import type { ChangeOperation } from '../store/store.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A user as it was after the change, or before its deletion; without `groups`. */
export type UserOfEvent = User & { readonly id: string; readonly [ENTERPRISE]?: EnterpriseUser } & JsonObject;
/** A group as it was after the change, or before its deletion; without `members`, of which there may be any number. */
export type GroupOfEvent = Omit<Group, 'members'> & { readonly id: string } & JsonObject;
/** A resource of any type. */
export type ResourceOfEvent = { readonly id: string } & JsonObject;

/** What each event is about. */
export interface ResourceOf {
  'user.created': UserOfEvent;
  /** An attribute other than `active` has another value. */
  'user.updated': UserOfEvent;
  /** `active` was not false, and is. */
  'user.disabled': UserOfEvent;
  'user.enabled': UserOfEvent;
  'user.deleted': UserOfEvent;
  'group.created': GroupOfEvent;
  /** `displayName` has another value. */
  'group.renamed': GroupOfEvent;
  /** An attribute other than `displayName` and `members` has another value. */
  'group.updated': GroupOfEvent;
  'group.deleted': GroupOfEvent;
  /** Of a group, or of a resource of another type that has members. */
  'membership.added': GroupOfEvent;
  'membership.removed': GroupOfEvent;
  /** A resource of any other type was created, changed or deleted: `operation` says which. */
  'resource.changed': ResourceOfEvent;
}

export type EventType = keyof ResourceOf;

export const EVENT_TYPES = [
  'user.created',
  'user.updated',
  'user.disabled',
  'user.enabled',
  'user.deleted',
  'group.created',
  'group.renamed',
  'group.updated',
  'group.deleted',
  'membership.added',
  'membership.removed',
  'resource.changed',
] as const satisfies readonly EventType[];

/** The most members that one event names; a change of more makes several. */
export const MEMBERS_PER_EVENT = 1_000;

/** One thing that happened. A change is one to a few of them, or many where it has thousands of members. */
export type ScimEvent<Type extends EventType = EventType> = { [T in Type]: EventOf<T> }[Type];

interface EventOf<Type extends EventType> {
  /** The same each time this event is delivered, and no other's within the tenant: `17.0`. */
  readonly id: string;
  readonly type: Type;
  /** Tenant.name */
  readonly tenant: string;
  /**
   * Of the change: 1, 2, 3 … without gaps within the tenant. Events of one change share it and come one after the
   * other; who keeps the last one that was seen knows what is new.
   */
  readonly sequence: number;
  /** Which of the events of its change it is, from 0, and whether it is the last. */
  readonly part: number;
  readonly isLast: boolean;
  /** When it was committed, ISO 8601 UTC. */
  readonly time: string;
  readonly operation: ChangeOperation;
  /** ResourceType.name: `User`, `Group`, or that of a type of your own. */
  readonly resourceType: string;
  /** With `schemas`, `id` and `meta` (`meta.version` too). */
  readonly resource: ResourceOf[Type];
  /** Both sides of every attribute that the change changed, whatever the event is named for. Of a membership: none. */
  readonly difference: readonly AttributeChange[];
  /** Ids, at most MEMBERS_PER_EVENT; of `membership.added` and `membership.removed`, otherwise none. */
  readonly members: readonly string[];
  /** Who caused it: id and name of the credential. */
  readonly actor: { readonly credential: string; readonly name: string };
  readonly requestId: string;
}
