/** The command: what it takes, what it writes where, how it ends, and that no secret gets out. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/program.js';
import { NO_SCREEN, type Screen } from '../../../src/cli/screen.js';
import type { Report } from '../../../src/conformance/model.js';
import { EXEMPTIONS } from '../../../src/conformance/readings.js';
import { CHECKS } from '../../../src/conformance/suites/index.js';
import { command, running, until } from '../../cli/command.js';
import { FakeTerminal } from '../../cli/fake-terminal.js';
import { Suite } from '../../support/target.js';
import { tenantWithToken } from '../judge.js';
import { type Reply, type Spoiler, startProxy } from '../proxy.js';

const suite = new Suite('memory:');
const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-conformance-'));
let token: string;
let url: string;
beforeAll(async () => {
  await suite.start();
  token = await tenantWithToken(suite, 'strict');
  url = `${suite.origin}/scim/v2`;
});
afterAll(async () => {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface World {
  readonly env?: Record<string, string>;
  readonly screen?: Screen;
}

/** Runs `conformance` in this process. */
async function conformance(args: readonly string[], { env = {}, screen = NO_SCREEN }: World = {}) {
  const terminal = new FakeTerminal(env);
  const code = await run(['conformance', ...args], terminal, screen);
  return { code, ...terminal.written };
}

const target = () => ['--url', url, '--token', token];
const file = (name: string) => path.join(folder, name);

async function spoiled<T>(spoiler: Spoiler, work: (url: string) => Promise<T>): Promise<T> {
  const proxy = await startProxy(url, spoiler);
  try {
    return await work(proxy.url);
  } finally {
    await proxy.close();
  }
}

const POST_200: Spoiler = {
  reply(reply, { method }) {
    if (method === 'POST' && reply.status === 201) reply.status = 200;
  },
};

