import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AccessError, FieldRefused } from '../../src/access/refusal.js';
import type { ScimEvent } from '../../src/events/event.js';
import { MOST_RECEIVERS, type NewReceiver } from '../../src/events/receivers.js';
import { EventSecrets } from '../../src/events/secrets.js';
import type { Delivery, Tenant } from '../../src/store/store.js';
import { HookServer, type Posted } from '../support/hook-server.js';
import { ReceiverWorld } from '../support/receiver-world.js';

let hooks: HookServer;
let world: ReceiverWorld;
let acme: Tenant;

beforeAll(async () => {
  hooks = await HookServer.start();
});
afterAll(() => hooks.stop());

beforeEach(async () => {
  hooks.posted.length = 0;
  hooks.answering = () => 204;
  world = new ReceiverWorld();
  acme = await world.tenant();
});
afterEach(() => world.stop());

interface Message {
  readonly type: string;
  readonly timestamp: string;
  readonly data: ScimEvent;
}

/** Checked as the library that receivers use does it. */
function verified(secret: string | undefined, { headers, body }: Posted): Message {
  return new Webhook(secret ?? '').verify(body, headers as Record<string, string>) as Message;
}

function webhook(more: Partial<NewReceiver> = {}) {
  return world.receivers.create(acme, { kind: 'webhook', name: 'App', url: `${hooks.origin}/hook`, ...more });
}

const users = () => world.directory('acme').users;

/** What has come, when there is as much of it. */
function arrived(count: number): Promise<Posted[]> {
  return vi.waitFor(() => {
    expect(hooks.posted.length).toBeGreaterThanOrEqual(count);
    return hooks.posted;
  }, 5_000);
}

