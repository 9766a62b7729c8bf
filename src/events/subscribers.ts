/**
 * Code of the app that is told of events, as outlets. Knows: handlers, their time limit, when they are tried again. Does
 * not know: where they stand.
 */
import type { Store, Tenant } from '../store/store.js';
import type { ScimEvent } from './event.js';
import {
  type EventContext,
  type EventHandler,
  type EventHandlers,
  EventsError,
  type SubscribeOptions,
} from './events.js';
import type { Attempt, Outlet, OutletSource, Told, Verdict } from './outlet.js';
import { wrongHandler, wrongOption } from './subscriber-checks.js';

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const ATTEMPTS = 10;
const TIMEOUT = 30_000;
/** Milliseconds until the second attempt; twice as long after each. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 300_000;
/** Up to this share of a pause is left out, so that those who failed together do not come back together. */
const JITTER = 0.2;

/** What a subscriber's places are kept under. */
export function consumerOf(subscriber: string): string {
  return `app:${subscriber}`;
}

export class Subscribers implements OutletSource {
  private readonly subscribed = new Map<string, Subscriber>();

  constructor(
    private readonly store: Pick<Store, 'tenants' | 'deliveries' | 'heads'>,
    /** From 0 to below 1. */
    private readonly random: () => number,
  ) {}

  /** @throws EventsError */
  add(name: string, handler: EventHandler | EventHandlers, options: SubscribeOptions): void {
    if (typeof name !== 'string' || !NAME.test(name))
      throw new EventsError(`A subscriber's name is 1 to 64 of A-Z a-z 0-9 . _ -; it is ${JSON.stringify(name)}.`);
    const problem = wrongHandler(handler) ?? wrongOption(options);
    if (problem !== undefined) throw new EventsError(`Subscriber ${name} cannot be: ${problem}.`);
    if (this.has(name)) throw new EventsError(`There is a subscriber ${name} in this target already.`);
    this.subscribed.set(name, new Subscriber(name, handler, options, this.store, this.random));
  }

  has(name: string): boolean {
    return this.subscribed.has(name);
  }

  /** It is named no more; whether it may be subscribed again is for remove() to say. */
  retire(name: string): void {
    const subscriber = this.subscribed.get(name);
    if (subscriber) subscriber.isRetired = true;
  }

  remove(name: string): void {
    this.subscribed.delete(name);
  }

  hasAny(): boolean {
    for (const { isRetired } of this.subscribed.values()) if (!isRetired) return true;
    return false;
  }

  outletsOf(tenant: Tenant): readonly Outlet[] | Promise<readonly Outlet[]> {
    const active = [...this.subscribed.values()].filter(({ isRetired }) => !isRetired);
    const outlets = active.map((subscriber) => subscriber.outletOf(tenant));
    return outlets.some((outlet) => outlet instanceof Promise) ? Promise.all(outlets) : (outlets as Outlet[]);
  }
}

/** Positions by Tenant.id. */
type Beginnings = ReadonlyMap<string, number>;

class Subscriber {
  isRetired = false;
  private readonly fromStart: Outlet;
  /** By where they begin. */
  private readonly fromLater = new Map<number, Outlet>();
  /** Of one that begins now: where, in each tenant that is there. */
  private beginnings: Beginnings | undefined;
  private finding: Promise<Beginnings> | undefined;

  constructor(
    private readonly name: string,
    private readonly handler: EventHandler | EventHandlers,
    private readonly options: SubscribeOptions,
    private readonly store: Pick<Store, 'tenants' | 'deliveries' | 'heads'>,
    private readonly random: () => number,
  ) {
    this.fromStart = this.outlet(0, false);
    // At once: what is committed from now on must not be passed over. What fails is asked for again.
    if (options.from === 'now') this.find().catch(() => {});
  }

  outletOf({ id }: Tenant): Outlet | Promise<Outlet> {
    if (this.options.from !== 'now') return this.fromStart;
    if (this.beginnings) return this.beginningAt(this.beginnings.get(id));
    return this.find().then((beginnings) => this.beginningAt(beginnings.get(id)));
  }

