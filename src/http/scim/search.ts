import { ScimError } from '../../scim/errors.js';
import { parseFilter } from '../../scim/filter/parse.js';
import { resolveFilter } from '../../scim/filter/resolve.js';
import { readSearchRequest } from '../../scim/messages/search-request.js';
import { resolveSort } from '../../scim/sort.js';
import type { HttpParts } from '../parts.js';
import { type Query, readProjectionOf, type ScimRequest } from '../read-request.js';
import { type ScimResponse, searchResponse } from '../write-response.js';

/** GET /{endpoint}: RFC 7644 §3.4.2. */
export async function search(request: ScimRequest, { directory, limits }: HttpParts): Promise<ScimResponse> {
  const { caller, type, query, projection } = request;
  const filter = query.get('filter');
  const startIndex = Math.max(1, wholeNumber(query, 'startIndex') ?? 1);
  const result = await directory.search(
    caller,
    type,
    {
      filter:
        filter === undefined
          ? undefined
          : resolveFilter(parseFilter(filter, limits.filter, caller.dialect), type, caller.dialect),
      sort: resolveSort(type, query.get('sortby'), query.get('sortorder'), caller.dialect),
      startIndex,
      count: Math.min(limits.maxPageSize, Math.max(0, wholeNumber(query, 'count') ?? limits.pageSize)),
    },
    projection,
  );
  return searchResponse(result, startIndex, request);
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
