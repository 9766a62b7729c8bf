import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ActivityRecorderParts, createActivityRecorder } from '../../src/access/activity.js';
import type { NewActivity } from '../../src/store/store.js';
import { request } from '../../src/testing/contract/accounts.js';
import { FakeLog } from './fakes.js';

const START = '2031-01-01T12:00:00.000Z';
const clock = () => new Date().toISOString();

/** What the store is told, and how often it has old entries left. */
class FakeStore {
  readonly appended: NewActivity[][] = [];
  readonly trims: [time: string, most: number, hoursBefore: string, limit: number][] = [];
  /** How many of the next writes fail. */
  failures = 0;
  /** Steps in which there is something to forget. */
  old = 0;

  async appendActivity(entries: readonly NewActivity[]): Promise<void> {
    if (this.failures-- > 0) throw new Error('database is locked');
    this.appended.push([...entries]);
  }

  async trimActivity(...given: [string, number, string, number]): Promise<boolean> {
    this.trims.push(given);
    return this.old-- > 0;
  }

  get ids(): string[] {
    return this.appended.flat().map(({ requestId }) => requestId);
  }
}

let store: FakeStore;
let log: FakeLog;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(START) });
  store = new FakeStore();
  log = new FakeLog();
});
afterEach(() => void vi.useRealTimers());

function recorder(parts: Partial<ActivityRecorderParts> = {}) {
  return createActivityRecorder({ store, clock, log, days: 30, most: 1_000, ...parts });
}

function entry(requestId: string, more: Partial<NewActivity> = {}): NewActivity {
  const credential = { id: 'c1', name: 'Entra' };
  return request(requestId, {
    tenant: 't1',
    time: clock(),
    credential,
    address: '192.0.2.1',
    milliseconds: 1,
    ...more,
  });
}

