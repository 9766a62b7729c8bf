/** The addresses that the other side's form asks for. `origin`: that of the server, as clients reach it. */
import { ADMIN_PATH, OAUTH_PATH, SCIM_PATH, TENANT_PATH } from '../server.js';

/** Where a browser on this machine finds a server that listens at `origin`: all addresses are none that it opens. */
export function localOrigin(origin: string): string {
  return origin.replace(/^http:\/\/(?:0\.0\.0\.0|\[::\])(?=:)/, 'http://localhost');
}

/** Where a client finds the SCIM endpoints of the server at `origin`: what Entra calls the Tenant URL. */
export function scimBaseUrl(origin: string): string {
  return `${withoutSlash(origin)}${SCIM_PATH}`;
}

/** The same with the tenant in it, so that even a request with a wrong credential is seen in the tenant's activity. */
export function tenantBaseUrl(origin: string, tenant: string): string {
  return `${withoutSlash(origin)}${TENANT_PATH.replace(':tenant', tenant)}`;
}

/** Where an OAuth client gets its access tokens. */
export function tokenEndpoint(origin: string): string {
  return `${withoutSlash(origin)}${OAUTH_PATH}/token`;
}

/** Where admins find their page. */
export function adminPage(origin: string): string {
  return `${withoutSlash(origin)}${ADMIN_PATH}`;
}

function withoutSlash(origin: string): string {
  return origin.replace(/\/+$/, '');
}
