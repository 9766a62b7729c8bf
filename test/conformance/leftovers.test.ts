/** Nothing is left on a server, in whatever form it says what it has made, and though it says nothing at all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/conformance/model.js';
import { runConformance } from '../../src/conformance/run.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { isObject, objectsIn } from '../../src/conformance/values.js';
import type { Client } from '../support/client.js';
import { Suite } from '../support/target.js';
import { type Passing, type Reply, type Spoiler, startProxy } from './proxy.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

interface Outcome {
  readonly report: Report;
  /** How many users and groups there are after the run. */
  readonly there: number;
}

async function runAgainst(spoil: (client: Client) => Spoiler, ids: readonly string[], keep = false): Promise<Outcome> {
  const client = await suite.tenant('strict');
  await client.user('resident');
  const proxy = await startProxy(`${suite.origin}/scim/v2`, spoil(client));
  try {
    const report = await runConformance({
      url: proxy.url,
      credential: { kind: 'bearer', token: client.token },
      seed: 11,
      timeout: 10_000,
      checks: CHECKS.filter(({ id }) => ids.includes(id)),
      scenarios: [],
      directory: undefined,
      isReadOnly: false,
      keep,
      version: '0.0.0',
    });
    const counts = await Promise.all(['/Users', '/Groups'].map((path) => client.get(path).expect(200)));
    return { report, there: counts.reduce((sum, { body }) => sum + body.totalResults, 0) };
  } finally {
    await proxy.close();
  }
}

const isMade = ({ method }: Passing, { status }: Reply): boolean => method === 'POST' && status === 201;
const CREATES = ['rfc.create.status', 'rfc.create.group', 'rfc.replace.stored'];

/** The ids of the sound server as numbers, and back. */
function numbered(): Spoiler {
  const ids: string[] = [];
  const numberOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1) + 1;
  return {
    request(request) {
      request.path = request.path.replace(/\/(\d+)$/, (_, number) => `/${ids[Number(number) - 1] ?? 'none'}`);
      if (isObject(request.body)) delete request.body.id;
      return undefined;
    },
    reply({ body, headers }) {
      if (!isObject(body)) return;
      const resources = Array.isArray(body.Resources) ? objectsIn(body.Resources) : [body];
      for (const resource of resources) if (typeof resource.id === 'string') resource.id = numberOf(resource.id);
      delete headers.location;
    },
  };
}

describe('is removed', () => {
  test.each<[string, () => Spoiler]>([
    ['what has a number for an id', numbered],
    [
      'what is told by the header Location alone',
      () => ({
        reply(reply, request) {
          if (isMade(request, reply)) reply.body = undefined;
        },
      }),
    ],
    [
      'what is told by nothing but its name',
      () => ({
        reply(reply, request) {
          if (!isMade(request, reply)) return;
          reply.body = undefined;
          delete reply.headers.location;
        },
      }),
    ],
    [
      'what is told by its externalId alone',
      () => ({
        request({ method, path, body }) {
          if (method === 'POST' && path === '/Users' && isObject(body))
            body.userName = `own-${String(body.externalId)}`;
          return undefined;
        },
        reply(reply, request) {
          if (!isMade(request, reply)) return;
          reply.body = undefined;
          delete reply.headers.location;
        },
      }),
    ],
    [
      'what was made though the answer was an error',
      () => ({
        reply(reply, request) {
          if (isMade(request, reply)) Object.assign(reply, { status: 502, body: '<h1>Bad gateway</h1>', headers: {} });
        },
      }),
    ],
  ])('%s', async (_, spoil) => {
    const { report, there } = await runAgainst(spoil, CREATES);
    expect(there).toBe(1);
    expect(report.cleanUp).toEqual({ created: 3, removed: 3, left: [] });
  });

  test('what a bulk job made besides what it says', async () => {
    const besides: () => Spoiler = () => ({
      async request({ path, body }, ask) {
        if (path !== '/Bulk' || !isObject(body)) return undefined;
        for (const { path: endpoint, data } of objectsIn(body.Operations)) {
          if (endpoint === '/Groups' && isObject(data)) await ask('POST', '/Groups', { ...data, members: [] });
        }
        return undefined;
      },
    });
    const { report, there } = await runAgainst(besides, ['rfc.bulk.forward-reference']);
    expect(there).toBe(1);
    expect(report.cleanUp).toEqual({ created: 3, removed: 3, left: [] });
  });
});

test('a server with numbers for ids is checked like any other', async () => {
  const { report } = await runAgainst(numbered, ['rfc.create.id-string', 'rfc.replace.stored']);
  expect(report.results.map(({ id, verdict }) => [id, verdict])).toEqual([
    ['rfc.create.id-string', 'failed'],
    ['rfc.replace.stored', 'passed'],
  ]);
});

test('a server that finds everybody by any filter keeps everybody else', async () => {
  const { report, there } = await runAgainst(
    () => ({
      request({ query }) {
        query.delete('filter');
        return undefined;
      },
      reply(reply, request) {
        if (isMade(request, reply)) reply.body = undefined;
      },
    }),
    CREATES,
  );
  expect(there).toBe(1);
  expect(report.cleanUp.left).toEqual([]);
});

test('what is still found after it was removed is named as left', async () => {
  const { report, there } = await runAgainst(
    () => ({
      request: ({ method }) => (method === 'DELETE' ? { status: 204, headers: {}, body: undefined } : undefined),
    }),
    ['rfc.create.status'],
  );
  expect(there).toBe(2);
  expect(report.cleanUp).toMatchObject({ created: 1, removed: 0, left: [expect.stringMatching(/^\/Users\//)] });
});

test('with keep nothing is looked for', async () => {
  const { report, there } = await runAgainst(() => ({}), ['rfc.create.status'], true);
  expect(there).toBe(2);
  expect(report.cleanUp).toMatchObject({ created: 1, removed: 0 });
});
