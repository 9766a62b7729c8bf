/**
 * Tells: lanes that have something before them get their turn one after the other, a few milliseconds at a time. Within a
 * lane one thing is told after the other. Knows: turns, failures. Does not know: leases, when there is something new.
 */
import { Calls } from './calls.js';
import type { Lane, Tenancy } from './lane.js';
import { hasMore } from './lane.js';
import type { Told } from './outlet.js';
import type { Pace, Turn } from './pace.js';
import type { Batch } from './reader.js';

export interface RunnerParts {
  /** The next changes of a tenant; undefined when there is no such tenant any more. */
  readonly read: (tenancy: Tenancy, after: number) => Promise<Batch | undefined>;
  readonly pace: Pick<Pace, 'next' | 'tryNow' | 'noteCall' | 'mostCalls' | 'mostCallsOfTenant'>;
  /** The present time, ms since 1970. */
  readonly now: () => number;
  /** Whether the lane is ours, and its lease has not run out. */
  readonly isHeld: (lane: Lane) => boolean;
  /** The lane is not ours any more: its lease has run out, or it was taken from it while it was telling. */
  readonly onAway: (lane: Lane) => void;
  /** A failure was noted, and should be saved soon. */
  readonly onTrouble: (lane: Lane) => void;
  /** The history could not be read. */
  readonly onOutage: (error: unknown) => void;
  /** Something could not be told; for the log. */
  readonly onFailure: (lane: Lane, told: Told, error: unknown) => void;
  /** No lane waits for its turn. */
  readonly onQuiet: () => void;
}

/** Changes between two looks at the clock. */
const STRIDE = 16;

export class Runner {
  private queue = new Set<Lane>();
  private readonly calls: Calls;
  private isScheduled = false;
  /** Lanes by the place from which they need changes. */
  private readonly fetching = new Map<string, Lane[]>();
  private isClosed = false;

  constructor(private readonly parts: RunnerParts) {
    this.calls = new Calls(parts.pace);
  }

  /** Gives the lane a turn. It must be ours. */
  add(lane: Lane): void {
    lane.state = 'ready';
    this.queue.add(lane);
    this.schedule();
  }

  /** Who waited for an outlet goes on at once, unless it is the turn of others. */
  private addNow(lane: Lane): void {
    const isDone = !this.isClosed && this.parts.pace.tryNow((turn) => this.step(lane, turn));
    if (!isDone) this.add(lane);
    else if (this.queue.size === 0) this.parts.onQuiet();
  }

  /** No more turns. */
  close(): void {
    this.isClosed = true;
    this.queue.clear();
    this.calls.clear();
  }

  private schedule(): void {
    if (this.isScheduled || this.isClosed) return;
    this.isScheduled = true;
    this.parts.pace.next((turn) => this.take(turn));
  }

  private take(turn: Turn): void {
    this.isScheduled = false;
    // Who is not done goes to the end, and is met again when all others had their turn.
    for (const lane of this.queue) {
      if (this.isClosed || turn.isOver()) break;
      this.queue.delete(lane);
      this.calls.redeem(lane);
      if (lane.state === 'ready') this.step(lane, turn);
    }
    // Who was promised a call may have none to make.
    this.letIn();
    if (this.queue.size > 0) this.schedule();
    else this.parts.onQuiet();
  }

  private step(lane: Lane, turn: Turn): void {
    if (lane.isDropped || lane.isLost || !this.parts.isHeld(lane)) this.parts.onAway(lane);
    else this.goOn(lane, turn);
  }

  private goOn(lane: Lane, turn: Turn): void {
    const isOverNetwork = lane.outlet.pace === 'network';
    for (let changes = 1; ; changes++) {
      const told = lane.batch[lane.next];
      if (!told) {
        this.refill(lane);
        return;
      }
      if (isOverNetwork && !this.calls.mayBegin(lane)) {
        this.calls.hold(lane);
        return;
      }
      if (!this.tellChange(lane, told)) return;
      if (changes % STRIDE === 0 && turn.isOver()) {
        this.add(lane);
        return;
      }
    }
  }

  /** All parts that are left of a change. False when the lane has to wait. */
  private tellChange(lane: Lane, told: Told): boolean {
    const { outlet } = lane;
    try {
      const parts = outlet.parts(told);
      while (lane.parts < parts) {
        const result = outlet.tell(told, lane.parts, lane.attempt());
        if (result instanceof Promise) {
          this.await(lane, told, result);
          return false;
        }
        lane.settlePart();
      }
    } catch (error) {
      this.fail(lane, told, error);
      return false;
    }
    lane.settleChange(told.change.sequence);
    return true;
  }

