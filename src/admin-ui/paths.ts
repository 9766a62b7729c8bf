/** Every address of the page. Each is whole, `/admin` included, as an `href` and as `navigate()` take it. */

const BASE = '/admin';

function tenantPath(tenant: string, ...rest: readonly string[]): string {
  return [BASE, 'tenants', tenant, ...rest].map((part, at) => (at === 0 ? part : encodeURIComponent(part))).join('/');
}

/** `{outcome: 'refused', after: undefined}` → `?outcome=refused`. Empty without values. */
export function queryText(query: Readonly<Record<string, string | number | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text && `?${text}`;
}

export const paths = {
  home: BASE,
  signIn: (returnTo?: string) => `${BASE}/signin${queryText({ return: returnTo })}`,
  setUp: `${BASE}/setup`,
  tenants: `${BASE}/tenants`,
  tenant: (tenant: string) => tenantPath(tenant),
  connect: (tenant: string) => tenantPath(tenant, 'connect'),
  credentials: (tenant: string) => tenantPath(tenant, 'credentials'),
  credential: (tenant: string, id: string) => tenantPath(tenant, 'credentials', id),
  /** `type`: the name of a resource type, `User`. */
  resources: (tenant: string, type: string) => tenantPath(tenant, 'resources', type),
  resource: (tenant: string, type: string, id: string) => tenantPath(tenant, 'resources', type, id),
  activity: (tenant: string, query?: Readonly<Record<string, string | undefined>>) =>
    `${tenantPath(tenant, 'activity')}${queryText(query)}`,
  events: (tenant: string) => tenantPath(tenant, 'events'),
  receiver: (tenant: string, id: string) => tenantPath(tenant, 'events', id),
  subscriber: (tenant: string, name: string) => tenantPath(tenant, 'subscribers', name),
  schemas: (tenant: string) => tenantPath(tenant, 'schemas'),
  /** Requests that belong to no tenant. */
  strayActivity: `${BASE}/activity`,
  admins: `${BASE}/admins`,
  audit: `${BASE}/audit`,
  settings: `${BASE}/settings`,
  account: `${BASE}/account`,
} as const;

const ANY_ORIGIN = 'http://origin.invalid';

/** The path to go to after signing in: only ever one of ours, whatever stood in the address. */
export function safeReturn(wanted: string | null): string {
  const url = wanted !== null && URL.canParse(wanted, ANY_ORIGIN) ? new URL(wanted, ANY_ORIGIN) : undefined;
  if (url?.origin !== ANY_ORIGIN || !/^\/admin(?!\/(?:api|signin)(?:\/|$))(?:\/|$)/.test(url.pathname))
    return paths.home;
  return `${url.pathname}${url.search}`;
}
