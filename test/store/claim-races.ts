/** Several processes that want the same deliveries at once, as tests over the stores that they have. */
import { expect, it } from 'vitest';
import type { Store } from '../../src/store/store.js';
import { ACME, GLOBEX } from '../../src/testing/contract/accounts.js';
import { claim, deadLetter, delivery, owner } from '../../src/testing/contract/consumers.js';

/** @param open two stores on one empty database */
export function claimRaces(open: () => Promise<readonly [Store, Store]>): void {
  const consumers = Array.from({ length: 12 }, (_, i) => `app:${String(i).padStart(2, '0')}`);
  const claims = [ACME, GLOBEX].flatMap(({ id: tenant }) => consumers.map((consumer) => claim(consumer, { tenant })));
  const placeOf = ({ consumer, tenant }: { consumer: string; tenant: string }) => `${tenant} ${consumer}`;
  const all = claims.map(placeOf).sort();

  it('claim each delivery for one of those who ask at once, when it is new and when its time has run out', async () => {
    const stores = await open();
    for (const each of [ACME, GLOBEX]) await stores[0].createTenant(each);
    for (const round of [0, 1, 2]) {
      const asked = ['a', 'b', 'c', 'd'].map((name, i) =>
        (stores[i % 2] as Store).claimDeliveries(owner(name, round), i < 2 ? claims : claims.toReversed()),
      );
      const claimed = await Promise.all(asked);
      expect(claimed.flat().map(placeOf).sort()).toEqual(all);
    }
  });

  it('save what is one of theirs, and nothing of what the other has taken', async () => {
    const [one, other] = await open();
    await one.createTenant(ACME);
    const mine = consumers.map((consumer) => claim(consumer));
    const position = { position: 5 };
    await one.claimDeliveries(owner('a'), mine);
    const [saved, taken] = await Promise.all([
      one.saveDeliveries(
        owner('a'),
        consumers.map((consumer) => delivery(consumer, position)),
        consumers.map((consumer) => deadLetter(consumer, 1)),
      ),
      other.claimDeliveries(owner('b', 1), mine),
    ]);
    expect(taken.map(({ consumer }) => consumer).sort()).toEqual(consumers);
    // Whatever was saved before it was taken was taken as it was saved, with what was given up.
    const at = new Map(taken.map((each) => [each.consumer, each.position]));
    expect(saved).toEqual(consumers.map((consumer) => at.get(consumer) === 5));
    const letters = await one.deadLetters({ tenant: ACME.id, limit: 99 });
    expect(letters.map(({ consumer }) => consumer).sort()).toEqual(consumers.filter((_, i) => saved[i]));
  });
}
