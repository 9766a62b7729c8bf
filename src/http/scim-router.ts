/**
 * The route table of RFC 7644 §3.2: each line an endpoint, its scope and its file. Knows Express; decides nothing.
 * A router works at any path; below `/tenants/:tenant/…` the tenant in the path must be the credential's own.
 */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { USER_TYPE } from '../access/credential-user.js';
import { type Principal, requireScope, requireTenant, type Scope } from '../access/principal.js';
import { AccessRefused } from '../access/refusal.js';
import type { Caller } from '../directory/directory.js';
import { ScimError } from '../scim/errors.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Registry } from '../scim/schema/load.js';
import { errorHandler, explainTo } from './error-handler.js';
import { beginExchange, type Exchange, exchangeOf } from './exchange.js';
import type { HttpParts } from './parts.js';
import {
  locator,
  readBaseUrl,
  readBody,
  readConditions,
  readProjectionOf,
  readQuery,
  type ScimRequest,
} from './read-request.js';
import { type BulkHttpRequest, bulk } from './scim/bulk.js';
import { create } from './scim/create.js';
import { remove } from './scim/delete.js';
import { type DiscoveryRequest, resourceTypes, schemas, serviceProviderConfig } from './scim/discovery.js';
import { get } from './scim/get.js';
import { patch } from './scim/patch.js';
import { replace } from './scim/replace.js';
import { search, searchByBody } from './scim/search.js';
import { type RootRequest, searchRoot, searchRootByBody } from './scim/search-root.js';
import { type ScimResponse, send } from './write-response.js';

/** One endpoint: a request to its answer. */
type Endpoint = (request: ScimRequest, parts: HttpParts) => Promise<ScimResponse>;
type RootEndpoint = (request: RootRequest, parts: HttpParts) => Promise<ScimResponse>;
type Discovery = (request: DiscoveryRequest, parts: HttpParts) => ScimResponse;

/** The SCIM endpoints as one Express router, from authentication to the error body. */
export function scimRouter(parts: HttpParts): Router {
  const router = express.Router({ mergeParams: true });
  router.use(inSequence(withoutDoubleSlash, beginExchange(parts), authenticate(parts)));
  addRoutes(router, parts);
  router.use(errorHandler());
  return router;
}

function addRoutes(router: Router, parts: HttpParts): void {
  addResourceRoutes(router, parts);

  const discover = (endpoint: Discovery) => answerDiscovery(endpoint, parts);
  // Microsoft's reference tests ask for the configuration under this name as well.
  const configuration = ['/ServiceProviderConfig', '/serviceConfiguration'];
  router.route(configuration).get(discover(serviceProviderConfig)).all(allowing('GET'));
  router.route(['/Schemas', '/Schemas/:id']).get(discover(schemas)).all(allowing('GET'));
  router.route(['/ResourceTypes', '/ResourceTypes/:id']).get(discover(resourceTypes)).all(allowing('GET'));

  router.route('/Bulk').post(bulkReader(parts), answerBulk(parts)).all(allowing('POST'));

  router.route('/').get(answerRoot(searchRoot, parts)).all(allowing('GET'));
  router.route('/.search').post(bytesReader(parts), answerRoot(searchRootByBody, parts)).all(allowing('POST'));

  addResource(router, '/Me', currentUser(parts), parts);
  router.use(nothingHere);
}

/** RFC 7644 §3.2, table 2, for the resource types of whichever tenant asks. What is none of them is left to others. */
function addResourceRoutes(router: Router, parts: HttpParts): void {
  const readBytes = bytesReader(parts);
  const type = offeredType(parts);
  const read = (endpoint: Endpoint) => answer(endpoint, 'read', parts);
  const write = [readBytes, answer(create, 'write', parts)];

  router.route('/:endpoint').all(type).get(read(search)).post(write).all(allowing('GET', 'POST'));
  router.route('/:endpoint/.search').all(type).post(readBytes, read(searchByBody)).all(allowing('POST'));
  addResource(router, '/:endpoint/:id', type, parts);
}

/** The methods of one resource. @param find says which it is */
function addResource(router: Router, path: string, find: RequestHandler, parts: HttpParts): void {
  const change = (endpoint: Endpoint) => answer(endpoint, 'write', parts);
  const write = (endpoint: Endpoint) => [bytesReader(parts), change(endpoint)];
  router
    .route(path)
    .all(find)
    .get(answer(get, 'read', parts))
    .put(write(replace))
    .patch(write(patch))
    .delete(change(remove))
    .all(allowing('GET', 'PUT', 'PATCH', 'DELETE'));
}

