/**
 * JWTs of trusted issuers: as they are (Entra with a blank secret), and as client assertions (RFC 7523 §2.2).
 * Knows: which credential a token is of, whether it is genuine and in time. Does not know: HTTP, how keys are fetched.
 */
import { decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { ScimError } from '../../scim/errors.js';
import type { JsonObject } from '../../scim/json.js';
import type { Store, Trust } from '../../store/store.js';
import { AccessRefused, bearerChallenge } from '../refusal.js';
import { hashToken } from '../token.js';
import { asTime, type Mismatch, mismatches, reasonOf, shown } from './claims.js';
import type { IssuerKeys } from './issuer-keys.js';
import { asRefusal } from './jose-errors.js';
import { IssuerError, JwtRefused, type Trusted } from './refusal.js';

/** Asymmetric signatures alone: whoever can check one of these cannot make one. */
export const ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Seconds by which the clocks of an issuer and of this server may differ. */
const TOLERANCE = 60;
/** Characters of a token. */
const LONGEST = 16_384;
/** How long a token that was found genuine need not be checked again, unless it ends before. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 10_000;

/** A token that was found genuine. */
export interface TrustedToken extends Trusted {
  /** Its claim `exp`: seconds since 1970. */
  readonly expires: number;
}

export interface TrustedTokens {
  /**
   * Whose a JWT in the Authorization header is. The credential is looked up each time, so that what was revoked is
   * refused at once. `tenant`: the name in the path, which decides between credentials that trust the same.
   * @throws AccessRefused; ScimError unavailable when the issuer cannot be asked for its keys.
   */
  verify(jwt: string, purpose: 'bearer', tenant?: string): Promise<Trusted>;
  /**
   * Whose a client assertion is. `candidates`: the credential that the client named; without it the issuer decides.
   * @throws JwtRefused; IssuerError when the issuer cannot be asked for its keys at present.
   */
  verifyAssertion(jwt: string, candidates?: readonly Trusted[]): Promise<TrustedToken>;
}

export interface TrustedTokensParts {
  readonly store: Pick<Store, 'findByIssuer'>;
  readonly keys: IssuerKeys;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
}

export function createTrustedTokens({ store, keys, clock }: TrustedTokensParts): TrustedTokens {
  /** Until when each token (by its hash) need not be checked again; milliseconds since 1970. */
  const genuine = new Map<string, number>();

  async function find(jwt: string, named?: readonly Trusted[], tenant?: string): Promise<TrustedToken> {
    const { header, claims } = read(jwt);
    const candidates = named ?? (await candidatesOf(store, claims));
    const found = choose(candidates, claims, tenant);
    const now = Date.parse(clock());
    const hash = hashToken(jwt);
    if (!((genuine.get(hash) ?? 0) > now)) {
      await checkSignature(jwt, header, found, keys, now);
      remember(genuine, hash, Math.min(now + REMEMBERED_MS, expiryOf(claims) * 1_000));
    }
    // Last, so that only whoever has a genuine token learns what became of its credential.
    checkState(found, clock());
    return { ...found, expires: expiryOf(claims) };
  }

  async function verify(jwt: string, _purpose: 'bearer', tenant?: string): Promise<Trusted> {
    try {
      return await find(jwt, undefined, tenant);
    } catch (error) {
      throw toAccess(error);
    }
  }

  return { verify, verifyAssertion: (jwt, candidates) => find(jwt, candidates) };
}

interface Read {
  readonly header: ProtectedHeaderParameters;
  readonly claims: JWTPayload;
}

/** What the token says of itself; nothing of it is believed yet. */
function read(jwt: string): Read {
  if (jwt.length > LONGEST) {
    throw new JwtRefused('The token is too long.', { failed: 'form', expected: `at most ${LONGEST} characters` });
  }
  let said: Read;
  try {
    said = { header: decodeProtectedHeader(jwt), claims: decodeJwt(jwt) };
  } catch {
    throw new JwtRefused('The token is not a well-formed JWT.', { failed: 'form', expected: 'a signed JWT' });
  }
  const { alg } = said.header;
  if (alg === undefined || !ALGORITHMS.includes(alg)) {
    const reason: JsonObject = { failed: 'alg', expected: ALGORITHMS.join(', '), came: shown(alg) };
    throw new JwtRefused('The token is not signed with an algorithm that is accepted here.', reason);
  }
  return said;
}

async function candidatesOf(store: TrustedTokensParts['store'], { iss }: JWTPayload): Promise<readonly Trusted[]> {
  const candidates = typeof iss === 'string' ? await store.findByIssuer(iss) : [];
  if (candidates.length > 0) return candidates;
  const reason: JsonObject = { failed: 'iss', expected: 'an issuer that a credential trusts', came: shown(iss) };
  throw new JwtRefused('The issuer of the token is not trusted here.', reason);
}

/**
 * The one credential whose trust the claims fit; one that is revoked only when no other of its tenant fits. Anybody may
 * say that they trust an issuer: where two tenants do, or one did, what comes for neither by name is for neither.
 */
function choose(candidates: readonly Trusted[], claims: JWTPayload, tenant?: string): Trusted {
  const judged = candidates.flatMap((found) => {
    const { trust } = found.credential;
    return trust ? [{ found, wrong: mismatches(trust, claims) }] : [];
  });
  const fitting = ofTenant(judged, tenant).filter(({ wrong }) => wrong.length === 0);
  const all = fitting.length > 0 ? fitting : judged.filter(({ wrong }) => wrong.length === 0);
  const live = all.filter(({ found }) => found.credential.revoked === undefined);
  const [only, ...others] = live.length > 0 ? live : all;
  if (!only) throw misfit(ofTenant(judged, tenant));
  const isOfOneTenant = all.every(({ found }) => found.tenant.id === only.found.tenant.id);
  if (live.length > 0 && (others.length > 0 || !isOfOneTenant)) throw ambiguous(all.length);
  return only.found;
}

interface Judged {
  readonly found: Trusted;
  readonly wrong: readonly Mismatch[];
}

/** Those of the tenant that is named, where there are any. */
function ofTenant(judged: readonly Judged[], name: string | undefined): readonly Judged[] {
  const own = judged.filter(({ found }) => found.tenant.name.toLowerCase() === name?.toLowerCase());
  return own.length > 0 ? own : judged;
}

function ambiguous(count: number): JwtRefused {
  return new JwtRefused('The token fits more than one credential: state the client_id, or the tenant in the address.', {
    failed: 'credential',
    expected: 'one credential that the claims fit',
    came: `${count} of them`,
  });
}

/** What another tenant expects is not told to anybody: only where all candidates are of one tenant is it recorded. */
function misfit(judged: readonly Judged[]): JwtRefused {
  const [closest] = [...judged].sort((one, other) => one.wrong.length - other.wrong.length);
  const isOfOneTenant = judged.every(({ found }) => found.tenant.id === closest?.found.tenant.id);
  const [first] = closest?.wrong ?? [];
  const sentence = SENTENCES[first?.claim ?? 'iss'];
  if (closest && isOfOneTenant) return new JwtRefused(sentence, reasonOf(closest.wrong), closest.found);
  const came = first?.came ?? 'nothing';
  return new JwtRefused(sentence, {
    failed: first?.claim ?? 'iss',
    expected: 'what one of the credentials trusts',
    came,
  });
}

const SENTENCES = {
  iss: 'The issuer of the token is not the one that the credential trusts.',
  aud: 'The token was issued for another audience.',
  tid: 'The token comes from another directory.',
  sub: 'The token was issued for another subject.',
} as const;

async function checkSignature(
  jwt: string,
  header: ProtectedHeaderParameters,
  found: Trusted,
  keys: IssuerKeys,
  now: number,
): Promise<void> {
  const { issuer, audiences, directory } = found.credential.trust as Trust;
  try {
    const { payload } = await jwtVerify(
      jwt,
      (protectedHeader, token) => keys.find(issuer, directory, protectedHeader, token),
      {
        algorithms: [...ALGORITHMS],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp'],
        clockTolerance: TOLERANCE,
        currentDate: new Date(now),
      },
    );
    checkIssued(payload, now, found);
  } catch (error) {
    throw asRefusal(error, { header, found, now });
  }
}

/** jose asks of `iat` only that it is a number. */
function checkIssued({ iat }: JWTPayload, now: number, found: Trusted): void {
  if (iat === undefined || iat * 1_000 <= now + TOLERANCE * 1_000) return;
  const reason: JsonObject = { failed: 'iat', expected: `not after ${new Date(now).toISOString()}`, came: asTime(iat) };
  throw new JwtRefused('The token is from the future.', reason, found);
}

function expiryOf({ exp }: JWTPayload): number {
  return typeof exp === 'number' ? exp : 0;
}

function remember(genuine: Map<string, number>, hash: string, until: number): void {
  genuine.delete(hash);
  genuine.set(hash, until);
  if (genuine.size > MOST_REMEMBERED) genuine.delete(genuine.keys().next().value as string);
}

/** @throws JwtRefused when the credential is no longer good. A tenant that is disabled is for the caller to judge. */
function checkState(found: Trusted, now: string): void {
  const { revoked, expires } = found.credential;
  if (revoked !== undefined) {
    throw new JwtRefused('The credential of the token has been revoked.', { failed: 'revoked', came: revoked }, found);
  }
  if (expires !== undefined && Date.parse(expires) <= Date.parse(now)) {
    const reason: JsonObject = { failed: 'expired', expected: `before ${expires}`, came: now };
    throw new JwtRefused('The credential of the token has expired.', reason, found);
  }
}

/** As the bearer of a SCIM request is told. RFC 6750 §3.1 */
function toAccess(error: unknown): unknown {
  if (error instanceof IssuerError) {
    const detail = 'The keys of the issuer of the token cannot be fetched at present; try again later.';
    return new ScimError('unavailable', detail, { cause: error });
  }
  if (!(error instanceof JwtRefused)) return error;
  const { message, reason, found } = error;
  const challenges = [bearerChallenge('invalid_token', { error_description: message })];
  return new AccessRefused('unauthorized', message, { challenges, reason, tenant: found?.tenant.id });
}
