/** How access says no: errors for the HTTP client, and errors for the person who manages tenants and credentials. */

import { ScimError } from '../scim/errors.js';
import type { JsonObject } from '../scim/json.js';

/** The protection space named in every challenge. */
export const REALM = 'scim';

/** The challenge of RFC 7617 §2, for a tenant that takes HTTP Basic. */
export const BASIC_CHALLENGE = `Basic realm="${REALM}", charset="UTF-8"`;

/** What is known of a refusal beside what the client is told. */
export interface RefusalAbout {
  /** Values of `WWW-Authenticate`, e.g. `Bearer realm="scim", error="invalid_token", error_description="…"`. */
  readonly challenges?: readonly string[] | undefined;
  /**
   * For those who run the server and the tenant: `failed`, the name of the check; `lookedFor`, `expected`, `came`, each
   * a text or an object with the same fields; `credential` {id, name, kind} when it was found. Never a secret, or a part
   * of one.
   */
  readonly reason?: JsonObject | undefined;
  /** Tenant.id of whose activity the request belongs to, where that is known. */
  readonly tenant?: string | undefined;
  /** Seconds, of 429. */
  readonly retryAfter?: number | undefined;
}

/**
 * A request refused for want of a credential (401), of a scope (403) or of patience (429), or because the credential is
 * of another tenant than the address (404). Whoever answers it sends `challenges` as `WWW-Authenticate` (RFC 6750 §3)
 * and `retryAfter` as `Retry-After` beside the SCIM error body.
 */
export class AccessRefused extends ScimError {
  readonly challenges: readonly string[];
  readonly reason: JsonObject | undefined;
  readonly tenant: string | undefined;
  readonly retryAfter: number | undefined;

  /** @param about a text is the only challenge. */
  constructor(
    kind: 'unauthorized' | 'forbidden' | 'notFound' | 'tooManyRequests',
    detail: string | undefined,
    about: RefusalAbout | string = {},
  ) {
    super(kind, detail);
    this.name = 'AccessRefused';
    const { challenges = [], reason, tenant, retryAfter } = typeof about === 'string' ? { challenges: [about] } : about;
    this.challenges = challenges;
    this.reason = reason;
    this.tenant = tenant;
    this.retryAfter = retryAfter;
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
 * `invalid`: what was asked is not a valid value; `conflict`: it is taken, or it is not clear which is meant, or it
 * cannot be done in this state; `notFound`: there is none.
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

/** One value that is not valid; `field`: its name in the admin API, `expires` or `trust.issuer`. */
export class FieldRefused extends AccessError {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super('invalid', message);
    this.name = 'FieldRefused';
  }
}
