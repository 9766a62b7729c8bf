/** Tenants, credentials and admins in MongoDB: several processes, and processes that end in the middle of a write. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADMINISTRATION_INDEXES, type Administration, administrationOf } from '../../src/store/mongo/administration.js';
import { connect, createIndexes, database } from '../../src/store/mongo/connection.js';
import type { Db, LedgerFaults } from '../../src/store/mongo/ledger.js';
import { UniquenessConflict } from '../../src/store/store.js';
import {
  ACME,
  admin,
  adminKey,
  credential,
  GLOBEX,
  key,
  request,
  tenant,
} from '../../src/testing/contract/accounts.js';
import { mongoForTests } from '../support/mongo/server.js';

const mongo = mongoForTests();
const LATER = '2026-04-01T00:00:00.000Z';
const STEPS = ['entered', 'written', 'applied'] as const;

mongo.describe('what MongoDB keeps beside resources', () => {
  let db: Db;
  let dispose: () => Promise<void>;
  beforeEach(async () => {
    const uri = mongo.newUri();
    const connection = await connect({ uri });
    db = database(connection);
    await createIndexes(db, ADMINISTRATION_INDEXES);
    dispose = async () => {
      await connection.close();
      await mongo.drop(uri);
    };
  });
  afterEach(() => dispose());

  /** As another process has it. */
  const open = (faults?: LedgerFaults): Administration =>
    administrationOf(db, async (work) => work() as Awaited<ReturnType<typeof work>>, faults);

  /** One whose process ends at a step of its next change. */
  const dying = (step: (typeof STEPS)[number]): Administration =>
    open(async (reached) => {
      if (reached === step) throw new Error('killed');
    });

  describe('by several processes', () => {
    it('one of those who take a name at once has it', async () => {
      const all = [open(), open(), open()];
      const results = await Promise.allSettled(
        all.map((each, i) => each.createTenant(tenant('acme', { id: `t-${i}` }))),
      );
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(UniquenessConflict);
      }
      expect(await all[0]?.tenants()).toHaveLength(1);
    });

    it('every change of those who change at once is kept', async () => {
      const all = [open(), open()];
      await all[0]?.createTenant(ACME);
      const made = all.flatMap((each, i) =>
        Array.from({ length: 10 }, (_, n) => each.createCredential(credential(`c-${i}-${n}`), [])),
      );
      await Promise.all(made);
      expect(await all[0]?.credentials(ACME.id)).toHaveLength(20);
    });

    it('an invitation makes one admin', async () => {
      const all = [open(), open()];
      await all[0]?.createAdminKey(adminKey('i-1', 'invitation'));
      const accepted = await Promise.all(all.map((each, i) => each.acceptInvitation('#i-1#', admin(`a${i}`))));
      expect(accepted.sort()).toEqual([false, true]);
      expect(await all[0]?.admins()).toHaveLength(1);
    });

    it('a revoked token is refused by the others half a second later', async () => {
      const [one, other] = [open(), open()];
      await one.createTenant(ACME);
      const token = credential('c-1');
      await one.createCredential(token, [key('k-1', token)]);
      expect((await other.findBearer('#k-1#'))?.credential.revoked).toBeUndefined();
      await one.revokeCredential(ACME.id, 'c-1', LATER);
      const now = performance.now();
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 500);
      expect((await other.findBearer('#k-1#'))?.credential.revoked).toBe(LATER);
      clock.mockRestore();
    });

    it('the audit has no gaps, and the activity no number twice', async () => {
      const all = [open(), open()];
      const actor = { kind: 'app', id: undefined, name: 'app' } as const;
      const record = { time: LATER, actor, address: undefined, action: 'x', tenant: undefined, target: undefined };
      await Promise.all(
        all.flatMap((each) =>
          Array.from({ length: 5 }, async (_, n) => {
            await each.appendAudit({ ...record, details: {} });
            await each.appendActivity([request(`r-${n}`), request(`s-${n}`)]);
          }),
        ),
      );
      const audit = (await open().audit({ limit: 99 })).map(({ sequence }) => sequence);
      expect(audit).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
      const activity = (await open().activity({ limit: 99 })).map(({ sequence }) => sequence);
      expect(new Set(activity).size).toBe(20);
      expect((await open().traffic(''))[0]?.requests).toBe(20);
    });

    it('who reads the activity on from a place stops before what is still being written', async () => {
      const store = open();
      await store.appendActivity([request('r-1')]);
      const counters = db.collection<{ _id: string }>('counters');
      const under = { from: 2, at: Date.now() };
      await counters.updateOne({ _id: 'activity' }, { $set: { value: 2, 'open.other': under } });
      await store.appendActivity([request('r-3')]);
      const read = async () => (await store.activity({ after: 0, limit: 9 })).map(({ requestId }) => requestId);
      expect(await read()).toEqual(['r-1']);
      await counters.updateOne({ _id: 'activity' }, { $unset: { 'open.other': '' } });
      expect(await read()).toEqual(['r-1', 'r-3']);
    });

    it('what a process has left unwritten holds nobody up for ever', async () => {
      const store = open();
      await store.appendActivity([request('r-1')]);
      const under = { from: 2, at: Date.now() - 61_000 };
      await db
        .collection<{ _id: string }>('counters')
        .updateOne({ _id: 'activity' }, { $set: { value: 2, 'open.other': under } });
      await store.appendActivity([request('r-3')]);
      expect(await store.activity({ after: 0, limit: 9 })).toHaveLength(2);
      const counter = await db.collection<{ _id: string; open: object }>('counters').findOne({ _id: 'activity' });
      expect(counter?.open).toEqual({});
    });
  });

  describe.each(STEPS)('by a process that ends when its change is %s', (step) => {
    it('the change is finished by the next who changes something', async () => {
      await expect(dying(step).createTenant(ACME)).rejects.toThrow('killed');
      const next = open();
      await expect(next.createTenant(tenant('ACME', { id: 't-9' }))).rejects.toThrow(UniquenessConflict);
      expect(await next.tenantById(ACME.id)).toEqual(ACME);
    });

    it('the change is finished by who looks for a token', async () => {
      const token = credential('c-1');
      await open().createTenant(ACME);
      await expect(dying(step).createCredential(token, [key('k-1', token)])).rejects.toThrow('killed');
      expect((await open().findBearer('#k-1#'))?.credential).toEqual(token);
    });

    it('an accepted invitation is used up, and the admin is there', async () => {
      await open().createAdminKey(adminKey('i-1', 'invitation'));
      const killed = dying(step).acceptInvitation('#i-1#', admin('ada'));
      await expect(killed).rejects.toThrow('killed');
      const next = open();
      expect(await next.acceptInvitation('#i-1#', admin('bob'))).toBe(false);
      expect((await next.admins()).map(({ name }) => name)).toEqual(['ada']);
    });

    it('a removed tenant is gone with its admins', async () => {
      const first = open();
      for (const each of [ACME, GLOBEX]) await first.createTenant(each);
      await first.createAdmin(admin('ada', { tenant: ACME.id }));
      await first.createAdmin(admin('bob', { tenant: GLOBEX.id }));
      await first.createAdminKey(adminKey('s-1', 'session', { admin: 'a-ada' }));
      await expect(dying(step).removeTenant(ACME.id)).rejects.toThrow('killed');
      const next = open();
      expect(await next.removeTenant(ACME.id)).toBe(false);
      expect(await next.tenants()).toEqual([GLOBEX]);
      expect((await next.admins()).map(({ name }) => name)).toEqual(['bob']);
      expect(await next.adminKeyByHash('#s-1#')).toBeUndefined();
    });
  });

  it('a late write of an older change brings nothing back', async () => {
    const fast = open();
    let goOn = () => {};
    const removed = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let enter = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const late = open(async (step) => {
      if (step !== 'entered') return;
      enter();
      await removed;
    });
    await fast.createAdmin(admin('ada'));
    const update = late.updateAdmin('a-ada', { name: 'Ada L.' });
    await entered;
    expect(await fast.removeAdmin('a-ada')).toBe(true);
    goOn();
    expect((await update)?.name).toBe('Ada L.');
    expect(await open().admins()).toEqual([]);
  });

  it('keeps entries and tombstones for a day, and no redo', async () => {
    const store = open();
    await store.createAdmin(admin('ada'));
    await store.removeAdmin('a-ada');
    const ledger = db.collection('ledger');
    expect((await ledger.find().toArray()).filter((entry) => 'redo' in entry)).toEqual([]);
    await store.dropEndedKeys(LATER, 9);
    expect(await db.collection('admins').countDocuments()).toBe(1);
    const old = '2000-01-01T00:00:00.000Z';
    await db.collection('admins').updateMany({}, { $set: { at: old } });
    await ledger.updateMany({ number: { $gt: 0 }, time: { $gt: '' } }, { $set: { time: old } });
    await store.dropEndedKeys(LATER, 9);
    expect(await db.collection('admins').countDocuments()).toBe(0);
    // The head, and the last entry.
    expect(await ledger.countDocuments()).toBe(2);
    await open().createAdmin(admin('ada'));
    expect(await store.admins()).toHaveLength(1);
  });
});
