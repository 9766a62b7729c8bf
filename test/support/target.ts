/**
 * A target in an Express app, for one suite: on each store, with a client per tenant. A test that takes a tenant of its
 * own (`suite.tenant()`) sees nothing of what other tests do.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { pino } from 'pino';
import type { Response } from 'supertest';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import type { Scope } from '../../src/access/principal.js';
import { createThrottle, type Throttle } from '../../src/access/throttle.js';
import type { ProfileName } from '../../src/scim/profiles.js';
import { createScimTarget, type ScimTarget, type TargetOptions } from '../../src/target.js';
import { Client } from './client.js';
import { describeOnEach, dropStore, type Engine, storeIn } from './engines.js';

export { describeOnEach, ENGINES, type Engine } from './engines.js';

/** What pino writes for one request. */
export interface LogLine {
  requestId: string;
  msg: string;
  method: string;
  path: string;
  status: number;
  tenant?: string;
  credential?: string;
  rules?: string[];
  refusal?: { detail: string; scimType?: string };
}

/** One target, as long as a suite needs it. */
export class Suite {
  readonly log: LogLine[] = [];
  /** What was logged, as text, so that a test can look for secrets in it. */
  logText = '';
  private running: { target: ScimTarget; server: Server; folder: string } | undefined;
  private tenants = 0;

  constructor(
    readonly engine: Engine,
    private readonly options: TargetOptions = {},
    /** True: a client says its address with X-Forwarded-For. */
    private readonly trustsProxy = false,
  ) {}

  async start(): Promise<void> {
    const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-'));
    const store = storeIn(folder, this.engine);
    // What a test does in a second is for the machine to say, unless the test is about that.
    const patient = { throttle: unhurried(), requestLimit: 1_000_000 };
    const target = await createScimTarget({ store, logger: this.logger(), ...patient, ...this.options });
    const app = express();
    app.set('trust proxy', this.trustsProxy);
    app.use('/scim/v2', target.scimRouter);
    app.use('/tenants/:tenant/scim/v2', target.scimRouter);
    app.use('/oauth', target.oauthRouter);
    app.use('/.well-known/oauth-authorization-server', target.oauthMetadata);
    app.use('/events', target.eventsRouter);
    app.use('/tenants/:tenant/events', target.eventsRouter);
    app.use('/admin', target.adminRouter);
    app.use(target.unknownAddress({ shared: '/scim/v2', ofTenant: '/tenants/:tenant/scim/v2' }));
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.running = { target, server, folder };
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    const { target, server, folder } = this.running;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await target.close();
    await dropStore(folder, this.engine);
    rmSync(folder, { recursive: true, force: true });
  }

  get target(): ScimTarget {
    if (!this.running) throw new Error('the suite has not started');
    return this.running.target;
  }

  get server(): Server {
    if (!this.running) throw new Error('the suite has not started');
    return this.running.server;
  }

  /** `http://127.0.0.1:PORT` */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** A client of a new, empty tenant. */
  async tenant(profile: ProfileName = 'entra', scopes?: Scope[]): Promise<Client> {
    const name = `tenant-${++this.tenants}`;
    await this.target.createTenant({ name, profile });
    return this.client(name, scopes);
  }

  /** Another client of a tenant, with a token of its own. */
  async client(name: string, scopes?: Scope[]): Promise<Client> {
    const { target, server } = this;
    const tenant = await target.store.tenantByName(name);
    if (!tenant) throw new Error(`no tenant ${name}`);
    const token = await target.createToken({ tenant: name, name: `of ${name}`, ...(scopes && { scopes }) });
    return new Client({ server, store: target.store, tenant, token, base: '/scim/v2' });
  }

  /** The log line of a request, by the id in its answer; it is written after the answer is out. */
  async lineOf(response: Response): Promise<LogLine> {
    const id = response.headers['x-request-id'];
    return vi.waitFor(() => {
      const line = this.log.find(({ requestId, msg }) => requestId === id && msg === 'request');
      expect(line, `a log line for request ${id}`).toBeDefined();
      return line as LogLine;
    }, 5_000);
  }

  /** The rules of the profile that a request needed. */
  async rulesOf(response: Response): Promise<string[]> {
    return (await this.lineOf(response)).rules ?? [];
  }

  private logger() {
    const write = (line: string): void => {
      this.logText += line;
      this.log.push(JSON.parse(line) as LogLine);
    };
    return pino({ level: 'info' }, { write });
  }
}

/** Counts failures as ever, and lets nobody wait for it. */
function unhurried(): Throttle {
  return createThrottle({ wait: async () => undefined });
}

/** The same tests on every store, with one target for each. */
export function onEachStore(
  title: string,
  define: (suite: Suite) => void,
  options: TargetOptions = {},
  trustsProxy = false,
): void {
  describeOnEach(title, (engine) => {
    const suite = new Suite(engine, options, trustsProxy);
    beforeAll(() => suite.start());
    afterAll(() => suite.stop());
    define(suite);
  });
}
