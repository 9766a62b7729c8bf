import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Admins, checkEmail, checkName, checkRole } from '../../src/access/admins.js';
import type { Admin, Store } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';

const NOW = '2031-01-01T12:00:00.000Z';
let store: Store;
let ended: string[];
let admins: Admins;

async function add(email: string, own: Partial<Admin> = {}): Promise<Admin> {
  const admin: Admin = {
    id: randomUUID(),
    email,
    name: 'Ann',
    role: 'owner',
    tenant: undefined,
    password: undefined,
    subject: undefined,
    created: NOW,
    createdBy: undefined,
    disabled: undefined,
    lastSignIn: undefined,
    ...own,
  };
  await store.createAdmin(admin);
  return admin;
}

beforeEach(async () => {
  store = await openStore('memory:');
  ended = [];
  const sessions = { endAll: async (admin: string) => void ended.push(admin) };
  admins = new Admins({ store, sessions, clock: () => NOW });
});

describe('the last owner who can sign in', () => {
  test('stays when two owners remove, disable or demote each other at once', async () => {
    const [one, two] = [await add('one@example.com'), await add('two@example.com')];
    // As a store that answers slowly: both see two owners, if they may look at the same time.
    const all = store.admins.bind(store);
    store.admins = async () => {
      const found = await all();
      await new Promise((resolve) => setImmediate(resolve));
      return found;
    };
    const both = await Promise.allSettled([admins.remove(two.id), admins.update(one.id, { disabled: true })]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const [left, ...others] = await all();
    expect([left?.email, left?.disabled, others]).toEqual(['one@example.com', undefined, []]);
  });

  test('a change that fails does not keep the next one from its turn', async () => {
    const { id } = await add('one@example.com');
    const failed = admins.remove(id);
    const next = admins.update(id, { name: 'Bea' });
    await expect(failed).rejects.toThrow('only owner');
    expect((await next).after.name).toBe('Bea');
  });

  test('a disabled owner and an admin of another role may go', async () => {
    await add('one@example.com');
    const disabled = await add('two@example.com', { disabled: NOW });
    const viewer = await add('three@example.com', { role: 'viewer' });
    await admins.update(disabled.id, { role: 'viewer' });
    await admins.remove(disabled.id);
    await admins.remove(viewer.id);
    expect(await admins.list()).toHaveLength(1);
  });
});

test('disabling ends the sessions, keeps since when, and enabling takes that away', async () => {
  await add('one@example.com');
  const { id } = await add('two@example.com', { disabled: '2030-01-01T00:00:00.000Z' });
  expect((await admins.update(id, { disabled: true })).after.disabled).toBe('2030-01-01T00:00:00.000Z');
  expect(ended).toEqual([id]);
  expect((await admins.update(id, { disabled: false })).after.disabled).toBeUndefined();
  expect((await admins.update(id, { disabled: true })).after.disabled).toBe(NOW);
});

test('a change leaves what another process has changed of the same admin meanwhile', async () => {
  const { id } = await add('one@example.com', { role: 'viewer' });
  const find = store.admin.bind(store);
  store.admin = async (wanted) => {
    const found = await find(wanted);
    await store.updateAdmin(wanted, { role: 'tenant-admin', tenant: 't1' });
    return found;
  };
  await admins.update(id, { name: 'Bea' });
  expect(await find(id)).toMatchObject({ name: 'Bea', role: 'tenant-admin', tenant: 't1' });
});

test('the list is in the order of the alphabet', async () => {
  for (const email of ['bob@example.com', 'Ann@example.com', 'carl@example.com']) await add(email);
  expect((await admins.list()).map(({ email }) => email)).toEqual([
    'Ann@example.com',
    'bob@example.com',
    'carl@example.com',
  ]);
});

describe('what an account may have', () => {
  test.each([' ann@example.com ', 'a.b+c@sub.example', 'ünï@exämple.com'])('the email %j', (email) => {
    expect(checkEmail(email)).toBe(email.trim());
  });

  test.each(['', 'ann', '@', 'ann@', '@x', 'a b@x', 'a@x@y', 'a@x\ny', '<a@x>', 'a@x,b@y', `${'a'.repeat(250)}@x.de`])(
    'not the email %j',
    (email) => {
      expect(() => checkEmail(email)).toThrow('is not an email address');
    },
  );

  test('a name of one line', () => {
    expect(checkName('  Ann Lee ')).toBe('Ann Lee');
    for (const name of ['', ' ', 'a\nb', 'a\u2028b', 'x'.repeat(101)])
      expect(() => checkName(name)).toThrow('one line');
  });

  test.each([
    ['owner', undefined, undefined],
    ['operator', undefined, undefined],
    ['viewer', undefined, undefined],
    ['viewer', 't1', undefined],
    ['tenant-admin', 't1', undefined],
    ['tenant-admin', undefined, 'tenant'],
    ['owner', 't1', 'tenant'],
    ['operator', 't1', 'tenant'],
    ['constructor', undefined, 'role'],
    ['Owner', undefined, 'role'],
  ])('the role %s with the tenant %s: refused for %s', (role, tenant, field) => {
    if (field === undefined) expect(checkRole(role, tenant)).toBe(role);
    else expect(() => checkRole(role, tenant)).toThrow(expect.objectContaining({ field }));
  });
});
