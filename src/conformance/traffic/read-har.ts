/** Reads a recording, and finds in it the requests that went to one SCIM server. */
import { readFileSync } from 'node:fs';
import { CannotRun, type Json } from '../model.js';
import { objectsIn, valueAt } from '../values.js';

/** One request of a recording with its answer. */
export interface Recorded {
  /** Among all entries of the file, from 1. */
  readonly number: number;
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** 0: no answer was recorded. */
  readonly status: number;
  /** Names in lower case. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** Undefined when the recording left it out. */
  readonly answer: string | undefined;
}

export interface Recording {
  /** The SCIM base URL to which the requests went. */
  readonly base: string;
  readonly entries: readonly Recorded[];
  /** Requests in the file that went elsewhere. */
  readonly others: number;
}

/** The endpoints that every SCIM server has or may have: what stands before them is the base URL. */
const ENDPOINT = /\/(?:Users|Groups|Me|ServiceProviderConfig|ResourceTypes|Schemas|Bulk|\.search)(?=[/?]|$)/;

/**
 * @param from the base URL whose requests are wanted; undefined: the one that most requests went to
 * @throws CannotRun when the file cannot be read, is no HAR, or holds no SCIM request
 */
export function readRecording(path: string, from: string | undefined): Recording {
  const all = parseEntries(readText(path), path);
  const base = from?.replace(/\/+$/, '') ?? commonBase(all);
  if (base === undefined) {
    throw new CannotRun(`${path} has no request to a SCIM endpoint such as /Users; name the base URL with --from.`);
  }
  const entries = all.filter(({ url }) => url.startsWith(`${base}/`));
  if (entries.length === 0) throw new CannotRun(`${path} has no request below ${base}.`);
  return { base, entries, others: all.length - entries.length };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CannotRun(
      code === 'ENOENT' ? `There is no recording ${path}.` : `The recording ${path} cannot be read: ${message}.`,
      { cause },
    );
  }
}

function parseEntries(text: string, path: string): Recorded[] {
  let document: Json;
  try {
    document = JSON.parse(text.replace(/^\ufeff/, '')) as Json;
  } catch (cause) {
    throw new CannotRun(`${path} is not a HAR: it is not JSON.`, { cause });
  }
  const entries = valueAt(document, 'log.entries');
  if (!Array.isArray(entries)) throw new CannotRun(`${path} is not a HAR: it has no log.entries.`);
  return entries.map((entry, i) => recorded(entry, i + 1, path));
}

function recorded(entry: Json, number: number, path: string): Recorded {
  const method = valueAt(entry, 'request.method');
  const url = valueAt(entry, 'request.url');
  const status = valueAt(entry, 'response.status');
  const isWhole = typeof method === 'string' && typeof url === 'string' && URL.canParse(url);
  if (!isWhole || typeof status !== 'number') {
    throw new CannotRun(`${path} is not a HAR: entry ${number} lacks a method, a whole URL or a status.`);
  }
  const body = valueAt(entry, 'request.postData.text');
  const content = valueAt(entry, 'response.content.text');
  const isEncoded = valueAt(entry, 'response.content.encoding') === 'base64';
  const isEmpty = valueAt(entry, 'response.content.size') === 0;
  const answer = typeof content === 'string' ? content : isEmpty ? '' : undefined;
  return {
    number,
    method: method.toUpperCase(),
    url,
    headers: headersOf(valueAt(entry, 'request.headers')),
    body: typeof body === 'string' && body !== '' ? body : undefined,
    status,
    answerHeaders: headersOf(valueAt(entry, 'response.headers')),
    answer: isEncoded && answer !== undefined ? Buffer.from(answer, 'base64').toString('utf8') : answer,
  };
}

function headersOf(list: Json | undefined): Record<string, string> {
  return Object.fromEntries(
    objectsIn(list).map(({ name, value }) => [String(name).toLowerCase(), String(value ?? '')]),
  );
}

function commonBase(entries: readonly Recorded[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { url } of entries) {
    const { origin, pathname } = new URL(url);
    const at = pathname.search(ENDPOINT);
    if (at !== -1) counts.set(origin + pathname.slice(0, at), (counts.get(origin + pathname.slice(0, at)) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
