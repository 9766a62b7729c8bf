/**
 * The proof at the end: the whole target is read back and compared with the source, every mapped attribute, every
 * manager, every membership. What is expected follows from the source and the rules of provisioning: who is out of
 * scope or disabled is inactive, and what no longer flows stays as it was sent last.
 */
import type { Query } from '../client/client.js';
import type { TypeName } from '../facts.js';
import type { Exchange, Json, JsonObject } from '../model.js';
import { isObject, isSame, isUnassigned, objectsIn, shown, valueAt } from '../values.js';
import { groupValuesOf, MANAGER_PATH, type Mapping, targetValue, type Value, valuesOf } from './mapping.js';
import { isInScope, type SourceDirectory } from './source.js';
import type { GroupLink, JobState, Link } from './state.js';
import { ObjectFailure, type Wire } from './wire.js';

/** One thing that is not on the target as it should be. */
export interface Difference {
  /** `title of ct-0a1b2c3d-dir-anna.berg.7@example.com` */
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly exchange: Exchange | undefined;
}

export interface Comparison {
  /** Values that were compared. */
  compared: number;
  objects: number;
  differing: number;
  /** The first of them. */
  readonly differences: Difference[];
}

interface ConvergeParts {
  readonly wire: Wire;
  readonly source: SourceDirectory;
  readonly state: JobState;
  readonly mapping: Mapping;
  /** Whether the target can be told of references to the object. */
  readonly canRefer: (id: string) => boolean;
  /** Begins the names of everything that the directory made. */
  readonly mark: string;
  readonly onStep: (what: string, done: number, of: number) => void;
}

const PAGE = 100;
const MAX_DIFFERENCES = 10;

/** A reader of the whole target, and what it found. */
export class Convergence {
  readonly users = newComparison();
  readonly members = newComparison();
  /** Names that are on the target more than once, and links that more than one resource answers to. */
  readonly duplicates: Difference[] = [];
  private readonly names = { User: new Map<string, string>(), Group: new Map<string, string>() };

  constructor(private readonly parts: ConvergeParts) {}

  /** Every user: attributes and manager. @throws ObjectFailure when the target cannot be listed */
  async readUsers(): Promise<void> {
    const { state } = this.parts;
    const objects = new Map([...state.users].map(([id, link]) => [link.id, id]));
    await this.readAll('User', objects, (resource, id, exchange) => {
      this.compareUser(resource, id, exchange, this.users);
    });
  }

  /** Every group: its names in the list, and each with its members by id. @throws ObjectFailure */
  async readGroups(): Promise<void> {
    const { state, onStep } = this.parts;
    const objects = new Map([...state.groups].map(([id, link]) => [link.id, id]));
    await this.readAll('Group', objects, (resource, id, exchange) => {
      const values = new Map(Object.entries((state.groups.get(id) as GroupLink).values));
      this.compareValues(
        resource,
        this.groupValues(id, values),
        String(values.get('displayName')),
        exchange,
        this.members,
      );
    });
    let done = 0;
    for (const [id, link] of state.groups) {
      onStep('reading the groups back', ++done, state.groups.size);
      await this.compareMembers(id, link).catch((error: unknown) => {
        if (!(error instanceof ObjectFailure)) throw error;
        this.add(this.members, `the group ${link.values.displayName}`, 'a resource', error.message, error.exchange);
      });
    }
  }

  /** One user as GET by id or a list gave it. */
  compareUser(resource: JsonObject, id: string, exchange: Exchange | undefined, into: Comparison): void {
    const { source, state, mapping } = this.parts;
    const person = source.people.get(id);
    const link = state.users.get(id) as Link;
    const flows = person !== undefined && isInScope(person) && !state.staged.has(id);
    const values = new Map<string, Value>(Object.entries(link.values));
    // What got no clear answer, and is not sent any more, may be either way.
    for (const path of link.unsure ?? []) values.delete(path);
    const name = this.nameOf(id);
    if (flows) for (const [path, value] of valuesOf(person, mapping)) values.set(path, value);
    else if ('active' in link.values && !state.staged.has(id)) values.set('active', false);
    this.compareValues(resource, values, name, exchange, into);
    this.compareManager(resource, id, name, exchange, into);
  }

  // Lists

