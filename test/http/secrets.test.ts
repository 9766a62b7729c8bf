/**
 * Nothing secret is written anywhere: marked secrets are sent in every place that takes one, or that somebody might put
 * one into, and then everything that was written is searched, down to the bytes of the database.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type {
  ActivityList,
  IssuedAdminToken,
  IssuedCredential,
  IssuedInvitation,
  IssuedReceiver,
  NewCredential,
} from '../../src/http/admin/messages.js';
import { AdminClient, adminOf } from '../support/admin-client.js';
import { type Client, URN } from '../support/client.js';
import { HookServer } from '../support/hook-server.js';
import { TestIssuer } from '../support/issuer.js';
import { Planted } from '../support/planted.js';
import { Suite } from '../support/target.js';

const planted = new Planted();
const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-secrets-'));
const issuer = await TestIssuer.start();
issuer.client.secret = planted.plant('the client secret of single sign-on');
const hooks = await HookServer.start();
const suite = new Suite('sqlite:', {
  webhookPrivate: 'allow',
  store: `sqlite:${path.join(folder, 'scim.db')}`,
  issuerHosts: new URL(issuer.origin).hostname,
  issuerPrivate: 'allow',
  ssoIssuer: issuer.issuer,
  ssoClientId: issuer.client.id,
  ssoClientSecret: issuer.client.secret,
});
const names = { tenant: '', visible: 'visible-as-it-should-be' };
let scim: Client;
let owner: AdminClient;
/** Every answer that refuses, and every one to a SCIM request. */
const answers: string[] = [];

beforeAll(async () => {
  await suite.start();
  scim = await suite.tenant();
  names.tenant = scim.tenant.name;
  planted.know('the token of an app', scim.token);
  owner = (await adminOf(suite)).client;
  await plantInAccounts();
  await plantInCredentials();
  await plantInReceivers();
  await plantInTokenEndpoint();
  await plantInHeadersAndAddresses();
  await plantInResources();
  await plantInSingleSignOn();
  await suite.target.flush();
});
afterAll(async () => {
  await suite.stop();
  await hooks.stop();
  await issuer.stop();
  rmSync(folder, { recursive: true, force: true });
});

function take(response: Response, status: number): Response {
  expect(response.status, response.text).toBe(status);
  answers.push(`${JSON.stringify(response.headers)}\n${response.text}`);
  return response;
}

/** Invitation, set-up, sign-in, password change, password link, sessions, CSRF, admin tokens. */
async function plantInAccounts(): Promise<void> {
  const email = 'mary@example.com';
  const wanted = { email, role: 'operator', tenant: null };
  const { link } = (await owner.post('/invitations', wanted)).body as IssuedInvitation;
  const token = planted.know('an invitation', link.split('#')[1]);
  const browser = new AdminClient(suite.server);
  const person = { token, email, name: 'Mary' };
  take(await browser.post('/invitation/look', { token: planted.plant('a made-up invitation') }), 404);
  take(
    await browser.post('/invitation/accept', { ...person, password: planted.plant('a long password').repeat(90) }),
    400,
  );
  take(await browser.post('/invitation/accept', { ...person, secret: planted.plant('an unknown field') }), 400);
  const password = planted.plant('a password at set-up');
  expect((await browser.post('/invitation/accept', { ...person, password })).status).toBe(200);
  take(await browser.post('/session', { email, password: planted.plant('a wrong password at sign-in') }), 401);
  take(await browser.post('/session', { email: planted.plant('an email that is a password'), password }), 401);
  take(await browser.post('/session', { email, password: [planted.plant('a list of passwords')] }), 400);
  const broken = `{"email":"${email}","password":"${planted.plant('a password in broken JSON')}`;
  take(await request(suite.server).post('/admin/api/session').type('json').send(broken), 400);
  const session = await browser.signIn(email, password);
  planted.know('a CSRF token', session.csrf);
  planted.know('a session', browser.cookie?.split('=')[1]);
  const headers = { 'X-CSRF-Token': planted.plant('a made-up CSRF token') };
  take(await browser.patch('/account', { name: 'Mary Q' }, headers), 403);
  const change = { current: planted.plant('a wrong present password'), next: planted.plant('a next password') };
  take(await browser.patch('/account', { password: change }), 400);
  const next = planted.plant('a new password');
  expect((await browser.patch('/account', { password: { current: password, next } })).status).toBe(200);
  const reset = (await owner.post(`/admins/${session.admin.id}/password-link`)).body as IssuedInvitation;
  planted.know('a password link', reset.link.split('#')[1]);
  const made = await owner.post('/tokens', { name: 'a script', role: 'viewer', tenant: null, expires: null });
  const script = new AdminClient(suite.server);
  script.token = planted.know('an admin token', (made.body as IssuedAdminToken).secret);
  expect((await script.get('/tenants')).status).toBe(200);
  script.token = planted.plant('a made-up admin token');
  take(await script.get('/tenants'), 401);
  const cookie = `scim-admin=${planted.plant('a made-up session')}`;
  take(await new AdminClient(suite.server).get('/session', { Cookie: cookie }), 401);
}

