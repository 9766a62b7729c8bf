/** A recording of one server, played against another. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../../src/conformance/model.js';
import { runConformance } from '../../../src/conformance/run.js';
import { CHECKS } from '../../../src/conformance/suites/index.js';
import { HarWriter } from '../../../src/conformance/traffic/har-writer.js';
import { readRecording } from '../../../src/conformance/traffic/read-har.js';
import { runReplay } from '../../../src/conformance/traffic/replay.js';
import type { Client } from '../../support/client.js';
import { Suite } from '../../support/target.js';
import { told } from '../judge.js';
import { type Spoiler, startProxy } from '../proxy.js';

const suite = new Suite('memory:');
const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-replay-'));
beforeAll(() => suite.start());
afterAll(async () => {
  await suite.stop();
  rmSync(folder, { recursive: true, force: true });
});

const version = '0.1.0';
const settings = { seed: 1, timeout: 10_000 };
/** A part of the suite that has all kinds of requests: creating, reading, replacing, filters, PATCH, groups. */
const CHOSEN = /^(?:rfc\.(?:authentication|create|replace|remove|filter|sort|paging|etag|patch)|entra\.validator)\b/;

/** Runs checks against a new tenant, recording. Gives the file. */
async function record(name: string): Promise<string> {
  const file = path.join(folder, `${name}.har`);
  const writer = new HarWriter(file, { name: 'test', version });
  const { token } = await suite.tenant('strict');
  await runConformance({
    ...settings,
    url: `${suite.origin}/scim/v2`,
    credential: { kind: 'bearer', token },
    checks: CHECKS.filter(({ id }) => CHOSEN.test(id)),
    scenarios: [],
    directory: undefined,
    isReadOnly: false,
    keep: false,
    version,
    onExchange: (exchange) => writer.add(exchange),
  });
  writer.close();
  return file;
}

/** Plays a file against a tenant; through a proxy that spoils something when one is given. */
async function replay(file: string, client: Client, spoiler: Spoiler = {}): Promise<Report> {
  const proxy = await startProxy(`${suite.origin}/scim/v2`, spoiler);
  try {
    const credential = { kind: 'bearer', token: client.token } as const;
    const recording = readRecording(file, undefined);
    return await runReplay({ ...settings, url: proxy.url, credential, recording, name: file, keep: false, version });
  } finally {
    await proxy.close();
  }
}

function failed({ results }: Report): string[] {
  return results.filter(({ verdict }) => verdict === 'failed' || verdict === 'warned').map(told);
}

