/**
 * A MongoDB for tests: that of MONGODB_URI; or one by mongodb-memory-server, where that is installed and finds its
 * binary; or the stand-in, which a Go toolchain builds. Where there is none, tests are skipped, and their title says why.
 * SCIM_TARGET_NEEDS_MONGODB=1 makes that a failure.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { afterAll, describe } from 'vitest';

/** A server, for one test file. */
export interface MongoServer {
  /** Of a database with this name. */
  uri(database: string): string;
  stop(): Promise<void>;
}

/** What a test file has of a server. */
export interface Mongo {
  /** A suite; skipped where there is no server. */
  describe(title: string, suite: () => void): void;
  /** The address of a new, empty database. */
  newUri(): string;
  /** Deletes the database. */
  drop(uri: string): Promise<void>;
}

/** To be awaited at the top of a test file; the server ends with it. */
export async function mongoForTests(): Promise<Mongo> {
  const server = await findServer();
  if (typeof server === 'string') return without(server);
  const made = new Set<string>();
  const drop = async (uri: string): Promise<void> => {
    const connection = await mongoose.createConnection(uri).asPromise();
    await connection.dropDatabase();
    await connection.close();
    made.delete(uri);
  };
  afterAll(async () => {
    for (const uri of made) await drop(uri);
    await server.stop();
  });
  return {
    describe,
    drop,
    newUri() {
      const uri = server.uri(`scim_test_${randomBytes(8).toString('hex')}`);
      made.add(uri);
      return uri;
    },
  };
}

function without(reason: string): Mongo {
  const sentence = `skipped: no MongoDB (${reason})`;
  if (process.env.SCIM_TARGET_NEEDS_MONGODB === '1') throw new Error(sentence);
  const unreachable = () => {
    throw new Error(sentence);
  };
  return {
    describe: (title, suite) => describe.skip(`${title}, ${sentence}`, suite),
    drop: unreachable,
    newUri: unreachable,
  };
}

async function findServer(): Promise<MongoServer | string> {
  const { MONGODB_URI: given } = process.env;
  if (given) return { uri: (database) => withDatabase(given, database), stop: async () => {} };
  return (await memoryServer()) ?? (await standIn());
}

/** Credentials belong to the database that the URI names, or else to `admin`. */
function withDatabase(uri: string, database: string): string {
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
