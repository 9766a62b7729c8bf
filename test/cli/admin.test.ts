import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Invitations } from '../../src/access/invitations.js';
import { sources } from '../../src/cli/sources.js';
import type { Admin, Store } from '../../src/store/store.js';
import { temporaryFolder } from './command.js';
import { runIn, succeedIn, withStoreAt } from './in-process.js';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder.path, 'scim.db');
  env = { SCIM_TARGET_STORE: `sqlite:${path}` };
  await ok('tenant', 'create', 'acme');
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runIn(env, args);
const ok = (...args: string[]) => succeedIn(env, args);
const withStore = <T>(act: (store: Store) => Promise<T>) => withStoreAt(`sqlite:${path}`, act);

/** Opens a link as its guest does. */
function accept(link: string, email: string, password = 'violet tram over seven lakes'): Promise<Admin> {
  return withStore(async (store) => {
    const sessions = { endAll: (admin: string) => store.removeAdminKeys(admin, 'session') };
    const token = link.trim().split('#')[1] as string;
    const guests = new Invitations({ store, sessions, ...sources, randomBytes });
    return (await guests.accept({ token, email, name: 'Ann', password })).admin;
  });
}

const audited = () => withStore((store) => store.audit({ limit: 1 }));

describe('admin invite', () => {
  it('prints a link and nothing else, which makes its guest an owner', async () => {
    const { code, out, err } = await cli('admin', 'invite', '--email', 'ann@example.com');
    expect(code).toBe(0);
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:8080\/admin\/setup#[\w-]{43}\n$/);
    expect(err).toMatch(/^Invited ann@example\.com as owner; the link works once, until .*\.\n$/);
    expect(await accept(out, 'ann@example.com')).toMatchObject({ role: 'owner', tenant: undefined });
  });

  it('has an address in the link that a browser can open, where the server listens at all of them', async () => {
    env = { ...env, SCIM_TARGET_HOST: '0.0.0.0', SCIM_TARGET_PORT: '9000' };
    expect(await ok('admin', 'invite')).toMatch(/^http:\/\/localhost:9000\/admin\/setup#/);
  });

  it('has the public URL in the link, and the role and tenant in the invitation', async () => {
    env = { ...env, SCIM_TARGET_PUBLIC_URL: 'https://scim.example.com' };
    const out = await ok('admin', 'invite', '--role', 'tenant-admin', '--tenant', 'acme', '--json');
    const { link, ...rest } = JSON.parse(out) as { link: string };
    expect(link).toMatch(/^https:\/\/scim\.example\.com\/admin\/setup#/);
    expect(rest).toEqual({ email: null, role: 'tenant-admin', tenant: 'acme', expires: expect.any(String) });
    expect(await accept(link, 'bob@example.com')).toMatchObject({ role: 'tenant-admin', tenant: expect.any(String) });
  });

  it('is recorded, without the link', async () => {
    const out = await ok('admin', 'invite', '--email', 'ann@example.com');
    const records = await audited();
    expect(records).toMatchObject([
      {
        action: 'invitation.create',
        actor: { kind: 'command line', name: userInfo().username },
        target: 'ann@example.com',
        details: { role: 'owner' },
      },
    ]);
    expect(JSON.stringify(records)).not.toContain(out.trim().split('#')[1]);
  });

  it.each([
    [['--role', 'root'], 2, /"root" is not a role; there are owner, operator, tenant-admin, viewer/],
    [['--role', 'tenant-admin'], 2, /needs a tenant/],
    [['--tenant', 'acme'], 2, /the role owner is for all tenants/],
    [['--role', 'viewer', '--tenant', 'none'], 1, /no tenant named "none"/],
    [['--email', 'no address'], 2, /is not an email address/],
  ])('with %j says what is wrong, and invites nobody', async (args, code, sentence) => {
    const result = await cli('admin', 'invite', ...args);
    expect(result).toEqual({ code, out: '', err: expect.stringMatching(sentence) });
    expect(await withStore((store) => store.adminKeys('invitation'))).toEqual([]);
  });
});

describe('the other admin commands', () => {
  async function newAdmin(email: string, role = 'owner'): Promise<Admin> {
    return accept(await ok('admin', 'invite', '--email', email, '--role', role), email);
  }

  it('list shows who there is, without anything secret', async () => {
    expect(await cli('admin', 'list')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('no admin yet'),
    });
    await newAdmin('bob@example.com', 'viewer');
    await newAdmin('ann@example.com');
    expect((await ok('admin', 'list')).split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'EMAIL NAME ROLE TENANT STATE LAST SIGN-IN',
      'ann@example.com Ann owner all enabled never',
      'bob@example.com Ann viewer all enabled never',
      '',
    ]);
    const json = await ok('admin', 'list', '--json');
    expect(JSON.parse(json)).toMatchObject([
      { email: 'ann@example.com', tenant: null, usesSso: false },
      { role: 'viewer' },
    ]);
    expect(json).not.toMatch(/argon2|password|subject/);
  });

  it('disable and enable keep an admin out and let them in, and end their sessions', async () => {
    await newAdmin('ann@example.com');
    const { id } = await newAdmin('bob@example.com', 'viewer');
    const key = {
      hash: 'h',
      name: undefined,
      role: undefined,
      tenant: undefined,
      createdBy: undefined,
      lastUsed: undefined,
    };
    const times = { created: '2031-01-01T00:00:00.000Z', expires: '2031-01-02T00:00:00.000Z' };
    await withStore((store) => store.createAdminKey({ id: 'k', kind: 'session', admin: id, ...key, ...times }));
    expect(await cli('admin', 'disable', 'BOB@example.com')).toMatchObject({
      code: 0,
      err: expect.stringContaining('Disabled'),
    });
    expect(await withStore((store) => store.adminKeys('session'))).toEqual([]);
    expect(await ok('admin', 'list')).toMatch(/^bob@example\.com .* disabled /m);
    expect(await audited()).toMatchObject([
      { action: 'admin.update', details: { disabled: { before: false, after: true } } },
    ]);
    await ok('admin', 'enable', 'bob@example.com');
    expect(await ok('admin', 'list')).not.toContain('disabled');
  });

  it('reset prints a link for a new password', async () => {
    await newAdmin('ann@example.com');
    const link = await ok('admin', 'reset', 'ann@example.com');
    const before = await withStore((store) => store.adminByEmail('ann@example.com'));
    await accept(link, 'ann@example.com', 'four brown herons at noon');
    const after = await withStore((store) => store.adminByEmail('ann@example.com'));
    expect(after).toMatchObject({ id: before?.id, name: 'Ann', role: 'owner' });
    expect(after?.password).not.toBe(before?.password);
  });

  it('remove takes an admin away, but never the only owner who can sign in', async () => {
    await newAdmin('ann@example.com');
    await newAdmin('bob@example.com', 'viewer');
    await ok('admin', 'remove', 'bob@example.com');
    for (const command of ['remove', 'disable']) {
      expect(await cli('admin', command, 'ann@example.com')).toMatchObject({
        code: 1,
        err: expect.stringContaining('only owner'),
      });
    }
    expect(await cli('admin', 'remove', 'bob@example.com')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no admin'),
    });
    expect(await withStore((store) => store.admins())).toHaveLength(1);
  });
});
