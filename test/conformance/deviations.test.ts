/**
 * Where a profile for a client departs from the RFC, the suite `rfc` says so, and the log names the dialect rule that
 * was met. docs/conformance-findings.md states the same table.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { Suite } from '../support/target.js';
import { judge, tenantWithToken } from './judge.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

/** Checks that a lenient profile does not pass, with the verdict and the rule that its answer needed. */
const DEVIATIONS = {
  'rfc.create.wrong-schema': ['warned', 'unknown-schema'],
  'rfc.create.number-for-string-refused': ['warned', 'number-as-string'],
  'rfc.create.string-for-list-refused': ['warned', 'bare-value'],
  'rfc.filter.syntax-unquoted': ['warned', 'unquoted-literal'],
  'rfc.filter.syntax-single-quotes': ['warned', 'unquoted-literal'],
  'rfc.patch.message.no-schemas': ['warned', 'patch-without-schemas'],
  'rfc.patch.message.no-schemas-type': ['warned', 'patch-without-schemas'],
  'rfc.patch.replace.no-match': ['failed', 'create-from-filter'],
  'rfc.patch.replace.no-match-sub-attribute': ['failed', 'create-from-filter'],
} as const;

const RFC = CHECKS.filter(({ suite: name }) => name === 'rfc');

describe.each(['entra', 'okta'] as const)('the profile %s', (profile) => {
  test('departs from the RFC where it is stated, and nowhere else', async () => {
    const results = await judge(`${suite.origin}/scim/v2`, await tenantWithToken(suite, profile), RFC);
    const departures = results.filter(({ verdict }) => verdict === 'failed' || verdict === 'warned');
    const wanted = Object.entries(DEVIATIONS).map(([id, [verdict]]) => [id, verdict]);
    expect(departures.map(({ id, verdict }) => [id, verdict]).sort()).toEqual(wanted.sort());
  }, 120_000);

  test.each(Object.entries(DEVIATIONS))('%s: the log names the rule', async (id, [, rule]) => {
    const token = await tenantWithToken(suite, profile);
    const before = suite.log.length;
    await judge(
      `${suite.origin}/scim/v2`,
      token,
      RFC.filter((check) => check.id === id),
    );
    expect(suite.log.slice(before).flatMap(({ rules = [] }) => rules)).toContain(rule);
  });
});

test('the table is in the documentation', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/conformance-findings.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(rfc\.[^`]+)` \| (\w+) \| `([^`]+)` \|/gm)].map(([, id, ...rest]) => [id, rest]);
  expect(Object.fromEntries(rows)).toEqual(DEVIATIONS);
});
