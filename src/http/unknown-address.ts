/**
 * The end of the standalone server's app: what no router has taken. A Tenant URL that was entered wrongly leads here,
 * so the answer says what the right one is, and the activity of the tenant that the path names has it.
 */
import express, { type RequestHandler, type Router } from 'express';
import { ScimError } from '../scim/errors.js';
import type { Store } from '../store/store.js';
import { errorHandler } from './error-handler.js';
import { beginExchange, type ExchangeParts, exchangeOf } from './exchange.js';

export interface UnknownAddressParts extends ExchangeParts {
  readonly store: Pick<Store, 'tenantByName'>;
}

/** Where the SCIM endpoints are, below the server's origin. */
export interface ScimPaths {
  /** `/scim/v2` */
  readonly shared: string;
  /** `/tenants/:tenant/scim/v2` */
  readonly ofTenant: string;
}

/** Answers everything with 404 in SCIM's form. */
export function unknownAddress(parts: UnknownAddressParts, paths: ScimPaths): Router {
  const router = express.Router();
  router.use(beginExchange(parts), nothingHere(parts, paths), errorHandler());
  return router;
}

function nothingHere({ store }: UnknownAddressParts, { shared, ofTenant }: ScimPaths): RequestHandler {
  return async (request, response) => {
    const name = /^\/tenants\/([a-z0-9][a-z0-9._-]{0,62})(?:\/|$)/i.exec(request.path)?.[1];
    const tenant = name === undefined ? undefined : await store.tenantByName(name);
    const exchange = exchangeOf(response);
    if (exchange && tenant) exchange.tenant = tenant.id;
    // The same words whether or not there is such a tenant: nobody has said yet who they are.
    const right = name === undefined ? shared : ofTenant.replace(':tenant', name);
    throw new ScimError('notFound', `There is nothing at this address; the SCIM endpoints are below ${right}.`);
  };
}
