/** The contract: edges between groups and members. */
import { MissingReference, VersionConflict } from '../../../store/store.js';
import type { Given } from '../given.js';
import { create, group, ids, query, remove, replace, TENANT, user } from '../writes.js';

export function membership(given: Given): void {
  const { describe } = given;
  describe('of a group', () => edges(given));
  describe('of a member', () => memberships(given));
  describe('to what is missing', () => references(given));
}

function edges({ it, expect, current }: Given): void {
  it('is listed by id, page by page', async () => {
    const members = ['b', 'a', 'é', 'B', '\uffee', '😀', 'c'];
    await current().commit(TENANT, [
      ...members.map((id, i) => user(id, { userName: `u${i}`, displayName: `D ${id}` })),
      group('g', members),
    ]);
    const { key } = group('g').resource;
    const all = await current().edges(key, { limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(['B', 'a', 'b', 'c', 'é', '\uffee', '😀']);
    expect(all[1]).toEqual({ id: 'a', type: 'User', display: 'D a' });
    const first = await current().edges(key, { limit: 3 });
    const rest = await current().edges(key, { after: first[2]?.id, limit: 100 });
    expect([...first, ...rest]).toEqual(all);
    expect(await current().edges(key, { limit: 0 })).toEqual([]);
  });

  it('is none for a group that is unknown, of another type or of another tenant', async () => {
    await current().commit(TENANT, [user('a'), group('g', ['a'])]);
    const { key } = group('g').resource;
    for (const other of [{ id: 'x' }, { type: 'User' }, { tenant: 'globex' }]) {
      expect(await current().edges({ ...key, ...other }, { limit: 9 })).toEqual([]);
      expect(await current().presentEdges({ ...key, ...other }, ['a'])).toEqual(new Set());
    }
  });

  it('follows what is added and removed', async () => {
    const first = group('g', ['a', 'b']);
    await current().commit(TENANT, [user('a'), user('b'), user('c'), first]);
    const second = replace(first, { displayName: 'g' }, { added: ['c', 'b'], removed: ['a', 'nobody'] });
    const committed = current().commit(TENANT, [second]);
    const { key } = first.resource;
    expect((await current().edges(key, { limit: 9, view: 'latest' })).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(await current().presentEdges(key, ['a', 'c', 'nobody'], 'latest')).toEqual(new Set(['c']));
    await committed;
    expect((await current().edges(key, { limit: 9 })).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(await current().presentEdges(key, ['a', 'b', 'c', 'x\0', "'"])).toEqual(new Set(['b', 'c']));
    expect(await current().presentEdges(key, [])).toEqual(new Set());
  });

  it('shows the present display of a member', async () => {
    const lin = user('lin', { displayName: 'Lin' });
    await current().commit(TENANT, [lin, user('ada'), group('g', ['lin', 'ada'])]);
    await current().commit(TENANT, [replace(lin, { userName: 'lin', displayName: 'Linda' })]);
    expect((await current().edges(group('g').resource.key, { limit: 9 })).map(({ display }) => display)).toEqual([
      undefined,
      'Linda',
    ]);
  });

  it('ends with the group', async () => {
    const g = group('g', ['a']);
    await current().commit(TENANT, [user('a'), g]);
    await current().commit(TENANT, [remove(g)]);
    expect(await current().edges(g.resource.key, { limit: 9 })).toEqual([]);
    expect(await current().containers(TENANT, 'a')).toEqual([]);
    await current().commit(TENANT, [group('g')]);
    expect(await current().edges(g.resource.key, { limit: 9 })).toEqual([]);
  });

  it('may be written with its members in one batch', async () => {
    await current().commit(TENANT, [group('g', ['a']), user('a')]);
    expect(await current().presentEdges(group('g').resource.key, ['a'])).toEqual(new Set(['a']));
  });
}

function memberships({ it, expect, current }: Given): void {
  it('are direct ones first, then indirect ones, each once', async () => {
    const users = ['u', 'v', 'w'].map((id) => user(id));
    const groups = [
      group('inner', ['u', 'v']),
      group('outer', ['inner']),
      group('all', ['outer', 'v']),
      group('b', ['u']),
    ];
    await current().commit(TENANT, [...users, ...groups]);
    const found = await current().memberships(TENANT, ['u', 'v', 'w', 'nobody']);
    const short = (id: string) => found.get(id)?.map((m) => `${m.id}${m.direct ? '' : '*'}`);
    expect(short('u')).toEqual(['b', 'inner', 'all*', 'outer*']);
    expect(short('v')).toEqual(['all', 'inner', 'outer*']);
    expect(short('w')).toEqual([]);
    expect(short('nobody')).toEqual([]);
    expect(found.get('u')?.[0]).toEqual({ id: 'b', type: 'Group', display: 'b', direct: true });
  });

  it('end where groups contain each other', async () => {
    await current().commit(TENANT, [user('u'), group('a', ['u', 'b', 'a']), group('b', ['a'])]);
    const found = await current().memberships(TENANT, ['u', 'a']);
    expect(found.get('u')?.map(({ id, direct }) => [id, direct])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(found.get('a')?.map(({ id, direct }) => [id, direct])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(await ids(current(), query('User', 'groups.value eq "b"'))).toEqual(['u']);
  });

  it('of one tenant do not show in another', async () => {
    const there = { tenant: 'globex' };
    await current().commit(TENANT, [user('u'), group('a', ['u'])]);
    await current().commit('globex', [user('u', {}, there), group('b', ['u'], there), group('c', ['b'], there)]);
    expect((await current().memberships(TENANT, ['u'])).get('u')?.map(({ id }) => id)).toEqual(['a']);
    expect((await current().containers('globex', 'u')).map(({ key }) => key.id)).toEqual(['b']);
    expect(await ids(current(), query('User', 'groups.value eq "c"'))).toEqual([]);
    expect(await ids(current(), query('Group', 'members.value eq "u"'))).toEqual(['a']);
  });

  it('have containers, the direct ones', async () => {
    const g = group('b', ['u']);
    await current().commit(TENANT, [user('u'), g, group('a', ['u']), group('c', ['a'])]);
    expect(await current().containers(TENANT, 'u')).toEqual([group('a').resource, g.resource]);
    const committed = current().commit(TENANT, [replace(g, { displayName: 'b' }, { removed: ['u'] })]);
    expect((await current().containers(TENANT, 'u', 'latest')).map(({ key }) => key.id)).toEqual(['a']);
    await committed;
    expect((await current().containers(TENANT, 'u')).map(({ key }) => key.id)).toEqual(['a']);
  });
}

function references({ it, expect, current }: Given): void {
  it('is refused, with the ids that are missing', async () => {
    await current().commit(TENANT, [user('a'), create('Gadget', 'x', {})]);
    await current().commit('globex', [user('far', {}, { tenant: 'globex' })]);
    const failure = await current()
      .commit(TENANT, [group('g', ['a', 'x', 'far', 'nobody', 'g'])])
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MissingReference);
    expect([...(failure as MissingReference).ids].sort()).toEqual(['far', 'nobody', 'x']);
    expect((failure as MissingReference).key).toEqual({ tenant: TENANT, type: 'Group', id: 'g' });
    expect(await ids(current(), query('Group'))).toEqual([]);
  });

  it('is refused within a batch that deletes the member', async () => {
    const a = user('a');
    await current().commit(TENANT, [a]);
    await expect(current().commit(TENANT, [group('g', ['a']), remove(a)])).rejects.toThrow(MissingReference);
  });

  it('does not come of a delete: every group that has the member must let it go in the same batch', async () => {
    const a = user('a');
    const [g, h] = [group('g', ['a']), group('h', ['a'])];
    await current().commit(TENANT, [a, g, h]);
    const leave = replace(g, { displayName: 'g' }, { removed: ['a'] });
    await expect(current().commit(TENANT, [leave, remove(a)])).rejects.toThrow(VersionConflict);
    await current().commit(TENANT, [leave, remove(h), remove(a)]);
    expect(await current().edges(g.resource.key, { limit: 9 })).toEqual([]);
  });

  it('does not come of a delete of a group that is its own member', async () => {
    const g = group('g', ['g']);
    await current().commit(TENANT, [g]);
    await current().commit(TENANT, [remove(g)]);
    expect((await current().memberships(TENANT, ['g'])).get('g')).toEqual([]);
  });
}
