/** From an option to an open store, and the schemas that it is told. The one place that names engines. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readOptions, readSettings } from '../options.js';
import { bundledDocuments, documentsWith } from '../schema-files.js';
import { loadRegistry, type Registry, type RegistryDocuments } from '../scim/schema/load.js';
import type { Store } from '../store/store.js';
import type { Transfer } from '../store/transfer.js';

/** The documents for all tenants: the bundled ones, with those of a folder where there is one. */
export function serverDocuments(folder: string | undefined): RegistryDocuments {
  return folder === undefined ? bundledDocuments() : documentsWith(folder);
}

/** The schemas that a target has without others. */
export function bundledRegistry(): Registry {
  return loadRegistry(bundledDocuments());
}

/**
 * Opens `sqlite:PATH` (the file and its folder are made when missing), `mongodb://…` or `memory:`. Engines are loaded
 * when needed.
 * @throws OptionError for anything else
 */
export async function openStore(
  spec: string,
  busyTimeout = readOptions({}).busyTimeout,
  registry: Registry = bundledRegistry(),
): Promise<Store> {
  readSettings({ store: spec, busyTimeout });
  if (spec === 'memory:') {
    const { createMemoryStore } = await import('../store/memory/store.js');
    return createMemoryStore({ types: registry.resourceType });
  }
  if (/^mongodb(?:\+srv)?:/.test(spec)) {
    const { openMongoStore } = await import('../store/mongo/store.js');
    return openMongoStore({ uri: spec, types: registry.resourceType });
  }
  const { openSqliteStore } = await import('../store/sqlite/store.js');
  const path = spec.replace(/^sqlite:/, '');
  await mkdir(dirname(path), { recursive: true });
  return openSqliteStore({ path, types: registry.resourceType, busyTimeout });
}

/** The rows of a store that openStore() opens, for moving them; not those of `memory:`, which end with their process. */
export async function openTransfer(spec: string, busyTimeout = readOptions({}).busyTimeout): Promise<Transfer> {
  if (/^mongodb(?:\+srv)?:/.test(spec)) {
    const { openMongoTransfer } = await import('../store/mongo/transfer.js');
    return openMongoTransfer({ uri: spec });
  }
  const { openSqliteTransfer } = await import('../store/sqlite/transfer.js');
  return openSqliteTransfer(spec.replace(/^sqlite:/, ''), busyTimeout);
}
