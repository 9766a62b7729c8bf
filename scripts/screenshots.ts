/**
 * Pictures of the admin page, taken in Debian's Chromium of the built program with data of a server in use.
 *   npx tsx scripts/screenshots.ts             the main ones, for docs/images
 *   npx tsx scripts/screenshots.ts --all FOLDER [NAME…]  each page, desktop and phone, light and dark
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Filled, fill } from './screenshot-data.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** What the address bar would say; nothing of that name is asked. */
const ORIGIN = 'https://scim.example.com';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];
const SIZES = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 360, height: 740 },
  docs: { width: 1280, height: 720 },
};
/** Secrets that a picture shows open nothing: the server is gone when it is taken. */
const OWNER = { email: 'dana@example.com', name: 'Dana Reyes', password: 'violet tram over seven lakes' };

/** Starts the built program on an empty store; `link` sets up its owner. */
async function serve(folder: string): Promise<{ local: string; link: string; stop(): void }> {
  const main = path.join(root, 'dist', 'cli', 'main.js');
  const store = `sqlite:${path.join(folder, 'scim.db')}`;
  const env = { PATH: process.env.PATH, SCIM_TARGET_PUBLIC_URL: ORIGIN, SCIM_TARGET_LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--store', store], { cwd: folder, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += String(text)));
  for (let tries = 0; tries < 300; tries++) {
    const [, local] = /Listening at (\S+)/.exec(said) ?? [];
    const [link] = /\S+\/setup#\S+/.exec(said) ?? [];
    if (local && link) return { local, link, stop: () => void child.kill('SIGTERM') };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`the server did not start: ${said}`);
}

/** A browser for which the server is at ORIGIN. */
async function open(browser: Browser, local: string, options: BrowserContextOptions) {
  const context = await browser.newContext({ reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC', ...options });
  await context.route(`${ORIGIN}/**`, async (route) => {
    const url = route.request().url().replace(ORIGIN, local);
    await route.fulfill({ response: await route.fetch({ url, maxRedirects: 0 }) });
  });
  return context;
}

/** The owner's account, by the link that the first start prints: the headers of their session. */
async function setUp(local: string, link: string): Promise<Record<string, string>> {
  const { email, name, password } = OWNER;
  const token = link.split('#')[1];
  const response = await fetch(`${local}/admin/api/invitation/accept`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: ORIGIN },
    body: JSON.stringify({ token, email, name, password }),
  });
  if (!response.ok) throw new Error(await response.text());
  const [cookie = ''] = response.headers.getSetCookie()[0]?.split(';') ?? [];
  const { csrf } = (await response.json()) as { csrf: string };
  return { Cookie: cookie, 'X-CSRF-Token': csrf, Origin: ORIGIN };
}

/** What is waited for before a picture is taken: data is there, nothing turns. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  const isBusy = `document.querySelector('[class*="awsui_circle-left_"], [aria-busy="true"]') !== null`;
  while (await page.evaluate<boolean>(isBusy)) await page.waitForTimeout(50);
  await page.waitForTimeout(250);
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${ORIGIN}/admin/signin`);
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Tenants' }).first().waitFor();
}

type Visit = (page: Page) => Promise<void>;

const goto =
  (address: string): Visit =>
  async (page) => {
    await page.goto(`${ORIGIN}/admin${address}`);
  };

/** Makes a credential for N-able, and leaves its fields shown. */
async function connect(page: Page): Promise<void> {
  await goto('/tenants/contoso/connect')(page);
  await page.getByRole('radio', { name: /N-able/ }).check({ force: true });
  await page.getByRole('button', { name: 'Create the credential' }).click();
  await page.getByText('What to enter for').waitFor();
}

/** Details of a change that Entra has asked for. */
async function request(page: Page): Promise<void> {
  await goto('/tenants/contoso/activity')(page);
  await settle(page);
  await page.getByRole('link', { name: 'Change user' }).last().click();
  await page.getByRole('table', { name: 'Changed attributes' }).waitFor();
  const rules = page.getByRole('heading', { name: 'Understood beyond the RFC' });
  await rules.evaluate((heading) => (heading as unknown as { scrollIntoView(): void }).scrollIntoView());
}

async function addReceiver(page: Page): Promise<void> {
  await goto('/tenants/contoso/events')(page);
  await page.getByRole('button', { name: 'Add a receiver' }).first().click();
  await page.getByRole('dialog', { name: 'Add a receiver' }).waitFor();
}

/** A document that the server does not take. */
async function schemas(page: Page): Promise<void> {
  await goto('/tenants/contoso/schemas')(page);
  const wrong = { policy: { User: { required: ['active', 'name.firstName'] } } };
  await page.getByRole('textbox').fill(`// As N-able asks for them.\n${JSON.stringify(wrong, undefined, 2)}\n`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: /^Go to line/ }).waitFor();
}

