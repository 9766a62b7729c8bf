/**
 * Who is told of changes, and how far each has got. Each delivery is one document, which is written on condition that it
 * is still the writer's: of those who claim one at once, one gets it.
 */
import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { isOfApp, lastLeaseEnd, letterPlace, placedAt } from '../delivery-places.js';
import type {
  Consumer,
  DeadLetter,
  DeadLetterQuery,
  Delivery,
  DeliveryClaim,
  DeliveryOwner,
  NewDeadLetter,
} from '../store.js';
import type { TenantDocument } from './account-documents.js';
import { isDuplicate } from './apply.js';
import {
  type DeliveryDocument,
  deliveryFields,
  deliveryId,
  type LetterDocument,
  letterFields,
  letterKey,
  type ReceiverDocument,
  toDelivery,
  toLetter,
} from './delivery-documents.js';
import { canBeId, type HeadDocument, headId, within } from './documents.js';
import { insertMissing } from './insert.js';
import type { Db } from './ledger.js';
import type { Remembered } from './remembered.js';

type Of<Name extends 'tenant' | 'consumer'> = Readonly<Record<Name, string>>;

export class Deliveries {
  readonly #deliveries;
  readonly #letters;
  readonly #tenants;
  readonly #heads;
  readonly #receivers;
  readonly #remembered;

  constructor(database: Db, remembered: Remembered) {
    this.#remembered = remembered;
    this.#deliveries = database.collection<DeliveryDocument>('deliveries');
    this.#letters = database.collection<LetterDocument>('deadLetters');
    this.#tenants = database.collection<TenantDocument>('tenants');
    this.#heads = database.collection<HeadDocument>('heads');
    this.#receivers = database.collection<ReceiverDocument>('receivers');
  }

