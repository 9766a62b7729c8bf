/**
 * A target with everything mounted as server.ts has it, on a store that tells of writes; everybody who might call; and
 * for each request fresh things that it can be about, under the names that the examples in openapi.yaml have.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import type { Scope } from '../../src/access/principal.js';
import type { Credential, Store, Tenant } from '../../src/store/store.js';
import { createScimTarget, openStore, type ScimTarget } from '../../src/target.js';
import { request as requested } from '../../src/testing/contract/accounts.js';
import {
  adminCallers,
  basic,
  bearer,
  type Caller,
  disabledCallers,
  endedCallers,
  PASSWORD,
  putAdmin,
  putAdminKey,
  putCredential,
  scimCallers,
  strangers,
} from './callers.js';
import { dropStore, type Engine, storeIn } from './engines.js';
import type { ExampleRequest, Names } from './example-request.js';
import { putDeadLetter, putReceiver } from './given-up.js';
import { TestIssuer } from './issuer.js';
import { watchedStore } from './watched-store.js';

/** The tenant that the examples are about, and another one. */
export const TENANT = 'acme';
export const OTHER_TENANT = 'globex';

/** Ids in the examples of openapi.yaml. */
const EXAMPLE = {
  user: '2819c223-7f76-453a-919d-413861904646',
  group: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
  requestId: '0b6c1f7e-0f3c-4f57-9b2f-5a6a2f0a7c11',
  credential: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  key: 'a3bb189e-8bf9-3888-9912-ace4e6543002',
  admin: '6fa459ea-ee8a-3ca4-894e-db77e160355e',
  invitation: '886313e1-3b8a-5372-9b90-0c9aee199e5d',
  adminToken: 'b1a7c3d9-3c52-4b8e-9c8f-6d1e2f3a4b5c',
  receiver: '3f333df6-90a4-4fda-8dd3-9485d27cee36',
  letter: '17.0.3f333df6-90a4-4fda-8dd3-9485d27cee36',
  subscriber: 'crm-sync',
} as const;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Names of the methods of the store that the request has called and that write. */
  readonly writes: readonly string[];
}

