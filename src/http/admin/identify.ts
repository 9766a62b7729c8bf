/** Who asks, whether they mean it, and whether they may. */
import type { Request } from 'express';
import {
  type AdminPrincipal,
  isVisible,
  principalOfSession,
  principalOfToken,
  TOKEN_REFUSALS,
} from '../../access/admin-access.js';
import { failAttempt } from '../../access/sign-in.js';
import type { Tenant } from '../../store/store.js';
import { addressOf } from '../exchange.js';
import { readSessionCookie } from './cookies.js';
import { requireSameOrigin } from './guard.js';
import type { AdminParts } from './parts.js';
import { AdminProblem, nothingThere } from './problem.js';
import type { GuardedRoute } from './routes.js';

/** What is sent with requests that nobody made by hand (live lists), so that they do not keep a session alive. */
const BACKGROUND = 'x-background';

/** Methods that change nothing. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** By session or, where there is an Authorization header, by admin token. @throws AdminProblem 401 */
export async function identify(request: Request, parts: AdminParts): Promise<AdminPrincipal> {
  const { authorization } = request.headers;
  return authorization === undefined ? bySession(request, parts) : byToken(authorization, request, parts);
}

async function bySession(request: Request, parts: AdminParts): Promise<AdminPrincipal> {
  const id = readSessionCookie(request, parts.publicUrl);
  if (id === undefined) throw new AdminProblem(401, 'Sign in first.');
  const session = await parts.sessions.find(id, request.headers[BACKGROUND] === undefined);
  const principal = session && (await principalOfSession(parts, session));
  if (!principal) throw new AdminProblem(401, 'The session has ended; sign in again.');
  return principal;
}

async function byToken(authorization: string, request: Request, parts: AdminParts): Promise<AdminPrincipal> {
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw new AdminProblem(401, 'Send Authorization: Bearer, one space and an admin token.');
  const found = await principalOfToken(parts, token);
  if (typeof found !== 'string') return found;
  parts.log.warn({ reason: found, address: addressOf(request) }, 'admin token refused');
  await failAttempt(parts.throttle, { address: addressOf(request) });
  throw new AdminProblem(401, TOKEN_REFUSALS[found]);
}

/**
 * A browser sends the cookie of a session with whatever another page makes it send, so a change needs what only our
 * page can know. A token is sent by nobody but its holder. @throws AdminProblem 403
 */
export async function requireIntent(
  request: Request,
  { kind, key }: AdminPrincipal,
  { sessions, publicUrl }: AdminParts,
): Promise<void> {
  if (kind === 'token') return;
  requireSameOrigin(request, publicUrl);
  if (READING.has(request.method)) return;
  const token = request.headers['x-csrf-token'];
  if (await sessions.isCsrfToken(key, typeof token === 'string' ? token : undefined)) return;
  throw new AdminProblem(403, 'The header X-CSRF-Token is missing or belongs to another session; load the page again.');
}

/** @throws AdminProblem 403 */
export function requirePermission({ kind, permissions }: AdminPrincipal, { access }: GuardedRoute): void {
  if (access === 'session') {
    if (kind !== 'session')
      throw new AdminProblem(403, 'This is for somebody who has signed in; a token has no account.');
  } else if (!permissions.has(access)) {
    throw new AdminProblem(403, `Your role does not allow this; it needs the permission ${access}.`);
  }
}

/** That of the path. One that the caller does not see is the same as one that is not there. @throws AdminProblem 404 */
export async function tenantInPath(
  { params }: Request,
  principal: AdminPrincipal,
  { store }: AdminParts,
): Promise<Tenant | undefined> {
  const { tenant: name } = params;
  if (typeof name !== 'string') return undefined;
  const tenant = await store.tenantByName(name);
  if (!tenant || !isVisible(principal, tenant.id)) throw nothingThere('There is no such tenant.');
  return tenant;
}
