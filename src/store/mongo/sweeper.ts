/**
 * What nobody waits for: commits whose process is gone are finished, and what a commit leaves behind (its redo, its
 * tombstones) goes when nobody can be in the middle of applying an older one any more.
 */
import { LONGEST_APPLY } from './apply.js';
import type { CommitLog } from './commit-log.js';
import type { Collection, Collections } from './connection.js';
import {
  type CommitDocument,
  chunksOf,
  commitId,
  edgeId,
  type HeadDocument,
  headId,
  lookupId,
  type Redo,
  resourceId,
  within,
} from './documents.js';

/** ms between two rounds. */
const INTERVAL = 10_000;
/**
 * ms that a commit must have been seen as applied, by this process, before its tombstones go. So no clocks are
 * compared, and a process that is restarted more often than this leaves them to others.
 */
const GRACE = 2 * LONGEST_APPLY;
/** Tenants that one query asks for, and documents that one command removes. */
const CHUNK = 500;

/** That a tenant's commits up to `applied` were seen as applied at `time` (ms, of this process's clock). */
interface Sighting {
  readonly applied: number;
  readonly time: number;
}

export class Sweeper {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private readonly sightings = new Map<string, Sighting>();

  constructor(
    private readonly collections: Collections,
    private readonly commits: CommitLog,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.timer = setInterval(() => void this.wake(), INTERVAL);
    this.timer.unref();
  }

  /** A round, unless one goes on. What fails is tried again in the next. */
  wake(): Promise<void> {
    this.running ??= this.sweep()
      .catch(() => {})
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async sweep(): Promise<void> {
    const heads = await this.collections.heads.find().toArray();
    for (const some of chunksOf(heads, CHUNK)) {
      await this.finish(some);
      for (const head of some) await this.clear(head);
    }
  }

  /** Applies every commit that is there and not applied. */
  private async finish(heads: readonly HeadDocument[]): Promise<void> {
    const next = heads.map(({ tenant, applied }) => commitId(tenant, applied + 1));
    const found = this.collections.commits.find({ _id: { $in: next } }, { projection: { tenant: 1, number: 1 } });
    for (const { tenant, number } of await found.toArray()) await this.commits.log.reached(tenant, number);
  }

  private async clear({ tenant, applied, swept }: HeadDocument): Promise<void> {
    const seen = this.sightings.get(tenant);
    if (applied === swept) this.sightings.delete(tenant);
    else if (!seen) this.sightings.set(tenant, { applied, time: this.now() });
    else if (this.now() - seen.time > GRACE) {
      await this.clearUpTo(tenant, swept, seen.applied);
      this.sightings.set(tenant, { applied, time: this.now() });
    }
  }

  private async clearUpTo(tenant: string, swept: number, last: number): Promise<void> {
    const { commits, heads } = this.collections;
    const entries = { _id: { $gt: commitId(tenant, swept), $lte: commitId(tenant, last) } };
    for await (const entry of commits.find(entries, { projection: { tenant: 1, number: 1, redo: 1 } })) {
      await clearEntry(this.collections, entry);
    }
    await commits.updateMany(entries, { $unset: { redo: '' } });
    await heads.updateOne({ _id: headId(tenant), swept: { $lt: last } }, { $set: { swept: last } });
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}

/** Only what is still as this commit left it. */
async function clearEntry(
  { resources, edges, lookups }: Collections,
  { tenant, number: commit, redo }: Pick<CommitDocument, 'tenant' | 'number' | 'redo'>,
): Promise<void> {
  if (redo === undefined) return;
  const left = JSON.parse(redo) as Redo;
  const gone = left.resources.filter((resource) => resource.gone).map(({ id }) => resourceId(tenant, id));
  const removed = left.edges.flatMap(([group, , members]) => members.map((member) => edgeId(tenant, group, member)));
  const givenUp = left.lookups.filter(([, , isHeld]) => !isHeld).map(([at, resource]) => lookupId(at, resource));
  await removeAll(resources, gone, commit);
  await removeAll(edges, removed, commit);
  await removeAll(lookups, givenUp, commit);
  for (const group of left.groups) await edges.deleteMany({ _id: within(tenant, group), commit, gone: true });
}

async function removeAll<Document extends { _id: string }>(
  collection: Collection<Document>,
  ids: readonly string[],
  commit: number,
): Promise<void> {
  for (const some of chunksOf(ids, CHUNK)) {
    await collection.deleteMany({ _id: { $in: some }, commit, gone: true } as object);
  }
}
