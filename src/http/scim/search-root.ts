/** Searching all resource types at once, at the base URL itself: RFC 7644 §3.4.2.1, §3.4.3. */
import type { Caller } from '../../directory/caller.js';
import { resolveFilterAcross, type TypeFilter } from '../../scim/filter/across.js';
import { parseFilter } from '../../scim/filter/parse.js';
import type { Json } from '../../scim/json.js';
import { readSearchRequest } from '../../scim/messages/search-request.js';
import type { Locate } from '../../scim/resource/present.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { resolveSortAcross } from '../../scim/sort.js';
import type { HttpParts } from '../parts.js';
import { type Query, readProjectionOf } from '../read-request.js';
import { type ScimResponse, searchResponse } from '../write-response.js';
import { answerByCursor, readPage, scopeOfQuestion } from './search.js';

/** A request that is about no single type. */
export interface RootRequest {
  readonly caller: Caller;
  /** Those of the caller's tenant. */
  readonly types: readonly ResourceType[];
  readonly body: Json | undefined;
  readonly query: Query;
  readonly locate: Locate;
}

/** GET /: users, groups and whatever else there is, in the order of /ResourceTypes unless sorted; by `cursor` too. */
export async function searchRoot(request: RootRequest, parts: HttpParts): Promise<ScimResponse> {
  const { caller, query, types } = request;
  const filter = query.get('filter');
  const filters: readonly TypeFilter[] =
    filter === undefined
      ? types.map(() => true)
      : resolveFilterAcross(parseFilter(filter, parts.limits.filter, caller.dialect), types, caller.dialect);
  const sorts = resolveSortAcross(types, query.get('sortby'), query.get('sortorder'), caller.dialect);
  const searches = types.flatMap((type, i) => {
    const ofType = filters[i];
    if (ofType === false) return [];
    const projection = readProjectionOf(query, type, caller);
    return { type, filter: typeof ofType === 'boolean' ? undefined : ofType, sort: sorts[i], projection };
  });
  const cursor = query.get('cursor');
  if (cursor !== undefined) {
    const scope = [caller.tenant, undefined, ...searches.flatMap((one) => [one.type.name, ...scopeOfQuestion(one)])];
    return answerByCursor(request, cursor, scope, parts, (page) =>
      parts.directory.searchAcross(caller, searches, page),
    );
  }
  const page = readPage(query, parts);
  const result = await parts.directory.searchAcross(caller, searches, page);
  return searchResponse(result, { startIndex: page.startIndex }, request);
}

/** POST /.search. */
export function searchRootByBody(request: RootRequest, parts: HttpParts): Promise<ScimResponse> {
  return searchRoot({ ...request, query: readSearchRequest(request.body) }, parts);
}