/** RFC 7644 §3.11: the user who the credential is, at another address; what is asked of it is answered for that user. */
function currentUser({ registries }: HttpParts): RequestHandler {
  return (request, response, next) => {
    const exchange = begun(response);
    const { user, tenant } = exchange.principal;
    const type = registries.of(tenant).resourceType(USER_TYPE);
    if (type === undefined || user === undefined || request.method === 'POST') {
      throw new ScimError('notImplemented', 'This credential is no user, or the operation is not offered at /Me.');
    }
    response.locals.type = type;
    request.params.id = user;
    exchange.isAbout(type.name, user);
    next();
  };
}

/** Finds the type that the path names, before anything can go wrong: the activity keeps what a refused request was about. */
function offeredType({ registries }: HttpParts): RequestHandler {
  return (request, response, next) => {
    const exchange = begun(response);
    const { endpoint, id } = request.params;
    const type = registries.of(exchange.principal.tenant).byEndpoint(endpoint as string);
    if (!type) {
      next('route');
      return;
    }
    response.locals.type = type;
    if (typeof id === 'string') exchange.isAbout(type.name, id);
    next();
  };
}

/** Takes the body as bytes, whatever it is called; read-request.ts judges the media type and parses. */
function bytesReader({ limits }: HttpParts): RequestHandler {
  return express.raw({ type: () => true, limit: limits.body });
}

/** Several handlers as one layer of a router: each layer costs a request what a step of ours costs. */
function inSequence(...handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    const run = (index: number): void => {
      const handler = handlers[index];
      if (!handler) {
        done();
        return;
      }
      const result = handler(request, response, (error?: unknown) => (error ? done(error) : run(index + 1)));
      if (result instanceof Promise) result.catch(done);
    };
    run(0);
  };
}

/** A Tenant URL that was entered with a slash at its end gives `/scim/v2//Users`. */
const withoutDoubleSlash: RequestHandler = (request, _response, next) => {
  if (request.url.startsWith('//')) request.url = request.url.replace(/^\/+/, '/');
  next();
};

/** Who calls, and whether it is their turn: all that is asked before anything of the request is read. */
function authenticate(parts: HttpParts): RequestHandler {
  return async (request, response, next) => {
    const exchange = begun(response);
    await identify(request, exchange, parts);
    takeTurn(exchange.principal, parts);
    stayWithin(request, exchange);
    parts.uses.note(exchange.principal.credential.id, exchange.address);
    next();
  };
}

async function identify(request: Request, exchange: Exchange, { authenticator }: HttpParts): Promise<void> {
  const { headers, originalUrl: url } = request;
  const { address } = exchange;
  const tenant = tenantInPath(request);
  exchange.principal = await authenticator.authenticate({ headers, url, address, tenant, log: exchange });
}

/** @throws AccessRefused notFound */
function stayWithin(request: Request, { principal }: Exchange): void {
  const tenant = tenantInPath(request);
  if (tenant !== undefined) requireTenant(principal, tenant);
}

function tenantInPath({ params }: Request): string | undefined {
  return typeof params.tenant === 'string' ? params.tenant : undefined;
}

/** A body can be held back for minutes, in which its credential is revoked, or its tenant disabled. */
async function identifyAgain(request: Request, exchange: Exchange, parts: HttpParts): Promise<void> {
  await identify(request, exchange, parts);
  stayWithin(request, exchange);
}

/** @throws AccessRefused tooManyRequests. RFC 6585 §4 */
function takeTurn({ tenant }: Principal, { requestLimit, limits }: HttpParts): void {
  const rate = tenant.settings.requestLimit ?? limits.requests;
  const retryAfter = requestLimit.take(tenant.id, rate);
  if (retryAfter === undefined) return;
  const reason = { failed: 'request limit', expected: `at most ${rate} requests per second`, came: 'more' };
  throw new AccessRefused('tooManyRequests', undefined, { reason, tenant: tenant.id, retryAfter });
}

function begun(response: Response): Exchange {
  return exchangeOf(response) as Exchange;
}

/** RFC 7644 §3.7.4: the answer names the limit. A body that the embedding app has read is known by its length alone. */
function bulkReader({ limits }: HttpParts): RequestHandler {
  const most = limits.bulk.payload;
  const read = express.raw({ type: () => true, limit: most });
  const refusal = (): ScimError =>
    new ScimError('payloadTooLarge', `The size of the bulk request exceeds maxPayloadSize (${most} bytes).`);
  return (request, response, next) => {
    if (Number(request.headers['content-length']) > most) throw refusal();
    read(request, response, (error?: unknown) => {
      next((error as { status?: unknown } | undefined)?.status === 413 ? refusal() : error);
    });
  };
}

