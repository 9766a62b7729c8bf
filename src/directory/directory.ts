/**
 * What one tenant can do: the same few operations for every resource type. Each write reads, plans (plan.ts, pure),
 * commits (write.ts to the store) and answers with what is now durable. Knows: profiles, limits, conflicts. Does not
 * know: HTTP, engines, any attribute by name.
 */
import { ScimError } from '../scim/errors.js';
import type { FilterNode } from '../scim/filter/node.js';
import type { FilterLimits } from '../scim/filter/parse.js';
import type { Json, JsonObject } from '../scim/json.js';
import { namedMembers, needsEdges } from '../scim/patch/edge-plan.js';
import { parsePatch } from '../scim/patch/operation.js';
import type { Dialect } from '../scim/profiles.js';
import { isInactive } from '../scim/resource/inactive.js';
import { readResource } from '../scim/resource/normalise.js';
import { entityTag, fingerprint, type ResourceMeta } from '../scim/resource/present.js';
import { isShown, type Projection } from '../scim/resource/project.js';
import type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
import {
  type Actor,
  type ChangeOperation,
  type Edge,
  type Keyset,
  MissingReference,
  type Position,
  type ResourceKey,
  type Sort,
  type Store,
  type StoredResource,
  StoreUnavailable,
  UniquenessConflict,
  VersionConflict,
  type Write,
} from '../store/store.js';
import { type Announce, announcing } from './announce.js';
import { askBeforeCommit, type BeforeCommit, type Planned } from './before-commit.js';
import { checkCatalogs } from './catalogs.js';
import { type HashPassword, type PasswordKeeper, passwordKeeper } from './kept-password.js';
import { edgeDifference, edgeElements, memberIds, memberPages, shownMemberships } from './members.js';
import { askHook, type PasswordHook } from './password-hook.js';
import { checkMemberLimit, type Plan, planCreate, planPatch, planReplace } from './plan.js';
import { type PositionAcross, searchAcross, type TypeSearch } from './search-across.js';
import { deleteWrite, deletion, documentDifference, memberTypeNames, type Occasion, putWrite } from './write.js';

/** Who asks, and how they speak. */
export interface Caller {
  /** Tenant.id */
  readonly tenant: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly dialect: Dialect;
  /** Name of the tenant's profile; undefined where it is not what decides. */
  readonly profile?: string | undefined;
  /** A resource type of the tenant by its name; without it those that the directory has for all. */
  readonly types?: ((name: string) => ResourceType | undefined) | undefined;
}

/** Entity tags as a client lists them; `*` for any. */
export type Tags = readonly string[] | '*' | undefined;

/** What must be true of the version of a resource before it is written. RFC 9110 §13.1; undefined: no condition. */
export interface Conditions {
  readonly ifMatch?: Tags;
  readonly ifNoneMatch?: Tags;
}

/** A resource as one answer needs it: with what its projection shows and nothing else read. */
export interface ResourceView {
  readonly type: ResourceType;
  /** Canonical, with the memberships when they are shown. */
  readonly document: JsonObject;
  readonly meta: ResourceMeta;
  readonly projection: Projection;
  /** Pages of members, read while they are written out; undefined when they are not shown. */
  readonly members: AsyncIterable<Edge[]> | undefined;
}

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

/** What a directory needs of its store. */
export type DirectoryStore = Pick<
  Store,
  'get' | 'search' | 'edges' | 'presentEdges' | 'memberships' | 'containers' | 'commit'
>;

export interface DirectoryOptions {
  readonly store: DirectoryStore;
  /** A resource type by its name. */
  readonly types: (name: string) => ResourceType | undefined;
  /** The present time, ISO 8601 UTC. */
  readonly clock: () => string;
  /** A new id, never given before. */
  readonly newId: () => string;
  readonly filterLimits: FilterLimits;
  /** Members that one request may name. */
  readonly maxMembers: number;
  /** Who is given the passwords that clients set; without it nobody is. */
  readonly onPassword?: PasswordHook | undefined;
  /** Who is asked before something is committed; without it nobody is. Is told Tenant.id for the tenant. */
  readonly beforeCommit?: BeforeCommit | undefined;
  /** Milliseconds that each of the two may take; HOOK_TIMEOUT without it. */
  readonly hookTimeout?: number | undefined;
  /** What is kept of the passwords that clients set; without it nothing is. */
  readonly hashPassword?: HashPassword | undefined;
  /** Called with Tenant.id when something that was written is durable. What it throws goes nowhere. */
  readonly announce?: Announce | undefined;
}

/** How often a write that lost a race is planned again before the client is told. */
export const MAX_ATTEMPTS = 100;

