/** What a file holds, row by row, for moving it. */
import { fold } from '../../scim/fold.js';
import type { JsonObject } from '../../scim/json.js';
import type { AuditRecord, TrafficHour } from '../store.js';
import {
  type Kind,
  type MovedEdge,
  type MovedResource,
  NOTE,
  type RowPage,
  type Rows,
  type Secret,
  type Totals,
  type Transfer,
} from '../transfer.js';
import { KEY_COLUMNS, type KeyRow, toKey } from './account-rows.js';
import { CHANGE_COLUMNS, type ChangeRow, toChange } from './changes.js';
import { type Connections, connect, disconnect } from './connections.js';
import type { Database, SqlValue, Statement } from './driver.js';
import { type AuditRow, toAuditRecord } from './records.js';
import { optional, type ResourceRow, toResource } from './rows.js';

/** @throws UnsuitableDatabase for a file of a newer release or of another program. */
export async function openSqliteTransfer(path: string, busyTimeout: number): Promise<Transfer> {
  const connections = await connect(path, busyTimeout);
  connections.writer.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
  return new SqliteTransfer(connections);
}

class SqliteTransfer implements Transfer {
  private readonly movers: Movers;
  private readonly counters;
  private readonly count;
  private readonly secret;
  private readonly keepSecret;
  private readonly dropSecret;

  constructor(private readonly connections: Connections) {
    const { reader, writer } = connections;
    this.movers = moversOf(reader, (load) => inTransaction(writer, load), writer);
    this.counters = reader.prepare<{ name: string; value: number }>(
      'SELECT name, value FROM counters WHERE tenant = ?1',
    );
    this.count = writer.prepare(`
      INSERT INTO counters (tenant, name, value) VALUES (?1, ?2, ?3)
      ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value`);
    this.secret = reader.prepare<Secret>('SELECT name, value FROM secrets WHERE name = ?1');
    this.keepSecret = writer.prepare('INSERT OR REPLACE INTO secrets (name, value) VALUES (?1, ?2)');
    this.dropSecret = writer.prepare('DELETE FROM secrets WHERE name = ?1');
  }

  dump<K extends Kind>(kind: K, tenant: string, after: string | undefined, limit: number): Promise<RowPage<Rows[K]>> {
    return this.movers[kind].dump(tenant, after, limit);
  }

  load<K extends Kind>(kind: K, tenant: string, rows: readonly Rows[K][], place: number): Promise<void> {
    return this.movers[kind].load(tenant, rows, place);
  }

  async totals(tenant: string): Promise<Totals> {
    const counters = this.counters.all(tenant);
    const resources = counters.filter(({ name, value }) => name.startsWith(COUNTED) && value > 0);
    return {
      sequence: counters.find(({ name }) => name === 'changes')?.value ?? 0,
      counts: Object.fromEntries(resources.map(({ name, value }) => [name.slice(COUNTED.length), value])),
    };
  }

  async finish(tenant: string, { sequence, counts }: Totals): Promise<void> {
    inTransaction(this.connections.writer, () => {
      this.count.run(tenant, 'changes', sequence);
      for (const [type, count] of Object.entries(counts)) this.count.run(tenant, `${COUNTED}${type}`, count);
    });
  }

  async note(): Promise<string | undefined> {
    return this.secret.get(NOTE)?.value;
  }

  async setNote(text: string | undefined): Promise<void> {
    if (text === undefined) this.dropSecret.run(NOTE);
    else this.keepSecret.run(NOTE, text);
  }

  async close(): Promise<void> {
    disconnect(this.connections);
  }
}

const COUNTED = 'resources:';

