/** SearchRequest, RFC 7644 §3.4.3: a query as a body, so that what is searched for stays out of addresses and logs. */
import { ScimError, type ScimErrorName } from '../errors.js';
import { fold } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';

export const SEARCH_REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

const LISTS: ReadonlySet<string> = new Set(['attributes', 'excludedattributes']);
const TEXTS: ReadonlySet<string> = new Set(['filter', 'sortby', 'sortorder', 'cursor']);
const NUMBERS: ReadonlySet<string> = new Set(['startindex', 'count']);

/**
 * The query parameters that mean the same, by lower-case name. Members that a SearchRequest does not have are passed
 * over, as unknown parameters of an address are.
 * @throws ScimError invalidSyntax for something else than a SearchRequest, invalidValue for a member of another type;
 *   with a cursor invalidCursor and invalidCount for these two (RFC 9865 §2.1)
 */
export function readSearchRequest(body: Json | undefined): Map<string, string> {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'The body must be a SearchRequest.');
  const { schemas } = body;
  if (
    !Array.isArray(schemas) ||
    !schemas.some((urn) => typeof urn === 'string' && fold(urn) === fold(SEARCH_REQUEST_URN))
  )
    throw new ScimError('invalidSyntax', `schemas must contain ${SEARCH_REQUEST_URN}.`);
  const query = new Map<string, string>();
  const errors = errorsOf(body);
  for (const [name, value] of Object.entries(body)) {
    const key = fold(name);
    const text = value === null || value === undefined ? undefined : parameterOf(key, name, value, errors[key]);
    if (text !== undefined) query.set(key, text);
  }
  return query;
}

/** By member, what a value of the wrong type is where it is no invalidValue. RFC 9865 §2.1 */
function errorsOf(body: JsonObject): Readonly<Record<string, ScimErrorName>> {
  const isByCursor = Object.entries(body).some(([name, value]) => fold(name) === 'cursor' && value !== null);
  return isByCursor ? { cursor: 'invalidCursor', count: 'invalidCount' } : {};
}

function parameterOf(
  key: string,
  name: string,
  value: Json,
  error: ScimErrorName = 'invalidValue',
): string | undefined {
  const refuse = (kind: string): never => {
    throw new ScimError(error, `${name} must be ${kind}.`);
  };
  if (LISTS.has(key)) {
    const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
    return isList ? value.join(',') : refuse('an array of attribute names');
  }
  if (TEXTS.has(key)) return typeof value === 'string' ? value : refuse('a text');
  if (NUMBERS.has(key)) return Number.isInteger(value) ? String(value) : refuse('a whole number');
  return undefined;
}
