/** Chromium with one person in it, who looks at the admin page: what it complains of, and what axe finds. */
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, vi } from 'vitest';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

export interface View {
  readonly width: number;
  readonly height: number;
  readonly isDark?: boolean;
}

export const DESKTOP: View = { width: 1280, height: 900 };
/** Dark, so that both colours are looked at. */
export const PHONE: View = { width: 360, height: 740, isDark: true };
/** A desktop at 200 %. */
export const ZOOMED: View = { width: 640, height: 450 };

const NOTHING_IS_READ =
  '![...document.querySelectorAll("span")].some((e) => /^Reading /.test(e.textContent) && e.checkVisibility())';

/** @param executablePath of Chromium */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** What somebody signed in with before; undefined: nobody is signed in. */
export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>;

export class Viewer {
  /** Errors of scripts, and what the content security policy has refused. */
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // An answer of 4xx is logged by the browser itself; it is no mistake of the page.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) this.complaints.push(message.text());
    });
  }

  static async open(browser: Browser, { width, height, isDark = false }: View, state?: SignedIn): Promise<Viewer> {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: isDark ? 'dark' : 'light',
      ...(state && { storageState: state }),
    });
    return new Viewer(context, await context.newPage());
  }

  /** Opens a page and waits until all that it reads is there. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.page.locator('h1').first().waitFor();
    // Asked again and again from outside: the policy of the page refuses a function that is made of text.
    await vi.waitFor(async () => expect(await this.page.evaluate(NOTHING_IS_READ)).toBe(true), 10_000);
  }

  /** What axe finds against WCAG 2.2 AA, a line for each rule with the first element. */
  async violations(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).withTags(RULES).analyze();
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 200)}`);
  }

  /** CSS pixels by which the page is wider than the window. */
  overflow(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - innerWidth');
  }

  /** All that the page keeps outside of its own memory. */
  async kept(): Promise<string> {
    const stores = await this.page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])',
    );
    return `${stores}${this.page.url()}`;
  }
}
