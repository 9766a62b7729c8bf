/** A store that tells which of its methods were called that write. */
import type { Store } from '../../src/store/store.js';

/** Methods that change nothing, or nothing but notes of use, records of requests, who was told of what, and what has ended anyway. */
const HARMLESS: ReadonlySet<string> = new Set<keyof Store>([
  'get',
  'passwordHash',
  'search',
  'edges',
  'presentEdges',
  'memberships',
  'containers',
  'changes',
  'changesOf',
  'secret',
  'ping',
  'close',
  'tenantByName',
  'tenantById',
  'tenants',
  'purgeTenants',
  'credentials',
  'credential',
  'dropEndedKeys',
  'findBearer',
  'findByIdentifier',
  'findByIssuer',
  'noteUse',
  'admins',
  'admin',
  'adminByEmail',
  'adminBySubject',
  'adminKeyByHash',
  'adminKeys',
  'touchAdminKey',
  'heads',
  'claimDeliveries',
  'saveDeliveries',
  'deliveries',
  'deadLetters',
  'deadLetter',
  'receivers',
  'receiver',
  'appendActivity',
  'activity',
  'traffic',
  'lastRequests',
  'trimActivity',
  'audit',
]);

/** `writes`: the names of all other methods, as they are called. The caller may empty it. */
export function watchedStore(store: Store): { store: Store; writes: string[] } {
  const writes: string[] = [];
  const watched = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      return (...given: unknown[]) => {
        if (!HARMLESS.has(name)) writes.push(name);
        return value.apply(target, given);
      };
    },
  });
  return { store: watched, writes };
}
