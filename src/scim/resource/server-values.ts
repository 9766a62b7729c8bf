/**
 * Values that the service provider gives by itself: those of attributes that the schema marks readOnly, so that clients
 * read and never write them (RFC 7643 §2.2). Knows: which they are, and what fits. Does not know: who decides on them.
 */
import { fold } from '../fold.js';
import { clone, isObject, type Json, type JsonObject } from '../json.js';
import { quote } from '../path/parse.js';
import { Dialect, PROFILES } from '../profiles.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { coerce, entries, isNeverReturned } from './coerce.js';
import { validate } from './validate.js';

/** What is readOnly because the server makes it itself, from something else than a value of the document. */
const MADE: ReadonlySet<string> = new Set(['id', 'meta', 'schemas']);

/**
 * The document with these values: `{ badge: '17', 'urn:…:User': { costCode: 'A' } }`; null takes a value away. They are
 * held to the schema strictly, and the document is a new one.
 * @throws Error that names an attribute which is not the server's, or the value that does not fit
 */
export function withServerValues(document: JsonObject, values: Json | undefined, type: ResourceType): JsonObject {
  if (!isObject(values)) throw new Error('it must be an object with attributes');
  const next = clone(document);
  // A copy: it is its owner's to change afterwards.
  assignAll(next, structuredClone(values), type.attributes, type);
  validate(next, type);
  return next;
}

function assignAll(
  target: JsonObject,
  values: JsonObject,
  attributes: ReadonlyMap<string, Attribute>,
  type: ResourceType,
): void {
  for (const [name, value] of entries(values)) {
    if (value === undefined) continue;
    const attribute = attributes.get(fold(name));
    if (!attribute) throw new Error(`${type.name} has no attribute ${quote(name)} there`);
    if (attribute.mutability === 'readOnly') assign(target, attribute, value, type);
    else assignWithin(target, attribute, value, type);
  }
}

function assign(target: JsonObject, attribute: Attribute, value: Json, type: ResourceType): void {
  const isOurs = attribute === type.memberships || attribute === type.edges || attribute.isDerivedReference;
  if (isOurs || MADE.has(attribute.path) || isNeverReturned(attribute)) {
    throw new Error(`${attribute.path} follows from something else and cannot be set`);
  }
  const writable = asWritable(attribute);
  const canonical = coerce(writable, value, new Dialect(PROFILES.strict));
  if (canonical === undefined) delete target[attribute.name];
  else {
    const attributes = new Map([[attribute.name, writable]]);
    validate({ [attribute.name]: canonical }, { attributes, edges: undefined });
    target[attribute.name] = canonical;
  }
}

/** What is the server's within an extension, or within a value of which the rest is the client's. */
function assignWithin(target: JsonObject, attribute: Attribute, value: Json, type: ResourceType): void {
  if (attribute.type !== 'complex' || attribute.multiValued || !isObject(value)) {
    throw new Error(`${attribute.path} is not readOnly, so it is not the server's to set`);
  }
  const before = target[attribute.name];
  const inner = isObject(before) ? before : {};
  assignAll(inner, value, attribute.subAttributes, type);
  if (Object.keys(inner).length === 0) delete target[attribute.name];
  else target[attribute.name] = inner;
}

/** The attribute as coerce() takes it from somebody who may write all of it. */
function asWritable(attribute: Attribute): Attribute {
  const subAttributes = new Map([...attribute.subAttributes].map(([name, sub]) => [name, asWritable(sub)]));
  return { ...attribute, subAttributes, mutability: 'readWrite' };
}
