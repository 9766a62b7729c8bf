import type { BulkOutcome } from '../../directory/bulk.js';
import type { Caller } from '../../directory/caller.js';
import type { ScimError } from '../../scim/errors.js';
import type { Json } from '../../scim/json.js';
import { type BulkOperation, type BulkResult, bulkResponse, readBulkRequest } from '../../scim/messages/bulk.js';
import type { Locate } from '../../scim/resource/present.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { HttpParts } from '../parts.js';
import { messageResponse, type ScimResponse } from '../write-response.js';

/** One request for many operations. */
export interface BulkHttpRequest {
  readonly caller: Caller;
  /** Those of the tenant. */
  readonly types: readonly ResourceType[];
  /** @throws what refuses a caller who may not write resources of the type */
  readonly requireScope: (type: ResourceType) => void;
  readonly body: Json | undefined;
  readonly locate: Locate;
  /** What a client is told of something that was thrown; what it may not know goes to the log. */
  readonly explain: (thrown: unknown) => ScimError;
}

const STATUS_OF_SUCCESS = { POST: '201', PUT: '200', PATCH: '200', DELETE: '204' } as const;

/** POST /Bulk: RFC 7644 §3.7. Results are in the order of the request; operations that were not tried have none. */
export async function bulk(request: BulkHttpRequest, parts: HttpParts): Promise<ScimResponse> {
  const message = readBulkRequest(request.body, request.types, parts.limits.bulk.operations);
  const operations = message.operations.map((operation) => permitted(operation, request));
  const outcomes = await parts.bulk.run(request.caller, { ...message, operations });
  const results = message.operations.flatMap((operation, index) => {
    const outcome = outcomes[index];
    return outcome ? resultOf(operation, outcome, request) : [];
  });
  return messageResponse(bulkResponse(results));
}

/** RFC 7644 §3.7.3: everything but a failed POST has a location, everything that failed the error. */
function resultOf(operation: BulkOperation, outcome: BulkOutcome, { locate, explain }: BulkHttpRequest): BulkResult {
  const { method, bulkId, target } = operation;
  const location = target && outcome.id !== undefined ? locate(target.type.name, outcome.id) : undefined;
  const result = { ...(location !== undefined && { location }), method, ...(bulkId !== undefined && { bulkId }) };
  if ('error' in outcome) {
    const error = explain(outcome.error);
    return { ...result, status: String(error.status), response: error.toMessage() };
  }
  const version = outcome.version !== undefined && { version: outcome.version };
  return { ...result, ...version, status: target ? STATUS_OF_SUCCESS[target.method] : '200' };
}

/** An operation that its caller may not do fails for itself. */
function permitted(operation: BulkOperation, { requireScope, explain }: BulkHttpRequest): BulkOperation {
  if (operation.fault || !operation.target) return operation;
  try {
    requireScope(operation.target.type);
    return operation;
  } catch (error) {
    return { ...operation, fault: explain(error) };
  }
}
