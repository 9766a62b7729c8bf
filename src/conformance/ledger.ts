/**
 * What the run has made, so that it can be removed again, and nothing else: an id gets here only from the answer to a
 * POST of this run.
 */
import type { Client } from './client/client.js';
import type { CleanUp } from './model.js';

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

  /** Removes what is left, the last first, so that groups go before their members. Never throws. */
  async cleanUp(client: Client, keep: boolean, onStep: (done: number, of: number) => void): Promise<CleanUp> {
    const paths = [...this.stubborn, ...this.made].reverse();
    const left: string[] = keep ? paths : [];
    for (const [i, path] of (keep ? [] : paths).entries()) {
      if (!(await isRemoved(client, path))) left.push(path);
      onStep(i + 1, paths.length);
    }
    return { created: this.known.size, removed: this.known.size - left.length, left };
  }
}

async function isRemoved(client: Client, path: string): Promise<boolean> {
  return client.send({ method: 'DELETE', path }).then(
    ({ status }) => status < 300 || status === 404 || status === 410,
    () => false,
  );
}
