import { describe, expect, test, vi } from 'vitest';
import { type EventContext, EventsError } from '../../src/events/events.js';
import { createScimTarget, type EventHandlers, OptionError, type ScimEvent } from '../../src/index.js';
import type { Client } from '../support/client.js';
import { onEachStore } from '../support/target.js';
import { pending } from './world.js';

/** Names that no other test has. */
let names = 0;
function newName(): string {
  return `subscriber-${++names}`;
}

let moment = Date.UTC(2031, 0, 1);

function tellingOf(event: ScimEvent): string {
  return `${event.type} ${event.id}`;
}

onEachStore(
  'subscribers of an app',
  (suite) => {
    /** What a subscriber hears of one tenant alone. */
    function listener(client: Client, hear: (event: ScimEvent, context: EventContext) => void | Promise<void>) {
      return (event: ScimEvent, context: EventContext) =>
        event.tenant === client.tenant.name ? hear(event, context) : undefined;
    }

    test('are told what happened, to whom, and by whom', async () => {
      const client = await suite.tenant();
      const heard: ScimEvent[] = [];
      const subscription = suite.target.events.subscribe(
        newName(),
        listener(client, (event) => void heard.push(event)),
      );
      const user = await client.user('lin', { active: true, enterprise: { department: 'D' } });
      const group = await client.group('Staff', [user.id]);
      await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'active', value: false });
      await client.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'People' });
      await client.delete(`/Users/${user.id}`);
      await suite.target.events.settled();
      expect(heard.map(tellingOf)).toEqual([
        'user.created 1.0',
        'group.created 2.0',
        'membership.added 2.1',
        'user.disabled 3.0',
        'group.renamed 4.0',
        'membership.removed 5.0',
        'user.deleted 6.0',
      ]);
      expect(heard[0]?.resource).toMatchObject({ id: user.id, userName: 'lin', active: true });
      expect(heard[0]?.actor.name).toBe(`of ${client.tenant.name}`);
      expect(heard[2]?.members).toEqual([user.id]);
      expect(heard[3]?.resource).toMatchObject({ active: false, meta: { version: 'W/"2"' } });
      expect(heard.at(-1)?.resource).toMatchObject({ userName: 'lin', active: false });
      await subscription.close();
    });

    test('get the kinds of events that they have handlers for, each with its own shape', async () => {
      const client = await suite.tenant();
      const heard: (string | undefined)[] = [];
      const subscription = suite.target.events.subscribe(newName(), {
        'user.created': (event) => void (event.tenant === client.tenant.name && heard.push(event.resource.userName)),
        'group.renamed': (event) =>
          void (event.tenant === client.tenant.name && heard.push(event.resource.displayName)),
      });
      await client.user('lin');
      const { id } = await client.group('Staff');
      await client.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'People' });
      await suite.target.events.settled();
      expect(heard).toEqual(['lin', 'People']);
      const [status] = (await suite.target.events.status(client.tenant.name)).filter(
        ({ subscriber }) => subscriber === subscription.name,
      );
      expect(status).toEqual({ subscriber: subscription.name, tenant: client.tenant.name, position: 3, last: 3 });
      await subscription.close();
    });

    test('may do for one event what they do for another', async () => {
      const client = await suite.tenant();
      const heard: string[] = [];
      const handlers: EventHandlers = {
        'user.created'({ tenant, resource }) {
          if (tenant === client.tenant.name) heard.push(`put ${resource.userName}`);
        },
        'user.updated'(event, context) {
          return this['user.created']?.({ ...event, type: 'user.created' }, context);
        },
      };
      const subscription = suite.target.events.subscribe(newName(), handlers);
      const { id } = await client.user('ann');
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
      await suite.target.events.settled();
      expect(heard).toEqual(['put ann', 'put ann']);
      await subscription.close();
    });

    test('go on where they were when they subscribe again', async () => {
      const client = await suite.tenant();
      const name = newName();
      const heard: string[] = [];
      const hear = listener(client, (event) => void heard.push(tellingOf(event)));
      const first = suite.target.events.subscribe(name, hear);
      await client.user('a');
      await suite.target.events.settled();
      await first.close();
      await client.user('b');
      const second = suite.target.events.subscribe(name, hear, { from: 'now' });
      await suite.target.events.settled();
      expect(heard).toEqual(['user.created 1.0', 'user.created 2.0']);
      await second.close();
    });

    test('begin with what comes next when they ask for that, and with the first change of a new tenant', async () => {
      const client = await suite.tenant();
      await client.user('before');
      const quiet = await suite.tenant();
      const heard: string[] = [];
      const subscription = suite.target.events.subscribe(
        newName(),
        (event) => void heard.push(`${event.tenant} ${event.id}`),
        { from: 'now' },
      );
      await suite.target.events.settled();
      await client.user('after');
      await quiet.user('first');
      const newcomer = await suite.tenant();
      await newcomer.user('first');
      await suite.target.events.settled();
      const wanted = [`${client.tenant.name} 2.0`, `${quiet.tenant.name} 1.0`, `${newcomer.tenant.name} 1.0`];
      expect(heard.sort()).toEqual(wanted.sort());
      await subscription.close();
    });

    test('that begin now hear of what is done in the next moment, in old tenants and in new ones', async () => {
      const client = await suite.tenant();
      await client.user('before');
      const heard: string[] = [];
      // While others are subscribed, and so the tenants are looked through already.
      const other = suite.target.events.subscribe(newName(), () => undefined);
      await suite.target.events.settled();
      const hear = (event: ScimEvent) => void heard.push(`${event.tenant} ${event.id}`);
      const subscription = suite.target.events.subscribe(newName(), hear, { from: 'now' });
      const { target } = suite;
      await target.directory(client.tenant.name).users.create({ userName: 'after' });
      const later = newName();
      await target.createTenant({ name: later });
      await target.directory(later).users.create({ userName: 'first' });
      await target.events.settled();
      expect(heard.sort()).toEqual([`${client.tenant.name} 2.0`, `${later} 1.0`].sort());
      await Promise.all([subscription.close(), other.close()]);
    });

    test('that begin now, and have ended before anything happened, hear what happened since', async () => {
      const client = await suite.tenant();
      const name = newName();
      const heard: string[] = [];
      const hear = (event: ScimEvent) => void heard.push(`${event.tenant} ${event.id}`);
      const first = suite.target.events.subscribe(name, hear, { from: 'now' });
      await suite.target.events.settled();
      await first.close();
      await client.user('meanwhile');
      const second = suite.target.events.subscribe(name, hear, { from: 'now' });
      await suite.target.events.settled();
      expect(heard).toEqual([`${client.tenant.name} 1.0`]);
      await second.close();
    });

    test('are tried again with longer and longer pauses, and then the event is kept as a dead letter', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const attempts: number[] = [];
      let isBroken = true;
      const subscription = events.subscribe(
        newName(),
        listener(client, (event, { attempt }) => {
          attempts.push(attempt);
          if (isBroken && event.type === 'user.created') throw new RangeError('secret of the app');
        }),
        { attempts: 3 },
      );
      const { id } = await client.user('lin');
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'x' });
      await events.settled();
      const trouble = async () =>
        (await events.status(client.tenant.name)).find(({ subscriber }) => subscriber === subscription.name)?.trouble;
      const pauses: number[] = [];
      for (let attempt = 1; attempt < 3; attempt++) {
        const { retryAt = '', attempts: tried } = (await trouble()) ?? {};
        expect(tried).toBe(attempt);
        pauses.push(Date.parse(retryAt) - moment);
        moment = Date.parse(retryAt);
        await events.settled();
      }
      expect(pauses[0]).toBeGreaterThanOrEqual(800);
      expect(pauses[0]).toBeLessThanOrEqual(1_000);
      expect(pauses[1]).toBeGreaterThanOrEqual(1_600);
      expect(pauses[1]).toBeLessThanOrEqual(2_000);
      // The third attempt was the last, and the next event went through.
      expect(attempts).toEqual([1, 2, 3, 1]);
      const query = { tenant: client.tenant.name, subscriber: subscription.name };
      const [letter] = await events.deadLetters(query);
      expect(letter).toMatchObject({
        subscriber: subscription.name,
        attempts: 3,
        error: 'The handler failed with RangeError; the log has the reason.',
        event: { type: 'user.created', id: '1.0', resource: { userName: 'lin' } },
      });
      await expect(events.redeliver(client.tenant.name, letter?.id ?? '')).rejects.toThrow('secret of the app');
      expect(await events.deadLetters(query)).toHaveLength(1);
      isBroken = false;
      await events.redeliver(client.tenant.name, letter?.id ?? '');
      expect(await events.deadLetters(query)).toEqual([]);
      expect(attempts.slice(-2)).toEqual([4, 4]);
      await subscription.close();
    });

    test('have so long for an event, are told when it is over, and are tried again', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const signals: AbortSignal[] = [];
      const subscription = events.subscribe(
        newName(),
        listener(client, (_, { signal }) => {
          signals.push(signal);
          return signals.length === 1 ? new Promise(() => undefined) : undefined;
        }),
        { timeout: 20 },
      );
      await client.user('lin');
      await events.settled();
      expect(signals[0]?.aborted).toBe(true);
      const [status] = (await events.status(client.tenant.name)).filter(
        ({ subscriber }) => subscriber === subscription.name,
      );
      expect(status?.trouble?.error).toBe('The handler took longer than 20 ms.');
      moment += 1_000;
      await events.settled();
      expect(signals).toHaveLength(2);
      expect(signals[1]?.aborted).toBe(false);
      await subscription.close();
    });

    test('are told everything again from where it is asked for', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const heard: string[] = [];
      const subscription = events.subscribe(
        newName(),
        listener(client, (event) => void heard.push(event.id)),
      );
      for (const name of ['a', 'b', 'c']) await client.user(name);
      await events.settled();
      await events.replay(subscription.name, client.tenant.name, 1);
      await events.settled();
      expect(heard).toEqual(['1.0', '2.0', '3.0', '2.0', '3.0']);
      for (const after of [-1, 4, 1.5, Number.NaN])
        await expect(events.replay(subscription.name, client.tenant.name, after)).rejects.toThrow(EventsError);
      await subscription.close();
    });

    test('are forgotten with their places when that is asked for, and not before they have ended', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const subscription = events.subscribe(newName(), () => undefined);
      await client.user('lin');
      await events.settled();
      await expect(events.forget(subscription.name)).rejects.toThrow(EventsError);
      await subscription.close();
      const ofSubscriber = async () =>
        (await events.status()).filter(({ subscriber }) => subscriber === subscription.name);
      expect(await ofSubscriber()).not.toEqual([]);
      await events.forget(subscription.name);
      expect(await ofSubscriber()).toEqual([]);
    });

    test('end when their handler is done, and hear nothing more', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const gate = pending();
      let heard = 0;
      const name = newName();
      const subscription = events.subscribe(
        name,
        listener(client, () => {
          heard++;
          return gate.promise;
        }),
      );
      await client.user('a');
      await client.user('b');
      await vi.waitFor(() => expect(heard).toBe(1), 5_000);
      const closed = subscription.close();
      expect(() => events.subscribe(name, () => undefined)).toThrow(EventsError);
      gate.resolve();
      await closed;
      await events.settled();
      expect(heard).toBe(1);
      await events.subscribe(name, () => undefined).close();
    });

    test('are refused what is not there, with a message that says so', async () => {
      const { events } = suite.target;
      const client = await suite.tenant();
      const { name } = client.tenant;
      for (const wrong of ['', 'a b', 'ä', 'x'.repeat(65), 'app:x'])
        expect(() => events.subscribe(wrong, () => undefined)).toThrow(EventsError);
      for (const wrong of [{ attempts: 0 }, { attempts: 1.5 }, { timeout: 0 }, { timeout: Number.NaN }])
        expect(() => events.subscribe(newName(), () => undefined, wrong)).toThrow(EventsError);
      const handler = () => undefined;
      const mistakes: [given: unknown[], message: string][] = [
        [[undefined, handler], "A subscriber's name is 1 to 64 of"],
        [
          ['x'],
          'Subscriber x cannot be: it needs a handler, or an object with a handler for each event that it wants.',
        ],
        [['x', [handler]], 'it needs a handler'],
        [['x', {}], 'Subscriber x cannot be: its object of handlers has none.'],
        [['x', { 'user.create': handler }], 'there is no event "user.create"; there are user.created, user.updated, '],
        [['x', { 'user.created': 5 }], 'its handler of user.created must be a function'],
        [['x', handler, null], 'its options must be an object'],
        [['x', handler, { from: 'nwo' }], 'from must be start or now'],
        [['x', handler, { attempt: 3 }], 'there is no option attempt; there are from, attempts and timeout'],
        [['x', handler, { attempts: 0 }], 'attempts must be a whole number from 1 to 86400000; it is 0'],
      ];
      const subscribe = events.subscribe.bind(events) as (...given: unknown[]) => unknown;
      for (const [given, message] of mistakes) expect(() => subscribe(...given)).toThrow(message);
      await expect(events.status('nobody')).rejects.toThrow('There is no tenant "nobody".');
      await expect(events.deadLetters({ tenant: 'nobody' })).rejects.toThrow(EventsError);
      await expect(events.deadLetters({} as { tenant: string })).rejects.toThrow('There is no tenant undefined.');
      expect(await events.deadLetters({ tenant: name, limit: Number.NaN })).toEqual([]);
      await expect(events.redeliver(name, 'none')).rejects.toThrow(`Tenant ${name} has no dead letter none.`);
      await expect(events.discard(name, 'none')).rejects.toThrow(EventsError);
      await expect(events.replay('nobody', name, 0)).rejects.toThrow('There is no subscriber nobody.');
    });

    test('of another tenant the dead letters are not there', async () => {
      const { events } = suite.target;
      const [client, other] = [await suite.tenant(), await suite.tenant()];
      const failing = listener(client, () => Promise.reject(new Error('no')));
      const subscription = events.subscribe(newName(), failing, { attempts: 1 });
      await client.user('lin');
      await events.settled();
      const [letter] = await events.deadLetters({ tenant: client.tenant.name });
      expect(letter).toBeDefined();
      expect(await events.deadLetters({ tenant: other.tenant.name })).toEqual([]);
      const id = letter?.id ?? '';
      await expect(events.redeliver(other.tenant.name, id)).rejects.toThrow(EventsError);
      await expect(events.discard(other.tenant.name, id)).rejects.toThrow(EventsError);
      await events.discard(client.tenant.name, id);
      expect(await events.deadLetters({ tenant: client.tenant.name })).toEqual([]);
      await subscription.close();
    });

    test('do not hold up a request, however long they take', async () => {
      const client = await suite.tenant();
      const gate = pending();
      const subscription = suite.target.events.subscribe(
        newName(),
        listener(client, () => gate.promise),
      );
      for (const name of ['a', 'b', 'c']) await client.user(name);
      expect(await client.changes()).toHaveLength(3);
      gate.resolve();
      await suite.target.events.settled();
      await subscription.close();
    });
  },
  { clock: () => new Date(moment) },
);

