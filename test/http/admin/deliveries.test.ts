import { EventEmitter, once } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { ScimEvent } from '../../../src/events/event.js';
import type {
  AuditView,
  DeadLetterList,
  DeliveryAttempt,
  EventList,
  SubscriberView,
} from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import type { Client } from '../../support/client.js';
import { onEachStore, type Suite } from '../../support/target.js';

interface World {
  readonly owner: AdminClient;
  /** The identity provider of the tenant. */
  readonly client: Client;
  /** `/tenants/NAME` */
  readonly at: string;
}

async function worldOf(suite: Suite): Promise<World> {
  const client = await suite.tenant();
  const { client: owner } = await adminOf(suite);
  return { owner, client, at: `/tenants/${client.tenant.name}` };
}

async function eventsOf({ owner, at }: World, query = ''): Promise<EventList> {
  const answer = await owner.get(`${at}/events${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as EventList;
}

async function subscribersOf({ owner, at }: World): Promise<readonly SubscriberView[]> {
  const answer = await owner.get(`${at}/subscribers`);
  expect(answer.status, answer.text).toBe(200);
  return (answer.body as { items: SubscriberView[] }).items;
}

async function lettersOf({ owner, at }: World, name: string): Promise<DeadLetterList> {
  const answer = await owner.get(`${at}/subscribers/${name}/dead-letters`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as DeadLetterList;
}

async function auditOf({ owner, client }: World): Promise<AuditView[]> {
  return ((await owner.get(`/audit?tenant=${client.tenant.name}`)).body as { items: AuditView[] }).items;
}

const idsOf = ({ items }: EventList) => items.map(({ id }) => id);

onEachStore('events in the admin API', (suite) => {
  test('are shown newest first, each with both sides and whoever caused it', async () => {
    const world = await worldOf(suite);
    const { client } = world;
    const { id } = await client.user('ann', { name: { givenName: 'Ann' } });
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'name.givenName', value: 'Anna' });
    await client.delete(`/Users/${id}`);
    const { items, next } = await eventsOf(world);
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { id: '3.0', type: 'user.deleted', operation: 'delete', resource: { id } },
      {
        id: '2.0',
        type: 'user.updated',
        sequence: 2,
        operation: 'patch',
        resourceType: 'User',
        resource: { id, userName: 'ann', name: { givenName: 'Anna' } },
        difference: [{ path: 'name.givenName', before: 'Ann', after: 'Anna' }],
        members: [],
        memberCount: 0,
        actor: { name: `of ${client.tenant.name}` },
        requestId: expect.any(String),
      },
      { id: '1.0', type: 'user.created' },
    ]);
  });

  test('come in pages that neither repeat nor leave out anything, also within one change', async () => {
    const world = await worldOf(suite);
    const { client } = world;
    const ids: string[] = [];
    for (const name of ['ann', 'bob', 'cid']) ids.push((await client.user(name)).id);
    // One change that is three events: created, members added; then renamed and changed at once.
    const group = await client.group('Staff', ids);
    const put = { displayName: 'Crew', externalId: 'x', members: [{ value: ids[0] }] };
    expect((await client.put(`/Groups/${group.id}`, put)).status).toBe(200);
    const all = idsOf(await eventsOf(world));
    expect(all.length).toBeGreaterThan(6);
    for (const limit of [1, 2, 3]) {
      const found: string[] = [];
      let before = '';
      for (let pages = 0; pages < 20; pages++) {
        const page = await eventsOf(world, `?limit=${limit}${before}`);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        found.push(...idsOf(page));
        if (page.next === null) break;
        before = `&before=${page.next}`;
      }
      expect(found, `in pages of ${limit}`).toEqual(all);
    }
  });

  test('name the first 20 members and count them all', async () => {
    const world = await worldOf(suite);
    const ids: string[] = [];
    for (let number = 0; number < 21; number++) ids.push((await world.client.user(`u${number}`)).id);
    await world.client.group('Staff', ids);
    const [added] = (await eventsOf(world)).items;
    expect(added).toMatchObject({ type: 'membership.added', memberCount: 21 });
    expect(added?.members).toHaveLength(20);
  });

  test('of a tenant without any are none, and a place that is none is refused', async () => {
    const world = await worldOf(suite);
    expect(await eventsOf(world)).toEqual({ items: [], next: null });
    expect(await eventsOf(world, '?before=99.0')).toEqual({ items: [], next: null });
    for (const query of ['?before=x', '?before=1', '?limit=0', '?limit=201', '?after=1.0']) {
      expect((await world.owner.get(`${world.at}/events${query}`)).status, query).toBe(400);
    }
  });

  test('of one tenant are not shown to the admin of another', async () => {
    const [ours, theirs] = [await worldOf(suite), await worldOf(suite)];
    await theirs.client.user('ann');
    const { client: admin } = await adminOf(suite, 'tenant-admin', ours.client.tenant.name);
    expect((await admin.get(`${theirs.at}/events`)).status).toBe(404);
    expect((await admin.get(`${theirs.at}/subscribers`)).status).toBe(404);
    expect((await admin.get(`${ours.at}/events`)).body).toEqual({ items: [], next: null });
  });
});

onEachStore('subscribers in the admin API', (suite) => {
  test('are shown with how far they have got in the tenant, and only those', async () => {
    const [ours, theirs] = [await worldOf(suite), await worldOf(suite)];
    const poll = { kind: 'poll', name: 'Audit', url: null, events: null, from: 'now', audience: 'https://a.example' };
    expect((await ours.owner.post(`${ours.at}/receivers`, poll)).status).toBe(201);
    const seen: ScimEvent[] = [];
    const subscription = suite.target.events.subscribe('mirror', (event) => void seen.push(event));
    await ours.client.user('ann');
    await ours.client.user('bob');
    await suite.target.events.settled();
    expect(seen.filter(({ tenant }) => tenant === ours.client.tenant.name)).toHaveLength(2);
    const delivery = { position: 2, last: 2, behind: 0, trouble: null, hasDeadLetters: false };
    expect(await subscribersOf(ours)).toEqual([{ name: 'mirror', delivery }]);
    await subscription.close();
    await ours.client.user('cid');
    expect(await subscribersOf(ours)).toMatchObject([
      { name: 'mirror', delivery: { position: 2, last: 3, behind: 1 } },
    ]);
    // Nothing has happened there yet.
    expect(await subscribersOf(theirs)).toEqual([]);
    await suite.target.events.forget('mirror');
    expect(await subscribersOf(ours)).toEqual([]);
  });

  test('one that fails is shown with its trouble, and without what it said', async () => {
    const world = await worldOf(suite);
    const subscription = suite.target.events.subscribe('stuck', ({ tenant }) => {
      if (tenant === world.client.tenant.name) throw new Error('the password of the CRM is s3cret');
    });
    await world.client.user('ann');
    await vi.waitFor(async () => {
      const [stuck] = await subscribersOf(world);
      expect(stuck).toMatchObject({ delivery: { behind: 1, trouble: { error: expect.stringContaining('Error') } } });
      expect(JSON.stringify(stuck)).not.toContain('s3cret');
    }, 10_000);
    await subscription.close();
    await suite.target.events.forget('stuck');
  });

  test('a dead letter is shown with its event, tried again, and gone when that succeeds', async () => {
    const world = await worldOf(suite);
    let isBroken = true;
    const seen: string[] = [];
    const subscription = suite.target.events.subscribe(
      'fragile',
      ({ id, tenant }) => {
        if (tenant !== world.client.tenant.name) return;
        if (isBroken) throw new TypeError('no');
        seen.push(id);
      },
      { attempts: 1 },
    );
    const { id } = await world.client.user('ann');
    await suite.target.events.settled();
    const { items } = await lettersOf(world, 'fragile');
    expect(items).toMatchObject([{ what: 'user.created', sequence: 1, attempts: 1, event: { resource: { id } } }]);
    expect(await subscribersOf(world)).toMatchObject([{ delivery: { position: 1, hasDeadLetters: true } }]);

    const letter = `${world.at}/subscribers/fragile/dead-letters/${items[0]?.id}`;
    const again = async () => (await world.owner.post(`${letter}/redeliver`)).body as DeliveryAttempt;
    expect(await again()).toMatchObject({ isDelivered: false, detail: expect.stringContaining('TypeError') });
    isBroken = false;
    expect(await again()).toMatchObject({ isDelivered: true });
    expect(seen).toEqual(['1.0']);
    expect((await lettersOf(world, 'fragile')).items).toEqual([]);
    expect((await world.owner.post(`${letter}/redeliver`)).status).toBe(404);
    expect(await auditOf(world)).toMatchObject([
      { action: 'delivery.redeliver', target: 'fragile', details: { event: 'user.created', isDelivered: true } },
      { action: 'delivery.redeliver', target: 'fragile', details: { event: 'user.created', isDelivered: false } },
    ]);
    await subscription.close();
    await suite.target.events.forget('fragile');
  });

  test('a dead letter of one that is not here cannot be tried, but thrown away', async () => {
    const world = await worldOf(suite);
    const failing = () => {
      throw new Error('no');
    };
    const subscription = suite.target.events.subscribe('away', failing, { attempts: 1 });
    await world.client.user('ann');
    await suite.target.events.settled();
    await subscription.close();
    const { items } = await lettersOf(world, 'away');
    const letter = `${world.at}/subscribers/away/dead-letters/${items[0]?.id}`;
    expect((await world.owner.post(`${letter}/redeliver`)).status).toBe(409);
    expect((await lettersOf(world, 'away')).items).toHaveLength(1);
    expect((await world.owner.delete(letter)).status).toBe(204);
    expect((await world.owner.delete(letter)).status).toBe(404);
    expect((await lettersOf(world, 'away')).items).toEqual([]);
    expect((await auditOf(world))[0]).toMatchObject({ action: 'delivery.discard', target: 'away' });
    await suite.target.events.forget('away');
  });

  test('one is told everything after a change again', async () => {
    const world = await worldOf(suite);
    const seen: number[] = [];
    const told = new EventEmitter();
    const third = once(told, '3');
    const subscription = suite.target.events.subscribe('mirror', ({ tenant, sequence }) => {
      if (tenant !== world.client.tenant.name) return;
      seen.push(sequence);
      told.emit(String(sequence));
    });
    for (const name of ['ann', 'bob', 'cid']) await world.client.user(name);
    // How far it has got is known here before it is saved.
    await third;
    const replayed = await world.owner.post(`${world.at}/subscribers/mirror/replay`, { after: 1 });
    expect(replayed.status, replayed.text).toBe(200);
    await vi.waitFor(() => expect(seen).toEqual([1, 2, 3, 2, 3]), 10_000);
    expect((await auditOf(world))[0]).toMatchObject({
      action: 'delivery.replay',
      target: 'mirror',
      details: { position: { before: 3, after: 1 } },
    });
    const refused = await world.owner.post(`${world.at}/subscribers/mirror/replay`, { after: 4 });
    expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, 'after']);
    await subscription.close();
    await suite.target.events.forget('mirror');
  });

  test('one that was never there is not found, in any way', async () => {
    const { owner, at } = await worldOf(suite);
    const nobody = `${at}/subscribers/nobody`;
    const asked = [
      await owner.get(`${nobody}/dead-letters`),
      await owner.post(`${nobody}/replay`, { after: 0 }),
      await owner.post(`${nobody}/dead-letters/1.0.app:nobody/redeliver`),
      await owner.delete(`${nobody}/dead-letters/1.0.app:nobody`),
    ];
    expect(asked.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});
