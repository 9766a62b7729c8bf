/** How answers of the admin API are written, problems among them. */
import { once } from 'node:events';
import type { Response } from 'express';
import { AccessError, FieldRefused } from '../../access/refusal.js';
import { SignInRefused } from '../../access/sign-in.js';
import { ScimError } from '../../scim/errors.js';
import type { AdminResponse } from './handler.js';
import { AdminProblem } from './problem.js';

/** RFC 9457. */
const PROBLEM_JSON = 'application/problem+json';

/** RFC 9110 §15.5.2 wants one with each 401; browsers ask nobody for a password because of this one. */
const CHALLENGE = 'Bearer realm="scim-admin"';

/** Seconds that the page is asked to wait when the store is away. */
const RETRY_AFTER = 5;

const STATUS_OF: Readonly<Record<AccessError['kind'], number>> = { invalid: 400, conflict: 409, notFound: 404 };
const STATUS_OF_SIGN_IN = { wrong: 401, disabled: 403, 'too many': 429 } as const;

/** Sends what a handler answers. */
export async function sendAnswer(response: Response, answer: AdminResponse): Promise<void> {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    // The router may have set one cookie already.
    if (name === 'Set-Cookie') response.append(name, value);
    else response.setHeader(name, value);
  }
  if (answer.stream) {
    await answer.stream((chunk) => write(response, chunk));
    response.end();
  } else if (answer.body === undefined) {
    response.end();
  } else {
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer.body));
  }
}

/** Resolves when there is room for more; rejects when the client is gone. */
async function write(response: Response, chunk: string): Promise<void> {
  if (response.destroyed || response.closed) throw new Error('the client is gone');
  if (response.write(chunk)) return;
  const gone = new AbortController();
  const closed = () => gone.abort();
  response.once('close', closed);
  try {
    await once(response, 'drain', { signal: gone.signal });
  } finally {
    response.off('close', closed);
  }
}

/** Sends a problem. An answer that has begun already is broken off, which is all that is left to say. */
export function sendProblem(response: Response, problem: AdminProblem, retryAfter?: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(problem.status);
  response.setHeader('Content-Type', PROBLEM_JSON);
  response.removeHeader('Content-Disposition');
  if (problem.status === 401) response.setHeader('WWW-Authenticate', CHALLENGE);
  if (problem.status === 503) response.setHeader('Retry-After', RETRY_AFTER);
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  response.end(JSON.stringify(problem.toProblem()));
}

/** What an admin is told of something that was thrown. What is not a known error is this server's own failure. */
export function toProblem(thrown: unknown): { problem: AdminProblem; retryAfter?: number } {
  if (thrown instanceof AdminProblem) return { problem: thrown };
  if (thrown instanceof SignInRefused) {
    const problem = new AdminProblem(STATUS_OF_SIGN_IN[thrown.reason], thrown.message);
    return { problem, ...(thrown.retryAfter !== undefined && { retryAfter: thrown.retryAfter }) };
  }
  if (thrown instanceof AccessError) {
    const detail = sentence(thrown.message);
    const errors = thrown instanceof FieldRefused ? [{ field: thrown.field, message: detail }] : undefined;
    return { problem: new AdminProblem(STATUS_OF[thrown.kind], detail, { ...(errors && { errors }) }) };
  }
  if (thrown instanceof ScimError) {
    return { problem: new AdminProblem(thrown.status, thrown.detail, { cause: thrown.cause ?? thrown }) };
  }
  return { problem: ofBodyParser(thrown) };
}

function ofBodyParser(thrown: unknown): AdminProblem {
  const { status, type } = thrown as { status?: unknown; type?: unknown };
  const place = { cause: thrown };
  if (status === 413) return new AdminProblem(413, 'The body is larger than 64 KiB.', place);
  if (type === 'entity.parse.failed') return new AdminProblem(400, 'The body is not valid JSON.', place);
  if (status === 415) return new AdminProblem(415, 'The content encoding or character set is not supported.', place);
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AdminProblem(400, 'The request is not well formed.', place);
  return new AdminProblem(500, 'The server failed; its log holds the reason under the request id.', place);
}

/** Errors of access are parts of a sentence, for the command line to put its name before. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