export class Directory {
  private readonly store: DirectoryStore;
  private readonly announce: Announce;

  /** @param unique by type: what is unique by schema, and what where the profile asks for more; filled when needed */
  constructor(
    private readonly options: DirectoryOptions,
    private readonly unique = new WeakMap<ResourceType, Record<'schema' | 'profile', ReadonlySet<Attribute>>>(),
  ) {
    this.store = options.store;
    this.announce = announcing(options.announce);
  }

  /** The same directory on a store with writes that are not committed yet. Who commits them announces them. */
  on(store: DirectoryStore): Directory {
    return new Directory({ ...this.options, store, announce: undefined }, this.unique);
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
    const planned = planCreate(body, type, caller.dialect);
    checkMemberLimit(planned, this.options.maxMembers);
    const plan = await this.keeper()(planned);
    const key = { tenant: caller.tenant, type: type.name, id };
    return this.view(await this.apply(caller, type, key, undefined, plan, 'create'), type, projection);
  }

  /** RFC 7644 §3.4.1. @throws ScimError notFound */
  async get(caller: Caller, type: ResourceType, id: string, projection: Projection): Promise<ResourceView> {
    const resource = await this.store.get({ tenant: caller.tenant, type: type.name, id });
    if (!resource) throw notFound(type, id);
    return this.view(resource, type, projection);
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
    return { total, resources: await this.views(resources, type, projection), next, previous };
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
      const shown = await this.views(ofType, type, projection);
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
    const described = readResource(body, type, caller.dialect);
    const keep = this.keeper();
    const changed = await this.change(caller, type, id, conditions, async (current) => {
      const plan = planReplace(current.document, described, type, caller.dialect);
      checkMemberLimit(plan, this.options.maxMembers);
      return this.apply(caller, type, current.key, current, await keep(plan), 'replace');
    });
    return this.view(changed, type, projection);
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
    const operations = parsePatch(body, type, caller.dialect, this.options.filterLimits);
    const keep = this.keeper();
    const changed = await this.change(caller, type, id, conditions, async (current) => {
      const members = needsEdges(operations, type.edges)
        ? await edgeElements(
            this.store,
            current.key,
            namedMembers(operations, type.edges, caller.dialect),
            this.memberTypes(caller, type),
          )
        : undefined;
      const plan = planPatch(current.document, operations, type, caller.dialect, members);
      if (!members) checkMemberLimit(plan, this.options.maxMembers);
      return this.apply(caller, type, current.key, current, await keep(plan), 'patch');
    });
    return this.view(changed, type, projection);
  }

  /** RFC 7644 §3.6. Groups that had it as a member get a change of their own in the same commit. @throws ScimError */
  async remove(caller: Caller, type: ResourceType, id: string, conditions: Conditions): Promise<void> {
    await this.change(caller, type, id, conditions, async (current) => {
      const members = type.edges ? [...(await memberIds(this.store, current.key))] : [];
      const groups = (await this.store.containers(caller.tenant, id, 'latest')).filter(({ key }) => key.id !== id);
      const changes = deletion(current, members, type.stored ?? type);
      const leaves = groups.map(({ key }) => key.id);
      await this.askApp(caller, type, 'delete', { key: current.key, current, document: undefined, changes, leaves });
      const writes = groups.map((group) => this.departure(caller, group, id));
      const last = deleteWrite(current, changes, this.occasion(caller, 'delete'));
      await this.store.commit(caller.tenant, [...writes, last]);
      this.announce(caller.tenant);
      return current;
    });
  }

  private departure(caller: Caller, group: StoredResource, member: string): Write {
    const type = this.typesOf(caller)(group.key.type) as ResourceType;
    const changes = { difference: [], added: [], removed: [member] };
    return putWrite(
      group.key,
      group,
      group.document,
      changes,
      this.occasion(caller, 'patch'),
      this.schemaFor(caller, type),
    );
  }

  /**
   * Reads, lets `attempt` plan and commit, and repeats when another write came in between. With If-Match the repeated
   * read finds the other version, which is the client's 412.
   */
  private async change(
    caller: Caller,
    type: ResourceType,
    id: string,
    conditions: Conditions,
    attempt: (current: StoredResource) => Promise<StoredResource>,
  ): Promise<StoredResource> {
    const key = { tenant: caller.tenant, type: type.name, id };
    for (let attempts = 1; ; attempts++) {
      const current = await this.store.get(key, 'latest');
      try {
        if (!current) throw notFound(type, id);
        checkConditions(current, conditions);
        return await attempt(current);
      } catch (error) {
        const conflict = error instanceof VersionConflict ? error : await this.conflictBehind(error, caller);
        if (!conflict) throw error;
        if (attempts === MAX_ATTEMPTS) throw keepsChanging(conflict);
      }
    }
  }

