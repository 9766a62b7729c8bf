/** What happened beside the history: requests, counted by the hour, and actions of admins. activity.ts reads requests. */
import type { JsonObject } from '../../scim/json.js';
import type { AuditActor, AuditQuery, AuditRecord, NewActivity, NewAuditRecord, TrafficHour } from '../store.js';
import type { Database } from './driver.js';
import { isBindable, optional } from './rows.js';

export interface AuditRow {
  sequence: number;
  time: string;
  action: string;
  tenant: string | null;
  tenant_name: string | null;
  target: string | null;
  address: string | null;
  actor: string;
  details: string;
}

/** The counters of the activity: its last sequence number, which never starts again, and how many entries there are. */
export const COUNTERS = { sequence: 'activity', kept: 'activity:kept' } as const;

export class RecordQueries {
  readonly #hours;
  readonly #hoursOf;
  readonly #last;
  readonly #audit;
  readonly #auditOf;
  readonly #auditBy;

  constructor(database: Database) {
    const hour = 'SELECT tenant, hour, requests, refused, failed FROM traffic';
    const audit = 'SELECT sequence, time, action, tenant, tenant_name, target, address, actor, details FROM audit';
    const newest = 'sequence < ?1 ORDER BY sequence DESC LIMIT ?2';
    this.#hours = database.prepare<TrafficHour>(`${hour} WHERE hour >= ?1 ORDER BY hour, tenant`);
    this.#hoursOf = database.prepare<TrafficHour>(`${hour} WHERE tenant = ?2 AND hour >= ?1 ORDER BY hour`);
    this.#last = database.prepare<{ tenant: string; time: string }>('SELECT tenant, time FROM last_requests');
    this.#audit = database.prepare<AuditRow>(`${audit} WHERE ${newest}`);
    this.#auditOf = database.prepare<AuditRow>(
      `${audit} WHERE tenant = ?3 AND (?4 IS NULL OR action = ?4) AND ${newest}`,
    );
    this.#auditBy = database.prepare<AuditRow>(`${audit} WHERE action = ?3 AND ${newest}`);
  }

  traffic(since: string, tenant?: string): TrafficHour[] {
    const rows = tenant === undefined ? this.#hours.all(since) : this.#hoursOf.all(since, tenant);
    return rows.map((row) => ({ ...row }));
  }

  lastRequests(): Map<string, string> {
    return new Map(this.#last.all().map(({ tenant, time }) => [tenant, time]));
  }

  audit({ tenant, action, before = Number.MAX_SAFE_INTEGER, limit }: AuditQuery): AuditRecord[] {
    if (action !== undefined && !isBindable(action)) return [];
    if (tenant !== undefined) return this.#auditOf.all(before, limit, tenant, action ?? null).map(toAuditRecord);
    const rows = action === undefined ? this.#audit.all(before, limit) : this.#auditBy.all(before, limit, action);
    return rows.map(toAuditRecord);
  }
}

export class RecordWriter {
  readonly #s;

  constructor(database: Database) {
    this.#s = prepareAll(database);
  }

  /** Within one transaction, so in portions. */
  appendActivity(entries: readonly NewActivity[]): void {
    const count = entries.length;
    const { value } = this.#s.count.get('', COUNTERS.sequence, count) as { value: number };
    this.#s.count.get('', COUNTERS.kept, count);
    for (const [i, entry] of entries.entries()) this.#add(value - count + 1 + i, entry);
    this.#addTraffic(entries);
  }

  trimActivity(time: string, most: number, hoursBefore: string, limit: number): boolean {
    const kept = this.#s.counter.get('', COUNTERS.kept)?.value ?? 0;
    const surplus = this.#s.removeOldest.run(Math.min(Math.max(0, kept - most), limit)).changes;
    const old = this.#s.removeOldestBefore.run(limit - surplus, time).changes;
    if (surplus + old > 0) this.#s.count.get('', COUNTERS.kept, -surplus - old);
    const hours = this.#s.removeHours.run(hoursBefore, limit).changes;
    return surplus + old + hours > 0;
  }

