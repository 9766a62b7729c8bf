/**
 * The admin API and the page that uses it, as one Express router. Each request goes the same way: security headers,
 * route, who it is, CSRF, permission, tenant, body, handler, audit, answer. The routes are a table: admin/routes.ts.
 */
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import helmet, { type HelmetOptions } from 'helmet';
import type { AdminPrincipal } from '../access/admin-access.js';
import { audit } from '../access/audit.js';
import type { Tenant } from '../store/store.js';
import { sendAnswer, sendProblem, toProblem } from './admin/answer.js';
import { readSessionCookie, sessionCookie, usesHttps } from './admin/cookies.js';
import { requireJson, requireSameOrigin } from './admin/guard.js';
import type { AdminAudit, AdminRequest, AdminResponse, PublicRequest } from './admin/handler.js';
import { identify, requireIntent, requirePermission, tenantInPath } from './admin/identify.js';
import type { AdminParts } from './admin/parts.js';
import { AdminProblem, nothingThere } from './admin/problem.js';
import { ADMIN_ROUTES, type AdminRoute, type GuardedRoute, type PublicRoute } from './admin/routes.js';
import { staticPage } from './admin/static.js';
import { validate } from './admin/validate.js';
import { addressOf, shownPath } from './exchange.js';
import { originOf, readHost } from './read-request.js';

/** Where the API is, below the page. */
const API = '/api';

/** The largest body, in bytes. */
const BODY_LIMIT = 65_536;

/** For data: nothing in it may be framed, run or loaded. */
const API_HEADERS: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  xFrameOptions: { action: 'deny' },
  strictTransportSecurity: { includeSubDomains: false },
};

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/** The admin page, and its API at /api below it. */
export function adminRouter(parts: AdminParts): Router {
  const router = express.Router();
  router.use(API, apiRouter(parts));
  router.use(staticPage());
  return router;
}

function apiRouter(parts: AdminParts): Router {
  const router = express.Router();
  router.use(helmet(API_HEADERS), begin(parts));
  for (const path of new Set(ADMIN_ROUTES.map((route) => route.path))) {
    const routes = ADMIN_ROUTES.filter((route) => route.path === path);
    const address = router.route(path);
    for (const route of routes) address[METHODS[route.method]](answerer(route, parts));
    address.all(allowing(routes));
  }
  router.use(() => {
    throw nothingThere();
  });
  router.use(refuse(parts));
  return router;
}

/** Gives the request an id, and writes one line at its end: never a header, a query or a body. */
function begin({ log, newId }: AdminParts): RequestHandler {
  return (request, response, next) => {
    const requestId = newId();
    const started = performance.now();
    const { method } = request;
    const path = shownPath(request.originalUrl);
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('Cache-Control', 'no-store');
    response.on('close', () => {
      const { statusCode: status, locals } = response;
      const milliseconds = Math.round((performance.now() - started) * 100) / 100;
      const admin = (locals.principal as AdminPrincipal | undefined)?.actor.id;
      log[status >= 500 ? 'error' : 'info']({ requestId, method, path, status, milliseconds, admin }, 'admin request');
    });
    next();
  };
}

/** What was found out about a request on its way. */
interface Passed {
  readonly request: Request;
  readonly response: Response;
  readonly principal?: AdminPrincipal;
  readonly tenant?: Tenant | undefined;
  /** Whether the browser uses https, where that has been looked at. */
  readonly isSecure?: boolean;
}

/** One route of the table, from authentication to the answer. */
function answerer(route: AdminRoute, parts: AdminParts): RequestHandler {
  return route.access === 'public' ? answerAnybody(route, parts) : answerAdmin(route, parts);
}

function answerAnybody(route: PublicRoute, parts: AdminParts): RequestHandler {
  return async (request, response) => {
    if (!route.isFromElsewhere) requireSameOrigin(request, parts.publicUrl);
    const common = commonOf(request, parts);
    // Who comes from elsewhere was sent to the address of the page, whatever a proxy has made of it.
    const isSecure =
      usesHttps(request, parts.publicUrl) || (route.isFromElsewhere && common.page.startsWith('https://'));
    const asked: PublicRequest = {
      ...common,
      body: await readBody(route, request, response),
      sessionId: readSessionCookie(request, parts.publicUrl),
      cookies: request.headers.cookie,
      isSecure,
    };
    await finish(await route.handler(asked, parts), { request, response, isSecure }, parts);
  };
}

