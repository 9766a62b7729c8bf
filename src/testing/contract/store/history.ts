/** The contract: the history. */
import type { ChangeQuery } from '../../../store/store.js';
import type { Given } from '../given.js';
import { group, remove, replace, TENANT, user } from '../writes.js';

export function history(given: Given): void {
  const { describe, it, expect, current } = given;
  it('says who did what, with both sides of what changed', async () => {
    const first = user('lin');
    const difference = [
      { path: ['title'], after: 'Dr' },
      { path: ['urn:x:User', 'department'], before: { a: [1, 'ü'] } },
    ];
    const actor = { credential: 'c-9', name: 'Okta', address: '::1' };
    const second = replace(
      first,
      { userName: 'lin', title: 'Dr' },
      {
        change: { operation: 'patch', time: '2026-02-03T00:00:00.000Z', requestId: 'r-2', actor, difference },
      },
    );
    await current().commit(TENANT, [first]);
    await current().commit(TENANT, [second]);
    expect(await current().changes(TENANT, 1, 9)).toEqual([
      { ...second.change, sequence: 2, key: first.resource.key, version: 2, added: [], removed: [] },
    ]);
    expect((await current().changes(TENANT, 0, 1))[0]?.actor).toEqual(first.change.actor);
  });

  it('is in the order of the commits, of the writes within a batch, and in pages', async () => {
    const g = group('g', ['a']);
    await current().commit(TENANT, [user('a'), user('b')]);
    await current().commit(TENANT, [g]);
    const next = replace(g, { displayName: 'g' }, { added: ['b'], removed: ['a'] });
    await current().commit(TENANT, [next]);
    await current().commit(TENANT, [remove(next)]);
    const all = await current().changes(TENANT, 0, 100);
    expect(all.map(({ sequence, key, operation, version }) => [sequence, key.id, operation, version])).toEqual([
      [1, 'a', 'create', 1],
      [2, 'b', 'create', 1],
      [3, 'g', 'create', 1],
      [4, 'g', 'replace', 2],
      [5, 'g', 'delete', 2],
    ]);
    expect(all[3]).toMatchObject({ added: ['b'], removed: ['a'] });
    expect(await current().changes(TENANT, 2, 2)).toEqual(all.slice(2, 4));
    expect(await current().changes(TENANT, 5, 9)).toEqual([]);
    expect(await current().changes(TENANT, 0, 0)).toEqual([]);
  });

  it('has no gaps, also where commits are refused or come at once', async () => {
    await current().commit(TENANT, [user('0')]);
    const commits = Array.from({ length: 60 }, (_, i) => {
      const name = i % 3 === 0 ? '0' : `u${i}`;
      return current().commit(TENANT, [user(`u${i}`, { userName: name }), user(`v${i}`)]);
    });
    await Promise.allSettled(commits);
    const sequences = (await current().changes(TENANT, 0, 1000)).map(({ sequence }) => sequence);
    expect(sequences).toEqual(Array.from({ length: 81 }, (_, i) => i + 1));
  });

  it('is counted for each tenant alone', async () => {
    await current().commit(TENANT, [user('a'), user('b')]);
    await current().commit('globex', [user('a', {}, { tenant: 'globex' })]);
    expect(await current().changes('globex', 0, 9)).toMatchObject([
      { sequence: 1, key: { tenant: 'globex', id: 'a' } },
    ]);
    expect(await current().changes('initech', 0, 9)).toEqual([]);
  });

  it('has nothing of what is neither one resource nor one request', async () => {
    await current().commit(TENANT, [user('a')]);
    for (const resource of [undefined, { type: 'User', id: 'b' }]) {
      expect(await current().changesOf({ tenant: TENANT, resource, request: undefined, limit: 9 })).toEqual([]);
    }
  });

  describe('of one resource', () => ofResource(given));
  describe('of one request', () => ofRequest(given));
}

