import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PollRequest, Polls } from '../../src/events/poll.js';
import { jtiOf } from '../../src/events/set-signer.js';
import type { DeadLetter, Delivery, Receiver, Tenant } from '../../src/store/store.js';
import { ReceiverWorld } from '../support/receiver-world.js';

let world: ReceiverWorld;
let acme: Tenant;
let receiver: Receiver;

beforeEach(async () => {
  world = new ReceiverWorld();
  acme = await world.tenant();
  receiver = await polling();
});
afterEach(() => world.stop());

async function polling(events?: string[]): Promise<Receiver> {
  const wanted = { kind: 'poll', name: 'Poll', audience: 'https://app.example.com', events };
  return (await world.receivers.create(acme, wanted)).receiver;
}

async function users(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await world.directory('acme').users.create({ userName: `u${i}` });
}

/** The sequence numbers of what comes next. */
async function next(maxEvents = 100, of = receiver): Promise<number[]> {
  const { sets } = await world.told.polls.next(acme, of, maxEvents);
  return Object.keys(sets).map((jti) => Number(jti.split('.')[1]));
}

const settle = (ack: readonly (number | string)[], setErrs: PollRequest['setErrs'] = new Map()) => {
  const jtis = ack.map((one) => (typeof one === 'number' ? jtiOf(receiver, one) : one));
  return world.told.polls.settle(acme, receiver, { maxEvents: 0, ack: jtis, setErrs });
};

async function place() {
  const [delivery] = await world.store.deliveries({ tenant: acme.id, consumer: receiver.id });
  return [delivery?.position, delivery?.ahead];
}

