/** Who calls, and what they may do. Knows: scopes, the tenant of a credential. Does not know: HTTP, tokens, the store. */
import type { CredentialKind, Tenant } from '../store/store.js';
import { AccessRefused, bearerChallenge, FieldRefused } from './refusal.js';

/** What each scope allows. None includes another. */
export const SCOPES = {
  'scim:read': 'read users, groups and the discovery documents',
  'scim:write': 'create, change and delete users and groups',
  'scim:catalog': 'change the roles and entitlements that users can be given',
  'events:read': 'read what happens to users and groups',
} as const satisfies Record<string, string>;

/** A permission of a credential. */
export type Scope = keyof typeof SCOPES;

/** Characters of the tenant in a path that a refusal repeats. */
const MOST_OF_NAME = 63;

export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

/** What a credential gets when nobody says otherwise: what identity providers need. */
export const DEFAULT_SCOPES: readonly Scope[] = ['scim:read', 'scim:write'];

/** Who is calling: the outcome of authentication, and all that later steps learn of the credential. */
export interface Principal {
  readonly tenant: Tenant;
  /** `app`: one of the app's own, of which the store knows nothing. */
  readonly credential: { readonly id: string; readonly name: string; readonly kind: CredentialKind | 'app' };
  readonly scopes: ReadonlySet<Scope>;
  /** Id of the user who is at /Me; undefined: nobody. */
  readonly user?: string | undefined;
}

/** True for the name of a scope that this version knows. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}

/**
 * Scopes separated by commas or blanks, `scim:read,scim:write`; repeated ones count once.
 * @throws FieldRefused that names the one that is wrong, or says that there is none.
 */
export function parseScopes(text: string): Scope[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const known = ALL_SCOPES.join(', ');
  if (names.length === 0) throw new FieldRefused('scopes', `no scope was given; the scopes are ${known}`);
  const wrong = names.find((name) => !isScope(name));
  if (wrong !== undefined) {
    throw new FieldRefused('scopes', `${JSON.stringify(wrong)} is not a scope; the scopes are ${known}`);
  }
  return [...new Set(names.filter(isScope))];
}

/** @throws AccessRefused forbidden, with the challenge of RFC 6750 §3.1 that names the missing scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.has(scope)) return;
  const { tenant, credential, scopes } = principal;
  throw new AccessRefused(
    'forbidden',
    `The credential lacks the scope ${scope}, which is needed to ${SCOPES[scope]}.`,
    {
      challenges: [bearerChallenge('insufficient_scope', { scope })],
      reason: { failed: 'scope', expected: scope, came: [...scopes], credential: { ...credential } },
      tenant: tenant.id,
    },
  );
}

/**
 * The tenant in `/tenants/{name}/scim/v2` must be the credential's own.
 *
 * Otherwise the answer is the one for any address that does not exist: 404, the same whether or not another tenant
 * has that name, so that a credential cannot be used to find out who else is served. A 401 would say that the token
 * is bad, which it is not, and would make clients such as Entra suspend provisioning as if the secret had expired.
 * @throws AccessRefused notFound
 */
export function requireTenant(principal: Principal, nameInPath: string): void {
  const { tenant, credential } = principal;
  if (nameInPath.toLowerCase() === tenant.name.toLowerCase()) return;
  const came = nameInPath.slice(0, MOST_OF_NAME);
  throw new AccessRefused('notFound', undefined, {
    reason: { failed: 'tenant', expected: tenant.name, came, credential: { ...credential } },
    tenant: tenant.id,
  });
}