  async heads(): Promise<Map<string, number>> {
    const [heads, there] = await Promise.all([
      this.#heads.find({ sequence: { $gt: 0 } }, { projection: { tenant: 1, sequence: 1, _id: 0 } }).toArray(),
      this.#remembered.get('ids of all tenants', async () => {
        const tenants = await this.#tenants.find({ gone: false }, { projection: { _id: 1 } }).toArray();
        return new Set(tenants.map(({ _id }) => _id));
      }),
    ]);
    return new Map(heads.flatMap(({ tenant, sequence }) => (there?.has(tenant) ? [[tenant, sequence]] : [])));
  }

  async claimDeliveries(owner: DeliveryOwner, claims: readonly DeliveryClaim[]): Promise<Delivery[]> {
    const possible = await this.#possible(claims);
    if (possible.length === 0) return [];
    const ids = possible.map(idOf);
    const mark = { owner: owner.owner, until: owner.until };
    const found = await this.#deliveries.find({ _id: { $in: ids } }, { projection: { _id: 1 } }).toArray();
    const known = new Set(found.map(({ _id }) => _id));
    const missing = possible.filter((claim) => !known.has(idOf(claim)));
    if (missing.length > 0) await this.#make(missing, mark);
    // Those that somebody else has just made, too; and what is the owner's already stays so for longer.
    const over = [{ until: { $lte: owner.now } }, { until: { $gt: lastLeaseEnd(owner.now) } }];
    const free = [{ owner: null }, { owner: owner.owner }, ...over];
    await this.#deliveries.updateMany({ _id: { $in: ids }, $or: free }, { $set: mark });
    const own = await this.#deliveries.find({ _id: { $in: ids }, owner: owner.owner }).toArray();
    const byId = new Map(own.map((document) => [document._id, toDelivery(document)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async saveDeliveries(
    { owner, until }: DeliveryOwner,
    deliveries: readonly Delivery[],
    deadLetters: readonly NewDeadLetter[],
  ): Promise<boolean[]> {
    if (deliveries.length === 0) return [];
    const ids = deliveries.map(idOf);
    const mark = randomUUID();
    // First, so that a process which ends in between has given nothing up that it does not remember.
    const letters = await this.#addLetters(owner, ids, deadLetters, mark);
    const { matchedCount } = await this.#deliveries.bulkWrite(
      deliveries.map((delivery, index) => ({
        updateOne: {
          filter: { _id: ids[index] as string, owner },
          update: { $set: { ...deliveryFields(delivery), until, mark } },
        },
      })),
      { ordered: false },
    );
    if (matchedCount === ids.length) return ids.map(() => true);
    const found = await this.#deliveries.find({ _id: { $in: ids }, mark }, { projection: { _id: 1 } }).toArray();
    const saved = new Set(found.map(({ _id }) => _id));
    const lost = letters.filter((letter) => !saved.has(idOf(letter))).map(({ _id }) => _id);
    if (lost.length > 0) await this.#letters.deleteMany({ _id: { $in: lost }, mark });
    return ids.map((id) => saved.has(id));
  }

  async deliveries({ tenant, consumer }: Partial<Of<'tenant'> & Of<'consumer'>>): Promise<Delivery[]> {
    const inTenant = tenant !== undefined && { _id: within(tenant) };
    const wanted = { ...inTenant, ...(consumer !== undefined && { consumer }) };
    return (await this.#deliveries.find(wanted).toArray()).map(toDelivery);
  }

  async moveDelivery(consumer: Consumer, tenant: string, position: number): Promise<void> {
    const [moved] = await this.#possible([{ consumer, tenant, from: position }]);
    if (!moved) return;
    const lease = { owner: null, until: null };
    if (await this.#make([moved], lease)) return;
    for (const { _id, ...fields } of await this.#begun([moved], lease)) {
      await this.#deliveries.updateOne({ _id }, { $set: fields });
    }
  }

  async removeDeliveries(consumer: Consumer, tenant?: string): Promise<void> {
    const inTenant = tenant !== undefined && { _id: within(tenant) };
    await this.#deliveries.deleteMany({ ...inTenant, consumer });
    await this.#letters.deleteMany({ ...inTenant, consumer });
  }

  async deadLetters({ tenant, consumer, before, limit }: DeadLetterQuery): Promise<DeadLetter[]> {
    const from = before === undefined ? undefined : letterPlace(before);
    if (limit === 0 || (before !== undefined && !from)) return [];
    const _id = { ...within(tenant), ...(from && { $lt: letterKey(tenant, from) }) };
    const wanted = { _id, ...(consumer !== undefined && { consumer }) };
    return (await this.#letters.find(wanted).sort({ _id: -1 }).limit(limit).toArray()).map(toLetter);
  }

  async deadLetter(tenant: string, id: string): Promise<DeadLetter | undefined> {
    const place = letterPlace(id);
    const found = place && (await this.#letters.findOne({ _id: letterKey(tenant, place) }));
    return found ? toLetter(found) : undefined;
  }

  async removeDeadLetter(tenant: string, id: string): Promise<boolean> {
    const place = letterPlace(id);
    if (!place) return false;
    return (await this.#letters.deleteOne({ _id: letterKey(tenant, place) })).deletedCount > 0;
  }

  /** True when there was none of them. */
  async #make(claims: readonly DeliveryClaim[], lease: Pick<DeliveryDocument, 'owner' | 'until'>): Promise<boolean> {
    const isNew = await insertMissing(this.#deliveries, await this.#begun(claims, lease));
    // A receiver that was removed meanwhile was removed before its delivery was made, or removes it by itself.
    const there = await this.#withReceiver(claims);
    const orphans = claims.filter((claim) => !there.includes(claim)).map(idOf);
    if (orphans.length > 0) await this.#deliveries.deleteMany({ _id: { $in: orphans } });
    return isNew;
  }

  /** Those of the app, and those whose receiver is there. */
  async #withReceiver(claims: readonly DeliveryClaim[]): Promise<DeliveryClaim[]> {
    const named = claims.map(({ consumer }) => consumer).filter((consumer) => !isOfApp(consumer));
    if (named.length === 0) return [...claims];
    const found = await this.#receivers
      .find({ _id: { $in: named }, gone: false }, { projection: { tenant: 1 } })
      .toArray();
    const tenants = new Map(found.map(({ _id, tenant }) => [_id, tenant]));
    return claims.filter(({ consumer, tenant }) => isOfApp(consumer) || tenants.get(consumer) === tenant);
  }

  /** Those whose tenant is there, and their receiver. */
  async #possible(claims: readonly DeliveryClaim[]): Promise<DeliveryClaim[]> {
    const named = [...new Set(claims.map(({ tenant }) => tenant))];
    if (named.length === 0) return [];
    const tenants = await this.#tenants
      .find({ _id: { $in: named }, gone: false }, { projection: { _id: 1 } })
      .toArray();
    const there = new Set(tenants.map(({ _id }) => _id));
    return this.#withReceiver(claims.filter(({ tenant, consumer }) => there.has(tenant) && canBeId(consumer)));
  }

  /** New ones, where they are told to begin. */
  async #begun(
    claims: readonly DeliveryClaim[],
    lease: Pick<DeliveryDocument, 'owner' | 'until'>,
  ): Promise<DeliveryDocument[]> {
    const asking = claims.filter(({ from }) => from === 'now').map(({ tenant }) => headId(tenant));
    const heads = asking.length === 0 ? [] : await this.#heads.find({ _id: { $in: asking } }).toArray();
    const last = new Map(heads.map(({ tenant, sequence }) => [tenant, sequence]));
    return claims.map(({ consumer, tenant, from }) => {
      const position = from === 'now' ? (last.get(tenant) ?? 0) : from;
      const fields = deliveryFields(placedAt(consumer, tenant, position));
      return { _id: deliveryId(tenant, consumer), tenant, consumer, ...fields, ...lease, mark: null };
    });
  }

  /** Those that belong to what is the owner's. */
  async #addLetters(
    owner: string,
    ids: readonly string[],
    deadLetters: readonly NewDeadLetter[],
    mark: string,
  ): Promise<LetterDocument[]> {
    const named = new Set(deadLetters.map(idOf));
    const concerned = ids.filter((id) => named.has(id));
    if (concerned.length === 0) return [];
    const found = await this.#deliveries.find({ _id: { $in: concerned }, owner }, { projection: { _id: 1 } }).toArray();
    const own = new Set(found.map(({ _id }) => _id));
    const letters = deadLetters
      .filter((letter) => own.has(idOf(letter)))
      .map((letter) => ({ _id: letterKey(letter.tenant, letter), ...letterFields(letter), mark }));
    if (letters.length > 0) await replaceAll(this.#letters, letters);
    return letters;
  }
}

async function replaceAll(
  letters: mongoose.mongo.Collection<LetterDocument>,
  documents: readonly LetterDocument[],
): Promise<void> {
  const writes = documents.map((replacement) => ({
    replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
  }));
  try {
    await letters.bulkWrite(writes, { ordered: false });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    // Somebody else has made one in the same moment; now it is there to be replaced.
    await letters.bulkWrite(writes, { ordered: false });
  }
}

function idOf({ tenant, consumer }: Of<'tenant'> & Of<'consumer'>): string {
  return deliveryId(tenant, consumer);
}
