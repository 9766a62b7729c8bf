import { expect, test, vi } from 'vitest';
import type {
  AuditView,
  DeadLetterList,
  DeliveryAttempt,
  IssuedReceiver,
  NewReceiver,
  ReceiverList,
  ReceiverView,
} from '../../../src/http/admin/messages.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import type { Client } from '../../support/client.js';
import { putDeadLetter } from '../../support/given-up.js';
import { type HookReceiver, hookReceivers, opened } from '../../support/hook-receiver.js';
import { onEachStore, type Suite } from '../../support/target.js';

interface World {
  readonly suite: Suite;
  readonly owner: AdminClient;
  readonly email: string;
  /** The identity provider of the tenant. */
  readonly client: Client;
  readonly tenant: string;
  /** `/tenants/NAME/receivers` */
  readonly at: string;
}

async function worldOf(suite: Suite): Promise<World> {
  const client = await suite.tenant();
  const { client: owner, email } = await adminOf(suite);
  const tenant = client.tenant.name;
  return { suite, owner, email, client, tenant, at: `/tenants/${tenant}/receivers` };
}

const WEBHOOK: NewReceiver = { kind: 'webhook', name: 'CRM', url: 'http://127.0.0.1:9/', events: null, from: 'now' };

/** Makes one, which must succeed. */
async function made({ owner, at }: World, wanted: Partial<NewReceiver>): Promise<IssuedReceiver & { secret: string }> {
  const answer = await owner.post(at, { ...WEBHOOK, ...wanted });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as IssuedReceiver & { secret: string };
}

