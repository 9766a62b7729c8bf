import { once } from 'node:events';
import type { JSONWebKeySet } from 'jose';
import { beforeAll, expect, test, vi } from 'vitest';
import type { ScimEvent } from '../../src/events/event.js';
import type { IssuedReceiver, ReceiverList } from '../../src/http/admin/messages.js';
import { createScimTarget } from '../../src/target.js';
import { type AdminClient, adminOf } from '../support/admin-client.js';
import { type Client, URN } from '../support/client.js';
import { SetReceiver } from '../support/set-receiver.js';
import { onEachStore, type Suite } from '../support/target.js';

interface Page {
  readonly events: readonly ScimEvent[];
  readonly next: string;
}

type Addresses = ReceiverList['addresses'];

const SCOPES = ['scim:read', 'scim:write', 'events:read'] as const;
const AUDIENCE = 'https://app.example.com';

vi.setConfig({ testTimeout: 20_000 });

onEachStore('the feed of events', (suite) => {
  let client: Client;
  let feed: Client;

  beforeAll(async () => {
    await customer();
  });

  /** A tenant of its own, and somebody who may read its events. */
  async function customer(): Promise<void> {
    client = await suite.tenant('entra', [...SCOPES]);
    feed = client.at('/events');
  }

  async function page(query: Record<string, string | number> = {}): Promise<Page> {
    const response = await feed.get('', query);
    expect(response.status, response.text).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    return response.body as Page;
  }

  const types = ({ events }: Page) => events.map(({ type }) => type);

  const user = async (userName: string): Promise<string> => (await client.user(userName)).id;

  test('has what happened, in order, from the beginning or after any page', async () => {
    await customer();
    expect(await page()).toEqual({ events: [], next: '0' });
    const id = await user('mary');
    const group = await client.group('Staff', [id]);
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    const whole = await page();
    expect(types(whole)).toEqual(['user.created', 'group.created', 'membership.added', 'user.disabled']);
    expect(whole.next).toBe('3');
    expect(whole.events[2]).toMatchObject({ id: '2.1', resource: { id: group.id }, members: [id] });
    expect(types(await page({ after: whole.next }))).toEqual([]);
    expect(types(await page({ after: '2' }))).toEqual(['user.disabled']);
  });

  test('keeps the events of one change together, unless they are more than a page', async () => {
    await customer();
    const id = await user('mary');
    await client.group('Staff', [id]);
    const first = await page({ limit: 2 });
    expect([types(first), first.next]).toEqual([['user.created'], '1']);
    const second = await page({ limit: 2, after: first.next });
    expect([types(second), second.next]).toEqual([['group.created', 'membership.added'], '2']);
    const part = await page({ limit: 1, after: first.next });
    expect([types(part), part.next]).toEqual([['group.created'], '2.0']);
    const rest = await page({ limit: 1, after: part.next });
    expect([types(rest), rest.next]).toEqual([['membership.added'], '2']);
  });

  test('has the events alone that are asked for', async () => {
    await customer();
    const id = await user('mary');
    await user('john');
    await client.delete(`/Users/${id}`);
    const asked = await page({ types: 'user.deleted, user.disabled' });
    expect([types(asked), asked.next]).toEqual([['user.deleted'], '3']);
    expect(await page({ types: 'group.created' })).toEqual({ events: [], next: '3' });
  });

  test('waits until something happens, in this process or another', async () => {
    await customer();
    const waiting = await sent(suite, () => page({ wait: 30 }));
    await user('mary');
    expect(types(await waiting.answer)).toEqual(['user.created']);
    const other = await createScimTarget({ store: suite.target.store });
    try {
      const again = await sent(suite, () => page({ after: 1, wait: 30 }));
      await other.directory(client.tenant.name).users.create({ userName: 'john' });
      expect(types(await again.answer)).toEqual(['user.created']);
    } finally {
      await other.close();
    }
  });

  test('begins with what comes next when it is asked from now on', async () => {
    await customer();
    await user('before');
    expect(await page({ after: 'now' })).toEqual({ events: [], next: '1' });
    const waiting = await sent(suite, () => page({ after: 'now', wait: 30 }));
    // Its place is found before anything else is done; what is written before that is not for it.
    await vi.waitFor(async () => {
      await user(crypto.randomUUID());
      expect(await Promise.race([waiting.answer, undefined])).toBeDefined();
    }, 10_000);
    expect(types(await waiting.answer)).toContain('user.created');
  });

  test('waits for what is asked for, and no longer than it may', async () => {
    await customer();
    const waiting = await sent(suite, () => page({ wait: 1, types: 'user.deleted' }));
    await user('mary');
    expect(await waiting.answer).toEqual({ events: [], next: '1' });
  });

  test('ends with the credential of whoever waits', async () => {
    await customer();
    const { target } = suite;
    const read = vi.spyOn(target.store, 'changes');
    const waiting = await sent(suite, () => feed.get('', { wait: 30 }));
    // It was let in, and has found nothing.
    await vi.waitFor(() => expect(read).toHaveBeenCalled(), 10_000);
    await Promise.all(read.mock.results.map(({ value }) => value));
    read.mockRestore();
    const [found] = await target.store.credentials(client.tenant.id);
    const revoked = new Date().toISOString();
    await target.store.revokeCredential(client.tenant.id, found?.credential.id ?? '', revoked);
    await target.directory(client.tenant.name).users.create({ userName: 'mary' });
    expect((await waiting.answer).status).toBe(401);
  });

  test('is that of the own tenant, and no other is there', async () => {
    await customer();
    const mine = client;
    await user('mine');
    await customer();
    expect((await page()).events).toEqual([]);
    const wrong = await mine.at(`/tenants/${client.tenant.name}/events`).get('');
    expect(wrong.status).toBe(404);
    const right = await mine.at(`/tenants/${mine.tenant.name}/events`).get('');
    expect((right.body as Page).events).toHaveLength(1);
  });

  test('needs a credential with the scope events:read, which none has by itself', async () => {
    await customer();
    const plain = await suite.client(client.tenant.name);
    const refused = await plain.at('/events').get('');
    expect(refused.status).toBe(403);
    expect(refused.headers['www-authenticate']).toContain('scope="events:read"');
    expect(refused.body).toMatchObject({ schemas: [URN.error], status: '403' });
    const nobody = await client.withToken('nonsense').at('/events').get('');
    expect([nobody.status, nobody.body.schemas]).toEqual([401, [URN.error]]);
  });

  test('is a request like any other: it has an id, and is in the activity', async () => {
    await customer();
    const response = await feed.get('', { after: 0 });
    const line = await suite.lineOf(response);
    expect(line).toMatchObject({ path: '/events', status: 200, tenant: client.tenant.name });
    await suite.target.flush();
    const [entry] = await suite.target.store.activity({ tenant: client.tenant.id, limit: 1 });
    expect(entry).toMatchObject({ path: '/events', requestId: response.headers['x-request-id'], outcome: 'done' });
  });

  test.each([
    'after=-1',
    'after=1.2.3',
    'after=',
    'after=1e3',
    'after=0.0',
    'after=NOW',
    'limit=0',
    'limit=1001',
    'limit=ten',
    'wait=61',
    'wait=-1',
    'types=user.born',
    'types=',
    'after=0&after=1',
  ])('refuses ?%s', async (query) => {
    const response = await feed.get(`?${query}`);
    expect(response.status).toBe(400);
    expect(response.body).toMatchObject({ schemas: [URN.error], scimType: 'invalidValue' });
  });

  test('is read and nothing else', async () => {
    for (const method of ['post', 'put', 'patch', 'delete'] as const) {
      const response = await feed.send(method, '');
      expect([response.status, response.headers.allow]).toEqual([405, 'HEAD, GET']);
    }
    expect((await feed.get('/elsewhere')).status).toBe(404);
  });
});