describe('exit codes', () => {
  test('0: nothing failed; the report is on standard output, what happens on standard error', async () => {
    const { code, out, err } = await conformance([...target(), '--only', 'rfc.create.status']);
    expect(code).toBe(0);
    expect(out).toMatch(/The check did not fail\. 1 passed, 0 failed, 0 warned, 0 skipped\.\n$/);
    expect(err).toBe('1 check to run\n');
  });

  test('1: something failed, with the rule, the fix and the command that repeats it', async () => {
    const { code, out } = await spoiled(POST_200, (bad) =>
      conformance(['--url', bad, '--token', token, '--only', 'rfc.create.status', '--seed', '9']),
    );
    expect(code).toBe(1);
    for (const text of [
      'rule      RFC 7644 §3.3',
      'fix       Answer POST',
      '< 200',
      '--only rfc.create.status --seed 9\n',
    ]) {
      expect(out).toContain(text);
    }
  });

  test.each<[string, Reply, RegExp]>([
    [
      'leads to another address',
      { status: 308, headers: { location: 'https://scim.example.com/v2/Users' }, body: undefined },
      /leads elsewhere: .* status 308 and the Location https:\/\/scim\.example\.com\/v2\/Users\. Give the address/,
    ],
    [
      'answers with a page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in' },
      /There is no SCIM endpoint at \S+: .* status 200 and text\/html, not JSON: "<html>Sign in"…$/,
    ],
    [
      'begins its JSON with a byte order mark',
      { status: 200, headers: { 'content-type': 'application/scim+json' }, body: '\ufeff{}' },
      /application\/scim\+json, not JSON: "\\ufeff\{\}"…$/,
    ],
  ])('2: the server %s', async (_, reply, reason) => {
    const { code, out, err } = await spoiled({ request: () => reply }, (bad) =>
      conformance(['--url', bad, '--token', token, '--only', 'rfc.create.status']),
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd()).toMatch(reason);
  });

  test.each<[string, () => string[], RegExp]>([
    [
      'no server',
      () => ['--url', 'http://127.0.0.1:1/scim', '--token', 'x'],
      /http:\/\/127\.0\.0\.1:1\/scim cannot be reached: /,
    ],
    ['another path', () => ['--url', `${suite.origin}/nothing`, '--token', token], /There is no SCIM endpoint at /],
    ['a refused token', () => ['--url', url, '--token', 'not-the-token'], /refuses the credential: .* status 401\.$/],
    ['no URL', () => ['--token', 'x'], /say which server: --url /],
    ['no absolute URL', () => ['--url', 'scim.example.com', '--token', 'x'], /--url must be a whole URL/],
    [
      'a password in the URL',
      () => ['--url', 'https://a:secret@x.example/', '--token', 'x'],
      /--url must not hold a user name/,
    ],
    ['no credential', () => ['--url', url], /a credential is missing: --token, /],
    ['two credentials', () => [...target(), '--basic', 'a:b'], /choose one credential/],
    ['half a credential', () => ['--url', url, '--client-id', 'a'], /--token-endpoint is missing/],
    ['basic without a colon', () => ['--url', url, '--basic', 'nobody'], /--basic must be USER:PASSWORD/],
    ['an unknown suite', () => [...target(), '--suite', 'rfc,saml'], /There is no suite "saml": choose from rfc, /],
    [
      'an unknown check',
      () => [...target(), '--only', 'rfc.create.statuss'],
      /There is no check "rfc\.create\.statuss"\. Did you mean rfc\.create\.status/,
    ],
    [
      'half an id',
      () => [...target(), '--only', 'rfc.creat'],
      /There is no check "rfc\.creat"\. Did you mean rfc\.create/,
    ],
    [
      'a check of another suite',
      () => [...target(), '--suite', 'okta', '--only', 'rfc.create'],
      /"rfc\.create" is in none of the suites okta\./,
    ],
    [
      'an unknown scenario',
      () => [...target(), '--scenario', 'nobody'],
      /There is no scenario "nobody": choose from .*netskope/,
    ],
    [
      'a missing scenario file',
      () => [...target(), '--scenario', './none.json'],
      /The scenario \.\/none\.json cannot be read/,
    ],
    [
      'a scenario that changes',
      () => [...target(), '--scenario', 'netskope', '--read-only'],
      /--read-only runs checks that change nothing/,
    ],
    [
      'a check that changes',
      () => [...target(), '--only', 'rfc.create.status', '--read-only'],
      /nothing is left to run/,
    ],
    [
      'a directory of nothing',
      () => [...target(), '--directory', 'users=0'],
      /users of --directory must be a whole number from 1 up/,
    ],
    [
      'an unknown setting',
      () => [...target(), '--directory', 'people=5'],
      /--directory has no setting "people": users, /,
    ],
    ['an unknown reading', () => [...target(), '--reads', 'sometimes'], /--reads is strict or lenient/],
    [
      'a check that such a server is not asked',
      () => [...target(), '--only', 'rfc.filter.syntax-unquoted', '--reads', 'lenient'],
      /nothing is left to run: a server that is lenient is asked none of it/,
    ],
    ['an empty token for /Me', () => [...target(), '--me-token', ' '], /--me-token is empty/],
    ['a pace of 0', () => [...target(), '--max-rps', '0'], /--max-rps must be a number above 0/],
    ['no time', () => [...target(), '--timeout', 'soon'], /--timeout must be a whole number from 1 up/],
    [
      'a report in no folder',
      () => [...target(), '--html', '/none/report.html'],
      /--html \/none\/report\.html cannot be written/,
    ],
    ['a report that is a folder', () => [...target(), '--json', folder], /is a folder/],
    [
      'two reports in one file',
      () => [...target(), '--json', file('x'), '--html', file('x')],
      /--json and --html name the same file/,
    ],
    ['an unknown option', () => [...target(), '--fast'], /unknown option '--fast'/],
    ['a recording that is not there', () => ['replay', file('none.har'), ...target()], /There is no recording /],
  ])('2, one sentence, and nothing else: %s', async (_, args, sentence) => {
    const { code, out, err } = await conformance(args());
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^scim-target: [^\n]+\n$/);
    expect(err.trim()).toMatch(sentence);
  });
});

