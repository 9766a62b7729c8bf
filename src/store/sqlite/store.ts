/**
 * The SQLite engine: one file, several processes if need be.
 * Knows: tables, transactions, and how a filter tree becomes SQL. Does not know: SCIM policy, other engines.
 * Two connections: `reader` sees what is durable; `writer` also sees the transaction that is open (group-commit.ts).
 * gate.ts is the way to both. commit.ts writes resources; queries.ts, search.ts and changes.ts read them. accounts.ts,
 * account-writer.ts and admins.ts: who may do what; records.ts and activity.ts: what happened beside; deliveries.ts and
 * receivers.ts: who is told of changes; removal.ts: what goes for good. migrate.ts makes the tables; driver.ts is the
 * library.
 */
import type { ResourceType } from '../../scim/schema/characteristics.js';
import type { AccountStore } from '../accounts.js';
import type { DeliveryStore } from '../deliveries.js';
import { promised } from '../promised.js';
import type { RecordStore } from '../records.js';
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
  type View,
  type Write,
} from '../store.js';
import { AccountWriter } from './account-writer.js';
import { AccountQueries } from './accounts.js';
import { ActivityQueries } from './activity.js';
import { AdminQueries, AdminWriter } from './admins.js';
import { ChangeQueries } from './changes.js';
import { Committer } from './commit.js';
import { type Connections, connect } from './connections.js';
import { DeliveryQueries, DeliveryWriter } from './deliveries.js';
import { StoreGate } from './gate.js';
import { Queries } from './queries.js';
import { ReceiverQueries, ReceiverWriter } from './receivers.js';
import { RecordQueries, RecordWriter } from './records.js';
import { Removal } from './removal.js';
import { isBindable } from './rows.js';
import { Search } from './search.js';
import { Secrets } from './secrets.js';

export interface SqliteOptions {
  /** Of the database file; it is created when absent. Not `:memory:`: that is what the memory engine is for. */
  readonly path: string;
  /** The resource type of a name; it says which attributes are edges. */
  readonly types: (name: string) => ResourceType | undefined;
  /** ms that a write waits while another process writes. Default 5000. */
  readonly busyTimeout?: number;
}

/**
 * Opens the file and brings its tables up to date.
 * @throws UnsuitableDatabase for a file of a newer release or of another program.
 */
export async function openSqliteStore({ path, types, busyTimeout = 5000 }: SqliteOptions): Promise<Store> {
  if (path === '' || path.startsWith(':memory:')) throw new Error('an SQLite store needs a file');
  const connections = await connect(path, busyTimeout);
  const { reader, writer } = connections;
  const gate = new StoreGate(connections, busyTimeout);
  const { appendActivity, ...records } = promised(new RecordWriter(writer), gate.write);
  return Object.assign(
    new Directory(connections, gate, types),
    promised(new AccountQueries(reader), gate.read),
    promised(new AccountWriter(writer), gate.write),
    promised(new AdminQueries(reader), gate.read),
    promised(new AdminWriter(writer), gate.write),
    promised(new RecordQueries(reader), gate.read),
    promised(new DeliveryQueries(reader), gate.read),
    promised(new DeliveryWriter(writer), gate.write),
    promised(new ReceiverQueries(reader), gate.read),
    promised(new ReceiverWriter(writer), gate.write),
    promised(new Removal(writer), gate.write),
    records,
    activityOf(new ActivityQueries(reader), gate, appendActivity),
  );
}

/** Entries of the activity that are written in one transaction. */
const PORTION = 500;

/** The activity comes and is asked for in great numbers: in portions, between which others get their turn. */
function activityOf(
  queries: ActivityQueries,
  gate: StoreGate,
  append: RecordStore['appendActivity'],
): Pick<RecordStore, 'activity' | 'appendActivity'> {
  return {
    activity: (query) => gate.readInSteps(queries.activity(query)),
    async appendActivity(entries) {
      for (let i = 0; i < entries.length; i += PORTION) await append(entries.slice(i, i + PORTION));
    },
  };
}

/** Resources and their history, secrets, and the store as a whole. */
class Directory implements Omit<Store, keyof AccountStore | keyof RecordStore | keyof DeliveryStore> {
  private readonly committed: Queries;
  private readonly uncommitted: Queries;
  private readonly history: ChangeQueries;
  private readonly secrets: Secrets;
  private readonly searcher: Search;
  private readonly committer: Committer;
  private readonly alive;

