import { describe, expect, test, vi } from 'vitest';
import { Pace, type Turn } from '../../src/events/pace.js';

/** Works until it is the turn of others. */
function workOn(turn: Turn): void {
  while (!turn.isOver());
}

/** Others work, with hardly a pause. */
async function beBusy(milliseconds: number): Promise<void> {
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const stop = performance.now() + 10;
    while (performance.now() < stop);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the pace', () => {
  test('lets work go on at once, and not beyond its stretch before the event loop had its turn', async () => {
    const pace = new Pace();
    expect(pace.tryNow(workOn)).toBe(true);
    expect(pace.tryNow(() => expect.fail('it is the turn of others'))).toBe(false);
    await new Promise<void>((resolve) => pace.next(() => resolve()));
    await vi.waitFor(() => expect(pace.tryNow(() => undefined)).toBe(true), 10_000);
  });

  test('takes a call for work that comes later', () => {
    const pace = new Pace();
    let calls = 0;
    const callOn = (turn: Turn): void => {
      for (; !turn.isOver() && calls < 1_000; calls++) pace.noteCall();
    };
    expect(pace.tryNow(callOn)).toBe(true);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(10);
    expect(pace.tryNow(() => expect.fail('it is the turn of others'))).toBe(false);
  });

  test('sees that others keep the event loop busy, even if nothing asks for a turn by itself', async () => {
    const pace = new Pace();
    await beBusy(250);
    pace.tryNow(() => undefined);
    expect(pace.mostCallsOfTenant).toBeLessThan(new Pace().mostCallsOfTenant);
  });

  test('makes fewer calls for a tenant and rests longer while others keep the event loop busy, until they do not', async () => {
    const pace = new Pace();
    const [calls, gatherTime] = [pace.mostCallsOfTenant, pace.gatherTime];
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
