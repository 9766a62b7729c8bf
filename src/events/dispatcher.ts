/**
 * Brings what was committed to whoever is to be told of it: in order within one consumer and tenant, at least once, side
 * by side otherwise. Woken by the commits of this process; those of others it sees once a second. Knows: when there is
 * something to do. Does not know: what is told (reader.ts), to whom (outlets), how turns are taken (runner.ts).
 *
 * Several processes on one store share the work by leases (places.ts): one at a time works on a consumer in a tenant.
 */
import type { Consumer, Delivery, Store, Tenant } from '../store/store.js';
import { Claims } from './claims.js';
import { hasMore, isOver, type Lane, type Tenancy } from './lane.js';
import { Outage, type OutageLog } from './outage.js';
import type { OutletSource, Teller, Told } from './outlet.js';
import { Pace } from './pace.js';
import { LONGEST_PAUSE, Places } from './places.js';
import type { Batch, Reader } from './reader.js';
import { Roll } from './roll.js';
import { Runner } from './runner.js';
import { isSettled, Quiet } from './settling.js';

export type DispatcherPace = Pick<
  Pace,
  'next' | 'tryNow' | 'noteCall' | 'mostCalls' | 'mostCallsOfTenant' | 'gatherTime'
>;

/** @param tenant Tenant.id */
export type WakeListener = (tenant: string) => void;
export type StopListening = () => void;

export interface DispatcherParts {
  readonly store: Pick<Store, 'heads' | 'claimDeliveries' | 'saveDeliveries' | 'deliveries' | 'tenants' | 'tenantById'>;
  readonly reader: Reader;
  readonly log: OutageLog;
  /** The present time, ms since 1970. */
  readonly now: () => number;
  /** Random, told to nobody. */
  readonly owner: string;
  readonly pace?: DispatcherPace;
  /** Milliseconds between two looks at what others have committed; 1,000 without it. */
  readonly interval?: number | undefined;
  /** Of PlacesParts. */
  readonly lease?: number | undefined;
}

/** Milliseconds without anything to do after which places are saved before their second is over. */
const PAUSE = 100;
/** Looks between two at all tenants and outlets. */
const LOOKS_PER_ROLL = 5;
/** Milliseconds that may pass until what runs is done, when everything is closed. */
const CLOSING = 5_000;

export class Dispatcher {
  private readonly pace: DispatcherPace;
  private readonly roll: Roll;
  private readonly places: Places;
  private readonly runner: Runner;
  private readonly woken = new Set<string>();
  private readonly listeners = new Set<WakeListener>();
  private readonly quiet = new Quiet();
  private readonly claims: Claims;
  private readonly outage: Outage;
  private heads = new Map<string, number>();
  private ticking: Promise<void> | undefined;
  /** What is being let go, with whose it was. */
  private readonly letting = new Map<Promise<unknown>, Consumer>();
  private gather: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** False while nobody listens: then a commit costs nothing. */
  private isAwake = false;
  private untilRoll = 0;
  private closed = false;

  constructor(private readonly parts: DispatcherParts) {
    const { store, now, pace = new Pace() } = parts;
    this.pace = pace;
    this.outage = new Outage(parts.log);
    this.places = new Places(parts);
    this.claims = new Claims({
      places: this.places,
      onGot: (lane) => this.begin(lane),
      onFailure: (error) => this.onOutage(error),
      onDone: () => this.onQuiet(),
    });
    this.roll = new Roll(store, (lane) => this.letGo(lane));
    this.runner = new Runner({
      pace,
      now,
      isHeld: (lane) => this.places.isHeld(lane),
      read: (tenancy, after) => this.read(tenancy, after),
      onAway: (lane) => this.onAway(lane),
      onTrouble: () => this.saveSoon(),
      onOutage: (error) => this.onOutage(error),
      onFailure: (lane, told, error) => this.logFailure(lane, told, error),
      onQuiet: () => this.onQuiet(),
    });
  }

  /** True when nothing is told any more. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Consumers, from now on. */
  add(source: OutletSource): void {
    this.roll.sources.push(source);
    this.start();
    this.refresh();
  }

  /** There is something new in a tenant. Called after each commit, so it is cheap. @param tenant Tenant.id */
  wake(tenant: string): void {
    if (!this.isAwake || this.isClosed) return;
    this.woken.add(tenant);
    this.gather ??= setTimeout(() => this.pass(), this.pace.gatherTime).unref();
  }

