/** What the names in the API are called for people. */
import type { CredentialView } from '../../http/admin/messages.js';

interface Words {
  readonly label: string;
  readonly description: string;
}

export const ROLE_WORDS: Readonly<Record<string, Words>> = {
  owner: { label: 'Owner', description: 'Everything, admins included' },
  operator: { label: 'Operator', description: 'Everything but admins' },
  'tenant-admin': { label: 'Tenant admin', description: 'Connects and watches one tenant' },
  viewer: { label: 'Viewer', description: 'Sees, and changes nothing' },
};

export const KIND_WORDS: Readonly<Record<CredentialView['kind'], Words>> = {
  token: { label: 'Bearer token', description: 'One long-lived secret that is sent with each request' },
  client: {
    label: 'OAuth 2.0 client',
    description: 'A client id and a secret, with which the other side fetches short-lived tokens',
  },
  basic: { label: 'User name and password', description: 'HTTP Basic; only where nothing better is offered' },
  federation: {
    label: 'Federation',
    description: 'No secret at all: the identity provider signs tokens itself, and this server trusts it',
  },
};

export const SCOPE_WORDS: Readonly<Record<string, Words>> = {
  'scim:read': { label: 'Read', description: 'Find and read users and groups' },
  'scim:write': { label: 'Write', description: 'Create, change and delete users and groups' },
  'scim:catalog': { label: 'Catalog', description: 'Change the roles and entitlements that users can be given' },
  'events:read': { label: 'Events', description: 'Read what happens to users and groups' },
};

export const PROFILE_WORDS: Readonly<Record<string, Words>> = {
  entra: { label: 'Microsoft Entra ID', description: 'Understands the dialects of Entra and of most other clients' },
  okta: { label: 'Okta', description: 'Understands what Okta sends beyond the RFC' },
  strict: { label: 'Strict', description: 'RFC 7643 and RFC 7644 to the letter; for tests' },
};

/** `User` → `Users`. Other resource types are called what they are called. */
export function typeWords(type: string): string {
  return type === 'User' || type === 'Group' ? `${type}s` : type;
}
