/**
 * What admins see and do about what is told, whoever is told it: the app's subscribers and receivers alike. Knows: what
 * an admin is told of a failure. Does not know: HTTP, who the admin is.
 */
import { AccessError } from '../access/refusal.js';
import { type DeadLetter, type Delivery, type Store, StoreUnavailable, type Tenant } from '../store/store.js';
import type { Dispatcher } from './dispatcher.js';
import { type Events, EventsError } from './events.js';
import type { Told } from './outlet.js';
import type { Reader } from './reader.js';
import type { SendResult } from './receivers.js';
import type { SetSigner } from './set-signer.js';

export interface EventDeskParts {
  readonly store: Pick<Store, 'deliveries'>;
  readonly reader: Pick<Reader, 'read' | 'several'>;
  readonly dispatcher: Pick<Dispatcher, 'outletOf' | 'current'>;
  readonly events: Pick<Events, 'redeliver' | 'replay'>;
  readonly signer: Pick<SetSigner, 'issuer'>;
}

export class EventDesk {
  constructor(private readonly parts: EventDeskParts) {}

  /** Changes after a sequence number, oldest first; none when there are no more. */
  read(tenant: Tenant, after: number, limit: number): Promise<readonly Told[]> {
    return this.parts.reader.read(tenant, after, limit);
  }

  /** Changes by their sequence numbers, newest first; those that are not there are left out. */
  several(tenant: Tenant, sequences: readonly number[]): Promise<ReadonlyMap<number, Told>> {
    return this.parts.reader.several(tenant, sequences);
  }

  /** How far everybody has got in a tenant, as this process knows it. */
  async places({ id: tenant }: Tenant): Promise<Delivery[]> {
    const { store, dispatcher } = this.parts;
    return (await store.deliveries({ tenant })).map((delivery) => dispatcher.current(delivery));
  }

  /** The claim `iss` of the tenant's security event tokens. */
  issuer({ id }: Tenant): Promise<string> {
    return this.parts.signer.issuer(id);
  }

  /** Everything after a change is told again. @param subscriber its name, or Receiver.id @throws AccessError conflict */
  replay(subscriber: string, tenant: Tenant, after: number): Promise<void> {
    return asConflict(this.parts.events.replay(subscriber, tenant.name, after));
  }

  /**
   * Tries a dead letter once, now; it goes when that succeeds.
   * @throws AccessError conflict where there is nobody to be told here, or not of this
   */
  async redeliver(tenant: Tenant, { id, consumer, sequence, part, event }: DeadLetter): Promise<SendResult> {
    const { dispatcher, events } = this.parts;
    const outlet = await dispatcher.outletOf(tenant, consumer);
    if (!outlet) {
      throw new AccessError('conflict', 'nobody can be told here: it is paused, polls, or is not part of this process');
    }
    const told = (await this.several(tenant, [sequence])).get(sequence);
    if (!told || part >= outlet.parts(told) || outlet.nameOf(told, part) !== event) {
      throw new AccessError('conflict', 'this is not among the events that it is told of any more: throw it away');
    }
    try {
      await asConflict(events.redeliver(tenant.name, id));
      return { isDelivered: true, detail: 'It has been delivered.' };
    } catch (error) {
      if (error instanceof AccessError || error instanceof StoreUnavailable) throw error;
      return { isDelivered: false, detail: outlet.explain(error) };
    }
  }
}

async function asConflict(doing: Promise<void>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    throw error instanceof EventsError ? new AccessError('conflict', error.message) : error;
  }
}