async function issue(wanted: Partial<NewCredential>): Promise<IssuedCredential> {
  const issued = await owner.issue(names.tenant, wanted);
  if (issued.secret) planted.know(`a ${wanted.kind}`, issued.secret);
  return issued;
}

/** Each kind, used, and rotated. */
async function plantInCredentials(): Promise<void> {
  expect((await owner.patch(`/tenants/${names.tenant}`, { allowsBasic: true })).status).toBe(200);
  const { credential, secret } = await issue({ kind: 'basic', name: 'NetSuite' });
  const right = planted.basic('a password of Basic', credential.identifier ?? '', secret ?? '');
  take(await asking({ Authorization: right }), 200);
  for (const userName of [credential.identifier ?? '', 'nobody', planted.plant('a password as a user name')]) {
    take(await asking({ Authorization: planted.basic(`a wrong password of ${userName}`, userName) }), 401);
  }
  for (const kind of ['token', 'client', 'basic'] as const) {
    const { credential: issued } = await issue({ kind });
    const path = `/tenants/${names.tenant}/credentials/${issued.id}/rotate`;
    const rotated = (await owner.post(path, { overlapHours: 1 })).body as IssuedCredential;
    planted.know(`a rotated ${kind}`, rotated.secret);
  }
}

/** Webhooks and push receivers: made, changed, given a new secret, refused; told of all that follows. */
async function plantInReceivers(): Promise<void> {
  const path = `/tenants/${names.tenant}/receivers`;
  const wanted = { name: 'App', url: `${hooks.origin}/hook`, events: null, from: 'now' };
  const webhook = (await owner.post(path, { ...wanted, kind: 'webhook' })).body as IssuedReceiver;
  planted.know('the secret of a webhook', webhook.secret);
  const again = (await owner.post(`${path}/${webhook.receiver.id}/rotate`, { overlapHours: 1 })).body as IssuedReceiver;
  planted.know('a rotated secret of a webhook', again.secret);
  const authorization = `Bearer ${planted.plant('the header of a push receiver')}`;
  const push = { ...wanted, kind: 'push', url: `${hooks.origin}/push`, audience: 'https://app.example.com' };
  const { receiver } = take(await owner.post(path, { ...push, authorization }), 201).body as IssuedReceiver;
  const changed = { authorization: `Bearer ${planted.plant('another header of a push receiver')}` };
  take(await owner.patch(`${path}/${receiver.id}`, changed), 200);
  take(await owner.post(`${path}/${receiver.id}/test`), 200);
  const broken = { ...push, authorization: `${planted.plant('a header of two lines')}\r\nX: y` };
  take(await owner.post(path, broken), 400);
  const atWebhook = { ...wanted, kind: 'webhook', authorization: planted.plant('a header of a webhook') };
  take(await owner.post(path, atWebhook), 400);
  const inAddress = { ...wanted, kind: 'webhook', url: `https://a:${planted.plant('in an address')}@app.example.com/` };
  take(await owner.post(path, inAddress), 400);
  hooks.answering = ({ headers }, response) => {
    // What a receiver answers is its own, and some answer with what they were sent.
    response.writeHead(hooks.posted.length % 5 === 0 ? 500 : 200).end(JSON.stringify(headers));
    return undefined;
  };
}

