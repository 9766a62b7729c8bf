import { describe, expect, test, vi } from 'vitest';
import { Pace } from '../../src/events/pace.js';

/** Works until the moment at which others get their turn, and as long again. */
function workUntil(end: number): void {
  const twice = end + (end - performance.now());
  while (performance.now() < twice);
}

describe('the pace', () => {
  test('lets work go on at once, and not beyond its stretch before the event loop had its turn', async () => {
    const pace = new Pace();
    expect(pace.tryNow(workUntil)).toBe(true);
    expect(pace.tryNow(() => expect.fail('it is the turn of others'))).toBe(false);
    await new Promise<void>((resolve) => pace.next(() => resolve()));
    await vi.waitFor(() => expect(pace.tryNow(() => undefined)).toBe(true), 10_000);
  });

  test('makes fewer calls for a tenant and rests longer while others keep the event loop busy, until they do not', async () => {
    const pace = new Pace();
    const [calls, gatherTime] = [pace.mostCallsOfTenant, pace.gatherTime];
    /** Others work, with hardly a pause. */
    const beBusy = async (milliseconds: number): Promise<void> => {
      for (const end = performance.now() + milliseconds; performance.now() < end; ) {
        const stop = performance.now() + 10;
        while (performance.now() < stop);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await beBusy(250);
    await new Promise<void>((resolve) => pace.next(() => resolve()));
    expect(pace.mostCallsOfTenant).toBeLessThan(calls);
    expect(pace.gatherTime).toBeGreaterThan(gatherTime);
    // The stretch that began with that is over.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    pace.spend(50);
    expect(pace.tryNow(() => undefined)).toBe(false);
    await vi.waitFor(() => {
      pace.next(() => undefined);
      expect(pace.mostCallsOfTenant).toBe(calls);
      expect(pace.tryNow(() => undefined)).toBe(true);
    }, 10_000);
  });
});
