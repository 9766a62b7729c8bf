/** The contract: what consumers were not told of. */
import type { DeadLetterQuery } from '../../../store/store.js';
import { ACME, GLOBEX } from '../accounts.js';
import { claim, deadLetter, owner, receiver } from '../consumers.js';
import type { Given } from '../given.js';

export function deadLetters({ it, expect, current, beforeEach }: Given): void {
  beforeEach(async () => {
    for (const each of [ACME, GLOBEX]) await current().createTenant(each);
  });

  /** Five of acme, some of them of one change or even of one part, and one of globex. */
  const fill = async () => {
    const globex = { tenant: GLOBEX.id };
    await current().createReceiver(receiver('r/1'));
    const consumers = [claim('app:x'), claim('r/1'), claim('app:x', globex)];
    const claimed = await current().claimDeliveries(owner('a'), consumers);
    await current().saveDeliveries(owner('a'), claimed, [
      deadLetter('app:x', 9),
      deadLetter('r/1', 9),
      deadLetter('r/1', 10, { part: 1 }),
      deadLetter('app:x', 10),
    ]);
    await current().saveDeliveries(owner('a'), claimed, [deadLetter('app:x', 2), deadLetter('app:x', 1, globex)]);
  };
  const places = async (query: Partial<DeadLetterQuery> = {}) => {
    const found = await current().deadLetters({ tenant: ACME.id, limit: 9, ...query });
    return found.map(({ consumer, sequence, part }) => `${sequence}.${part} ${consumer}`);
  };

  it('are listed by their changes, newest first, in pages that leave out the place', async () => {
    await fill();
    expect(await places()).toEqual(['10.1 r/1', '10.0 app:x', '9.0 r/1', '9.0 app:x', '2.0 app:x']);
    const [first, second, third] = await current().deadLetters({ tenant: ACME.id, limit: 3 });
    expect(await places({ before: second?.id, limit: 2 })).toEqual(['9.0 r/1', '9.0 app:x']);
    expect(await places({ consumer: 'app:x', before: first?.id })).toEqual(['10.0 app:x', '9.0 app:x', '2.0 app:x']);
    expect(await places({ consumer: 'app:x', before: second?.id })).toEqual(['9.0 app:x', '2.0 app:x']);
    expect(await places({ consumer: 'app:x', before: third?.id })).toEqual(['9.0 app:x', '2.0 app:x']);
    expect(await places({ consumer: 'r/1' })).toEqual(['10.1 r/1', '9.0 r/1']);
    expect(await places({ consumer: 'r/1', before: third?.id })).toEqual([]);
    expect(await places({ tenant: GLOBEX.id })).toEqual(['1.0 app:x']);
    for (const nothing of [{ consumer: 'app:x\0' }, { before: 'x' }, { before: '' }, { tenant: 't-9' }]) {
      expect(await places(nothing)).toEqual([]);
    }
  });

  it('are found by their id in their tenant alone, as they were made', async () => {
    await fill();
    const [found] = await current().deadLetters({ tenant: ACME.id, limit: 1 });
    const id = found?.id as string;
    expect(found).toEqual({ ...deadLetter('r/1', 10, { part: 1 }), id });
    expect(await current().deadLetter(ACME.id, id)).toEqual(found);
    for (const [tenant, wrong] of [
      [GLOBEX.id, id],
      [ACME.id, `${id}\0`],
      [ACME.id, `0${id}`],
      [ACME.id, 'x'],
    ] as const) {
      expect(await current().deadLetter(tenant, wrong)).toBeUndefined();
      expect(await current().removeDeadLetter(tenant, wrong)).toBe(false);
    }
    expect(await current().removeDeadLetter(ACME.id, id)).toBe(true);
    expect(await current().removeDeadLetter(ACME.id, id)).toBe(false);
    expect(await places()).toEqual(['10.0 app:x', '9.0 r/1', '9.0 app:x', '2.0 app:x']);
  });

  it('of one part are one: a later one takes its place', async () => {
    const claimed = await current().claimDeliveries(owner('a'), [claim('app:x')]);
    const save = (attempts: number) =>
      current().saveDeliveries(owner('a'), claimed, [deadLetter('app:x', 1, { attempts })]);
    for (const attempts of [3, 3, 5]) await save(attempts);
    const letters = await current().deadLetters({ tenant: ACME.id, limit: 9 });
    expect(letters.map(({ attempts }) => attempts)).toEqual([5]);
  });
}
