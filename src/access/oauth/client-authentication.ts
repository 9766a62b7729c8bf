/**
 * Which OAuth client is asking: by its secret, in the header or in the form (RFC 6749 §2.3.1), or by an assertion of a
 * trusted issuer (RFC 7523 §2.2). Every client may use the header or the form, as Entra decides by itself.
 * Knows: clients, their secrets' hashes. Does not know: HTTP, grants.
 */
import { timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '../../scim/json.js';
import type { Key, KeyedCredential, Store, Tenant } from '../../store/store.js';
import { IssuerError, JwtRefused, named, type Trusted } from '../federation/refusal.js';
import type { TrustedTokens } from '../federation/trusted-tokens.js';
import { hashToken, isClientId, kindOf } from '../token.js';
import { type Form, type OAuthRequest, readBasic } from './form.js';
import { OAuthRefused } from './refusal.js';

/** The value of `client_assertion_type`. RFC 7523 §2.2 */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client that has proved who it is. */
export interface Client extends Trusted {
  /** When the assertion ends that it proved it with, seconds since 1970; undefined for a secret. */
  readonly assertionEnds: number | undefined;
}

export interface ClientAuthenticationParts {
  readonly store: Pick<Store, 'findByIdentifier'>;
  readonly tokens: Pick<TrustedTokens, 'verifyAssertion'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

type Found = KeyedCredential & { readonly tenant: Tenant };

/** @throws OAuthRefused invalid_client, with the reason; invalid_request for several methods at once. */
export async function authenticateClient(request: OAuthRequest, parts: ClientAuthenticationParts): Promise<Client> {
  const presented = readPresented(request);
  if ('assertion' in presented) return byAssertion(presented, parts);
  const found = await parts.store.findByIdentifier(presented.id);
  checkSecret(found, presented, parts.clock());
  return { credential: found.credential, tenant: found.tenant, assertionEnds: undefined };
}

interface PresentedSecret {
  readonly id: string;
  readonly secret: string;
}

type Presented = PresentedSecret | { readonly id: string | undefined; readonly assertion: string };

/** RFC 6749 §2.3: one method per request. */
function readPresented({ authorization, form }: OAuthRequest): Presented {
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  const methods = [authorization, secret, assertion].filter((value) => value !== undefined);
  if (methods.length > 1) {
    const advice =
      'send the client secret in the Authorization header or in the form, or an assertion, not several of them';
    throw new OAuthRefused('invalid_request', `The client authenticates in more than one way: ${advice}.`);
  }
  if (authorization !== undefined) return readHeader(authorization, form);
  if (assertion !== undefined) return readAssertion(assertion, form);
  const id = form.get('client_id');
  if (id !== undefined && secret !== undefined) return { id, secret };
  const missing = id === undefined ? 'client_id' : 'client_secret';
  const reason: JsonObject = {
    failed: missing,
    expected: 'client_id and client_secret, or an assertion',
    came: 'nothing',
  };
  throw new OAuthRefused('invalid_client', `The client must authenticate: ${missing} is missing.`, { reason });
}

function readHeader(authorization: string, form: Form): Presented {
  const basic = readBasic(authorization);
  if (!basic) {
    const [scheme = ''] = authorization.split(/\s/, 1);
    const isBasic = scheme.toLowerCase() === 'basic';
    const came = isBasic ? 'one that is not well formed' : 'another scheme';
    const reason: JsonObject = { failed: 'authorization', expected: 'Basic with client id and secret', came };
    throw new OAuthRefused('invalid_client', 'The Authorization header must be Basic with client id and secret.', {
      reason,
    });
  }
  const id = form.get('client_id');
  if (id !== undefined && id !== basic.id) {
    throw new OAuthRefused('invalid_request', 'The client_id of the form is not the one of the Authorization header.');
  }
  return basic;
}

function readAssertion(assertion: string, form: Form): Presented {
  if (form.get('client_assertion_type') === ASSERTION_TYPE) return { id: form.get('client_id'), assertion };
  throw new OAuthRefused('invalid_request', `The client_assertion_type must be ${ASSERTION_TYPE}.`);
}

/** @throws OAuthRefused invalid_client. The client is told no more than that, unless its secret is right. */
function checkSecret(found: Found | undefined, { id, secret }: PresentedSecret, now: string): asserts found is Found {
  const wrong = wrongWith(found, id, hashToken(secret), now);
  if (wrong) {
    const description = 'The client id or the client secret is wrong: copy both again.';
    throw new OAuthRefused('invalid_client', description, { reason: about(wrong, found), found });
  }
  checkState(found as Found, now);
}

/** @param hash of the secret. */
function wrongWith(found: Found | undefined, id: string, hash: string, now: string): JsonObject | undefined {
  const kind = found?.credential.kind;
  if (!found || (kind !== 'client' && kind !== 'federation')) {
    return { failed: 'client_id', expected: 'the id of a client', came: shownId(id) };
  }
  if (kind === 'federation') return { failed: 'method', expected: 'a client assertion', came: 'a client secret' };
  const secrets = found.keys.filter((key) => key.kind === 'secret');
  const live = secrets.filter(({ expires }) => expires === undefined || Date.parse(expires) > Date.parse(now));
  if (includesHash(live, hash)) return undefined;
  const came = includesHash(secrets, hash) ? 'one that has ended' : 'another';
  return { failed: 'client_secret', expected: `one of the ${live.length} that are good`, came };
}

function about(reason: JsonObject, found: Trusted | undefined): JsonObject {
  return { ...reason, ...(found && { credential: named(found) }) };
}

/** Compares with every one, and each in the same time. */
function includesHash(keys: readonly Key[], hash: string): boolean {
  const presented = Buffer.from(hash);
  return keys.reduce((isFound, key) => {
    const kept = Buffer.from(key.hash);
    return (kept.length === presented.length && timingSafeEqual(kept, presented)) || isFound;
  }, false);
}

/** People paste secrets into the wrong field: only what has the form of a client id is recorded. */
function shownId(id: string): string {
  return isClientId(id) ? id : kindOf(id);
}

async function byAssertion(
  { id, assertion }: { readonly id: string | undefined; readonly assertion: string },
  { store, tokens, clock }: ClientAuthenticationParts,
): Promise<Client> {
  const known = id === undefined ? undefined : await store.findByIdentifier(id);
  if (id !== undefined && known?.credential.kind !== 'federation') {
    const came = known ? `a credential of the kind ${known.credential.kind}` : shownId(id);
    const reason: JsonObject = { failed: 'client_id', expected: 'the id of a trust in an issuer', came };
    const description = 'The client_id is not that of a client that authenticates by assertion.';
    throw new OAuthRefused('invalid_client', description, { reason: about(reason, known), found: known });
  }
  try {
    const found = await tokens.verifyAssertion(assertion, known && [known]);
    checkState(found, clock());
    return { credential: found.credential, tenant: found.tenant, assertionEnds: found.expires };
  } catch (error) {
    throw toOAuth(error);
  }
}

function toOAuth(error: unknown): unknown {
  if (error instanceof JwtRefused) {
    const { reason, found } = error;
    return new OAuthRefused('invalid_client', `The assertion is refused. ${error.message}`, { reason, found });
  }
  if (!(error instanceof IssuerError)) return error;
  const description = 'The keys of the issuer of the assertion cannot be fetched at present: try again later.';
  return new OAuthRefused('temporarily_unavailable', description, {
    reason: { failed: 'keys', came: error.message },
    retryAfter: 5,
    cause: error,
  });
}

/** @throws OAuthRefused invalid_client when the credential, or its tenant, is not good any more. */
function checkState(found: Trusted, now: string): void {
  const { credential, tenant } = found;
  const refuse = (description: string, reason: JsonObject): never => {
    throw new OAuthRefused('invalid_client', description, { reason: about(reason, found), found });
  };
  if (credential.revoked !== undefined) {
    refuse('The client has been revoked.', { failed: 'revoked', came: credential.revoked });
  }
  if (credential.expires !== undefined && Date.parse(credential.expires) <= Date.parse(now)) {
    const reason: JsonObject = { failed: 'expired', expected: `before ${credential.expires}`, came: now };
    refuse('The client has expired: issue a new one.', reason);
  }
  if (tenant.disabled !== undefined) {
    refuse('The tenant is disabled.', { failed: 'tenant disabled', came: tenant.disabled });
  }
}
