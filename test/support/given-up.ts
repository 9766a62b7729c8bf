/** Receivers and dead letters, put into a store as they are. */
import { randomUUID } from 'node:crypto';
import { deadLetterId } from '../../src/store/delivery-places.js';
import type { Consumer, DeadLetter, NewDeadLetter, Receiver, Store, Tenant } from '../../src/store/store.js';

const MINUTE = 60_000;

/** A webhook with its place, paused, so that nothing is sent to it. */
export async function putReceiver(store: Store, tenant: Tenant, wanted: Partial<Receiver> = {}): Promise<Receiver> {
  const now = new Date().toISOString();
  const receiver: Receiver = {
    id: randomUUID(),
    tenant: tenant.id,
    kind: 'webhook',
    name: 'Our CRM',
    url: 'https://127.0.0.1:9/hooks',
    events: undefined,
    created: now,
    createdBy: undefined,
    paused: now,
    pausedBecause: undefined,
    keys: [{ id: randomUUID(), created: now, ends: undefined }],
    audience: undefined,
    authorization: undefined,
    ...wanted,
  };
  await store.createReceiver(receiver);
  // After it: there is no place of a receiver that is not there.
  await store.moveDelivery(receiver.id, tenant.id, (await store.heads()).get(tenant.id) ?? 0);
  return receiver;
}

/** Something that a consumer was not told of, about the last change of the tenant; its place comes after that. */
export async function putDeadLetter(
  store: Store,
  tenant: Tenant,
  consumer: Consumer,
  wanted: Partial<NewDeadLetter> = {},
): Promise<DeadLetter> {
  const last = (await store.heads()).get(tenant.id) ?? 0;
  const time = new Date().toISOString();
  const letter: NewDeadLetter = {
    consumer,
    tenant: tenant.id,
    sequence: last,
    part: 0,
    event: 'user.created',
    attempts: 5,
    error: 'The receiver answered with status 400.',
    time,
    ...wanted,
  };
  const owner = { owner: randomUUID(), now: time, until: new Date(Date.now() + MINUTE).toISOString() };
  // Whoever works on it takes it back as soon as it can.
  for (let tries = 0; tries < 100; tries++) {
    await store.moveDelivery(consumer, tenant.id, last);
    const [delivery] = await store.claimDeliveries(owner, [{ consumer, tenant: tenant.id, from: 'now' }]);
    if (!delivery) continue;
    const [isSaved] = await store.saveDeliveries({ ...owner, until: time }, [delivery], [letter]);
    if (!isSaved) continue;
    return { ...letter, id: deadLetterId(letter) };
  }
  throw new Error(`the place of ${consumer} could not be taken`);
}
