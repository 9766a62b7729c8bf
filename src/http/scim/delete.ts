import type { HttpParts } from '../parts.js';
import type { ScimRequest } from '../read-request.js';
import { emptyResponse, type ScimResponse } from '../write-response.js';

/** DELETE /{endpoint}/{id}: RFC 7644 §3.6. */
export async function remove(request: ScimRequest, { directory }: HttpParts): Promise<ScimResponse> {
  await directory.remove(request.caller, request.type, request.id, request.conditions);
  return emptyResponse(204);
}
