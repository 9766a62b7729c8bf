/**
 * Who may call over the network. Knows: how many calls are under way, whose, how long the last ones took, and who waits for
 * one to end. Does not know: what is called. A tenant has its share, so that receivers which do not answer hold up those of
 * their own tenant alone; and who took long last time has half of that, so that those which answer are not held up either.
 */
import type { Lane } from './lane.js';
import type { Pace } from './pace.js';

/** Milliseconds from which on a call was slow: nobody takes as long who works, and who hangs takes three times as long. */
const SLOW = 5_000;

/** Calls that are under way, and those that are promised. */
interface Count {
  all: number;
  /** Of those, by lanes whose last one was slow. */
  slow: number;
}

/** Lanes of a tenant that wait, those whose turn is next first. */
interface Waiting {
  readonly slow: Set<Lane>;
  readonly others: Set<Lane>;
}

export class Calls {
  private readonly total: Count = { all: 0, slow: 0 };
  /** By Tenant.id. */
  private readonly shares = new Map<string, Count>();
  /** Who waits for a call to end, by Tenant.id, those whose turn is next first. */
  private readonly held = new Map<string, Waiting>();
  /** Lanes that were let in, and have not begun yet. */
  private readonly promised = new Set<Lane>();
  /** When the calls that are under way began. */
  private readonly began = new Map<Lane, number>();
  private readonly slow = new WeakSet<Lane>();

  /** @param now milliseconds, of a clock that does not leap */
  constructor(
    private readonly pace: Pick<Pace, 'mostCalls' | 'mostCallsOfTenant'>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the lane may begin a call now; where it may not, hold() it. */
  mayBegin(lane: Lane): boolean {
    const { mostCalls, mostCallsOfTenant } = this.pace;
    return this.hasRoom(this.total, mostCalls, lane) && this.hasRoom(this.shareOf(lane), mostCallsOfTenant, lane);
  }

  begin(lane: Lane): void {
    this.began.set(lane, this.now());
    this.take(lane, 1);
  }

  end(lane: Lane): void {
    this.take(lane, -1);
    const took = this.now() - (this.began.get(lane) as number);
    this.began.delete(lane);
    if (took < SLOW) this.slow.delete(lane);
    else this.slow.add(lane);
  }

  hold(lane: Lane): void {
    const tenant = tenantOf(lane);
    const waiting = this.held.get(tenant) ?? { slow: new Set(), others: new Set() };
    (this.slow.has(lane) ? waiting.slow : waiting.others).add(lane);
    this.held.set(tenant, waiting);
  }

  /** It is the lane's turn: what was promised to it is free for it, or for others. */
  redeem(lane: Lane): void {
    if (this.promised.delete(lane)) this.take(lane, -1);
  }

  /** Those that may go on now: one of a tenant, then one of the next. Each is promised a call until redeem(). */
  *letIn(): Generator<Lane> {
    for (const [tenant, waiting] of this.held) {
      if (this.total.all >= this.pace.mostCalls) return;
      const lane = this.takeFirst(waiting);
      if (!lane) continue;
      this.held.delete(tenant);
      // To the end, where it is met again.
      if (waiting.slow.size + waiting.others.size > 0) this.held.set(tenant, waiting);
      if (lane.state !== 'ready' || this.promised.has(lane)) continue;
      this.promised.add(lane);
      this.take(lane, 1);
      yield lane;
    }
  }

  clear(): void {
    this.held.clear();
  }

  /** The slow ones have the half that is theirs before the others, who might always be there. */
  private takeFirst({ slow, others }: Waiting): Lane | undefined {
    for (const lanes of [slow, others]) {
      const [first] = lanes;
      if (!first || !this.mayBegin(first)) continue;
      lanes.delete(first);
      return first;
    }
    return undefined;
  }

  private hasRoom({ all, slow }: Count, most: number, lane: Lane): boolean {
    return all < most && (!this.slow.has(lane) || slow < Math.max(1, most / 2));
  }

  private shareOf(lane: Lane): Count {
    return this.shares.get(tenantOf(lane)) ?? { all: 0, slow: 0 };
  }

  /** A lane is as slow when it gives a call back as when it took it: what it was told since is judged by end(). */
  private take(lane: Lane, calls: number): void {
    const share = this.shareOf(lane);
    for (const count of [this.total, share]) {
      count.all += calls;
      if (this.slow.has(lane)) count.slow += calls;
    }
    if (share.all > 0) this.shares.set(tenantOf(lane), share);
    else this.shares.delete(tenantOf(lane));
  }
}

function tenantOf({ tenancy }: Lane): string {
  return tenancy.tenant.id;
}
