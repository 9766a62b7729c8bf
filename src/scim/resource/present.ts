/**
 * A stored document as clients see it: `schemas`, `id`, `meta` and the references that follow from ids are put in.
 * The base URL arrives as an argument; nothing of it is stored.
 */
import { isObject, type Json, type JsonObject } from '../json.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';

/** What is known of a resource beside its document. */
export interface ResourceMeta {
  readonly id: string;
  /** 1 and up. */
  readonly version: number;
  /** ISO 8601 UTC. */
  readonly created: string;
  readonly lastModified: string;
  /** Of the memberships that are shown with it (fingerprint()); undefined when there are none. */
  readonly memberships?: string | undefined;
}

/** `location` and `$ref` of another resource, by the name of its type; undefined for a type the server does not have. */
export type Locate = (typeName: string, id: string) => string | undefined;

/**
 * The weak entity tag (RFC 7644 §3.14): `W/"3"`, and `W/"3.1x9k2"` for a user who is shown with groups. Those are
 * others' to change and leave the version alone, but a client that has seen the old ones must not be told that
 * nothing changed.
 */
export function entityTag({ version, memberships }: Pick<ResourceMeta, 'version' | 'memberships'>): string {
  return memberships === undefined ? `W/"${version}"` : `W/"${version}.${memberships}"`;
}

/** A short text that changes with the value: FNV-1a, 32 bits. Not for secrets. */
export function fingerprint(value: Json): string {
  const text = JSON.stringify(value);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** With `schemas`, `id` and `meta`, as the search form and clients need it. References are not in it yet. */
export function withCommonAttributes(
  document: JsonObject,
  meta: ResourceMeta,
  type: ResourceType,
  location?: string,
): JsonObject {
  const { id, created, lastModified } = meta;
  const schemas = [type.schema];
  for (const { name } of type.extensions) if (document[name] !== undefined) schemas.push(name);
  const shown: JsonObject = { resourceType: type.name, created, lastModified };
  if (location !== undefined) shown.location = location;
  shown.version = entityTag(meta);
  return { schemas, id, ...document, meta: shown };
}

/** The whole resource, ready to be projected. */
export function present(document: JsonObject, meta: ResourceMeta, type: ResourceType, locate: Locate): JsonObject {
  const resource = withCommonAttributes(document, meta, type, locate(type.name, meta.id));
  addReferences(resource, type.attributes, locate);
  return resource;
}

/** Some attributes of a resource with their references; for members that are written out page by page. */
export function withReferences(part: JsonObject, type: ResourceType, locate: Locate): JsonObject {
  const result = { ...part };
  addReferences(result, type.attributes, locate);
  return result;
}

/** Puts `$ref` beside each `value` whose schema says that it refers to a resource of this server. */
function addReferences(object: JsonObject, attributes: ReadonlyMap<string, Attribute>, locate: Locate): void {
  for (const attribute of attributes.values()) {
    if (!attribute.hasDerivedReferences) continue;
    const value = object[attribute.name];
    if (value === undefined) continue;
    const reference = attribute.subAttributes.get('$ref');
    if (reference?.isDerivedReference) object[attribute.name] = referring(value, reference, locate);
    else if (isObject(value)) {
      const inner = { ...value };
      addReferences(inner, attribute.subAttributes, locate);
      object[attribute.name] = inner;
    }
  }
}

function referring(value: Json, reference: Attribute, locate: Locate): Json {
  if (Array.isArray(value)) return value.map((element) => referring(element, reference, locate));
  if (!isObject(value) || typeof value.value !== 'string') return value;
  const [onlyType] = reference.referenceTypes;
  const typeName = reference.referenceTypes.length === 1 ? onlyType : value.type;
  const target = typeof typeName === 'string' ? locate(typeName, value.value) : undefined;
  return target === undefined ? value : { ...value, $ref: target };
}
