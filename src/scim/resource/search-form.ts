/**
 * The search form: what a store keeps beside a resource so that filters and sorting need neither schema nor Unicode
 * tables. Same shape as the resource; strings folded unless caseExact, date-times as canonical instants.
 */

import { valuesAt } from '../filter/matches.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { isNeverReturned } from './coerce.js';
import { canonicalInstant } from './instant.js';

/** What a store is given with a resource; store/store.ts says what each part is for. */
export interface SearchParts {
  form: JsonObject;
  lookups: { path: string; value: string; unique: boolean }[];
  display: string | undefined;
}

/** True for what stores keep in a form that can be compared: filters and sorting may use it. */
export function isSearchable(attribute: Attribute): boolean {
  return !isNeverReturned(attribute) && !attribute.isDerivedReference && attribute.path !== 'meta.location';
}

/** A text as it is compared: folded unless the attribute is caseExact. */
export function searchText(attribute: Attribute, text: string): string {
  if (attribute.type === 'dateTime') return canonicalInstant(text) ?? text;
  return attribute.caseExact ? text : fold(text);
}

/**
 * @param resource canonical, with `id` and `meta`.
 * @param unique the attributes that are unique in this tenant.
 */
export function toSearchIndex(resource: JsonObject, type: ResourceType, unique: readonly Attribute[]): SearchParts {
  const form = formOf(resource, type.attributes);
  return { form, lookups: lookupsOf(form, type, unique), display: displayOf(resource, type) };
}

/** What others show as `display` of the resource. */
export function displayOf(resource: JsonObject, type: ResourceType): string | undefined {
  const display = type.display && valuesAt(resource, type.display.lineage)[0];
  return typeof display === 'string' ? display : undefined;
}

/** The search form of an object whose attributes are given: a resource, or one element of a complex attribute. */
export function formOf(object: JsonObject, attributes: ReadonlyMap<string, Attribute>): JsonObject {
  const form: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributes.get(fold(name));
    if (!attribute || attribute.returned === 'never' || value === undefined) continue;
    form[attribute.name] = Array.isArray(value)
      ? value.map((element) => searchValue(attribute, element))
      : searchValue(attribute, value);
  }
  return form;
}

/** The search form of one value (of one element, when the attribute is multi-valued). */
export function searchValue(attribute: Attribute, value: Json): Json {
  if (typeof value === 'string') return searchText(attribute, value);
  return isObject(value) ? formOf(value, attribute.subAttributes) : value;
}

function lookupsOf(form: JsonObject, type: ResourceType, unique: readonly Attribute[]): SearchParts['lookups'] {
  const lookups: SearchParts['lookups'] = [];
  for (const attribute of type.lookups) {
    const values = new Set(valuesAt(form, attribute.lineage));
    for (const value of values) {
      lookups.push({ path: attribute.path, value: String(value), unique: unique.includes(attribute) });
    }
  }
  return lookups;
}
