/** The contract: admins, and what opens the admin API. */
import { UniquenessConflict } from '../../../store/store.js';
import { admin, adminKey } from '../accounts.js';
import type { Given } from '../given.js';

const [EARLY, LATE] = ['2026-02-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'];
const ADA = admin('Ada', { password: '$argon2id$…', subject: 'https://i.example ada', tenant: 't-1', createdBy: 'x' });
const BOB = admin('bob', { disabled: EARLY, lastSignIn: LATE });

export function admins(given: Given): void {
  const { describe } = given;
  describe('an admin', () => people(given));
  describe('a key of the admin API', () => adminKeys(given));
  describe('an invitation', () => invitations(given));
}

function people({ it, expect, current }: Given): void {
  it('is found by id, subject, and by email without regard to case', async () => {
    for (const each of [BOB, ADA]) await current().createAdmin(each);
    expect(await current().admin(ADA.id)).toEqual(ADA);
    expect(await current().adminByEmail('ADA@Example.com')).toEqual(ADA);
    expect(await current().adminBySubject('https://i.example ada')).toEqual(ADA);
    expect(await current().admins()).toEqual([BOB, ADA]);
    for (const wrong of ['a-ada', 'a-Ada\0', '']) expect(await current().admin(wrong)).toBeUndefined();
    for (const wrong of ['ada', 'ada@example.com\0']) expect(await current().adminByEmail(wrong)).toBeUndefined();
    for (const wrong of ['ada', 'https://i.example ada\0'])
      expect(await current().adminBySubject(wrong)).toBeUndefined();
  });

  it('has an id, an email and a subject of their own', async () => {
    await current().createAdmin(ADA);
    await current().createAdmin(BOB);
    for (const again of [
      admin('x', { id: ADA.id }),
      admin('x', { email: 'aDA@example.com' }),
      admin('x', { subject: ADA.subject }),
    ]) {
      await expect(current().createAdmin(again)).rejects.toThrow(UniquenessConflict);
    }
    for (const change of [{ email: 'ADA@example.com', name: 'x' }, { subject: ADA.subject as string }]) {
      await expect(current().updateAdmin(BOB.id, change)).rejects.toThrow(UniquenessConflict);
    }
    expect(await current().admins()).toEqual([ADA, BOB]);
  });

  it('changes in what is named, and keeps the rest', async () => {
    for (const each of [ADA, BOB]) await current().createAdmin(each);
    const change = {
      email: 'Ada@new.example',
      name: 'Ada L.',
      role: 'owner',
      password: 'p',
      subject: 's',
      lastSignIn: LATE,
    };
    const changed = { ...ADA, ...change };
    expect(await current().updateAdmin(ADA.id, change)).toEqual(changed);
    expect(await current().adminByEmail('ada@NEW.example')).toEqual(changed);
    expect(await current().adminByEmail(ADA.email)).toBeUndefined();
    await current().updateAdmin(ADA.id, { tenant: null, disabled: LATE });
    expect(await current().admins()).toEqual([{ ...changed, tenant: undefined, disabled: LATE }, BOB]);
    expect((await current().updateAdmin(ADA.id, { disabled: null }))?.disabled).toBeUndefined();
    expect(await current().updateAdmin('nobody', { name: 'x' })).toBeUndefined();
  });

  it('goes once, with all keys of theirs', async () => {
    for (const each of [ADA, BOB]) await current().createAdmin(each);
    await current().createAdminKey(adminKey('s-1', 'session', { admin: ADA.id }));
    await current().createAdminKey(adminKey('t-1', 'token', { admin: ADA.id }));
    await current().createAdminKey(adminKey('s-2', 'session', { admin: BOB.id }));
    expect(await current().removeAdmin(ADA.id)).toBe(true);
    expect(await current().removeAdmin(ADA.id)).toBe(false);
    expect(await current().admins()).toEqual([BOB]);
    for (const id of ['s-1', 't-1']) expect(await current().adminKeyByHash(`#${id}#`)).toBeUndefined();
    expect(await current().adminKeyByHash('#s-2#')).toBeDefined();
  });
}

