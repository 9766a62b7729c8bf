/**
 * From the Authorization header to a Principal, through passport and passport-http-bearer.
 * Knows: the shapes a header can have, why a token is refused, and what the client and the log are told of it.
 * Does not know: Express, bodies, routes. Next stage: principal.ts (requireScope, requireTenant).
 */
import { Passport } from 'passport';
import { Strategy } from 'passport-http-bearer';
import type { Credential, Store, Tenant } from '../store/store.js';
import { isScope, type Principal } from './principal.js';
import { AccessRefused, bearerChallenge, REALM } from './refusal.js';
import { hashToken, isWellFormed, TOKEN_PREFIX } from './token.js';

/** The part of a logger that access needs; pino's fits. */
export interface AccessLog {
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** What is read of a request: an IncomingMessage fits. Its body, parsed or not, is never looked at. */
export interface AuthenticationRequest {
  readonly headers: { readonly authorization?: string | undefined };
  /** With the query, as received. */
  readonly url?: string | undefined;
  /** The request's own logger, which carries its id; without it the authenticator's. */
  readonly log?: AccessLog | undefined;
}

/** Tells who is calling. One for the life of a target; safe for any number of requests at once. */
export interface Authenticator {
  /**
   * @throws AccessRefused unauthorized, with the challenge to send.
   * Whatever the store throws comes through as it is.
   */
  authenticate(request: AuthenticationRequest): Promise<Principal>;
}

/** What an authenticator is made of. */
export interface AuthenticatorParts {
  readonly store: Pick<Store, 'credentialByHash'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly log: AccessLog;
}

/** Why a request was refused, as the log names it, and what its client is told. Texts are ASCII without quotes. */
const REFUSALS = {
  'no credential': 'Authentication is required: send the header Authorization: Bearer, one space and the token.',
  'token in query': 'A token does not belong in the address, where logs keep it; send it in the Authorization header.',
  'wrong scheme': 'Only bearer tokens are accepted: the Authorization header is Bearer, one space and the token.',
  'malformed header': 'The Authorization header is not well formed: it is Bearer, one space and the token.',
  foreign: 'The token was not issued by this server.',
  malformed: 'The token is mistyped or incomplete: copy the whole of it again.',
  unknown: 'The token is not known here.',
  expired: 'The token has expired.',
  revoked: 'The token has been revoked.',
} as const;

type Refusal = keyof typeof REFUSALS;

/**
 * What passport sees of a request: the one header. The strategy would also take a token from the query and from the
 * body (where any SCIM resource may have an attribute called access_token); here it finds neither, and what passport
 * adds to a request does not reach the real one.
 */
interface Presented {
  readonly headers: { readonly authorization: string | undefined };
  readonly log: AccessLog;
  /** Set when the token was looked at and found wanting. */
  refusal: Refusal | undefined;
  /** Set by passport when the token is good. */
  principal: Principal | undefined;
}

/** What passport sees of a response: a place for the challenges of a request that it refuses. */
interface Challenged {
  statusCode: number;
  challenges: readonly string[];
  setHeader(this: Challenged, name: string, value: readonly string[]): void;
}

type Verified = (error: unknown, principal?: Principal | false, info?: { message: string }) => void;
type Verify = (presented: Presented, token: string, done: Verified) => void;
type Check = (presented: Presented, challenged: Challenged, next: (error?: unknown) => void) => void;

/** An authenticator with a passport instance of its own, so that several targets can live in one process. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const passport = new Passport();
  const verify: Verify = (presented, token, done) => verifyToken(parts, presented, token, done);
  // The published types know no request but Express's; Presented is the part of one that the strategy reads.
  passport.use('bearer', new Strategy({ realm: REALM, passReqToCallback: true }, verify as never));
  // Made once: the options say that passport is to leave its findings on what it is given and to call back.
  const check: Check = passport.authenticate('bearer', {
    session: false,
    assignProperty: 'principal',
    authInfo: false,
    failWithError: true,
  });

  async function authenticate(request: AuthenticationRequest): Promise<Principal> {
    const { authorization } = request.headers;
    const log = request.log ?? parts.log;
    if (hasTokenInQuery(request.url)) throw refuse(log, 'token in query');
    const presented: Presented = { headers: { authorization }, log, refusal: undefined, principal: undefined };
    const challenged: Challenged = { statusCode: 200, challenges: [], setHeader: keepChallenges };
    return new Promise((resolve, reject) => {
      check(presented, challenged, (error) => {
        const { principal } = presented;
        if (principal) resolve(principal);
        else reject(challenged.statusCode === 200 ? error : refusalOf(presented, challenged.challenges[0]));
      });
    });
  }

  return { authenticate };
}

function keepChallenges(this: Challenged, _name: string, values: readonly string[]): void {
  this.challenges = values;
}

function verifyToken(parts: AuthenticatorParts, presented: Presented, token: string, done: Verified): void {
  const refused = (reason: Refusal, found?: Found) => {
    presented.refusal = reason;
    logRefusal(presented.log, reason, found);
    done(null, false, { message: REFUSALS[reason] });
  };
  if (!isWellFormed(token)) {
    refused(token.startsWith(TOKEN_PREFIX) ? 'malformed' : 'foreign');
    return;
  }
  const judge = (found: Found | undefined) => {
    if (!found) refused('unknown');
    else if (found.credential.revoked !== undefined) refused('revoked', found);
    else if (found.credential.expires !== undefined && isExpired(found.credential, parts.clock()))
      refused('expired', found);
    else done(null, principalOf(found));
  };
  parts.store.credentialByHash(hashToken(token)).then(judge).catch(done);
}

interface Found {
  readonly credential: Credential;
  readonly tenant: Tenant;
}

function principalOf({ credential, tenant }: Found): Principal {
  return {
    tenant,
    credential: { id: credential.id, name: credential.name },
    // A scope that a later version has stored means nothing to this one.
    scopes: new Set(credential.scopes.filter(isScope)),
  };
}

/** True from the moment of `expires` on. `now`: ISO 8601. */
export function isExpired(credential: Pick<Credential, 'expires'>, now: string): boolean {
  return credential.expires !== undefined && Date.parse(credential.expires) <= Date.parse(now);
}

/** The error for a request that the strategy failed: it looked at the token, or found none in the header. */
function refusalOf(presented: Presented, challenge: string | undefined): AccessRefused {
  const { refusal } = presented;
  if (refusal) return new AccessRefused('unauthorized', REFUSALS[refusal], challenge ?? bearerChallenge());
  const { authorization } = presented.headers;
  if (!authorization) return refuse(presented.log, 'no credential');
  const [scheme, ...rest] = authorization.split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer') return refuse(presented.log, 'wrong scheme');
  // RFC 6750 §3: an error code only when a token was sent, however badly.
  return refuse(presented.log, 'malformed header', rest.some((part) => part !== '') ? 'invalid_token' : undefined);
}

function refuse(log: AccessLog, reason: Refusal, error?: 'invalid_token'): AccessRefused {
  logRefusal(log, reason);
  const parameters = error && { error_description: REFUSALS[reason] };
  return new AccessRefused('unauthorized', REFUSALS[reason], bearerChallenge(error, parameters));
}

/** The log learns why, and which credential it was, never anything of the header. */
function logRefusal(log: AccessLog, reason: Refusal, found?: Found): void {
  const whose = found && { tenant: found.tenant.name, credential: found.credential.id };
  log.warn({ reason, ...whose }, 'authentication refused');
}

/** `?access_token=…` in any spelling that a query parser could read as such. */
function hasTokenInQuery(url: string | undefined): boolean {
  const start = url === undefined ? -1 : url.indexOf('?');
  if (url === undefined || start < 0) return false;
  const query = url.slice(start + 1);
  // Parsing is dear, and few queries have a parameter whose name could decode to this one.
  if (!/(?:^|&)[^=&]*(?:token|%)/i.test(query)) return false;
  return [...new URLSearchParams(query).keys()].some((name) => /^access_token\b/i.test(name.trim()));
}
