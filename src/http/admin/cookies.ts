/** The cookies of the admin page: their names, their attributes, and how they are read. */
import type { Request } from 'express';

/** Names of the session cookie. Browsers take the first by https alone, for the whole host, from nobody but the host. */
const SESSION_COOKIE = { secure: '__Host-scim-admin', plain: 'scim-admin' } as const;

/** What a cookie depends on beside its value. */
export interface CookiePlace {
  /** Whether the browser uses https. */
  readonly isSecure: boolean;
  /** Where the admin page is mounted: `/admin`. */
  readonly mount: string;
}

/** `Set-Cookie` for a session; undefined takes the cookie away. It goes when the browser closes, or before. */
export function sessionCookie(id: string | undefined, { isSecure, mount }: CookiePlace): string {
  const name = isSecure ? SESSION_COOKIE.secure : SESSION_COOKIE.plain;
  const path = isSecure ? '/' : mount || '/';
  const end = id === undefined ? '; Max-Age=0' : '';
  return `${name}=${id ?? ''}; Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${end}`;
}

/** The session that the browser says it has. By https the plain cookie may be one that somebody else has set. */
export function readSessionCookie(request: Request, publicUrl: string | undefined): string | undefined {
  const { cookie } = request.headers;
  const secure = readCookie(cookie, SESSION_COOKIE.secure);
  return secure ?? (cameByHttps(request, publicUrl) ? undefined : readCookie(cookie, SESSION_COOKIE.plain));
}

/** RFC 6265 §4.2.1. The first of its name counts. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}

/**
 * Whether the browser uses https, which this server does not see when something in front of it ends TLS: then the
 * origin of the page tells, or the public URL.
 */
export function usesHttps(request: Request, publicUrl: string | undefined): boolean {
  return cameByHttps(request, publicUrl) || request.headers.origin?.startsWith('https://') === true;
}

/** The same, as far as no browser has a say in it. */
function cameByHttps({ secure, headers: { host } }: Request, publicUrl: string | undefined): boolean {
  return secure || (publicUrl?.startsWith('https://') === true && new URL(publicUrl).host === host);
}
