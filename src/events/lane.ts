/** One consumer in one tenant: where it stands, and what it is doing. Knows: its place. Does not know: when its turn is. */
import type { Delivery, DeliveryTrouble, NewDeadLetter, Tenant } from '../store/store.js';
import type { Attempt, Outlet, Told } from './outlet.js';

/** What is known of one tenant, and who is told of it here. */
export interface Tenancy {
  tenant: Tenant;
  /** Sequence number of the last change that is known. */
  head: number;
  /** How often it was said that there may be more. */
  wakes: number;
  /** `wakes` at the last moment when there was nothing after `head`. */
  seen: number;
  readonly lanes: Map<string, Lane>;
}

/** True when there may be changes after this place. */
export function hasMore({ head, wakes, seen }: Tenancy, position: number): boolean {
  return position < head || wakes !== seen;
}

/** The longest pause between two tries, in ms. */
export const LONGEST_WAIT = 36_000_000;

/**
 * True when the moment has come; also when it is further ahead than any can be: it was then written by a clock that was
 * ahead. @param longest ms
 */
export function isOver(moment: number, now: number, longest: number): boolean {
  return moment <= now || moment > now + longest;
}

/**
 * `away`: nobody's, or somebody else's as far as is known. `claiming`: being taken. `idle`: told all there was. `ready`:
 * waits for its turn. `reading`: for its next changes. `telling`: for the outlet. `waiting`: tried in vain. `stopped`:
 * nothing more is told, until there is another outlet.
 */
export type LaneState = 'away' | 'claiming' | 'idle' | 'ready' | 'reading' | 'telling' | 'waiting' | 'stopped';

export class Lane {
  state: LaneState = 'away';
  position = 0;
  parts = 0;
  ahead: readonly number[] = [];
  trouble: DeliveryTrouble | undefined;
  /** When the lease ends, ms since 1970. */
  leasedUntil = 0;
  /** When it is worth trying to take it, and how long to wait after that, in ms. */
  claimAt = 0;
  claimPause = 0;
  /** True when its place has to be saved. */
  isMoved = false;
  letters: NewDeadLetter[] = [];
  /** What it has before it. */
  batch: readonly Told[] = [];
  next = 0;
  /** While `telling`: resolves when the outlet is done, well or not. */
  running: Promise<void> | undefined;
  /** Somebody else has it, or it was put elsewhere: what runs is of no account. */
  isLost = false;
  /** Nobody is to be told any more. */
  isDropped = false;
  /** True when `position` is what the store had, or later. */
  isKnown = false;
  private controller = new AbortController();

  constructor(
    readonly tenancy: Tenancy,
    public outlet: Outlet,
  ) {}

  get isBusy(): boolean {
    const { state } = this;
    return state === 'ready' || state === 'reading' || state === 'telling' || state === 'claiming';
  }

  /** Takes over what the store says. @param until when the lease ends, ms since 1970 */
  begin({ position, parts, ahead, trouble }: Delivery, until: number): void {
    Object.assign(this, { position, parts, ahead, trouble, leasedUntil: until, claimPause: 0 });
    this.isMoved = false;
    this.isLost = false;
    this.isKnown = true;
    this.letters = [];
    this.clear();
    if (this.controller.signal.aborted) this.controller = new AbortController();
  }

  /** Nothing that is not saved counts any more. */
  leave(): void {
    this.state = 'away';
    this.leasedUntil = 0;
    this.isMoved = false;
    this.isLost = false;
    this.letters = [];
    this.clear();
  }

  /** True when it may be worth taking it from the store. */
  get isWanted(): boolean {
    if (this.isKnown) return hasMore(this.tenancy, this.position);
    const { from, takesPlace = from === 'now' } = this.outlet;
    return takesPlace || hasMore(this.tenancy, 0);
  }

  /** Whether what was tried in vain, if anything, is worth another try now (ms since 1970). */
  isDue(now: number): boolean {
    return !this.trouble || isOver(Date.parse(this.trouble.retryAt), now, LONGEST_WAIT);
  }

  /** Forgets what it has read ahead. */
  clear(): void {
    this.batch = [];
    this.next = 0;
  }

  /** Something about the consumer has changed, so what failed or was stopped is worth another try. */
  replaceOutlet(outlet: Outlet): void {
    this.outlet = outlet;
    if (this.state !== 'waiting' && this.state !== 'stopped') return;
    this.state = 'idle';
    if (this.trouble) this.trouble = { ...this.trouble, retryAt: this.trouble.since };
  }

  /** What is being told may as well stop. */
  abortRunning(): void {
    if (this.running) this.abort();
  }

  abort(): void {
    this.controller.abort();
  }

  attempt(): Attempt {
    return { number: (this.trouble?.attempts ?? 0) + 1, signal: this.controller.signal };
  }

  /** One part is settled. */
  settlePart(): void {
    this.parts++;
    this.isMoved = true;
    this.trouble = undefined;
  }

  /** All parts of what is before it are settled. */
  settleChange(sequence: number): void {
    this.position = sequence;
    this.parts = 0;
    this.next++;
    this.isMoved = true;
  }

  /** As it is now, for the store. */
  get delivery(): Delivery {
    const { position, parts, ahead, trouble } = this;
    return { consumer: this.outlet.consumer, tenant: this.tenancy.tenant.id, position, parts, ahead, trouble };
  }
}
