import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScimEvent } from '../../src/events/event.js';
import type { Tenant } from '../../src/store/store.js';
import { createScimTarget, openStore, type ScimTarget } from '../../src/target.js';
import { expectStatus } from './entra-client.js';
import { EventLedger } from './event-ledger.js';
import { allChanges } from './history.js';
import { GROUP } from './mapping.js';
import { locatedId, ScimClient } from './scim-client.js';
import { launch, temporaryStore, until } from './server.js';
import { Storm } from './storm.js';

const APP = fileURLToPath(new URL('events-app.mjs', import.meta.url));
const KILLS = 10;
const TENANTS = 8;
/** Connections per tenant. */
const WIDTH = 4;
const GROUPS = 4;
/** Acknowledged in one round, of all tenants together. */
const WRITES = 1_000;
/** One webhook in so many is refused the first time. */
const REFUSES = 400;

interface Told {
  readonly name: string;
  readonly tenant: Tenant;
  readonly token: string;
  storm: Storm | undefined;
}

const temporary = temporaryStore();
const [app, webhooks] = [new EventLedger(), new EventLedger()];
const refused = new Set<string>();
let listener: Server;
let port: number;
let told: Told[];
let seed = 1;

/** Takes what the app reports, and webhooks; of these it refuses some. */
function listen(): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const id = String(request.headers['webhook-id']);
      if (request.url === '/app') app.note(body as ScimEvent);
      else if (isRefused(id)) response.writeHead(503, { 'Retry-After': '1' });
      else webhooks.note(body.data as ScimEvent);
      response.end();
    });
    request.on('error', () => undefined);
  });
}

/** Each at most once, or the pauses would grow. */
function isRefused(id: string): boolean {
  if (refused.has(id) || Math.random() * REFUSES > 1) return false;
  refused.add(id);
  return true;
}

async function setUp(target: ScimTarget, name: string): Promise<Told> {
  const token = await target.createToken({ tenant: name, name: 'storm' });
  const tenant = (await target.store.tenantByName(name)) as Tenant;
  const now = new Date().toISOString();
  const id = randomUUID();
  await target.store.createReceiver({
    id,
    tenant: tenant.id,
    kind: 'webhook',
    name: 'the test',
    url: `http://127.0.0.1:${port}/webhook`,
    events: undefined,
    created: now,
    createdBy: undefined,
    paused: undefined,
    pausedBecause: undefined,
    keys: [{ id: randomUUID(), created: now, ends: undefined }],
    audience: undefined,
    authorization: undefined,
  });
  await target.store.moveDelivery(id, tenant.id, 0);
  return { name, tenant, token, storm: undefined };
}

async function startApp() {
  const { child, written, ended } = launch(
    process.execPath,
    [APP, temporary.store, String(port), String(seed++)],
    temporary.folder,
  );
  const found = await until(
    () => /port (\d+)\n/.exec(written.out)?.[1],
    () => JSON.stringify(written),
  );
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { origin: `http://127.0.0.1:${found}`, written, end };
}

type App = Awaited<ReturnType<typeof startApp>>;

function clientOf({ origin }: App, { name, token }: Told): ScimClient {
  return new ScimClient({ baseUrl: `${origin}/tenants/${name}/scim/v2`, token }, WIDTH);
}

async function stormOf(scim: ScimClient): Promise<Storm> {
  const groups: string[] = [];
  for (let index = 0; index < GROUPS; index++) {
    const answer = await scim.post('/Groups', { schemas: [GROUP], displayName: `Group ${index}` });
    groups.push(locatedId(expectStatus(answer, 201)));
  }
  return new Storm(groups);
}

function written(): number {
  return told.reduce((sum, { storm }) => sum + (storm?.acknowledged.length ?? 0), 0);
}

/** All connections write until the process is gone. */
async function stormAndKill(): Promise<void> {
  const running = await startApp();
  const before = written();
  const clients = told.map((one) => clientOf(running, one));
  const blown = told.map(async (one, at) => {
    const scim = clients[at] as ScimClient;
    one.storm ??= await stormOf(scim);
    await one.storm.blow(scim, WIDTH);
  });
  await until(
    () => (written() - before >= WRITES ? true : undefined),
    () => `${written() - before} writes; ${running.written.err}`,
  );
  await running.end('SIGKILL');
  await Promise.all(blown);
  for (const client of clients) client.close();
  // What had no answer may be there or not; a write that goes on from it would be refused.
  for (const { storm } of told) storm?.forget();
}

beforeAll(async () => {
  listener = listen().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  port = (listener.address() as AddressInfo).port;
  const target = await createScimTarget({ store: temporary.store });
  told = [];
  for (let index = 0; index < TENANTS; index++) told.push(await setUp(target, `tenant-${index}`));
  await target.close();
});

afterAll(() => {
  listener.closeAllConnections();
  listener.close();
  temporary.remove();
});

describe('kill -9 while events are delivered', () => {
  it.each(Array.from({ length: KILLS }, (_, index) => index + 1))('storm and kill %i', async () => {
    await stormAndKill();
    expect(told.flatMap(({ storm }) => storm?.refused ?? [])).toEqual([]);
  });

  it('brings every change to everybody, in order, none skipped and none invented', async () => {
    const store = await openStore(temporary.store);
    const last = await startApp();
    try {
      const heads = await store.heads();
      const missing = () =>
        told.flatMap(({ name, tenant }) =>
          [app, webhooks].map((ledger) => (heads.get(tenant.id) ?? 0) - ledger.last(name)),
        );
      const end = performance.now() + 240_000;
      while (missing().some((count) => count > 0) && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 50));
      for (const { name, tenant } of told) {
        const changes = await allChanges(store, tenant.id);
        for (const ledger of [app, webhooks]) {
          expect(ledger.historyProblems(name, changes), name).toEqual([]);
          expect(await ledger.copyProblems(name, tenant.id, store), name).toEqual([]);
        }
      }
      const events = told.reduce((sum, { name }) => sum + app.events(name).length, 0);
      const repeats = `${app.repeats} of the app's and ${webhooks.repeats} webhooks came again`;
      console.info(`${written()} writes acknowledged, ${events} events, ${refused.size} refused, ${repeats}`);
      expect(written()).toBeGreaterThanOrEqual(KILLS * WRITES);
      // Without these nothing was shown.
      expect(app.repeats).toBeGreaterThan(0);
      expect(webhooks.repeats + refused.size).toBeGreaterThan(0);
    } finally {
      await store.close();
      expect((await last.end('SIGTERM')).code).toBe(0);
    }
  }, 300_000);
});
