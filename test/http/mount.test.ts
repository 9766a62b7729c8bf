/** The router inside other people's apps: at any path, among their parsers and error handlers, more than once. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import request from 'supertest';
import { afterEach, describe, expect, test } from 'vitest';
import { createScimTarget, openStore, type ScimTarget, type TargetOptions } from '../../src/index.js';
import { Client, expectError, expectList, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function memoryTarget(options: TargetOptions = {}): Promise<ScimTarget> {
  const target = await createScimTarget({ store: 'memory:', ...options });
  closing.push(() => target.close());
  return target;
}

async function listen(app: Express): Promise<Server> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

/** A client of a new tenant of the target, which the app has at `base`. */
async function clientOf(target: ScimTarget, server: Server, base: string, name = 'acme'): Promise<Client> {
  const token = await target.createToken({ tenant: name, name: 'test' });
  const tenant = await target.store.tenantByName(name);
  if (!tenant) throw new Error('createToken makes the tenant');
  return new Client({ server, store: target.store, tenant, token, base });
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The life of a user, its address at every step. */
async function expectWorks(client: Client, base: string): Promise<void> {
  const user = await client.user('lin');
  const location = `${base}/Users/${user.id}`;
  expect(user.meta.location).toBe(location);
  const shown = await client.read(`/Users/${user.id}`);
  expect(shown).toEqual(user);
  expect(
    (await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'x' })).body.meta.location,
  ).toBe(location);
  expectList(await client.get('/Users'), 1);
  expectError(await client.get('/Nothing'), 404);
  expectError(await client.post('/Users', '{'), 400, 'invalidSyntax');
  expect((await client.delete(`/Users/${user.id}`)).status).toBe(204);
}

