import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/access/authenticate.js';
import { isWellFormed } from '../../src/access/token.js';
import { run } from '../../src/cli/program.js';
import { sources } from '../../src/cli/sources.js';
import type { Store, Tenant } from '../../src/store/store.js';
import { createScimTarget } from '../../src/target.js';
import { FakeLog } from '../access/fakes.js';
import { seedUsers } from '../support/seed.js';
import { command, temporaryFolder } from './command.js';
import { FakeTerminal } from './fake-terminal.js';
import { runIn, succeedIn, withStoreAt } from './in-process.js';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let env: Record<string, string>;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'scim.db');
  env = { SCIM_TARGET_STORE: `sqlite:${path}` };
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => runIn(env, args);
const ok = (...args: string[]) => succeedIn(env, args);
const withStore = <T>(act: (store: Store) => Promise<T>) => withStoreAt(`sqlite:${path}`, act);

const authenticated = (store: Store, token: string) =>
  createAuthenticator({ store, clock: sources.clock, log: new FakeLog() }).authenticate({
    headers: { authorization: `Bearer ${token.trim()}` },
  });

describe('tenant', () => {
  it('create makes one in the file, says so on standard error, and list shows it', async () => {
    expect(await cli('tenant', 'create', 'acme')).toEqual({
      code: 0,
      out: '',
      err: 'Created tenant acme (profile entra).\n',
    });
    await ok('tenant', 'create', 'able', '--profile', 'strict');
    expect((await ok('tenant', 'list')).split('\n').map((line) => line.slice(0, 38).trimEnd())).toEqual([
      'NAME  PROFILE  STATE   BASIC  LIMIT',
      'able  strict   active  no     default',
      'acme  entra    active  no     default',
      '',
    ]);
  });

  it('create makes the folder of the file too', async () => {
    const nested = `sqlite:${join(folder.path, 'a', 'b', 'scim.db')}`;
    expect(await cli('tenant', 'create', 'acme', '--store', nested)).toMatchObject({ code: 0 });
    expect(await ok('tenant', 'list', '--store', nested)).toContain('acme');
  });

  it('create --json and list --json give the same object', async () => {
    const made: unknown = JSON.parse(await ok('tenant', 'create', 'acme', '--profile', 'okta', '--json'));
    expect(made).toEqual({
      id: expect.any(String),
      name: 'acme',
      profile: 'okta',
      created: expect.any(String),
      disabled: null,
      allowsBasic: false,
      requestLimit: null,
    });
    expect(JSON.parse(await ok('tenant', 'list', '--json'))).toEqual([made]);
  });

  it('list of none says so, and is an empty array in JSON', async () => {
    await withStore(async () => undefined);
    expect(await cli('tenant', 'list')).toEqual({ code: 0, out: '', err: 'There is no tenant yet.\n' });
    expect(await ok('tenant', 'list', '--json')).toBe('[]\n');
  });

  it('create of a name that is taken is refused with exit code 1', async () => {
    await ok('tenant', 'create', 'acme');
    expect(await cli('tenant', 'create', 'acme')).toEqual({
      code: 1,
      out: '',
      err: 'scim-target: there is a tenant named acme already\n',
    });
  });
});

