/**
 * How a tenant's writes are committed, on every kind of deployment alike and without transactions of the database.
 *
 * A tenant has a log; its entries are numbered without gaps, and inserting entry n + 1 is the commit: of all who try,
 * one succeeds. The entry has the changes (the history) and everything that has to be written elsewhere. Then that is
 * written (apply.ts), then the head says that n + 1 is applied, then those who wait are told. Whoever finds an entry
 * behind the head applies it first: a writer before it plans, a reader that needs what it wrote, the sweeper.
 *
 * Writes that arrive while a commit is under way go into the next one together, each judged by itself (judge.ts), from
 * a state that was read when nobody had committed n + 1: otherwise entering n + 1 fails, and all is judged again.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf, type StoredResource, StoreUnavailable, VersionConflict, type Write } from '../store.js';
import type { Faults } from './apply.js';
import type { Collections } from './connection.js';
import { type CommitDocument, commitId, type HeadDocument, type Redo } from './documents.js';
import { Foresight } from './foresight.js';
import { Judge } from './judge.js';
import { Log } from './log.js';
import { type Batch, Pending } from './pending.js';
import { readState } from './state.js';

interface Waiting {
  readonly batch: Batch;
  /** ms, as performance.now() has them: when the client is told to come again. */
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Batches that go into one entry at most, and the characters of JSON that they may come to; one batch goes alone. */
const MOST_BATCHES = 200;
const MOST_CHARACTERS = 3_000_000;
/** ms from the call of commit() to its answer, whatever the database does. */
const LONGEST_COMMIT = 30_000;
/** ms at most before a number is tried for again that somebody else has taken. */
const LONGEST_PAUSE = 100;

export class CommitLog {
  private readonly queues = new Map<string, Waiting[]>();
  readonly log: Log;
  readonly pending = new Pending();
  private readonly foresight: Foresight;

  constructor(
    private readonly collections: Collections,
    faults: Faults = async () => {},
  ) {
    this.log = new Log(collections, faults);
    this.foresight = new Foresight(collections, this.pending);
  }

  /**
   * True when a batch will be committed by all that this process can know, so that the next one can be made from what
   * it leaves: whoever learns that commits it at once.
   */
  async foresees(tenant: string, batch: readonly Write[], read: readonly StoredResource[] = []): Promise<boolean> {
    this.pending.readings.check(read);
    return batch.length > 0 && (await this.foresight.accepts(tenant, batch));
  }

  /**
   * It is pending as soon as this is called.
   * @throws VersionConflict, UniquenessConflict, MissingReference, ScimError payloadTooLarge; then it is not committed
   * @throws StoreUnavailable; then it may be committed
   */
  commit(tenant: string, batch: readonly Write[], read: readonly StoredResource[] = []): Promise<void> {
    if (batch.length === 0) return this.pending.settled(tenant, read);
    const settled = this.pending.add(tenant, batch, read, (pended) => this.enqueue(tenant, pended));
    const forget = () => this.foresight.forget(tenant);
    settled.then(forget, forget);
    return settled;
  }

  private enqueue(tenant: string, batch: Batch): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    return new Promise<void>((resolve, refuse) => {
      const reject = (error: unknown): void => {
        this.pending.lose(tenant, batch);
        refuse(error);
      };
      timer = setTimeout(() => reject(new StoreUnavailable(TOO_LATE)), LONGEST_COMMIT);
      const waiting = { batch, until: performance.now() + LONGEST_COMMIT, resolve, reject };
      const queue = this.queues.get(tenant);
      if (queue) queue.push(waiting);
      else {
        this.queues.set(tenant, [waiting]);
        void this.work(tenant);
      }
    }).finally(() => clearTimeout(timer));
  }

  /** One at a time for each tenant; that there is a queue says that it goes on. */
  private async work(tenant: string): Promise<void> {
    // What arrives in the same turn goes together.
    await Promise.resolve();
    for (let next = this.next(tenant); next.length > 0; next = this.next(tenant)) {
      try {
        await this.commitAll(tenant, next);
      } catch (error) {
        for (const { reject } of next) reject(error);
      }
    }
    this.queues.delete(tenant);
  }

  private next(tenant: string): Waiting[] {
    const queue = this.queues.get(tenant) ?? [];
    const now = performance.now();
    // Whose client was told to come again must not be committed behind its back.
    while (queue[0] && queue[0].until <= now) queue.shift();
    let [size, count] = [0, 0];
    for (const { batch } of queue.slice(0, MOST_BATCHES)) {
      size += queue.length === 1 ? 0 : JSON.stringify(batch.writes).length;
      if (count > 0 && size > MOST_CHARACTERS) break;
      count++;
    }
    return queue.splice(0, count);
  }

  /** Settles every one of them, unless it throws. */
  private async commitAll(tenant: string, waiting: readonly Waiting[]): Promise<void> {
    const until = Math.min(...waiting.map((one) => one.until));
    // Mostly nobody else has written since, and if somebody has it shows.
    let head = this.log.lastSeen(tenant) ?? (await this.log.settle(tenant));
    for (let round = 1; performance.now() < until; round++) {
      const { judge, refused } = await this.judge(tenant, waiting, head);
      const isDone =
        refused.size < waiting.length ? await this.enter(tenant, head, judge) : await this.log.isLast(tenant, head);
      if (isDone) {
        for (const one of waiting) {
          if (refused.has(one.batch)) one.reject(refused.get(one.batch));
          else one.resolve();
        }
        return;
      }
      await sleep(Math.random() * Math.min(round * 5, LONGEST_PAUSE));
      head = await this.log.settle(tenant);
    }
    throw new StoreUnavailable(TOO_LATE);
  }

  private async judge(tenant: string, waiting: readonly Waiting[], head: HeadDocument) {
    const batches = waiting.map(({ batch }) => batch.writes);
    const judge = new Judge(tenant, await readState(this.collections, tenant, batches, head));
    await this.log.faults('read', tenant);
    const refused = new Map<Batch, unknown>();
    for (const { batch } of waiting) {
      try {
        const isLost = batch.isLost || batch.restsOn.some((base) => refused.has(base));
        if (isLost) throw new VersionConflict(keyOf(batch.writes[0] as Write));
        judge.take(batch.writes);
      } catch (error) {
        refused.set(batch, error);
      }
    }
    return { judge, refused };
  }

  /** False when somebody else has taken the number. */
  private enter(tenant: string, head: HeadDocument, judge: Judge): Promise<boolean> {
    const redo = judge.redo();
    return this.log.enter(entryOf(tenant, head, judge, redo), redo);
  }
}

const TOO_LATE = new Error(`not committed within ${LONGEST_COMMIT} ms`);

function entryOf(tenant: string, head: HeadDocument, { changes }: Judge, redo: Redo): CommitDocument {
  const number = head.applied + 1;
  const times = changes.map(({ time }) => time).sort();
  return {
    _id: commitId(tenant, number),
    tenant,
    number,
    mark: randomUUID(),
    first: head.sequence + 1,
    last: head.sequence + changes.length,
    time: times[0] ?? '',
    changes: JSON.stringify(changes),
    resources: [...new Set(changes.map(({ key }) => key.id))],
    requests: [...new Set(changes.map(({ requestId }) => requestId))],
    redo: JSON.stringify(redo),
  };
}
