/**
 * The activity: an entry for each request, numbered by a counter that all processes share.
 *
 * Numbers are taken before the entries are written, so that an entry may come to be seen after one with a higher number.
 * Whoever reads on from a place must not pass over it: the counter has the portions that are being written, and such a
 * reader stops before the first of them.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type mongoose from 'mongoose';
import { type Activity, type ActivityQuery, type NewActivity, StoreUnavailable } from '../store.js';
import { insertUnlessThere } from './insert.js';
import type { Db } from './ledger.js';

/** What is asked for stands beside `body`, the JSON of the entry. */
export interface ActivityDocument {
  /** Activity.sequence */
  readonly _id: number;
  /** null: nobody's. */
  readonly tenant: string | null;
  readonly time: string;
  readonly outcome: string;
  readonly credential: string | null;
  readonly method: string;
  readonly resource: string | null;
  readonly requestId: string;
  readonly body: string;
}

interface CounterDocument {
  readonly _id: string;
  /** The last number that was taken. */
  readonly value: number;
  /** Portions that are being written: their first numbers and since when (ms), by random names. */
  readonly open: Readonly<Record<string, { readonly from: number; readonly at: number }>>;
}

const COUNTER = 'activity';
/** Entries that are written together. */
const PORTION = 500;
/** ms after which a portion that is still being written was left by a process that is gone. */
const PATIENCE = 60_000;
/** How often others may be faster before it fails. */
const MOST_ROUNDS = 100;
/** ms that a look through the activity may take. */
const LONGEST = 15_000;

export class ActivityLog {
  readonly #entries;
  readonly #counters;

  constructor(database: Db) {
    this.#entries = database.collection<ActivityDocument>('activity');
    this.#counters = database.collection<CounterDocument>('counters');
  }

  async append(entries: readonly NewActivity[]): Promise<void> {
    for (let start = 0; start < entries.length; start += PORTION) {
      await this.#append(entries.slice(start, start + PORTION));
    }
  }

  async find(query: ActivityQuery): Promise<Activity[]> {
    const { after, before = Number.MAX_SAFE_INTEGER, limit } = query;
    if (limit === 0) return [];
    const end = after === undefined ? before : Math.min(before, await this.#settled());
    const found = this.#entries.find(filterOf(query, after ?? 0, end), { maxTimeMS: LONGEST });
    const ordered = found.sort({ _id: after === undefined ? -1 : 1 }).limit(limit);
    return (await ordered.toArray()).map(({ _id, body }) => ({ ...(JSON.parse(body) as NewActivity), sequence: _id }));
  }

  async #append(entries: readonly NewActivity[]): Promise<void> {
    const { first, mark } = await this.#reserve(entries.length);
    await this.#entries.insertMany(
      entries.map((entry, index) => toDocument(entry, first + index)),
      { ordered: false },
    );
    await this.#counters.updateOne({ _id: COUNTER }, { $unset: { [`open.${mark}`]: '' } });
  }

  /** Takes numbers, and says that they are being written. */
  async #reserve(count: number): Promise<{ first: number; mark: string }> {
    const mark = randomUUID();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { value, open } = await this.#counter();
      const at = Date.now();
      const left = Object.keys(open).filter((name) => isLeft(open[name]?.at ?? 0, at));
      const next = {
        $set: { value: value + count, [`open.${mark}`]: { from: value + 1, at } },
        ...(left.length > 0 && { $unset: Object.fromEntries(left.map((name) => [`open.${name}`, ''])) }),
      } as mongoose.mongo.UpdateFilter<CounterDocument>;
      const { matchedCount } = await this.#counters.updateOne({ _id: COUNTER, value }, next);
      if (matchedCount > 0) return { first: value + 1, mark };
      await pause(Math.random() * 10);
    }
    throw new StoreUnavailable(new Error(`${MOST_ROUNDS} portions of others came first`));
  }

  async #counter(): Promise<CounterDocument> {
    const found = await this.#counters.findOne({ _id: COUNTER });
    if (found) return found;
    const first = { _id: COUNTER, value: 0, open: {} };
    await insertUnlessThere(this.#counters, first);
    return (await this.#counters.findOne({ _id: COUNTER })) ?? first;
  }

  /** Before this number all entries can be seen that ever will be. */
  async #settled(): Promise<number> {
    const { value, open } = await this.#counter();
    const now = Date.now();
    const under = Object.values(open).filter(({ at }) => !isLeft(at, now));
    return Math.min(value + 1, ...under.map(({ from }) => from));
  }
}

function isLeft(at: number, now: number): boolean {
  return now - at > PATIENCE;
}

function filterOf(query: ActivityQuery, after: number, before: number): mongoose.mongo.Filter<ActivityDocument> {
  const { tenant, outcome, credential, method, resource, requestId } = query;
  return {
    _id: { $gt: after, $lt: before },
    ...(tenant !== undefined && { tenant }),
    ...(outcome !== undefined && { outcome }),
    ...(credential !== undefined && { credential }),
    ...(method !== undefined && { method }),
    ...(resource !== undefined && { resource }),
    ...(requestId !== undefined && { requestId }),
  };
}

function toDocument(entry: NewActivity, sequence: number): ActivityDocument {
  const { tenant = null, time, outcome, credential, method, resource, requestId } = entry;
  const asked = { credential: credential?.id ?? null, method, resource: resource?.id ?? null, requestId };
  return { _id: sequence, tenant, time, outcome, ...asked, body: JSON.stringify(entry) };
}
