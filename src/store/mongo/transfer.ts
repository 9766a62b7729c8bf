/** What a database holds, document by document, for moving it. transfer-sources.ts says how each kind is read and written. */
import type { Connection } from 'mongoose';
import { type Kind, NOTE, type RowPage, type Rows, type Totals, type Transfer } from '../transfer.js';
import { ADMINISTRATION_INDEXES } from './administration.js';
import {
  type Collections,
  collectionsOf,
  connect,
  createIndexes,
  database,
  INDEXES,
  type MongoSettings,
} from './connection.js';
import { headId } from './documents.js';
import type { Db } from './ledger.js';
import { Log } from './log.js';
import type { SecretDocument } from './secrets.js';
import * as sources from './transfer-sources.js';

/** ms. Nobody waits for a page of a move, and a server may have to put much in order before it has the first. */
const LONGEST_ANSWER = 300_000;

/** @throws what the driver throws when no server can be reached */
export async function openMongoTransfer(settings: MongoSettings): Promise<Transfer> {
  const connection = await connect({ longestAnswer: LONGEST_ANSWER, ...settings });
  try {
    await createIndexes(database(connection), { ...INDEXES, ...ADMINISTRATION_INDEXES });
    return new MongoTransfer(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class MongoTransfer implements Transfer {
  private readonly tables: Tables;
  private readonly collections: Collections;
  private readonly log: Log;
  private readonly secrets;

  constructor(private readonly connection: Connection) {
    const db = database(connection);
    this.collections = collectionsOf(connection);
    this.log = new Log(this.collections, async () => {});
    this.tables = tablesOf(db, this.collections);
    this.secrets = db.collection<SecretDocument>('secrets');
  }

  async dump<K extends Kind>(
    kind: K,
    tenant: string,
    after: string | undefined,
    limit: number,
  ): Promise<RowPage<Rows[K]>> {
    // What a process has left half done is done first.
    if (after === undefined && tenant !== '') await this.log.settle(tenant);
    return this.tables[kind].page(tenant, after, limit);
  }

  load<K extends Kind>(kind: K, tenant: string, rows: readonly Rows[K][], place: number): Promise<void> {
    return this.tables[kind].load(tenant, rows, place);
  }

  async totals(tenant: string): Promise<Totals> {
    const { sequence, counts } = await this.log.settle(tenant);
    return { sequence, counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) };
  }

  /** Each change is an entry of the log by itself. */
  async finish(tenant: string, { sequence, counts }: Totals): Promise<void> {
    const head = { tenant, applied: sequence, swept: sequence, sequence, counts };
    await this.collections.heads.updateOne({ _id: headId(tenant) }, { $set: head }, { upsert: true });
  }

  async note(): Promise<string | undefined> {
    return (await this.secrets.findOne({ _id: NOTE }))?.value;
  }

  async setNote(value: string | undefined): Promise<void> {
    if (value === undefined) await this.secrets.deleteOne({ _id: NOTE });
    else await this.secrets.updateOne({ _id: NOTE }, { $set: { value } }, { upsert: true });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}

/** Pages of a kind. Those that follow each other come from one cursor, so that each document is looked for once. */
class Table<Found, Row> {
  private walk:
    | { readonly tenant: string; readonly cursor: sources.Cursor<Found>; after: string | undefined }
    | undefined;

  constructor(private readonly source: sources.Source<Found, Row>) {}

  /** Of about `limit` rows: what is one document comes as a whole. */
  async page(tenant: string, after: string | undefined, limit: number): Promise<RowPage<Row>> {
    const cursor = await this.cursorAt(tenant, after);
    this.walk = undefined;
    const rows: Row[] = [];
    for (let found = await cursor.next(); found; found = await cursor.next()) {
      rows.push(...this.source.toRows(found, tenant, after));
      if (rows.length < limit) continue;
      const next = this.source.place(found);
      this.walk = { tenant, cursor, after: next };
      return { rows, next };
    }
    return { rows, next: undefined };
  }

  async load(tenant: string, rows: readonly Row[], place: number): Promise<void> {
    await this.source.load(tenant, rows, place);
  }

  private async cursorAt(tenant: string, after: string | undefined): Promise<sources.Cursor<Found>> {
    const { walk } = this;
    if (walk && after !== undefined && walk.tenant === tenant && walk.after === after) return walk.cursor;
    await walk?.cursor.close();
    return this.source.find(tenant, after);
  }
}

type Tables = { readonly [K in Kind]: Pick<Table<unknown, Rows[K]>, 'page' | 'load'> };

function tablesOf(db: Db, collections: Collections): Tables {
  return {
    resources: new Table(sources.resources(collections)),
    edges: new Table(sources.edges(collections)),
    changes: new Table(sources.changes(collections)),
    accessKeys: new Table(sources.accessKeys(db)),
    traffic: new Table(sources.traffic(db)),
    lastRequests: new Table(sources.lastRequests(db)),
    deliveries: new Table(sources.deliveries(db)),
    deadLetters: new Table(sources.deadLetters(db)),
    secrets: new Table(sources.secrets(db)),
    audit: new Table(sources.audit(db)),
  };
}
