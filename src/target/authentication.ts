/** Who may call a target: the holders of its credentials, or whom the app knows by means of its own. */
import type { IncomingMessage } from 'node:http';
import { audit } from '../access/audit.js';
import { type Authenticator, type AuthenticatorParts, createAuthenticator } from '../access/authenticate.js';
import { type Authenticate, createOwnAuthenticator } from '../access/own/authenticate.js';
import { AccessError, AccessRefused } from '../access/refusal.js';
import type { Sources } from '../access/tenants.js';
import type { Throttle } from '../access/throttle.js';
import { appFailed, askApp } from '../directory/app-hook.js';
import type { ProfileName } from '../scim/profiles.js';
import type { Store, Tenant } from '../store/store.js';
import type { Hooks } from './hooks.js';
import { tenantsOf } from './parts.js';

type Parts = Omit<AuthenticatorParts, 'store'> & Sources & { readonly store: Store; readonly throttle: Throttle };

export function authenticatorOf(parts: Parts, hooks: Hooks): Authenticator {
  const { authenticate, createTenants, hookTimeout } = hooks;
  if (!authenticate) return createAuthenticator(parts);
  const profile = createTenants === true ? undefined : createTenants ? createTenants.profile : undefined;
  return createOwnAuthenticator({
    ...parts,
    ask: (incoming) => askApp('authenticate', () => asked(authenticate, incoming as IncomingMessage), hookTimeout),
    createTenant: createTenants ? (name) => createOnSight(parts, name, profile) : undefined,
  });
}

/** An AccessError of the app, such as one of this target, as what a client is answered. */
async function asked(authenticate: Authenticate, incoming: IncomingMessage): Promise<unknown> {
  try {
    return await authenticate(incoming);
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const about = { reason: { failed: 'own authentication' } };
    throw new AccessRefused(error.kind === 'notFound' ? 'notFound' : 'forbidden', error.message, about);
  }
}

/**
 * Of those who come at once one makes the tenant, and it is recorded once.
 * @throws ScimError unavailable for a name that is none; the log says why
 */
async function createOnSight(parts: Parts, name: string, profile: ProfileName | undefined): Promise<Tenant> {
  const { store, clock } = parts;
  try {
    const tenant = await tenantsOf(store, parts).create({ name, ...(profile && { profile }) });
    const actor = { kind: 'app', id: undefined, name: 'the app' } as const;
    const details = { profile: tenant.profile };
    await audit(store, { time: clock(), actor, action: 'tenant.create', tenant, target: tenant.name, details });
    return tenant;
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const known = error.kind === 'conflict' ? await store.tenantByName(name) : undefined;
    if (known) return known;
    throw appFailed(error);
  }
}
