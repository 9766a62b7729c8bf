/** A server in use, for pictures: tenants, credentials of every kind, people and groups, and requests of all outcomes. */

type Person = readonly [givenName: string, familyName: string, department: string, title: string];
/** What was answered, as far as it is looked at here. */
type Answer = Record<string, string>;

/** Who may make everything. */
export interface Owner {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Cookie and X-CSRF-Token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Ids that pages are about. */
export interface Filled {
  readonly user: string;
  readonly group: string;
  readonly credential: string;
  readonly receiver: string;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ALL = ['scim:read', 'scim:write'];
/** Names and profiles. */
const TENANTS = { contoso: 'entra', fabrikam: 'okta', northwind: 'entra', tailspin: 'entra' };

const PEOPLE: readonly Person[] = [
  ['Lin', 'Okafor', 'Design', 'Designer'],
  ['Mateo', 'Silva', 'Engineering', 'Engineer'],
  ['Aisha', 'Rahman', 'Engineering', 'Engineering manager'],
  ['Noah', 'Lindqvist', 'Finance', 'Accountant'],
  ['Sofia', 'Moreau', 'Sales', 'Account executive'],
  ['Kenji', 'Watanabe', 'Engineering', 'Engineer'],
  ['Priya', 'Nair', 'Support', 'Support lead'],
  ['Tomás', 'Herrera', 'Sales', 'Sales engineer'],
  ['Freya', 'Nyström', 'People', 'Recruiter'],
  ['Omar', 'Haddad', 'Engineering', 'Site reliability'],
  ['Chloe', 'Dubois', 'Design', 'Researcher'],
  ['Ivan', 'Petrov', 'Support', 'Support engineer'],
  ['Grace', 'Mensah', 'Finance', 'Controller'],
  ['Emil', 'Novák', 'Engineering', 'Engineer'],
];

/** The admin API and the SCIM endpoints, by fetch. Gives the JSON of the answer, whatever its status. */
class Caller {
  constructor(private readonly owner: Owner) {}

