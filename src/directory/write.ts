/** A plan as the write that the store applies: the resource, its search form, its edges and its change record in one. */
import type { JsonObject } from '../scim/json.js';
import { type AttributeChange, difference } from '../scim/patch/difference.js';
import { withCommonAttributes } from '../scim/resource/present.js';
import { toSearchIndex } from '../scim/resource/search-form.js';
import type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
import type {
  Actor,
  ChangeOperation,
  ChangeRecord,
  DeleteWrite,
  PutWrite,
  ResourceKey,
  StoredResource,
} from '../store/store.js';
import type { Caller } from './caller.js';

/** Who writes, when, and what the write is called. */
export interface Occasion {
  readonly operation: ChangeOperation;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly requestId: string;
  readonly actor: Actor;
}

/** What of a resource changes. */
export interface Changes {
  readonly difference: readonly AttributeChange[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** By what the search form of a resource is made. */
export interface WriteSchema {
  /** As its resources are kept, hidden attributes included. */
  readonly type: ResourceType;
  readonly unique: readonly Attribute[];
}

export function schemaFor({ dialect }: Caller, offered: ResourceType): WriteSchema {
  const type = offered.stored ?? offered;
  const asksForMore = type.uniqueByProfile.length > 0 && dialect.has('unique-group-name');
  return { type, unique: asksForMore ? [...type.unique, ...type.uniqueByProfile] : type.unique };
}

/** @param current undefined for a new resource */
export function putWrite(
  key: ResourceKey,
  current: StoredResource | undefined,
  document: JsonObject,
  changes: Changes,
  occasion: Occasion,
  schema: WriteSchema,
): PutWrite {
  const version = (current?.version ?? 0) + 1;
  const created = current?.created ?? occasion.time;
  const resource: StoredResource = { key, version, created, lastModified: occasion.time, document };
  const whole = withCommonAttributes(
    document,
    { id: key.id, version, created, lastModified: occasion.time },
    schema.type,
  );
  return {
    kind: 'put',
    resource,
    index: toSearchIndex(whole, schema.type, schema.unique),
    expected: current?.version ?? 0,
    change: record(changes, occasion),
    memberTypes: memberTypeNames(schema.type),
  };
}

/** The names of the types that the schema allows as members; none for a type without edges. */
export function memberTypeNames(type: ResourceType): readonly string[] {
  return type.edges?.subAttributes.get('$ref')?.referenceTypes ?? [];
}

/** What changes of a resource that is deleted. @param members its own */
export function deletion(current: StoredResource, members: readonly string[], type: ResourceType): Changes {
  return { difference: documentDifference(current.document, {}, type), added: [], removed: members };
}

/** @param changes deletion() */
export function deleteWrite({ key, version }: StoredResource, changes: Changes, occasion: Occasion): DeleteWrite {
  return { kind: 'delete', key, expected: version, change: record(changes, occasion) };
}

export function documentDifference(before: JsonObject, after: JsonObject, type: ResourceType): AttributeChange[] {
  return difference(before, after, (name) => type.extensions.some((extension) => extension.name === name));
}

function record(changes: Changes, occasion: Occasion): ChangeRecord {
  return { ...occasion, ...changes };
}
