/**
 * BulkRequest and BulkResponse, RFC 7644 §3.7: many operations in one request, which may refer to what others of them
 * create. What is wrong with the message refuses all of it; what is wrong with one operation is that operation's own
 * failure. bulk-order.ts says which operations belong together and in which order they are done.
 */
import { type ErrorMessage, ScimError } from '../errors.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import { quote } from '../path/parse.js';
import { entries } from '../resource/coerce.js';
import type { ResourceType } from '../schema/characteristics.js';

export const BULK_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const BULK_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

export type BulkMethod = (typeof METHODS)[number];

/** What an operation is about. */
export interface BulkTarget {
  readonly method: BulkMethod;
  readonly type: ResourceType;
  /** An id, or `bulkId:…` for the resource that another operation creates; undefined for a POST. */
  readonly id: string | undefined;
}

/** One operation of a request. */
export interface BulkOperation {
  /** How messages name it: `Operations[2]`, with its bulkId where it has one. */
  readonly name: string;
  /** As the answer repeats it: in capital letters, or as sent when it is no method of an operation. */
  readonly method: string;
  readonly bulkId: string | undefined;
  /** An entity tag: the operation is done on this version alone. */
  readonly version: string | undefined;
  readonly data: Json | undefined;
  /** Undefined when the path or the method leads nowhere. */
  readonly target: BulkTarget | undefined;
  /** The bulkIds that its path and data refer to, each once. */
  readonly references: readonly string[];
  /** Why it cannot be done, as far as the message itself tells. */
  readonly fault: ScimError | undefined;
}

export interface BulkRequest {
  /** Failures at which the job ends, from 1; undefined: however many fail, all operations are done. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly BulkOperation[];
}

/** What became of one operation, in the order of RFC 7644 §3.7.3. `status` is a string there. */
export interface BulkResult {
  location?: string;
  method: string;
  bulkId?: string;
  version?: string;
  status: string;
  response?: ErrorMessage;
}

export interface BulkResponse {
  schemas: [typeof BULK_RESPONSE_URN];
  Operations: readonly BulkResult[];
}

export function bulkResponse(Operations: readonly BulkResult[]): BulkResponse {
  return { schemas: [BULK_RESPONSE_URN], Operations };
}

/**
 * @param types those that operations may be about.
 * @param maxOperations the most operations of a request.
 * @throws ScimError invalidSyntax for something else than a BulkRequest, invalidValue for a member that does not fit,
 *   payloadTooLarge for too many operations (§3.7.4)
 */
export function readBulkRequest(
  body: Json | undefined,
  types: readonly ResourceType[],
  maxOperations: number,
): BulkRequest {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'Send a BulkRequest as a JSON object.');
  const members = membersOf(body);
  checkSchemas(members.get('schemas'));
  const failOnErrors = readFailOnErrors(members.get('failonerrors'));
  const given = members.get('operations');
  if (!Array.isArray(given) || given.length === 0) {
    throw new ScimError('invalidSyntax', 'Operations must be an array with at least one operation.');
  }
  if (given.length > maxOperations) {
    throw new ScimError(
      'payloadTooLarge',
      `The request has ${given.length} operations, which exceeds maxOperations (${maxOperations}); send several requests.`,
    );
  }
  const operations = given.map((operation, index) => readOperation(operation, index, types));
  return { failOnErrors, operations: checkReferences(operations) };
}

/** By lower-case name; those that are null count as absent. */
function membersOf(object: JsonObject): Map<string, Json> {
  return new Map(
    entries(object)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [fold(name), value]),
  );
}

function checkSchemas(schemas: Json | undefined): void {
  const urns = Array.isArray(schemas) ? schemas : [];
  if (!urns.some((urn) => typeof urn === 'string' && fold(urn) === fold(BULK_REQUEST_URN))) {
    throw new ScimError('invalidSyntax', `schemas must contain ${BULK_REQUEST_URN}.`);
  }
}

function readFailOnErrors(value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw new ScimError(
    'invalidValue',
    'failOnErrors must be a whole number from 1; leave it out to try every operation.',
  );
}

/**
 * The result of an operation repeats its method, so one without a method cannot be answered on its own (§3.7.3).
 * @throws ScimError invalidSyntax
 */
function readOperation(given: Json, index: number, types: readonly ResourceType[]): BulkOperation {
  const place = `Operations[${index}]`;
  if (!isObject(given)) throw new ScimError('invalidSyntax', `${place} must be an object.`);
  const members = membersOf(given);
  const method = members.get('method');
  if (typeof method !== 'string') throw new ScimError('invalidSyntax', `${place} needs a method.`);
  const [bulkId, version, data] = ['bulkid', 'version', 'data'].map((name) => members.get(name));
  const id = typeof bulkId === 'string' ? bulkId : undefined;
  const plain = {
    name: id === undefined ? place : `${place} (bulkId ${quote(id)})`,
    method: knownMethod(method) ?? method,
    bulkId: id,
    version: typeof version === 'string' ? version : undefined,
    data,
  };
  const target = readTarget(method, members.get('path'), types);
  if (target instanceof ScimError) return { ...plain, target: undefined, references: [], fault: target };
  return { ...plain, target, references: referencesOf(target, data), fault: faultOf(target, bulkId, version) };
}

