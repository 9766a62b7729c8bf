/**
 * Whether the file is where it was opened. Who moves, removes or replaces it while it is open leaves this process with
 * files that have no name any more: what is written to them is gone when the process ends, and nothing else tells.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';

export class Place {
  private readonly path: string;
  private readonly opened: readonly (bigint | undefined)[];

  /** @param path of a file that is open */
  constructor(path: string) {
    // An app may change its working directory later.
    this.path = resolve(path);
    this.opened = this.found();
  }

  /** @throws Error that says what to do */
  check(): void {
    const found = this.found();
    if (this.opened.every((id, i) => id === found[i])) return;
    throw new Error(`${this.path} or its -wal was moved, removed or replaced while it was open; restart the server`);
  }

  /** What names the file and its log to the system. */
  private found(): (bigint | undefined)[] {
    const paths = [this.path, `${this.path}-wal`];
    return paths.map((path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino);
  }
}
