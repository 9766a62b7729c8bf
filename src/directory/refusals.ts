/** What a store refuses, in SCIM's words. */
import { ScimError } from '../scim/errors.js';
import type { JsonObject } from '../scim/json.js';
import { isInactive } from '../scim/resource/inactive.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import {
  keyOf,
  MissingReference,
  type ResourceKey,
  type Store,
  UniquenessConflict,
  type Write,
} from '../store/store.js';
import type { Caller } from './caller.js';

export function notFound({ type, id }: Pick<ResourceKey, 'type' | 'id'>): ScimError {
  return new ScimError('notFound', `There is no ${type} ${JSON.stringify(id.slice(0, 100))}.`);
}

/**
 * What the client is told: a ScimError for a value that is taken and for a member that is nowhere, otherwise the error
 * as it came.
 * @param store where to look for whoever has the value
 * @param document what could not be written
 */
export async function explained(
  error: unknown,
  store: Pick<Store, 'search'>,
  caller: Caller,
  type: ResourceType,
  document: JsonObject,
): Promise<unknown> {
  if (error instanceof UniquenessConflict) return taken(error, store, caller, type, document);
  return error instanceof MissingReference ? missing(error) : error;
}

/** Clients disable whom they may bring back, and forget them: then the value is taken by somebody they do not see. */
async function taken(
  error: UniquenessConflict,
  store: Pick<Store, 'search'>,
  { tenant, dialect }: Caller,
  type: ResourceType,
  document: JsonObject,
): Promise<ScimError> {
  const { path, value } = error;
  if (type.uniqueByProfile.some((attribute) => attribute.path === path)) dialect.bend('unique-group-name');
  const given = document[path];
  const shown = typeof given === 'string' ? ` ${JSON.stringify(given)}` : '';
  const attribute = type.lookups.find((candidate) => candidate.path === path);
  const filter = attribute && ({ kind: 'compare', operator: 'eq', attribute, value } as const);
  const query = filter && { tenant, type: type.name, resourceType: type, filter, offset: 0, limit: 1 };
  const holder = query && (await store.search(query).catch(() => undefined))?.resources[0];
  const remedy =
    holder && isInactive(holder.document)
      ? `, which is inactive: find it with the filter ${path} eq${shown || ' …'}, and activate it instead of making another`
      : '';
  return new ScimError('uniqueness', `The ${path}${shown} is in use by another ${type.name}${remedy}.`, {
    cause: error,
  });
}

function missing(error: MissingReference): ScimError {
  const ids = error.ids.slice(0, 5).map((id) => JSON.stringify(id.slice(0, 100)));
  return new ScimError('invalidValue', `There is no resource that could be a member with the id ${ids.join(', ')}.`, {
    cause: error,
  });
}

/** Which of the writes of a batch the store has refused; the first where that cannot be told. */
export function refusedWrite(error: unknown, writes: readonly Write[]): number {
  if (error instanceof MissingReference) {
    return writes.findIndex(
      (write) => keyOf(write).id === error.key.id && write.change.added.some((id) => error.ids.includes(id)),
    );
  }
  if (error instanceof UniquenessConflict) {
    const takes = (write: Write): boolean =>
      write.kind === 'put' &&
      write.resource.key.type === error.key?.type &&
      write.index.lookups.some(({ path, value, unique }) => unique && path === error.path && value === error.value);
    // Of two new resources with one value, the later one is too many.
    const created = writes.findLastIndex((write) => write.expected === 0 && takes(write));
    return created === -1 ? writes.findIndex((write) => keyOf(write).id === error.key?.id && takes(write)) : created;
  }
  return 0;
}
