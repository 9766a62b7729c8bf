import { SCIM_PATH } from '../server.js';

/** Where a client finds the SCIM endpoints of the server at `origin`: what Entra calls the Tenant URL. */
export function scimBaseUrl(origin: string): string {
  return `${origin.replace(/\/+$/, '')}${SCIM_PATH}`;
}
