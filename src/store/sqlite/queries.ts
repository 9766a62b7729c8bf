/** Reads of resources and edges that do not filter. Each connection has its own: the writer's also see what is not durable yet. */
import type { Edge, Membership, ResourceKey, StoredResource } from '../store.js';
import type { Database } from './driver.js';
import { optional, RESOURCE_COLUMNS, type ResourceRow, toResource } from './rows.js';

const GET = `SELECT ${RESOURCE_COLUMNS} FROM resources r WHERE r.tenant = ?1 AND r.id = ?2 AND r.type = ?3`;

const PASSWORD_HASH = 'SELECT password_hash FROM resources WHERE tenant = ?1 AND id = ?2 AND type = ?3';

// CROSS JOIN keeps the order of the tables: by edges, in the order of their key, so that LIMIT ends the work. The plus
// keeps EXISTS from becoming a join (compile-filter.ts).
const EDGES = `
  SELECT e.member_id AS id, m.type, m.display
  FROM edges e CROSS JOIN resources m ON m.tenant = ?1 AND m.id = e.member_id
  WHERE e.tenant = ?1 AND e.group_id = ?2 AND e.member_id > ?3
    AND +EXISTS (SELECT 1 FROM resources g WHERE g.tenant = ?1 AND g.id = ?2 AND g.type = ?4)
  ORDER BY e.member_id LIMIT ?5`;

const PRESENT_EDGES = `
  SELECT e.member_id AS id FROM edges e
  WHERE e.tenant = ?1 AND e.group_id = ?2 AND e.member_id IN (SELECT value FROM json_each(?3))
    AND +EXISTS (SELECT 1 FROM resources g WHERE g.tenant = ?1 AND g.id = ?2 AND g.type = ?4)`;

// UNION drops what was met before, so that groups which contain each other do not go round for ever.
const MEMBERSHIPS = `
  WITH RECURSIVE above (member, id) AS (
    SELECT s.value, e.group_id FROM json_each(?2) s CROSS JOIN edges e ON e.tenant = ?1 AND e.member_id = s.value
    UNION
    SELECT a.member, e.group_id FROM above a CROSS JOIN edges e ON e.tenant = ?1 AND e.member_id = a.id
  )
  SELECT a.member, a.id, g.type, g.display,
    EXISTS (SELECT 1 FROM edges d WHERE d.tenant = ?1 AND d.group_id = a.id AND d.member_id = a.member) AS direct
  FROM above a CROSS JOIN resources g ON g.tenant = ?1 AND g.id = a.id
  ORDER BY a.member, direct DESC, a.id`;

const CONTAINERS = `
  SELECT ${RESOURCE_COLUMNS} FROM edges e CROSS JOIN resources r ON r.tenant = ?1 AND r.id = e.group_id
  WHERE e.tenant = ?1 AND e.member_id = ?2 ORDER BY e.group_id`;

interface EdgeRow {
  id: string;
  type: string;
  display: string | null;
}

interface MembershipRow extends EdgeRow {
  member: string;
  direct: number;
}

export class Queries {
  private readonly byKey;
  private readonly passwordHashOf;
  private readonly edgesOf;
  private readonly presentEdgesOf;
  private readonly membershipsOf;
  private readonly containersOf;

  constructor(database: Database) {
    this.byKey = database.prepare<ResourceRow>(GET);
    this.passwordHashOf = database.prepare<{ password_hash: string | null }>(PASSWORD_HASH);
    this.edgesOf = database.prepare<EdgeRow>(EDGES);
    this.presentEdgesOf = database.prepare<{ id: string }>(PRESENT_EDGES);
    this.membershipsOf = database.prepare<MembershipRow>(MEMBERSHIPS);
    this.containersOf = database.prepare<ResourceRow>(CONTAINERS);
  }

  get({ tenant, type, id }: ResourceKey): StoredResource | undefined {
    const row = this.byKey.get(tenant, id, type);
    return row && toResource(tenant, row);
  }

  passwordHash({ tenant, type, id }: ResourceKey): string | undefined {
    return optional(this.passwordHashOf.get(tenant, id, type)?.password_hash ?? null);
  }

  edges({ tenant, type, id }: ResourceKey, after: string, limit: number): Edge[] {
    const rows = this.edgesOf.all(tenant, id, after, type, limit);
    return rows.map((row) => ({ id: row.id, type: row.type, display: optional(row.display) }));
  }

  presentEdges({ tenant, type, id }: ResourceKey, members: readonly string[]): Set<string> {
    return new Set(this.presentEdgesOf.all(tenant, id, JSON.stringify(members), type).map((row) => row.id));
  }

  memberships(tenant: string, members: readonly string[]): Map<string, Membership[]> {
    const found = new Map<string, Membership[]>(members.map((member) => [member, []]));
    for (const { member, id, type, display, direct } of this.membershipsOf.all(tenant, JSON.stringify(members))) {
      found.get(member)?.push({ id, type, display: optional(display), direct: direct === 1 });
    }
    return found;
  }

  containers(tenant: string, member: string): StoredResource[] {
    return this.containersOf.all(tenant, member).map((row) => toResource(tenant, row));
  }
}
