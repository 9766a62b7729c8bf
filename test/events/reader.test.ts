import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Reader, type ReaderParts } from '../../src/events/reader.js';
import type { Store, Tenant } from '../../src/store/store.js';
import { bundledRegistry, openStore } from '../../src/target.js';
import { World } from './world.js';

const registry = bundledRegistry();

describe('the reader', () => {
  let store: Store;
  let world: World;
  let tenant: Tenant;
  let reads: number;

  beforeEach(async () => {
    store = await openStore('memory:');
    world = new World(store);
    tenant = await world.tenant();
    reads = 0;
  });

  function reader(typesOf: ReaderParts['typesOf'] = () => registry.resourceType): Reader {
    const counted: ReaderParts['store'] = {
      changes: (...query) => {
        reads++;
        return store.changes(...query);
      },
      changesOf: (query) => store.changesOf(query),
      get: (key) => store.get(key),
    };
    return new Reader({ store: counted, typesOf });
  }

  test('gives the changes after a place with their events, without gaps, and none after the last', async () => {
    await world.write(tenant, 300);
    const one = reader();
    const sequences: number[] = [];
    for (;;) {
      const told = await one.read(tenant, sequences.length, 1_000);
      if (told.length === 0) break;
      for (const { change, events } of told) {
        sequences.push(change.sequence);
        expect(events.map(({ sequence }) => sequence)).toEqual([change.sequence]);
      }
    }
    expect(sequences).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(await one.read(tenant, 10, 3)).toHaveLength(3);
  });

  test('reads once for all who stand at about the same place, and gives them the same events', async () => {
    await world.write(tenant, 20);
    const one = reader();
    const [first, second] = await Promise.all([one.batch(tenant, 0), one.batch(tenant, 0)]);
    const behind = await one.batch(tenant, 15);
    expect(reads).toBe(1);
    expect(second?.told).toBe(first?.told);
    expect(behind.told[0]).toBe(first?.told[15]);
    expect(first?.isEnd).toBe(true);
  });

  test('sees what was committed since it was there', async () => {
    await world.write(tenant, 2);
    const one = reader();
    await one.batch(tenant, 0);
    await world.write(tenant, 1);
    expect((await one.read(tenant, 2, 10)).map(({ change }) => change.sequence)).toEqual([3]);
  });

  test('names the tenant as it is named now', async () => {
    await world.write(tenant, 1);
    const one = reader();
    await one.batch(tenant, 0);
    const [told] = await one.read({ ...tenant, name: 'other' }, 0, 1);
    expect(told?.events[0]?.tenant).toBe('other');
  });

  test('takes less at a time after changes of many members', async () => {
    const members = Array.from({ length: 30_000 }, () => randomUUID());
    await store.commit(
      tenant.id,
      members.map((id) => userWrite(tenant, id)),
    );
    await world.create({ tenant: tenant.id, type: 'Group', id: randomUUID() }, members);
    await world.write(tenant, 200);
    const one = reader();
    const heavy = await one.batch(tenant, members.length);
    expect(heavy.told[0]?.events).toHaveLength(31);
    const after = members.length + heavy.told.length;
    expect((await one.batch(tenant, after)).told).toHaveLength(16);
    expect((await one.batch(tenant, after + 16)).told.length).toBeGreaterThan(16);
  });

  test('keeps no more than 32 million characters, and takes less at a time after much text', async () => {
    const text = 'x'.repeat(600_000);
    for (let i = 0; i < 60; i++) await store.commit(tenant.id, [userWrite(tenant, randomUUID(), text)]);
    await world.write(tenant, 100);
    const one = reader();
    // How many changes there were, and how often the store was asked until then.
    const batch = async (after: number) => [(await one.batch(tenant, after)).told.length, reads];
    expect(await batch(0)).toEqual([128, 1]);
    // All of it was too much to be kept, sixteen of them are not; twice sixteen are.
    expect(await batch(0)).toEqual([16, 2]);
    expect(await batch(0)).toEqual([16, 2]);
    expect(await batch(16)).toEqual([16, 3]);
    expect(await batch(16)).toEqual([16, 3]);
    expect(await batch(0)).toEqual([16, 4]);
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3' as never])(
    'refuses to read after %s',
    async (after) => {
      await expect(reader().batch(tenant, after)).rejects.toThrow(RangeError);
      await expect(reader().read(tenant, after, 1)).rejects.toThrow(RangeError);
      expect(reads).toBe(0);
    },
  );

  test('finds single changes, wherever they are', async () => {
    await world.write(tenant, 300);
    const found = await reader().several(tenant, [300, 299, 7, 7, 301]);
    expect([...found.keys()]).toEqual([300, 299, 7]);
    expect(found.get(7)?.events[0]?.id).toBe('7.0');
  });

  test('tells of a tenant whose schemas are broken without them', async () => {
    await world.write(tenant, 1);
    const one = reader(() => {
      throw new Error('broken');
    });
    const [told] = await one.read(tenant, 0, 1);
    expect(told?.events[0]?.resource.schemas).toEqual([]);
  });
});

function userWrite({ id: tenant }: Tenant, id: string, title = '') {
  const time = '2031-01-01T00:00:00.000Z';
  const key = { tenant, type: 'User', id };
  const actor = { credential: 'c', name: 'n', address: undefined };
  const operation = 'create' as const;
  const difference = [{ path: ['title'], after: title }];
  const change = { operation, time, requestId: 'r', actor, difference, added: [], removed: [] };
  const resource = { key, version: 1, created: time, lastModified: time, document: { title } };
  return { kind: 'put', resource, index: { form: {}, lookups: [], display: undefined }, expected: 0, change } as const;
}
