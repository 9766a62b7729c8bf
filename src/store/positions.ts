/** The order of a query, for engines that sort by themselves: where resources stand, and which come after a place. */
import { compareText } from '../scim/fold.js';
import { isObject, type Json, type JsonObject } from '../scim/json.js';
import type { Attribute } from '../scim/schema/characteristics.js';
import { type Keyset, type Position, SORTED_CHARACTERS, type Sort } from './store.js';

/** What has a place in the order of a query. */
export interface Placed {
  readonly position: Position;
}

/** @param form of the resource, in search form */
export function positionOf(row: number, form: JsonObject, sort: Sort | undefined): Position {
  return sort ? { row, key: sortKey(sortValue(form, sort.attribute.lineage)) } : { row };
}

/** In the order of the query: negative when `a` comes first. */
export function comparePositions(a: Position, b: Position, sort: Sort | undefined): number {
  const order = compareKeys(a.key ?? null, b.key ?? null);
  return (sort?.descending ? -order : order) || a.row - b.row;
}

/** What lies from the keyset's position on, nearest first. @param places in the order of the query */
export function beyond<Place extends Placed>(
  places: readonly Place[],
  { direction, from }: Keyset,
  sort: Sort | undefined,
): Place[] {
  const sign = direction === 'forward' ? 1 : -1;
  const found = from ? places.filter(({ position }) => sign * comparePositions(position, from, sort) > 0) : [...places];
  return sign === 1 ? found : found.reverse();
}

/** Resources without a value come last. */
function compareKeys(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b);
}

function sortKey(value: Json | undefined): string | number | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') return Number(value);
  return value.length <= SORTED_CHARACTERS ? value : Array.from(value).slice(0, SORTED_CHARACTERS).join('');
}

function sortValue(from: Json, lineage: readonly Attribute[]): Json | undefined {
  let value: Json | undefined = from;
  for (const { name } of lineage) {
    value = isObject(value) ? value[name] : undefined;
    if (Array.isArray(value)) value = value.find((item) => isObject(item) && item.primary === true) ?? value[0];
  }
  return value;
}
