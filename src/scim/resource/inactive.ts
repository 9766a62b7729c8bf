/** RFC 7643 §4.1.1, `active`: how clients deprovision somebody who may come back. */
import type { JsonObject } from '../json.js';

/** True for a resource that a client has disabled; one of a type without `active` is none. */
export function isInactive(document: JsonObject): boolean {
  return document.active === false;
}
