/**
 * Entra's provisioning, replayed: which requests, in which order, in which shape. It judges each answer as Entra does
 * and keeps the ids that it was given; what the target ought to hold is no business of it.
 */
import { changedAttributes, type Mapped, postGroup, postUser, USER_MAPPING } from './mapping.js';
import { type Answer, each, type Json, type JsonObject, type ScimClient } from './scim-client.js';
import type { SourceDirectory, SourceGroup, SourceUser } from './source-directory.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Without a flag in the tenant URL, or with `aadOptscim062020`. */
export type Wording = 'default' | 'aadOptscim062020';

export interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: Json;
}

/** Objects at work at the same time. */
const WIDTH = 4;

export class EntraClient {
  /** Source objectId → id in the target. */
  readonly links = new Map<string, string>();
  /** As last exported. */
  private readonly users = new Map<string, SourceUser>();
  private readonly groups = new Map<string, SourceGroup>();

  constructor(
    public scim: ScimClient,
    private readonly source: SourceDirectory,
  ) {}

  idOf(objectId: string): string {
    const id = this.links.get(objectId);
    if (id === undefined) throw new Error(`${objectId} is not linked`);
    return id;
  }

  /** A user and a group that cannot exist: a list without hits, never an error. */
  async testConnection(): Promise<void> {
    const nobody = crypto.randomUUID();
    const terms = ['userName', 'externalId', 'emails[type eq "work"].value'].map((path) => `${path} eq "${nobody}"`);
    for (const filter of terms) {
      expectHits(await this.scim.filter('/Users', filter), 0);
      // Blanks as %20 instead of +, and a flag of the tenant URL that came along.
      expectHits(await this.scim.get(`/Users?aadOptscim062020&filter=${encodeURIComponent(filter)}`), 0);
    }
    const groups = await this.scim.filter('/Groups', `displayName eq "${nobody}"`, { excludedAttributes: 'members' });
    expectHits(groups, 0);
  }

  /** Everything: users, then their managers, then groups, then their members. */
  async initialCycle(): Promise<void> {
    await this.exportUsers('default');
    await this.exportGroups('default');
  }

  /** What changed since the last cycle. */
  async incrementalCycle(wording: Wording): Promise<void> {
    await this.exportUsers(wording);
    await this.exportGroups(wording);
    for (const objectId of [...this.groups.keys()].filter((id) => !this.source.groups.has(id))) {
      await this.remove('/Groups', objectId);
      this.groups.delete(objectId);
    }
    for (const objectId of [...this.users.keys()].filter((id) => !this.source.users.has(id))) {
      await this.remove('/Users', objectId);
      this.users.delete(objectId);
    }
  }

  /** One PATCH of a known user, after the look at its state that Entra takes first. */
  async patchUser(objectId: string, operations: readonly Operation[]): Promise<void> {
    const path = `/Users/${this.idOf(objectId)}`;
    expectStatus(await this.scim.get(path), 200);
    expectStatus(await this.scim.patch(path, patchOp(operations)), 200, 204);
  }

  async patchGroup(objectId: string, operations: readonly Operation[]): Promise<void> {
    const path = `/Groups/${this.idOf(objectId)}`;
    const { body } = expectStatus(await this.scim.get(`${path}?excludedAttributes=members`), 200);
    if (body && 'members' in body) throw new Error('members were returned though excluded');
    expectStatus(await this.scim.patch(path, patchOp(operations)), 200, 204);
  }

  private async exportUsers(wording: Wording): Promise<void> {
    const users = [...this.source.users.values()];
    await each(users, WIDTH, (user) => (this.links.has(user.objectId) ? this.update(user, wording) : this.match(user)));
    await each(users, WIDTH, (user) => this.exportManager(user));
    for (const user of users) if (this.links.has(user.objectId)) this.users.set(user.objectId, { ...user });
  }

