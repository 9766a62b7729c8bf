/** Members of a group, read in pages so that no group is ever held whole unless a request changes all of it. */
import type { JsonObject } from '../scim/json.js';
import type { EdgeElements, EdgePlan } from '../scim/patch/edge-plan.js';
import { displayOf } from '../scim/resource/search-form.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Edge, Membership, ResourceKey, Store, View } from '../store/store.js';
import type { Caller } from './caller.js';
import { memberTypeNames } from './write.js';

type MemberStore = Pick<Store, 'get' | 'edges' | 'presentEdges'>;

/** Members per read. */
const PAGE_SIZE = 1000;

/** All members in pages, by ascending id. */
export async function* memberPages(store: MemberStore, group: ResourceKey, view: View): AsyncGenerator<Edge[]> {
  let after: string | undefined;
  for (;;) {
    const page = await store.edges(group, { after, limit: PAGE_SIZE, view });
    if (page.length > 0) yield page;
    if (page.length < PAGE_SIZE) return;
    after = page.at(-1)?.id;
  }
}

/**
 * All members at once, and the resources that are to become members, as PATCH filters see them.
 * @param types those that a member may have.
 */
export async function edgeElements(
  store: MemberStore,
  group: ResourceKey,
  ids: ReadonlySet<string>,
  types: readonly ResourceType[],
): Promise<EdgeElements> {
  const before: JsonObject[] = [];
  for await (const page of memberPages(store, group, 'latest')) before.push(...page.map(memberElement));
  const named = new Map<string, JsonObject>();
  for (const id of ids) {
    for (const type of types) {
      const resource = await store.get({ tenant: group.tenant, type: type.name, id }, 'latest');
      if (resource) named.set(id, memberElement({ id, type: type.name, display: displayOf(resource.document, type) }));
    }
  }
  return { before, named };
}

/** The types that a member of such a group may have, as far as the caller's tenant has them. */
export function memberTypes(group: ResourceType, { types }: Caller): ResourceType[] {
  return memberTypeNames(group).flatMap((name) => types(name) ?? []);
}

/** One member as an element of `members`. */
export function memberElement({ id, type, display }: Edge): JsonObject {
  return { value: id, type, ...(display !== undefined && { display }) };
}

/** One group as an element of `groups`. RFC 7643 §4.1.2 */
function membershipElement({ id, display, direct }: Membership): JsonObject {
  return { value: id, ...(display !== undefined && { display }), type: direct ? 'direct' : 'indirect' };
}

/** The memberships of a resource as its attribute; undefined when there are none to show. */
export function shownMemberships(
  { memberships }: ResourceType,
  groups: readonly Membership[] | undefined,
): JsonObject | undefined {
  return memberships && groups?.length ? { [memberships.name]: groups.map(membershipElement) } : undefined;
}

/** The members that really come and go when a plan meets the members there are. */
export async function edgeDifference(
  store: MemberStore,
  group: ResourceKey,
  plan: EdgePlan | undefined,
  isNew: boolean,
): Promise<{ added: string[]; removed: string[] }> {
  if (!plan) return { added: [], removed: [] };
  if (isNew) return { added: [...plan.added], removed: [] };
  if (plan.isCleared) {
    const before = await memberIds(store, group);
    return {
      added: [...plan.added].filter((id) => !before.has(id)),
      removed: [...before].filter((id) => !plan.added.has(id)),
    };
  }
  const present = await store.presentEdges(group, [...plan.added, ...plan.removed], 'latest');
  return {
    added: [...plan.added].filter((id) => !present.has(id)),
    removed: [...plan.removed].filter((id) => present.has(id)),
  };
}

/** The ids of all members, as the next commit will find them. */
export async function memberIds(store: MemberStore, group: ResourceKey): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const page of memberPages(store, group, 'latest')) for (const { id } of page) ids.add(id);
  return ids;
}
