/** Which parts of a filter an index can answer, and how: as a query for the rids of resources. */
import type { CompareOperator, FilterNode } from '../../scim/filter/node.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { isWithin } from './filter-scope.js';
import { test } from './filter-test.js';
import { type Sql, sql } from './sql.js';

export type Compare = Extract<FilterNode, { kind: 'compare' }>;

/** The rids of the resources for which a comparison holds. */
export interface Indexed {
  /** `SELECT rid FROM …`; a rid may come more than once. */
  readonly rids: Sql;
  /** How many rows this may read, from few to many; for comparing only. */
  readonly cost: number;
}

/** The rids of all resources that may match. */
interface Candidates extends Indexed {
  /** True when each of them does match. */
  readonly isExact: boolean;
}

/** SQLite joins at most 500 queries by UNION. */
const MOST_BRANCHES = 400;

/** Undefined when some that match could not be named by an index. */
export function candidates(node: FilterNode, byIndex: (node: Compare) => Indexed | undefined): Candidates | undefined {
  switch (node.kind) {
    case 'compare': {
      const found = byIndex(node);
      return found && { ...found, isExact: true };
    }
    case 'and':
      return cheapest(node.nodes.flatMap((inner) => candidates(inner, byIndex) ?? []));
    case 'or': {
      const all = node.nodes.flatMap((inner) => candidates(inner, byIndex) ?? []);
      return all.length === node.nodes.length && all.length <= MOST_BRANCHES ? union(all) : undefined;
    }
    case 'valuePath':
      return cheapest(necessary(node.node).flatMap((term) => candidates(term, byIndex) ?? []));
    default:
      return undefined;
  }
}

/** The comparisons that hold whenever the node does. */
export function necessary(node: FilterNode): Compare[] {
  if (node.kind === 'and') return node.nodes.flatMap(necessary);
  return node.kind === 'compare' ? [node] : [];
}

/** Of several that must all hold. */
function cheapest(all: readonly Candidates[]): Candidates | undefined {
  const [first] = all.toSorted((a, b) => a.cost - b.cost);
  return first && { ...first, isExact: false };
}

function union(all: readonly Candidates[]): Candidates | undefined {
  const [first, ...rest] = all;
  return (
    first &&
    rest.reduce(
      (a, b) => ({
        rids: sql`${a.rids} UNION ALL ${b.rids}`,
        cost: Math.max(a.cost, b.cost),
        isExact: a.isExact && b.isExact,
      }),
      first,
    )
  );
}

export function indexed(
  { attribute, operator, value }: Compare,
  tenant: string,
  type: ResourceType,
): Indexed | undefined {
  if (typeof value !== 'string' || operator === 'ne') return undefined;
  if (attribute.isLookup) {
    const key = sql`tenant = ${tenant} AND type = ${type.name} AND path = ${attribute.path}`;
    return {
      rids: sql`SELECT rid FROM lookups WHERE ${key} AND ${testIndexed(operator, value)}`,
      cost: costOf(operator),
    };
  }
  if (operator !== 'eq') return undefined;
  if (attribute.path === 'id') {
    return { rids: sql`SELECT rid FROM resources WHERE tenant = ${tenant} AND id = ${value}`, cost: 0 };
  }
  if (attribute.name !== 'value') return undefined;
  if (isWithin(attribute, type.edges)) return { rids: holders(tenant, value), cost: 2 };
  return isWithin(attribute, type.memberships) ? { rids: below(tenant, value), cost: 4 } : undefined;
}

function costOf(operator: CompareOperator): number {
  if (operator === 'eq') return 1;
  if (operator === 'sw') return 3;
  return operator === 'co' || operator === 'ew' ? 6 : 5;
}

/** On the column `value` of lookups, the last of its key but one: a range where the operator allows it. */
function testIndexed(operator: CompareOperator, operand: string): Sql {
  if (operator === 'co' || operator === 'ew') return test(sql`value`, operator, operand);
  if (operator !== 'sw') return plain(operator, operand);
  const end = textAfter(operand);
  return end === undefined ? sql`value >= ${operand}` : sql`value >= ${operand} AND value < ${end}`;
}

/** Without coalesce, behind which SQLite would not see the range; the column is never NULL. */
function plain(operator: CompareOperator, operand: string): Sql {
  if (operator === 'gt') return sql`value > ${operand}`;
  if (operator === 'ge') return sql`value >= ${operand}`;
  if (operator === 'lt') return sql`value < ${operand}`;
  return operator === 'le' ? sql`value <= ${operand}` : sql`value = ${operand}`;
}

/** The first text, in the order of code points, behind all that start with `prefix`; undefined when there is none. */
function textAfter(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Surrogates are not characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** The groups that have `member` as a direct member. */
function holders(tenant: string, member: string): Sql {
  return sql`
    SELECT g.rid FROM edges e CROSS JOIN resources g ON g.tenant = ${tenant} AND g.id = e.group_id
    WHERE e.tenant = ${tenant} AND e.member_id = ${member}`;
}

/** The resources that are in the group, directly or through others. */
function below(tenant: string, group: string): Sql {
  return sql`
    SELECT m.rid FROM (
      WITH RECURSIVE below (id) AS (
        SELECT member_id FROM edges WHERE tenant = ${tenant} AND group_id = ${group}
        UNION
        SELECT e.member_id FROM below CROSS JOIN edges e ON e.tenant = ${tenant} AND e.group_id = below.id
      )
      SELECT id FROM below
    ) b CROSS JOIN resources m ON m.tenant = ${tenant} AND m.id = b.id`;
}
