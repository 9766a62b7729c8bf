/** The one place where a throw becomes an answer: a SCIM error body, and a log line with the reason. */
import type { ErrorRequestHandler, Response } from 'express';
import { AccessRefused } from '../access/refusal.js';
import { ScimError } from '../scim/errors.js';
import { type Exchange, exchangeOf, withoutSecrets } from './exchange.js';
import { writeHead } from './headers.js';
import { SCIM_JSON } from './write-response.js';

/** Seconds that a client is asked to wait when the store is away. */
const RETRY_AFTER = '5';

/** Answers every error of the routes before it, whatever threw it. */
export function errorHandler(): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const exchange = exchangeOf(response);
    const error = explainTo(exchange)(thrown);
    exchange?.refuse(error);
    if (response.headersSent) {
      // Part of the answer is out: breaking the connection is the only way left to say that it is not whole.
      response.destroy();
      return;
    }
    sendError(response, error);
  };
}

/**
 * What a client is told of something that was thrown. Why this server failed is for the log alone, once where many
 * operations failed of it.
 */
export function explainTo(exchange: Exchange | undefined): (thrown: unknown) => ScimError {
  let logged: unknown;
  return (thrown) => {
    const error = toScimError(thrown);
    if (error.status < 500 || thrown === logged) return error;
    exchange?.logger.error({ err: error.cause ?? thrown }, 'request failed');
    logged = thrown;
    return error;
  };
}

/** Writes the error body of RFC 7644 §3.12. */
function sendError(response: Response, error: ScimError): void {
  const body = withoutSecrets(JSON.stringify(error.toMessage()));
  writeHead(response, error.status, {
    'Content-Type': SCIM_JSON,
    'Content-Length': Buffer.byteLength(body),
    ...(error instanceof AccessRefused && headersOf(error)),
    ...(error.kind === 'unavailable' && { 'Retry-After': RETRY_AFTER }),
  });
  response.end(body);
}

/** A refusal for which there is nothing to present (a disabled tenant) has no challenge. */
function headersOf({ challenges, retryAfter }: AccessRefused): Record<string, string | readonly string[]> {
  return {
    ...(challenges.length > 0 && { 'WWW-Authenticate': challenges }),
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
  };
}

/** What the body parser and Express throw, in SCIM's words; anything unknown is this server's own failure. */
function toScimError(thrown: unknown): ScimError {
  if (thrown instanceof ScimError) return thrown;
  const { status, type } = thrown as { status?: unknown; type?: unknown };
  const options = { cause: thrown };
  if (status === 413) return new ScimError('payloadTooLarge', undefined, options);
  if (status === 415)
    return new ScimError('unsupportedMediaType', 'The content encoding or character set is not supported.', options);
  if (type === 'request.aborted')
    return new ScimError('invalidSyntax', 'The request ended before its body did.', options);
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new ScimError('invalidSyntax', 'The request is not well formed.', options);
  return new ScimError('internal', undefined, options);
}
