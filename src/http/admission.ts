/**
 * What happens before an endpoint is asked: the request gets an id, its caller is known, has a turn, and stays within
 * their tenant. The same for every router that credentials of tenants open. Knows Express; decides nothing.
 */
import express, { type Request, type RequestHandler, type Response } from 'express';
import { type Principal, requireTenant } from '../access/principal.js';
import { AccessRefused } from '../access/refusal.js';
import { ScimError } from '../scim/errors.js';
import { beginExchange, type Exchange, type ExchangeParts, exchangeOf } from './exchange.js';
import type { HttpParts } from './parts.js';

/** What admission needs of the parts of a router. */
export type AdmissionParts = ExchangeParts & Pick<HttpParts, 'authenticator' | 'requestLimit' | 'uses' | 'limits'>;

/** The first layer of a router: everything that is asked before the path is looked at. */
export function admission(parts: AdmissionParts): RequestHandler {
  return inSequence(withoutDoubleSlash, beginExchange(parts), authenticate(parts));
}

/** Who calls, and whether it is their turn: all that is asked before anything of the request is read. */
function authenticate(parts: AdmissionParts): RequestHandler {
  return async (request, response, next) => {
    const exchange = begun(response);
    await identify(request, exchange, parts);
    takeTurn(exchange.principal, parts);
    stayWithin(request, exchange);
    const { kind, id } = exchange.principal.credential;
    if (kind !== 'app') parts.uses.note(id, exchange.address);
    next();
  };
}

async function identify(request: Request, exchange: Exchange, { authenticator }: AdmissionParts): Promise<void> {
  const { headers, originalUrl: url } = request;
  const { address } = exchange;
  const tenant = tenantInPath(request);
  exchange.principal = await authenticator.authenticate({
    headers,
    url,
    address,
    tenant,
    log: exchange,
    incoming: request,
  });
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
export async function identifyAgain(request: Request, exchange: Exchange, parts: AdmissionParts): Promise<void> {
  await identify(request, exchange, parts);
  stayWithin(request, exchange);
}

/** @throws AccessRefused tooManyRequests. RFC 6585 §4 */
function takeTurn({ tenant }: Principal, { requestLimit, limits }: AdmissionParts): void {
  const rate = tenant.settings.requestLimit ?? limits.requests;
  const retryAfter = requestLimit.take(tenant.id, rate);
  if (retryAfter === undefined) return;
  const reason = { failed: 'request limit', expected: `at most ${rate} requests per second`, came: 'more' };
  throw new AccessRefused('tooManyRequests', undefined, { reason, tenant: tenant.id, retryAfter });
}

/** The exchange of a request that was let in. */
export function begun(response: Response): Exchange {
  return exchangeOf(response) as Exchange;
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

/** Takes the body as bytes, whatever it is called; read-request.ts judges the media type and parses. */
export function bytesReader({ limits }: Pick<HttpParts, 'limits'>): RequestHandler {
  return express.raw({ type: () => true, limit: limits.body });
}

/** A known address with a method that it does not have. RFC 9110 §15.5.6 */
export function allowing(...methods: string[]): RequestHandler {
  const allowed = methods.includes('GET') ? ['HEAD', ...methods] : methods;
  return (request, response) => {
    response.setHeader('Allow', allowed.join(', '));
    throw new ScimError('methodNotAllowed', `${request.method} is not supported at this address.`);
  };
}