function inTransaction(database: Database, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** How one kind is moved. */
type Movers = {
  readonly [K in Kind]: {
    dump(tenant: string, after: string | undefined, limit: number): Promise<RowPage<Rows[K]>>;
    load(tenant: string, rows: readonly Rows[K][], place: number): Promise<void>;
  };
};

type InTransaction = (work: () => void) => void;

/** What is the same for each kind: a statement that finds, one that adds, and what becomes of a row. */
interface Table<Found, Row> {
  readonly find: Statement<Found>;
  /** Values that say where a page begins, from the place of the last row. */
  readonly from: (after: string | undefined) => readonly SqlValue[];
  readonly place: (found: Found) => string;
  readonly toRow: (found: Found, tenant: string) => Row;
  readonly add: (tenant: string, row: Row) => void;
}

function moversOf(reader: Database, transaction: InTransaction, writer: Database): Movers {
  const mover = <Found, Row>({ find, from, place, toRow, add }: Table<Found, Row>) => ({
    async dump(tenant: string, after: string | undefined, limit: number): Promise<RowPage<Row>> {
      const found = find.all(tenant, limit, ...from(after));
      const last = found.at(-1);
      const next = last !== undefined && found.length === limit ? place(last) : undefined;
      return { rows: found.map((one) => toRow(one, tenant)), next };
    },
    async load(tenant: string, rows: readonly Row[]): Promise<void> {
      transaction(() => {
        for (const row of rows) add(tenant, row);
      });
    },
  });
  return {
    resources: mover(resources(reader, writer)),
    edges: mover(edges(reader, writer)),
    changes: mover(changes(reader, writer)),
    accessKeys: mover(accessKeys(reader, writer)),
    traffic: mover(traffic(reader, writer)),
    lastRequests: mover(lastRequests(reader, writer)),
    secrets: mover(secrets(reader, writer)),
    audit: mover(audit(reader, writer)),
  };
}

const fromNumber = (after: string | undefined): SqlValue[] => [Number(after ?? 0)];
const fromText = (after: string | undefined): SqlValue[] => [after ?? ''];
/** Two values, as JSON. */
const fromPair = (after: string | undefined): SqlValue[] => (after ? (JSON.parse(after) as SqlValue[]) : ['', '']);

interface MovedRow extends ResourceRow {
  rid: number;
  display: string | null;
  lookups: string;
  form: string;
}

function resources(reader: Database, writer: Database): Table<MovedRow, MovedResource> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO resources
      (tenant, type, id, version, created, last_modified, display, folded_display, lookups, document, form)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, jsonb(?11))`);
  const addLookup = writer.prepare(
    'INSERT OR IGNORE INTO lookups (tenant, type, path, value, rid) VALUES (?1, ?2, ?3, ?4, ?5)',
  );
  return {
    find: reader.prepare(`
      SELECT rid, type, id, version, created, last_modified, document, display, lookups, json(form) AS form
      FROM resources WHERE tenant = ?1 AND (type, rid) > (?3, ?4) ORDER BY type, rid LIMIT ?2`),
    from: (after) => (after ? (JSON.parse(after) as SqlValue[]) : ['', 0]),
    place: ({ type, rid }) => JSON.stringify([type, rid]),
    toRow: (row, tenant) => ({
      resource: toResource(tenant, row),
      form: JSON.parse(row.form) as JsonObject,
      display: optional(row.display),
      lookups: JSON.parse(row.lookups) as [string, string][],
    }),
    add(tenant, { resource, form, display, lookups }) {
      const { key, version, created, lastModified, document } = resource;
      const folded = display === undefined ? null : fold(display);
      const texts = [JSON.stringify(lookups), JSON.stringify(document), JSON.stringify(form)];
      const times = [version, created, lastModified] as const;
      const { changes, rid } = add.run(tenant, key.type, key.id, ...times, display ?? null, folded, ...texts);
      if (changes === 0) return;
      for (const lookup of lookups) addLookup.run(tenant, key.type, ...lookup, rid);
    },
  };
}

function edges(reader: Database, writer: Database): Table<MovedEdge, MovedEdge> {
  const add = writer.prepare('INSERT OR IGNORE INTO edges (tenant, group_id, member_id) VALUES (?1, ?2, ?3)');
  return {
    find: reader.prepare(`
      SELECT group_id AS "group", member_id AS member FROM edges
      WHERE tenant = ?1 AND (group_id, member_id) > (?3, ?4) ORDER BY group_id, member_id LIMIT ?2`),
    from: fromPair,
    place: ({ group, member }) => JSON.stringify([group, member]),
    toRow: ({ group, member }) => ({ group, member }),
    add: (tenant, { group, member }) => void add.run(tenant, group, member),
  };
}

function changes(reader: Database, writer: Database): Table<ChangeRow, Rows['changes']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO changes
      (tenant, sequence, type, id, version, operation, time, request_id, actor, added, removed, difference)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`);
  return {
    find: reader.prepare(
      `SELECT ${CHANGE_COLUMNS} FROM changes WHERE tenant = ?1 AND sequence > ?3 ORDER BY sequence LIMIT ?2`,
    ),
    from: fromNumber,
    place: ({ sequence }) => String(sequence),
    toRow: (row, tenant) => toChange(tenant, row),
    add(tenant, { sequence, key, version, operation, time, requestId, actor, added, removed, difference }) {
      const who = JSON.stringify([actor.credential, actor.name, actor.address ?? null]);
      const texts = [who, JSON.stringify(added), JSON.stringify(removed), JSON.stringify(difference)];
      add.run(tenant, sequence, key.type, key.id, version, operation, time, requestId, ...texts);
    },
  };
}

