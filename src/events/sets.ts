/**
 * A change as the claims of a security event token (RFC 8417), as RFC 9967 has them for SCIM. Pure. Knows: which events a
 * change is, and what each carries. Does not know: keys, signatures (set-signer.ts), who gets it.
 *
 * One change is one token. Its events are those of one resource, and carry all that is needed to repeat the change
 * ("full"). The data of a PATCH or PUT is the PATCH request that does the same, where RFC 9967 §2.4.3 would have the
 * whole resource for a PUT: if the type has members, of which there may be any number (§5 advises the same).
 */
import { isObject, type Json, type JsonObject } from '../scim/json.js';
import type { AttributeChange } from '../scim/patch/difference.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { ScimEvent } from './event.js';
import type { Told } from './outlet.js';

const URI = 'urn:ietf:params:scim:event:prov';

/** What this server can tell, as /ServiceProviderConfig announces it. RFC 9967 §4 */
export const EVENT_URIS = [
  `${URI}:create:full`,
  `${URI}:patch:full`,
  `${URI}:put:full`,
  `${URI}:delete`,
  `${URI}:activate`,
  `${URI}:deactivate`,
] as const;

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The claims of a token that follow from the change alone. */
export interface ChangeClaims {
  /** Seconds since 1970: when it was committed. */
  readonly toe: number;
  readonly txn: string;
  readonly sub_id: JsonObject;
  readonly events: Readonly<Record<string, JsonObject>>;
}

/** @param type that of the resource; undefined for one that the tenant does not have any more */
export function claimsOf(told: Told, type: Pick<ResourceType, 'endpoint' | 'edges'> | undefined): ChangeClaims {
  const { change, events } = told;
  const { resource } = events[0] as ScimEvent;
  const { externalId } = resource as JsonObject;
  const uri = `${type?.endpoint ?? `/${change.key.type}s`}/${encodeURIComponent(change.key.id)}`;
  return {
    toe: Math.floor(Date.parse(change.time) / 1_000),
    // Several changes of one request, as a bulk request has them, are transactions of their own.
    txn: `${change.requestId}:${change.sequence}`,
    sub_id: { format: 'scim', uri, ...(typeof externalId === 'string' && { externalId }) },
    events: payloads(told, type?.edges?.name),
  };
}

/** @param members the name of the attribute that has the members, where there is one */
function payloads({ change, events }: Told, members: string | undefined): Record<string, JsonObject> {
  const { operation } = change;
  const { resource } = events[0] as ScimEvent;
  const whole = resource as JsonObject;
  if (operation === 'delete') return { [`${URI}:delete`]: {} };
  const version = isObject(whole.meta) && typeof whole.meta.version === 'string' ? { version: whole.meta.version } : {};
  if (operation === 'create') {
    const named = members === undefined || change.added.length === 0 ? {} : { [members]: change.added.map(element) };
    return { [`${URI}:create:full`]: { ...version, data: { ...whole, ...named } } };
  }
  const isWhole = operation === 'replace' && members === undefined;
  const told: JsonObject = isWhole
    ? { [`${URI}:put:full`]: { ...version, data: whole } }
    : { [`${URI}:patch:full`]: { ...version, data: patchOf(change, members) } };
  return { ...(told as Record<string, JsonObject>), ...activation(events) };
}

/** RFC 9967 §2.4.5 and §2.4.6 */
function activation(events: readonly ScimEvent[]): Record<string, JsonObject> {
  const found = events.find(({ type }) => type === 'user.enabled' || type === 'user.disabled');
  return found ? { [`${URI}:${found.type === 'user.enabled' ? 'activate' : 'deactivate'}`]: {} } : {};
}

interface Changed {
  readonly difference: readonly AttributeChange[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The request that does the same. RFC 7644 §3.5.2 */
function patchOf({ difference, added, removed }: Changed, members = 'members'): JsonObject {
  const operations: JsonObject[] = difference.flatMap(operationsOf);
  for (const id of removed) operations.push({ op: 'remove', path: `${members}[value eq ${JSON.stringify(id)}]` });
  if (added.length > 0) operations.push({ op: 'add', path: members, value: added.map(element) });
  return { schemas: [PATCH_OP], Operations: operations };
}

function operationsOf({ path, before, after }: AttributeChange): JsonObject[] {
  const name = path.join(':');
  if (after === undefined) return [{ op: 'remove', path: name }];
  const replaced: JsonObject = { op: 'replace', path: name, value: after as Json };
  // Sub-attributes that a value does not name are left as they are (RFC 7644 §3.5.2.3).
  const gone = isObject(before) && isObject(after) ? Object.keys(before).filter((key) => !(key in after)) : [];
  return [...gone.map((key): JsonObject => ({ op: 'remove', path: `${name}.${key}` })), replaced];
}

function element(id: string): JsonObject {
  return { value: id };
}
