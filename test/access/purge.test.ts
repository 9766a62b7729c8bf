import { describe, expect, test, vi } from 'vitest';
import { createPurge } from '../../src/access/purge.js';
import { FakeLog } from './fakes.js';

/** A store with so many steps of deleting before it. */
class Remains {
  asked = 0;
  constructor(public steps: number) {}
  async purgeTenants(): Promise<boolean> {
    this.asked += 1;
    this.steps = Math.max(0, this.steps - 1);
    return this.steps > 0;
  }
}

const turns = async (count = 50) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('the purge of removed tenants', () => {
  test('sleeps until it is woken, and then goes on until nothing is left', async () => {
    const store = new Remains(5);
    const purge = createPurge({ store, log: new FakeLog() });
    await turns();
    expect(store.asked).toBe(0);
    purge.wake();
    await turns();
    expect([store.asked, store.steps]).toEqual([5, 0]);
    await turns();
    expect(store.asked).toBe(5);
  });

  test('wakes by itself, since a request that was under way may have written afterwards', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const store = new Remains(0);
    const purge = createPurge({ store, log: new FakeLog() });
    vi.advanceTimersByTime(3_600_000);
    await turns();
    expect(store.asked).toBe(1);
    await purge.close();
    vi.advanceTimersByTime(36_000_000);
    vi.useRealTimers();
    await turns();
    expect(store.asked).toBe(1);
  });

  test('what is removed while it runs is not forgotten', async () => {
    const store = new Remains(2);
    const purge = createPurge({ store, log: new FakeLog() });
    purge.wake();
    purge.wake();
    store.steps += 3;
    await turns();
    expect(store.steps).toBe(0);
    store.steps = 2;
    purge.wake();
    await turns();
    expect(store.steps).toBe(0);
  });

  test('gives others their turn between two steps', async () => {
    const store = new Remains(1_000);
    const order: number[] = [];
    const purge = createPurge({ store, log: new FakeLog() });
    purge.wake();
    for (let turn = 0; turn < 3; turn++) {
      await turns(1);
      order.push(store.asked);
    }
    expect(order.at(-1)).toBeLessThan(10);
    await purge.close();
  });

  test('ends after the step that runs when it is closed', async () => {
    const store = new Remains(1_000);
    const purge = createPurge({ store, log: new FakeLog() });
    purge.wake();
    await turns(2);
    await purge.close();
    const { asked } = store;
    purge.wake();
    await turns();
    expect(store.asked).toBe(asked);
  });

  test('a store that fails is logged, and asked again when it is woken', async () => {
    const log = new FakeLog();
    const store = new Remains(2);
    const works = store.purgeTenants.bind(store);
    store.purgeTenants = () => Promise.reject(new Error('disk'));
    const purge = createPurge({ store, log });
    purge.wake();
    await turns();
    expect(JSON.stringify(log)).toContain('every hour');
    store.purgeTenants = works;
    purge.wake();
    await turns();
    expect(store.steps).toBe(0);
  });
});