function answerAdmin(route: GuardedRoute, parts: AdminParts): RequestHandler {
  return async (request, response) => {
    const before = await admit(route, { request, response }, parts);
    const body = await readBody(route, request, response);
    // A body may be held back for minutes, in which its sender is removed, or the tenant changed.
    const { principal, tenant } = route.body === undefined ? before : await admit(route, { request, response }, parts);
    const asked: AdminRequest = { ...commonOf(request, parts), admin: principal, tenant, body };
    await finish(await route.handler(asked, parts), { request, response, principal, tenant }, parts);
  };
}

/** Who asks, if they mean it and may; and the tenant in the path. @throws AdminProblem */
async function admit(route: GuardedRoute, { request, response }: Passed, parts: AdminParts) {
  const principal = await identify(request, parts);
  response.locals.principal = principal;
  await requireIntent(request, principal, parts);
  requirePermission(principal, route);
  return { principal, tenant: await tenantInPath(request, principal, parts) };
}

/** What every handler is given. */
function commonOf(request: Request, { publicUrl }: AdminParts) {
  const baseUrl = publicUrl ?? originOf(request, readHost(request));
  const query = request.originalUrl.indexOf('?');
  return {
    params: request.params as Record<string, string>,
    query: new URLSearchParams(query === -1 ? '' : request.originalUrl.slice(query + 1)),
    baseUrl,
    page: baseUrl + mountOf(request),
    address: addressOf(request),
  };
}

/** Where the page is mounted: `/admin`. */
function mountOf({ baseUrl }: Request): string {
  return baseUrl.slice(0, -API.length);
}

const parseJson = express.json({ limit: BODY_LIMIT, strict: true, type: () => true });

/** Nobody unknown makes the server parse anything, so this comes after authentication. */
async function readBody({ body: schema }: AdminRoute, request: Request, response: Response): Promise<unknown> {
  if (schema === undefined) return undefined;
  requireJson(request);
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  return validate(schema, request.body);
}

/** Records a change, and answers. What could not be recorded is not answered as if it were. */
async function finish(answer: AdminResponse, passed: Passed, parts: AdminParts): Promise<void> {
  const { request, response, principal, tenant, isSecure = usesHttps(request, parts.publicUrl) } = passed;
  if (answer.audit && !isNothing(answer.audit)) {
    const actor = answer.audit.actor ?? principal?.actor;
    if (!actor) throw new Error(`nobody is known to have done ${answer.audit.action}`);
    await audit(parts.store, { tenant, ...answer.audit, actor, address: addressOf(request), time: parts.clock() });
  }
  if (answer.session !== undefined) {
    const cookie = sessionCookie(answer.session ?? undefined, { isSecure, mount: mountOf(request) });
    response.append('Set-Cookie', cookie);
  }
  await sendAnswer(response, answer);
}

/** A change to what it was already. */
function isNothing({ action, details }: AdminAudit): boolean {
  return action.endsWith('.update') && Object.keys(details ?? {}).length === 0;
}

/** A known address with a method that it does not have. RFC 9110 §15.5.6 */
function allowing(routes: readonly AdminRoute[]): RequestHandler {
  const methods = routes.map(({ method }) => method);
  const allowed = methods.includes('GET') ? ['HEAD', ...methods] : methods;
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new AdminProblem(405, `${request.method} is not supported at this address.`);
  };
}

/** Answers every error of the routes. Why this server failed is for the log alone. */
function refuse({ log }: AdminParts): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const { problem, retryAfter } = toProblem(thrown);
    const { requestId } = response.locals;
    if (problem.status >= 500) log.error({ requestId, err: problem.cause ?? thrown }, 'admin request failed');
    sendProblem(response, problem, retryAfter);
  };
}
