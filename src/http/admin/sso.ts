/** Sign-in elsewhere: /sso/start sends the browser there, /sso/callback takes it back. Both answer with redirects. */
import { type SingleSignOn, SSO_TIMEOUT, SsoRefused } from '../../access/sso.js';
import { readCookie } from './cookies.js';
import type { AdminResponse, PublicRequest } from './handler.js';
import type { AdminParts } from './parts.js';
import { nothingThere } from './problem.js';
import { startSession } from './session.js';

/** Keeps what must be the same when the browser comes back, which it does from another site: so it cannot be Strict. */
const COOKIE = 'scim-admin-sso';

/** GET /sso/start */
export async function startSso(request: PublicRequest, parts: AdminParts): Promise<AdminResponse> {
  const sso = configured(parts);
  return orBack(request, parts, async () => {
    const { location, sealed } = await sso.start(callbackOf(request));
    return { status: 303, headers: { Location: location, 'Set-Cookie': cookie(sealed, request) } };
  });
}

/** GET /sso/callback */
export async function finishSso(request: PublicRequest, parts: AdminParts): Promise<AdminResponse> {
  const sso = configured(parts);
  return orBack(request, parts, async () => {
    const url = new URL(callbackOf(request));
    url.search = request.query.toString();
    const admin = await sso.finish(url, readCookie(request.cookies, COOKIE), request.address);
    const { session } = await startSession(admin, request, parts);
    const headers = { Location: `${request.page}/`, 'Set-Cookie': cookie(undefined, request) };
    return { status: 303, headers, ...(session && { session }) };
  });
}

function configured({ sso }: AdminParts): SingleSignOn {
  if (!sso) throw nothingThere('This server has no single sign-on; sign in with your password.');
  return sso;
}

/** What goes wrong is told on the sign-in page, as a code; the log has the reason. */
async function orBack(
  request: PublicRequest,
  { log }: AdminParts,
  act: () => Promise<AdminResponse>,
): Promise<AdminResponse> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SsoRefused)) throw error;
    const { problem } = error;
    log.warn({ problem, why: reasonOf(error.cause), address: request.address }, 'single sign-on refused');
    const headers = { Location: `${request.page}/signin?problem=${problem}`, 'Set-Cookie': cookie(undefined, request) };
    return { status: 303, headers };
  }
}

/** What an error says in its message; what else it carries may be an answer with tokens in it. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  const inner = reasonOf(error.cause);
  return `${typeof code === 'string' ? `${code}: ` : ''}${error.message}${inner === undefined ? '' : ` (${inner})`}`;
}

function callbackOf({ page }: PublicRequest): string {
  return `${page}/api/sso/callback`;
}

/** Goes with nothing but the callback. */
function cookie(value: string | undefined, { page, isSecure }: PublicRequest): string {
  const path = `${new URL(page).pathname.replace(/\/$/, '')}/api/sso`;
  const age = value === undefined ? 0 : SSO_TIMEOUT / 1_000;
  return `${COOKIE}=${value ?? ''}; Path=${path}; HttpOnly; SameSite=Lax; Max-Age=${age}${isSecure ? '; Secure' : ''}`;
}