/** The token endpoint and its neighbours: secrets that are right and wrong, in the header, the body, and elsewhere. */
async function plantInTokenEndpoint(): Promise<void> {
  const { credential, secret } = await issue({ kind: 'client', name: 'N-able' });
  const id = credential.identifier ?? '';
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret ?? '' };
  const post = (body: object | string, headers = {}, endpoint = 'token') =>
    request(suite.server).post(`/oauth/${endpoint}`).type('form').set(headers).send(body);
  const granted = await post(form);
  const token = planted.know('an access token', granted.body.access_token as string);
  take(await asking({ Authorization: `Bearer ${token}` }), 200);
  take(await post({ ...form, client_secret: planted.plant('a wrong client secret') }), 401);
  take(await post({ ...form, client_id: planted.plant('a secret as a client id') }), 401);
  take(await post({ ...form, grant_type: planted.plant('a secret as a grant type') }), 400);
  take(await post({ ...form, scope: planted.plant('a secret as a scope') }), 400);
  const header = planted.basic('a wrong client secret in the header', id);
  take(await post({ grant_type: 'client_credentials' }, { Authorization: header }), 401);
  take(
    await post(`{"client_secret":"${planted.plant('a client secret in JSON')}`, { 'Content-Type': 'text/json' }),
    400,
  );
  const assertion = await issuer.issue({ aud: 'api://nobody', sub: 'x' });
  planted.know('an assertion', assertion);
  planted.know('the signature of an assertion', assertion.split('.')[2]);
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  const asserted = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion };
  take(await post(asserted), 401);
  take(await asking({ Authorization: `Bearer ${assertion}` }), 401);
  const own = { client_id: id, client_secret: secret ?? '' };
  for (const endpoint of ['introspect', 'revoke']) {
    take(await post({ ...own, token: planted.plant(`a token to ${endpoint}`) }, {}, endpoint), 200);
    take(
      await post({ token, client_id: id, client_secret: planted.plant(`a secret to ${endpoint}`) }, {}, endpoint),
      401,
    );
  }
}

function asking(headers: Readonly<Record<string, string>>, address = '/Users') {
  return request(suite.server).get(`/tenants/${names.tenant}/scim/v2${address}`).set(headers);
}

