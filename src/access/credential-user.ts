/** Which user a credential is (RFC 7644 §3.11), as people name one. Knows: user names are unique without regard to case. */
import { fold } from '../scim/fold.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Store, StoredResource, Tenant } from '../store/store.js';
import { FieldRefused } from './refusal.js';

/** The resource type of those who a credential may be. */
export const USER_TYPE = 'User';

/**
 * The id of a user of the tenant.
 * @param type that of USER_TYPE; undefined where there is none
 * @param named id or userName
 * @throws FieldRefused when there is no such user
 */
export async function findUserId(
  store: Pick<Store, 'get' | 'search'>,
  type: ResourceType | undefined,
  tenant: Tenant,
  named: string,
): Promise<string> {
  const user = named.trim();
  const key = { tenant: tenant.id, type: USER_TYPE, id: user };
  if (user !== '' && type) {
    if (await store.get(key)) return user;
    const found = await findUser(store, type, tenant, user);
    if (found) return found.key.id;
  }
  const shown = JSON.stringify(user.slice(0, 80));
  throw new FieldRefused('user', `the tenant ${tenant.name} has no user ${shown}: write a userName or an id`);
}

/** The user of a tenant with this userName, in whatever letter case. @param type that of USER_TYPE */
export async function findUser(
  store: Pick<Store, 'search'>,
  type: ResourceType | undefined,
  tenant: Pick<Tenant, 'id'>,
  userName: string,
): Promise<StoredResource | undefined> {
  const attribute = type?.attributes.get('username');
  if (!attribute) return undefined;
  const filter = { kind: 'compare', operator: 'eq', attribute, value: fold(userName) } as const;
  const page = { tenant: tenant.id, type: USER_TYPE, resourceType: type, filter, offset: 0, limit: 1 };
  return (await store.search(page)).resources[0];
}