describe('token create', () => {
  beforeEach(() => ok('tenant', 'create', 'acme'));

  it('prints the token and a line end, nothing else, and it authenticates', async () => {
    const { code, out, err } = await cli('token', 'create', '--tenant', 'acme', '--name', 'Entra production');
    expect(code).toBe(0);
    expect(out).toMatch(/^scimt_[0-9A-Za-z]{49}\n$/);
    expect(isWellFormed(out.trim())).toBe(true);
    expect(err).toMatch(/^Created token \S+ \(Entra production\) for tenant acme; it never expires\. /);
    expect(err).not.toContain(out.trim());
    const principal = await withStore((store) => authenticated(store, out));
    expect(principal).toMatchObject({ tenant: { name: 'acme' }, credential: { name: 'Entra production' } });
    expect([...principal.scopes]).toEqual(['scim:read', 'scim:write']);
  });

  it('--json prints one object; scopes and expiry are as asked', async () => {
    const args = ['--tenant', 'acme', '--name', 'audit', '--scopes', 'scim:read', '--expires', '90d', '--json'];
    const made = JSON.parse(await ok('token', 'create', ...args)) as Record<string, string>;
    expect(made).toMatchObject({ tenant: 'acme', name: 'audit', scopes: ['scim:read'], id: expect.any(String) });
    expect(isWellFormed(made.token ?? '')).toBe(true);
    const days = (Date.parse(made.expires ?? '') - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89.99);
    expect(days).toBeLessThanOrEqual(90);
  });

  it('keeps nothing of the token in the store’s files', async () => {
    const token = (await ok('token', 'create', '--tenant', 'acme', '--name', 'x')).trim();
    for (const file of [path, `${path}-wal`].filter(existsSync)) {
      expect(readFileSync(file).includes(token.slice(6, 26))).toBe(false);
    }
  });

  it('for an unknown tenant is refused', async () => {
    const { code, out, err } = await cli('token', 'create', '--tenant', 'none', '--name', 'x');
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'scim-target: there is no tenant named "none"\n' });
  });
});

describe('token list and revoke', () => {
  let token: string;
  let id: string;

  beforeEach(async () => {
    await ok('tenant', 'create', 'acme');
    const made = JSON.parse(await ok('token', 'create', '--tenant', 'acme', '--name', 'one', '--json'));
    ({ token, id } = made as { token: string; id: string });
  });

  it('list shows state and last use, and no secret', async () => {
    const use = { credential: id, time: '2031-01-01T00:00:00.000Z', address: '192.0.2.7' };
    await withStore((store) => store.noteUse([use]));
    const shown = await ok('token', 'list', '--tenant', 'acme');
    expect(shown.split('\n')).toHaveLength(3);
    expect(shown).toMatch(/^ID +KIND +NAME +STATE +SCOPES +CREATED +EXPIRES +LAST USED +FROM\n/);
    expect(shown).toMatch(
      new RegExp(
        `^${id} +token +one +active +scim:read,scim:write .* never +2031-01-01T00:00:00.000Z +192.0.2.7$`,
        'm',
      ),
    );
    const json = await ok('token', 'list', '--tenant', 'acme', '--json');
    expect(JSON.parse(json)).toEqual([
      {
        id,
        tenant: 'acme',
        kind: 'token',
        name: 'one',
        state: 'active',
        identifier: null,
        scopes: ['scim:read', 'scim:write'],
        created: expect.any(String),
        createdBy: `${userInfo().username} (command line)`,
        expires: null,
        revoked: null,
        lastUsed: use.time,
        lastAddress: use.address,
        keys: [
          {
            id: expect.any(String),
            hint: token.slice(-4),
            created: expect.any(String),
            expires: null,
            state: 'active',
          },
        ],
        user: null,
        warning: null,
      },
    ]);
    const hash = await withStore(
      async (store) => (await store.credentials((await store.tenants())[0]?.id ?? ''))[0]?.keys[0]?.hash,
    );
    for (const text of [shown, json]) {
      expect(text).not.toContain(token.slice(6, 20));
      expect(text).not.toContain(hash);
    }
  });

  it('create makes a token that is a user, named by userName in any case or by id', async () => {
    const target = await createScimTarget({ store: `sqlite:${path}` });
    const tenant = (await target.store.tenantByName('acme')) as Tenant;
    const [user = ''] = await seedUsers(target, tenant, 1);
    await target.close();
    for (const named of ['SEED-0', user]) {
      const text = await ok('token', 'create', '--tenant', 'acme', '--name', `as ${named}`, '--user', named);
      const principal = await withStore((store) => authenticated(store, text));
      expect(principal).toMatchObject({ tenant: { name: 'acme' }, user });
    }
    const listed: { name: string; user: string | null }[] = JSON.parse(
      await ok('token', 'list', '--tenant', 'acme', '--json'),
    );
    expect(listed.filter((one) => one.user === user).map(({ name }) => name)).toEqual(['as SEED-0', `as ${user}`]);
  });

  it('create refuses a user that the tenant does not have', async () => {
    const refused = await cli('token', 'create', '--tenant', 'acme', '--name', 'own', '--user', 'nobody');
    const err = 'scim-target: the tenant acme has no user "nobody": write a userName or an id\n';
    expect(refused).toEqual({ code: 2, out: '', err });
  });

  it.each(['id', 'name'])('revoke by %s ends the token at once', async (by) => {
    const choice = by === 'id' ? [id] : ['--name', 'one'];
    const { code, out, err } = await cli('token', 'revoke', '--tenant', 'acme', ...choice);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: `Revoked token ${id} (one) of tenant acme.\n` });
    await expect(withStore((store) => authenticated(store, token))).rejects.toThrow('revoked');
    expect(await ok('token', 'list', '--tenant', 'acme')).toMatch(/ revoked /);
    const again = await cli('token', 'revoke', '--tenant', 'acme', ...choice);
    expect(again).toMatchObject({ code: 1, err: `scim-target: the token ${id} is revoked already\n` });
  });

  it('revoke by a name that two have lists their ids', async () => {
    const other = JSON.parse(await ok('token', 'create', '--tenant', 'acme', '--name', 'one', '--json')) as {
      id: string;
    };
    const { code, err } = await cli('token', 'revoke', '--tenant', 'acme', '--name', 'one');
    expect(code).toBe(1);
    expect(err).toContain(id);
    expect(err).toContain(other.id);
    await expect(withStore((store) => authenticated(store, token))).resolves.toBeDefined();
  });

  it('cannot touch a token of another tenant', async () => {
    await ok('tenant', 'create', 'other');
    expect(await cli('token', 'revoke', '--tenant', 'other', id)).toMatchObject({ code: 1, out: '' });
    expect(await ok('token', 'list', '--tenant', 'other', '--json')).toBe('[]\n');
    await expect(withStore((store) => authenticated(store, token))).resolves.toBeDefined();
  });
});

