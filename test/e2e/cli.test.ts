import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectStatus } from './entra-client.js';
import { CORE } from './mapping.js';
import { ScimClient } from './scim-client.js';
import { cli, type Ended, type Env, freePort, launch, temporaryStore, until } from './server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let temporary: ReturnType<typeof temporaryStore>;
let started: ReturnType<typeof launch>[];

beforeEach(() => {
  temporary = temporaryStore();
  started = [];
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  temporary.remove();
});

/** `npx scim-target …` in the checkout; offline, so that nothing but the checkout can answer. */
function npx(...args: string[]): Promise<Ended> {
  return launch('npx', ['scim-target', ...args], ROOT, { HOME: temporary.folder, npm_config_offline: 'true' }).ended;
}

/** The built program in an empty folder. */
function run(args: readonly string[], env: Env = {}): Promise<Ended> {
  return cli(args, { folder: temporary.folder, env });
}

/** `scim-target serve …` until it has said where it is; `env` decides the port where the flags do not. */
async function serve(args: readonly string[], env: Env = {}) {
  const main = join(ROOT, 'dist/cli/main.js');
  const server = launch(process.execPath, [main, 'serve', ...args], temporary.folder, env);
  started.push(server);
  const [, baseUrl = '', token = ''] = await until(
    () => /SCIM base URL: +(\S+)\n +Token: +(\S+)\n/.exec(server.written.out) ?? undefined,
    () => JSON.stringify(server.written),
  );
  return { ...server, baseUrl, token };
}

/** True when the token opens the server at the address. */
async function opens(baseUrl: string, token: string): Promise<boolean> {
  const scim = new ScimClient({ baseUrl, token });
  const { status } = await scim.get('/Users?count=1');
  scim.close();
  return status === 200;
}

describe('npx scim-target, in the checkout', () => {
  it('creates a tenant and a token, lists and revokes it, each with standard output for the result alone', async () => {
    const store = ['--store', temporary.store];
    const tenant = await npx('tenant', 'create', 'acme', '--profile', 'okta', ...store);
    expect(tenant).toMatchObject({ code: 0, out: '', err: expect.stringContaining('acme') });

    const named = ['token', 'create', '--tenant', 'acme', '--name', 'Entra production'];
    const made = await npx(...named, '--scopes', 'scim:read,scim:write', '--expires', '90d', ...store);
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('Entra production') });
    expect(made.out).toMatch(/^scimt_[0-9A-Za-z]+\n$/);

    const listed = await npx('token', 'list', '--tenant', 'acme', ...store);
    expect(listed.out).toMatch(/ Entra production +active +scim:read,scim:write /);
    const revoked = await npx('token', 'revoke', '--tenant', 'acme', '--name', 'Entra production', ...store);
    expect(revoked).toMatchObject({ code: 0, out: '', err: expect.stringContaining('Revoked') });
    const state = await npx('token', 'list', '--tenant', 'acme', ...store);
    expect(state.out).toMatch(/ Entra production +revoked /);
  }, 60_000);
});

describe('the built command line', () => {
  it('with --json prints one object on standard output, whose token opens the running server', async () => {
    const { baseUrl } = await serve(['--port', '0', '--store', temporary.store]);
    const env = { SCIM_TARGET_STORE: temporary.store };
    const tenant = await run(['tenant', 'create', 'acme', '--profile', 'strict', '--json'], env);
    expect(JSON.parse(tenant.out)).toMatchObject({ name: 'acme', profile: 'strict' });
    const args = ['token', 'create', '--tenant', 'acme', '--name', 'reader', '--scopes', 'scim:read'];
    const made = await run([...args, '--expires', '90d', '--json'], env);
    const object = JSON.parse(made.out) as { token: string; id: string; expires: string };
    expect(made.out.trim().split('\n')).toHaveLength(1);
    expect(object).toMatchObject({ name: 'reader', scopes: ['scim:read'] });
    expect((Date.parse(object.expires) - Date.now()) / 86_400_000).toBeCloseTo(90, 1);

    const scim = new ScimClient({ baseUrl, token: object.token });
    expectStatus(await scim.get('/Users'), 200);
    expectStatus(await scim.post('/Users', { schemas: [CORE], userName: 'lin' }), 403);
    const listed = JSON.parse((await run(['token', 'list', '--tenant', 'acme', '--json'], env)).out) as unknown[];
    expect(listed).toMatchObject([{ id: object.id, name: 'reader', state: 'active' }]);
    await run(['token', 'revoke', '--tenant', 'acme', object.id], env);
    expectStatus(await scim.get('/Users'), 401);
    scim.close();
  });

  it('serves where the flags say, with the first start’s token', async () => {
    const port = String(await freePort());
    const { baseUrl, token } = await serve(['--host', '127.0.0.1', '--port', port, '--store', 'memory:']);
    expect(baseUrl).toBe(`http://127.0.0.1:${port}/scim/v2`);
    expect(await opens(baseUrl, token)).toBe(true);
    expect(existsSync(join(temporary.folder, 'data'))).toBe(false);
  });

  it.each([
    ['SCIM_TARGET_PORT', (port: string) => ({ SCIM_TARGET_PORT: port })],
    ['PORT', (port: string) => ({ PORT: port })],
    ['SCIM_TARGET_PORT before PORT', (port: string) => ({ SCIM_TARGET_PORT: port, PORT: '1' })],
  ])('takes %s from the environment; without a store the data is in ./data/scim.db', async (_, envOf) => {
    const port = String(await freePort());
    const { baseUrl, token } = await serve([], envOf(port));
    expect(new URL(baseUrl).port).toBe(port);
    expect(await opens(baseUrl, token)).toBe(true);
    expect(existsSync(join(temporary.folder, 'data/scim.db'))).toBe(true);
  });

  it('takes host, store and log level from the environment, and a flag goes before', async () => {
    const port = String(await freePort());
    const env = { SCIM_TARGET_HOST: 'localhost', SCIM_TARGET_STORE: temporary.store, SCIM_TARGET_LOG_LEVEL: 'info' };
    const { baseUrl, token, written, child, ended } = await serve(['--port', port], { ...env, PORT: '1' });
    expect(baseUrl).toBe(`http://localhost:${port}/scim/v2`);
    expect(await opens(baseUrl, token)).toBe(true);
    child.kill('SIGTERM');
    await ended;
    expect(written.out).toMatch(/"path":"\/scim\/v2\/Users"/);
    expect(existsSync(temporary.path)).toBe(true);
    const flagged = await serve(['--port', port, '--host', '127.0.0.1', '--store', 'memory:'], env);
    expect(flagged.baseUrl).toBe(`http://127.0.0.1:${port}/scim/v2`);
  });

  it('npm start builds when needed, serves, and ends in order when told to', async () => {
    const port = String(await freePort());
    const env = { HOME: temporary.folder, SCIM_TARGET_PORT: port, SCIM_TARGET_STORE: temporary.store };
    const server = launch('npm', ['start'], ROOT, env);
    started.push(server);
    const [, token = ''] = await until(
      () => /Token: +(\S+)\n/.exec(server.written.out) ?? undefined,
      () => JSON.stringify(server.written),
    );
    expect(await opens(`http://127.0.0.1:${port}/scim/v2`, token)).toBe(true);
    server.child.kill('SIGTERM');
    await server.ended;
    expect(server.written.err).toContain('Stopping');
    await expect(opens(`http://127.0.0.1:${port}/scim/v2`, token)).rejects.toThrow();
  });
});
