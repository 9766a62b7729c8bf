/**
 * The body of a POST or PUT to a canonical document. RFC 7644 §3.3 and §3.5.1: read-only attributes are ignored, what
 * is never returned (passwords) is checked and let go, edges are taken out of the document.
 */
import { ScimError } from '../errors.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { quote } from '../path/parse.js';
import { findAttribute } from '../path/resolve.js';
import type { Dialect } from '../profiles.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { coerce, entries, isNeverReturned, isNothing, storedPart, unknown } from './coerce.js';

/** A resource as a client described it. */
export interface ResourceDescription {
  /** Canonical: schema names, typed values, no unassigned ones, no `id`, `meta`, `schemas` or edges. */
  readonly document: JsonObject;
  /** What is never returned, by Attribute.path: passwords. It is kept nowhere, and reaches nobody but who asks for it. */
  readonly unkept?: ReadonlyMap<string, Json>;
  /** Ids of the members; undefined when the body does not mention them. */
  readonly edges: readonly string[] | undefined;
}

/** @throws ScimError invalidSyntax, invalidValue */
export function readResource(body: Json | undefined, type: ResourceType, dialect: Dialect): ResourceDescription {
  if (!isObject(body)) throw new ScimError('invalidSyntax', `Send a ${type.name} as a JSON object.`);
  const given = entries(body);
  checkSchemas(given, type, dialect);
  const document: JsonObject = {};
  const unkept = new Map<string, Json>();
  let edges: readonly string[] | undefined;
  for (const [name, value] of given) {
    const attribute = attributeOfKey(type, name, dialect);
    if (!attribute) unknown(`${type.name} has no attribute ${quote(name)}`, dialect);
    else if (attribute === type.edges) edges = edgeIds(attribute, value, dialect);
    else if (!attribute.lineage.some(({ mutability }) => mutability === 'readOnly')) {
      const [kept, keptValue] = storedPart(attribute, value);
      const canonical = coerce(kept, keptValue, dialect);
      if (canonical === undefined) continue;
      if (isNeverReturned(kept)) unkept.set(kept.path, canonical);
      else place(document, kept, canonical);
    }
  }
  return { document, edges, ...(unkept.size > 0 && { unkept }) };
}

/** Top-level names are plain; a path as a key (`name.givenName`, `urn:…:User:department`) is a client's dialect. */
function attributeOfKey(type: ResourceType, name: string, dialect: Dialect): Attribute | undefined {
  const attribute = type.attributes.get(fold(name));
  if (attribute) return attribute;
  const named = findAttribute(type, name, dialect);
  if (!named || named.lineage.slice(0, -1).some(({ multiValued }) => multiValued)) return undefined;
  return dialect.bend('path-as-key') ? named : undefined;
}

/** Writes a value at an attribute whose ancestors are all singular; objects on the way are made when missing. */
export function place(document: JsonObject, attribute: Attribute, value: Json): void {
  let container = document;
  for (const { name } of attribute.lineage.slice(0, -1)) {
    const existing = container[name];
    const inner = isObject(existing) ? existing : {};
    container[name] = inner;
    container = inner;
  }
  const existing = container[attribute.name];
  container[attribute.name] = isObject(existing) && isObject(value) ? { ...existing, ...value } : value;
}

/**
 * The ids in a list of members: `[{"value":"42"}]`, and where the dialect allows it `["42"]` or `"42"`.
 * @throws ScimError invalidValue for an element without an id
 */
export function edgeIds(attribute: Attribute, value: Json | undefined, dialect: Dialect): string[] {
  const elements = (coerce(attribute, value, dialect) ?? []) as Json[];
  const given = Array.isArray(value) ? value.filter((element) => element !== null).length : Number(!isNothing(value));
  const ids = elements.map((element) => (isObject(element) ? element.value : undefined));
  if (ids.length !== given || !ids.every((id) => typeof id === 'string' && id !== '')) {
    throw new ScimError('invalidValue', `Each element of ${attribute.path} needs the id of a resource as its value.`);
  }
  return [...new Set(ids as string[])];
}

/** `schemas` is checked and then forgotten: what a resource has decides what is shown there. RFC 7643 §3.1 */
function checkSchemas(given: readonly [string, Json][], type: ResourceType, dialect: Dialect): void {
  const listed = given.find(([name]) => fold(name) === 'schemas')?.[1];
  if (listed === undefined || listed === null) {
    if (!dialect.bend('unlisted-schema')) throw new ScimError('invalidSyntax', 'The body must contain schemas.');
    return;
  }
  if (!Array.isArray(listed) || !listed.every((urn) => typeof urn === 'string')) {
    throw new ScimError('invalidSyntax', 'schemas must be an array of URNs.');
  }
  const urns = new Set(listed.map((urn) => fold(urn as string)));
  const known = new Set([type.schema, ...type.extensions.map(({ name }) => name)].map(fold));
  for (const urn of listed as string[]) {
    if (!known.has(fold(urn)) && !dialect.bend('unknown-schema')) {
      throw new ScimError('invalidValue', `${type.name} has no schema ${quote(urn)}.`);
    }
  }
  const used = type.extensions.filter(({ name }) => given.some(([key]) => fold(key) === fold(name)));
  for (const urn of [type.schema, ...used.map(({ name }) => name)]) {
    if (!urns.has(fold(urn)) && !dialect.bend('unlisted-schema')) {
      throw new ScimError('invalidValue', `schemas must list ${urn}.`);
    }
  }
}
