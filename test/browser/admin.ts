/** The admin page in Debian's Chromium through Playwright: what a person does there, and what nobody should see. */
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { FLAGS } from './chromium.js';

/** Of every admin here. */
export const PASSWORD = 'violet tram over seven lakes';

export const DESKTOP = { width: 1280, height: 860 } as const;
export const PHONE = { width: 360, height: 740 } as const;
/** A desktop window of 1280 pixels at 200 %: half as many pixels of CSS. */
export const ZOOMED = { width: 640, height: 430 } as const;

/** What a browser says of itself when the API refuses, as it must sometimes. */
const EXPECTED = /^Failed to load resource: the server responded with a status of (?:400|401|403|404) /;

export type Scheme = 'light' | 'dark';

export function startBrowser(program: string): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: [...FLAGS] });
}

/** A visitor with cookies of their own, and all that went wrong in their pages: errors, and what the CSP refused. */
export class Visitor {
  readonly faults: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly origin: string,
  ) {
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => {
      const isWrong = message.type() === 'error' || /Content.Security.Policy/i.test(message.text());
      if (isWrong && !EXPECTED.test(message.text())) this.faults.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`));
    // Asked by the browser when a page with an unsaved secret is left.
    page.on('dialog', (dialog) => void dialog.accept());
  }

  /** @param origin of the server, e.g. `http://127.0.0.1:8080` */
  static async arrive(browser: Browser, origin: string, viewport: { width: number; height: number } = DESKTOP) {
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', locale: 'en-GB' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
    return new Visitor(context, await context.newPage(), origin);
  }

  /** @param address below /admin */
  async go(address: string): Promise<void> {
    await this.page.goto(`${this.origin}/admin${address}`);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  heading(name: string | RegExp): Locator {
    return this.page.getByRole('heading', { name });
  }

  /** By keyboard: goes on to what is called so, as a screen reader would say it. */
  async tabTo(name: string): Promise<void> {
    const seen: string[] = [];
    for (let steps = 0; steps < 80; steps++) {
      await this.page.keyboard.press('Tab');
      const at = await this.page.evaluate<string>(NAME_OF_FOCUS);
      if (at === name) return;
      seen.push(at);
    }
    throw new Error(`Tab never comes to ${name}, but to ${seen.join(' | ')}`);
  }

  /** Fields by keyboard, in the order of the page, and then Enter. */
  async fillByKeyboard(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(fields)) {
      await this.tabTo(name);
      await this.page.keyboard.type(text);
    }
    await this.page.keyboard.press('Enter');
  }

  async signIn(email: string): Promise<void> {
    await this.go('/signin');
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.button('Sign in').click();
    await this.heading('Tenants').waitFor();
  }

  /** The value that the copy button of a field puts on the clipboard. */
  async copied(label: string): Promise<string> {
    await this.button(`Copy ${label}`).click();
    const read = () => this.page.evaluate<string>('navigator.clipboard.readText()');
    const shown = await this.page.locator('.copy-field', { has: this.button(`Copy ${label}`) }).innerText();
    await expect.poll(read, { timeout: 10_000 }).toBe(shown.trim());
    return read();
  }

  /** Becomes the owner, without the page. Gives what the admin API wants to be sent. */
  async setUp(link: string, email: string): Promise<Record<string, string>> {
    const token = new URL(link).hash.slice(1);
    const data = { token, email, name: 'Dana Reyes', password: PASSWORD };
    const answer = await this.context.request.post(`${this.origin}/admin/api/invitation/accept`, { data });
    expect(answer.status(), await answer.text()).toBe(200);
    const { csrf } = (await answer.json()) as { csrf: string };
    const cookies = (await this.context.cookies()).map(({ name, value }) => `${name}=${value}`);
    return { Cookie: cookies.join('; '), 'X-CSRF-Token': csrf };
  }

  /** Data is there and nothing turns. */
  async settled(): Promise<void> {
    await this.page.locator('h1').first().waitFor();
    await this.holds(IS_SETTLED);
  }

  /** Waits until an expression is true in the page, whose policy lets nothing be evaluated by itself. */
  async holds(expression: string): Promise<void> {
    await expect.poll(() => this.page.evaluate<boolean>(expression), { timeout: 20_000 }).toBe(true);
  }

  /** Another colour scheme of the system, which the page follows. */
  async see(colorScheme: Scheme): Promise<void> {
    await this.page.emulateMedia({ colorScheme });
    await this.holds(`document.documentElement.style.colorScheme === '${colorScheme}'`);
  }

  /**
   * What axe finds that is serious, as text. What is found is looked at again: a page may just have been changing.
   * `isColourOnly`: what depends on the colours alone.
   */
  async violations(isColourOnly = false): Promise<string[]> {
    const found = await this.audit(isColourOnly);
    if (found.length === 0) return found;
    await this.settled();
    return this.audit(isColourOnly);
  }

  private async audit(isColourOnly: boolean): Promise<string[]> {
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode(true);
    if (isColourOnly) axe.withRules(['color-contrast', 'link-in-text-block']);
    else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa']);
    const { violations } = await axe.analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return serious.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary?.slice(0, 300)}`),
    );
  }

  /** What reaches beyond the window and cannot be scrolled to by itself. */
  async overflowing(): Promise<string[]> {
    return this.page.evaluate<string[]>(OVERFLOWING);
  }
}

const NAME_OF_FOCUS = `(() => {
  const it = document.activeElement;
  const by = (it.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.innerText ?? '').join(' ').trim();
  const label = it.labels?.[0]?.innerText;
  return (it.getAttribute('aria-label') || by || label || it.innerText || it.tagName).trim();
})()`;

/** A spinner is two half circles. */
const IS_SETTLED = `!document.querySelector('[class*="awsui_circle-left_"], [aria-busy="true"]')`;

const OVERFLOWING = `(() => {
  const width = document.documentElement.clientWidth;
  const found = document.documentElement.scrollWidth > width ? ['the page itself, by ' + (document.documentElement.scrollWidth - width)] : [];
  const isHeld = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement) {
      const { overflowX, position } = getComputedStyle(at);
      if (overflowX !== 'visible' && at !== document.documentElement && at !== document.body) return true;
      if (position === 'fixed') return true;
    }
    return false;
  };
  for (const element of document.querySelectorAll('body *')) {
    const { right, width: own } = element.getBoundingClientRect();
    if (own > 1 && right > width + 1 && element.checkVisibility() && !isHeld(element)) found.push(element.outerHTML.slice(0, 120));
  }
  // Tables and lists of tabs may be wider than their frame; texts may not.
  for (const element of document.querySelectorAll('body *')) {
    const { overflowX } = getComputedStyle(element);
    const isWide = /auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1 && element.checkVisibility();
    const isMeant = element.matches('[role=tablist], [class*="awsui_sticky-scrollbar_"], .scrolls-sideways') || element.querySelector(':scope > table, :scope > [role=tablist]');
    if (isWide && !isMeant) found.push('scrolls sideways: ' + element.outerHTML.slice(0, 120));
  }
  return found;
})()`;