  /** Page by page; each resource of ours is compared once, whatever the pages repeat. */
  private async readAll(
    type: TypeName,
    objects: ReadonlyMap<string, string>,
    compare: (resource: JsonObject, id: string, exchange: Exchange) => void,
  ): Promise<void> {
    const missing = new Set(objects.keys());
    const visit = (resource: JsonObject, exchange: Exchange): void => {
      const targetId = String(resource.id);
      this.checkName(type, resource, exchange, objects.has(targetId));
      const id = objects.get(targetId);
      if (id === undefined || !missing.delete(targetId)) return;
      compare(resource, id, exchange);
    };
    await this.eachPage(type, visit);
    // Others may have created and deleted while the pages were read, which shifts what comes after.
    if (missing.size > 0) await this.eachPage(type, visit);
    const into = type === 'User' ? this.users : this.members;
    const { state } = this.parts;
    into.objects += missing.size;
    for (const targetId of missing) {
      const id = objects.get(targetId) as string;
      const { values } = (type === 'User' ? state.users.get(id) : state.groups.get(id)) as Link;
      const name = values.userName ?? values.displayName;
      this.add(into, `the ${type} ${name}`, `in the list of all ${type}s, with id ${targetId}`, 'not there', undefined);
    }
  }

  private async eachPage(type: TypeName, visit: (resource: JsonObject, exchange: Exchange) => void): Promise<void> {
    const { wire, onStep } = this.parts;
    const path = wire.facts.endpoints[type];
    for (let startIndex = 1, total = 1; startIndex <= total; ) {
      const query: Query = { startIndex, count: PAGE, ...(type === 'Group' && { excludedAttributes: 'members' }) };
      const answer = await wire.send('list', { method: 'GET', path, query });
      const page = objectsIn(valueAt(answer.body, 'Resources'));
      const said = valueAt(answer.body, 'totalResults');
      if (typeof said !== 'number') {
        throw new ObjectFailure(
          'SystemForCrossDomainIdentityManagementServiceIncompatible',
          `GET ${path}?startIndex=${startIndex}&count=${PAGE} got no ListResponse`,
          answer.exchange,
        );
      }
      total = said;
      for (const resource of page) visit(resource, answer.exchange);
      if (page.length === 0) return;
      startIndex += page.length;
      onStep(`reading all ${type}s back`, Math.min(startIndex - 1, total), total);
    }
  }

  /** Finds names that two resources have, and resources of ours that should not be there. */
  private checkName(type: TypeName, resource: JsonObject, exchange: Exchange, isLinked: boolean): void {
    const { mark, state } = this.parts;
    const name = String(valueAt(resource, type === 'User' ? 'userName' : 'displayName'));
    if (!name.toLowerCase().startsWith(mark)) return;
    const targetId = String(resource.id);
    const names = this.names[type];
    const other = names.get(name.toLowerCase());
    if (other === targetId) return;
    names.set(name.toLowerCase(), targetId);
    if (other !== undefined) {
      this.duplicate(`the ${type} ${name}`, 'one resource', `the resources ${other} and ${targetId}`, exchange);
    } else if (!isLinked && !this.isExcused(type, name, targetId)) {
      const was = state.deleted.has(targetId) ? 'still listed after DELETE' : `a resource with id ${targetId}`;
      this.add(type === 'User' ? this.users : this.members, `the ${type} ${name}`, 'not on the target', was, exchange);
    }
  }

  /** Left behind by a creation that got no clear answer, or waiting to be tried again: reported where that failed. */
  private isExcused(type: TypeName, name: string, targetId: string): boolean {
    const { state, wire } = this.parts;
    const path = wire.pathOf(type, targetId);
    if (state.lost.has(name)) wire.note(path);
    return state.lost.has(name) || (state.made.has(path) && !state.deleted.has(targetId));
  }

  // Comparisons

  private groupValues(id: string, sent: Map<string, Value>): Map<string, Value> {
    const { source, state } = this.parts;
    const group = source.groups.get(id);
    return group && !state.staged.has(id) ? groupValuesOf(group) : sent;
  }

  private compareValues(
    resource: Json,
    values: ReadonlyMap<string, Value>,
    name: string,
    exchange: Exchange | undefined,
    into: Comparison,
  ): void {
    into.objects++;
    for (const [path, value] of values) {
      into.compared++;
      const found = targetValue(resource, path);
      if (!isSame(found, value)) this.add(into, `${path} of ${name}`, shown(value), shown(found), exchange);
    }
  }

