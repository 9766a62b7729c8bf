/** The contract: what opens a credential. */
import { type Key, UniquenessConflict } from '../../../store/store.js';
import { ACME, adminKey, credential, furnish, key } from '../accounts.js';
import type { Given } from '../given.js';

const [EARLY, MIDDLE, LATE] = ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'];

export function keys({ it, expect, current }: Given): void {
  const keysOf = async (id: string): Promise<readonly Key[]> => (await current().credential(ACME.id, id))?.keys ?? [];

  it('a new key comes after the others of its kind, which end when it was said', async () => {
    const client = credential('c-1', { kind: 'client', identifier: 'i' });
    const ending = (id: string, expires: string | undefined) => key(id, client, { kind: 'secret', expires });
    const other = key('k-5', client);
    await current().createTenant(ACME);
    await current().createCredential(client, [
      ending('k-4', undefined),
      ending('k-3', LATE),
      ending('k-2', EARLY),
      other,
    ]);
    await current().addKey(key('k-6', client, { kind: 'access', expires: LATE }));
    const next = ending('k-1', undefined);
    expect(await current().rotateKey(ACME.id, next, MIDDLE)).toBe(true);
    expect(await keysOf('c-1')).toEqual([
      ending('k-4', MIDDLE),
      ending('k-3', MIDDLE),
      ending('k-2', EARLY),
      other,
      next,
    ]);
    expect((await current().findBearer('#k-6#'))?.key.expires).toBe(LATE);
  });

  it('a new key leaves those of other credentials alone', async () => {
    const { token } = await furnish(current());
    const other = credential('c-2');
    await current().createCredential(other, [key('k-2', other)]);
    await current().rotateKey(ACME.id, key('k-3', token), MIDDLE);
    expect(await keysOf('c-2')).toEqual([key('k-2', other)]);
  });

  it('a new key that is no new key changes nothing', async () => {
    const { token, bearer } = await furnish(current());
    for (const again of [key('k-2', token, { hash: bearer.hash }), key(bearer.id, token, { hash: 'x' })]) {
      await expect(current().rotateKey(ACME.id, again, MIDDLE)).rejects.toThrow(UniquenessConflict);
      await expect(current().addKey(again)).rejects.toThrow(UniquenessConflict);
    }
    expect(await keysOf(token.id)).toEqual([bearer]);
  });

  it('a revoked credential gets no new key', async () => {
    const { token, bearer } = await furnish(current());
    await current().revokeCredential(ACME.id, token.id, EARLY);
    expect(await current().rotateKey(ACME.id, key('k-2', token), MIDDLE)).toBe(false);
    expect(await current().rotateKey(ACME.id, key('k-2', credential('c-9')), MIDDLE)).toBe(false);
    expect(await keysOf(token.id)).toEqual([bearer]);
  });

  it('a key is ended for good, and never later than before', async () => {
    const { token } = await furnish(current());
    const end = (time: string) => current().endKey(ACME.id, token.id, 'k-1', time);
    for (const [time, ends] of [
      [MIDDLE, MIDDLE],
      [LATE, MIDDLE],
      [EARLY, EARLY],
    ] as const) {
      expect(await end(time)).toBe(true);
      expect((await keysOf(token.id))[0]?.expires).toBe(ends);
    }
  });

  it('only a key of the credential that is named is ended', async () => {
    const { token, bearer } = await furnish(current());
    await current().createCredential(credential('c-2'), []);
    expect(await current().endKey(ACME.id, 'c-2', bearer.id, EARLY)).toBe(false);
    expect(await current().endKey(ACME.id, token.id, 'k-9', EARLY)).toBe(false);
    expect(await current().endKey(ACME.id, token.id, `${bearer.id}\0`, EARLY)).toBe(false);
    expect(await keysOf(token.id)).toEqual([bearer]);
  });

  it('a key is removed by its hash, once', async () => {
    const { token } = await furnish(current());
    await current().addKey(key('k-2', token, { kind: 'access' }));
    expect(await current().removeKey('#k-2#')).toBe(true);
    expect(await current().removeKey('#k-2#')).toBe(false);
    expect(await current().findBearer('#k-2#')).toBeUndefined();
    expect(await keysOf(token.id)).toHaveLength(1);
  });

  it('keys that ended before a time are forgotten, some at a time', async () => {
    const { token, bearer } = await furnish(current());
    for (const [id, expires] of [
      ['k-2', EARLY],
      ['k-3', EARLY],
      ['k-4', MIDDLE],
      ['k-5', LATE],
    ] as const) {
      await current().addKey(key(id, token, { kind: 'access', expires }));
    }
    await current().rotateKey(ACME.id, key('k-6', token), EARLY);
    expect(await current().dropEndedKeys(MIDDLE, 2)).toBe(2);
    expect(await current().dropEndedKeys(MIDDLE, 2)).toBe(1);
    expect(await current().dropEndedKeys(MIDDLE, 2)).toBe(0);
    for (const id of ['k-2', 'k-3']) expect(await current().findBearer(`#${id}#`)).toBeUndefined();
    for (const id of ['k-4', 'k-5', 'k-6']) expect(await current().findBearer(`#${id}#`)).toBeDefined();
    expect(await current().findBearer(bearer.hash)).toBeUndefined();
  });

  it('sessions and invitations that ended are forgotten too, admin tokens are not', async () => {
    const all = [
      adminKey('s', 'session', { expires: EARLY }),
      adminKey('i', 'invitation', { expires: EARLY }),
      adminKey('t', 'token', { expires: EARLY }),
      adminKey('u', 'session', { expires: LATE }),
    ];
    for (const each of all) await current().createAdminKey(each);
    expect(await current().dropEndedKeys(MIDDLE, 9)).toBe(2);
    const left = await Promise.all(all.map(({ hash }) => current().adminKeyByHash(hash)));
    expect(left.map((found) => found?.key.id)).toEqual([undefined, undefined, 't', 'u']);
  });
}
