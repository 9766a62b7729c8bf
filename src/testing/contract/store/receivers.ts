/** The contract: where receivers of changes are. */
import { type Receiver, type ReceiverChange, UniquenessConflict } from '../../../store/store.js';
import { ACME, GLOBEX } from '../accounts.js';
import { claim, deadLetter, delivery, minute, owner, receiver } from '../consumers.js';
import type { Given } from '../given.js';

const KEY = { id: 'k-1', created: minute(1), ends: minute(5) };

export function receivers({ it, expect, current, beforeEach }: Given): void {
  beforeEach(async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
  });

  it('are kept with all that is said of them, in the order of creation', async () => {
    const bare = receiver('z', { kind: 'poll', url: undefined });
    const full = receiver('a', {
      kind: 'push',
      events: ['user.created', 'ü'],
      createdBy: 'a-1',
      paused: minute(3),
      pausedBecause: 'It did not answer for a week.',
      keys: [KEY, { ...KEY, id: 'k-2', ends: undefined }],
      audience: 'https://crm.example',
      authorization: 'sealed',
    });
    const other = receiver('m', { tenant: GLOBEX.id });
    for (const each of [bare, other, full]) await current().createReceiver(each);
    expect(await current().receivers(ACME.id)).toEqual([bare, full]);
    expect(await current().receivers()).toEqual([bare, other, full]);
    expect(await current().receiver(ACME.id, 'a')).toEqual(full);
  });

  it('have ids of their own, whatever their tenant', async () => {
    await current().createReceiver(receiver('a'));
    await expect(current().createReceiver(receiver('a', { tenant: GLOBEX.id }))).rejects.toThrow(UniquenessConflict);
    expect(await current().receivers()).toEqual([receiver('a')]);
  });

  it('are changed in what is given: undefined stays, null is taken away', async () => {
    const made = receiver('a', { events: ['user.created'], paused: minute(1), pausedBecause: 'x', authorization: 'y' });
    await current().createReceiver(made);
    const renamed = { ...made, name: 'ERP', url: 'https://erp.example/', keys: [KEY] };
    const { name, url, keys } = renamed;
    expect(await current().updateReceiver(ACME.id, 'a', { name, url, keys, events: undefined })).toEqual(renamed);
    const nothing = { events: null, paused: null, pausedBecause: null, authorization: null };
    const rest = { events: undefined, paused: undefined, pausedBecause: undefined, authorization: undefined };
    expect(await current().updateReceiver(ACME.id, 'a', nothing)).toEqual({ ...renamed, ...rest });
    expect(await current().receiver(ACME.id, 'a')).toEqual({ ...renamed, ...rest });
  });

  it('are changed from what they were alone, where that is said', async () => {
    await current().createReceiver(receiver('a', { events: ['user.created'] }));
    const found = (await current().receiver(ACME.id, 'a')) as Receiver;
    const change = (more: ReceiverChange, was = found) => current().updateReceiver(ACME.id, 'a', more, was);
    const keyed = { ...found, keys: [KEY] };
    expect(await change({ keys: [KEY] })).toEqual(keyed);
    expect(await change({ name: 'x' })).toBeUndefined();
    expect(await change({ name: 'x' }, receiver('a'))).toBeUndefined();
    expect(await current().receiver(ACME.id, 'a')).toEqual(keyed);
    const [again] = await current().receivers(ACME.id);
    expect(await change({ name: 'x' }, again)).toEqual({ ...keyed, name: 'x' });
  });

  it('are changed by one of several who plan from the same at once', async () => {
    await current().createReceiver(receiver('a'));
    const found = (await current().receiver(ACME.id, 'a')) as Receiver;
    const names = ['b', 'c', 'd'];
    const results = await Promise.all(names.map((name) => current().updateReceiver(ACME.id, 'a', { name }, found)));
    const kept = results.flatMap((result) => result ?? []);
    expect(kept).toHaveLength(1);
    expect(await current().receiver(ACME.id, 'a')).toEqual(kept[0]);
  });

  it('are found, changed and removed in their tenant alone', async () => {
    await current().createReceiver(receiver('a'));
    for (const [tenant, id] of [
      [GLOBEX.id, 'a'],
      [ACME.id, 'a\0'],
      [ACME.id, 'b'],
    ] as const) {
      expect(await current().receiver(tenant, id)).toBeUndefined();
      expect(await current().updateReceiver(tenant, id, { name: 'x' })).toBeUndefined();
      expect(await current().removeReceiver(tenant, id)).toBe(false);
    }
    expect(await current().receivers()).toEqual([receiver('a')]);
  });

  it('have deliveries while they are there, in their own tenant', async () => {
    const claims = [claim('a'), claim('a', { tenant: GLOBEX.id }), claim('app:a')];
    const asked = () => current().claimDeliveries(owner('o'), claims);
    const move = async () => {
      for (const { consumer, tenant } of claims) await current().moveDelivery(consumer, tenant, 0);
    };
    await move();
    expect(await asked()).toEqual([delivery('app:a')]);
    await current().createReceiver(receiver('a'));
    expect(await asked()).toEqual([delivery('a'), delivery('app:a')]);
    await current().removeReceiver(ACME.id, 'a');
    await move();
    expect(await asked()).toEqual([delivery('app:a')]);
    expect(await current().deliveries({})).toEqual([delivery('app:a')]);
  });

  it('are removed with their deliveries and dead letters', async () => {
    for (const id of ['a', 'b']) await current().createReceiver(receiver(id));
    const claimed = await current().claimDeliveries(owner('o'), [claim('a'), claim('b')]);
    await current().saveDeliveries(owner('o'), claimed, [deadLetter('a', 1), deadLetter('b', 1)]);
    expect(await current().removeReceiver(ACME.id, 'a')).toBe(true);
    expect(await current().removeReceiver(ACME.id, 'a')).toBe(false);
    expect(await current().receivers(ACME.id)).toEqual([receiver('b')]);
    expect(await current().deliveries({})).toEqual([delivery('b')]);
    const letters = await current().deadLetters({ tenant: ACME.id, limit: 9 });
    expect(letters.map(({ consumer }) => consumer)).toEqual(['b']);
  });
}