describe('a receiver that polls (RFC 8936)', () => {
  test('is given what it has not acknowledged, again and again', async () => {
    await users(3);
    expect(await next()).toEqual([1, 2, 3]);
    expect(await next()).toEqual([1, 2, 3]);
    await settle([1, 2, 3]);
    expect(await next()).toEqual([]);
    expect(await place()).toEqual([3, []]);
  });

  test('is told when there is more than it asked for', async () => {
    await users(3);
    const { polls } = world.told;
    expect((await polls.next(acme, receiver, 2)).moreAvailable).toBe(true);
    expect((await polls.next(acme, receiver, 3)).moreAvailable).toBe(false);
    expect(await polls.next(acme, receiver, 0)).toEqual({ sets: {}, moreAvailable: false });
  });

  test('acknowledges in any order: its place moves when those before are settled', async () => {
    await users(4);
    await settle([3]);
    expect([await next(), await place()]).toEqual([
      [1, 2, 4],
      [0, [3]],
    ]);
    await settle([1]);
    expect([await next(), await place()]).toEqual([
      [2, 4],
      [1, [3]],
    ]);
    await settle([2]);
    expect([await next(), await place()]).toEqual([[4], [3, []]]);
  });

  test('may acknowledge twice, and what it never had: nothing is lost', async () => {
    await users(2);
    await settle([1, 1, 'nonsense', '', `${receiver.id}.-1`, `${receiver.id}.1e3`, `other.${2}`, 50]);
    await settle([1]);
    expect(await place()).toEqual([1, []]);
    await users(0);
    await world.directory('acme').users.create({ userName: 'later' });
    expect(await next()).toEqual([2, 3]);
  });

  test('cannot acknowledge for another', async () => {
    const other = await polling();
    await users(1);
    await settle([jtiOf(other, 1)]);
    expect(await next()).toEqual([1]);
  });

  test('that could not use a token gets on, and the token is kept as a dead letter', async () => {
    await users(3);
    const setErrs = new Map([
      [jtiOf(receiver, 1), 'invalid_audience'],
      [jtiOf(receiver, 3), 'words of theirs'],
    ]);
    await settle([], setErrs);
    expect(await next()).toEqual([2]);
    const letters = await world.store.deadLetters({ tenant: acme.id, consumer: receiver.id, limit: 10 });
    expect(letters.map(({ sequence, event, error }) => [sequence, event, error])).toEqual([
      [3, 'user.created', 'The receiver could not use the token: an error code that RFC 8935 does not know.'],
      [1, 'user.created', 'The receiver could not use the token: invalid_audience.'],
    ]);
    await settle([], setErrs);
    expect(await world.store.deadLetters({ tenant: acme.id, limit: 10 })).toHaveLength(2);
  });

  describe('is given again what it could not use, when that is asked for', () => {
    const letters = () => world.store.deadLetters({ tenant: acme.id, consumer: receiver.id, limit: 10 });
    const refuse = (...sequences: number[]) =>
      settle([], new Map(sequences.map((sequence) => [jtiOf(receiver, sequence), 'invalid_key'])));
    const redeliver = async (sequence: number) => {
      const [letter] = (await letters()).filter((one) => one.sequence === sequence);
      return world.told.desk.redeliver(acme, letter as DeadLetter);
    };

    test('before what is new, until it is settled again; the dead letter is gone', async () => {
      await users(4);
      await settle([2, 3]);
      await refuse(1);
      expect(await place()).toEqual([3, []]);
      expect(await redeliver(1)).toEqual({
        isDelivered: true,
        detail: 'The receiver is given it with its next poll.',
      });
      expect(await letters()).toEqual([]);
      expect([await next(), await place()]).toEqual([
        [1, 4],
        [3, [1]],
      ]);
      await settle([4]);
      expect([await next(), await place()]).toEqual([[1], [4, [1]]]);
      await settle([1]);
      expect([await next(), await place()]).toEqual([[], [4, []]]);
    });

    test('also where something before it is still open, and is a dead letter again if it is refused again', async () => {
      await users(3);
      await refuse(2, 3);
      expect(await place()).toEqual([0, [2, 3]]);
      await redeliver(3);
      expect([await next(), await place()]).toEqual([
        [1, 3],
        [0, [2]],
      ]);
      await settle([1, 3]);
      await redeliver(2);
      expect([await next(), await place()]).toEqual([[2], [3, [2]]]);
      await refuse(2);
      expect([await next(), await place()]).toEqual([[], [3, []]]);
      expect((await letters()).map(({ sequence, event }) => [sequence, event])).toEqual([[2, 'user.created']]);
    });

    test('as much as it asks for at once, oldest first', async () => {
      await users(5);
      await refuse(1, 2, 3, 4);
      for (const sequence of [4, 2, 3, 1]) await redeliver(sequence);
      expect(await next(2)).toEqual([1, 2]);
      expect((await world.told.polls.next(acme, receiver, 4)).moreAvailable).toBe(true);
      expect(await next(5)).toEqual([1, 2, 3, 4, 5]);
      expect((await world.told.polls.next(acme, receiver, 5)).moreAvailable).toBe(false);
    });

    test('by an app as well, and a poll that waits is told of it', async () => {
      await users(1);
      await refuse(1);
      const wait = world.told.waits.begin(acme.id, 10_000, new AbortController().signal);
      const [letter] = await letters();
      await world.eventParts.events.redeliver('acme', letter?.id ?? '');
      expect(await wait.happened()).toBe(true);
      wait.end();
      expect([await next(), await letters()]).toEqual([[1], []]);
    });

    test('up to a thousand of them at once', async () => {
      await users(2);
      await settle([2]);
      await refuse(1);
      const full = Array.from({ length: 1_000 }, (_, i) => i + 2);
      const now = new Date().toISOString();
      const owner = { owner: 'o', now, until: now };
      const claim = { consumer: receiver.id, tenant: acme.id, from: 0 };
      const [delivery] = await world.store.claimDeliveries(owner, [claim]);
      await world.store.saveDeliveries(owner, [{ ...(delivery as Delivery), position: 1_001, ahead: full }], []);
      await expect(redeliver(1)).rejects.toMatchObject({ kind: 'conflict' });
      expect(await place()).toEqual([1_001, full]);
      expect(await letters()).toHaveLength(1);
    });

    test('and is given what is new where it does not want that any more', async () => {
      await users(4);
      await settle([3]);
      await refuse(1, 2);
      for (const sequence of [1, 2]) await redeliver(sequence);
      receiver = await world.receivers.update(acme, receiver.id, { events: ['user.deleted'] });
      const user = await world.directory('acme').users.byUserName('u0');
      await world.directory('acme').users.remove(user?.id ?? '');
      expect(await next(1)).toEqual([5]);
    });

    test('unless it is not among what it wants any more', async () => {
      await users(1);
      await refuse(1);
      receiver = await world.receivers.update(acme, receiver.id, { events: ['user.deleted'] });
      await expect(redeliver(1)).rejects.toMatchObject({ kind: 'conflict' });
      expect(await next()).toEqual([]);
    });
  });

  test('passes over what it does not want, and does not look at it again', async () => {
    receiver = await polling(['user.deleted']);
    await users(2_300);
    expect(await next()).toEqual([]);
    expect(await place()).toEqual([2_300, []]);
    const user = await world.directory('acme').users.byUserName('u7');
    await world.directory('acme').users.remove(user?.id ?? '');
    expect(await next()).toEqual([2_301]);
  });

  test('is given nothing while it is paused, and all of it then', async () => {
    const paused = await world.receivers.update(acme, receiver.id, { paused: true });
    await users(1);
    expect(await next(10, paused)).toEqual([]);
    const served = await world.receivers.update(acme, receiver.id, { paused: false });
    expect(await next(10, served)).toEqual([1]);
  });

  test('may poll several times at once: each acknowledgement counts', async () => {
    await users(20);
    await Promise.all(Array.from({ length: 20 }, (_, i) => settle([i + 1])));
    expect(await place()).toEqual([20, []]);
  });

  test('settles a thousand tokens in any order, by two processes at once, and loses none', async () => {
    await users(1_000);
    expect(await next(1_000)).toHaveLength(1_000);
    const sources = { clock: () => new Date().toISOString(), newId: randomUUID, wake: () => undefined };
    const other = new Polls({ ...world.told, ...sources, store: world.store, reader: world.eventParts.reader });
    const shuffled = Array.from({ length: 999 }, (_, i) => jtiOf(receiver, ((i * 7) % 999) + 2));
    const halves = [shuffled.slice(0, 500), shuffled.slice(500)];
    await Promise.all(
      [world.told.polls, other].map((polls, i) =>
        polls.settle(acme, receiver, { maxEvents: 0, ack: halves[i] ?? [], setErrs: new Map() }),
      ),
    );
    expect(await next(1_000)).toEqual([1]);
    expect(await place()).toEqual([0, Array.from({ length: 999 }, (_, i) => i + 2)]);
    await settle([1]);
    expect(await place()).toEqual([1_000, []]);
  });

  test('that asks while somebody else moves its place is answered, and does not wait for them', async () => {
    receiver = await polling(['user.deleted']);
    await users(3);
    const claim = { consumer: receiver.id, tenant: acme.id, from: 'now' } as const;
    const [now, until] = [0, 600_000].map((ms) => new Date(Date.now() + ms).toISOString()) as [string, string];
    await world.store.claimDeliveries({ owner: 'somebody', now, until }, [claim]);
    const asked = vi.spyOn(world.store, 'claimDeliveries');
    expect(await next()).toEqual([]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test('that is removed while it asks leaves nothing behind', async () => {
    await users(1);
    await world.receivers.remove(acme, receiver.id);
    await expect(settle([1])).rejects.toMatchObject({ status: 404 });
    expect(await world.store.deliveries({ tenant: acme.id })).toEqual([]);
  });

  test('begins where it was made', async () => {
    await users(2);
    const late = await polling();
    await world.directory('acme').users.create({ userName: 'new' });
    expect(await next(10, late)).toEqual([3]);
  });

  test('is not found by another tenant, nor as one that is told', async () => {
    const { polls } = world.told;
    const other = await world.tenant('other');
    const hook = { kind: 'webhook', name: 'Hook', url: 'https://app.example.com/' };
    const { receiver: webhook } = await world.receivers.create(acme, hook);
    await expect(polls.receiver(other, receiver.id)).rejects.toMatchObject({ status: 404 });
    await expect(polls.receiver(acme, webhook.id)).rejects.toMatchObject({ status: 404 });
    expect((await polls.receiver(acme, receiver.id)).id).toBe(receiver.id);
  });
});
