/** An app that says by itself who is calling, in place of the credentials of the target. */
import { IncomingMessage } from 'node:http';
import express from 'express';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  AccessError,
  type AppPrincipal,
  createScimTarget,
  type PassportStrategy,
  passportAuthentication,
  ScimError,
  type TargetOptions,
} from '../../src/index.js';
import { expectError, expectList, URN } from '../support/client.js';
import { describeOnEach, Suite } from '../support/target.js';

/** What the app of a test says; the request is the last one that it was given. */
let answer: (incoming: IncomingMessage) => unknown;
const authenticate = (incoming: IncomingMessage) => answer(incoming) as AppPrincipal | undefined;
const ANN: AppPrincipal = { tenant: 'acme', name: 'ann@example.com' };
const SCIM = '/scim/v2';
const USER = { schemas: [URN.user], userName: 'lin' };

const post = (suite: Suite, body: object = USER) =>
  request(suite.server).post(`${SCIM}/Users`).set('Content-Type', 'application/scim+json').send(body);
const get = (suite: Suite, path = '/Users', base = SCIM) => request(suite.server).get(base + path);

describeOnEach('an app that authenticates by itself', (engine) => {
  const suite = new Suite(engine, { authenticate, hookTimeout: 400 });
  beforeAll(async () => {
    await suite.start();
    for (const name of ['acme', 'globex', 'frozen']) await suite.target.createTenant({ name });
    const frozen = await suite.target.store.tenantByName('frozen');
    await suite.target.store.updateTenant(frozen?.id as string, { disabled: new Date().toISOString() });
  });
  afterAll(() => suite.stop());
  beforeEach(() => {
    answer = () => ANN;
  });

  const idOf = async (name: string) => (await suite.target.store.tenantByName(name))?.id as string;
  const reasonOf = async (response: { headers: Record<string, string> }) =>
    suite.log
      .filter(({ requestId }) => requestId === response.headers['x-request-id'])
      .map((line) => JSON.stringify(line))
      .join();

  test('is given the request, and its caller writes into the history and the activity', async () => {
    let incoming: IncomingMessage | undefined;
    answer = (given) => {
      incoming = given;
      return { ...ANN, id: 'user-17' };
    };
    const made = await post(suite);
    expect(made.status).toBe(201);
    expect(incoming).toBeInstanceOf(IncomingMessage);
    const id = await idOf('acme');
    expect((await suite.target.store.changes(id, 0, 10)).at(-1)?.actor).toMatchObject({
      credential: 'user-17',
      name: ANN.name,
    });
    await suite.target.flush();
    const [entry] = await suite.target.store.activity({ tenant: id, limit: 1 });
    expect(entry?.credential).toMatchObject({ id: 'user-17', name: ANN.name });
  });

  test('may have only a name, and promises that take time', async () => {
    answer = async () => ANN;
    const { body } = await post(suite, { ...USER, userName: 'bo' });
    const [change] = await suite.target.store.changesOf({
      tenant: await idOf('acme'),
      resource: { type: 'User', id: body.id },
      limit: 1,
    });
    expect(change?.actor.credential).toBe('app:ann@example.com');
  });

  test('takes no token of the target any more', async () => {
    const token = await suite.target.createToken({ tenant: 'acme', name: 'old' });
    answer = () => undefined;
    const refused = await get(suite).set('Authorization', `Bearer ${token}`);
    expectError(refused, 401);
    expect(refused.headers['www-authenticate']).toBe('Bearer realm="scim"');
  });

  test('says what a caller may do', async () => {
    answer = () => ({ ...ANN, scopes: ['scim:read'] });
    expect((await get(suite)).status).toBe(200);
    expectError(await post(suite, { ...USER, userName: 'no' }), 403);
    answer = () => ({ ...ANN, scopes: [] });
    expectError(await get(suite), 403);
  });

  test('says who is at /Me', async () => {
    const { body } = await post(suite, { ...USER, userName: 'me' });
    answer = () => ({ ...ANN, user: body.id });
    expect((await get(suite, '/Me')).body).toMatchObject({ userName: 'me' });
    answer = () => ANN;
    expectError(await get(suite, '/Me'), 501);
    answer = () => ({ ...ANN, user: 'nobody' });
    expectError(await get(suite, '/Me'), 404);
  });

  test('keeps its tenants apart, in the path as well', async () => {
    answer = () => ({ ...ANN, tenant: 'globex' });
    expectList(await get(suite), 0);
    expect((await get(suite, '/Users', '/tenants/globex/scim/v2')).status).toBe(200);
    const other = await get(suite, '/Users', '/tenants/acme/scim/v2');
    const none = await get(suite, '/Users', '/tenants/nobody/scim/v2');
    expectError(other, 404);
    expect(other.body).toEqual(none.body);
  });

  test('names a tenant that is disabled, or that does not exist', async () => {
    answer = () => ({ ...ANN, tenant: 'frozen' });
    expectError(await get(suite), 403);
    answer = () => ({ ...ANN, tenant: 'nobody' });
    expectError(await get(suite), 404);
    expect(await suite.target.store.tenantByName('nobody')).toBeUndefined();
  });

  test('may refuse with an error of its own', async () => {
    answer = () => {
      throw new ScimError('forbidden', 'Your plan has no provisioning.');
    };
    const refused = await get(suite);
    expectError(refused, 403);
    expect(refused.body.detail).toBe('Your plan has no provisioning.');
    answer = () => Promise.reject(new AccessError('notFound', 'there is no such account'));
    expectError(await get(suite), 404);
    answer = () => Promise.reject(new AccessError('invalid', 'not like this'));
    expectError(await get(suite), 403);
    answer = () => Promise.reject(new ScimError('unauthorized', 'Sign in again.'));
    const unknown = await get(suite);
    expectError(unknown, 401);
    expect(unknown.body.detail).toBe('Sign in again.');
    expect(unknown.headers['www-authenticate']).toBe('Bearer realm="scim"');
  });

  const BAD: [string, (incoming: IncomingMessage) => unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('directory 4711 is away');
      },
      /4711/,
    ],
    ['rejects', () => Promise.reject(new Error('directory 4711 is away')), /4711/],
    ['never answers', () => new Promise(() => {}), /authenticate took longer than 400 ms/],
    ['answers a text', () => 'ann', /returns undefined, or an object/],
    ['answers null', () => null, /returns undefined, or an object/],
    ['answers no tenant', () => ({ name: 'ann' }), /tenant must be/],
    ['answers no name', () => ({ tenant: 'acme' }), /name must be/],
    ['answers an endless name', () => ({ tenant: 'acme', name: 'x'.repeat(201) }), /name must be/],
    ['answers an id that is none', () => ({ ...ANN, id: 17 }), /id must be/],
    ['answers a user who is none', () => ({ ...ANN, user: {} }), /user must be/],
    ['answers scopes under another name', () => ({ ...ANN, scope: ['scim:read'] }), /there is no scope in what/],
    ['answers scopes that are none', () => ({ ...ANN, scopes: ['admin'] }), /scopes must be/],
  ];
  test.each(BAD)(
    'that %s is a failure of the server, of which the log knows the reason',
    async (_, failing, reason) => {
      answer = failing;
      const failed = await get(suite);
      expectError(failed, 503);
      expect(failed.headers['retry-after']).toMatch(/^\d+$/);
      expect(failed.text).not.toMatch(reason);
      expect(await reasonOf(failed)).toMatch(reason);
      answer = () => ANN;
      expect((await get(suite)).status).toBe(200);
    },
  );

  test('is asked before the body is read', async () => {
    answer = () => undefined;
    expectError(await request(suite.server).post(`${SCIM}/Users`).set('Content-Type', 'text/html').send('{'), 401);
  });

  test('who is refused is in the activity of the tenant in the path', async () => {
    answer = () => undefined;
    await get(suite, '/Users', '/tenants/globex/scim/v2').set('User-Agent', 'refused-one');
    await suite.target.flush();
    const entries = await suite.target.store.activity({ tenant: await idOf('globex'), limit: 5 });
    expect(entries.find(({ agent }) => agent === 'refused-one')).toMatchObject({ status: 401 });
  });
});

