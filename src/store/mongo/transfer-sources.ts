/** How each kind of row is read and written when a database is moved. */
import type mongoose from 'mongoose';
import type { AuditRecord, Change, Delivery, Key, NewAuditRecord, NewDeadLetter, TrafficHour } from '../store.js';
import { type LastRequest, type MovedEdge, type MovedResource, NOTE, type Secret } from '../transfer.js';
import { type CredentialDocument, type KeyDocument, keyFields, toKey } from './account-documents.js';
import type { Collections } from './connection.js';
import {
  type DeliveryDocument,
  deliveryFields,
  deliveryId,
  type LetterDocument,
  letterFields,
  letterKey,
  toDelivery,
} from './delivery-documents.js';
import {
  type CommitDocument,
  commitId,
  type EdgeDocument,
  edgeId,
  escapeForm,
  lookupId,
  lookupPlace,
  type ResourceDocument,
  resourceId,
  toStored,
  unescapeForm,
  within,
} from './documents.js';
import { insertMissing } from './insert.js';
import type { Db } from './ledger.js';
import type { AuditDocument, HourDocument, LastRequestDocument } from './records.js';
import type { SecretDocument } from './secrets.js';

export type Cursor<Found> = mongoose.mongo.FindCursor<Found>;

/** How one kind is read and written. */
export interface Source<Found, Row> {
  /** What comes after a place, in order. */
  find(tenant: string, after: string | undefined): Cursor<Found> | Promise<Cursor<Found>>;
  /** Where the next one is looked for. */
  place(found: Found): string;
  toRows(found: Found, tenant: string, after: string | undefined): Row[];
  load(tenant: string, rows: readonly Row[], place: number): Promise<unknown>;
}

export function resources({ resources, lookups }: Collections): Source<ResourceDocument, MovedResource> {
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
      await insertMissing(lookups, [...new Map(held.map((one) => [one._id, one])).values()]);
      await insertMissing(
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
  const { display, form, passwordHash } = found;
  const shown = { form: unescapeForm(form), display: display ?? undefined };
  return { resource: toStored(tenant, found), ...shown, lookups, passwordHash };
}

/** Its row is its place: a number that the history has passed, so that those of new resources are higher. */
function toDocument(
  tenant: string,
  { resource, form, display, lookups, passwordHash }: MovedResource,
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
    ...(passwordHash !== undefined && { passwordHash }),
    row,
    commit: 0,
    gone: false,
  };
}

export function edges({ edges }: Collections): Source<EdgeDocument, MovedEdge> {
  return {
    find(tenant, after) {
      const range = within(tenant);
      return edges.find({ _id: after ? { ...range, $gt: after } : range, gone: false }).sort({ _id: 1 });
    },
    place: ({ _id }) => _id,
    toRows: ({ group, member }) => [{ group, member }],
    load: (tenant, rows) =>
      insertMissing(
        edges,
        rows.map(({ group, member }) => {
          const _id = edgeId(tenant, group, member);
          return { _id, tenant, group, member, commit: 0, gone: false };
        }),
      ),
  };
}

export function changes({ commits }: Collections): Source<Pick<CommitDocument, 'changes' | 'last'>, Change> {
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
      insertMissing(
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

export function accessKeys(db: Db): Source<KeyDocument, Key> {
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
      insertMissing(
        keys,
        rows.map((key) => ({ _id: key.hash, commit: 0, gone: false, order: 0, ...keyFields(key) })),
      ),
  };
}

export function traffic(db: Db): Source<HourDocument, TrafficHour> {
  const hours = db.collection<HourDocument>('traffic');
  return {
    find: (tenant, after) => hours.find({ tenant, hour: { $gt: after ?? '' } }).sort({ hour: 1 }),
    place: ({ hour }) => hour,
    toRows: ({ _id, ...hour }) => [hour],
    load: (tenant, rows) =>
      insertMissing(
        hours,
        rows.map((hour) => ({ ...hour, _id: `${tenant}/${hour.hour}`, tenant })),
      ),
  };
}

export function lastRequests(db: Db): Source<LastRequestDocument, LastRequest> {
  const last = db.collection<LastRequestDocument>('lastRequests');
  return {
    find: (tenant, after) => last.find({ _id: tenant, time: { $gt: after ?? '' } }),
    place: ({ time }) => time,
    toRows: ({ time }) => [{ time }],
    load: (tenant, rows) =>
      insertMissing(
        last,
        rows.map(({ time }) => ({ _id: tenant, time })),
      ),
  };
}

export function deliveries(db: Db): Source<DeliveryDocument, Delivery> {
  const all = db.collection<DeliveryDocument>('deliveries');
  const nobody = { owner: null, until: null, mark: null };
  return {
    find: (tenant, after) => all.find({ _id: { ...within(tenant), ...(after && { $gt: after }) } }).sort({ _id: 1 }),
    place: ({ _id }) => _id,
    toRows: (found) => [toDelivery(found)],
    load: (tenant, rows) =>
      insertMissing(
        all,
        rows.map(({ consumer, ...rest }) => {
          const fields = deliveryFields({ consumer, ...rest });
          return { _id: deliveryId(tenant, consumer), tenant, consumer, ...fields, ...nobody };
        }),
      ),
  };
}

export function deadLetters(db: Db): Source<LetterDocument, NewDeadLetter> {
  const all = db.collection<LetterDocument>('deadLetters');
  return {
    find: (tenant, after) => all.find({ _id: { ...within(tenant), ...(after && { $gt: after }) } }).sort({ _id: 1 }),
    place: ({ _id }) => _id,
    toRows: (found) => [letterFields(found)],
    load: (tenant, rows) =>
      insertMissing(
        all,
        rows.map((row) => ({ ...letterFields(row), _id: letterKey(tenant, row), tenant, mark: '' })),
      ),
  };
}

export function secrets(db: Db): Source<SecretDocument, Secret> {
  const all = db.collection<SecretDocument>('secrets');
  return {
    find: (_, after) => all.find({ _id: { $gt: after ?? '', $ne: NOTE } }).sort({ _id: 1 }),
    place: ({ _id }) => _id,
    toRows: ({ _id: name, value }) => [{ name, value }],
    load: (_, rows) =>
      insertMissing(
        all,
        rows.map(({ name, value }) => ({ _id: name, value })),
      ),
  };
}

export function audit(db: Db): Source<AuditDocument, AuditRecord> {
  const records = db.collection<AuditDocument>('audit');
  return {
    find: (_, after) => records.find({ _id: { $gt: Number(after ?? 0) } }).sort({ _id: 1 }),
    place: ({ _id }) => String(_id),
    toRows: ({ _id: sequence, body }) => [{ ...(JSON.parse(body) as NewAuditRecord), sequence }],
    load: (_, rows) =>
      insertMissing(
        records,
        rows.map(({ sequence, ...record }) => {
          const body = JSON.stringify(record);
          return { _id: sequence, tenant: record.tenant?.id ?? null, action: record.action, body };
        }),
      ),
  };
}
