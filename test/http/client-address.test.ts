/** Whose a request is said to be, behind proxies: what is counted, kept and shown is an address, and nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Suite } from '../support/target.js';

const suite = new Suite('memory:', {}, true);
beforeAll(() => suite.start());
afterAll(() => suite.stop());

test.each([
  ['an IPv4 address', '192.0.2.7', '192.0.2.7'],
  ['an IPv6 address', '2001:db8::7', '2001:db8::7'],
  ['an address with the port that some proxies add', '192.0.2.7:50123', '192.0.2.7'],
  ['an IPv6 address with a port', '[2001:db8::7]:50123', '2001:db8::7'],
  ['a name', 'unknown', '127.0.0.1'],
  ['a long text', 'x'.repeat(500), '127.0.0.1'],
  ['an address with a long zone', `fe80::1%${'x'.repeat(500)}`, '127.0.0.1'],
])('a proxy that passes on %s', async (_what, forwarded, address) => {
  const client = await suite.tenant();
  await client.get('/Users').set('X-Forwarded-For', forwarded);
  await suite.target.flush();
  const [entry] = await suite.target.store.activity({ tenant: client.tenant.id, limit: 1 });
  expect(entry?.address).toBe(address);
});
