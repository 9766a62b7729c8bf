/**
 * From a request that was refused to what to do about it, for the admin of the tenant who has the identity provider's
 * form open in another window. Pure: everything follows from the entry of the activity. The first row that fits counts,
 * so what is particular stands before what is general.
 */
import { ACCESS_ROWS, type AdviceRow, type Entry } from './access-advice.js';

/** What to do; undefined when nothing is wrong. */
export function adviceFor(entry: Entry): string | undefined {
  if (entry.outcome === 'done') return undefined;
  const advice = rowFor(entry)?.advice ?? GENERAL[entry.outcome];
  return typeof advice === 'string' ? advice : advice(entry);
}

/** The row that speaks of the entry; undefined where there is none of its own. */
export function rowFor(entry: Entry): AdviceRow | undefined {
  return ROWS.find((row) => fits(row, entry));
}

function fits({ kind, failed, detail, status }: AdviceRow, { refusal, status: came }: Entry): boolean {
  return (
    (kind === undefined || isOneOf(kind, refusal?.kind)) &&
    (failed === undefined || isOneOf(failed, refusal?.reason?.failed)) &&
    (detail === undefined || detail.test(refusal?.detail ?? '')) &&
    (status === undefined || status === came)
  );
}

function isOneOf(names: string | readonly string[], name: unknown): boolean {
  return typeof name === 'string' && (typeof names === 'string' ? names === name : names.includes(name));
}

/** The Tenant URL that was probably meant. */
function tenantUrl({ path }: Entry): string {
  const name = /^\/tenants\/([^/]+)/.exec(path)?.[1];
  return name === undefined ? '/scim/v2' : `/tenants/${name}/scim/v2`;
}

const GONE =
  'The client went away before it was answered. When this happens often, the identity provider waits too short a time, or something in between cuts the connection.';

/** Whatever it was refused for besides. */
const GONE_ROWS: readonly AdviceRow[] = [
  { status: 499, advice: GONE },
  { detail: /ended before its body did/, advice: GONE },
];

/** Addresses. */
const ADDRESS_ROWS: readonly AdviceRow[] = [
  {
    kind: 'notFound',
    detail: /nothing at this address; the SCIM endpoints are below/,
    advice: (entry) =>
      `The Tenant URL of the identity provider is wrong: it must end with ${tenantUrl(entry)}, and nothing more. Copy it again from the page of the tenant.`,
  },
  {
    kind: 'notFound',
    detail: /nothing at this address; see/,
    advice: (entry) =>
      `There is no such endpoint. The Tenant URL of the identity provider must end with ${tenantUrl(entry)}: look for something more behind it.`,
  },
  {
    kind: 'notFound',
    detail: /no such (?:schema|resource type)/,
    advice:
      'The identity provider asks for a schema or a resource type that this server does not have. Remove what refers to it from the attribute mapping.',
  },
  {
    kind: 'notFound',
    detail: /^There is no /,
    advice:
      'What the identity provider asked for is not here, or not any more: its history tells who deleted it. Most identity providers create it anew by themselves in their next cycle; otherwise restart provisioning there.',
  },
  {
    kind: 'notFound',
    advice:
      'There is nothing at this address. Compare the Tenant URL of the identity provider with that of the tenant.',
  },
  {
    kind: 'methodNotAllowed',
    advice:
      'The address is right, but not with this method. When the identity provider lets you choose, choose PATCH or PUT for updates, and POST for new resources.',
  },
  {
    kind: 'notImplemented',
    advice:
      'This server does not have the operation, as /ServiceProviderConfig says. Turn it off in the identity provider if you can; it has others for the same.',
  },
  {
    kind: 'forbidden',
    detail: /Discovery/,
    advice: 'Discovery documents are given as a whole (RFC 7644 §4). There is nothing to do unless provisioning fails.',
  },
];

