/** Dispatchers on one store, for tests that move the clock by hand and look at everything that is told. */
import { randomUUID } from 'node:crypto';
import { Dispatcher, type DispatcherPace } from '../../src/events/dispatcher.js';
import type { Attempt, Outlet, OutletSource, Told, Verdict } from '../../src/events/outlet.js';
import { Reader } from '../../src/events/reader.js';
import type { Delivery, ResourceKey, Store, Tenant } from '../../src/store/store.js';
import { bundledRegistry } from '../../src/target.js';

const registry = bundledRegistry();

/** A consumer that remembers what it was told: `acme 3.0`, with a `!` for what it did not take. */
export class Recorder implements Outlet {
  readonly told: string[] = [];
  readonly attempts: number[] = [];
  pace: Outlet['pace'] = 'app';
  from: number | 'now' = 0;
  /** How many are being told at this moment, per tenant, and the most there ever were. */
  readonly running = new Map<string, number>();
  mostAtOnce = 0;
  verdict: (failed: { attempts: number; since: number }, now: number) => Verdict = (_, now) => ({
    retryAt: now + 1_000,
  });
  pause?: (because: string) => Promise<void>;

  constructor(
    readonly consumer: string,
    /** Throws, or takes its time. */
    public behave: (told: Told, part: number, attempt: Attempt) => void | Promise<void> = () => undefined,
  ) {}

  parts({ events }: Told): number {
    return events.length;
  }

  tell(told: Told, part: number, attempt: Attempt): void | Promise<void> {
    const event = told.events[part];
    const tenant = event?.tenant ?? '';
    this.attempts.push(attempt.number);
    const place = this.told.push(`${tenant} ${event?.id}!`) - 1;
    const done = (): void => {
      this.told[place] = `${tenant} ${event?.id}`;
    };
    const result = this.behave(told, part, attempt);
    if (!(result instanceof Promise)) {
      done();
      return;
    }
    const running = (this.running.get(tenant) ?? 0) + 1;
    this.running.set(tenant, running);
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    return result.then(done).finally(() => this.running.set(tenant, (this.running.get(tenant) ?? 1) - 1));
  }

  afterFailure(failed: { attempts: number; since: number }, now: number): Verdict {
    return this.verdict(failed, now);
  }

  explain(): string {
    return 'It failed.';
  }

  nameOf({ events }: Told, part: number): string {
    return events[part]?.type ?? '';
  }
}

export class World {
  now = Date.UTC(2031, 0, 1);
  readonly log: string[] = [];
  private readonly open: Dispatcher[] = [];

  constructor(readonly store: Store) {}

  async tenant(): Promise<Tenant> {
    const id = randomUUID();
    const settings = { allowsBasic: false, requestLimit: undefined };
    const created = new Date(this.now).toISOString();
    const tenant = { id, name: `t-${id}`, profile: 'entra', created, disabled: undefined, settings };
    await this.store.createTenant(tenant);
    return tenant;
  }

  /** So many changes, each of them a new user. */
  async write(tenant: Tenant, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.create({ tenant: tenant.id, type: 'User', id: randomUUID() });
  }

  async create(key: ResourceKey, added: readonly string[] = []): Promise<void> {
    const time = new Date(this.now).toISOString();
    const document = { displayName: key.id };
    const actor = { credential: 'c', name: 'n', address: undefined };
    const difference = [{ path: ['displayName'], after: key.id }];
    const change = { operation: 'create', time, requestId: 'r', actor, difference, added, removed: [] } as const;
    const resource = { key, version: 1, created: time, lastModified: time, document };
    const index = { form: {}, lookups: [], display: undefined };
    await this.store.commit(key.tenant, [{ kind: 'put', resource, index, expected: 0, change, memberTypes: ['User'] }]);
  }

  /** Another process, as far as the store can tell. It looks for what is new when it is told to. */
  dispatcher(
    outlets: readonly Outlet[] | OutletSource,
    parts: { store?: Store; pace?: DispatcherPace } = {},
  ): Dispatcher {
    const store = parts.store ?? this.store;
    const dispatcher = new Dispatcher({
      store,
      reader: new Reader({ store, typesOf: () => registry.resourceType }),
      log: {
        warn: (_, message) => void this.log.push(message),
        info: (_, message) => void this.log.push(message),
      },
      now: () => this.now,
      owner: randomUUID(),
      interval: 3_600_000,
      ...(parts.pace && { pace: parts.pace }),
    });
    this.open.push(dispatcher);
    const source = 'outletsOf' in outlets ? outlets : { outletsOf: () => outlets, hasAny: () => true };
    dispatcher.add(source);
    return dispatcher;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.open.splice(0).map((dispatcher) => dispatcher.close()));
  }

  async delivery(tenant: Tenant, consumer: string): Promise<Delivery | undefined> {
    const deliveries = await this.store.deliveries({ tenant: tenant.id, consumer });
    // Engines may leave out what there is none of.
    return deliveries[0] && { ...deliveries[0], trouble: deliveries[0].trouble };
  }
}

/** `acme 1.0` to `acme 4.0`. */
export function numbered({ name }: Tenant, from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${name} ${from + i}.0`);
}

/** A promise that is settled from outside. */
export function pending<Value = void>() {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((one, other) => {
    resolve = one;
    reject = other;
  });
  return { promise, resolve, reject };
}
