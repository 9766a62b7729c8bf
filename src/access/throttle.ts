/**
 * What slows guessing down: failures are counted per address and per identifier, never for everybody, so that nobody
 * can shut others out. Knows: counts and times. Does not know: what failed, HTTP, the store.
 *
 * Bounds. Passwords, counted from the first failure on for 5 minutes: 10 failures of an identifier from one address, 50
 * of an identifier from all addresses, 100 from one address; further ones are refused without computing a hash.
 * Answers: from the sixth failure of an address within a minute on each answer to a failure waits, 250 ms and as much
 * more with each further one, 2 s at most; 200 wait at once, further ones are to be answered with 429. Memory: 10,000
 * entries of each of the four counts; of more the oldest are forgotten. It is that of one process. IPv6 addresses count
 * by their first 64 bits, which is what one client is given.
 */

/** Who tries. `identifier`: what is guessed at, with its kind: `basic:scim-4x9kqpw2mn`, `admin:ann@example.com`. */
export interface Attempt {
  /** The client's address; undefined where it is not known, which counts as one address. */
  readonly address: string | undefined;
  readonly identifier: string;
}

/** One for the life of a target. */
export interface Throttle {
  /**
   * Before a password is checked: undefined when it may be, otherwise the seconds to wait (for Retry-After). An attempt
   * counts as failed until `succeeded` is told, so that a thousand at once are no way around.
   */
  attempt(attempt: Attempt): number | undefined;
  /** The password was right: the attempt is taken back, and what failed before for this address and identifier. */
  succeeded(attempt: Attempt): void;
  /** A credential, of whatever kind, was presented and refused: the answers to this address become slower. */
  failed(attempt: Pick<Attempt, 'address'>): void;
  /**
   * Before a refusal is answered: waits, if this address has failed often. Gives the seconds for Retry-After when too
   * many answers wait already, and the refusal is to be answered with 429 at once; otherwise undefined.
   */
  hold(address: string | undefined): Promise<number | undefined>;
}

export interface ThrottleParts {
  /** Milliseconds of a clock that is never set back; its own without it. */
  readonly now?: () => number;
  /** Resolves after so many milliseconds; a timer without it. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
  /** Entries of each count. */
  readonly capacity?: number;
}

const MINUTE = 60_000;
const WINDOW = 5 * MINUTE;
const MOST = { pair: 10, identifier: 50, address: 100 } as const;
const UNSLOWED = 5;
const STEP = 250;
const LONGEST = 2_000;
const MOST_WAITING = 200;
/** Characters of an identifier that count: what anybody may write must not fill the memory. */
const MOST_OF_IDENTIFIER = 320;

export function createThrottle(parts: ThrottleParts = {}): Throttle {
  const { now = () => performance.now(), capacity = 10_000 } = parts;
  const { wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)) } = parts;
  const pairs = new Counts(WINDOW, capacity);
  const identifiers = new Counts(WINDOW, capacity);
  const addresses = new Counts(WINDOW, capacity);
  const failures = new Counts(MINUTE, capacity);
  let waiting = 0;

  /** Each count that an attempt is in, with its key and its bound. */
  function countsOf({ address, identifier }: Attempt): readonly [Counts, key: string, most: number][] {
    const who = identifier.slice(0, MOST_OF_IDENTIFIER);
    const from = networkOf(address);
    return [
      [pairs, `${from} ${who}`, MOST.pair],
      [identifiers, who, MOST.identifier],
      [addresses, from, MOST.address],
    ];
  }

  return {
    attempt: (attempt) => {
      const counts = countsOf(attempt);
      const at = now();
      const waits = counts.map(([count, key, most]) => (count.of(key, at) < most ? 0 : count.rest(key, at)));
      const longest = Math.max(...waits);
      if (longest > 0) return Math.max(1, Math.ceil(longest / 1_000));
      for (const [count, key] of counts) count.add(key, at);
      return undefined;
    },
    succeeded: (attempt) => {
      for (const [count, key] of countsOf(attempt)) {
        if (count === pairs) count.clear(key);
        else count.takeBack(key);
      }
    },
    failed: ({ address }) => failures.add(networkOf(address), now()),
    hold: async (address) => {
      const slowing = failures.of(networkOf(address), now()) - UNSLOWED;
      if (slowing <= 0) return undefined;
      if (waiting >= MOST_WAITING) return LONGEST / 1_000;
      waiting += 1;
      try {
        await wait(Math.min(LONGEST, slowing * STEP));
      } finally {
        waiting -= 1;
      }
      return undefined;
    },
  };
}

/** What an address counts as: an IPv4 address as it is, an IPv6 address by the first four groups, without leading zeros. */
export function networkOf(address: string | undefined): string {
  if (address === undefined || !address.includes(':')) return address ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] as string;
  const [head = '', tail] = address.toLowerCase().split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...new Array<string>(zeros).fill('0'), ...last];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** How often something happened within a window that begins with the first time. Forgets the oldest of too many. */
class Counts {
  private readonly entries = new Map<string, { count: number; readonly until: number }>();

  /** @param window milliseconds */
  constructor(
    private readonly window: number,
    private readonly capacity: number,
  ) {}

  of(key: string, now: number): number {
    return this.current(key, now)?.count ?? 0;
  }

  /** Milliseconds until the count begins anew. */
  rest(key: string, now: number): number {
    return Math.max(0, (this.entries.get(key)?.until ?? now) - now);
  }

  add(key: string, now: number): void {
    const entry = this.current(key, now);
    if (entry) {
      entry.count += 1;
      return;
    }
    // Anew and so at the end: a Map keeps the order in which keys came.
    this.entries.delete(key);
    this.entries.set(key, { count: 1, until: now + this.window });
    if (this.entries.size > this.capacity) this.entries.delete(this.entries.keys().next().value as string);
  }

  takeBack(key: string): void {
    const entry = this.entries.get(key);
    if (entry && entry.count > 1) entry.count -= 1;
    else this.entries.delete(key);
  }

  clear(key: string): void {
    this.entries.delete(key);
  }

  private current(key: string, now: number): { count: number; readonly until: number } | undefined {
    const entry = this.entries.get(key);
    return entry && entry.until > now ? entry : undefined;
  }
}