describe('a webhook', () => {
  test('is told of each event in order, with a signature that its secret checks', async () => {
    const { secret } = await webhook();
    const { id } = await users().create({ userName: 'mary' });
    await users().patch(id, [{ op: 'replace', path: 'active', value: false }]);
    await users().remove(id);
    await world.settled();
    const messages = hooks.posted.map((posted) => verified(secret, posted));
    expect(messages.map(({ type }) => type)).toEqual(['user.created', 'user.disabled', 'user.deleted']);
    expect(messages.map(({ data }) => data.sequence)).toEqual([1, 2, 3]);
    const [first] = messages;
    expect(first?.data.resource).toMatchObject({ id, userName: 'mary' });
    expect(first?.timestamp).toBe(first?.data.time);
    expect(hooks.posted[0]?.headers['content-type']).toBe('application/json');
    expect(hooks.posted[0]?.path).toBe('/hook');
  });

  test('is refused by a receiver that checks with another secret', async () => {
    await webhook();
    await users().create({ userName: 'mary' });
    const [posted] = await arrived(1);
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    expect(() => verified(other, posted as Posted)).toThrow(/No matching signature/);
  });

  test('has the same id each time it is sent, and to each receiver, and no other message has it', async () => {
    hooks.answering = () => (hooks.posted.length < 2 ? 503 : 204);
    await webhook();
    await webhook({ name: 'Second' });
    await users().create({ userName: 'mary' });
    await users().create({ userName: 'john' });
    const posted = await arrived(3);
    const ids = posted.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids.slice(0, 2)).size).toBe(1);
    expect(ids[0]).toBe(`${acme.id}-1-0`);
    expect(ids[0]).not.toContain('.');
    expect(new Set(ids)).toEqual(new Set([`${acme.id}-1-0`, `${acme.id}-2-0`]));
  });

  test('is told of the events alone that it wants', async () => {
    await webhook({ events: ['user.deleted', 'membership.added'] });
    const { id } = await users().create({ userName: 'mary' });
    await world.directory('acme').groups.create({ displayName: 'Staff', members: [{ value: id }] });
    await users().remove(id);
    await world.settled();
    expect(hooks.posted.map(({ body }) => (JSON.parse(body) as Message).type)).toEqual([
      'membership.added',
      'user.deleted',
    ]);
  });

  test('hears of what happened before it was there when it asks for it', async () => {
    await users().create({ userName: 'before' });
    await webhook({ name: 'New' });
    await webhook({ name: 'Copy', url: `${hooks.origin}/copy`, from: 'start' });
    await users().create({ userName: 'after' });
    await world.settled();
    const names = (path: string) =>
      hooks.posted
        .filter((posted) => posted.path === path)
        .map(({ body }) => (JSON.parse(body) as { data: { resource: { userName: string } } }).data.resource.userName);
    expect(names('/hook')).toEqual(['after']);
    expect(names('/copy')).toEqual(['before', 'after']);
  });

  test('is told of its own tenant alone', async () => {
    const other = await world.tenant('other');
    await webhook();
    await world.directory('other').users.create({ userName: 'theirs' });
    await users().create({ userName: 'ours' });
    await world.settled();
    expect(hooks.posted).toHaveLength(1);
    expect(hooks.posted[0]?.body).toContain('ours');
    expect(await world.receivers.list(other)).toEqual([]);
  });

  test('is sent over a connection that is kept', async () => {
    await webhook();
    const before = hooks.connections;
    for (const userName of ['a', 'b', 'c', 'd']) await users().create({ userName });
    await world.settled();
    expect(hooks.posted).toHaveLength(4);
    expect(hooks.connections - before).toBe(1);
  });

  test('carries both signatures while an old secret lasts, and that of the new one alone afterwards', async () => {
    let now = Date.parse('2031-01-31T12:00:00Z');
    vi.useFakeTimers({ now, toFake: ['Date'] });
    try {
      await world.stop();
      world = new ReceiverWorld({}, () => now);
      acme = await world.tenant();
      const issued = await webhook();
      const rotated = await world.receivers.rotate(acme, issued.receiver.id, 3_600);
      expect(rotated.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(rotated.secret).not.toBe(issued.secret);
      await users().create({ userName: 'meanwhile' });
      const [meanwhile] = (await arrived(1)) as [Posted];
      expect(verified(issued.secret, meanwhile).type).toBe('user.created');
      expect(verified(rotated.secret, meanwhile).type).toBe('user.created');
      now += 3_600_000;
      vi.setSystemTime(now);
      await users().create({ userName: 'afterwards' });
      const [, afterwards] = (await arrived(2)) as [Posted, Posted];
      expect(verified(rotated.secret, afterwards).type).toBe('user.created');
      expect(() => verified(issued.secret, afterwards)).toThrow(/No matching signature/);
    } finally {
      vi.useRealTimers();
    }
  });

  test('is tried again while it fails, and goes on in order then', async () => {
    hooks.answering = () => (hooks.posted.length === 1 ? 500 : 204);
    const { receiver } = await webhook();
    await users().create({ userName: 'a' });
    await users().create({ userName: 'b' });
    await world.settled();
    const [delivery] = await world.store.deliveries({ tenant: acme.id, consumer: receiver.id });
    expect(world.eventParts.dispatcher.current(delivery as never).trouble).toMatchObject({
      attempts: 1,
      error: 'The receiver answered with status 500.',
    });
    // As an admin does who cannot wait.
    await world.receivers.update(acme, receiver.id, { url: `${hooks.origin}/elsewhere` });
    await arrived(3);
    expect(hooks.posted.map(({ path, headers }) => [path, headers['webhook-id']])).toEqual([
      ['/hook', `${acme.id}-1-0`],
      ['/elsewhere', `${acme.id}-1-0`],
      ['/elsewhere', `${acme.id}-2-0`],
    ]);
  });

  test('is paused at once by a receiver that wants no more, and goes on where it was', async () => {
    hooks.answering = () => (hooks.posted.length === 1 ? 410 : 204);
    const { receiver } = await webhook();
    await users().create({ userName: 'a' });
    await vi.waitFor(async () => expect((await world.stored(receiver)).paused).toBeDefined(), 5_000);
    expect((await world.stored(receiver)).pausedBecause).toMatch(/status 410/);
    await users().create({ userName: 'b' });
    await world.settled();
    expect(hooks.posted).toHaveLength(1);
    const [record] = await world.store.audit({ tenant: acme.id, action: 'receiver.update', limit: 10 });
    expect(record).toMatchObject({ target: 'App', actor: { name: 'the server' } });
    expect(world.logText).toContain('is paused');
    const served = await world.receivers.update(acme, receiver.id, { paused: false });
    expect([served.paused, served.pausedBecause]).toEqual([undefined, undefined]);
    await arrived(3);
    expect(hooks.posted.map(({ headers }) => headers['webhook-id'])).toEqual([1, 1, 2].map((n) => `${acme.id}-${n}-0`));
  });

  test('that is paused by hand is sent nothing until it is served again', async () => {
    const { receiver } = await webhook();
    await world.receivers.update(acme, receiver.id, { paused: true });
    await users().create({ userName: 'a' });
    await world.settled();
    expect(hooks.posted).toHaveLength(0);
    await world.receivers.update(acme, receiver.id, { paused: false });
    await arrived(1);
  });

  test('that is served again is tried at once, and what went wrong before does not count', async () => {
    hooks.answering = () => 500;
    const { receiver } = await webhook();
    const [consumer, tenant] = [receiver.id, acme.id];
    await users().create({ userName: 'a' });
    await world.settled();
    await world.receivers.update(acme, receiver.id, { paused: true });
    await world.eventParts.dispatcher.tick();
    await vi.waitFor(
      async () => expect((await world.store.deliveries({ tenant, consumer }))[0]?.trouble).toBeDefined(),
      10_000,
    );
    hooks.answering = () => 204;
    await world.receivers.update(acme, receiver.id, { paused: false });
    expect((await world.store.deliveries({ tenant, consumer }))[0]?.trouble).toBeUndefined();
    await arrived(2);
  });

  test.each([410, 404, 500])('that has moved meanwhile is not held to the %d of its old address', async (status) => {
    let answer: (status: number) => void = () => undefined;
    hooks.answering = ({ path }) => (path === '/hook' ? new Promise((resolve) => (answer = resolve)) : 204);
    const { receiver } = await webhook();
    await users().create({ userName: 'a' });
    await arrived(1);
    await world.receivers.update(acme, receiver.id, { url: `${hooks.origin}/new` });
    await world.eventParts.dispatcher.tick();
    answer(status);
    const posted = await arrived(2);
    expect(posted.map(({ path }) => path)).toEqual(['/hook', '/new']);
    await world.settled();
    expect((await world.stored(receiver)).paused).toBeUndefined();
    expect(await world.store.deadLetters({ tenant: acme.id, limit: 1 })).toEqual([]);
  });

  test('that moves in the moment in which its old address says 410 is not paused', async () => {
    const { receiver } = await webhook();
    const [outlet] = await world.told.outlets.outletsOf(acme);
    await world.store.updateReceiver(acme.id, receiver.id, { url: `${hooks.origin}/new` });
    await outlet?.pause?.('The receiver answered with status 410: it wants no more.');
    expect((await world.stored(receiver)).paused).toBeUndefined();
  });

  test('that could not be paused, since the store was away, is told again and paused then', async () => {
    hooks.answering = () => 410;
    const { receiver } = await webhook();
    const update = vi.spyOn(world.store, 'updateReceiver').mockRejectedValueOnce(new Error('away'));
    await users().create({ userName: 'a' });
    await vi.waitFor(() => expect(update).toHaveBeenCalled(), 5_000);
    await vi.waitFor(async () => {
      world.eventParts.dispatcher.refresh();
      await world.settled();
      expect((await world.stored(receiver)).paused).toBeDefined();
    }, 5_000);
    expect(hooks.posted).toHaveLength(2);
  });

  test('that is removed while it does not answer is gone at once', async () => {
    hooks.answering = () => undefined;
    const { receiver } = await webhook();
    await users().create({ userName: 'a' });
    await arrived(1);
    await world.receivers.remove(acme, receiver.id);
    expect(await world.store.deliveries({ tenant: acme.id })).toEqual([]);
  }, 5_000);

  test('that was removed is not told by who was still reading that it is there', async () => {
    const { receiver } = await webhook();
    let answer: (receivers: unknown[]) => void = () => undefined;
    world.told.outlets.changed();
    vi.spyOn(world.store, 'receivers').mockReturnValueOnce(new Promise((resolve) => (answer = resolve as never)));
    const reading = world.told.outlets.outletsOf(acme);
    await world.store.removeReceiver(acme.id, receiver.id);
    world.told.outlets.changed();
    expect(await world.told.outlets.outletsOf(acme)).toEqual([]);
    answer([receiver]);
    await reading;
    expect(await world.told.outlets.outletsOf(acme)).toEqual([]);
  });

  test('that is removed is sent nothing more', async () => {
    const { receiver } = await webhook();
    await world.receivers.remove(acme, receiver.id);
    await users().create({ userName: 'a' });
    await world.settled();
    expect(hooks.posted).toHaveLength(0);
    expect(await world.store.deliveries({ tenant: acme.id })).toEqual([]);
  });
});

