/**
 * What the app itself may do in a tenant: the same operations that clients have, as functions. Validation, hooks, history
 * and events are those of any other change; its author is `app`. Knows: the directory. Does not know: HTTP, credentials.
 */
import { ScimError } from '../scim/errors.js';
import { type FilterLimits, parseFilter } from '../scim/filter/parse.js';
import { resolveFilter } from '../scim/filter/resolve.js';
import type { Json, JsonObject } from '../scim/json.js';
import { type ListResponse, listResponse } from '../scim/messages/list-response.js';
import { Dialect, PROFILES, type ProfileName, type RuleName } from '../scim/profiles.js';
import { present } from '../scim/resource/present.js';
import { DEFAULT_PROJECTION, project } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { CommonAttributes, EnterpriseUser, Group, User } from '../scim/schema/types.generated.js';
import { resolveSort } from '../scim/sort.js';
import type { Actor, Change, Store, Tenant } from '../store/store.js';
import type { Caller } from './caller.js';
import type { Directory } from './directory.js';
import { memberElement, memberPages } from './members.js';
import type { ResourceView } from './views.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What every resource has once it is kept. `meta` has no `location`, which depends on where a client looks from. */
type Kept = { readonly id: string; readonly meta: KeptMeta } & JsonObject;
type KeptMeta = NonNullable<CommonAttributes['meta']> & { readonly version: string };

/** A user to be: `schemas` may be left out; extensions stand under their URNs. */
export type NewUser = User | (User & { readonly [extension: `urn:${string}`]: unknown });
/** A user as kept, with `groups`. */
export type KeptUser = User & { readonly [ENTERPRISE]?: EnterpriseUser } & Kept;
/** A group to be; `members` by their ids: `[{ value: '2819c223' }]`. */
export type NewGroup = Group | (Group & { readonly [extension: `urn:${string}`]: unknown });
/** A group as kept, without its members, of which there may be any number: see members(). */
export type KeptGroup = Omit<Group, 'members'> & Kept;
/** A resource of another type. */
export type KeptResource = Kept;

/** One operation of RFC 7644 §3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** `title`, `emails[type eq "work"].value`, `urn:…:User:department`; without it `value` is an object of attributes. */
  readonly path?: string;
  readonly value?: unknown;
}

/** Which resources, RFC 7644 §3.4.2. */
export interface FindQuery {
  /** `emails.value ew "@example.com" and active eq true`; without it all. */
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder?: 'ascending' | 'descending';
}

/** A condition: the `meta.version` that was read. When the resource has another one, the write is refused with 412. */
export interface IfMatch {
  readonly ifMatch?: string;
}

/** A member of a group. */
export interface Member {
  readonly value: string;
  /** ResourceType.name */
  readonly type: string;
  readonly display?: string;
}

/** A tenant, with its schemas as they are now. */
export interface TenantAtHand {
  readonly tenant: Tenant;
  readonly types: (name: string) => ResourceType | undefined;
}

export interface AppDirectoryParts {
  readonly directory: Directory;
  readonly store: Pick<Store, 'edges' | 'get' | 'presentEdges' | 'changes' | 'changesOf'>;
  readonly newId: () => string;
  readonly filterLimits: FilterLimits;
  /** @throws what says that there is no such tenant */
  readonly find: (tenant: string) => Promise<TenantAtHand>;
}

/** Resources on a page of find(), of all() and of a history, without a number, and at most. */
const PAGE = { usual: 100, most: 1_000 } as const;
const THE_APP: Actor = { credential: 'app', name: 'the app', address: undefined };
const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The app is read strictly: a mistake in its code is best told at once. */
const BENT: readonly RuleName[] = ['unlisted-schema', 'members-kept-by-put'];

/** The directory of one tenant, as the app has it. Nothing is looked up before one of its functions is called. */
export class TenantDirectory {
  readonly users: AppUsers;
  readonly groups: AppGroups;

  /** @param name Tenant.name */
  constructor(
    private readonly parts: AppDirectoryParts,
    private readonly name: string,
  ) {
    this.users = new AppUsers(parts, name, 'User');
    this.groups = new AppGroups(parts, name, 'Group');
  }

