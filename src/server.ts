/** The standalone server: a target in an Express app of its own, health checks, start and orderly stop. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express } from 'express';
import { pino } from 'pino';
import { errorHandler } from './http/error-handler.js';
import { EVENTS_PATH } from './http/events-router.js';
import { healthRouter } from './http/health-router.js';
import { METADATA_PATH, OAUTH_PATH } from './http/oauth-router.js';
import type { ServerOptions } from './options.js';
import { ScimError } from './scim/errors.js';
import type { Store } from './store/store.js';
import { createTarget, type ScimTarget } from './target.js';

export { OAUTH_PATH };

/** Where the SCIM endpoints are, below the server's origin. */
export const SCIM_PATH = '/scim/v2';
export const TENANT_PATH = '/tenants/:tenant/scim/v2';

/** Where events are, below the path of a tenant. */
const TENANT_EVENTS_PATH = `/tenants/:tenant${EVENTS_PATH}`;

/** Where the admin page is. */
export const ADMIN_PATH = '/admin';

/** A server that listens. */
export interface RunningServer {
  /** Origin, without a slash: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly store: Store;
  /** Takes no new requests, lets those in flight finish (at most `stopTimeout`), then closes the store. */
  close(): Promise<void>;
}

/**
 * Redaction is a second line of defence: no log line is meant to hold any of these. No wildcards, which would cost
 * each line more than the rest of it.
 */
const SECRETS = ['authorization', 'cookie', 'password', 'token', 'secret', 'client_secret', 'access_token'];
const REDACTED = [
  ...SECRETS,
  ...['headers', 'req.headers', 'body', 'err'].flatMap((place) => SECRETS.map((name) => `${place}.${name}`)),
];

/** @throws when the store cannot be opened or the port is taken */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const logger = createLogger(options.logLevel);
  const target = await createTarget({ logger: logger.log }, options);
  const state: ServerState = { isStopping: false, unanswered: new Map() };
  const server = createServer(createApp(target, options, state));
  server.prependListener('request', ({ socket }, response) => noteUnanswered(socket, response, state));
  server.on('clientError', refuseMalformed);
  try {
    await listen(server, options);
  } catch (error) {
    await target.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    state.isStopping = true;
    for (const response of state.unanswered.values()) announceClose(response);
    target.endWaits();
    await stopListening(server, options.stopTimeout);
    await target.close();
    logger.flush();
  };
  return { url: `http://${host}:${port}`, store: target.store, close: () => (closing ??= close()) };
}

interface ServerState {
  isStopping: boolean;
  /** The last response on each connection; it may be answered already. */
  readonly unanswered: Map<Socket, ServerResponse>;
}

function noteUnanswered(socket: Socket, response: ServerResponse, { isStopping, unanswered }: ServerState): void {
  if (isStopping) announceClose(response);
  if (!unanswered.has(socket)) socket.once('close', () => unanswered.delete(socket));
  unanswered.set(socket, response);
}

/** A stopping server says so with each answer, so that no client sends its next request into a closing connection. */
function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function createApp(target: ScimTarget, { trustProxy }: ServerOptions, state: ServerState): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', trustProxy);
  app.use(SCIM_PATH, target.scimRouter);
  app.use(TENANT_PATH, target.scimRouter);
  app.use(OAUTH_PATH, target.oauthRouter);
  app.use(METADATA_PATH, target.oauthMetadata);
  app.use(EVENTS_PATH, target.eventsRouter);
  app.use(TENANT_EVENTS_PATH, target.eventsRouter);
  app.use(ADMIN_PATH, target.adminRouter);
  app.use(healthRouter({ store: target.store, isStopping: () => state.isStopping }));
  app.use(target.unknownAddress({ shared: SCIM_PATH, ofTenant: TENANT_PATH }));
  app.use(errorHandler());
  return app;
}

/** Lines are gathered and written a few times a second: a write per request would cost more than the request. */
function createLogger(level: string) {
  const destination = pino.destination({ sync: false, minLength: 16_000 });
  const log = pino({ level, redact: { paths: REDACTED, censor: '[redacted]' }, base: undefined }, destination);
  const timer = setInterval(() => destination.flush(), 250);
  timer.unref();
  return {
    log,
    flush: () => {
      clearInterval(timer);
      destination.flushSync();
    },
  };
}

function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that wait for a next request are closed at once, the others when their request is answered. */
async function stopListening(server: Server, timeout: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  const deadline = setTimeout(() => server.closeAllConnections(), timeout);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

/** What is not even HTTP gets the same error body as everything else. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const detail = isTooLarge
    ? 'The request line and headers are larger than the server accepts.'
    : 'The request is not valid HTTP.';
  const body = JSON.stringify({
    ...new ScimError('invalidSyntax', detail).toMessage(),
    ...(isTooLarge && { status: '431' }),
  });
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
