/**
 * The OAuth endpoints: token (RFC 6749), introspect (RFC 7662), revoke (RFC 7009), metadata (RFC 8414).
 * Knows Express; decides nothing. Mounted at `/oauth`, or wherever the embedding app has it.
 */
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { ALGORITHMS } from '../access/federation/trusted-tokens.js';
import { type OAuthRequest, readForm } from '../access/oauth/form.js';
import { ENDPOINTS, metadataOf } from '../access/oauth/metadata.js';
import { type OAuthErrorName, OAuthRefused } from '../access/oauth/refusal.js';
import type { Answered, OAuthServer } from '../access/oauth/server.js';
import { REALM } from '../access/refusal.js';
import { ScimError } from '../scim/errors.js';
import { beginExchange, type ExchangeParts, exchangeOf } from './exchange.js';
import { writeHead } from './headers.js';
import { originOf, readBaseUrl } from './read-request.js';

/** Where the standalone server has the endpoints. */
export const OAUTH_PATH = '/oauth';
/** RFC 8414 §3: stands before the path of the issuer. */
export const METADATA_PATH = '/.well-known/oauth-authorization-server';

export interface OAuthRouterParts extends ExchangeParts {
  readonly oauth: OAuthServer;
  /** Origin and path prefix of the URLs in answers; undefined: as the client addressed the server. */
  readonly publicUrl: string | undefined;
}

/** Bytes of a form. The largest thing in one is an assertion, of a few thousand. */
const LARGEST_FORM = 65_536;

/** The endpoints, and the metadata as some clients ask for it: below the issuer. */
export function oauthRouter(parts: OAuthRouterParts): Router {
  const { oauth } = parts;
  const router = express.Router();
  router.use(beginExchange(parts));
  const endpoint = (path: string, work: OAuthServer[keyof OAuthServer]) =>
    router.route(path).post(readBytes, answer(work)).all(allowing('POST'));
  endpoint(ENDPOINTS.token, oauth.issue);
  endpoint(ENDPOINTS.introspection, oauth.introspect);
  endpoint(ENDPOINTS.revocation, oauth.revoke);
  router
    .route(METADATA_PATH)
    .get((request, response) => sendMetadata(response, readBaseUrl(request, parts.publicUrl), parts))
    .all(allowing('GET'));
  router.use(() => {
    throw new NothingHere();
  });
  router.use(oauthErrors);
  return router;
}

/**
 * The metadata where RFC 8414 has it, to be mounted at METADATA_PATH. `path`: where oauthRouter is; asked for without
 * it as well, since there is one authorization server.
 */
export function oauthMetadata(parts: OAuthRouterParts, path: string): Router {
  const router = express.Router();
  router.get(['/', path], (request, response) => {
    sendMetadata(response, (parts.publicUrl ?? originOf(request, request.headers.host)) + path, parts);
  });
  router.use(oauthErrors);
  return router;
}

/** Kept where it is the same for all: without a public URL, whoever asks first would say where others send their secrets. */
function sendMetadata(response: Response, issuer: string, { publicUrl }: Pick<OAuthRouterParts, 'publicUrl'>): void {
  const isSame = publicUrl !== undefined;
  sendJson(response, 200, metadataOf(issuer, ALGORITHMS), isSame ? { 'Cache-Control': 'public, max-age=3600' } : {});
}

/** Taken as bytes, whatever it is called; readParameters judges the media type. */
const readBytes = express.raw({ type: () => true, limit: LARGEST_FORM });

function answer(
  work: (request: OAuthRequest, address: string | undefined) => Promise<Answered<unknown>>,
): RequestHandler {
  return async (request, response) => {
    const exchange = exchangeOf(response);
    const oauthRequest = { authorization: request.headers.authorization, form: readForm(readParameters(request)) };
    const { answer: body, caller } = await work(oauthRequest, exchange?.address);
    if (exchange) exchange.principal = { ...caller, scopes: new Set() };
    if (body === undefined) sendNothing(response);
    else sendJson(response, 200, body);
  };
}

/**
 * The form as names and values: read here, or by a body parser of the embedding app.
 * @throws OAuthRefused invalid_request for anything but a form.
 */