  /** Those of any type that the tenant has. @param type ResourceType.name */
  resources(type: string): AppResources<JsonObject, KeptResource> {
    return new AppResources(this.parts, this.name, type);
  }

  /**
   * What has changed, oldest first.
   * @param after sequence number of the last change that is known; 0: from the start
   * @param limit at most 1,000; 100 without it
   * @throws AccessError when there is no such tenant
   */
  async history(after = 0, limit: number = PAGE.usual): Promise<Change[]> {
    const { tenant } = await this.parts.find(this.name);
    return this.parts.store.changes(tenant.id, after, bounded(limit));
  }
}

/**
 * The resources of one type. Every function throws an AccessError when there is no such tenant, and a ScimError
 * `notFound` when the tenant has no such type; what is refused is a ScimError as a client would get it.
 */
export class AppResources<New extends object, Resource extends Kept> {
  constructor(
    private readonly parts: AppDirectoryParts,
    private readonly tenant: string,
    private readonly type: string,
  ) {}

  /** Undefined when there is none. */
  async get(id: string): Promise<Resource | undefined> {
    const { directory } = this.parts;
    const { caller, type } = await this.open();
    try {
      return this.shown(await directory.get(caller, type, id, DEFAULT_PROJECTION));
    } catch (error) {
      if (error instanceof ScimError && error.kind === 'notFound') return undefined;
      throw error;
    }
  }

  /** One page. `startIndex` counts from 1; `count`: at most 1,000, 100 without it. @throws ScimError invalidFilter */
  async find(
    query: FindQuery & { readonly startIndex?: number; readonly count?: number } = {},
  ): Promise<ListResponse<Resource>> {
    const { caller, type } = await this.open();
    const startIndex = Math.max(1, Math.trunc(query.startIndex ?? 1) || 1);
    const count = query.count === 0 ? 0 : bounded(query.count ?? PAGE.usual);
    const request = { ...this.question(query, type, caller), startIndex, count };
    const { resources, total } = await this.parts.directory.search(caller, type, request, DEFAULT_PROJECTION);
    return listResponse(resources.map(this.shown), total, { startIndex });
  }

  /** All of them, read in pages while they are gone through, whoever writes in between. @throws ScimError invalidFilter */
  async *all(query: FindQuery = {}): AsyncGenerator<Resource, void> {
    const { caller, type } = await this.open();
    const question = { ...this.question(query, type, caller), startIndex: 1, count: PAGE.usual };
    let from: NonNullable<Parameters<Directory['search']>[2]['keyset']>['from'];
    do {
      const request = { ...question, keyset: { direction: 'forward' as const, from } };
      const page = await this.parts.directory.search(caller, type, request, DEFAULT_PROJECTION);
      yield* page.resources.map(this.shown);
      from = page.next;
    } while (from !== undefined);
  }

  /** The oldest one with this value; undefined when there is none. @param attribute path of one, `emails.value` */
  async by(attribute: string, value: string | number | boolean): Promise<Resource | undefined> {
    const found = await this.find({ filter: `${attribute} eq ${JSON.stringify(value)}`, count: 1 });
    return found.Resources[0];
  }

  byExternalId(externalId: string): Promise<Resource | undefined> {
    return this.by('externalId', externalId);
  }

  /** RFC 7644 §3.3. @throws ScimError uniqueness, invalidValue … */
  async create(resource: New): Promise<Resource> {
    const { caller, type } = await this.open();
    return this.shown(await this.parts.directory.create(caller, type, bodyOf(resource), DEFAULT_PROJECTION));
  }

  /**
   * RFC 7644 §3.5.1: what is not named goes, but for members, and for what has a default (`active`).
   * @throws ScimError notFound, preconditionFailed …
   */
  async replace(id: string, resource: New, conditions: IfMatch = {}): Promise<Resource> {
    const { caller, type } = await this.open();
    const { directory } = this.parts;
    const tags = tagsOf(conditions);
    return this.shown(await directory.replace(caller, type, id, bodyOf(resource), tags, DEFAULT_PROJECTION));
  }

