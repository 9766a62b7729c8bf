/** Before all test files: finds the MongoDB that they share, and tells them of it (`inject('mongo')`). */
import type { TestProject } from 'vitest/node';
import { findServer, type SharedMongo } from './find.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mongo: SharedMongo;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await findServer();
  const isThere = typeof server !== 'string';
  project.provide('mongo', isThere ? { uri: server.uri('scim') } : { reason: server });
  return async () => {
    if (isThere) await server.stop();
  };
}
