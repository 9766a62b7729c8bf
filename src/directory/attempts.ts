/** Writes that lose a race: what was read has changed before it was written, so it is read and planned again. */
import { ScimError } from '../scim/errors.js';
import { type ResourceKey, type StoredResource, StoreUnavailable, VersionConflict } from '../store/store.js';
import { type Conditions, checkConditions } from './conditions.js';
import type { DirectoryStore } from './options.js';
import { notFound } from './refusals.js';

/** How often a write that lost a race is planned again before the client is told. */
export const MAX_ATTEMPTS = 100;

/**
 * Reads, lets `attempt` plan and commit, and repeats when another write came in between. With If-Match the repeated
 * read finds the other version, which is the client's 412.
 * @throws ScimError notFound, preconditionFailed, what `attempt` throws, or unavailable when others keep being faster
 */
export async function untilCommitted<Result>(
  store: Pick<DirectoryStore, 'get' | 'commit'>,
  key: ResourceKey,
  conditions: Conditions,
  attempt: (current: StoredResource) => Promise<Result>,
): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    const current = await store.get(key, 'latest');
    try {
      if (!current) throw notFound(key);
      checkConditions(current, conditions);
      return await attempt(current);
    } catch (error) {
      const conflict =
        error instanceof VersionConflict ? error : await conflictBehind(error, store, key.tenant, current);
      if (!conflict) throw error;
      if (attempts === MAX_ATTEMPTS) throw keepsChanging(conflict);
    }
  }
}

/** A refusal rests on what was read, and is none when that was not kept. */
async function conflictBehind(
  refusal: unknown,
  store: Pick<DirectoryStore, 'commit'>,
  tenant: string,
  read: StoredResource | undefined,
): Promise<VersionConflict | undefined> {
  if (refusal instanceof StoreUnavailable) return undefined;
  try {
    await store.commit(tenant, [], read && [read]);
    return undefined;
  } catch (error) {
    if (error instanceof VersionConflict) return error;
    throw error;
  }
}

/** What a client is told when others have changed a resource MAX_ATTEMPTS times while it was written. */
export function keepsChanging(cause: VersionConflict): ScimError {
  return new ScimError('unavailable', 'Others keep changing this resource; try again.', { cause });
}