/** Schemes, queries, headers that mean nothing here, paths, and bodies that cannot be read. */
async function plantInHeadersAndAddresses(): Promise<void> {
  const bearer = { Authorization: `Bearer ${scim.token}` };
  for (const scheme of ['Bearer', 'Basic', 'Digest', 'Token', 'SSWS', '', 'Bearer a']) {
    take(await asking({ Authorization: `${scheme} ${planted.plant(`in the scheme ${scheme}`)}`.trim() }), 401);
  }
  const pretended = `scimt_${planted.plant('in a token').replace(/[^a-z0-9]/g, '')}`;
  take(await asking({ Authorization: `Bearer ${planted.know('a token that looks like ours', pretended)}` }), 401);
  take(await asking(bearer, `/Users?access_token=${scim.token}`), 401);
  take(
    await asking(bearer, `/Users?filter=${encodeURIComponent(`userName eq "${planted.plant('in a filter')}"`)}`),
    200,
  );
  const digits = planted.know('the digits of a token, escaped in an address', scim.token.slice('scimt_'.length));
  for (const escaped of [`scimt%5F${digits}`, `%73cim%74_${digits}`, `scimt_${digits.replaceAll('a', '%61')}`]) {
    take(await asking(bearer, `/Users/${escaped}`), 404);
    take(await request(suite.server).get(`/nothing/${escaped}`), 404);
    take(await request(suite.server).get(`/admin/api/${escaped}`), 404);
  }
  const jwt = planted.know('a JWT in an address', await issuer.issue({ aud: 'scim', sub: 'entra' }));
  take(await asking(bearer, `/Users/${jwt}`), 404);
  take(await asking(bearer, `/Users?api_key=${planted.plant('in a query')}`), 200);
  take(await asking(bearer, `/Users?cursor=${planted.plant('as a cursor')}`), 400);
  take(await asking({ ...bearer, 'User-Agent': `curl -H Authorization:${scim.token}` }), 200);
  const odd = [
    'X-Api-Key',
    'X-Auth-Token',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Request-Id',
    'Cookie',
    'Referer',
  ];
  for (const name of odd) take(await asking({ ...bearer, [name]: planted.plant(`in ${name}`) }), 200);
  take(
    await asking(bearer, `/Users/${planted.know('a token in the path', (await issue({ kind: 'token' })).secret)}`),
    404,
  );
  const broken = `{"userName":"lin","password":"${planted.plant('in broken JSON')}`;
  for (const response of [await scim.post('/Users', broken), await scim.post('/Bulk', broken)]) take(response, 400);
  take(await scim.post('/Users', [planted.plant('in a list')]), 400);
}

/** The one attribute that is a secret, in every way that it can be written. */
async function plantInResources(): Promise<void> {
  const user = (what: string) => ({
    schemas: [URN.user],
    userName: `${what}@example.com`,
    password: planted.plant(what),
  });
  const made = take(await scim.post('/Users', { ...user('in-POST'), displayName: names.visible }), 201);
  const address = `/Users/${made.body.id}`;
  take(await scim.put(address, user('in-PUT')), 200);
  for (const op of ['add', 'replace', 'Replace']) {
    take(await scim.patch(address, { op, path: 'password', value: planted.plant(`in ${op} with a path`) }), 200);
    take(await scim.patch(address, { op, value: { password: planted.plant(`in ${op} without one`) } }), 200);
  }
  take(
    await scim.patch(address, {
      op: 'add',
      path: 'password',
      value: { secret: planted.plant('an object as a password') },
    }),
    400,
  );
  const filter = `password eq "${planted.plant('a password in a filter')}"`;
  take(await scim.get('/Users', { filter }), 400);
  take(await scim.post('/Users', { ...user('refused'), userName: 'in-PUT@example.com' }), 409);
  const operations = [
    { method: 'POST', path: '/Users', bulkId: 'a', data: user('in-bulk') },
    { method: 'PUT', path: address, data: user('in-bulk-PUT') },
    {
      method: 'PATCH',
      path: address,
      data: { Operations: [{ op: 'add', value: { password: planted.plant('in bulk PATCH') } }] },
    },
    {
      method: 'POST',
      path: '/Users',
      bulkId: 'b',
      data: { ...user('refused-in-bulk'), userName: 'in-bulk@example.com' },
    },
  ];
  take(await scim.post('/Bulk', { schemas: [URN.bulk], Operations: operations }), 200);
}

/** There and back; the code and the state are secrets on the way. */
async function plantInSingleSignOn(): Promise<void> {
  const start = await new AdminClient(suite.server).get('/sso/start');
  const atProvider = new URL(start.headers.location as string);
  planted.know('the state of a sign-in', atProvider.searchParams.get('state'));
  const jar = (start.headers['set-cookie'] as unknown as string[]).map((cookie) => cookie.split(';')[0]);
  for (const cookie of jar) planted.know('the cookie of a sign-in', cookie?.split(/=(.*)/)[1]);
  const back = new URL((await fetch(atProvider, { redirect: 'manual' })).headers.get('location') as string);
  planted.know('the code of a sign-in', back.searchParams.get('code'));
  const answer = await request(suite.server)
    .get(back.pathname + back.search)
    .set('Cookie', jar.join('; '));
  take(answer, answer.status);
  expect(answer.status).toBeLessThan(400);
}