describe('a test event', () => {
  test('is signed like any other, and says what came back', async () => {
    const { receiver, secret } = await webhook();
    expect(await world.receivers.test(acme, receiver.id)).toMatchObject({ isDelivered: true });
    expect(verified(secret, hooks.posted[0] as Posted)).toMatchObject({ type: 'test', data: { tenant: 'acme' } });
    hooks.answering = () => 403;
    expect(await world.receivers.test(acme, receiver.id)).toEqual({
      isDelivered: false,
      detail: 'The receiver answered with status 403.',
    });
  });

  test('repeats nothing that the receiver wrote, nor its address', async () => {
    const { receiver } = await webhook({ url: `${hooks.origin}/hook?key=topsecret` });
    hooks.answering = (_posted, response) => void response.writeHead(500).end('<b>their words</b>');
    const { detail } = await world.receivers.test(acme, receiver.id);
    expect(detail).not.toMatch(/their words|topsecret/);
    await users().create({ userName: 'a' });
    await arrived(2);
    await world.settled();
    expect(world.logText).not.toMatch(/their words|topsecret/);
  });

  test('that cannot arrive says why', async () => {
    const nowhere = await HookServer.start();
    const { receiver } = await webhook({ url: `${nowhere.origin}/` });
    await nowhere.stop();
    const { isDelivered, detail } = await world.receivers.test(acme, receiver.id);
    expect([isDelivered, detail]).toEqual([false, 'The receiver could not be reached (ECONNREFUSED).']);
  });
});

