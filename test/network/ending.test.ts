import { describe, expect, test, vi } from 'vitest';
import { endedBy } from '../../src/network/ending.js';
import { tracesIn } from '../support/signals.js';

/** Ends when it is told to. */
function waiting(ending: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    if (ending.aborted) resolve('at once');
    ending.addEventListener('abort', () => resolve('ended'));
  });
}

describe('work', () => {
  test('ends with any of the signals, at once where one has ended', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const working = endedBy([undefined, first.signal, second.signal], waiting);
    second.abort();
    expect(await working).toBe('ended');
    expect(await endedBy([first.signal, second.signal], waiting)).toBe('at once');
  });

  test('ends when its time is over, and no timer stays', async () => {
    vi.useFakeTimers();
    try {
      const working = endedBy([], waiting, 1_000);
      vi.advanceTimersByTime(1_000);
      expect(await working).toBe('ended');
      await endedBy([], async () => 'done', 1_000);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaves nothing behind with signals that last, whether it succeeds or fails', async () => {
    const { signal } = new AbortController();
    expect(await endedBy([signal], async () => 'done')).toBe('done');
    await expect(endedBy([signal], () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(tracesIn(signal)).toEqual([]);
    AbortSignal.any([signal]);
    expect(tracesIn(signal)).toHaveLength(1);
  });
});