  /** Tells of tenants (Tenant.id) in which there may be something new. @returns what ends it */
  onWake(listener: WakeListener): StopListening {
    this.listeners.add(listener);
    this.isAwake = true;
    this.start();
    return () => void this.listeners.delete(listener);
  }

  /** Who is to be told has changed: looks again at once. */
  refresh(): void {
    this.untilRoll = 0;
    this.isAwake = true;
    // One that runs may have looked there already.
    void (this.ticking ? this.ticking.then(() => this.tick()) : this.tick());
  }

  /** What tells one consumer of a tenant, beside what is told in turn. */
  tellerOf(tenant: Tenant, consumer: Consumer): Promise<Teller | undefined> {
    return this.roll.tellerOf(tenant, consumer);
  }

  /** Nothing more is told to a consumer; resolves when nothing is being told. Its source must not name it any more. */
  async drop(consumer: Consumer): Promise<void> {
    const drop = (): void => {
      for (const lane of [...this.roll.lanes()]) if (lane.outlet.consumer === consumer) this.roll.drop(lane);
    };
    drop();
    // A look that runs may have met it again.
    await this.ticking;
    drop();
    await Promise.all([...this.letting].flatMap(([done, whose]) => (whose === consumer ? done : [])));
  }

  /** The delivery was put elsewhere in the store: goes on from there. @param tenant Tenant.id */
  moved(consumer: Consumer, tenant: string): void {
    const lane = this.roll.tenancies.get(tenant)?.lanes.get(consumer);
    if (lane) this.lose(lane, 0);
    void this.tick();
  }

  /** How far this process has got beyond what the store says. */
  current(delivery: Delivery): Delivery {
    const lane = this.roll.tenancies.get(delivery.tenant)?.lanes.get(delivery.consumer);
    return lane && !lane.isLost && this.places.isHeld(lane) ? lane.delivery : delivery;
  }

  /** Looks for what is new, everywhere. Called once a second; never rejects. */
  tick(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    this.ticking ??= this.look().finally(() => (this.ticking = undefined));
    return this.ticking;
  }

  /** Resolves when all that was committed at the call is told, as far as it can be told now. */
  async settled(): Promise<void> {
    this.untilRoll = 0;
    const goals = await this.parts.store.heads();
    while (!this.isClosed) {
      await this.tick();
      if (await isSettled(this.roll.tenancies.values(), goals, this.parts.store)) break;
      await this.quiet.next();
    }
    await this.places.save().catch((error: unknown) => this.onOutage(error));
  }

  /** Lets what is being told finish, saves how far everybody got, and lets others take over. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of [this.timer, this.gather, this.pause]) clearTimeout(timer);
    this.runner.close();
    for (const lane of this.roll.lanes()) lane.abort();
    this.claims.close();
    this.quiet.call();
    await Promise.all([this.ticking, this.claims.done]);
    const running = [...this.places.held].map((lane) => lane.running);
    await within(CLOSING, Promise.all([...running, ...this.letting.keys()]));
    await this.places
      .release([...this.places.held])
      .catch((error: unknown) => this.parts.log.warn({ err: error }, 'places in the history could not be saved'));
  }

  private start(): void {
    const { interval = 1_000 } = this.parts;
    this.timer ??= setInterval(() => void this.tick(), interval).unref();
  }

  private async look(): Promise<void> {
    if (this.outage.skips()) return;
    try {
      const hasAny = await this.roll.hasAny();
      this.isAwake = hasAny || this.listeners.size > 0;
      if (hasAny ? --this.untilRoll < 0 : this.roll.tenancies.size > 0) {
        this.untilRoll = LOOKS_PER_ROLL;
        await this.roll.refresh();
      }
      if (!this.isAwake) return;
      await this.lookAtHeads();
      for (const tenancy of this.roll.tenancies.values()) this.rouse(tenancy);
      await this.claims.done;
      for (const lane of await this.places.save()) this.lose(lane);
      this.outage.end();
    } catch (error) {
      this.onOutage(error);
    }
  }

  private async lookAtHeads(): Promise<void> {
    const heads = await this.parts.store.heads();
    for (const [tenant, head] of heads) {
      const tenancy = this.roll.tenancies.get(tenant);
      if (tenancy) tenancy.head = Math.max(tenancy.head, head);
      if (this.heads.get(tenant) === head) continue;
      for (const listener of this.listeners) listener(tenant);
      // A tenant that nobody has looked at yet.
      if (!tenancy && this.roll.tenancies.size > 0) this.untilRoll = 0;
    }
    this.heads = heads;
  }

  /** After commits of this process. */
  private pass(): void {
    this.gather = undefined;
    for (const tenant of this.woken) {
      for (const listener of this.listeners) listener(tenant);
      const tenancy = this.roll.tenancies.get(tenant);
      if (tenancy) {
        tenancy.wakes++;
        if (!this.outage.isOn) this.rouse(tenancy);
      } else if (!this.outage.isOn && this.roll.sources.length > 0) this.refresh();
    }
    this.woken.clear();
  }

