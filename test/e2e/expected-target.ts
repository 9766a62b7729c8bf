/**
 * What the target ought to hold, computed from the source directory and from what each request is to mean. Nothing
 * here is read from the server but the ids, which it alone makes.
 */
import { CORE, changedAttributes, createdUser, ENTERPRISE, GROUP, inside } from './mapping.js';
import type { Json, JsonObject } from './scim-client.js';
import type { SourceDirectory, SourceGroup, SourceUser } from './source-directory.js';

/** A user as plain JSON without `schemas`, `id`, `meta`, `groups`; a manager is `{value: objectId}`. */
export interface ExpectedUser {
  readonly resource: JsonObject;
  /** Writes that changed something. */
  version: number;
}

export interface ExpectedGroup {
  readonly externalId: string;
  displayName: string;
  /** objectIds */
  readonly members: Set<string>;
  version: number;
}

export class ExpectedTarget {
  readonly users = new Map<string, ExpectedUser>();
  readonly groups = new Map<string, ExpectedGroup>();
  /** Every userName that anybody had. */
  private readonly namesEver = new Set<string>();
  private seenUsers = new Map<string, SourceUser>();
  private seenGroups = new Map<string, SourceGroup>();

  /** userNames that nobody has any more, in any case. */
  get oldNames(): string[] {
    const present = new Set([...this.users.values()].map(({ resource }) => String(resource.userName).toLowerCase()));
    return [...this.namesEver].filter((name) => !present.has(name.toLowerCase()));
  }

  user(objectId: string): ExpectedUser {
    return this.users.get(objectId) as ExpectedUser;
  }

  group(objectId: string): ExpectedGroup {
    return this.groups.get(objectId) as ExpectedGroup;
  }

  /** Follows the source to its present state, as one cycle does. */
  follow({ users, groups }: SourceDirectory): void {
    for (const user of users.values()) this.followUser(user);
    for (const user of users.values()) this.followManager(user);
    for (const group of groups.values()) this.followGroup(group);
    for (const objectId of [...this.groups.keys()].filter((id) => !groups.has(id))) this.groups.delete(objectId);
    for (const objectId of [...this.users.keys()].filter((id) => !users.has(id))) this.deleteUser(objectId);
    this.seenUsers = new Map([...users].map(([id, user]) => [id, { ...user }]));
    this.seenGroups = new Map([...groups].map(([id, group]) => [id, { ...group, members: [...group.members] }]));
  }

  /** Lets a write change a user; counts it as one version. */
  change(objectId: string, effect: (user: JsonObject) => void): void {
    const user = this.user(objectId);
    effect(user.resource);
    user.version += 1;
    this.namesEver.add(String(user.resource.userName));
  }

  /** A user that a POST made. */
  create(objectId: string, resource: JsonObject): void {
    this.users.set(objectId, { resource, version: 1 });
    this.namesEver.add(String(resource.userName));
  }

  /** A user leaves its groups, each by a write of its own. */
  deleteUser(objectId: string): void {
    this.users.delete(objectId);
    for (const group of this.groups.values()) if (group.members.delete(objectId)) group.version += 1;
  }

  private followUser(user: SourceUser): void {
    const { objectId } = user;
    if (!this.users.has(objectId)) {
      if (user.isSoftDeleted) return;
      this.create(objectId, createdUser(user));
      return;
    }
    const changed = changedAttributes(user, this.seenUsers.get(objectId));
    if (changed.length === 0) return;
    this.change(objectId, (resource) => {
      for (const { value, write } of changed) write(resource, value(user) as Json);
    });
  }

  private followManager({ objectId, manager }: SourceUser): void {
    if (manager === undefined || !this.users.has(objectId) || !this.users.has(manager)) return;
    if (this.seenUsers.get(objectId)?.manager === manager) return;
    this.change(objectId, (resource) => {
      inside(resource, ENTERPRISE).manager = { value: manager };
    });
  }

  private followGroup({ objectId, displayName, members }: SourceGroup): void {
    const known = this.groups.get(objectId);
    const group = known ?? { externalId: objectId, displayName, members: new Set<string>(), version: 1 };
    this.groups.set(objectId, group);
    if (group.displayName !== displayName) group.version += 1;
    group.displayName = displayName;
    const before = this.seenGroups.get(objectId)?.members ?? [];
    const coming = members.filter((member) => !before.includes(member));
    const going = before.filter((member) => !members.includes(member));
    for (const member of coming) group.members.add(member);
    for (const member of going) group.members.delete(member);
    group.version += Number(coming.length > 0) + Number(going.length > 0);
  }
}

/** How ids and addresses of the server stand for the source's objectIds. */
export interface Names {
  readonly links: ReadonlyMap<string, string>;
  readonly baseUrl: string;
}

/** A user as the server shows it, without `meta`. */
export function shownUser(expected: ExpectedTarget, objectId: string, names: Names): JsonObject {
  const resource = structuredClone(expected.user(objectId).resource);
  const extension = resource[ENTERPRISE] as JsonObject | undefined;
  const manager = extension?.manager as JsonObject | undefined;
  if (extension && manager) extension.manager = reference('Users', String(manager.value), names);
  const groups = shownMemberships(expected, objectId, names);
  return {
    ...resource,
    schemas: extension ? [CORE, ENTERPRISE] : [CORE],
    id: names.links.get(objectId) as string,
    ...(groups.length > 0 && { groups }),
  };
}

/** Direct ones, and those that hold only through a group in between. */
function shownMemberships(expected: ExpectedTarget, objectId: string, names: Names): JsonObject[] {
  const containers = (id: string) =>
    [...expected.groups.keys()].filter((group) => expected.group(group).members.has(id));
  const direct = new Set(containers(objectId));
  const all = new Set(direct);
  for (const id of all) for (const outer of containers(id)) all.add(outer);
  return [...all].map((id) => ({
    ...reference('Groups', id, names),
    display: expected.group(id).displayName,
    type: direct.has(id) ? 'direct' : 'indirect',
  }));
}

/** A group as the server shows it, without `meta`. */
export function shownGroup(expected: ExpectedTarget, objectId: string, names: Names): JsonObject {
  const { displayName, externalId, members } = expected.group(objectId);
  const elements = [...members].map((member) => shownMember(expected, member, names));
  return {
    schemas: [GROUP],
    id: names.links.get(objectId) as string,
    externalId,
    displayName,
    ...(elements.length > 0 && { members: elements }),
  };
}

function shownMember(expected: ExpectedTarget, member: string, names: Names): JsonObject {
  const group = expected.groups.get(member);
  if (group) return { ...reference('Groups', member, names), type: 'Group', display: group.displayName };
  const { displayName } = expected.user(member).resource;
  return {
    ...reference('Users', member, names),
    type: 'User',
    ...(displayName !== undefined && { display: displayName }),
  };
}

function reference(endpoint: string, objectId: string, { links, baseUrl }: Names): JsonObject {
  const id = links.get(objectId) as string;
  return { value: id, $ref: `${baseUrl}/${endpoint}/${id}` };
}
