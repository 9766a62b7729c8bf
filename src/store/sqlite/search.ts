/** Pages of resources: filter, order, total. */
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import type { ResourcePage, ResourceQuery, Sort } from '../store.js';
import { compileFilter } from './compile-filter.js';
import type { Database, Statement } from './driver.js';
import { quoteKey } from './filter-scope.js';
import { RESOURCE_COLUMNS, type ResourceRow, toResource } from './rows.js';
import { type Sql, sql } from './sql.js';

/** Shapes of queries, not queries: clients have a handful. */
const STATEMENTS_KEPT = 200;

const COLUMNS: Sql = { text: RESOURCE_COLUMNS, values: [] };

export class Search {
  /** By SQL text, the least recently used first. */
  private readonly statements = new Map<string, Statement<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly types: (name: string) => ResourceType | undefined,
  ) {}

  search(query: ResourceQuery): ResourcePage {
    const type = this.types(query.type);
    if (!type) return { total: 0, resources: [] };
    const where = condition(query, type);
    const rows = query.limit > 0 ? this.all<ResourceRow>(page(query, where)) : [];
    const resources = rows.map((row) => toResource(query.tenant, row));
    const showsEnd = rows.length < query.limit && (rows.length > 0 || query.offset === 0);
    return { total: showsEnd ? query.offset + rows.length : this.total(query, where), resources };
  }

  private total({ tenant, type, filter }: ResourceQuery, where: Sql): number {
    const total = filter
      ? sql`SELECT count(*) AS total FROM resources r WHERE ${where}`
      : sql`SELECT value AS total FROM counters WHERE tenant = ${tenant} AND name = ${`resources:${type}`}`;
    return this.all<{ total: number }>(total)[0]?.total ?? 0;
  }

  private all<Row>({ text, values }: Sql): Row[] {
    const statement = this.statements.get(text) ?? this.database.prepare(text);
    this.statements.delete(text);
    this.statements.set(text, statement);
    if (this.statements.size > STATEMENTS_KEPT) {
      for (const oldest of this.statements.keys()) {
        this.statements.delete(oldest);
        break;
      }
    }
    return statement.all(...values) as Row[];
  }
}

function condition({ tenant, filter }: ResourceQuery, type: ResourceType): Sql {
  const own = sql`r.tenant = ${tenant} AND r.type = ${type.name}`;
  return filter ? sql`${own} AND ${compileFilter(filter, tenant, type)}` : own;
}

function page({ sort, offset, limit }: ResourceQuery, where: Sql): Sql {
  const cut = sql`LIMIT ${limit} OFFSET ${offset}`;
  if (!sort) return sql`SELECT ${COLUMNS} FROM resources r WHERE ${where} ORDER BY r.rid ${cut}`;
  // What is sorted is kept in memory while it is: the keys, not the documents.
  return sql`
    SELECT ${COLUMNS} FROM (
      SELECT r.rid AS rid, ${sortKey(sort.attribute)} AS sort_key FROM resources r WHERE ${where} ORDER BY ${order(sort)} ${cut}
    ) p CROSS JOIN resources r ON r.rid = p.rid ORDER BY ${order(sort, sql`p.`)}`;
}

function order({ descending }: Sort, table = sql``): Sql {
  return descending
    ? sql`${table}sort_key DESC NULLS FIRST, ${table}rid`
    : sql`${table}sort_key ASC NULLS LAST, ${table}rid`;
}

/** The value that a resource is ordered by, or NULL. */
function sortKey({ lineage, path }: Attribute): Sql {
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
