/** Where receivers of changes are; written through the ledger. */
import { changedReceiver } from '../delivery-places.js';
import { type Receiver, type ReceiverChange, UniquenessConflict } from '../store.js';
import type { Deliveries } from './deliveries.js';
import { putReceiver, type ReceiverDocument, toReceiver } from './delivery-documents.js';
import type { Db, Ledger } from './ledger.js';

export class Receivers {
  readonly #receivers;
  readonly #ledger;
  readonly #deliveries;

  constructor(database: Db, ledger: Ledger, deliveries: Pick<Deliveries, 'removeDeliveries'>) {
    this.#receivers = database.collection<ReceiverDocument>('receivers');
    this.#ledger = ledger;
    this.#deliveries = deliveries;
  }

  /** @throws UniquenessConflict */
  createReceiver(receiver: Receiver): Promise<void> {
    return this.#ledger.change(async () => {
      if (await this.#receivers.findOne({ _id: receiver.id })) throw new UniquenessConflict('id', receiver.id);
      return { puts: [putReceiver(receiver, true)], result: undefined };
    });
  }

  async receivers(tenant?: string): Promise<Receiver[]> {
    const wanted = { ...(tenant !== undefined && { tenant }), gone: false };
    return (await this.#receivers.find(wanted).sort({ order: 1 }).toArray()).map(toReceiver);
  }

  async receiver(tenant: string, id: string): Promise<Receiver | undefined> {
    const found = await this.#receivers.findOne({ _id: id });
    return found && !found.gone && found.tenant === tenant ? toReceiver(found) : undefined;
  }

  updateReceiver(tenant: string, id: string, change: ReceiverChange, was?: Receiver): Promise<Receiver | undefined> {
    return this.#ledger.change(async () => {
      const receiver = changedReceiver(await this.receiver(tenant, id), change, was);
      return { puts: receiver ? [putReceiver(receiver)] : [], result: receiver };
    });
  }

  async removeReceiver(tenant: string, id: string): Promise<boolean> {
    const isRemoved = await this.#ledger.change(async () => {
      if (!(await this.receiver(tenant, id))) return { puts: [], result: false };
      return { puts: [{ collection: 'receivers', id, fields: null }], result: true };
    });
    if (isRemoved) await this.#deliveries.removeDeliveries(id, tenant);
    return isRemoved;
  }
}
