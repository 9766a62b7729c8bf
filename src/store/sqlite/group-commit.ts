/**
 * One transaction for all writes of a turn of the event loop, so that one sync to disk makes all of them durable.
 * Work runs at once, in the order it is asked for; what came of it is told when the transaction is durable.
 */
import { type Applied, StoreUnavailable } from '../store.js';
import { type Database, isBusy, isDatabaseError } from './driver.js';

/** Someone who waits for the open transaction. */
interface Waiter {
  /** The transaction is durable: tell what came of the work. */
  settle(): void;
  /** Nothing of the transaction is kept. */
  fail(error: Error): void;
}

interface Job {
  /** Runs the work and says how to settle. */
  perform(): Waiter['settle'];
  fail(error: Error): void;
  /** ms, as performance.now() has them; after it the job no longer waits for another process's lock. */
  readonly deadline: number;
}

const ENDED = new Error('the database has ended the transaction by itself');

export class GroupCommit {
  /** Of the open transaction; undefined when none is open. */
  private waiters: Waiter[] | undefined;
  /** Jobs that wait for another process to let go of the file, in order. */
  private readonly queue: Job[] = [];
  private readonly begin;
  private readonly commit;

  /**
   * @param timeout ms to wait for another process's write lock.
   * @param isRefusal true for an error by which work says no, having written nothing.
   * @param events `beforeCommit`: the transaction is undone when it throws; `onLoss`: called when nothing of a
   *   transaction is kept, before anybody is told.
   */
  constructor(
    private readonly database: Database,
    private readonly timeout: number,
    private readonly isRefusal: (error: unknown) => boolean,
    private readonly events: { beforeCommit?: () => void; onLoss?: () => void } = {},
  ) {
    this.begin = database.prepare('BEGIN IMMEDIATE');
    this.commit = database.prepare('COMMIT');
  }

  /** True while the database shows more to this connection than to others. */
  get isOpen(): boolean {
    return this.waiters !== undefined;
  }

  /**
   * Runs `work` in the transaction of this turn, before this call returns unless another process holds the file.
   * @param work synchronous. When it throws a refusal it must have written nothing; any other error undoes the whole
   *   transaction.
   * @throws StoreUnavailable
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const perform = (): Waiter['settle'] => {
        try {
          const value = work();
          return () => resolve(value);
        } catch (error) {
          if (this.isRefusal(error)) return () => reject(error);
          throw error;
        }
      };
      const job = { perform, fail: reject, deadline: performance.now() + this.timeout };
      if (this.queue.length > 0 || !this.start(job)) this.wait(job);
    });
  }

  /**
   * As run(), but resolves, or throws a refusal, as soon as the work is done. Nobody may be told of it before `durable`
   * settles, or after a refusal settled().
   * @throws StoreUnavailable
   */
  apply(work: () => void): Promise<Applied> {
    return new Promise((resolve, reject) => {
      const durable = this.run(() => {
        try {
          work();
        } catch (error) {
          if (this.isRefusal(error)) reject(error);
          throw error;
        }
        // The work may run before run() has returned.
        queueMicrotask(() => resolve({ durable }));
      });
      durable.catch(reject);
    });
  }

  /** Resolves when the transaction that is open now is durable; at once when there is none. */
  settled(): Promise<void> {
    const { waiters } = this;
    if (!waiters) return Promise.resolve();
    return new Promise((settle, fail) => waiters.push({ settle, fail }));
  }

  /** Makes everything durable that was asked for. */
  async drain(): Promise<void> {
    while (this.queue.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    this.flush();
  }

  /** False when another process holds the file. */
  private start(job: Job): boolean {
    // A read that fails on this connection may end the transaction; what follows would be kept a statement at a time.
    if (this.waiters && !this.database.isInTransaction()) this.abandon(ENDED);
    if (!this.waiters) {
      try {
        this.begin.run();
      } catch (error) {
        if (isBusy(error)) return false;
        job.fail(new StoreUnavailable(error));
        return true;
      }
      this.waiters = [];
      setImmediate(() => this.flush());
    }
    try {
      this.waiters.push({ settle: job.perform(), fail: job.fail });
    } catch (error) {
      job.fail(isDatabaseError(error) ? new StoreUnavailable(error) : (error as Error));
      this.abandon(error);
    }
    return true;
  }

  private flush(): void {
    const { waiters } = this;
    if (!waiters) return;
    try {
      this.events.beforeCommit?.();
      this.commit.run();
    } catch (error) {
      this.abandon(error);
      return;
    }
    this.waiters = undefined;
    for (const { settle } of waiters) settle();
  }

  private abandon(cause: unknown): void {
    const waiters = this.waiters ?? [];
    this.waiters = undefined;
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // Some failures (a full disk) have rolled back already, and then this is an error.
    }
    this.events.onLoss?.();
    for (const { fail } of waiters) fail(new StoreUnavailable(cause));
  }

  /** SQLite's own way to wait would stop the event loop, and with it a store that holds the lock in this process. */
  private wait(job: Job): void {
    this.queue.push(job);
    if (this.queue.length === 1) this.retryLater();
  }

  private retryLater(): void {
    setTimeout(() => this.retry(), 1 + Math.random() * 4);
  }

  private retry(): void {
    for (let job = this.queue[0]; job; job = this.queue[0]) {
      if (!this.start(job)) {
        if (performance.now() < job.deadline) break;
        job.fail(new StoreUnavailable(new Error('another process holds the write lock')));
      }
      this.queue.shift();
    }
    if (this.queue.length > 0) this.retryLater();
  }
}
