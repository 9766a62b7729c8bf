/**
 * The MongoDB engine: any number of processes on a replica set or a sharded cluster.
 * Knows: collections, and how a commit is made without transactions of the database (commit-log.ts). Does not know:
 * SCIM policy, other engines. judge.ts says what can be committed, apply.ts writes it, reader.ts and search.ts read;
 * sweeper.ts finishes what a process has left. documents.ts says what is where; connection.ts has the settings.
 */
import type { Connection } from 'mongoose';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import {
  type Applied,
  type Change,
  type ChangeQuery,
  type Edge,
  keyOf,
  type Membership,
  type ResourceKey,
  type ResourcePage,
  type ResourceQuery,
  type Store,
  type StoredResource,
  StoreUnavailable,
  type View,
  type Write,
} from '../store.js';
import { ADMINISTRATION_INDEXES, type Administration, administrationOf } from './administration.js';
import type { Faults } from './apply.js';
import { CommitLog } from './commit-log.js';
import {
  collectionsOf,
  connect,
  createIndexes,
  database,
  INDEXES,
  type MongoSettings,
  warnOfRouters,
} from './connection.js';
import { MongoGate } from './gate.js';
import { Reader } from './reader.js';
import { Search } from './search.js';
import { Sweeper } from './sweeper.js';

export interface MongoOptions extends MongoSettings {
  /** The resource type of a name; it says which attributes are edges. */
  readonly types: (name: string) => ResourceType | undefined;
  /** Called between the steps of a commit, for tests that stop there. */
  readonly faults?: Faults | undefined;
}

/** Connects, and makes the indexes that are missing. @throws what the driver throws when no server can be reached */
export async function openMongoStore(options: MongoOptions): Promise<Store> {
  const connection = await connect(options);
  try {
    await createIndexes(database(connection), { ...INDEXES, ...ADMINISTRATION_INDEXES });
    await warnOfRouters(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const gate = new MongoGate();
  return Object.assign(new Directory(connection, gate, options), administrationOf(database(connection), gate.run));
}

/** Resources and their history, and the store as a whole. */
export class Directory implements Omit<Store, keyof Administration> {
  private readonly commits: CommitLog;
  private readonly reader: Reader;
  private readonly searcher: Search;
  private readonly sweeper: Sweeper;

  constructor(
    private readonly connection: Connection,
    private readonly gate: MongoGate,
    { types, faults }: MongoOptions,
  ) {
    const collections = collectionsOf(connection);
    this.commits = new CommitLog(collections, faults);
    this.reader = new Reader(collections, this.commits);
    this.searcher = new Search(collections, this.reader, this.commits, types);
    this.sweeper = new Sweeper(collections, this.commits);
    void this.sweeper.wake();
  }

  get(key: ResourceKey, view?: View): Promise<StoredResource | undefined> {
    return this.gate.run(() => this.reader.get(key, view));
  }

  passwordHash(key: ResourceKey): Promise<string | undefined> {
    return this.gate.run(() => this.reader.passwordHash(key));
  }

  search(query: ResourceQuery): Promise<ResourcePage> {
    return this.gate.run(() => this.searcher.search(query));
  }

  edges(group: ResourceKey, options: { after?: string | undefined; limit: number; view?: View }): Promise<Edge[]> {
    return this.gate.run(() => this.reader.edges(group, options));
  }

  presentEdges(group: ResourceKey, members: readonly string[], view?: View): Promise<Set<string>> {
    return this.gate.run(() => this.reader.presentEdges(group, members, view));
  }

  memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    return this.gate.run(() => this.reader.memberships(tenant, members));
  }

  containers(tenant: string, member: string, view?: View): Promise<StoredResource[]> {
    return this.gate.run(() => this.reader.containers(tenant, member, view));
  }

  commit(tenant: string, batch: readonly Write[], read?: readonly StoredResource[]): Promise<void> {
    if (isForeign(tenant, batch)) return Promise.reject(FOREIGN);
    return this.gate.run(() => this.commits.commit(tenant, batch, read));
  }

  /** What must be tried to be known is durable before this resolves. */
  async apply(tenant: string, batch: readonly Write[], read?: readonly StoredResource[]): Promise<Applied> {
    const isForeseen =
      !isForeign(tenant, batch) && (await this.gate.run(() => this.commits.foresees(tenant, batch, read)));
    const committed = this.commit(tenant, batch, read);
    if (!isForeseen && batch.length > 0) await committed;
    const durable = committed.catch(overtaken);
    durable.catch(() => {});
    return { durable };
  }

  changes(tenant: string, after: number, limit: number): Promise<Change[]> {
    return this.gate.run(() => this.reader.changes(tenant, after, limit));
  }

  changesOf(query: ChangeQuery): Promise<Change[]> {
    return this.gate.run(() => this.reader.changesOf(query));
  }

  ping(): Promise<void> {
    return this.gate.run(async () => void (await database(this.connection).command({ ping: 1 })));
  }

  async close(): Promise<void> {
    await this.gate.close();
    await this.sweeper.close();
    await this.connection.close();
  }
}

/** Of a batch that was applied nobody expects any more that it is refused. */
function overtaken(error: unknown): never {
  if (error instanceof StoreUnavailable) throw error;
  throw new StoreUnavailable(new Error('a write of another process came first', { cause: error }));
}

const FOREIGN = new Error('a write of another tenant');

function isForeign(tenant: string, batch: readonly Write[]): boolean {
  return batch.some((write) => keyOf(write).tenant !== tenant);
}
