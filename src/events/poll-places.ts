/**
 * Where those stand who poll: their place is taken for a moment, in whichever process, and given back. Knows: leases, what
 * is settled out of order. Does not know: tokens.
 */
import { ScimError } from '../scim/errors.js';
import type { Delivery, NewDeadLetter, Receiver, Store } from '../store/store.js';

export interface PollPlacesParts {
  readonly store: Pick<Store, 'receiver' | 'deliveries' | 'claimDeliveries' | 'saveDeliveries'>;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  readonly newId: () => string;
}

/** A place that nobody else moves until it is saved. */
export interface TakenPlace {
  readonly before: Delivery;
  readonly owner: string;
}

/** Milliseconds for which a place is taken. */
const LEASE = 10_000;
/** How often, and after how many milliseconds, a place is asked for that somebody else has. */
const TRIES = 100;
const PAUSE = 50;

export class PollPlaces {
  constructor(private readonly parts: PollPlacesParts) {}

  /** As it is now; made where there is none. @throws ScimError unavailable, notFound */
  async of(receiver: Receiver): Promise<Delivery> {
    const [found] = await this.parts.store.deliveries({ tenant: receiver.tenant, consumer: receiver.id });
    if (found) return found;
    const { before, owner } = (await this.take(receiver)) ?? others();
    await this.save(owner, before);
    return before;
  }

  /** Undefined where others have it each time. @throws ScimError notFound for a receiver that is gone */
  async take({ id: consumer, tenant }: Receiver, most = TRIES): Promise<TakenPlace | undefined> {
    const { store, newId, clock } = this.parts;
    const owner = newId();
    const claim = { consumer, tenant, from: 'now' } as const;
    for (let tries = 1; ; tries++) {
      const now = clock();
      const until = new Date(Date.parse(now) + LEASE).toISOString();
      const [before] = await store.claimDeliveries({ owner, now, until }, [claim]);
      if (before) return { before, owner };
      // One that is gone has no place for anybody.
      if (!(await store.receiver(tenant, consumer))) throw noSuchReceiver();
      if (tries >= most) return undefined;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  /** Keeps a place, and lets others have it. @throws ScimError unavailable where others have it already */
  async save(owner: string, delivery: Delivery, letters: readonly NewDeadLetter[] = []): Promise<void> {
    const now = this.parts.clock();
    const [isSaved] = await this.parts.store.saveDeliveries({ owner, now, until: now }, [delivery], letters);
    if (!isSaved) others();
  }
}

export function noSuchReceiver(): ScimError {
  return new ScimError('notFound', 'There is no receiver at this address that polls.');
}

export function others(): never {
  throw new ScimError('unavailable', 'Others work on this receiver; try again.');
}

/** Changes of which not that is true which the place says: settled beyond it, and open again up to it; ascending. */
export function exceptionsOf({ position, ahead }: Delivery): { done: Set<number>; reopened: Set<number> } {
  return {
    done: new Set(ahead.filter((sequence) => sequence > position)),
    reopened: new Set(ahead.filter((sequence) => sequence <= position)),
  };
}

export function ascending(sequences: readonly number[]): number[] {
  return sequences.toSorted((a, b) => a - b);
}