  /** A refusal rests on what was read, and is none when that was not kept. */
  private async conflictBehind(refusal: unknown, { tenant }: Caller): Promise<VersionConflict | undefined> {
    if (refusal instanceof StoreUnavailable) return undefined;
    try {
      await this.store.commit(tenant, []);
      return undefined;
    } catch (error) {
      if (error instanceof VersionConflict) return error;
      throw error;
    }
  }

  /**
   * Commits a plan. One that changes nothing is not written: `meta` stays as it was (RFC 7644 §3.5.2.1). A password that
   * is kept is a change, with a version of its own, though none that is told: If-Match must notice it.
   */
  private async apply(
    caller: Caller,
    type: ResourceType,
    key: ResourceKey,
    current: StoredResource | undefined,
    plan: Plan,
    operation: ChangeOperation,
  ): Promise<StoredResource> {
    if (type.catalogs.length > 0) {
      const source = { store: this.store, tenant: caller.tenant, types: this.typesOf(caller) };
      await checkCatalogs(source, type, current?.document ?? {}, plan.document);
    }
    const edges = await edgeDifference(this.store, key, plan.edges, current === undefined);
    const changes = { difference: documentDifference(current?.document ?? {}, plan.document, type), ...edges };
    const { passwordHash } = plan;
    const isSame = changes.difference.length + edges.added.length + edges.removed.length === 0;
    if (current && isSame && passwordHash === undefined) {
      await this.handOver(key, plan);
      // What was read may not be durable yet, and this answer promises that it is.
      await this.store.commit(caller.tenant, []);
      return current;
    }
    const planned = { key, current, document: plan.document, changes, leaves: [] };
    const withValues = await this.askApp(caller, type, operation, planned);
    const document = withValues ?? plan.document;
    await this.handOver(key, { ...plan, document });
    const settled = withValues
      ? { ...changes, difference: documentDifference(current?.document ?? {}, document, type.stored ?? type) }
      : changes;
    const occasion = this.occasion(caller, operation);
    const put = putWrite(key, current, document, settled, occasion, this.schemaFor(caller, type));
    const write = passwordHash === undefined ? put : { ...put, passwordHash };
    try {
      await this.store.commit(caller.tenant, [write]);
    } catch (error) {
      throw await this.explained(error, caller, type, document);
    }
    this.announce(caller.tenant);
    return write.resource;
  }

  /** Gives the document when the app has added values of its own. @throws ScimError when it does not want the change */
  private async askApp(
    caller: Caller,
    type: ResourceType,
    operation: ChangeOperation,
    planned: Omit<Planned, 'type' | 'profile'>,
  ): Promise<JsonObject | undefined> {
    const { beforeCommit, hookTimeout } = this.options;
    if (!beforeCommit) return undefined;
    const whole = { ...planned, type: type.stored ?? type, profile: caller.profile };
    return askBeforeCommit(beforeCommit, whole, this.occasion(caller, operation), hookTimeout);
  }

  private keeper(): PasswordKeeper {
    return passwordKeeper(this.options.hashPassword);
  }

  private async handOver({ tenant, type, id }: ResourceKey, { unkept, document }: Plan): Promise<void> {
    const { onPassword, hookTimeout } = this.options;
    const password = unkept?.get('password');
    if (onPassword && typeof password === 'string')
      await askHook(onPassword, { tenant, type, id, resource: document, password }, hookTimeout);
  }

  /** The store's refusals in SCIM's words. @param document what could not be written */
  async explained(error: unknown, caller: Caller, type: ResourceType, document: JsonObject): Promise<unknown> {
    if (error instanceof UniquenessConflict) return this.taken(error, caller, type, document);
    return error instanceof MissingReference ? missing(error) : error;
  }

  /** Clients disable whom they may bring back, and forget them: then the value is taken by somebody they do not see. */
  private async taken(
    error: UniquenessConflict,
    { tenant, dialect }: Caller,
    type: ResourceType,
    document: JsonObject,
  ): Promise<ScimError> {
    const { path, value } = error;
    if (type.uniqueByProfile.some((attribute) => attribute.path === path)) dialect.bend('unique-group-name');
    const given = document[path];
    const shown = typeof given === 'string' ? ` ${JSON.stringify(given)}` : '';
    const attribute = type.lookups.find((candidate) => candidate.path === path);
    const filter = attribute && ({ kind: 'compare', operator: 'eq', attribute, value } as const);
    const query = filter && { tenant, type: type.name, resourceType: type, filter, offset: 0, limit: 1 };
    const holder = query && (await this.store.search(query).catch(() => undefined))?.resources[0];
    const remedy =
      holder && isInactive(holder.document)
        ? `, which is inactive: find it with the filter ${path} eq${shown || ' …'}, and activate it instead of making another`
        : '';
    return new ScimError('uniqueness', `The ${path}${shown} is in use by another ${type.name}${remedy}.`, {
      cause: error,
    });
  }