/** A wrong token of somebody; each from an address of its own. */
function stranger(requestId: string, more: Partial<NewActivity> = {}): NewActivity {
  const address = `host ${requestId}`;
  return entry(requestId, {
    tenant: undefined,
    credential: undefined,
    address,
    status: 401,
    outcome: 'refused',
    ...more,
  });
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

describe('the activity recorder', () => {
  it('writes nothing per request, and per interval all entries in their order', async () => {
    const activity = recorder();
    for (const id of ['a', 'b', 'c']) activity.note(entry(id));
    expect(store.appended).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(store.appended).toHaveLength(1);
    expect(store.ids).toEqual(['a', 'b', 'c']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(store.appended).toHaveLength(1);
  });

  it('writes at most 500 entries at once', async () => {
    const activity = recorder();
    for (const id of names('r', 1_201)) activity.note(entry(id));
    await activity.flush();
    expect(store.appended.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(store.ids).toEqual(names('r', 1_201));
  });

  it('writes the rest on close, and has no timer after it', async () => {
    const activity = recorder();
    activity.note(entry('a'));
    await activity.close();
    expect(store.ids).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', () => {
    const unref = vi.fn();
    const setInterval = vi.spyOn(globalThis, 'setInterval').mockReturnValue({ unref } as unknown as NodeJS.Timeout);
    recorder();
    expect(unref).toHaveBeenCalledTimes(setInterval.mock.calls.length);
    setInterval.mockRestore();
  });

  it('keeps what could not be written, before what comes later, and says so in the log', async () => {
    const activity = recorder();
    for (const id of names('a', 600)) activity.note(entry(id));
    store.failures = 1;
    await activity.flush();
    expect(store.ids).toEqual([]);
    expect(log.lines.join()).toContain('could not be written');
    activity.note(entry('later'));
    await activity.flush();
    expect(store.ids).toEqual([...names('a', 600), 'later']);
  });

  it('never rejects', async () => {
    const activity = recorder();
    activity.note(entry('a'));
    store.failures = 5;
    await expect(activity.flush()).resolves.toBeUndefined();
    await expect(activity.close()).resolves.toBeUndefined();
  });

  it('records nothing where nothing is to be kept, and forgets what there is', async () => {
    const activity = recorder({ days: 0 });
    activity.note(entry('a'));
    await vi.advanceTimersByTimeAsync(60_000);
    await activity.close();
    expect(store.appended).toEqual([]);
    expect(store.trims[0]?.[0]).toBe('2031-01-01T12:01:00.000Z');
  });
});

describe('when more comes than is written', () => {
  it('is bounded: the oldest go, what was dropped is counted in the log', async () => {
    const activity = recorder({ capacity: 10 });
    for (const id of names('a', 13)) activity.note(entry(id));
    await activity.flush();
    expect(store.ids).toEqual(names('a', 13).slice(3));
    await activity.close();
    expect(log.lines.map((line) => JSON.parse(line))).toMatchObject([{ dropped: 3, refused: 0 }]);
  });

  it('strangers go before tenants, the oldest first', async () => {
    const activity = recorder({ capacity: 20 });
    for (const id of names('t', 10)) activity.note(entry(id));
    for (const id of names('s', 10)) activity.note(stranger(id));
    for (const id of names('u', 4)) activity.note(entry(id));
    await activity.flush();
    expect(store.ids).toEqual([...names('t', 10), ...names('s', 10).slice(4), ...names('u', 4)]);
  });

  it('strangers cannot push out what tenants did', async () => {
    const activity = recorder({ capacity: 20 });
    for (const id of names('t', 20)) activity.note(entry(id));
    for (const id of names('s', 50)) activity.note(stranger(id));
    await activity.close();
    expect(store.ids).toEqual(names('t', 20));
    expect(log.lines.join()).toContain('"dropped":50');
  });

  it('a store that stays away costs no more memory than the bound', async () => {
    const activity = recorder({ capacity: 20 });
    store.failures = 10;
    for (const round of names('r', 10)) {
      for (const id of names(`${round}-`, 15)) activity.note(entry(id));
      await activity.flush();
    }
    await activity.flush();
    expect(store.ids).toEqual([...names('r8-', 15).slice(-5), ...names('r9-', 15)]);
  });
});

describe('what strangers send', () => {
  it('is recorded 60 times a minute and address, then counted in the log', async () => {
    const activity = recorder();
    for (const id of names('s', 70)) activity.note(stranger(id, { address: '192.0.2.7' }));
    activity.note(stranger('other', { address: '192.0.2.8' }));
    activity.note(entry('known', { address: '192.0.2.7' }));
    vi.setSystemTime(new Date('2031-01-01T12:01:00.000Z'));
    activity.note(stranger('next minute', { address: '192.0.2.7' }));
    await activity.close();
    expect(store.ids).toEqual([...names('s', 60), 'other', 'known', 'next minute']);
    expect(log.lines.map((line) => JSON.parse(line))).toMatchObject([{ dropped: 0, refused: 10 }]);
  });

  it('counts for a tenant, too, whose activity it would fill', async () => {
    const activity = recorder();
    for (const id of names('s', 70)) activity.note(stranger(id, { address: '192.0.2.7', tenant: 't1' }));
    await activity.flush();
    expect(store.ids).toHaveLength(60);
  });

  it('is bounded over all addresses, and a network of IPv6 is one address', async () => {
    const activity = recorder();
    for (const [i, id] of names('v6-', 70).entries()) activity.note(stranger(id, { address: `2001:db8::1:${i}` }));
    expect((await written(activity)).length).toBe(60);
    for (const id of names('s', 700)) activity.note(stranger(id));
    expect((await written(activity)).length).toBe(600);
  });

  it('requests refused with 429 are recorded 60 times a minute and credential', async () => {
    const activity = recorder();
    const over = { status: 429, outcome: 'refused' } as const;
    for (const id of names('a', 70)) activity.note(entry(id, over));
    activity.note(entry('other', { ...over, credential: { id: 'c2', name: 'Okta' } }));
    activity.note(entry('served'));
    expect(await written(activity)).toEqual([...names('a', 60), 'other', 'served']);
  });

  async function written(activity: ReturnType<typeof recorder>): Promise<string[]> {
    await activity.flush();
    return store.ids;
  }
});

describe('forgetting', () => {
  it('happens every minute, in small steps until nothing is left', async () => {
    const activity = recorder();
    store.old = 2;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.trims).toEqual(
      Array.from({ length: 3 }, () => ['2030-12-02T12:01:00.000Z', 1_000, '2029-11-27T12:01:00.000Z', 500]),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.trims).toHaveLength(4);
    await activity.close();
  });

  it('stops when the recorder closes', async () => {
    const activity = recorder();
    store.old = Number.POSITIVE_INFINITY;
    vi.advanceTimersByTime(60_000);
    await activity.close();
    const { length } = store.trims;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(store.trims).toHaveLength(length);
  });

  it('that fails is logged and tried again a minute later', async () => {
    const activity = recorder();
    const trimActivity = vi.spyOn(store, 'trimActivity').mockRejectedValueOnce(new Error('locked'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.lines.join()).toContain('could not be forgotten');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(trimActivity).toHaveBeenCalledTimes(2);
    await activity.close();
  });
});
