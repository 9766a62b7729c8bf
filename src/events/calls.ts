/**
 * Who may call over the network. Knows: how many calls are under way, whose, and who waits for one to end. Does not know:
 * what is called. A tenant has its share, so that receivers which do not answer hold up those of their own tenant alone.
 */
import type { Lane } from './lane.js';
import type { Pace } from './pace.js';

export class Calls {
  /** Those that are under way, and those that are promised; in all, and by Tenant.id. */
  private count = 0;
  private readonly shares = new Map<string, number>();
  /** Lanes that wait for a call to end, by Tenant.id, those whose turn is next first. */
  private readonly held = new Map<string, Set<Lane>>();
  /** Lanes that were let in, and have not begun yet. */
  private readonly promised = new Set<Lane>();

  constructor(private readonly pace: Pick<Pace, 'mostCalls' | 'mostCallsOfTenant'>) {}

  /** Whether the lane may begin a call now; where it may not, hold() it. */
  mayBegin(lane: Lane): boolean {
    return this.count < this.pace.mostCalls && this.shareOf(tenantOf(lane)) < this.pace.mostCallsOfTenant;
  }

  begin(lane: Lane): void {
    this.take(tenantOf(lane), 1);
  }

  end(lane: Lane): void {
    this.take(tenantOf(lane), -1);
  }

  hold(lane: Lane): void {
    const tenant = tenantOf(lane);
    const others = this.held.get(tenant) ?? new Set();
    this.held.set(tenant, others.add(lane));
  }

  /** It is the lane's turn: what was promised to it is free for it, or for others. */
  redeem(lane: Lane): void {
    if (this.promised.delete(lane)) this.take(tenantOf(lane), -1);
  }

  /** Those that may go on now: one of a tenant, then one of the next. Each is promised a call until redeem(). */
  *letIn(): Generator<Lane> {
    for (const [tenant, lanes] of this.held) {
      if (this.count >= this.pace.mostCalls) return;
      if (this.shareOf(tenant) >= this.pace.mostCallsOfTenant) continue;
      this.held.delete(tenant);
      const lane = lanes.values().next().value as Lane;
      lanes.delete(lane);
      // To the end, where it is met again.
      if (lanes.size > 0) this.held.set(tenant, lanes);
      if (lane.state !== 'ready' || this.promised.has(lane)) continue;
      this.promised.add(lane);
      this.take(tenant, 1);
      yield lane;
    }
  }

  clear(): void {
    this.held.clear();
  }

  private shareOf(tenant: string): number {
    return this.shares.get(tenant) ?? 0;
  }

  private take(tenant: string, calls: number): void {
    const share = this.shareOf(tenant) + calls;
    this.count += calls;
    if (share > 0) this.shares.set(tenant, share);
    else this.shares.delete(tenant);
  }
}

function tenantOf({ tenancy }: Lane): string {
  return tenancy.tenant.id;
}