describe('where private addresses are refused', () => {
  beforeEach(async () => {
    await world.stop();
    world = new ReceiverWorld({ webhookPrivate: 'refuse' });
    acme = await world.tenant();
  });

  test.each([
    'http://app.example.com/',
    'https://127.0.0.1/',
    'https://10.1.2.3/hook',
    'https://[::1]/',
    'https://169.254.169.254/latest',
    'https://2130706433/',
  ])('no receiver is made at %s', async (url) => {
    await expect(webhook({ url })).rejects.toThrow(FieldRefused);
    expect(await world.store.receivers()).toEqual([]);
    expect(await world.store.deliveries({ tenant: acme.id })).toEqual([]);
  });

  test('a name that leads to one is told nothing', async () => {
    const { receiver } = await webhook({ url: `https://localhost:${hooks.port}/` });
    const { isDelivered, detail } = await world.receivers.test(acme, receiver.id);
    expect([isDelivered, detail]).toEqual([
      false,
      'The receiver is at an address that is not public, which is not allowed.',
    ]);
    expect(hooks.posted).toHaveLength(0);
  });
});

describe('a receiver that is not right is refused, and nothing is kept of it', () => {
  test.each<[string, Partial<NewReceiver>, string]>([
    ['of an unknown kind', { kind: 'mail' }, 'kind'],
    ['without a name', { name: ' ' }, 'name'],
    ['with a name on two lines', { name: 'a\nb' }, 'name'],
    ['without an address', { url: undefined }, 'url'],
    ['with text for an address', { url: 'app' }, 'url'],
    ['with a line break in its address', { url: 'https://app.exam\nple.com/' }, 'url'],
    ['with a letter in its address that is not seen', { url: 'https://app.example.com/\u202egro' }, 'url'],
    ['with blanks around its address', { url: ' https://app.example.com/' }, 'url'],
    ['with an address that only a browser understands', { url: 'https:\\\\app.example.com' }, 'url'],
    ['with a password in its address', { url: 'https://a:b@app.example.com/' }, 'url'],
    ['with a fragment in its address', { url: 'https://app.example.com/#a' }, 'url'],
    ['with another scheme', { url: 'ftp://app.example.com/' }, 'url'],
    ['with an address that is too long', { url: `https://app.example.com/${'a'.repeat(2_000)}` }, 'url'],
    ['with no event', { events: [] }, 'events'],
    ['with an unknown event', { events: ['user.created', 'user.born'] }, 'events'],
    ['with an audience', { audience: 'https://app.example.com' }, 'audience'],
    ['with a header', { authorization: 'Bearer abc' }, 'authorization'],
    ['that pushes without an audience', { kind: 'push' }, 'audience'],
    [
      'that pushes with a header of two lines',
      { kind: 'push', audience: 'a', authorization: 'a\r\nb' },
      'authorization',
    ],
    ['that polls with an address', { kind: 'poll', audience: 'a' }, 'url'],
  ])('%s', async (_what, wanted, field) => {
    const refusal: unknown = await webhook(wanted).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(FieldRefused);
    expect((refusal as FieldRefused).field).toBe(field);
    expect((refusal as FieldRefused).message).not.toContain('a\r\nb');
    expect(await world.store.receivers()).toEqual([]);
    expect(await world.store.deliveries({ tenant: acme.id })).toEqual([]);
  });

  test(`beyond ${MOST_RECEIVERS} of them`, async () => {
    for (let i = 0; i < MOST_RECEIVERS; i++) await webhook({ name: `R${i}` });
    await expect(webhook()).rejects.toThrow(AccessError);
    expect(await world.receivers.list(acme)).toHaveLength(MOST_RECEIVERS);
  });

  test(`beyond ${MOST_RECEIVERS} of them, also when several are made at once`, async () => {
    for (let i = 2; i < MOST_RECEIVERS; i++) await webhook({ name: `R${i}` });
    const made = await Promise.allSettled([1, 2, 3, 4].map((i) => webhook({ name: `S${i}` })));
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect(await world.receivers.list(acme)).toHaveLength(MOST_RECEIVERS);
    expect(await world.store.deliveries({ tenant: acme.id })).toHaveLength(MOST_RECEIVERS);
  });

  test('or that a change would make so', async () => {
    const { receiver } = await webhook();
    await expect(world.receivers.update(acme, receiver.id, { name: 'B', url: 'nowhere' })).rejects.toThrow(
      FieldRefused,
    );
    expect(await world.stored(receiver)).toEqual(receiver);
  });

  test('and one of another tenant is not there', async () => {
    const other = await world.tenant('other');
    const { receiver } = await webhook();
    for (const refused of [
      world.receivers.find(other, receiver.id),
      world.receivers.update(other, receiver.id, { name: 'B' }),
      world.receivers.rotate(other, receiver.id, 0),
      world.receivers.test(other, receiver.id),
      world.receivers.remove(other, receiver.id),
      world.receivers.find(acme, randomUUID()),
    ]) {
      await expect(refused).rejects.toMatchObject({ kind: 'notFound' });
    }
    expect(await world.stored(receiver)).toEqual(receiver);
  });
});

