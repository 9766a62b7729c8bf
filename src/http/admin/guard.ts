/**
 * Whether a request comes from our own page: what other sites can make a browser send is refused, in three ways that
 * do not depend on each other. Cookies that are SameSite=Strict are the fourth.
 */
import type { Request } from 'express';
import { readHost } from '../read-request.js';
import { AdminProblem } from './problem.js';

/**
 * The browser's own word for where a request comes from. Programs other than browsers send neither header.
 * @throws AdminProblem 403
 */
export function requireSameOrigin(request: Request, publicUrl: string | undefined): void {
  const { 'sec-fetch-site': site, origin } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new AdminProblem(403, 'The request comes from another site; use the admin page of this server.');
  }
  if (origin === undefined || isOwnOrigin(origin, request, publicUrl)) return;
  throw new AdminProblem(
    403,
    'The request comes from a page of another origin. Behind a proxy, set publicUrl to the address in the browser.',
  );
}

/** The scheme is not compared: a proxy in front may have ended TLS. */
function isOwnOrigin(origin: string, request: Request, publicUrl: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return (
    host === request.headers.host?.toLowerCase() ||
    host === readHost(request)?.toLowerCase() ||
    host === hostOf(publicUrl)
  );
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).host;
}

/** Forms can send three media types to other sites without asking, and JSON is none of them. @throws AdminProblem 415 */
export function requireJson(request: Request): void {
  const type = request.headers['content-type'];
  if (type === undefined ? !hasBody(request) : /^application\/json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i.test(type))
    return;
  throw new AdminProblem(415, 'Send the body as application/json.');
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
