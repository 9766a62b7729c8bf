/** One transaction for the writes of a turn, and what becomes of it when something fails. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Database, openDatabase } from '../../src/store/sqlite/driver.js';
import { GroupCommit } from '../../src/store/sqlite/group-commit.js';
import { StoreUnavailable } from '../../src/store/store.js';
import { temporaryFile } from './temporary-file.js';

class Refusal extends Error {}

let file: Awaited<ReturnType<typeof temporaryFile>>;
let database: Database;
let commits: number;
/** Set to make the next COMMIT fail. */
let failure: Error | undefined;
let group: GroupCommit;

beforeEach(async () => {
  file = await temporaryFile();
  database = openDatabase(file.path, 0);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (value PRIMARY KEY)');
  commits = 0;
  failure = undefined;
  const prepare: Database['prepare'] = <Row>(text: string) => {
    const statement = database.prepare<Row>(text);
    const run: typeof statement.run = (...values) => {
      if (text === 'COMMIT') {
        commits++;
        if (failure) throw failure;
      }
      return statement.run(...values);
    };
    return { ...statement, run };
  };
  group = new GroupCommit({ ...database, prepare }, 100, (error) => error instanceof Refusal);
});
afterEach(async () => {
  await group.drain();
  database.close();
  await file.remove();
});

const keep = (value: number) => group.run(() => database.prepare('INSERT INTO kept VALUES (?)').run(value).changes);
const kept = () =>
  database
    .prepare<{ value: number }>('SELECT value FROM kept ORDER BY value')
    .all()
    .map(({ value }) => value);
const outcomes = async (...all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map((result) =>
    result.status === 'fulfilled' ? result.value : (result.reason as Error).constructor,
  );

it('commits once for all writes of a turn', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => keep(i)));
  expect(commits).toBe(1);
  await keep(50);
  expect(commits).toBe(2);
  expect(kept().length).toBe(51);
});

it('does the work before it returns, and settles in order when it is durable', async () => {
  const order: string[] = [];
  const refuse = group.run(() => {
    throw new Refusal();
  });
  const all = [
    keep(1).then(() => order.push('1')),
    refuse.catch(() => order.push('refused')),
    group.settled().then(() => order.push('settled')),
  ];
  expect(group.isOpen).toBe(true);
  expect(kept()).toEqual([1]);
  await Promise.resolve();
  expect(order).toEqual([]);
  await Promise.all(all);
  expect(order).toEqual(['refused', '1', 'settled']);
  expect(group.isOpen).toBe(false);
});

it('keeps nothing of a turn in which the database failed', async () => {
  await keep(1);
  expect(await outcomes(keep(2), keep(1), keep(3))).toEqual([StoreUnavailable, StoreUnavailable, 1]);
  expect(kept()).toEqual([1, 3]);
});

it('keeps nothing of a turn whose commit failed, and tells no one that it was refused', async () => {
  failure = new Error('disk I/O error');
  const refuse = group.run(() => {
    throw new Refusal();
  });
  expect(await outcomes(keep(1), refuse, group.settled())).toEqual([
    StoreUnavailable,
    StoreUnavailable,
    StoreUnavailable,
  ]);
  failure = undefined;
  expect(kept()).toEqual([]);
  expect(await keep(2)).toBe(1);
});

it('tells what came of applied work before the commit, and what became of it after', async () => {
  const apply = (value: number) => group.apply(() => void database.prepare('INSERT INTO kept VALUES (?)').run(value));
  const refuse = group.apply(() => {
    throw new Refusal();
  });
  const first = await apply(1);
  expect(await outcomes(refuse)).toEqual([Refusal]);
  const second = await apply(2);
  expect([commits, kept()]).toEqual([0, [1, 2]]);
  expect(await outcomes(first.durable, second.durable, group.settled())).toEqual([undefined, undefined, undefined]);
  expect(commits).toBe(1);

  failure = new Error('disk I/O error');
  const lost = await apply(3);
  expect(await outcomes(lost.durable, group.settled())).toEqual([StoreUnavailable, StoreUnavailable]);
  failure = undefined;
  expect(kept()).toEqual([1, 2]);
  expect(await outcomes(apply(1))).toEqual([StoreUnavailable]);
});

it('undoes the turn of work that fails by itself, and says how it failed', async () => {
  const broken = group.run(() => {
    database.prepare('INSERT INTO kept VALUES (9)').run();
    throw new TypeError('a mistake');
  });
  expect(await outcomes(broken, group.settled())).toEqual([TypeError, undefined]);
  expect(kept()).toEqual([]);
});

it('waits for the lock as long as it says, however the clock is set meanwhile', async () => {
  const other = openDatabase(file.path, 0);
  other.exec('BEGIN IMMEDIATE');
  const waiting = outcomes(keep(1));
  const now = Date.now();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
  expect(await waiting).toEqual([StoreUnavailable]);
  clock.mockRestore();
  other.close();
});

it('queues while another holds the lock, in order', async () => {
  const other = openDatabase(file.path, 0);
  other.exec('BEGIN IMMEDIATE');
  const all = [keep(2), keep(1)];
  setTimeout(() => other.exec('COMMIT'), 20);
  const order: number[] = [];
  await Promise.all(all.map((one, i) => one.then(() => order.push(i))));
  expect(order).toEqual([0, 1]);
  expect(commits).toBe(1);
  other.close();
});
