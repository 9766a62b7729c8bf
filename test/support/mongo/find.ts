/**
 * Where a MongoDB for tests is found: that of MONGODB_URI; or one by mongodb-memory-server, where that is installed and
 * finds its binary; or the stand-in, which a Go toolchain builds. MONGODB_URI=none: there is none, for runs in a hurry.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A server. */
export interface MongoServer {
  /** Of a database with this name. */
  uri(database: string): string;
  stop(): Promise<void>;
}

/** What test files know of the server of their run: where it is, or why there is none. */
export type SharedMongo =
  | { readonly uri: string; readonly reason?: undefined }
  | { readonly uri?: undefined; readonly reason: string };

/** @returns why there is none */
export async function findServer(): Promise<MongoServer | string> {
  const { MONGODB_URI: given } = process.env;
  if (given === 'none') return 'MONGODB_URI=none';
  if (given) return { uri: (database) => withDatabase(given, database), stop: async () => {} };
  return (await memoryServer()) ?? (await standIn());
}

/** Credentials belong to the database that the URI names, or else to `admin`. */
export function withDatabase(uri: string, database: string): string {
  const [, origin = uri, named = '', query = ''] = /^(\w[\w+]*:\/\/[^/?]+)\/?([^?]*)\??(.*)$/.exec(uri) ?? [];
  const options = new URLSearchParams(query);
  if (named !== '' && origin.includes('@') && !options.has('authSource')) options.set('authSource', named);
  return `${origin}/${database}?${options}`;
}

interface MemoryServer {
  getUri(database: string): string;
  stop(): Promise<unknown>;
}

/** It is no dependency of ours: it downloads a server of 100 MB. */
async function memoryServer(): Promise<MongoServer | undefined> {
  const name = 'mongodb-memory-server';
  try {
    const { MongoMemoryReplSet } = (await import(name)) as {
      MongoMemoryReplSet: { create(): Promise<MemoryServer> };
    };
    const server = await MongoMemoryReplSet.create();
    return { uri: (database) => server.getUri(database), stop: async () => void (await server.stop()) };
  } catch {
    return undefined;
  }
}

async function standIn(): Promise<MongoServer | string> {
  const built = await buildStandIn();
  if (built.reason !== undefined) return built.reason;
  const server = new StandIn(built.binary);
  await server.start();
  return server;
}

type Built = { binary: string; reason?: undefined } | { binary?: undefined; reason: string };

/** Takes a minute the first time. */
export async function buildStandIn(): Promise<Built> {
  try {
    const script = path.join(import.meta.dirname, 'build.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    return { binary: stdout.trim() };
  } catch (error) {
    return { reason: String((error as { stderr?: unknown }).stderr ?? error).trim() };
  }
}

/** The stand-in as a process, which can be killed and started again with what it has. */
export class StandIn implements MongoServer {
  private running: ChildProcess | undefined;
  private folder: string | undefined;
  private address = '127.0.0.1:0';

  constructor(private readonly binary: string) {}

  /** At the port of before, if it ran before. */
  async start(): Promise<void> {
    this.folder ??= await mkdtemp(path.join(tmpdir(), 'scim-target-mongo-'));
    // A socket that a killed process has left is in the way of the next.
    await rm(path.join(this.folder, 'mongodb.sock'), { force: true });
    const running = spawn(this.binary, [this.address, this.folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.running = running;
    process.once('exit', () => running.kill('SIGKILL'));
    const lines = createInterface({ input: running.stdout });
    for await (const line of lines) {
      if (!/^127\.0\.0\.1:\d+$/.test(line)) continue;
      this.address = line;
      break;
    }
    if (this.address.endsWith(':0')) throw new Error('the stand-in for MongoDB ended without a word');
    running.stdout.resume();
  }

  uri(database: string): string {
    return `mongodb://${this.address}/${database}`;
  }

  /** As a power cut would: nothing is finished. */
  async kill(): Promise<void> {
    const { running } = this;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
