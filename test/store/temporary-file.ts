/** A path for a database in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export async function temporaryFile(): Promise<{ path: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'scim-target-store-'));
  return { path: path.join(folder, 'store.db'), remove: () => rm(folder, { recursive: true, force: true }) };
}
