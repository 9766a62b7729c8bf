/** How tenants have fared lately, in numbers. */

import { summaryOf } from '../../access/credential-summary.js';
import type { Registries } from '../../access/registries.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { Store, Tenant, TrafficHour } from '../../store/store.js';
import type { TenantView } from './messages.js';

const HOUR = 3_600_000;

/** Hours of traffic that an overview counts. */
export const OVERVIEW_HOURS = 24;

/** From so many resources of a type on, how many there are is remembered for a while: counting takes its time. */
const MANY = 10_000;
/** Milliseconds that it is remembered. */
const REMEMBERED = 30_000;
/** The most numbers to remember; of more the oldest are forgotten. */
const MOST_REMEMBERED = 1_000;

/** `hours` before `now`, ISO 8601 UTC. */
export function hoursAgo(now: string, hours: number): string {
  return new Date(Date.parse(now) - hours * HOUR).toISOString();
}

/** How many resources tenants have. One for the life of a router. */
export class ResourceCounts {
  private readonly remembered = new Map<string, { readonly count: number; readonly until: number }>();

  constructor(
    private readonly parts: {
      readonly store: Pick<Store, 'search'>;
      readonly registries: Pick<Registries, 'of'>;
      /** ISO 8601 UTC. */
      readonly clock: () => string;
    },
  ) {}

  /** By type name. */
  async of(tenant: Pick<Tenant, 'id' | 'settings'>): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const type of this.parts.registries.of(tenant).resourceTypes) {
      counts[type.name] = await this.count(tenant.id, type);
    }
    return counts;
  }

  private async count(tenant: string, resourceType: ResourceType): Promise<number> {
    const type = resourceType.name;
    const key = `${tenant} ${type}`;
    const now = Date.parse(this.parts.clock());
    const known = this.remembered.get(key);
    if (known && known.until > now) return known.count;
    const { total: count } = await this.parts.store.search({ tenant, type, resourceType, offset: 0, limit: 0 });
    this.remembered.delete(key);
    if (count >= MANY) this.remembered.set(key, { count, until: now + REMEMBERED });
    if (this.remembered.size > MOST_REMEMBERED) this.remembered.delete(this.remembered.keys().next().value as string);
    return count;
  }
}

export interface OverviewParts {
  readonly store: Pick<Store, 'traffic' | 'lastRequests' | 'credentials'>;
  readonly counts: Pick<ResourceCounts, 'of'>;
  /** ISO 8601 UTC. */
  readonly clock: () => string;
}

/** What is known of some tenants at one moment, read once for all of them. */
export class Overview {
  private constructor(
    private readonly parts: OverviewParts,
    private readonly now: string,
    private readonly hours: readonly TrafficHour[],
    private readonly last: ReadonlyMap<string, string>,
  ) {}

  /** @param only Tenant.id, where no other is asked for. */
  static async of(parts: OverviewParts, only?: string): Promise<Overview> {
    const now = parts.clock();
    const hours = await parts.store.traffic(hoursAgo(now, OVERVIEW_HOURS), only);
    return new Overview(parts, now, hours, await parts.store.lastRequests());
  }

  async view(tenant: Tenant): Promise<TenantView> {
    const { id, name, profile, created, disabled, settings } = tenant;
    const hours = this.hours.filter((hour) => hour.tenant === id);
    return {
      id,
      name,
      profile,
      created,
      disabled: disabled ?? null,
      allowsBasic: settings.allowsBasic,
      requestLimit: settings.requestLimit ?? null,
      resources: await this.parts.counts.of(tenant),
      lastRequest: this.last.get(id) ?? null,
      requests: sum(hours.map(({ requests }) => requests)),
      refused: sum(hours.map(({ refused }) => refused)),
      failed: sum(hours.map(({ failed }) => failed)),
      credentials: await this.credentials(id),
    };
  }

  private async credentials(tenant: string): Promise<TenantView['credentials']> {
    const all = await this.parts.store.credentials(tenant);
    const states = all.map((credential) => summaryOf(credential, this.now).state);
    const expiring = states.filter((state) => state === 'expiring').length;
    return { active: expiring + states.filter((state) => state === 'active').length, expiring };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
