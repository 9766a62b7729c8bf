/**
 * The PATCH requests of Microsoft Entra in its two dialects: as it sends them by default, and in the form that the
 * flag aadOptscim062020 in the tenant URL switches on.
 */
import { PATCH_URN } from '../facts.js';
import type { Json, JsonObject } from '../model.js';
import { MANAGER_PATH, type Value } from './mapping.js';

/** `default`: capitalised operations, booleans as text; `compliant`: that of the flag aadOptscim062020. */
export type Dialect = 'default' | 'compliant';

/** A value that the target lacks or has otherwise. */
export interface Change {
  readonly path: string;
  readonly value: Value;
  /** The target has nothing there yet. */
  readonly isNew: boolean;
}

/** One PATCH for all changed attributes of an object. */
export function patchBody(changes: readonly Change[], dialect: Dialect): JsonObject {
  if (dialect === 'default') {
    return envelope(
      changes.map(({ path, value, isNew }) => ({
        op: isNew ? 'Add' : 'Replace',
        path,
        value: typeof value === 'boolean' ? capitalised(value) : value,
      })),
    );
  }
  const own = changes.filter(({ path }) => path.includes('['));
  const rest = changes.filter(({ path }) => !path.includes('['));
  const operations: JsonObject[] = own.map(operation);
  if (rest.length === 1) operations.push(...rest.map(operation));
  if (rest.length > 1) {
    operations.push({ op: 'replace', value: Object.fromEntries(rest.map(({ path, value }) => [path, value])) });
  }
  return envelope(operations);
}

export function managerBody(id: string | undefined, isNew: boolean, dialect: Dialect): JsonObject {
  const isDefault = dialect === 'default';
  const name = (op: string): string => (isDefault ? op : op.toLowerCase());
  if (id === undefined) return envelope([{ op: name('Remove'), path: MANAGER_PATH }]);
  return envelope([{ op: name(isNew ? 'Add' : 'Replace'), path: MANAGER_PATH, value: isDefault ? id : { value: id } }]);
}

export function addMembersBody(ids: readonly string[], dialect: Dialect): JsonObject {
  return dialect === 'default'
    ? envelope([{ op: 'Add', path: 'members', value: ids.map((value) => ({ $ref: null, value })) }])
    : envelope([{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }]);
}

export function removeMembersBody(ids: readonly string[], dialect: Dialect): JsonObject {
  return dialect === 'default'
    ? envelope([{ op: 'Remove', path: 'members', value: ids.map((value) => ({ $ref: null, value })) }])
    : envelope(ids.map((id) => ({ op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` })));
}

function operation({ path, value, isNew }: Change): JsonObject {
  return { op: isNew ? 'add' : 'replace', path, value };
}

function capitalised(value: boolean): string {
  return value ? 'True' : 'False';
}

function envelope(operations: readonly JsonObject[]): JsonObject {
  return { schemas: [PATCH_URN], Operations: operations as Json[] };
}
