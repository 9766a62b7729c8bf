/**
 * What will become of a batch whose turn in the log has not come: judged against what is there and what this process has
 * under way. A guess, since another process may write in between; commit-log.ts has the last word.
 *
 * It is for those who make many batches, each from what the one before leaves, and need not wait for each by itself:
 * those that are under way together share an entry of the log.
 */
import type { Write } from '../store.js';
import type { Collections } from './connection.js';
import { Judge } from './judge.js';
import type { Pending } from './pending.js';
import { readState, type State } from './state.js';

/** Batches that were foreseen one after the other while there was always one under way. */
interface Line {
  readonly judge: Judge;
  readonly state: { readonly [K in 'resources' | 'holders' | 'containers']: Map<string, Entry<State[K]>> };
  readonly batches: Set<readonly Write[]>;
}

type Entry<Of> = Of extends ReadonlyMap<string, infer Value> ? Value : never;

/** Where the log stands is of no matter for what is refused. */
const START = { counts: {}, sequence: 0 };

export class Foresight {
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly collections: Collections,
    private readonly pending: Pending,
  ) {}

  /**
   * True when the batch will be committed, unless another process writes something else first. False: it must be tried.
   * Whoever learns true commits the batch at once.
   */
  async accepts(tenant: string, batch: readonly Write[]): Promise<boolean> {
    const line = this.pending.isEmpty(tenant) ? this.begin(tenant) : this.lines.get(tenant);
    if (!line || !this.isOn(tenant, line)) return false;
    const read = await readState(this.collections, tenant, [batch], START);
    // What came while this was read is not reckoned with.
    if (!this.isOn(tenant, line)) return false;
    for (const part of ['resources', 'holders', 'containers'] as const) {
      for (const [key, value] of read[part]) (line.state[part] as Map<string, unknown>).set(key, value);
    }
    try {
      line.judge.take(batch);
    } catch {
      return false;
    }
    line.batches.add(batch);
    return true;
  }

  /** To be called when a batch is through. */
  forget(tenant: string): void {
    if (this.pending.isEmpty(tenant)) this.lines.delete(tenant);
  }

  private begin(tenant: string): Line {
    const state = { resources: new Map(), holders: new Map(), containers: new Map() };
    const line: Line = { judge: new Judge(tenant, { ...START, ...state }), state, batches: new Set() };
    this.lines.set(tenant, line);
    return line;
  }

  /** Nothing is under way that the line does not know. */
  private isOn(tenant: string, line: Line): boolean {
    return this.lines.get(tenant) === line && this.pending.isWithin(tenant, line.batches);
  }
}