async function viewOf({ owner, at }: World, id: string): Promise<ReceiverView> {
  const answer = await owner.get(`${at}/${id}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as ReceiverView;
}

async function auditOf({ owner, tenant }: World): Promise<AuditView[]> {
  return ((await owner.get(`/audit?tenant=${tenant}`)).body as { items: AuditView[] }).items;
}

/** As those see it who may not change it. */
const shortened = ({ url }: HookReceiver) => `${new URL(url).origin}/…`;

const typesOf = (hooks: HookReceiver['hooks'], secret: string) => hooks.map((hook) => opened(hook, secret).type);

onEachStore(
  'receivers in the admin API',
  (suite) => {
    const hookReceiver = hookReceivers();

    test('a webhook is made, its secret shown once, and it is sent what happens from then on, signed', async () => {
      const world = await worldOf(suite);
      const { client, owner, email, at, tenant } = world;
      await client.user('before');
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url, events: ['user.created', 'user.deleted'] });
      expect(receiver).toMatchObject({
        kind: 'webhook',
        name: 'CRM',
        url: crm.url,
        pollUrl: null,
        events: ['user.created', 'user.deleted'],
        createdBy: email,
        paused: null,
        audience: null,
        hasAuthorization: false,
        keys: [{ ends: null }],
        delivery: { position: 1, last: 1, behind: 0, trouble: null, hasDeadLetters: false },
      });
      expect(secret).toMatch(/^whsec_/);

      const { id } = await client.user('ann');
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Dr' });
      await client.delete(`/Users/${id}`);
      const hooks = await crm.first(2);
      expect(hooks.map((hook) => opened(hook, secret))).toMatchObject([
        { type: 'user.created', data: { tenant, sequence: 2, resource: { id, userName: 'ann' } } },
        { type: 'user.deleted', data: { tenant, sequence: 4, resource: { id } } },
      ]);

      const list = await owner.get(at);
      expect((list.body as ReceiverList).items).toMatchObject([{ id: receiver.id, name: 'CRM' }]);
      const shown = [list, await owner.get(`${at}/${receiver.id}`), await owner.get('/audit')];
      for (const { text } of shown) expect(text).not.toContain(secret.slice(6, 20));
      expect(suite.logText).not.toContain(secret.slice(6, 20));
      expect(await auditOf(world)).toMatchObject([
        { action: 'receiver.create', target: 'CRM', details: { kind: 'webhook', url: shortened(crm), from: 'now' } },
      ]);
    });

    test('one that begins at the start is told of everything that ever happened', async () => {
      const world = await worldOf(suite);
      await world.client.user('ann');
      await world.client.group('Staff');
      const crm = await hookReceiver();
      const { secret } = await made(world, { url: crm.url, from: 'start' });
      expect(typesOf([...(await crm.first(2))], secret)).toEqual(['user.created', 'group.created']);
    });

    test('the addresses of events are those where they are, with the tenant in them', async () => {
      const { owner, at, tenant } = await worldOf(suite);
      const { addresses } = (await owner.get(at)).body as ReceiverList;
      expect(addresses).toMatchObject({
        feed: `${suite.origin}/tenants/${tenant}/events`,
        jwks: `${suite.origin}/tenants/${tenant}/events/jwks`,
      });
      const poll = { kind: 'poll', name: 'Audit', url: null, events: null, from: 'now', audience: 'https://a.example' };
      const { receiver, secret } = (await owner.post(at, poll)).body as IssuedReceiver;
      expect(secret).toBeNull();
      expect(receiver.pollUrl).toBe(`${suite.origin}/tenants/${tenant}/events/poll/${receiver.id}`);
    });

    test('a new secret signs beside the old one for the overlap, and alone without one', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url });
      const rotate = async (overlapHours: number) => {
        const answer = await owner.post(`${at}/${receiver.id}/rotate`, { overlapHours });
        expect(answer.status, answer.text).toBe(200);
        return answer.body as IssuedReceiver & { secret: string };
      };
      const { secret: second, receiver: after } = await rotate(24);
      expect(after.keys).toMatchObject([{ ends: expect.any(String) }, { ends: null }]);
      await client.user('ann');
      const [both] = await crm.first(1);
      for (const one of [secret, second]) expect(opened(both as never, one).type).toBe('user.created');

      const { secret: third } = await rotate(0);
      await client.user('bob');
      const [, alone] = await crm.first(2);
      expect(opened(alone as never, third).type).toBe('user.created');
      expect(() => opened(alone as never, second)).toThrow(/signature/i);
      expect(await auditOf(world)).toMatchObject([
        { action: 'receiver.rotate', target: 'CRM', details: { overlapHours: 0 } },
        { action: 'receiver.rotate', target: 'CRM', details: { overlapHours: 24 } },
        { action: 'receiver.create' },
      ]);
      for (const overlapHours of [-1, 721, '24', undefined]) {
        expect((await owner.post(`${at}/${receiver.id}/rotate`, { overlapHours })).status).toBe(400);
      }
    });

    test('one that is paused is sent nothing, and all that it has missed when it is served again', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url });
      await client.user('ann');
      await crm.first(1);
      const paused = await owner.patch(`${at}/${receiver.id}`, { paused: true });
      expect(paused.body).toMatchObject({ paused: expect.any(String), pausedBecause: null });
      await client.user('bob');
      await client.user('cid');
      await vi.waitFor(async () => expect((await viewOf(world, receiver.id)).delivery.behind).toBe(2), 5_000);
      expect(crm.hooks).toHaveLength(1);
      expect((await owner.patch(`${at}/${receiver.id}`, { paused: false })).body).toMatchObject({ paused: null });
      const hooks = await crm.first(3);
      const names = hooks.map((hook) => opened(hook, secret).data.resource as { userName: string });
      expect(names.map(({ userName }) => userName)).toEqual(['ann', 'bob', 'cid']);
      expect((await auditOf(world)).slice(0, 2)).toMatchObject([
        { action: 'receiver.update', details: { paused: { before: true, after: false } } },
        { action: 'receiver.update', details: { paused: { before: false, after: true } } },
      ]);
    });

    test('a change of name, address, events and header takes effect and is recorded with both sides', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const [first, second] = [await hookReceiver(), await hookReceiver()];
      const { receiver, secret } = await made(world, { url: `${first.url}/s3cret-old?code=s3cret-old` });
      const change = { name: 'Mail', url: `${second.url}/s3cret-new?code=s3cret-new`, events: ['group.created'] };
      const changed = await owner.patch(`${at}/${receiver.id}`, change);
      expect(changed.body).toMatchObject(change);
      await client.user('ann');
      await client.group('Staff');
      expect(typesOf([...(await second.first(1))], secret)).toEqual(['group.created']);
      expect(first.hooks).toHaveLength(0);
      const [latest] = await auditOf(world);
      expect(latest).toMatchObject({
        action: 'receiver.update',
        target: 'Mail',
        details: {
          name: { before: 'CRM', after: 'Mail' },
          url: { before: shortened(first), after: shortened(second) },
          events: { before: null, after: ['group.created'] },
        },
      });
      const same = await owner.patch(`${at}/${receiver.id}`, { name: 'Mail' });
      expect(same.status).toBe(200);
      expect(await auditOf(world)).toHaveLength(2);
      const viewer = await owner.script('viewer');
      const seen = await viewer.get(`${at}/${receiver.id}`);
      expect(seen.body).toMatchObject({ url: shortened(second) });
      expect(seen.text).not.toContain('s3cret');
      expect((await viewer.get(at)).text).not.toContain('s3cret');
      expect(JSON.stringify(await auditOf(world))).not.toContain('s3cret');
    });

    test('the header for a push receiver is set, replaced and taken away without ever being shown', async () => {
      const world = await worldOf(suite);
      const { owner, at } = world;
      const push = { kind: 'push', url: 'http://127.0.0.1:9/', audience: 'https://soc.example.com' } as const;
      const { receiver } = await made(world, { ...push, authorization: 'Bearer s3cret-one' });
      expect(receiver).toMatchObject({ kind: 'push', audience: 'https://soc.example.com', hasAuthorization: true });
      const change = (body: object) => owner.patch(`${at}/${receiver.id}`, body);
      expect((await change({ authorization: 'Bearer s3cret-two' })).body).toMatchObject({ hasAuthorization: true });
      expect((await change({ authorization: null })).body).toMatchObject({ hasAuthorization: false });
      const records = await auditOf(world);
      expect(records).toMatchObject([
        { details: { authorization: { before: 'set', after: null } } },
        { details: { authorization: { before: 'set', after: 'set anew' } } },
        { details: { authorization: 'set' } },
      ]);
      const list = await owner.get(at);
      expect(JSON.stringify(records) + list.text + suite.logText).not.toContain('s3cret');
    });

    test('what does not fit is refused with the name of its field, and makes nothing', async () => {
      const { owner, at } = await worldOf(suite);
      for (const [change, field] of [
        [{ kind: 'mail' }, 'kind'],
        [{ name: ' ' }, 'name'],
        [{ name: undefined }, 'name'],
        [{ url: 'ftp://example.com/' }, 'url'],
        [{ url: 'nowhere' }, 'url'],
        [{ url: null }, 'url'],
        [{ events: ['user.sneezed'] }, 'events'],
        [{ events: [] }, 'events'],
        [{ from: 'yesterday' }, 'from'],
        [{ kind: 'push' }, 'audience'],
        [{ secret: 'mine' }, 'secret'],
      ] as const) {
        const refused = await owner.post(at, { ...WEBHOOK, ...change });
        expect([refused.status, refused.body.errors?.[0]?.field], JSON.stringify(change)).toEqual([400, field]);
      }
      expect((await owner.get(at)).body).toMatchObject({ items: [] });
    });

    test('a test event is sent at once, and what came back is told; its place stays', async () => {
      const world = await worldOf(suite);
      const { owner, at } = world;
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url });
      const send = async () => (await owner.post(`${at}/${receiver.id}/test`)).body as DeliveryAttempt;
      expect(await send()).toMatchObject({ isDelivered: true, detail: expect.any(String) });
      expect(() => opened(crm.hooks[0] as never, secret)).not.toThrow();
      crm.status = 500;
      expect(await send()).toMatchObject({ isDelivered: false, detail: expect.stringContaining('500') });
      await crm.stop();
      expect(await send()).toMatchObject({ isDelivered: false, detail: expect.any(String) });
      expect((await viewOf(world, receiver.id)).delivery).toMatchObject({ position: 0, trouble: null });
      const tests = (await auditOf(world)).filter(({ action }) => action === 'receiver.test');
      expect(tests.map(({ details }) => details.isDelivered)).toEqual([false, false, true]);
    });

    test('one that fails is shown with its trouble, and holds up no other', async () => {
      const world = await worldOf(suite);
      const { client } = world;
      const [broken, fine] = [await hookReceiver(), await hookReceiver()];
      broken.status = 503;
      const { receiver } = await made(world, { url: broken.url });
      await made(world, { url: fine.url });
      await client.user('ann');
      await fine.first(1);
      await vi.waitFor(async () => {
        const { delivery } = await viewOf(world, receiver.id);
        expect(delivery).toMatchObject({ behind: 1, trouble: { error: expect.stringContaining('503') } });
        expect(delivery.trouble?.attempts).toBeGreaterThanOrEqual(1);
      }, 10_000);
    });

    test('a dead letter is shown with its event, tried again, and gone when that succeeds', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url });
      await owner.patch(`${at}/${receiver.id}`, { paused: true });
      const { id } = await client.user('ann');
      const letter = await putDeadLetter(suite.target.store, client.tenant, receiver.id);
      const letters = async () => (await owner.get(`${at}/${receiver.id}/dead-letters`)).body as DeadLetterList;
      expect(await letters()).toMatchObject({
        items: [{ id: letter.id, what: 'user.created', attempts: 5, event: { sequence: 1, resource: { id } } }],
        next: null,
      });
      expect((await viewOf(world, receiver.id)).delivery.hasDeadLetters).toBe(true);
      await owner.patch(`${at}/${receiver.id}`, { paused: false });

      const again = async () =>
        (await owner.post(`${at}/${receiver.id}/dead-letters/${letter.id}/redeliver`)).body as DeliveryAttempt;
      crm.status = 400;
      expect(await again()).toMatchObject({ isDelivered: false, detail: expect.stringContaining('400') });
      expect((await letters()).items).toHaveLength(1);
      crm.status = 200;
      expect(await again()).toMatchObject({ isDelivered: true });
      expect(opened(crm.hooks.at(-1) as never, secret)).toMatchObject({ type: 'user.created', data: { id: '1.0' } });
      expect((await letters()).items).toEqual([]);
      expect((await auditOf(world)).slice(0, 2)).toMatchObject([
        { action: 'delivery.redeliver', target: 'CRM', details: { event: 'user.created', isDelivered: true } },
        { action: 'delivery.redeliver', target: 'CRM', details: { event: 'user.created', isDelivered: false } },
      ]);
    });

    test('a dead letter of what it is told no more, or cannot be told now, is not tried and stays', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const crm = await hookReceiver();
      const { receiver } = await made(world, { url: crm.url, events: ['group.created'] });
      await client.user('ann');
      const letter = await putDeadLetter(suite.target.store, client.tenant, receiver.id);
      const letters = `${at}/${receiver.id}/dead-letters`;
      const again = async () => (await owner.post(`${letters}/${letter.id}/redeliver`)).status;
      expect(await again()).toBe(409);
      await owner.patch(`${at}/${receiver.id}`, { events: null, paused: true });
      expect(await again()).toBe(409);
      expect((await owner.get(letters)).body).toMatchObject({ items: [{ id: letter.id }] });
      expect(crm.hooks).toHaveLength(0);
      await owner.patch(`${at}/${receiver.id}`, { paused: false });
      expect(await again()).toBe(200);
      expect(crm.hooks).toHaveLength(1);
    });

    test('a dead letter of one that polls is given with the next poll, until it is acknowledged', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const wanted = { kind: 'poll', name: 'Poll', url: null, audience: 'https://app.example.com' } as const;
      const { receiver } = await made(world, wanted);
      const reader = (await suite.client(client.tenant.name, ['events:read'])).at('/events');
      const poll = async (body: object) => {
        const asked = JSON.stringify({ returnImmediately: true, ...body });
        const answer = await reader.post(`/poll/${receiver.id}`, asked, { 'Content-Type': 'application/json' });
        expect(answer.status, answer.text).toBe(200);
        return Object.keys((answer.body as { sets: object }).sets);
      };
      await client.user('ann');
      const [jti = ''] = await poll({});
      expect(await poll({ setErrs: { [jti]: { err: 'invalid_key', description: 'x' } } })).toEqual([]);
      const letters = `${at}/${receiver.id}/dead-letters`;
      const listed = async () => ((await owner.get(letters)).body as DeadLetterList).items;
      const [letter] = await listed();
      expect((await viewOf(world, receiver.id)).delivery).toMatchObject({ behind: 0, hasDeadLetters: true });
      const again = await owner.post(`${letters}/${letter?.id}/redeliver`);
      expect(again.body).toEqual({ isDelivered: true, detail: 'The receiver is given it with its next poll.' });
      expect((await viewOf(world, receiver.id)).delivery).toMatchObject({ behind: 1, hasDeadLetters: false });
      expect([await poll({}), await poll({})]).toEqual([[jti], [jti]]);
      expect(await poll({ ack: [jti] })).toEqual([]);
      expect((await viewOf(world, receiver.id)).delivery).toMatchObject({ behind: 0, hasDeadLetters: false });
    });

    test('dead letters come in pages, and one is thrown away', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const { receiver } = await made(world, {});
      await owner.patch(`${at}/${receiver.id}`, { paused: true });
      for (const name of ['ann', 'bob', 'cid']) {
        await client.user(name);
        await putDeadLetter(suite.target.store, client.tenant, receiver.id);
      }
      const pageOf = async (query: string) =>
        (await owner.get(`${at}/${receiver.id}/dead-letters?limit=2${query}`)).body as DeadLetterList;
      const first = await pageOf('');
      const second = await pageOf(`&before=${encodeURIComponent(first.next as string)}`);
      expect([first, second].map(({ items }) => items.map(({ sequence }) => sequence))).toEqual([[3, 2], [1]]);
      expect(second.next).toBeNull();
      const gone = first.items[0]?.id as string;
      const discard = () => owner.delete(`${at}/${receiver.id}/dead-letters/${gone}`);
      expect((await discard()).status).toBe(204);
      expect((await discard()).status).toBe(404);
      expect((await pageOf('')).items.map(({ sequence }) => sequence)).toEqual([2, 1]);
      expect((await auditOf(world))[0]).toMatchObject({ action: 'delivery.discard', details: { sequence: 3 } });
      for (const query of ['limit=0', 'limit=201', 'after=1', 'limit=1&limit=2']) {
        expect((await owner.get(`${at}/${receiver.id}/dead-letters?${query}`)).status, query).toBe(400);
      }
    });

    test('everything after a change is told again', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const crm = await hookReceiver();
      const { receiver, secret } = await made(world, { url: crm.url });
      for (const name of ['ann', 'bob', 'cid']) await client.user(name);
      await crm.first(3);
      await vi.waitFor(async () => expect((await viewOf(world, receiver.id)).delivery.position).toBe(3), 5_000);
      const replayed = await owner.post(`${at}/${receiver.id}/replay`, { after: 1 });
      expect(replayed.status, replayed.text).toBe(200);
      const hooks = await crm.first(5);
      expect(hooks.map((hook) => opened(hook, secret).data.sequence)).toEqual([1, 2, 3, 2, 3]);
      expect(hooks[3]?.headers['webhook-id']).toBe(hooks[1]?.headers['webhook-id']);
      expect((await auditOf(world))[0]).toMatchObject({
        action: 'delivery.replay',
        target: 'CRM',
        details: { position: { before: 3, after: 1 } },
      });
      for (const after of [4, -1, 1.5, '1', undefined]) {
        const refused = await owner.post(`${at}/${receiver.id}/replay`, { after });
        expect([refused.status, refused.body.errors?.[0]?.field], String(after)).toEqual([400, 'after']);
      }
    });

    test('one that is removed is sent nothing more, and is not there', async () => {
      const world = await worldOf(suite);
      const { owner, client, at } = world;
      const [gone, other] = [await hookReceiver(), await hookReceiver()];
      const { receiver } = await made(world, { url: gone.url });
      await made(world, { url: other.url });
      expect((await owner.delete(`${at}/${receiver.id}`)).status).toBe(204);
      await client.user('ann');
      await other.first(1);
      expect(gone.hooks).toHaveLength(0);
      expect((await owner.get(`${at}/${receiver.id}`)).status).toBe(404);
      expect((await owner.delete(`${at}/${receiver.id}`)).status).toBe(404);
      const { items } = (await owner.get(at)).body as ReceiverList;
      expect(items.map(({ url }) => url)).toEqual([other.url]);
    });

    test('tenants do not meet: what belongs to another is not there, and its admin sees their own alone', async () => {
      const [ours, theirs] = [await worldOf(suite), await worldOf(suite)];
      const { receiver } = await made(theirs, {});
      await theirs.client.user('ann');
      const letter = await putDeadLetter(suite.target.store, theirs.client.tenant, receiver.id);
      const { client: admin } = await adminOf(suite, 'tenant-admin', ours.tenant);
      const nothing = `${ours.at}/${receiver.id}`;
      const dead = `dead-letters/${letter.id}`;
      for (const at of [nothing, `${theirs.at}/${receiver.id}`]) {
        const asked = [
          await admin.get(at),
          await admin.patch(at, { paused: true }),
          await admin.delete(at),
          await admin.post(`${at}/rotate`, { overlapHours: 0 }),
          await admin.post(`${at}/test`),
          await admin.post(`${at}/replay`, { after: 0 }),
          await admin.get(`${at}/dead-letters`),
          await admin.post(`${at}/${dead}/redeliver`),
          await admin.delete(`${at}/${dead}`),
        ];
        expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 404));
      }
      expect((await admin.get(theirs.at)).status).toBe(404);
      expect((await viewOf(theirs, receiver.id)).delivery.hasDeadLetters).toBe(true);

      const own = await admin.post(ours.at, WEBHOOK);
      expect(own.status, own.text).toBe(201);
      const { items } = (await admin.get(ours.at)).body as ReceiverList;
      expect(items.map(({ id }) => id)).toEqual([(own.body as IssuedReceiver).receiver.id]);
      // A dead letter of one receiver is none of the next.
      const neighbour = await made(theirs, {});
      const at = `${theirs.at}/${neighbour.receiver.id}/${dead}`;
      expect((await theirs.owner.delete(at)).status).toBe(404);
    });

    test('a viewer sees receivers and changes none', async () => {
      const world = await worldOf(suite);
      const { receiver } = await made(world, {});
      const viewer = await world.owner.script('viewer');
      expect((await viewer.get(world.at)).status).toBe(200);
      const one = `${world.at}/${receiver.id}`;
      const refused = [
        await viewer.post(world.at, WEBHOOK),
        await viewer.patch(one, { paused: true }),
        await viewer.delete(one),
        await viewer.post(`${one}/test`),
      ];
      expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
      expect(await viewOf(world, receiver.id)).toMatchObject({ paused: null });
    });
  },
  { webhookPrivate: 'allow' },
);
