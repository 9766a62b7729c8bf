/** What clients have requested, for admins: a tenant's own requests, and for those who see all tenants nobody's. */
import type { ActivityRecorder } from '../../access/activity.js';
import { RULES, type RuleName } from '../../scim/profiles.js';
import type { Activity, ActivityQuery, Store } from '../../store/store.js';
import { adviceFor } from './advice.js';
import { changeView } from './changes.js';
import { type AdminRequest, type AdminResponse, ok, tenantOf } from './handler.js';
import type { ActivityDetail, ActivityList, ActivityView } from './messages.js';
import { AdminProblem, nothingThere } from './problem.js';
import { oneOf, readQuery, sequence, text, whole } from './query.js';

export interface ActivityParts {
  readonly store: Pick<Store, 'activity' | 'changesOf'>;
  readonly activity: Pick<ActivityRecorder, 'flush'>;
}

/** Requests on a page, without a parameter and at most. */
const PAGE = 50;
const MOST = 200;
/** Changes of one request that are shown; only a bulk request makes more. */
const MOST_CHANGES = 200;

/** What a list and an export may be narrowed to. */
export const NARROWING = {
  outcome: oneOf(['done', 'refused', 'failed']).optional(),
  credential: text(100).optional(),
  method: text(20).optional(),
  resource: text(100).optional(),
  requestId: text(100).optional(),
  before: sequence.optional(),
  after: sequence.optional(),
};

/** GET /tenants/{tenant}/activity: newest first; with `after` oldest first, from there on. */
export function listActivity(request: AdminRequest, parts: ActivityParts): Promise<AdminResponse> {
  return list(tenantOf(request).id, request, parts);
}

/** GET /activity: what belongs to no tenant. */
export function listUnattributed(request: AdminRequest, parts: ActivityParts): Promise<AdminResponse> {
  // Whoever sees one tenant does not learn what strangers do at others' doors.
  if (request.admin.tenant !== undefined) throw new AdminProblem(403, 'This needs an admin of all tenants.');
  return list(null, request, parts);
}

async function list(tenant: string | null, request: AdminRequest, parts: ActivityParts): Promise<AdminResponse> {
  const { limit = PAGE, ...narrowing } = readQuery(request.query, { ...NARROWING, limit: whole(1, MOST).optional() });
  const found = await readActivity({ tenant, ...narrowing, limit: limit + 1 }, parts);
  const items = found.slice(0, limit);
  // Forward there is always more to come: whoever follows asks with the newest sequence number that they know.
  const isMore = found.length > limit && narrowing.after === undefined;
  return ok({
    items: items.map(activityView),
    next: isMore ? (items.at(-1)?.sequence ?? null) : null,
  } satisfies ActivityList);
}

/** GET /tenants/{tenant}/activity/{requestId}: with what it has changed. */
export async function getActivity(request: AdminRequest, parts: ActivityParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  const tenant = tenantOf(request).id;
  const id = request.params.requestId ?? '';
  const [found] = await readActivity({ tenant, requestId: id, limit: 1 }, parts);
  if (!found) throw nothingThere('There is no such request, or it is older than the activity is kept.');
  const near = { id, near: found.time };
  const changes = await parts.store.changesOf({ tenant, request: near, limit: MOST_CHANGES });
  return ok({ activity: activityView(found), changes: changes.map(changeView) } satisfies ActivityDetail);
}

/** Whoever asks finds all that this process has answered. */
async function readActivity(query: ActivityQuery, { store, activity }: ActivityParts): Promise<Activity[]> {
  await activity.flush();
  return store.activity(query);
}

export function activityView(entry: Activity): ActivityView {
  const { refusal } = entry;
  return {
    sequence: entry.sequence,
    time: entry.time,
    requestId: entry.requestId,
    credential: entry.credential ?? null,
    address: entry.address ?? null,
    agent: entry.agent ?? null,
    method: entry.method,
    path: entry.path,
    resource: entry.resource ?? null,
    status: entry.status,
    outcome: entry.outcome,
    milliseconds: entry.milliseconds,
    rules: entry.rules.map(ruleView),
    refusal: refusal ? { ...refusal, reason: refusal.reason ?? null } : null,
    advice: adviceFor(entry) ?? null,
  };
}

/** A rule that a later version has noted is known by its name alone. */
function ruleView(name: string): ActivityView['rules'][number] {
  if (!Object.hasOwn(RULES, name)) return { name, description: '', rfc: '' };
  const { client, example, bends } = RULES[name as RuleName];
  return { name, description: `As ${client} sends it: ${example}`, rfc: bends };
}
