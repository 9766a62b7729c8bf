/** The contract: who is told of changes, and how far each has got. */
import type { Delivery, DeliveryTrouble } from '../../../store/store.js';
import { ACME, GLOBEX } from '../accounts.js';
import { claim, deadLetter, delivery, makeChanges, minute, owner } from '../consumers.js';
import type { Given } from '../given.js';

export function deliveries(given: Given): void {
  const { describe, beforeEach, current } = given;
  beforeEach(async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
  });
  describe('a claim', () => claims(given));
  describe('a save', () => saves(given));
  describe('moved and removed', () => moves(given));
}

const TROUBLE: DeliveryTrouble = { attempts: 3, since: minute(1), retryAt: minute(9), error: 'It answered 500.' };

function claims({ it, expect, current }: Given): void {
  it('makes what is not there yet, where it is told to begin', async () => {
    await makeChanges(current(), ACME.id, 3);
    const wanted = [
      claim('app:all'),
      claim('app:some', { from: 2 }),
      claim('app:new', { from: 'now' }),
      claim('app:new', { from: 'now', tenant: GLOBEX.id }),
    ];
    const made = [
      delivery('app:all'),
      delivery('app:some', { position: 2 }),
      delivery('app:new', { position: 3 }),
      delivery('app:new', { tenant: GLOBEX.id }),
    ];
    expect(await current().claimDeliveries(owner('a'), wanted)).toEqual(made);
    const from = wanted.map((each) => ({ ...each, from: 99 }));
    expect(await current().claimDeliveries(owner('a'), from)).toEqual(made);
    expect(await current().claimDeliveries(owner('a'), [])).toEqual([]);
  });

  it('makes nothing for a tenant that is not there', async () => {
    const [unknown, gone] = ['t-9', GLOBEX.id];
    await makeChanges(current(), GLOBEX.id, 1);
    await current().claimDeliveries(owner('a'), [claim('app:x', { tenant: gone })]);
    await current().removeTenant(gone);
    const wanted = [unknown, `${ACME.id}\0`, gone].map((tenant) => claim('app:x', { tenant, from: 'now' as const }));
    expect(await current().claimDeliveries(owner('a'), wanted)).toEqual([]);
    for (const tenant of [unknown, gone]) await current().moveDelivery('app:x', tenant, 1);
    expect(await current().deliveries({})).toEqual([]);
  });

  it('keeps others away until it has run out, and is the own one as often as it is wanted', async () => {
    const wanted = [claim('app:x'), claim('app:y')];
    const names = async (name: string, from: number, which = wanted) =>
      (await current().claimDeliveries(owner(name, from), which)).map(({ consumer }) => consumer);
    expect(await names('a', 0, [claim('app:x')])).toEqual(['app:x']);
    expect(await names('b', 0)).toEqual(['app:y']);
    expect(await names('a', 0)).toEqual(['app:x']);
    expect(await names('b', 1, [claim('app:x')])).toEqual(['app:x']);
    expect(await names('a', 1)).toEqual(['app:y']);
    expect(await names('b', 1)).toEqual(['app:x']);
  });

  it('is not kept away for years by somebody whose clock was years ahead', async () => {
    const far = 10 * 365 * 24 * 60;
    const names = async (name: string, from: number, until: number) =>
      (await current().claimDeliveries(owner(name, from, until), [claim('app:x')])).map(({ consumer }) => consumer);
    expect(await names('ahead', far, far + 1)).toEqual(['app:x']);
    expect(await names('heir', 0, 10)).toEqual(['app:x']);
    // As long a lease as anybody asks for, by a clock that is a little ahead, is none of these.
    expect(await names('other', 1, 11)).toEqual([]);
    expect(await names('heir', 9, 19)).toEqual(['app:x']);
    expect(await names('other', 0, 10)).toEqual([]);
    expect(await current().saveDeliveries(owner('ahead', 1), [delivery('app:x', { position: 5 })], [])).toEqual([
      false,
    ]);
  });

  it('tells how far each tenant has got', async () => {
    expect(await current().heads()).toEqual(new Map());
    await makeChanges(current(), ACME.id, 2);
    await makeChanges(current(), GLOBEX.id, 1);
    await makeChanges(current(), 't-nobody', 1);
    const heads = (...of: [string, number][]) => new Map(of);
    expect(await current().heads()).toEqual(heads([ACME.id, 2], [GLOBEX.id, 1]));
    await current().removeTenant(GLOBEX.id);
    expect(await current().heads()).toEqual(heads([ACME.id, 2]));
  });
}

