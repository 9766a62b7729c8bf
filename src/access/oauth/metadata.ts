/** Where everything of the authorization server is: RFC 8414 §2. */
import { ALL_SCOPES } from '../principal.js';

/** Below an issuer such as `https://scim.example.com/oauth`. */
export const ENDPOINTS = { token: '/token', introspection: '/introspect', revocation: '/revoke' } as const;

/** `issuer`: the URL of the OAuth endpoints, without a slash at the end. */
export function metadataOf(issuer: string, algorithms: readonly string[]): object {
  const bySecret = ['client_secret_basic', 'client_secret_post'];
  const methods = [...bySecret, 'private_key_jwt'];
  return {
    issuer,
    token_endpoint: issuer + ENDPOINTS.token,
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    grant_types_supported: ['client_credentials'],
    // There is no authorization endpoint, and so no response type; RFC 8414 wants the name all the same.
    response_types_supported: [],
    scopes_supported: ALL_SCOPES,
    introspection_endpoint: issuer + ENDPOINTS.introspection,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: issuer + ENDPOINTS.revocation,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
  };
}
