import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.js';
import { OPTIONS } from '../../src/options.js';
import { command, type Running, running, temporaryFolder, until } from './command.js';
import { FakeTerminal } from './fake-terminal.js';

let folder: ReturnType<typeof temporaryFolder>;
let store: string;
let started: Running[];

beforeEach(() => {
  folder = temporaryFolder();
  store = `sqlite:${join(folder.path, 'scim.db')}`;
  started = [];
});
afterEach(async () => {
  for (const server of started) server.signal('SIGKILL');
  await Promise.all(started.map(({ ended }) => ended));
  folder.remove();
});

function serve(args: readonly string[] = [], env: Record<string, string> = {}): Running {
  const server = running(folder.path, ['serve', '--port', '0', ...args], { SCIM_TARGET_STORE: store, ...env });
  started.push(server);
  return server;
}

/** Where the first start says that the server is, and the token it gives. */
async function welcomed(server: Running): Promise<{ baseUrl: string; token: string }> {
  return until(
    () => {
      const baseUrl = /SCIM base URL: +(\S+)/.exec(server.written.out)?.[1];
      const token = /Token: +(scimt_\S+)/.exec(server.written.out)?.[1];
      return baseUrl && token ? { baseUrl, token } : undefined;
    },
    () => JSON.stringify(server.written),
  );
}

const users = (baseUrl: string, token: string) =>
  fetch(`${baseUrl}/Users`, { headers: { Authorization: `Bearer ${token}`, Connection: 'close' } });

