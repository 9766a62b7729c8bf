/** What the simulated directory makes of servers that are slow, forgetful or wrong. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { Suite } from '../../support/target.js';
import type { Passing, Reply, Spoiler } from '../proxy.js';
import { findingsOf, type Played, playOn, resultOf } from './play.js';

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

const FAILED: Reply = { status: 500, headers: { 'content-type': 'application/scim+json' }, body: { status: '500' } };
const DONE: Reply = { status: 204, headers: {}, body: undefined };

/** True for every so-manyth call. */
function every(count: number): () => boolean {
  let calls = 0;
  return () => ++calls % count === 0;
}

function operationsOf({ method, body }: Passing): JsonObject[] {
  return method === 'PATCH' ? ((body as JsonObject).Operations as JsonObject[]) : [];
}

/** Whether the run carried the change over in the end, though not at once. */
function expectConverged(played: Played): void {
  for (const id of ['convergence-users', 'convergence-members', 'duplicates', 'idempotence']) {
    expect(resultOf(played, id)).toMatchObject({ verdict: 'passed', finding: undefined });
  }
}

/** Nothing is left in the tenant but what was there. */
async function expectEmpty(token: string): Promise<void> {
  for (const endpoint of ['Users', 'Groups']) {
    const answer = await fetch(`${suite.origin}/scim/v2/${endpoint}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(((await answer.json()) as JsonObject).totalResults).toBe(0);
  }
}

describe('a server that fails now and then', () => {
  test('asks for patience: 429 with Retry-After is waited for, and is no failure', async () => {
    const isTurn = every(7);
    const request = (): Reply | undefined =>
      isTurn() ? { status: 429, headers: { 'retry-after': '0' }, body: undefined } : undefined;
    const played = await playOn(suite, { spoiler: { request } });
    expect(findingsOf(played)).toEqual([]);
    expect(played.sentences.join('\n')).toMatch(/[1-9]\d* requests were sent again after 429/);
  });

  test('answers writes with 500: they are named, and taken in the next cycle', async () => {
    const isTurn = every(9);
    const request = ({ method }: Passing): Reply | undefined => (method !== 'GET' && isTurn() ? FAILED : undefined);
    const played = await playOn(suite, { spoiler: { request }, seed: 5 });
    const { finding, exchanges } = resultOf(played, 'initial-cycle');
    expect(finding?.message).toMatch(/\d+ objects failed, .*ct-.*InternalServerError: \w+ \/.* was answered with 500/);
    expect(exchanges.length).toBeGreaterThan(0);
    expect(exchanges.every(({ response }) => response?.status === 500)).toBe(true);
    expect(exchanges.map(({ number }) => number)).toContain(finding?.exchange);
    expect(resultOf(played, 'retries').verdict).toBe('passed');
    expectConverged(played);
  });

  test('loses the answer to a creation: the resource is found by its name and not made twice', async () => {
    const isTurn = every(4);
    const reply = (answer: Reply, { method, path }: Passing): void => {
      if (method === 'POST' && !path.includes('Operations') && isTurn()) Object.assign(answer, FAILED);
    };
    const played = await playOn(suite, { spoiler: { reply }, seed: 6 });
    expect(resultOf(played, 'initial-cycle').verdict).toBe('failed');
    expectConverged(played);
    await expectEmpty(played.token);
  });

  test.each([31, 32, 33, 34])('loses answers to writes of every kind, with the seed %i', async (seed) => {
    const isLost = every(3 + (seed % 4));
    const isRefused = every(7);
    const spoiler: Spoiler = {
      request: ({ method }) =>
        method !== 'GET' && isRefused() ? { status: 503, headers: {}, body: undefined } : undefined,
      reply: (answer, { method }) => {
        if (method !== 'GET' && answer.status < 300 && isLost()) Object.assign(answer, FAILED);
      },
    };
    expectConverged(await playOn(suite, { spoiler, seed, users: 25, groups: 6, cycles: 4 }));
  });

  test('answers a creation too late', async () => {
    const isTurn = every(12);
    const reply = async (_: Reply, { method }: Passing): Promise<void> => {
      if (method === 'POST' && isTurn()) await new Promise((resolve) => setTimeout(resolve, 1_500));
    };
    const played = await playOn(suite, { spoiler: { reply }, timeout: 1_000, groups: 0, cycles: 1 });
    expect(findingsOf(played).join('\n')).toMatch(/Timeout: POST \/Users got no answer/);
    expectConverged(played);
    await expectEmpty(played.token);
  });

  test('refuses the credential: the cycle is stopped at once', async () => {
    let count = 0;
    const request = ({ method }: Passing): Reply | undefined =>
      method === 'POST' && ++count > 5 ? { status: 401, headers: {}, body: undefined } : undefined;
    const played = await playOn(suite, { spoiler: { request }, cycles: 1 });
    expect(resultOf(played, 'initial-cycle').finding?.message).toMatch(/^The cycle was stopped: POST .* with 401/);
    expect(played.sentences.join('\n')).toMatch(/in quarantine: EncounteredQuarantineException/);
  });
});

interface Wrong {
  readonly title: string;
  /** The result that fails, and what it says. */
  readonly fails: readonly (readonly [id: string, says: RegExp])[];
  spoil(): Spoiler;
}

const isDisabling = (operations: readonly JsonObject[]): boolean =>
  operations.some(({ path, value }) => path === 'active' && value === 'False');

function listed({ body }: Reply): JsonObject[] {
  const { Resources } = (body ?? {}) as JsonObject;
  return (Resources ?? []) as JsonObject[];
}

const WRONG: readonly Wrong[] = [
  {
    title: 'A disablement is lost.',
    fails: [['convergence-users', /active of ct-\S+@example\.com: false expected, true found/]],
    spoil: () => ({ request: (passing) => (isDisabling(operationsOf(passing)) ? DONE : undefined) }),
  },
  {
    title: 'Only the first of several new members is taken.',
    fails: [['convergence-members', /members of ct-\S+ .*: \S+ \(ct-\S+\) expected, not a member found/]],
    spoil: () => ({
      request: (passing) => {
        for (const operation of operationsOf(passing)) {
          if (operation.path === 'members' && operation.op === 'Add') {
            operation.value = (operation.value as Json[]).slice(0, 1);
          }
        }
        return undefined;
      },
    }),
  },
  {
    title: 'Removing a member removes them all.',
    fails: [['convergence-members', /members of ct-.* expected, not a member found/]],
    spoil: () => ({
      request: (passing) => {
        for (const operation of operationsOf(passing)) {
          if (operation.path === 'members' && operation.op === 'Remove') delete operation.value;
        }
        return undefined;
      },
    }),
  },
  {
    title: 'Disabled users lose their memberships.',
    fails: [['convergence-members', /members of ct-.* expected, not a member found/]],
    spoil: () => {
      const gone = new Set<string>();
      return {
        request: (passing) => {
          if (isDisabling(operationsOf(passing))) gone.add(passing.path.split('/').at(-1) as string);
          return undefined;
        },
        reply: ({ body }, { method, path }) => {
          if (method !== 'GET' || !path.startsWith('/Groups/')) return;
          const group = body as JsonObject;
          const members = (group.members ?? []) as JsonObject[];
          group.members = members.filter(({ value }) => !gone.has(String(value)));
        },
      };
    },
  },
  {
    title: 'Managers are not kept.',
    fails: [['convergence-users', /manager of ct-\S+: \S+ \(ct-\S+\) expected, nothing found/]],
    spoil: () => ({
      request: (passing) =>
        operationsOf(passing).some(({ path }) => String(path).endsWith(':manager')) ? DONE : undefined,
    }),
  },
  {
    title: 'A filter is ignored.',
    fails: [['connection', /for a name that nobody has found 1 resources/]],
    spoil: () => ({
      request: ({ query }) => {
        query.delete('filter');
        return undefined;
      },
    }),
  },
  {
    title: 'A filter is ignored unless its value is a UUID.',
    fails: [['initial-cycle', /DuplicateTargetEntries|found another object/]],
    spoil: () => ({
      request: ({ query }) => {
        if (query.get('filter')?.includes('ct-')) query.delete('filter');
        return undefined;
      },
    }),
  },
  {
    title: 'A filter finds everybody twice.',
    fails: [
      ['initial-cycle', /DuplicateTargetEntries: GET \/Users for userName eq "ct-\S+" found 2/],
      ['duplicates', /the User ct-\S+: one resource expected, the resources/],
    ],
    spoil: () => ({
      reply: (reply, { method, path }) => {
        if (method !== 'GET' || path !== '/Users') return;
        const twins = listed(reply).map((user) => ({ ...user, id: `twin-of-${user.id}` }));
        Object.assign(reply.body as JsonObject, {
          Resources: [...listed(reply), ...twins],
          totalResults: 2 * Number((reply.body as JsonObject).totalResults),
        });
      },
    }),
  },
  {
    title: 'Members are returned although they are excluded.',
    fails: [['cycle-1', /MultipleEntriesInResponse/]],
    spoil: () => ({
      request: ({ query }) => {
        query.delete('excludedAttributes');
        return undefined;
      },
    }),
  },
  {
    title: 'DELETE does nothing.',
    fails: [['convergence-users', /the User ct-\S+: not on the target expected, still listed after DELETE found/]],
    spoil: () => ({
      request: ({ method, path }) => (method === 'DELETE' && path.startsWith('/Users') ? DONE : undefined),
    }),
  },
  {
    title: 'Telephone numbers are returned without blanks.',
    fails: [
      ['convergence-users', /phoneNumbers\[type eq "\w+"\]\.value of ct-\S+: "\+\d+ .*" expected, "\+\d+" found/],
      ['idempotence', /\d+ objects were written again although nothing had changed, first phoneNumbers/],
      ['on-demand', /phoneNumbers/],
    ],
    spoil: () => ({
      reply: (reply) => {
        const users = [reply.body as JsonObject | undefined, ...listed(reply)];
        for (const phone of users.flatMap((user) => (user?.phoneNumbers ?? []) as JsonObject[])) {
          phone.value = String(phone.value).replaceAll(' ', '');
        }
      },
    }),
  },
  {
    title: 'Every page is the first.',
    fails: [['convergence-users', /the User ct-\S+: in the list of all Users, with id \S+ expected, not there found/]],
    spoil: () => ({
      request: ({ method, path, query }) => {
        if (method === 'GET' && path === '/Users' && query.has('startIndex')) {
          query.set('startIndex', '1');
          query.set('count', '5');
        }
        return undefined;
      },
    }),
  },
  {
    title: 'A new user cannot be read at first.',
    fails: [['on-demand', /InvalidAnchor: GET \/Users\/\S+ was answered with 404/]],
    spoil: () => {
      const read = new Set<string>();
      return {
        request: ({ method, path }) => {
          if (method !== 'GET' || !path.startsWith('/Users/') || read.has(path)) return undefined;
          read.add(path);
          return { status: 404, headers: {}, body: undefined };
        },
      };
    },
  },
  {
    title: 'Renaming is refused.',
    fails: [
      ['cycle-1', /Conflict: PATCH \/Users\/\S+ was answered with 409/],
      ['retries', /still fail after a day, the first with Conflict/],
      ['convergence-users', /userName of ct-\S+: "ct-\S+" expected/],
    ],
    spoil: () => ({
      request: (passing) =>
        operationsOf(passing).some(({ path }) => path === 'userName')
          ? { status: 409, headers: {}, body: undefined }
          : undefined,
    }),
  },
];

describe('a server that is wrong', () => {
  test.each(WRONG.map((wrong) => [wrong.title, wrong] as const))('%s', async (_, { fails, spoil }) => {
    // Somebody else's account, which must stay as it is whatever the server answers.
    const resident = await suite.tenant('entra');
    await resident.user('resident');
    const played = await playOn(suite, { spoiler: spoil(), token: resident.token, cycles: 3, users: 30, groups: 6 });
    for (const [id, says] of fails) expect(resultOf(played, id).finding?.message).toMatch(says);
    const foreign = played.exchanges.filter(
      ({ request }) => request.method === 'POST' && !request.body?.includes('ct-'),
    );
    expect(foreign).toEqual([]);
    const { body } = await resident.get('/Users').query({ filter: 'userName sw "resident"' });
    expect(body.totalResults).toBe(1);
    expect(body.Resources[0].meta.lastModified).toBe(body.Resources[0].meta.created);
  });
});
