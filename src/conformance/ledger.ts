/**
 * What the run has made, so that it can be removed again, and nothing else: an id gets here only from the answer to a
 * POST of this run, or because its name can be of nobody else.
 */
import type { Client } from './client/client.js';
import type { CleanUp } from './model.js';

export interface CleanUpOptions {
  /** Leave what was made. */
  readonly keep: boolean;
  readonly onStep: (done: number, of: number) => void;
  /** Paths of what has a name of the run; undefined: the run has made nothing under such names. */
  readonly findStrays: (() => Promise<string[]>) | undefined;
}

/** How often strays are looked for, each time those behind the ones that were found before. */
const MAX_SEARCHES = 50;

export class Ledger {
  /** Paths such as `/Users/42`, in the order in which they were made. */
  private readonly made = new Set<string>();
  /** What the server would not remove. */
  private readonly stubborn = new Set<string>();
  /** Whatever was made at any time. */
  private readonly known = new Set<string>();

  note(path: string): void {
    this.made.add(path);
    this.known.add(path);
  }

  /** It was deleted by a request of the run. */
  strike(path: string): void {
    this.made.delete(path);
  }

  /** True for what this run has made, whether or not it is still there. */
  isOwn(path: string): boolean {
    return this.known.has(path);
  }

  /** Removes what was made since the last time. What the server would not remove is tried again at the end. */
  async tidy(client: Client): Promise<void> {
    for (const path of [...this.made].reverse()) {
      this.made.delete(path);
      if (!(await isRemoved(client, path))) this.stubborn.add(path);
    }
  }

  /** Removes what is left, the last first, so that groups go before their members; then strays. Never throws. */
  async cleanUp(client: Client, { keep, onStep, findStrays }: CleanUpOptions): Promise<CleanUp> {
    const paths = [...this.stubborn, ...this.made].reverse();
    const left = new Set(keep ? paths : []);
    for (const [i, path] of (keep ? [] : paths).entries()) {
      if (!(await isRemoved(client, path))) left.add(path);
      onStep(i + 1, paths.length);
    }
    if (!keep && findStrays) await this.removeStrays(client, findStrays, left);
    return { created: this.known.size, removed: this.known.size - left.size, left: [...left] };
  }

  /** Adds to `left` what is still found after it was removed. */
  private async removeStrays(client: Client, find: () => Promise<string[]>, left: Set<string>): Promise<void> {
    const tried = new Set<string>();
    for (let searches = 0; searches < MAX_SEARCHES; searches++) {
      const found = (await find()).filter((path) => !left.has(path));
      if (found.length === 0) return;
      for (const path of found) {
        this.known.add(path);
        const isGone = await isRemoved(client, path, tried.has(path));
        if (!isGone) left.add(path);
        tried.add(path);
      }
    }
  }
}

/** @param isAgain what was removed before is gone only when the server says that there is nothing to remove */
async function isRemoved(client: Client, path: string, isAgain = false): Promise<boolean> {
  return client.send({ method: 'DELETE', path }).then(
    ({ status }) => status === 404 || status === 410 || (!isAgain && status < 300),
    () => false,
  );
}
