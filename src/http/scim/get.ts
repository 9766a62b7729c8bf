import { names } from '../../directory/conditions.js';
import { entityTag } from '../../scim/resource/present.js';
import type { HttpParts } from '../parts.js';
import type { ScimRequest } from '../read-request.js';
import { emptyResponse, resourceResponse, type ScimResponse } from '../write-response.js';

/** GET /{endpoint}/{id}: RFC 7644 §3.4.1; with If-None-Match §3.14. */
export async function get(request: ScimRequest, { directory }: HttpParts): Promise<ScimResponse> {
  const view = await directory.get(request.caller, request.type, request.id, request.projection);
  if (isKnown(request, entityTag(view.meta))) return emptyResponse(304, view);
  return resourceResponse(200, view, request);
}

function isKnown({ conditions }: ScimRequest, tag: string): boolean {
  return conditions.ifNoneMatch !== undefined && names(conditions.ifNoneMatch, tag);
}
