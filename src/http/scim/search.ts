import type { SearchRequest, SearchResult } from '../../directory/directory.js';
import type { PositionAcross } from '../../directory/search-across.js';
import { ScimError } from '../../scim/errors.js';
import { canonicalFilter } from '../../scim/filter/canonical.js';
import { parseFilter } from '../../scim/filter/parse.js';
import { resolveFilter } from '../../scim/filter/resolve.js';
import { readSearchRequest } from '../../scim/messages/search-request.js';
import { resolveSort } from '../../scim/sort.js';
import type { CursorPlace, CursorScope } from '../cursors.js';
import type { HttpParts } from '../parts.js';
import { type Query, readProjectionOf, type ScimRequest } from '../read-request.js';
import { type ScimResponse, searchResponse } from '../write-response.js';

/** GET /{endpoint}: RFC 7644 §3.4.2; with `cursor` RFC 9865. */
export async function search(request: ScimRequest, parts: HttpParts): Promise<ScimResponse> {
  const { caller, type, query, projection } = request;
  const filter = query.get('filter');
  const question = {
    filter:
      filter === undefined
        ? undefined
        : resolveFilter(parseFilter(filter, parts.limits.filter, caller.dialect), type, caller.dialect),
    sort: resolveSort(type, query.get('sortby'), query.get('sortorder'), caller.dialect),
  };
  const cursor = query.get('cursor');
  if (cursor !== undefined) return searchByCursor(request, cursor, question, parts);
  const page = readPage(query, parts);
  const result = await parts.directory.search(caller, type, { ...question, ...page }, projection);
  return searchResponse(result, { startIndex: page.startIndex }, request);
}

/** RFC 7644 §3.4.2.4. @throws ScimError invalidValue */
export function readPage(query: Query, parts: HttpParts): Pick<SearchRequest, 'startIndex' | 'count'> {
  const startIndex = Math.max(1, wholeNumber(query, 'startIndex') ?? 1);
  const count = pageSize(Math.max(0, wholeNumber(query, 'count') ?? parts.limits.pageSize), parts);
  return { startIndex, count };
}

type Question = Pick<SearchRequest, 'filter' | 'sort'>;

async function searchByCursor(
  request: ScimRequest,
  cursor: string,
  question: Question,
  parts: HttpParts,
): Promise<ScimResponse> {
  const { caller, type, projection } = request;
  return answerByCursor(request, cursor, scopeOf(request, question), parts, (page) =>
    parts.directory.search(caller, type, { ...question, ...page }, projection),
  );
}

/** What a page by cursor is asked for with. */
export type CursorPage = Required<Pick<SearchRequest<PositionAcross>, 'startIndex' | 'count' | 'keyset'>>;

/**
 * The page that a cursor leads to, with the cursors that lead on and back. RFC 9865 §2
 * @param scope the list that the cursor must be of
 * @param find reads the page
 * @throws ScimError invalidValue, invalidCount, invalidCursor, expiredCursor
 */
export async function answerByCursor(
  request: Pick<ScimRequest, 'query' | 'locate'>,
  cursor: string,
  scope: CursorScope,
  parts: HttpParts,
  find: (page: CursorPage) => Promise<SearchResult<CursorPlace>>,
): Promise<ScimResponse> {
  const { query } = request;
  if (query.get('startindex')) {
    throw new ScimError('invalidValue', 'Page by cursor or by startIndex, not by both in one request.');
  }
  const given = query.get('count');
  if (given && !(/^\d{1,15}$/.test(given.trim()) && Number(given) > 0)) throw new ScimError('invalidCount');
  const keyset = await parts.cursors.read(cursor, scope);
  const count = pageSize(given ? Number(given) : parts.limits.pageSize, parts);
  const result = await find({ startIndex: 1, count, keyset });
  const [nextCursor, previousCursor] = await Promise.all([
    result.next && parts.cursors.issue({ direction: 'forward', from: result.next }, scope),
    result.previous && parts.cursors.issue({ direction: 'backward', from: result.previous }, scope),
  ]);
  return searchResponse(
    result,
    { ...(nextCursor && { nextCursor }), ...(previousCursor && { previousCursor }) },
    request,
  );
}

/** By what the parameters mean, not how they are written: the RFC's own example changes the letter case of a name. */
function scopeOf({ caller, type }: ScimRequest, { filter, sort }: Question): CursorScope {
  return [caller.tenant, type.name, ...scopeOfQuestion({ filter, sort })];
}

/** The part of it that is about the resources of one type. */
export function scopeOfQuestion({ filter, sort }: Question): CursorScope {
  const order = sort?.descending ? 'descending' : 'ascending';
  return [filter && canonicalFilter(filter), sort?.attribute.path, sort && order];
}

function pageSize(wanted: number, { limits }: HttpParts): number {
  return Math.min(limits.maxPageSize, wanted);
}

/** POST /{endpoint}/.search: RFC 7644 §3.4.3. */
export function searchByBody(request: ScimRequest, parts: HttpParts): Promise<ScimResponse> {
  const { body, type, caller } = request;
  const query = readSearchRequest(body);
  return search({ ...request, query, projection: readProjectionOf(query, type, caller) }, parts);
}

/** RFC 7644 §3.4.2.4: values below the least are read as the least, what is no number is refused. */
function wholeNumber(query: Query, name: string): number | undefined {
  const text = query.get(name.toLowerCase());
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text.trim())) throw new ScimError('invalidValue', `${name} must be a whole number.`);
  return Number(text);
}
