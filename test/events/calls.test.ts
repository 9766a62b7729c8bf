import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Calls } from '../../src/events/calls.js';
import { Lane } from '../../src/events/lane.js';
import type { Tenant } from '../../src/store/store.js';
import { HookServer } from '../support/hook-server.js';
import { ReceiverWorld } from '../support/receiver-world.js';
import { Recorder } from './world.js';

/** Lanes of a tenant that want to call: `a0`, `a1` and so on. */
function lanesOf(tenant: string, count: number): Lane[] {
  const tenancy = { tenant: { id: tenant } as Tenant, head: 0, wakes: 0, seen: 0, lanes: new Map() };
  return Array.from({ length: count }, (_, i) => {
    const lane = new Lane(tenancy, new Recorder(`${tenant}${i}`));
    lane.state = 'ready';
    return lane;
  });
}

/** Begins calls, or waits. @returns those that call */
function ask(calls: Calls, wanted: readonly Lane[]): Lane[] {
  return wanted.filter((lane) => {
    calls.redeem(lane);
    const may = calls.mayBegin(lane);
    if (may) calls.begin(lane);
    else calls.hold(lane);
    return may;
  });
}

describe('calls over the network', () => {
  const pace = { mostCalls: 4, mostCallsOfTenant: 2 };
  let calls: Calls;
  /** Milliseconds. */
  let now: number;

  beforeEach(() => {
    Object.assign(pace, { mostCalls: 4, mostCallsOfTenant: 2 });
    now = 0;
    calls = new Calls(pace, () => now);
  });

  const namesOf = (some: Iterable<Lane>) => [...some].map(({ outlet }) => outlet.consumer);

  test('are a few of each tenant, and so many in all', () => {
    expect(namesOf(ask(calls, lanesOf('a', 3)))).toEqual(['a0', 'a1']);
    expect(namesOf(ask(calls, lanesOf('b', 1)))).toEqual(['b0']);
    expect(namesOf(ask(calls, lanesOf('c', 2)))).toEqual(['c0']);
  });

  test('are given to those who wait, of one tenant after the other', () => {
    Object.assign(pace, { mostCalls: 2, mostCallsOfTenant: 1 });
    const [a, b, c] = [lanesOf('a', 3), lanesOf('b', 2), lanesOf('c', 2)];
    let running = ask(calls, [...a, ...b, ...c]);
    const order = namesOf(running);
    while (running.length > 0) {
      for (const lane of running) calls.end(lane);
      running = ask(calls, [...calls.letIn()]);
      order.push(...namesOf(running));
    }
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1', 'c0', 'a2', 'c1']);
  });

  test('are kept for those to whom they are promised, until these have their turn', () => {
    const [first, second, third] = lanesOf('a', 3) as [Lane, Lane, Lane];
    ask(calls, [first, second, third]);
    calls.end(first);
    expect([...calls.letIn()]).toEqual([third]);
    expect(calls.mayBegin(first)).toBe(false);
    expect([...calls.letIn()]).toEqual([]);
    calls.redeem(third);
    expect(calls.mayBegin(third)).toBe(true);
    // It has nothing to tell any more: others may.
    calls.hold(first);
    expect([...calls.letIn()]).toEqual([first]);
  });

  test('are not for those who are not ready any more', () => {
    const [first, second, third, fourth] = lanesOf('a', 4) as [Lane, Lane, Lane, Lane];
    ask(calls, [first, second, third, fourth]);
    third.state = 'away';
    calls.end(first);
    expect([...calls.letIn()]).toEqual([fourth]);
  });
});

describe('calls of those who took long last time', () => {
  const pace = { mostCalls: 12, mostCallsOfTenant: 8 };
  let now: number;
  let calls: Calls;

  beforeEach(() => {
    Object.assign(pace, { mostCalls: 12, mostCallsOfTenant: 8 });
    now = 0;
    calls = new Calls(pace, () => now);
  });

  /** As many lanes of a tenant whose last call took so many ms. */
  function lanesAfter(tenant: string, count: number, ms: number): Lane[] {
    const made = lanesOf(tenant, count);
    for (const lane of made) calls.begin(lane);
    now += ms;
    for (const lane of made) calls.end(lane);
    return made;
  }

  test('are half of what their tenant may make, so that its others do not wait', () => {
    const slow = lanesAfter('a', 8, 15_000);
    expect(ask(calls, slow)).toEqual(slow.slice(0, 4));
    const others = lanesAfter('a', 8, 4_999);
    expect(ask(calls, others)).toEqual(others.slice(0, 4));
  });

  test('are half of all, however many tenants there are', () => {
    const slow = lanesAfter('a', 4, 15_000);
    expect(ask(calls, slow)).toEqual(slow);
    const more = lanesAfter('b', 4, 15_000);
    expect(ask(calls, more)).toEqual(more.slice(0, 2));
    expect(ask(calls, lanesOf('c', 6))).toHaveLength(6);
  });

  test('wait for one another, and not for the others of their tenant, nor these for them', () => {
    const slow = lanesAfter('a', 5, 15_000);
    const others = lanesOf('a', 5);
    ask(calls, [...slow, ...others]);
    const [first, second] = [slow[0] as Lane, others[0] as Lane];
    calls.end(second);
    expect([...calls.letIn()]).toEqual([others[4]]);
    now += 15_000;
    calls.end(first);
    expect([...calls.letIn()]).toEqual([slow[4]]);
  });

  test('are as many as any again when one was answered in time', () => {
    const lanes = lanesAfter('a', 8, 15_000);
    ask(calls, lanes.slice(0, 4));
    for (const lane of lanes.slice(0, 4)) calls.end(lane);
    expect(ask(calls, lanes)).toEqual(lanes);
  });

  test('are one at least', () => {
    Object.assign(pace, { mostCalls: 1, mostCallsOfTenant: 1 });
    const [lane] = lanesAfter('a', 1, 15_000);
    expect(ask(calls, [lane as Lane])).toEqual([lane]);
  });
});

describe('receivers that do not answer', () => {
  let hooks: HookServer;
  let world: ReceiverWorld;

  beforeEach(async () => {
    hooks = await HookServer.start();
    world = new ReceiverWorld();
  });

  afterEach(async () => {
    await hooks.stop();
    await world.stop();
  });

  /** With receivers at this path, all of which are to be told of one change. */
  async function told(name: string, path: string, count: number): Promise<void> {
    const tenant = await world.tenant(name);
    const url = `${hooks.origin}${path}`;
    for (let i = 0; i < count; i++) await world.receivers.create(tenant, { kind: 'webhook', name: `R${i}`, url });
    await world.directory(name).users.create({ userName: 'x' });
  }

  test('hold up nobody in other tenants, however many they are', async () => {
    hooks.answering = ({ path }) => (path === '/ours' ? 204 : undefined);
    for (const name of ['bad-1', 'bad-2']) await told(name, '/hang', 20);
    const at = (wanted: string) => hooks.posted.filter(({ path }) => path === wanted);
    // Two calls for each tenant while this machine is busy, eight otherwise.
    await vi.waitFor(() => expect(at('/hang').length).toBeGreaterThanOrEqual(4), 10_000);
    await told('good', '/ours', 10);
    await vi.waitFor(() => expect(at('/ours')).toHaveLength(10), 10_000);
    expect(at('/hang').length).toBeLessThanOrEqual(16);
  }, 30_000);
});
