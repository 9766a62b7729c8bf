/**
 * A target for the tests of an app: it keeps everything in memory, listens on 127.0.0.1, has one tenant with a token, and
 * a clock that stands still. Knows: how to put these together. Does not know: any test runner.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { JsonObject } from '../scim/json.js';
import type { ProfileName } from '../scim/profiles.js';
import { createScimTarget, type ScimTarget, type TargetOptions } from '../target.js';
import { Entra, type EntraDialect } from './entra.js';
import { type Answer, ScimClient } from './scim-client.js';

/** The options of a target, and these. `store` is `memory:` without one. */
export interface TestTargetOptions extends Omit<TargetOptions, 'clock'> {
  /** Name of the tenant: `test` without one. */
  readonly tenant?: string;
  /** Its profile: `entra` without one. */
  readonly profile?: ProfileName;
  /** How `entra` words a PATCH: `default` without one. */
  readonly dialect?: EntraDialect;
  /** The moment at which the clock stands, ISO 8601 UTC: the beginning of 2026 without one. */
  readonly now?: string;
}

/**
 * @example
 * const test = await TestTarget.start({ beforeCommit });
 * test.target.events.subscribe('users', handlers);
 * const id = await test.entra.createUser({ userName: 'ann@example.com' });
 * await test.settled();
 * await test.stop();
 */
export class TestTarget {
  readonly entra: Entra;
  private readonly client: ScimClient;

  private constructor(
    readonly target: ScimTarget,
    private readonly server: Server,
    private readonly clock: StandingClock,
    /** The Tenant URL: `http://127.0.0.1:PORT/scim/v2` */
    readonly url: string,
    /** Of the tenant, with all that Entra may do. */
    readonly token: string,
    /** Tenant.name */
    readonly tenant: string,
    dialect: EntraDialect | undefined,
  ) {
    this.client = new ScimClient(url, token);
    this.entra = new Entra({ url, token, dialect });
  }

  /** @throws what createScimTarget throws */
  static async start(options: TestTargetOptions = {}): Promise<TestTarget> {
    const { tenant = 'test', profile = 'entra', dialect, now = '2026-01-01T00:00:00.000Z', ...rest } = options;
    const clock = new StandingClock(now);
    const target = await createScimTarget({ store: 'memory:', ...rest, clock: () => clock.now() });
    try {
      await target.createTenant({ name: tenant, profile });
      const token = await target.createToken({ tenant, name: 'Entra' });
      const app = express().disable('x-powered-by').disable('etag');
      app.use('/scim/v2', target.scimRouter);
      const server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`;
      return new TestTarget(target, server, clock, url, token, tenant, dialect);
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  /** What the target takes for the present moment. */
  now(): Date {
    return this.clock.now();
  }

  /** Sets the clock forward. @param ms at least 0 */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /** @param path below the Tenant URL, with its query: `/Users?count=1` */
  request(method: string, path: string, body?: JsonObject): Promise<Answer> {
    return this.client.request(method, path, body);
  }

  /** Resolves when every subscriber has been told of all that has happened, or is in trouble. */
  settled(): Promise<void> {
    return this.target.events.settled();
  }

  /** Ends connections, and closes the target; a store that was given stays open. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
    await this.target.close();
  }
}

class StandingClock {
  private moment: number;

  constructor(now: string) {
    this.moment = Date.parse(now);
    if (Number.isNaN(this.moment)) throw new TypeError(`now must be a time like 2026-01-01T00:00:00Z; it is ${now}`);
  }

  now(): Date {
    return new Date(this.moment);
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`advance() takes milliseconds, 0 or more; it was given ${ms}`);
    this.moment += ms;
  }
}