  /** RFC 7644 §3.5.2: all of the operations or none. @throws ScimError notFound, preconditionFailed, noTarget … */
  async patch(id: string, operations: readonly PatchOperation[], conditions: IfMatch = {}): Promise<Resource> {
    const { caller, type } = await this.open();
    const body = bodyOf({ schemas: [PATCH_URN], Operations: operations });
    const { directory } = this.parts;
    return this.shown(await directory.patch(caller, type, id, body, tagsOf(conditions), DEFAULT_PROJECTION));
  }

  /** @throws ScimError notFound, preconditionFailed */
  async remove(id: string, conditions: IfMatch = {}): Promise<void> {
    const { caller, type } = await this.open();
    await this.parts.directory.remove(caller, type, id, tagsOf(conditions));
  }

  /** Its members by ascending id, read in pages; none for what has none. */
  async *members(id: string): AsyncGenerator<Member, void> {
    const { caller, type } = await this.open();
    const key = { tenant: caller.tenant, type: type.name, id };
    for await (const page of memberPages(this.parts.store, key, 'committed')) {
      for (const edge of page) yield memberElement(edge) as unknown as Member;
    }
  }

  /**
   * What has changed of one resource, newest first; also after it was deleted.
   * @param before sequence number of the oldest change that is known
   * @param limit at most 1,000; 100 without it
   */
  async history(id: string, before?: number, limit: number = PAGE.usual): Promise<Change[]> {
    const { tenant } = await this.parts.find(this.tenant);
    const resource = { type: this.type, id };
    return this.parts.store.changesOf({ tenant: tenant.id, resource, before, limit: bounded(limit) });
  }

  private async open(): Promise<{ caller: Caller; type: ResourceType }> {
    const { tenant, types } = await this.parts.find(this.tenant);
    const type = types(this.type);
    if (!type) throw new ScimError('notFound', `The tenant ${tenant.name} has no resource type ${this.type}.`);
    const rules = new Set(BENT);
    // What is unique for its clients is so for the app.
    if (PROFILES[tenant.profile as ProfileName]?.has('unique-group-name')) rules.add('unique-group-name');
    const caller = {
      tenant: tenant.id,
      actor: THE_APP,
      requestId: this.parts.newId(),
      dialect: new Dialect(rules),
      types,
    };
    return { caller, type };
  }

  private question(query: FindQuery, type: ResourceType, { dialect }: Caller) {
    checkNames(query, ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count']);
    const { filter, sortBy, sortOrder } = query;
    const parsed = filter === undefined ? undefined : parseFilter(filter, this.parts.filterLimits, dialect);
    return {
      filter: parsed && resolveFilter(parsed, type, dialect),
      sort: resolveSort(type, sortBy, sortOrder, dialect),
    };
  }

  private readonly shown = ({ document, meta, type, projection }: ResourceView): Resource => {
    const whole = present(document, meta, type, () => undefined);
    // What the engine keeps must not be the app's to change.
    return structuredClone(project(whole, type, projection)) as Resource;
  };
}

/** The users of a tenant. */
export class AppUsers extends AppResources<NewUser, KeptUser> {
  byUserName(userName: string): Promise<KeptUser | undefined> {
    return this.by('userName', userName);
  }
}

/** The groups of a tenant. */
export class AppGroups extends AppResources<NewGroup, KeptGroup> {
  /** The oldest of this name: several groups may have it, unless the tenant's profile says otherwise. */
  byDisplayName(displayName: string): Promise<KeptGroup | undefined> {
    return this.by('displayName', displayName);
  }
}

/** The number of things to read at once. */
function bounded(wanted: number): number {
  return Math.min(PAGE.most, Math.max(1, Math.trunc(wanted) || 1));
}

/** What is written wrong would ask for everything, or for no condition. @throws ScimError invalidValue */
function checkNames(given: object, names: readonly string[]): void {
  const wrong = Object.keys(given).find((name) => !names.includes(name));
  if (wrong !== undefined) throw new ScimError('invalidValue', `There is no ${wrong} here, but ${names.join(', ')}.`);
}

/** As JSON has it, and nothing that the app could still change. */
function bodyOf(value: object): Json {
  return JSON.parse(JSON.stringify(value) ?? 'null') as Json;
}

function tagsOf(conditions: IfMatch) {
  checkNames(conditions, ['ifMatch']);
  const { ifMatch } = conditions;
  return ifMatch === undefined ? {} : { ifMatch: [ifMatch] };
}
