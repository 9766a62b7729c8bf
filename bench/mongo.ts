/**
 * The MongoDB engine against the plain driver, on one server: what each operation costs through the store, and what an
 * app would pay that writes the same document and its change by itself, without uniqueness, order or repair.
 */
import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { connect, database } from '../src/store/mongo/connection.js';
import { openMongoStore } from '../src/store/mongo/store.js';
import type { PutWrite, Store } from '../src/store/store.js';
import { group, query, replace, TENANT, types, user } from '../src/testing/contract/writes.js';
import { findServer } from '../test/support/mongo/find.js';
import { heading, type Report, table } from './report.js';
import { median } from './statistics.js';

/** Users in the store, how often each operation is measured, and how often before that. */
const USERS = 5_000;
const COUNT = 300;
const WARM_UP = 30;
const PORTION = 500;

/** One side: each operation by number. */
interface Side {
  create(n: number): Promise<unknown>;
  get(n: number): Promise<unknown>;
  find(n: number): Promise<unknown>;
  addMember(n: number): Promise<unknown>;
}

const OPERATIONS: readonly (readonly [title: string, name: keyof Side])[] = [
  ['POST user', 'create'],
  ['GET user by id', 'get'],
  ['filter by userName', 'find'],
  ['PATCH one member', 'addMember'],
];

export async function measureMongo(report: Report): Promise<void> {
  heading(`MongoDB: the store against the plain driver, ${USERS} users, one operation at a time`);
  const server = await findServer();
  if (typeof server === 'string') {
    report.note(`mongo: not measured, no MongoDB (${server})`);
    return;
  }
  const uri = server.uri(`scim_bench_${randomUUID().slice(0, 8)}`);
  const store = await openMongoStore({ uri, types });
  const connection = await connect({ uri });
  try {
    const sides = [new StoreSide(store), new DriverSide(database(connection))] as const;
    for (const side of sides) await side.fill();
    const rows: string[][] = [];
    for (const [title, name] of OPERATIONS) rows.push(await compare(title, name, sides, report));
    table([['median latency', 'store ms', 'driver ms', 'store / driver'], ...rows]);
  } finally {
    await store.close();
    await database(connection).dropDatabase();
    await connection.close();
    await server.stop();
  }
}

/** In turn, so that both meet the same moments of the machine. */
async function compare(title: string, name: keyof Side, sides: readonly [Side, Side], report: Report) {
  const times: [number[], number[]] = [[], []];
  for (let n = 0; n < WARM_UP + COUNT; n++) {
    for (const [place, side] of sides.entries()) {
      const start = performance.now();
      await side[name](n);
      if (n >= WARM_UP) times[place]?.push(performance.now() - start);
    }
  }
  const [subject, floor] = [median(times[0]), median(times[1])];
  return [
    title,
    report.add(`mongo/${title}/store`, subject, 'ms'),
    report.add(`mongo/${title}/driver`, floor, 'ms'),
    report.add(`mongo/${title}/ratio`, subject / floor, ''),
  ];
}

function person(id: string): PutWrite {
  return user(id, {
    displayName: `Person ${id}`,
    emails: [{ type: 'work', value: `${id}@example.com`, primary: true }],
    name: { givenName: 'Ann', familyName: `Person ${id}` },
    active: true,
  });
}

function portions(): PutWrite[][] {
  const all = Array.from({ length: USERS }, (_, n) => person(`seed-${n}`));
  return Array.from({ length: USERS / PORTION }, (_, i) => all.slice(i * PORTION, (i + 1) * PORTION));
}

class StoreSide implements Side {
  private readonly run = randomUUID().slice(0, 8);
  private last = group('large');

  constructor(private readonly store: Store) {}

  async fill(): Promise<void> {
    for (const portion of portions()) await this.store.commit(TENANT, portion);
    await this.store.commit(TENANT, [this.last]);
  }

  create(n: number): Promise<unknown> {
    return this.store.commit(TENANT, [person(`${this.run}-${n}`)]);
  }

  get(n: number): Promise<unknown> {
    return this.store.get({ tenant: TENANT, type: 'User', id: `seed-${n}` });
  }

  find(n: number): Promise<unknown> {
    return this.store.search(query('User', `userName eq "SEED-${n}"`, { limit: 2 }));
  }

  addMember(n: number): Promise<unknown> {
    this.last = replace(this.last, { displayName: 'large' }, { added: [`seed-${n}`] });
    return this.store.commit(TENANT, [this.last]);
  }
}

interface PlainUser {
  readonly _id: string;
  readonly userName: string;
  readonly version: number;
  readonly document: string;
}

interface PlainRecord {
  readonly _id: string;
  readonly text: string;
}

/** With the same write concern, and an index for what is looked for. */
class DriverSide implements Side {
  private readonly users: mongoose.mongo.Collection<PlainUser>;
  private readonly records: mongoose.mongo.Collection<PlainRecord>;
  private readonly members: mongoose.mongo.Collection<{ _id: string }>;

  constructor(database: mongoose.mongo.Db) {
    this.users = database.collection('plainUsers');
    this.records = database.collection('plainRecords');
    this.members = database.collection('plainMembers');
  }

  async fill(): Promise<void> {
    await this.users.createIndex({ userName: 1 });
    for (const portion of portions()) await this.users.insertMany(portion.map(plain));
    await this.users.insertOne({ ...plain(group('large')), _id: 'large' });
  }

  async create(n: number): Promise<void> {
    const write = person(`plain-${n}`);
    await this.users.insertOne(plain(write));
    await this.record(write);
  }

  get(n: number): Promise<unknown> {
    return this.users.findOne({ _id: `seed-${n}` });
  }

  find(n: number): Promise<unknown> {
    return this.users
      .find({ userName: `seed-${n}` })
      .limit(2)
      .toArray();
  }

  async addMember(n: number): Promise<void> {
    const version = n + 1;
    await this.users.updateOne({ _id: 'large', version }, { $set: { version: version + 1 } });
    await this.members.insertOne({ _id: `large/seed-${n}` });
    await this.record(group('large', [`seed-${n}`]));
  }

  private async record({ change }: PutWrite): Promise<void> {
    await this.records.insertOne({ _id: randomUUID(), text: JSON.stringify(change) });
  }
}

function plain({ resource }: PutWrite): PlainUser {
  const { key, version, document } = resource;
  return { _id: key.id, userName: key.id, version, document: JSON.stringify(document) };
}
