/** A request in words. */
import type { ActivityView } from '../../http/admin/messages.js';
import { count } from '../components/format.js';

/** What is needed of a request to say what it did. */
export type Requested = Pick<ActivityView, 'method' | 'path' | 'resource'>;

const VERBS: Readonly<Record<string, string>> = {
  GET: 'Read',
  HEAD: 'Read',
  POST: 'Create',
  PUT: 'Replace',
  PATCH: 'Change',
  DELETE: 'Delete',
};

/** Endpoints that are not those of a resource type, RFC 7644 §3.2 and our own. */
const FIXED: Readonly<Record<string, string>> = {
  serviceproviderconfig: 'Read the service provider configuration',
  resourcetypes: 'Read the resource types',
  schemas: 'Read the schemas',
  bulk: 'Bulk request',
  me: 'Ask for itself (/Me)',
};

/** `/tenants/acme/scim/v2/Users/7` → `['Users', '7']` */
function segmentsOf(path: string): string[] {
  return path
    .replace(/^.*?\/scim\/v2(?=\/|$)/, '')
    .split('/')
    .filter((segment) => segment !== '');
}

/** `Users` → `user`, `Entitlements` → `entitlement`. */
const singular = (endpoint: string) => endpoint.replace(/ies$/i, 'y').replace(/s$/i, '').toLowerCase();

/** `Create user`, `Search groups`, `Get an access token`; the request itself when it is none that we know. */
export function operationOf(requested: Requested): string {
  const { method, path } = requested;
  if (/\/token$/.test(path)) return 'Get an access token';
  if (path.includes('/.well-known/')) return 'Read the token endpoint’s metadata';
  const segments = segmentsOf(path);
  const [endpoint = '', id] = segments;
  if (!path.includes('/scim/v2') && !requested.resource) return `${method} ${path}`;
  if (endpoint === '') return `${VERBS[method] ?? method} the SCIM address itself`;
  const fixed = FIXED[endpoint.toLowerCase()];
  if (fixed) return fixed;
  if (id === '.search' || endpoint === '.search')
    return endpoint === '.search' ? 'Search everything' : `Search ${endpoint.toLowerCase()}`;
  if (id === undefined && (method === 'GET' || method === 'HEAD')) return `Search ${endpoint.toLowerCase()}`;
  return `${VERBS[method] ?? method} ${singular(requested.resource?.type ?? endpoint)}`;
}

/** `0.4 ms`, `12 ms`, `1.2 s` */
export function durationText(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${milliseconds >= 10 ? Math.round(milliseconds) : Math.round(milliseconds * 10) / 10} ms`;
}

/** A name of a reason field for people: `lookedFor` → `Looked for`. */
export function reasonLabel(name: string): string {
  const words = name
    .replaceAll(/[_-]/g, ' ')
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `3 requests arrived, 1 of them refused or failed` */
export function arrivedText(arrived: readonly Pick<ActivityView, 'outcome'>[]): string {
  const wrong = arrived.filter(({ outcome }) => outcome !== 'done').length;
  const all = `${count(arrived.length, 'request')} arrived`;
  return wrong === 0 ? all : `${all}, ${wrong} of them refused or failed`;
}

/** The time of day, with the date in front of it when that is not the one of `now` (milliseconds). */
export function clockText(time: string, now: number, zone: string | undefined): string {
  const day = (at: Date) => at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: zone });
  const at = new Date(time);
  const clock = at.toLocaleTimeString('en-GB', { timeZone: zone });
  return day(at) === day(new Date(now)) ? clock : `${day(at)}, ${clock}`;
}

/** The value of a reason field: `{kind: 'token', wellFormed: true}` → `kind: token, well formed: yes`. */
export function reasonText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (Array.isArray(value)) return value.map(reasonText).join(', ') || '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, each]) => `${reasonLabel(name).toLowerCase()}: ${reasonText(each)}`)
    .join(', ');
}
