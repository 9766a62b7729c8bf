import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { MOST_SESSIONS, Sessions } from '../../src/access/sessions.js';
import type { Admin, Store } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';

const START = Date.parse('2031-01-01T12:00:00.000Z');
let now: number;
let store: Store;
let sessions: Sessions;
let admin: Admin;

const parts = () => ({ store, clock: () => new Date(now).toISOString(), newId: randomUUID, randomBytes });

async function newAdmin(email: string): Promise<Admin> {
  const created: Admin = {
    id: randomUUID(),
    email,
    name: 'Ann',
    role: 'owner',
    tenant: undefined,
    password: undefined,
    subject: undefined,
    created: new Date(START).toISOString(),
    createdBy: undefined,
    disabled: undefined,
    lastSignIn: undefined,
  };
  await store.createAdmin(created);
  return created;
}

beforeEach(async () => {
  now = START;
  store = await openStore('memory:');
  sessions = new Sessions({ ...parts(), idleTimeout: 1_800 });
  admin = await newAdmin('ann@example.com');
});

describe('a session', () => {
  test('is kept as a hash of 256 random bits', async () => {
    const { id } = await sessions.start(admin);
    expect(Buffer.from(id, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(await store.adminKeys('session'))).not.toContain(id);
    expect(await sessions.find(id)).toMatchObject({ admin: { email: 'ann@example.com' } });
    expect(await sessions.find(`${id}x`)).toBeUndefined();
    expect(await sessions.find('')).toBeUndefined();
  });

  test('is noted as used at most once a minute', async () => {
    const { id, key } = await sessions.start(admin);
    let touched = 0;
    const touch = store.touchAdminKey.bind(store);
    store.touchAdminKey = async (...args: Parameters<Store['touchAdminKey']>) => {
      touched += 1;
      await touch(...args);
    };
    for (let second = 1; second <= 130; second++) {
      now = START + second * 1_000;
      await sessions.find(id);
    }
    expect(touched).toBe(2);
    const [kept] = await store.adminKeys('session');
    expect(kept?.lastUsed).toBe(new Date(START + 120_000).toISOString());
    expect(kept?.expires).toBe(new Date(START + 120_000 + 1_800_000).toISOString());
    expect(kept?.created).toBe(key.created);
  });

  test('with the shortest idle time lasts as long as there is a request in each', async () => {
    const short = new Sessions({ ...parts(), idleTimeout: 60 });
    const { id } = await short.start(admin);
    for (let request = 1; request <= 10; request++) {
      now += 53_000;
      expect(await short.find(id), `request ${request}`).toBeDefined();
    }
    now += 60_000;
    expect(await short.find(id)).toBeUndefined();
  });

  test('those that are over are forgotten with the next sign-in, and beyond the most the oldest ends', async () => {
    const first = await sessions.start(admin);
    now += 1_800_000;
    const ids: string[] = [];
    for (let count = 0; count <= MOST_SESSIONS; count++) {
      now += 1;
      ids.push((await sessions.start(admin)).id);
    }
    const kept = await store.adminKeys('session');
    expect(kept).toHaveLength(MOST_SESSIONS);
    expect(kept.map(({ id }) => id)).not.toContain(first.key.id);
    expect(await sessions.find(ids[0] as string)).toBeUndefined();
    expect(await sessions.find(ids[1] as string)).toBeDefined();
  });

  test('is over for an admin who is disabled, whoever has done that', async () => {
    const { id } = await sessions.start(admin);
    await store.updateAdmin(admin.id, { disabled: new Date(now).toISOString() });
    expect(await sessions.find(id)).toBeUndefined();
  });

  test('those of others stay when all of one admin end', async () => {
    const other = await newAdmin('bob@example.com');
    const [own, theirs] = [await sessions.start(admin), await sessions.start(other)];
    await sessions.endAll(admin.id);
    expect(await sessions.find(own.id)).toBeUndefined();
    expect(await sessions.find(theirs.id)).toBeDefined();
  });
});

describe('the CSRF token', () => {
  test('belongs to one session, and is the same for another process on the store', async () => {
    const [one, two] = [await sessions.start(admin), await sessions.start(admin)];
    const token = await sessions.csrfToken(one.key);
    expect(token).not.toBe(await sessions.csrfToken(two.key));
    const elsewhere = new Sessions({ ...parts(), idleTimeout: 1_800 });
    expect(await elsewhere.isCsrfToken(one.key, token)).toBe(true);
    for (const wrong of [undefined, '', `${token}a`, token.slice(1), await sessions.csrfToken(two.key)]) {
      expect(await elsewhere.isCsrfToken(one.key, wrong)).toBe(false);
    }
  });

  test('is asked for again when the store was away the first time', async () => {
    const { key } = await sessions.start(admin);
    const secret = store.secret.bind(store);
    store.secret = () => Promise.reject(new Error('away'));
    await expect(sessions.csrfToken(key)).rejects.toThrow('away');
    store.secret = secret;
    expect(await sessions.csrfToken(key)).toMatch(/^[\w-]{43}$/);
  });
});
