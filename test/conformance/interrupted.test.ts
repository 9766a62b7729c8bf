/** A run that cannot go on keeps what it has found out, and removes what it has made. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runConformance } from '../../src/conformance/run.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { Suite } from '../support/target.js';
import { tenantWithToken } from './judge.js';
import { type Spoiler, startProxy } from './proxy.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

const CREATES = CHECKS.filter(({ id }) => id.startsWith('rfc.create.'));

async function runAgainst(spoiler: Spoiler, signal?: AbortSignal) {
  const proxy = await startProxy(`${suite.origin}/scim/v2`, spoiler);
  const credential = { kind: 'oauth', clientId: 'a', clientSecret: 'open sesame', tokenEndpoint: `${proxy.url}/token` };
  try {
    return await runConformance({
      url: proxy.url,
      credential: credential as { kind: 'oauth' } & typeof credential,
      seed: 3,
      timeout: 800,
      signal,
      checks: CREATES,
      scenarios: [],
      directory: undefined,
      isReadOnly: false,
      keep: false,
      version: '0.0.0',
    });
  } finally {
    await proxy.close();
  }
}

const json = { 'content-type': 'application/json' };

test('when the token endpoint fails half-way, the report has what was found until then', async () => {
  const token = await tenantWithToken(suite, 'strict');
  let issued = 0;
  const report = await runAgainst({
    request: ({ path }) => {
      if (path !== '/token') return undefined;
      issued++;
      // Each lives for less than a request.
      return issued <= 40
        ? { status: 200, headers: json, body: { access_token: token, expires_in: 1 } }
        : { status: 503, headers: json, body: { error: 'temporarily_unavailable' } };
    },
  });
  expect(report.results.length).toBeGreaterThan(5);
  expect(report.results.length).toBeLessThan(CREATES.length);
  expect(report.interrupted).toMatch(/gave no token: it answered with status 503 \(temporarily_unavailable\)/);
});

test('when it fails at the start, there is nothing to report', async () => {
  const refused = runAgainst({
    request: ({ path }) =>
      path === '/token' ? { status: 401, headers: json, body: { error: 'invalid_client' } } : undefined,
  });
  await expect(refused).rejects.toThrow(/gave no token.*invalid_client.*Check client id, secret and scope/);
});

test('a server that answers 429 whatever the wait ends the run', async () => {
  const token = await tenantWithToken(suite, 'strict');
  let requests = 0;
  const report = await runAgainst({
    request: ({ path, method }) => {
      if (path === '/token') return { status: 200, headers: json, body: { access_token: token, expires_in: 3600 } };
      const isLimited = ++requests > 20 && method !== 'DELETE';
      return isLimited ? { status: 429, headers: { 'retry-after': '0' }, body: undefined } : undefined;
    },
  });
  expect(report.interrupted).toMatch(/answered 20 requests in a row with 429, .* raise its limit .* --max-rps/);
  expect(report.cleanUp.left).toEqual([]);
  expect(requests).toBeLessThan(80);
});

test('an interruption does not wait for the time that a 429 asked for', async () => {
  const token = await tenantWithToken(suite, 'strict');
  const controller = new AbortController();
  const report = await runAgainst(
    {
      request: ({ path, method }) => {
        if (path === '/token') return { status: 200, headers: json, body: { access_token: token, expires_in: 3600 } };
        if (method !== 'POST') return undefined;
        setTimeout(() => controller.abort(), 20);
        return { status: 429, headers: { 'retry-after': '60' }, body: undefined };
      },
    },
    controller.signal,
  );
  expect(report.interrupted).toBe('The run was interrupted.');
});

test('a server that stops answering ends the run after a few requests', async () => {
  const token = await tenantWithToken(suite, 'strict');
  let requests = 0;
  const report = await runAgainst({
    request: async ({ path }) => {
      if (path === '/token') return { status: 200, headers: json, body: { access_token: token, expires_in: 3600 } };
      requests++;
      if (requests > 20) await new Promise((resolve) => setTimeout(resolve, 1_200));
      return undefined;
    },
  });
  expect(report.interrupted).toMatch(/has stopped answering: 5 requests in a row/);
  expect(requests).toBeLessThan(80);
}, 60_000);
