/** The target on MongoDB, as the conformance client sees it: each check, each scenario, a directory that converges. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Result, SUITES } from '../../src/conformance/model.js';
import { bundledScenarios } from '../../src/conformance/scenarios/load.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { describeOnEach, Suite } from '../support/target.js';
import { findingsOf, playOn } from './directory/play.js';
import { judge, PROFILE_OF, tenantWithToken, told } from './judge.js';
import { play, tenantFor } from './scenarios/play.js';

describeOnEach(
  'the conformance client against a target',
  (engine) => {
    const suite = new Suite(engine);
    beforeAll(() => suite.start());
    afterAll(() => suite.stop());

    // What the server does not announce cannot be judged.
    const isFine = ({ verdict, reason }: Result) => verdict === 'passed' || /does not announce/.test(reason ?? '');

    test.each(SUITES.filter((name) => CHECKS.some((check) => check.suite === name)))(
      'passes every check of the suite %s',
      async (name) => {
        const token = await tenantWithToken(suite, PROFILE_OF[name]);
        const checks = CHECKS.filter((check) => check.suite === name);
        const results = await judge(`${suite.origin}/scim/v2`, token, checks);
        expect(results.filter((result) => !isFine(result)).map(told)).toEqual([]);
      },
      120_000,
    );

    describe('passes every step of a scenario', () => {
      test.each(bundledScenarios().map((each) => [each.id, each] as const))('%s', async (_, wanted) => {
        const { url, credential } = await tenantFor(suite, wanted.credential);
        const results = await play(url, credential, wanted);
        expect(results.filter((result) => !isFine(result)).map(told)).toEqual([]);
      });
    });

    test('finds what its simulated directory has, in every cycle', async () => {
      expect(findingsOf(await playOn(suite, { users: 40, groups: 6, cycles: 3 }))).toEqual([]);
    });
  },
  ['mongodb:'],
);
