/**
 * The activity: what each client has requested, and how it ended. A write per request would cost a sync per read, so
 * entries are gathered in memory and written together; what a crash loses is one interval of them and nothing else.
 * Knows: how many entries are kept, where, and for how long. Does not know: HTTP, what is put into an entry, who reads it.
 *
 * Bounds. In memory: `capacity` entries, and as many again while they are being written. Of callers without an accepted
 * credential: 60 entries a minute and address (of IPv6 the network /64), 600 a minute over all addresses. Of requests refused with 429: 60 a
 * minute and credential. What is beyond is counted in the log, and is neither in the activity nor in a tenant's traffic.
 */
import type { NewActivity, Store } from '../store/store.js';
import type { AccessLog } from './presented.js';
import { networkOf } from './throttle.js';

/** Gathers entries of the activity. */
export interface ActivityRecorder {
  /** The present time, ISO 8601 UTC; what `NewActivity.time` is taken from. */
  readonly clock: () => string;
  /** Called per request; touches memory only. */
  note(entry: NewActivity): void;
  /** Writes what was gathered. Never rejects: a failure is logged and its entries are kept for the next time. */
  flush(): Promise<void>;
  /** Stops the timers and writes the rest. Call before the store closes. */
  close(): Promise<void>;
}

/** What a recorder is made of. */
export interface ActivityRecorderParts {
  readonly store: Pick<Store, 'appendActivity' | 'trimActivity'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly log?: AccessLog | undefined;
  /** How long entries are kept; 0: nothing is recorded, and what was recorded is forgotten. */
  readonly days: number;
  /** The most entries that the store keeps, of all tenants together. */
  readonly most: number;
  /** The most entries to hold between two writes; 20,000 without it. */
  readonly capacity?: number | undefined;
}

/** Entries per write to the store, and rows per step of forgetting: others get their turn in between. */
const CHUNK = 500;
/** Milliseconds. */
const WRITE_EVERY = 500;
const TIDY_EVERY = 60_000;
/** For how long the hourly counts of tenants are kept. */
const HOURS_DAYS = 400;
const DAY = 86_400_000;

/** Per minute. */
const MOST_PER_CALLER = 60;
const MOST_OF_STRANGERS = 600;

/** A recorder that writes twice a second. Its timers do not keep the process alive. */
export function createActivityRecorder(parts: ActivityRecorderParts): ActivityRecorder {
  const { store, clock, log, days, capacity = 20_000 } = parts;
  const pile = new Pile(capacity);
  const doorkeeper = new Doorkeeper();
  let writing: Promise<void> = Promise.resolve();
  let trimming: Promise<unknown> | undefined;
  let isClosed = false;

  async function write(): Promise<void> {
    const entries = pile.take();
    for (let start = 0; start < entries.length; start += CHUNK) {
      try {
        await store.appendActivity(entries.slice(start, start + CHUNK));
      } catch (error) {
        log?.warn({ err: error }, 'the activity could not be written');
        pile.putBack(entries.slice(start));
        return;
      }
    }
  }

  // One write at a time, so that entries stay in the order of recording.
  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  function logPassedOver(): void {
    const fields = { dropped: pile.countDropped(), refused: doorkeeper.countPassedOver() };
    if (fields.dropped + fields.refused > 0) log?.warn(fields, 'requests that the activity does not have');
  }

  function tidy(): void {
    logPassedOver();
    trimming ??= forgetOld(parts, () => isClosed).finally(() => (trimming = undefined));
  }

  const timers = [setInterval(() => void flush(), WRITE_EVERY), setInterval(tidy, TIDY_EVERY)];
  for (const timer of timers) timer.unref();

  return {
    clock,
    note: (entry) => {
      if (days > 0 && doorkeeper.admits(entry)) pile.add(entry);
    },
    flush,
    close: async () => {
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      await Promise.all([flush(), trimming]);
      logPassedOver();
    },
  };
}

/** In small steps, until nothing is left or the recorder is closed. Never rejects. */
async function forgetOld(
  { store, clock, log, days, most }: ActivityRecorderParts,
  isClosed: () => boolean,
): Promise<void> {
  try {
    const now = Date.parse(clock());
    const [before, hoursBefore] = [daysBefore(now, days), daysBefore(now, HOURS_DAYS)];
    while (!isClosed() && (await store.trimActivity(before, most, hoursBefore, CHUNK)));
  } catch (error) {
    log?.warn({ err: error }, 'old activity could not be forgotten');
  }
}

/** ISO 8601 UTC. */
function daysBefore(now: number, days: number): string {
  return new Date(now - days * DAY).toISOString();
}

/** A request of nobody who is known. */
function isStranger({ tenant, outcome }: NewActivity): boolean {
  return tenant === undefined && outcome === 'refused';
}

/** Entries that wait to be written. When it is full, strangers go first and then the oldest, a tenth at a time. */
class Pile {
  private entries: NewActivity[] = [];
  private strangers = 0;
  private dropped = 0;
  private readonly portion: number;

  constructor(private readonly capacity: number) {
    this.portion = Math.max(1, Math.floor(capacity / 10));
  }

  add(entry: NewActivity): void {
    const isOfStranger = isStranger(entry);
    if (this.entries.length >= this.capacity) {
      // A flood of strangers must not push out what tenants did.
      if (isOfStranger && this.strangers < this.portion) {
        this.dropped++;
        return;
      }
      this.makeRoom(this.portion);
    }
    if (isOfStranger) this.strangers++;
    this.entries.push(entry);
  }

  /** All of them, oldest first; then there are none. */
  take(): NewActivity[] {
    const taken = this.entries;
    this.entries = [];
    this.strangers = 0;
    return taken;
  }

  /** What was taken and not written, before what has come since. */
  putBack(entries: readonly NewActivity[]): void {
    this.entries = [...entries, ...this.entries];
    this.strangers = this.entries.filter(isStranger).length;
    if (this.entries.length > this.capacity) this.makeRoom(this.entries.length - this.capacity);
  }

  /** How many were let go since the last time. */
  countDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  private makeRoom(room: number): void {
    this.dropped += room;
    let strangers = Math.min(room, this.strangers);
    const others = room - strangers;
    this.strangers -= strangers;
    const kept = this.entries.filter((entry) => {
      if (strangers === 0 || !isStranger(entry)) return true;
      strangers--;
      return false;
    });
    this.entries = kept.slice(others);
  }
}

/** Keeps those who have no credential, or are over their limit, from filling the activity. */
class Doorkeeper {
  private minute = '';
  private strangers = 0;
  private passedOver = 0;
  private readonly counts = new Map<string, number>();

  admits(entry: NewActivity): boolean {
    if (entry.credential && entry.status !== 429) return true;
    const minute = entry.time.slice(0, 16);
    if (minute !== this.minute) {
      this.minute = minute;
      this.strangers = 0;
      this.counts.clear();
    }
    const isKnown = entry.credential !== undefined;
    const caller = entry.credential?.id ?? networkOf(entry.address);
    const count = this.counts.get(caller) ?? 0;
    if (count >= MOST_PER_CALLER || (!isKnown && this.strangers >= MOST_OF_STRANGERS)) {
      this.passedOver++;
      return false;
    }
    if (!isKnown) this.strangers++;
    // At most as many callers as entries, so that the map is bounded, too.
    this.counts.set(caller, count + 1);
    return true;
  }

  /** How many were refused since the last time. */
  countPassedOver(): number {
    const { passedOver } = this;
    this.passedOver = 0;
    return passedOver;
  }
}
