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
}

/** `location` and `$ref` of another resource, by the name of its type; undefined for a type the server does not have. */
export type Locate = (typeName: string, id: string) => string | undefined;

/** The weak entity tag of a version: `W/"3"`. RFC 7644 §3.14 */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/** With `schemas`, `id` and `meta`, as the search form and clients need it. References are not in it yet. */
export function withCommonAttributes(
  document: JsonObject,
  meta: ResourceMeta,
  type: ResourceType,
  location?: string,
): JsonObject {
  const { id, version, created, lastModified } = meta;
  return {
    schemas: [type.schema, ...type.extensions.map(({ name }) => name).filter((urn) => document[urn] !== undefined)],
    id,
    ...document,
    meta: {
      resourceType: type.name,
      created,
      lastModified,
      ...(location && { location }),
      version: entityTag(version),
    },
  };
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
    if (attribute.type !== 'complex') continue;
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
