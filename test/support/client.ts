/** A SCIM client of one tenant: requests through supertest, and what tests say about answers. */
import type { Server } from 'node:http';
import request, { type Response, type Test } from 'supertest';
import { expect } from 'vitest';
import type { Json, JsonObject } from '../../src/scim/json.js';
import type { Change, Store, Tenant } from '../../src/store/store.js';

export const URN = {
  user: 'urn:ietf:params:scim:schemas:core:2.0:User',
  group: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  list: 'urn:ietf:params:scim:api:messages:2.0:ListResponse',
  patch: 'urn:ietf:params:scim:api:messages:2.0:PatchOp',
  error: 'urn:ietf:params:scim:api:messages:2.0:Error',
  bulk: 'urn:ietf:params:scim:api:messages:2.0:BulkRequest',
  bulkResponse: 'urn:ietf:params:scim:api:messages:2.0:BulkResponse',
} as const;

export const SCIM_JSON = 'application/scim+json';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';
/** Which way a list is followed. */
export type Direction = 'nextCursor' | 'previousCursor';

export type Query = Readonly<Record<string, string | number>>;
export type Headers = Readonly<Record<string, string>>;

/** One operation of a PATCH. */
export interface PatchOperation {
  op: string;
  path?: string;
  value?: Json;
}

interface ClientParts {
  readonly server: Server;
  readonly store: Store;
  readonly tenant: Tenant;
  readonly token: string;
  readonly base: string;
}

export class Client {
  constructor(private readonly parts: ClientParts) {}

  get tenant(): Tenant {
    return this.parts.tenant;
  }

  get token(): string {
    return this.parts.token;
  }

  get base(): string {
    return this.parts.base;
  }

  /** The same caller below another path. */
  at(base: string): Client {
    return new Client({ ...this.parts, base });
  }

  /** Someone else at the same address. */
  withToken(token: string): Client {
    return new Client({ ...this.parts, token });
  }

  /** @param body an object is sent as JSON, a string as it is. */
  send(method: Method, address: string, body?: object | string, headers: Headers = {}): Test {
    const sent = request(this.parts.server)[method](this.base + address);
    sent.set({ Authorization: `Bearer ${this.token}`, Accept: SCIM_JSON, ...headers });
    if (body === undefined) return sent;
    if (headers['Content-Type'] === undefined) sent.set('Content-Type', `${SCIM_JSON}; charset=utf-8`);
    return sent.send(body);
  }

  get(address: string, query: Query = {}, headers?: Headers): Test {
    return this.send('get', address + queryText(query), undefined, headers);
  }

  /** Follows a cursor to the end of a list. Gives the resources, page by page. */
  async follow(address: string, query: Query, which: Direction, cursor = ''): Promise<Resource[][]> {
    const pages: Resource[][] = [];
    for (let next: string | undefined = cursor; next !== undefined; ) {
      const response: Response = await this.get(address, { ...query, cursor: next });
      expect(response.status, response.text).toBe(200);
      pages.push(response.body.Resources);
      next = response.body[which];
    }
    return pages;
  }

  post(address: string, body: object | string, headers?: Headers): Test {
    return this.send('post', address, body, headers);
  }

  put(address: string, body: object | string, headers?: Headers): Test {
    return this.send('put', address, body, headers);
  }

  /** A PatchOp message with these operations. */
  patch(address: string, operations: PatchOperation | readonly PatchOperation[], headers?: Headers): Test {
    return this.send('patch', address, { schemas: [URN.patch], Operations: [operations].flat() }, headers);
  }

  delete(address: string, headers?: Headers): Test {
    return this.send('delete', address, undefined, headers);
  }

  filter(address: string, filter: string, query: Query = {}): Test {
    return this.get(address, { ...query, filter });
  }

  /** Creates a user and gives it as answered. */
  async user(userName: string, attributes: JsonObject = {}): Promise<Resource> {
    const { enterprise, ...rest } = attributes;
    const schemas = enterprise ? [URN.user, URN.enterprise] : [URN.user];
    const extension = enterprise ? { [URN.enterprise]: enterprise } : {};
    const response = await this.post('/Users', { schemas, userName, ...rest, ...extension });
    expect(response.status, response.text).toBe(201);
    return response.body as Resource;
  }

  /** Creates a group and gives it as answered. */
  async group(displayName: string, members: readonly string[] = [], attributes: JsonObject = {}): Promise<Resource> {
    const list = members.map((value) => ({ value }));
    const response = await this.post('/Groups', { schemas: [URN.group], displayName, members: list, ...attributes });
    expect(response.status, response.text).toBe(201);
    return response.body as Resource;
  }

  /** The resource as a GET shows it now. */
  async read(address: string): Promise<Resource> {
    const response = await this.get(address);
    expect(response.status, response.text).toBe(200);
    return response.body as Resource;
  }

  /** The ids of a group's members now, in order. */
  async members(group: string): Promise<string[]> {
    return idsOf((await this.read(`/Groups/${group}`)).members);
  }

  /** The tenant's whole history. */
  changes(): Promise<Change[]> {
    return this.parts.store.changes(this.tenant.id, 0, 100_000);
  }

  /** Everything that a tenant can see of itself, and its history. */
  async everything(): Promise<object> {
    const [users, groups] = [await this.get('/Users', { count: 1000 }), await this.get('/Groups', { count: 1000 })];
    expect([users.status, groups.status]).toEqual([200, 200]);
    return { users: users.body, groups: groups.body, changes: await this.changes() };
  }
}

/** A resource in an answer; what a test reads of it, it knows. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
export type Resource = any;

export function idsOf(elements: unknown): string[] {
  return ((elements ?? []) as { value: string }[]).map(({ value }) => value).sort();
}

/** `?a=1&b=%20`, or nothing. */
export function queryText(query: Query): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** Anything that would tell a stranger how the server is built. */
const INTERNALS = /\bat .+:\d+:\d+|node_modules|\/src\/|\.[cm]?[jt]s\b|\/work\/|\/tmp\/|\/home\/|SQLITE|Error:/;

/** The part of an answer that is the same from every HTTP client. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
  readonly body: any;
}

/** The error body of RFC 7644 §3.12, and nothing of the inside. */
export function expectError(response: Answer, status: number, scimType?: string): void {
  expect(response.status, response.text).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/scim\+json\b/);
  expect(response.body).toMatchObject({ schemas: [URN.error], status: String(status), detail: expect.any(String) });
  expect(response.body.detail).not.toBe('');
  expect(response.body.scimType).toBe(scimType);
  expect(response.text).not.toMatch(INTERNALS);
}

/** A ListResponse with so many hits, RFC 7644 §3.4.2. Gives the resources. */
export function expectList(response: Response, total: number): Resource[] {
  expect(response.status, response.text).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/scim\+json\b/);
  expect(response.body).toMatchObject({ schemas: [URN.list], totalResults: total });
  expect(Number.isInteger(response.body.startIndex) && Number.isInteger(response.body.itemsPerPage)).toBe(true);
  expect(response.body.Resources).toHaveLength(response.body.itemsPerPage);
  return response.body.Resources as Resource[];
}

/** Runs requests that must leave a tenant, and its history, exactly as it was. */
export async function expectNoChange(client: Client, requests: () => Promise<void>): Promise<void> {
  const before = await client.everything();
  await requests();
  expect(await client.everything()).toEqual(before);
}
