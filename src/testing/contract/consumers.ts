/** Who is told of changes, for the tests of stores; whatever matters to a test is said by the test. */
import type { Delivery, DeliveryClaim, DeliveryOwner, NewDeadLetter, Receiver, Store } from '../../store/store.js';
import { ACME, CREATED } from './accounts.js';
import { user } from './writes.js';

/** 2026-01-01 at that minute. */
export function minute(minutes: number): string {
  return new Date(Date.parse(CREATED) + minutes * 60_000).toISOString();
}

/** Somebody who works from one minute to another. */
export function owner(name: string, from = 0, until = from + 1): DeliveryOwner {
  return { owner: name, now: minute(from), until: minute(until) };
}

/** Of acme. */
export function claim(consumer: string, more: Partial<DeliveryClaim> = {}): DeliveryClaim {
  return { consumer, tenant: ACME.id, from: 0, ...more };
}

/** Of acme, as it is when nobody has worked on it. */
export function delivery(consumer: string, more: Partial<Delivery> = {}): Delivery {
  return { consumer, tenant: ACME.id, position: 0, parts: 0, ahead: [], trouble: undefined, ...more };
}

/** Of acme. */
export function deadLetter(consumer: string, sequence: number, more: Partial<NewDeadLetter> = {}): NewDeadLetter {
  const about = { event: 'user.created', attempts: 12, error: 'The receiver answered 500.', time: minute(sequence) };
  return { consumer, tenant: ACME.id, sequence, part: 0, ...about, ...more };
}

/** Of acme, a webhook. */
export function receiver(id: string, more: Partial<Receiver> = {}): Receiver {
  return {
    id,
    tenant: ACME.id,
    kind: 'webhook',
    name: `${id} of CRM`,
    url: `https://${id}.example/hook`,
    events: undefined,
    created: CREATED,
    createdBy: undefined,
    paused: undefined,
    pausedBecause: undefined,
    keys: [],
    audience: undefined,
    authorization: undefined,
    ...more,
  };
}

/** As many changes of a tenant, one after the other. */
export async function makeChanges(store: Store, tenant: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await store.commit(tenant, [user(`user-${i}`, {}, { tenant })]);
}
