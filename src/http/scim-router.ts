/**
 * The route table of RFC 7644 §3.2: each line an endpoint, its scope and its file. Knows Express; decides nothing.
 * A router works at any path; below `/tenants/:tenant/…` the tenant in the path must be the credential's own.
 */
import express, { type Request, type RequestHandler, type Router } from 'express';
import { USER_TYPE } from '../access/credential-user.js';
import { requireScope, type Scope } from '../access/principal.js';
import type { Caller } from '../directory/caller.js';
import { ScimError } from '../scim/errors.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Registry } from '../scim/schema/load.js';
import { admission, allowing, begun, bytesReader, identifyAgain } from './admission.js';
import { errorHandler, explainTo } from './error-handler.js';
import type { Exchange } from './exchange.js';
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
  router.use(admission(parts));
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
function currentUser({ registries, publicUrl }: HttpParts): RequestHandler {
  return (request, response, next) => {
    const exchange = begun(response);
    const { user, tenant } = exchange.principal;
    const registry = registries.of(tenant);
    const type = registry.resourceType(USER_TYPE);
    if (type === undefined || user === undefined || request.method === 'POST') {
      throw new ScimError('notImplemented', 'This credential is no user, or the operation is not offered at /Me.');
    }
    response.locals.type = type;
    request.params.id = user;
    exchange.isAbout(type.name, user);
    // "In any response", so in one without a body and in a refusal as well.
    response.setHeader('Location', locator(readBaseUrl(request, publicUrl), registry)(type.name, user) ?? '');
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
  const { id: tenant, profile } = principal.tenant;
  return { tenant, actor: { credential, name, address }, requestId, dialect, profile, types };
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

const nothingHere: RequestHandler = () => {
  throw new ScimError('notFound', 'There is nothing at this address; see /ResourceTypes.');
};