test('a secret is shown once: the store has neither it nor anything that it follows from alone', async () => {
  const { receiver, secret = '' } = await webhook();
  const push = await world.receivers.create(acme, {
    kind: 'push',
    name: 'Push',
    url: `${hooks.origin}/push`,
    audience: 'https://app.example.com',
    authorization: 'Bearer planted-header',
  });
  const kept = JSON.stringify([await world.stored(receiver), await world.stored(push.receiver)]);
  const bytes = secret.slice('whsec_'.length);
  for (const form of [bytes, Buffer.from(bytes, 'base64').toString('hex'), 'planted-header']) {
    expect(kept).not.toContain(form);
  }
  expect(push.secret).toBeUndefined();
});

test('secrets of a webhook end a bound: five sign at once', async () => {
  const { receiver } = await webhook();
  for (let i = 0; i < 4; i++) await world.receivers.rotate(acme, receiver.id, 3_600);
  await expect(world.receivers.rotate(acme, receiver.id, 3_600)).rejects.toMatchObject({ kind: 'conflict' });
  await expect(world.receivers.rotate(acme, receiver.id, -1)).rejects.toThrow(FieldRefused);
});

describe('a change of several events', () => {
  /** `user.disabled`, then `user.updated`. */
  async function twoEvents(): Promise<void> {
    const { id } = await users().create({ userName: 'mary' });
    await users().patch(id, [
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'title', value: 'x' },
    ]);
  }

  test('is told to its end where others of them are wanted from the middle on', async () => {
    const { receiver, secret } = await webhook({ events: ['user.disabled', 'user.updated'] });
    hooks.answering = ({ body }) => (body.includes('user.updated') ? 503 : 204);
    await twoEvents();
    await arrived(2);
    await world.settled();
    hooks.answering = () => 204;
    await world.receivers.update(acme, receiver.id, { events: ['user.updated'] });
    await world.eventParts.dispatcher.tick();
    await arrived(3);
    await world.settled();
    const types = hooks.posted.map((posted) => verified(secret, posted).type);
    expect(types).toEqual(['user.disabled', 'user.updated', 'user.updated']);
  });

  test('has the rest of its events told where the choice is another one while one of them is on its way', async () => {
    const { receiver, secret } = await webhook({ events: ['user.disabled', 'user.updated'] });
    let answer = (): void => undefined;
    hooks.answering = (_posted, response) => {
      answer = () => void response.writeHead(204).end();
      return undefined;
    };
    await twoEvents();
    await arrived(1);
    await world.receivers.update(acme, receiver.id, { events: ['user.updated'] });
    await world.eventParts.dispatcher.tick();
    hooks.answering = () => 204;
    answer();
    await arrived(2);
    await world.settled();
    expect(hooks.posted.map((posted) => verified(secret, posted).type)).toEqual(['user.disabled', 'user.updated']);
  });

  test('has the one that was given up shown to the app, and it alone is tried again', async () => {
    const { secret } = await webhook({ events: ['user.updated'] });
    hooks.answering = () => 410;
    await twoEvents();
    await world.settled();
    const [receiver] = await world.receivers.list(acme);
    const letter = { consumer: receiver?.id ?? '', tenant: acme.id, sequence: 2, part: 1, event: 'user.updated' };
    const time = new Date().toISOString();
    const owner = { owner: 'o', now: time, until: time };
    await world.store.moveDelivery(letter.consumer, acme.id, 2);
    const [delivery] = await world.store.claimDeliveries(owner, [{ ...letter, from: 2 }]);
    await world.store.saveDeliveries(owner, [delivery as Delivery], [{ ...letter, attempts: 5, error: 'x', time }]);
    const { events } = world.eventParts;
    const [shown] = await events.deadLetters({ tenant: 'acme' });
    expect(shown?.event.type).toBe('user.updated');
    hooks.answering = () => 204;
    hooks.posted.length = 0;
    await world.receivers.update(acme, letter.consumer, { paused: false });
    await events.redeliver('acme', shown?.id ?? '');
    expect(hooks.posted.map((posted) => verified(secret, posted).type)).toEqual(['user.updated']);
    expect(await events.deadLetters({ tenant: 'acme' })).toEqual([]);
  });
});

