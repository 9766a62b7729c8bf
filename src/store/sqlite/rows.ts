/** Rows of the tables, and what the port makes of them. */
import type { JsonObject } from '../../scim/json.js';
import type { ResourceKey, StoredResource } from '../store.js';

/** What a StoredResource needs, in the order of the columns. */
export const RESOURCE_COLUMNS = 'r.type, r.id, r.version, r.created, r.last_modified, r.document';

export interface ResourceRow {
  type: string;
  id: string;
  version: number;
  created: string;
  last_modified: string;
  document: string;
}

export function toResource(tenant: string, row: ResourceRow): StoredResource {
  const key: ResourceKey = { tenant, type: row.type, id: row.id };
  const document = JSON.parse(row.document) as JsonObject;
  return { key, version: row.version, created: row.created, lastModified: row.last_modified, document };
}

/** SQL has null where the port has undefined. */
export function optional(value: string | null): string | undefined {
  return value ?? undefined;
}

/**
 * False for a text with a NUL, where the library would end it: `42\\0x` must not find what `42` names. Whatever a client
 * sent is asked of before it is bound.
 */
export function isBindable(text: string): boolean {
  return !text.includes('\0');
}
