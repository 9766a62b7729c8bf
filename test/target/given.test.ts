/** What an app may give to createScimTarget, and how it is told of a mistake. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScimTarget, OptionError, openStore, type TargetOptions } from '../../src/index.js';

const authenticate = () => undefined;

/** Not what the types allow: a program in JavaScript finds out at the start. */
function make(options: unknown): Promise<unknown> {
  return createScimTarget(options as TargetOptions);
}

async function refusal(options: Record<string, unknown>): Promise<string> {
  const error = await make({ store: 'memory:', ...options }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OptionError);
  return (error as OptionError).message;
}

describe('a target is not made with an option', () => {
  test.each([
    ['beforecommit', 'createScimTarget has no option beforecommit: there are activityDays, '],
    ['pagesize', 'createScimTarget has no option pagesize: there are '],
    ['port', 'createScimTarget has no option port: it is one of the standalone server.'],
    ['trustProxy', 'createScimTarget has no option trustProxy: it is one of the standalone server.'],
  ])('that there is not: %s', async (name, message) => {
    expect(await refusal({ [name]: 1 })).toContain(message);
  });

  const wrong: readonly [option: string, values: readonly unknown[], message: string][] = [
    ['store', [null, 5, {}, [], true], 'store must be sqlite:PATH, memory: and the like, or an open store; it is '],
    ['store', [Promise.resolve({})], 'it is a promise, which is to be awaited.'],
    ['store', [''], 'store must be sqlite:PATH, mongodb://HOSTS/DATABASE or memory:; it is "".'],
    ['store', ['postgres://lin:hidden@one/x'], 'it is "postgres://lin:***@one/x".'],
    ['schemas', [null, 5, {}, [], { schemas: [], resourceTypes: [] }], 'schemas must be a folder, or an object with '],
    ['schemas', [''], 'schemas must be a text that is not empty; it is "".'],
    ['logger', [null, true, {}, console], 'logger must be a logger of pino; it is '],
    ['paths', [null, '/scim', [], { scmi: '/x' }], 'paths must be an object with some of scim, oauth and events'],
    ['paths', [{ scim: 5 }, { scim: 'x' }, { oauth: '/x/' }], 'paths must be paths such as /scim/v2, without a slash'],
    ['pageSize', [0, 1.5, null, Number.NaN, {}], 'pageSize must be a whole number from 1 to 10000; it is '],
    ['pageSize', ['10', [10], 10n], 'pageSize must be a'],
    ['publicUrl', ['x', '', new URL('https://x.example')], 'publicUrl must be an http or https URL without user'],
    ['publicUrl', ['https://x.example/?q', 'https://x.example/#h'], 'publicUrl must be an http or https URL without'],
    ['publicUrl', ['https://lin:hidden@one.example'], 'it is "https://lin:***@one.example".'],
    ['passwords', [true, 'HASH', null], 'passwords must be one of drop, hash; it is '],
    ['issuerHosts', ['https://one.example/x', ',', ['one.example']], 'issuerHosts must be names of hosts, separated'],
    ['ssoLabel', [5], 'ssoLabel must be a string; it is 5.'],
    ['ssoClientSecret', [4711, {}, ''], 'ssoClientSecret must be a'],
    ['ssoClientId', ['x'], 'need ssoIssuer'],
    ['ssoClientSecret', ['hidden'], 'need ssoIssuer'],
    ['beforeCommit', [5, null, {}], 'beforeCommit must be a function; it is '],
    ['onPassword', ['x'], 'onPassword must be a function; it is "x".'],
    ['authenticate', [{}], 'authenticate must be a function; it is an object.'],
    ['hookTimeout', [0, '5', null, 600_001], 'hookTimeout must be a whole number from 1 to 600000, in milliseconds'],
    ['eventInterval', [9, '1000', null, 10_001], 'eventInterval must be a whole number from 10 to 10000, in'],
    ['eventLease', [2_999, null, 600_001], 'eventLease must be a whole number from 3000 to 600000, in milliseconds'],
    ['clock', [5, Date.now, () => new Date(Number.NaN)], 'clock must be a function that returns a Date; it is '],
    ['throttle', [{}, 5], 'throttle must be a Throttle; it is '],
  ];
  const rows = wrong.flatMap(([option, values, message]) => values.map((value) => ({ option, value, message })));
  test.each(rows)('$option that is $value', async ({ option, value, message }) => {
    expect(await refusal({ [option]: value })).toContain(message);
  });

  test.each(['entra', {}, { profile: 'none' }, 5])('createTenants that is %j', async (createTenants) => {
    const message = 'createTenants must be true, or { profile } with one of entra, okta, strict; it is ';
    expect(await refusal({ createTenants, authenticate })).toContain(message);
  });

  test.each([null, 5, 'sqlite:./scim.db', []])('where there are no options but %j', async (given) => {
    await expect(make(given)).rejects.toThrow(/^What createScimTarget takes must be an object/);
  });
});

test('a secret of a wrong kind is not told', async () => {
  expect(await refusal({ ssoClientSecret: 4711 })).toBe('ssoClientSecret must be a string.');
});

test('what is undefined counts as not given', async () => {
  const names = ['store', 'pageSize', 'beforeCommit', 'hookTimeout', 'eventLease', 'clock', 'paths', 'logger'];
  const options = Object.fromEntries(names.map((name) => [name, undefined]));
  const target = await createScimTarget({ ...options, store: 'memory:' });
  await target.close();
});

test('a longer interval needs a longer lease, and has it', async () => {
  const target = await createScimTarget({ store: 'memory:', eventInterval: 200_000, eventLease: 600_000 });
  await target.close();
});

describe('a mistake is told before', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'scim-target-given-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([{ hookTimeout: 0 }, { eventLease: 1 }, { ssoIssuer: 'https://one.example' }, { pagesize: 5 }])(
    'anything is opened: %o',
    async (wrong) => {
      await expect(make({ store: `sqlite:${folder}/scim.db`, ...wrong })).rejects.toThrow(OptionError);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test.each(['postgres://lin:hidden@one/x', 'scim.db', ''])('a store is opened by %j', async (spec) => {
    await expect(openStore(spec)).rejects.toThrow(/^store must be sqlite:PATH/);
  });
});

test('a folder of schemas that is not there is named', async () => {
  const missing = path.join(tmpdir(), 'scim-target-none', 'schemas');
  await expect(make({ store: 'memory:', schemas: missing })).rejects.toThrow(`${missing}: the folder: cannot be read`);
});
