/** The bundled scenarios against our own server, by each way of connecting, and against servers with a defect. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../../src/conformance/model.js';
import { bundledScenarios, parseScenario, type Scenario } from '../../../src/conformance/scenarios/load.js';
import type { ActivityList } from '../../../src/http/admin/messages.js';
import { adminOf } from '../../support/admin-client.js';
import { Suite } from '../../support/target.js';
import { tenantWithToken, told } from '../judge.js';
import { type Spoiler, startProxy } from '../proxy.js';
import { play, tenantFor } from './play.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

const SCENARIOS = bundledScenarios();

function scenario(id: string): Scenario {
  const found = SCENARIOS.find((each) => each.id === id);
  if (!found) throw new Error(`there is no scenario ${id}`);
  return found;
}

describe.each(SCENARIOS.map((each) => [each.id, each] as const))('%s', (_, wanted) => {
  test('every step passes on the sound server, with a credential that an admin has issued', async () => {
    const { url, credential } = await tenantFor(suite, wanted.credential);
    const results = await play(url, credential, wanted);
    const isFine = ({ verdict, reason }: Result) => verdict === 'passed' || /does not announce/.test(reason ?? '');
    expect(results.filter((result) => !isFine(result)).map(told)).toEqual([]);
    expect(results.filter(({ verdict }) => verdict === 'passed').length).toBeGreaterThan(wanted.steps.length / 2);
  });
});

describe('on a tenant with schemas of its own', () => {
  async function configured(kind: Scenario['credential'], document: object) {
    const { client } = await adminOf(suite);
    const connection = await tenantFor(suite, kind);
    const [, name = ''] = /\/tenants\/([^/]+)\//.exec(connection.url) ?? [];
    expect((await client.put(`/tenants/${name}/schemas`, { text: JSON.stringify(document) })).status).toBe(200);
    return { ...connection, vendor: await suite.client(name, ['scim:read', 'scim:catalog']) };
  }

  test('samanage reads the roles that the vendor has made, and nothing is skipped', async () => {
    const { url, credential, vendor } = await configured('basic', { roles: true, checkRoles: true });
    for (const value of ['technician', 'requester']) {
      const role = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Role'], value, display: value };
      expect((await vendor.post('/Roles', role)).status).toBe(201);
    }
    const results = await play(url, credential, scenario('samanage'));
    expect(results.filter(({ verdict }) => verdict !== 'passed').map(told)).toEqual([]);
  });

  test('n-able passes where its attributes are required', async () => {
    const policy = { User: { required: ['active', 'name.givenName', 'name.familyName'] } };
    const { url, credential } = await configured('any', { policy });
    const results = await play(url, credential, scenario('n-able'));
    expect(results.filter(({ verdict }) => verdict === 'failed').map(told)).toEqual([]);
  });
});

describe.each(['netsuite', 'samanage'])('%s on a tenant that does not take HTTP Basic', (id) => {
  test('is refused, and the activity says what to do', async () => {
    const { url, credential } = await tenantFor(suite, 'basic');
    const { client } = await adminOf(suite);
    const name = decodeURIComponent(/\/tenants\/([^/]+)\//.exec(url)?.[1] ?? '');
    expect((await client.patch(`/tenants/${name}`, { allowsBasic: false })).status).toBe(200);
    await expect(play(url, credential, scenario(id))).rejects.toThrow(/refuses the credential: .* status 401/);
    await suite.target.flush();
    const activity = (await client.get(`/tenants/${name}/activity?outcome=refused`)).body as ActivityList;
    expect(activity.items.length).toBeGreaterThan(0);
    for (const { status, refusal } of activity.items) {
      expect(status).toBe(401);
      expect(refusal).toMatchObject({
        detail: 'HTTP Basic is not taken here: use a bearer token, or have it allowed for the tenant.',
        reason: { failed: 'Basic not allowed' },
      });
    }
    expect(activity.items[0]?.advice).toMatch(/Basic/);
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
