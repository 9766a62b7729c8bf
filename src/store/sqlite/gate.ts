/** The way to both connections: reads at once, writes in the transaction of the turn, and nothing after the close. */
import { Readings } from '../readings.js';
import { type Applied, MissingReference, StoreUnavailable, UniquenessConflict, VersionConflict } from '../store.js';
import { type Connections, disconnect } from './connections.js';
import { isDatabaseError } from './driver.js';
import { GroupCommit } from './group-commit.js';

const CLOSED = new Error('the store is closed');

export class StoreGate {
  readonly readings = new Readings();
  private readonly group: GroupCommit;
  private isClosed = false;

  constructor(
    private readonly connections: Connections,
    busyTimeout: number,
  ) {
    this.group = new GroupCommit(connections.writer, busyTimeout, isRefusal, {
      beforeCommit: () => connections.place.check(),
      onLoss: () => this.readings.loseAll(),
    });
  }

  /** True while `writer` shows more than others see. */
  get isOpen(): boolean {
    return this.group.isOpen;
  }

  /** @throws StoreUnavailable */
  readonly read = async <T>(work: () => T): Promise<T> => {
    if (this.isClosed) throw new StoreUnavailable(CLOSED);
    try {
      return work();
    } catch (error) {
      throw isDatabaseError(error) ? new StoreUnavailable(error) : error;
    }
  };

  /** Resolves when the file is there and answers. @throws StoreUnavailable */
  async ping(look: () => void): Promise<void> {
    try {
      this.connections.place.check();
    } catch (error) {
      throw new StoreUnavailable(error);
    }
    await this.read(look);
  }

  /** A read that may take long, a step at a time; others get their turn in between. @throws StoreUnavailable */
  async readInSteps<T>(steps: Generator<undefined, T>): Promise<T> {
    for (;;) {
      const { done, value } = await this.read(() => steps.next());
      if (done) return value;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** @param work as GroupCommit.run() wants it. @throws StoreUnavailable */
  readonly write = <T>(work: () => T): Promise<T> =>
    this.isClosed ? Promise.reject(new StoreUnavailable(CLOSED)) : this.group.run(work);

  /** As GroupCommit.apply(). @throws StoreUnavailable */
  async apply(work: () => void): Promise<Applied> {
    if (this.isClosed) throw new StoreUnavailable(CLOSED);
    return this.group.apply(work);
  }

  settled(): Promise<void> {
    return this.group.settled();
  }

  /** Waits for what was asked for to be durable. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.group.drain();
    disconnect(this.connections);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof VersionConflict || error instanceof UniquenessConflict || error instanceof MissingReference;
}
