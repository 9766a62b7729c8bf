/**
 * What is known of one request while it is answered, and what is told at its end, to the log and to the activity: who,
 * what, how it ended, which dialect rules it needed. Of the headers only User-Agent, never a query or a body: they hold
 * secrets and people's data.
 */
import { isIP } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { ActivityRecorder } from '../access/activity.js';
import type { Principal } from '../access/principal.js';
import { AccessRefused } from '../access/refusal.js';
import type { ScimError } from '../scim/errors.js';
import type { JsonObject } from '../scim/json.js';
import { Dialect, PROFILES, type ProfileName } from '../scim/profiles.js';
import type { ActivityRefusal, NewActivity, Outcome } from '../store/store.js';

/** Characters of what clients have sent that the activity keeps. */
const MOST = { path: 300, id: 100, agent: 200, method: 20, detail: 500 };
/** Milliseconds after which what was found out about the caller may not hold any more. */
const LONG = 1_000;
/** As nginx has it: the client went away before it was answered. */
const GONE = 499;

/** What every exchange is given. */
export interface ExchangeParts {
  readonly log: Logger;
  readonly activity: ActivityRecorder;
  /** A new id for a request, never given before. */
  readonly newRequestId: () => string;
}

/** One request, from its arrival to what is told of it. */
export class Exchange {
  /** Given as X-Request-Id, and kept in the history. */
  readonly id: string;
  /** Tenant.id of whose activity it belongs to while the caller is not known. */
  tenant: string | undefined;
  /** Undefined where there is none, or no single one. */
  private resource: NewActivity['resource'];
  private refusal: ActivityRefusal | undefined;
  private caller: Principal | undefined;
  private spoken: Dialect | undefined;
  private child: Logger | undefined;
  private readonly time: string;
  private readonly started = performance.now();

  constructor(
    private readonly parts: ExchangeParts,
    private readonly method: string,
    /** Without the query and secrets of ours. */
    private readonly path: string,
    /** The client's address; behind a proxy, as the app's trust in proxies has it. */
    readonly address: string | undefined,
    private readonly agent: string | undefined,
  ) {
    this.id = parts.newRequestId();
    this.time = parts.activity.clock();
  }

  /** Set by authentication, which runs before every route. */
  get principal(): Principal {
    if (!this.caller) throw new Error('the caller is not known yet');
    return this.caller;
  }

  set principal(principal: Principal) {
    this.caller = principal;
    this.spoken = new Dialect(PROFILES[principal.tenant.profile as ProfileName]);
  }

  /** Whether it has taken long, as when its body is held back. */
  get isLate(): boolean {
    return performance.now() - this.started > LONG;
  }

  /** That of the caller's tenant. */
  get dialect(): Dialect {
    if (!this.spoken) throw new Error('the caller is not known yet');
    return this.spoken;
  }

  /** For lines beside the one at the end; each carries the request id. */
  get logger(): Logger {
    this.child ??= this.parts.log.child({ requestId: this.id });
    return this.child;
  }

