/**
 * Servers as processes of their own on free ports of 127.0.0.1, in a temporary folder that goes with this process.
 * The subject is a copy of dist/, so that a build in the meantime does not change what is measured.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from './client.js';

const BENCH = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(BENCH);

/** `group`: a sync for all writes of a turn, as the subject does it. `each`: a sync per write. */
export type FloorMode = 'group' | 'each';
export type Subject = 'subject' | FloorMode;

/** A server that answers. */
export interface Running extends Endpoint {
  readonly name: Subject;
  readonly pid: number;
  /** Lets it end in its own order, which puts everything into the one database file. */
  stop(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly name: Subject;
  /** The database file. */
  readonly file: string;
  /** Undefined on an empty store: the server says which it made. */
  readonly token?: string;
  /** A module that is loaded before the server, and environment variables for it. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder for databases, logs and the subject's copy. */
export class Workplace {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'scim-target-bench-'));
  private readonly children = new Set<ChildProcess>();
  private files = 0;

  constructor() {
    process.once('exit', () => this.clear());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
    this.build();
  }

  /** A path that nothing has been put at. */
  newFile(suffix: string): string {
    return path.join(this.folder, `${++this.files}${suffix}`);
  }

  private build(): void {
    const { status } = spawnSync(process.execPath, [path.join(ROOT, 'scripts/build.mjs'), '--if-stale'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('the build failed');
    const copy = path.join(this.folder, 'subject');
    mkdirSync(copy);
    for (const name of ['dist', 'schemas', 'package.json']) {
      cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  }

  async start({ name, file, token, preload, env }: StartOptions): Promise<Running> {
    const port = await freePort();
    const log = this.newFile('.log');
    const preloads = preload ? ['--import', new URL(`./preload/${preload}`, import.meta.url).href] : [];
    const child = spawn(process.execPath, [...preloads, ...this.command(name, file, port)], {
      cwd: ROOT,
      env: { ...environment(), ...(token && { BENCH_TOKEN: token }), ...env },
      stdio: ['ignore', openSync(log, 'a'), openSync(log, 'a')],
    });
    this.children.add(child);
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    void exited.then(() => this.children.delete(child));
    await untilReady(port, child, log);
    const stop = (): Promise<void> => {
      child.kill('SIGTERM');
      return exited;
    };
    const signal = (wanted: NodeJS.Signals): void => void child.kill(wanted);
    return { name, port, token: token ?? (await printedToken(log)), pid: child.pid as number, stop, signal };
  }

  private command(name: Subject, file: string, port: number): string[] {
    if (name !== 'subject') {
      return ['--import', 'tsx', path.join(BENCH, 'floor.ts'), name, file, String(port)];
    }
    const main = path.join(this.folder, 'subject/dist/cli/main.js');
    return [main, 'serve', '--host', '127.0.0.1', '--port', String(port), '--store', `sqlite:${file}`];
  }

  private clear(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Without settings of whoever runs the benchmark: everything is at its default. Except the limit of requests, which is
 * checked all the same, but must be beyond what can be reached here.
 */
function environment(): Record<string, string | undefined> {
  const ours = /^(SCIM_TARGET_|BENCH_|PORT$|NODE_OPTIONS$|NODE_ENV$)/;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(kept), SCIM_TARGET_REQUEST_LIMIT: '1000000' };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const START_LIMIT = 20_000;

async function untilReady(port: number, child: ChildProcess, log: string): Promise<void> {
  const deadline = performance.now() + START_LIMIT;
  for (;;) {
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`a server did not start:\n${readFileSync(log, 'utf8')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The server answers a moment before it has made the first tenant. */
async function printedToken(log: string): Promise<string> {
  for (let attempt = 0; attempt < 250; attempt++) {
    const token = /\bscimt_\w+/.exec(readFileSync(log, 'utf8'))?.[0];
    if (token) return token;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the server has printed no token');
}