describe('what is chosen', () => {
  const ids = (out: string) => [...out.matchAll(/^([a-z]+\.[\w.-]+) {2}/gm)].map(([, id]) => id);

  test('--list has every check and scenario, and connects to nothing', async () => {
    const { code, out } = await conformance(['--list']);
    expect(code).toBe(0);
    expect(ids(out)).toEqual(CHECKS.map(({ id }) => id));
    expect(out).toMatch(/^SCENARIO +STEPS +TITLE\n[\s\S]*^netskope /m);
  });

  test('--only takes ids and beginnings, in any number', async () => {
    const { out } = await conformance([
      '--list',
      '--only',
      'rfc.create.status,rfc.read',
      '--only',
      'rfc.remove.status',
    ]);
    expect(ids(out)).toEqual(
      CHECKS.map(({ id }) => id).filter((id) => /^rfc\.(?:create\.status$|read\.|remove\.status$)/.test(id)),
    );
  });

  test('--suite, --read-only', async () => {
    const { out } = await conformance(['--list', '--suite', 'okta', '--read-only']);
    expect(ids(out)).toEqual(
      CHECKS.filter(({ suite: name, readsOnly }) => name === 'okta' && readsOnly).map(({ id }) => id),
    );
  });

  test('--reads leaves out what a server of that kind does not do by its nature, and the report says so', async () => {
    const all = ids((await conformance(['--list', '--suite', 'rfc'])).out);
    const asked = ids((await conformance(['--list', '--suite', 'rfc', '--reads', 'lenient'])).out);
    const leftOut = EXEMPTIONS.flatMap(({ reading, checks }) => (reading === 'lenient' ? checks : []));
    expect(asked).toEqual(all.filter((id) => !leftOut.includes(id as string)));
    const { out } = await conformance([...target(), '--only', 'rfc.filter', '--reads', 'lenient']);
    expect(out).toContain(
      'It is said to be lenient (--reads lenient): 2 checks that ask for the opposite were left out.',
    );
  });

  test('--read-only sends nothing that changes anything', async () => {
    const methods = new Set<string>();
    const spy: Spoiler = {
      request({ method, path: below }) {
        methods.add(below.endsWith('/.search') ? 'search' : method);
        return undefined;
      },
    };
    await spoiled(spy, (proxied) =>
      conformance(['--url', proxied, '--token', token, '--suite', 'rfc,entra,okta,clients', '--read-only']),
    );
    expect([...methods].filter((method) => !['GET', 'HEAD', 'search'].includes(method))).toEqual([]);
  });

  test('a scenario runs alone, a check beside it only when it is named', async () => {
    const json = file('scenario.json');
    await conformance([...target(), '--scenario', 'netskope', '--json', json]);
    const { results } = JSON.parse(readFileSync(json, 'utf8')) as Report;
    expect(new Set(results.map(({ group }) => group))).toEqual(new Set(['scenario netskope']));
  });

  test('the same seed sends the same, another one does not', async () => {
    const sent = async (seed: string) => {
      const { out } = await conformance([
        '--dry-run',
        '--url',
        'https://x.example/scim',
        '--only',
        'rfc.filter',
        '--seed',
        seed,
      ]);
      return out;
    };
    expect(await sent('5')).toBe(await sent('5'));
    expect(await sent('5')).not.toBe(await sent('6'));
  });

  test('--dry-run prints what each check would send, and sends nothing', async () => {
    const { code, out, err } = await conformance([
      '--dry-run',
      '--url',
      'https://unreachable.invalid/scim/v2',
      '--suite',
      'rfc,entra,okta,clients',
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^GET https:\/\/unreachable\.invalid\/scim\/v2\/Users\?startIndex=1&count=1$/m);
    expect(out).toMatch(/^POST https:\/\/unreachable\.invalid\/scim\/v2\/Users\n\{"schemas"/m);
    expect(err).toMatch(/^\d+ requests for \d+ checks and steps; nothing was sent\.\n$/);
    expect(Number(/\d+/.exec(err)?.[0])).toBeGreaterThan(CHECKS.length);
  });
});

describe('credentials', () => {
  const only = ['--only', 'rfc.create.status'];

  test.each<[string, Record<string, string>]>([
    ['a token', { SCIM_CONFORMANCE_TOKEN: 'TOKEN' }],
    ['a token with its scheme', { SCIM_CONFORMANCE_TOKEN: 'Bearer TOKEN' }],
  ])('from the environment: %s', async (_, env) => {
    const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('TOKEN', token)]));
    expect((await conformance(['--url', url, ...only], { env: given })).code).toBe(0);
  });

  test('on a screen it is asked for, and never shown', async () => {
    const questions: string[] = [];
    const ask = async (question: string) => {
      questions.push(question);
      return token;
    };
    const { code, out, err } = await conformance(['--url', url, ...only], {
      screen: { columns: () => 80, isOutput: true, ask },
    });
    expect(code).toBe(0);
    expect(questions).toEqual(['Bearer token (not shown): ']);
    expect(out + err).not.toContain(token);
  });

  test('a flag goes before the environment', async () => {
    expect((await conformance([...target(), ...only], { env: { SCIM_CONFORMANCE_BASIC: 'a:b' } })).code).toBe(0);
  });
});