/** A HAR by hand: what was asked and answered. */
function harOf(
  ...entries: { method: string; path: string; body?: object; status: number; answer?: object; authorization?: string }[]
): string {
  const file = path.join(folder, `hand-${Math.random()}.har`);
  const har = entries.map(({ method, path: below, body, status, answer, authorization }) => ({
    request: {
      method,
      url: `https://old.example/scim${below}`,
      headers: [
        { name: 'content-type', value: 'application/scim+json' },
        ...(authorization ? [{ name: 'authorization', value: authorization }] : []),
      ],
      ...(body && { postData: { text: JSON.stringify(body) } }),
    },
    response: { status, headers: [], content: { ...(answer && { text: JSON.stringify(answer) }) } },
  }));
  writeFileSync(file, JSON.stringify({ log: { entries: har } }));
  return file;
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('a run that was recorded', () => {
  let file: string;
  beforeAll(async () => {
    file = await record('run');
  }, 60_000);

  test('gets the same answers from the same server in another tenant, and leaves nothing there', async () => {
    const client = await suite.tenant('strict');
    const report = await replay(file, client);
    expect(failed(report)).toEqual([]);
    expect(report.counts.passed).toBeGreaterThan(300);
    expect(report.counts.skipped).toBeLessThan(report.results.length / 20);
    expect(report.cleanUp.left).toEqual([]);
    const rest = await client.get('/Users').expect(200);
    expect(rest.body.totalResults).toBe(0);
  }, 60_000);

  test('shows where another server answers otherwise, by request and attribute', async () => {
    const report = await replay(file, await suite.tenant('strict'), {
      reply(reply, { method }) {
        if (method === 'POST' && reply.status === 201) reply.status = 200;
      },
    });
    const posts = report.results.filter(({ finding }) => finding?.message.startsWith('status is not as recorded'));
    expect(posts.length).toBeGreaterThan(20);
    expect(posts[0]).toMatchObject({ group: 'replay', finding: { expected: 'status: 201', actual: 'status: 200' } });
    expect(report.cleanUp.left).toEqual([]);
  }, 60_000);

  test('holds no credential', async () => {
    expect(readFileSync(file, 'utf8')).not.toContain('scimt_');
  });
});

describe('a recording of another server', () => {
  const lin = { schemas: [USER], userName: 'lin@example.com' };

  test('ids are the new ones in later paths, filters and bodies', async () => {
    const report = await replay(
      harOf(
        { method: 'POST', path: '/Users', body: lin, status: 201, answer: { ...lin, id: '7', active: true } },
        { method: 'GET', path: '/Users/7', status: 200, answer: { ...lin, id: '7', active: true } },
        {
          method: 'POST',
          path: '/Groups',
          body: {
            schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
            displayName: 'g',
            members: [{ value: '7' }],
          },
          status: 201,
          answer: {
            schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
            id: '8',
            displayName: 'g',
            members: [
              { value: '7', type: 'User', $ref: 'https://old.example/scim/Users/7', display: 'lin@example.com' },
            ],
          },
        },
        {
          method: 'GET',
          path: '/Groups?filter=members.value%20eq%20%227%22&attributes=displayName',
          status: 200,
          answer: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
            totalResults: 1,
            Resources: [{ id: '8', schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'g' }],
          },
        },
        { method: 'DELETE', path: '/Users/7', status: 204 },
        { method: 'GET', path: '/Users/7', status: 404 },
      ),
      await suite.tenant('strict'),
    );
    // Everything is as recorded but one thing: this server does not say a member's name.
    expect(failed(report)).toEqual([
      'replay.0003 failed: members.display is not as recorded; wanted members.display: "lin@example.com", found members.display: nothing',
    ]);
    expect(report.counts).toMatchObject({ passed: 5, failed: 1 });
    expect(report.cleanUp).toEqual({ created: 2, removed: 2, left: [] });
  });

  test('nothing is changed that the replay did not make', async () => {
    const client = await suite.tenant('strict');
    const { id } = await client.user('resident');
    const changes = ['PUT', 'PATCH', 'DELETE'].flatMap((method) =>
      [200, 400].map((status) => ({ method, path: `/Users/${id}`, body: lin, status })),
    );
    const bulk = {
      method: 'POST',
      path: '/Bulk',
      status: 200,
      body: { Operations: [{ method: 'DELETE', path: `/Users/${id}` }] },
    };
    const report = await replay(harOf(...changes, bulk), client);
    expect(report.counts).toEqual({ passed: 0, failed: 0, warned: 0, skipped: 7 });
    await client.get(`/Users/${id}`).expect(200);
  });

  test('what was sent without a credential is sent without, unless the file never shows one', async () => {
    const list = { method: 'GET', path: '/Users?count=0', status: 200 };
    const refused = { method: 'GET', path: '/Users', status: 401 };
    const client = await suite.tenant('strict');
    const shown = await replay(
      harOf({ ...list, authorization: 'Bearer x' }, refused, { ...refused, authorization: 'Bearer bad' }),
      client,
    );
    expect(shown.results.map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'skipped']);
    const stripped = await replay(harOf(list), client);
    expect(stripped.results[0]?.exchanges[0]?.response?.status).toBe(200);
  });

  test('what a server says of itself may differ: that is a warning', async () => {
    const file = harOf({
      method: 'GET',
      path: '/ServiceProviderConfig',
      status: 200,
      answer: { patch: { supported: false } },
    });
    expect((await replay(file, await suite.tenant('strict'))).counts.warned).toBe(1);
  });
});
