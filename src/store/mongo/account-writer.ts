/** Tenants, their credentials, and the keys of these: how they are written, through the ledger. */
import { fold } from '../../scim/fold.js';
import { changed, changedTenant } from '../accounts.js';
import {
  type Credential,
  type CredentialChange,
  type CredentialUse,
  type Key,
  type Tenant,
  type TenantChange,
  UniquenessConflict,
} from '../store.js';
import {
  type CredentialDocument,
  type KeyDocument,
  keyFields,
  putCredential,
  putKey,
  putTenant,
  type TenantDocument,
  toCredential,
  toKey,
  toTenant,
} from './account-documents.js';
import { insertUnlessThere } from './insert.js';
import type { Db, Ledger, Put } from './ledger.js';
import type { Remembered } from './remembered.js';

/** Nothing changes. */
const NONE: readonly Put[] = [];

export class AccountWriter {
  readonly #tenants;
  readonly #credentials;
  readonly #keys;
  readonly #ledger;
  readonly #remembered;

  constructor(database: Db, ledger: Ledger, remembered: Remembered) {
    this.#tenants = database.collection<TenantDocument>('tenants');
    this.#credentials = database.collection<CredentialDocument>('credentials');
    this.#keys = database.collection<KeyDocument>('keys');
    this.#ledger = ledger;
    this.#remembered = remembered;
  }

  /** @throws UniquenessConflict */
  createTenant(tenant: Tenant): Promise<void> {
    return this.#ledger.change(async () => {
      // A tombstone counts: what that tenant had may still be there.
      if (await this.#tenants.findOne({ _id: tenant.id })) throw new UniquenessConflict('id', tenant.id);
      await this.#checkName(tenant);
      return { puts: [putTenant(tenant, true)], result: undefined };
    });
  }

  /** @throws UniquenessConflict */
  updateTenant(id: string, change: TenantChange): Promise<Tenant | undefined> {
    return this.#ledger.change(async () => {
      const found = await this.#tenants.findOne({ _id: id });
      if (!found || found.gone) return { puts: NONE, result: undefined };
      const tenant = changedTenant(toTenant(found), change);
      await this.#checkName(tenant);
      return { puts: [putTenant(tenant)], result: tenant };
    });
  }

  /** @throws UniquenessConflict */
  createCredential(credential: Credential, keys: readonly Key[]): Promise<void> {
    const { id, identifier } = credential;
    return this.#ledger.change(async () => {
      if (await this.#credentials.findOne({ _id: id })) throw new UniquenessConflict('id', id);
      if (identifier !== undefined && (await this.#credentials.findOne({ identifier, gone: false }))) {
        throw new UniquenessConflict('identifier', identifier);
      }
      await this.#checkKeys(keys);
      return { puts: [putCredential(credential, true), ...keys.map((key) => putKey(key, true))], result: undefined };
    });
  }

  updateCredential(tenant: string, id: string, change: CredentialChange): Promise<Credential | undefined> {
    return this.#ledger.change(async () => {
      const before = await this.#find(tenant, id);
      if (!before) return { puts: NONE, result: undefined };
      const credential = changed(before, change);
      return { puts: [putCredential(credential)], result: credential };
    });
  }

  async revokeCredential(tenant: string, id: string, time: string): Promise<boolean> {
    const isRevoked = await this.#ledger.change(async () => {
      const before = await this.#find(tenant, id);
      if (!before || before.revoked !== undefined) return { puts: NONE, result: false };
      return { puts: [putCredential({ ...before, revoked: time })], result: true };
    });
    // They open nothing any more; left by a process that ends here, they go when they have ended.
    if (isRevoked) await this.#keys.deleteMany({ credential: id, kind: 'access' });
    return isRevoked;
  }

  /** @throws UniquenessConflict */
  rotateKey(tenant: string, key: Key, ends: string): Promise<boolean> {
    return this.#ledger.change(async () => {
      const credential = await this.#find(tenant, key.credential);
      if (!credential || credential.revoked !== undefined) return { puts: NONE, result: false };
      await this.#checkKeys([key]);
      const others = await this.#keys.find({ credential: credential.id, kind: key.kind, gone: false }).toArray();
      const lasting = others.filter(({ expires }) => expires === null || expires > ends);
      const ended = lasting.map((other) => putKey({ ...toKey(other), expires: ends }));
      // The new one first: a client that has it already is not locked out by a crash in between.
      return { puts: [putKey(key, true), ...ended], result: true };
    });
  }

  endKey(tenant: string, credential: string, key: string, time: string): Promise<boolean> {
    return this.#ledger.change(async () => {
      const owner = await this.#find(tenant, credential);
      const found = owner && (await this.#keys.findOne({ credential, id: key, gone: false }));
      if (!found) return { puts: NONE, result: false };
      const isLasting = found.expires === null || found.expires > time;
      return { puts: isLasting ? [putKey({ ...toKey(found), expires: time })] : NONE, result: true };
    });
  }

  /**
   * By itself rather than through the ledger: tokens are issued all the time, and whoever has just got one is not
   * known to anybody who could have remembered something of it.
   * @throws UniquenessConflict
   */
  async addKey(key: Key): Promise<void> {
    await this.#checkKeys([key]);
    const document = { _id: key.hash, commit: 0, gone: false, order: 0, ...keyFields(key) };
    if (!(await insertUnlessThere(this.#keys, document))) throw new UniquenessConflict('id', key.id);
  }

  removeKey(hash: string): Promise<boolean> {
    return this.#ledger.change(async () => {
      const found = await this.#keys.findOne({ _id: hash });
      if (!found || found.gone) return { puts: NONE, result: false };
      return { puts: [{ collection: 'keys', id: hash, fields: null }], result: true };
    });
  }

  /** Several processes note uses; an older note that arrives late changes nothing. */
  async noteUse(uses: readonly CredentialUse[]): Promise<void> {
    if (uses.length === 0) return;
    const notes = uses.map(({ credential, time, address }) => ({
      updateOne: {
        filter: { _id: credential, $or: [{ lastUsed: null }, { lastUsed: { $lte: time } }] },
        update: { $set: { lastUsed: time, lastAddress: address ?? null } },
      },
    }));
    await this.#credentials.bulkWrite(notes);
    this.#remembered.forget();
  }

  async #find(tenant: string, id: string): Promise<Credential | undefined> {
    const found = await this.#credentials.findOne({ _id: id });
    return found && !found.gone && found.tenant === tenant ? toCredential(found) : undefined;
  }

  async #checkName({ id, name }: Tenant): Promise<void> {
    const folded = fold(name);
    const holder = await this.#tenants.findOne({ name: folded, gone: false });
    if (holder && holder._id !== id) throw new UniquenessConflict('name', folded);
  }

  /** It names the id, never the hash. */
  async #checkKeys(keys: readonly Key[]): Promise<void> {
    if (keys.length === 0) return;
    const ids = keys.map(({ id }) => id);
    const taken = { $or: [{ _id: { $in: keys.map(({ hash }) => hash) } }, { id: { $in: ids } }], gone: false };
    const found = await this.#keys.findOne(taken);
    if (found) throw new UniquenessConflict('id', ids.includes(found.id) ? found.id : (ids[0] as string));
  }
}
