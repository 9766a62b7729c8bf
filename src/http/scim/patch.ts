import type { HttpParts } from '../parts.js';
import type { ScimRequest } from '../read-request.js';
import { emptyResponse, resourceResponse, type ScimResponse } from '../write-response.js';

/** PATCH /{endpoint}/{id}: RFC 7644 §3.5.2. */
export async function patch(request: ScimRequest, parts: HttpParts): Promise<ScimResponse> {
  const { caller, type, id, body, conditions, projection } = request;
  const view = await parts.directory.patch(caller, type, id, body, conditions, projection);
  return answersNothing(request, parts) ? emptyResponse(204, view) : resourceResponse(200, view, request);
}

/** A request for certain attributes must be answered with them; otherwise both answers are allowed. */
function answersNothing({ query, type, caller }: ScimRequest, { patchAnswer }: HttpParts): boolean {
  if (query.has('attributes') || query.has('excludedattributes')) return false;
  if (patchAnswer !== 'auto') return patchAnswer === 'none';
  return type.edges !== undefined && caller.dialect.bend('no-body-after-group-patch');
}
