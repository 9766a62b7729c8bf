/**
 * What one tenant can do: the same few operations for every resource type. Each write reads (attempts.ts, again when
 * another one came in between), plans (plan.ts, pure), commits and announces (commits.ts), and answers with what is now
 * durable (views.ts). Knows: profiles, limits. Does not know: HTTP, engines, any attribute by name.
 */
import type { FilterNode } from '../scim/filter/node.js';
import type { Json } from '../scim/json.js';
import { namedMembers, needsEdges } from '../scim/patch/edge-plan.js';
import { parsePatch } from '../scim/patch/operation.js';
import { readResource } from '../scim/resource/normalise.js';
import type { Projection } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Keyset, Position, Sort, StoredResource } from '../store/store.js';
import { untilCommitted } from './attempts.js';
import type { Caller } from './caller.js';
import { Commits } from './commits.js';
import type { Conditions } from './conditions.js';
import { passwordKeeper } from './kept-password.js';
import { edgeElements, memberTypes } from './members.js';
import type { DirectoryOptions, DirectoryStore } from './options.js';
import { checkMemberLimit, planCreate, planPatch, planReplace } from './plan.js';
import { notFound } from './refusals.js';
import { type PositionAcross, searchAcross, type TypeSearch } from './search-across.js';
import { type ResourceView, viewOf, viewsOf } from './views.js';

export interface SearchRequest<Place extends Position = Position> {
  readonly filter: FilterNode | undefined;
  readonly sort: Sort | undefined;
  /** From 1. Not read where there is a keyset. */
  readonly startIndex: number;
  /** In place of startIndex: where the page begins. */
  readonly keyset?: Keyset<Place> | undefined;
  /** The most resources to answer with. */
  readonly count: number;
}

export interface SearchResult<Place extends Position = Position> {
  readonly total: number;
  readonly resources: ResourceView[];
  /** With a keyset: where the pages after and before this one begin; undefined where there is none. */
  readonly next?: Place | undefined;
  readonly previous?: Place | undefined;
}

export class Directory {
  private readonly store: DirectoryStore;
  private readonly commits: Commits;

  constructor(private readonly options: DirectoryOptions) {
    this.store = options.store;
    this.commits = new Commits(options);
  }

  /** The same directory on a store with writes that are not committed yet. Who commits them announces them. */
  on(store: DirectoryStore): Directory {
    return new Directory({ ...this.options, store, announce: undefined });
  }

  /**
   * RFC 7644 §3.3.
   * @param id never given before
   * @throws ScimError
   */
  async create(
    caller: Caller,
    type: ResourceType,
    body: Json | undefined,
    projection: Projection,
    id = this.options.newId(),
  ): Promise<ResourceView> {
    const { hashPassword, maxMembers } = this.options;
    const plan = planCreate(body, type, caller.dialect);
    checkMemberLimit(plan, maxMembers);
    const keep = passwordKeeper(hashPassword);
    const key = { tenant: caller.tenant, type: type.name, id };
    const created = await this.commits.put(caller, type, key, undefined, await keep(plan), 'create');
    return viewOf(this.store, created, type, projection);
  }

  /** RFC 7644 §3.4.1. @throws ScimError notFound */
  async get(caller: Caller, type: ResourceType, id: string, projection: Projection): Promise<ResourceView> {
    const key = { tenant: caller.tenant, type: type.name, id };
    const resource = await this.store.get(key);
    if (!resource) throw notFound(key);
    return viewOf(this.store, resource, type, projection);
  }

  /** RFC 7644 §3.4.2. */
  async search(
    caller: Caller,
    type: ResourceType,
    request: SearchRequest,
    projection: Projection,
  ): Promise<SearchResult> {
    const { total, resources, next, previous } = await this.store.search({
      tenant: caller.tenant,
      type: type.name,
      resourceType: type,
      filter: request.filter,
      sort: request.sort,
      offset: request.startIndex - 1,
      limit: request.count,
      keyset: request.keyset,
    });
    return { total, resources: await viewsOf(this.store, resources, type, projection), next, previous };
  }

  /** RFC 7644 §3.4.2.1: several types as one list. @param searches in the order of their types in the list */
  async searchAcross(
    caller: Caller,
    searches: readonly TypeSearch[],
    { startIndex, count, keyset }: Pick<SearchRequest<PositionAcross>, 'startIndex' | 'count' | 'keyset'>,
  ): Promise<SearchResult<PositionAcross>> {
    const page = { offset: startIndex - 1, limit: count, keyset };
    const { total, found, ...ends } = await searchAcross(this.store, caller.tenant, searches, page);
    const views = new Map<StoredResource, ResourceView>();
    for (const { type, projection } of searches) {
      const ofType = found.flatMap(({ search, resource }) => (search.type === type ? resource : []));
      const shown = await viewsOf(this.store, ofType, type, projection);
      ofType.forEach((resource, i) => void views.set(resource, shown[i] as ResourceView));
    }
    return { total, resources: found.map(({ resource }) => views.get(resource) as ResourceView), ...ends };
  }

  /** RFC 7644 §3.5.1. @throws ScimError */
  async replace(
    caller: Caller,
    type: ResourceType,
    id: string,
    body: Json | undefined,
    conditions: Conditions,
    projection: Projection,
  ): Promise<ResourceView> {
    const { hashPassword, maxMembers } = this.options;
    const described = readResource(body, type, caller.dialect);
    const keep = passwordKeeper(hashPassword);
    const key = { tenant: caller.tenant, type: type.name, id };
    const changed = await untilCommitted(this.store, key, conditions, async (current) => {
      const plan = planReplace(current.document, described, type, caller.dialect);
      checkMemberLimit(plan, maxMembers);
      return this.commits.put(caller, type, current.key, current, await keep(plan), 'replace');
    });
    return viewOf(this.store, changed, type, projection);
  }

  /** RFC 7644 §3.5.2. @throws ScimError */
  async patch(
    caller: Caller,
    type: ResourceType,
    id: string,
    body: Json | undefined,
    conditions: Conditions,
    projection: Projection,
  ): Promise<ResourceView> {
    const { filterLimits, hashPassword, maxMembers } = this.options;
    const { dialect } = caller;
    const operations = parsePatch(body, type, dialect, filterLimits);
    const keep = passwordKeeper(hashPassword);
    const key = { tenant: caller.tenant, type: type.name, id };
    const changed = await untilCommitted(this.store, key, conditions, async (current) => {
      const members = needsEdges(operations, type.edges)
        ? await edgeElements(
            this.store,
            current.key,
            namedMembers(operations, type.edges, dialect),
            memberTypes(type, caller),
          )
        : undefined;
      const plan = planPatch(current.document, operations, type, dialect, members);
      if (!members) checkMemberLimit(plan, maxMembers);
      return this.commits.put(caller, type, current.key, current, await keep(plan), 'patch');
    });
    return viewOf(this.store, changed, type, projection);
  }

  /** RFC 7644 §3.6. Groups that had it as a member get a change of their own in the same commit. @throws ScimError */
  async remove(caller: Caller, type: ResourceType, id: string, conditions: Conditions): Promise<void> {
    const key = { tenant: caller.tenant, type: type.name, id };
    await untilCommitted(this.store, key, conditions, (current) => this.commits.remove(caller, type, current));
  }
}
