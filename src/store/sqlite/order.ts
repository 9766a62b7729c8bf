/** The order of a list: what a resource is sorted by, which way, and what lies on one side of a position in it. */
import type { Attribute } from '../../scim/schema/characteristics.js';
import { type Keyset, SORTED_CHARACTERS, type Sort } from '../store.js';
import { quoteKey } from './filter-scope.js';
import { type Sql, sql } from './sql.js';

/** Terms for ORDER BY over the columns `rid` and, with a sort, `sort_key`. `backward`: from the end to the start. */
export function order(sort: Sort | undefined, isBackward = false, table = sql``): Sql {
  const rows = isBackward ? sql`${table}rid DESC` : sql`${table}rid`;
  if (!sort) return rows;
  return isUpward(sort, isBackward)
    ? sql`${table}sort_key ASC NULLS LAST, ${rows}`
    : sql`${table}sort_key DESC NULLS FIRST, ${rows}`;
}

/** Whether sort keys ascend on the way; then those without one come last, otherwise first. */
function isUpward({ descending }: Sort, isBackward: boolean): boolean {
  return descending === isBackward;
}

/** The rows on the far side of a position in the order of creation; undefined when the keyset has no position. */
export function beyondRow({ direction, from }: Keyset, column: Sql): Sql | undefined {
  if (!from) return undefined;
  return direction === 'forward' ? sql`${column} > ${from.row}` : sql`${column} < ${from.row}`;
}

/** The same in the order of a sort, over the columns `sort_key` and `rid`. */
export function beyondKey(keyset: Keyset, sort: Sort): Sql | undefined {
  const row = beyondRow(keyset, sql`rid`);
  if (!row) return undefined;
  const given = keyset.from?.key ?? null;
  // The library binds numbers close to zero as 0: they go as text.
  const key = typeof given === 'number' ? sql`CAST(${String(given)} AS REAL)` : given;
  const goesUp = isUpward(sort, keyset.direction === 'backward');
  if (key === null) {
    return goesUp ? sql`sort_key IS NULL AND ${row}` : sql`(sort_key IS NOT NULL OR ${row})`;
  }
  const tie = sql`sort_key = ${key} AND ${row}`;
  return goesUp ? sql`(sort_key > ${key} OR sort_key IS NULL OR ${tie})` : sql`(sort_key < ${key} OR ${tie})`;
}

/** The value that a resource is ordered by, or NULL. */
export function sortKey(attribute: Attribute): Sql {
  const value = sortValue(attribute);
  switch (attribute.type) {
    case 'boolean':
      return value;
    case 'integer':
    case 'decimal':
      // Beyond 2^53 the digits of a number in JSON are not those of its value.
      return sql`CAST(${value} AS REAL)`;
    default:
      return sql`substr(${value}, 1, ${SORTED_CHARACTERS})`;
  }
}

function sortValue({ lineage, path }: Attribute): Sql {
  if (path === 'id') return sql`r.id`;
  const at = lineage.findIndex(({ multiValued }) => multiValued);
  if (at === -1) return sql`json_extract(r.form, ${pathOf(lineage)})`;
  const element = (of: Sql): Sql => sql`CASE e.type WHEN 'object' THEN json_extract(e.value, ${of}) END`;
  const [list, rest] = [lineage.slice(0, at + 1), lineage.slice(at + 1)];
  const value = rest.length > 0 ? element(sql`${firstOf(rest)}`) : sql`e.value`;
  const isPrimary = sql`${element(sql`'$."primary"'`)} IS 1`;
  return sql`(SELECT ${value} FROM json_each(r.form, ${pathOf(list)}) e ORDER BY ${isPrimary} DESC, e.key LIMIT 1)`;
}

/** `$."name"."givenName"` */
function pathOf(lineage: readonly Attribute[]): string {
  return `$${lineage.map(({ name }) => `.${quoteKey(name)}`).join('')}`;
}

/** The same, to the first element of what is multi-valued. */
function firstOf(lineage: readonly Attribute[]): string {
  return `$${lineage.map(({ name, multiValued }) => `.${quoteKey(name)}${multiValued ? '[0]' : ''}`).join('')}`;
}