async function allOf(path: string): Promise<string> {
  const response = await owner.get(path);
  expect(response.status, response.text).toBe(200);
  return response.text;
}

/** Where things are written, and how to read all of it. */
const PLACES: Readonly<Record<string, () => Promise<string | Buffer>>> = {
  'the log': async () => suite.logText,
  'an answer that refuses, or one to a SCIM request': async () => answers.join('\n'),
  'the activity of the tenant': () => allOf(`/tenants/${names.tenant}/activity?limit=200`),
  'the activity of nobody': () => allOf('/activity?limit=200'),
  'details of the activity': async () => {
    const { items } = JSON.parse(await allOf(`/tenants/${names.tenant}/activity?limit=200`)) as ActivityList;
    const details = items.map(({ requestId }) => allOf(`/tenants/${names.tenant}/activity/${requestId}`));
    return (await Promise.all(details)).join('\n');
  },
  'the export as CSV': () => allOf(`/tenants/${names.tenant}/activity/export?format=csv`),
  'the export as JSON lines': () => allOf(`/tenants/${names.tenant}/activity/export?format=jsonl`),
  'the audit': () => allOf('/audit?limit=200'),
  'the history and the resources': async () => {
    const { items } = JSON.parse(await allOf(`/tenants/${names.tenant}/resources/User`)) as { items: { id: string }[] };
    const addresses = items.flatMap(({ id }) => ['', '/history'].map((end) => `/resources/User/${id}${end}`));
    return (await Promise.all(addresses.map((address) => allOf(`/tenants/${names.tenant}${address}`)))).join('\n');
  },
  'the lists of the admin page': async () => {
    const lists = ['/credentials', '/connection'].map((path) => `/tenants/${names.tenant}${path}`);
    const receivers = `/tenants/${names.tenant}/receivers`;
    const all = [receivers, ...lists, '/admins', '/invitations', '/tokens', '/settings', '/config', '/tenants'];
    return (await Promise.all(all.map(allOf))).join('\n');
  },
  'what receivers are sent, but for the header that is theirs': async () => {
    await vi.waitFor(() => expect(hooks.posted.length).toBeGreaterThan(3), 5_000);
    return hooks.posted
      .map(({ headers, body }) => JSON.stringify([{ ...headers, authorization: '' }, body]))
      .join('\n');
  },
  'the feed of events': async () => {
    const reader = await suite.client(names.tenant, ['events:read']);
    return (await reader.at('/events').get('', { limit: 1_000 })).text;
  },
  'the files of the store': async () =>
    Buffer.concat(readdirSync(folder).map((name) => readFileSync(path.join(folder, name)))),
};

describe.each(Object.entries(PLACES))('%s', (_, read) => {
  test('has none of the secrets in it', async () => {
    const written = await read();
    expect(written.length).toBeGreaterThan(100);
    expect(planted.in(written)).toEqual([]);
  });
});

test('what is searched for would be found', async () => {
  expect(planted.count).toBeGreaterThan(80);
  const visible = new Planted();
  visible.know('a display name', names.visible);
  for (const place of ['the files of the store', 'the history and the resources', 'details of the activity']) {
    expect(visible.in((await PLACES[place]?.()) ?? ''), place).toEqual(['a display name']);
  }
  expect(visible.in(`Basic ${Buffer.from(`user:${names.visible}`).toString('base64')}`)).toEqual([]);
  expect(visible.in(Buffer.from(names.visible).toString('base64'))).toEqual(['a display name']);
});