function accessKeys(reader: Database, writer: Database): Table<KeyRow, Rows['accessKeys']> {
  const add = writer.prepare(`
    INSERT OR IGNORE INTO keys (id, credential, kind, hash, created, expires, scopes, hint)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`);
  return {
    find: reader.prepare(`
      SELECT ${KEY_COLUMNS} FROM credentials c CROSS JOIN keys k ON k.credential = c.id AND k.kind = 'access'
      WHERE c.tenant = ?1 AND k.hash > ?3 ORDER BY k.hash LIMIT ?2`),
    from: fromText,
    place: ({ key_hash }) => key_hash,
    toRow: toKey,
    add(_, { id, credential, kind, hash, created, expires, scopes, hint }) {
      const scopesText = scopes === undefined ? null : JSON.stringify(scopes);
      add.run(id, credential, kind, hash, created, expires ?? null, scopesText, hint ?? null);
    },
  };
}

function traffic(reader: Database, writer: Database): Table<TrafficHour, TrafficHour> {
  const add = writer.prepare(
    'INSERT OR IGNORE INTO traffic (tenant, hour, requests, refused, failed) VALUES (?1, ?2, ?3, ?4, ?5)',
  );
  return {
    find: reader.prepare(`
      SELECT tenant, hour, requests, refused, failed FROM traffic
      WHERE tenant = ?1 AND hour > ?3 ORDER BY hour LIMIT ?2`),
    from: fromText,
    place: ({ hour }) => hour,
    toRow: (row) => row,
    add: (tenant, { hour, requests, refused, failed }) => void add.run(tenant, hour, requests, refused, failed),
  };
}

function lastRequests(reader: Database, writer: Database): Table<{ time: string }, Rows['lastRequests']> {
  const add = writer.prepare('INSERT OR IGNORE INTO last_requests (tenant, time) VALUES (?1, ?2)');
  return {
    find: reader.prepare('SELECT time FROM last_requests WHERE tenant = ?1 AND time > ?3 LIMIT ?2'),
    from: fromText,
    place: ({ time }) => time,
    toRow: ({ time }) => ({ time }),
    add: (tenant, { time }) => void add.run(tenant, time),
  };
}

function secrets(reader: Database, writer: Database): Table<Secret, Secret> {
  const add = writer.prepare('INSERT OR IGNORE INTO secrets (name, value) VALUES (?1, ?2)');
  return {
    // They belong to no tenant.
    find: reader.prepare(
      `SELECT name, value FROM secrets WHERE ?1 = '' AND name > ?3 AND name <> '${NOTE}' ORDER BY name LIMIT ?2`,
    ),
    from: fromText,
    place: ({ name }) => name,
    toRow: ({ name, value }) => ({ name, value }),
    add: (_, { name, value }) => void add.run(name, value),
  };
}

function audit(reader: Database, writer: Database): Table<AuditRow, AuditRecord> {
  const columns = 'sequence, time, action, tenant, tenant_name, target, address, actor, details';
  const add = writer.prepare(`INSERT OR IGNORE INTO audit (${columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`);
  return {
    find: reader.prepare(`SELECT ${columns} FROM audit WHERE ?1 = '' AND sequence > ?3 ORDER BY sequence LIMIT ?2`),
    from: fromNumber,
    place: ({ sequence }) => String(sequence),
    toRow: toAuditRecord,
    add(_, { sequence, time, action, tenant, target, address, actor, details }) {
      const about = [tenant?.id ?? null, tenant?.name ?? null, target ?? null, address ?? null];
      const who = JSON.stringify([actor.kind, actor.id ?? null, actor.name]);
      add.run(sequence, time, action, ...about, who, JSON.stringify(details));
    },
  };
}
