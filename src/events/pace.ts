/**
 * How much of the process telling may take: requests come first. Knows: how busy the event loop is, and with what of it
 * we are. Does not know: what is done in a turn.
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Milliseconds of work after which others get their turn. */
const SLICE = 3;
/** How often the load is looked at, in ms. */
const LOOK_EVERY = 50;
/** The share of time that the loop is busy, and that others than we have of it, from which on requests wait for it. */
const BUSY = 0.9;
const OTHERS = 0.5;
/** Milliseconds for which commits are gathered; longer while requests wait. */
const GATHER = 5;
const LONG_GATHER = 50;
/** Calls over the network that are under way at once, each on a connection of its own. */
const MOST_CALLS = 256;
/**
 * Of those, one tenant's; fewer while requests wait. Who does not answer for 15 seconds must not hold up the others, so it
 * is the share that shrinks then and not the whole, which calls from before might fill.
 */
const MOST_CALLS_OF_TENANT = 8;
const FEWEST_CALLS_OF_TENANT = 2;
/** While requests wait, work is followed by a rest of so many times its length: that bounds our share of the time. */
const REST = 99;
/** Milliseconds. */
const LONGEST_REST = 300;
/**
 * Milliseconds that a call over the network takes of the process, about: Node does it between our turns, where it cannot
 * be measured.
 */
const CALL = 0.4;

/** A stretch of work. */
export interface Turn {
  /** It is the turn of others. */
  isOver(): boolean;
}

class Stretch implements Turn {
  /** Milliseconds. */
  spent = 0;

  constructor(private end: number) {}

  isOver(now = performance.now()): boolean {
    return now >= this.end;
  }

  /** Something is begun that takes its time later. */
  owe(milliseconds: number): void {
    this.spent += milliseconds;
    this.end -= milliseconds;
  }
}

export class Pace {
  private isSaturated = false;
  private last: EventLoopUtilization = performance.eventLoopUtilization();
  private lookedAt = performance.now();
  /** Milliseconds of work since the last look. */
  private own = 0;
  /** Of what is done before the loop goes on; undefined while nothing was. */
  private stretch: Stretch | undefined;
  /** When work may go on, while requests wait. */
  private restsUntil = 0;

  /** How many calls over the network may be under way. */
  get mostCalls(): number {
    return MOST_CALLS;
  }

  /** How many of these may be for one tenant. */
  get mostCallsOfTenant(): number {
    return this.isSaturated ? FEWEST_CALLS_OF_TENANT : MOST_CALLS_OF_TENANT;
  }

  /** For how many ms what comes is gathered, so that it is read together. */
  get gatherTime(): number {
    return this.isSaturated ? LONG_GATHER : GATHER;
  }

  /** Works when it is our turn. */
  next(work: (turn: Turn) => void): void {
    this.look();
    const start = (): void => {
      if (!this.tryNow(work)) this.next(work);
    };
    const rest = this.isSaturated ? this.restsUntil - performance.now() : 0;
    if (rest >= 1) setTimeout(start, rest);
    else setImmediate(start);
  }

  /** Works at once if it may, for what has come in by itself. @returns false: it may not, and was not called */
  tryNow(work: (turn: Turn) => void): boolean {
    this.look();
    const began = performance.now();
    if (this.stretch ? this.stretch.isOver(began) : this.isSaturated && began < this.restsUntil) return false;
    this.stretch ??= this.beginStretch(began);
    work(this.stretch);
    this.stretch.spent += performance.now() - began;
    return true;
  }

  /** Resolves when it is our turn, for what says afterwards by spend() what it took. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.next(() => resolve()));
  }

  /** A call over the network begins, in a turn of ours. */
  noteCall(): void {
    this.stretch?.owe(CALL);
  }

  /** Milliseconds that were spent outside of next() and tryNow(). */
  spend(milliseconds: number): void {
    this.own += milliseconds;
    const now = performance.now();
    this.restsUntil = Math.min(now + LONGEST_REST, Math.max(now, this.restsUntil) + REST * milliseconds);
  }

  /** It ends when the loop goes on: promises that are settled already would never let it. */
  private beginStretch(began: number): Stretch {
    const stretch = new Stretch(began + SLICE);
    setImmediate(() => {
      this.stretch = undefined;
      this.spend(stretch.spent);
    });
    return stretch;
  }

  private look(): void {
    const now = performance.now();
    const elapsed = now - this.lookedAt;
    if (elapsed < LOOK_EVERY) return;
    const current = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(current, this.last);
    this.isSaturated = utilization > BUSY && utilization - this.own / elapsed > OTHERS;
    this.last = current;
    this.lookedAt = now;
    this.own = 0;
  }
}
