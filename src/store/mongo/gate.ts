/** The way to the database: nothing after the close, and its failures in the words of the port. */
import mongoose from 'mongoose';
import { StoreUnavailable } from '../store.js';

const CLOSED = new Error('the store is closed');

export class MongoGate {
  private isClosed = false;
  /** What is under way. */
  private readonly pending = new Set<Promise<unknown>>();

  /** @throws StoreUnavailable */
  readonly run = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (this.isClosed) throw new StoreUnavailable(CLOSED);
    // What it does before it waits is done at once: what is to be committed is pending when this returns.
    const running = (async () => work())();
    this.pending.add(running);
    try {
      return await running;
    } catch (error) {
      throw isDatabaseError(error) ? new StoreUnavailable(error) : error;
    } finally {
      this.pending.delete(running);
    }
  };

  /** Lets nothing in any more, and waits for what is in. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.pending);
  }
}

/** Its driver lets some errors of sockets through as they are: EPIPE, when the other side has just gone. */
function isDatabaseError(error: unknown): boolean {
  if (error instanceof mongoose.mongo.MongoError || error instanceof mongoose.Error) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z]+$/.test(code);
}
