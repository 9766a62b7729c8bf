/**
 * One cycle of provisioning, as Microsoft Entra does it: each object that changed is matched or read, then created,
 * patched, disabled or deleted; references follow in a second pass. An object that fails is put into escrow and the
 * cycle goes on.
 *
 * A value that became null in the source is not sent: Entra has no form for it in this direction, so the target keeps
 * what it was told before. References are the exception: a manager who is taken away is removed.
 */
import { encodeQuery } from '../client/client.js';
import type { TypeName } from '../facts.js';
import type { Answer, Exchange, Json, JsonObject } from '../model.js';
import { isObject, isSame, isUnassigned, objectsIn, valueAt } from '../values.js';
import { isTransient, type LogCode, logCodeOf } from './log-codes.js';
import {
  groupPost,
  groupValuesOf,
  MANAGER_PATH,
  type Mapping,
  targetValue,
  userPost,
  type Value,
  type Values,
  valuesOf,
} from './mapping.js';
import { escrowAfter } from './quarantine.js';
import { addMembersBody, type Change, type Dialect, managerBody, patchBody, removeMembersBody } from './requests.js';
import { isInScope, isWanted, type Person, type SourceDirectory } from './source.js';
import type { GroupLink, JobState, Link, Pass, Work } from './state.js';
import { PASSES } from './state.js';
import { ObjectFailure, type Wire } from './wire.js';

/** An object that failed in a cycle, in words. */
interface Failure {
  readonly name: string;
  readonly code: LogCode;
  readonly message: string;
  readonly exchange: Exchange | undefined;
}

/** What a cycle came to. */
export interface Outcome {
  failed: number;
  /** The first of them. */
  readonly failures: Failure[];
  /** The first change of an attribute that was written to a known object. */
  firstWrite: { readonly what: string; readonly change: Change; readonly exchange: Exchange } | undefined;
}

interface EngineParts {
  readonly wire: Wire;
  readonly source: SourceDirectory;
  readonly state: JobState;
  readonly mapping: Mapping;
  readonly dialect: Dialect;
  /** Removals of one cycle that are let through. */
  readonly deleteThreshold: number;
  readonly onStep: (done: number, of: number) => void;
  /** Called now and then, when everything so far may be written down. */
  readonly onBatch: () => void;
}

/** Members in one PATCH. */
const MEMBERS_AT_ONCE = 100;
/** Failures of a cycle that are kept with their exchanges. */
const MAX_FAILURES = 20;
/** TypeName between two calls of onBatch, at the least. */
const BATCH = 50;

export class Engine {
  private outcome: Outcome = newOutcome();
  private removalsLeft = 0;
  /**
   * The work was begun by a run that broke off: what is found by its name, which nothing else has, may have been made
   * by that run after it last wrote its state.
   */
  isContinued = false;

  constructor(private readonly parts: EngineParts) {}

  /** Whether the target is told of references to the object. */
  canRefer(id: string): boolean {
    const { source, state } = this.parts;
    const person = source.people.get(id);
    if (person) return state.users.has(id) && isInScope(person);
    return state.groups.has(id) && (source.groups.get(id)?.isAssigned ?? false);
  }

  /** Works off the queues from where they stand. `isReleased`: removals are not held back. @throws CycleStopped */
  async cycle(work: Work, isReleased: boolean): Promise<Outcome> {
    const { state, deleteThreshold, onStep, onBatch } = this.parts;
    this.outcome = newOutcome();
    this.removalsLeft = isReleased ? Number.POSITIVE_INFINITY : state.staged.size > 0 ? 0 : deleteThreshold;
    const total = PASSES.reduce((sum, pass) => sum + work.queues[pass].length, 0);
    let done = PASSES.slice(0, work.pass).reduce((sum, pass) => sum + work.queues[pass].length, work.at);
    for (; work.pass < PASSES.length; work.pass++, work.at = 0) {
      const pass = PASSES[work.pass] as Pass;
      const queue = work.queues[pass];
      while (work.at < queue.length) {
        await this.attempt(pass, queue[work.at] as string);
        work.at++;
        if (++done % BATCH > 0) continue;
        onStep(done, total);
        onBatch();
      }
    }
    onStep(total, total);
    return this.outcome;
  }

  private async attempt(pass: Pass, id: string): Promise<void> {
    const { state } = this.parts;
    state.events++;
    try {
      if (pass === 'users') await this.provisionUser(id);
      else if (pass === 'groups') await this.provisionGroup(id);
      else if (pass === 'managers') await this.provisionManager(id);
      else await this.provisionMembers(id);
    } catch (error) {
      if (!(error instanceof ObjectFailure)) throw error;
      this.note(pass, id, error);
    }
  }