describe('serve', () => {
  it('on an empty store prints a base URL and a token that work, and on the next start prints neither', async () => {
    const first = serve();
    const { baseUrl, token } = await welcomed(first);
    expect((await users(baseUrl, token)).status).toBe(200);
    first.signal('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0, signal: null });

    const port = new URL(baseUrl).port;
    const second = serve(['--port', port]);
    await until(
      () =>
        users(baseUrl, token).then(
          ({ status }) => (status === 200 ? true : undefined),
          () => undefined,
        ),
      () => JSON.stringify(second.written),
    );
    second.signal('SIGINT');
    const { code, out, err } = await second.ended;
    expect(code).toBe(0);
    expect(out + err).not.toContain('scimt_');
    expect(err).toContain(`The SCIM base URL is ${baseUrl}\n`);
  }, 60_000);

  it('in production prints no token but how to make one', async () => {
    const server = serve([], { NODE_ENV: 'production' });
    await until(
      () => (server.written.err.includes('scim-target tenant create') ? true : undefined),
      () => JSON.stringify(server.written),
    );
    server.signal('SIGTERM');
    const { code, out } = await server.ended;
    expect(code).toBe(0);
    expect(out).not.toContain('scimt_');
  }, 60_000);

  it('a token made or revoked by a command counts with the next request of the running server', async () => {
    const server = serve();
    const { baseUrl } = await welcomed(server);
    const env = { SCIM_TARGET_STORE: store };
    const made = await command(folder.path, ['token', 'create', '--tenant', 'default', '--name', 'x'], env);
    const token = made.out.trim();
    expect((await users(baseUrl, token)).status).toBe(200);
    await command(folder.path, ['token', 'revoke', '--tenant', 'default', '--name', 'x'], env);
    const refused = await users(baseUrl, token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="scim", error="invalid_token"/);
    server.signal('SIGTERM');
    const { code, out, err } = await server.ended;
    expect(code).toBe(0);
    expect(out + err).not.toContain(token.slice(6, 20));
    const listed = await command(folder.path, ['token', 'list', '--tenant', 'default', '--json'], env);
    const [, x] = JSON.parse(listed.out) as { lastUsed: string; lastAddress: string }[];
    expect(x).toMatchObject({ lastUsed: expect.any(String), lastAddress: expect.stringContaining('127.0.0.1') });
  }, 60_000);

  it('a port in use is one sentence and exit code 1', async () => {
    const first = serve();
    const { baseUrl } = await welcomed(first);
    const { port } = new URL(baseUrl);
    const second = await command(folder.path, ['serve', '--port', port, '--store', 'memory:']);
    expect(second.code).toBe(1);
    expect(second.err).toContain(`127.0.0.1:${port} is in use`);
    expect(second.err).not.toMatch(/^\s+at /m);
  }, 60_000);

  it('wrong options are one sentence and exit code 2', async () => {
    for (const [args, env, sentence] of [
      [['--port', 'many'], {}, /^scim-target: --port must be a whole number from 0 to 65535/],
      [
        [],
        { SCIM_TARGET_STORE: 'postgres://x' },
        /^scim-target: SCIM_TARGET_STORE must be sqlite:PATH, mongodb:\/\/HOSTS\/DATABASE or memory:/,
      ],
      [['extra'], {}, /^scim-target: too many arguments/],
      [
        ['--store', 'memory:'],
        { SCIM_TARGET_SSO_ISSUER: 'https://sso.example.com' },
        /^scim-target: .*SCIM_TARGET_SSO_ISSUER.* needs .*SCIM_TARGET_SSO_CLIENT_ID.* beside it\.\n$/,
      ],
    ] as const) {
      const terminal = new FakeTerminal(env);
      expect(await run(['serve', ...args], terminal)).toBe(2);
      expect(terminal.written).toEqual({ out: '', err: expect.stringMatching(sentence) });
    }
  });

  it('a variable that is no option is named, unless Kubernetes has set it', async () => {
    const env = { SCIM_TARGET_PUBLICURL: 'https://x', SCIM_TARGET_SERVICE_HOST: '10.0.0.1', SCIM_TARGET_HOST: '::1' };
    const terminal = new FakeTerminal(env);
    expect(await run(['serve', '--port', 'many'], terminal)).toBe(2);
    expect(terminal.written.err.split('\n')).toEqual([
      'scim-target: SCIM_TARGET_PUBLICURL is no option and has no effect (serve --help lists them).',
      expect.stringMatching(/^scim-target: --port must be/),
      '',
    ]);
  });

  it('a folder of schemas that is not there is named, and not the store', async () => {
    const terminal = new FakeTerminal();
    const missing = join(folder.path, 'types');
    expect(await run(['serve', '--port', '0', '--store', 'memory:', '--schemas', missing], terminal)).toBe(1);
    expect(terminal.written.err).toMatch(/^(?!.*the store).*\n$/);
    expect(terminal.written.err).toContain(missing);
  });

  it('help lists every option with its default and its environment variables', async () => {
    const terminal = new FakeTerminal();
    await run(['serve', '--help'], terminal);
    const help = terminal.written.out.replace(/\s+/g, ' ');
    for (const { flag, env, default: fallback } of OPTIONS) {
      expect(help).toContain(`${flag} `);
      for (const variable of env) expect(help).toContain(variable);
      if (fallback !== undefined) expect(help).toContain(`default ${fallback};`);
    }
  });
});

describe('stopping', () => {
  /** Sends the head of a POST and half its body; `finish` sends the rest. */
  async function slowPost(baseUrl: string, token: string) {
    const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'lin' });
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/scim+json',
      'Content-Length': Buffer.byteLength(body),
    };
    const post = request(`${baseUrl}/Users`, { method: 'POST', headers });
    const status = new Promise<number | undefined>((resolve, reject) => {
      post.on('response', (response) => resolve(response.resume().statusCode));
      post.on('error', reject);
    });
    status.catch(() => undefined);
    post.write(body.slice(0, 20));
    // The server must have the request before it is told to stop.
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { status, finish: () => void post.end(body.slice(20)) };
  }

  it('lets a request in flight finish, though a wrapper passes the same Ctrl-C on, and takes no new ones', async () => {
    const server = serve();
    const { baseUrl, token } = await welcomed(server);
    const post = await slowPost(baseUrl, token);
    server.signal('SIGINT');
    server.signal('SIGINT');
    await until(
      () => (server.written.err.includes('Stopping') ? true : undefined),
      () => JSON.stringify(server.written),
    );
    await expect(users(baseUrl, token)).rejects.toThrow();
    post.finish();
    expect(await post.status).toBe(201);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  }, 60_000);

  it('a second signal stops at once', async () => {
    const server = serve();
    const { baseUrl, token } = await welcomed(server);
    const post = await slowPost(baseUrl, token);
    server.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 600));
    const before = performance.now();
    server.signal('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 143 });
    expect(performance.now() - before).toBeLessThan(2000);
    await expect(post.status).rejects.toThrow();
  }, 60_000);
});
