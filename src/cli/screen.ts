/** A person in front of the command: how wide the screen is, and a question that is answered without echo. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './failure.js';
import type { Terminal } from './terminal.js';

export interface Screen {
  /** Columns of standard error, when it is a screen. */
  readonly columns: (() => number) | undefined;
  /** Whether standard output is a screen. */
  readonly isOutput: boolean;
  /** Asks for a secret; undefined when nobody is there to answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/** What a command has that talks to other programs. */
export const NO_SCREEN: Screen = { columns: undefined, isOutput: false, ask: undefined };

/** The screen of the process, for the process's own terminal; a test's terminal has none. */
export function screenOf(terminal: Terminal): Screen {
  if (terminal.env !== process.env) return NO_SCREEN;
  const { stdin, stdout, stderr } = process;
  return {
    // Some terminals do not say how wide they are.
    columns: stderr.isTTY ? () => stderr.columns || 80 : undefined,
    isOutput: stdout.isTTY === true,
    ask: stdin.isTTY && stderr.isTTY ? askSecretly : undefined,
  };
}

/** @throws UsageError when the question is ended by Ctrl-C or Ctrl-D */
function askSecretly(question: string): Promise<string> {
  process.stderr.write(question);
  // The line editor reads the keys and shows them to nobody.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      process.stderr.write('\n');
      reject(new UsageError('no credential was given'));
    });
    lines.question('', (answer) => {
      resolve(answer.trim());
      lines.close();
    });
  });
}
