/** Many users at once, past HTTP: a thousand requests would say nothing that one does not. */
import { randomUUID } from 'node:crypto';
import { putWrite } from '../../src/directory/write.js';
import type { ResourceType } from '../../src/scim/schema/characteristics.js';
import type { Tenant } from '../../src/store/store.js';
import type { ScimTarget } from '../../src/target.js';

const BATCH = 500;

/** The ids of new users `seed-0`, `seed-1` … of a tenant, in order. */
export async function seedUsers({ store, registry }: ScimTarget, tenant: Tenant, count: number): Promise<string[]> {
  const type = registry.resourceType('User') as ResourceType;
  const schema = { type, unique: type.unique };
  const actor = { credential: 'seed', name: 'seed', address: undefined };
  const occasion = { operation: 'create', time: new Date().toISOString(), requestId: 'seed', actor } as const;
  const ids = Array.from({ length: count }, () => randomUUID());
  const writes = ids.map((id, i) => {
    const document = { userName: `seed-${i}`, displayName: `Seed ${i}`, active: true };
    const changes = { difference: [], added: [], removed: [] };
    return putWrite({ tenant: tenant.id, type: type.name, id }, undefined, document, changes, occasion, schema);
  });
  for (let at = 0; at < count; at += BATCH) await store.commit(tenant.id, writes.slice(at, at + BATCH));
  return ids;
}
