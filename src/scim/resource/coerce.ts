/**
 * A client's value to the canonical one: the schema's type, the schema's names, unassigned values gone. Where a client
 * is known to write otherwise, the tenant's dialect decides. RFC 7643 §2.3 to §2.5
 */
import { ScimError } from '../errors.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { quote } from '../path/parse.js';
import type { Dialect } from '../profiles.js';
import type { Attribute } from '../schema/characteristics.js';
import { RESERVED_NAMES } from '../schema/load.js';
import { canonicalInstant } from './instant.js';

/**
 * The canonical value, or undefined when the client's value means "unassigned" (null, [], {}, and where the dialect
 * says so the empty string). For a multi-valued attribute always an array.
 * @throws ScimError invalidValue, naming the attribute
 */
export function coerce(attribute: Attribute, value: Json | undefined, dialect: Dialect): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (!attribute.multiValued) return coerceElement(attribute, singleValue(attribute, value, dialect), dialect);
  const elements = asArray(attribute, value, dialect)
    .map((element) => coerceElement(attribute, element, dialect))
    .filter((element) => element !== undefined);
  return elements.length > 0 ? elements : undefined;
}

/** The canonical form of one value: of one element, when the attribute is multi-valued. */
export function coerceElement(attribute: Attribute, value: Json | undefined, dialect: Dialect): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === '' && dialect.bend('empty-clears')) return undefined;
  return attribute.type === 'complex'
    ? coerceComplex(attribute, value, dialect)
    : coerceSimple(attribute, value, dialect);
}

/** True for what says that there is no value, in each way that clients have: null, "", [], {}, and these within it. */
export function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}

function asArray(attribute: Attribute, value: Json, dialect: Dialect): Json[] {
  if (Array.isArray(value)) return value;
  if (value === '' && dialect.bend('empty-clears')) return [];
  if (dialect.bend('single-for-array')) return [value];
  throw invalid(attribute, 'is multi-valued; send an array');
}

/** Without the array that some clients put around a single value. Undefined when it is unassigned. */
export function singleValue(attribute: Attribute, value: Json, dialect: Dialect): Json | undefined {
  if (!Array.isArray(value)) return value;
  if (value.length === 0) return undefined;
  if (value.length === 1 && dialect.bend('array-for-single')) return value[0];
  throw invalid(attribute, 'has one value; send it without an array');
}