test.each([{ eventInterval: 9 }, { eventInterval: 1.5 }, { eventLease: 2_999 }, { eventLease: 1_000_000 }])(
  'a target is not made with %o',
  async (options) => {
    await expect(createScimTarget({ store: 'memory:', ...options })).rejects.toThrow(OptionError);
  },
);

describe('types', () => {
  test('a handler may return whatever it has, also later', () => {
    const rows = new Map<string, string>();
    const handlers: EventHandlers = {
      'user.created': ({ resource }) => rows.set(resource.id, resource.userName),
      'user.updated': async ({ resource }) => rows.get(resource.id),
      'user.deleted': ({ resource }) => rows.delete(resource.id),
    };
    expect(Object.keys(handlers)).toHaveLength(3);
  });

  test('an event of each kind has the resource of that kind', () => {
    const nameOf = (event: ScimEvent<'user.created'>): string => event.resource.userName;
    const titleOf = (event: ScimEvent<'group.renamed'>): string | undefined => event.resource.displayName;
    expect([nameOf, titleOf]).toHaveLength(2);
  });
});

test('of a target that is closed there are none any more', async () => {
  const target = await createScimTarget({ store: 'memory:' });
  target.events.subscribe('before', () => {});
  await target.close();
  expect(() => target.events.subscribe('after', () => {})).toThrow(
    new EventsError('This target is closed: nothing is told any more.'),
  );
});
