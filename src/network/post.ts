/**
 * Sends a body to another server by POST, and tells what came back: over connections that are kept, to addresses that
 * were checked, without redirects, within a time. Knows nothing of what is sent.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  type AddressRules,
  checkedLookup,
  checkLiteral,
  isAllowedScheme,
  isTimeout,
  refusalIn,
} from './checked-address.js';
import { endedBy } from './ending.js';

export interface PostRules extends AddressRules {
  /** Milliseconds from the first packet to the head of the answer; 15,000 without it. */
  readonly timeout?: number | undefined;
}

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Gives up when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface PostAnswer {
  readonly status: number;
  /** Seconds, of the header Retry-After; undefined without one that can be read. */
  readonly retryAfter: number | undefined;
  /** The body; empty where it is longer than MOST_READ or does not come. It is somebody else's: it is shown nowhere. */
  readonly text: string;
}

/** Nothing came back. The message is one sentence without the address, whose path or query may be secret. */
export class PostFailed extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(`The receiver ${why}.`, options);
    this.name = 'PostFailed';
  }
}

/** Bytes of an answer that are read at most. */
const MOST_READ = 8_192;
/** Connections to one server at once. */
const MOST_CONNECTIONS = 4;
const TIMEOUT = 15_000;
/** Milliseconds after which a connection that is not used is closed. */
const IDLE = 30_000;

/** Sends to one server after the other; each has as many as MOST_CONNECTIONS connections, kept while they are used. */
export class Poster {
  private readonly agents: Readonly<Record<string, HttpAgent>>;
  private readonly timeout: number;

  constructor(private readonly rules: PostRules) {
    // The look-up is asked for each new connection, so that what is kept leads to an address that was checked.
    const options = { keepAlive: true, maxSockets: MOST_CONNECTIONS, timeout: IDLE, lookup: checkedLookup(rules) };
    this.agents = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) };
    this.timeout = rules.timeout ?? TIMEOUT;
  }

  /** @throws PostFailed */
  async post(wanted: PostRequest): Promise<PostAnswer> {
    const url = this.checked(wanted.url);
    const { body } = wanted;
    const options: RequestOptions = {
      method: 'POST',
      agent: this.agents[url.protocol],
      headers: { ...wanted.headers, 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'scim-target' },
    };
    const exchange = async (signal: AbortSignal): Promise<PostAnswer> => {
      const response = await send(url, { ...options, signal }, body);
      const { statusCode: status = 0, headers } = response;
      return { status, retryAfter: seconds(headers['retry-after']), text: await readText(response) };
    };
    try {
      return await endedBy([wanted.signal], exchange, this.timeout);
    } catch (error) {
      throw this.explained(error);
    }
  }

  /** Closes the connections that are not in use. */
  close(): void {
    for (const { freeSockets } of Object.values(this.agents)) {
      for (const socket of Object.values(freeSockets).flat()) socket?.destroy();
    }
  }

  private checked(text: string): URL {
    if (!URL.canParse(text)) throw new PostFailed('has an address that is no URL');
    const url = new URL(text);
    if (!isAllowedScheme(url, this.rules)) throw new PostFailed('has an address that is not https');
    try {
      checkLiteral(url, this.rules);
    } catch (refusal) {
      throw this.explained(refusal);
    }
    return url;
  }

  private explained(cause: unknown): PostFailed {
    const options = { cause };
    if (refusalIn(cause)) return new PostFailed('is at an address that is not public, which is not allowed', options);
    if (isTimeout(cause)) return new PostFailed(`did not answer within ${this.timeout / 1_000} seconds`, options);
    const code = codeOf(cause);
    return new PostFailed(`could not be reached${code === undefined ? '' : ` (${code})`}`, options);
  }
}

/** A connection that was kept may be closed by the other side at the very moment: then it is sent over another one. */
async function send(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
  const isOver = (error: unknown): boolean => codeOf(error) === 'ECONNRESET' || codeOf(error) === 'EPIPE';
  for (let reused = MOST_CONNECTIONS; ; reused--) {
    const sent = attempt(url, options, body);
    try {
      return await sent.answer;
    } catch (error) {
      if (reused === 0 || !sent.request.reusedSocket || !isOver(error)) throw error;
    }
  }
}

function attempt(url: URL, options: RequestOptions, body: string) {
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
    // The last that comes, and sometimes the only thing: an answer that changes the protocol (101) ends without an error.
    request.on('close', () => reject(new Error('the connection ended without an answer')));
    request.end(body);
  });
  return { request, answer };
}

/** The status has come, and it is what counts: a body that is too long, breaks off or does not end is let go. */
async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MOST_READ) return '';
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch {
    return '';
  } finally {
    if (!response.readableEnded) response.destroy();
  }
}

/** RFC 9110 §10.2.3: seconds, or a date, which begins with the name of a day. */
function seconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Math.min(Number(header), Number.MAX_SAFE_INTEGER);
  const moment = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(moment) ? undefined : Math.max(0, Math.ceil((moment - Date.now()) / 1_000));
}

/** `ECONNREFUSED`, `CERT_HAS_EXPIRED`: of the system, not of the other side. */
function codeOf(error: unknown): string | undefined {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  const code: unknown = (first as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]{3,50}$/.test(code) ? code : undefined;
}