  /** By userName, then by externalId, one filter each; then create, or bring what was found up to date. */
  private async match(user: SourceUser): Promise<void> {
    if (user.isSoftDeleted) return;
    const found =
      (await this.find('/Users', `userName eq ${quote(user.userPrincipalName)}`)) ??
      (await this.find('/Users', `externalId eq ${quote(user.mailNickname)}`));
    if (!found) {
      this.links.set(user.objectId, created(await this.scim.post('/Users', postUser(user))));
      return;
    }
    this.links.set(user.objectId, String(found.id));
    const changed = USER_MAPPING.filter(({ value, read }) => value(user) !== undefined && value(user) !== read(found));
    await this.patchUser(user.objectId, operations(changed, user, undefined, 'default'));
  }

  private async update(user: SourceUser, wording: Wording): Promise<void> {
    const before = this.users.get(user.objectId);
    const changed = changedAttributes(user, before);
    if (changed.length > 0) await this.patchUser(user.objectId, operations(changed, user, before, wording));
  }

  private async exportManager(user: SourceUser): Promise<void> {
    const { objectId, manager } = user;
    if (manager === undefined || !this.links.has(manager) || !this.links.has(objectId)) return;
    if (this.users.get(objectId)?.manager === manager) return;
    const [id, managerId] = [this.idOf(objectId), this.idOf(manager)];
    const has = `id eq "${id}" and manager eq "${managerId}"`;
    expectHits(await this.scim.filter('/Users', has, { attributes: 'id' }), 0);
    const value = [{ $ref: `${this.scim.server.baseUrl}/Users/${managerId}`, value: managerId }];
    expectStatus(await this.scim.patch(`/Users/${id}`, patchOp([{ op: 'Add', path: 'manager', value }])), 200, 204);
    expectHits(await this.scim.filter('/Users', has, { attributes: 'id' }), 1);
  }

  private async exportGroups(wording: Wording): Promise<void> {
    for (const group of this.source.groups.values()) {
      if (!this.links.has(group.objectId)) await this.matchGroup(group);
      const before = this.groups.get(group.objectId);
      if (before && before.displayName !== group.displayName) {
        const op = wording === 'default' ? 'Replace' : 'replace';
        await this.patchGroup(group.objectId, [{ op, path: 'displayName', value: group.displayName }]);
      }
      await this.exportMembers(group, before?.members ?? [], wording);
      this.groups.set(group.objectId, { ...group, members: [...group.members] });
    }
  }

  private async matchGroup(group: SourceGroup): Promise<void> {
    const filter = `displayName eq ${quote(group.displayName)}`;
    const found = await this.find('/Groups', filter, { excludedAttributes: 'members' });
    if (found && 'members' in found) throw new Error('members were returned though excluded');
    const id = found ? String(found.id) : created(await this.scim.post('/Groups', postGroup(group)));
    this.links.set(group.objectId, id);
  }

  /** All that come in one request, all that go in another. */
  private async exportMembers({ objectId, members }: SourceGroup, before: string[], wording: Wording): Promise<void> {
    const coming = members.filter((member) => !before.includes(member)).map((member) => this.idOf(member));
    const going = before.filter((member) => !members.includes(member)).map((member) => this.idOf(member));
    const path = `/Groups/${this.idOf(objectId)}`;
    if (coming.length > 0) {
      const asked = `members eq "${coming[0]}" and id eq "${this.idOf(objectId)}"`;
      expectHits(await this.scim.filter('/Groups', asked, { attributes: 'id' }), 0);
      expectStatus(await this.scim.patch(path, patchOp([memberChange('Add', coming, wording)])), 200, 204);
      expectHits(await this.scim.filter('/Groups', asked, { attributes: 'id' }), 1);
    }
    if (going.length === 0) return;
    const removals =
      wording === 'default'
        ? [memberChange('Remove', going, wording)]
        : going.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
    expectStatus(await this.scim.patch(path, patchOp(removals)), 200, 204);
  }

  private async remove(endpoint: string, objectId: string): Promise<void> {
    expectStatus(await this.scim.delete(`${endpoint}/${this.idOf(objectId)}`), 204);
    this.links.delete(objectId);
  }

  /** The one resource that a filter finds. Two are DuplicateTargetEntries, which nothing may be sent for. */
  private async find(
    endpoint: string,
    filter: string,
    parameters: Record<string, string> = {},
  ): Promise<JsonObject | undefined> {
    const [first, second] = listed(await this.scim.filter(endpoint, filter, parameters));
    if (second) throw new Error(`DuplicateTargetEntries: ${filter}`);
    return first;
  }
}

