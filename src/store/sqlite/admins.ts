/** Admins, and the keys that open the admin API. Writes are made within an open transaction. */
import { fold } from '../../scim/fold.js';
import { changed } from '../accounts.js';
import { type Admin, type AdminChange, type AdminKey, UniquenessConflict } from '../store.js';
import type { Database } from './driver.js';
import { isBindable, optional } from './rows.js';

const ADMIN = `
  SELECT id, email, name, role, tenant, password, subject, created, created_by, disabled,
    last_sign_in
  FROM admins`;

const KEY = `
  SELECT id, kind, hash, admin, name, role, tenant, created, created_by, expires, last_used
  FROM admin_keys`;

interface AdminRow {
  id: string;
  email: string;
  name: string;
  role: string;
  tenant: string | null;
  password: string | null;
  subject: string | null;
  created: string;
  created_by: string | null;
  disabled: string | null;
  last_sign_in: string | null;
}

interface AdminKeyRow {
  id: string;
  kind: string;
  hash: string;
  admin: string | null;
  name: string | null;
  role: string | null;
  tenant: string | null;
  created: string;
  created_by: string | null;
  expires: string | null;
  last_used: string | null;
}

export class AdminQueries {
  readonly #every;
  readonly #byId;
  readonly #byEmail;
  readonly #bySubject;
  readonly #keyByHash;
  readonly #keysOfKind;

  constructor(database: Database) {
    this.#every = database.prepare<AdminRow>(`${ADMIN} ORDER BY rowid`);
    this.#byId = database.prepare<AdminRow>(`${ADMIN} WHERE id = ?1`);
    this.#byEmail = database.prepare<AdminRow>(`${ADMIN} WHERE folded_email = ?1`);
    this.#bySubject = database.prepare<AdminRow>(`${ADMIN} WHERE subject = ?1`);
    this.#keyByHash = database.prepare<AdminKeyRow>(`${KEY} WHERE hash = ?1`);
    this.#keysOfKind = database.prepare<AdminKeyRow>(`${KEY} WHERE kind = ?1 ORDER BY rowid`);
  }

  admins(): Admin[] {
    return this.#every.all().map(toAdmin);
  }

  admin(id: string): Admin | undefined {
    const row = isBindable(id) ? this.#byId.get(id) : undefined;
    return row && toAdmin(row);
  }

  adminByEmail(email: string): Admin | undefined {
    const row = isBindable(email) ? this.#byEmail.get(fold(email)) : undefined;
    return row && toAdmin(row);
  }

  adminBySubject(subject: string): Admin | undefined {
    const row = isBindable(subject) ? this.#bySubject.get(subject) : undefined;
    return row && toAdmin(row);
  }

  adminKeyByHash(hash: string): { key: AdminKey; admin: Admin | undefined } | undefined {
    const row = this.#keyByHash.get(hash);
    return row && { key: toKey(row), admin: row.admin === null ? undefined : this.admin(row.admin) };
  }

  adminKeys(kind: AdminKey['kind']): AdminKey[] {
    return this.#keysOfKind.all(kind).map(toKey);
  }
}

/** Conflicts are found before anything is written, so that what is refused has written nothing. */
export class AdminWriter {
  readonly #admins;
  readonly #keys;

  constructor(database: Database) {
    this.#admins = prepareAdmins(database);
    this.#keys = prepareKeys(database);
  }

