import type { Terminal } from '../../src/cli/terminal.js';

/** A terminal that keeps what is written to it. */
export class FakeTerminal implements Terminal {
  readonly written = { out: '', err: '' };

  constructor(readonly env: Readonly<Record<string, string>> = {}) {}

  out(text: string): void {
    this.written.out += text;
  }

  err(text: string): void {
    this.written.err += text;
  }
}