describe('token rotate', () => {
  const rotate = (...args: string[]) => cli('token', 'rotate', '--tenant', 'acme', ...args);
  let token: string;

  beforeEach(async () => {
    await ok('tenant', 'create', 'acme');
    token = await ok('token', 'create', '--tenant', 'acme', '--name', 'one');
  });

  it('prints the new secret and nothing else; both work during the overlap', async () => {
    const { code, out, err } = await rotate('--name', 'one', '--overlap', '7d');
    expect(code).toBe(0);
    expect(isWellFormed(out.trim())).toBe(true);
    expect(err).toMatch(/^Gave token \S+ \(one\) a new secret\. .*\nThe client needs the new secret soon: .*\n$/);
    expect(err).not.toContain(out.trim());
    for (const one of [token, out]) {
      await expect(withStore((store) => authenticated(store, one))).resolves.toBeDefined();
    }
    expect(await ok('token', 'list', '--tenant', 'acme')).toContain(' active ');
  });

  it('without overlap the old one ends at once', async () => {
    const { secret, keys } = JSON.parse((await rotate('--name', 'one', '--overlap', '0', '--json')).out) as {
      secret: string;
      keys: { state: string }[];
    };
    expect(keys.map(({ state }) => state)).toEqual(['ended', 'active']);
    await expect(withStore((store) => authenticated(store, token))).rejects.toThrow('replaced');
    await expect(withStore((store) => authenticated(store, secret))).resolves.toBeDefined();
  });

  it.each([
    [['--name', 'one', '--overlap', '31d'], 2],
    [['--name', 'one', '--overlap', 'soon'], 2],
    [['--name', 'none'], 1],
    [['nope'], 1],
    [[], 2],
  ])('%j is refused, and changes nothing', async (args, code) => {
    expect(await rotate(...args)).toMatchObject({ code, out: '', err: expect.stringMatching(/^scim-target: /) });
    const [kept] = await withStore(async (store) => store.credentials((await store.tenants())[0]?.id ?? ''));
    expect(kept?.keys).toHaveLength(1);
  });
});

