/** The contract: reading and writing resources. */
import { MissingReference, UniquenessConflict, VersionConflict, type Write } from '../../../store/store.js';
import type { Given } from '../given.js';
import { create, group, ids, query, remove, replace, TENANT, user } from '../writes.js';

export function resources(given: Given): void {
  const { describe } = given;
  describe('a resource', () => oneResource(given));
  describe('a batch', () => batches(given));
  describe('batches that are applied before they are durable', () => appliedBatches(given));
  describe('unique values', () => uniqueness(given));
}

function oneResource({ it, expect, current }: Given): void {
  it('is read as it was written', async () => {
    const lin = user('lin', {
      name: { familyName: 'Lin' },
      emails: [{ value: 'Lin@Example.com', primary: true }],
      active: false,
    });
    await current().commit(TENANT, [lin]);
    expect(await current().get(lin.resource.key)).toEqual(lin.resource);
    expect(await current().get(lin.resource.key, 'latest')).toEqual(lin.resource);
  });

  it('keeps every character', async () => {
    const text = `'"\\%_;-- \u0000 \n é 日本 😀 \u{10ffff}`;
    const odd = user('odd', { nickName: text });
    await current().commit(TENANT, [odd]);
    expect((await current().get(odd.resource.key))?.document.nickName).toBe(text);
  });

  it('is not found under another id, type or tenant', async () => {
    const lin = user('lin');
    await current().commit(TENANT, [lin]);
    const { key } = lin.resource;
    const others = [
      { id: 'LIN' },
      { id: 'lin\0' },
      { id: '' },
      { type: 'Group' },
      { tenant: 'globex' },
      { tenant: 'ACME' },
    ];
    for (const other of others) expect([other, await current().get({ ...key, ...other })]).toEqual([other, undefined]);
  });

  it('is replaced, then deleted', async () => {
    const first = user('lin');
    const second = replace(first, { userName: 'lin2' });
    await current().commit(TENANT, [first]);
    await current().commit(TENANT, [second]);
    expect(await current().get(first.resource.key)).toEqual(second.resource);
    expect(await ids(current(), query('User', 'userName eq "lin"'))).toEqual([]);
    expect(await ids(current(), query('User', 'userName eq "lin2"'))).toEqual(['lin']);
    await current().commit(TENANT, [remove(second)]);
    expect(await current().get(first.resource.key)).toBeUndefined();
    expect(await ids(current(), query('User', 'userName eq "lin2"'))).toEqual([]);
    expect((await current().search(query('User'))).total).toBe(0);
  });

  it('is not changed by what is done to the objects that were given or returned', async () => {
    const lin = user('lin', { roles: [{ value: 'a' }] });
    await current().commit(TENANT, [lin]);
    (lin.resource.document.roles as object[]).push({ value: 'b' });
    const read = await current().get(lin.resource.key);
    if (read) read.document.userName = 'eve';
    expect((await current().get(lin.resource.key))?.document).toEqual({ userName: 'lin', roles: [{ value: 'a' }] });
  });

  it('is refused at another version than the expected one', async () => {
    const first = user('lin');
    const second = replace(first, { userName: 'lin', title: 'two' });
    await current().commit(TENANT, [first]);
    await current().commit(TENANT, [second]);
    const stale = [
      user('lin'),
      second,
      remove(first),
      create('Group', 'lin', { displayName: 'x' }),
      remove(user('nobody')),
    ];
    for (const write of [...stale, replace(user('nobody'), { userName: 'x' })]) {
      await expect(current().commit(TENANT, [write])).rejects.toThrow(VersionConflict);
    }
    expect(await current().get(first.resource.key)).toEqual(second.resource);
  });

  it('takes one of two writers of one version', async () => {
    const first = user('lin');
    await current().commit(TENANT, [first]);
    const writers = ['a', 'b', 'c'].map((title) =>
      current().commit(TENANT, [replace(first, { userName: 'lin', title })]),
    );
    const results = await Promise.allSettled(writers);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const result of results.slice(1))
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(VersionConflict);
    expect((await current().get(first.resource.key))?.document.title).toBe('a');
    expect((await current().get(first.resource.key))?.version).toBe(2);
  });

  it('that is given while a write of it is refused is no ground for another, once its version was given again', async () => {
    const lin = user('lin');
    const { key } = lin.resource;
    await current().commit(TENANT, [lin, user('ada')]);
    const refused = current().commit(TENANT, [replace(lin, { userName: 'ada', nickName: 'refused' })]);
    const seen = await current().get(key, 'latest');
    await expect(refused).rejects.toThrow(UniquenessConflict);
    await current().commit(TENANT, [replace(lin, { userName: 'lin', title: 'kept' })]);
    const resource = seen ?? lin.resource;
    const late = replace({ ...lin, resource }, { ...resource.document, userName: 'lin', locale: 'en' });
    await expect(current().commit(TENANT, [late], [resource])).rejects.toThrow(VersionConflict);
    expect((await current().get(key))?.document).toEqual({ userName: 'lin', title: 'kept' });
  });

  it('is as good to plan from as it was when what was planned from it is refused', async () => {
    const lin = user('lin');
    await current().commit(TENANT, [lin, user('ada')]);
    const seen = await current().get(lin.resource.key, 'latest');
    const read = seen ? [seen] : [];
    const taken = current().commit(TENANT, [replace(lin, { userName: 'ada' })], read);
    await expect(taken).rejects.toThrow(UniquenessConflict);
    await current().commit(TENANT, [], read);
    await current().commit(TENANT, [replace(lin, { userName: 'lin2' })], read);
    expect((await current().get(lin.resource.key))?.version).toBe(2);
  });

  it('is seen as latest as soon as its commit was called', async () => {
    const lin = user('lin');
    const committed = current().commit(TENANT, [lin]);
    expect((await current().get(lin.resource.key, 'latest'))?.version).toBe(1);
    await current().commit(TENANT, []);
    expect((await current().get(lin.resource.key))?.version).toBe(1);
    await committed;
  });
}