describeOnEach('tenants that are made when they are first seen', (engine) => {
  const suite = new Suite(engine, { authenticate, createTenants: { profile: 'okta' } });
  beforeAll(() => suite.start());
  afterAll(() => suite.stop());

  test('are made once for all who come at once, and the audit has them', async () => {
    answer = () => ({ ...ANN, tenant: 'fresh' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(suite)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const tenant = await suite.target.store.tenantByName('fresh');
    expect(tenant?.profile).toBe('okta');
    const records = await suite.target.store.audit({ action: 'tenant.create', limit: 10 });
    expect(records.filter((record) => record.tenant?.name === 'fresh')).toMatchObject([
      { actor: { kind: 'app', name: 'the app' }, tenant: { id: tenant?.id }, details: { profile: 'okta' } },
    ]);
  });

  test('are not made of a name that cannot be one', async () => {
    answer = () => ({ ...ANN, tenant: 'Not Valid' });
    const failed = await get(suite);
    expectError(failed, 503);
    expect(suite.logText).toMatch(/Not Valid.{1,8} cannot name a tenant/);
  });

  test('are not made for a caller whom the app does not know', async () => {
    const before = await suite.target.store.tenants();
    answer = () => undefined;
    expectError(await get(suite, '/Users', '/tenants/unknown/scim/v2'), 401);
    expect(await suite.target.store.tenants()).toEqual(before);
  });
});

test('authenticate may be written for a request of Express', async () => {
  const withSession = (incoming: express.Request): AppPrincipal | undefined =>
    incoming.get('X-Session') === '1' ? ANN : undefined;
  const target = await createScimTarget({ store: 'memory:', createTenants: true, authenticate: withSession });
  const app = express().use(SCIM, target.scimRouter);
  expect((await request(app).get(`${SCIM}/Users`).set('X-Session', '1')).status).toBe(200);
  expectError(await request(app).get(`${SCIM}/Users`), 401);
  await target.close();
});

test('createTenants without authenticate is a mistake that is told', async () => {
  await expect(createScimTarget({ store: 'memory:', createTenants: true })).rejects.toThrow(/needs authenticate/);
  const authenticate = 'passport' as unknown as NonNullable<TargetOptions['authenticate']>;
  await expect(createScimTarget({ store: 'memory:', authenticate })).rejects.toThrow(/authenticate must be a function/);
});

/** What a strategy for passport is given to decide with. */
interface Acting {
  success(user: object): void;
  fail(challenge?: unknown, status?: number): void;
  error(error: unknown): void;
  pass(): void;
  redirect(url: string): void;
}

describe('a passport strategy', () => {
  let closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    for (const close of closing) await close();
    closing = [];
  });
  afterAll(async () => {
    for (const close of closing) await close();
  });

  /** An app with a target that asks the strategy. */
  async function appWith(strategy: PassportStrategy) {
    const lines: string[] = [];
    const target = await createScimTarget({
      store: 'memory:',
      createTenants: true,
      logger: (await import('pino')).pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
      authenticate: passportAuthentication(strategy, {
        tenantOf: (user: { account?: string; email: string }) => user.account,
        nameOf: ({ email }) => email,
        idOf: async ({ email }) => `person:${email}`,
        scopesOf: () => ['scim:read'],
      }),
    });
    closing.push(() => target.close());
    const seen: unknown[] = [];
    const app = express();
    app.use((incoming, _response, next) => {
      Object.assign(incoming, { user: 'of the app', session: {} });
      incoming.on('close', () =>
        seen.push(Object.keys(incoming).filter((key) => /log|session|user|passport/i.test(key))),
      );
      next();
    });
    app.use(SCIM, target.scimRouter);
    return { app, target, lines, seen };
  }

  /** A strategy that decides by the request alone. */
  const deciding = (act: (strategy: Acting, incoming: IncomingMessage) => unknown): PassportStrategy => ({
    name: 'own',
    authenticate(this: unknown, ...[incoming]: never[]) {
      return act(this as Acting, incoming as unknown as IncomingMessage);
    },
  });
  const ACME = { account: 'acme', email: 'ann@example.com' };

  test('that succeeds lets its user in, with the scopes of the app', async () => {
    const { app, target } = await appWith(deciding((strategy) => strategy.success(ACME)));
    expect((await request(app).get(`${SCIM}/Users`)).status).toBe(200);
    expectError(await request(app).post(`${SCIM}/Users`).send(USER), 403);
    await target.flush();
    const tenant = await target.store.tenantByName('acme');
    const [entry] = await target.store.activity({ tenant: tenant?.id as string, limit: 1 });
    expect(entry?.credential).toMatchObject({ id: 'person:ann@example.com', name: 'ann@example.com' });
  });

  test('leaves the request of the app as it was', async () => {
    const { app, seen } = await appWith(
      deciding((strategy, incoming) => {
        expect(incoming).toMatchObject({ user: 'of the app', headers: { 'x-own': '1' } });
        strategy.success(ACME);
      }),
    );
    expect((await request(app).get(`${SCIM}/Users`).set('X-Own', '1')).status).toBe(200);
    expect(seen).toEqual([['user', 'session']]);
  });

  test.each<[string, (strategy: Acting) => unknown, number, RegExp | undefined]>([
    ['fails', (strategy) => strategy.fail(), 401, /^Bearer realm="scim"$/],
    ['fails with a challenge', (strategy) => strategy.fail('Digest realm="x"'), 401, /^Digest realm="x"$/],
    ['fails with a message', (strategy) => strategy.fail({ message: 'no' }), 401, /^Bearer realm="scim"$/],
    ['fails with a status', (strategy) => strategy.fail(400 as unknown as string), 400, undefined],
    [
      'fails for want of scope',
      (strategy) => strategy.fail('Bearer error="insufficient_scope"', 403),
      403,
      /insufficient_scope/,
    ],
    ['has had enough', (strategy) => strategy.fail(undefined, 429), 429, undefined],
    ['passes', (strategy) => strategy.pass(), 401, /^Bearer realm="scim"$/],
    ['knows a user without a tenant', (strategy) => strategy.success({ email: 'x' }), 403, undefined],
    ['errs', (strategy) => strategy.error(new Error('away')), 503, undefined],
    [
      'throws',
      () => {
        throw new Error('away');
      },
      503,
      undefined,
    ],
    ['rejects', () => Promise.reject(new Error('away')), 503, undefined],
    ['redirects', (strategy) => strategy.redirect('/login'), 503, undefined],
  ])('that %s', async (_, act, status, challenge) => {
    const { app, lines } = await appWith(deciding(act));
    const refused = await request(app).get(`${SCIM}/Users`);
    expectError(refused, status, status === 400 ? 'invalidSyntax' : undefined);
    if (challenge) expect(refused.headers['www-authenticate']).toMatch(challenge);
    else expect(refused.headers['www-authenticate']).toBeUndefined();
    if (status === 503) expect(lines.join()).toMatch(/away|redirects/);
  });

  test('of somebody else: passport-http-bearer', async () => {
    const strategy = new BearerStrategy((token, done) => {
      if (token === 'broken') done(new Error('away'));
      else done(null, token === 'good' ? ACME : false);
    });
    const { app } = await appWith(strategy);
    const as = (header: string) => request(app).get(`${SCIM}/Users`).set('Authorization', header);
    expect((await as('Bearer good')).status).toBe(200);
    const wrong = await as('Bearer bad');
    expectError(wrong, 401);
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="Users", error="invalid_token"');
    expectError(await as('Bearer broken'), 503);
    expectError(await as('Bearer'), 400, 'invalidSyntax');
    expect((await request(app).get(`${SCIM}/Users`)).headers['www-authenticate']).toBe('Bearer realm="Users"');
  });
});