function ofResource({ it, expect, current }: Given): void {
  const sequences = async (id: string, more: Partial<ChangeQuery> = {}, type = 'User') =>
    (await current().changesOf({ tenant: TENANT, resource: { type, id }, limit: 9, ...more })).map(
      ({ sequence }) => sequence,
    );

  it('is newest first, in pages, also when the resource is gone', async () => {
    const [first, other] = [user('a'), user('b')];
    const second = replace(first, { userName: 'a', title: 'x' });
    const third = replace(second, { userName: 'a', title: 'y' });
    for (const write of [first, other, second, third, remove(third)]) await current().commit(TENANT, [write]);
    expect(await sequences('a')).toEqual([5, 4, 3, 1]);
    expect(await sequences('a', { before: 4 })).toEqual([3, 1]);
    expect(await sequences('a', { before: 4, limit: 1 })).toEqual([3]);
    expect(await sequences('a', { limit: 0 })).toEqual([]);
    const [newest] = await current().changesOf({ tenant: TENANT, resource: { type: 'User', id: 'a' }, limit: 1 });
    expect(newest).toEqual((await current().changes(TENANT, 4, 1))[0]);
  });

  it('is that of the tenant, the type and the id alone', async () => {
    await current().commit(TENANT, [user('a')]);
    await current().commit('globex', [user('a', {}, { tenant: 'globex' })]);
    expect(await sequences('a', {}, 'Group')).toEqual([]);
    for (const id of ['A', 'a\0', 'b']) expect(await sequences(id)).toEqual([]);
    expect(await sequences('a', { tenant: 'initech' })).toEqual([]);
  });
}

function ofRequest({ it, expect, current }: Given): void {
  const NOON = '2026-01-01T12:00:00.000Z';
  const at = (time: string, requestId: string) => ({ change: { time, requestId } });
  const idsOf = async (id: string, more: Partial<ChangeQuery> = {}, near = NOON) =>
    (await current().changesOf({ tenant: TENANT, request: { id, near }, limit: 99, ...more })).map(({ key }) => key.id);

  it('is newest first, in pages, whatever others did meanwhile', async () => {
    await current().commit(TENANT, [user('a', {}, at(NOON, 'r-1')), user('b', {}, at(NOON, 'r-2'))]);
    await current().commit(TENANT, [user('c', {}, at(NOON, 'r-1'))]);
    await current().commit('globex', [user('d', {}, { tenant: 'globex', ...at(NOON, 'r-1') })]);
    expect(await idsOf('r-1')).toEqual(['c', 'a']);
    expect(await idsOf('r-1', { limit: 1 })).toEqual(['c']);
    expect(await idsOf('r-1', { before: 3 })).toEqual(['a']);
    expect(await idsOf('r-1', { tenant: 'globex' })).toEqual(['d']);
    for (const wrong of ['r-3', 'R-1', 'r-1\0']) expect(await idsOf(wrong)).toEqual([]);
    expect(await idsOf('r-1', { tenant: 'initech' })).toEqual([]);
  });

  it('is looked for up to an hour to each side, in a long history', async () => {
    const minute = (i: number) => new Date(Date.parse(NOON) + i * 60_000).toISOString();
    const minutes = Array.from({ length: 401 }, (_, i) => i - 200);
    for (const i of minutes) await current().commit(TENANT, [user(`${i}`, {}, at(minute(i), 'r'))]);
    expect(await idsOf('r', { limit: 1000 })).toEqual(Array.from({ length: 121 }, (_, i) => `${60 - i}`));
    expect(await idsOf('r', { limit: 1000 }, minute(-190))).toHaveLength(71);
    expect(await idsOf('r', {}, minute(300))).toEqual([]);
    expect(await idsOf('r', {}, minute(-300))).toEqual([]);
  });

  it('is found also where the clocks of those who wrote it differ', async () => {
    const times = ['12:00:30', '12:00:00', '12:00:40', '12:00:10'];
    for (const time of times) await current().commit(TENANT, [user(time, {}, at(`2026-01-01T${time}.000Z`, 'r'))]);
    expect(await idsOf('r', {}, '2026-01-01T13:00:10.000Z')).toEqual(['12:00:10', '12:00:40', '12:00:30']);
  });
}
