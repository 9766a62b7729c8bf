/**
 * Every page of the admin page as it looks: on a desktop and on a phone, light and dark, and at 200 %. axe finds nothing
 * serious, nothing reaches beyond the window, and nothing is refused by the content security policy.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Filled, fill } from '../../scripts/screenshot-data.js';
import { startServer, type TestServer, temporaryStore, until } from '../e2e/server.js';
import { DESKTOP, PHONE, startBrowser, Visitor, ZOOMED } from './admin.js';
import { findChromium } from './chromium.js';

const program = findChromium();
if (program === undefined) console.log('skipped: there is no chromium on this machine (apt-get install -y chromium)');

const EMAIL = 'dana@example.com';
const filter = (text: string) => `?filter=${encodeURIComponent(text)}`;

/** Addresses below /admin. */
const PAGES: Readonly<Record<string, (filled: Filled) => string>> = {
  'the list of tenants': () => '/tenants',
  'a tenant': () => '/tenants/contoso',
  'a tenant without anything': () => '/tenants/northwind',
  'the form to connect': () => '/tenants/contoso/connect',
  'the list of credentials': () => '/tenants/contoso/credentials',
  'a credential': ({ credential }) => `/tenants/contoso/credentials/${credential}`,
  users: () => '/tenants/contoso/resources/User',
  'a wrong filter': () => `/tenants/contoso/resources/User${filter('userName eq "a" and colour eq "b"')}`,
  'a user': ({ user }) => `/tenants/contoso/resources/User/${user}`,
  groups: () => '/tenants/contoso/resources/Group',
  'a group': ({ group }) => `/tenants/contoso/resources/Group/${group}`,
  'the events': () => '/tenants/contoso/events',
  'a receiver': ({ receiver }) => `/tenants/contoso/events/${receiver}`,
  'the schemas': () => '/tenants/contoso/schemas',
  'the activity': () => '/tenants/contoso/activity',
  'the activity of nobody': () => '/activity',
  admins: () => '/admins',
  'the audit log': () => '/audit',
  settings: () => '/settings',
  'the account': () => '/account',
  'an address without a page': () => '/nothing/here',
};

describe.runIf(program !== undefined)('the pages of the admin page', { timeout: 90_000 }, () => {
  const temporary = temporaryStore();
  let server: TestServer;
  let browser: Browser;
  let filled: Filled;
  let atDesk: Visitor;
  let onPhone: Visitor;
  let stranger: Visitor;

  beforeAll(async () => {
    server = await startServer({ store: temporary.store });
    browser = await startBrowser(program as string);
    const { origin } = new URL(server.baseUrl);
    atDesk = await Visitor.arrive(browser, origin, DESKTOP);
    onPhone = await Visitor.arrive(browser, origin, PHONE);
    stranger = await Visitor.arrive(browser, origin, PHONE);
    const link = await until(() => /\S+\/admin\/setup#\S+/.exec(server.printed())?.[0], server.printed);
    filled = await fill({ origin, headers: await atDesk.setUp(link, EMAIL) });
    await onPhone.context.addCookies(await atDesk.context.cookies());
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    temporary.remove();
  });

  /** What comes late is waited for; what stays too wide is told. */
  async function fits(visitor: Visitor): Promise<void> {
    await expect.poll(() => visitor.overflowing(), { timeout: 5_000 }).toEqual([]);
  }

  /**
   * All rules at each size, once in light and once in dark, and in the other scheme those of the colours; on a phone they
   * are the same as on a desktop, and most of the work.
   */
  async function looksRight(visitor: Visitor): Promise<void> {
    await fits(visitor);
    await visitor.see(visitor === atDesk ? 'light' : 'dark');
    expect(await visitor.violations()).toEqual([]);
    if (visitor !== atDesk) return;
    await visitor.see('dark');
    expect(await visitor.violations(true)).toEqual([]);
  }

  test.each(Object.entries(PAGES))('%s', async (_, addressOf) => {
    const address = addressOf(filled);
    for (const visitor of [atDesk, onPhone]) {
      await visitor.go(address);
      await visitor.settled();
      await looksRight(visitor);
    }
    await onPhone.page.setViewportSize(ZOOMED);
    await onPhone.settled();
    await fits(onPhone);
    await onPhone.page.setViewportSize(PHONE);
  });

  test.each(['Groups', 'History', 'JSON'])('a user, %s', async (tab) => {
    for (const visitor of [atDesk, onPhone]) {
      await visitor.go(`/tenants/contoso/resources/User/${filled.user}`);
      await visitor.settled();
      await visitor.page.getByRole('tab', { name: tab }).click();
      await looksRight(visitor);
    }
  });

  test('the details of a request', async () => {
    for (const visitor of [atDesk, onPhone]) {
      await visitor.go(`/tenants/contoso/activity?method=PATCH&resource=${filled.user}`);
      await visitor.page.getByRole('link', { name: 'Change user' }).last().click();
      await visitor.page.getByRole('table', { name: 'Changed attributes' }).waitFor();
      await visitor.settled();
      await looksRight(visitor);
    }
  });

  test.each(['/signin', '/setup', '/setup#scimi_unknown'])('what a stranger sees at %s', async (address) => {
    await stranger.page.goto('about:blank');
    await stranger.go(address);
    await stranger.settled();
    await looksRight(stranger);
  });

  test('the list of pages opens on a phone', async () => {
    await onPhone.go('/tenants/contoso');
    await onPhone.settled();
    await onPhone.button('Open the list of pages').click();
    await onPhone.page.getByRole('link', { name: 'Credentials', exact: true }).waitFor();
    await looksRight(onPhone);
  });

  test('the fields to enter elsewhere, on a phone', async () => {
    await onPhone.go('/tenants/northwind/connect');
    await onPhone.button('Create the credential').click();
    await onPhone.page.getByText('The secret is shown once').waitFor();
    await looksRight(onPhone);
  });

  test('what is looked for would be found', async () => {
    await stranger.go('/signin');
    await stranger.settled();
    const spoil = (code: string) =>
      stranger.page.evaluate(`(() => {
        const it = document.createElement('p');
        it.textContent = 'spoiled';
        ${code}
        document.querySelector('#content').append(it);
      })()`);
    await spoil("it.style.width = '400px'");
    expect(await stranger.overflowing()).toHaveLength(2);
    await spoil("it.style.color = '#777'; it.style.background = '#888'");
    for (const isColourOnly of [true, false]) {
      expect(await stranger.violations(isColourOnly)).toEqual([expect.stringMatching(/^color-contrast at /)]);
    }
    const other = await Visitor.arrive(browser, stranger.origin);
    await other.go('/signin');
    await other.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b style=\"color: red\">b</b>')");
    await expect.poll(() => other.faults).toEqual([expect.stringMatching(/Content Security Policy/)]);
    await other.context.close();
  });

  test('nothing went wrong in the browser on the way', () => {
    expect([atDesk, onPhone, stranger].flatMap(({ faults }) => faults)).toEqual([]);
  });
});
