/**
 * Who may do what: every operation of openapi.yaml, tried by everybody. What is expected follows from what the operation
 * says of itself there (x-scope, x-permission, …) and from the roles; what is tried are the examples.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Permission, permissionsOf } from '../../src/access/roles.js';
import { AccessWorld, type Answer, OTHER_TENANT, TENANT } from '../support/access-world.js';
import type { Caller } from '../support/callers.js';
import { DescribedAnswers } from '../support/described-answers.js';
import { type DescribedOperation, operationsOf, readDescription } from '../support/description.js';
import { describeOnEach } from '../support/engines.js';
import { exampleBodies, exampleRequest, type Names } from '../support/example-request.js';

const description = readDescription();
/** What is at /Me depends on whose the credential is (me.test.ts), what is below /Roles on the tenant (roles.test.ts). */
const ELSEWHERE = /^\/(?:(?:healthz|readyz|Me)$|Roles|Entitlements)/;
const operations = operationsOf(description).filter(({ path }) => !ELSEWHERE.test(path));

/** One thing to try: an operation at one address with one body. */
interface Trial {
  readonly operation: DescribedOperation;
  readonly base: string;
  readonly body: unknown;
}

/** The first example of each; where the body decides what is needed, all of them. */
const trials = operations.flatMap((operation): [name: string, trial: Trial][] => {
  const { method, path } = operation;
  const bodies = exampleBodies(operation, description);
  const tried = operation['x-permission-for'] ? bodies : bodies.slice(0, 1);
  return basesOf(operation).flatMap((base) =>
    tried.map(
      ([name, body]) =>
        [`${method} ${base}${path}${name && ` (${name})`}`, { operation, base, body }] as [string, Trial],
    ),
  );
});

/** What is for SCIM credentials is tried without a tenant in the path, with their own, and with another. */
function basesOf({ isScim, 'x-scope': scope }: DescribedOperation): string[] {
  const own = isScim ? '/scim/v2' : '';
  return scope === undefined ? [own] : [own, `/tenants/${TENANT}${own}`, `/tenants/${OTHER_TENANT}${own}`];
}

/** The request as the examples have it. */
function textOf({ operation, base, body }: Trial): string {
  return JSON.stringify(exampleRequest(operation, base, body, new Map()));
}

const THROUGH = 'through';

/** What should come of it: `through`, or the status of the refusal. */
function expectedOf({ operation, base, body }: Trial, caller: Caller): string {
  if (operation['x-public']) return THROUGH;
  const scope = operation['x-scope'];
  if (caller.isOfDisabled && scope !== undefined) return '403';
  const requirements = operation.security.map((requirement) => Object.keys(requirement));
  if (!requirements.some((schemes) => schemes.includes(caller.scheme ?? ''))) {
    // A token is known where only people can do something, and is no person.
    return operation['x-signed-in'] && caller.scheme === 'adminToken' ? '403' : '401';
  }
  if (operation['x-client']) return THROUGH;
  if (scope !== undefined) {
    if (base.includes(OTHER_TENANT)) return '404';
    return caller.scopes?.some((one) => one === scope) ? THROUGH : '403';
  }
  const isCsrfNeeded = requirements.some((schemes) => schemes.includes('csrfToken'));
  if (caller.lacksCsrf && isCsrfNeeded) return '403';
  return operation['x-signed-in'] ? THROUGH : expectedOfAdmin(operation, body, caller);
}

function expectedOfAdmin(operation: DescribedOperation, body: unknown, { role, tenant }: Caller): string {
  const allowed = permissionsOf(role ?? '');
  const needed = [operation['x-permission'] as string];
  const isOthers = operation['x-tenant-bound'] && tenant !== undefined && tenant !== TENANT;
  if (!needed.every((permission) => allowed.has(permission as Permission))) return '403';
  if (operation['x-all-tenants'] && tenant !== undefined) return '403';
  if (isOthers) return '404';
  for (const [permission, fields] of Object.entries(operation['x-permission-for'] ?? {})) {
    if (fields.some((field) => Object.hasOwn(body as object, field))) needed.push(permission);
  }
  return needed.every((permission) => allowed.has(permission as Permission)) ? THROUGH : '403';
}

const described = new DescribedAnswers(description);

