import type { HttpParts } from '../parts.js';
import type { ScimRequest } from '../read-request.js';
import { resourceResponse, type ScimResponse } from '../write-response.js';

/** PUT /{endpoint}/{id}: RFC 7644 §3.5.1. */
export async function replace(request: ScimRequest, { directory }: HttpParts): Promise<ScimResponse> {
  const { caller, type, id, body, conditions, projection } = request;
  return resourceResponse(200, await directory.replace(caller, type, id, body, conditions, projection), request);
}
