/** A clock that was years ahead for a while, as after a battery has died: what was written by it must not count for years. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HookServer } from '../support/hook-server.js';
import { ReceiverWorld } from '../support/receiver-world.js';

const TEN_YEARS = 10 * 365 * 86_400_000;

let ahead: number;
let world: ReceiverWorld;
let hooks: HookServer;

beforeEach(async () => {
  ahead = TEN_YEARS;
  hooks = await HookServer.start();
  world = new ReceiverWorld({}, () => Date.now() + ahead);
  const acme = await world.tenant();
  await world.receivers.create(acme, { kind: 'webhook', name: 'CRM', url: hooks.origin });
});

afterEach(async () => {
  // First, since there may be one that hangs.
  await hooks.stop();
  await world.stop();
});

async function deliveryOf() {
  const [delivery] = await world.store.deliveries({});
  return delivery;
}

test('what failed by a clock that was ahead is tried again, and counts from when it is right', async () => {
  hooks.answering = () => 503;
  await world.directory('acme').users.create({ userName: 'a' });
  await vi.waitFor(async () => expect(await deliveryOf()).toMatchObject({ trouble: { attempts: 1 } }), 5_000);
  ahead = 0;
  await world.settled();
  await vi.waitFor(async () => expect(await deliveryOf()).toMatchObject({ trouble: { attempts: 2 } }), 5_000);
  expect(Date.parse((await deliveryOf())?.trouble?.since ?? '')).toBeLessThanOrEqual(Date.now());
  hooks.answering = () => 204;
  ahead = 5 * 60_000;
  await world.settled();
  await vi.waitFor(async () => expect(await deliveryOf()).toMatchObject({ position: 1 }), 5_000);
  expect((await deliveryOf())?.trouble).toBeUndefined();
});

test('what is being told when a clock is put right stays with whoever tells it, and nobody else has it', async () => {
  hooks.answering = () => undefined;
  await world.directory('acme').users.create({ userName: 'a' });
  await vi.waitFor(() => expect(hooks.posted).toHaveLength(1), 5_000);
  ahead = 0;
  await world.eventParts.dispatcher.tick();
  // Its lease is that of a clock which is right.
  const owner = { owner: 'other', now: new Date().toISOString(), until: new Date(Date.now() + 1_000).toISOString() };
  const { consumer = '', tenant = '' } = (await deliveryOf()) ?? {};
  expect(await world.store.claimDeliveries(owner, [{ consumer, tenant, from: 0 }])).toEqual([]);
});
