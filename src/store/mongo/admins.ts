/** Admins, and the keys that open the admin API; written through the ledger, but for the notes of their use. */
import { fold } from '../../scim/fold.js';
import { changed } from '../accounts.js';
import { type Admin, type AdminChange, type AdminKey, UniquenessConflict } from '../store.js';
import {
  type AdminDocument,
  type AdminKeyDocument,
  putAdmin,
  putAdminKey,
  toAdmin,
  toAdminKey,
} from './account-documents.js';
import type { Db, Ledger, Planned, Put } from './ledger.js';

const NONE: readonly Put[] = [];

export class Admins {
  readonly #admins;
  readonly #keys;
  readonly #ledger;

  constructor(database: Db, ledger: Ledger) {
    this.#admins = database.collection<AdminDocument>('admins');
    this.#keys = database.collection<AdminKeyDocument>('adminKeys');
    this.#ledger = ledger;
  }

  async admins(): Promise<Admin[]> {
    return (await this.#admins.find({ gone: false }).sort({ order: 1 }).toArray()).map(toAdmin);
  }

  async admin(id: string): Promise<Admin | undefined> {
    return live(await this.#admins.findOne({ _id: id }));
  }

  async adminByEmail(email: string): Promise<Admin | undefined> {
    return live(await this.#admins.findOne({ email: fold(email), gone: false }));
  }

  async adminBySubject(subject: string): Promise<Admin | undefined> {
    return live(await this.#admins.findOne({ subject, gone: false }));
  }

  /** @throws UniquenessConflict */
  createAdmin(admin: Admin): Promise<void> {
    return this.#ledger.change(async () => ({ puts: [await this.#creation(admin)], result: undefined }));
  }

  /** @throws UniquenessConflict */
  updateAdmin(id: string, change: AdminChange): Promise<Admin | undefined> {
    return this.#ledger.change(() => this.#update(id, change));
  }

  removeAdmin(id: string): Promise<boolean> {
    return this.#ledger.change(async () => {
      if (!(await this.admin(id))) return { puts: NONE, result: false };
      const keys = await this.#keys.find({ admin: id, gone: false }).toArray();
      return { puts: [{ collection: 'admins', id, fields: null }, ...keys.map(removal)], result: true };
    });
  }

  /** @throws UniquenessConflict when the id or the hash is taken; it names the id, never the hash. */
  createAdminKey(key: AdminKey): Promise<void> {
    return this.#ledger.change(async () => {
      const taken = { $or: [{ _id: key.hash }, { id: key.id }], gone: false };
      if (await this.#keys.findOne(taken)) throw new UniquenessConflict('id', key.id);
      return { puts: [putAdminKey(key)], result: undefined };
    });
  }

  async adminKeyByHash(hash: string): Promise<{ key: AdminKey; admin: Admin | undefined } | undefined> {
    const found = await this.#keys.findOne({ _id: hash });
    if (!found || found.gone) return undefined;
    return { key: toAdminKey(found), admin: found.admin === null ? undefined : await this.admin(found.admin) };
  }

  async adminKeys(kind: AdminKey['kind']): Promise<AdminKey[]> {
    return (await this.#keys.find({ kind, gone: false }).sort({ order: 1 }).toArray()).map(toAdminKey);
  }

  /** Several processes note uses; an older note that arrives late changes nothing. */
  async touchAdminKey(hash: string, lastUsed: string, expires?: string): Promise<void> {
    const older = { _id: hash, $or: [{ lastUsed: null }, { lastUsed: { $lte: lastUsed } }] };
    await this.#keys.updateOne(older, { $set: { lastUsed, ...(expires !== undefined && { expires }) } });
  }

  removeAdminKey(id: string): Promise<boolean> {
    return this.#ledger.change(async () => {
      const found = await this.#keys.findOne({ id, gone: false });
      return { puts: found ? [removal(found)] : NONE, result: found !== null };
    });
  }

  removeAdminKeys(admin: string, kind: AdminKey['kind']): Promise<void> {
    return this.#ledger.change(async () => {
      const found = await this.#keys.find({ admin, kind, gone: false }).toArray();
      return { puts: found.map(removal), result: undefined };
    });
  }

  /** @throws UniquenessConflict */
  acceptInvitation(
    hash: string,
    admin: Admin | { readonly id: string; readonly change: AdminChange },
  ): Promise<boolean> {
    return this.#ledger.change(async () => {
      const invitation = await this.#keys.findOne({ _id: hash });
      if (!invitation || invitation.gone || invitation.kind !== 'invitation') return { puts: NONE, result: false };
      const puts =
        'change' in admin ? (await this.#update(admin.id, admin.change)).puts : [await this.#creation(admin)];
      return puts.length > 0 ? { puts: [...puts, removal(invitation)], result: true } : { puts, result: false };
    });
  }

  async #creation(admin: Admin): Promise<Put> {
    if (await this.admin(admin.id)) throw new UniquenessConflict('id', admin.id);
    await this.#check(admin);
    return putAdmin(admin, true);
  }

  async #update(id: string, change: AdminChange): Promise<Planned<Admin | undefined>> {
    const before = await this.admin(id);
    if (!before) return { puts: NONE, result: undefined };
    const admin = changed(before, change);
    await this.#check(admin);
    return { puts: [putAdmin(admin)], result: admin };
  }

  async #check({ id, email, subject }: Admin): Promise<void> {
    const holder = await this.adminByEmail(email);
    if (holder && holder.id !== id) throw new UniquenessConflict('email', fold(email));
    const namesake = subject === undefined ? undefined : await this.adminBySubject(subject);
    if (subject !== undefined && namesake && namesake.id !== id) throw new UniquenessConflict('subject', subject);
  }
}

function removal({ _id }: AdminKeyDocument): Put {
  return { collection: 'adminKeys', id: _id, fields: null };
}

function live(found: AdminDocument | null): Admin | undefined {
  return found && !found.gone ? toAdmin(found) : undefined;
}
