/** Conditions that a request makes, and whether a resource meets them. RFC 9110 §13.1, RFC 7644 §3.14 */
import { ScimError } from '../scim/errors.js';
import { entityTag } from '../scim/resource/present.js';
import type { StoredResource } from '../store/store.js';

/** Entity tags as a client lists them; `*` for any. */
export type Tags = readonly string[] | '*' | undefined;

/** What must be true of the version of a resource before it is written; undefined: no condition. */
export interface Conditions {
  readonly ifMatch?: Tags;
  readonly ifNoneMatch?: Tags;
}

/**
 * A write depends on what it changes: of a tag that covers memberships too, only the version counts.
 * @throws ScimError preconditionFailed
 */
export function checkConditions(resource: StoredResource, { ifMatch, ifNoneMatch }: Conditions): void {
  const tag = entityTag(resource);
  const fails =
    (ifMatch !== undefined && !names(ifMatch, tag, versionOf)) ||
    (ifNoneMatch !== undefined && names(ifNoneMatch, tag, versionOf));
  if (fails) throw new ScimError('preconditionFailed', `The resource is at version ${tag}; read it again.`);
}

/**
 * Whether the tags name this one. Compared weakly (RFC 9110 §8.8.3.2): SCIM's tags are weak, and If-Match is used with
 * them all the same (RFC 7644 §3.14).
 * @param part what of two tags must be equal
 */
export function names(tags: readonly string[] | '*', tag: string, part = opaqueOf): boolean {
  return tags === '*' || tags.some((candidate) => part(candidate) === part(tag));
}

function opaqueOf(tag: string): string {
  return tag.replace(/^W\//, '');
}

function versionOf(tag: string): string {
  return opaqueOf(tag).replace(/\.[0-9a-z]+"$/, '"');
}