  private compareManager(
    resource: Json,
    id: string,
    name: string,
    exchange: Exchange | undefined,
    into: Comparison,
  ): void {
    const { state, mapping } = this.parts;
    const isSettled = !state.users.get(id)?.unsure?.includes(MANAGER_PATH);
    if (!mapping.hasManager || !isSettled) return;
    const wanted = this.managerOf(id);
    const target = wanted === undefined ? undefined : state.users.get(wanted)?.id;
    // A manager who was deleted cannot be compared: whether the target forgets them is its own affair.
    if (wanted !== undefined && target === undefined) return;
    into.compared++;
    const manager = targetValue(resource, MANAGER_PATH);
    const found = isObject(manager) ? manager.value : manager;
    const isRight = target === undefined ? isUnassigned(found) || this.isDangling(found) : found === target;
    if (isRight) return;
    const who = wanted === undefined ? 'nobody' : `${target} (${this.nameOf(wanted)})`;
    this.add(into, `manager of ${name}`, who, shown(found), exchange);
  }

  /** objectId of the manager that the target should show. */
  private managerOf(id: string): string | undefined {
    const { source, state, canRefer } = this.parts;
    const person = source.people.get(id);
    const link = state.users.get(id) as Link;
    if (!person || !isInScope(person)) return link.manager;
    const { manager } = person;
    if (manager === undefined || manager === link.manager) return manager;
    return manager !== link.givenUp && canRefer(manager) ? manager : link.manager;
  }

  /** One group, read by id. @throws ObjectFailure */
  async compareMembers(id: string, link: GroupLink): Promise<void> {
    const { wire, source, state, canRefer } = this.parts;
    const answer = await wire.send('read', { method: 'GET', path: wire.pathOf('Group', link.id) });
    const list = valueAt(answer.body, 'members');
    const found = new Set((Array.isArray(list) ? list : []).map((member) => String(valueAt(member, 'value'))));
    const members = source.groups.get(id)?.members ?? link.members;
    const { displayName } = link.values;
    for (const member of members) {
      const other = state.users.get(member) ?? state.groups.get(member);
      if (!canRefer(member)) {
        // Nothing is sent of them any more: either way is right when the last word got no clear answer.
        if (link.unsureMembers.has(member)) found.delete(String(other?.id));
        // Who was a member stays one, disabled or not; who came before being provisioned is none.
        if (link.unsureMembers.has(member) || !link.members.has(member)) continue;
      }
      if (!other) continue;
      this.members.compared++;
      if (found.delete(other.id)) continue;
      this.add(
        this.members,
        `members of ${displayName}`,
        `${other.id} (${this.nameOf(member)})`,
        'not a member',
        answer.exchange,
      );
    }
    for (const extra of found) {
      this.members.compared++;
      if (this.isDangling(extra)) continue;
      this.add(this.members, `members of ${displayName}`, 'nobody else', `also ${extra}`, answer.exchange);
    }
  }

  /** For messages: the name that the object has on the target, or would have; `id`: objectId. */
  private nameOf(id: string): string {
    const { source, state, mapping } = this.parts;
    const { values } = state.users.get(id) ?? state.groups.get(id) ?? { values: {} as Link['values'] };
    const sent = values.userName ?? values.displayName;
    const person = source.people.get(id);
    const wanted = person && new Map(valuesOf(person, mapping)).get('userName');
    return String(sent ?? wanted ?? source.groups.get(id)?.displayName ?? id);
  }

  /** What was deleted, and may be left in references: the protocol does not say that it must vanish from them. */
  private isDangling(id: Json | undefined): boolean {
    return typeof id === 'string' && this.parts.state.deleted.has(id);
  }

  private add(into: Comparison, what: string, expected: string, actual: string, exchange: Exchange | undefined): void {
    into.differing++;
    if (into.differences.length < MAX_DIFFERENCES) into.differences.push({ what, expected, actual, exchange });
  }

  private duplicate(what: string, expected: string, actual: string, exchange: Exchange): void {
    if (this.duplicates.length < MAX_DIFFERENCES) this.duplicates.push({ what, expected, actual, exchange });
  }
}

export function newComparison(): Comparison {
  return { compared: 0, objects: 0, differing: 0, differences: [] };
}