  private note(pass: Pass, id: string, { code, message, exchange }: ObjectFailure): void {
    const { state } = this.parts;
    this.outcome.failed++;
    if (this.outcome.failures.length < MAX_FAILURES) {
      this.outcome.failures.push({ name: this.nameOf(id), code, message, exchange });
    }
    if (pass === 'managers' || pass === 'members') {
      state.referenceFailures++;
      (pass === 'managers' ? state.retryManagers : state.retryMembers).add(id);
      return;
    }
    state.failures++;
    const next = escrowAfter(state.escrow.get(id), code, state.clock);
    if (next) state.escrow.set(id, next);
    else state.escrow.delete(id);
  }

  private nameOf(id: string): string {
    const { source, state } = this.parts;
    const name = source.people.get(id)?.attributes.userPrincipalName ?? source.groups.get(id)?.displayName;
    const link = state.users.get(id) ?? state.groups.get(id);
    return name ?? String(link?.values.userName ?? link?.values.displayName ?? id);
  }

  // Users

  /** First pass. @throws ObjectFailure, CycleStopped */
  async provisionUser(id: string): Promise<void> {
    const { source, state, mapping } = this.parts;
    const person = source.people.get(id);
    const link = state.users.get(id);
    if (!person) {
      if (link) await this.remove('User', id, link);
    } else if (!link) {
      // Somebody who is disabled and was never provisioned stays unknown to the target.
      if (isWanted(person)) await this.introduce('User', id, valuesOf(person, mapping));
    } else {
      await this.updateUser(person, link);
    }
    state.escrow.delete(id);
  }

  private async updateUser(person: Person, link: Link): Promise<void> {
    const { state, mapping } = this.parts;
    const id = person.objectId;
    const values = valuesOf(person, mapping);
    const isDisabling = values.get('active') === false && link.values.active !== false;
    if (isDisabling && !this.isLetThrough(id)) return;
    if (!isDisabling) state.staged.delete(id);
    if (isInScope(person)) return this.synchronise('User', link, values);
    // Who is out of scope is switched off, and nothing else of them flows.
    if (isDisabling) await this.synchronise('User', link, new Map([['active', false]]));
  }

  // Groups

  /** First pass. @throws ObjectFailure, CycleStopped */
  async provisionGroup(id: string): Promise<void> {
    const { source, state } = this.parts;
    const group = source.groups.get(id);
    const link = state.groups.get(id);
    if (!group?.isAssigned) {
      if (link) await this.remove('Group', id, link);
    } else if (link) {
      await this.synchronise('Group', link, groupValuesOf(group));
      state.staged.delete(id);
    } else {
      await this.introduce('Group', id, groupValuesOf(group));
    }
    state.escrow.delete(id);
  }

  // References

  /** Second pass. @throws ObjectFailure, CycleStopped */
  async provisionManager(id: string): Promise<void> {
    const { source, state, mapping, wire, dialect } = this.parts;
    state.retryManagers.delete(id);
    const person = source.people.get(id);
    const link = state.users.get(id);
    if (!mapping.hasManager || !person || !link || !isInScope(person)) return;
    const { manager } = person;
    const isUnsure = link.unsure?.includes(MANAGER_PATH) ?? false;
    if (!isUnsure && (manager === link.manager || (manager !== undefined && manager === link.givenUp))) return;
    link.givenUp = undefined;
    if (manager !== undefined && !this.canRefer(manager)) {
      const boss = source.people.get(manager);
      // One who is to be there but failed is waited for. One who is out of scope is given up, as Entra does.
      if (boss && isWanted(boss)) state.retryManagers.add(id);
      else link.givenUp = manager;
      return;
    }
    const value = manager === undefined ? undefined : (state.users.get(manager) as Link).id;
    const body = managerBody(value, link.manager === undefined, dialect);
    await wire
      .send('reference', { method: 'PATCH', path: wire.pathOf('User', link.id), body })
      .catch((error: unknown) => {
        if (isUnclear(error)) doubt(link, [MANAGER_PATH]);
        throw error;
      });
    link.unsure = link.unsure?.filter((path) => path !== MANAGER_PATH);
    link.manager = manager;
  }

