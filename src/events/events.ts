/** How an app is told of events: the part of a target that stands behind `target.events`. */
import type { EventType, ScimEvent } from './event.js';

export interface EventContext {
  /** From 1; more than 1 when it has failed before. */
  readonly attempt: number;
  /** Aborted when the time limit has passed or the target closes. */
  readonly signal: AbortSignal;
}

/** Done when it returns, or what it returns resolves, whatever with. When it throws, the event is delivered again. */
export type EventHandler<Type extends EventType = EventType> = (
  event: ScimEvent<Type>,
  context: EventContext,
) => unknown;

/** A handler for each kind of event that the app wants; others are passed over. */
export type EventHandlers = { readonly [Type in EventType]?: EventHandler<Type> };

export interface SubscribeOptions {
  /**
   * Where a subscriber begins that has never been there: at the first change of each tenant, or after the last; `start`
   * without it. Of tenants that come later it hears everything.
   */
  readonly from?: 'start' | 'now';
  /** How often an event is tried before it is given up and kept as a dead letter; 10 without it. */
  readonly attempts?: number;
  /** Milliseconds that a handler may take; 30,000 without it. */
  readonly timeout?: number;
}

export interface Subscription {
  readonly name: string;
  /** No handler is called any more; resolves when none is running. Its place stays, for when it subscribes again. */
  close(): Promise<void>;
}

/** How far a subscriber, or a receiver, has got in one tenant. */
export interface DeliveryStatus {
  readonly subscriber: string;
  /** Tenant.name */
  readonly tenant: string;
  readonly position: number;
  /** Sequence number of the tenant's last change. */
  readonly last: number;
  readonly trouble:
    | { readonly attempts: number; readonly since: string; readonly retryAt: string; readonly error: string }
    | undefined;
}

/** An event that was given up. */
export interface ParkedEvent {
  readonly id: string;
  readonly subscriber: string;
  readonly event: ScimEvent;
  readonly attempts: number;
  readonly error: string;
  readonly time: string;
}

/**
 * Events come in the order of the changes of their tenant, one at a time per subscriber and tenant, at least once: after
 * a crash the last ones come again. Of several processes that subscribe by one name, one works on a tenant at a time.
 */
export interface Events {
  /**
   * @param name of the subscriber, at most 64 letters, digits, `.`, `_` and `-`; its place is kept under it
   * @throws EventsError for a name that is not one, or that is subscribed in this target already, for wrong options, and after close()
   */
  subscribe(name: string, handler: EventHandler | EventHandlers, options?: SubscribeOptions): Subscription;
  /** Of all subscribers that were ever there. */
  status(tenant?: string): Promise<DeliveryStatus[]>;
  /** What was given up, newest first. @throws EventsError when there is no such tenant. */
  deadLetters(query: { tenant: string; subscriber?: string; before?: string; limit?: number }): Promise<ParkedEvent[]>;
  /**
   * Calls the handler with it once more, or sends it, beside what is delivered in order; it goes when that succeeds. A
   * receiver that polls is given it with its next poll.
   * @throws what the handler throws; EventsError when there is no such dead letter or subscriber here
   */
  redeliver(tenant: string, deadLetter: string): Promise<void>;
  discard(tenant: string, deadLetter: string): Promise<void>;
  /** Delivers everything after the change with this sequence number again. @throws EventsError */
  replay(subscriber: string, tenant: string, after: number): Promise<void>;
  /** Forgets a subscriber that is no more, with its places and dead letters. */
  forget(subscriber: string): Promise<void>;
  /** Resolves when every subscriber and receiver here has been told of all that is committed, or is in trouble. */
  settled(): Promise<void>;
}

/** Asked for what there is not; the message says what. */
export class EventsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventsError';
  }
}
