/** A disk that fails at any statement: what was told is what is kept, and nothing is kept in part. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as Driver from '../../src/store/sqlite/driver.js';
import { type Store, StoreUnavailable, VersionConflict, type Write } from '../../src/store/store.js';
import { group, ids, query, remove, replace, TENANT, user } from '../../src/testing/contract/writes.js';
import { oneFile } from './one-file.js';

/** Which statement is to fail, of those that `matches`: 1 for the next; and whether it ends the transaction. */
const fault = vi.hoisted(() => ({ in: 0, matches: (_text: string) => true, endsTransaction: false }));

vi.mock('../../src/store/sqlite/driver.js', async (original) => {
  const driver = await original<typeof Driver>();
  const openDatabase: typeof driver.openDatabase = (path, timeout) => {
    const database = driver.openDatabase(path, timeout);
    const step = (text: string): void => {
      if (fault.in === 0 || !database.isInTransaction() || !fault.matches(text) || --fault.in > 0) return;
      if (fault.endsTransaction) database.exec('ROLLBACK');
      throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 10 });
    };
    const prepare: typeof database.prepare = <Row>(text: string) => {
      const { all, get, run } = database.prepare<Row>(text);
      const failing =
        <Values extends unknown[], Result>(work: (...values: Values) => Result) =>
        (...values: Values): Result => {
          step(text);
          return work(...values);
        };
      return { all: failing(all), get: failing(get), run: failing(run) };
    };
    return { ...database, prepare };
  };
  return { ...driver, openDatabase };
});

function failAt(statement: number, matches: (text: string) => boolean = () => true, endsTransaction = false): void {
  Object.assign(fault, { in: statement, matches, endsTransaction });
}

const file = oneFile();
afterEach(() => failAt(0));

const lin = user('lin');
const key = lin.resource.key;

describe.each([false, true])('a statement that fails (and ends the transaction: %s)', (endsTransaction) => {
  /** Writes of a tenant: what is there before, and three batches of one turn. */
  function given(tenant: string) {
    const of = { tenant };
    const [first, old, devs] = [user('lin', {}, of), user('old', {}, of), group('devs', ['lin', 'old'], of)];
    const renamed = replace(first, { userName: 'lin2' });
    const staff = group('staff', ['ada', 'devs'], of);
    const batches: readonly Write[][] = [
      [renamed, user('ada', { userName: 'lin' }, of), staff],
      [replace(devs, { displayName: 'Devs' }, { removed: ['old'] }), remove(old)],
      [user('eve', {}, of)],
    ];
    return { before: [first, old, devs], batches, devs: devs.resource.key, staff: staff.resource.key };
  }

  /** What the store shows of what the batches would do: true for done, false for not; another word for in part. */
  async function isDone(store: Store, { devs, staff }: ReturnType<typeof given>): Promise<(boolean | string)[]> {
    const { tenant } = devs;
    const users = await ids(store, query('User', undefined, { tenant }));
    const named = await ids(store, query('User', 'userName eq "lin"', { tenant }));
    const members = (await store.edges(devs, { limit: 9 })).map(({ id }) => id);
    const first = JSON.stringify([users.includes('ada'), named, (await store.edges(staff, { limit: 9 })).length]);
    const second = JSON.stringify([users.includes('old'), members, (await store.get(devs))?.version]);
    return [
      { '[true,["ada"],2]': true, '[false,["lin"],0]': false }[first] ?? first,
      { '[false,["lin"],2]': true, '[true,["lin","old"],1]': false }[second] ?? second,
      users.includes('eve'),
    ];
  }

  it('leaves of a turn what was told, and the rest can be done again', async () => {
    const store = await file.open();
    let failures = 0;
    for (; ; failures++) {
      const tenant = `tenant-${failures}`;
      const all = given(tenant);
      await store.commit(tenant, all.before);
      failAt(failures + 1, undefined, endsTransaction);
      const results = await Promise.allSettled(all.batches.map((batch) => store.commit(tenant, batch)));
      const hasFailed = fault.in === 0;
      failAt(0);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailable);
      const told = results.map(({ status }) => status === 'fulfilled');
      expect(await isDone(store, all)).toEqual(told);
      for (const [i, batch] of all.batches.entries()) if (!told[i]) await store.commit(tenant, batch);
      expect(await isDone(store, all)).toEqual([true, true, true]);
      const sequence = (await store.changes(tenant, 0, 99)).map((change) => change.sequence);
      expect(sequence).toEqual(Array.from({ length: 9 }, (_, i) => i + 1));
      if (!hasFailed) break;
    }
    expect(failures).toBeGreaterThan(20);
  });
});

describe('what was read of a turn that is not kept', () => {
  const [first, second] = [
    { userName: 'lin', title: 'first' },
    { userName: 'lin', title: 'second' },
  ];

  /** The store gives version 2 with the title `first`, which is lost; then there is another version 2. */
  async function afterLoss(store: Store) {
    await store.commit(TENANT, [lin]);
    const lost = replace(lin, first);
    failAt(1, (text) => text === 'COMMIT');
    const committed = store.commit(TENANT, [lost, group('g', ['lin'])]).catch((error: unknown) => error);
    const seen = [await store.get(key, 'latest'), ...(await store.containers(TENANT, 'lin', 'latest'))] as NonNullable<
      Awaited<ReturnType<Store['get']>>
    >[];
    expect(seen.map(({ version }) => version)).toEqual([2, 1]);
    expect(await committed).toBeInstanceOf(StoreUnavailable);
    await store.commit(TENANT, [replace(lin, second), group('g')]);
    return { seen, lost };
  }

  it('is no ground for a write, whose version number has been given again', async () => {
    const store = await file.open();
    const { seen, lost } = await afterLoss(store);
    for (const read of seen) {
      const late = replace(lost, { ...first, nickName: 'n' });
      await expect(store.commit(TENANT, [late], [read])).rejects.toThrow(VersionConflict);
      await expect(store.apply(TENANT, [late], [read])).rejects.toThrow(VersionConflict);
    }
    expect((await store.get(key))?.document).toEqual(second);
  });

  it('is no ground for an answer', async () => {
    const store = await file.open();
    const { seen } = await afterLoss(store);
    await expect(store.commit(TENANT, [], seen)).rejects.toThrow(VersionConflict);
    await expect(store.apply(TENANT, [], seen)).rejects.toThrow(VersionConflict);
    const now = await store.get(key, 'latest');
    await store.commit(TENANT, [], now && [now]);
  });
});

it('a read that ends the transaction does not let the writes of its turn be kept one by one', async () => {
  const store = await file.open();
  await store.commit(TENANT, [lin]);
  const before = store.commit(TENANT, [user('before')]);
  failAt(1, (text) => text.startsWith('SELECT'), true);
  const reading = store.get(key, 'latest');
  const after = store.commit(TENANT, [user('after')]);
  const results = await Promise.allSettled([before, reading, after]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await ids(store, query('User'))).toEqual(['lin', 'after']);
});
