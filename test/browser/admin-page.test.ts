/**
 * The admin page as its users meet it, on the built program: from the link that the first start prints to a credential
 * that is revoked. What is copied from the page drives the conformance client, which plays the identity provider.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cli, type Ended, startServer, type TestServer, temporaryStore, until } from '../e2e/server.js';
import { HookReceiver, opened } from '../support/hook-receiver.js';
import { PASSWORD, startBrowser, Visitor } from './admin.js';
import { findChromium } from './chromium.js';

const program = findChromium();
if (program === undefined) console.log('skipped: there is no chromium on this machine (apt-get install -y chromium)');

const EMAIL = 'dana@example.com';
const TENANT = 'acme';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
/** Webhooks go to this machine here. */
const LOCAL = { SCIM_TARGET_WEBHOOK_PRIVATE: 'allow' };

describe.runIf(program !== undefined)('the admin page', { timeout: 90_000 }, () => {
  const temporary = temporaryStore();
  let first: TestServer;
  let second: TestServer;
  let browser: Browser;
  let dana: Visitor;
  let hook: HookReceiver;
  let isBroken = false;
  /** What was copied from the page. */
  const values = { scimUrl: '', token: '', userId: '' };

  beforeAll(async () => {
    first = await startServer({ store: temporary.store, env: LOCAL });
    browser = await startBrowser(program as string);
    dana = await Visitor.arrive(browser, new URL(first.baseUrl).origin);
  });
  // Each step begins where the one before has ended.
  beforeEach((context) => {
    if (isBroken) context.skip('an earlier step failed');
    context.onTestFailed(() => {
      isBroken = true;
    });
  });
  afterAll(async () => {
    await browser?.close();
    await hook?.stop();
    await Promise.all([first, second].map((server) => server?.stop()));
    temporary.remove();
  });

  /** Plays a scenario with the command line, as a process. */
  function conformance(scenario: string, args: readonly string[]): Promise<Ended> {
    return cli(['conformance', '--scenario', scenario, ...args], { folder: temporary.folder });
  }

  /** Chooses in a list whose label is given. */
  async function choose(label: string, option: string): Promise<void> {
    await dana.page.getByRole('button', { name: label }).click();
    await dana.page.getByRole('option', { name: option, exact: true }).click();
  }

  async function connect(provider: RegExp): Promise<void> {
    await dana.go(`/tenants/${TENANT}/connect`);
    await dana.page.getByRole('radio', { name: provider }).check({ force: true });
    await dana.button('Create the credential').click();
    await dana.heading(/^What to enter for /).waitFor();
  }

  /** Statuses of the same request at both processes. */
  async function statuses(token: string): Promise<number[]> {
    const addresses = [first, second].map(({ port }) => {
      const url = new URL(`${values.scimUrl}/Users?count=1`);
      url.port = String(port);
      return url;
    });
    const ask = (url: URL) => fetch(url, { headers: { Authorization: `Bearer ${token}`, Connection: 'close' } });
    return Promise.all(addresses.map((url) => ask(url).then(({ status }) => status)));
  }

  async function scim(method: string, address: string, body: object): Promise<{ id: string }> {
    const headers = { Authorization: `Bearer ${values.token}`, 'Content-Type': 'application/scim+json' };
    const response = await fetch(values.scimUrl + address, { method, headers, body: JSON.stringify(body) });
    expect(response.ok, await response.clone().text()).toBe(true);
    return (await response.json()) as { id: string };
  }

  test('the link that the first start prints makes an owner, by keyboard alone', async () => {
    const link = await until(() => /\S+\/admin\/setup#\S+/.exec(first.printed())?.[0], first.printed);
    await dana.page.goto(link);
    await dana.heading('Set up your account').waitFor();
    expect(dana.page.url()).not.toContain('#');
    expect(await dana.violations()).toEqual([]);
    await dana.fillByKeyboard({ Email: EMAIL, Name: 'Dana Reyes', Password: PASSWORD });
    await dana.heading('Tenants').waitFor();

    const other = await Visitor.arrive(browser, dana.origin);
    await other.page.goto(link);
    await other.heading('This link does not work').waitFor();
    await other.context.close();
    // Another start before there was an owner would have ended the link.
    second = await startServer({ store: temporary.store, env: LOCAL, known: { token: first.token } });
  });

  test('sign out and sign in go by keyboard alone; a wrong password is said, and nothing more', async () => {
    await dana.tabTo('Dana Reyes, Owner: account and sign out');
    await dana.page.keyboard.press('Enter');
    await dana.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await dana.page.keyboard.press('ArrowDown');
    await dana.page.keyboard.press('Enter');
    await dana.heading('Sign in').waitFor();
    await dana.button('Sign in').click();
    await dana.page.getByText('Enter your password').waitFor();
    await dana.fillByKeyboard({ Email: EMAIL, Password: 'not the right one' });
    await dana.page.getByText('The email address or the password is wrong.').waitFor();
    await dana.page.keyboard.type(PASSWORD);
    await dana.page.keyboard.press('Enter');
    await dana.heading('Tenants').waitFor();
  });

  test('a tenant is created by keyboard alone; a wrong name is told at its field', async () => {
    await dana.tabTo('Create tenant');
    await dana.page.keyboard.press('Enter');
    await dana.page.getByRole('dialog', { name: 'Create tenant' }).waitFor();
    await dana.page.keyboard.type('not a name');
    await dana.page.keyboard.press('Enter');
    await dana.page.getByRole('textbox', { name: 'Name' }).and(dana.page.locator('[aria-invalid=true]')).waitFor();
    expect(await dana.violations()).toEqual([]);
    await dana.page.keyboard.press('ControlOrMeta+A');
    await dana.page.keyboard.type(TENANT);
    await dana.page.keyboard.press('Enter');
    await dana.heading('Connect').first().waitFor();
    expect(new URL(dana.page.url()).pathname).toBe(`/admin/tenants/${TENANT}/connect`);
  });

  test('Netskope: what the page shows drives a cycle, and the page shows it arrive', async () => {
    await connect(/^Netskope/);
    values.scimUrl = await dana.copied('Tenant URL');
    values.token = await dana.copied('Secret Token');
    await dana.page.getByText('Waiting for the first request').waitFor();
    const [played] = await Promise.all([
      conformance('netskope', ['--url', values.scimUrl, '--token', values.token]),
      dana.page.getByText('It is connected').waitFor(),
      dana.page.getByRole('list', { name: 'Requests, newest first' }).getByText('Done (200)').first().waitFor(),
    ]);
    expect(played.code, played.out + played.err).toBe(0);
    expect(played.out).toMatch(/ 0 failed/);
    await dana.button('I have copied it').click();
    expect(await dana.page.content()).not.toContain(values.token);
  });

  test('N-able: client credentials, likewise', async () => {
    await connect(/^N-able/);
    const copied = {
      url: await dana.copied('Tenant URL'),
      endpoint: await dana.copied('Token Endpoint'),
      id: await dana.copied('Client Identifier'),
      secret: await dana.copied('Client Secret'),
    };
    const args = ['--url', copied.url, '--token-endpoint', copied.endpoint];
    const [played] = await Promise.all([
      conformance('n-able', [...args, '--client-id', copied.id, '--client-secret', copied.secret]),
      dana.page.getByText('It is connected').waitFor(),
    ]);
    expect(played.code, played.out + played.err).toBe(0);
    expect(played.out).toMatch(/ 0 failed/);
  });

  test('the activity has the cycle; it can be filtered, and a request shows what it changed', async () => {
    const user = {
      schemas: [USER],
      userName: 'lin@example.com',
      title: 'Designer',
    };
    values.userId = (await scim('POST', '/Users', user)).id;
    const operations = [{ op: 'Replace', path: 'title', value: 'Engineer' }];
    const change = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    await scim('PATCH', `/Users/${values.userId}`, change);
    await dana.go(`/tenants/${TENANT}/activity`);
    const rows = dana.page.getByRole('table', { name: 'Requests, newest first' }).getByRole('row');
    await rows.filter({ hasText: 'Get an access token' }).first().waitFor();
    await choose('Method', 'PATCH');
    await choose('Credential', 'Netskope');
    await expect.poll(() => rows.filter({ hasText: 'Get an access token' }).count()).toBe(0);
    await rows.filter({ hasText: 'Change user' }).first().getByRole('link').first().click();
    const changes = dana.page.getByRole('table', { name: 'Changed attributes' });
    await changes.waitFor();
    expect((await changes.getByRole('row').last().innerText()).split(/\s+/)).toEqual(['title', 'Designer', 'Engineer']);
    await dana.page.getByText('Understood beyond the RFC').waitFor();
    expect(await dana.violations()).toEqual([]);
  });

  test('users are found by filter; a mistake is shown at its place; a user has a history', async () => {
    await dana.go(`/tenants/${TENANT}/resources/User`);
    const filter = dana.page.getByLabel('Filter', { exact: true });
    await filter.fill('userName sw "lin" and colour eq "red"');
    await dana.button('Search').click();
    await dana.page.getByText('User has no attribute "colour".').waitFor();
    expect(await dana.page.locator('mark').innerText()).toBe('colour');
    expect(await dana.violations()).toEqual([]);
    await filter.fill('userName sw "lin" and title eq "engineer"');
    await filter.press('Enter');
    await dana.page.getByRole('link', { name: 'lin@example.com' }).click();
    await dana.page.getByRole('tab', { name: 'History' }).click();
    await dana.page.getByText('Changed').first().waitFor();
    await dana.page.getByText('Created').first().waitFor();
    expect(await dana.violations()).toEqual([]);
    await dana.page.getByRole('link', { name: 'the request that did it' }).first().click();
    await dana.heading('The request').waitFor();
  });

  test('a name, however long, leaves room for the other columns', async () => {
    await scim('POST', '/Users', { schemas: [USER], userName: `long-${'x'.repeat(200)}@example.com` });
    await dana.go(`/tenants/${TENANT}/resources/User?filter=${encodeURIComponent('userName sw "long-"')}`);
    const name = dana.page.getByRole('link', { name: /^long-x/ });
    await name.waitFor();
    expect((await name.boundingBox())?.width).toBeLessThan(400);
  });

  test('schemas that are wrong are refused at their line; an example gives the tenant a type', async () => {
    await dana.go(`/tenants/${TENANT}/schemas`);
    const text = dana.page.getByRole('textbox', { name: `The schemas of ${TENANT}, as JSON with comments` });
    await text.fill('{\n  "policy": {\n    "User": { "required": ["colour"] }\n  }\n}\n');
    await dana.button('Save').click();
    await dana.page.getByText('User has no attribute colour').waitFor();
    expect(await dana.violations()).toEqual([]);
    await dana.button('Go to line 3').click();
    const selected = await dana.page.evaluate<string>('getSelection().toString()');
    expect(selected).toBe('    "User": { "required": ["colour"] }');
    await dana.button('Discard changes').click();
    await dana.button('Begin with an example').click();
    await dana.page.getByRole('menuitem', { name: /^A type of resource/ }).click();
    await dana.button('Save').click();
    await dana.page.getByText(`The schemas of ${TENANT} were saved.`).waitFor();
    const list = dana.page.getByRole('navigation').getByRole('link', { name: 'Device', exact: true });
    await list.first().click();
    await dana.heading('Device').first().waitFor();
    await dana.go(`/tenants/${TENANT}/schemas`);
    await dana.button('Remove').click();
    await dana.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await dana.page.getByText(`${TENANT} has the schemas of the server.`).waitFor();
    await list.waitFor({ state: 'detached' });
  });

  test('a webhook that is made in the page is told of a user, with a signature by the secret that is shown', async () => {
    hook = await HookReceiver.start();
    await dana.go(`/tenants/${TENANT}/events`);
    await dana.button('Add a receiver').first().click();
    const dialog = dana.page.getByRole('dialog', { name: 'Add a receiver' });
    await dialog.getByLabel('Name').fill('Shop');
    await dialog.getByLabel('URL').fill('ftp://shop.example.com');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.locator('[aria-invalid=true]').waitFor();
    expect(await dana.violations()).toEqual([]);
    await dialog.getByLabel('URL').fill(hook.url);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    const secret = await dana.copied('Signing secret');
    await dana.button('I have copied it').click();
    expect(await dana.page.content()).not.toContain(secret);
    const { id } = await scim('POST', '/Users', { schemas: [USER], userName: 'told@example.com' });
    const [message] = await hook.first(1);
    expect(opened(message as never, secret)).toMatchObject({ type: 'user.created', data: { resource: { id } } });
    await dana.page.getByRole('link', { name: 'Shop' }).click();
    await dana.page.getByText('Up to date').waitFor();
    expect(await dana.violations()).toEqual([]);
  });

  test('a receiver that is gone is paused and says why; when it is resumed it is told what it has missed', async () => {
    hook.status = 410;
    await dana.button('Send a test').click();
    await dana.page
      .getByText(/\b410\b/)
      .first()
      .waitFor();
    const before = hook.hooks.length;
    await scim('POST', '/Users', { schemas: [USER], userName: 'missed@example.com' });
    await dana.heading('It is paused').or(dana.page.getByText('It is paused')).first().waitFor();
    expect(await dana.violations()).toEqual([]);
    hook.status = 204;
    await dana.button('Resume').click();
    await dana.page.getByText('Up to date').waitFor();
    const told = hook.hooks.slice(before).map(({ body }) => JSON.parse(body).data.resource?.userName);
    expect(told).toContain('missed@example.com');
    await dana.page.getByRole('link', { name: 'Events' }).first().click();
    const latest = dana.page.getByRole('table', { name: 'Latest events' });
    await latest.getByRole('link', { name: 'missed@example.com' }).first().waitFor();
  });

  test('after a rotation the old and the new secret work, at each process; then the new one alone', async () => {
    await dana.go(`/tenants/${TENANT}/credentials`);
    await dana.page.getByRole('link', { name: 'Netskope' }).click();
    await dana.button('Rotate').click();
    await dana.page.getByRole('dialog', { name: /^Rotate / }).waitFor();
    expect(await dana.violations()).toEqual([]);
    await dana.button('Make a new secret').click();
    await dana.page.getByText('This is shown once').waitFor();
    const old = values.token;
    values.token = await dana.copied('Bearer token');
    expect(values.token).not.toBe(old);
    expect(await dana.violations()).toEqual([]);
    await dana.button('I have copied it').click();
    expect([...(await statuses(old)), ...(await statuses(values.token))]).toEqual([200, 200, 200, 200]);
    await dana.button(/^End now/).click();
    await dana.button('End it').click();
    await dana.page.getByText('Ended', { exact: true }).waitFor();
    expect([...(await statuses(old)), ...(await statuses(values.token))]).toEqual([401, 401, 200, 200]);
  });

  test('a revoked credential is refused by the next request, at each process', async () => {
    await dana.button('Revoke').click();
    const dialog = dana.page.getByRole('dialog', { name: /^Revoke / });
    await dialog.getByRole('textbox').fill('Netskope');
    expect(await dana.violations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await dana.page.getByText('was revoked: it is refused from now on').waitFor();
    expect(await statuses(values.token)).toEqual([401, 401]);
    await dana.go(`/tenants/${TENANT}/activity?outcome=refused`);
    const rows = dana.page.getByRole('table', { name: 'Requests, newest first' }).getByRole('row');
    await rows.filter({ hasText: 'Refused (401)' }).first().getByRole('link').first().click();
    await dana.page.getByText('The token has been revoked.').waitFor();
    await dana.page.getByText('What to do').waitFor();
  });

  test('whoever has signed out sees nothing any more', async () => {
    const cookies = await dana.context.cookies();
    await dana.button('Dana Reyes, Owner: account and sign out').click();
    await dana.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await dana.heading('Sign in').waitFor();
    await dana.context.addCookies(cookies);
    await dana.go(`/tenants/${TENANT}/credentials`);
    await dana.heading('Sign in').waitFor();
  });

  test('nothing went wrong in the browser on the way, and nothing was refused by the content security policy', () => {
    expect(dana.faults).toEqual([]);
  });
});
