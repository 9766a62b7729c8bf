/** The contract: the hash of a password, which stands beside its resource. */
import { VersionConflict } from '../../../store/store.js';
import type { Given } from '../given.js';
import { create, remove, replace, TENANT, user } from '../writes.js';

/** What an argon2id string looks like; stores take it as it is. */
const HASH = '$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA';

export function passwords({ it, expect, current }: Given): void {
  const a = user('a');
  const { key } = a.resource;

  it('is kept by the write that has one, and stays until another has', async () => {
    await current().commit(TENANT, [{ ...a, passwordHash: HASH }]);
    expect(await current().passwordHash(key)).toBe(HASH);
    const renamed = replace(a, { userName: 'ada' });
    await current().commit(TENANT, [renamed]);
    expect(await current().passwordHash(key)).toBe(HASH);
    const changed = replace(renamed, { userName: 'ada' });
    await current().commit(TENANT, [{ ...changed, passwordHash: `${HASH}2` }]);
    expect(await current().passwordHash(key)).toBe(`${HASH}2`);
    await current().commit(TENANT, [{ ...replace(changed, { userName: 'ada' }), passwordHash: null }]);
    expect(await current().passwordHash(key)).toBeUndefined();
  });

  it('is what the writes of one batch leave in the end', async () => {
    const [b, c] = [user('b'), user('c')];
    await current().commit(TENANT, [
      { ...a, passwordHash: HASH },
      replace(a, { userName: 'ada' }),
      { ...b, passwordHash: HASH },
      { ...replace(b, { userName: 'bob' }), passwordHash: null },
      { ...c, passwordHash: HASH },
      { ...replace(c, { userName: 'c' }), passwordHash: `${HASH}2` },
    ]);
    const found = await Promise.all([a, b, c].map(({ resource }) => current().passwordHash(resource.key)));
    expect(found).toEqual([HASH, undefined, `${HASH}2`]);
  });

  it('goes with its resource, also when that comes again', async () => {
    const first = { ...a, passwordHash: HASH };
    await current().commit(TENANT, [first]);
    await current().commit(TENANT, [remove(first)]);
    expect(await current().passwordHash(key)).toBeUndefined();
    await current().commit(TENANT, [a]);
    expect(await current().passwordHash(key)).toBeUndefined();
    const b = { ...user('b'), passwordHash: HASH };
    await current().commit(TENANT, [b]);
    await current().commit(TENANT, [remove(b), user('b')]);
    expect(await current().passwordHash(b.resource.key)).toBeUndefined();
  });

  it('is not kept by a write that is refused', async () => {
    await current().commit(TENANT, [a]);
    const stale = { ...a, passwordHash: HASH };
    await expect(current().commit(TENANT, [stale])).rejects.toThrow(VersionConflict);
    expect(await current().passwordHash(key)).toBeUndefined();
  });

  it('is found by the whole key alone', async () => {
    await current().commit(TENANT, [{ ...a, passwordHash: HASH }]);
    const others = [{ tenant: 'globex' }, { type: 'Group' }, { id: 'b' }, { id: 'a\0' }];
    for (const other of others) expect(await current().passwordHash({ ...key, ...other })).toBeUndefined();
  });

  it('is in no read of the resource, and in no record of its changes', async () => {
    await current().commit(TENANT, [{ ...a, passwordHash: HASH }]);
    await current().commit(TENANT, [create('Group', 'g', { displayName: 'g' }, { added: ['a'] })]);
    const reads = [
      await current().get(key),
      await current().get(key, 'latest'),
      await current().search({ tenant: TENANT, type: 'User', offset: 0, limit: 9 }),
      await current().containers(TENANT, 'a'),
      await current().edges({ tenant: TENANT, type: 'Group', id: 'g' }, { limit: 9 }),
      await current().changes(TENANT, 0, 9),
    ];
    expect(JSON.stringify(reads).includes('argon2')).toBe(false);
  });
}