onEachStore('tokens by poll', (suite) => {
  let client: Client;
  let owner: AdminClient;
  let receiver: IssuedReceiver['receiver'];
  let trusting: SetReceiver;

  beforeAll(async () => {
    owner = (await adminOf(suite)).client;
  });

  async function customer(): Promise<void> {
    client = await suite.tenant('entra', [...SCOPES]);
    const wanted = { kind: 'poll', name: 'Poll', url: null, events: null, from: 'now', audience: AUDIENCE };
    const made = await owner.post(`/tenants/${client.tenant.name}/receivers`, wanted);
    expect(made.status, made.text).toBe(201);
    receiver = (made.body as IssuedReceiver).receiver;
    const { body: jwks } = await keys(suite);
    const { issuer } = (await owner.get(`/tenants/${client.tenant.name}/receivers`)).body.addresses as Addresses;
    trusting = new SetReceiver({ jwks, issuer, audience: AUDIENCE });
  }

  const url = () => `${suite.origin}/events/poll/${receiver.id}`;
  const poll = (body: object = {}) => trusting.poll(url(), client.token, body);
  const user = (userName: string) => client.user(userName);

  test('are given, acknowledged, and not given again', async () => {
    await customer();
    await user('mary');
    await user('john');
    const first = await poll({ maxEvents: 1, returnImmediately: true });
    expect(first).toMatchObject({ status: 200, more: true });
    const second = await poll({ ack: first.ack, returnImmediately: true });
    expect([second.ack.length, second.more]).toEqual([1, false]);
    expect((await poll({ ack: second.ack, maxEvents: 0 })).ack).toEqual([]);
    expect((await poll({ returnImmediately: true })).ack).toEqual([]);
    expect(trusting.sets.map(({ events }) => Object.keys(events))).toHaveLength(2);
  });

  test('come as soon as something happens', async () => {
    await customer();
    const waiting = await sent(suite, () => poll());
    await user('mary');
    expect((await waiting.answer).ack).toHaveLength(1);
  });

  test('that cannot be used are dead letters of the receiver', async () => {
    await customer();
    await user('mary');
    trusting.trust = { ...trusting.trust, audience: 'https://other.example.com' };
    const { setErrs } = await poll({ returnImmediately: true });
    expect(Object.keys(setErrs)).toHaveLength(1);
    await poll({ setErrs, maxEvents: 0 });
    const letters = await suite.target.store.deadLetters({ tenant: client.tenant.id, limit: 5 });
    expect(letters.map(({ error }) => error)).toEqual(['The receiver could not use the token: invalid_audience.']);
    expect((await poll({ returnImmediately: true })).setErrs).toEqual({});
  });

  test('are for those of the tenant who may read events', async () => {
    await customer();
    const [mine, theirs] = [client, await suite.tenant('entra', [...SCOPES])];
    const plain = await suite.client(mine.tenant.name);
    expect((await trusting.poll(url(), theirs.token)).status).toBe(404);
    expect((await trusting.poll(url(), plain.token)).status).toBe(403);
    expect((await trusting.poll(url(), 'nonsense')).status).toBe(401);
    expect((await mine.at('/events').post('/poll/nobody', {})).status).toBe(404);
    const wrongWay = await mine.at('/events').get(`/poll/${receiver.id}`);
    expect([wrongWay.status, wrongWay.headers.allow]).toEqual([405, 'POST']);
  });

  test.each([
    ['a list', '[]'],
    ['no JSON', '{'],
    ['a number that is none', '{"maxEvents":"10"}'],
    ['less than nothing', '{"maxEvents":-1}'],
    ['a boolean that is none', '{"returnImmediately":"yes"}'],
    ['one jti', '{"ack":"a"}'],
    ['numbers for jtis', '{"ack":[1]}'],
    ['errors without codes', '{"setErrs":{"a":{}}}'],
    ['a list of errors', '{"setErrs":[]}'],
  ])('are not given for %s', async (_what, body) => {
    const response = await client.at('/events').post(`/poll/${receiver.id}`, body);
    expect(response.status).toBe(400);
    expect(response.body.schemas).toEqual([URN.error]);
  });

  test('are signed with keys that anybody may read', async () => {
    const { status, body, headers } = await keys(suite);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/jwk-set+json']);
    expect(body.keys).toHaveLength(1);
    expect(body.keys[0]).not.toHaveProperty('d');
    const wrong = await fetch(`${suite.origin}/events/jwks`, { method: 'POST' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'HEAD, GET']);
  });
});

/** A request that the server has begun to answer. */
async function sent<Answer>(suite: Suite, send: () => PromiseLike<Answer>): Promise<{ answer: Promise<Answer> }> {
  const arrived = once(suite.server, 'request');
  const answer = Promise.resolve(send().then((response) => response));
  await arrived;
  return { answer };
}

async function keys(suite: Suite) {
  const response = await fetch(`${suite.origin}/events/jwks`);
  return { status: response.status, headers: response.headers, body: (await response.json()) as JSONWebKeySet };
}

onEachStore('a target that ends', (suite) => {
  test('lets nobody wait', async () => {
    const client = await suite.tenant('entra', [...SCOPES]);
    const feed = client.at('/events');
    const waiting = await sent(suite, () => feed.get('', { wait: 60 }));
    suite.target.endWaits();
    expect((await waiting.answer).body).toEqual({ events: [], next: '0' });
    expect((await feed.get('', { wait: 60 })).body).toEqual({ events: [], next: '0' });
  });
});
