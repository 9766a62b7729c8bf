/** What happened beside the history: requests (activity.ts), counted by the hour, and actions of admins. */
import { setTimeout as pause } from 'node:timers/promises';
import type mongoose from 'mongoose';
import {
  type Activity,
  type ActivityQuery,
  type AuditQuery,
  type AuditRecord,
  type NewActivity,
  type NewAuditRecord,
  StoreUnavailable,
  type TrafficHour,
} from '../store.js';
import { type ActivityDocument, ActivityLog } from './activity.js';
import { insertUnlessThere } from './insert.js';
import type { Db } from './ledger.js';

export interface HourDocument extends TrafficHour {
  /** The tenant's id, a slash, and the hour. */
  readonly _id: string;
}

export interface LastRequestDocument {
  /** Tenant.id */
  readonly _id: string;
  readonly time: string;
}

export interface AuditDocument {
  /** AuditRecord.sequence */
  readonly _id: number;
  readonly tenant: string | null;
  readonly action: string;
  /** JSON of NewAuditRecord. */
  readonly body: string;
}

/** How often others may write to the audit first before it fails. */
const MOST_ROUNDS = 100;

export class Records {
  readonly #activity;
  readonly #entries;
  readonly #hours;
  readonly #last;
  readonly #audit;

  constructor(database: Db) {
    this.#activity = new ActivityLog(database);
    this.#entries = database.collection<ActivityDocument>('activity');
    this.#hours = database.collection<HourDocument>('traffic');
    this.#last = database.collection<LastRequestDocument>('lastRequests');
    this.#audit = database.collection<AuditDocument>('audit');
  }

  async appendActivity(entries: readonly NewActivity[]): Promise<void> {
    await this.#activity.append(entries);
    const { hours, last } = trafficOf(entries);
    if (hours.length === 0) return;
    await Promise.all([this.#hours.bulkWrite(hours), this.#last.bulkWrite(last)]);
  }

  activity(query: ActivityQuery): Promise<Activity[]> {
    return this.#activity.find(query);
  }

  async traffic(since: string, tenant?: string): Promise<TrafficHour[]> {
    const wanted = { hour: { $gte: since }, ...(tenant !== undefined && { tenant }) };
    const found = await this.#hours.find(wanted).sort({ hour: 1, tenant: 1 }).toArray();
    return found.map(({ _id, ...hour }) => hour);
  }

  async lastRequests(): Promise<Map<string, string>> {
    return new Map((await this.#last.find().toArray()).map(({ _id, time }) => [_id, time]));
  }

  async trimActivity(time: string, most: number, hoursBefore: string, limit: number): Promise<boolean> {
    // The server's own count, which it need not make; after a crash it may be off a little for a while.
    const surplus = Math.min(Math.max(0, (await this.#entries.estimatedDocumentCount()) - most), limit);
    const oldest = this.#entries
      .find({}, { projection: { time: 1 } })
      .sort({ _id: 1 })
      .limit(limit);
    const gone = (await oldest.toArray()).filter((entry, index) => index < surplus || entry.time < time);
    await deleteThese(this.#entries, gone);
    const hours = this.#hours.find({ hour: { $lt: hoursBefore } }, { projection: { _id: 1 } }).limit(limit);
    const goneHours = await hours.toArray();
    await deleteThese(this.#hours, goneHours);
    return gone.length + goneHours.length > 0;
  }

  /** The number after the last one is taken by writing there, so that there are no gaps, and nothing to pass over. */
  async appendAudit(record: NewAuditRecord): Promise<void> {
    const fields = { tenant: record.tenant?.id ?? null, action: record.action, body: JSON.stringify(record) };
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const last = this.#audit
        .find({}, { projection: { _id: 1 } })
        .sort({ _id: -1 })
        .limit(1);
      const [newest] = await last.toArray();
      if (await insertUnlessThere(this.#audit, { _id: (newest?._id ?? 0) + 1, ...fields })) return;
      await pause(Math.random() * 20);
    }
    throw new StoreUnavailable(new Error(`${MOST_ROUNDS} records of others came first`));
  }

  async audit({ tenant, action, before = Number.MAX_SAFE_INTEGER, limit }: AuditQuery): Promise<AuditRecord[]> {
    if (limit === 0) return [];
    const wanted = {
      _id: { $lt: before },
      ...(tenant !== undefined && { tenant }),
      ...(action !== undefined && { action }),
    };
    const found = await this.#audit.find(wanted).sort({ _id: -1 }).limit(limit).toArray();
    return found.map(({ _id, body }) => ({ ...(JSON.parse(body) as NewAuditRecord), sequence: _id }));
  }
}

/** Deletes by _id what was found, which bounds it. */
export async function deleteThese<Document extends { readonly _id: string | number }>(
  collection: mongoose.mongo.Collection<Document>,
  found: readonly { readonly _id: unknown }[],
): Promise<void> {
  if (found.length === 0) return;
  await collection.deleteMany({ _id: { $in: found.map(({ _id }) => _id) } } as mongoose.mongo.Filter<Document>);
}

/** What the entries add to the hours of their tenants, and when the last of each came. */
function trafficOf(entries: readonly NewActivity[]) {
  const hours = new Map<string, { requests: number; refused: number; failed: number; tenant: string; hour: string }>();
  const last = new Map<string, string>();
  for (const { tenant, time, outcome } of entries) {
    if (tenant === undefined) continue;
    const hour = `${time.slice(0, 13)}:00:00.000Z`;
    const counts = hours.get(`${tenant}/${hour}`) ?? { requests: 0, refused: 0, failed: 0, tenant, hour };
    counts.requests++;
    counts.refused += Number(outcome === 'refused');
    counts.failed += Number(outcome === 'failed');
    hours.set(`${tenant}/${hour}`, counts);
    if (time > (last.get(tenant) ?? '')) last.set(tenant, time);
  }
  return {
    hours: [...hours].map(([_id, { tenant, hour, ...counts }]) => ({
      updateOne: { filter: { _id }, update: { $inc: counts, $set: { tenant, hour } }, upsert: true },
    })),
    last: [...last].map(([_id, time]) => ({
      updateOne: { filter: { _id }, update: { $max: { time } }, upsert: true },
    })),
  };
}
