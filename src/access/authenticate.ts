/**
 * From the Authorization header to a Principal, through passport: strategies/bearer.ts and strategies/basic.ts.
 * Knows: the shapes a header can have, what the client, the log and the activity are told of a refusal.
 * Does not know: Express, bodies, routes, how a credential is checked. Next stage: principal.ts (requireScope,
 * requireTenant).
 */
import { Passport, type Strategy } from 'passport';
import type { JsonObject } from '../scim/json.js';
import type { Store, Tenant } from '../store/store.js';
import { createPasswordCheck, type PasswordCheck } from './password-check.js';
import { type AccessLog, NO_GUESS, type Presented, REFUSALS, type Refusal, type RefusalName } from './presented.js';
import type { Principal } from './principal.js';
import { AccessRefused, BASIC_CHALLENGE, bearerChallenge } from './refusal.js';
import { basicStrategy } from './strategies/basic.js';
import { bearerStrategy, type Federation } from './strategies/bearer.js';
import { createThrottle, type Throttle } from './throttle.js';
import { isWellFormed, kindOf } from './token.js';

export type { AccessLog } from './presented.js';

/** What is read of a request: an IncomingMessage fits. Its body, parsed or not, is never looked at. */
export interface AuthenticationRequest {
  readonly headers: { readonly authorization?: string | undefined };
  /** With the query, as received. */
  readonly url?: string | undefined;
  /** The client's, as far as proxies are trusted. */
  readonly address?: string | undefined;
  /** Name of the tenant in the path, where it names one. */
  readonly tenant?: string | undefined;
  /** The request's own logger, which carries its id; without it the authenticator's. */
  readonly log?: AccessLog | undefined;
  /** The request itself, for an app that authenticates by itself. */
  readonly incoming?: unknown;
}

/** Tells who is calling. One for the life of a target; safe for any number of requests at once. */
export interface Authenticator {
  /**
   * @throws AccessRefused unauthorized, with the challenges to send; forbidden for a disabled tenant; tooManyRequests.
   * Whatever the store throws comes through as it is.
   */
  authenticate(request: AuthenticationRequest): Promise<Principal>;
}

/** What an authenticator is made of. */
export interface AuthenticatorParts {
  readonly store: Pick<Store, 'findBearer' | 'findByIdentifier' | 'tenantByName'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly log: AccessLog;
  /** One of its own without it. */
  readonly throttle?: Throttle | undefined;
  /** Without it no JWT is taken. */
  readonly federation?: Federation | undefined;
  /** One of its own without it. */
  readonly passwords?: PasswordCheck | undefined;
}

/** What passport sees of a response: it learns there that a request is refused. */
interface Challenged {
  statusCode: number;
  setHeader(): void;
}

type Check = (presented: Presented, challenged: Challenged, next: (error?: unknown) => void) => void;

// Made once: the options say that passport is to leave its findings on what it is given and to call back.
const FINDINGS = { session: false, assignProperty: 'principal', authInfo: false, failWithError: true };

const BASIC = /^Basic(?: |$)/i;

/** An authenticator with a passport instance of its own, so that several targets can live in one process. */
export function createAuthenticator(parts: AuthenticatorParts): Authenticator {
  const { store, clock, federation, throttle = createThrottle() } = parts;
  const passwords = parts.passwords ?? createPasswordCheck({ throttle, clock });
  const passport = new Passport();
  passport.use('bearer', bearerStrategy({ store, clock, federation }) as Strategy);
  passport.use('basic', basicStrategy({ store, clock, passwords }) as Strategy);
  const checkBearer: Check = passport.authenticate('bearer', FINDINGS);
  const checkBasic: Check = passport.authenticate('basic', FINDINGS);
  const refuse = (request: AuthenticationRequest, refusal: Refusal) =>
    refused({ ...parts, throttle }, request, refusal);

  return {
    authenticate: (request) => {
      const { headers, url, address, tenant } = request;
      const { authorization } = headers;
      if (hasTokenInQuery(url)) return refuse(request, { name: 'token in query' });
      const presented: Presented = {
        headers: { authorization },
        address,
        tenant,
        refusal: undefined,
        principal: undefined,
      };
      const challenged: Challenged = { statusCode: 200, setHeader: ignore };
      const check = authorization !== undefined && BASIC.test(authorization) ? checkBasic : checkBearer;
      return new Promise((resolve, reject) => {
        check(presented, challenged, (error) => {
          if (presented.principal) resolve(presented.principal);
          else if (challenged.statusCode === 200) reject(error);
          else refuse(request, presented.refusal ?? refusalOfHeader(authorization)).catch(reject);
        });
      });
    },
  };
}

