import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFetchJson, type FetchRules, readHosts } from '../../../src/access/federation/fetch-json.js';
import { IssuerError } from '../../../src/access/federation/refusal.js';
import type { AllLookup } from '../../../src/network/checked-address.js';
import { resolvingTo } from '../../support/lookup.js';

let server: Server;
let origin: string;
/** What the server does with the next requests. */
let listener: RequestListener;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests++;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

const fetchWith = (rules: Partial<FetchRules> = {}) =>
  createFetchJson({ hosts: ['127.0.0.1', 'issuer.example', '[::1]'], allowsPrivate: true, ...rules });

/** The error that fetching gives. */
async function failure(promise: Promise<unknown>): Promise<IssuerError> {
  const error: unknown = await promise.then(
    () => new Error('it was fetched'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(IssuerError);
  return error as IssuerError;
}

describe('a document of an issuer', () => {
  test('is fetched from a host that is listed', async () => {
    listener = answering(200, '{"issuer":"x"}');
    expect(await fetchWith()(origin)).toEqual({ issuer: 'x' });
  });

  test('is fetched from a listed name, at the address that the name has', async () => {
    listener = answering(200, '{"is":"here"}');
    const { port } = new URL(origin);
    const fetchJson = fetchWith({ lookup: resolvingTo('127.0.0.1') });
    expect(await fetchJson(`http://issuer.example:${port}/a`)).toEqual({ is: 'here' });
  });

  test.each([
    ['a host that is not listed', () => 'https://elsewhere.example/', /elsewhere.example.* is not one of/],
    ['a listed host below another', () => 'https://issuer.example.evil.example/', /is not one of/],
    ['a listed host as user name', () => 'https://issuer.example@evil.example/', /password/],
    ['something other than http', () => 'file:///etc/passwd', /not an https URL/],
    ['text that is no URL', () => 'issuer', /not a URL/],
  ])('is not fetched from %s', async (_what, url, message) => {
    const before = requests;
    const error = await failure(fetchWith()(url()));
    expect(error.message).toMatch(message);
    expect(error.isTemporary).toBe(false);
    expect(requests).toBe(before);
  });

  test('is not fetched over plain http, unless private issuers are allowed', async () => {
    const error = await failure(fetchWith({ allowsPrivate: false })(origin));
    expect(error.message).toMatch(/not an https URL/);
  });

  test.each(['https://127.0.0.1/', 'https://[::1]/', 'https://2130706433/'])(
    'is not fetched from a private address that is written as such: %s',
    async (url) => {
      const error = await failure(fetchWith({ allowsPrivate: false })(url));
      expect(error.message).toMatch(/not public/);
      expect(error.isTemporary).toBe(false);
    },
  );

  test.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', 'fd00::1', '::ffff:127.0.0.1'])(
    'is not fetched from a listed name that resolves to %s',
    async (address) => {
      const fetchJson = fetchWith({ allowsPrivate: false, lookup: resolvingTo(address) });
      const error = await failure(fetchJson('https://issuer.example/'));
      expect(error.message).toMatch(/issuer.example.* not public/);
      expect(error.isTemporary).toBe(false);
    },
  );

  test('is asked for by one look-up, so that a name cannot change between check and connection', async () => {
    let lookups = 0;
    const rebinding: AllLookup = (host, options, done) => {
      lookups++;
      resolvingTo(lookups === 1 ? '192.0.2.1' : '127.0.0.1')(host, options, done);
    };
    await failure(fetchWith({ allowsPrivate: false, lookup: rebinding })('https://issuer.example/'));
    expect(lookups).toBe(1);
  });

  test('is not fetched where it redirects to', async () => {
    let follows = 0;
    listener = (request, response) => {
      if (request.url !== '/') follows++;
      response.writeHead(302, { Location: `${origin}/elsewhere` }).end();
    };
    const error = await failure(fetchWith()(`${origin}/`));
    expect(error.message).toMatch(/redirects/);
    expect(follows).toBe(0);
  });

  test.each([
    ['another status', () => answering(500, '{}'), /status 500/],
    ['text that is no JSON', () => answering(200, '<html>'), /JSON object/],
    ['JSON that is no object', () => answering(200, '[1]'), /JSON object/],
    ['more than may be', () => answering(200, `{"a":"${'x'.repeat(2_000)}"}`), /larger than 1000 bytes/],
    [
      'less than it promised',
      (): RequestListener => (request, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('{', () => request.socket.destroy());
      },
      /could not be reached/,
    ],
  ])('with %s is a failure that may pass', async (_what, made, message) => {
    listener = made();
    const error = await failure(fetchWith({ limit: 1_000 })(origin));
    expect(error.message).toMatch(message);
    expect(error.isTemporary).toBe(true);
  });

  test('that does not come in time is a failure that may pass', async () => {
    listener = () => {};
    const error = await failure(fetchWith({ timeout: 30 })(origin));
    expect(error.message).toMatch(/in time/);
    expect(error.isTemporary).toBe(true);
  });

  test('that begins in time and does not end is given up, too', async () => {
    listener = (_request, response) => void response.writeHead(200).write('{');
    const error = await failure(fetchWith({ timeout: 30 })(origin));
    expect(error.isTemporary).toBe(true);
  });

  test('of a server that is away is a failure that may pass', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const error = await failure(fetchWith()(`http://127.0.0.1:${port}/`));
    expect(error.message).toMatch(/could not be reached/);
    expect(error.isTemporary).toBe(true);
  });
});

test('a list of hosts is read without regard to case and blanks', () => {
  expect(readHosts(' Login.Example , sts.example,, 127.0.0.1:8443')).toEqual([
    'login.example',
    'sts.example',
    '127.0.0.1:8443',
  ]);
});