  async send<T = Answer>(method: string, path: string, body?: object, more: Owner['headers'] = {}): Promise<T> {
    const type = path.startsWith('/admin') ? 'application/json' : 'application/scim+json';
    const response = await fetch(this.owner.origin + path, {
      method,
      headers: { ...this.owner.headers, ...(body && { 'Content-Type': type }), ...more },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }
}

function userOf([givenName, familyName, department, title]: Person, domain: string, number: number) {
  const mail = `${givenName}.${familyName}@${domain}`.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return {
    schemas: [USER, ENTERPRISE],
    externalId: `${domain[0]}${1000 + number}`,
    userName: mail,
    name: { givenName, familyName },
    displayName: `${givenName} ${familyName}`,
    title,
    active: true,
    emails: [{ value: mail, type: 'work', primary: true }],
    phoneNumbers: [{ value: `+46 8 555 01 ${10 + number}`, type: 'work' }],
    [ENTERPRISE]: { department, employeeNumber: String(2000 + number) },
  };
}

/** What Entra does in a cycle, with some of its dialect. Gives the ids of the users. */
async function provision(scim: Caller, base: string, domain: string, people: readonly Person[]): Promise<string[]> {
  const asEntra = { 'User-Agent': 'Microsoft.Azure.Provisioning/1.0' };
  const send = (method: string, path: string, body?: object) => scim.send(method, base + path, body, asEntra);
  await send('GET', `/Users?filter=${encodeURIComponent('userName eq "5b0f9f0c-2f1d-4f6c-9c2a-0d6a4c0b7d11"')}`);
  const ids: string[] = [];
  for (const [number, person] of people.entries()) {
    const { id } = await send('POST', '/Users', userOf(person, domain, number));
    ids.push(id as string);
  }
  for (const displayName of ['Engineering', 'Sales', 'All staff']) {
    const externalId = `${domain}-${displayName}`.toLowerCase().replace(' ', '-');
    const group = await send('POST', '/Groups', { schemas: [GROUP], displayName, externalId });
    const isIn = (at: number) => displayName === 'All staff' || people[at]?.[2] === displayName;
    const value = ids.filter((_, at) => isIn(at)).map((id) => ({ value: id }));
    await send('PATCH', `/Groups/${group.id}`, {
      schemas: [PATCH],
      Operations: [{ op: 'Add', path: 'members', value }],
    });
  }
  const change = (at: number, Operations: object[]) =>
    send('PATCH', `/Users/${ids[at]}`, { schemas: [PATCH], Operations });
  await change(1, [
    { op: 'Replace', path: 'title', value: 'Staff engineer' },
    { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+46 8 555 02 41' },
    { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Platform' },
  ]);
  await change(3, [{ op: 'Replace', path: 'active', value: 'False' }]);
  return ids;
}

/** Requests that are refused, each for a reason of its own. */
async function mistakes(scim: Caller, base: string): Promise<void> {
  await scim.send('POST', `${base}/Users`, { schemas: [USER], displayName: 'Nobody' });
  await scim.send('POST', `${base}/Users`, { schemas: [USER], userName: 'lin.okafor@contoso.com' });
  await scim.send('GET', `${base}/Users?filter=${encodeURIComponent('shoeSize eq "42"')}`);
  await scim.send('GET', `${base}/Users`, undefined, { Authorization: 'Bearer scimt_copied-by-half' });
}

const COLLEAGUES = [
  { name: 'Sam Ito', email: 'sam@contoso.com', role: 'tenant-admin', tenant: 'contoso' },
  { name: 'Robin Falk', email: 'robin@example.com', role: 'operator', tenant: null },
  { name: 'Jo Adeyemi', email: 'jo@example.com', role: 'viewer', tenant: null },
];

const TRUST = {
  issuer: 'https://login.microsoftonline.com/0c9d4a2e-5f5e-4f0e-9d3f-6f8f3d1c2b10/v2.0',
  audiences: ['api://3f0a1c52-7f4e-4a0b-8a39-0f6d6a2f4c11'],
  subject: '9f2b7c1d-6a53-4c7e-8f0e-2d4b8a1c3e5f',
  directory: '0c9d4a2e-5f5e-4f0e-9d3f-6f8f3d1c2b10',
};

interface Issued {
  readonly credential: { readonly id: string };
  readonly secret: string;
}

/** One that cannot be reached, one that is paused, and one that asks itself. Gives the id of the first. */
async function receivers(api: <T>(method: string, path: string, body?: object) => Promise<T>): Promise<string> {
  const path = '/tenants/contoso/receivers';
  const make = (body: object) =>
    api<{ receiver: { id: string } }>('POST', path, { events: null, from: 'start', ...body });
  const shop = await make({ kind: 'webhook', name: 'Shop', url: 'https://shop.contoso.invalid/events' });
  const url = 'https://crm.contoso.invalid/hooks/scim';
  const crm = await make({ kind: 'webhook', name: 'CRM', url, events: ['user.created', 'user.disabled'], from: 'now' });
  await api('PATCH', `${path}/${crm.receiver.id}`, { paused: true });
  await make({ kind: 'poll', name: 'Risk engine', url: null, audience: 'https://risk.contoso.com', from: 'now' });
  return shop.receiver.id;
}

/** Fills a server on which nothing was made yet. */
export async function fill(owner: Owner): Promise<Filled> {
  const admin = new Caller(owner);
  const api = <T = Answer>(method: string, path: string, body?: object) =>
    admin.send<T>(method, `/admin/api${path}`, body);
  const issue = (tenant: string, kind: string, name: string, more = {}) => {
    const wanted = { kind, name, scopes: ALL, expires: '365d', ...more };
    return api<Issued>('POST', `/tenants/${tenant}/credentials`, wanted);
  };
  const scim = ({ secret }: Issued) =>
    new Caller({ origin: owner.origin, headers: { Authorization: `Bearer ${secret}` } });
  for (const [name, profile] of Object.entries(TENANTS)) await api('POST', '/tenants', { name, profile });
  await api('PATCH', '/tenants/contoso', { allowsBasic: true });
  const token = await issue('contoso', 'token', 'Entra production');
  const { id } = token.credential;
  await issue('contoso', 'token', 'Power BI reports', { scopes: ['scim:read'], expires: '12d' });
  await issue('contoso', 'client', 'N-able');
  await issue('contoso', 'basic', 'NetSuite', { expires: null });
  await issue('contoso', 'federation', 'Entra workload identity', { trust: TRUST });
  const retired = await issue('contoso', 'token', 'Old test token');
  await api('POST', `/tenants/contoso/credentials/${retired.credential.id}/revoke`, {});
  await api('POST', `/tenants/contoso/credentials/${id}/rotate`, { overlapHours: 168 });
  const [, user = ''] = await provision(scim(token), '/tenants/contoso/scim/v2', 'contoso.com', PEOPLE);
  await mistakes(scim(token), '/tenants/contoso/scim/v2');
  const okta = await issue('fabrikam', 'token', 'Okta');
  await provision(scim(okta), '/tenants/fabrikam/scim/v2', 'fabrikam.com', PEOPLE.slice(3, 9));
  const stranger = new Caller({ origin: owner.origin, headers: {} });
  await stranger.send('GET', '/tenants/gone/scim/v2/Users');
  await api('PATCH', '/tenants/tailspin', { disabled: true });
  for (const { name, ...invited } of COLLEAGUES) {
    const { link = '' } = await api('POST', '/invitations', invited);
    const token = link.split('#')[1];
    const person = { token, email: invited.email, name, password: 'violet tram over seven lakes' };
    await stranger.send('POST', '/admin/api/invitation/accept', person);
  }
  await api('POST', '/invitations', { email: 'audit@example.com', role: 'viewer', tenant: null });
  await api('POST', '/tokens', { name: 'Nightly report', role: 'viewer', tenant: null, expires: '90d' });
  const receiver = await receivers(api);
  const groups = await api<{ items: { id: string }[] }>('GET', '/tenants/contoso/resources/Group');
  return { user, group: groups.items[0]?.id ?? '', credential: id, receiver };
}
