/** Pages of resources: filter, order, total. */
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { cutPage, type Keyset, type ResourcePage, type ResourceQuery } from '../store.js';
import { compileFilter } from './compile-filter.js';
import type { Database, Statement } from './driver.js';
import { beyondKey, beyondRow, order, sortKey } from './order.js';
import { RESOURCE_COLUMNS, type ResourceRow, toResource } from './rows.js';
import { type Sql, sql } from './sql.js';

/** Shapes of queries, not queries: clients have a handful. */
const STATEMENTS_KEPT = 200;

const COLUMNS: Sql = { text: RESOURCE_COLUMNS, values: [] };

/** A resource with its place in the order of the query. */
interface PlacedRow extends ResourceRow {
  row: number;
  key?: string | number | null;
}

export class Search {
  /** By SQL text, the least recently used first. */
  private readonly statements = new Map<string, Statement<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly types: (name: string) => ResourceType | undefined,
  ) {}

  search(query: ResourceQuery): ResourcePage {
    const type = query.resourceType ?? this.types(query.type);
    if (!type) return { total: 0, resources: [] };
    return query.keyset ? this.byKeyset(query, query.keyset, type) : this.byOffset(query, type);
  }

  private byOffset(query: ResourceQuery, type: ResourceType): ResourcePage {
    const where = condition(query, type);
    const rows = query.limit > 0 ? this.all<ResourceRow>(page(query, where)) : [];
    const resources = rows.map((row) => toResource(query.tenant, row));
    const showsEnd = rows.length < query.limit && (rows.length > 0 || query.offset === 0);
    return { total: showsEnd ? query.offset + rows.length : this.total(query, where), resources };
  }

  private byKeyset(query: ResourceQuery, keyset: Keyset, type: ResourceType): ResourcePage {
    const found = this.all<PlacedRow>(keysetPage(query, keyset, type));
    const { rows, ...ends } = cutPage(found, keyset, query.limit, ({ row, key }) =>
      key === undefined ? { row } : { row, key },
    );
    const showsAll = !keyset.from && found.length <= query.limit;
    return {
      total: showsAll ? found.length : this.total(query, condition(query, type)),
      resources: rows.map((row) => toResource(query.tenant, row)),
      ...ends,
    };
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

/** @param beyond of all resources, only those on the far side of this position in the order of creation. */
function condition({ tenant, filter }: ResourceQuery, type: ResourceType, beyond?: Keyset): Sql {
  const own = sql`r.tenant = ${tenant} AND r.type = ${type.name}`;
  if (filter) return sql`${own} AND ${compileFilter(filter, tenant, type, beyond)}`;
  const row = beyond && beyondRow(beyond, sql`r.rid`);
  return row ? sql`${own} AND ${row}` : own;
}

function page({ sort, offset, limit }: ResourceQuery, where: Sql): Sql {
  const cut = sql`LIMIT ${limit} OFFSET ${offset}`;
  if (!sort)
    return sql`SELECT ${COLUMNS} FROM resources r WHERE ${where} ORDER BY ${order(sort, false, sql`r.`)} ${cut}`;
  // What is sorted is kept in memory while it is: the keys, not the documents.
  return sql`
    SELECT ${COLUMNS} FROM (
      SELECT r.rid AS rid, ${sortKey(sort.attribute)} AS sort_key FROM resources r WHERE ${where} ORDER BY ${order(sort)} ${cut}
    ) p CROSS JOIN resources r ON r.rid = p.rid ORDER BY ${order(sort, false, sql`p.`)}`;
}

/** One more than the page has, nearest first: what is left over says that there are more. */
function keysetPage(query: ResourceQuery, keyset: Keyset, type: ResourceType): Sql {
  const { sort } = query;
  const isBackward = keyset.direction === 'backward';
  const cut = sql`LIMIT ${query.limit + 1}`;
  if (!sort) {
    const where = condition(query, type, keyset);
    return sql`SELECT ${COLUMNS}, r.rid AS row FROM resources r WHERE ${where} ORDER BY ${order(sort, isBackward, sql`r.`)} ${cut}`;
  }
  // LIMIT -1 limits nothing; it keeps SQLite from working out the key anew wherever it is named.
  const keys = sql`
    SELECT r.rid AS rid, ${sortKey(sort.attribute)} AS sort_key FROM resources r WHERE ${condition(query, type)} LIMIT -1`;
  const where = beyondKey(keyset, sort) ?? sql`1`;
  return sql`
    SELECT ${COLUMNS}, p.rid AS row, p.sort_key AS key FROM (
      SELECT rid, sort_key FROM (${keys}) k WHERE ${where} ORDER BY ${order(sort, isBackward)} ${cut}
    ) p CROSS JOIN resources r ON r.rid = p.rid ORDER BY ${order(sort, isBackward, sql`p.`)}`;
}