  /** A tenant that comes later has no change that was there before, so none may be passed over. */
  private beginningAt(position: number | undefined): Outlet {
    if (position === undefined) return this.fromStart;
    const known = this.fromLater.get(position) ?? this.outlet(position, true);
    this.fromLater.set(position, known);
    return known;
  }

  private outlet(from: number, takesPlace: boolean): Outlet {
    return new HandlerOutlet(consumerOf(this.name), { from, takesPlace }, this.handler, this.options, this.random);
  }

  private find(): Promise<Beginnings> {
    this.finding ??= this.findBeginnings().finally(() => {
      this.finding = undefined;
    });
    return this.finding;
  }

  private async findBeginnings(): Promise<Beginnings> {
    const { store } = this;
    const consumer = consumerOf(this.name);
    const [heads, tenants, known] = await Promise.all([store.heads(), store.tenants(), store.deliveries({ consumer })]);
    this.beginnings ??= new Map(known.length > 0 ? [] : tenants.map(({ id }) => [id, heads.get(id) ?? 0]));
    return this.beginnings;
  }
}

class HandlerOutlet implements Outlet {
  readonly pace = 'app';
  readonly from: number;
  readonly takesPlace: boolean;
  private readonly timeout: number;
  private readonly attempts: number;

  constructor(
    readonly consumer: string,
    { from, takesPlace }: { from: number; takesPlace: boolean },
    private readonly handler: EventHandler | EventHandlers,
    { attempts = ATTEMPTS, timeout = TIMEOUT }: SubscribeOptions,
    private readonly random: () => number,
  ) {
    this.from = from;
    this.takesPlace = takesPlace;
    this.attempts = attempts;
    this.timeout = timeout;
  }

  parts({ events }: Told): number {
    if (typeof this.handler === 'function') return events.length;
    for (const event of events) if (this.handler[event.type]) return events.length;
    return 0;
  }

  tell({ events }: Told, part: number, attempt: Attempt): void | Promise<void> {
    const event = events[part] as ScimEvent;
    const handler = (typeof this.handler === 'function' ? this.handler : this.handler[event.type]) as
      | EventHandler
      | undefined;
    if (!handler) return;
    const call = new Call(attempt);
    // As a method, so that one handler may use another of its object.
    const result = handler.call(this.handler, event, call);
    // What is done at once costs no promise.
    if (isThenable(result)) return this.limited(result, call);
    call.end();
  }

  afterFailure({ attempts }: { attempts: number }, now: number): Verdict {
    if (attempts >= this.attempts) return { giveUp: true };
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1));
    return { retryAt: Math.round(now + pause * (1 - JITTER * this.random())) };
  }

  /** What a handler says of its failure may be anything, so it is for the log alone. */
  explain(error: unknown): string {
    if (error instanceof TookTooLong) return `The handler took longer than ${this.timeout} ms.`;
    if (!(error instanceof Error)) return 'The handler threw something that is no Error.';
    const { code } = error as { code?: unknown };
    const suffix = typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,40}$/.test(code) ? ` (${code})` : '';
    const name = /^\w{1,64}$/.test(error.name) ? error.name : 'Error';
    return `The handler failed with ${name}${suffix}; the log has the reason.`;
  }

  nameOf({ events }: Told, part: number): string {
    return events[part]?.type ?? '';
  }

  private async limited(result: PromiseLike<void>, call: Call): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        call.abort();
        reject(new TookTooLong());
      }, this.timeout).unref();
    });
    try {
      await Promise.race([result, late]);
    } finally {
      clearTimeout(timer);
      call.end();
    }
  }
}

class TookTooLong extends Error {
  override name = 'TookTooLong';
}

/** What a handler is given beside the event. Its signal is made when it is asked for: most never do. */
class Call implements EventContext {
  readonly attempt: number;
  private controller: AbortController | undefined;
  private isAborted = false;
  private onAbort: (() => void) | undefined;

  constructor(private readonly told: Attempt) {
    this.attempt = told.number;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      this.onAbort = () => this.abort();
      if (this.isAborted || this.told.signal.aborted) this.controller.abort();
      else this.told.signal.addEventListener('abort', this.onAbort, { once: true });
    }
    return this.controller.signal;
  }

  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }

  end(): void {
    if (this.onAbort) this.told.signal.removeEventListener('abort', this.onAbort);
  }
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
