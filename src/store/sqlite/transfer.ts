/** What a file holds, row by row, for moving it. transfer-tables.ts says how each kind is found and written. */
import { type Kind, NOTE, type RowPage, type Rows, type Secret, type Totals, type Transfer } from '../transfer.js';
import { type Connections, connect, disconnect } from './connections.js';
import type { Database } from './driver.js';
import * as tables from './transfer-tables.js';

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

function moversOf(reader: Database, transaction: InTransaction, writer: Database): Movers {
  const mover = <Found, Row>({ find, from, place, toRow, add }: tables.Table<Found, Row>) => ({
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
    resources: mover(tables.resources(reader, writer)),
    edges: mover(tables.edges(reader, writer)),
    changes: mover(tables.changes(reader, writer)),
    accessKeys: mover(tables.accessKeys(reader, writer)),
    traffic: mover(tables.traffic(reader, writer)),
    lastRequests: mover(tables.lastRequests(reader, writer)),
    deliveries: mover(tables.deliveries(reader, writer)),
    deadLetters: mover(tables.deadLetters(reader, writer)),
    secrets: mover(tables.secrets(reader, writer)),
    audit: mover(tables.audit(reader, writer)),
  };
}
