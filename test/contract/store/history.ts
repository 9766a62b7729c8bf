/** The contract: the history. */
import { expect, it } from 'vitest';
import type { Current } from '../store.js';
import { group, remove, replace, TENANT, user } from '../writes.js';

export function history(current: Current): void {
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
}