/** Each page, by the name of its picture. */
function pagesFor({ user, group, credential, receiver }: Filled): Record<string, Visit> {
  return {
    tenants: goto('/tenants'),
    tenant: goto('/tenants/contoso'),
    'connect-form': goto('/tenants/contoso/connect'),
    connect,
    credentials: goto('/tenants/contoso/credentials'),
    credential: goto(`/tenants/contoso/credentials/${credential}`),
    users: goto(
      `/tenants/contoso/resources/User?filter=${encodeURIComponent('title co "engineer" and active eq true')}`,
    ),
    'users-mistake': goto(
      `/tenants/contoso/resources/User?filter=${encodeURIComponent('userName eq "a" and colour eq "b"')}`,
    ),
    user: goto(`/tenants/contoso/resources/User/${user}`),
    groups: goto('/tenants/contoso/resources/Group'),
    group: goto(`/tenants/contoso/resources/Group/${group}`),
    events: goto('/tenants/contoso/events'),
    receiver: goto(`/tenants/contoso/events/${receiver}`),
    'add-receiver': addReceiver,
    schemas,
    activity: goto('/tenants/contoso/activity'),
    request,
    refused: goto('/tenants/contoso/activity?outcome=refused'),
    stray: goto('/activity'),
    admins: goto('/admins'),
    audit: goto('/audit'),
    settings: goto('/settings'),
    account: goto('/account'),
  };
}

/** The pictures of docs/admin.md. */
const MAIN = ['tenants', 'connect', 'credentials', 'users', 'request', 'events', 'admins'];

async function take(page: Page, folder: string, name: string): Promise<void> {
  await settle(page);
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
  console.log(name);
}

interface Wanted {
  readonly folder: string;
  /** Undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly looks: readonly { readonly size: keyof typeof SIZES; readonly colorScheme: 'light' | 'dark' }[];
}

function readWanted([flag, folder = '', ...only]: readonly string[]): Wanted {
  if (flag !== '--all') {
    return { folder: path.join(root, 'docs/images'), only: MAIN, looks: [{ size: 'docs', colorScheme: 'light' }] };
  }
  const sizes = ['desktop', 'phone'] as const;
  const looks = (['light', 'dark'] as const).flatMap((colorScheme) => sizes.map((size) => ({ size, colorScheme })));
  return { folder: path.resolve(folder), only: only.length > 0 ? only : undefined, looks };
}

async function takeAll(
  { folder, only, looks }: Wanted,
  browser: Browser,
  local: string,
  filled: Filled,
): Promise<void> {
  const isWanted = (name: string) => only === undefined || only.includes(name);
  for (const { size, colorScheme } of looks) {
    const nameOf = (name: string) => (looks.length > 1 ? `${name}-${size}-${colorScheme}` : name);
    const context = await open(browser, local, { viewport: SIZES[size], colorScheme });
    const page = await context.newPage();
    // Asked when a page with a secret is left.
    page.on('dialog', (dialog) => void dialog.accept());
    if (isWanted('signin')) {
      await goto('/signin')(page);
      await take(page, folder, nameOf('signin'));
    }
    await signIn(page);
    for (const [name, visit] of Object.entries(pagesFor(filled))) {
      if (!isWanted(name)) continue;
      await visit(page);
      await take(page, folder, nameOf(name));
    }
    await context.close();
  }
}

async function main(): Promise<void> {
  const wanted = readWanted(process.argv.slice(2));
  mkdirSync(wanted.folder, { recursive: true });
  const temporary = mkdtempSync(path.join(tmpdir(), 'scim-target-screenshots-'));
  const server = await serve(temporary);
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const headers = await setUp(server.local, server.link);
    await takeAll(wanted, browser, server.local, await fill({ origin: server.local, headers }));
  } finally {
    await browser.close();
    server.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

await main();
