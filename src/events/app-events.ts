/** `target.events`: subscribers of the app, and what can be asked and done about everybody who is told. */
import type { Consumer, DeadLetter, Delivery, Store, Tenant } from '../store/store.js';
import { eventOf } from './dead-letters.js';
import type { Dispatcher } from './dispatcher.js';
import type { ScimEvent } from './event.js';
import {
  type DeliveryStatus,
  type EventHandler,
  type EventHandlers,
  type Events,
  EventsError,
  type ParkedEvent,
  type SubscribeOptions,
  type Subscription,
} from './events.js';
import type { Teller } from './outlet.js';
import type { Reader } from './reader.js';
import { consumerOf, Subscribers } from './subscribers.js';

export interface AppEventsParts {
  readonly store: Store;
  readonly reader: Reader;
  readonly dispatcher: Dispatcher;
  /** From 0 to below 1. */
  readonly random: () => number;
}

const PAGE = 100;
const MOST = 1_000;

export class AppEvents implements Events {
  private readonly subscribers: Subscribers;
  private isListening = false;

  constructor(private readonly parts: AppEventsParts) {
    this.subscribers = new Subscribers(parts.store, parts.random);
  }

  subscribe(name: string, handler: EventHandler | EventHandlers, options: SubscribeOptions = {}): Subscription {
    const { dispatcher } = this.parts;
    if (dispatcher.isClosed) throw new EventsError('This target is closed: nothing is told any more.');
    this.subscribers.add(name, handler, options);
    if (this.isListening) dispatcher.refresh();
    else dispatcher.add(this.subscribers);
    this.isListening = true;
    let closing: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      this.subscribers.retire(name);
      await dispatcher.drop(consumerOf(name));
      this.subscribers.remove(name);
    };
    return { name, close: () => (closing ??= close()) };
  }

  async status(tenant?: string): Promise<DeliveryStatus[]> {
    const { store, dispatcher } = this.parts;
    const tenants = tenant === undefined ? await store.tenants() : [await this.tenantNamed(tenant)];
    const heads = await store.heads();
    const found: DeliveryStatus[] = [];
    for (const { id, name } of tenants) {
      for (const delivery of await store.deliveries({ tenant: id })) {
        found.push(statusOf(dispatcher.current(delivery), name, heads.get(id) ?? 0));
      }
    }
    return found;
  }

  async deadLetters(query: Parameters<Events['deadLetters']>[0]): Promise<ParkedEvent[]> {
    const { store, reader } = this.parts;
    const { before, limit = PAGE } = query;
    const tenant = await this.tenantNamed(query.tenant);
    const consumer = query.subscriber === undefined ? undefined : await this.consumerNamed(tenant, query.subscriber);
    const bounded = Math.min(MOST, Math.max(1, Math.trunc(limit) || 1));
    const letters = await store.deadLetters({ tenant: tenant.id, consumer, before, limit: bounded });
    const descending = letters.map(({ sequence }) => sequence).sort((a, b) => b - a);
    const told = await reader.several(tenant, descending);
    return letters.flatMap((letter) => {
      const event = eventOf(letter, told.get(letter.sequence)?.events ?? []);
      return event ? [parked(letter, event)] : [];
    });
  }

  async redeliver(tenantName: string, deadLetter: string): Promise<void> {
    const { store, reader } = this.parts;
    const tenant = await this.tenantNamed(tenantName);
    const letter = await store.deadLetter(tenant.id, deadLetter);
    if (!letter) throw new EventsError(`Tenant ${tenantName} has no dead letter ${deadLetter}.`);
    const teller = await this.tellerOf(tenant, letter);
    const told = (await reader.several(tenant, [letter.sequence])).get(letter.sequence);
    const isTold = told && letter.part < teller.parts(told) && teller.nameOf(told, letter.part) === letter.event;
    if (!isTold) {
      throw new EventsError(`${letter.event} of change ${letter.sequence} is not told there any more: discard it.`);
    }
    await teller.tell(told, letter.part, { number: letter.attempts + 1, signal: new AbortController().signal });
    await store.removeDeadLetter(tenant.id, deadLetter);
  }

  async discard(tenantName: string, deadLetter: string): Promise<void> {
    const { id } = await this.tenantNamed(tenantName);
    const isRemoved = await this.parts.store.removeDeadLetter(id, deadLetter);
    if (!isRemoved) throw new EventsError(`Tenant ${tenantName} has no dead letter ${deadLetter}.`);
  }

  async replay(subscriber: string, tenantName: string, after: number): Promise<void> {
    const { store, dispatcher } = this.parts;
    const tenant = await this.tenantNamed(tenantName);
    const last = (await store.heads()).get(tenant.id) ?? 0;
    if (!Number.isInteger(after) || after < 0 || after > last)
      throw new EventsError(`Replay begins after one of the changes 0 to ${last} of ${tenantName}; it is ${after}.`);
    const consumer = await this.consumerNamed(tenant, subscriber);
    const isKnown =
      this.subscribers.has(subscriber) || (await store.deliveries({ tenant: tenant.id, consumer })).length;
    if (!isKnown) throw new EventsError(`There is no subscriber ${subscriber}.`);
    await store.moveDelivery(consumer, tenant.id, after);
    dispatcher.moved(consumer, tenant.id);
  }

  async forget(subscriber: string): Promise<void> {
    if (this.subscribers.has(subscriber))
      throw new EventsError(`Subscriber ${subscriber} is subscribed: close its subscription first.`);
    await this.parts.store.removeDeliveries(consumerOf(subscriber));
  }

  settled(): Promise<void> {
    return this.parts.dispatcher.settled();
  }

  private async tenantNamed(name: string): Promise<Tenant> {
    // Programs in JavaScript give anything.
    const tenant = typeof name === 'string' ? await this.parts.store.tenantByName(name) : undefined;
    if (!tenant) throw new EventsError(`There is no tenant ${JSON.stringify(name)}.`);
    return tenant;
  }

  /** That of a receiver of the tenant is its id; anything else is a subscriber of the app. */
  private async consumerNamed(tenant: Tenant, name: string): Promise<Consumer> {
    return (await this.parts.store.receiver(tenant.id, name))?.id ?? consumerOf(name);
  }

  private async tellerOf(tenant: Tenant, { consumer }: DeadLetter): Promise<Teller> {
    const teller = await this.parts.dispatcher.tellerOf(tenant, consumer);
    if (!teller) throw new EventsError(`Nobody is subscribed here as ${subscriberOf(consumer)}.`);
    return teller;
  }
}

/** The name that an app has subscribed under, or Receiver.id. */
function subscriberOf(consumer: Consumer): string {
  return consumer.replace(/^app:/, '');
}

function statusOf({ consumer, position, trouble }: Delivery, tenant: string, last: number): DeliveryStatus {
  return { subscriber: subscriberOf(consumer), tenant, position, last, trouble };
}

function parked({ id, consumer, attempts, error, time }: DeadLetter, event: ScimEvent): ParkedEvent {
  return { id, subscriber: subscriberOf(consumer), event, attempts, error, time };
}