export function patchOp(operations: readonly Operation[]): JsonObject {
  return { schemas: [PATCH_OP], Operations: operations as unknown as Json };
}

/** One operation per attribute; with the flag, the plain paths together in one value. */
function operations(
  changed: readonly Mapped[],
  user: SourceUser,
  before: SourceUser | undefined,
  wording: Wording,
): Operation[] {
  const had = (one: Mapped) => before !== undefined && one.value(before) !== undefined;
  const value = (one: Mapped) => one.value(user) as Json;
  if (wording === 'default') {
    const worded = (given: Json) => (typeof given === 'boolean' ? (given ? 'True' : 'False') : given);
    return changed.map((one) => ({ op: had(one) ? 'Replace' : 'Add', path: one.path, value: worded(value(one)) }));
  }
  const plain = changed.filter(({ path }) => !path.includes('['));
  const together = plain.length > 1;
  const single = changed.filter((one) => !together || !plain.includes(one));
  const own = single.map((one) => ({ op: had(one) ? 'replace' : 'add', path: one.path, value: value(one) }));
  const merged = Object.fromEntries(plain.map((one) => [one.path, value(one)]));
  return together ? [...own, { op: 'replace', value: merged }] : own;
}

export function memberChange(op: 'Add' | 'Remove', ids: readonly string[], wording: Wording = 'default'): Operation {
  const value = ids.map((id) => ({ $ref: null, value: id }));
  return { op: wording === 'default' ? op : op.toLowerCase(), path: 'members', value };
}

function quote(value: string): string {
  return JSON.stringify(value);
}

/** Throws what Entra would log, with the answer that made it. */
export function expectStatus(answer: Answer, ...wanted: readonly number[]): Answer {
  const { status, headers, body } = answer;
  if (!wanted.includes(status))
    throw new Error(`wanted ${wanted.join(' or ')}, got ${status}: ${JSON.stringify(body)}`);
  const isScim = /^application\/scim\+json\b/.test(headers['content-type'] ?? '');
  if (status === 204 ? body !== undefined : !isScim) {
    throw new Error(`a ${status} of the wrong kind: ${headers['content-type']}`);
  }
  return answer;
}

/** An error with the SCIM body that goes with it. */
export function expectError(answer: Answer, status: number, scimType?: string): void {
  const { body } = expectStatus(answer, status);
  const isError = (body?.schemas as Json[] | undefined)?.includes(ERROR) && body?.status === String(status);
  if (!isError || typeof body?.detail !== 'string' || body.scimType !== scimType) {
    throw new Error(`not the error body of a ${status} ${scimType ?? ''}: ${JSON.stringify(body)}`);
  }
}

/** The resources of a ListResponse in good form. */
export function listed(answer: Answer): JsonObject[] {
  const { body } = expectStatus(answer, 200);
  const { schemas, totalResults, startIndex, itemsPerPage, Resources } = body ?? {};
  const isList = Array.isArray(schemas) && schemas.includes(LIST_RESPONSE) && Array.isArray(Resources);
  const areNumbers = [totalResults, startIndex, itemsPerPage].every(Number.isInteger);
  if (!isList || !areNumbers || itemsPerPage !== Resources.length) {
    throw new Error(`not a ListResponse: ${JSON.stringify(body)}`);
  }
  return Resources as JsonObject[];
}

export function expectHits(answer: Answer, hits: number): void {
  const found = listed(answer).length;
  if (found !== hits || answer.body?.totalResults !== hits) {
    throw new Error(`wanted ${hits} hits: ${JSON.stringify(answer.body)}`);
  }
}

/** The id of a resource that was created, in an answer as Entra needs it. */
function created(answer: Answer): string {
  const { body, headers } = expectStatus(answer, 201);
  const { id, meta } = body ?? {};
  if (typeof id !== 'string' || id === '') throw new Error(`no id: ${JSON.stringify(body)}`);
  if (headers.location !== (meta as JsonObject).location) throw new Error('Location differs from meta.location');
  return id;
}
