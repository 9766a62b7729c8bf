/** What a database holds, document by document, for moving it. */

import type mongoose from 'mongoose';
import type { Connection } from 'mongoose';
import type { Change, Key, NewAuditRecord, TrafficHour } from '../store.js';
import {
  type Kind,
  type MovedEdge,
  type MovedResource,
  type Movers,
  NOTE,
  pageOf,
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
  await createIndexes(database(connection), { ...INDEXES, ...ADMINISTRATION_INDEXES });
  return new MongoTransfer(connection);
}

class MongoTransfer implements Transfer {
  private readonly movers: Movers;
  private readonly collections: Collections;
  private readonly log: Log;
  private readonly secrets;

  constructor(private readonly connection: Connection) {
    const db = database(connection);
    this.collections = collectionsOf(connection);
    this.log = new Log(this.collections, async () => {});
    this.movers = moversOf(db, this.collections);
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
    return this.movers[kind].dump(tenant, after, limit);
  }

  load<K extends Kind>(kind: K, tenant: string, rows: readonly Rows[K][], place: number): Promise<void> {
    return this.movers[kind].load(tenant, rows, place);
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

function moversOf(db: Db, collections: Collections): Movers {
  return {
    resources: resources(collections),
    edges: edges(collections),
    changes: changes(collections),
    accessKeys: accessKeys(db),
    traffic: traffic(db),
    lastRequests: lastRequests(db),
    secrets: secrets(db),
    audit: audit(db),
  };
}

function resources({ resources, lookups }: Collections): Movers['resources'] {
  return {
    async dump(tenant, after, limit) {
      const [type, row] = after ? (JSON.parse(after) as [string, number]) : ['', 0];
      const beyond = { $or: [{ type, row: { $gt: row } }, { type: { $gt: type } }] };
      const wanted = { _id: within(tenant), tenant, gone: false, ...beyond };
      const found = await resources.find(wanted).sort({ type: 1, row: 1 }).limit(limit).toArray();
      return pageOf(
        found,
        limit,
        (one) => JSON.stringify([one.type, one.row]),
        (one) => toMoved(tenant, one),
      );
    },
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

function edges({ edges }: Collections): Movers['edges'] {
  return {
    async dump(tenant, after, limit) {
      const range = within(tenant);
      const wanted = { _id: after ? { ...range, $gt: after } : range, gone: false };
      const found = await edges.find(wanted).sort({ _id: 1 }).limit(limit).toArray();
      return pageOf(
        found,
        limit,
        ({ _id }) => _id,
        ({ group, member }): MovedEdge => ({ group, member }),
      );
    },
    load: (tenant, rows) =>
      addAll(
        edges,
        rows.map(({ group, member }) => ({
          _id: edgeId(tenant, group, member),
          tenant,
          group,
          member,
          commit: 0,
          gone: false,
        })),
      ),
  };
}

function changes({ commits }: Collections): Movers['changes'] {
  return {
    async dump(tenant, after, limit) {
      const start = Number(after ?? 0);
      const wanted = { _id: within(tenant), tenant, last: { $gt: start } };
      const found = commits
        .find(wanted, { projection: { changes: 1 } })
        .sort({ tenant: 1, last: 1 })
        .limit(limit);
      const rows: Change[] = [];
      for await (const entry of found) {
        rows.push(...(JSON.parse(entry.changes) as Change[]).filter(({ sequence }) => sequence > start));
        if (rows.length >= limit) break;
      }
      const last = rows.at(-1);
      return { rows, next: last && rows.length >= limit ? String(last.sequence) : undefined };
    },
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

function accessKeys(db: Db): Movers['accessKeys'] {
  const keys = db.collection<KeyDocument>('keys');
  const credentials = db.collection<CredentialDocument>('credentials');
  return {
    async dump(tenant, after, limit) {
      const own = await credentials.find({ tenant }, { projection: { _id: 1 } }).toArray();
      const wanted = { credential: { $in: own.map(({ _id }) => _id) }, kind: 'access' as const, gone: false };
      const found = await keys
        .find({ ...wanted, _id: { $gt: after ?? '' } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return pageOf(found, limit, ({ _id }) => _id, toKey);
    },
    load: (_, rows) =>
      addAll(
        keys,
        rows.map((key: Key) => ({ _id: key.hash, commit: 0, gone: false, order: 0, ...keyFields(key) })),
      ),
  };
}

function traffic(db: Db): Movers['traffic'] {
  const hours = db.collection<HourDocument>('traffic');
  return {
    async dump(tenant, after, limit) {
      const found = await hours
        .find({ tenant, hour: { $gt: after ?? '' } })
        .sort({ hour: 1 })
        .limit(limit)
        .toArray();
      return pageOf(
        found,
        limit,
        ({ hour }) => hour,
        ({ _id, ...hour }): TrafficHour => hour,
      );
    },
    load: (tenant, rows) =>
      addAll(
        hours,
        rows.map((hour) => ({ ...hour, _id: `${tenant}/${hour.hour}`, tenant })),
      ),
  };
}

function lastRequests(db: Db): Movers['lastRequests'] {
  const last = db.collection<LastRequestDocument>('lastRequests');
  return {
    async dump(tenant, after) {
      const found = after === undefined ? await last.findOne({ _id: tenant }) : null;
      return { rows: found ? [{ time: found.time }] : [], next: undefined };
    },
    load: (tenant, rows) =>
      addAll(
        last,
        rows.map(({ time }) => ({ _id: tenant, time })),
      ),
  };
}

function secrets(db: Db): Movers['secrets'] {
  const all = db.collection<SecretDocument>('secrets');
  return {
    async dump(_, after, limit) {
      const wanted = { _id: { $gt: after ?? '', $ne: NOTE } };
      const found = await all.find(wanted).sort({ _id: 1 }).limit(limit).toArray();
      return pageOf(
        found,
        limit,
        ({ _id }) => _id,
        ({ _id: name, value }): Secret => ({ name, value }),
      );
    },
    load: (_, rows) =>
      addAll(
        all,
        rows.map(({ name, value }) => ({ _id: name, value })),
      ),
  };
}

function audit(db: Db): Movers['audit'] {
  const records = db.collection<AuditDocument>('audit');
  return {
    async dump(_, after, limit) {
      const wanted = { _id: { $gt: Number(after ?? 0) } };
      const found = await records.find(wanted).sort({ _id: 1 }).limit(limit).toArray();
      return pageOf(
        found,
        limit,
        ({ _id }) => String(_id),
        ({ _id: sequence, body }) => ({ ...(JSON.parse(body) as NewAuditRecord), sequence }),
      );
    },
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
