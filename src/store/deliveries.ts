/**
 * The part of the store port that remembers who is told of changes, and how far each has got in the history.
 * Knows: places in the history, who works on which, what was given up, where receivers are. Does not know: what is sent,
 * how, when it is tried again.
 */

/**
 * Whoever is told: `app:NAME`, code of the app that has subscribed under that name and hears of every tenant, or
 * Receiver.id, which hears of its own tenant.
 */
export type Consumer = string;

/** How far a consumer has got in the history of one tenant. */
export interface Delivery {
  readonly consumer: Consumer;
  /** Tenant.id */
  readonly tenant: string;
  /** Sequence number of the last change that is settled: delivered, or given up. 0: none. */
  readonly position: number;
  /** Of the change after it: how many of its parts are settled. */
  readonly parts: number;
  /**
   * Sequence numbers of which not that is true which `position` says, for those who may settle them out of order, ascending:
   * up to it those that are open again, beyond it those that are settled already.
   */
  readonly ahead: readonly number[];
  /** Of what comes next; undefined while it was not tried in vain. */
  readonly trouble: DeliveryTrouble | undefined;
}

export interface DeliveryTrouble {
  /** How often it was tried. */
  readonly attempts: number;
  /** The first failure since something succeeded, ISO 8601 UTC. */
  readonly since: string;
  /** When it is tried again. */
  readonly retryAt: string;
  /** What went wrong last; one sentence without secrets and without what the other side wrote. */
  readonly error: string;
}

/** Somebody who works on deliveries: one process, for as long as it runs. */
export interface DeliveryOwner {
  /** Random, told to nobody. */
  readonly owner: string;
  /** The present time, ISO 8601 UTC. */
  readonly now: string;
  /** Until when nobody else may work on what is claimed, ISO 8601 UTC. */
  readonly until: string;
}

/** A delivery that somebody wants to work on. */
export interface DeliveryClaim {
  readonly consumer: Consumer;
  readonly tenant: string;
  /** Where it begins when there is none yet: after this change, or after the last one there is. */
  readonly from: number | 'now';
}

/** A part of a change that a consumer was not told of. There is one of a part: a later one takes its place. */
export interface NewDeadLetter {
  readonly consumer: Consumer;
  readonly tenant: string;
  /** Change.sequence, and which of its parts, from 0. */
  readonly sequence: number;
  readonly part: number;
  /** Name of the event, for people. */
  readonly event: string;
  readonly attempts: number;
  readonly error: string;
  /** ISO 8601 UTC */
  readonly time: string;
}

export interface DeadLetter extends NewDeadLetter {
  /** Within its tenant; it follows from the part that it is about. */
  readonly id: string;
}

/** That of the newest change first; of one change its last part, and of that by descending consumer (code point order). */
export interface DeadLetterQuery {
  readonly tenant: string;
  readonly consumer?: Consumer | undefined;
  /** An id; exclusive. What is no id finds nothing. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** `webhook`: POST of events with a signature; `push`: RFC 8935; `poll`: RFC 8936. */
export type ReceiverKind = 'webhook' | 'push' | 'poll';

/** Somewhere outside that is told of one tenant's changes. */
export interface Receiver {
  readonly id: string;
  readonly tenant: string;
  readonly kind: ReceiverKind;
  /** For people. */
  readonly name: string;
  /** Where to; undefined for `poll`. */
  readonly url: string | undefined;
  /** Names of the events that it is told of; undefined: all. */
  readonly events: readonly string[] | undefined;
  readonly created: string;
  readonly createdBy: string | undefined;
  /** Since when nothing is sent, ISO 8601 UTC; undefined while it is served. Its place in the history stays. */
  readonly paused: string | undefined;
  /** Why, where nobody has done it by hand. */
  readonly pausedBecause: string | undefined;
  /**
   * Of webhooks: what signs, oldest first. The secret itself is nowhere: it follows from the id and a secret of the store.
   */
  readonly keys: readonly ReceiverKey[];
  /** Of `push` and `poll`: the claim `aud`. */
  readonly audience: string | undefined;
  /** Of `push`: the Authorization header, sealed. */
  readonly authorization: string | undefined;
}

export interface ReceiverKey {
  readonly id: string;
  readonly created: string;
  /** Until when it signs beside newer ones; undefined: as long as the receiver is there. */
  readonly ends: string | undefined;
}

/** What can be changed; what is left out stays, null is taken away. */
export interface ReceiverChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly string[] | null | undefined;
  readonly paused?: string | null | undefined;
  readonly pausedBecause?: string | null | undefined;
  readonly keys?: readonly ReceiverKey[] | undefined;
  readonly audience?: string | undefined;
  readonly authorization?: string | null | undefined;
}

export interface DeliveryStore {
  /** Sequence number of the last change of each tenant that has one, by Tenant.id. Removed tenants have none. */
  heads(): Promise<Map<string, number>>;

  /**
   * Takes deliveries for an owner, or keeps them for it: those that nobody else works on at `now`. They are made where
   * there are none, unless there is no such tenant, or the tenant has no such receiver. A lease that ends more than 20
   * minutes after `now` counts as over: whoever wrote it had a clock that was ahead.
   * @returns those that are the owner's now, as they stand
   */
  claimDeliveries(owner: DeliveryOwner, claims: readonly DeliveryClaim[]): Promise<Delivery[]>;
  /**
   * Keeps what an owner has got done, with what it gave up, in one commit; only of deliveries that are still its own, and
   * dead letters only beside the delivery that they belong to.
   * @param until in `owner`: until when they stay its own; when that is `now`, others may take them.
   * @returns those that were saved, by their place in `deliveries`
   */
  saveDeliveries(
    owner: DeliveryOwner,
    deliveries: readonly Delivery[],
    deadLetters: readonly NewDeadLetter[],
  ): Promise<boolean[]>;
  /** As they stand; of one tenant, or of one consumer, or both. In no order that means anything. */
  deliveries(of: {
    readonly tenant?: string | undefined;
    readonly consumer?: Consumer | undefined;
  }): Promise<Delivery[]>;
  /**
   * Puts a delivery elsewhere in the history, and takes it from whoever works on it. Made where there is none, unless
   * there is no such tenant, or the tenant has no such receiver.
   * @param position the change after it comes next
   */
  moveDelivery(consumer: Consumer, tenant: string, position: number): Promise<void>;
  /** Of one tenant, or of all that it has. Dead letters go too. */
  removeDeliveries(consumer: Consumer, tenant?: string): Promise<void>;

  deadLetters(query: DeadLetterQuery): Promise<DeadLetter[]>;
  deadLetter(tenant: string, id: string): Promise<DeadLetter | undefined>;
  /** False when the tenant has none with this id. */
  removeDeadLetter(tenant: string, id: string): Promise<boolean>;

  /** @throws UniquenessConflict when the id is taken. */
  createReceiver(receiver: Receiver): Promise<void>;
  /** In the order of creation; without a tenant, those of all. */
  receivers(tenant?: string): Promise<Receiver[]>;
  receiver(tenant: string, id: string): Promise<Receiver | undefined>;
  /**
   * As it is now; undefined when the tenant has none with this id, or it is not as it was.
   * @param was what the change was planned from, as the store gave it; without it the change holds for whatever is there
   */
  updateReceiver(tenant: string, id: string, change: ReceiverChange, was?: Receiver): Promise<Receiver | undefined>;
  /** With its deliveries and dead letters. */
  removeReceiver(tenant: string, id: string): Promise<boolean>;
}