  /** What authentication logs its refusals with. */
  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.logger.warn(fields, message);
  }

  /** The resource that it is about, by ResourceType.name and id. */
  isAbout(type: string, id: string): void {
    this.resource = { type, id: plain(id).slice(0, MOST.id) };
  }

  /** It was refused, or failed, because of this. */
  refuse(error: ScimError): void {
    const { reason, tenant } = error instanceof AccessRefused ? error : {};
    this.refuseAs({ kind: error.kind, detail: error.detail, reason }, tenant);
  }

  /** @param tenant Tenant.id of whose activity it belongs to, if that is known and the caller is not. */
  refuseAs({ kind, detail, reason }: ActivityRefusal, tenant?: string): void {
    this.tenant ??= tenant;
    this.refusal = {
      kind,
      detail: plain(withoutQuotations(detail)).slice(0, MOST.detail),
      reason: reason && cleaned(reason),
    };
  }

  /** Tells the log and the activity. */
  end(response: Response): void {
    const milliseconds = Math.round((performance.now() - this.started) * 100) / 100;
    const isAnswered = response.writableFinished && !response.req.readableAborted;
    this.writeLine(response.statusCode, milliseconds, isAnswered);
    const status = isAnswered || response.headersSent ? response.statusCode : GONE;
    this.parts.activity.note({
      tenant: this.caller?.tenant.id ?? this.tenant,
      time: this.time,
      requestId: this.id,
      credential: this.caller && { id: this.caller.credential.id, name: this.caller.credential.name },
      address: this.address,
      agent: this.agent === undefined ? undefined : plain(this.agent).slice(0, MOST.agent),
      method: this.method.slice(0, MOST.method),
      path: this.path.slice(0, MOST.path),
      resource: this.resource,
      status,
      outcome: isAnswered ? outcomeOf(status) : 'failed',
      milliseconds,
      rules: this.spoken?.met ?? [],
      refusal: this.refusal,
    });
  }

  private writeLine(status: number, milliseconds: number, isAnswered: boolean): void {
    const { log } = this.parts;
    const level = status >= 500 ? 'error' : status === 401 || status === 403 ? 'warn' : 'info';
    if (!log.isLevelEnabled(level)) return;
    const rules = this.spoken?.met;
    const fields: Record<string, unknown> = {
      requestId: this.id,
      method: this.method,
      path: this.path,
      status,
      milliseconds,
    };
    if (this.caller) {
      fields.tenant = this.caller.tenant.name;
      fields.credential = this.caller.credential.id;
    }
    if (rules?.length) fields.rules = rules;
    if (this.refusal) fields.refusal = { kind: this.refusal.kind, detail: this.refusal.detail };
    if (!isAnswered) fields.aborted = true;
    log[level](fields, 'request');
  }
}

function outcomeOf(status: number): Outcome {
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

/** What a detail quotes is the client's own text, and may be somebody's name: it goes to the client and nowhere else. */
function withoutQuotations(detail: string): string {
  return detail.replace(/"(?:[^"\\]|\\.)*"/g, '"…"');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** Secrets of ours, and JWTs, which somebody may have put into an address. */
const SECRET = /scim[a-z]_[0-9A-Za-z]{20,}|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?/g;

/** A text of a client without what must not be kept. */
function plain(text: string): string {
  return withoutSecrets(text.replace(CONTROL, ' '));
}

/** Without secrets: a client may have put one where an id belongs, and logs what it is answered. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET, '…');
}

/** Whatever clients have put where something else belongs. */
function cleaned(reason: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(reason), (_, value: unknown) => (typeof value === 'string' ? plain(value) : value));
}

const KEY = 'scimTarget.exchange';

/** The exchange that this response belongs to; undefined before beginExchange() ran. */
export function exchangeOf(response: Response): Exchange | undefined {
  return response.locals[KEY] as Exchange | undefined;
}

/** Gives the request an id, which headers.ts returns as X-Request-Id, and tells of it when it is answered or given up. */
export function beginExchange(parts: ExchangeParts): RequestHandler {
  return (request, response, next) => {
    const { method, originalUrl, headers } = request;
    const exchange = new Exchange(parts, method, shownPath(originalUrl), addressOf(request), headers['user-agent']);
    response.locals[KEY] = exchange;
    response.on('close', () => exchange.end(response));
    next();
  };
}

/** Express looks through the proxies' headers even where the app trusts none, and takes whatever text is in them. */
export function addressOf(request: Request): string | undefined {
  const { remoteAddress } = request.socket;
  if (!request.app.enabled('trust proxy')) return remoteAddress;
  return ipAddress(request.ip) ?? remoteAddress;
}

/** Characters of an address with a zone. */
const LONGEST_ADDRESS = 64;

/** Without the port that some proxies add, which would make each connection another client. */
function ipAddress(text = ''): string | undefined {
  const [, v6, v4] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\d+)?$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? text;
  return address.length <= LONGEST_ADDRESS && isIP(address) !== 0 ? address : undefined;
}

/** What may be kept of an address: no query, and nothing secret that somebody has put into the path, however escaped. */
export function shownPath(url: string): string {
  return plain(unescaped(pathOf(url)));
}

/** RFC 3986 §2.3: these characters mean the same with and without an escape. */
function unescaped(path: string): string {
  if (!path.includes('%')) return path;
  return path.replace(/%(?:2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/gi, decodeURIComponent);
}

/** Without the query. */
function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}
