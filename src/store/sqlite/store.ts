/**
 * The SQLite engine: one file, several processes if need be.
 * Knows: tables, transactions, and how a filter tree becomes SQL. Does not know: SCIM policy, other engines.
 * Two connections: `reader` sees what is durable; `writer` also sees the transaction that is open (group-commit.ts).
 * commit.ts writes; queries.ts and search.ts read; accounts.ts and secrets.ts do both; migrate.ts makes the tables;
 * driver.ts is the library.
 */
import type { ResourceType } from '../../scim/schema/characteristics.js';
import {
  type Applied,
  type Change,
  type Credential,
  type CredentialUse,
  type Edge,
  keyOf,
  type Membership,
  MissingReference,
  type ResourceKey,
  type ResourcePage,
  type ResourceQuery,
  type Store,
  type StoredResource,
  StoreUnavailable,
  type Tenant,
  UniquenessConflict,
  VersionConflict,
  type View,
  type Write,
} from '../store.js';
import { AccountQueries, AccountWriter } from './accounts.js';
import { Committer } from './commit.js';
import { type Connections, connect, disconnect } from './connections.js';
import { isDatabaseError } from './driver.js';
import { GroupCommit } from './group-commit.js';
import { Queries } from './queries.js';
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
  return new SqliteStore(await connect(path, busyTimeout), types, busyTimeout);
}

class SqliteStore implements Store {
  private readonly committed: Queries;
  private readonly uncommitted: Queries;
  private readonly accounts: AccountQueries;
  private readonly accountWriter: AccountWriter;
  private readonly secrets: Secrets;
  private readonly searcher: Search;
  private readonly committer: Committer;
  private readonly group: GroupCommit;
  private readonly alive;
  private isClosed = false;

  constructor(
    private readonly connections: Connections,
    types: SqliteOptions['types'],
    busyTimeout: number,
  ) {
    const { reader, writer } = connections;
    this.committed = new Queries(reader);
    this.uncommitted = new Queries(writer);
    this.accounts = new AccountQueries(reader);
    this.accountWriter = new AccountWriter(writer);
    this.secrets = new Secrets(reader, writer);
    this.searcher = new Search(reader, types);
    this.committer = new Committer(writer);
    this.group = new GroupCommit(writer, busyTimeout, isRefusal);
    this.alive = reader.prepare('SELECT 1 FROM sqlite_schema LIMIT 1');
  }

  get(key: ResourceKey, view?: View): Promise<StoredResource | undefined> {
    // The one text that comes here as a client sent it: all others have been refused a NUL (driver.ts).
    return this.read(() => (key.id.includes('\0') ? undefined : this.queries(view).get(key)));
  }

  search(query: ResourceQuery): Promise<ResourcePage> {
    return this.read(() => this.searcher.search(query));
  }

  edges(group: ResourceKey, options: { after?: string | undefined; limit: number; view?: View }): Promise<Edge[]> {
    return this.read(() => this.queries(options.view).edges(group, options.after ?? '', options.limit));
  }

  presentEdges(group: ResourceKey, members: readonly string[], view?: View): Promise<Set<string>> {
    return this.read(() => this.queries(view).presentEdges(group, members));
  }

  memberships(tenant: string, members: readonly string[]): Promise<Map<string, Membership[]>> {
    return this.read(() => this.committed.memberships(tenant, members));
  }

  containers(tenant: string, member: string, view?: View): Promise<StoredResource[]> {
    return this.read(() => this.queries(view).containers(tenant, member));
  }

  commit(tenant: string, batch: readonly Write[]): Promise<void> {
    if (batch.length === 0) return this.group.settled();
    if (isForeign(tenant, batch)) return Promise.reject(FOREIGN);
    return this.write(() => this.committer.commit(tenant, batch));
  }

  async apply(tenant: string, batch: readonly Write[]): Promise<Applied> {
    if (batch.length === 0) return { durable: this.group.settled() };
    if (isForeign(tenant, batch)) throw FOREIGN;
    if (this.isClosed) throw new StoreUnavailable(CLOSED);
    return this.group.apply(() => this.committer.commit(tenant, batch));
  }

  changes(tenant: string, after: number, limit: number): Promise<Change[]> {
    return this.read(() => this.committed.changes(tenant, after, limit));
  }

  createTenant(tenant: Tenant): Promise<void> {
    return this.write(() => this.accountWriter.createTenant(tenant));
  }

  tenantByName(name: string): Promise<Tenant | undefined> {
    return this.read(() => this.accounts.tenantByName(name));
  }

  tenants(): Promise<Tenant[]> {
    return this.read(() => this.accounts.tenants());
  }

  createCredential(credential: Credential): Promise<void> {
    return this.write(() => this.accountWriter.createCredential(credential));
  }

  credentialByHash(hash: string): Promise<{ credential: Credential; tenant: Tenant } | undefined> {
    return this.read(() => this.accounts.credentialByHash(hash));
  }

  credentials(tenant: string): Promise<Credential[]> {
    return this.read(() => this.accounts.credentials(tenant));
  }

  revokeCredential(tenant: string, id: string, time: string): Promise<boolean> {
    return this.write(() => this.accountWriter.revokeCredential(tenant, id, time));
  }

  noteUse(uses: readonly CredentialUse[]): Promise<void> {
    return this.write(() => this.accountWriter.noteUse(uses));
  }

  async secret(name: string, offered: string): Promise<string> {
    const known = await this.read(() => this.secrets.find(name));
    return known ?? this.write(() => this.secrets.keep(name, offered));
  }

  ping(): Promise<void> {
    return this.read(() => void this.alive.get());
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.group.drain();
    disconnect(this.connections);
  }

  /** While no transaction is open, the reader sees the latest too, and is not in the way of other processes. */
  private queries(view: View | undefined): Queries {
    return view === 'latest' && this.group.isOpen ? this.uncommitted : this.committed;
  }

  private async read<T>(work: () => T): Promise<T> {
    if (this.isClosed) throw new StoreUnavailable(CLOSED);
    try {
      return work();
    } catch (error) {
      throw isDatabaseError(error) ? new StoreUnavailable(error) : error;
    }
  }

  private write<T>(work: () => T): Promise<T> {
    return this.isClosed ? Promise.reject(new StoreUnavailable(CLOSED)) : this.group.run(work);
  }
}

const CLOSED = new Error('the store is closed');
const FOREIGN = new Error('a write of another tenant');

function isForeign(tenant: string, batch: readonly Write[]): boolean {
  return batch.some((write) => keyOf(write).tenant !== tenant);
}

function isRefusal(error: unknown): boolean {
  return error instanceof VersionConflict || error instanceof UniquenessConflict || error instanceof MissingReference;
}
