/** What comes over the network is read in each form in which HTTP may bring it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTransport } from '../../../src/conformance/client/transport.js';

const PACKERS: Readonly<Record<string, (text: string) => Buffer>> = {
  identity: (text) => Buffer.from(text),
  gzip: (text) => gzipSync(text),
  deflate: (text) => deflateSync(text),
  br: (text) => brotliCompressSync(text),
  'half gzip': (text) => gzipSync(text).subarray(0, -12),
};

const server = createServer((request, response) => {
  const name = decodeURIComponent(request.url?.slice(1) ?? '');
  response.writeHead(200, { 'content-encoding': name.replace('half ', '') });
  response.end(PACKERS[name]?.('{"displayName":"Zoë"}'));
});
const transport = createTransport({ timeout: 5000 });
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  transport.close();
  server.close();
});

const answerTo = (name: string) =>
  transport.send({
    method: 'GET',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${encodeURIComponent(name)}`,
    headers: {},
  });

test.each(['identity', 'gzip', 'deflate', 'br'])('an answer that is packed with %s is unpacked', async (name) => {
  expect((await answerTo(name)).body).toBe('{"displayName":"Zoë"}');
});

test('a packed answer that breaks off is no answer', async () => {
  await expect(answerTo('half gzip')).rejects.toThrow(/unexpected end/);
});
