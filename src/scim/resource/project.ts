/** What of a resource is shown: `returned`, `attributes` and `excludedAttributes` (RFC 7643 §7, RFC 7644 §3.9). */
import { isObject, type Json, type JsonObject } from '../json.js';
import { findAttribute } from '../path/resolve.js';
import type { Dialect } from '../profiles.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';

/** Which attributes a request asks for; undefined: the default set. */
export interface Projection {
  readonly attributes: ReadonlySet<Attribute> | undefined;
  readonly excluded: ReadonlySet<Attribute>;
}

export const DEFAULT_PROJECTION: Projection = { attributes: undefined, excluded: new Set() };

/**
 * Names that the type does not have are passed over: they select nothing.
 * @param attributes the query parameter of that name: names separated by commas.
 */
export function readProjection(
  type: ResourceType,
  attributes: string | undefined,
  excludedAttributes: string | undefined,
  dialect: Dialect,
): Projection {
  if (!attributes && !excludedAttributes) return DEFAULT_PROJECTION;
  return {
    attributes: attributes ? readNames(type, attributes, dialect) : undefined,
    excluded: excludedAttributes ? readNames(type, excludedAttributes, dialect) : new Set(),
  };
}

function readNames(type: ResourceType, list: string, dialect: Dialect): Set<Attribute> {
  const found = new Set<Attribute>();
  for (const name of splitNames(list)) {
    const bracket = name.indexOf('[');
    const plain = bracket !== -1 && dialect.bend('value-path-in-attributes') ? name.slice(0, bracket) : name;
    const attribute = findAttribute(type, plain, dialect);
    if (attribute) found.add(attribute);
  }
  return found;
}

/** At commas outside brackets. */
function splitNames(list: string): string[] {
  return (list.match(/(?:\[[^\]]*\]?|[^,[])+/g) ?? []).map((name) => name.trim());
}

/** Whether the attribute is part of an answer. Stores need not fetch what is not. */
export function isShown(attribute: Attribute, projection: Projection): boolean {
  if (attribute.returned === 'never') return false;
  if (attribute.returned === 'always') return true;
  if (projection === DEFAULT_PROJECTION) return attribute.returned === 'default';
  const { attributes, excluded } = projection;
  if (attribute.lineage.some((ancestor) => excluded.has(ancestor))) return false;
  if (!attributes) return attribute.returned === 'default';
  return attribute.lineage.some((ancestor) => attributes.has(ancestor)) || isAskedForWithin(attribute, attributes);
}

/** True when a sub-attribute of this one was asked for. */
function isAskedForWithin(attribute: Attribute, attributes: ReadonlySet<Attribute>): boolean {
  for (const sub of attribute.subAttributes.values()) {
    if (attributes.has(sub) || isAskedForWithin(sub, attributes)) return true;
  }
  return false;
}

/** @param resource canonical, with everything that the projection may show; it may be the result itself. */
export function project(resource: JsonObject, type: ResourceType, projection: Projection): JsonObject {
  const isWhole =
    projection === DEFAULT_PROJECTION &&
    !type.stored &&
    !type.withheld.some(({ name }) => resource[name] !== undefined);
  if (isWhole) return resource;
  return projectObject(resource, type.attributes, projection);
}

function projectObject(
  object: JsonObject,
  attributes: ReadonlyMap<string, Attribute>,
  projection: Projection,
): JsonObject {
  const shown: JsonObject = {};
  for (const attribute of attributes.values()) {
    const value = object[attribute.name];
    if (value === undefined || !isShown(attribute, projection)) continue;
    const result = projectValue(value, attribute, projection);
    if (result !== undefined) shown[attribute.name] = result;
  }
  return shown;
}

function projectValue(value: Json, attribute: Attribute, projection: Projection): Json | undefined {
  if (attribute.type !== 'complex') return value;
  if (Array.isArray(value)) return value.map((element) => projectValue(element, attribute, projection) ?? {});
  if (!isObject(value)) return value;
  const inner = projectObject(value, attribute.subAttributes, projection);
  return Object.keys(inner).length > 0 ? inner : undefined;
}
