/** The built program as an operator runs it: the server and the commands as processes, each ended by its own id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Of each stream this much is kept: what a start says, not what an hour of requests logs. */
const KEPT = 64 * 1024;

export type Env = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** What is known of an earlier server on the same store. */
export interface Known {
  /** Printed on the first start and never again. */
  readonly token: string;
  /** Absent: any that is free. */
  readonly port?: number;
}

export interface StartOptions {
  /** `sqlite:PATH` or `mongodb://…` */
  readonly store: string;
  readonly env?: Env;
  /** Absent: the store is empty, and the first start prints the token. */
  readonly known?: Known | undefined;
}

export interface TestServer extends Required<Known> {
  /** With `/scim/v2`, as the server says it. */
  readonly baseUrl: string;
  readonly pid: number;
  /** Standard error so far. */
  said(): string;
  /** Standard output so far. */
  printed(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<Ended>;
  /** SIGKILL, and waits for the end. */
  kill9(): Promise<Ended>;
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A new empty folder, a store in it, and how to get rid of both. */
export function temporaryStore(): { folder: string; path: string; store: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'scim-target-e2e-'));
  const path = join(folder, 'scim.db');
  return { folder, path, store: `sqlite:${path}`, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A process with nothing of this one's settings but the path to programs. */
export function launch(command: string, args: readonly string[], folder: string, env: Env = {}) {
  const given = { PATH: process.env.PATH ?? '', HOME: folder, ...env };
  const child = spawn(command, args, { cwd: folder, env: given, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const written = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (written[name].length < KEPT) written[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal, ...written });
    });
  });
  return { child, written, ended };
}

/** Starts a server and waits until it answers. */
export async function startServer({ store, env = {}, known }: StartOptions): Promise<TestServer> {
  const folder = store.startsWith('sqlite:') ? dirname(store.slice('sqlite:'.length)) : tmpdir();
  const args = [MAIN, 'serve', '--port', String(known?.port ?? 0), '--store', store];
  const { child, written, ended } = launch(process.execPath, args, folder, { SCIM_TARGET_LOG_LEVEL: 'warn', ...env });
  const stopped = { is: false };
  void ended.then(() => (stopped.is = true));
  const alive = (): string => {
    if (stopped.is) throw new Error(`the server ended: ${JSON.stringify(written)}`);
    return JSON.stringify(written);
  };
  const baseUrl = await until(() => /SCIM base URL is (\S+)\n/.exec(written.err)?.[1], alive);
  // Not that of the base URL where a public address is set.
  const origin = /Listening at (\S+) /.exec(written.err)?.[1];
  const token = known?.token ?? (await until(() => welcomeIn(written.out, baseUrl), alive));
  await until(() => answers(new URL('/readyz', origin)), alive);
  const end = (name: NodeJS.Signals): Promise<Ended> => {
    child.kill(name);
    return ended;
  };
  return {
    token,
    port: Number(new URL(origin ?? baseUrl).port),
    baseUrl,
    pid: child.pid as number,
    said: () => written.err,
    printed: () => written.out,
    signal: (name) => void child.kill(name),
    ended,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
  };
}

/** The token that the first start on an empty store prints, once, below the address. */
function welcomeIn(out: string, baseUrl: string): string | undefined {
  const [, address, token] = /SCIM base URL: +(\S+)\n +Token: +(scimt_\S+)\n/.exec(out) ?? [];
  if (address !== undefined && address !== baseUrl) throw new Error(`${baseUrl} and ${address} are told`);
  return token;
}

function answers(url: URL): Promise<true | undefined> {
  return fetch(url, { headers: { Connection: 'close' } }).then(
    (response) => response.body?.cancel().then(() => (response.status === 200 ? true : undefined)),
    () => undefined,
  );
}

/** Runs one command of the built program to its end. */
export function cli(args: readonly string[], { folder, env }: { folder: string; env?: Env }): Promise<Ended> {
  return launch(process.execPath, [MAIN, ...args], folder, env).ended;
}

/** Waits until `look` finds something, at most 15 seconds. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what: () => string): Promise<T> {
  const end = performance.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const state = what();
    if (performance.now() > end) throw new Error(`waited in vain: ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
