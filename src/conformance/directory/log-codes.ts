/**
 * What an answer is called in the provisioning logs of Microsoft Entra, so that a finding speaks the words that an
 * administrator will read there.
 */

export type LogCode =
  | 'Conflict'
  | 'EntryConflict'
  | 'TooManyRequests'
  | 'InternalServerError'
  | 'Unauthorized'
  | 'InsufficientRights'
  | 'MethodNotAllowed'
  | 'UnprocessableEntity'
  | 'NotImplemented'
  | 'WebExceptionProtocolError'
  | 'Timeout'
  | 'InvalidAnchor'
  | 'MandatoryFieldsMissing'
  | 'SchemaAttributeNotFound'
  | 'SchemaPropertyCanOnlyAcceptValue'
  | 'LicenseLimitExceeded'
  | 'DuplicateTargetEntries'
  | 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse'
  | 'SystemForCrossDomainIdentityManagementServiceIncompatible';

/** What was being done. `match`: looking for an object by its matching attribute; the others speak of a known id. */
export type Operation = 'match' | 'create' | 'read' | 'update' | 'delete' | 'reference';

/** What a failed request was answered with, or how it failed without an answer. */
type Outcome =
  | { readonly status: number; readonly scimType?: string | undefined; readonly detail?: string | undefined }
  | 'timeout'
  | 'broken';

const BY_STATUS: Readonly<Record<number, LogCode>> = {
  401: 'Unauthorized',
  402: 'LicenseLimitExceeded',
  403: 'InsufficientRights',
  405: 'MethodNotAllowed',
  408: 'Timeout',
  422: 'UnprocessableEntity',
  429: 'TooManyRequests',
  501: 'NotImplemented',
  504: 'Timeout',
};

const BY_SCIM_TYPE: Readonly<Record<string, LogCode>> = {
  invalidpath: 'SchemaAttributeNotFound',
  notarget: 'SchemaAttributeNotFound',
  mutability: 'SchemaPropertyCanOnlyAcceptValue',
  invalidvalue: 'SchemaPropertyCanOnlyAcceptValue',
};

const INCOMPATIBLE: LogCode = 'SystemForCrossDomainIdentityManagementServiceIncompatible';

/** The code of a request that did not succeed. */
export function logCodeOf(operation: Operation, outcome: Outcome): LogCode {
  if (outcome === 'timeout') return 'Timeout';
  if (outcome === 'broken') return 'WebExceptionProtocolError';
  const { status, scimType, detail } = outcome;
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'InternalServerError';
  if (status === 409) return operation === 'create' ? 'EntryConflict' : 'Conflict';
  // A search and a creation name no object: 404 then says that the endpoint is not there.
  if (status === 404) return operation === 'match' || operation === 'create' ? INCOMPATIBLE : 'InvalidAnchor';
  if (status === 400 && /\b(required|missing|mandatory)\b/i.test(detail ?? '')) return 'MandatoryFieldsMissing';
  if (status === 400) return BY_SCIM_TYPE[(scimType ?? '').toLowerCase()] ?? INCOMPATIBLE;
  return INCOMPATIBLE;
}

const TRANSIENT: ReadonlySet<LogCode> = new Set([
  'TooManyRequests',
  'InternalServerError',
  'Timeout',
  'WebExceptionProtocolError',
]);

/** Tried again in the next cycle already, since time alone may mend it. */
export function isTransient(code: LogCode): boolean {
  return TRANSIENT.has(code);
}
