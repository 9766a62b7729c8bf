/** Comparing one value. */
import type { CompareOperator, Operand } from '../../scim/filter/node.js';
import type { SqlValue } from './driver.js';
import { type Sql, sql } from './sql.js';

/** True or false, also of NULL. LIKE is not used: it folds case in its own way, and `%` and `_` mean themselves here. */
export function test(value: Sql, operator: CompareOperator, operand: Operand): Sql {
  const bound = bind(operand);
  switch (operator) {
    case 'eq':
      return sql`${value} IS ${bound}`;
    case 'ne':
      return sql`${value} IS NOT ${bound}`;
    case 'co':
      return sql`coalesce(instr(${value}, ${bound}) > 0, 0)`;
    case 'sw':
      return sql`coalesce(substr(${value}, 1, ${characters(operand)}) = ${bound}, 0)`;
    case 'ew':
      // A start of 0 would mean the whole text.
      if (operand === '') return sql`(${value} IS NOT NULL)`;
      return sql`coalesce(substr(${value}, ${-characters(operand)}) = ${bound}, 0)`;
    case 'gt':
      return sql`coalesce(${value} > ${bound}, 0)`;
    case 'ge':
      return sql`coalesce(${value} >= ${bound}, 0)`;
    case 'lt':
      return sql`coalesce(${value} < ${bound}, 0)`;
    case 'le':
      return sql`coalesce(${value} <= ${bound}, 0)`;
  }
}

/** A number goes the way that the stored one went, so that both are rounded alike. */
export function bind(operand: Operand): Sql | SqlValue {
  if (typeof operand === 'boolean') return operand ? 1 : 0;
  return typeof operand === 'number' ? sql`json_extract(${JSON.stringify(operand)}, '$')` : operand;
}

/** SQLite counts code points. */
function characters(operand: Operand): number {
  return Array.from(String(operand)).length;
}