/** What was asked or sent. */
const CONTENT_ROWS: readonly AdviceRow[] = [
  {
    kind: 'uniqueness',
    detail: /which is inactive/,
    advice:
      'A disabled user or group of the tenant has this value. It was deprovisioned and not deleted: bring it back by setting active to true, or delete it, or give it another value; then let the identity provider try again.',
  },
  {
    kind: 'uniqueness',
    advice:
      'Another resource of the tenant has this value already. Look it up in the directory: when it is the same person or group, match on that attribute in the identity provider; otherwise change one of the two.',
  },
  {
    kind: ['invalidValue', 'mutability'],
    detail: /is required/,
    advice:
      'An attribute that must have a value came without one; the detail names it. Map it in the identity provider, or give it a value in the source of this user or group.',
  },
  {
    kind: 'invalidValue',
    detail: /could be a member/,
    advice:
      'A member of the group is not here. Assign the member to the app as well, so that it is created first; the identity provider then adds it in its next cycle.',
  },
  {
    kind: 'invalidValue',
    detail: /^(?:The parameter|Page by|startIndex|count|sortOrder)/,
    advice:
      'The request has a parameter that is not valid. If it was made by hand, correct it; otherwise this is for the maker of the identity provider.',
  },
  {
    kind: 'invalidValue',
    advice:
      'A value does not fit the attribute that the detail names. Correct the attribute mapping of the identity provider, or the value in its source; and look whether the profile of the tenant is that of your identity provider.',
  },
  {
    kind: 'invalidFilter',
    detail: /has no (?:sub-)?attribute|cannot be used/,
    advice:
      'The identity provider looks for users or groups by an attribute that this server does not have, or cannot search. Choose another matching attribute there: userName, externalId or emails[type eq "work"].value.',
  },
  {
    kind: 'invalidFilter',
    detail: /has at most|comparisons|nests deeper/,
    advice:
      'The filter is larger than this server takes. Ask for less at a time, or have the limit raised (the settings have it).',
  },
  {
    kind: 'invalidFilter',
    advice:
      'The filter is not valid. When it comes from the identity provider, look whether the profile of the tenant is the right one; the filter of the matching attribute is the first to look at.',
  },
  {
    kind: ['invalidPath', 'noTarget'],
    advice:
      'A change names an attribute or a value that is not there. Compare the attribute mapping with the schema, and look whether the profile of the tenant is that of your identity provider.',
  },
  {
    kind: 'mutability',
    advice:
      'The attribute cannot be changed by clients. Take it out of the attribute mapping of the identity provider.',
  },
  {
    kind: ['invalidCursor', 'expiredCursor', 'invalidCount'],
    advice: 'A list was read on at a place that does not exist any more. Identity providers begin anew by themselves.',
  },
  {
    kind: 'invalidSyntax',
    advice:
      'The body of the request is not a SCIM message. If it was made by hand, correct it; otherwise look whether the profile of the tenant is that of your identity provider.',
  },
  {
    kind: 'unsupportedMediaType',
    advice:
      'The body must be sent as application/scim+json or application/json, in UTF-8. This is a setting of the client.',
  },
  {
    kind: 'preconditionFailed',
    advice:
      'Somebody else changed the resource in between. The client must read it again and repeat its change; most do so by themselves.',
  },
  {
    kind: 'payloadTooLarge',
    advice:
      'The request is larger than this server takes. Have the identity provider send fewer members or operations at a time, or have the limit raised (the settings have it).',
  },
  {
    kind: 'failedDependency',
    advice: 'Another operation of the same bulk request failed; that one has to be corrected.',
  },
];

/** Neither is at fault, or the server is. */
const STATE_ROWS: readonly AdviceRow[] = [
  {
    kind: ['tooManyRequests', 'slow_down'],
    advice:
      'More requests came than the tenant may send per second. Identity providers wait and try again by themselves; if it happens often, have the limit of the tenant raised.',
  },
  {
    kind: ['unavailable', 'temporarily_unavailable'],
    advice:
      'The server could not answer for a moment. Identity providers try again by themselves; if it goes on, those who run the server must look.',
  },
  {
    kind: ['invalid_request', 'unsupported_grant_type', 'unauthorized_client', 'invalid_grant'],
    advice:
      'The request to the token endpoint is not one that it takes; the detail says why. In the identity provider choose OAuth 2.0 client credentials.',
  },
  {
    kind: ['internal', 'server_error'],
    advice: 'The server failed. Those who run it find the reason in its log under the request id.',
  },
];

/** In the order in which they are asked. */
export const ROWS: readonly AdviceRow[] = [
  ...GONE_ROWS,
  ...ACCESS_ROWS,
  ...ADDRESS_ROWS,
  ...CONTENT_ROWS,
  ...STATE_ROWS,
];

/** For what no row knows, which a later version may have recorded. */
const GENERAL = {
  refused: 'The request was refused; the detail says why.',
  failed:
    'The request was not answered to its end. The client will try again; if it goes on, those who run the server find more in its log under the request id.',
};
