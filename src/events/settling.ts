/** Whether everybody was told. Knows: what counts as told. Does not know: how it comes to that. */
import type { Consumer, DeliveryStore } from '../store/store.js';
import type { Tenancy } from './lane.js';

/** Milliseconds after which it is looked again in any case. */
const PATIENCE = 20;

/**
 * True when everybody has got as far as these changes, or is in trouble; others' processes count for those that they
 * work on.
 * @param goals sequence numbers by Tenant.id
 */
export async function isSettled(
  tenancies: Iterable<Tenancy>,
  goals: ReadonlyMap<string, number>,
  store: Pick<DeliveryStore, 'deliveries'>,
): Promise<boolean> {
  for (const { tenant, lanes } of tenancies) {
    const goal = goals.get(tenant.id) ?? 0;
    const others: Consumer[] = [];
    for (const lane of lanes.values()) {
      if (lane.state === 'waiting' || lane.state === 'stopped') continue;
      if (lane.isKnown && lane.position >= goal && lane.state !== 'telling') continue;
      if (lane.state !== 'away') return false;
      others.push(lane.outlet.consumer);
    }
    if (goal === 0 || others.length === 0) continue;
    const deliveries = await store.deliveries({ tenant: tenant.id });
    const done = new Set(
      deliveries.flatMap(({ consumer, position, trouble }) => (position >= goal || trouble ? consumer : [])),
    );
    if (!others.every((consumer) => done.has(consumer))) return false;
  }
  return true;
}

/** Those who wait until nothing is left to do for a moment. */
export class Quiet {
  private readonly waiting = new Set<() => void>();

  call(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      this.waiting.add(() => {
        clearTimeout(timer);
        setImmediate(resolve);
      });
    });
  }
}
