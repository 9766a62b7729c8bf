/** Who is told of changes, how far each has got, and what was given up. Writes are made within an open transaction. */
import { deadLetterId, type LetterPlace, lastLeaseEnd, letterPlace, placedAt } from '../delivery-places.js';
import type {
  Consumer,
  DeadLetter,
  DeadLetterQuery,
  Delivery,
  DeliveryClaim,
  DeliveryOwner,
  DeliveryTrouble,
  NewDeadLetter,
} from '../store.js';
import type { Database } from './driver.js';
import { isBindable } from './rows.js';

export const DELIVERY_COLUMNS = 'consumer, tenant, position, parts, ahead, trouble';

export const LETTER_COLUMNS = 'tenant, sequence, part, consumer, event, attempts, error, time';

/** The same in another shape, but for the id. */
export type LetterRow = { [Name in keyof NewDeadLetter]: NewDeadLetter[Name] };

export interface DeliveryRow {
  consumer: string;
  tenant: string;
  position: number;
  parts: number;
  ahead: string;
  trouble: string | null;
}

/** What comes after every dead letter in the order of the index. */
const END: LetterPlace = { sequence: Number.MAX_SAFE_INTEGER, part: 0, consumer: '' };

export class DeliveryQueries {
  readonly #heads;
  readonly #deliveries;
  readonly #letters;

