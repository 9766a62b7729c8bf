import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Outlet } from '../../src/events/outlet.js';
import type { Turn } from '../../src/events/pace.js';
import { type Store, StoreUnavailable } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { dropStore, ENGINES, storeIn } from '../support/engines.js';
import { numbered, pending, Recorder, World } from './world.js';

/** Names that no other test has. */
function recorder(behave?: Recorder['behave']): Recorder {
  return new Recorder(`app:${randomUUID()}`, behave);
}

/** Lets everything go on that may. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A store that can be out of reach, or only for what these methods do. */
function absentable(store: Store, methods?: readonly (keyof Store)[]): { readonly store: Store; isAway: boolean } {
  const far = {
    isAway: false,
    store: new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          const isMeant = methods === undefined || methods.includes(name as keyof Store);
          if (far.isAway && isMeant) throw new StoreUnavailable(new Error('away'));
          return method.apply(target, args);
        };
      },
    }),
  };
  return far;
}

/** A pace at which everything is done in one turn. */
const atOnce = {
  next: (work: (turn: Turn) => void) => void setImmediate(() => work({ isOver: () => false })),
  tryNow: () => false,
  noteCall: () => undefined,
  gatherTime: 0,
};

describe.each(ENGINES)('the dispatcher, store %s', (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-'));
  let store: Store;
  let world: World;

  beforeAll(async () => {
    store = await openStore(storeIn(folder, engine));
    world = new World(store);
  });

  afterEach(() => world.closeAll());

  afterAll(async () => {
    await store.close();
    await dropStore(folder, engine);
    rmSync(folder, { recursive: true, force: true });
  });

  test('tells everybody every change of every tenant, once and in order', async () => {
    const [a, b] = [await world.tenant(), await world.tenant()];
    await world.write(a, 150);
    await world.write(b, 3);
    const both = [recorder(), recorder(async () => undefined)];
    const dispatcher = world.dispatcher(both);
    await dispatcher.settled();
    for (const { told } of both) {
      expect(told.filter((one) => one.startsWith(a.name))).toEqual(numbered(a, 1, 150));
      expect(told.filter((one) => one.startsWith(b.name))).toEqual(numbered(b, 1, 3));
    }
    const [first] = both as [Recorder];
    expect(await world.delivery(a, first.consumer)).toMatchObject({ position: 150, parts: 0, trouble: undefined });
  });

  test('tells the parts of a change one after the other, and begins at the part that failed', async () => {
    const tenant = await world.tenant();
    const members = Array.from({ length: 3 }, () => randomUUID());
    for (const id of members) await world.create({ tenant: tenant.id, type: 'User', id });
    await world.create({ tenant: tenant.id, type: 'Group', id: randomUUID() }, members);
    let isBroken = true;
    const one = recorder(({ change }, part) => {
      if (isBroken && change.sequence === 4 && part === 1) throw new Error('no');
    });
    const dispatcher = world.dispatcher([one]);
    await dispatcher.settled();
    const told = () => one.told.filter((each) => each.startsWith(tenant.name));
    expect(told().slice(-2)).toEqual([`${tenant.name} 4.0`, `${tenant.name} 4.1!`]);
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 3, parts: 1 });
    isBroken = false;
    world.now += 1_000;
    await dispatcher.settled();
    expect(told().slice(-1)).toEqual([`${tenant.name} 4.1`]);
    expect(one.attempts.at(-1)).toBe(2);
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 4, parts: 0, trouble: undefined });
  });

  test('goes on where another process has stopped, and repeats nothing', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 5);
    const one = recorder();
    const first = world.dispatcher([one]);
    await first.settled();
    await first.close();
    await world.write(tenant, 2);
    await world.dispatcher([one]).settled();
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 7));
  });

  test('begins after the last change where that is asked for, and misses none after it', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 3);
    const one = recorder();
    one.from = 'now';
    const dispatcher = world.dispatcher([one]);
    await dispatcher.settled();
    await world.write(tenant, 2);
    await dispatcher.settled();
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 4, 5));
  });

  test('is told of a commit of its own process at once, of those of others when it looks', async () => {
    const tenant = await world.tenant();
    const one = recorder();
    const dispatcher = world.dispatcher([one]);
    await dispatcher.settled();
    await world.write(tenant, 1);
    dispatcher.wake(tenant.id);
    await vi.waitFor(() => expect(one.told).toContain(`${tenant.name} 1.0`), 5_000);
    await world.write(tenant, 1);
    await dispatcher.tick();
    await vi.waitFor(() => expect(one.told).toContain(`${tenant.name} 2.0`), 5_000);
    const newcomer = await world.tenant();
    await world.write(newcomer, 1);
    dispatcher.wake(newcomer.id);
    await vi.waitFor(() => expect(one.told).toContain(`${newcomer.name} 1.0`), 5_000);
  });

  test('names a tenant as it is named when it tells', async () => {
    const tenant = await world.tenant();
    const one = recorder();
    const dispatcher = world.dispatcher([one]);
    await world.write(tenant, 1);
    await dispatcher.settled();
    const name = `renamed-${tenant.id}`;
    await store.updateTenant(tenant.id, { name });
    await world.write(tenant, 1);
    await dispatcher.settled();
    expect(one.told.filter((told) => told.includes(tenant.id))).toEqual([`${tenant.name} 1.0`, `${name} 2.0`]);
  });

  test('keeps what was given up as a dead letter, and goes on', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 3);
    const one = recorder(({ change }) => {
      if (change.sequence === 2 && change.key.tenant === tenant.id) throw new Error('no');
    });
    one.verdict = ({ attempts }, now) => (attempts === 3 ? { giveUp: true } : { retryAt: now + 60_000 });
    const dispatcher = world.dispatcher([one]);
    await dispatcher.settled();
    const trouble = { attempts: 1, since: new Date(world.now).toISOString(), error: 'It failed.' };
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 1, trouble });
    world.now += 59_999;
    await dispatcher.settled();
    expect(one.told.filter((told) => told === `${tenant.name} 2.0!`)).toHaveLength(1);
    world.now += 60_000;
    await dispatcher.settled();
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ trouble: { ...trouble, attempts: 2 } });
    world.now += 60_000;
    await dispatcher.settled();
    expect(one.told.slice(-1)).toEqual([`${tenant.name} 3.0`]);
    const letters = await store.deadLetters({ tenant: tenant.id, consumer: one.consumer, limit: 10 });
    expect(letters).toMatchObject([{ sequence: 2, part: 0, event: 'user.created', attempts: 3, error: 'It failed.' }]);
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 3, trouble: undefined });
  });

  test('counts attempts across restarts, and waits as long', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 1);
    const one = recorder(() => {
      throw new Error('no');
    });
    one.verdict = (_, now) => ({ retryAt: now + 60_000 });
    const first = world.dispatcher([one]);
    await first.settled();
    await first.close();
    const second = world.dispatcher([one]);
    await second.settled();
    const tried = () => one.told.filter((told) => told.startsWith(tenant.name)).length;
    expect(tried()).toBe(1);
    world.now += 60_000;
    await second.settled();
    expect(tried()).toBe(2);
    expect(one.attempts.at(-1)).toBe(2);
  });

  test('holds nobody up for the trouble of one consumer, or in one tenant', async () => {
    const [a, b] = [await world.tenant(), await world.tenant()];
    await world.write(a, 2);
    await world.write(b, 2);
    const hanging = pending();
    const failing = recorder(({ change }) => {
      if (change.key.tenant === a.id) throw new Error('no');
    });
    const slow = recorder(({ change }) => (change.key.tenant === b.id ? hanging.promise : undefined));
    const well = recorder();
    const dispatcher = world.dispatcher([failing, slow, well]);
    await vi.waitFor(() => {
      expect(failing.told.filter((told) => told.startsWith(b.name))).toEqual(numbered(b, 1, 2));
      expect(slow.told.filter((told) => told.startsWith(a.name))).toEqual(numbered(a, 1, 2));
      expect(well.told.filter((told) => told.includes(a.id) || told.includes(b.id))).toHaveLength(4);
    }, 5_000);
    hanging.resolve();
    await dispatcher.settled();
    expect(slow.told.filter((told) => told.startsWith(b.name))).toEqual(numbered(b, 1, 2));
  });

  test('never tells two things at once in one tenant, and many tenants side by side', async () => {
    const tenants = [await world.tenant(), await world.tenant(), await world.tenant()];
    for (const tenant of tenants) await world.write(tenant, 5);
    const gate = pending();
    const one = recorder(() => gate.promise);
    const dispatcher = world.dispatcher([one]);
    await vi.waitFor(() => expect(tenants.map(({ name }) => one.running.get(name))).toEqual([1, 1, 1]), 5_000);
    gate.resolve();
    await dispatcher.settled();
    expect(one.mostAtOnce).toBe(1);
  });

  test('makes as many calls over the network at once as it may', async () => {
    const tenants = [await world.tenant(), await world.tenant(), await world.tenant()];
    for (const tenant of tenants) await world.write(tenant, 1);
    const known = new Set(tenants.map(({ id }) => id));
    const gates: (() => void)[] = [];
    let most = 0;
    let calls = 0;
    const one = recorder(({ change }) => {
      if (!known.has(change.key.tenant)) return undefined;
      most = Math.max(most, ++calls);
      const gate = pending();
      gates.push(() => {
        calls--;
        gate.resolve();
      });
      return gate.promise;
    });
    one.pace = 'network';
    const pace = { ...atOnce, mostCalls: 2, mostCallsOfTenant: 1 };
    const dispatcher = world.dispatcher([one], { pace });
    for (let i = 0; i < 3; i++) await vi.waitFor(() => (gates.shift() ?? expect.fail('no call'))(), 15_000);
    await dispatcher.settled();
    expect(most).toBe(2);
  });

  test('makes no more calls for a tenant than its share, and serves tenants in turn', async () => {
    const [a, b] = [await world.tenant(), await world.tenant()];
    for (const tenant of [a, b]) await world.write(tenant, 2);
    const known = new Map([a, b].map(({ id }) => [id, 0]));
    const gates: { tenant: string; open: () => void }[] = [];
    const most = { [a.id]: 0, [b.id]: 0 };
    const outlets = Array.from({ length: 5 }, () =>
      recorder(({ change: { key } }) => {
        const running = known.get(key.tenant);
        if (running === undefined) return undefined;
        known.set(key.tenant, running + 1);
        most[key.tenant] = Math.max(most[key.tenant] ?? 0, running + 1);
        const gate = pending();
        const open = () => {
          known.set(key.tenant, (known.get(key.tenant) ?? 0) - 1);
          gate.resolve();
        };
        gates.push({ tenant: key.tenant, open });
        return gate.promise;
      }),
    );
    for (const one of outlets) one.pace = 'network';
    const pace = { ...atOnce, mostCalls: 3, mostCallsOfTenant: 2 };
    const dispatcher = world.dispatcher(outlets, { pace });
    await vi.waitFor(() => expect(gates).toHaveLength(3), 15_000);
    // Each that ends lets the next one in; of both tenants, until one has nothing more.
    const order: string[] = [];
    for (let done = 0; done < 20; done++) {
      await vi.waitFor(() => expect(gates.length).toBeGreaterThan(0), 15_000);
      await turns();
      const { tenant, open } = gates.shift() as (typeof gates)[number];
      order.push(tenant);
      open();
    }
    await dispatcher.settled();
    expect(most).toEqual({ [a.id]: 2, [b.id]: 2 });
    for (const { id } of [a, b])
      expect(order.slice(0, 10).filter((each) => each === id).length).toBeGreaterThanOrEqual(4);
    for (const one of outlets) {
      for (const tenant of [a, b]) {
        expect(one.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 2));
      }
    }
  });

  test('of two processes one at a time works on a consumer in a tenant; the other takes over when it closes', async () => {
    const tenants = [await world.tenant(), await world.tenant()];
    const name = `app:${randomUUID()}`;
    const [here, there] = [new Recorder(name, async () => undefined), new Recorder(name, async () => undefined)];
    for (const tenant of tenants) await world.write(tenant, 20);
    const [first, second] = [world.dispatcher([here]), world.dispatcher([there])];
    await Promise.all([first.settled(), second.settled()]);
    for (const tenant of tenants) {
      const told = [here, there].map((one) => one.told.filter((each) => each.startsWith(tenant.name)));
      expect(told.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 20]);
      expect(told.flat()).toEqual(numbered(tenant, 1, 20));
    }
    await first.close();
    for (const tenant of tenants) await world.write(tenant, 1);
    world.now += 5_000;
    await second.settled();
    for (const tenant of tenants) expect([...here.told, ...there.told]).toContain(`${tenant.name} 21.0`);
  });

  test('takes over from a process that is gone when its lease has run out, from what it had saved', async () => {
    const tenant = await world.tenant();
    const name = `app:${randomUUID()}`;
    const [lost, heir] = [new Recorder(name), new Recorder(name)];
    await world.write(tenant, 3);
    const far = absentable(store);
    const first = world.dispatcher([lost], { store: far.store });
    await first.settled();
    await world.write(tenant, 1);
    const never = pending();
    lost.behave = () => never.promise;
    first.wake(tenant.id);
    await vi.waitFor(() => expect(lost.told).toContain(`${tenant.name} 4.0!`), 5_000);
    // It hangs, as far as the store can tell.
    far.isAway = true;
    const second = world.dispatcher([heir]);
    await second.tick();
    expect(heir.told.filter((told) => told.startsWith(tenant.name))).toEqual([]);
    world.now += 31_000;
    await second.settled();
    expect(heir.told.filter((told) => told.startsWith(tenant.name))).toEqual([`${tenant.name} 4.0`]);
    // What the first one has done meanwhile is of no account, and it stops.
    far.isAway = false;
    never.resolve();
    await first.tick();
    await world.write(tenant, 1);
    await second.settled();
    expect(await world.delivery(tenant, name)).toMatchObject({ position: 5 });
    expect(lost.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 4));
  });

  test('goes on where a delivery was put, when what runs is done', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 3);
    const one = recorder();
    const dispatcher = world.dispatcher([one]);
    await dispatcher.settled();
    const gate = pending();
    await world.write(tenant, 1);
    one.behave = ({ change }) => (change.sequence === 4 && change.key.tenant === tenant.id ? gate.promise : undefined);
    dispatcher.wake(tenant.id);
    await vi.waitFor(() => expect(one.running.get(tenant.name)).toBe(1), 5_000);
    await store.moveDelivery(one.consumer, tenant.id, 1);
    dispatcher.moved(one.consumer, tenant.id);
    await dispatcher.tick();
    await turns();
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toHaveLength(4);
    gate.resolve();
    await dispatcher.settled();
    const told = one.told.filter((each) => each.startsWith(tenant.name));
    expect(told).toEqual([...numbered(tenant, 1, 4), ...numbered(tenant, 2, 4)]);
    expect(one.mostAtOnce).toBe(1);
  });

  test('tells nothing more to whoever was paused, until there is another outlet in its place', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 2);
    const one = recorder(({ change }) => {
      if (change.key.tenant === tenant.id) throw new Error('gone');
    });
    const reasons: string[] = [];
    one.pause = async (because) => void reasons.push(because);
    one.verdict = () => ({ pauseBecause: 'Nobody is there.' });
    let outlets: Outlet[] = [one];
    const dispatcher = world.dispatcher({ outletsOf: () => outlets, hasAny: () => true });
    await dispatcher.settled();
    world.now += 3_600_000;
    await dispatcher.settled();
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toHaveLength(1);
    expect(reasons).toEqual(['Nobody is there.']);
    const again = new Recorder(one.consumer);
    outlets = [again];
    dispatcher.refresh();
    await dispatcher.settled();
    expect(again.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 2));
  });

  test('waits for what runs when a consumer goes, and lets others have its place', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 2);
    const gate = pending();
    const one = recorder(({ change }) => (change.key.tenant === tenant.id ? gate.promise : undefined));
    let outlets: Outlet[] = [one];
    const dispatcher = world.dispatcher({ outletsOf: () => outlets, hasAny: () => outlets.length > 0 });
    await vi.waitFor(() => expect(one.running.get(tenant.name)).toBe(1), 5_000);
    outlets = [];
    let isDropped = false;
    const dropped = dispatcher.drop(one.consumer).then(() => (isDropped = true));
    await dispatcher.tick();
    expect(isDropped).toBe(false);
    gate.resolve();
    await dropped;
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 1));
    // Without a lease in the way: the clock stands still.
    const heir = new Recorder(one.consumer);
    await world.dispatcher([heir]).settled();
    expect(heir.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 2, 2));
  });

  test('waits for nobody else when a consumer goes', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 1);
    const gate = pending();
    const hanging = () => recorder(({ change }) => (change.key.tenant === tenant.id ? gate.promise : undefined));
    const [one, other] = [hanging(), recorder()];
    let outlets: Outlet[] = [one, other];
    const dispatcher = world.dispatcher({ outletsOf: () => outlets, hasAny: () => true });
    await vi.waitFor(() => expect(one.running.get(tenant.name)).toBe(1), 5_000);
    await vi.waitFor(() => expect(other.told).toContain(`${tenant.name} 1.0`), 5_000);
    outlets = [];
    let isDropped = false;
    const dropped = dispatcher.drop(one.consumer).then(() => (isDropped = true));
    await dispatcher.drop(other.consumer);
    expect(isDropped).toBe(false);
    gate.resolve();
    await dropped;
  });

  test('closes when what runs is done, tells it to stop, and takes a broken-off event for no failure', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 2);
    const one = recorder(
      (_, __, { signal }) =>
        new Promise((_, reject) => {
          const stop = () => void turns().then(() => reject(new Error('told to stop')));
          signal.addEventListener('abort', stop, { once: true });
        }),
    );
    const dispatcher = world.dispatcher([one]);
    await vi.waitFor(() => expect(one.running.get(tenant.name)).toBe(1), 5_000);
    await dispatcher.close();
    expect(one.running.get(tenant.name)).toBe(0);
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 0, trouble: undefined });
  });

  test('waits while the store is away, says so once, and goes on', async () => {
    const tenant = await world.tenant();
    const one = recorder();
    const far = absentable(store);
    world.log.length = 0;
    const dispatcher = world.dispatcher([one], { store: far.store });
    await dispatcher.settled();
    await world.write(tenant, 2);
    far.isAway = true;
    for (let i = 0; i < 10; i++) await dispatcher.tick();
    expect(world.log).toEqual(['events cannot be delivered for now; this is tried again']);
    far.isAway = false;
    await dispatcher.settled();
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 2));
    expect(world.log).toHaveLength(2);
  });

  test('saves what it could not save while the store was away', async () => {
    const tenant = await world.tenant();
    const far = absentable(store, ['saveDeliveries']);
    const one = recorder(() => {
      // It goes away after this was told.
      far.isAway = true;
      throw new Error('no');
    });
    one.from = 'now';
    one.verdict = () => ({ giveUp: true });
    const dispatcher = world.dispatcher([one], { store: far.store });
    await dispatcher.settled();
    await world.write(tenant, 1);
    dispatcher.wake(tenant.id);
    await vi.waitFor(() => expect(far.isAway).toBe(true), 5_000);
    for (let i = 0; i < 3; i++) await dispatcher.tick();
    expect((await world.delivery(tenant, one.consumer))?.position).toBe(0);
    far.isAway = false;
    await dispatcher.settled();
    expect(await world.delivery(tenant, one.consumer)).toMatchObject({ position: 1 });
    expect(await store.deadLetters({ tenant: tenant.id, limit: 10 })).toHaveLength(1);
    expect(one.told.filter((told) => told.startsWith(tenant.name))).toHaveLength(1);
  });

  test('tells everything that there is to whoever comes after a time without anybody', async () => {
    const tenant = await world.tenant();
    await world.write(tenant, 2);
    let outlets: Outlet[] = [recorder()];
    const dispatcher = world.dispatcher({ outletsOf: () => outlets, hasAny: () => outlets.length > 0 });
    await dispatcher.settled();
    outlets = [];
    await dispatcher.settled();
    const late = recorder();
    outlets = [late];
    await dispatcher.settled();
    expect(late.told.filter((told) => told.startsWith(tenant.name))).toEqual(numbered(tenant, 1, 2));
  });

  test('asks the store for nothing while there is nobody to tell', async () => {
    const asked: string[] = [];
    const watched = new Proxy(store, {
      get: (target, name) => {
        asked.push(String(name));
        return Reflect.get(target, name);
      },
    });
    const tenant = await world.tenant();
    const dispatcher = world.dispatcher({ outletsOf: () => [], hasAny: () => false }, { store: watched });
    await dispatcher.tick();
    await world.write(tenant, 1);
    dispatcher.wake(tenant.id);
    await dispatcher.tick();
    expect(asked).toEqual([]);
  });

  test('tells those who wait for a tenant of commits, its own and those of others', async () => {
    const tenant = await world.tenant();
    const dispatcher = world.dispatcher({ outletsOf: () => [], hasAny: () => false });
    const heard: string[] = [];
    const end = dispatcher.onWake((id) => void heard.push(id));
    await dispatcher.tick();
    heard.length = 0;
    dispatcher.wake(tenant.id);
    await vi.waitFor(() => expect(heard).toEqual([tenant.id]), 5_000);
    await world.write(tenant, 1);
    await dispatcher.tick();
    expect(heard).toEqual([tenant.id, tenant.id]);
    end();
    await world.write(tenant, 1);
    await dispatcher.tick();
    expect(heard).toHaveLength(2);
  });
});
