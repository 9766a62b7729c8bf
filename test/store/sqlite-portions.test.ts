/** Long work on an SQLite file is done in portions, so that others get their turn. */
import { describe, expect, it } from 'vitest';
import type { ActivityQuery } from '../../src/store/store.js';
import { ACME, furnish, request } from '../../src/testing/contract/accounts.js';
import { TENANT, user } from '../../src/testing/contract/writes.js';
import { oneFile } from './one-file.js';

const file = oneFile();

describe('the activity', () => {
  it('lets other writes through while much of it is written', async () => {
    const store = await file.open();
    const written = async () => (await store.traffic(''))[0]?.requests;
    const long = store.appendActivity(Array.from({ length: 2000 }, (_, i) => request(`r-${i}`)));
    await store.commit(TENANT, [user('a')]);
    expect(await written()).toBe(500);
    await long;
    expect(await written()).toBe(2000);
  });

  it('is found however many others lie between', async () => {
    const store = await file.open();
    const isRare = (i: number) => [1, 2].includes(i % 6000);
    const rare = { method: 'PUT', outcome: 'refused', status: 400 } as const;
    const names = Array.from({ length: 12_500 }, (_, i) => `r-${i + 1}`);
    await store.appendActivity(names.map((name, i) => request(name, isRare(i + 1) ? rare : {})));
    const expected = [12_002, 12_001, 6002, 6001, 2, 1].map((i) => `r-${i}`);
    for (const tenant of [undefined, ACME.id]) {
      const find = async (query: Partial<ActivityQuery>) =>
        (await store.activity({ tenant, limit: 20_000, ...query })).map(({ requestId }) => requestId);
      expect(await find({ method: 'PUT' })).toEqual(expected);
      expect(await find({ outcome: 'refused' })).toEqual(expected);
      expect(await find({ method: 'PUT', limit: 3 })).toEqual(expected.slice(0, 3));
      expect(await find({ method: 'PUT', after: 0 })).toEqual(expected.toReversed());
      expect(await find({})).toEqual(names.toReversed());
      expect(await find({ after: 0 })).toEqual(names);
    }
  });

  it('lets other work through while much of it is looked through', async () => {
    const store = await file.open();
    await store.appendActivity(Array.from({ length: 20_000 }, (_, i) => request(`r-${i}`)));
    const order: string[] = [];
    const long = store.activity({ tenant: ACME.id, method: 'PUT', limit: 1 }).then(() => order.push('found'));
    setImmediate(() => order.push('turn'));
    await long;
    expect(order).toEqual(['turn', 'found']);
  });
});

describe('the history', () => {
  it('of a request is found however many others lie between', async () => {
    const store = await file.open();
    const near = '2026-01-01T12:00:00.000Z';
    const requestOf = (i: number) => (i % 6000 === 0 ? 'rare' : 'common');
    const many = Array.from({ length: 12_001 }, (_, i) =>
      user(`u${i}`, {}, { change: { time: near, requestId: requestOf(i) } }),
    );
    await store.commit(TENANT, many);
    const find = async (id: string, limit: number) =>
      (await store.changesOf({ tenant: TENANT, request: { id, near }, limit })).map(({ key }) => key.id);
    expect(await find('rare', 9)).toEqual(['u12000', 'u6000', 'u0']);
    expect(await find('rare', 2)).toEqual(['u12000', 'u6000']);
    expect(new Set(await find('common', 20_000)).size).toBe(11_998);
  });
});

describe('a purge', () => {
  it('takes no more than so many rows at a time', async () => {
    const store = await file.open();
    await furnish(store);
    const users = Array.from({ length: 10 }, (_, i) => user(`u${i}`, {}, { tenant: ACME.id }));
    await store.commit(ACME.id, users);
    await store.removeTenant(ACME.id);
    const left = async () => (await store.changes(ACME.id, 0, 99)).length;
    const seen: number[] = [];
    while (await store.purgeTenants(4)) seen.push(await left());
    expect(seen.filter((count) => count > 0 && count < 10)).toEqual([6, 2]);
    expect(await left()).toBe(0);
  });
});
