import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Waits } from '../../src/events/waits.js';

let listeners: Set<(tenant: string) => void>;
let waits: Waits;
const never = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  listeners = new Set();
  waits = new Waits((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  });
});
afterEach(() => vi.useRealTimers());

function wake(tenant: string): void {
  for (const listener of listeners) listener(tenant);
}

describe('a request that waits', () => {
  test('is told when something happens in its tenant', async () => {
    const wait = waits.begin('a', 1_000, never);
    const happened = wait.happened();
    wake('b');
    wake('a');
    expect(await happened).toBe(true);
    wait.end();
  });

  test('misses nothing that happens before it waits', async () => {
    const wait = waits.begin('a', 1_000, never);
    wake('a');
    expect(await wait.happened()).toBe(true);
    wait.reset();
    const again = wait.happened();
    vi.advanceTimersByTime(1_000);
    expect(await again).toBe(false);
    wait.end();
  });

  test('waits as long as it may, however often something happens', async () => {
    const wait = waits.begin('a', 1_000, never);
    vi.advanceTimersByTime(999);
    wake('a');
    expect(await wait.happened()).toBe(true);
    vi.advanceTimersByTime(1);
    wake('a');
    expect(await wait.happened()).toBe(false);
    wait.end();
  });

  test('is woken once a second at most where it was woken in vain', async () => {
    const wait = waits.begin('a', 10_000, never);
    let woken = 0;
    const listening = (async () => {
      while (await wait.happened()) {
        woken++;
        wait.reset();
      }
    })();
    for (let ms = 0; ms < 3_000; ms += 10) {
      wake('a');
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(woken).toBeGreaterThanOrEqual(3);
    expect(woken).toBeLessThanOrEqual(4);
    wait.end();
    await listening;
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not wait where 5,000 wait in all tenants', async () => {
    const others = Array.from({ length: 5_000 }, (_, i) =>
      waits.begin(`t${i % 50}`, 1_000, new AbortController().signal),
    );
    expect(await waits.begin('a', 1_000, never).happened()).toBe(false);
    for (const wait of others) wait.end();
    expect(vi.getTimerCount()).toBe(0);
    const wait = waits.begin('a', 1_000, never);
    wake('a');
    expect(await wait.happened()).toBe(true);
    wait.end();
  });

  test('does not wait when it may not, or its client has gone', async () => {
    expect(await waits.begin('a', 0, never).happened()).toBe(false);
    const gone = new AbortController();
    const wait = waits.begin('a', 1_000, gone.signal);
    const happened = wait.happened();
    gone.abort();
    expect(await happened).toBe(false);
    expect(await waits.begin('a', 1_000, gone.signal).happened()).toBe(false);
  });

  test('is told at once that nothing happens where 200 wait already', async () => {
    const others = Array.from({ length: 200 }, () => waits.begin('a', 1_000, new AbortController().signal));
    expect(await waits.begin('a', 1_000, never).happened()).toBe(false);
    for (const wait of others) wait.end();
    const wait = waits.begin('a', 1_000, never);
    wake('a');
    expect(await wait.happened()).toBe(true);
    wait.end();
  });

  test('is over when everything is', async () => {
    const wait = waits.begin('a', 1_000, never);
    const happened = wait.happened();
    waits.close();
    expect(await happened).toBe(false);
    wait.end();
    expect(await waits.begin('a', 1_000, never).happened()).toBe(false);
  });
});

test('nobody is listened to while nobody waits, and no timer is left', () => {
  expect(listeners.size).toBe(0);
  const [one, two] = [waits.begin('a', 1_000, never), waits.begin('b', 1_000, never)];
  expect(listeners.size).toBe(1);
  one.end();
  expect(listeners.size).toBe(1);
  two.end();
  waits.begin('a', 0, never).end();
  expect(listeners.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
