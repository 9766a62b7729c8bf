/** Tenants, credentials and keys for the tests of stores; whatever matters to a test is said by the test. */
import type { Admin, AdminKey, Credential, Key, NewActivity, Store, Tenant } from '../../store/store.js';

export const CREATED = '2026-01-01T00:00:00.000Z';

export function tenant(name: string, more: Partial<Tenant> = {}): Tenant {
  const settings = { allowsBasic: false, requestLimit: undefined };
  return { id: `t-${name}`, name, profile: 'entra', created: CREATED, disabled: undefined, settings, ...more };
}

export const ACME = tenant('Acme');
export const GLOBEX = tenant('globex', { profile: 'okta' });

/** Of acme, and a token. */
export function credential(id: string, more: Partial<Credential> = {}): Credential {
  return {
    id,
    tenant: ACME.id,
    kind: 'token',
    name: `${id} of Entra`,
    scopes: ['scim:read', 'scim:write'],
    created: CREATED,
    createdBy: undefined,
    expires: undefined,
    revoked: undefined,
    lastUsed: undefined,
    lastAddress: undefined,
    identifier: undefined,
    tokenLifetime: undefined,
    trust: undefined,
    ...more,
  };
}

/** A bearer key whose hash is its id between `#`s. */
export function key(id: string, of: Credential, more: Partial<Key> = {}): Key {
  const rest = { created: CREATED, expires: undefined, scopes: undefined, hint: undefined };
  return { id, credential: of.id, kind: 'bearer', hash: `#${id}#`, ...rest, ...more };
}

export function admin(name: string, more: Partial<Admin> = {}): Admin {
  return {
    id: `a-${name}`,
    email: `${name}@example.com`,
    name,
    role: 'operator',
    tenant: undefined,
    password: undefined,
    subject: undefined,
    created: CREATED,
    createdBy: undefined,
    disabled: undefined,
    lastSignIn: undefined,
    ...more,
  };
}

/** Its hash is its id between `#`s. */
export function adminKey(id: string, kind: AdminKey['kind'], more: Partial<AdminKey> = {}): AdminKey {
  return {
    id,
    kind,
    hash: `#${id}#`,
    admin: undefined,
    name: undefined,
    role: undefined,
    tenant: undefined,
    created: CREATED,
    createdBy: undefined,
    expires: undefined,
    lastUsed: undefined,
    ...more,
  };
}

/** A request of acme that was answered. */
export function request(requestId: string, more: Partial<NewActivity> = {}): NewActivity {
  return {
    tenant: ACME.id,
    time: '2026-01-01T12:00:00.000Z',
    requestId,
    credential: undefined,
    address: undefined,
    agent: undefined,
    method: 'GET',
    path: '/scim/v2/Users',
    resource: undefined,
    status: 200,
    outcome: 'done',
    milliseconds: 1.5,
    rules: [],
    refusal: undefined,
    ...more,
  };
}

/** Both tenants, and a token of acme with one key. */
export async function furnish(store: Store): Promise<{ token: Credential; bearer: Key }> {
  for (const each of [ACME, GLOBEX]) await store.createTenant(each);
  const token = credential('c-1');
  const bearer = key('k-1', token);
  await store.createCredential(token, [bearer]);
  return { token, bearer };
}