describe('secrets', () => {
  const names = { json: 'r.json', junit: 'r.xml', html: 'r.html', har: 'r.har', record: 'rec.har' };
  const reports = (folderName: string) =>
    Object.entries(names).flatMap(([flag, name]) => [`--${flag}`, path.join(folder, `${folderName}-${name}`)]);

  /** Everything that a run wrote, in one text. */
  const writtenBy = (folderName: string, { out, err }: { out: string; err: string }) =>
    readdirSync(folder)
      .filter((name) => name.startsWith(`${folderName}-`))
      .map((name) => readFileSync(file(name), 'utf8'))
      .concat(out, err)
      .join('\n');

  const forms = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
    secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
  ];

  /** Puts a text wherever a server can put one. */
  const echoing = (secret: string): Spoiler => ({
    request({ headers, query }) {
      headers.authorization = `Bearer ${token}`;
      query.delete('code');
      return undefined;
    },
    reply(reply) {
      reply.headers['x-echo'] = `you sent ${encodeURIComponent(secret)}`;
      reply.headers.location = `https://x.example/${encodeURIComponent(secret)}`;
      const { body } = reply;
      if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
        body.displayName = secret;
        body.detail = `not for ${secret}`;
        body.note = `${'x'.repeat(280)}${secret}`;
        if (body.totalResults !== undefined) body.totalResults = secret;
      }
      if (reply.status === 201) reply.status = 299;
    },
  });

  test('a token that the server echoes in headers, bodies and errors is in no report', async () => {
    await spoiled(echoing(token), async (bad) => {
      const ended = await conformance([
        ...['--url', `${bad}?code=${token}`, '--token', token],
        ...['--only', 'rfc.create,rfc.filter.eq,rfc.errors,entra.connection', ...reports('bearer')],
      ]);
      expect(ended.code).toBe(1);
      const text = writtenBy('bearer', ended);
      expect(text).toContain('[redacted]');
      for (const form of forms(token)) expect(text.includes(form)).toBe(false);
    });
  });

  test('nor is the token of a user, for /Me', async () => {
    const secret = 'me-token-that-nobody-is-to-see';
    await spoiled(echoing(secret), async (bad) => {
      const args = ['--url', bad, '--token', token, '--me-token', secret, '--only', 'rfc.me,rfc.create'];
      const ended = await conformance([...args, ...reports('me')]);
      expect(ended.code).toBe(1);
      const text = writtenBy('me', ended);
      expect(text).toContain('[redacted]');
      for (const form of forms(secret)) expect(text.includes(form)).toBe(false);
    });
  });

  test('nor is a password of any characters', async () => {
    const password = 'pä"ss<w>&1/+ 2';
    await spoiled(echoing(password), async (bad) => {
      const ended = await conformance([
        '--url',
        bad,
        '--basic',
        `admin:${password}`,
        '--only',
        'rfc.create',
        ...reports('basic'),
      ]);
      expect(ended.code).toBe(1);
      const text = writtenBy('basic', ended);
      for (const form of [...forms(password), ...forms(`admin:${password}`)]) expect(text.includes(form)).toBe(false);
    });
  });

  test('nor are a client secret and the access token that it brings', async () => {
    const secret = 'client-secret-4711';
    const issuer = createServer((_, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3600 }));
    });
    issuer.listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const endpoint = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/token`;
    try {
      await spoiled(echoing(token), async (bad) => {
        const client = ['--client-id', 'qa', '--token-endpoint', endpoint];
        const env = { SCIM_CONFORMANCE_CLIENT_SECRET: secret };
        const ended = await conformance(['--url', bad, ...client, '--only', 'rfc.create', ...reports('oauth')], {
          env,
        });
        expect(ended.code).toBe(1);
        const text = writtenBy('oauth', ended);
        for (const form of [...forms(token), ...forms(secret)]) expect(text.includes(form)).toBe(false);
      });
    } finally {
      issuer.close();
    }
  });

  test('nor does an error show one', async () => {
    const { code, err } = await conformance(['--url', `http://127.0.0.1:1/?code=${token}`, '--token', token]);
    expect(code).toBe(2);
    expect(err).not.toContain(token);
    expect(err).toContain('[redacted]');
  });
});

