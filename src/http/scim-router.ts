/**
 * The route table of RFC 7644 §3.2: each line an endpoint, its scope and its file. Knows Express; decides nothing.
 * A router works at any path; below `/tenants/:tenant/…` the tenant in the path must be the credential's own.
 */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import helmet from 'helmet';
import { type Principal, requireScope, requireTenant, type Scope } from '../access/principal.js';
import type { Caller } from '../directory/directory.js';
import { ScimError } from '../scim/errors.js';
import { Dialect, PROFILES, type ProfileName } from '../scim/profiles.js';
import { errorHandler } from './error-handler.js';
import type { HttpParts } from './parts.js';
import {
  locator,
  readBaseUrl,
  readBody,
  readConditions,
  readProjectionOf,
  readQuery,
  readType,
  type ScimRequest,
} from './read-request.js';
import { logOf, requestLog } from './request-log.js';
import { create } from './scim/create.js';
import { remove } from './scim/delete.js';
import { type DiscoveryRequest, resourceTypes, schemas, serviceProviderConfig } from './scim/discovery.js';
import { get } from './scim/get.js';
import { patch } from './scim/patch.js';
import { replace } from './scim/replace.js';
import { search } from './scim/search.js';
import { type ScimResponse, send } from './write-response.js';

/** One endpoint: a request to its answer. */
type Endpoint = (request: ScimRequest, parts: HttpParts) => Promise<ScimResponse>;
type Discovery = (request: DiscoveryRequest, parts: HttpParts) => ScimResponse;

/** The SCIM endpoints as one Express router, from authentication to the error body. */
export function scimRouter(parts: HttpParts): Router {
  const router = express.Router({ mergeParams: true });
  const read = (endpoint: Endpoint) => answer(endpoint, 'scim:read', parts);
  const write = (endpoint: Endpoint) => [bodyReader(parts), answer(endpoint, 'scim:write', parts)];
  const discover = (endpoint: Discovery) => answerDiscovery(endpoint, parts);

  router.use(requestLog(parts.log, parts.newRequestId), securityHeaders(), authenticate(parts));

  // Microsoft's reference tests ask for the configuration under this name as well.
  const configuration = ['/ServiceProviderConfig', '/serviceConfiguration'];
  router.route(configuration).get(discover(serviceProviderConfig)).all(allowing('GET'));
  router.route(['/Schemas', '/Schemas/:id']).get(discover(schemas)).all(allowing('GET'));
  router.route(['/ResourceTypes', '/ResourceTypes/:id']).get(discover(resourceTypes)).all(allowing('GET'));

  // RFC 7644 §3.4.3, §3.7 and §3.11: optional, announced nowhere.
  router.all(['/Bulk', '/Me', '/.search', '/:endpoint/.search'], notImplemented());

  router.route('/:endpoint').all(knownType(parts)).get(read(search)).post(write(create)).all(allowing('GET', 'POST'));
  router
    .route('/:endpoint/:id')
    .all(knownType(parts))
    .get(read(get))
    .put(write(replace))
    .patch(write(patch))
    .delete(answer(remove, 'scim:write', parts))
    .all(allowing('GET', 'PUT', 'PATCH', 'DELETE'));

  router.use(nothingHere());
  router.use(errorHandler());
  return router;
}

/** These answers are data for machines: nothing in them may be framed, run or sniffed. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  });
}

const PRINCIPAL = 'scimTarget.principal';

function authenticate({ authenticator, uses }: HttpParts): RequestHandler {
  return async (request, response, next) => {
    const log = logOf(response);
    const { headers, originalUrl: url } = request;
    const principal = await authenticator.authenticate({ headers, url, log: log?.logger });
    if (log) log.caller = { tenant: principal.tenant.name, credential: principal.credential.id };
    const tenant = request.params.tenant;
    if (typeof tenant === 'string') requireTenant(principal, tenant);
    uses.note(principal.credential.id, request.ip);
    response.locals[PRINCIPAL] = principal;
    next();
  };
}

function principalOf(response: Response): Principal {
  return response.locals[PRINCIPAL] as Principal;
}

function dialectOf(response: Response): Dialect {
  const dialect = new Dialect(PROFILES[principalOf(response).tenant.profile as ProfileName]);
  const log = logOf(response);
  if (log) log.dialect = dialect;
  return dialect;
}

/** Takes the body as bytes, whatever it is called; read-request.ts judges the media type and parses. */
function bodyReader({ limits }: HttpParts): RequestHandler {
  return express.raw({ type: () => true, limit: limits.body });
}

function answer(endpoint: Endpoint, scope: Scope, parts: HttpParts): RequestHandler {
  return async (request, response) => {
    requireScope(principalOf(response), scope);
    await send(response, await endpoint(readRequest(request, response, parts), parts));
  };
}

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

function readRequest(request: Request, response: Response, parts: HttpParts): ScimRequest {
  const principal = principalOf(response);
  const caller: Caller = {
    tenant: principal.tenant.id,
    actor: { credential: principal.credential.id, name: principal.credential.name, address: request.ip },
    requestId: logOf(response)?.id ?? '',
    dialect: dialectOf(response),
  };
  const type = readType(request, parts.registry);
  const query = readQuery(request.originalUrl);
  return {
    caller,
    principal,
    type,
    id: typeof request.params.id === 'string' ? request.params.id : '',
    body: METHODS_WITH_BODY.has(request.method) ? readBody(request) : undefined,
    query,
    conditions: readConditions(request),
    projection: readProjectionOf(query, type, caller),
    locate: locator(readBaseUrl(request, parts.publicUrl), parts.registry),
  };
}

function answerDiscovery(endpoint: Discovery, parts: HttpParts): RequestHandler {
  return async (request, response) => {
    requireScope(principalOf(response), 'scim:read');
    const { id } = request.params;
    const discovery: DiscoveryRequest = {
      dialect: dialectOf(response),
      baseUrl: readBaseUrl(request, parts.publicUrl),
      query: readQuery(request.originalUrl),
      id: typeof id === 'string' ? id : undefined,
    };
    await send(response, endpoint(discovery, parts));
  };
}

function notImplemented(): RequestHandler {
  return () => {
    throw new ScimError('notImplemented', 'This server does not offer the operation; see /ServiceProviderConfig.');
  };
}

/** A known address with a method that it does not have. RFC 9110 §15.5.6 */
function allowing(...methods: string[]): RequestHandler {
  const allowed = methods.includes('GET') ? ['HEAD', ...methods] : methods;
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new ScimError('methodNotAllowed', `${request.method} is not supported at this address.`);
  };
}

/** An unknown endpoint is 404 whatever the method, before any body is read. */
function knownType({ registry }: HttpParts): RequestHandler {
  return (request, _response, next) => {
    readType(request, registry);
    next();
  };
}

function nothingHere(): RequestHandler {
  return () => {
    throw new ScimError('notFound', 'There is nothing at this address; see /ResourceTypes.');
  };
}
