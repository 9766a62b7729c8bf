/**
 * Signing in to the app with the password that an identity provider has set for a user of a tenant.
 * Knows: where the hash is, how often may be tried, who may come in. Does not know: sessions, which are the app's.
 */
import { fold } from '../scim/fold.js';
import { isInactive } from '../scim/resource/inactive.js';
import type { Store } from '../store/store.js';
import { findUser, USER_TYPE } from './credential-user.js';
import { isPassword } from './passwords.js';
import { AccessRefused } from './refusal.js';
import type { Registries } from './registries.js';
import type { Throttle } from './throttle.js';

export interface UserPasswordParts {
  readonly store: Pick<Store, 'tenantByName' | 'search' | 'passwordHash'>;
  readonly registries: Pick<Registries, 'of'>;
  readonly throttle: Throttle;
}

/** Characters of a name that count where it stands for an address. */
const MOST_OF_NAME = 320;

/** What somebody types, and where. */
export interface UserSignIn {
  /** Tenant.name */
  readonly tenant: string;
  readonly userName: string;
  readonly password: string;
  /** That of whoever types; without it tries count for the user name alone. */
  readonly address?: string | undefined;
}

/**
 * The active user with this name and password; undefined for everybody else. Whether there is such a tenant, user or
 * password shows neither in the answer nor in the time it takes.
 * @throws AccessRefused tooManyRequests: ten failures with one user name from one address within five minutes, and the other
 *   bounds of throttle.ts
 */
export async function checkUserPassword(
  { store, registries, throttle }: UserPasswordParts,
  { tenant: name, userName, password, address }: UserSignIn,
): Promise<{ id: string } | undefined> {
  const tenant = await store.tenantByName(name);
  const identifier = `user:${tenant?.id ?? name}:${fold(userName)}`;
  // Those whose address nobody tells must not count as one, or one of them could shut out all others.
  const attempt = { address: address ?? identifier.slice(0, MOST_OF_NAME).replaceAll(':', ' '), identifier };
  const wait = throttle.attempt(attempt);
  if (wait !== undefined) throw tooMany(wait);
  const isOpen = tenant !== undefined && tenant.disabled === undefined;
  const type = isOpen ? registries.of(tenant).resourceType(USER_TYPE) : undefined;
  const user = isOpen ? await findUser(store, type, tenant, userName) : undefined;
  const hash = user && (await store.passwordHash(user.key));
  const isRight = await isPassword(hash, password);
  if (user && isRight && !isInactive(user.document)) {
    throttle.succeeded(attempt);
    return { id: user.key.id };
  }
  throttle.failed(attempt);
  const held = address === undefined ? undefined : await throttle.hold(address);
  if (held !== undefined) throw tooMany(held);
  return undefined;
}

function tooMany(seconds: number): AccessRefused {
  const detail = `Too many tries that failed; wait ${seconds} seconds.`;
  return new AccessRefused('tooManyRequests', detail, { retryAfter: seconds });
}