function adminKeys({ it, expect, current }: Given): void {
  it('is found by its hash, ended or not, with the admin that it names', async () => {
    await current().createAdmin(ADA);
    const session = adminKey('s-1', 'session', { admin: ADA.id, expires: EARLY, lastUsed: EARLY });
    const token = adminKey('t-1', 'token', { name: 'CI', role: 'operator', tenant: 't-1', createdBy: 'Ada' });
    for (const each of [session, token]) await current().createAdminKey(each);
    expect(await current().adminKeyByHash(session.hash)).toEqual({ key: session, admin: ADA });
    expect(await current().adminKeyByHash(token.hash)).toEqual({ key: token, admin: undefined });
    expect(await current().adminKeyByHash('#S-1#')).toBeUndefined();
  });

  it('has an id and a hash of its own', async () => {
    await current().createAdminKey(adminKey('k-1', 'token'));
    for (const again of [adminKey('k-1', 'session', { hash: 'x' }), adminKey('k-2', 'token', { hash: '#k-1#' })]) {
      await expect(current().createAdminKey(again)).rejects.toThrow(UniquenessConflict);
    }
    expect(await current().adminKeys('token')).toEqual([adminKey('k-1', 'token')]);
  });

  it('is listed with those of its kind, in the order of creation', async () => {
    const all = [adminKey('t-2', 'token'), adminKey('s-1', 'session'), adminKey('t-1', 'token')];
    for (const each of all) await current().createAdminKey(each);
    expect(await current().adminKeys('token')).toEqual([all[0], all[2]]);
    expect(await current().adminKeys('invitation')).toEqual([]);
  });

  it('remembers its last use and until when it lasts; an older note changes nothing', async () => {
    await current().createAdminKey(adminKey('s-1', 'session', { expires: EARLY }));
    const found = async () => (await current().adminKeyByHash('#s-1#'))?.key;
    await current().touchAdminKey('#s-1#', EARLY);
    expect(await found()).toMatchObject({ lastUsed: EARLY, expires: EARLY });
    await current().touchAdminKey('#s-1#', LATE, LATE);
    await current().touchAdminKey('#s-1#', EARLY, EARLY);
    await current().touchAdminKey('#nobody#', LATE);
    expect(await found()).toMatchObject({ lastUsed: LATE, expires: LATE });
  });

  it('goes once', async () => {
    for (const id of ['k-1', 'k-2']) await current().createAdminKey(adminKey(id, 'token'));
    expect(await current().removeAdminKey('k-1\0')).toBe(false);
    expect(await current().removeAdminKey('k-1')).toBe(true);
    expect(await current().removeAdminKey('k-1')).toBe(false);
    expect((await current().adminKeys('token')).map(({ id }) => id)).toEqual(['k-2']);
  });

  it('goes with all of its kind that name the admin', async () => {
    const all = [
      adminKey('s-1', 'session', { admin: ADA.id }),
      adminKey('s-2', 'session', { admin: ADA.id }),
      adminKey('s-3', 'session', { admin: BOB.id }),
      adminKey('t-1', 'token', { admin: ADA.id }),
    ];
    for (const each of all) await current().createAdminKey(each);
    await current().removeAdminKeys(ADA.id, 'session');
    expect(await current().adminKeys('session')).toEqual([all[2]]);
    expect(await current().adminKeys('token')).toEqual([all[3]]);
  });
}

function invitations({ it, expect, current }: Given): void {
  const INVITATION = adminKey('i-1', 'invitation', { role: 'owner', expires: LATE });
  const keys = () => current().adminKeys('invitation');

  it('makes one admin, once', async () => {
    await current().createAdminKey(INVITATION);
    const both = await Promise.all([
      current().acceptInvitation(INVITATION.hash, ADA),
      current().acceptInvitation(INVITATION.hash, BOB),
    ]);
    expect(both).toEqual([true, false]);
    expect(await current().admins()).toEqual([ADA]);
    expect(await keys()).toEqual([]);
  });

  it('changes the admin that it names, once', async () => {
    await current().createAdmin(ADA);
    await current().createAdminKey({ ...INVITATION, admin: ADA.id });
    const accept = (password: string) =>
      current().acceptInvitation(INVITATION.hash, { id: ADA.id, change: { password } });
    expect([await accept('new'), await accept('newer')]).toEqual([true, false]);
    expect(await current().admins()).toEqual([{ ...ADA, password: 'new' }]);
  });

  it('is as it was when the admin cannot be', async () => {
    await current().createAdmin(ADA);
    await current().createAdminKey(INVITATION);
    const taken = current().acceptInvitation(INVITATION.hash, admin('x', { email: ADA.email }));
    await expect(taken).rejects.toThrow(UniquenessConflict);
    const nobody = { id: 'nobody', change: { password: 'p' } };
    expect(await current().acceptInvitation(INVITATION.hash, nobody)).toBe(false);
    expect(await keys()).toEqual([INVITATION]);
    expect(await current().admins()).toEqual([ADA]);
  });

  it('is nothing else that opens the admin API', async () => {
    for (const kind of ['session', 'token'] as const) await current().createAdminKey(adminKey(kind, kind));
    for (const kind of ['session', 'token']) expect(await current().acceptInvitation(`#${kind}#`, ADA)).toBe(false);
    expect(await current().admins()).toEqual([]);
    expect(await current().adminKeys('token')).toHaveLength(1);
  });
}
