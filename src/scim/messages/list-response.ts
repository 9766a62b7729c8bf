/** ListResponse, RFC 7644 §3.4.2. */

export const LIST_RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/**
 * Its members in the order in which they are written. `startIndex` counts from 1 and is the one asked for;
 * `itemsPerPage` is the number of resources in this answer; `totalResults` counts all matches.
 */
export interface ListResponse<Resource> {
  schemas: [typeof LIST_RESPONSE_URN];
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: readonly Resource[];
}

export function listResponse<Resource>(
  Resources: readonly Resource[],
  totalResults = Resources.length,
  startIndex = 1,
): ListResponse<Resource> {
  return { schemas: [LIST_RESPONSE_URN], totalResults, startIndex, itemsPerPage: Resources.length, Resources };
}