  private occasion({ actor, requestId }: Caller, operation: ChangeOperation): Occasion {
    return { operation, time: this.options.clock(), requestId, actor };
  }

  private async view(resource: StoredResource, type: ResourceType, projection: Projection): Promise<ResourceView> {
    const [only] = await this.views([resource], type, projection);
    return only as ResourceView;
  }

  private async views(
    resources: readonly StoredResource[],
    type: ResourceType,
    projection: Projection,
  ): Promise<ResourceView[]> {
    const { edges, memberships } = type;
    const showsMembers = edges !== undefined && isShown(edges, projection);
    const groups =
      memberships && isShown(memberships, projection) && resources.length > 0
        ? await this.store.memberships(
            (resources[0] as StoredResource).key.tenant,
            resources.map(({ key }) => key.id),
          )
        : undefined;
    return resources.map((resource) => {
      const { key, version, created, lastModified, document } = resource;
      const shown = shownMemberships(type, groups?.get(key.id));
      return {
        type,
        document: shown ? { ...document, ...shown } : document,
        meta: { id: key.id, version, created, lastModified, memberships: shown && fingerprint(shown) },
        projection,
        members: showsMembers ? memberPages(this.store, key, 'committed') : undefined,
      };
    });
  }

  /** The types that a member of such a group may have. */
  private memberTypes(caller: Caller, type: ResourceType): ResourceType[] {
    return memberTypeNames(type).flatMap((name) => this.typesOf(caller)(name) ?? []);
  }

  /** The resource types of a caller's tenant, by their names. */
  typesOf({ types }: Caller): (name: string) => ResourceType | undefined {
    return types ?? this.options.types;
  }

  /** The type as resources are kept, with the attributes that are unique for this caller. */
  private schemaFor(
    { dialect }: Caller,
    offered: ResourceType,
  ): { type: ResourceType; unique: ReadonlySet<Attribute> } {
    const type = offered.stored ?? offered;
    let sets = this.unique.get(type);
    if (!sets) {
      sets = { schema: new Set(type.unique), profile: new Set([...type.unique, ...type.uniqueByProfile]) };
      this.unique.set(type, sets);
    }
    return { type, unique: dialect.has('unique-group-name') ? sets.profile : sets.schema };
  }
}

/** A write depends on what it changes: of a tag that covers memberships too, only the version counts. */
function checkConditions(resource: StoredResource, { ifMatch, ifNoneMatch }: Conditions): void {
  const tag = entityTag(resource);
  const fails =
    (ifMatch !== undefined && !names(ifMatch, tag, versionOf)) ||
    (ifNoneMatch !== undefined && names(ifNoneMatch, tag, versionOf));
  if (fails) throw new ScimError('preconditionFailed', `The resource is at version ${tag}; read it again.`);
}

/**
 * Whether the tags name this one. Compared weakly (RFC 9110 §8.8.3.2): SCIM's tags are weak, and If-Match is used with
 * them all the same (RFC 7644 §3.14).
 * @param part what of two tags must be equal
 */
export function names(tags: readonly string[] | '*', tag: string, part = opaqueOf): boolean {
  return tags === '*' || tags.some((candidate) => part(candidate) === part(tag));
}

function opaqueOf(tag: string): string {
  return tag.replace(/^W\//, '');
}

function versionOf(tag: string): string {
  return opaqueOf(tag).replace(/\.[0-9a-z]+"$/, '"');
}

function notFound(type: ResourceType, id: string): ScimError {
  return new ScimError('notFound', `There is no ${type.name} ${JSON.stringify(id.slice(0, 100))}.`);
}

/** What a client is told when others have changed a resource MAX_ATTEMPTS times while it was written. */
export function keepsChanging(cause: VersionConflict): ScimError {
  return new ScimError('unavailable', 'Others keep changing this resource; try again.', { cause });
}

function missing(error: MissingReference): ScimError {
  const ids = error.ids.slice(0, 5).map((id) => JSON.stringify(id.slice(0, 100)));
  return new ScimError('invalidValue', `There is no resource that could be a member with the id ${ids.join(', ')}.`, {
    cause: error,
  });
}