function readParameters(request: Request): Iterable<readonly [string, unknown]> {
  const [type] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type?.trim().toLowerCase() !== FORM) {
    throw new OAuthRefused('invalid_request', `The body must be a form: send it with the Content-Type ${FORM}.`);
  }
  const body: unknown = request.body;
  if (Buffer.isBuffer(body)) return new URLSearchParams(body.toString());
  if (typeof body === 'string') return new URLSearchParams(body);
  return Object.entries((body ?? {}) as Record<string, unknown>);
}

const FORM = 'application/x-www-form-urlencoded';

/** An address that there is not, below the mount path. */
class NothingHere extends Error {}

/** A known address with a method that it does not have. RFC 9110 §15.5.6 */
class WrongMethod extends Error {
  constructor(readonly allowed: string) {
    super();
  }
}

function allowing(method: 'GET' | 'POST'): RequestHandler {
  return () => {
    throw new WrongMethod(method === 'GET' ? 'GET, HEAD' : method);
  };
}

/** RFC 6749 §5.2: whatever was thrown, as JSON. Why this server failed is for the log alone. */
const oauthErrors: ErrorRequestHandler = (thrown: unknown, _request, response, _next) => {
  const exchange = exchangeOf(response);
  const { error, message, status, headers, refused } = explain(thrown);
  if (status >= 500) exchange?.logger.error({ err: refused?.cause ?? thrown }, 'request failed');
  const reason = refused?.notes.reason;
  const found = refused?.notes.found;
  if (reason) {
    const whose = found && { tenant: found.tenant.name, credential: found.credential.id };
    exchange?.warn({ reason, ...whose }, 'token request refused');
  }
  exchange?.refuseAs({ kind: error, detail: message, reason }, found?.tenant.id);
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { error, error_description: message }, headers);
};

interface Explained {
  readonly error: OAuthErrorName;
  readonly message: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly refused?: OAuthRefused;
}

function explain(thrown: unknown): Explained {
  if (thrown instanceof OAuthRefused) {
    const { error, message, status } = thrown;
    return { error, message, status, headers: headersOf(thrown), refused: thrown };
  }
  const error = 'invalid_request';
  if (thrown instanceof NothingHere) {
    const message = `There is nothing at this address: the endpoints are ${Object.values(ENDPOINTS).join(', ')}.`;
    return { error, message, status: 404 };
  }
  if (thrown instanceof WrongMethod) {
    return {
      error,
      message: `Send the request with ${thrown.allowed}.`,
      status: 405,
      headers: { Allow: thrown.allowed },
    };
  }
  return explainOther(thrown);
}

/** What the body parser and the store throw. */
function explainOther(thrown: unknown): Explained {
  const { status } = thrown as { status?: unknown };
  if (status === 413) {
    return { error: 'invalid_request', message: `The form is larger than ${LARGEST_FORM} bytes.`, status };
  }
  if (thrown instanceof ScimError && thrown.kind === 'unavailable') {
    const message = 'The store is not available: try again later.';
    return { error: 'temporarily_unavailable', message, status: 503, headers: { 'Retry-After': '5' } };
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { error: 'invalid_request', message: 'The request is not well formed.', status: 400 };
  }
  return { error: 'server_error', message: 'The server failed: the log holds the reason.', status: 500 };
}

function headersOf({ error, message, notes }: OAuthRefused): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error === 'invalid_client') headers['WWW-Authenticate'] = `Basic realm="${REALM}"`;
  if (error === 'invalid_token') {
    headers['WWW-Authenticate'] = `Bearer realm="${REALM}", error="invalid_token", error_description="${message}"`;
  }
  if (notes.retryAfter !== undefined) headers['Retry-After'] = String(notes.retryAfter);
  return headers;
}

/** RFC 6749 §5.1: nobody keeps an answer that may hold a token. */
const NO_STORE = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

function sendJson(response: Response, status: number, value: unknown, headers: Record<string, string> = {}): void {
  const body = JSON.stringify(value);
  const all = {
    ...NO_STORE,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  };
  if ('Cache-Control' in headers) Reflect.deleteProperty(all, 'Pragma');
  writeHead(response, status, all);
  response.end(body);
}

function sendNothing(response: Response): void {
  writeHead(response, 200, { ...NO_STORE, 'Content-Length': 0 });
  response.end();
}
