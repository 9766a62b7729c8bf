/** The stores that tests over HTTP run on. Without a MongoDB what would run on it is reported as skipped. */
import path from 'node:path';
import { describe, inject } from 'vitest';
import { withDatabase } from './mongo/find.js';
import { dropDatabase, skipped } from './mongo/server.js';

export type Engine = 'memory:' | 'sqlite:' | 'mongodb:';

/** Those that are there. */
export const ENGINES: readonly Engine[] = [
  'memory:',
  'sqlite:',
  ...(inject('mongo').uri === undefined ? [] : (['mongodb:'] as const)),
];

/**
 * One suite for each store.
 * @param title begins its title; the store's name is added
 * @param engines those that it is about, all of them unless told
 */
export function describeOnEach(title: string, define: (engine: Engine) => void, engines?: readonly Engine[]): void {
  const isMeant = (engine: Engine): boolean => engines?.includes(engine) ?? true;
  describe.each(ENGINES.filter(isMeant))(`${title}, store %s`, define);
  const { reason } = inject('mongo');
  if (reason === undefined || !isMeant('mongodb:')) return;
  describe.skip(`${title}, store mongodb:, ${skipped(reason)}`, () => define('mongodb:'));
}

/** A new store of this kind, as an option says it. @param folder of the test alone; its name is that of the database */
export function storeIn(folder: string, engine: Engine): string {
  if (engine === 'memory:') return engine;
  return engine === 'sqlite:' ? `sqlite:${path.join(folder, 'scim.db')}` : addressOf(folder);
}

/** What is left of it beside the folder. */
export async function dropStore(folder: string, engine: Engine): Promise<void> {
  if (engine === 'mongodb:') await dropDatabase(addressOf(folder));
}

function addressOf(folder: string): string {
  return withDatabase(inject('mongo').uri ?? '', path.basename(folder));
}