  /** @throws UniquenessConflict */
  createAdmin(admin: Admin): void {
    if (this.#admins.get.get(admin.id)) throw new UniquenessConflict('id', admin.id);
    this.#check(admin);
    this.#admins.add.run(admin.id, admin.created, admin.createdBy ?? null, ...changeable(admin));
  }

  /** @throws UniquenessConflict */
  updateAdmin(id: string, change: AdminChange): Admin | undefined {
    const row = isBindable(id) ? this.#admins.get.get(id) : undefined;
    if (!row) return undefined;
    const admin = changed(toAdmin(row), change);
    this.#check(admin);
    this.#admins.update.run(id, ...changeable(admin));
    return admin;
  }

  removeAdmin(id: string): boolean {
    if (!isBindable(id)) return false;
    this.#keys.removeOfAdmin.run(id);
    return this.#admins.remove.run(id).changes > 0;
  }

  /** @throws UniquenessConflict when the id or the hash is taken; it names the id, never the hash. */
  createAdminKey(key: AdminKey): void {
    if (this.#keys.isKnown.get(key.id, key.hash)) throw new UniquenessConflict('id', key.id);
    this.#keys.add.run(
      key.id,
      key.kind,
      key.hash,
      key.admin ?? null,
      key.name ?? null,
      key.role ?? null,
      key.tenant ?? null,
      key.created,
      key.createdBy ?? null,
      key.expires ?? null,
      key.lastUsed ?? null,
    );
  }

  /** Several processes note uses; an older note that arrives late changes nothing. */
  touchAdminKey(hash: string, lastUsed: string, expires?: string): void {
    this.#keys.touch.run(hash, lastUsed, expires ?? null);
  }

  removeAdminKey(id: string): boolean {
    return isBindable(id) && this.#keys.remove.run(id).changes > 0;
  }

  removeAdminKeys(admin: string, kind: AdminKey['kind']): void {
    if (isBindable(admin)) this.#keys.removeOfKind.run(admin, kind);
  }

  /** @throws UniquenessConflict */
  acceptInvitation(hash: string, admin: Admin | { readonly id: string; readonly change: AdminChange }): boolean {
    if (!this.#keys.isInvitation.get(hash)) return false;
    if (!('change' in admin)) this.createAdmin(admin);
    else if (!this.updateAdmin(admin.id, admin.change)) return false;
    return this.#keys.removeByHash.run(hash).changes > 0;
  }

  #check({ id, email, subject }: Admin): void {
    const folded = fold(email);
    if (this.#admins.isEmailTaken.get(folded, id)) throw new UniquenessConflict('email', folded);
    if (subject !== undefined && this.#admins.isSubjectTaken.get(subject, id)) {
      throw new UniquenessConflict('subject', subject);
    }
  }
}

function prepareAdmins(database: Database) {
  return {
    get: database.prepare<AdminRow>(`${ADMIN} WHERE id = ?1`),
    isEmailTaken: database.prepare('SELECT 1 FROM admins WHERE folded_email = ?1 AND id <> ?2'),
    isSubjectTaken: database.prepare('SELECT 1 FROM admins WHERE subject = ?1 AND id <> ?2'),
    add: database.prepare(`
      INSERT INTO admins (id, created, created_by, folded_email, email, name, role, tenant, password, subject, disabled,
        last_sign_in)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`),
    update: database.prepare(`
      UPDATE admins SET folded_email = ?2, email = ?3, name = ?4, role = ?5, tenant = ?6, password = ?7, subject = ?8,
        disabled = ?9, last_sign_in = ?10
      WHERE id = ?1`),
    remove: database.prepare('DELETE FROM admins WHERE id = ?1'),
  };
}

function prepareKeys(database: Database) {
  return {
    isKnown: database.prepare('SELECT 1 FROM admin_keys WHERE id = ?1 OR hash = ?2'),
    isInvitation: database.prepare("SELECT 1 FROM admin_keys WHERE hash = ?1 AND kind = 'invitation'"),
    add: database.prepare(`
      INSERT INTO admin_keys (id, kind, hash, admin, name, role, tenant, created, created_by, expires, last_used)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`),
    touch: database.prepare(`
      UPDATE admin_keys SET last_used = ?2, expires = coalesce(?3, expires)
      WHERE hash = ?1 AND (last_used IS NULL OR last_used <= ?2)`),
    remove: database.prepare('DELETE FROM admin_keys WHERE id = ?1'),
    removeByHash: database.prepare('DELETE FROM admin_keys WHERE hash = ?1'),
    removeOfAdmin: database.prepare('DELETE FROM admin_keys WHERE admin = ?1'),
    removeOfKind: database.prepare('DELETE FROM admin_keys WHERE admin = ?1 AND kind = ?2'),
  };
}

/** folded_email, email, name, role, tenant, password, subject, disabled, last_sign_in */
function changeable({ email, name, role, tenant, password, subject, disabled, lastSignIn }: Admin) {
  const optionals = [tenant ?? null, password ?? null, subject ?? null, disabled ?? null, lastSignIn ?? null] as const;
  return [fold(email), email, name, role, ...optionals] as const;
}

function toAdmin(row: AdminRow): Admin {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    tenant: optional(row.tenant),
    password: optional(row.password),
    subject: optional(row.subject),
    created: row.created,
    createdBy: optional(row.created_by),
    disabled: optional(row.disabled),
    lastSignIn: optional(row.last_sign_in),
  };
}

function toKey(row: AdminKeyRow): AdminKey {
  return {
    id: row.id,
    kind: row.kind as AdminKey['kind'],
    hash: row.hash,
    admin: optional(row.admin),
    name: optional(row.name),
    role: optional(row.role),
    tenant: optional(row.tenant),
    created: row.created,
    createdBy: optional(row.created_by),
    expires: optional(row.expires),
    lastUsed: optional(row.last_used),
  };
}
