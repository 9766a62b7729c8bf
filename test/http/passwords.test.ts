/** Passwords that clients set: given to the app, let go or kept as a hash (RFC 7643 §4.1.1, RFC 7644 §7.8). */
import { verify } from '@node-rs/argon2';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AccessRefused } from '../../src/access/refusal.js';
import { passwordKeeper } from '../../src/directory/kept-password.js';
import { askHook, type PasswordHook, type SetPassword } from '../../src/directory/password-hook.js';
import { ScimError } from '../../src/scim/errors.js';
import { createScimTarget } from '../../src/target.js';
import { type Client, expectError, type PatchOperation, URN } from '../support/client.js';
import { describeOnEach, onEachStore, Suite } from '../support/target.js';

vi.mock('@node-rs/argon2', { spy: true });

const SECRET = 'correct horse battery staple';

describeOnEach('an app that is given passwords', (engine) => {
  const given: SetPassword[] = [];
  let refusal: unknown;
  const onPassword: PasswordHook = (set) => {
    given.push(set);
    if (refusal) throw refusal;
  };
  const suite = new Suite(engine, { onPassword });
  beforeAll(() => suite.start());
  afterAll(() => suite.stop());

  /** A new tenant, and nothing noted yet. */
  async function fresh(): Promise<Client> {
    given.length = 0;
    refusal = undefined;
    return suite.tenant();
  }

  test('gets those of POST, PUT, PATCH and bulk jobs, with whose they are', async () => {
    const client = await fresh();
    const { id } = await client.user('ann', { password: 'first of them' });
    await client.put(`/Users/${id}`, { schemas: [URN.user], userName: 'ann', PASSWORD: 'second of them' });
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: 'third of them' });
    await client.patch(`/Users/${id}`, { op: 'Add', value: { Password: 'fourth of them', nickName: 'A' } });
    const data = { schemas: [URN.user], userName: 'bob', password: 'fifth of them' };
    const bulk = { schemas: [URN.bulk], Operations: [{ method: 'POST', path: '/Users', bulkId: 'b', data }] };
    expect((await client.post('/Bulk', bulk)).body.Operations[0].status).toBe('201');
    const words = ['first', 'second', 'third', 'fourth', 'fifth'].map((word) => `${word} of them`);
    expect(given.map(({ password }) => password)).toEqual(words);
    expect(given.slice(0, 4).map((set) => set.id)).toEqual([id, id, id, id]);
    expect(given[0]).toMatchObject({ tenant: client.tenant.name, type: 'User', resource: { userName: 'ann' } });
    expect(given[4]).toMatchObject({ resource: { userName: 'bob' } });
  });

  test('is not asked where no password is set, and not for what is refused before', async () => {
    const client = await fresh();
    const { id } = await client.user('ann');
    await client.patch(`/Users/${id}`, { op: 'replace', path: 'nickName', value: 'A' });
    await client.patch(`/Users/${id}`, { op: 'remove', path: 'password' });
    const both = [
      { op: 'replace', path: 'password', value: SECRET },
      { op: 'replace', path: 'nickName', value: { no: 'text' } },
    ];
    expectError(await client.patch(`/Users/${id}`, both), 400, 'invalidValue');
    expectError(await client.post('/Users', { schemas: [URN.user], password: SECRET }), 400, 'invalidValue');
    expect(given).toEqual([]);
  });

  test('may refuse one, and then nothing is written', async () => {
    const client = await fresh();
    const { id, meta } = await client.user('ann');
    refusal = new ScimError('invalidValue', 'The password is too short.');
    const answer = await client.patch(`/Users/${id}`, [
      { op: 'replace', path: 'nickName', value: 'A' },
      { op: 'replace', path: 'password', value: 'x' },
    ]);
    expectError(answer, 400, 'invalidValue');
    expect(answer.body.detail).toBe('The password is too short.');
    expect(await client.read(`/Users/${id}`)).toMatchObject({ meta });
    expectError(
      await client.post('/Users', { schemas: [URN.user], userName: 'bob', password: 'x' }),
      400,
      'invalidValue',
    );
    expect((await client.filter('/Users', 'userName eq "bob"')).body.totalResults).toBe(0);
  });

  test('that fails is a failure of the server, which tells the client nothing of it', async () => {
    const client = await fresh();
    refusal = new Error(`cannot keep ${SECRET}`);
    const answer = await client.post('/Users', { schemas: [URN.user], userName: 'ann', password: SECRET });
    expectError(answer, 503);
    expect(answer.text).not.toContain('cannot keep');
  });

  test('is announced', async () => {
    const client = await fresh();
    expect((await client.get('/ServiceProviderConfig')).body.changePassword).toEqual({ supported: true });
  });
});