  appendAudit({ time, actor, address, action, tenant, target, details }: NewAuditRecord): void {
    this.#s.addAudit.run(
      time,
      action,
      tenant?.id ?? null,
      tenant?.name ?? null,
      target ?? null,
      address ?? null,
      JSON.stringify([actor.kind, actor.id ?? null, actor.name]),
      JSON.stringify(details),
    );
  }

  #add(sequence: number, entry: NewActivity): void {
    const { credential, resource, rules, refusal } = entry;
    this.#s.addActivity.run(
      sequence,
      entry.tenant ?? '',
      entry.outcome,
      entry.time,
      entry.method,
      entry.status,
      entry.milliseconds,
      credential?.id ?? null,
      resource?.id ?? null,
      entry.requestId,
      resource?.type ?? null,
      credential?.name ?? null,
      entry.address ?? null,
      entry.agent ?? null,
      entry.path,
      rules.length === 0 ? null : JSON.stringify(rules),
      refusal === undefined ? null : JSON.stringify(refusal),
    );
  }

  #addTraffic(entries: readonly NewActivity[]): void {
    const hours = new Map<string, { tenant: string; hour: string; counts: [number, number, number] }>();
    const last = new Map<string, string>();
    for (const { tenant, time, outcome } of entries) {
      if (tenant === undefined) continue;
      const hour = `${time.slice(0, 13)}:00:00.000Z`;
      const { counts } = hours.get(`${hour}${tenant}`) ?? { counts: [0, 0, 0] };
      counts[0]++;
      counts[1] += Number(outcome === 'refused');
      counts[2] += Number(outcome === 'failed');
      hours.set(`${hour}${tenant}`, { tenant, hour, counts });
      if (time > (last.get(tenant) ?? '')) last.set(tenant, time);
    }
    for (const { tenant, hour, counts } of hours.values()) this.#s.addHour.run(tenant, hour, ...counts);
    for (const [tenant, time] of last) this.#s.noteLast.run(tenant, time);
  }
}

function prepareAll(database: Database) {
  return {
    count: database.prepare<{ value: number }>(`
      INSERT INTO counters (tenant, name, value) VALUES (?1, ?2, ?3)
      ON CONFLICT (tenant, name) DO UPDATE SET value = value + excluded.value
      RETURNING value`),
    counter: database.prepare<{ value: number }>('SELECT value FROM counters WHERE tenant = ?1 AND name = ?2'),
    addActivity: database.prepare(`
      INSERT INTO activity (sequence, tenant, outcome, time, method, status, milliseconds, credential, resource,
        request_id, resource_type, credential_name, address, agent, path, rules, refusal)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)`),
    addHour: database.prepare(`
      INSERT INTO traffic (tenant, hour, requests, refused, failed) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (tenant, hour) DO UPDATE SET requests = requests + excluded.requests,
        refused = refused + excluded.refused, failed = failed + excluded.failed`),
    noteLast: database.prepare(`
      INSERT INTO last_requests (tenant, time) VALUES (?1, ?2)
      ON CONFLICT (tenant) DO UPDATE SET time = max(time, excluded.time)`),
    removeOldest: database.prepare(`
      DELETE FROM activity
      WHERE sequence IN (SELECT sequence FROM activity WHERE sequence > 0 ORDER BY sequence LIMIT ?1)`),
    removeOldestBefore: database.prepare(`
      DELETE FROM activity
      WHERE sequence IN (SELECT sequence FROM activity WHERE sequence > 0 ORDER BY sequence LIMIT ?1) AND time < ?2`),
    removeHours: database.prepare(`
      DELETE FROM traffic
      WHERE (tenant, hour) IN (SELECT tenant, hour FROM traffic WHERE hour < ?1 ORDER BY hour LIMIT ?2)`),
    addAudit: database.prepare(`
      INSERT INTO audit (time, action, tenant, tenant_name, target, address, actor, details)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`),
  };
}

export function toAuditRecord(row: AuditRow): AuditRecord {
  const [kind, id, name] = JSON.parse(row.actor) as [AuditActor['kind'], string | null, string];
  return {
    sequence: row.sequence,
    time: row.time,
    actor: { kind, id: optional(id), name },
    address: optional(row.address),
    action: row.action,
    tenant: row.tenant === null ? undefined : { id: row.tenant, name: row.tenant_name ?? '' },
    target: optional(row.target),
    details: JSON.parse(row.details) as JsonObject,
  };
}
