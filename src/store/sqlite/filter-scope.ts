/** Where the values that a filter speaks of are found: in the form of a resource, in an element of it, in edges. */
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import { type Aliases, type Sql, sql } from './sql.js';

/** A query with one row per value: `with SELECT … FROM from WHERE where`. */
export interface Rows {
  readonly with: Sql;
  readonly from: Sql;
  readonly where: Sql;
}

/** The values of an attribute: one (or NULL), or one per row. */
export interface Values {
  readonly rows: Rows | undefined;
  /** NULL where there is no value. */
  readonly value: Sql;
}

/** The elements that a value path selects from. */
export interface Elements {
  readonly rows: Rows | undefined;
  /** True where there is an element. */
  readonly exists: Sql;
  /** How a filter on the sub-attributes of one element finds its values. */
  readonly scope: Scope;
}

export interface Scope {
  values(attribute: Attribute): Values;
  elements(attribute: Attribute): Elements;
}

const NO_WITH = sql``;
const TRUE = sql`1`;

/** JSON text or JSONB, and how far into it; `row` when it is the `value` of that json_each. */
interface Place {
  readonly json: Sql;
  readonly path: string;
  readonly row: Sql | undefined;
}

/** A whole resource, in the table `resources r`. */
export function resourceScope(tenant: string, type: ResourceType, aliases: Aliases): Scope {
  const form = jsonScope({ json: sql`r.form`, path: '$', row: undefined }, 0, aliases);
  const edges = (attribute: Attribute): Elements | undefined => {
    if (isWithin(attribute, type.edges)) return members(tenant, aliases);
    return isWithin(attribute, type.memberships) ? groups(tenant, aliases) : undefined;
  };
  return {
    values: (attribute) => {
      if (attribute.path === 'id') return { rows: undefined, value: sql`r.id` };
      const elements = edges(attribute);
      return elements ? { rows: elements.rows, value: elements.scope.values(attribute).value } : form.values(attribute);
    },
    elements: (attribute) => edges(attribute) ?? form.elements(attribute),
  };
}

/** True for `whole` itself and for its sub-attributes. */
export function isWithin(attribute: Attribute, whole: Attribute | undefined): boolean {
  return whole !== undefined && attribute.lineage.some(({ path }) => path === whole.path);
}

/** @param depth how many attributes of a lineage lie above `place`. */
function jsonScope(place: Place, depth: number, aliases: Aliases): Scope {
  return {
    values: (attribute) => {
      const { rows, end } = descend(place, attribute.lineage.slice(depth), aliases);
      return { rows, value: valueAt(end) };
    },
    elements: (attribute) => {
      const { rows, end } = descend(place, attribute.lineage.slice(depth), aliases);
      const exists = attribute.multiValued ? TRUE : sql`coalesce(json_type(${end.json}, ${end.path}) = 'object', 0)`;
      return { rows, exists, scope: jsonScope(end, attribute.lineage.length, aliases) };
    },
  };
}

function descend(from: Place, lineage: readonly Attribute[], aliases: Aliases): { rows: Rows | undefined; end: Place } {
  let rows: Rows | undefined;
  let end = from;
  for (const { name, multiValued } of lineage) {
    end = { ...end, path: `${end.path}.${quoteKey(name)}` };
    if (!multiValued) continue;
    const row = aliases.next('e');
    const each = sql`json_each(${objectAt(end)}, ${end.path}) AS ${row}`;
    rows = { with: NO_WITH, from: rows ? sql`${rows.from}, ${each}` : each, where: TRUE };
    end = { json: sql`${row}.value`, path: '$', row };
  }
  return { rows, end };
}

function valueAt(place: Place): Sql {
  return place.path === '$' ? place.json : sql`json_extract(${objectAt(place)}, ${place.path})`;
}

/** json_extract takes a text for JSON and fails on one that is not: only an element that is an object is looked into. */
function objectAt({ json, row }: Place): Sql {
  return row ? sql`CASE ${row}.type WHEN 'object' THEN ${json} END` : json;
}

/** Names hold dots, colons and dollars, which mean something in a JSON path unless it is quoted. */
export function quoteKey(name: string): string {
  return `"${name}"`;
}

/** The members of the group `r`. */
function members(tenant: string, aliases: Aliases): Elements {
  const [edge, member] = [aliases.next('x'), aliases.next('m')];
  const from = sql`edges AS ${edge} CROSS JOIN resources AS ${member} ON ${member}.tenant = ${tenant} AND ${member}.id = ${edge}.member_id`;
  const rows = { with: NO_WITH, from, where: sql`${edge}.tenant = ${tenant} AND ${edge}.group_id = r.id` };
  // Type names are ASCII, so that lower() is their search form.
  const type = { exact: sql`${member}.type`, folded: sql`lower(${member}.type)` };
  return { rows, exists: TRUE, scope: edgeScope(member, type) };
}

/** The groups of the resource `r`, direct and indirect. */
function groups(tenant: string, aliases: Aliases): Elements {
  const [above, group] = [aliases.next('x'), aliases.next('m')];
  const rows = {
    with: sql`
      WITH RECURSIVE above (id) AS (
        SELECT group_id FROM edges WHERE tenant = ${tenant} AND member_id = r.id
        UNION
        SELECT e.group_id FROM above CROSS JOIN edges e ON e.tenant = ${tenant} AND e.member_id = above.id
      ) `,
    from: sql`above AS ${above} CROSS JOIN resources AS ${group} ON ${group}.tenant = ${tenant} AND ${group}.id = ${above}.id`,
    where: TRUE,
  };
  // RFC 7643 §4.1.2: the type of a membership says whether it is direct.
  const type = sql`CASE WHEN EXISTS (
    SELECT 1 FROM edges d WHERE d.tenant = ${tenant} AND d.group_id = ${group}.id AND d.member_id = r.id
  ) THEN 'direct' ELSE 'indirect' END`;
  return { rows, exists: TRUE, scope: edgeScope(group, { exact: type, folded: type }) };
}

/** @param other the resource at the other end of the edge. */
function edgeScope(other: Sql, type: { exact: Sql; folded: Sql }): Scope {
  const column = ({ name, caseExact, subAttributes }: Attribute): Sql => {
    if (name === 'value') return sql`${other}.id`;
    if (name === 'type') return caseExact ? type.exact : type.folded;
    if (name === 'display') return caseExact ? sql`${other}.display` : sql`${other}.folded_display`;
    return subAttributes.size > 0 ? sql`${other}.id` : sql`NULL`;
  };
  const scope: Scope = {
    values: (attribute) => ({ rows: undefined, value: column(attribute) }),
    elements: () => ({ rows: undefined, exists: sql`0`, scope }),
  };
  return scope;
}
