/** sortBy and sortOrder, RFC 7644 §3.4.2.3. */
import { ScimError } from './errors.js';
import { fold } from './fold.js';
import { quote } from './path/parse.js';
import { findAttribute } from './path/resolve.js';
import type { Dialect } from './profiles.js';
import { isSearchable } from './resource/search-form.js';
import type { Attribute, ResourceType } from './schema/characteristics.js';

/** An attribute that is not complex, and the direction. */
export interface SortOrder {
  readonly attribute: Attribute;
  readonly descending: boolean;
}

/**
 * @param sortBy undefined or empty: no order is asked for.
 * @param sortOrder `ascending` (the default) or `descending`.
 * @throws ScimError invalidPath, invalidValue
 */
export function resolveSort(
  type: ResourceType,
  sortBy: string | undefined,
  sortOrder: string | undefined,
  dialect: Dialect,
): SortOrder | undefined {
  if (!sortBy) return undefined;
  const named = findAttribute(type, sortBy, dialect);
  if (!named) throw new ScimError('invalidPath', `${type.name} has no attribute ${quote(sortBy)} to sort by.`);
  const attribute = named.type === 'complex' ? (named.subAttributes.get('value') ?? named) : named;
  const top = attribute.lineage[0];
  const isKept = top !== type.edges && top !== type.memberships && isSearchable(attribute);
  if (attribute.type === 'complex' || !isKept) {
    throw new ScimError('invalidPath', `A list cannot be sorted by ${attribute.path}.`);
  }
  const order = fold(sortOrder ?? 'ascending');
  if (order !== 'ascending' && order !== 'descending') {
    throw new ScimError('invalidValue', 'sortOrder must be ascending or descending.');
  }
  return { attribute, descending: order === 'descending' };
}

/**
 * The order for each of several types, in one list: undefined for a type that cannot be sorted so.
 * @throws ScimError invalidPath when that is none of them, invalidValue
 */
export function resolveSortAcross(
  types: readonly ResourceType[],
  sortBy: string | undefined,
  sortOrder: string | undefined,
  dialect: Dialect,
): (SortOrder | undefined)[] {
  if (!sortBy) return types.map(() => undefined);
  const refusals: ScimError[] = [];
  const orders = types.map((type) => {
    try {
      return resolveSort(type, sortBy, sortOrder, dialect);
    } catch (error) {
      if (!(error instanceof ScimError) || error.kind !== 'invalidPath') throw error;
      refusals.push(error);
      return undefined;
    }
  });
  if (refusals.length === types.length) throw refusals[0];
  return orders;
}
