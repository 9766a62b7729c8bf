/**
 * A PATCH body to operations with resolved targets (RFC 7644 §3.5.2). Every shape that clients give to one operation
 * ends here in the same form; apply.ts knows no dialect but what an operation's value still needs.
 */
import { ScimError } from '../errors.js';
import type { FilterNode } from '../filter/node.js';
import { type FilterLimits, type ParsedFilter, parseFilter } from '../filter/parse.js';
import { resolveElementFilter } from '../filter/resolve.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { parsePath, quote } from '../path/parse.js';
import { findAttribute } from '../path/resolve.js';
import type { Dialect } from '../profiles.js';
import { coerce, entries, storedPart, unknown } from '../resource/coerce.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';

export const PATCH_OP_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Each operation may have to look at each value of its target; more of them are no PATCH of one resource. */
const MAX_OPERATIONS = 1_000;

export type OperationName = 'add' | 'remove' | 'replace';

/** One operation on one target. An operation without a path has become one per attribute of its value. */
export interface Operation {
  readonly op: OperationName;
  readonly target: Attribute;
  /** Set for `target[filter]` and `target[filter].subAttribute`. */
  readonly selection: Selection | undefined;
  readonly value: Json | undefined;
}

export interface Selection {
  readonly filter: FilterNode;
  /**
   * The element that the filter describes when it only joins `eq` terms with `and`: `type eq "work"` describes
   * `{type: "work"}`. Undefined for any other filter.
   */
  readonly template: JsonObject | undefined;
  readonly subAttribute: Attribute | undefined;
}

/** What reading an operation needs to know. */
interface Context {
  readonly type: ResourceType;
  readonly dialect: Dialect;
  readonly limits: FilterLimits;
}

/**
 * @param limits for the filters in paths.
 * @throws ScimError invalidSyntax, invalidPath, invalidFilter, noTarget, mutability, payloadTooLarge
 */
export function parsePatch(
  body: Json | undefined,
  type: ResourceType,
  dialect: Dialect,
  limits: FilterLimits,
): Operation[] {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'Send a PatchOp message as a JSON object.');
  const members = new Map(entries(body).map(([name, value]) => [fold(name), value]));
  checkSchemas(members.get('schemas'), dialect);
  const operations = members.get('operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimError('invalidSyntax', 'Operations must be an array with at least one operation.');
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new ScimError('payloadTooLarge', `A PATCH has at most ${MAX_OPERATIONS} operations.`);
  }
  return operations.flatMap((operation) => parseOperation(operation, { type, dialect, limits }));
}

function checkSchemas(schemas: Json | undefined, dialect: Dialect): void {
  const listed =
    Array.isArray(schemas) && schemas.some((urn) => typeof urn === 'string' && fold(urn) === fold(PATCH_OP_URN));
  if (!listed && !dialect.bend('patch-without-schemas')) {
    throw new ScimError('invalidSyntax', `schemas must contain ${PATCH_OP_URN}.`);
  }
}

function parseOperation(operation: Json, context: Context): Operation[] {
  if (!isObject(operation)) throw new ScimError('invalidSyntax', 'Each operation must be an object.');
  const members = new Map(entries(operation).map(([name, value]) => [fold(name), value]));
  const op = operationName(members.get('op'), context.dialect);
  const path = members.get('path');
  const value = members.get('value');
  if (op !== 'remove' && !members.has('value'))
    throw new ScimError('invalidValue', `The operation ${op} needs a value.`);
  // `schemas` follows from what the resource has; what a client does to it has no effect.
  if (typeof path === 'string' && fold(path.trim()) === 'schemas') return [];
  if (typeof path === 'string' && path !== '') return [withPath(op, path, value, context)];
  if (path !== undefined && path !== null && typeof path !== 'string')
    throw new ScimError('invalidPath', 'path must be a string.');
  if (op === 'remove') throw new ScimError('noTarget', 'A remove operation needs a path.');
  if (!isObject(value))
    throw new ScimError('invalidValue', `Without a path, the operation ${op} needs an object as its value.`);
  return withoutPath(op, value, context.type.attributes, context);
}

