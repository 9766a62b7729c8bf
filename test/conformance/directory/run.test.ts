/** The simulated directory against a sound server: it converges, and does the same again for the same seed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../src/conformance/conduct.js';
import { runDirectory } from '../../../src/conformance/directory/run.js';
import { createDryTransport } from '../../../src/conformance/dry-run.js';
import { Session } from '../../../src/conformance/session.js';
import { Suite } from '../../support/target.js';
import { findingsOf, playOn, resultOf } from './play.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

const IDS = [
  'connection',
  'initial-cycle',
  'cycle-1',
  'cycle-2',
  'on-demand',
  'retries',
  'convergence-users',
  'convergence-members',
  'duplicates',
  'idempotence',
].map((id) => `directory.${id}`);

describe('a sound server', () => {
  test('converges, and everything is removed afterwards', async () => {
    const played = await playOn(suite, { users: 60, groups: 8, cycles: 2 });
    expect(findingsOf(played)).toEqual([]);
    expect(played.results.map(({ id }) => id)).toEqual(IDS);
    expect(resultOf(played, 'retries').verdict).toBe('skipped');
    expect(played.cleanUp.created).toBeGreaterThan(50);
    expect(played.cleanUp.left).toEqual([]);
    const kinds = new Set(played.exchanges.map(({ request }) => request.method));
    expect([...kinds].sort()).toEqual(['DELETE', 'GET', 'PATCH', 'POST']);
    expect(played.sentences.join('\n')).toMatch(/requests were sent: .*match.*create.*[1-9]\d+ values and references/s);
  });

  test('gets the same requests in the same order for the same seed, ten times', async () => {
    const first = await playOn(suite, { seed: 77 });
    expect(first.requests.length).toBeGreaterThan(100);
    for (let i = 1; i < 10; i++) expect((await playOn(suite, { seed: 77 })).requests).toEqual(first.requests);
  });

  test.each([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])('converges with the seed %i', async (seed) => {
    const played = await playOn(suite, { seed, users: 25, groups: 5, cycles: 5 });
    expect(findingsOf(played)).toEqual([]);
  });

  test.each([21, 22, 23])('converges in the form of the flag, with the seed %i', async (seed) => {
    const played = await playOn(suite, { seed, users: 30, groups: 5, cycles: 3, dialect: 'compliant' });
    expect(findingsOf(played)).toEqual([]);
    const patches = played.requests.filter((request) => request.startsWith('PATCH')).join('\n');
    expect(patches).not.toMatch(/"\$ref"|"value":"False"/);
    expect(patches).toMatch(/"op":"replace","value":\{/);
  });

  test('of a source without groups, or without people, is fine too', async () => {
    expect(findingsOf(await playOn(suite, { users: 5, groups: 0, cycles: 1 }))).toEqual([]);
    expect(findingsOf(await playOn(suite, { users: 0, groups: 2, cycles: 1 }))).toEqual([]);
  });
});

describe('what is sent', () => {
  test('a new user is looked for before being made, and what is there already is linked', async () => {
    const { requests } = await playOn(suite, { users: 20, groups: 2, cycles: 0 });
    const search = requests.findIndex((request) => /GET \/Users\?filter=userName%20eq%20%22ct-/.test(request));
    expect(requests.slice(search, search + 2).join('\n')).toMatch(/^GET .*\n(POST|PATCH) /);
    const created = requests.filter((request) => request.startsWith('POST /Users'));
    const names = created.map((request) => /"userName":"([^"]*)"/.exec(request)?.[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('no filter but eq, groups without their members, no nulls but those of $ref', async () => {
    const { requests } = await playOn(suite, { users: 30, groups: 6, cycles: 2 });
    const filters = requests.filter((request) => request.includes('filter='));
    expect(filters.filter((request) => !/filter=\w+%20eq%20%22/.test(request))).toEqual([]);
    expect(
      filters.filter((request) => /\/Groups\?/.test(request) && !/excludedAttributes=members/.test(request)),
    ).toEqual([]);
    expect(requests.filter((request) => request.replaceAll('"$ref":null', '').includes(':null'))).toEqual([]);
  });
});

test('a dry run prints what would be sent, and judges nothing', async () => {
  const printed: string[] = [];
  const url = 'https://scim.example.com/v2';
  const print = ({ method }: { method: string }) => printed.push(method);
  const transport = createDryTransport({ url, tokenEndpoint: undefined, print });
  const credential = { kind: 'bearer', token: 'none-at-all' } as const;
  const session = new Session({ url, credential, seed: 1, timeout: 100, isDry: true, transport });
  const { results } = await runDirectory(session, await connect(session), { users: 10, groups: 2, cycles: 2 });
  expect(results.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  expect(new Set(printed)).toEqual(new Set(['GET', 'POST', 'PATCH', 'DELETE']));
});