describe('what several admins do to a receiver at once', () => {
  test('counts, each of it: every secret that was given signs', async () => {
    const { receiver, secret } = await webhook();
    const rotate = () => world.receivers.rotate(acme, receiver.id, 3_600);
    const [renamed, ...issued] = await Promise.all([
      world.receivers.update(acme, receiver.id, { name: 'Renamed' }),
      ...Array.from({ length: 4 }, rotate),
    ]);
    expect(renamed.name).toBe('Renamed');
    expect(await world.stored(receiver)).toMatchObject({ name: 'Renamed', keys: { length: 5 } });
    await users().create({ userName: 'mary' });
    const [posted] = await arrived(1);
    for (const each of [secret, ...issued.map((one) => one.secret)]) {
      expect(verified(each, posted as Posted).type).toBe('user.created');
    }
  });

  test('stays within the bound of secrets, and of it nobody is told one that does not sign', async () => {
    const { receiver } = await webhook();
    const rotations = Array.from({ length: 8 }, () => world.receivers.rotate(acme, receiver.id, 3_600));
    const results = await Promise.allSettled(rotations);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect((await world.stored(receiver)).keys).toHaveLength(5);
  });

  test('leaves no push receiver with a header that was sealed for another address than it has', async () => {
    const wanted = { kind: 'push', name: 'Push', url: `${hooks.origin}/push`, audience: 'a' };
    const { receiver } = await world.receivers.create(acme, wanted);
    await Promise.allSettled([
      world.receivers.update(acme, receiver.id, { authorization: 'Bearer planted' }),
      world.receivers.update(acme, receiver.id, { url: 'https://elsewhere.example/push' }),
    ]);
    const { url = '', authorization = '' } = await world.stored(receiver);
    expect(await new EventSecrets(world.store, randomBytes).unsealed(authorization, url)).toBe('Bearer planted');
  });

  test('is told to try again where others come first each time', async () => {
    const { receiver } = await webhook();
    vi.spyOn(world.store, 'updateReceiver').mockResolvedValue(undefined);
    await expect(world.receivers.update(acme, receiver.id, { name: 'x' })).rejects.toMatchObject({ kind: 'conflict' });
  });
});