  constructor(
    { reader, writer }: Connections,
    private readonly gate: StoreGate,
    types: SqliteOptions['types'],
  ) {
    this.committed = new Queries(reader);
    this.uncommitted = new Queries(writer);
    this.history = new ChangeQueries(reader);
    this.secrets = new Secrets(reader, writer);
    this.searcher = new Search(reader, types);
    this.committer = new Committer(writer);
    this.alive = reader.prepare('SELECT 1 FROM sqlite_schema LIMIT 1');
  }

  get(key: ResourceKey, view?: View): Promise<StoredResource | undefined> {
    // It comes here as a client sent it; the others of a resource have been refused a NUL.
    return this.gate.read(() => {
      const found = isBindable(key.id) ? this.queries(view).get(key) : undefined;
      return this.noted(view, found);
    });
  }

  passwordHash(key: ResourceKey): Promise<string | undefined> {
    return this.gate.read(() => (isBindable(key.id) ? this.committed.passwordHash(key) : undefined));
  }

  search(query: ResourceQuery): Promise<ResourcePage> {
    return this.gate.read(() => this.searcher.search(query));
  }

  edges(group: ResourceKey, options: { after?: string | undefined; limit: number; view?: View }): Promise<Edge[]> {
    return this.gate.read(() => this.queries(options.view).edges(group, options.after ?? '', options.limit));
  }

  presentEdges(group: ResourceKey, members: readonly string[], view?: View): Promise<Set<string>> {
    return this.gate.read(() => this.queries(view).presentEdges(group, members));
  }

  memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    return this.gate.read(() => this.committed.memberships(tenant, members));
  }

  containers(tenant: string, member: string, view?: View): Promise<StoredResource[]> {
    return this.gate.read(() =>
      this.queries(view)
        .containers(tenant, member)
        .map((group) => this.noted(view, group)),
    );
  }

  commit(tenant: string, batch: readonly Write[], read: readonly StoredResource[] = []): Promise<void> {
    if (batch.length === 0) return this.apply(tenant, batch, read).then(({ durable }) => durable);
    if (isForeign(tenant, batch)) return Promise.reject(FOREIGN);
    return this.gate.write(() => this.write(tenant, batch, read));
  }

  async apply(tenant: string, batch: readonly Write[], read: readonly StoredResource[] = []): Promise<Applied> {
    if (isForeign(tenant, batch)) throw FOREIGN;
    if (batch.length === 0) {
      this.gate.readings.check(read);
      return { durable: this.gate.settled() };
    }
    return this.gate.apply(() => this.write(tenant, batch, read));
  }

  private write(tenant: string, batch: readonly Write[], read: readonly StoredResource[]): void {
    this.gate.readings.check(read);
    this.committer.commit(tenant, batch);
  }

  changes(tenant: string, after: number, limit: number): Promise<Change[]> {
    return this.gate.read(() => this.history.changes(tenant, after, limit));
  }

  changesOf(query: ChangeQuery): Promise<Change[]> {
    return this.gate.readInSteps(this.history.changesOf(query));
  }

  async secret(name: string, offered: string): Promise<string> {
    const known = await this.gate.read(() => this.secrets.find(name));
    return known ?? this.gate.write(() => this.secrets.keep(name, offered));
  }

  replaceSecret(name: string, was: string, next: string): Promise<boolean> {
    return this.gate.write(() => this.secrets.replace(name, was, next));
  }

  ping(): Promise<void> {
    return this.gate.ping(() => void this.alive.get());
  }

  close(): Promise<void> {
    return this.gate.close();
  }

  private noted<Found extends StoredResource | undefined>(view: View | undefined, found: Found): Found {
    const { readings } = this.gate;
    return view === 'latest' ? readings.note(found, readings.time) : found;
  }

  /** While no transaction is open, the reader sees the latest too, and is not in the way of other processes. */
  private queries(view: View | undefined): Queries {
    return view === 'latest' && this.gate.isOpen ? this.uncommitted : this.committed;
  }
}

const FOREIGN = new Error('a write of another tenant');

function isForeign(tenant: string, batch: readonly Write[]): boolean {
  return batch.some((write) => keyOf(write).tenant !== tenant);
}
