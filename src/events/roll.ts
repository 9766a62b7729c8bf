/**
 * Who is to be told of which tenant, as sources and store say it now: a lane for each. Knows: tenants, outlets. Does not
 * know: places, turns.
 */
import type { Consumer, Store, Tenant } from '../store/store.js';
import { Lane, type Tenancy } from './lane.js';
import type { Outlet, OutletSource, Teller } from './outlet.js';

export class Roll {
  readonly sources: OutletSource[] = [];
  /** By Tenant.id. */
  readonly tenancies = new Map<string, Tenancy>();

  /** @param onDropped a lane that is none any more */
  constructor(
    private readonly store: Pick<Store, 'tenants'>,
    private readonly onDropped: (lane: Lane) => void,
  ) {}

  *lanes(): Iterable<Lane> {
    for (const { lanes } of this.tenancies.values()) yield* lanes.values();
  }

  /** False while nobody is to be told anything, in any tenant. */
  async hasAny(): Promise<boolean> {
    for (const source of this.sources) if (await source.hasAny()) return true;
    return false;
  }

  /** Looks at all tenants and outlets again. @throws StoreUnavailable */
  async refresh(): Promise<void> {
    const tenants = (await this.hasAny()) ? await this.store.tenants() : [];
    const gone = new Set(this.tenancies.keys());
    for (const tenant of tenants) {
      gone.delete(tenant.id);
      await this.meet(tenant);
    }
    for (const id of gone) {
      for (const lane of this.tenancies.get(id)?.lanes.values() ?? []) this.drop(lane);
      this.tenancies.delete(id);
    }
  }

  /** What tells one consumer of a tenant, whether there is anything to tell now or not. */
  async tellerOf(tenant: Tenant, consumer: Consumer): Promise<Teller | undefined> {
    const outlet = (await this.outletsOf(tenant)).get(consumer);
    if (outlet) return outlet;
    for (const source of this.sources) {
      const found = await source.askerOf?.(tenant, consumer);
      if (found) return found;
    }
    return undefined;
  }

  drop(lane: Lane): void {
    lane.isDropped = true;
    lane.tenancy.lanes.delete(lane.outlet.consumer);
    this.onDropped(lane);
  }

  private async meet(tenant: Tenant): Promise<void> {
    const outlets = await this.outletsOf(tenant);
    const fresh: Tenancy = { tenant, head: 0, wakes: 0, seen: 0, lanes: new Map() };
    const tenancy = this.tenancies.get(tenant.id) ?? fresh;
    tenancy.tenant = tenant;
    this.tenancies.set(tenant.id, tenancy);
    for (const [consumer, lane] of [...tenancy.lanes]) if (!outlets.has(consumer)) this.drop(lane);
    for (const [consumer, outlet] of outlets) {
      const lane = tenancy.lanes.get(consumer);
      if (!lane) tenancy.lanes.set(consumer, new Lane(tenancy, outlet));
      else if (lane.outlet !== outlet) lane.replaceOutlet(outlet);
    }
  }

  private async outletsOf(tenant: Tenant): Promise<Map<Consumer, Outlet>> {
    const outlets = new Map<Consumer, Outlet>();
    for (const source of this.sources) {
      const found = source.outletsOf(tenant);
      // Most know at once, and there may be many tenants.
      for (const outlet of found instanceof Promise ? await found : found) outlets.set(outlet.consumer, outlet);
    }
    return outlets;
  }
}