describe('a mounted router', () => {
  test.each(['', '/scim/v2', '/scim', '/a/deep/path-with.dots'])('works at %j', async (path) => {
    const target = await memoryTarget();
    const app = express();
    app.use(path === '' ? '/' : path, target.scimRouter);
    const server = await listen(app);
    await expectWorks(await clientOf(target, server, path), originOf(server) + path);
  });

  test('works behind a prefix, in a router of a router, with a trailing slash', async () => {
    const target = await memoryTarget();
    const inner = express.Router().use('/scim/v2/', target.scimRouter);
    const server = await listen(express().use('/api', express.Router().use('/v1', inner)));
    await expectWorks(await clientOf(target, server, '/api/v1/scim/v2'), `${originOf(server)}/api/v1/scim/v2`);
  });

  test('at two paths at once, each answers with its own addresses', async () => {
    const target = await memoryTarget();
    const server = await listen(express().use('/one', target.scimRouter).use('/two', target.scimRouter));
    const client = await clientOf(target, server, '/one');
    const { id } = await client.user('lin');
    for (const base of ['/one', '/two']) {
      expect((await client.at(base).read(`/Users/${id}`)).meta.location).toBe(`${originOf(server)}${base}/Users/${id}`);
    }
  });

  test('takes the scheme that a trusted proxy names', async () => {
    const target = await memoryTarget();
    const app = express().use('/scim/v2', target.scimRouter);
    const server = await listen(app);
    const client = await clientOf(target, server, '/scim/v2');
    const { id } = await client.user('lin');
    const locationFor = async (): Promise<string> =>
      (await client.get(`/Users/${id}`, {}, { 'X-Forwarded-Proto': 'https', Host: 'scim.example.com' })).headers
        .location as string;
    expect(await locationFor()).toMatch(/^http:\/\/scim\.example\.com\//);
    app.set('trust proxy', true);
    expect(await locationFor()).toMatch(/^https:\/\/scim\.example\.com\//);
  });

  test('a publicUrl with a slash at its end makes no double slash', async () => {
    const target = await memoryTarget({ publicUrl: 'https://scim.example.com/' });
    const server = await listen(express().use('/scim/v2', target.scimRouter));
    const user = await (await clientOf(target, server, '/scim/v2')).user('lin');
    expect(user.meta.location).toBe(`https://scim.example.com/scim/v2/Users/${user.id}`);
  });
});

/** A body parser of the app's. */
type Parser = ReturnType<typeof express.json>;

describe('in a larger app', () => {
  interface App {
    server: Server;
    target: ScimTarget;
    client: Client;
    /** What reached the app's own error handler. */
    caught: unknown[];
  }

  async function largerApp(parsers: Parser[]): Promise<App> {
    const target = await memoryTarget();
    const caught: unknown[] = [];
    const app = express();
    for (const parser of parsers) app.use(parser);
    app.get('/', (_request, response) => void response.send('home'));
    app.use('/scim/v2', target.scimRouter);
    app.post('/orders', (incoming, response) => void response.json({ order: incoming.body }));
    app.get('/fails', () => {
      throw new Error('of the app');
    });
    const ownHandler: ErrorRequestHandler = (error, _request, response, _next) => {
      caught.push(error);
      response.status(418).send('own handler');
    };
    app.use(ownHandler);
    const server = await listen(app);
    return { server, target, client: await clientOf(target, server, '/scim/v2'), caught };
  }

  const PARSERS: [string, Parser[]][] = [
    ['no parser', []],
    ['express.json()', [express.json()]],
    ['express.json() for SCIM as well', [express.json({ type: ['application/json', 'application/scim+json'] })]],
    ['express.raw() for everything', [express.raw({ type: () => true })]],
    ['express.text() for everything', [express.text({ type: () => true })]],
    ['json and urlencoded', [express.json(), express.urlencoded({ extended: true })]],
  ];

  describe.each(PARSERS)('with %s before it', (title, parsers) => {
    test.each(['application/scim+json', 'application/json', 'application/json; charset=utf-8'])(
      '%s bodies are read',
      async (type) => {
        const { client, caught } = await largerApp(parsers);
        const body = { schemas: [URN.user], userName: 'lin', name: { givenName: 'Lin' } };
        const created = await client.post('/Users', body, { 'Content-Type': type });
        expect(created.status, created.text).toBe(201);
        const patch = { schemas: [URN.patch], Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
        const patched = await client.send('patch', `/Users/${created.body.id}`, patch, { 'Content-Type': type });
        expect(patched.body).toMatchObject({ title: 'x', name: { givenName: 'Lin' } });
        const Operations = [{ method: 'DELETE', path: `/Users/${created.body.id}` }];
        const bulk = await client.post('/Bulk', { schemas: [URN.bulk], Operations }, { 'Content-Type': type });
        expect(bulk.body.Operations).toMatchObject([{ status: '204' }]);
        expect(caught).toEqual([]);
      },
    );

    test("SCIM's errors are SCIM's, and do not reach the app's error handler", async () => {
      const { client, caught } = await largerApp(parsers);
      expectError(await client.post('/Users', { schemas: [URN.user] }), 400, 'invalidValue');
      expectError(await client.post('/Users', '[]'), 400, 'invalidSyntax');
      expectError(await client.post('/Users', 'x', { 'Content-Type': 'text/plain' }), 415);
      expectError(await client.get('/Users/none'), 404);
      expectError(await client.get('/Nothing/at/all'), 404);
      expectError(await client.get('/Users', {}, { Authorization: '' }), 401);
      expect(caught, title).toEqual([]);
    });

    test("the app's own routes and errors are the app's", async () => {
      const { server, caught } = await largerApp(parsers);
      expect((await request(server).get('/')).text).toBe('home');
      expect((await request(server).post('/orders').send({ a: 1 })).status).toBe(200);
      const failed = await request(server).get('/fails');
      expect([failed.status, failed.text]).toEqual([418, 'own handler']);
      expect(caught).toHaveLength(1);
    });
  });

  test("a bulk request that the app's parser has read is not larger than others may be", async () => {
    const { client } = await largerApp([express.json({ type: () => true, limit: '5mb' })]);
    const Operations = [{ method: 'POST', path: '/Users', bulkId: 'x'.repeat(1_048_576) }];
    expectError(await client.post('/Bulk', { schemas: [URN.bulk], Operations }), 413);
  });

  test("a prototype key that the app's parser let through is refused as well", async () => {
    const { client } = await largerApp([express.json({ type: () => true })]);
    expectError(await client.post('/Users', '{"userName":"x","__proto__":{"a":1}}'), 400, 'invalidSyntax');
  });
});

describe('two targets in one process', () => {
  test('have their own stores, tokens and limits', async () => {
    const [one, two] = [await memoryTarget(), await memoryTarget({ pageSize: 1 })];
    const server = await listen(express().use('/one', one.scimRouter).use('/two', two.scimRouter));
    const [first, second] = [await clientOf(one, server, '/one'), await clientOf(two, server, '/two')];
    for (const name of ['lin', 'bo']) {
      await first.user(name);
      await second.user(name);
    }
    expect(expectList(await first.get('/Users'), 2)).toHaveLength(2);
    expect(expectList(await second.get('/Users'), 2)).toHaveLength(1);
    expectError(await first.at('/two').get('/Users'), 401);
    expectError(await second.at('/one').get('/Users'), 401);
    await first.delete(`/Users/${expectList(await first.get('/Users'), 2)[0].id}`);
    expectList(await second.get('/Users'), 2);
  });

  test('can share a store that the app opened; closing a target leaves that store open', async () => {
    const store = await openStore('memory:');
    const [one, two] = [await createScimTarget({ store }), await memoryTarget({ store })];
    const server = await listen(express().use('/one', one.scimRouter).use('/two', two.scimRouter));
    const client = await clientOf(one, server, '/one');
    const { id } = await client.user('lin');
    await one.close();
    expect((await client.at('/two').read(`/Users/${id}`)).userName).toBe('lin');
    await store.close();
  });
});

onEachStore('an app with a store on disk or in memory', (suite) => {
  test('makes a tenant once for all who ask for tokens of it at the same time', async () => {
    const target = await createScimTarget({ store: 'memory:' });
    const names = ['one', 'two', 'three'];
    const tokens = await Promise.all(names.map((name) => target.createToken({ tenant: 'acme', name })));
    expect(new Set(tokens).size).toBe(3);
    expect(await target.store.tenants()).toHaveLength(1);
    await target.close();
  });

  test('has its tenants and tokens from createTenant and createToken', async () => {
    const { target } = suite;
    await target.createTenant({ name: 'known', profile: 'okta' });
    await expect(target.createTenant({ name: 'known' })).rejects.toThrow(/there is a tenant named known/);
    await expect(target.createTenant({ name: 'Not Valid' })).rejects.toThrow(/cannot name a tenant/);
    const client = await clientOf(target, suite.server, '/scim/v2', 'made-by-token');
    expect(client.tenant.profile).toBe('entra');
    expectList(await client.get('/Users'), 0);
  });
});