/** What came of it, with all that is wrong with it: an answer that is not described, a refusal that has changed things. */
function outcomeOf({ operation }: Trial, caller: Caller, answer: Answer): string {
  const { status, headers, text, writes } = answer;
  const faults = described.misfits(operation, answer);
  if (status < 400) return [THROUGH, ...faults].join(', ');
  if (![401, 403, 404].includes(status)) faults.push(text);
  const challenge = headers.get('www-authenticate') ?? '';
  if (status === 401 && challenge === '') faults.push('without a challenge');
  if (status === 403 && caller.scopes && !challenge.includes('insufficient_scope')) faults.push(challenge);
  return [String(status), ...faults, ...writes.map((name) => `wrote by ${name}`)].join(', ');
}

/** What ends the session of whoever does it: signing in anew does, too. */
const ENDS_SESSION = new Set(['signIn', 'signOut', 'acceptInvitation']);

describeOnEach('who may do what', (engine) => {
  let world: AccessWorld;
  beforeAll(async () => {
    world = await AccessWorld.open(engine);
  });
  afterAll(() => world?.close());

  /** Things to be about; new ones for each request that is let in and may change them. */
  async function tryAs(caller: Caller, trial: Trial, shared: Names, expected: string): Promise<Answer> {
    const { operation, base, body } = trial;
    const isChange = expected === THROUGH && operation.method !== 'GET';
    const names = new Map(isChange ? await world.freshNames(textOf(trial)) : shared);
    const isOfTenant = operation.path === '/admin/api/tenants/{tenant}' && caller.tenant === undefined;
    if (isChange && isOfTenant) names.set(TENANT, await world.freshTenant());
    const isEnd = isChange && ENDS_SESSION.has(operation.operationId) && caller.scheme === 'adminSession';
    const { headers } = isEnd ? await world.renewed(caller) : caller;
    return world.send(exampleRequest(operation, base, body, names), headers);
  }

  test.each(trials)('%s', async (_, trial) => {
    const expected: Record<string, string> = {};
    const found: Record<string, string> = {};
    const shared = await world.freshNames(textOf(trial));
    for (const caller of world.callers) {
      const outcome = expectedOf(trial, caller);
      expected[caller.name] = outcome;
      found[caller.name] = outcomeOf(trial, caller, await tryAs(caller, trial, shared, outcome));
    }
    expect(found).toEqual(expected);
  });

  const hidden = trials.filter(([, { operation }]) => operation['x-tenant-bound']);
  test.each(hidden)('%s: a tenant of others is answered as one that is not there', async (_, trial) => {
    const { headers } = world.caller(`tenant-admin of ${OTHER_TENANT}, token`);
    const names = await world.freshNames(textOf(trial));
    const answers = [names, new Map([...names, [TENANT, 'nobodys']])].map(async (given) => {
      const { status, text } = await world.send(exampleRequest(trial.operation, '', trial.body, given), headers);
      return { status, text };
    });
    const [others, nobodys] = await Promise.all(answers);
    expect(others).toEqual(nobodys);
  });
});

describe('the matrix', () => {
  const operation = operations.find(({ operationId }) => operationId === 'getConnection') as DescribedOperation;
  const trial: Trial = { operation, base: '', body: undefined };
  const answer = (status: number, body: object, type: string, writes: string[] = []): Answer => {
    const headers = new Headers({ 'content-type': type });
    return { status, headers, text: JSON.stringify(body), writes };
  };
  const nobody: Caller = { name: 'nobody', scheme: undefined, headers: {} };
  const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'There is no such tenant.' };
  const wrong: [why: string, Answer][] = [
    ['an answer that lacks a property', answer(200, { scimUrl: 'https://scim.example.com' }, 'application/json')],
    ['a refusal of another media type', answer(404, problem, 'application/json')],
    ['a refusal of another shape', answer(404, { status: 404 }, 'application/problem+json')],
    ['a refusal that has changed something', answer(404, problem, 'application/problem+json', ['updateTenant'])],
    ['a 401 without a challenge', answer(401, { ...problem, status: 401 }, 'application/problem+json')],
    ['an error that is none of access', answer(400, { ...problem, status: 400 }, 'application/problem+json')],
  ];
  test.each(wrong)('finds %s', (_, given) => {
    expect(outcomeOf(trial, nobody, given)).toMatch(/, /);
  });

  test('takes a refusal as it is described', () => {
    expect(outcomeOf(trial, nobody, answer(404, problem, 'application/problem+json'))).toBe('404');
  });

  test('sees what a request writes', async () => {
    const world = await AccessWorld.open('memory:');
    try {
      const body = JSON.stringify({ name: 'initech', profile: 'entra' });
      const request = { method: 'POST', address: '/admin/api/tenants', contentType: 'application/json', body };
      const { writes } = await world.send(request, world.caller('owner of all, token').headers);
      expect(writes).toEqual(['createTenant', 'appendAudit']);
    } finally {
      await world.close();
    }
  });
});