function batches({ it, expect, current }: Given): void {
  it('that is empty resolves', async () => {
    await current().commit(TENANT, []);
  });

  it('is applied as a whole or not at all', async () => {
    const lin = user('lin');
    await current().commit(TENANT, [lin]);
    const bad = [user('lin'), user('new', { userName: 'LIN' }), group('staff', ['nobody']), remove(user('nobody'))];
    for (const write of bad) {
      const good = [user('ada'), group('devs', ['ada'])];
      for (const batch of [
        [...good, write],
        [write, ...good],
      ]) {
        await expect(current().commit(TENANT, batch)).rejects.toThrow();
      }
    }
    await expect(
      current().commit(TENANT, [replace(lin, { userName: 'x' }), user('ada'), bad[2] as Write]),
    ).rejects.toThrow();
    expect((await current().search(query('User'))).resources).toEqual([lin.resource]);
    expect(await ids(current(), query('Group'))).toEqual([]);
    expect(await current().edges(group('devs').resource.key, { limit: 9 })).toEqual([]);
    expect(await current().changes(TENANT, 1, 9)).toEqual([]);
  });

  it('sees in each write what the writes before it did', async () => {
    const lin = user('lin');
    const next = replace(lin, { userName: 'lin3' });
    await current().commit(TENANT, [lin, next, remove(next), user('lin', { title: 'again' })]);
    expect((await current().get(lin.resource.key))?.document.title).toBe('again');
    expect((await current().changes(TENANT, 0, 9)).map(({ version }) => version)).toEqual([1, 2, 2, 1]);
    expect((await current().search(query('User', undefined, { limit: 0 }))).total).toBe(1);
  });

  it('of another tenant is refused', async () => {
    await expect(current().commit('globex', [user('lin')])).rejects.toThrow();
    expect(await ids(current(), query('User'))).toEqual([]);
  });

  it('that is refused does not hinder those beside it', async () => {
    const results = await Promise.allSettled([
      current().commit(TENANT, [user('a')]),
      current().commit(TENANT, [user('b', { userName: 'A' })]),
      current().commit(TENANT, [group('g', ['nobody'])]),
      current().commit(TENANT, [user('c')]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await ids(current(), query('User'))).toEqual(['a', 'c']);
  });
}

function appliedBatches({ it, expect, current }: Given): void {
  it('are seen as latest when they resolve, and are durable when they say so', async () => {
    const lin = user('lin');
    const { durable } = await current().apply(TENANT, [lin]);
    expect(await current().get(lin.resource.key, 'latest')).toEqual(lin.resource);
    await durable;
    expect(await current().get(lin.resource.key)).toEqual(lin.resource);
    await (await current().apply(TENANT, [])).durable;
  });

  it('follow each other, those that are refused having done nothing', async () => {
    const lin = user('lin');
    const applied = [await current().apply(TENANT, [lin])];
    await expect(current().apply(TENANT, [user('a'), user('b', { userName: 'LIN' })])).rejects.toThrow(
      UniquenessConflict,
    );
    await expect(current().apply(TENANT, [user('lin')])).rejects.toThrow(VersionConflict);
    await expect(current().apply(TENANT, [group('g', ['nobody'])])).rejects.toThrow(MissingReference);
    applied.push(await current().apply(TENANT, [replace(lin, { userName: 'lin2' })]));
    applied.push(await current().apply(TENANT, [user('b', { userName: 'LIN' })]));
    await Promise.all(applied.map(({ durable }) => durable));
    expect(await ids(current(), query('User'))).toEqual(['lin', 'b']);
    expect((await current().changes(TENANT, 0, 9)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('are refused for another tenant', async () => {
    await expect(current().apply('globex', [user('lin')])).rejects.toThrow();
    expect(await ids(current(), query('User'))).toEqual([]);
  });
}

function uniqueness({ it, expect, current }: Given): void {
  const taken = async (...batch: readonly Write[]) =>
    expect(current().commit(TENANT, batch)).rejects.toThrow(UniquenessConflict);

  it('are unique without regard to case, in Unicode', async () => {
    await current().commit(TENANT, [user('1', { userName: 'Straße.É' })]);
    await taken(user('2', { userName: 'STRASSE.e\u0301' }));
    await taken(user('3'), user('4', { userName: 'strasse.É' }));
    expect(await ids(current(), query('User'))).toEqual(['1']);
  });

  it('name the attribute, the value and the resource that was to take it', async () => {
    await current().commit(TENANT, [user('1', { userName: 'Lin' })]);
    const failure = await current()
      .commit(TENANT, [user('0'), user('2', { userName: 'LIN' })])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ path: 'userName', value: 'lin', key: { tenant: TENANT, type: 'User', id: '2' } });
  });

  it('are unique within a tenant and type', async () => {
    await current().commit(TENANT, [user('1', { userName: 'x' })]);
    await current().commit('globex', [user('1', { userName: 'x' }, { tenant: 'globex' })]);
    await current().commit(TENANT, [create('Group', '2', { displayName: 'x' }, { uniqueByProfile: true })]);
    await taken(create('Group', '3', { displayName: 'X' }, { uniqueByProfile: true }));
  });

  it('are unique within a batch', async () => {
    await taken(user('1', { userName: 'x' }), user('2', { userName: 'X' }));
    expect((await current().search(query('User'))).total).toBe(0);
  });

  it('may be taken by the write of the batch that comes before the one which gives them up', async () => {
    const [a, b] = [user('a', { userName: 'x' }), user('b', { userName: 'y' })];
    await current().commit(TENANT, [a, b]);
    const swapped = [replace(a, { userName: 'y' }), replace(b, { userName: 'x' })] as const;
    await current().commit(TENANT, [...swapped]);
    expect(await ids(current(), query('User', 'userName eq "x"'))).toEqual(['b']);
    await current().commit(TENANT, [user('c', { userName: 'x' }), remove(swapped[1])]);
    expect(await ids(current(), query('User', 'userName eq "x"'))).toEqual(['c']);
  });

  it('are free again when their resource is deleted or renamed', async () => {
    const first = user('1', { userName: 'x' });
    const second = user('2', { userName: 'x' });
    await current().commit(TENANT, [first]);
    await current().commit(TENANT, [replace(first, { userName: 'y' })]);
    await current().commit(TENANT, [second]);
    await current().commit(TENANT, [remove(second)]);
    await current().commit(TENANT, [user('3', { userName: 'X' })]);
  });

  it('are refused when an older resource has them that was not unique', async () => {
    const old = group('1', [], { change: { operation: 'create' } });
    await current().commit(TENANT, [old]);
    await taken(create('Group', '2', { displayName: '1' }, { uniqueByProfile: true }));
  });

  it('that were doubled before the rule do not stop other changes', async () => {
    const [one, two] = [create('Group', '1', { displayName: 'x' }), create('Group', '2', { displayName: 'x' })];
    await current().commit(TENANT, [one, two]);
    await current().commit(TENANT, [replace(two, { displayName: 'X', externalId: '7' }, { uniqueByProfile: true })]);
    await taken(
      replace(replace(two, {}), { displayName: 'y' }, { uniqueByProfile: true }),
      create('Group', '3', { displayName: 'Y' }),
    );
  });

  it('are no matter for references that are missing', async () => {
    await expect(current().commit(TENANT, [group('g', ['1'])])).rejects.toThrow(MissingReference);
  });
}