function coerceComplex(attribute: Attribute, value: Json, dialect: Dialect): JsonObject | undefined {
  const result: JsonObject = {};
  for (const [sub, given] of writableParts(attribute, complexObject(attribute, value, dialect), dialect)) {
    const canonical = coerce(sub, given, dialect);
    if (canonical !== undefined) result[sub.name] = canonical;
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/**
 * The object that a complex value is, or stands for: `"42"` for `{value: "42"}` where the dialect knows it.
 * @throws ScimError invalidValue
 */
export function complexObject(attribute: Attribute, value: Json, dialect: Dialect): JsonObject {
  if (isObject(value)) return value;
  if (!attribute.subAttributes.has('value') || Array.isArray(value) || !dialect.bend('bare-value')) {
    throw invalid(attribute, 'is complex; send an object');
  }
  return { value };
}

/** The sub-attributes that a client's object sets, with its values. What a client may not write is passed over. */
export function writableParts(attribute: Attribute, object: JsonObject, dialect: Dialect): [Attribute, Json][] {
  const parts: [Attribute, Json][] = [];
  const given = entries(object);
  const hasValue = given.some(([name]) => fold(name) === 'value');
  for (const [name, value] of given) {
    const sub = attribute.subAttributes.get(fold(name));
    if (!sub) unknown(`${attribute.path} has no sub-attribute ${quote(name)}`, dialect);
    else if (sub.isDerivedReference) {
      // `$ref` alone says which resource is meant, and `value` is what is kept of it.
      if (!hasValue && typeof value === 'string') parts.push(storedPart(sub, value));
    } else if (sub.mutability !== 'readOnly' && sub.returned !== 'never') parts.push([sub, value]);
  }
  return parts;
}

/** True for what is checked when it comes and then let go: passwords, and whatever else is never shown. */
export function isNeverReturned(attribute: Attribute): boolean {
  return attribute.lineage.some(({ returned }) => returned === 'never');
}

/** The attribute that is kept in place of this one: `value` for a `$ref` that follows from it. */
export function storedTwin(attribute: Attribute): Attribute {
  return attribute.isDerivedReference ? (attribute.parent?.subAttributes.get('value') ?? attribute) : attribute;
}

/** What is kept of a value for this attribute, and where: of a `$ref` that follows from `value`, the id. */
export function storedPart<Value extends Json | undefined>(
  attribute: Attribute,
  value: Value,
): [Attribute, Value | string] {
  const twin = storedTwin(attribute);
  return [twin, twin !== attribute && typeof value === 'string' ? referencedId(value) : value];
}

/** The id at the end of a reference: `42` of `https://example.com/scim/v2/Users/42`. */
export function referencedId(reference: string): string {
  const segment = reference.slice(reference.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * A client's object, key by key. Refuses what no schema can name and what is given twice in different case.
 * @throws ScimError invalidSyntax
 */
export function entries(object: JsonObject): [string, Json][] {
  const result: [string, Json][] = [];
  const seen = new Set<string>();
  for (const name of Object.keys(object)) {
    const folded = fold(name);
    if (RESERVED_NAMES.has(folded)) throw new ScimError('invalidSyntax', `${quote(name)} cannot be an attribute name.`);
    if (seen.has(folded)) throw new ScimError('invalidSyntax', `The attribute ${quote(name)} is given twice.`);
    seen.add(folded);
    result.push([name, object[name] as Json]);
  }
  return result;
}

/** @throws ScimError invalidSyntax unless the dialect passes over attributes that the schema does not have */
export function unknown(what: string, dialect: Dialect): void {
  if (!dialect.bend('unknown-attribute')) throw new ScimError('invalidSyntax', `${what}.`);
}

function coerceSimple(attribute: Attribute, value: Json, dialect: Dialect): string | number | boolean {
  switch (attribute.type) {
    case 'boolean':
      return coerceBoolean(attribute, value, dialect);
    case 'integer':
    case 'decimal':
      return coerceNumber(attribute, value, dialect);
    case 'dateTime': {
      const text = coerceText(attribute, value, dialect);
      if (canonicalInstant(text) === undefined) throw invalid(attribute, 'is a date-time such as 2011-05-13T04:42:34Z');
      return text;
    }
    case 'binary': {
      const text = coerceText(attribute, value, dialect);
      if (!/^[A-Za-z0-9+/_-]*=*$/.test(text.replace(/\s+/g, ''))) throw invalid(attribute, 'is binary; send base64');
      return text;
    }
    default:
      return coerceText(attribute, value, dialect);
  }
}

function coerceBoolean(attribute: Attribute, value: Json, dialect: Dialect): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? fold(value) : '';
  if ((text === 'true' || text === 'false') && dialect.bend('string-boolean')) return text === 'true';
  throw invalid(attribute, 'is a boolean; send true or false');
}

function coerceNumber(attribute: Attribute, value: Json, dialect: Dialect): number {
  const isNumeric = typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) && dialect.bend('number-as-string');
  const number = isNumeric ? Number(value) : value;
  if (typeof number !== 'number') throw invalid(attribute, `is of type ${attribute.type}; send a number`);
  if (!Number.isFinite(number)) throw invalid(attribute, 'is outside the range of numbers');
  if (attribute.type === 'integer' && !Number.isSafeInteger(number))
    throw invalid(attribute, 'is an integer of at most 53 bits');
  return number;
}

function coerceText(attribute: Attribute, value: Json, dialect: Dialect): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const text = isScalar && dialect.bend('number-as-string') ? String(value) : value;
  if (typeof text !== 'string') throw invalid(attribute, `is of type ${attribute.type}; send a string`);
  if (text.includes('\0') || !text.isWellFormed())
    throw invalid(attribute, 'has a character that cannot be stored (NUL or half a surrogate pair)');
  return text;
}

function invalid(attribute: Attribute, rule: string): ScimError {
  return new ScimError('invalidValue', `${attribute.path} ${rule}.`);
}
