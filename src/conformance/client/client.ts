/**
 * The SCIM client of a run: base URL, credential, pace and transcript. Everything that is sent goes through here, so
 * that each request is counted, held back to the pace, and written down without secrets.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Exchange, Json } from '../model.js';
import { parsed } from '../values.js';
import type { Authorizer } from './credential.js';
import type { Redactor } from './redact.js';
import type { RawAnswer, Transport } from './transport.js';

/** Query parameters in order; a text is taken as it is, already encoded. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>> | string;

export interface Call {
  readonly method: string;
  /** Below the base URL, with the leading slash: `/Users/2819`; or absolute. */
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: Json | undefined;
  /** Sent as it is, instead of `body`; for requests that are meant to be wrong. */
  readonly text?: string | undefined;
  /** `none`: no Authorization header; another text is its value. */
  readonly authorization?: string | undefined;
}

interface ClientParts {
  /** As the admin enters it; a query in it goes with every request. */
  readonly baseUrl: string;
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  readonly redactor: Redactor;
  /** Requests per second; undefined: as fast as answers come. */
  readonly maxRps?: number | undefined;
  /** Told of everything that was sent. */
  readonly onExchange: (exchange: Exchange) => void;
  /** Throws when the run is to end. */
  readonly checkAborted: () => void;
  /** Ends waits; what follows then finds that the run is to end. */
  readonly signal?: AbortSignal | undefined;
}

/** No whole answer came: refused, broken off, too late. */
export class NoAnswer extends Error {
  constructor(
    message: string,
    readonly exchange: Exchange,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'NoAnswer';
  }
}

export const SCIM_JSON = 'application/scim+json';
/** How often, and how long in ms, a server that asks for patience is given it. */
const MAX_RETRIES = 5;
const LONGEST_WAIT = 60_000;

export class Client {
  private readonly base: URL;
  private sent = 0;
  private nextSlot = 0;
  private posts = 0;

  constructor(private readonly parts: ClientParts) {
    this.base = new URL(parts.baseUrl);
  }

  /** Requests so far. */
  get count(): number {
    return this.sent;
  }

  /** Whether anything was sent that may have made something. */
  get hasPosted(): boolean {
    return this.posts > 0;
  }

  /**
   * Sends one request. While the server answers with 429 and Retry-After, waits as it asks and sends it again.
   * @throws NoAnswer; CannotRun when a token is needed and there is none
   */
  async send(call: Call): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.exchange(call, true);
      if (answer.status !== 429 || attempt === MAX_RETRIES) return answer;
      await this.sleep(retryAfter(answer));
    }
  }

  /** Sends one request, once, and takes the answer as it is. @throws NoAnswer */
  sendOnce(call: Call): Promise<Answer> {
    return this.exchange(call, false);
  }

  private async exchange(call: Call, isRepeatable: boolean): Promise<Answer> {
    this.parts.checkAborted();
    await this.pace();
    const { method } = call;
    const url = this.urlOf(call);
    const headers = await this.headersOf(call);
    const body = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
    const number = ++this.sent;
    if (method === 'POST') this.posts++;
    const startedAt = new Date().toISOString();
    const started = performance.now();
    const record = (raw: RawAnswer | undefined, error?: string): Exchange => {
      const exchange = this.recorded({ number, startedAt, started, method, url, headers, body, raw, error });
      this.parts.onExchange(exchange);
      return exchange;
    };
    try {
      const raw = await this.parts.transport.send({ method, url, headers, body, isRepeatable });
      return {
        status: raw.status,
        headers: raw.headers,
        text: raw.body,
        body: parsed(raw.body),
        exchange: record(raw),
      };
    } catch (error) {
      this.parts.checkAborted();
      const message = error instanceof Error ? error.message : String(error);
      throw new NoAnswer(message, record(undefined, message), { cause: error });
    }
  }

  private recorded(sent: {
    number: number;
    startedAt: string;
    started: number;
    method: string;
    url: string;
    headers: Readonly<Record<string, string>>;
    body: string | undefined;
    raw: RawAnswer | undefined;
    error: string | undefined;
  }): Exchange {
    const { redactor } = this.parts;
    const { number, startedAt, started, method, url, headers, body, raw, error } = sent;
    return {
      number,
      startedAt,
      milliseconds: Math.round((performance.now() - started) * 10) / 10,
      request: {
        method,
        url: redactor.text(url),
        headers: redactor.headers(headers),
        body: body === undefined ? undefined : redactor.text(body),
      },
      response: raw && {
        status: raw.status,
        headers: redactor.headers(raw.headers),
        body: redactor.text(raw.body),
      },
      error: error === undefined ? undefined : redactor.text(error),
    };
  }

  /** Base URL and path, with the query of the base URL behind that of the call. */
  private urlOf({ path, query }: Call): string {
    if (/^https?:/.test(path)) return path;
    const url = `${this.base.origin}${this.base.pathname.replace(/\/+$/, '')}${path}`;
    const parameters = [typeof query === 'string' ? query : encodeQuery(query), this.base.search.slice(1)];
    const search = parameters.filter((part) => part !== '').join('&');
    return search === '' ? url : `${url}${path.includes('?') ? '&' : '?'}${search}`;
  }

  private async headersOf(call: Call): Promise<Record<string, string>> {
    const headers: Record<string, string> = { Accept: SCIM_JSON };
    if (call.authorization !== 'none') {
      headers.Authorization = call.authorization ?? (await this.parts.authorizer.header());
    }
    if (call.body !== undefined || call.text !== undefined) headers['Content-Type'] = SCIM_JSON;
    return { ...headers, ...call.headers };
  }

  private async pace(): Promise<void> {
    const { maxRps } = this.parts;
    if (maxRps === undefined) return;
    const now = performance.now();
    const slot = Math.max(now, this.nextSlot);
    this.nextSlot = slot + 1000 / maxRps;
    if (slot > now) await this.sleep(slot - now);
  }

  /** An interrupted wait ends at once; while the run cleans up after an interruption, waits are waited for. */
  private async sleep(ms: number): Promise<void> {
    const { signal } = this.parts;
    await sleep(ms, undefined, signal && !signal.aborted ? { signal } : {}).catch(() => {});
  }
}

/** `%20` for a blank: the form that no server takes for a plus sign. */
export function encodeQuery(query: Exclude<Query, string> = {}): string {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

/** ms that an answer asks to wait: seconds or a date (RFC 9110 §10.2.3); a second when it does not say. */
export function retryAfter({ headers }: Answer): number {
  const value = headers['retry-after'];
  if (value === undefined) return 1000;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? 1000 : Math.min(Math.max(wait, 0), LONGEST_WAIT);
}
