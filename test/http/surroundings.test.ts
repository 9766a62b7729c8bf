/** The router among what other people's apps have around it, in Express 4 and in Express 5. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import express5 from 'express';
import express4 from 'express4';
import request from 'supertest';
import { afterEach, describe, expect, test } from 'vitest';
import { issueCredential } from '../../src/access/credentials.js';
import { ALL_SCOPES } from '../../src/access/principal.js';
import { createScimTarget, type ScimTarget, type TargetOptions } from '../../src/index.js';
import { adminOf } from '../support/admin-client.js';
import { Client, expectError, expectList, URN } from '../support/client.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe.each([
  ['Express 4', express4],
  ['Express 5', express5],
])('in %s', (_title, express) => {
  interface Mounted {
    target: ScimTarget;
    client: Client;
    server: Server;
    /** What reached the app's own error handler. */
    caught: unknown[];
  }

  /** @param furnish puts into the app what stands before the router */
  async function mounted(
    furnish: (app: Express) => void,
    {
      path = '/scim/v2',
      options = {},
      mount,
    }: { path?: string; options?: TargetOptions; mount?: (app: Express, router: RequestHandler) => void } = {},
  ): Promise<Mounted> {
    const target = await createScimTarget({ store: 'memory:', ...options });
    closing.push(() => target.close());
    const caught: unknown[] = [];
    const app = express();
    furnish(app);
    if (mount) mount(app, target.scimRouter);
    else app.use(path, target.scimRouter);
    app.use('/oauth', target.oauthRouter);
    app.use('/.well-known/oauth-authorization-server', target.oauthMetadata);
    app.use('/events', target.eventsRouter);
    app.use('/admin', target.adminRouter);
    const own: ErrorRequestHandler = (error, _request, response, _next) => {
      caught.push(error);
      response.status(418).send('own handler');
    };
    app.use(own);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const token = await target.createToken({ tenant: 'acme', name: 'test' });
    const tenant = await target.store.tenantByName('acme');
    if (!tenant) throw new Error('createToken makes the tenant');
    return { client: new Client({ server, store: target.store, tenant, token, base: path }), target, server, caught };
  }

  /** A user's life, a group's, a bulk request and each kind of refusal, all with SCIM's own answers. */
  async function expectWhole({ client, caught }: Mounted): Promise<void> {
    const user = await client.user('lin', { title: 'Clerk' });
    expect(await client.read(`/Users/${user.id}`)).toEqual(user);
    expect(user.meta.location).toMatch(new RegExp(`${client.base}/Users/${user.id}$`));
    const patched = await client.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: 'Chief' });
    expect(patched.body.title).toBe('Chief');
    expect((await client.put(`/Users/${user.id}`, { schemas: [URN.user], userName: 'lin' })).status).toBe(200);
    expectList(await client.get('/Users', { filter: 'userName eq "lin" or title pr', count: 5 }), 1);
    const etag = patched.headers.etag as string;
    expectError(await client.delete(`/Users/${user.id}`, { 'If-Match': etag }), 412);
    const group = await client.group('Staff', [user.id]);
    expect(await client.members(group.id)).toEqual([user.id]);
    const Operations = [{ method: 'DELETE', path: `/Groups/${group.id}` }];
    const bulk = await client.post('/Bulk', { schemas: [URN.bulk], Operations });
    expect(bulk.body.Operations).toMatchObject([{ status: '204' }]);
    const current = await client.get(`/Users/${user.id}`);
    const unchanged = await client.get(`/Users/${user.id}`, {}, { 'If-None-Match': current.headers.etag as string });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
    expectError(await client.post('/Users', { schemas: [URN.user] }), 400, 'invalidValue');
    expectError(await client.post('/Users', 'x', { 'Content-Type': 'text/plain' }), 415);
    expectError(await client.get('/Nothing'), 404);
    expectError(await client.get('/Users', {}, { Authorization: '' }), 401);
    expectError(await client.post('/ServiceProviderConfig', {}), 405);
    expect((await client.delete(`/Users/${user.id}`)).status).toBe(204);
    expect(caught).toEqual([]);
  }

  describe('a router works', () => {
    test.each(['/', '/scim/v2', '/a/deep/path-with.dots'])('at %j', async (path) => {
      await expectWhole(
        await mounted(() => {}, { path: path === '/' ? '' : path, mount: (app, router) => app.use(path, router) }),
      );
    });

    test('in a router of a router, and in a sub-app behind a proxy that its parent trusts', async () => {
      const mount = (app: Express, router: RequestHandler): void => {
        app.set('trust proxy', true);
        const sub = express();
        sub.use('/scim', express.Router().use('/v2/', router));
        app.use('/api', sub);
      };
      const whole = await mounted(() => {}, { path: '/api/scim/v2', mount });
      await expectWhole(whole);
      const { id } = await whole.client.user('bo');
      const headers = { 'X-Forwarded-Proto': 'https', Host: 'scim.example.com' };
      const { location } = (await whole.client.get(`/Users/${id}`, {}, headers)).headers;
      expect(location).toBe(`https://scim.example.com/api/scim/v2/Users/${id}`);
    });

    const SETTINGS: [string, unknown][] = [
      ['query parser', false],
      ['query parser', 'extended'],
      ['strict routing', true],
      ['case sensitive routing', true],
      ['etag', 'strong'],
      ['etag', false],
      ['x-powered-by', true],
      ['json spaces', 2],
    ];
    test.each(SETTINGS)('where the app has set %j to %j', async (name, value) => {
      const whole = await mounted((app) => void app.set(name, value));
      await expectWhole(whole);
      expect((await whole.client.get('/USERS/')).status).toBe(200);
      expect((await whole.client.get('/Users')).headers).not.toHaveProperty('x-powered-by');
    });
  });

  describe('among the middlewares of the app', () => {
    /** Reads the whole body and leaves it in this form. */
    const reading = (leave: (bytes: Buffer) => unknown): RequestHandler => {
      return (request, _response, next) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const bytes = Buffer.concat(chunks);
          if (bytes.length > 0) request.body = leave(bytes);
          next();
        });
      };
    };
    const parsed = (bytes: Buffer): unknown => {
      try {
        return JSON.parse(bytes.toString());
      } catch {
        return bytes.toString();
      }
    };
    const everything = { type: () => true };

    /** As older versions of on-headers do it, which compression and express-session stand on: a list has pairs. */
    const onHead = (response: ServerResponse, listen: () => void): void => {
      const write = response.writeHead.bind(response) as (status: number) => ServerResponse;
      const wrapped = (status: number, headers?: unknown): ServerResponse => {
        response.statusCode = status;
        if (Array.isArray(headers))
          for (const [name, value] of headers as string[]) response.setHeader(name as string, value as string);
        else for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value as string);
        listen();
        return write(response.statusCode);
      };
      response.writeHead = wrapped as typeof response.writeHead;
    };

    const withBody: RequestHandler = (request, _response, next) => {
      request.body = {};
      next();
    };

    const session: RequestHandler = (request, response, next) => {
      Object.assign(request, {
        session: { id: 'own' },
        user: { id: 7 },
        sessionID: 'own',
        isAuthenticated: () => true,
      });
      onHead(response, () => response.appendHeader('Set-Cookie', 'sid=own'));
      const end = response.end.bind(response) as (...given: unknown[]) => unknown;
      // A session is saved before the answer is out.
      response.end = ((...given: unknown[]) => {
        setImmediate(() => end(...given));
        return response;
      }) as typeof response.end;
      next();
    };

    const compression: RequestHandler = (_request, response, next) => {
      const chunks: Buffer[] = [];
      const keep = (chunk: unknown): void =>
        void (chunk && typeof chunk !== 'function' && chunks.push(Buffer.from(chunk as string)));
      const end = response.end.bind(response) as (chunk?: Buffer) => unknown;
      onHead(response, () => {
        response.removeHeader('Content-Length');
        if (response.statusCode !== 304 && response.statusCode !== 204) response.setHeader('Content-Encoding', 'gzip');
        response.setHeader('Vary', 'Accept-Encoding');
      });
      response.write = ((chunk: unknown) => {
        keep(chunk);
        return true;
      }) as typeof response.write;
      response.end = ((chunk?: unknown) => {
        keep(chunk);
        if (chunks.length > 0) end(gzipSync(Buffer.concat(chunks)));
        else end();
        return response;
      }) as typeof response.end;
      next();
    };

    const AROUND: [string, RequestHandler[]][] = [
      ['json()', [express.json()]],
      [
        'json() that takes anything',
        [express.json({ ...everything, strict: false, verify: () => {} })].map(unlessNotJson),
      ],
      ['text() that takes anything', [express.text(everything)]],
      ['raw() that takes anything', [express.raw(everything)]],
      [
        'urlencoded(), plain and extended',
        [express.urlencoded({ extended: false }), express.urlencoded({ extended: true })],
      ],
      ['json() and urlencoded()', [express.json(), express.urlencoded({ extended: true })]],
      ['a parser of its own that leaves an object', [reading(parsed)]],
      ['a parser of its own that leaves a text', [reading(String)]],
      ['a parser of its own that leaves bytes', [reading((bytes) => bytes)]],
      ['a body that is there before it is read', [withBody]],
      ['sessions and users', [session]],
      ['compression', [compression]],
      ['all of it', [session, compression, express.json(), express.urlencoded({ extended: true })]],
    ];
    test.each(AROUND)('it works after %s', async (_, before) => {
      await expectWhole(await mounted((app) => void app.use(...(before as [RequestHandler]))));
    });

    const FORMS = [express.json(), express.urlencoded({ extended: true })];
    test.each<[string, RequestHandler[]]>([
      ['nothing', []],
      ['sessions', [session]],
      ['compression and parsers', [compression, ...FORMS]],
    ])('the other routers work after %s', async (_, before) => {
      const { target, server, client } = await mounted(
        (app) => void (before.length > 0 && app.use(...(before as [RequestHandler]))),
      );
      const { tenant } = client;
      const sources = { clock: () => new Date().toISOString(), newId: randomUUID, randomBytes };
      const wanted = {
        tenant,
        kind: 'client',
        name: 'N-able',
        scopes: ALL_SCOPES,
        expires: undefined,
        ...sources,
      } as const;
      const { credential, secret = '' } = await issueCredential(target.store, wanted);
      const form = { grant_type: 'client_credentials', client_id: credential.identifier ?? '', client_secret: secret };
      const issued = await request(server).post('/oauth/token').type('form').send(form);
      expect(issued.status, issued.text).toBe(200);
      await client.user('lin');
      const events = await client
        .withToken(issued.body.access_token as string)
        .at('')
        .get('/events');
      expect(events.body.events).toMatchObject([{ type: 'user.created', resource: { userName: 'lin' } }]);
      expect((await request(server).get('/.well-known/oauth-authorization-server')).body.token_endpoint).toMatch(
        /\/oauth\/token$/,
      );
      expect((await request(server).get('/oauth/nothing')).status).toBe(404);
      const { client: admin } = await adminOf({ target, server });
      expect((await admin.get('/tenants')).body.items).toMatchObject([{ name: 'acme' }]);
      const own = { Origin: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
      expect((await admin.post('/tenants', { name: 'globex', profile: 'okta' }, own)).status).toBe(201);
      const foreign = { Origin: 'http://127.0.0.1:1' };
      expect((await admin.post('/tenants', { name: 'initech' }, foreign)).status).toBe(403);
      expect((await admin.get('/nothing')).headers['content-type']).toMatch(/^application\/problem\+json/);
    });

    test('compression and sessions get the headers as they are', async () => {
      const { client } = await mounted((app) => void app.use(session, compression));
      await client.user('lin');
      const { headers, text } = await client.get('/Users');
      expect(headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-type': expect.stringContaining('application/scim+json'),
        'x-content-type-options': 'nosniff',
        'set-cookie': ['sid=own'],
        'x-request-id': expect.any(String),
      });
      expect(JSON.parse(text).totalResults).toBe(1);
      expect(Object.keys(headers).filter((name) => name.length < 3)).toEqual([]);
    });

    test('a large group is whole behind compression', async () => {
      const { client } = await mounted((app) => void app.use(compression));
      const ids: string[] = [];
      for (let i = 0; i < 25; i++) {
        const Operations = Array.from({ length: 100 }, (_, j) => ({
          method: 'POST',
          path: '/Users',
          bulkId: `${i}-${j}`,
          data: { schemas: [URN.user], userName: `u${i}-${j}` },
        }));
        const { body } = await client.post('/Bulk', { schemas: [URN.bulk], Operations });
        for (const { location } of body.Operations) ids.push(location.slice(location.lastIndexOf('/') + 1));
      }
      const { id } = await client.group('All', ids);
      expect(await client.members(id)).toEqual(ids.sort());
      const unread = (await client.get(`/Groups/${id}`)).headers['content-encoding'];
      expect(unread).toBe('gzip');
    });

    test('a body that somebody has read and not kept is missing, and nothing waits for it', async () => {
      const { client, caught } = await mounted((app) => void app.use(reading(() => undefined)));
      expectError(await client.post('/Users', { schemas: [URN.user], userName: 'x' }), 400, 'invalidSyntax');
      expect(caught).toEqual([]);
    });

    test('an error of a middleware before it is the app’s to answer', async () => {
      const { client, caught } = await mounted(
        (app) => void app.use((_request, _response, next) => next(new Error('own'))),
      );
      const answer = await client.get('/Users');
      expect([answer.status, answer.text, caught.length]).toEqual([418, 'own handler', 1]);
    });

    test('a client that goes away in the middle of its body harms nobody', async () => {
      const whole = await mounted((app) => void app.use(session, express.json()));
      const { port } = whole.server.address() as { port: number };
      const socket = connect(port, '127.0.0.1');
      const head = [
        `POST ${whole.client.base}/Users HTTP/1.1`,
        'Host: x',
        `Authorization: Bearer ${whole.client.token}`,
        'Content-Type: application/scim+json',
        'Content-Length: 1000',
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n{"schemas":`, () => socket.destroy());
      await once(socket, 'close');
      await expectWhole(whole);
    });
  });
});

/** A parser that takes anything answers by itself what is no JSON; the app means it for JSON. */
function unlessNotJson(parse: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (/json/.test(request.headers['content-type'] ?? '')) parse(request, response, next);
    else next();
  };
}
