/** The bundled scenarios against our own server, by each way of connecting, and against servers with a defect. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../../src/conformance/client/credential.js';
import { connect } from '../../../src/conformance/conduct.js';
import type { Result } from '../../../src/conformance/model.js';
import { bundledScenarios, parseScenario, type Scenario } from '../../../src/conformance/scenarios/load.js';
import { runScenario } from '../../../src/conformance/scenarios/run.js';
import { Session } from '../../../src/conformance/session.js';
import { Suite } from '../../support/target.js';
import { tenantWithToken, told } from '../judge.js';
import { type Spoiler, startProxy } from '../proxy.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

const SCENARIOS = bundledScenarios();

function scenario(id: string): Scenario {
  const found = SCENARIOS.find((each) => each.id === id);
  if (!found) throw new Error(`there is no scenario ${id}`);
  return found;
}

async function play(url: string, credential: Credential, wanted: Scenario): Promise<Result[]> {
  const session = new Session({ url, credential, seed: 7, timeout: 10_000 });
  const results = await runScenario(session, await connect(session), wanted);
  session.beginCleanUp();
  expect((await session.ledger.cleanUp(session.client, false, () => {})).left).toEqual([]);
  session.transport.close();
  return results;
}

/** Takes any of the three kinds of credential for `token`. */
function gate(token: string): Spoiler {
  return {
    request: ({ path, headers, body }) => {
      if (path === '/oauth2/token') {
        const form = new URLSearchParams(String(body));
        const isRight = form.get('client_id') === 'acme' && form.get('client_secret') === 'open sesame';
        const granted = { access_token: token, token_type: 'Bearer', expires_in: 3600 };
        return isRight
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: granted }
          : { status: 401, headers: { 'content-type': 'application/json' }, body: { error: 'invalid_client' } };
      }
      const basic = Buffer.from('admin:open sesame').toString('base64');
      if (headers.authorization === `Basic ${basic}`) headers.authorization = `Bearer ${token}`;
      return undefined;
    },
  };
}

describe.each(SCENARIOS.map((each) => [each.id, each] as const))('%s', (_, wanted) => {
  test('every step passes on the sound server', async () => {
    const token = await tenantWithToken(suite, 'entra');
    const proxy = await startProxy(`${suite.origin}/scim/v2`, gate(token));
    const credentials: Record<Scenario['credential'], Credential> = {
      any: { kind: 'bearer', token },
      bearer: { kind: 'bearer', token },
      basic: { kind: 'basic', user: 'admin', password: 'open sesame' },
      oauth: {
        kind: 'oauth',
        clientId: 'acme',
        clientSecret: 'open sesame',
        tokenEndpoint: `${proxy.url}/oauth2/token`,
      },
    };
    const results = await play(proxy.url, credentials[wanted.credential], wanted);
    await proxy.close();
    const isFine = ({ verdict, reason }: Result) => verdict === 'passed' || /does not announce/.test(reason ?? '');
    expect(results.filter((result) => !isFine(result)).map(told)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThan(wanted.steps.length / 2);
  });
});

test('a scenario of another way of connecting is skipped, and says how to connect', async () => {
  const token = await tenantWithToken(suite, 'entra');
  const results = await play(`${suite.origin}/scim/v2`, { kind: 'bearer', token }, scenario('netsuite'));
  expect(new Set(results.map(({ verdict }) => verdict))).toEqual(new Set(['skipped']));
  expect(results[0]?.reason).toMatch(/--basic/);
});

/** Ids of the steps that fail on a server with the defect. */
async function failing(wanted: Scenario, spoiler: Spoiler): Promise<string[]> {
  const token = await tenantWithToken(suite, 'entra');
  const proxy = await startProxy(`${suite.origin}/scim/v2`, spoiler);
  const results = await play(proxy.url, { kind: 'bearer', token }, wanted);
  await proxy.close();
  return results.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id);
}

type Operations = { op: string; path?: string; value?: unknown }[];

describe('a defect is noticed by the step that it breaks', () => {
  test('a Remove with a value array empties the group', async () => {
    const ids = await failing(scenario('netskope'), {
      request: ({ body }) => {
        for (const operation of ((body as { Operations?: Operations })?.Operations ?? []) as Operations) {
          if (operation.op === 'Remove' && operation.path === 'members') delete operation.value;
        }
        return undefined;
      },
    });
    expect(ids).toContain('scenario.netskope.has-ana');
  });

  test('a disable is lost', async () => {
    const ids = await failing(scenario('deployment-plan'), {
      request: ({ method, body }) => {
        const [operation] = ((body as { Operations?: Operations })?.Operations ?? []) as Operations;
        if (method === 'PATCH' && operation?.path === 'active') operation.value = true;
        return undefined;
      },
    });
    expect(ids).toEqual(
      expect.arrayContaining(['scenario.deployment-plan.case2-by-id', 'scenario.deployment-plan.case4-by-filter']),
    );
  });
});

test('what an earlier step failed to give makes later steps skip, with the reason', async () => {
  const broken = parseScenario(
    JSON.stringify({
      id: 'broken',
      title: 'A step that gives nothing.',
      source: 'a test',
      credential: 'any',
      steps: [
        {
          id: 'find',
          title: 'Nobody is found.',
          request: { method: 'GET', path: '${users}', query: { filter: 'userName eq "${uuid nobody}"' } },
          expect: { status: 200 },
          save: { nobody: 'Resources[0].id' },
        },
        {
          id: 'delete',
          title: 'Nobody is deleted.',
          request: { method: 'DELETE', path: '${users}/${nobody}' },
          expect: { status: 204 },
        },
      ],
    }),
    'broken.json',
  );
  const token = await tenantWithToken(suite, 'entra');
  const [first, second] = await play(`${suite.origin}/scim/v2`, { kind: 'bearer', token }, broken);
  expect(first?.verdict).toBe('passed');
  expect(second).toMatchObject({ verdict: 'skipped', reason: 'an earlier step did not give ${nobody}' });
});
