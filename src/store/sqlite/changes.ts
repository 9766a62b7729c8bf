/** The history, as it is read: forward through a tenant, back through a resource, and by the request that made it. */
import type { AttributeChange } from '../../scim/patch/difference.js';
import type { Actor, Change, ChangeOperation, ChangeQuery } from '../store.js';
import type { Database } from './driver.js';
import { isBindable, optional } from './rows.js';

export const CHANGE_COLUMNS =
  'type, id, version, sequence, operation, time, request_id, actor, added, removed, difference';

export interface ChangeRow {
  type: string;
  id: string;
  version: number;
  sequence: number;
  operation: string;
  time: string;
  request_id: string;
  actor: string;
  added: string;
  removed: string;
  difference: string;
}

/** ms to each side of a request's time in which its changes are looked for. */
const AROUND = 3_600_000;

/**
 * ms by which the times of changes may be out of the order of their sequence numbers: several processes plan them, each
 * by its clock.
 */
const DISORDER = 60_000;

/** Changes that are looked at before others get their turn. */
const STEP = 5_000;

export class ChangeQueries {
  readonly #after;
  readonly #ofResource;
  readonly #ofRequest;
  readonly #nextFrom;
  readonly #last;

  constructor(database: Database) {
    this.#after = database.prepare<ChangeRow>(
      `SELECT ${CHANGE_COLUMNS} FROM changes WHERE tenant = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3`,
    );
    this.#ofResource = database.prepare<ChangeRow>(`
      SELECT ${CHANGE_COLUMNS} FROM changes WHERE tenant = ?1 AND id = ?2 AND type = ?3 AND sequence < ?4
      ORDER BY sequence DESC LIMIT ?5`);
    this.#ofRequest = database.prepare<ChangeRow>(`
      SELECT ${CHANGE_COLUMNS} FROM changes
      WHERE tenant = ?1 AND sequence BETWEEN ?2 AND ?3 AND request_id = ?4 AND time BETWEEN ?5 AND ?6
      ORDER BY sequence DESC LIMIT ?7`);
    this.#nextFrom = database.prepare<{ sequence: number; time: string }>(
      'SELECT sequence, time FROM changes WHERE tenant = ?1 AND sequence >= ?2 ORDER BY sequence LIMIT 1',
    );
    this.#last = database.prepare<{ sequence: number }>(
      'SELECT sequence FROM changes WHERE tenant = ?1 ORDER BY sequence DESC LIMIT 1',
    );
  }

  changes(tenant: string, after: number, limit: number): Change[] {
    return this.#after.all(tenant, after, limit).map((row) => toChange(tenant, row));
  }

  /** Newest first. Yields where others may have their turn. */
  *changesOf({ tenant, resource, request, before, limit }: ChangeQuery): Generator<undefined, Change[]> {
    const end = before ?? Number.MAX_SAFE_INTEGER;
    if (resource && isBindable(resource.id)) {
      const rows = this.#ofResource.all(tenant, resource.id, resource.type, end, limit);
      return rows.map((row) => toChange(tenant, row));
    }
    if (request && isBindable(request.id)) return yield* this.#changesOfRequest(tenant, request, end, limit);
    return [];
  }

  /**
   * No index has the ids of requests: it would cost each write more than it is worth. So the part of the history from
   * the hour before to the hour after is looked through, which is found by its times; what a tenant writes in two hours
   * bounds the work.
   */
  *#changesOfRequest(
    tenant: string,
    { id, near }: NonNullable<ChangeQuery['request']>,
    end: number,
    limit: number,
  ): Generator<undefined, Change[]> {
    const time = Date.parse(near);
    const [from, to] = [isoTime(time - AROUND), isoTime(time + AROUND)];
    const first = this.#firstSince(tenant, isoTime(time - AROUND - DISORDER));
    const found: Change[] = [];
    let last = Math.min(end, this.#firstSince(tenant, isoTime(time + AROUND + DISORDER))) - 1;
    while (last >= first && found.length < limit) {
      const start = Math.max(first, last - STEP + 1);
      const rows = this.#ofRequest.all(tenant, start, last, id, from, to, limit - found.length);
      found.push(...rows.map((row) => toChange(tenant, row)));
      last = start - 1;
      yield;
    }
    return found;
  }

  /** The sequence number of the first change from `time` on, or one more than the last, by halving. */
  #firstSince(tenant: string, time: string): number {
    let [low, high] = [1, (this.#last.get(tenant)?.sequence ?? 0) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const next = this.#nextFrom.get(tenant, middle);
      if (next && next.time < time) low = next.sequence + 1;
      else high = middle;
    }
    return low;
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function toChange(tenant: string, row: ChangeRow): Change {
  return {
    sequence: row.sequence,
    key: { tenant, type: row.type, id: row.id },
    version: row.version,
    operation: row.operation as ChangeOperation,
    time: row.time,
    requestId: row.request_id,
    actor: toActor(row.actor),
    difference: JSON.parse(row.difference) as AttributeChange[],
    added: toIds(row.added),
    removed: toIds(row.removed),
  };
}

/** Few changes are about members. */
function toIds(text: string): string[] {
  return text === '[]' ? [] : (JSON.parse(text) as string[]);
}

function toActor(text: string): Actor {
  const [credential, name, address] = JSON.parse(text) as [string, string, string | null];
  return { credential, name, address: optional(address) };
}