  /** Second pass. @throws ObjectFailure, CycleStopped */
  async provisionMembers(id: string): Promise<void> {
    const { source, state } = this.parts;
    state.retryMembers.delete(id);
    state.waiting.delete(id);
    const group = source.groups.get(id);
    const link = state.groups.get(id);
    if (!group || !link) return;
    // What got no clear answer is sent again, so that in the end it is known.
    const told = new Set([...link.members, ...link.unsureMembers]);
    await this.inParts(
      link,
      [...told].filter((member) => !group.members.has(member)),
      'remove',
    );
    const { unsureMembers } = link;
    const missing = [...group.members].filter((member) => !link.members.has(member) || unsureMembers.has(member));
    const added = missing.filter((member) => this.canRefer(member));
    if (added.length < missing.length) state.waiting.add(id);
    await this.inParts(link, added, 'add');
  }

  private async inParts(link: GroupLink, members: readonly string[], what: 'add' | 'remove'): Promise<void> {
    const { wire, state, dialect } = this.parts;
    for (let at = 0; at < members.length; at += MEMBERS_AT_ONCE) {
      const some = members.slice(at, at + MEMBERS_AT_ONCE);
      const ids = some.map((member) => ((state.users.get(member) ?? state.groups.get(member)) as Link).id);
      const body = what === 'add' ? addMembersBody(ids, dialect) : removeMembersBody(ids, dialect);
      await wire
        .send('reference', { method: 'PATCH', path: wire.pathOf('Group', link.id), body })
        .catch((error: unknown) => {
          if (isUnclear(error)) for (const member of some) link.unsureMembers.add(member);
          throw error;
        });
      for (const member of some) {
        link.unsureMembers.delete(member);
        if (what === 'add') link.members.add(member);
        else link.members.delete(member);
      }
    }
  }

  // What users and groups have in common

  /** An object that is not linked yet: found by its matching attribute, or created. */
  private async introduce(type: TypeName, id: string, values: Map<string, Value>): Promise<void> {
    const matching = type === 'User' ? 'userName' : 'displayName';
    const name = String(values.get(matching));
    const found = await this.match(type, matching, name);
    if (found === undefined) {
      this.link(type, id, await this.create(type, name, values), values);
      return;
    }
    const link = this.link(type, id, String(found.id), new Map());
    const { wire, state } = this.parts;
    const path = wire.pathOf(type, link.id);
    if (this.isContinued || state.lost.delete(name)) wire.note(path);
    await this.patch(type, link, values, found);
  }

  /** @throws ObjectFailure when there is more than one, or what is found is another */
  private async match(type: TypeName, attribute: string, value: string): Promise<JsonObject | undefined> {
    const { wire } = this.parts;
    const filter = encodeQuery({ filter: `${attribute} eq ${JSON.stringify(value)}` });
    const query = type === 'User' ? filter : `excludedAttributes=members&${filter}`;
    const path = wire.facts.endpoints[type];
    const answer = await wire.send('match', { method: 'GET', path, query });
    const { exchange } = answer;
    const resources = valueAt(answer.body, 'Resources');
    const total = valueAt(answer.body, 'totalResults');
    const said = `GET ${path} for ${attribute} eq "${value}"`;
    if (typeof total !== 'number' || !(Array.isArray(resources) || (total === 0 && isUnassigned(resources)))) {
      throw new ObjectFailure(logCodeOf('match', { status: answer.status }), `${said} got no ListResponse`, exchange);
    }
    const hits = objectsIn(resources);
    if (hits.length > 1 || total > 1) {
      throw new ObjectFailure('DuplicateTargetEntries', `${said} found ${Math.max(hits.length, total)}`, exchange);
    }
    const [hit] = hits;
    if (!hit) return undefined;
    // Never write to what is somebody else's because a filter was ignored.
    const isIt = String(valueAt(hit, attribute)).toLowerCase() === value.toLowerCase() && typeof hit.id === 'string';
    if (!isIt) {
      throw new ObjectFailure(
        'SystemForCrossDomainIdentityManagementServiceIncompatible',
        `${said} found another object`,
        exchange,
      );
    }
    this.expectNoMembers(type, answer, hit);
    return hit;
  }

  private expectNoMembers(type: TypeName, { exchange }: Answer, resource: Json | undefined): void {
    if (type === 'User' || isUnassigned(valueAt(resource, 'members'))) return;
    throw new ObjectFailure(
      'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse',
      'members were returned although excludedAttributes=members was asked for',
      exchange,
    );
  }