function ignore(): void {}

/** The refusal of a header in which the strategy found nothing to look at. */
function refusalOfHeader(authorization: string | undefined): Refusal {
  if (!authorization) return { name: 'no credential' };
  const [scheme = '', ...rest] = authorization.split(/\s+/);
  const isBearer = scheme.toLowerCase() === 'bearer';
  return {
    name: isBearer ? 'malformed header' : 'wrong scheme',
    expected: { scheme: 'Bearer', parts: 2 },
    came: isBearer
      ? { scheme: 'Bearer', parts: rest.filter((part) => part !== '').length + 1 }
      : { scheme: knownScheme(scheme), kind: kindOf(scheme), wellFormed: isWellFormed(scheme) },
  };
}

const SCHEMES = ['Bearer', 'Basic', 'Digest', 'Token', 'ApiKey', 'Negotiate', 'NTLM', 'OAuth', 'DPoP', 'SSWS', 'JWT'];

/** Never the text itself: where the scheme was left out, it is the token. */
function knownScheme(text: string): string {
  return (
    SCHEMES.find((scheme) => scheme.toLowerCase() === text.replace(/:$/, '').toLowerCase()) ?? 'none that is known'
  );
}

/** @throws AccessRefused always, after the log has learned of it and guessing was slowed. */
async function refused(
  { store, log, throttle }: Pick<AuthenticatorParts, 'store' | 'log'> & { throttle: Throttle },
  request: AuthenticationRequest,
  refusal: Refusal,
): Promise<never> {
  const reason = reasonOf(refusal);
  logRefusal(request.log ?? log, refusal, reason);
  const isGuess = !NO_GUESS.has(refusal.name);
  if (isGuess) throttle.failed({ address: request.address });
  const ofPath = request.tenant === undefined ? undefined : await store.tenantByName(request.tenant);
  const tooMany = refusal.retryAfter ?? (isGuess ? await throttle.hold(request.address) : undefined);
  const tenant = refusal.found?.tenant.id ?? refusal.tenant ?? ofPath?.id;
  const detail = refusal.detail ?? REFUSALS[refusal.name];
  if (tooMany !== undefined) {
    throw new AccessRefused('tooManyRequests', REFUSALS['too many failures'], { reason, tenant, retryAfter: tooMany });
  }
  if (refusal.name === 'tenant disabled') throw new AccessRefused('forbidden', detail, { reason, tenant });
  const challenges = challengesFor(request, refusal.name, detail, ofPath);
  throw new AccessRefused('unauthorized', detail, { challenges, reason, tenant });
}

/** Refusals of a request that has sent no bearer token. */
const WITHOUT_TOKEN: ReadonlySet<RefusalName> = new Set(['no credential', 'token in query', 'wrong scheme']);

/** RFC 6750 §3: an error code only when a token was sent, however badly. */
function challengesFor(
  { headers: { authorization } }: AuthenticationRequest,
  name: RefusalName,
  detail: string,
  ofPath: Tenant | undefined,
): string[] {
  const isBasic = authorization !== undefined && BASIC.test(authorization);
  const hasToken = !isBasic && !WITHOUT_TOKEN.has(name) && /^Bearer\s+\S/i.test(authorization ?? '');
  const description = { error_description: detail.replace(/[^\x20-\x7e]|["\\]/g, "'") };
  const challenges = [hasToken ? bearerChallenge('invalid_token', description) : bearerChallenge()];
  // Elsewhere a browser would ask people for a password that opens nothing.
  if (ofPath?.settings.allowsBasic && (isBasic || !authorization)) challenges.push(BASIC_CHALLENGE);
  return challenges;
}

function reasonOf({ name, lookedFor, expected, came, found, reason }: Refusal): JsonObject {
  if (reason) return reason;
  return {
    failed: name,
    ...(lookedFor !== undefined && { lookedFor }),
    ...(expected && { expected }),
    ...(came && { came }),
    ...(found && { credential: { id: found.credential.id, name: found.credential.name, kind: found.credential.kind } }),
  };
}

/** The log learns why, and which credential it was, never anything of the header. */
function logRefusal(log: AccessLog, { name, found }: Refusal, reason: JsonObject): void {
  const { failed = name, lookedFor, expected, came } = reason;
  const whose = found && { tenant: found.tenant.name, credential: found.credential.id };
  log.warn({ reason: failed, lookedFor, expected, came, ...whose }, 'authentication refused');
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
