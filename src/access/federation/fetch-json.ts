/**
 * Fetches one JSON document of a token issuer, and nothing else: from hosts that the operator has listed, over TLS, at
 * public addresses, without redirects, within a time and a size. Knows nothing of what the document says.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import {
  type AddressRules,
  checkedLookup,
  checkLiteral,
  isAllowedScheme,
  isTimeout,
  refusalIn,
} from '../../network/checked-address.js';
import type { JsonObject } from '../../scim/json.js';
import { IssuerError } from './refusal.js';

/** Gets a document. @throws IssuerError */
export type FetchJson = (url: string) => Promise<JsonObject>;

/** What may be fetched. */
export interface FetchRules extends AddressRules {
  /** Host names, or `host:port`; one without a port stands for every port of it. */
  readonly hosts: readonly string[];
  /** Milliseconds from the first packet to the last; 5,000 without it. */
  readonly timeout?: number | undefined;
  /** Bytes of a body; 262,144 without it. */
  readonly limit?: number | undefined;
}

/** `login.microsoftonline.com,sts.windows.net` → its parts, in lower case. */
export function readHosts(list: string): string[] {
  return list
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
}

export function createFetchJson(rules: FetchRules): FetchJson {
  const { timeout = 5_000, limit = 262_144 } = rules;
  const lookup = checkedLookup(rules);
  return async (text) => {
    const url = checkUrl(text, rules);
    const response = await send(url, {
      lookup,
      // Never a connection that was made for somebody else.
      agent: false,
      signal: AbortSignal.timeout(timeout),
      headers: { accept: 'application/json', 'user-agent': 'scim-target' },
    }).catch((cause: unknown) => {
      throw unreachable(url, cause);
    });
    try {
      return await readObject(url, response, limit);
    } finally {
      response.destroy();
    }
  };
}

/** @throws IssuerError when the rules forbid to ask there. */
function checkUrl(text: string, rules: FetchRules): URL {
  if (!URL.canParse(text)) throw new IssuerError(`${quote(text)} is not a URL`, false);
  const url = new URL(text);
  if (!isAllowedScheme(url, rules)) throw new IssuerError(`${quote(text)} is not an https URL`, false);
  if (url.username !== '' || url.password !== '') throw new IssuerError('a URL of an issuer has a password', false);
  if (!rules.hosts.includes(url.hostname) && !rules.hosts.includes(url.host)) {
    throw new IssuerError(`the host ${quote(url.host)} is not one of SCIM_TARGET_ISSUER_HOSTS`, false);
  }
  try {
    checkLiteral(url, rules);
  } catch (refusal) {
    throw unreachable(url, refusal);
  }
  return url;
}

function send(url: URL, options: RequestOptions): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end();
  });
}

async function readObject(url: URL, response: IncomingMessage, limit: number): Promise<JsonObject> {
  const { statusCode: status = 0 } = response;
  if (status >= 300 && status < 400) {
    throw new IssuerError(`${quote(url.href)} redirects, which is not followed`, false);
  }
  if (status !== 200) throw new IssuerError(`${quote(url.href)} answered with status ${status}`, true);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw unreachable(url, cause);
  }
  if (size > limit) throw new IssuerError(`${quote(url.href)} is larger than ${limit} bytes`, true);
  return parseObject(url, Buffer.concat(chunks).toString());
}

function parseObject(url: URL, text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below: what the parser has to say quotes the document.
  }
  throw new IssuerError(`${quote(url.href)} did not answer with a JSON object`, true);
}

function unreachable(url: URL, cause: unknown): IssuerError {
  const refusal = refusalIn(cause);
  if (refusal) return new IssuerError(refusal.message, false, { cause });
  const why = isTimeout(cause) ? 'did not answer in time' : 'could not be reached';
  return new IssuerError(`${quote(url.href)} ${why}`, true, { cause });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
