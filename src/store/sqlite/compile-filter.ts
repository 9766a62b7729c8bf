/**
 * A filter tree as an SQL condition on `resources r`, with the meaning that scim/filter/matches.ts gives it.
 * Each condition is true or false, never NULL, so that NOT is safe. Values are bound, never part of the text.
 */
import type { FilterNode } from '../../scim/filter/node.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { Keyset } from '../store.js';
import { type Compare, candidates, type Indexed, indexed, necessary } from './filter-index.js';
import { type Rows, resourceScope, type Scope, type Values } from './filter-scope.js';
import { bind, test } from './filter-test.js';
import { beyondRow } from './order.js';
import { Aliases, joined, type Sql, sql } from './sql.js';

type ValuePath = Extract<FilterNode, { kind: 'valuePath' }>;

/** Compiles nodes that stand in one scope. */
interface Compiler {
  readonly scope: Scope;
  /** The resources for which a comparison holds, by way of an index; undefined where there is none. */
  indexed(node: Compare): Indexed | undefined;
}

/**
 * Where an index can name the resources that may match, it names them and the rest of the filter is tried on those;
 * left to choose, SQLite would rather go through all of a type, which spares it sorting the few that match.
 * @param beyond of those that match, only the resources on the far side of this position in the order of creation.
 */
export function compileFilter(node: FilterNode, tenant: string, type: ResourceType, beyond?: Keyset): Sql {
  const scope = resourceScope(tenant, type, new Aliases());
  const byIndex = (compare: Compare) => indexed(compare, tenant, type);
  const found = candidates(node, byIndex);
  if (!found) {
    const row = beyond && beyondRow(beyond, sql`r.rid`);
    const matches = compile(node, { scope, indexed: byIndex });
    return row ? joined([row, matches], 'and') : matches;
  }
  // Within the query for the candidates, so that those on the near side are not even named.
  const row = beyond && beyondRow(beyond, sql`rid`);
  const isCandidate = row
    ? sql`r.rid IN (SELECT rid FROM (${found.rids}) WHERE ${row})`
    : sql`r.rid IN (${found.rids})`;
  return found.isExact ? isCandidate : joined([isCandidate, compile(node, { scope, indexed: () => undefined })], 'and');
}

function compile(node: FilterNode, compiler: Compiler): Sql {
  switch (node.kind) {
    case 'and':
    case 'or':
      return joined(
        node.nodes.map((inner) => compile(inner, compiler)),
        node.kind,
      );
    case 'not':
      return sql`NOT (${compile(node.node, compiler)})`;
    case 'present':
      return present(compiler.scope.values(node.attribute), node.attribute.type === 'complex');
    case 'compare':
      return isAmong(compiler.indexed(node)) ?? compare(node, compiler.scope.values(node.attribute));
    case 'valuePath':
      return valuePath(node, compiler);
  }
}

/** An empty string and an empty object are no value (RFC 7643 §2.5). */
function present({ rows, value }: Values, isComplex: boolean): Sql {
  const assigned = isComplex ? sql`coalesce(${value} <> '{}', 0)` : sql`coalesce(${value} <> '', 0)`;
  return rows ? exists(rows, assigned) : assigned;
}

function compare({ operator, value: operand }: Compare, { rows, value }: Values): Sql {
  if (!rows) return test(value, operator, operand);
  // No value at all differs too, hence the 1; max() passes over NULL.
  if (operator === 'ne') return sql`coalesce((${select(rows, sql`max(${value} <> ${bind(operand)})`)}), 1)`;
  return exists(rows, test(value, operator, operand));
}

function valuePath(node: ValuePath, compiler: Compiler): Sql {
  const { rows, exists: there, scope } = compiler.scope.elements(node.attribute);
  const inner = compile(node.node, { scope, indexed: () => undefined });
  const selected = joined([there, inner], 'and');
  const among = necessary(node.node).flatMap((term) => isAmong(compiler.indexed(term)) ?? []);
  return joined([...among, rows ? exists(rows, selected) : selected], 'and');
}

/** The plus: to be looked up for each resource at hand, not to be gone through. */
function isAmong(found: Indexed | undefined): Sql | undefined {
  return found && sql`+r.rid IN (${found.rids})`;
}

/**
 * The plus keeps SQLite from making a join of EXISTS: with the OFFSET of a page such a join returns a row once for
 * each element that matches (seen in 3.53.0).
 */
function exists(rows: Rows, condition: Sql): Sql {
  return sql`+EXISTS (${select({ ...rows, where: sql`${rows.where} AND ${condition}` }, sql`1`)})`;
}

function select(rows: Rows, column: Sql): Sql {
  return sql`${rows.with}SELECT ${column} FROM ${rows.from} WHERE ${rows.where}`;
}
