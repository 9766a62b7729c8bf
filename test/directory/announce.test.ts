/** Telling that there is something new in a history, as the directory and bulk requests do it. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { BulkDirectory } from '../../src/directory/bulk.js';
import type { Caller } from '../../src/directory/caller.js';
import { Directory } from '../../src/directory/directory.js';
import type { DirectoryOptions } from '../../src/directory/options.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { JsonObject } from '../../src/scim/json.js';
import { readBulkRequest } from '../../src/scim/messages/bulk.js';
import { Dialect, PROFILES } from '../../src/scim/profiles.js';
import { DEFAULT_PROJECTION } from '../../src/scim/resource/project.js';
import type { ResourceType } from '../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../src/scim/schema/load.js';
import type { Store } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { URN } from '../support/client.js';

const registry = loadRegistry(bundledDocuments());
const USER = registry.resourceType('User') as ResourceType;
const caller: Caller = {
  tenant: 'acme',
  actor: { credential: 'c', name: 'c', address: undefined },
  requestId: 'r',
  dialect: new Dialect(PROFILES.entra),
  types: registry.resourceType,
};

/** A directory that notes when it announces, and how much was in the history by then. */
async function directoryWith(announce?: DirectoryOptions['announce']) {
  const store: Store = await openStore('memory:');
  const announced: string[] = [];
  const directory = new Directory({
    store,
    clock: () => new Date().toISOString(),
    newId: randomUUID,
    filterLimits: { length: 1_000, depth: 10, terms: 100 },
    maxMembers: 1_000,
    announce: announce ?? ((tenant) => void announced.push(tenant)),
  });
  const tell = announce ?? ((tenant: string) => void announced.push(`bulk ${tenant}`));
  const bulk = new BulkDirectory({ directory, store, newId: randomUUID, announce: tell });
  return { store, directory, bulk, announced };
}

const person = (userName: string) => ({ schemas: [URN.user], userName });

describe('what was written is announced', () => {
  test('once for each write, by the id of the tenant, and not where nothing is written', async () => {
    const { directory, announced } = await directoryWith();
    const { meta } = await directory.create(caller, USER, person('ann'), DEFAULT_PROJECTION);
    expect(announced).toEqual(['acme']);
    const patch = (op: JsonObject) => ({ schemas: [URN.patch], Operations: [op] });
    const title = patch({ op: 'replace', path: 'title', value: 'x' });
    await directory.patch(caller, USER, meta.id, title, {}, DEFAULT_PROJECTION);
    await directory.patch(caller, USER, meta.id, title, {}, DEFAULT_PROJECTION);
    expect(announced).toHaveLength(2);
    await expect(directory.create(caller, USER, person('ann'), DEFAULT_PROJECTION)).rejects.toThrow(/in use/);
    expect(announced).toHaveLength(2);
    await directory.replace(caller, USER, meta.id, person('bo'), {}, DEFAULT_PROJECTION);
    await directory.remove(caller, USER, meta.id, {});
    expect(announced).toHaveLength(4);
  });

  test('once for what a bulk request has done at once, when it is durable', async () => {
    const { bulk, store, announced } = await directoryWith();
    const run = (names: string[]) => {
      const Operations = names.map((userName) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: person(userName),
      }));
      const body = { schemas: [URN.bulk], Operations };
      return bulk.run(caller, readBulkRequest(body, registry.resourceTypes, 10));
    };
    await run(['ann', 'bo', 'cem']);
    expect(announced).toEqual(['bulk acme']);
    expect(await store.changes('acme', 0, 10)).toHaveLength(3);
    await run(['ann', 'bo']);
    expect(announced).toHaveLength(1);
  });

  test('and what fails there does not fail the write', async () => {
    const { directory } = await directoryWith(() => {
      throw new Error('nobody listens');
    });
    await directory.create(caller, USER, person('ann'), DEFAULT_PROJECTION);
  });
});
