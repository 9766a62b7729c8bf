/**
 * What is known of one request while it is answered, and the log line at its end: who, what, how it ended, which
 * dialect rules it needed. Never a header, a query or a body: they hold secrets and people's data.
 */
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Principal } from '../access/principal.js';
import type { ScimErrorName } from '../scim/errors.js';
import { Dialect, PROFILES, type ProfileName } from '../scim/profiles.js';

/** Why a request was refused. */
export interface Refusal {
  readonly kind: ScimErrorName;
  readonly detail: string;
}

/** One request, from its arrival to the log line. */
export class Exchange {
  /** Why it was refused; undefined while it was not. */
  refusal: Refusal | undefined;
  private caller: Principal | undefined;
  private spoken: Dialect | undefined;
  private child: Logger | undefined;
  private readonly started = performance.now();

  constructor(
    /** Given as X-Request-Id, and kept in the history. */
    readonly id: string,
    /** The client's address; behind a proxy, as the app's trust in proxies has it. */
    readonly address: string | undefined,
    private readonly log: Logger,
  ) {}

  /** Set by authentication, which runs before every route. */
  get principal(): Principal {
    if (!this.caller) throw new Error('the caller is not known yet');
    return this.caller;
  }

  set principal(principal: Principal) {
    this.caller = principal;
    this.spoken = new Dialect(PROFILES[principal.tenant.profile as ProfileName]);
  }

  /** That of the caller's tenant. */
  get dialect(): Dialect {
    if (!this.spoken) throw new Error('the caller is not known yet');
    return this.spoken;
  }

  /** For lines beside the one at the end; each carries the request id. */
  get logger(): Logger {
    this.child ??= this.log.child({ requestId: this.id });
    return this.child;
  }

  /** What authentication logs its refusals with. */
  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.logger.warn(fields, message);
  }

  /** Writes the line. */
  end(method: string, path: string, response: Response): void {
    const { statusCode: status } = response;
    const level = status >= 500 ? 'error' : status === 401 || status === 403 ? 'warn' : 'info';
    if (!this.log.isLevelEnabled(level)) return;
    const rules = this.spoken?.met;
    const fields: Record<string, unknown> = {
      requestId: this.id,
      method,
      path,
      status,
      milliseconds: Math.round((performance.now() - this.started) * 100) / 100,
    };
    if (this.caller) {
      fields.tenant = this.caller.tenant.name;
      fields.credential = this.caller.credential.id;
    }
    if (rules?.length) fields.rules = rules;
    if (this.refusal) fields.refusal = this.refusal;
    if (!response.writableFinished) fields.aborted = true;
    this.log[level](fields, 'request');
  }
}

const KEY = 'scimTarget.exchange';

/** The exchange that this response belongs to; undefined before beginExchange() ran. */
export function exchangeOf(response: Response): Exchange | undefined {
  return response.locals[KEY] as Exchange | undefined;
}

/** Gives the request an id, which headers.ts returns as X-Request-Id, and logs when the answer is out or given up. */
export function beginExchange(log: Logger, newRequestId: () => string): RequestHandler {
  return (request, response, next) => {
    const exchange = new Exchange(newRequestId(), addressOf(request), log);
    response.locals[KEY] = exchange;
    const { method, originalUrl } = request;
    response.on('close', () => exchange.end(method, pathOf(originalUrl), response));
    next();
  };
}

/** Express looks through the proxies' headers even where the app trusts none. */
function addressOf(request: Request): string | undefined {
  return request.app.enabled('trust proxy') ? request.ip : request.socket.remoteAddress;
}

/** Without the query. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
