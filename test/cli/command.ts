/** Runs the command line as a process of its own, from source, on a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

type Env = Readonly<Record<string, string>>;

/** A new empty folder, and how to get rid of it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'scim-target-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Nothing of this process's settings but the path to programs. */
function start(folder: string, args: readonly string[], env: Env): ChildProcess {
  const given = { PATH: process.env.PATH ?? '', HOME: folder, ...env };
  return spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd: folder, env: given, stdio: 'pipe' });
}

function gather(child: ChildProcess): { out: string; err: string } {
  const written = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.err += text;
  });
  return written;
}

/** Runs a command to its end. */
export function command(folder: string, args: readonly string[], env: Env = {}): Promise<Ended> {
  const child = start(folder, args, env);
  const written = gather(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...written }));
  });
}

/** A command that keeps running. */
export interface Running {
  readonly written: { readonly out: string; readonly err: string };
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts a command without waiting for its end. */
export function running(folder: string, args: readonly string[], env: Env = {}): Running {
  const child = start(folder, args, env);
  const written = gather(child);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  return { written, signal: (name) => void child.kill(name), ended };
}

/** Waits until `look` finds something, at most 15 seconds. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what: () => string): Promise<T> {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited in vain: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
