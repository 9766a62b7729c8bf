/**
 * How tenants, credentials, admins and receivers are written: several documents as one, without transactions of the database.
 *
 * It is the way of commit-log.ts, for what is small and changes seldom: entries are numbered without gaps, and inserting
 * entry n + 1 is the commit. Whoever plans one does so from what entry n has left, so that nothing that it rests on (that
 * an email is free, say) can change before it is in. Then its documents are written, each unless a later entry has
 * written it, and the head says that n + 1 is applied. An entry behind the head is finished by whoever finds it.
 *
 * What is removed stays as a tombstone, so that a late write of an older entry does not bring it back; tombstones and
 * entries are let go after a day, and a process that was stopped in the middle of a write for longer gives it up.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type mongoose from 'mongoose';
import { StoreUnavailable } from '../store.js';
import { enterMarked, insertUnlessThere } from './insert.js';

export type Db = mongoose.mongo.Db;

/** What the ledger writes. */
export type LedgerCollection = 'tenants' | 'credentials' | 'keys' | 'admins' | 'adminKeys' | 'receivers';

/** Of every document that the ledger writes; the others are the collection's own. */
export interface Kept {
  readonly _id: string;
  /** Number of the entry that wrote it last; 0 where it came another way. */
  readonly commit: number;
  /** True for a tombstone. */
  readonly gone: boolean;
  /** Ascends in the order of creation. */
  readonly order: number;
  /** When it became a tombstone. */
  readonly at?: string;
}

/** One document as it is to be. */
export interface Put {
  readonly collection: LedgerCollection;
  readonly id: string;
  /** What is left out stays; null removes the document. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  /** There is none, or a tombstone. */
  readonly isNew?: boolean;
}

export interface Planned<Result> {
  /** In the order in which they are written; none: nothing changes. */
  readonly puts: readonly Put[];
  readonly result: Result;
}

/** Where a process can be stopped, for tests that do it. */
export type LedgerFaults = (step: 'entered' | 'written' | 'applied') => Promise<void>;

interface LedgerDocument {
  readonly _id: string;
  /** Of an entry: its own; of the head: that of the last entry that is applied. */
  readonly number: number;
  /** Random: whose entry it is, when an answer was lost. */
  readonly mark?: string;
  readonly time?: string;
  /** JSON of Put[]; taken away when it is applied. */
  readonly redo?: string;
}

const LEDGER = 'ledger';
const HEAD = 'head';
/** ms for which others' changes may be unseen. */
const FRESH = 500;
/** ms that writing the documents of an entry may take. */
const LONGEST_APPLY = 600_000;
/** How often others may be faster before the client is told to come again. */
const MOST_ROUNDS = 100;
/** ms at most, so that two processes do not stay in step. */
const PAUSE = 20;
/** Documents that one entry may create, for their order. */
const ORDERS = 10_000;

export class Ledger {
  readonly #database;
  readonly #documents;
  readonly #faults;
  #applied = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(database: Db, faults: LedgerFaults = async () => {}) {
    this.#database = database;
    this.#documents = database.collection<LedgerDocument>(LEDGER);
    this.#faults = faults;
  }

  /** The last entry that is known to be applied, as of `look`. */
  get applied(): number {
    return this.#applied;
  }

  /** Resolves when everything that others have changed until half a second ago is applied, and `applied` counts it. */
  async look(): Promise<void> {
    if (performance.now() - this.#lookedAt < FRESH) return;
    const start = performance.now();
    this.#looking ??= this.#settle()
      .then(() => {
        this.#lookedAt = start;
      })
      .finally(() => {
        this.#looking = undefined;
      });
    await this.#looking;
  }

  /**
   * Commits what is planned, and resolves when it is applied; in this process one after the other.
   * @param plan reads what it needs and decides; called again when somebody else was faster. What it throws is thrown.
   */
  change<Result>(plan: () => Promise<Planned<Result>>): Promise<Result> {
    const done = this.#queue.then(() => this.#change(plan));
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Forgets entries and tombstones of before `time` (ISO 8601 UTC). */
  async sweep(time: string): Promise<void> {
    await this.#documents.deleteMany({ time: { $lt: time }, number: { $lt: this.#applied } });
    for (const name of ['keys', 'admins', 'adminKeys', 'receivers'] as const) {
      await this.#database.collection<Kept>(name).deleteMany({ gone: true, at: { $lt: time } });
    }
  }

  async #change<Result>(plan: () => Promise<Planned<Result>>): Promise<Result> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const number = (await this.#settle()) + 1;
      const { puts, result } = await plan();
      if (puts.length === 0 || (await this.#enter(number, puts))) return result;
      // What somebody else has entered is seen when a majority of the servers has it.
      await pause(PAUSE * Math.random());
    }
    throw new StoreUnavailable(new Error(`${MOST_ROUNDS} changes of others came first`));
  }

  /** False when somebody else has taken the number. */
  async #enter(number: number, puts: readonly Put[]): Promise<boolean> {
    const time = new Date().toISOString();
    const entry = { _id: entryId(number), number, mark: randomUUID(), time, redo: JSON.stringify(puts) };
    if (!(await enterMarked(this.#documents, entry))) return false;
    await this.#faults('entered');
    await this.#apply(entry);
    return true;
  }

  /** The number of the last entry, after all of them are applied. */
  async #settle(): Promise<number> {
    for (;;) {
      const { number } = await this.#head();
      const next = await this.#documents.findOne({ _id: entryId(number + 1) });
      if (!next) {
        this.#applied = Math.max(this.#applied, number);
        return number;
      }
      // Without its redo it has been applied since the head was read.
      if (next.redo !== undefined) await this.#apply(next);
    }
  }

  async #head(): Promise<LedgerDocument> {
    const found = await this.#documents.findOne({ _id: HEAD });
    if (found) return found;
    const first = { _id: HEAD, number: 0 };
    await insertUnlessThere(this.#documents, first);
    return (await this.#documents.findOne({ _id: HEAD })) ?? first;
  }

  async #apply({ _id, number, time, redo }: LedgerDocument): Promise<void> {
    const puts = JSON.parse(redo ?? '[]') as Put[];
    const start = Date.now();
    for (const [index, put] of puts.entries()) {
      // Others have finished it long ago, and may have let go of the tombstones that would be in the way.
      if (Date.now() - start > LONGEST_APPLY) throw new StoreUnavailable(new Error('stopped in the middle of a write'));
      await this.#put(put, number, index, time);
    }
    await this.#faults('written');
    await this.#documents.updateOne({ _id: HEAD, number: number - 1 }, { $set: { number } });
    this.#applied = Math.max(this.#applied, number);
    await this.#faults('applied');
    // That it stays does no harm.
    await this.#documents.updateOne({ _id }, { $unset: { redo: '' } }).catch(() => {});
  }

  async #put({ collection, id, fields, isNew }: Put, commit: number, index: number, at?: string): Promise<void> {
    const documents = this.#database.collection<Kept>(collection);
    const order = isNew && { order: commit * ORDERS + index };
    const values = fields ? { ...fields, ...order, gone: false, commit } : { gone: true, commit, at };
    if (isNew && (await insertUnlessThere(documents, { _id: id, ...values } as Kept))) return;
    await documents.updateOne({ _id: id, commit: { $lt: commit } }, { $set: values as Partial<Kept> });
  }
}

function entryId(number: number): string {
  return `entry/${number}`;
}
