/**
 * What a POST has made, read from its answer in each form that servers give it. Everything that keeps account of what is
 * to be removed asks here, so that nothing is left on a server because it answers in another form than most.
 */
import type { Json, JsonObject } from './model.js';
import { objectsIn, parsed, valueAt } from './values.js';

/** The part of an answer that tells. */
interface Told {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
}

/** An operation of a bulk job that made or removed something. */
export interface BulkChange {
  readonly method: 'POST' | 'DELETE';
  /** `/Users/42` */
  readonly path: string;
}

/** The end of a location: `/Users/42`, still encoded. */
const ENDING = /(\/[^/?#]+)\/([^/?#]+)\/?(?:[?#].*)?$/;

/**
 * The path of the resource that a POST to the endpoint made; undefined when the answer does not tell. The id counts, even
 * one that is a number; where there is none, the header Location or meta.location (RFC 7644 §3.3).
 * @param endpoint with everything before it that the result is to have: `/Users`, or a whole URL
 */
export function createdPath(endpoint: string, { headers, body }: Told): string | undefined {
  const id = valueAt(body, 'id');
  if (typeof id === 'string' || typeof id === 'number') return `${endpoint}/${encodeURIComponent(String(id))}`;
  const [, place, last] = ENDING.exec(headers.location ?? String(valueAt(body, 'meta.location') ?? '')) ?? [];
  return place !== undefined && endpoint.endsWith(place) ? `${endpoint}/${last}` : undefined;
}

/** What the operations of a bulk job made and removed; what was made is known by its location alone (RFC 7644 §3.7). */
export function bulkChanges(body: Json | undefined): BulkChange[] {
  return objectsIn(valueAt(body, 'Operations')).flatMap((operation) => {
    const method = String(operation.method).toUpperCase();
    const path = bulkPath(operation);
    if (path === undefined || !isDone(operation) || (method !== 'POST' && method !== 'DELETE')) return [];
    return [{ method, path }];
  });
}

/** `/Users/42` of the location of one result. */
export function bulkPath({ location, response }: JsonObject): string | undefined {
  const told = location ?? valueAt(typeof response === 'string' ? parsed(response) : response, 'meta.location');
  const [, endpoint, id] = ENDING.exec(String(told ?? '')) ?? [];
  return endpoint === undefined ? undefined : `${endpoint}/${id}`;
}

/** Servers write the status as a text, as a number, or with a code inside; some leave out that of success. */
function isDone({ status }: JsonObject): boolean {
  return status === undefined || /^2/.test(String(valueAt(status, 'code') ?? status));
}
