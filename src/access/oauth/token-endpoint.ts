/**
 * The token endpoint for the grant client_credentials (RFC 6749 §4.4). @node-oauth/oauth2-server holds the protocol of
 * the grant; who the client is, what a token looks like and where it is kept is ours.
 */
import OAuth2Server from '@node-oauth/oauth2-server';
import type { Key, Store } from '../../store/store.js';
import type { AccessLog } from '../authenticate.js';
import type { RequestLimit } from '../request-limit.js';
import { ACCESS_TOKEN_PREFIX, hashToken, newToken, type RandomBytes } from '../token.js';
import { authenticateClient, type Client, type ClientAuthenticationParts } from './client-authentication.js';
import { type OAuthRequest, required } from './form.js';
import { OAuthRefused } from './refusal.js';

/** RFC 6749 §5.1 */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

export interface TokenEndpoint {
  /** @throws OAuthRefused */
  issue(request: OAuthRequest): Promise<{ readonly answer: TokenAnswer; readonly caller: Client }>;
}

export interface TokenEndpointParts extends ClientAuthenticationParts {
  readonly store: ClientAuthenticationParts['store'] & Pick<Store, 'addKey' | 'dropEndedKeys'>;
  readonly newId: () => string;
  /** Tokens of one client. */
  readonly issueLimit: RequestLimit;
  readonly randomBytes: RandomBytes;
  readonly log: AccessLog;
}

/** Seconds that a token lives when its credential does not say. */
const LIFETIME = 3_600;
/** Tokens per second and client; 10 may come at once. Each is a row until it ends. */
const RATE = 2;
/** Seconds that a token lives at least, however soon the assertion ends that it was issued for. */
const SHORTEST = 60;
/** Ended tokens are dropped this often, and this many in one portion. */
const TIDY_EVERY_MS = 300_000;
const TIDY_MOST = 1_000;

export function createTokenEndpoint(parts: TokenEndpointParts): TokenEndpoint {
  const tidy = tidier(parts);
  return {
    issue: async (request) => {
      const grantType = required(request.form, 'grant_type');
      if (grantType !== 'client_credentials') {
        throw new OAuthRefused('unsupported_grant_type', 'The only grant_type here is client_credentials.');
      }
      const client = await authenticateClient(request, parts);
      checkRate(parts.issueLimit, client);
      const answer = await grant(client, request, parts);
      tidy();
      return { answer, caller: client };
    },
  };
}

/** @throws OAuthRefused slow_down */
function checkRate(limit: RequestLimit, found: Client): void {
  const seconds = limit.take(found.credential.id, RATE);
  if (seconds === undefined) return;
  const description = `The client asks for too many tokens: use one until it ends. Wait ${seconds} seconds.`;
  throw new OAuthRefused('slow_down', description, { found, retryAfter: seconds });
}

/** The client is known by now, so the library is given neither its secret nor its assertion. */
async function grant(client: Client, { form }: OAuthRequest, parts: TokenEndpointParts): Promise<TokenAnswer> {
  const { identifier: id = client.credential.id } = client.credential;
  const server = new OAuth2Server({
    model: modelOf(client, parts),
    requireClientAuthentication: { client_credentials: false },
    // Takes `expires_in` from the model: the library would count it from its own clock, and lose a second.
    allowExtendedTokenAttributes: true,
  });
  const body = { grant_type: 'client_credentials', client_id: id, scope: form.get('scope') };
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' };
  const response = new OAuth2Server.Response();
  try {
    await server.token(new OAuth2Server.Request({ method: 'POST', headers, query: {}, body }), response);
  } catch (error) {
    throw toRefusal(error, client);
  }
  return response.body as TokenAnswer;
}

/** What the library asks of the world, for one request. */
function modelOf(client: Client, parts: TokenEndpointParts): OAuth2Server.ClientCredentialsModel {
  const { credential } = client;
  return {
    getClient: async (id) => ({ id, grants: ['client_credentials'] }),
    getUserFromClient: async () => ({}),
    validateScope: async (_user, _client, scope) => {
      if (scope === undefined) return [...credential.scopes];
      const wanted = [...new Set(scope)];
      return wanted.every((name) => credential.scopes.includes(name)) && wanted;
    },
    generateAccessToken: async () => newToken(parts.randomBytes, ACCESS_TOKEN_PREFIX),
    saveToken: async (token, oauthClient, user) => {
      const { accessToken, scope = [] } = token;
      const key = keyOf(accessToken, scope, client, parts);
      await parts.store.addKey(key.key);
      return { accessToken, scope, client: oauthClient, user, expires_in: key.seconds };
    },
    // Asked for by the types alone: the library authenticates no requests here.
    getAccessToken: async () => undefined,
  };
}

function keyOf(
  token: string,
  scopes: readonly string[],
  client: Client,
  { clock, newId }: TokenEndpointParts,
): { readonly key: Key; readonly seconds: number } {
  const { credential } = client;
  const created = clock();
  const seconds = lifetimeOf(client, Date.parse(created));
  const key: Key = {
    id: newId(),
    credential: credential.id,
    kind: 'access',
    hash: hashToken(token),
    // What was granted, even if it is everything: a scope that the credential gains is for tokens that are issued then.
    scopes,
    created,
    expires: new Date(Date.parse(created) + seconds * 1_000).toISOString(),
    hint: undefined,
  };
  return { key, seconds };
}

/** Seconds. Neither longer than the credential, nor, but for a minute, than the assertion that the client has shown. */
function lifetimeOf({ credential, assertionEnds }: Client, now: number): number {
  const lifetime = credential.tokenLifetime ?? LIFETIME;
  const ofAssertion =
    assertionEnds === undefined ? lifetime : Math.max(SHORTEST, Math.floor(assertionEnds - now / 1_000));
  const ofCredential =
    credential.expires === undefined ? lifetime : Math.ceil((Date.parse(credential.expires) - now) / 1_000);
  return Math.min(lifetime, ofAssertion, ofCredential);
}

function toRefusal(error: unknown, found: Client): unknown {
  if (error instanceof OAuth2Server.InvalidScopeError) {
    const names = found.credential.scopes.join(' ');
    const description = `The scope is not one that the client has: leave it out, or ask for some of ${names}.`;
    return new OAuthRefused('invalid_scope', description, { reason: { failed: 'scope', expected: names }, found });
  }
  // The library wraps whatever the model throws.
  return error instanceof OAuth2Server.ServerError ? ((error as { inner?: unknown }).inner ?? error) : error;
}

/** Forgets ended tokens now and then, without anybody waiting for it. */
function tidier({ store, clock, log }: TokenEndpointParts): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const time = clock();
    const now = Date.parse(time);
    if (now - last < TIDY_EVERY_MS) return;
    last = now;
    dropAll(store, time).catch((error: unknown) => {
      log.warn({ err: error }, 'ended access tokens could not be dropped');
    });
  };
}

/** In portions, between which requests get their turn: as many as there are, or they would gather. */
async function dropAll(store: TokenEndpointParts['store'], time: string): Promise<void> {
  while ((await store.dropEndedKeys(time, TIDY_MOST)) >= TIDY_MOST);
}
