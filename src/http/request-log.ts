/**
 * One log line per request: who, what, how it ended, which dialect rules it needed. Never a header, a query or a body:
 * they hold secrets and people's data.
 */
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Caller } from '../directory/directory.js';
import type { ScimErrorName } from '../scim/errors.js';

/** What is gathered while a request is answered. */
export interface RequestLog {
  readonly id: string;
  readonly logger: Logger;
  /** Set once the credential is known. */
  caller?: { readonly tenant: string; readonly credential: string };
  dialect?: Caller['dialect'];
  /** Why the request was refused. */
  refusal?: { readonly kind: ScimErrorName; readonly detail: string };
}

const KEY = 'scimTarget.requestLog';

/** The log of the request that this response answers; undefined before requestLog() ran. */
export function logOf(response: Response): RequestLog | undefined {
  return response.locals[KEY] as RequestLog | undefined;
}

/** Gives the request an id, returns it as X-Request-Id, and logs when the answer is out or given up. */
export function requestLog(log: Logger, newRequestId: () => string): RequestHandler {
  return (request, response, next) => {
    const id = newRequestId();
    const started = performance.now();
    const entry: RequestLog = { id, logger: log.child({ requestId: id }) };
    response.locals[KEY] = entry;
    response.setHeader('X-Request-Id', id);
    const path = request.baseUrl + request.path;
    response.once('close', () => {
      const { caller, dialect, refusal } = entry;
      const level =
        response.statusCode >= 500
          ? 'error'
          : response.statusCode === 401 || response.statusCode === 403
            ? 'warn'
            : 'info';
      const milliseconds = Math.round((performance.now() - started) * 100) / 100;
      const fields = {
        method: request.method,
        path,
        status: response.statusCode,
        milliseconds,
        ...caller,
        ...(dialect && dialect.met.length > 0 && { rules: dialect.met }),
        ...(refusal && { refusal }),
        ...(!response.writableFinished && { aborted: true }),
      };
      entry.logger[level](fields, 'request');
    });
    next();
  };
}
