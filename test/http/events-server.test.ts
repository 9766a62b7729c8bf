import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { issueToken } from '../../src/access/credentials.js';
import { createTenant } from '../../src/access/tenants.js';
import { readOptions } from '../../src/options.js';
import { startServer } from '../../src/server.js';

test('a server that stops answers those who wait for events, and does not wait for them', async () => {
  const server = await startServer(readOptions({}, { store: 'memory:', port: '0', logLevel: 'silent' }));
  const sources = { clock: () => new Date().toISOString(), newId: () => crypto.randomUUID() };
  const profiles = ['entra'];
  const tenant = await createTenant(server.store, { name: 'acme', profile: 'entra', profiles, ...sources });
  const randomBytes = (size: number) => crypto.getRandomValues(new Uint8Array(size));
  const wanted = { tenant, name: 'reader', scopes: ['events:read'] as const, expires: undefined };
  const { token } = await issueToken(server.store, { ...wanted, ...sources, randomBytes });

  const { port, hostname } = new URL(server.url);
  const socket = createConnection(Number(port), hostname);
  const head = `GET /tenants/acme/events?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  socket.write(head);
  const jwks = await fetch(`${server.url}/events/jwks`);
  expect(jwks.status).toBe(200);
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  const ended = once(socket, 'close');
  await server.close();
  await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(answer).toContain('{"events":[],"next":"0"}');
}, 8_000);