  private async create(type: TypeName, name: string, values: Values): Promise<string> {
    const { wire, state, mapping } = this.parts;
    const body = type === 'User' ? userPost(values, mapping) : groupPost(values, mapping);
    // Until the answer is there nobody knows whether there is a resource.
    state.lost.add(name);
    const answer = await wire
      .send('create', { method: 'POST', path: wire.facts.endpoints[type], body })
      .catch((error: unknown) => {
        const status = error instanceof ObjectFailure ? (error.exchange?.response?.status ?? 0) : 0;
        if (status >= 400 && status < 500) state.lost.delete(name);
        throw error;
      });
    const id = valueAt(answer.body, 'id');
    if (typeof id !== 'string' || id === '') {
      throw new ObjectFailure(
        'SystemForCrossDomainIdentityManagementServiceIncompatible',
        `POST ${wire.facts.endpoints[type]} was answered with ${answer.status} and no id`,
        answer.exchange,
      );
    }
    state.lost.delete(name);
    wire.note(wire.pathOf(type, id));
    return id;
  }

  private link(type: TypeName, id: string, targetId: string, values: Values): Link {
    const { state } = this.parts;
    const link: Link = { id: targetId, values: Object.fromEntries(values) };
    if (type === 'User') state.users.set(id, link);
    else state.groups.set(id, { ...link, members: new Set(), unsureMembers: new Set() });
    return (type === 'User' ? state.users : state.groups).get(id) as Link;
  }

  /** A known object: read, then patched where it differs. */
  private async synchronise(type: TypeName, link: Link, values: Values): Promise<void> {
    const { wire } = this.parts;
    const query = type === 'User' ? undefined : { excludedAttributes: 'members' };
    const answer = await wire.send('read', { method: 'GET', path: wire.pathOf(type, link.id), query });
    if (!isObject(answer.body)) {
      throw new ObjectFailure(
        'SystemForCrossDomainIdentityManagementServiceIncompatible',
        `GET ${wire.pathOf(type, link.id)} was answered with no resource`,
        answer.exchange,
      );
    }
    this.expectNoMembers(type, answer, answer.body);
    await this.patch(type, link, values, answer.body);
  }

  private async patch(type: TypeName, link: Link, values: Values, resource: JsonObject): Promise<void> {
    const { wire, dialect } = this.parts;
    const changes: Change[] = [];
    for (const [path, value] of values) {
      const found = targetValue(resource, path);
      if (!isSame(found, value)) changes.push({ path, value, isNew: isUnassigned(found) });
    }
    const [first] = changes;
    if (first) {
      const body = patchBody(changes, dialect);
      const path = wire.pathOf(type, link.id);
      const { exchange } = await wire.send('update', { method: 'PATCH', path, body }).catch((error: unknown) => {
        if (isUnclear(error))
          doubt(
            link,
            changes.map((change) => change.path),
          );
        throw error;
      });
      const name = values.get('userName') ?? values.get('displayName') ?? link.id;
      this.outcome.firstWrite ??= { what: `${first.path} of ${name}`, change: first, exchange };
    }
    link.values = { ...link.values, ...Object.fromEntries(values) };
    link.unsure = link.unsure?.filter((path) => !values.has(path));
  }

  private async remove(type: TypeName, id: string, link: Link): Promise<void> {
    const { wire, state } = this.parts;
    if (!this.isLetThrough(id)) return;
    const path = wire.pathOf(type, link.id);
    try {
      await wire.send('delete', { method: 'DELETE', path });
    } catch (error) {
      // Gone already: that is what was wanted.
      if (!(error instanceof ObjectFailure) || error.code !== 'InvalidAnchor') throw error;
    }
    wire.strike(path);
    state.deleted.add(link.id);
    (type === 'User' ? state.users : state.groups).delete(id);
    // A reference to what has no id any more cannot be taken back: that is the target's to do.
    for (const [group, { members, unsureMembers }] of state.groups) {
      unsureMembers.delete(id);
      if (members.delete(id)) state.waiting.add(group);
    }
  }

  /** Whether the threshold lets one more removal through; else it is staged. */
  private isLetThrough(id: string): boolean {
    const { staged } = this.parts.state;
    if (this.removalsLeft <= 0) {
      staged.add(id);
      return false;
    }
    this.removalsLeft--;
    staged.delete(id);
    return true;
  }
}

/** Whether the request may have been carried out although it failed. */
function isUnclear(error: unknown): boolean {
  return error instanceof ObjectFailure && isTransient(error.code);
}

function doubt(link: Link, paths: readonly string[]): void {
  link.unsure = [...new Set([...(link.unsure ?? []), ...paths])];
}

function newOutcome(): Outcome {
  return { failed: 0, failures: [], firstWrite: undefined };
}
