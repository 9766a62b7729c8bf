/** Where receivers of changes are. Writes are made within an open transaction. */
import { changedReceiver } from '../delivery-places.js';
import { type Receiver, type ReceiverChange, UniquenessConflict } from '../store.js';
import { DeliveryWriter } from './deliveries.js';
import type { Database } from './driver.js';
import { isBindable } from './rows.js';

/** body: JSON of the receiver. */
export interface ReceiverRow {
  body: string;
}

const ONE = 'SELECT body FROM receivers WHERE id = ?2 AND tenant = ?1';

export class ReceiverQueries {
  readonly #every;
  readonly #ofTenant;
  readonly #one;

  constructor(database: Database) {
    this.#every = database.prepare<ReceiverRow>('SELECT body FROM receivers ORDER BY rowid');
    this.#ofTenant = database.prepare<ReceiverRow>('SELECT body FROM receivers WHERE tenant = ?1 ORDER BY rowid');
    this.#one = database.prepare<ReceiverRow>(ONE);
  }

  receivers(tenant?: string): Receiver[] {
    return (tenant === undefined ? this.#every.all() : this.#ofTenant.all(tenant)).map(toReceiver);
  }

  receiver(tenant: string, id: string): Receiver | undefined {
    const row = isBindable(id) ? this.#one.get(tenant, id) : undefined;
    return row && toReceiver(row);
  }
}

export class ReceiverWriter {
  readonly #one;
  readonly #isKnown;
  readonly #add;
  readonly #update;
  readonly #remove;
  readonly #deliveries;

  constructor(database: Database) {
    this.#one = database.prepare<ReceiverRow>(ONE);
    this.#isKnown = database.prepare('SELECT 1 FROM receivers WHERE id = ?1');
    this.#add = database.prepare('INSERT INTO receivers (id, tenant, body) VALUES (?1, ?2, ?3)');
    this.#update = database.prepare('UPDATE receivers SET body = ?2 WHERE id = ?1');
    this.#remove = database.prepare('DELETE FROM receivers WHERE id = ?2 AND tenant = ?1');
    this.#deliveries = new DeliveryWriter(database);
  }

  /** @throws UniquenessConflict */
  createReceiver(receiver: Receiver): void {
    const { id, tenant } = receiver;
    if (this.#isKnown.get(id)) throw new UniquenessConflict('id', id);
    this.#add.run(id, tenant, JSON.stringify(receiver));
  }

  updateReceiver(tenant: string, id: string, change: ReceiverChange, was?: Receiver): Receiver | undefined {
    const row = isBindable(id) ? this.#one.get(tenant, id) : undefined;
    const receiver = changedReceiver(row && toReceiver(row), change, was);
    if (receiver) this.#update.run(id, JSON.stringify(receiver));
    return receiver;
  }

  removeReceiver(tenant: string, id: string): boolean {
    if (!isBindable(id) || this.#remove.run(tenant, id).changes === 0) return false;
    this.#deliveries.removeDeliveries(id, tenant);
    return true;
  }
}

function toReceiver({ body }: ReceiverRow): Receiver {
  return JSON.parse(body) as Receiver;
}
