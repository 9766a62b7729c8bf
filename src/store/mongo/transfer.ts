/** What a database holds, document by document, for moving it. */

import type mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import type { AuditRecord, Change, Key, NewAuditRecord, TrafficHour } from '../store.js';
import {
  type Kind,
  type LastRequest,
  type MovedEdge,
  type MovedResource,
  NOTE,
  type RowPage,
  type Rows,
  type Secret,
  type Totals,
  type Transfer,
} from '../transfer.js';
import { type CredentialDocument, type KeyDocument, keyFields, toKey } from './account-documents.js';
import { ADMINISTRATION_INDEXES } from './administration.js';
import { isDuplicate } from './apply.js';
import {
  type Collections,
  collectionsOf,
  connect,
  createIndexes,
  database,
  INDEXES,
  type MongoSettings,
} from './connection.js';
import {
  type CommitDocument,
  commitId,
  type EdgeDocument,
  edgeId,
  escapeForm,
  headId,
  lookupId,
  lookupPlace,
  type ResourceDocument,
  resourceId,
  toStored,
  unescapeForm,
  within,
} from './documents.js';
import type { Db } from './ledger.js';
import { Log } from './log.js';
import type { AuditDocument, HourDocument, LastRequestDocument } from './records.js';
import type { SecretDocument } from './secrets.js';

