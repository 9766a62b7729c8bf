/** The sound server passes every check, each wrong one is noticed, and no check is there that nothing can fail. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../src/conformance/check.js';
import { SUITES } from '../../src/conformance/model.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { Suite } from '../support/target.js';
import { DEFECTS } from './defects/index.js';
import { judge, PROFILE_OF, tenantWithToken, told } from './judge.js';
import { startProxy } from './proxy.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

function byId(id: string): Check {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  return check;
}

describe('the catalogue of checks', () => {
  test('ids are unique and begin with the suite', () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
    expect(CHECKS.filter(({ id, suite: name }) => !id.startsWith(`${name}.`))).toEqual([]);
  });

  test('titles and fixes are sentences, and a client is named where one is needed', () => {
    const isSentence = (text: string) => /^[A-Z"`/].*[.]$/s.test(text);
    expect(CHECKS.filter(({ title, fix }) => !isSentence(title) || !isSentence(fix)).map(({ id }) => id)).toEqual([]);
    expect(CHECKS.filter(({ level, client }) => (level === 'client') !== (client !== undefined))).toEqual([]);
  });

  test('each check has a defect that it notices', () => {
    const noticed = new Set(DEFECTS.flatMap(({ noticedBy }) => noticedBy));
    expect(CHECKS.map(({ id }) => id).filter((id) => !noticed.has(id))).toEqual([]);
  });
});

describe.each(SUITES)('the sound server passes every check of the suite %s', (name) => {
  const checks = CHECKS.filter((check) => check.suite === name);
  test.runIf(checks.length > 0)(
    `${checks.length} checks`,
    async () => {
      const token = await tenantWithToken(suite, PROFILE_OF[name]);
      const results = await judge(`${suite.origin}/scim/v2`, token, checks);
      // What the server does not announce cannot be judged; everything else must pass.
      const isFine = ({ verdict, reason }: (typeof results)[number]) =>
        verdict === 'passed' || (verdict === 'skipped' && /does not announce/.test(reason ?? ''));
      expect(results.filter((result) => !isFine(result)).map(told)).toEqual([]);
    },
    120_000,
  );
});

describe('a wrong server is noticed', () => {
  test.each(DEFECTS.map((defect) => [defect.title, defect] as const))('%s', async (_, defect) => {
    const checks = defect.noticedBy.map(byId);
    const profile = defect.profile ?? PROFILE_OF[(checks[0] as Check).suite];
    const token = await tenantWithToken(suite, profile);
    const proxy = await startProxy(`${suite.origin}/scim/v2`, defect.spoil());
    try {
      const results = await judge(proxy.url, token, checks);
      const unnoticed = results.filter(({ verdict }) => verdict !== 'failed' && verdict !== 'warned');
      expect(unnoticed.map(told)).toEqual([]);
    } finally {
      await proxy.close();
    }
  });
});
