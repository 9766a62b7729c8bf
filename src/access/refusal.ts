/** How access says no: errors for the HTTP client, and errors for the person who manages tenants and credentials. */
import { ScimError } from '../scim/errors.js';

/** The protection space named in every challenge. */
export const REALM = 'scim';

/**
 * A request refused for want of a credential (401) or of a scope (403). Whoever answers it sends `challenge` as the
 * `WWW-Authenticate` header (RFC 6750 §3) beside the SCIM error body.
 */
export class AccessRefused extends ScimError {
  constructor(
    kind: 'unauthorized' | 'forbidden',
    detail: string,
    /** Value of `WWW-Authenticate`, e.g. `Bearer realm="scim", error="invalid_token", error_description="…"`. */
    readonly challenge: string,
  ) {
    super(kind, detail);
    this.name = 'AccessRefused';
  }
}

/** The challenge of RFC 6750 §3. Without `error` when the request carried no token; texts are ASCII without quotes. */
export function bearerChallenge(error?: string, parameters: Readonly<Record<string, string>> = {}): string {
  let challenge = `Bearer realm="${REALM}"`;
  if (error !== undefined) challenge += `, error="${error}"`;
  for (const [name, value] of Object.entries(parameters)) challenge += `, ${name}="${value}"`;
  return challenge;
}

/**
 * Why a tenant or credential could not be managed as asked. `message` is one sentence for the person who asked.
 * `invalid`: what was asked is not a valid value; `conflict`: it is taken, or it is not clear which is meant;
 * `notFound`: there is none.
 */
export class AccessError extends Error {
  constructor(
    readonly kind: 'invalid' | 'conflict' | 'notFound',
    message: string,
  ) {
    super(message);
    this.name = 'AccessError';
  }
}
