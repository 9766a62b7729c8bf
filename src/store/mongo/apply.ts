/**
 * Applies a commit to the collections. Any number of processes may do it at once, again, or long after others have gone
 * on: each write asks for a document of an older commit, and what is removed stays as a tombstone, so that whatever was
 * written by a later commit stays as it is.
 *
 * In an order in which a resource is what decides: values by which it will be found are there before it, those by which
 * it was found go after it, and so do edges.
 */
import mongoose from 'mongoose';
import { StoreUnavailable } from '../store.js';
import type { Collection, Collections } from './connection.js';
import {
  type CommitDocument,
  chunksOf,
  type EdgeDocument,
  edgeId,
  headId,
  type LookupDocument,
  lookupId,
  type Redo,
  type ResourceDocument,
  within,
} from './documents.js';

/** Where a process can be stopped, for tests that do it: after what the word says. */
export type Step = 'read' | 'inserted' | 'taken' | 'resources' | 'edges' | 'given up' | 'applied';

/** @param step that was just done */
export type Faults = (step: Step, tenant: string) => Promise<void>;

/** Operations in one message to the server. */
const CHUNK = 1_000;

/**
 * ms from the reading of the log to the last write of its entry. Tombstones stay twice as long (sweeper.ts): a process
 * that was stopped in the middle of this for longer, and goes on, must not write any more.
 */
export const LONGEST_APPLY = 300_000;

/** An entry and since when it is known that nobody has applied it. */
export interface Task {
  readonly entry: Pick<CommitDocument, 'tenant' | 'number' | 'last'>;
  readonly redo: Redo;
  /** ms since the epoch; of the clock of this process alone. */
  readonly since: number;
}

/** @throws StoreUnavailable when it took too long; what the driver throws */
export async function apply(collections: Collections, task: Task, faults: Faults): Promise<void> {
  const { entry, redo } = task;
  const { tenant, number: commit } = entry;
  const { resources, lookups } = collections;
  await writeAll(lookups, lookupWrites(redo, commit, true), task);
  await faults('taken', tenant);
  await writeAll(
    resources,
    redo.resources.map(({ isNew, ...resource }) => ({ document: { ...resource, commit }, isNew })),
    task,
  );
  await faults('resources', tenant);
  await Promise.all([
    applyEdges(collections, task).then(() => faults('edges', tenant)),
    writeAll(lookups, lookupWrites(redo, commit, false), task).then(() => faults('given up', tenant)),
  ]);
  const next = { applied: commit, sequence: entry.last, counts: redo.counts };
  await collections.heads.updateOne({ _id: headId(tenant), applied: commit - 1 }, { $set: next });
  await faults('applied', tenant);
}

/** What a document is to be, unless a later commit has written it. */
interface Write<Document> {
  readonly document: Document;
  /** Probably there is no such document yet. */
  readonly isNew: boolean;
}

function lookupWrites({ lookups }: Redo, commit: number, areTaken: boolean): Write<LookupDocument>[] {
  return lookups
    .filter(([, , isHeld]) => isHeld === areTaken)
    .map(([at, resource, isHeld]) => {
      const document = { _id: lookupId(at, resource), at, resource, commit, gone: !isHeld };
      return { document, isNew: isHeld };
    });
}

async function applyEdges({ edges }: Collections, task: Task): Promise<void> {
  const { redo, entry } = task;
  const { tenant, number: commit } = entry;
  const write = (group: string, member: string, isMember: boolean): Write<EdgeDocument> => ({
    document: { _id: edgeId(tenant, group, member), tenant, group, member, commit, gone: !isMember },
    isNew: isMember,
  });
  const writes = redo.edges.flatMap(([group, added, removed]) => [
    ...added.map((member) => write(group, member, true)),
    ...removed.map((member) => write(group, member, false)),
  ]);
  await writeAll(edges, writes, task);
  for (const groups of chunksOf(redo.groups, CHUNK)) {
    checkTime(task);
    const ofGroups = groups.map((group) => ({
      updateMany: {
        filter: { _id: within(tenant, group), gone: false, commit: { $lt: commit } },
        update: { $set: { gone: true, commit } },
      },
    }));
    await edges.bulkWrite(ofGroups, { ordered: false });
  }
}

type Kept = ResourceDocument | EdgeDocument | LookupDocument;

async function writeAll<Document extends Kept>(
  collection: Collection<Document>,
  writes: readonly Write<Document>[],
  task: Task,
): Promise<void> {
  for (const chunk of chunksOf(writes, CHUNK)) {
    checkTime(task);
    const added = chunk.filter(({ isNew }) => isNew).map(({ document }) => document);
    const changed = chunk.filter(({ isNew }) => !isNew).map(({ document }) => document);
    if (added.length > 0 && !(await insertAll(collection, added))) changed.push(...added);
    checkTime(task);
    await replaceOlder(collection, changed);
  }
}

function checkTime({ since, entry }: Task): void {
  const elapsed = Date.now() - since;
  if (elapsed <= LONGEST_APPLY) return;
  throw new StoreUnavailable(new Error(`commit ${entry.number} of ${entry.tenant} took ${elapsed} ms to apply`));
}

/** False when some were there already, as tombstones or because somebody else applies the same commit. */
async function insertAll<Document extends Kept>(
  collection: Collection<Document>,
  documents: readonly Document[],
): Promise<boolean> {
  try {
    await collection.insertMany(documents as mongoose.mongo.OptionalUnlessRequiredId<Document>[], { ordered: false });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** That a document of this or a later commit is there shows as a duplicate _id, and is as it should be. */
async function replaceOlder<Document extends Kept>(
  collection: Collection<Document>,
  documents: readonly Document[],
): Promise<void> {
  let rest = documents.map((document) => ({
    replaceOne: { filter: olderThan(document), replacement: document, upsert: true },
  })) as unknown as mongoose.mongo.AnyBulkWriteOperation<Document>[];
  while (rest.length > 0) {
    try {
      await collection.bulkWrite(rest, { ordered: false });
      return;
    } catch (error) {
      if (!isDuplicate(error) || !(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
      const [first, ...others] = writeErrorsOf(error);
      const { matchedCount, upsertedCount } = error.result;
      if (matchedCount + upsertedCount + others.length + 1 >= rest.length) return;
      // Not every server goes on after the first that fails; to do the others again changes nothing.
      rest = rest.slice((first?.index ?? 0) + 1);
    }
  }
}

/** With the shard key of each collection in it. */
function olderThan(document: Kept): object {
  const older = { _id: document._id, commit: { $lt: document.commit } };
  return 'at' in document ? { ...older, at: document.at } : older;
}

interface WriteError {
  readonly code?: unknown;
  readonly index?: number;
}

function writeErrorsOf(error: unknown): WriteError[] {
  const errors = [(error as { writeErrors?: WriteError | WriteError[] }).writeErrors ?? []].flat();
  return errors.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}

/** True when nothing but duplicates is wrong: a write that did not reach a majority is told beside them. */
export function isDuplicate(error: unknown): boolean {
  const { code, result } = error as WriteError & { result?: { getWriteConcernError?: () => unknown } };
  if (result?.getWriteConcernError?.()) return false;
  return code === DUPLICATE && writeErrorsOf(error).every((one) => one.code === DUPLICATE);
}

/** What MongoDB calls it that an _id is taken. */
const DUPLICATE = 11_000;
