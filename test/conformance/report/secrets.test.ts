/** Secrets leave texts in every form in which they travel. */
import { describe, expect, test } from 'vitest';
import type { Transport } from '../../../src/conformance/client/transport.js';
import { learning, Secrets } from '../../../src/conformance/report/secrets.js';

const SECRET = 'p"ä/s+s w&rd';

function withSecret(): Secrets {
  const secrets = new Secrets();
  secrets.add(SECRET);
  return secrets;
}

describe('secrets', () => {
  test.each([
    ['as it is', SECRET],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in base64', Buffer.from(SECRET).toString('base64')],
  ])('are taken out %s', (_, text) => {
    const cleaned = withSecret().text(`before ${text} after`);
    expect(cleaned).toMatch(/^before .*\[redacted\].* after$/);
    expect(cleaned).not.toMatch(/w&rd|s%2Bs/);
  });

  test('the beginning of one goes where a long text was cut in its middle', () => {
    expect(withSecret().text(`value: ${SECRET.slice(0, 8)}…`)).toBe('value: [redacted]…');
    expect(withSecret().text('value: plain…')).toBe('value: plain…');
  });

  test('are taken out of every text of a value, names of members included', () => {
    const cleaned = withSecret().clean({ a: [SECRET, 1, null], [SECRET]: { b: `x${SECRET}y` }, c: undefined });
    expect(cleaned).toEqual({ a: ['[redacted]', 1, null], '[redacted]': { b: 'x[redacted]y' }, c: undefined });
  });

  test('too short a text is none', () => {
    const secrets = new Secrets();
    secrets.add('abc');
    expect(secrets.text('abcdef')).toBe('abcdef');
  });

  test('an access token is one as soon as the token endpoint has given it', async () => {
    const secrets = new Secrets();
    const inner: Transport = {
      send: async () => ({ status: 200, headers: {}, body: '{"access_token": "learnt-\\"token"}' }),
      close: () => {},
    };
    const transport = learning(inner, 'https://login.example/token', secrets);
    await transport.send({ method: 'POST', url: 'https://elsewhere.example/', headers: {} });
    expect(secrets.text('learnt-"token')).toBe('learnt-"token');
    await transport.send({ method: 'POST', url: 'https://login.example/token', headers: {} });
    expect(secrets.text('learnt-"token')).toBe('[redacted]');
  });
});