  private await(lane: Lane, told: Told, result: Promise<void>): void {
    const isOverNetwork = lane.outlet.pace === 'network';
    if (isOverNetwork) {
      this.calls.begin(lane);
      this.parts.pace.noteCall();
    }
    lane.state = 'telling';
    const finish = (settle: () => void): void => {
      if (isOverNetwork) this.calls.end(lane);
      // Before the lane itself goes on: those have waited.
      this.letIn();
      this.finish(lane, settle);
    };
    lane.running = result.then(
      () => finish(() => lane.settlePart()),
      (error: unknown) => finish(() => this.fail(lane, told, error)),
    );
  }

  /** @param settle not done where it is of no account any more */
  private finish(lane: Lane, settle: () => void): void {
    lane.running = undefined;
    if (!lane.isLost) {
      if (lane.state !== 'telling') return;
      lane.state = 'ready';
      settle();
    }
    if (lane.isDropped || lane.isLost) this.parts.onAway(lane);
    else if (lane.state === 'ready') this.addNow(lane);
    else this.parts.onQuiet();
  }

  private letIn(): void {
    for (const lane of this.calls.letIn()) this.add(lane);
  }

  private fail(lane: Lane, told: Told, error: unknown): void {
    // What was broken off because the target closes has not failed.
    if (this.isClosed || lane.attempt().signal.aborted) {
      lane.state = 'idle';
      return;
    }
    const now = this.parts.now();
    const { outlet, trouble } = lane;
    const attempts = (trouble?.attempts ?? 0) + 1;
    // A moment that is still to come is that of a clock which was ahead.
    const since = trouble ? Math.min(now, Date.parse(trouble.since)) : now;
    const verdict = outlet.afterFailure({ attempts, since, error }, now);
    const explained = outlet.explain(error);
    this.parts.onFailure(lane, told, error);
    if ('giveUp' in verdict && verdict.giveUp) this.park(lane, told, attempts, explained);
    else {
      const retryAt = new Date('retryAt' in verdict ? verdict.retryAt : now).toISOString();
      lane.trouble = { attempts, since: new Date(since).toISOString(), retryAt, error: explained };
      lane.state = 'waiting';
      lane.isMoved = true;
    }
    if ('pauseBecause' in verdict && verdict.pauseBecause !== undefined) {
      lane.state = 'stopped';
      // What pauses it says so in the log by itself; the next outlet begins here.
      void outlet.pause?.(verdict.pauseBecause).catch((failure: unknown) => this.parts.onFailure(lane, told, failure));
    }
    this.parts.onTrouble(lane);
  }

  /** It counts as settled, and is kept as a dead letter. */
  private park(lane: Lane, told: Told, attempts: number, error: string): void {
    const { consumer, tenant } = lane.delivery;
    const { sequence } = told.change;
    const event = lane.outlet.nameOf(told, lane.parts);
    const time = new Date(this.parts.now()).toISOString();
    lane.letters.push({ consumer, tenant, sequence, part: lane.parts, event, attempts, error, time });
    lane.settlePart();
    lane.state = 'ready';
    this.add(lane);
  }

  private refill(lane: Lane): void {
    lane.clear();
    const { tenancy, position } = lane;
    if (!hasMore(tenancy, position)) {
      lane.state = 'idle';
      return;
    }
    lane.state = 'reading';
    const place = `${tenancy.tenant.id} ${position}`;
    const others = this.fetching.get(place);
    if (others) {
      others.push(lane);
      return;
    }
    this.fetching.set(place, [lane]);
    void this.fetch(tenancy, position, place);
  }

  /** Reads once for all that stand at the same place. */
  private async fetch(tenancy: Tenancy, position: number, place: string): Promise<void> {
    const { wakes } = tenancy;
    let batch: Batch | undefined;
    try {
      batch = await this.parts.read(tenancy, position);
      const last = batch?.told.at(-1)?.change.sequence ?? position;
      tenancy.head = Math.max(tenancy.head, last);
      if (batch?.isEnd) tenancy.seen = wakes;
    } catch (error) {
      this.parts.onOutage(error);
    }
    const lanes = this.fetching.get(place) ?? [];
    this.fetching.delete(place);
    for (const lane of lanes) {
      if (lane.state !== 'reading' || lane.position !== position) continue;
      if (lane.isLost || lane.isDropped) this.parts.onAway(lane);
      else if (batch) this.fill(lane, batch);
      else lane.state = 'idle';
    }
    if (!this.isScheduled) this.parts.onQuiet();
  }

  private fill(lane: Lane, { told }: Batch): void {
    lane.batch = told;
    lane.next = 0;
    this.add(lane);
  }
}