test('an app that takes too long is not waited for', async () => {
  const set = { tenant: 't', type: 'User', id: '1', resource: {}, password: SECRET };
  await expect(askHook(() => new Promise(() => {}), set, 1)).rejects.toThrow(ScimError);
});

onEachStore('a password', (suite) => {
  test('is in no answer, no change, no log and no filter', async () => {
    const client = await suite.tenant();
    const made = await client.user('ann', { password: SECRET });
    const set = { op: 'replace', path: 'password', value: SECRET };
    const patched = await client.patch(`/Users/${made.id}`, set);
    // Nothing that is kept changes.
    expect(patched.body.meta).toEqual(made.meta);
    const read = await client.get(`/Users/${made.id}`, { attributes: 'password' });
    expectError(await client.filter('/Users', `password eq "${SECRET}"`), 400, 'invalidFilter');
    const changes = await suite.target.store.changes(client.tenant.id, 0, 100);
    expect(changes).toHaveLength(1);
    await suite.target.flush();
    const told = [made, patched.body, read.body, changes, suite.logText].map((one) => JSON.stringify(one)).join();
    expect(told).not.toContain(SECRET);
  });
});

onEachStore(
  'a password that is kept as a hash',
  (suite) => {
    const check = (client: Client, userName: string, password: string, address?: string) =>
      suite.target.checkPassword(client.tenant.name, userName, password, address);

    test('lets its owner in, by the user name in any letter case, and nobody with another one', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('Ann', { password: SECRET });
      await client.user('bob');
      expect(await check(client, 'ANN', SECRET)).toEqual({ id });
      expect(await check(client, 'Ann', `${SECRET}!`)).toBeUndefined();
      expect(await check(client, 'bob', SECRET)).toBeUndefined();
      expect(await check(client, 'bob', '')).toBeUndefined();
      expect(await check(client, 'nobody', SECRET)).toBeUndefined();
      const other = await suite.tenant();
      expect(await check(other, 'Ann', SECRET)).toBeUndefined();
      expect(await suite.target.checkPassword('no such tenant', 'Ann', SECRET)).toBeUndefined();
    });

    test('is set by POST, PUT, PATCH and bulk jobs; a PUT without one keeps it', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: 'first of them' });
      expect(await check(client, 'ann', 'first of them')).toEqual({ id });
      await client.put(`/Users/${id}`, { schemas: [URN.user], userName: 'ann', password: 'second of them' });
      expect(await check(client, 'ann', 'first of them')).toBeUndefined();
      await client.put(`/Users/${id}`, { schemas: [URN.user], userName: 'ann', nickName: 'A' });
      expect(await check(client, 'ann', 'second of them')).toEqual({ id });
      await client.patch(`/Users/${id}`, { op: 'Add', value: { password: 'third of them', nickName: 'B' } });
      expect(await check(client, 'ann', 'third of them')).toEqual({ id });
      const data = { schemas: [URN.user], userName: 'bob', password: 'fourth of them' };
      const value = 'fifth of them';
      const patch = { schemas: [URN.patch], Operations: [{ op: 'replace', path: 'password', value }] };
      const operations = [
        { method: 'POST', path: '/Users', bulkId: 'b', data },
        { method: 'PATCH', path: `/Users/${id}`, data: patch },
        {
          method: 'PATCH',
          path: '/Users/bulkId:b',
          data: { ...patch, Operations: [{ op: 'add', value: { title: 'T' } }] },
        },
      ];
      const { body } = await client.post('/Bulk', { schemas: [URN.bulk], Operations: operations });
      expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '200', '200']);
      expect(await check(client, 'bob', 'fourth of them')).toEqual({
        id: body.Operations[0].location.split('/').at(-1),
      });
      expect(await check(client, 'ann', value)).toEqual({ id });
    });

    test.each([
      { op: 'remove', path: 'password' },
      { op: 'replace', path: 'password', value: '' },
      { op: 'replace', path: 'password', value: null },
    ] as PatchOperation[])('is taken away by %j', async (operation) => {
      for (const profile of ['entra', 'strict'] as const) {
        const client = await suite.tenant(profile);
        const { id } = await client.user('ann', { password: SECRET });
        await client.patch(`/Users/${id}`, operation);
        expect(await check(client, 'ann', SECRET)).toBeUndefined();
        expect(await check(client, 'ann', '')).toBeUndefined();
      }
    });

    test('is a change with a version of its own, of which the history tells nothing', async () => {
      const client = await suite.tenant();
      const { id, meta } = await client.user('ann', { password: SECRET });
      const set = { op: 'replace', path: 'password', value: `${SECRET}!` };
      const answer = await client.patch(`/Users/${id}`, set, { 'If-Match': meta.version });
      expect(answer.body.meta.version).not.toBe(meta.version);
      expectError(await client.patch(`/Users/${id}`, set, { 'If-Match': meta.version }), 412);
      const [, change] = await client.changes();
      expect(change).toMatchObject({ operation: 'patch', difference: [], added: [], removed: [] });
      expect(await client.changes()).toHaveLength(2);
    });

    test('stays as it was when the write is refused', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: SECRET });
      await client.user('bob');
      const both = [
        { op: 'replace', path: 'password', value: 'another one' },
        { op: 'replace', path: 'userName', value: 'bob' },
      ];
      expectError(await client.patch(`/Users/${id}`, both), 409, 'uniqueness');
      expect(await check(client, 'ann', SECRET)).toEqual({ id });
    });

    test('goes with its user, and opens nothing for a new one of that name', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: SECRET });
      await client.delete(`/Users/${id}`);
      expect(await check(client, 'ann', SECRET)).toBeUndefined();
      await client.user('ann');
      expect(await check(client, 'ann', SECRET)).toBeUndefined();
    });

    test('lets nobody in who is inactive, nor into a tenant that is disabled', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: SECRET });
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
      expect(await check(client, 'ann', SECRET)).toBeUndefined();
      await client.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true });
      expect(await check(client, 'ann', SECRET)).toEqual({ id });
      await suite.target.store.updateTenant(client.tenant.id, { disabled: '2026-01-01T00:00:00Z' });
      expect(await check(client, 'ann', SECRET)).toBeUndefined();
    });

    test('may be guessed at ten times, by name where no address is told, and that shuts nobody else out', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: SECRET });
      const bob = await client.user('bob', { password: SECRET });
      const guess = (address?: string) => check(client, 'ann', 'wrong', address).catch((error: unknown) => error);
      for (const address of [undefined, '192.0.2.1']) {
        for (let i = 0; i < 10; i++) expect(await guess(address)).toBeUndefined();
        const refusal = await guess(address);
        expect(refusal).toBeInstanceOf(AccessRefused);
        expect(refusal).toMatchObject({ status: 429, retryAfter: expect.any(Number) });
        await expect(check(client, 'ANN', SECRET, address)).rejects.toThrow(AccessRefused);
        expect(await check(client, 'bob', SECRET, address)).toEqual({ id: bob.id });
      }
      expect(await check(client, 'ann', SECRET, '192.0.2.2')).toEqual({ id });
    });

    test('is told nowhere: no answer, change, log, activity or filter has it or its hash', async () => {
      const client = await suite.tenant();
      const { id } = await client.user('ann', { password: SECRET });
      const read = await client.get(`/Users/${id}`, { attributes: 'password' });
      expectError(await client.filter('/Users', `password eq "${SECRET}"`), 400, 'invalidFilter');
      const patched = await client.patch(`/Users/${id}`, { op: 'replace', path: 'password', value: SECRET });
      await suite.target.flush();
      const activity = await suite.target.store.activity({ tenant: client.tenant.id, limit: 100 });
      const history = await client.changes();
      const lists = await client.everything();
      const told = [read.body, patched.body, activity, history, lists].map((one) => JSON.stringify(one)).join();
      for (const secret of [SECRET, '$argon2id$']) {
        expect(told).not.toContain(secret);
        expect(suite.logText).not.toContain(secret);
      }
    });

    test('is announced', async () => {
      const client = await suite.tenant();
      expect((await client.get('/ServiceProviderConfig')).body.changePassword).toEqual({ supported: true });
    });
  },
  { passwords: 'hash' },
);

test('a password is hashed once, however often its write is planned', async () => {
  let hashed = 0;
  const keep = passwordKeeper(async () => `hash ${++hashed}`);
  const plan = { document: {}, edges: undefined, unkept: new Map([['password', SECRET]]) };
  expect((await keep(plan)).passwordHash).toBe('hash 1');
  expect((await keep(plan)).passwordHash).toBe('hash 1');
});

test('a guess costs the same where there is no such user, tenant or password', async () => {
  vi.mocked(verify).mockClear();
  const target = await createScimTarget({ store: 'memory:', passwords: 'hash' });
  await target.createTenant({ name: 'acme' });
  for (const [tenant, user] of [
    ['acme', 'nobody'],
    ['nowhere', 'nobody'],
  ] as const) {
    expect(await target.checkPassword(tenant, user, SECRET)).toBeUndefined();
  }
  expect(vi.mocked(verify)).toHaveBeenCalledTimes(2);
  await target.close();
});
