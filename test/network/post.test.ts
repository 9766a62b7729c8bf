import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AllLookup } from '../../src/network/checked-address.js';
import { Poster, PostFailed, type PostRules } from '../../src/network/post.js';
import { HookServer } from '../support/hook-server.js';
import { resolvingTo } from '../support/lookup.js';
import { tracesIn } from '../support/signals.js';

let server: HookServer;
let posters: Poster[];

beforeAll(async () => {
  server = await HookServer.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.posted.length = 0;
  server.answering = () => 204;
  posters = [];
});
afterEach(() => {
  for (const poster of posters) poster.close();
});

function posterWith(rules: Partial<PostRules> = {}): Poster {
  const poster = new Poster({ allowsPrivate: true, ...rules });
  posters.push(poster);
  return poster;
}

const message = (url = server.origin) => ({ url, headers: { 'X-Test': 'yes' }, body: '{"a":"ä"}' });

async function failure(promise: Promise<unknown>): Promise<PostFailed> {
  const error: unknown = await promise.then(
    () => new Error('it was sent'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PostFailed);
  return error as PostFailed;
}

describe('a body', () => {
  test('arrives as it is, with its headers', async () => {
    expect(await posterWith().post(message(`${server.origin}/a?b=c`))).toMatchObject({ status: 204, text: '' });
    const [posted] = server.posted;
    expect(posted).toMatchObject({ path: '/a?b=c', body: '{"a":"ä"}' });
    expect(posted?.headers).toMatchObject({ 'x-test': 'yes', 'content-length': '10', 'user-agent': 'scim-target' });
  });

  test('is sent over a connection that is kept, and over a new one when that was closed meanwhile', async () => {
    const poster = posterWith();
    const before = server.connections;
    for (let i = 0; i < 3; i++) await poster.post(message());
    expect(server.connections - before).toBe(1);
    server.dropIdle();
    expect(await poster.post(message())).toMatchObject({ status: 204 });
    expect(server.connections - before).toBe(2);
  });

  test('is not sent where a redirect leads', async () => {
    server.answering = (_posted, response) => void response.writeHead(307, { Location: `${server.origin}/b` }).end();
    expect(await posterWith().post(message(`${server.origin}/a`))).toMatchObject({ status: 307 });
    expect(server.posted.map(({ path }) => path)).toEqual(['/a']);
  });
});

describe('an answer', () => {
  test('has the text of a short body', async () => {
    server.answering = (_posted, response) => void response.writeHead(400).end('{"err":"invalid_key"}');
    expect(await posterWith().post(message())).toMatchObject({ status: 400, text: '{"err":"invalid_key"}' });
  });

  test('has none of a long body, which is not read to its end', async () => {
    let isCut = false;
    server.answering = (_posted, response) => {
      response.on('close', () => (isCut = !response.writableFinished));
      response.writeHead(200);
      const more = (): void =>
        void (!response.destroyed && response.write('x'.repeat(65_536), () => setImmediate(more)));
      more();
      return undefined;
    };
    expect(await posterWith().post(message())).toMatchObject({ status: 200, text: '' });
    await vi.waitFor(() => expect(isCut).toBe(true), 10_000);
  });

  test('is there although its body never ends', async () => {
    server.answering = (_posted, response) => void response.writeHead(200).write('{');
    expect(await posterWith({ timeout: 500 }).post(message())).toMatchObject({ status: 200, text: '' });
  });

  test.each([
    ['120', 120],
    ['0', 0],
    [new Date(0).toUTCString(), 0],
    ['Thursday, 01-Jan-70 00:00:00 GMT', 0],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['soon', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['2001', 2_001],
    ['2001-01-01', undefined],
  ])('says when to come again: %s', async (header, retryAfter) => {
    server.answering = (_posted, response) => void response.writeHead(503, { 'Retry-After': header }).end();
    expect(await posterWith().post(message())).toMatchObject({ status: 503, retryAfter });
  });
});

describe('what does not arrive', () => {
  test('for want of an answer is given up in time', async () => {
    server.answering = () => undefined;
    const error = await failure(posterWith({ timeout: 30 }).post(message()));
    expect(error.message).toBe('The receiver did not answer within 0.03 seconds.');
  });

  test('is given up when the answer is another protocol, or breaks off', async () => {
    const changing = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n';
    for (const answer of [changing, 'HTTP/1.1 200 OK\r\nContent-', 'what?\r\n\r\n']) {
      server.answering = (_posted, response) => void response.socket?.end(answer);
      expect((await failure(posterWith().post(message()))).message).toMatch(/could not be reached/);
    }
  });

  test('is given up when it is no longer wanted', async () => {
    server.answering = () => undefined;
    const controller = new AbortController();
    const posting = failure(posterWith().post({ ...message(), signal: controller.signal }));
    await vi.waitFor(() => expect(server.posted).toHaveLength(1), 10_000);
    controller.abort();
    await posting;
  });

  test('leaves nothing behind with a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const poster = posterWith({ timeout: 30 });
    await poster.post({ ...message(), signal });
    server.answering = () => undefined;
    await failure(poster.post({ ...message(), signal }));
    expect(tracesIn(signal)).toEqual([]);
  });

  test('says why, without the address', async () => {
    const gone = await HookServer.start();
    const url = `${gone.origin}/hooks/secret-path`;
    await gone.stop();
    const error = await failure(posterWith().post(message(url)));
    expect(error.message).toBe('The receiver could not be reached (ECONNREFUSED).');
  });
});

describe('nothing is sent', () => {
  const isRefused = /not public|not https|no URL/;

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://10.1.2.3/',
    'http://app.example/',
    'ftp://a/',
    'nowhere',
  ])('to %s where private addresses are refused', async (url) => {
    expect((await failure(posterWith({ allowsPrivate: false }).post(message(url)))).message).toMatch(isRefused);
  });

  test.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '169.254.169.254', '::1', 'fd00::1', '::ffff:10.1.2.3'])(
    'to a name that resolves to %s',
    async (address) => {
      const poster = posterWith({ allowsPrivate: false, lookup: resolvingTo(address) });
      const error = await failure(poster.post(message('https://app.example/')));
      expect(error.message).toMatch(isRefused);
      expect(server.posted).toHaveLength(0);
    },
  );

  test('to a name that changes between check and connection: it is looked up once', async () => {
    let lookups = 0;
    const rebinding: AllLookup = (host, options, done) => {
      lookups++;
      resolvingTo(lookups === 1 ? '192.0.2.1' : '127.0.0.1')(host, options, done);
    };
    const poster = posterWith({ allowsPrivate: false, lookup: rebinding });
    await failure(poster.post(message(`https://app.example:${server.port}/`)));
    expect(lookups).toBe(1);
  });
});
