/** What is promised of a move from one engine to another, as tests over both. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UniquenessConflict } from '../../src/store/store.js';
import { ACME, admin, CREATED, GLOBEX, tenant } from '../../src/testing/contract/accounts.js';
import { claim, owner } from '../../src/testing/contract/consumers.js';
import { group, ids, query, user } from '../../src/testing/contract/writes.js';
import { move } from '../../src/transfer/move.js';
import { DELIVERIES, fill, RECEIVERS, USERS } from './example.js';
import type { Opener, OpenSide } from './sides.js';

export function moves(openFrom: Opener, openTo: Opener): void {
  let from: OpenSide;
  let to: OpenSide;
  beforeEach(async () => {
    [from, to] = [await openFrom(), await openTo()];
  });
  afterEach(async () => {
    await from.dispose();
    await to.dispose();
  });

  it('brings everything over as it was', async () => {
    await fill(from.store);
    const moved = await move(from, to);
    expect(moved).toMatchObject({ tenants: 2, credentials: 2, resources: USERS + 3, edges: USERS + 2, accessKeys: 1 });
    expect(moved).toMatchObject({ receivers: 2, deliveries: 2, deadLetters: 3 });
    expect(moved).toMatchObject({ changes: USERS + 3, traffic: 2, lastRequests: 2, admins: 1, secrets: 1, audit: 2 });
    expect(await to.store.tenants()).toEqual(await from.store.tenants());
    expect(await to.store.credentials(ACME.id)).toEqual(await from.store.credentials(ACME.id));
    for (const hash of ['#k-1#', '#k-9#']) {
      expect(await to.store.findBearer(hash)).toEqual(await from.store.findBearer(hash));
    }
    const key = { tenant: ACME.id, type: 'User', id: 'u7' };
    expect(await to.store.get(key)).toEqual(await from.store.get(key));
    expect(await to.store.passwordHash(key)).toBe('$argon2id$u7');
    expect(await to.store.receivers(ACME.id)).toEqual(RECEIVERS);
    const letters = { tenant: ACME.id, limit: 9 };
    expect(await to.store.deadLetters(letters)).toEqual(await from.store.deadLetters(letters));
    const users = query('User', undefined, { tenant: ACME.id, limit: 2_000 });
    expect(await ids(to.store, users)).toEqual(await ids(from.store, users));
    expect(await to.store.memberships(ACME.id, ['u1'])).toEqual(await from.store.memberships(ACME.id, ['u1']));
    expect(await to.store.changes(ACME.id, USERS - 4, 9)).toEqual(await from.store.changes(ACME.id, USERS - 4, 9));
    expect(await to.store.secret('cursors', 'another')).toBe('a secret');
    expect(await to.store.lastRequests()).toEqual(await from.store.lastRequests());
    expect(await to.store.activity({ limit: 9 })).toEqual([]);
  });

  it('brings over how far each consumer has got, and nobody works on it there', async () => {
    await fill(from.store);
    await move(from, to);
    const claims = DELIVERIES.map(({ consumer }) => claim(consumer));
    expect(await from.store.claimDeliveries(owner('new'), claims)).toEqual([]);
    expect(await to.store.claimDeliveries(owner('new'), claims)).toEqual(DELIVERIES);
  });

  it('leaves a store that goes on where the other one was', async () => {
    await fill(from.store);
    await move(from, to);
    const of = { tenant: ACME.id };
    const taken = user('new', { userName: 'u1' }, of);
    const { path = '' } = user('u1', {}, of).index.lookups.find(({ unique }) => unique) ?? {};
    if (path !== '') {
      const same = { ...taken, index: user('u1', {}, of).index };
      await expect(to.store.commit(ACME.id, [same])).rejects.toThrow(UniquenessConflict);
    }
    await to.store.commit(ACME.id, [user('new', {}, of), group('i', ['new', 'u2'], of)]);
    const [last, newest] = await to.store.changes(ACME.id, USERS + 2, 9);
    expect([last?.sequence, newest?.sequence]).toEqual([USERS + 3, USERS + 4]);
    const listed = await to.store.search(query('User', undefined, { tenant: ACME.id, offset: USERS - 1, limit: 9 }));
    expect(listed.resources.map(({ key }) => key.id)).toEqual([`u${USERS - 1}`, 'new']);
    expect(listed.total).toBe(USERS + 1);
    await to.store.createTenant(tenant('new'));
    expect((await to.store.tenants()).map(({ id }) => id)).toEqual([GLOBEX.id, ACME.id, 't-new']);
    const actor = { kind: 'app', id: undefined, name: 'app' } as const;
    const about = { tenant: undefined, target: undefined, details: {} };
    await to.store.appendAudit({ time: CREATED, actor, address: undefined, action: 'y', ...about });
    expect((await to.store.audit({ limit: 1 }))[0]?.sequence).toBe(3);
  });

  it('goes on where it was interrupted, at whatever page', async () => {
    await fill(from.store);
    let pages = 0;
    const count = (): void => void pages++;
    for (let stop = 1; stop <= 12; stop += 3) {
      pages = 0;
      const interrupted = move(from, to, {
        onProgress() {
          count();
          if (pages === stop) throw new Error('interrupted');
        },
      });
      await expect(interrupted).rejects.toThrow('interrupted');
    }
    expect(await move(from, to)).toMatchObject({ resources: USERS + 3, edges: USERS + 2, changes: USERS + 3 });
    expect(await to.transfer.note()).toBeUndefined();
  });

  it('is refused where the target holds anything, or the beginning of another move', async () => {
    await fill(from.store);
    await to.store.createAdmin(admin('Eve'));
    await expect(move(from, to)).rejects.toThrow(/holds data already/);
    await to.store.removeAdmin('a-Eve');
    const stop = { onProgress: () => expect.fail('interrupted') };
    await expect(move({ ...from, name: 'one' }, to, stop)).rejects.toThrow();
    await expect(move({ ...from, name: 'two' }, to)).rejects.toThrow(/the beginning of a move from one/);
    await expect(move(to, from)).rejects.toThrow(/has not ended/);
  });

  it('fails when somebody writes to the source meanwhile, and says so', async () => {
    await fill(from.store);
    const late = user('late', {}, { tenant: ACME.id });
    let writing: Promise<void> | undefined;
    const moved = move(from, to, {
      onProgress({ kind, tenant: name }) {
        if (kind === 'lastRequests' && name === ACME.name) writing ??= from.store.commit(ACME.id, [late]);
      },
    });
    await expect(moved).rejects.toThrow(/resources of Acme are not the same on both sides .*written to meanwhile/s);
    await writing;
  });
}