/** @throws what the driver throws when no server can be reached */
export async function openMongoTransfer(settings: MongoSettings): Promise<Transfer> {
  const connection = await connect(settings);
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

type Cursor<Found> = mongoose.mongo.FindCursor<Found>;

/** How one kind is read and written. */
interface Source<Found, Row> {
  /** What comes after a place, in order. */
  find(tenant: string, after: string | undefined): Cursor<Found> | Promise<Cursor<Found>>;
  /** Where the next one is looked for. */
  place(found: Found): string;
  toRows(found: Found, tenant: string, after: string | undefined): Row[];
  load(tenant: string, rows: readonly Row[], place: number): Promise<void>;
}

/** Pages of a kind. Those that follow each other come from one cursor, so that each document is looked for once. */
class Table<Found, Row> {
  private walk: { readonly tenant: string; readonly cursor: Cursor<Found>; after: string | undefined } | undefined;

  constructor(private readonly source: Source<Found, Row>) {}

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

  load(tenant: string, rows: readonly Row[], place: number): Promise<void> {
    return this.source.load(tenant, rows, place);
  }

  private async cursorAt(tenant: string, after: string | undefined): Promise<Cursor<Found>> {
    const { walk } = this;
    if (walk && after !== undefined && walk.tenant === tenant && walk.after === after) return walk.cursor;
    await walk?.cursor.close();
    return this.source.find(tenant, after);
  }
}

type Tables = { readonly [K in Kind]: Pick<Table<unknown, Rows[K]>, 'page' | 'load'> };

function tablesOf(db: Db, collections: Collections): Tables {
  return {
    resources: new Table(resources(collections)),
    edges: new Table(edges(collections)),
    changes: new Table(changes(collections)),
    accessKeys: new Table(accessKeys(db)),
    traffic: new Table(traffic(db)),
    lastRequests: new Table(lastRequests(db)),
    secrets: new Table(secrets(db)),
    audit: new Table(audit(db)),
  };
}

function resources({ resources, lookups }: Collections): Source<ResourceDocument, MovedResource> {
  return {
    find(tenant, after) {
      const [type, row] = after ? (JSON.parse(after) as [string, number]) : ['', 0];
      const beyond = { $or: [{ type, row: { $gt: row } }, { type: { $gt: type } }] };
      const wanted = { _id: within(tenant), tenant, gone: false, ...(after && beyond) };
      return resources.find(wanted).sort({ type: 1, row: 1 });
    },
    place: ({ type, row }) => JSON.stringify([type, row]),
    toRows: (found, tenant) => [toMoved(tenant, found)],
    async load(tenant, rows, place) {
      const held = rows.flatMap(({ resource: { key }, lookups: all }) =>
        all.map(([path, value]) => {
          const at = lookupPlace(tenant, key.type, path, value);
          return { _id: lookupId(at, key.id), at, resource: key.id, commit: 0, gone: false };
        }),
      );
      await addAll(lookups, [...new Map(held.map((one) => [one._id, one])).values()]);
      await addAll(
        resources,
        rows.map((row, index) => toDocument(tenant, row, place + index)),
      );
    },
  };
}

function toMoved(tenant: string, found: ResourceDocument): MovedResource {
  const lookups = (JSON.parse(found.lookups) as [string, string, boolean][]).map(([path, value]): [string, string] => [
    path,
    value,
  ]);
  const form = unescapeForm(found.form);
  return { resource: toStored(tenant, found), form, display: found.display ?? undefined, lookups };
}

/** Its row is its place: a number that the history has passed, so that those of new resources are higher. */
function toDocument(
  tenant: string,
  { resource, form, display, lookups }: MovedResource,
  row: number,
): ResourceDocument {
  const { key, version, created, lastModified, document } = resource;
  return {
    _id: resourceId(tenant, key.id),
    tenant,
    type: key.type,
    id: key.id,
    version,
    created,
    lastModified,
    display: display ?? null,
    document: JSON.stringify(document),
    form: escapeForm(form),
    lookups: JSON.stringify(lookups.map(([path, value]) => [path, value, false])),
    row,
    commit: 0,
    gone: false,
  };
}

function edges({ edges }: Collections): Source<EdgeDocument, MovedEdge> {
  return {
    find(tenant, after) {
      const range = within(tenant);
      return edges.find({ _id: after ? { ...range, $gt: after } : range, gone: false }).sort({ _id: 1 });
    },
    place: ({ _id }) => _id,
    toRows: ({ group, member }) => [{ group, member }],
    load: (tenant, rows) =>
      addAll(
        edges,
        rows.map(({ group, member }) => {
          const _id = edgeId(tenant, group, member);
          return { _id, tenant, group, member, commit: 0, gone: false };
        }),
      ),
  };
}

function changes({ commits }: Collections): Source<Pick<CommitDocument, 'changes' | 'last'>, Change> {
  return {
    find: (tenant, after) =>
      commits
        .find(
          { _id: within(tenant), tenant, last: { $gt: Number(after ?? 0) } },
          { projection: { changes: 1, last: 1 } },
        )
        .sort({ tenant: 1, last: 1 }),
    place: ({ last }) => String(last),
    toRows: (found, _, after) =>
      (JSON.parse(found.changes) as Change[]).filter(({ sequence }) => sequence > Number(after ?? 0)),
    load: (tenant, rows) =>
      addAll(
        commits,
        rows.map((change) => toCommit(tenant, change)),
      ),
  };
}

function toCommit(tenant: string, change: Change): CommitDocument {
  const { sequence, key, time, requestId } = change;
  const numbers = { number: sequence, first: sequence, last: sequence };
  const asked = { time, resources: [key.id], requests: [requestId] };
  return { _id: commitId(tenant, sequence), tenant, mark: '', ...numbers, ...asked, changes: JSON.stringify([change]) };
}

function accessKeys(db: Db): Source<KeyDocument, Key> {
  const keys = db.collection<KeyDocument>('keys');
  const credentials = db.collection<CredentialDocument>('credentials');
  return {
    async find(tenant, after) {
      const own = await credentials.find({ tenant }, { projection: { _id: 1 } }).toArray();
      const wanted = { credential: { $in: own.map(({ _id }) => _id) }, kind: 'access' as const, gone: false };
      return keys.find({ ...wanted, _id: { $gt: after ?? '' } }).sort({ _id: 1 });
    },
    place: ({ _id }) => _id,
    toRows: (found) => [toKey(found)],
    load: (_, rows) =>
      addAll(
        keys,
        rows.map((key) => ({ _id: key.hash, commit: 0, gone: false, order: 0, ...keyFields(key) })),
      ),
  };
}

function traffic(db: Db): Source<HourDocument, TrafficHour> {
  const hours = db.collection<HourDocument>('traffic');
  return {
    find: (tenant, after) => hours.find({ tenant, hour: { $gt: after ?? '' } }).sort({ hour: 1 }),
    place: ({ hour }) => hour,
    toRows: ({ _id, ...hour }) => [hour],
    load: (tenant, rows) =>
      addAll(
        hours,
        rows.map((hour) => ({ ...hour, _id: `${tenant}/${hour.hour}`, tenant })),
      ),
  };
}

function lastRequests(db: Db): Source<LastRequestDocument, LastRequest> {
  const last = db.collection<LastRequestDocument>('lastRequests');
  return {
    find: (tenant, after) => last.find({ _id: tenant, time: { $gt: after ?? '' } }),
    place: ({ time }) => time,
    toRows: ({ time }) => [{ time }],
    load: (tenant, rows) =>
      addAll(
        last,
        rows.map(({ time }) => ({ _id: tenant, time })),
      ),
  };
}

function secrets(db: Db): Source<SecretDocument, Secret> {
  const all = db.collection<SecretDocument>('secrets');
  return {
    find: (_, after) => all.find({ _id: { $gt: after ?? '', $ne: NOTE } }).sort({ _id: 1 }),
    place: ({ _id }) => _id,
    toRows: ({ _id: name, value }) => [{ name, value }],
    load: (_, rows) =>
      addAll(
        all,
        rows.map(({ name, value }) => ({ _id: name, value })),
      ),
  };
}

function audit(db: Db): Source<AuditDocument, AuditRecord> {
  const records = db.collection<AuditDocument>('audit');
  return {
    find: (_, after) => records.find({ _id: { $gt: Number(after ?? 0) } }).sort({ _id: 1 }),
    place: ({ _id }) => String(_id),
    toRows: ({ _id: sequence, body }) => [{ ...(JSON.parse(body) as NewAuditRecord), sequence }],
    load: (_, rows) =>
      addAll(
        records,
        rows.map(({ sequence, ...record }) => {
          const body = JSON.stringify(record);
          return { _id: sequence, tenant: record.tenant?.id ?? null, action: record.action, body };
        }),
      ),
  };
}

/** Those that are there already stay as they are. Some servers stop at the first of those. */
async function addAll<Document extends { readonly _id: string | number }>(
  collection: mongoose.mongo.Collection<Document>,
  documents: readonly Document[],
): Promise<void> {
  if (documents.length === 0) return;
  const all = documents as readonly mongoose.mongo.OptionalUnlessRequiredId<Document>[];
  try {
    await collection.insertMany(all, { ordered: false });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const ids = { $in: documents.map(({ _id }) => _id) };
    const there = await collection
      .find({ _id: ids } as mongoose.mongo.Filter<Document>, { projection: { _id: 1 } })
      .toArray();
    const known = new Set(there.map(({ _id }) => _id));
    const missing = all.filter(({ _id }) => !known.has(_id as never));
    if (missing.length > 0) await collection.insertMany(missing, { ordered: false });
  }
}
