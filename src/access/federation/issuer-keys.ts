/**
 * The public keys of token issuers, found by OpenID Connect discovery and kept for a while.
 * Knows: the discovery document, JWKS, when to ask again. Does not know: how a document is fetched, what a token claims.
 */
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JWK, type JWSHeaderParameters } from 'jose';
import type { JsonObject } from '../../scim/json.js';
import type { FetchJson } from './fetch-json.js';
import { IssuerError } from './refusal.js';

/** Keys are fetched again after an hour. */
const FRESH_MS = 3_600_000;
/** While the issuer cannot be asked, known keys are used for a day. */
const STALE_MS = 86_400_000;
/** An issuer is asked no more often than that, whatever key ids tokens name. */
const PAUSE_MS = 30_000;
/** Issuers to remember; the one that was used least recently is forgotten first. */
const MOST_ISSUERS = 1_000;
/** Keys of one issuer. Entra has about ten. */
const MOST_KEYS = 100;

export interface IssuerKeysParts {
  readonly fetchJson: FetchJson;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What jose asks for a key; it picks by `kid` and `alg`. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

export interface IssuerKeys {
  /**
   * The key for a token of an issuer. Fetched when it is not known, or known for too long.
   * `directory`: what may stand for `{tenantid}` in the issuer of the discovery document.
   * @throws IssuerError; errors.JWKSNoMatchingKey of jose when the issuer has no such key.
   */
  find(
    issuer: string,
    directory: string | undefined,
    header: JWSHeaderParameters,
    token: FlattenedJWSInput,
  ): ReturnType<KeySet>;
}

/** What is known of one issuer. */
interface Known {
  keys: KeySet | undefined;
  /** When the keys were fetched, and when fetching was last tried. */
  fetched: number;
  tried: number;
  /** Why it failed when it was last tried. */
  failure: IssuerError | undefined;
  fetching: Promise<void> | undefined;
}

export function createIssuerKeys(parts: IssuerKeysParts): IssuerKeys {
  const { now } = parts;
  const issuers = new Map<string, Known>();

  async function refresh(known: Known, issuer: string, directory: string | undefined): Promise<void> {
    known.tried = now();
    try {
      known.keys = createLocalJWKSet({ keys: await fetchKeys(parts.fetchJson, issuer, directory) });
      known.fetched = now();
      known.failure = undefined;
    } catch (error) {
      known.failure =
        error instanceof IssuerError ? error : new IssuerError('its keys are not valid', true, { cause: error });
    }
  }

  /** Those who ask while a fetch is under way wait for it. */
  async function refreshOnce(known: Known, issuer: string, directory: string | undefined): Promise<void> {
    if (!known.fetching && now() - known.tried < PAUSE_MS) return;
    known.fetching ??= refresh(known, issuer, directory).finally(() => {
      known.fetching = undefined;
    });
    await known.fetching;
  }

  const find: IssuerKeys['find'] = async (issuer, directory, header, token) => {
    const known = knownOf(issuers, issuer);
    if (!known.keys || now() - known.fetched >= FRESH_MS) await refreshOnce(known, issuer, directory);
    try {
      return await usable(known, now())(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // A key that is not known may be a new one.
      const { fetched } = known;
      await refreshOnce(known, issuer, directory);
      if (known.fetched === fetched) throw known.failure ?? error;
      return usable(known, now())(header, token);
    }
  };

  return { find };
}

function knownOf(issuers: Map<string, Known>, issuer: string): Known {
  const never = Number.NEGATIVE_INFINITY;
  const known = issuers.get(issuer) ?? {
    keys: undefined,
    fetched: never,
    tried: never,
    failure: undefined,
    fetching: undefined,
  };
  issuers.delete(issuer);
  issuers.set(issuer, known);
  if (issuers.size > MOST_ISSUERS) issuers.delete(issuers.keys().next().value as string);
  return known;
}

function usable({ keys, fetched, failure }: Known, now: number): KeySet {
  if (keys && now - fetched < STALE_MS) return keys;
  throw failure ?? new IssuerError('its keys were not fetched', true);
}

/** @throws IssuerError */
async function fetchKeys(fetchJson: FetchJson, issuer: string, directory: string | undefined): Promise<JWK[]> {
  // OpenID Connect Discovery 1.0 §4: a slash at the end goes first.
  const document = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  checkIssuer(document.issuer, issuer, directory);
  const { jwks_uri: place } = document;
  if (typeof place !== 'string') throw new IssuerError('its discovery document has no jwks_uri', true);
  const { keys } = await fetchJson(place);
  if (!Array.isArray(keys)) throw new IssuerError('its jwks_uri has no keys', true);
  // A key that is no public one of a pair must never verify anything.
  return (keys as unknown as JWK[]).filter((key) => isPublicKey(key as unknown as JsonObject)).slice(0, MOST_KEYS);
}

function isPublicKey(key: JsonObject | null): boolean {
  return typeof key === 'object' && key !== null && ['RSA', 'EC', 'OKP'].includes(String(key.kty));
}

/** Entra's documents for all tenants together have a placeholder in place of the tenant. */
function checkIssuer(came: unknown, issuer: string, directory: string | undefined): void {
  const named = typeof came === 'string' && directory !== undefined ? came.replaceAll('{tenantid}', directory) : came;
  if (named === issuer) return;
  throw new IssuerError(
    `its discovery document names another issuer: ${JSON.stringify(came ?? null).slice(0, 300)}`,
    false,
  );
}