function knownMethod(method: string): BulkMethod | undefined {
  return METHODS.find((known) => fold(known) === fold(method));
}

/** Where the operation leads, or the error that its method or path deserves. */
function readTarget(given: string, path: Json | undefined, types: readonly ResourceType[]): BulkTarget | ScimError {
  const method = knownMethod(given);
  if (!method) return new ScimError('methodNotAllowed', `${quote(given)} is not one of ${METHODS.join(', ')}.`);
  if (typeof path !== 'string') return new ScimError('invalidSyntax', 'An operation needs a path, such as /Users.');
  const segments = decode(path);
  if (!segments) {
    return new ScimError('invalidValue', `The path ${quote(path)} must be a plain path such as /Users or /Users/{id}.`);
  }
  const [endpoint = '', id, ...more] = segments;
  const type = types.find((candidate) => fold(candidate.endpoint) === fold(`/${endpoint}`));
  if (!type || more.length > 0) {
    return new ScimError('notFound', `No resource type is at ${quote(path)}; see /ResourceTypes.`);
  }
  if ((method === 'POST') !== (id === undefined)) {
    const fitting = method === 'POST' ? type.endpoint : `${type.endpoint}/{id}`;
    return new ScimError('methodNotAllowed', `${method} is not supported at ${quote(path)}, but at ${fitting}.`);
  }
  return { method, type, id };
}

/** The segments of a path below the base URL; undefined for anything that is no such path. */
function decode(path: string): string[] | undefined {
  if (!path.startsWith('/') || /[?#]/.test(path)) return undefined;
  try {
    return path.slice(1).replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function faultOf({ method }: BulkTarget, bulkId: Json | undefined, version: Json | undefined): ScimError | undefined {
  if (bulkId !== undefined && typeof bulkId !== 'string')
    return new ScimError('invalidValue', 'bulkId must be a text.');
  if (method === 'POST' && !bulkId) {
    return new ScimError('invalidValue', 'A POST needs a bulkId, which tells its result apart (RFC 7644 §3.7).');
  }
  if (version !== undefined && typeof version !== 'string') {
    return new ScimError('invalidValue', 'version must be an entity tag, such as W/"3".');
  }
  return undefined;
}

/**
 * Each bulkId must be the only one of its kind: results could not be told apart, nor references resolved. An operation
 * that refers to what nothing creates fails by itself.
 * @throws ScimError invalidValue
 */
function checkReferences(operations: readonly BulkOperation[]): BulkOperation[] {
  const met = new Set<string>();
  for (const { bulkId } of operations) {
    if (bulkId === undefined) continue;
    if (met.has(bulkId)) throw new ScimError('invalidValue', `Two operations have the bulkId ${quote(bulkId)}.`);
    met.add(bulkId);
  }
  const created = new Set(operations.flatMap(({ method, bulkId }) => (method === 'POST' ? (bulkId ?? []) : [])));
  return operations.map((operation) => {
    const missing = operation.references.find((reference) => !created.has(reference));
    if (missing === undefined) return operation;
    const detail = `It refers to the bulkId ${quote(missing)}, which no POST of this request has.`;
    return { ...operation, fault: operation.fault ?? new ScimError('invalidValue', detail) };
  });
}

/** What stands for an id in a text of a request: all of it, or in the path of a PATCH a string of its filter. */
const REFERENCE = /^bulkId:(.*)$/s;
const REFERENCE_IN_PATH = /(?<=^|")bulkId:([^"\\]*)(?="|$)/g;

/** The id for a bulkId; undefined: it stays as it is. */
type IdOf = (bulkId: string) => string | undefined;

function referencesOf({ id }: BulkTarget, data: Json | undefined): string[] {
  const found = new Set<string>();
  const note: IdOf = (bulkId) => void found.add(bulkId);
  replaceReferences(id, note);
  replaceReferences(data, note);
  return [...found];
}

/**
 * The value with the ids in place of `bulkId:…`, wherever that is a whole text (§3.7.2), and in paths such as
 * `members[value eq "bulkId:a"]`.
 * @param ids by bulkId.
 */
export function withIds<Value extends Json | undefined>(value: Value, ids: ReadonlyMap<string, string>): Value {
  return replaceReferences(value, (bulkId) => ids.get(bulkId));
}

function replaceReferences<Value extends Json | undefined>(value: Value, idOf: IdOf, pattern = REFERENCE): Value {
  if (typeof value === 'string') {
    return value.replace(pattern, (text, bulkId: string) => idOf(bulkId) ?? text) as Value;
  }
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, idOf)) as Value;
  if (!isObject(value)) return value;
  const replaced = Object.entries(value).map(([name, inner]) => {
    const isPath = fold(name) === 'path';
    return [name, replaceReferences(inner, idOf, isPath ? REFERENCE_IN_PATH : REFERENCE)];
  });
  // Makes plain properties of all names, whatever a client calls them.
  return Object.fromEntries(replaced) as Value;
}
