/** Passwords that clients set: given to the app and kept nowhere (RFC 7643 §4.1.1, RFC 7644 §7.8). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHook, type PasswordHook, type SetPassword } from '../../src/directory/password-hook.js';
import { ScimError } from '../../src/scim/errors.js';
import { type Client, expectError, URN } from '../support/client.js';
import { ENGINES, onEachStore, Suite } from '../support/target.js';

const SECRET = 'correct horse battery staple';

describe.each(ENGINES)('an app that is given passwords, store %s', (engine) => {
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
