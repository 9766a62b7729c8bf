/** A program of an example while it runs, and how its state is waited for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Failure, run } from '../packed.mjs';

const PATIENCE = 20_000;

/** One program, in a process group of its own. `output` is what it has printed so far. */
export class Running {
  output = '';

  constructor(folder, command, args, env) {
    this.child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    // Whatever ends this script ends the program too.
    process.once('exit', () => this.signal('SIGKILL'));
  }

  /** To all of its processes; nothing when it is gone. */
  signal(name) {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.child.pid, name);
  }

  /** The first group of the pattern in the output, as soon as it is there. */
  async says(pattern) {
    const found = () => pattern.exec(this.output)?.[1];
    await until(`the program printed ${pattern}`, () => {
      if (this.child.exitCode !== null && found() === undefined)
        throw new Failure(`it ended with ${this.child.exitCode}:\n${this.output}`);
      return found() !== undefined;
    }).catch((error) => {
      throw error instanceof Failure ? new Failure(`${error.message}\n${this.output}`) : error;
    });
    return found();
  }

  async stop() {
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), PATIENCE);
    await this.ended;
    clearTimeout(late);
  }
}

/** Starts `npm start`, hands it to `work`, and ends it whatever happens. */
export async function whileRunning(folder, env, work, [command, ...args] = ['npm', 'start']) {
  const program = new Running(folder, command, args, env);
  try {
    return await work(program);
  } finally {
    await program.stop();
  }
}

/** A port that nobody listens on, as text, for a program that does not say which one it took. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** Resolves when `holds` answers true. @throws Failure when it has not for 20 s */
export async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  while (!(await holds())) {
    if (Date.now() > end) throw new Failure(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** @throws Failure that shows both */
export function mustEqual(what, actual, expected) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Failure(`${what}: wanted ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The conformance client of the installed package. @throws Failure with the end of its report */
export function conformance(folder, url, token, ...args) {
  run(path.join(folder, 'node_modules', '.bin', 'scim-target'), ['conformance', '--url', url, ...args], folder, {
    ...process.env,
    SCIM_CONFORMANCE_TOKEN: token,
  });
}

/** An entry of the installed package: `testing/index.js`. */
export function installed(folder, entry) {
  return import(pathToFileURL(path.join(folder, 'node_modules', 'scim-target', 'dist', entry)).href);
}
