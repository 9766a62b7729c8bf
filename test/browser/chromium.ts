/** Debian's Chromium, driven over its own pipe: pages from files, keys, sizes, pictures. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Undefined when there is none on this machine. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What it needs to run in a container, and to ask nobody anything. */
export const FLAGS: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly isDark?: boolean;
}

/** One browser with one page. */
export class Chromium {
  /** What the page said on its console, errors and refused loads included. */
  readonly console: string[] = [];
  private readonly child: ChildProcess;
  private readonly profile: string;
  private readonly waiting = new Map<
    number,
    { resolve(result: Record<string, unknown>): void; reject(error: Error): void }
  >();
  private readonly events = new Map<string, () => void>();
  private sent = 0;
  private session: string | undefined;
  private text = '';

  private constructor(program: string) {
    this.profile = mkdtempSync(path.join(tmpdir(), 'scim-target-chromium-'));
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.child = spawn(program, [...FLAGS, '--remote-debugging-pipe', `--user-data-dir=${this.profile}`], {
      stdio: [...stdio],
    });
    const fail = (error: Error) => {
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    };
    this.child.once('error', fail);
    this.child.once('exit', (code) => fail(new Error(`Chromium has ended with ${code}`)));
    (this.child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => this.read(chunk));
  }

  /** @param program the path of Chromium */
  static async start(program: string): Promise<Chromium> {
    const browser = new Chromium(program);
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    browser.session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Log']) await browser.send(`${domain}.enable`);
    return browser;
  }

  async look({ width, height, isDark = false }: Look): Promise<void> {
    const isMobile = width < 600;
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: isMobile });
    const features = [{ name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' }];
    await this.send('Emulation.setEmulatedMedia', { features });
  }

  /** Opens a page and waits until it is loaded. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.events.set('Page.loadEventFired', resolve));
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const answer = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    const { result, exceptionDetails } = answer as { result: { value: T }; exceptionDetails?: { text: string } };
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  }

  /** Presses and lets go of a key: `Tab`, `Enter`, ` `. */
  async press(key: string): Promise<void> {
    const codes: Record<string, [code: string, number: number, text?: string]> = {
      Tab: ['Tab', 9],
      Enter: ['Enter', 13, '\r'],
      ' ': ['Space', 32, ' '],
      Escape: ['Escape', 27],
    };
    const [code, number, text = key.length === 1 ? key : undefined] = codes[key] ?? [`Key${key.toUpperCase()}`, 0];
    const common = { key, code, windowsVirtualKeyCode: number };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...common, ...(text !== undefined && { text }) });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...common });
  }

  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** PNG, in base64. `whole`: the page down to its end instead of what is seen. */
  async screenshot(whole = false): Promise<string> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: whole });
    return data as string;
  }

  /** PDF as it would be printed, in base64. */
  async print(): Promise<string> {
    const { data } = await this.send('Page.printToPDF', { printBackground: false });
    return data as string;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    await this.send('Browser.close').catch(() => this.child.kill('SIGKILL'));
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.sent;
    const isOfPage = this.session !== undefined && !/^(?:Browser|Target)\./.test(method);
    const message = { id, method, params, ...(isOfPage && { sessionId: this.session }) };
    (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private read(chunk: string): void {
    const messages = (this.text + chunk).split('\0');
    this.text = messages.pop() ?? '';
    for (const message of messages) this.take(JSON.parse(message) as Message);
  }

  private take({ id, method, params, result, error }: Message): void {
    if (id !== undefined) {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result ?? {});
    }
    if (method === 'Log.entryAdded' || method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown') {
      this.console.push(JSON.stringify(params));
    }
    if (method !== undefined) {
      this.events.get(method)?.();
      this.events.delete(method);
    }
  }
}