  /** Gives a turn to each lane of a tenant that has something to tell now. */
  private rouse(tenancy: Tenancy): void {
    const now = this.parts.now();
    for (const lane of tenancy.lanes.values()) {
      if (lane.state === 'idle' && hasMore(tenancy, lane.position)) this.resume(lane);
      else if (lane.state === 'waiting' && lane.isDue(now)) this.resume(lane);
      else if (lane.state === 'away' && isOver(lane.claimAt, now, LONGEST_PAUSE) && lane.isWanted)
        this.claims.add(lane);
    }
  }

  private resume(lane: Lane): void {
    if (this.places.isHeld(lane)) this.runner.add(lane);
    else this.claims.add(lane);
  }

  private begin(lane: Lane): void {
    const { trouble, tenancy, position, isDropped } = lane;
    if (isDropped) this.letGo(lane);
    else if (!lane.isDue(this.parts.now())) lane.state = 'waiting';
    else if (hasMore(tenancy, position) || trouble) this.runner.add(lane);
    else lane.state = 'idle';
  }

  /** The tenant may have another name by now. */
  private async read(tenancy: Tenancy, after: number): Promise<Batch | undefined> {
    const tenant = await this.parts.store.tenantById(tenancy.tenant.id);
    if (!tenant) return undefined;
    tenancy.tenant = tenant;
    return this.parts.reader.batch(tenant, after);
  }

  /** The runner met a lane that it may not go on with. */
  private onAway(lane: Lane): void {
    if (lane.isDropped) {
      lane.state = 'stopped';
      this.onQuiet();
      return;
    }
    if (lane.isLost) {
      this.places.forget(lane);
      lane.isKnown = false;
    }
    this.claims.add(lane);
  }

  /** @param pause ms until it is worth trying to have it again */
  private lose(lane: Lane, pause = 1_000): void {
    lane.abortRunning();
    if (lane.running) {
      lane.isLost = true;
      return;
    }
    this.places.forget(lane);
    lane.isKnown = false;
    lane.claimAt = this.parts.now() + pause;
  }

  /** Of a lane that is none any more: waits for what runs, saves, and lets others have it. */
  private letGo(lane: Lane): void {
    const letting = Promise.resolve(lane.running)
      .then(() => this.places.release([lane]))
      .catch((error: unknown) => this.onOutage(error))
      .finally(() => this.letting.delete(letting));
    this.letting.set(letting, lane.outlet.consumer);
  }

  private onQuiet(): void {
    this.saveSoon();
    this.quiet.call();
  }

  /** When there was nothing to do for a moment; what goes on without a pause is saved by tick(). */
  private saveSoon(): void {
    if (this.isClosed) return;
    if (this.pause) this.pause.refresh();
    else this.pause = setTimeout(() => void this.save(), PAUSE).unref();
  }

  private async save(): Promise<void> {
    if (this.isClosed || this.outage.isOn) return;
    try {
      for (const lane of await this.places.save()) this.lose(lane);
    } catch (error) {
      this.onOutage(error);
    }
  }

  private onOutage(error: unknown): void {
    if (!this.isClosed) this.outage.begin(error);
  }

  private logFailure({ outlet, tenancy, trouble }: Lane, { change }: Told, error: unknown): void {
    const fields = { consumer: outlet.consumer, tenant: tenancy.tenant.name, sequence: change.sequence };
    const attempt = (trouble?.attempts ?? 0) + 1;
    this.parts.log.warn({ ...fields, attempt, err: error }, 'an event could not be delivered');
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
