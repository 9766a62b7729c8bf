/** HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as far as it is written and read here. */
import { STATUS_CODES } from 'node:http';
import type { Exchange } from '../model.js';

interface NameValue {
  readonly name: string;
  readonly value: string;
}

interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly httpVersion: string;
    readonly cookies: readonly NameValue[];
    readonly headers: readonly NameValue[];
    readonly queryString: readonly NameValue[];
    readonly postData?: { readonly mimeType: string; readonly text: string };
    readonly headersSize: number;
    readonly bodySize: number;
  };
  readonly response: {
    /** 0 when no answer came. */
    readonly status: number;
    readonly statusText: string;
    readonly httpVersion: string;
    readonly cookies: readonly NameValue[];
    readonly headers: readonly NameValue[];
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: string;
    };
    readonly redirectURL: string;
    readonly headersSize: number;
    readonly bodySize: number;
  };
  readonly cache: Record<string, never>;
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number };
  readonly comment?: string;
}

/** @param comment what the request was sent for */
export function entryOf(exchange: Exchange, comment: string | undefined): HarEntry {
  const { startedAt, milliseconds, request, response, error } = exchange;
  const body = response?.body ?? '';
  const said = [comment, error === undefined ? undefined : `no answer: ${error}`].filter(Boolean).join('; ');
  return {
    startedDateTime: startedAt,
    time: milliseconds,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(request.headers),
      queryString: queryOf(request.url),
      ...(request.body !== undefined && {
        postData: { mimeType: headerOf(request.headers, 'content-type') ?? '', text: request.body },
      }),
      headersSize: -1,
      bodySize: Buffer.byteLength(request.body ?? ''),
    },
    response: {
      status: response?.status ?? 0,
      statusText: STATUS_CODES[response?.status ?? 0] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(response?.headers ?? {}),
      content: {
        size: Buffer.byteLength(body),
        mimeType: headerOf(response?.headers ?? {}, 'content-type') ?? '',
        ...(body !== '' && { text: body }),
      },
      redirectURL: headerOf(response?.headers ?? {}, 'location') ?? '',
      headersSize: -1,
      bodySize: response ? Buffer.byteLength(body) : -1,
    },
    cache: {},
    timings: { send: 0, wait: milliseconds, receive: 0 },
    ...(said !== '' && { comment: said }),
  };
}

function pairs(headers: Readonly<Record<string, string>>): NameValue[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}

function headerOf(headers: Readonly<Record<string, string>>, wanted: string): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function queryOf(url: string): NameValue[] {
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}
