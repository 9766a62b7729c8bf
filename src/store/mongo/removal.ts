/** What goes for good: removed tenants, and keys that have ended; in portions, so that others get their turn. */
import type mongoose from 'mongoose';
import type {
  AdminDocument,
  AdminKeyDocument,
  CredentialDocument,
  KeyDocument,
  TenantDocument,
} from './account-documents.js';
import type { DeliveryDocument, ReceiverDocument } from './delivery-documents.js';
import { headId, within } from './documents.js';
import type { Db, Ledger, Put } from './ledger.js';
import { deleteThese } from './records.js';
import type { Remembered } from './remembered.js';

/** ms that tombstones and entries of the ledger stay, and that a removed tenant is looked after. */
const DAY = 86_400_000;

export class Removal {
  readonly #database;
  readonly #tenants;
  readonly #ledger;
  readonly #remembered;

  constructor(database: Db, ledger: Ledger, remembered: Remembered) {
    this.#database = database;
    this.#tenants = database.collection<TenantDocument>('tenants');
    this.#ledger = ledger;
    this.#remembered = remembered;
  }

  async removeTenant(id: string): Promise<boolean> {
    const isRemoved = await this.#ledger.change(async () => {
      const found = await this.#tenants.findOne({ _id: id });
      if (!found || found.gone) return { puts: [], result: false };
      const admins = await this.#of<AdminDocument>('admins').find({ tenant: id, gone: false }).toArray();
      const theirs = { $or: [{ tenant: id }, { admin: { $in: admins.map(({ _id }) => _id) } }], gone: false };
      const keys = await this.#of<AdminKeyDocument>('adminKeys').find(theirs).toArray();
      const receivers = await this.#of<ReceiverDocument>('receivers').find({ tenant: id, gone: false }).toArray();
      const puts: Put[] = [
        { collection: 'tenants', id, fields: null },
        ...admins.map(({ _id }): Put => ({ collection: 'admins', id: _id, fields: null })),
        ...keys.map(({ _id }): Put => ({ collection: 'adminKeys', id: _id, fields: null })),
        ...receivers.map(({ _id }): Put => ({ collection: 'receivers', id: _id, fields: null })),
      ];
      return { puts, result: true };
    });
    if (isRemoved) await this.#of<DeliveryDocument>('deliveries').deleteMany({ _id: within(id) });
    return isRemoved;
  }

  async purgeTenants(limit: number): Promise<boolean> {
    let left = limit;
    const removed = await this.#tenants
      .find({ gone: true, purged: { $ne: true } })
      .sort({ _id: 1 })
      .toArray();
    for (const { _id, at } of removed) {
      left -= await this.#purge(_id, left);
      if (left <= 0) return true;
      // What requests that were under way have written has come by now.
      if (at !== undefined && at < aDayAgo()) await this.#tenants.updateOne({ _id }, { $set: { purged: true } });
    }
    return left < limit;
  }

  async dropEndedKeys(time: string, limit: number): Promise<number> {
    const ended = { gone: false, expires: { $lt: time } };
    const dropped = await this.#drop('keys', ended, limit);
    const admins = await this.#drop('adminKeys', { ...ended, kind: { $ne: 'token' } }, limit - dropped);
    await this.#ledger.sweep(aDayAgo());
    if (dropped > 0) this.#remembered.forget();
    return dropped + admins;
  }

  /** How many documents of the tenant it has deleted, at most about `limit`. */
  async #purge(tenant: string, limit: number): Promise<number> {
    const below = { _id: within(tenant) };
    const credentials = await this.#of<CredentialDocument>('credentials')
      .find({ tenant }, { projection: { _id: 1 } })
      .limit(limit)
      .toArray();
    // Keys are found by their credentials, and so come before them.
    const remains: readonly (readonly [collection: string, filter: object])[] = [
      ...(['resources', 'lookups', 'edges', 'commits', 'deliveries', 'deadLetters'] as const).map(
        (name) => [name, below] as const,
      ),
      ['heads', { _id: headId(tenant) }],
      ['keys', { credential: { $in: credentials.map(({ _id }) => _id) } }],
      ['credentials', { tenant }],
      ...(['receivers', 'adminKeys', 'admins', 'activity', 'traffic'] as const).map(
        (name) => [name, { tenant }] as const,
      ),
      ['lastRequests', { _id: tenant }],
    ];
    let left = limit;
    for (const [name, filter] of remains) left -= await this.#drop(name, filter, left);
    return limit - left;
  }

  async #drop(name: string, filter: object, limit: number): Promise<number> {
    if (limit <= 0) return 0;
    const collection = this.#of<KeyDocument>(name);
    const found = await collection
      .find(filter, { projection: { _id: 1 } })
      .limit(limit)
      .toArray();
    await deleteThese(collection, found);
    return found.length;
  }

  #of<Document extends mongoose.mongo.Document>(name: string): mongoose.mongo.Collection<Document> {
    return this.#database.collection<Document>(name);
  }
}

function aDayAgo(): string {
  return new Date(Date.now() - DAY).toISOString();
}
