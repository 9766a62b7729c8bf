/**
 * A tenant's log and its head: what was committed, and how far that is applied. Entry n + 1 is inserted by one alone,
 * since its _id says n + 1; whoever finds it behind the head applies it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ScimError } from '../../scim/errors.js';
import { StoreUnavailable } from '../store.js';
import { apply, type Faults } from './apply.js';
import type { Collections } from './connection.js';
import { type CommitDocument, commitId, type HeadDocument, headId, type Redo } from './documents.js';
import { enterMarked, insertUnlessThere } from './insert.js';

/** Bytes of the largest entry. MongoDB takes documents of 16 MiB; the rest is for the fields beside the two texts. */
export const LARGEST_ENTRY = 15_000_000;
/** How often a reader gives the process that commits time to finish, and ms in between; then it does it itself. */
const PATIENCE = 3;
const PAUSE = 15;
/** Entries that are applied in one go before something must be wrong. */
const MOST_ENTRIES = 10_000;

/** What is being applied by this process. */
interface Application {
  readonly number: number;
  readonly done: Promise<void>;
}

export class Log {
  /** Heads as they were last seen, by tenant; a lower bound, since heads only grow. */
  private readonly seen = new Map<string, HeadDocument>();
  private readonly applications = new Map<string, Application>();

  constructor(
    private readonly collections: Collections,
    readonly faults: Faults,
  ) {}

  /** Number of the last commit of which this process knows that it is applied; 0 when it knows of none. */
  applied(tenant: string): number {
    return this.seen.get(tenant)?.applied ?? 0;
  }

  /** The head as it was last seen, for those who notice when it is another by now. */
  lastSeen(tenant: string): HeadDocument | undefined {
    return this.seen.get(tenant);
  }

  /** Resolves when commit `number`, of which something was read, can be read as a whole. */
  async reached(tenant: string, number: number): Promise<void> {
    for (let attempt = 0; number > this.applied(tenant); attempt++) {
      const own = this.applications.get(tenant);
      if (own && own.number >= number) await own.done.catch(() => {});
      else if (attempt > PATIENCE) await this.settle(tenant);
      else {
        if (attempt > 0) await sleep(PAUSE);
        await this.head(tenant);
      }
    }
  }

  /** True when nobody has committed after this head. */
  async isLast(tenant: string, { applied }: HeadDocument): Promise<boolean> {
    const next = await this.collections.commits.findOne(
      { _id: commitId(tenant, applied + 1) },
      { projection: { _id: 1 } },
    );
    return next === null;
  }

  /** The head, after everything that was committed is applied. @throws StoreUnavailable */
  async settle(tenant: string): Promise<HeadDocument> {
    for (let count = 0; count < MOST_ENTRIES; count++) {
      const since = Date.now();
      const head = await this.head(tenant);
      const entry = await this.collections.commits.findOne({ _id: commitId(tenant, head.applied + 1) });
      if (!entry) return head;
      // Without it the entry has been applied since the head was read, and long ago.
      if (entry.redo !== undefined) await this.applyEntry(entry, JSON.parse(entry.redo) as Redo, since);
    }
    throw new StoreUnavailable(new Error(`the log of ${tenant} is behind its head`));
  }

  /**
   * Commits: false when somebody else has taken the number.
   * @throws ScimError payloadTooLarge; then it is not committed
   * @throws what the driver throws; then it may be committed
   */
  async enter(entry: CommitDocument, redo: Redo): Promise<boolean> {
    const size = Buffer.byteLength(entry.changes) + Buffer.byteLength(entry.redo ?? '');
    if (size > LARGEST_ENTRY) throw tooLarge();
    const since = Date.now();
    if (!(await enterMarked(this.collections.commits, entry))) return false;
    await this.faults('inserted', entry.tenant);
    await this.applyEntry(entry, redo, since);
    return true;
  }

  private async applyEntry(entry: CommitDocument, redo: Redo, since: number): Promise<void> {
    const { tenant, number, last: sequence } = entry;
    const done = apply(this.collections, { entry, redo, since }, this.faults);
    const application = { number, done };
    this.applications.set(tenant, application);
    try {
      await done;
    } finally {
      if (this.applications.get(tenant) === application) this.applications.delete(tenant);
    }
    const { swept = 0 } = this.seen.get(tenant) ?? {};
    this.note(tenant, { _id: headId(tenant), tenant, applied: number, swept, sequence, counts: redo.counts });
  }

  /** As the database has it, or newer. Made when there is none. */
  async head(tenant: string): Promise<HeadDocument> {
    const _id = headId(tenant);
    const { heads } = this.collections;
    const found = await heads.findOne({ _id });
    if (found) return this.note(tenant, found);
    const first: HeadDocument = { _id, tenant, applied: 0, swept: 0, sequence: 0, counts: {} };
    if (await insertUnlessThere(heads, first)) return this.note(tenant, first);
    return this.note(tenant, (await heads.findOne({ _id })) ?? first);
  }

  /** The newest that is known: a read that a server gives which was the primary may be older than what was seen. */
  private note(tenant: string, head: HeadDocument): HeadDocument {
    const known = this.seen.get(tenant);
    if (known && known.applied > head.applied) return known;
    this.seen.set(tenant, head);
    return head;
  }
}

function tooLarge(): ScimError {
  const detail = 'The change is too large to be made as one; name fewer members in a request.';
  return new ScimError('payloadTooLarge', detail);
}
