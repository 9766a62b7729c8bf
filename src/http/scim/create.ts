import type { HttpParts } from '../parts.js';
import type { ScimRequest } from '../read-request.js';
import { resourceResponse, type ScimResponse } from '../write-response.js';

/** POST /{endpoint}: RFC 7644 §3.3. */
export async function create(request: ScimRequest, { directory }: HttpParts): Promise<ScimResponse> {
  const { caller, type, body, projection } = request;
  const view = await directory.create(caller, type, body, projection);
  return { ...(await resourceResponse(201, view, request)), created: view.meta.id };
}
