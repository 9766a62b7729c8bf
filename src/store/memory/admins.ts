/** Admins, and the keys that open the admin API. */
import { fold } from '../../scim/fold.js';
import { type Admin, type AdminChange, type AdminKey, changed } from '../accounts.js';
import { UniquenessConflict } from '../store.js';
import { copy } from './copy.js';

/** By id, in the order of creation. What is given out is a copy. */
export class Admins {
  #admins = new Map<string, Admin>();
  #keys = new Map<string, AdminKey>();

  createAdmin(admin: Admin): void {
    if (this.#admins.has(admin.id)) throw new UniquenessConflict('id', admin.id);
    this.#check(admin);
    this.#admins.set(admin.id, copy(admin));
  }

  admins(): Admin[] {
    return copy([...this.#admins.values()]);
  }

  admin(id: string): Admin | undefined {
    return this.#find((admin) => admin.id === id);
  }

  adminByEmail(email: string): Admin | undefined {
    return this.#find((admin) => fold(admin.email) === fold(email));
  }

  adminBySubject(subject: string): Admin | undefined {
    return this.#find((admin) => admin.subject === subject);
  }

  updateAdmin(id: string, change: AdminChange): Admin | undefined {
    const before = this.#admins.get(id);
    if (!before) return undefined;
    const admin = copy(changed(before, change));
    this.#check(admin);
    this.#admins.set(id, admin);
    return copy(admin);
  }

  removeAdmin(id: string): boolean {
    for (const key of this.#keys.values()) if (key.admin === id) this.#keys.delete(key.id);
    return this.#admins.delete(id);
  }

  createAdminKey(key: AdminKey): void {
    const isTaken = [...this.#keys.values()].some(({ id, hash }) => id === key.id || hash === key.hash);
    if (isTaken) throw new UniquenessConflict('id', key.id);
    this.#keys.set(key.id, copy(key));
  }

  adminKeyByHash(hash: string): { key: AdminKey; admin: Admin | undefined } | undefined {
    const key = this.#key(hash);
    return key && { key: copy(key), admin: key.admin === undefined ? undefined : this.admin(key.admin) };
  }

  adminKeys(kind: AdminKey['kind']): AdminKey[] {
    return copy([...this.#keys.values()].filter((key) => key.kind === kind));
  }

  touchAdminKey(hash: string, lastUsed: string, expires?: string): void {
    const key = this.#key(hash);
    if (!key || (key.lastUsed ?? '') > lastUsed) return;
    this.#keys.set(key.id, { ...key, lastUsed, expires: expires ?? key.expires });
  }

  removeAdminKey(id: string): boolean {
    return this.#keys.delete(id);
  }

  removeAdminKeys(admin: string, kind: AdminKey['kind']): void {
    for (const key of this.#keys.values()) if (key.admin === admin && key.kind === kind) this.#keys.delete(key.id);
  }

  acceptInvitation(hash: string, admin: Admin | { readonly id: string; readonly change: AdminChange }): boolean {
    const key = this.#key(hash);
    if (key?.kind !== 'invitation') return false;
    if (!('change' in admin)) this.createAdmin(admin);
    else if (!this.updateAdmin(admin.id, admin.change)) return false;
    return this.#keys.delete(key.id);
  }

  #find(is: (admin: Admin) => boolean): Admin | undefined {
    const found = [...this.#admins.values()].find(is);
    return found && copy(found);
  }

  #key(hash: string): AdminKey | undefined {
    return [...this.#keys.values()].find((key) => key.hash === hash);
  }

  #check({ id, email, subject }: Admin): void {
    const others = [...this.#admins.values()].filter((other) => other.id !== id);
    if (others.some((other) => fold(other.email) === fold(email))) throw new UniquenessConflict('email', fold(email));
    if (subject !== undefined && others.some((other) => other.subject === subject)) {
      throw new UniquenessConflict('subject', subject);
    }
  }

  /** Sessions and invitations that ended before `time`. */
  dropEnded(time: string, limit: number): number {
    const ended = [...this.#keys.values()].filter(
      ({ kind, expires }) => kind !== 'token' && expires !== undefined && expires < time,
    );
    const dropped = ended.slice(0, limit);
    for (const { id } of dropped) this.#keys.delete(id);
    return dropped.length;
  }

  /** The admins and admin keys of a removed tenant. False when it had none. */
  purge(tenant: string): boolean {
    const admins = [...this.#admins.values()].filter((admin) => admin.tenant === tenant);
    const keys = [...this.#keys.values()].filter((key) => key.tenant === tenant);
    for (const { id } of admins) this.removeAdmin(id);
    for (const { id } of keys) this.#keys.delete(id);
    return admins.length + keys.length > 0;
  }
}
