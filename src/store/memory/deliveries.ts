/** Who is told of changes and how far each has got; what they were not told of; receivers. */
import type {
  Consumer,
  DeadLetter,
  DeadLetterQuery,
  Delivery,
  DeliveryClaim,
  DeliveryOwner,
  NewDeadLetter,
  Receiver,
  ReceiverChange,
} from '../deliveries.js';
import {
  changedReceiver,
  compareLetters,
  deadLetterId,
  isOfApp,
  lastLeaseEnd,
  letterPlace,
  placedAt,
} from '../delivery-places.js';
import { UniquenessConflict } from '../store.js';
import { copy } from './copy.js';

interface Lease {
  readonly owner: string;
  readonly until: string;
}

interface Kept {
  readonly delivery: Delivery;
  /** Undefined after a move. */
  readonly lease: Lease | undefined;
}

/** What is given out is a copy. */
export class Deliveries {
  /** By consumer and tenant, a NUL between. */
  #kept = new Map<string, Kept>();
  /** By tenant and id, a NUL between. */
  #letters = new Map<string, DeadLetter>();
  /** By id, in the order of creation. */
  #receivers = new Map<string, Receiver>();
  /** Sequence number of the last change of every tenant that is there; 0: none. */
  readonly #lasts: () => Map<string, number>;

  constructor(lasts: () => Map<string, number>) {
    this.#lasts = lasts;
  }

  heads(): Map<string, number> {
    return new Map([...this.#lasts()].filter(([, last]) => last > 0));
  }

  claimDeliveries(owner: DeliveryOwner, claims: readonly DeliveryClaim[]): Delivery[] {
    const lasts = this.#lasts();
    return claims.flatMap(({ consumer, tenant, from }) => {
      const last = this.#isThere(consumer, tenant) ? lasts.get(tenant) : undefined;
      const kept = this.#kept.get(pairOf(consumer, tenant));
      if (last === undefined || (kept && !isFree(kept, owner))) return [];
      const delivery = kept?.delivery ?? placedAt(consumer, tenant, from === 'now' ? last : from);
      this.#keep(delivery, owner);
      return [copy(delivery)];
    });
  }

  saveDeliveries(
    owner: DeliveryOwner,
    deliveries: readonly Delivery[],
    deadLetters: readonly NewDeadLetter[],
  ): boolean[] {
    const isSaved = new Map<string, boolean>();
    for (const delivery of deliveries) {
      const place = pairOf(delivery.consumer, delivery.tenant);
      const isOwn = this.#kept.get(place)?.lease?.owner === owner.owner;
      isSaved.set(place, isOwn);
      if (isOwn) this.#keep(delivery, owner);
    }
    for (const letter of deadLetters) {
      if (!isSaved.get(pairOf(letter.consumer, letter.tenant))) continue;
      const id = deadLetterId(letter);
      this.#letters.set(pairOf(letter.tenant, id), { ...copy(letter), id });
    }
    return deliveries.map(({ consumer, tenant }) => isSaved.get(pairOf(consumer, tenant)) as boolean);
  }

  deliveries(of: { readonly tenant?: string | undefined; readonly consumer?: Consumer | undefined }): Delivery[] {
    const all = [...this.#kept.values()].map(({ delivery }) => delivery);
    return copy(all.filter((delivery) => isOf(delivery, of)));
  }

  moveDelivery(consumer: Consumer, tenant: string, position: number): void {
    if (this.#lasts().has(tenant) && this.#isThere(consumer, tenant))
      this.#keep(placedAt(consumer, tenant, position), undefined);
  }

  removeDeliveries(consumer: Consumer, tenant?: string): void {
    for (const [place, { delivery }] of this.#kept) {
      if (isOf(delivery, { consumer, tenant })) this.#kept.delete(place);
    }
    for (const [id, letter] of this.#letters) if (isOf(letter, { consumer, tenant })) this.#letters.delete(id);
  }

  deadLetters({ tenant, consumer, before, limit }: DeadLetterQuery): DeadLetter[] {
    const from = before === undefined ? undefined : letterPlace(before);
    if (before !== undefined && !from) return [];
    const found = [...this.#letters.values()].filter(
      (letter) => isOf(letter, { tenant, consumer }) && (!from || compareLetters(letter, from) > 0),
    );
    return copy(found.sort(compareLetters).slice(0, limit));
  }

  deadLetter(tenant: string, id: string): DeadLetter | undefined {
    const found = this.#letters.get(pairOf(tenant, id));
    return found && copy(found);
  }

  removeDeadLetter(tenant: string, id: string): boolean {
    return this.#letters.delete(pairOf(tenant, id));
  }

  createReceiver(receiver: Receiver): void {
    if (this.#receivers.has(receiver.id)) throw new UniquenessConflict('id', receiver.id);
    this.#receivers.set(receiver.id, copy(receiver));
  }

  receivers(tenant?: string): Receiver[] {
    return copy([...this.#receivers.values()].filter((receiver) => isOf(receiver, { tenant })));
  }

  receiver(tenant: string, id: string): Receiver | undefined {
    const found = this.#receivers.get(id);
    return found?.tenant === tenant ? copy(found) : undefined;
  }

  updateReceiver(tenant: string, id: string, change: ReceiverChange, was?: Receiver): Receiver | undefined {
    const receiver = changedReceiver(this.receiver(tenant, id), change, was);
    if (!receiver) return undefined;
    this.#receivers.set(id, copy(receiver));
    return copy(receiver);
  }

  removeReceiver(tenant: string, id: string): boolean {
    if (!this.receiver(tenant, id)) return false;
    this.removeDeliveries(id, tenant);
    return this.#receivers.delete(id);
  }

  #isThere(consumer: Consumer, tenant: string): boolean {
    return isOfApp(consumer) || this.receiver(tenant, consumer) !== undefined;
  }

  #keep(delivery: Delivery, lease: Lease | undefined): void {
    const { owner, until } = lease ?? {};
    this.#kept.set(pairOf(delivery.consumer, delivery.tenant), {
      delivery: copy(delivery),
      lease: owner === undefined || until === undefined ? undefined : { owner, until },
    });
  }

  /** What a removed tenant has had. False when it had none. */
  purge(tenant: string): boolean {
    const before = this.#kept.size + this.#letters.size + this.#receivers.size;
    for (const [place, { delivery }] of this.#kept) if (delivery.tenant === tenant) this.#kept.delete(place);
    for (const [id, letter] of this.#letters) if (letter.tenant === tenant) this.#letters.delete(id);
    for (const [id, receiver] of this.#receivers) if (receiver.tenant === tenant) this.#receivers.delete(id);
    return this.#kept.size + this.#letters.size + this.#receivers.size < before;
  }
}

function pairOf(first: string, second: string): string {
  return `${first}\0${second}`;
}

function isFree({ lease }: Kept, { owner, now }: DeliveryOwner): boolean {
  return !lease || lease.owner === owner || lease.until <= now || lease.until > lastLeaseEnd(now);
}

/** Whether it is of the tenant and the consumer that are named. */
function isOf(
  { tenant, consumer }: { readonly tenant: string; readonly consumer?: Consumer },
  of: { readonly tenant?: string | undefined; readonly consumer?: Consumer | undefined },
): boolean {
  return (of.tenant ?? tenant) === tenant && (of.consumer ?? consumer) === consumer;
}