export class AccessWorld {
  readonly callers: Caller[] = [];
  target!: ScimTarget;
  private store!: Store;
  private writes: string[] = [];
  private server!: Server;
  private issuer!: TestIssuer;
  private tenant!: Tenant;
  private owner = '';
  private reader = '';
  private requests = 0;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'scim-target-'));

  private constructor(private readonly engine: Engine) {}

  static async open(engine: Engine): Promise<AccessWorld> {
    const world = new AccessWorld(engine);
    await world.start();
    await world.gather();
    return world;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.target.close();
    await this.store.close();
    await this.issuer.stop();
    await dropStore(this.folder, this.engine);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @throws Error when nobody has the name */
  caller(name: string): Caller {
    const found = this.callers.find((caller) => caller.name === name);
    if (!found) throw new Error(`nobody is called ${name}`);
    return found;
  }

  /** Each request comes from an address of its own, so that those that are refused slow down no other. */
  async send(request: ExampleRequest, headers: Readonly<Record<string, string>>): Promise<Answer> {
    this.writes.length = 0;
    const { method, address, contentType, body } = request;
    const number = ++this.requests;
    const answer = await fetch(this.origin + address, {
      method,
      redirect: 'manual',
      headers: {
        ...headers,
        ...(contentType !== undefined && { 'content-type': contentType }),
        'x-forwarded-for': `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`,
      },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, writes: [...this.writes] };
  }

  /**
   * New things for one request, so that what others have done to theirs does not matter.
   * @param text of the request as the examples have it: what it does not name is not made
   */
  async freshNames(text: string): Promise<Names> {
    const names = new Map<string, string>();
    const number = ++this.requests;
    for (const [name, make] of Object.entries(this.makers))
      if (text.includes(name)) names.set(name, await make(number));
    if (text.includes(EXAMPLE.credential)) {
      const { credential, key } = await putCredential(this.store, { kind: 'token', tenant: this.tenant });
      names.set(EXAMPLE.credential, credential.id).set(EXAMPLE.key, key?.id ?? '');
    }
    // A tenant has only so many.
    if (text.includes('/receivers')) await this.removeReceivers();
    if (text.includes(EXAMPLE.receiver)) names.set(EXAMPLE.receiver, await this.receiver(text.includes('/poll/')));
    if (!text.includes(EXAMPLE.letter)) return names;
    const consumer = text.includes(EXAMPLE.subscriber) ? `app:${EXAMPLE.subscriber}` : names.get(EXAMPLE.receiver);
    await this.create('Users', { userName: `dead-letter-${number}` });
    const letter = await putDeadLetter(this.store, this.tenant, consumer as string);
    // Before the receiver, whose id stands in it.
    return new Map([[EXAMPLE.letter, letter.id], ...names]);
  }

  private async receiver(isPolling: boolean): Promise<string> {
    const kind = isPolling ? ({ kind: 'poll', url: undefined, keys: [] } as const) : {};
    const { id } = await putReceiver(this.store, this.tenant, kind);
    // So that the target hears of it at once.
    const address = `/admin/api/tenants/${TENANT}/receivers/${id}`;
    const request = { method: 'PATCH', address, contentType: 'application/json', body: '{"paused":false}' };
    const { status, text } = await this.send(request, this.caller('owner of all, token').headers);
    if (status !== 200) throw new Error(text);
    return id;
  }

  private async removeReceivers(): Promise<void> {
    for (const { id } of await this.store.receivers(this.tenant.id))
      await this.store.removeReceiver(this.tenant.id, id);
  }

  /** A tenant to be deleted. */
  async freshTenant(): Promise<string> {
    const name = `tenant-${++this.requests}`;
    await this.putTenant(name);
    return name;
  }

  /** The headers of a new session of the admin whose session the caller has. */
  async renewed(caller: Caller): Promise<Caller> {
    const email = `${caller.role}-${caller.tenant ?? 'all'}@example.com`;
    return { ...caller, headers: await this.signIn(email) };
  }

  private readonly makers: Readonly<Record<string, (number: number) => Promise<string> | string>> = {
    [EXAMPLE.user]: (number) => this.create('Users', { userName: `user-${number}` }),
    [EXAMPLE.group]: (number) => this.create('Groups', { displayName: `group ${number}` }),
    [EXAMPLE.requestId]: () => this.record(),
    [EXAMPLE.admin]: async (number) =>
      (await putAdmin(this.store, { email: `admin-${number}@example.com`, role: 'viewer' })).id,
    [EXAMPLE.invitation]: async () => (await putAdminKey(this.store, { kind: 'invitation', role: 'viewer' })).key.id,
    [EXAMPLE.adminToken]: async () =>
      (await putAdminKey(this.store, { kind: 'token', role: 'viewer', admin: this.owner, name: 'a token' })).key.id,
    scimi_EXAMPLE: async () => (await putAdminKey(this.store, { kind: 'invitation', role: 'viewer' })).secret,
    'bjensen@example.com': (number) => `bjensen-${number}@example.com`,
    'grace@example.com': (number) => `grace-${number}@example.com`,
    'mary@example.com': (number) => `mary-${number}@example.com`,
    'Tour Guides': (number) => `Tour Guides ${number}`,
    initech: (number) => `initech-${number}`,
  };

  private get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async start(): Promise<void> {
    this.issuer = await TestIssuer.start();
    this.store = await openStore(storeIn(this.folder, this.engine));
    const { store, writes } = watchedStore(this.store);
    this.writes = writes;
    const { issuer: ssoIssuer, client, origin } = this.issuer;
    this.target = await createScimTarget({
      store,
      issuerHosts: new URL(origin).hostname,
      issuerPrivate: 'allow',
      ssoIssuer,
      ssoClientId: client.id,
      ssoClientSecret: client.secret,
    });
    this.target.events.subscribe(EXAMPLE.subscriber, () => undefined);
    const app = express();
    app.set('trust proxy', true);
    app.use('/scim/v2', this.target.scimRouter);
    app.use('/tenants/:tenant/scim/v2', this.target.scimRouter);
    app.use('/oauth', this.target.oauthRouter);
    app.use('/.well-known/oauth-authorization-server', this.target.oauthMetadata);
    app.use('/admin', this.target.adminRouter);
    app.use('/events', this.target.eventsRouter);
    app.use('/tenants/:tenant/events', this.target.eventsRouter);
    this.server = app.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private async gather(): Promise<void> {
    const { store } = this;
    this.tenant = await this.putTenant(TENANT);
    const other = await this.putTenant(OTHER_TENANT);
    await store.moveDelivery(`app:${EXAMPLE.subscriber}`, this.tenant.id, 0);
    const owner = await putAdmin(store, { email: 'ada@example.com', role: 'owner' });
    this.owner = owner.id;
    this.reader = (await putCredential(store, { kind: 'token', tenant: this.tenant })).secret;
    this.callers.push(
      ...strangers(),
      ...(await scimCallers(store, this.tenant, (id, secret) => this.accessToken(id, secret))),
      ...(await this.trustedCallers()),
      ...(await endedCallers(store, this.tenant)),
      ...(await disabledCallers(store, await this.putTenant('initrode', new Date().toISOString()))),
      ...(await adminCallers(store, { tenant: this.tenant, other }, (email) => this.signIn(email))),
    );
  }

  /** JWTs of an issuer that the tenant trusts, for each set of scopes; and one that is meant for somebody else. */
  private async trustedCallers(): Promise<Caller[]> {
    const sets: Scope[][] = [['scim:read'], ['scim:write'], ['events:read'], ['scim:read', 'scim:write']];
    const callers: Caller[] = [];
    for (const scopes of sets) {
      const subject = randomUUID();
      const trust = { issuer: this.issuer.issuer, audiences: ['api://scim'], subject, directory: undefined };
      await putCredential(this.store, { kind: 'federation', tenant: this.tenant, scopes, trust });
      const token = await this.issuer.issue({ aud: 'api://scim', sub: subject });
      const name = `a token of a trusted issuer with ${scopes.join(' and ')}`;
      callers.push({ name, scheme: 'issuerToken', scopes, headers: bearer(token) });
      if (callers.length > 1) continue;
      const foreign = await this.issuer.issue({ aud: 'api://other', sub: subject });
      callers.push({ name: 'a token of a trusted issuer for others', scheme: undefined, headers: bearer(foreign) });
    }
    return callers;
  }

  private async accessToken(id: string, secret: string): Promise<string> {
    const contentType = 'application/x-www-form-urlencoded';
    const request = { method: 'POST', address: '/oauth/token', contentType, body: 'grant_type=client_credentials' };
    const { text } = await this.send(request, basic(id, secret));
    return (JSON.parse(text) as { access_token: string }).access_token;
  }

  private async signIn(email: string): Promise<Record<string, string>> {
    const body = JSON.stringify({ email, password: PASSWORD });
    const request = { method: 'POST', address: '/admin/api/session', contentType: 'application/json', body };
    const { text, headers } = await this.send(request, {});
    const [cookie = ''] = headers.get('set-cookie')?.split(';') ?? [];
    return { cookie, 'x-csrf-token': (JSON.parse(text) as { csrf: string }).csrf };
  }

  private async create(endpoint: string, resource: object): Promise<string> {
    const body = JSON.stringify(resource);
    const request = { method: 'POST', address: `/scim/v2/${endpoint}`, contentType: 'application/scim+json', body };
    const { status, text } = await this.send(request, bearer(this.reader));
    if (status !== 201) throw new Error(text);
    return (JSON.parse(text) as { id: string }).id;
  }

  private async putTenant(name: string, disabled?: string): Promise<Tenant> {
    const settings = { allowsBasic: true, requestLimit: 1_000_000 };
    const created = new Date().toISOString();
    const tenant: Tenant = { id: randomUUID(), name, profile: 'entra', created, disabled, settings };
    await this.store.createTenant(tenant);
    return tenant;
  }

  /** A request in the activity of the tenant, by its id. */
  private async record(): Promise<string> {
    const requestId = randomUUID();
    const credential: Pick<Credential, 'id' | 'name'> = { id: randomUUID(), name: 'Entra' };
    const entry = { tenant: this.tenant.id, time: new Date().toISOString(), credential };
    await this.store.appendActivity([requested(requestId, entry)]);
    return requestId;
  }
}
