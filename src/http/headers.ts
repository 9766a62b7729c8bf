/** The head of every answer, written in one go: setting headers one by one costs more than making the answer. */
import { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import helmet from 'helmet';
import { exchangeOf } from './exchange.js';

/**
 * What helmet says for answers that are data for machines: nothing in them may be framed, run or sniffed. The headers
 * left out speak to pages, and there are none. They are the same for every answer, so helmet is asked once.
 */
const SECURITY_HEADERS = helmetHeaders({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  // Other hosts of the vendor's domain are not ours to speak for.
  strictTransportSecurity: { includeSubDomains: false },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/** Names and values in turn. */
function helmetHeaders(options: Parameters<typeof helmet>[0]): readonly string[] {
  const headers: string[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => {
      headers.push(name, value);
    },
    removeHeader: () => {},
  };
  helmet(options)({} as Request, recorder as unknown as Response, () => {});
  return headers;
}

/**
 * For whoever asked, and never without asking again. A cache knows by itself not to keep what is behind an Authorization
 * header; of a header or a certificate that an app has its own authentication by, it does not.
 */
const KEPT_BY_NOBODY_ELSE = 'private, no-cache';

/** Status, security headers, request id, and those of this answer; one with several values has a line for each. */
export function writeHead(
  response: Response,
  status: number,
  headers: Readonly<Record<string, string | number | readonly string[]>>,
): void {
  const id = exchangeOf(response)?.id;
  response.removeHeader('X-Powered-By');
  const all: (string | number | readonly string[])[] = [...SECURITY_HEADERS];
  if (id !== undefined) all.push('X-Request-Id', id);
  if (headers['Cache-Control'] === undefined) all.push('Cache-Control', KEPT_BY_NOBODY_ELSE);
  for (const name in headers) all.push(name, headers[name] as string | number | readonly string[]);
  if (response.writeHead !== ServerResponse.prototype.writeHead) {
    // Of the app's middlewares (sessions, compression), some know no list of names and values, and set its letters.
    for (let i = 0; i < all.length; i += 2) response.setHeader(all[i] as string, all[i + 1] as string);
    response.writeHead(status);
    return;
  }
  // Node takes names and values in turn as well; its types know of strings alone.
  response.writeHead(status, all as string[]);
}