describe('files', () => {
  test('every report is written; the recording can be replayed elsewhere', async () => {
    const flags = [
      '--json',
      file('a.json'),
      '--junit',
      file('a.xml'),
      '--html',
      file('a.html'),
      '--record',
      file('a.har'),
    ];
    const { code, err } = await conformance([...target(), '--only', 'rfc.create,rfc.read', ...flags]);
    expect(code).toBe(0);
    expect(err).toContain(`Written: ${file('a.json')}, ${file('a.xml')}, ${file('a.html')}, ${file('a.har')}\n`);
    const other = await tenantWithToken(suite, 'strict');
    const replayed = await conformance([
      'replay',
      file('a.har'),
      '--url',
      url,
      '--token',
      other,
      '--json',
      file('b.json'),
    ]);
    expect(replayed.code).toBe(0);
    const report = JSON.parse(readFileSync(file('b.json'), 'utf8')) as Report;
    expect(report.counts.failed).toBe(0);
    expect(report.counts.passed).toBeGreaterThan(50);
    const worse = await spoiled(POST_200, (bad) =>
      conformance(['replay', file('a.har'), '--url', bad, '--token', other]),
    );
    expect(worse.code).toBe(1);
    expect(worse.out).toContain('status is not as recorded');
  });

  test('--keep leaves what was made, and says where', async () => {
    const client = await suite.tenant('strict');
    const { out } = await conformance(['--url', url, '--token', client.token, '--only', 'rfc.create.status', '--keep']);
    const [, left] = /1 left on the server\.\n {4}(\/Users\/\S+)\n/.exec(out) ?? [];
    await client.get(left as string).expect(200);
  });
});

describe('as a process of its own', () => {
  /** A run that waits where it removes something; `sent` has the methods of its requests. */
  function watched(): { spoiler: Spoiler; sent: string[] } {
    const sent: string[] = [];
    const spoiler: Spoiler = {
      async request({ method }) {
        sent.push(method);
        if (method === 'DELETE') await new Promise((resolve) => setTimeout(resolve, 700));
        return undefined;
      },
    };
    return { spoiler, sent };
  }

  /** Starts a run and interrupts it while it removes what the first check has made. */
  async function interrupted(
    name: string,
    work: (started: ReturnType<typeof running>) => Promise<void>,
  ): Promise<number> {
    const client = await suite.tenant('strict');
    const { spoiler, sent } = watched();
    await spoiled(spoiler, async (slow) => {
      const reports = ['--json', `${name}.json`, '--har', `${name}.har`];
      const which = ['--only', 'rfc.create.status,rfc.create.group,rfc.create.location'];
      const started = running(folder, ['conformance', '--url', slow, '--token', client.token, ...which, ...reports]);
      await until(
        () => (sent.includes('DELETE') ? true : undefined),
        () => started.written.err,
      );
      started.signal('SIGINT');
      await until(
        () => (started.written.err.includes('Ending:') ? true : undefined),
        () => started.written.err,
      );
      await work(started);
    });
    return (await client.get('/Users')).body.totalResults;
  }

  const entriesOf = (name: string) => JSON.parse(readFileSync(file(`${name}.har`), 'utf8')).log.entries;

  test('Ctrl-C: what was made is removed, the report so far is written, 130', async () => {
    const rest = await interrupted('early', async (started) => {
      const { code, out, err } = await started.ended;
      expect(code).toBe(130);
      expect(err).toContain('Ending: what was made is removed first. Ctrl-C again ends at once.\n');
      expect(out).toContain('before the run was interrupted');
      const report = JSON.parse(readFileSync(file('early.json'), 'utf8')) as Report;
      expect(report).toMatchObject({ interrupted: 'The run was interrupted.', cleanUp: { created: 1, left: [] } });
      expect(report.results.map(({ id }) => id)).toEqual(['rfc.create.status']);
    });
    expect(rest).toBe(0);
    const methods = entriesOf('early').map((entry: { request: { method: string } }) => entry.request.method);
    expect(methods.filter((method: string) => method !== 'GET').at(-1)).toBe('DELETE');
  });

  test('a second Ctrl-C ends at once and says what is left', async () => {
    await interrupted('ended', async (started) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      started.signal('SIGINT');
      const { code, err } = await started.ended;
      expect(code).toBe(130);
      expect(err).toMatch(/Left on the server:\nhttp:\/\/\S+\/Users\/\S+\n/);
    });
    expect(entriesOf('ended').length).toBeGreaterThan(2);
  });

  test('without a screen nothing is asked', async () => {
    const { code, err } = await command(folder, ['conformance', '--url', url]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/^scim-target: a credential is missing: [^\n]+\n$/),
    });
    expect(existsSync(file('none'))).toBe(false);
  });
});