  constructor(database: Database) {
    // A tenant that was removed has no row, though its counters may still be there. As one text: it is asked for every
    // second, and thousands of rows would take the library twice as long.
    this.#heads = database.prepare<{ heads: string }>(`
      SELECT json_group_array(json_array(t.id, c.value)) AS heads
      FROM tenants t CROSS JOIN counters c ON c.tenant = t.id AND c.name = 'changes' WHERE c.value > 0`);
    this.#deliveries = prepareDeliveries(database);
    this.#letters = prepareLetters(database);
  }

  heads(): Map<string, number> {
    return new Map(JSON.parse(this.#heads.get()?.heads ?? '[]') as [string, number][]);
  }

  deliveries({ tenant, consumer }: { tenant?: string | undefined; consumer?: Consumer | undefined }): Delivery[] {
    if (!isBindable(`${tenant}${consumer}`)) return [];
    const { every, ofTenant, ofConsumer, one } = this.#deliveries;
    const found = () => {
      if (tenant === undefined) return consumer === undefined ? every.all() : ofConsumer.all(consumer);
      return consumer === undefined ? ofTenant.all(tenant) : one.all(consumer, tenant);
    };
    return found().map(toDelivery);
  }

  deadLetters({ tenant, consumer, before, limit }: DeadLetterQuery): DeadLetter[] {
    const from = before === undefined ? END : letterPlace(before);
    if (!from || !isBindable(consumer ?? '')) return [];
    const place = [from.sequence, from.part, from.consumer] as const;
    const found =
      consumer === undefined
        ? this.#letters.ofTenant.all(tenant, limit, ...place)
        : this.#letters.ofConsumer.all(tenant, limit, ...place, consumer);
    return found.map(toLetter);
  }

  deadLetter(tenant: string, id: string): DeadLetter | undefined {
    const place = letterPlace(id);
    const found = place && this.#letters.one.get(tenant, place.sequence, place.part, place.consumer);
    return found && toLetter(found);
  }
}

export class DeliveryWriter {
  readonly #s;

  constructor(database: Database) {
    this.#s = prepareWrites(database);
  }

  claimDeliveries({ owner, now, until }: DeliveryOwner, claims: readonly DeliveryClaim[]): Delivery[] {
    const last = lastLeaseEnd(now);
    return claims.flatMap(({ consumer, tenant, from }) => {
      if (!isBindable(consumer) || !isBindable(tenant)) return [];
      const claimed = this.#s.claim.get(consumer, tenant, from === 'now' ? null : from, owner, until, now, last);
      return claimed ? [toDelivery(claimed)] : [];
    });
  }

  saveDeliveries(
    { owner, until }: DeliveryOwner,
    deliveries: readonly Delivery[],
    deadLetters: readonly NewDeadLetter[],
  ): boolean[] {
    const isSaved = deliveries.map((delivery) => {
      const { consumer, tenant } = delivery;
      return this.#s.save.run(consumer, tenant, ...changeable(delivery), until, owner).changes > 0;
    });
    if (deadLetters.length === 0) return isSaved;
    const saved = new Set(
      deliveries.filter((_, i) => isSaved[i]).map(({ consumer, tenant }) => `${consumer}\0${tenant}`),
    );
    for (const letter of deadLetters) {
      if (saved.has(`${letter.consumer}\0${letter.tenant}`)) this.#s.addLetter.run(...columnsOf(letter));
    }
    return isSaved;
  }

  moveDelivery(consumer: Consumer, tenant: string, position: number): void {
    if (!isBindable(consumer) || !isBindable(tenant)) return;
    this.#s.move.run(consumer, tenant, ...changeable(placedAt(consumer, tenant, position)));
  }

  removeDeliveries(consumer: Consumer, tenant?: string): void {
    if (!isBindable(`${consumer}${tenant}`)) return;
    if (tenant === undefined) {
      this.#s.removeEverywhere.run(consumer);
      this.#s.removeLettersEverywhere.run(consumer);
    } else {
      this.#s.remove.run(consumer, tenant);
      this.#s.removeLetters.run(consumer, tenant);
    }
  }

  removeDeadLetter(tenant: string, id: string): boolean {
    const place = letterPlace(id);
    return (
      place !== undefined && this.#s.removeLetter.run(tenant, place.sequence, place.part, place.consumer).changes > 0
    );
  }
}

function prepareDeliveries(database: Database) {
  const deliveries = `SELECT ${DELIVERY_COLUMNS} FROM deliveries`;
  return {
    every: database.prepare<DeliveryRow>(deliveries),
    ofTenant: database.prepare<DeliveryRow>(`${deliveries} WHERE tenant = ?1`),
    ofConsumer: database.prepare<DeliveryRow>(`${deliveries} WHERE consumer = ?1`),
    one: database.prepare<DeliveryRow>(`${deliveries} WHERE consumer = ?1 AND tenant = ?2`),
  };
}

function prepareLetters(database: Database) {
  const letters = `SELECT ${LETTER_COLUMNS} FROM dead_letters`;
  return {
    ofTenant: database.prepare<LetterRow>(`
      ${letters} WHERE tenant = ?1 AND (sequence, part, consumer) < (?3, ?4, ?5)
      ORDER BY sequence DESC, part DESC, consumer DESC LIMIT ?2`),
    // The same with one consumer, so that its index has the order: of the place's own part it comes, or not.
    ofConsumer: database.prepare<LetterRow>(`
      ${letters} INDEXED BY dead_letters_by_consumer
      WHERE tenant = ?1 AND consumer = ?6 AND (sequence, part) < (?3, ?4 + (?6 < ?5))
      ORDER BY sequence DESC, part DESC LIMIT ?2`),
    one: database.prepare<LetterRow>(`${letters} WHERE tenant = ?1 AND sequence = ?2 AND part = ?3 AND consumer = ?4`),
  };
}

/** A delivery is made only where the tenant is there, and its receiver, unless it is of the app. */
const IS_THERE = `t.id = ?2 AND
  (?1 GLOB 'app:*' OR EXISTS (SELECT 1 FROM receivers r WHERE r.id = ?1 AND r.tenant = ?2))`;

function prepareWrites(database: Database) {
  return {
    claim: database.prepare<DeliveryRow>(`
      INSERT INTO deliveries (consumer, tenant, position, parts, ahead, owner, until)
      SELECT ?1, t.id, coalesce(?3, (SELECT value FROM counters WHERE tenant = ?2 AND name = 'changes'), 0), 0, '[]', ?4, ?5
      FROM tenants t WHERE ${IS_THERE}
      ON CONFLICT (consumer, tenant) DO UPDATE SET owner = excluded.owner, until = excluded.until
        WHERE owner IS NULL OR owner = excluded.owner OR until <= ?6 OR until > ?7
      RETURNING ${DELIVERY_COLUMNS}`),
    save: database.prepare(`
      UPDATE deliveries SET position = ?3, parts = ?4, ahead = ?5, trouble = ?6, until = ?7
      WHERE consumer = ?1 AND tenant = ?2 AND owner = ?8`),
    move: database.prepare(`
      INSERT INTO deliveries (consumer, tenant, position, parts, ahead, trouble)
      SELECT ?1, t.id, ?3, ?4, ?5, ?6 FROM tenants t WHERE ${IS_THERE}
      ON CONFLICT (consumer, tenant) DO UPDATE SET position = excluded.position, parts = excluded.parts,
        ahead = excluded.ahead, trouble = excluded.trouble, owner = NULL, until = NULL`),
    remove: database.prepare('DELETE FROM deliveries WHERE consumer = ?1 AND tenant = ?2'),
    removeEverywhere: database.prepare('DELETE FROM deliveries WHERE consumer = ?1'),
    addLetter: database.prepare(`
      INSERT OR REPLACE INTO dead_letters (${LETTER_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`),
    removeLetter: database.prepare(
      'DELETE FROM dead_letters WHERE tenant = ?1 AND sequence = ?2 AND part = ?3 AND consumer = ?4',
    ),
    removeLetters: database.prepare('DELETE FROM dead_letters WHERE consumer = ?1 AND tenant = ?2'),
    removeLettersEverywhere: database.prepare('DELETE FROM dead_letters WHERE consumer = ?1'),
  };
}

/** position, parts, ahead, trouble */
export function changeable({ position, parts, ahead, trouble }: Delivery) {
  return [position, parts, JSON.stringify(ahead), trouble === undefined ? null : JSON.stringify(trouble)] as const;
}

/** In the order of LETTER_COLUMNS. */
export function columnsOf({ tenant, sequence, part, consumer, event, attempts, error, time }: NewDeadLetter) {
  return [tenant, sequence, part, consumer, event, attempts, error, time] as const;
}

export function toDelivery({ consumer, tenant, position, parts, ahead, trouble }: DeliveryRow): Delivery {
  return {
    consumer,
    tenant,
    position,
    parts,
    ahead: JSON.parse(ahead) as number[],
    trouble: trouble === null ? undefined : (JSON.parse(trouble) as DeliveryTrouble),
  };
}

function toLetter(row: LetterRow): DeadLetter {
  return { ...row, id: deadLetterId(row) };
}
