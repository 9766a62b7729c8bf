/** Changes for tests of what is made of them. */
import type { Change, ChangeOperation, ResourceKey } from '../../src/store/store.js';

export const TENANT = 't-1';

export function keyOf(type: string, id = 'r-1', tenant = TENANT): ResourceKey {
  return { tenant, type, id };
}

/** A patch of a user in version 2, unless something else is said. */
export function changeWith(parts: Partial<Change> & { readonly type?: string } = {}): Change {
  const { type = 'User', ...given } = parts;
  const operation: ChangeOperation = given.operation ?? 'patch';
  return {
    sequence: 7,
    key: keyOf(type),
    version: operation === 'create' ? 1 : 2,
    time: '2031-01-01T00:00:00.000Z',
    requestId: 'request-1',
    actor: { credential: 'c-1', name: 'Entra', address: '10.0.0.1' },
    difference: [],
    added: [],
    removed: [],
    ...given,
    operation,
  };
}
