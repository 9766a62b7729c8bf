/** The connection to the database, with the settings that the store's promises rest on, and the indexes. */
import mongoose, { type Connection } from 'mongoose';
import {
  COLLECTIONS,
  type CommitDocument,
  type EdgeDocument,
  type HeadDocument,
  type LookupDocument,
  type ResourceDocument,
} from './documents.js';

export interface MongoSettings {
  /** `mongodb://…/NAME` or `mongodb+srv://…/NAME`; the database is `scim` where none is named. */
  readonly uri: string;
  /** ms that an answer may take; 20 seconds without it. */
  readonly longestAnswer?: number | undefined;
}

export type Collection<Document extends { _id: string }> = mongoose.mongo.Collection<Document>;

/** Everything that the directory's data is in. */
export interface Collections {
  readonly resources: Collection<ResourceDocument>;
  readonly edges: Collection<EdgeDocument>;
  readonly lookups: Collection<LookupDocument>;
  readonly commits: Collection<CommitDocument>;
  readonly heads: Collection<HeadDocument>;
}

/** Unless the URI says maxPoolSize. */
const MOST_CONNECTIONS = 50;

/** ms. A database that is away is a 503 soon, not a request that hangs. */
const TIMEOUTS = {
  serverSelectionTimeoutMS: 3_000,
  connectTimeoutMS: 3_000,
  socketTimeoutMS: 20_000,
  waitQueueTimeoutMS: 5_000,
};

/**
 * Indexes by collection. Each begins with the tenant, or with a text that does; `_id` serves the rest.
 * The shard key of `lookups` is {at: 1}, that of the others {_id: 1}.
 */
export const INDEXES = {
  resources: [{ tenant: 1, type: 1, gone: 1, row: 1 }],
  edges: [{ tenant: 1, member: 1, group: 1 }],
  lookups: [{ at: 1 }],
  commits: [
    { tenant: 1, last: 1 },
    { tenant: 1, resources: 1, number: 1 },
    { tenant: 1, requests: 1, number: 1 },
  ],
  heads: [],
} as const satisfies Record<keyof typeof COLLECTIONS, readonly Readonly<Record<string, 1 | -1>>[]>;

/** @throws what the driver throws when no server can be reached */
export async function connect({ uri, longestAnswer }: MongoSettings): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    ...(!namesDatabase(uri) && { dbName: 'scim' }),
    ...TIMEOUTS,
    ...(longestAnswer !== undefined && { socketTimeoutMS: longestAnswer }),
    ...(!/[?&]maxPoolSize=/i.test(uri) && { maxPoolSize: MOST_CONNECTIONS }),
    // What was acknowledged survives the loss of a primary, and nobody reads what could be rolled back.
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 10_000 },
    readConcernLevel: 'majority',
    readPreference: 'primary',
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
  });
  try {
    return await connection.asPromise();
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * Says so where a process reads by way of several routers of a sharded cluster: after a fail-over one of them may give
 * what was, for some seconds, while another has taken a newer write.
 */
export async function warnOfRouters(connection: Connection): Promise<void> {
  const hello = await database(connection).command({ hello: 1 });
  const { hosts } = connection.getClient().options;
  const warning = adviceOnRouters(hello, hosts.length);
  if (warning) process.emitWarning(warning, { code: 'SCIM_TARGET_ROUTERS' });
}

/** @param hello what the server has answered to that, @param hosts how many are named. Undefined when all is well. */
export function adviceOnRouters(hello: { readonly msg?: unknown }, hosts: number): string | undefined {
  // What mongos alone says of itself.
  if (hello.msg !== 'isdbgrid' || hosts === 1) return undefined;
  return `The store is reached by way of ${hosts} mongos. Name one for each server process (srvMaxHosts=1 with mongodb+srv), so that it reads what it has written after a fail-over too; docs/operating.md says why.`;
}

export function collectionsOf(connection: Connection): Collections {
  const named = <Document extends { _id: string }>(name: string) => database(connection).collection<Document>(name);
  return {
    resources: named(COLLECTIONS.resources),
    edges: named(COLLECTIONS.edges),
    lookups: named(COLLECTIONS.lookups),
    commits: named(COLLECTIONS.commits),
    heads: named(COLLECTIONS.heads),
  };
}

type Indexes = Readonly<Record<string, readonly Readonly<Record<string, 1 | -1>>[]>>;

/** Makes those that are missing. @param indexes by collection */
export async function createIndexes(database: mongoose.mongo.Db, indexes: Indexes): Promise<void> {
  for (const [name, wanted] of Object.entries(indexes)) {
    const collection = database.collection(name);
    const present = wanted.length === 0 ? [] : await collection.indexes().catch(noneYet);
    const keys = new Set(present.map(({ key }) => JSON.stringify(key)));
    for (const key of wanted) if (!keys.has(JSON.stringify(key))) await collection.createIndex(key);
  }
}

/** What MongoDB says of the indexes of a collection that is not there. */
const NAMESPACE_NOT_FOUND = 26;

function noneYet(error: unknown): never[] {
  if ((error as { code?: unknown }).code === NAMESPACE_NOT_FOUND) return [];
  throw error;
}

/** The driver's own database: what mongoose puts around a collection is of no use where there are no models. */
export function database({ db }: Connection): mongoose.mongo.Db {
  if (!db) throw new Error('the connection is closed');
  return db;
}

function namesDatabase(uri: string): boolean {
  return /^mongodb(?:\+srv)?:\/\/[^/]+\/[^?]/.test(uri);
}