describe('other ways to connect', () => {
  const named = ['--tenant', 'acme', '--name', 'Entra'];
  const trust = ['trust', 'create', ...named, '--issuer', 'https://sts.windows.net/9d1c/', '--audience', 'a', 'b'];

  beforeEach(() => ok('tenant', 'create', 'acme'));

  it('client create prints client id and secret; with --json also where they go', async () => {
    expect(await ok('client', 'create', ...named)).toMatch(/^client_id=scimc_\w{16}\nclient_secret=scims_\w{49}\n$/);
    env.SCIM_TARGET_PUBLIC_URL = 'https://scim.example.com/';
    expect(JSON.parse(await ok('client', 'create', ...named, '--token-lifetime', '6h', '--json'))).toEqual({
      clientId: expect.stringMatching(/^scimc_/),
      clientSecret: expect.stringMatching(/^scims_/),
      id: expect.any(String),
      tenant: 'acme',
      name: 'Entra',
      scopes: ['scim:read', 'scim:write'],
      expires: null,
      tokenLifetime: 21_600,
      baseUrl: 'https://scim.example.com/tenants/acme/scim/v2',
      tokenEndpoint: 'https://scim.example.com/oauth/token',
    });
  });

  it('basic create prints user name and password, where the tenant allows it', async () => {
    expect(await cli('basic', 'create', ...named)).toMatchObject({
      code: 1,
      out: '',
      err: 'scim-target: the tenant acme does not take HTTP Basic: allow it first\n',
    });
    await ok('tenant', 'update', 'acme', '--allow-basic');
    const out = await ok('basic', 'create', ...named);
    expect(out).toMatch(/^username=scim-\w{10}\npassword=scimp_\w{49}\n$/);
    const [user, password] = out.match(/(?<==).*/g) ?? [];
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const entered = await withStore((store) =>
      createAuthenticator({ store, clock: sources.clock, log: new FakeLog() }).authenticate({
        headers: { authorization },
      }),
    );
    expect(entered).toMatchObject({ tenant: { name: 'acme' }, credential: { kind: 'basic' } });
  });

  it('trust create prints the client id alone: there is no secret', async () => {
    expect(await ok(...trust, '--directory', '9d1c')).toMatch(/^client_id=scimc_\w{16}\n$/);
    const made = JSON.parse(await ok(...trust, '--subject', 's', '--json')) as object;
    expect(made).toMatchObject({
      trust: { issuer: 'https://sts.windows.net/9d1c/', audiences: ['a', 'b'], subject: 's', directory: null },
      tokenLifetime: 3_600,
    });
    expect(made).not.toHaveProperty('clientSecret');
  });

  it.each<[string[], RegExp]>([
    [['client', 'create', ...named, '--token-lifetime', '7h'], /an access token lives 3600 to 21600 seconds/],
    [['client', 'create', ...named, '--token-lifetime', 'long'], /is no length of time/],
    [trust, /say which directory \(tid\) or subject \(sub\) is trusted/],
    [
      ['trust', 'create', ...named, '--issuer', 'http://x.example', '--audience', 'a', '--subject', 's'],
      /is no issuer/,
    ],
    [['trust', 'create', ...named, '--issuer', 'https://x.example'], /required option '--audience/],
    [['client', 'create', '--tenant', 'acme'], /required option '--name <label>' not specified/],
  ])('%j is wrong usage', async (args, sentence) => {
    const { code, out, err } = await cli(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(sentence);
  });

  it('token list shows all kinds', async () => {
    await ok('client', 'create', ...named);
    await ok(...trust, '--directory', '9d1c');
    const list = await ok('token', 'list', '--tenant', 'acme');
    expect(list).toMatch(/ client +Entra +active /);
    expect(list).toMatch(/ federation +Entra +active /);
  });
});

describe('tenant update and delete', () => {
  beforeEach(() => ok('tenant', 'create', 'acme'));

  it('changes what is named and nothing else', async () => {
    const before = JSON.parse(await ok('tenant', 'list', '--json'))[0] as object;
    const steps: [string[], object][] = [
      [['--allow-basic'], { allowsBasic: true }],
      [['--request-limit', '50'], { allowsBasic: true, requestLimit: 50 }],
      [['--no-allow-basic', '--request-limit', 'default'], {}],
      [['--profile', 'okta'], { profile: 'okta' }],
      [['--profile', 'entra', '--disable'], { disabled: expect.any(String) }],
      [['--enable'], {}],
    ];
    for (const [flags, change] of steps) {
      expect(JSON.parse(await ok('tenant', 'update', 'acme', ...flags, '--json'))).toEqual({ ...before, ...change });
    }
    expect(await cli('tenant', 'update', 'acme', '--rename', 'acme-2')).toEqual({
      code: 0,
      out: '',
      err: 'Changed tenant acme-2.\n',
    });
    expect(await ok('tenant', 'list')).toContain('acme-2');
  });

  it.each<[string[], number, RegExp]>([
    [['acme'], 2, /say what is to change/],
    [['acme', '--disable', '--enable'], 2, /--disable or --enable/],
    [['acme', '--request-limit', '0'], 2, /a request limit is a whole number/],
    [['acme', '--request-limit', 'many'], 2, /a request limit is a whole number/],
    [['acme', '--profile', 'google'], 2, /"google" is not a profile/],
    [['none', '--disable'], 1, /there is no tenant named "none"/],
  ])('update %j is refused', async (args, exit, sentence) => {
    const before = await ok('tenant', 'list', '--json');
    const { code, out, err } = await cli('tenant', 'update', ...args);
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(err).toMatch(sentence);
    expect(await ok('tenant', 'list', '--json')).toBe(before);
  });

  it('delete needs the name once more, and leaves nothing', async () => {
    const token = await ok('token', 'create', '--tenant', 'acme', '--name', 'x');
    for (const confirm of [[], ['--confirm', 'acm']]) {
      const { code, err } = await cli('tenant', 'delete', 'acme', ...confirm);
      expect(code).toBe(2);
      expect(err).toMatch(/to delete the tenant acme with all its users, .*, confirm it with its name/);
    }
    expect(await cli('tenant', 'delete', 'acme', '--confirm', 'acme')).toEqual({
      code: 0,
      out: '',
      err: 'Deleted tenant acme with all that it had.\n',
    });
    expect(await ok('tenant', 'list', '--json')).toBe('[]\n');
    await expect(withStore((store) => authenticated(store, token))).rejects.toThrow('not known');
    expect(await withStore((store) => store.purgeTenants(10))).toBe(false);
  });
});

describe('what commands do is recorded', () => {
  it('who, what and to whom, without secrets; what was refused is not', async () => {
    await ok('tenant', 'create', 'acme');
    const token = await ok('token', 'create', '--tenant', 'acme', '--name', 'one');
    const secret = await ok('token', 'rotate', '--tenant', 'acme', '--name', 'one');
    await ok('token', 'revoke', '--tenant', 'acme', '--name', 'one');
    await cli('token', 'revoke', '--tenant', 'acme', '--name', 'one');
    await cli('tenant', 'update', 'acme', '--request-limit', '0');
    await ok('tenant', 'update', 'acme', '--profile', 'okta');
    await ok('tenant', 'delete', 'acme', '--confirm', 'acme');
    const records = await withStore((store) => store.audit({ limit: 100 }));
    expect(records.map(({ action, target }) => [action, target]).reverse()).toEqual([
      ['tenant.create', 'acme'],
      ['credential.create', 'one'],
      ['credential.rotate', 'one'],
      ['credential.revoke', 'one'],
      ['tenant.update', 'acme'],
      ['tenant.delete', 'acme'],
    ]);
    for (const record of records) {
      expect(record).toMatchObject({
        actor: { kind: 'command line', name: userInfo().username },
        tenant: { name: 'acme' },
      });
    }
    expect(records[1]?.details).toEqual({ profile: { before: 'entra', after: 'okta' } });
    const text = JSON.stringify(records);
    for (const hidden of [token, secret]) expect(text).not.toContain(hidden.slice(6, 20));
  });
});

describe('a store that would not remain, or is not there', () => {
  it.each([
    ['tenant', 'create', 'acme'],
    ['tenant', 'list'],
    ['token', 'create', '--tenant', 'acme', '--name', 'x'],
    ['token', 'list', '--tenant', 'acme'],
    ['token', 'revoke', '--tenant', 'acme', '--name', 'x'],
    ['token', 'rotate', '--tenant', 'acme', '--name', 'x'],
    ['client', 'create', '--tenant', 'acme', '--name', 'x'],
    ['basic', 'create', '--tenant', 'acme', '--name', 'x'],
    ['tenant', 'update', 'acme', '--disable'],
    ['tenant', 'delete', 'acme', '--confirm', 'acme'],
  ])('%s %s on memory: is refused: nothing would remain', async (...args) => {
    const { code, out, err } = await cli(...args, '--store', 'memory:');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^scim-target: .*memory.*nothing would remain.*\n$/);
  });

  it('a mistyped path is an error, not a new store', async () => {
    const missing = join(folder.path, 'typo.db');
    const { code, err } = await cli(
      'token',
      'create',
      '--tenant',
      'acme',
      '--name',
      'x',
      '--store',
      `sqlite:${missing}`,
    );
    expect(code).toBe(1);
    expect(err).toContain(`there is no store at ${missing}`);
    expect(existsSync(missing)).toBe(false);
  });

  it('a file that is no database is one sentence', async () => {
    const file = `sqlite:${fileURLToPath(import.meta.url)}`;
    const { code, err } = await cli('tenant', 'list', '--store', file);
    expect(code).toBe(1);
    expect(err).toMatch(/^scim-target: the store sqlite:\/.* cannot be used: [^\n]+\n$/);
    expect((await cli('serve', '--store', file, '--port', '0')).err).toBe(err);
    const asked = new FakeTerminal({ SCIM_TARGET_LOG_LEVEL: 'debug' });
    await run(['tenant', 'list', '--store', file], asked);
    expect(asked.written.err).toMatch(/^ {4}at /m);
  });

  it('a store of no known kind is wrong usage', async () => {
    const { code, err } = await cli('tenant', 'list', '--store', 'postgres://x');
    expect(code).toBe(2);
    expect(err).toMatch(/^scim-target: [^\n]+\n$/);
  });
});

describe('wrong usage ends with exit code 2 and one clear sentence', () => {
  const create = ['token', 'create', '--tenant', 'acme', '--name', 'x'];
  it.each<[string[], RegExp]>([
    [['fly'], /unknown command 'fly'/],
    [['tenant', 'fly'], /unknown command 'fly'/],
    [['tenant', 'create'], /missing required argument 'name'/],
    [['tenant', 'create', 'a', 'b'], /too many arguments/],
    [['tenant', 'create', 'Not A Slug'], /"Not A Slug" cannot name a tenant/],
    [['tenant', 'create', 'acme', '--profile', 'google'], /"google" is not a profile; there are entra, okta, strict/],
    [['token', 'create', '--name', 'x'], /required option '--tenant <name>' not specified/],
    [['token', 'create', '--tenant', 'acme'], /required option '--name <label>' not specified/],
    [[...create, '--scopes', 'scim:admin'], /"scim:admin" is not a scope/],
    [[...create, '--expires', 'soon'], /"soon" is not a lifetime: write 90d, 12h, 30m/],
    [[...create, '--expires', '2001-01-01'], /not in the future/],
    [[...create, '--colour'], /unknown option '--colour'/],
    [['token', 'revoke', '--tenant', 'acme'], /say which token/],
    [['token', 'revoke', '--tenant', 'acme', 'id', '--name', 'x'], /say which token/],
  ])('%j', async (args, sentence) => {
    const { code, out, err } = await cli(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^scim-target: /);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([[[]], [['tenant']], [['token']], [['client']], [['basic']], [['trust']]])(
    'a command that lacks its verb shows the help: %j',
    async (args) => {
      const { code, out, err } = await cli(...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^Usage: scim-target/);
    },
  );
});

describe('help', () => {
  it.each([
    ['scim-target', []],
    ['scim-target serve', ['serve']],
    ['scim-target tenant create', ['tenant', 'create']],
    ['scim-target token create', ['token', 'create']],
    ['scim-target token revoke', ['token', 'revoke']],
    ['scim-target token rotate', ['token', 'rotate']],
    ['scim-target tenant update', ['tenant', 'update']],
    ['scim-target tenant delete', ['tenant', 'delete']],
    ['scim-target client create', ['client', 'create']],
    ['scim-target basic create', ['basic', 'create']],
    ['scim-target trust create', ['trust', 'create']],
  ])('%s --help has a usage line and examples, on standard output', async (name, args) => {
    const { code, out, err } = await cli(...args, '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.startsWith(`Usage: ${name} `)).toBe(true);
    expect(out).toContain('\nExamples:\n');
  });

  it('help COMMAND is the same', async () => {
    expect(await cli('help', 'serve')).toEqual(await cli('serve', '--help'));
    expect(await cli('help')).toEqual(await cli('--help'));
  });

  it('--version is the package’s', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await cli('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });
});

describe('as a process of its own', () => {
  it('exit codes and streams are those of the command', async () => {
    const made = await command(folder.path, ['tenant', 'create', 'acme'], env);
    expect(made).toMatchObject({ code: 0, out: '' });
    const token = await command(folder.path, ['token', 'create', '--tenant', 'acme', '--name', 'x'], env);
    expect(token.code).toBe(0);
    expect(isWellFormed(token.out.slice(0, -1))).toBe(true);
    expect(await command(folder.path, ['tenant', 'create', 'acme'], env)).toMatchObject({ code: 1, out: '' });
    expect(await command(folder.path, ['token', 'create'], env)).toMatchObject({ code: 2, out: '' });
  }, 60_000);

  it('works while this process has the same file open, both ways, and several at once lose nothing', async () => {
    await withStore(async (store) => {
      const names = ['a', 'b', 'c', 'd'];
      const made = await Promise.all(names.map((name) => command(folder.path, ['tenant', 'create', name], env)));
      expect(made.map(({ code, err }) => ({ code, err }))).toEqual(
        names.map((name) => ({ code: 0, err: `Created tenant ${name} (profile entra).\n` })),
      );
      expect((await store.tenants()).map(({ name }) => name).sort()).toEqual(names);

      const { out } = await command(folder.path, ['token', 'create', '--tenant', 'a', '--name', 'x'], env);
      await expect(authenticated(store, out)).resolves.toMatchObject({ tenant: { name: 'a' } });
      await command(folder.path, ['token', 'revoke', '--tenant', 'a', '--name', 'x'], env);
      await expect(authenticated(store, out)).rejects.toThrow('revoked');
    });
  }, 60_000);
});
