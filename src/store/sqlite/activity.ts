/** The activity, as it is read: a walk through entries, newest or oldest first, some of which are asked for. */
import type { JsonObject } from '../../scim/json.js';
import type { Activity, ActivityQuery, ActivityRefusal, Outcome } from '../store.js';
import type { Database, SqlValue } from './driver.js';
import { isBindable, optional } from './rows.js';

const COLUMNS = `
  sequence, tenant, outcome, time, method, status, milliseconds, credential, resource, request_id, resource_type,
  credential_name, address, agent, path, rules, refusal`;

interface ActivityRow {
  sequence: number;
  tenant: string;
  outcome: string;
  time: string;
  method: string;
  status: number;
  milliseconds: number;
  credential: string | null;
  resource: string | null;
  request_id: string;
  resource_type: string | null;
  credential_name: string | null;
  address: string | null;
  agent: string | null;
  path: string;
  rules: string | null;
  refusal: string | null;
}

/** Entries that are looked at before others get their turn. */
const STEP = 2_000;

/**
 * Through which entries the walk goes. Those that were not done have an index of their own; by anything else that may
 * be asked for there is none, since each request would pay for it.
 */
const SCOPES = {
  all: 'activity WHERE sequence',
  tenant: 'activity INDEXED BY activity_by_tenant WHERE tenant = ?1 AND sequence',
  notDone: `activity INDEXED BY activity_not_done WHERE tenant = ?1 AND outcome = ?2 AND outcome <> 'done' AND sequence`,
} as const;

type Scope = keyof typeof SCOPES;

export class ActivityQueries {
  readonly #walks;

  constructor(database: Database) {
    this.#walks = { newest: prepareWalks(database, true), oldest: prepareWalks(database, false) };
  }

  /** Yields where others may have their turn. */
  *activity(query: ActivityQuery): Generator<undefined, Activity[]> {
    const { tenant, outcome, credential, method, resource, requestId, after, before, limit } = query;
    const asked = [credential, method, resource, requestId] as const;
    if (!asked.every((text) => text === undefined || isBindable(text))) return [];
    const isNewestFirst = after === undefined;
    const scope = scopeOf(query);
    const { edge, slice } = this.#walks[isNewestFirst ? 'newest' : 'oldest'][scope];
    const common = [tenant ?? '', outcome ?? null] as const;
    const filters = asked.map((text): SqlValue => text ?? null);
    let [low, high] = [(after ?? 0) + 1, (before ?? Number.MAX_SAFE_INTEGER) - 1];
    const found: Activity[] = [];
    while (low <= high && found.length < limit) {
      const end = edge.get(...common, low, high, STEP - 1)?.sequence;
      const [from, to] = isNewestFirst ? [end ?? low, high] : [low, end ?? high];
      found.push(...slice.all(...common, from, to, limit - found.length, ...filters).map(toActivity));
      if (isNewestFirst) high = from - 1;
      else low = to + 1;
      yield;
    }
    return found;
  }
}

function scopeOf({ tenant, outcome }: ActivityQuery): Scope {
  if (tenant === undefined) return 'all';
  return outcome === undefined || outcome === 'done' ? 'tenant' : 'notDone';
}

function prepareWalks(database: Database, isNewestFirst: boolean) {
  const order = `ORDER BY sequence ${isNewestFirst ? 'DESC' : 'ASC'}`;
  const prepare = (scope: Scope) => ({
    /** Where a step ends; nothing when the rest is less than a step. */
    edge: database.prepare<{ sequence: number }>(
      `SELECT sequence FROM ${SCOPES[scope]} BETWEEN ?3 AND ?4 ${order} LIMIT 1 OFFSET ?5`,
    ),
    slice: database.prepare<ActivityRow>(`
      SELECT ${COLUMNS} FROM ${SCOPES[scope]} BETWEEN ?3 AND ?4
        AND (?2 IS NULL OR outcome = ?2) AND (?6 IS NULL OR credential = ?6) AND (?7 IS NULL OR method = ?7)
        AND (?8 IS NULL OR resource = ?8) AND (?9 IS NULL OR request_id = ?9)
      ${order} LIMIT ?5`),
  });
  return { all: prepare('all'), tenant: prepare('tenant'), notDone: prepare('notDone') };
}

function toActivity(row: ActivityRow): Activity {
  return {
    sequence: row.sequence,
    tenant: row.tenant === '' ? undefined : row.tenant,
    time: row.time,
    requestId: row.request_id,
    credential: row.credential === null ? undefined : { id: row.credential, name: row.credential_name ?? '' },
    address: optional(row.address),
    agent: optional(row.agent),
    method: row.method,
    path: row.path,
    resource: row.resource === null ? undefined : { type: row.resource_type ?? '', id: row.resource },
    status: row.status,
    outcome: row.outcome as Outcome,
    milliseconds: row.milliseconds,
    rules: row.rules === null ? [] : (JSON.parse(row.rules) as string[]),
    refusal: row.refusal === null ? undefined : toRefusal(row.refusal),
  };
}

function toRefusal(text: string): ActivityRefusal {
  const { kind, detail, reason } = JSON.parse(text) as { kind: string; detail: string; reason?: JsonObject };
  return { kind, detail, reason };
}