function operationName(op: Json | undefined, dialect: Dialect): OperationName {
  if (op === 'add' || op === 'remove' || op === 'replace') return op;
  const folded = typeof op === 'string' ? fold(op) : '';
  if ((folded === 'add' || folded === 'remove' || folded === 'replace') && dialect.bend('any-case-op')) return folded;
  throw new ScimError('invalidSyntax', 'op must be add, remove or replace.');
}

function withPath(op: OperationName, path: string, value: Json | undefined, context: Context): Operation {
  const operation = locate(op, path, value, context);
  if (!operation) throw new ScimError('invalidPath', `${context.type.name} has no attribute ${quote(path)}.`);
  const leaf = operation.selection?.subAttribute ?? operation.target;
  const readOnly = leaf.lineage.find(({ mutability }) => mutability === 'readOnly');
  if (readOnly) throw new ScimError('mutability', `${readOnly.path} is read-only.`);
  return operation;
}

/** The operation on the attribute that the path names; undefined when there is no such attribute. */
function locate(op: OperationName, path: string, value: Json | undefined, context: Context): Operation | undefined {
  const parsed = parsePath(path);
  const target = findAttribute(context.type, parsed.attribute, context.dialect);
  if (!target) return undefined;
  if (parsed.filter === undefined) {
    const [kept, keptValue] = storedPart(target, value);
    return { op, target: kept, selection: undefined, value: keptValue };
  }
  if (!target.multiValued && target.type !== 'complex') {
    throw new ScimError('invalidPath', `${target.path} has no values to select from with brackets.`);
  }
  const named = parsed.subAttribute === undefined ? undefined : target.subAttributes.get(fold(parsed.subAttribute));
  if (parsed.subAttribute !== undefined && !named) return undefined;
  const [subAttribute, keptValue] = named ? storedPart(named, value) : [undefined, value];
  const filter = parseFilter(parsed.filter, context.limits, context.dialect);
  const selection: Selection = {
    filter: resolveElementFilter(filter, target, context.dialect),
    template: templateOf(filter, target, context.dialect),
    subAttribute,
  };
  return { op, target, selection, value: keptValue };
}

function templateOf(filter: ParsedFilter, target: Attribute, dialect: Dialect): JsonObject | undefined {
  if (filter.kind === 'and') {
    const parts = filter.filters.map((inner) => templateOf(inner, target, dialect));
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.literal === null) return undefined;
  const sub = target.subAttributes.get(fold(filter.attribute));
  if (!sub || sub.mutability === 'readOnly' || sub.isDerivedReference) return undefined;
  const value = coerce(sub, filter.literal, dialect);
  return value === undefined ? {} : { [sub.name]: value };
}

/**
 * One operation per attribute of the value, extension objects taken apart. Attributes that a client may not set are
 * passed over where the dialect says so: here nobody asked for them by name.
 */
function withoutPath(
  op: OperationName,
  value: JsonObject,
  attributes: ReadonlyMap<string, Attribute>,
  context: Context,
): Operation[] {
  return entries(value).flatMap(([name, given]): Operation[] => {
    if (fold(name) === 'schemas') return [];
    const attribute = attributes.get(fold(name));
    if (attribute?.isExtension && isObject(given)) return withoutPath(op, given, attribute.subAttributes, context);
    const operation: Operation | undefined = attribute
      ? { op, target: attribute, selection: undefined, value: given }
      : attributes === context.type.attributes
        ? fromKey(op, name, given, context)
        : undefined;
    if (!operation) {
      unknown(`${context.type.name} has no attribute ${quote(name)}`, context.dialect);
      return [];
    }
    const readOnly = operation.target.lineage.find(({ mutability }) => mutability === 'readOnly');
    if (!readOnly) return [operation];
    if (context.dialect.bend('read-only-ignored')) return [];
    throw new ScimError('mutability', `${readOnly.path} is read-only.`);
  });
}

/** `name.givenName`, `emails[type eq "work"].value` or a full URN as a key of the value. */
function fromKey(op: OperationName, key: string, value: Json, context: Context): Operation | undefined {
  if (!/^[A-Za-z$]/.test(key)) return undefined;
  const operation = locate(op, key, value, context);
  return operation && context.dialect.bend('path-as-key') ? operation : undefined;
}
