/** What is done with a document once all operations of a PATCH have been applied to it, before it is the next one. */
import { ScimError } from '../errors.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { checkImmutable, validate } from '../resource/validate.js';
import type { ResourceType } from '../schema/characteristics.js';
import type { Operation } from './operation.js';

/**
 * @param before the document that was
 * @param after what the operations have made of it; it is put in order in place
 * @throws ScimError mutability, invalidValue
 */
export function settle(
  before: JsonObject,
  after: JsonObject,
  operations: readonly Operation[],
  type: ResourceType,
): void {
  prune(after);
  keepDefaults(before, after, operations, type);
  checkImmutable(before, after, type.attributes);
  validate(after, type);
}

/**
 * An attribute with a default always has a value. To set it to nothing leaves it as it was: falling back to the
 * default could enable whom it did not mean to.
 * @throws ScimError invalidValue when it is to be removed
 */
function keepDefaults(
  before: JsonObject,
  after: JsonObject,
  operations: readonly Operation[],
  type: ResourceType,
): void {
  for (const name of Object.keys(type.defaults)) {
    const value = before[name];
    if (value === undefined || after[name] !== undefined) continue;
    if (operations.some(({ op, target }) => op === 'remove' && target.path === name)) {
      throw new ScimError('invalidValue', `${name} cannot be removed; replace its value.`);
    }
    after[name] = value;
  }
}

/** Objects and arrays that lost their last value are unassigned (RFC 7643 §2.5). */
function prune(object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    for (const inner of (Array.isArray(value) ? value : [value]).filter(isObject)) prune(inner);
    const isEmpty = (element: Json): boolean => isObject(element) && Object.keys(element).length === 0;
    const rest = Array.isArray(value) && value.some(isEmpty) ? value.filter((element) => !isEmpty(element)) : value;
    if (rest === undefined || (Array.isArray(rest) ? rest.length === 0 : isEmpty(rest))) delete object[name];
    else object[name] = rest;
  }
}