function saves({ it, expect, current }: Given): void {
  it('is found as it was made', async () => {
    const saved = delivery('app:x', { position: 7, parts: 2, ahead: [9, 12], trouble: TROUBLE });
    await current().claimDeliveries(owner('a'), [claim('app:x')]);
    expect(await current().saveDeliveries(owner('a'), [saved], [])).toEqual([true]);
    expect(await current().deliveries({ tenant: ACME.id })).toEqual([saved]);
    expect(await current().claimDeliveries(owner('a'), [claim('app:x')])).toEqual([saved]);
    const settled = delivery('app:x', { position: 8 });
    expect(await current().saveDeliveries(owner('a'), [settled], [])).toEqual([true]);
    expect(await current().deliveries({ consumer: 'app:x' })).toEqual([settled]);
  });

  it('is refused for what another has taken since, or nobody has ever claimed', async () => {
    const wanted = [claim('app:x'), claim('app:y')];
    await current().claimDeliveries(owner('a'), wanted);
    await current().claimDeliveries(owner('b', 5), [claim('app:x')]);
    const late = [delivery('app:x', { position: 5 }), delivery('app:z'), delivery('app:y', { position: 5 })];
    const given = late.map(({ consumer }) => deadLetter(consumer, 5));
    expect(await current().saveDeliveries(owner('a', 5), late, given)).toEqual([false, false, true]);
    expect(byConsumer(await current().deliveries({}))).toEqual([delivery('app:x'), delivery('app:y', { position: 5 })]);
    const letters = await current().deadLetters({ tenant: ACME.id, limit: 9 });
    expect(letters.map(({ consumer }) => consumer)).toEqual(['app:y']);
  });

  it('holds on to what it saves for as long as it says, or lets go of it', async () => {
    await current().claimDeliveries(owner('a', 0, 1), [claim('app:x'), claim('app:y')]);
    await current().saveDeliveries(owner('a', 0, 3), [delivery('app:x')], []);
    await current().saveDeliveries(owner('a', 0, 0), [delivery('app:y', { position: 1 })], []);
    const others = (from: number) => current().claimDeliveries(owner('b', from), [claim('app:x'), claim('app:y')]);
    expect(await others(0)).toEqual([delivery('app:y', { position: 1 })]);
    expect(await others(2)).toEqual([delivery('app:y', { position: 1 })]);
    expect(await others(3)).toHaveLength(2);
  });

  it('takes hundreds at once', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `app:${String(i).padStart(3, '0')}`);
    const claimed = await current().claimDeliveries(
      owner('a'),
      names.map((name) => claim(name)),
    );
    expect(claimed).toHaveLength(200);
    const saved = names.map((name, i) => delivery(name, { position: i, ahead: [i + 2] }));
    const letters = names.map((name, i) => deadLetter(name, i));
    expect(await current().saveDeliveries(owner('a'), saved, letters)).toEqual(names.map(() => true));
    expect(byConsumer(await current().deliveries({}))).toEqual(saved);
    expect(await current().deadLetters({ tenant: ACME.id, limit: 999 })).toHaveLength(200);
  });
}

function moves({ it, expect, current }: Given): void {
  it('is taken from whoever works on it, and comes next after its new place', async () => {
    await current().claimDeliveries(owner('a'), [claim('app:x')]);
    const saved = delivery('app:x', { position: 7, parts: 1, ahead: [9], trouble: TROUBLE });
    await current().saveDeliveries(owner('a'), [saved], []);
    await current().moveDelivery('app:x', ACME.id, 3);
    expect(await current().saveDeliveries(owner('a'), [saved], [])).toEqual([false]);
    const moved = [delivery('app:x', { position: 3 })];
    expect(await current().deliveries({ consumer: 'app:x', tenant: ACME.id })).toEqual(moved);
    expect(await current().claimDeliveries(owner('b'), [claim('app:x')])).toEqual(moved);
  });

  it('is made where there is none', async () => {
    await current().moveDelivery('app:x', ACME.id, 3);
    expect(await current().claimDeliveries(owner('a'), [claim('app:x', { from: 'now' })])).toEqual([
      delivery('app:x', { position: 3 }),
    ]);
  });

  it('is removed with its dead letters, of one tenant or of all', async () => {
    const tenants = [ACME.id, GLOBEX.id];
    for (const consumer of ['app:x', 'app:y']) {
      const all = tenants.map((tenant) => ({ consumer, tenant }));
      await current().claimDeliveries(
        owner('a'),
        all.map((each) => claim(consumer, each)),
      );
      const [saved, letters] = [
        all.map((each) => delivery(consumer, each)),
        all.map((each) => deadLetter(consumer, 1, each)),
      ];
      await current().saveDeliveries(owner('a'), saved, letters);
    }
    const left = async () => {
      const letters = await Promise.all(tenants.map((tenant) => current().deadLetters({ tenant, limit: 9 })));
      const kept = [await current().deliveries({}), letters.flat()].map((each) =>
        each.map(({ consumer, tenant }) => `${consumer} ${tenant}`).sort(),
      );
      expect(kept[0]).toEqual(kept[1]);
      return kept[0];
    };
    await current().removeDeliveries('app:x', ACME.id);
    await current().removeDeliveries('app:z');
    expect(await left()).toEqual([`app:x ${GLOBEX.id}`, `app:y ${ACME.id}`, `app:y ${GLOBEX.id}`]);
    await current().removeDeliveries('app:y');
    expect(await left()).toEqual([`app:x ${GLOBEX.id}`]);
    expect(await current().saveDeliveries(owner('a'), [delivery('app:y')], [])).toEqual([false]);
  });

  it('is found by tenant and by consumer', async () => {
    const all = [claim('app:x'), claim('app:y'), claim('app:x', { tenant: GLOBEX.id })];
    await current().claimDeliveries(owner('a'), all);
    const found = async (of: { tenant?: string; consumer?: string }) =>
      (await current().deliveries(of)).map(({ consumer, tenant }) => `${consumer} ${tenant}`).sort();
    const [acmes, acmesToo, other] = [`app:x ${ACME.id}`, `app:y ${ACME.id}`, `app:x ${GLOBEX.id}`];
    expect(await found({})).toEqual([acmes, other, acmesToo]);
    expect(await found({ tenant: ACME.id })).toEqual([acmes, acmesToo]);
    expect(await found({ consumer: 'app:x' })).toEqual([acmes, other]);
    expect(await found({ consumer: 'app:y', tenant: GLOBEX.id })).toEqual([]);
    expect(await found({ consumer: 'app:x\0' })).toEqual([]);
  });
}

function byConsumer(all: readonly Delivery[]): Delivery[] {
  return [...all].sort((a, b) => (a.consumer < b.consumer ? -1 : 1));
}
