import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { type HookReceiver, hookReceivers, opened } from '../support/hook-receiver.js';
import { temporaryFolder } from './command.js';
import { runIn, succeedIn, withStoreAt } from './in-process.js';

let folder: ReturnType<typeof temporaryFolder>;
let env: Record<string, string>;

const hookReceiver = hookReceivers();

beforeEach(async () => {
  folder = temporaryFolder();
  env = { SCIM_TARGET_STORE: `sqlite:${join(folder.path, 'scim.db')}`, SCIM_TARGET_WEBHOOK_PRIVATE: 'allow' };
  await ok('tenant', 'create', 'acme');
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runIn(env, args);
const ok = (...args: string[]) => succeedIn(env, args);
const withStore = <T>(act: (store: Store) => Promise<T>) => withStoreAt(env.SCIM_TARGET_STORE as string, act);

const OF_ACME = ['--tenant', 'acme'];
const URL = 'https://crm.example.com/scim-events';

async function added(name: string, ...more: string[]): Promise<string> {
  return (await ok('webhook', 'add', ...OF_ACME, '--name', name, '--url', URL, ...more)).trim();
}

async function listed(): Promise<Record<string, unknown>[]> {
  return JSON.parse(await ok('webhook', 'list', ...OF_ACME, '--json')) as Record<string, unknown>[];
}

const typesOf = (crm: HookReceiver, secret: string) => crm.hooks.map((hook) => opened(hook, secret).type);

describe('webhook', () => {
  it('add prints the secret alone and keeps it nowhere, and list shows what was made', async () => {
    const { code, out, err } = await cli('webhook', 'add', ...OF_ACME, '--name', 'CRM', '--url', URL);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=\n$/) });
    expect(err).toMatch(/^Made webhook \S+ \(CRM\) for tenant acme\. Its secret is not shown again\.\n$/);
    const shown = await ok('webhook', 'list', ...OF_ACME);
    expect(shown).toMatch(/^ID +KIND +NAME +STATE +EVENTS +TOLD +URL\n/);
    expect(shown).toMatch(/webhook +CRM +active +all +0 of 0 +https:\/\/crm\.example\.com\/scim-events\n$/);
    const text = JSON.stringify(
      await withStore((store) => Promise.all([store.receivers(), store.audit({ limit: 9 })])),
    );
    for (const told of [text, err, shown]) expect(told).not.toContain(out.slice(6, 20));
  });

  it('add --json and list --json give the same object, the first with the secret', async () => {
    const more = ['--events', 'user.deleted, user.created', '--from', 'start', '--json'];
    const { secret, ...made } = JSON.parse(await added('CRM', ...more)) as Record<string, unknown>;
    expect(secret).toMatch(/^whsec_/);
    expect(made).toMatchObject({ tenant: 'acme', kind: 'webhook', url: URL, events: ['user.created', 'user.deleted'] });
    expect(await listed()).toEqual([{ ...made, position: 0, last: 0, trouble: null }]);
  });

  it('list of none says so, and is an empty array in JSON', async () => {
    expect(await cli('webhook', 'list', ...OF_ACME)).toEqual({
      code: 0,
      out: '',
      err: 'Tenant acme has no webhook yet.\n',
    });
    expect(await listed()).toEqual([]);
  });

  it.each([
    ['an address without https', ['--url', 'ftp://crm.example.com/'], 2, /https/],
    ['an event that is none', ['--url', URL, '--events', 'user.sneezed'], 2, /user\.sneezed/],
    ['a place that is none', ['--url', URL, '--from', 'yesterday'], 2, /now or start/],
    ['no address', [], 2, /--url/],
  ])('add with %s is refused and makes nothing', async (_, given, expected, message) => {
    const { code, out, err } = await cli('webhook', 'add', ...OF_ACME, '--name', 'x', ...given);
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err).toMatch(message);
    expect(await listed()).toEqual([]);
  });

  it('rotate gives a secret that signs beside the old one, and test sends with both', async () => {
    const crm = await hookReceiver();
    const [before] = [await ok('webhook', 'add', ...OF_ACME, '--name', 'CRM', '--url', crm.url)];
    const after = await ok('webhook', 'rotate', ...OF_ACME, '--name', 'CRM', '--overlap', '1h');
    expect(after).not.toBe(before);
    expect((await listed())[0]).toMatchObject({ keys: [{ ends: expect.any(String) }, { ends: null }] });
    expect(await cli('webhook', 'test', ...OF_ACME, '--name', 'CRM')).toMatchObject({ code: 0, out: '' });
    for (const secret of [before, after]) expect(typesOf(crm, secret.trim())).toEqual(['test']);
  });

  it('test that is not taken ends with 1 and says why', async () => {
    const crm = await hookReceiver();
    crm.status = 500;
    await ok('webhook', 'add', ...OF_ACME, '--name', 'CRM', '--url', crm.url);
    const { code, err } = await cli('webhook', 'test', ...OF_ACME, '--name', 'CRM');
    expect(code).toBe(1);
    expect(err).toMatch(/^scim-target: the test event was not taken: .*500.*\n$/);
  });

  it('remove takes one away, by its id or by a name that only one has', async () => {
    for (const name of ['one', 'two', 'two']) await added(name);
    expect(await cli('webhook', 'remove', ...OF_ACME, '--name', 'one')).toMatchObject({ code: 0, out: '' });
    const refused = await cli('webhook', 'remove', ...OF_ACME, '--name', 'two');
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/several webhooks are named "two"; choose by id/);
    const ids = (await listed()).map(({ id }) => id as string);
    expect(ids).toHaveLength(2);
    await ok('webhook', 'remove', ...OF_ACME, ids[0] as string);
    expect((await listed()).map(({ id }) => id)).toEqual([ids[1]]);
    expect((await cli('webhook', 'remove', ...OF_ACME, ids[0] as string)).code).toBe(1);
    expect((await cli('webhook', 'remove', ...OF_ACME)).code).toBe(2);
  });

  it('what was done is recorded, without secrets; what was refused is not', async () => {
    const secret = await added('CRM', '--from', 'start');
    const next = (await ok('webhook', 'rotate', ...OF_ACME, '--name', 'CRM')).trim();
    await cli('webhook', 'rotate', ...OF_ACME, '--name', 'nobody');
    await ok('webhook', 'remove', ...OF_ACME, '--name', 'CRM');
    const records = await withStore((store) => store.audit({ limit: 100 }));
    expect(records.map(({ action }) => action)).toEqual([
      'receiver.delete',
      'receiver.rotate',
      'receiver.create',
      'tenant.create',
    ]);
    expect(records[2]).toMatchObject({
      target: 'CRM',
      details: { kind: 'webhook', url: 'https://crm.example.com/…', from: 'start' },
    });
    for (const hidden of [secret, next]) expect(JSON.stringify(records)).not.toContain(hidden.slice(6, 20));
  });

  it('a mistyped path is an error, not a new store', async () => {
    const missing = join(folder.path, 'typo.db');
    const { code } = await cli('webhook', 'list', ...OF_ACME, '--store', `sqlite:${missing}`);
    expect(code).toBe(1);
    expect(existsSync(missing)).toBe(false);
  });
});
