/** ListResponse, RFC 7644 §3.4.2. */

export const LIST_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Where a page lies: by index, or by the cursors of the pages around it (RFC 9865 §2). */
export type Place =
  | { readonly startIndex: number }
  | { readonly nextCursor?: string; readonly previousCursor?: string };

/**
 * Its members in the order in which they are written. `startIndex` counts from 1 and is the one asked for;
 * `itemsPerPage` is the number of resources in this answer; `totalResults` counts all matches.
 */
export interface ListResponse<Resource> {
  schemas: [typeof LIST_RESPONSE_URN];
  totalResults: number;
  startIndex?: number;
  itemsPerPage: number;
  nextCursor?: string;
  previousCursor?: string;
  Resources: readonly Resource[];
}

export function listResponse<Resource>(
  Resources: readonly Resource[],
  totalResults = Resources.length,
  place: Place = { startIndex: 1 },
): ListResponse<Resource> {
  return { schemas: [LIST_RESPONSE_URN], totalResults, ...place, itemsPerPage: Resources.length, Resources };
}
