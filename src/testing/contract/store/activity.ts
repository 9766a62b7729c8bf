/** The contract: the activity. */
import type { ActivityQuery, NewActivity } from '../../../store/store.js';
import { ACME, GLOBEX, request } from '../accounts.js';
import type { Given } from '../given.js';

const FULL = request('r-full', {
  credential: { id: 'c-1', name: 'Entra' },
  address: '::1',
  agent: 'Agent/1',
  method: 'PATCH',
  path: '/scim/v2/Users/ü',
  resource: { type: 'User', id: 'u-1' },
  status: 400,
  outcome: 'refused',
  milliseconds: 12.25,
  rules: ['a', 'b'],
  refusal: { kind: 'invalidPath', detail: 'No.', reason: { found: [1, null, 'x'] } },
});

export function activity({ it, expect, current }: Given): void {
  const idsOf = async (query: Partial<ActivityQuery>): Promise<string[]> =>
    (await current().activity({ limit: 100, ...query })).map(({ requestId }) => requestId);
  const append = (...entries: NewActivity[]) => current().appendActivity(entries);
  const numbered = (count: number, more: (i: number) => Partial<NewActivity> = () => ({})) =>
    append(...Array.from({ length: count }, (_, i) => request(`r-${i + 1}`, more(i + 1))));

  it('is kept with all that is said of it, and with little', async () => {
    const reason = { ...FULL, requestId: 'r-3', refusal: { kind: 'x', detail: 'y', reason: undefined } };
    await append(FULL, request('r-2'), reason);
    const all = await current().activity({ tenant: ACME.id, limit: 9 });
    expect(all).toEqual([
      { ...reason, sequence: all[0]?.sequence },
      { ...request('r-2'), sequence: all[1]?.sequence },
      { ...FULL, sequence: all[2]?.sequence },
    ]);
  });

  it('is newest first, or oldest first after a place, in pages that leave out the place', async () => {
    await numbered(6);
    const all = await current().activity({ limit: 100 });
    const sequence = (requestId: string) => all.find((entry) => entry.requestId === requestId)?.sequence as number;
    expect(all.map(({ requestId }) => requestId)).toEqual(['r-6', 'r-5', 'r-4', 'r-3', 'r-2', 'r-1']);
    for (const tenant of [undefined, ACME.id]) {
      expect(await idsOf({ tenant, before: sequence('r-3'), limit: 1 })).toEqual(['r-2']);
      expect(await idsOf({ tenant, before: sequence('r-3') })).toEqual(['r-2', 'r-1']);
      expect(await idsOf({ tenant, after: sequence('r-3'), limit: 2 })).toEqual(['r-4', 'r-5']);
      expect(await idsOf({ tenant, after: sequence('r-6') })).toEqual([]);
      expect(await idsOf({ tenant, after: 0, limit: 1 })).toEqual(['r-1']);
      expect(await idsOf({ tenant, after: sequence('r-2'), before: sequence('r-5') })).toEqual(['r-3', 'r-4']);
      expect(await idsOf({ tenant, limit: 0 })).toEqual([]);
    }
  });

  it('is that of one tenant, of nobody, or of all', async () => {
    await append(request('a'), request('g', { tenant: GLOBEX.id }), request('n', { tenant: undefined }));
    expect(await idsOf({ tenant: ACME.id })).toEqual(['a']);
    expect(await idsOf({ tenant: GLOBEX.id, outcome: 'done' })).toEqual(['g']);
    expect(await idsOf({ tenant: null })).toEqual(['n']);
    expect((await current().activity({ tenant: null, limit: 1 }))[0]?.tenant).toBeUndefined();
    expect(await idsOf({})).toEqual(['n', 'g', 'a']);
    expect(await idsOf({ tenant: 't-9' })).toEqual([]);
  });

  it('is found by each thing that may be asked for, and by several at once', async () => {
    const other = { credential: { id: 'c-2', name: 'Okta' }, resource: { type: 'Group', id: 'g-1' } };
    await append(
      FULL,
      { ...FULL, requestId: 'r-2', ...other, outcome: 'failed' },
      { ...FULL, requestId: 'r-3', method: 'GET' },
      { ...FULL, requestId: 'r-4', tenant: GLOBEX.id },
      request('r-5'),
    );
    for (const order of [{}, { after: 0 }]) {
      const find = async (query: Partial<ActivityQuery>) =>
        (await idsOf({ tenant: ACME.id, ...order, ...query })).sort();
      expect(await find({ outcome: 'refused' })).toEqual(['r-3', 'r-full']);
      expect(await find({ outcome: 'failed' })).toEqual(['r-2']);
      expect(await find({ outcome: 'done' })).toEqual(['r-5']);
      expect(await find({ credential: 'c-2' })).toEqual(['r-2']);
      expect(await find({ method: 'PATCH' })).toEqual(['r-2', 'r-full']);
      expect(await find({ resource: 'u-1' })).toEqual(['r-3', 'r-full']);
      expect(await find({ requestId: 'r-3' })).toEqual(['r-3']);
      expect(await find({ outcome: 'refused', credential: 'c-1', method: 'PATCH' })).toEqual(['r-full']);
      expect(await find({ outcome: 'done', credential: 'c-1' })).toEqual([]);
      for (const wrong of [{ requestId: 'r-4' }, { credential: 'c-1\0' }, { resource: 'u-1\0' }]) {
        expect(await find(wrong)).toEqual([]);
      }
      expect((await idsOf({ ...order, outcome: 'refused' })).sort()).toEqual(['r-3', 'r-4', 'r-full']);
    }
  });

  it('ascends for ever, also when all of it was forgotten', async () => {
    await numbered(3);
    const last = (await current().activity({ limit: 1 }))[0]?.sequence as number;
    expect(await current().trimActivity('9999', 0, '', 100)).toBe(true);
    expect(await idsOf({})).toEqual([]);
    await numbered(1);
    expect((await current().activity({ limit: 1 }))[0]?.sequence).toBeGreaterThan(last);
  });

  it('forgets what is old, in portions, until nothing is left to forget', async () => {
    await numbered(5, (i) => ({ time: `2026-01-0${i}T00:00:00.000Z` }));
    const trim = () => current().trimActivity('2026-01-04T00:00:00.000Z', 100, '', 2);
    expect(await trim()).toBe(true);
    expect(await idsOf({})).toEqual(['r-5', 'r-4', 'r-3']);
    expect(await trim()).toBe(true);
    expect(await trim()).toBe(false);
    expect(await idsOf({})).toEqual(['r-5', 'r-4']);
  });

  it('forgets the oldest of what is too much, in portions', async () => {
    await numbered(6);
    const trim = () => current().trimActivity('', 3, '', 2);
    expect([await trim(), await trim(), await trim()]).toEqual([true, true, false]);
    expect(await idsOf({})).toEqual(['r-6', 'r-5', 'r-4']);
    await numbered(1);
    expect([await trim(), await trim()]).toEqual([true, false]);
    expect(await idsOf({})).toEqual(['r-1', 'r-6', 'r-5']);
  });
}
