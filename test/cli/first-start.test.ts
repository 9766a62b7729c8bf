import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { Invitations } from '../../src/access/invitations.js';
import { isWellFormed } from '../../src/access/token.js';
import { firstStart } from '../../src/cli/first-start.js';
import { sources } from '../../src/cli/sources.js';
import type { Store } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { FakeTerminal } from './fake-terminal.js';

const baseUrl = 'http://127.0.0.1:8080/scim/v2';
const page = 'http://127.0.0.1:8080/admin';
const shownToken = (text: string) => /Token: +(\S+)/.exec(text)?.[1] ?? '';
const shownLink = (text: string) => /^ +(http\S+\/setup#\S+)$/m.exec(text)?.[1] ?? '';

let store: Store;
beforeEach(async () => {
  store = await openStore('memory:');
});

async function start(env: Record<string, string> = {}, isKept = true): Promise<{ out: string; err: string }> {
  const terminal = new FakeTerminal(env);
  await firstStart({ store, baseUrl, page, isKept, terminal });
  return terminal.written;
}

async function credentials() {
  const all = await Promise.all((await store.tenants()).map(({ id }) => store.credentials(id)));
  return all.flat().map(({ credential }) => credential);
}

const invitations = () => new Invitations({ store, sessions: { endAll: async () => {} }, ...sources, randomBytes });

/** Uses the link. */
async function becomeOwner(link: string, email = 'ann@example.com') {
  const token = link.split('#')[1] as string;
  return invitations().accept({ token, email, name: 'Ann', password: 'violet tram over seven lakes' });
}

async function addDefault(): Promise<void> {
  await store.createTenant({
    id: 't1',
    name: 'default',
    profile: 'entra',
    created: '2031-01-01T00:00:00.000Z',
    disabled: undefined,
    settings: { allowsBasic: false, requestLimit: undefined },
  });
}

describe('the first start', () => {
  it('creates the tenant "default" and prints where to paste its base URL and token, once', async () => {
    const { out } = await start();
    expect(await store.tenants()).toMatchObject([{ name: 'default', profile: 'entra' }]);
    expect(await credentials()).toMatchObject([{ scopes: ['scim:read', 'scim:write'] }]);
    expect((await credentials())[0]?.expires).toBeUndefined();
    expect(out).toContain(`SCIM base URL:  ${baseUrl}\n`);
    expect(out).toMatch(/Tenant URL .*SCIM base URL/);
    expect(out).toMatch(/Secret Token .*the token/);
    expect(isWellFormed(shownToken(out))).toBe(true);
    await becomeOwner(shownLink(out));
    expect(await start()).toEqual({ out: '', err: '' });
    expect(await credentials()).toHaveLength(1);
  });

  it('on a store in memory says that it will not last, rather than how to make another token', async () => {
    const { out } = await start({}, false);
    expect(out).toContain('end with this process');
    expect(out).not.toContain('token create');
  });

  it('in production creates no tenant and no token, and says how to', async () => {
    const { out, err } = await start({ NODE_ENV: 'production' });
    expect(await store.tenants()).toEqual([]);
    expect(out).not.toContain('scimt_');
    expect(err).toContain('scim-target tenant create default');
    expect(err).toContain('scim-target token create --tenant default');
  });

  it('prints no token when another process on the same store was a moment ahead', async () => {
    await addDefault();
    store.tenants = async () => [];
    const { out, err } = await start();
    expect(shownToken(out)).toBe('');
    expect(err).toBe('');
  });

  it('makes the token that an earlier first start was ended before making', async () => {
    await addDefault();
    const { out } = await start();
    expect(isWellFormed(shownToken(out))).toBe(true);
    expect(await store.tenants()).toHaveLength(1);
    expect(await credentials()).toMatchObject([{ tenant: 't1' }]);
  });

  it('passes on what the store throws', async () => {
    store.createTenant = () => Promise.reject(new Error('disk'));
    await expect(start()).rejects.toThrow('disk');
  });
});

describe('while there is no admin', () => {
  it.each<Record<string, string>>([{}, { NODE_ENV: 'production' }])(
    'each start prints a link that makes one person the owner, with %j',
    async (env) => {
      const { out } = await start(env);
      const link = shownLink(out);
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8080\/admin\/setup#[\w-]{43}$/);
      expect(out).toContain('24 hours');
      const { admin } = await becomeOwner(link);
      expect(admin).toMatchObject({ role: 'owner', tenant: undefined, email: 'ann@example.com' });
      await expect(becomeOwner(link, 'bob@example.com')).rejects.toThrow('used already');
      expect((await start(env)).out).toBe('');
    },
  );

  it('the link of the start before ends, and invitations that people made stay', async () => {
    const first = shownLink((await start()).out);
    const made = await invitations().create({ email: undefined, role: 'viewer', tenant: undefined, createdBy: 'ops' });
    const second = shownLink((await start()).out);
    expect(second).not.toBe(first);
    await expect(becomeOwner(first)).rejects.toThrow('used already');
    await becomeOwner(second);
    await becomeOwner(`#${made.token}`, 'bob@example.com');
  });

  it('the store has the hash of the link alone', async () => {
    const token = shownLink((await start()).out).split('#')[1] as string;
    expect(JSON.stringify(await store.adminKeys('invitation'))).not.toContain(token);
  });

  it('prints a link that opens nothing once somebody has become an admin in another way', async () => {
    const link = shownLink((await start()).out);
    const other = await invitations().create({
      email: undefined,
      role: 'owner',
      tenant: undefined,
      createdBy: undefined,
    });
    await becomeOwner(`#${other.token}`);
    await expect(becomeOwner(link, 'reader-of-the-log@example.com')).rejects.toThrow('this link was used already');
    expect(await store.admins()).toHaveLength(1);
  });
});
