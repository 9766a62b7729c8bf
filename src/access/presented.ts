/**
 * What authentication works with: what a request has presented, what was found for it, and why it is refused.
 * Knows: each refusal's name and sentence, when a credential is good. Does not know: passport, the store, HTTP.
 */
import type { JsonObject } from '../scim/json.js';
import type { Credential, Key, Tenant } from '../store/store.js';
import { isExpired } from './lifetime.js';
import { isScope, type Principal } from './principal.js';

/** The part of a logger that access needs; pino's fits. */
export interface AccessLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * Why a request is refused, as the log and the activity name it, and what its client is told. Texts are ASCII without
 * quotes, as they stand in challenges too.
 */
export const REFUSALS = {
  'no credential': 'Authentication is required: send the header Authorization: Bearer, one space and the token.',
  'token in query': 'A token does not belong in the address, where logs keep it; send it in the Authorization header.',
  'wrong scheme': 'The scheme is not one that is taken: the Authorization header is Bearer, one space and the token.',
  'malformed header': 'The Authorization header is not well formed: it is Bearer, one space and the token.',
  'malformed Basic header':
    'The Authorization header is not well formed: it is Basic, one space, and user name, colon and password in base64.',
  foreign: 'The token was not issued by this server.',
  'wrong kind':
    'This secret opens no SCIM endpoint as a bearer token: a client secret goes to the token endpoint, a password is sent with HTTP Basic.',
  malformed: 'The token is mistyped or incomplete: copy the whole of it again.',
  unknown: 'The token is not known here.',
  expired: 'The token has expired.',
  'access token expired': 'The access token has expired: ask the token endpoint for another.',
  replaced: 'The secret was replaced by a newer one, and is no longer taken.',
  revoked: 'The token has been revoked.',
  'Basic not allowed': 'HTTP Basic is not taken here: use a bearer token, or have it allowed for the tenant.',
  'malformed password': 'The password is mistyped or incomplete: copy the whole of it again.',
  'unknown user name': 'The user name or the password is wrong.',
  'wrong password': 'The user name or the password is wrong.',
  'expired user name': 'The user name and the password have expired.',
  'revoked user name': 'The user name and the password have been revoked.',
  'too many failures': 'Too many wrong passwords came; wait as long as Retry-After says.',
  'tenant disabled': 'The tenant is disabled: its requests are refused until an administrator enables it again.',
  federation: 'The token is not one that is trusted here.',
} as const;

export type RefusalName = keyof typeof REFUSALS;

/** Refusals of requests that have tried nothing, or were right: they do not slow anybody down. */
export const NO_GUESS: ReadonlySet<RefusalName> = new Set(['no credential', 'tenant disabled', 'too many failures']);

/** A credential with its tenant. */
export interface Found {
  readonly credential: Credential;
  readonly tenant: Tenant;
}

/** Why, in full. `expected` and `came` have the same fields, and nothing secret. */
export interface Refusal {
  readonly name: RefusalName;
  readonly lookedFor?: string;
  readonly expected?: JsonObject;
  readonly came?: JsonObject;
  readonly found?: Found | undefined;
  /** Seconds. */
  readonly retryAfter?: number;
  /** In place of the sentence of the table. */
  readonly detail?: string;
  /** In place of what follows from the other fields. */
  readonly reason?: JsonObject | undefined;
  /** Tenant.id, where it is known without `found`. */
  readonly tenant?: string | undefined;
}

/**
 * What passport sees of a request: the one header. Strategies would also take a token from the query and from the body
 * (where any SCIM resource may have an attribute called access_token); here they find neither, and what passport adds
 * to a request does not reach the real one.
 */
export interface Presented {
  readonly headers: { readonly authorization: string | undefined };
  readonly address: string | undefined;
  /** Name of the tenant in the path. */
  readonly tenant: string | undefined;
  /** Set when a credential was looked at and found wanting. */
  refusal: Refusal | undefined;
  /** Set by passport when the credential is good. */
  principal: Principal | undefined;
}

/** Why what was found opens nothing; undefined when it does. `key`: what has opened it, undefined for a JWT. */
export function judge(found: Found, key: Key | undefined, clock: () => string): Refusal | undefined {
  const { credential, tenant } = found;
  const isBasic = credential.kind === 'basic';
  if (credential.revoked !== undefined) {
    const came = { state: 'revoked', since: credential.revoked };
    return { name: isBasic ? 'revoked user name' : 'revoked', expected: { state: 'active' }, came, found };
  }
  // Most have no end, and need no clock.
  if (credential.expires !== undefined || key?.expires !== undefined) {
    const now = clock();
    if (isExpired(credential, now)) {
      return pastEnd(isBasic ? 'expired user name' : 'expired', credential.expires, now, found);
    }
    if (key && isExpired(key, now)) {
      return pastEnd(key.kind === 'access' ? 'access token expired' : 'replaced', key.expires, now, found);
    }
  }
  if (tenant.disabled !== undefined) {
    const came = { tenant: 'disabled', since: tenant.disabled };
    return { name: 'tenant disabled', expected: { tenant: 'enabled' }, came, found };
  }
  return undefined;
}

function pastEnd(name: RefusalName, end: string | undefined, now: string, found: Found): Refusal {
  return { name, expected: { time: `before ${end}` }, came: { time: now }, found };
}

/** The caller. `scopes`: of the key, where it has fewer than the credential. */
export function principalOf({ credential, tenant }: Found, scopes: readonly string[] | undefined): Principal {
  const { id, name, kind, user } = credential;
  // A scope that a later version has stored means nothing to this one.
  const known = credential.scopes.filter(isScope);
  return {
    tenant,
    credential: { id, name, kind },
    scopes: new Set(scopes === undefined ? known : known.filter((scope) => scopes.includes(scope))),
    user,
  };
}
