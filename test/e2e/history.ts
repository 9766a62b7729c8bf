/** The change records of a store, replayed from nothing and held against what the store keeps. */
import type { JsonObject } from '../../src/scim/json.js';
import { applyDifference } from '../../src/scim/patch/difference.js';
import type { Change, ResourceKey, Store } from '../../src/store/store.js';
import { differences } from './read-back.js';
import type { Acknowledged } from './storm.js';

/** A resource as its records make it. */
interface Folded {
  readonly key: ResourceKey;
  readonly document: JsonObject;
  /** How many records it has. */
  readonly version: number;
  readonly members: ReadonlySet<string>;
}

/** All records of a tenant, oldest first. */
export async function allChanges(store: Store, tenant: string): Promise<Change[]> {
  const changes: Change[] = [];
  for (;;) {
    const page = await store.changes(tenant, changes.at(-1)?.sequence ?? 0, 1000);
    changes.push(...page);
    if (page.length < 1000) return changes;
  }
}

/** Where the history and the store disagree, or the history with itself; empty when all is well. */
export async function historyProblems(
  store: Store,
  tenant: string,
  acknowledged: readonly Acknowledged[],
): Promise<string[]> {
  const changes = await allChanges(store, tenant);
  const problems: string[] = [];
  changes.forEach(({ sequence }, at) => {
    if (sequence !== at + 1) problems.push(`record ${at + 1} has the sequence number ${sequence}`);
  });
  const folded = fold(changes, problems);
  problems.push(...missingRecords(changes, acknowledged));
  problems.push(...(await storeProblems(store, tenant, folded, changes)));
  return problems;
}

function missingRecords(changes: readonly Change[], acknowledged: readonly Acknowledged[]): string[] {
  const recorded = new Set(changes.map(({ requestId, operation, key }) => `${requestId} ${operation} ${key.id}`));
  return acknowledged
    .map(({ requestId, operation, id }) => `${requestId} ${operation} ${id}`)
    .filter((write) => !recorded.has(write))
    .map((write) => `acknowledged but not recorded: ${write}`);
}

/** What exists when all records have been applied, by id. */
function fold(changes: readonly Change[], problems: string[]): Map<string, Folded> {
  const folded = new Map<string, Folded>();
  for (const { key, operation, version, difference, added, removed, sequence } of changes) {
    const before = folded.get(key.id);
    const wanted = operation === 'delete' ? before?.version : (before?.version ?? 0) + 1;
    if (version !== wanted || (operation === 'create') !== (before === undefined)) {
      problems.push(`record ${sequence}: ${operation} of ${key.id} makes version ${version}, wanted ${wanted}`);
    }
    const document = applyDifference(before?.document ?? {}, difference, 'redo');
    const members = new Set(before?.members);
    for (const id of added) if (members.has(id) || !members.add(id)) problems.push(`${sequence}: ${id} added twice`);
    for (const id of removed) if (!members.delete(id)) problems.push(`${sequence}: ${id} removed and was not there`);
    if (operation !== 'delete') folded.set(key.id, { key, document, version, members });
    else {
      folded.delete(key.id);
      if (Object.keys(document).length + members.size > 0) problems.push(`${sequence}: the delete leaves something`);
    }
  }
  return folded;
}

async function storeProblems(
  store: Store,
  tenant: string,
  folded: ReadonlyMap<string, Folded>,
  changes: readonly Change[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const { key, document, version, members } of folded.values()) {
    const stored = await store.get(key);
    if (stored?.version !== version)
      problems.push(`${key.id} is at version ${stored?.version}, its records at ${version}`);
    problems.push(...differences(document, stored?.document, key.id));
    const edges = await edgesOf(store, key);
    problems.push(...differences([...members], edges, `edges of ${key.id}`));
    for (const id of edges) if (!folded.has(id)) problems.push(`${key.id} has a member that does not exist: ${id}`);
  }
  const deleted = new Map(changes.filter(({ key }) => !folded.has(key.id)).map(({ key }) => [key.id, key]));
  for (const key of deleted.values()) if (await store.get(key)) problems.push(`${key.id} is there after its delete`);
  for (const type of ['User', 'Group']) {
    const { total } = await store.search({ tenant, type, offset: 0, limit: 0 });
    const wanted = [...folded.values()].filter(({ key }) => key.type === type).length;
    if (total !== wanted) problems.push(`the store counts ${total} of type ${type}, the records make ${wanted}`);
  }
  return [...problems, ...(await membershipProblems(store, tenant, folded))];
}

async function edgesOf(store: Store, key: ResourceKey): Promise<string[]> {
  const edges: string[] = [];
  for (;;) {
    const page = await store.edges(key, { after: edges.at(-1), limit: 1000 });
    edges.push(...page.map(({ id }) => id));
    if (page.length < 1000) return edges;
  }
}

/** The same edges, seen from the members. */
async function membershipProblems(
  store: Store,
  tenant: string,
  folded: ReadonlyMap<string, Folded>,
): Promise<string[]> {
  const ids = [...folded.keys()];
  const memberships = await store.memberships(tenant, ids);
  return ids.flatMap((id) => {
    const wanted = [...folded.values()].filter(({ members }) => members.has(id)).map(({ key }) => key.id);
    return differences(
      wanted,
      (memberships.get(id) ?? []).map((one) => one.id),
      `groups of ${id}`,
    );
  });
}
