import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUseRecorder } from '../../src/access/last-use.js';
import type { CredentialUse } from '../../src/store/store.js';
import { FakeLog, type FakeStore, fakeStore } from './fakes.js';

let store: FakeStore;
let log: FakeLog;
const clock = () => new Date().toISOString();

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2031-01-01T12:00:00.000Z') });
  store = fakeStore();
  log = new FakeLog();
});
afterEach(() => void vi.useRealTimers());

describe('the use recorder', () => {
  it('writes nothing per request, and per interval the latest use of each credential', async () => {
    const recorder = createUseRecorder({ store, clock, log });
    recorder.note('a', '192.0.2.1');
    recorder.note('b', undefined);
    vi.setSystemTime(new Date('2031-01-01T12:00:30.000Z'));
    recorder.note('a', '192.0.2.2');
    expect(store.uses).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.uses).toEqual([
      [
        { credential: 'a', time: '2031-01-01T12:00:30.000Z', address: '192.0.2.2' },
        { credential: 'b', time: '2031-01-01T12:00:00.000Z', address: undefined },
      ],
    ]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(store.uses).toHaveLength(1);
  });

  it('writes the rest on close, and no more after it', async () => {
    const recorder = createUseRecorder({ store, clock, log, intervalMs: 1000 });
    recorder.note('a', undefined);
    await recorder.close();
    expect(store.uses).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', () => {
    const unref = vi.fn();
    const setInterval = vi.spyOn(globalThis, 'setInterval').mockReturnValue({ unref } as unknown as NodeJS.Timeout);
    createUseRecorder({ store, clock, log });
    expect(unref).toHaveBeenCalledOnce();
    setInterval.mockRestore();
  });

  it('is bounded: beyond its capacity new credentials are passed over, known ones are not', async () => {
    const recorder = createUseRecorder({ store, clock, log, capacity: 2 });
    for (const id of ['a', 'b', 'c']) recorder.note(id, undefined);
    recorder.note('a', '192.0.2.9');
    await recorder.close();
    expect(store.uses[0]?.map(({ credential, address }) => [credential, address])).toEqual([
      ['a', '192.0.2.9'],
      ['b', undefined],
    ]);
  });

  it('keeps what could not be written, unless a later use has come', async () => {
    const written: CredentialUse[][] = [];
    let failures = 1;
    const noteUse = async (uses: readonly CredentialUse[]) => {
      if (failures-- > 0) {
        recorder.note('a', 'later');
        throw new Error('database is locked');
      }
      written.push([...uses]);
    };
    const recorder = createUseRecorder({ store: { noteUse }, clock, log });
    recorder.note('a', 'earlier');
    recorder.note('b', 'earlier');
    await recorder.flush();
    expect(log.lines).toHaveLength(1);
    await recorder.close();
    expect(written).toHaveLength(1);
    expect(Object.fromEntries((written[0] ?? []).map(({ credential, address }) => [credential, address]))).toEqual({
      a: 'later',
      b: 'earlier',
    });
  });

  it('writes one batch at a time, so that an older one cannot arrive last', async () => {
    const order: string[] = [];
    const noteUse = async ([use]: readonly CredentialUse[]) => {
      order.push(`begin ${use?.address}`);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      order.push(`end ${use?.address}`);
    };
    const recorder = createUseRecorder({ store: { noteUse }, clock, log, intervalMs: 1000 });
    recorder.note('a', '1');
    await vi.advanceTimersByTimeAsync(1000);
    recorder.note('a', '2');
    const closed = recorder.close();
    await vi.advanceTimersByTimeAsync(20_000);
    await closed;
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });
});
