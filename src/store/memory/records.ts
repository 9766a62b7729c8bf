/** What happened beside the history: requests, and actions of admins. */
import type {
  Activity,
  ActivityQuery,
  AuditQuery,
  AuditRecord,
  NewActivity,
  NewAuditRecord,
  TrafficHour,
} from '../records.js';
import { copy } from './copy.js';

/** In the order of recording. */
export class Records {
  #activity: Activity[] = [];
  #lastSequence = 0;
  #audit: AuditRecord[] = [];
  /** By tenant, a NUL and the hour. */
  #hours = new Map<string, TrafficHour>();
  #lastRequests = new Map<string, string>();

  appendActivity(entries: readonly NewActivity[]): void {
    for (const entry of entries) {
      this.#activity.push({ ...copy(entry), sequence: ++this.#lastSequence });
      if (entry.tenant !== undefined) this.#count(entry.tenant, entry);
    }
  }

  activity(query: ActivityQuery): Activity[] {
    const { before = Number.POSITIVE_INFINITY, after = 0, limit } = query;
    const found = this.#activity.filter(
      (entry) => entry.sequence < before && entry.sequence > after && isAskedFor(entry, query),
    );
    if (query.after === undefined) found.reverse();
    return copy(found.slice(0, limit));
  }

  traffic(since: string, tenant?: string): TrafficHour[] {
    const hours = [...this.#hours.values()].filter(
      (hour) => hour.hour >= since && (tenant === undefined || hour.tenant === tenant),
    );
    return copy(hours.sort((a, b) => order(a.hour, b.hour) || order(a.tenant, b.tenant)));
  }

  lastRequests(): Map<string, string> {
    return new Map(this.#lastRequests);
  }

  trimActivity(time: string, most: number, hoursBefore: string, limit: number): boolean {
    const surplus = this.#activity.length - most;
    const oldest = this.#activity.slice(0, limit);
    const gone = new Set(oldest.filter((entry, i) => i < surplus || entry.time < time));
    this.#activity = this.#activity.filter((entry) => !gone.has(entry));
    const hours = [...this.#hours].filter(([, { hour }]) => hour < hoursBefore).slice(0, limit);
    for (const [key] of hours) this.#hours.delete(key);
    return gone.size + hours.length > 0;
  }

  appendAudit(record: NewAuditRecord): void {
    this.#audit.push({ ...copy(record), sequence: this.#audit.length + 1 });
  }

  audit({ tenant, action, before = Number.POSITIVE_INFINITY, limit }: AuditQuery): AuditRecord[] {
    const found = this.#audit.filter(
      (record) =>
        record.sequence < before &&
        (tenant === undefined || record.tenant?.id === tenant) &&
        (action === undefined || record.action === action),
    );
    return copy(found.reverse().slice(0, limit));
  }

  #count(tenant: string, { time, outcome }: NewActivity): void {
    const hour = `${time.slice(0, 13)}:00:00.000Z`;
    const before = this.#hours.get(`${tenant}\0${hour}`) ?? { tenant, hour, requests: 0, refused: 0, failed: 0 };
    const { requests, refused, failed } = before;
    this.#hours.set(`${tenant}\0${hour}`, {
      ...before,
      requests: requests + 1,
      refused: refused + Number(outcome === 'refused'),
      failed: failed + Number(outcome === 'failed'),
    });
    if (time > (this.#lastRequests.get(tenant) ?? '')) this.#lastRequests.set(tenant, time);
  }

  /** The activity of a removed tenant. False when it had none. */
  purge(tenant: string): boolean {
    const hours = [...this.#hours].filter(([, hour]) => hour.tenant === tenant);
    const rest = this.#activity.filter((entry) => entry.tenant !== tenant);
    const hadAny = rest.length < this.#activity.length || hours.length > 0;
    this.#activity = rest;
    for (const [key] of hours) this.#hours.delete(key);
    return this.#lastRequests.delete(tenant) || hadAny;
  }
}

function isAskedFor(entry: Activity, query: ActivityQuery): boolean {
  const { tenant, outcome, credential, method, resource, requestId } = query;
  return (
    (tenant === undefined || entry.tenant === (tenant ?? undefined)) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (credential === undefined || entry.credential?.id === credential) &&
    (method === undefined || entry.method === method) &&
    (resource === undefined || entry.resource?.id === resource) &&
    (requestId === undefined || entry.requestId === requestId)
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
