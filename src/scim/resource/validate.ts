/** Whether a canonical document is a valid resource of its type: what must be there, and what may not change. */
import { ScimError } from '../errors.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { equal } from '../patch/difference.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';
import { ElementIndex } from './elements.js';

/** The most values of one attribute in a document, which is read and written whole. Members are no part of it. */
const MAX_VALUES = 2_000;

/** Of a type, what validity depends on. */
type Attributes = Pick<ResourceType, 'attributes' | 'edges'>;

/** @throws ScimError invalidValue for a missing required attribute, or more than one primary value (RFC 7643 §2.4) */
export function validate(document: JsonObject, type: Attributes): void {
  checkObject(document, type.attributes, type);
}

function checkObject(object: JsonObject, attributes: ReadonlyMap<string, Attribute>, type: Attributes): void {
  for (const attribute of attributes.values()) {
    if (attribute.mutability === 'readOnly' || attribute === type.edges) continue;
    const value = object[attribute.name];
    if (value === undefined || (typeof value === 'string' && value.trim() === '')) {
      // What is never stored cannot be missed: a password was checked when it came.
      if (attribute.required && attribute.returned !== 'never') {
        throw new ScimError('invalidValue', `${attribute.path} is required.`);
      }
    } else if (attribute.type === 'complex') checkComplex(value, attribute, type);
  }
}

function checkComplex(value: Json, attribute: Attribute, type: Attributes): void {
  const elements = (Array.isArray(value) ? value : [value]).filter(isObject);
  if (elements.length > MAX_VALUES) {
    throw new ScimError('invalidValue', `${attribute.path} may have at most ${MAX_VALUES} values.`);
  }
  for (const element of elements) checkObject(element, attribute.subAttributes, type);
  if (elements.filter(({ primary }) => primary === true).length > 1) {
    throw new ScimError('invalidValue', `At most one element of ${attribute.path} may be primary.`);
  }
}

/**
 * RFC 7644 §3.5.1 and §3.5.2: a write may repeat an immutable value or set a missing one, not change it.
 * @throws ScimError mutability
 */
export function checkImmutable(
  before: JsonObject,
  after: JsonObject,
  attributes: ReadonlyMap<string, Attribute>,
): void {
  for (const attribute of attributes.values()) {
    if (!attribute.hasImmutable) continue;
    const [old, now] = [before[attribute.name], after[attribute.name]];
    if (old === undefined) continue;
    if (attribute.mutability === 'immutable' && !equal(old, now)) {
      throw new ScimError('mutability', `${attribute.path} cannot be changed once it is set.`);
    }
    if (Array.isArray(old)) checkElements(attribute, old, now);
    else if (isObject(old)) checkImmutable(old, isObject(now) ? now : {}, attribute.subAttributes);
  }
}

/** Elements come and go; one that stays keeps what is immutable in it. */
function checkElements(attribute: Attribute, before: readonly Json[], after: Json | undefined): void {
  if (!Array.isArray(after)) return;
  const index = new ElementIndex(attribute, after);
  for (const old of before) {
    const now = index.find(old);
    if (isObject(old) && isObject(now)) checkImmutable(old, now, attribute.subAttributes);
  }
}
