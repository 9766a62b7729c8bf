/**
 * MongoDB for a test file, on the server that the run has found (find.ts). Where there is none, tests are skipped, and
 * their title says why. SCIM_TARGET_NEEDS_MONGODB=1 makes that a failure.
 */
import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, describe, inject } from 'vitest';
import { withDatabase } from './find.js';

/** What a test file has of a server. */
export interface Mongo {
  /** A suite; skipped where there is no server. */
  describe(title: string, suite: () => void): void;
  /** The address of a new, empty database. */
  newUri(): string;
  /** Deletes the database. */
  drop(uri: string): Promise<void>;
}

export function mongoForTests(): Mongo {
  const { uri: server, reason } = inject('mongo');
  if (server === undefined) return without(reason);
  const made = new Set<string>();
  const drop = async (uri: string): Promise<void> => {
    await dropDatabase(uri);
    made.delete(uri);
  };
  afterAll(async () => {
    for (const uri of made) await drop(uri);
  });
  return {
    describe,
    drop,
    newUri() {
      const uri = withDatabase(server, `scim_test_${randomBytes(8).toString('hex')}`);
      made.add(uri);
      return uri;
    },
  };
}

export async function dropDatabase(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

/** What is added to the titles of tests that need a server. @throws where there must be one */
export function skipped(reason: string): string {
  const sentence = `skipped: no MongoDB (${reason})`;
  if (process.env.SCIM_TARGET_NEEDS_MONGODB === '1') throw new Error(sentence);
  return sentence;
}

function without(reason: string): Mongo {
  const sentence = skipped(reason);
  const unreachable = () => {
    throw new Error(sentence);
  };
  return {
    describe: (title, suite) => describe.skip(`${title}, ${sentence}`, suite),
    drop: unreachable,
    newUri: unreachable,
  };
}