function answer(endpoint: Endpoint, access: 'read' | 'write', parts: HttpParts): RequestHandler {
  return async (request, response) => {
    const exchange = begun(response);
    let type = response.locals.type as ResourceType;
    if (exchange.isLate) {
      await identifyAgain(request, exchange, parts);
      type = stillOffered(type, exchange, parts);
    }
    requireScope(exchange.principal, access === 'read' ? 'scim:read' : scopeToWrite(type));
    const result = await endpoint(readRequest(request, exchange, type, parts), parts);
    if (result.created) exchange.isAbout(type.name, result.created);
    await send(response, result);
  };
}

function answerRoot(endpoint: RootEndpoint, parts: HttpParts): RequestHandler {
  return async (request, response) => {
    const exchange = begun(response);
    if (exchange.isLate) await identifyAgain(request, exchange, parts);
    requireScope(exchange.principal, 'scim:read');
    const registry = parts.registries.of(exchange.principal.tenant);
    const rootRequest: RootRequest = {
      caller: callerOf(exchange, registry),
      types: registry.resourceTypes,
      body: METHODS_WITH_BODY.has(request.method) ? readBody(request) : undefined,
      query: readQuery(request.originalUrl),
      locate: locator(readBaseUrl(request, parts.publicUrl), registry),
    };
    await send(response, await endpoint(rootRequest, parts));
  };
}

/** The type as the tenant has it by now. @throws ScimError notFound */
function stillOffered({ name }: ResourceType, { principal }: Exchange, { registries }: HttpParts): ResourceType {
  const type = registries.of(principal.tenant).resourceType(name);
  if (!type) throw new ScimError('notFound', `The resource type ${name} is not offered any more; see /ResourceTypes.`);
  return type;
}

/** What users can be given is for the vendor to say; a client that provisions users only reads it. */
function scopeToWrite({ isCatalog }: ResourceType): Scope {
  return isCatalog ? 'scim:catalog' : 'scim:write';
}

function answerBulk(parts: HttpParts): RequestHandler {
  return async (request, response) => {
    const exchange = begun(response);
    if (exchange.isLate) await identifyAgain(request, exchange, parts);
    const { principal } = exchange;
    if (!principal.scopes.has('scim:catalog')) requireScope(principal, 'scim:write');
    const registry = parts.registries.of(exchange.principal.tenant);
    const bulkRequest: BulkHttpRequest = {
      caller: callerOf(exchange, registry),
      requireScope: (type) => requireScope(exchange.principal, scopeToWrite(type)),
      types: registry.resourceTypes,
      body: readBody(request),
      locate: locator(readBaseUrl(request, parts.publicUrl), registry),
      explain: explainTo(exchange),
    };
    await send(response, await bulk(bulkRequest, parts));
  };
}

function callerOf({ principal, dialect, id: requestId, address }: Exchange, registry: Registry): Caller {
  const { id: credential, name } = principal.credential;
  const { resourceType: types } = registry;
  return { tenant: principal.tenant.id, actor: { credential, name, address }, requestId, dialect, types };
}

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

function readRequest(request: Request, exchange: Exchange, type: ResourceType, parts: HttpParts): ScimRequest {
  const registry = parts.registries.of(exchange.principal.tenant);
  const caller = callerOf(exchange, registry);
  const query = readQuery(request.originalUrl);
  return {
    caller,
    type,
    id: typeof request.params.id === 'string' ? request.params.id : '',
    body: METHODS_WITH_BODY.has(request.method) ? readBody(request) : undefined,
    query,
    conditions: readConditions(request),
    projection: readProjectionOf(query, type, caller),
    locate: locator(readBaseUrl(request, parts.publicUrl), registry),
  };
}

function answerDiscovery(endpoint: Discovery, parts: HttpParts): RequestHandler {
  return async (request, response) => {
    const { principal, dialect } = begun(response);
    requireScope(principal, 'scim:read');
    const { id } = request.params;
    const discovery: DiscoveryRequest = {
      registry: parts.registries.of(principal.tenant),
      dialect,
      allowsBasic: principal.tenant.settings.allowsBasic,
      baseUrl: readBaseUrl(request, parts.publicUrl),
      query: readQuery(request.originalUrl),
      id: typeof id === 'string' ? id : undefined,
    };
    await send(response, endpoint(discovery, parts));
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

const nothingHere: RequestHandler = () => {
  throw new ScimError('notFound', 'There is nothing at this address; see /ResourceTypes.');
};
