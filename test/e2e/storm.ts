/**
 * Writes from many connections at once, and a memory of what was acknowledged. Each connection owns its people and
 * writes one thing at a time, so of each person the last acknowledged state is known, and at most one later write may
 * have been carried out without an answer. The groups are everybody's.
 */
import { CORE, ENTERPRISE } from './mapping.js';
import { type Answer, type JsonObject, locatedId, NoAnswer, type ScimClient } from './scim-client.js';

/** What is known of one user. */
export interface State {
  /** Without `schemas`, `id`, `meta` and `groups`. */
  readonly resource: JsonObject;
  /** Ids of the groups. */
  readonly groups: readonly string[];
}

export interface Person {
  /** Undefined until a POST was answered. */
  id: string | undefined;
  /** As last acknowledged; undefined: does not exist. */
  state: State | undefined;
  /** What a write without an answer would have made of it. */
  pending: { readonly state: State | undefined } | undefined;
}

/** A write that was answered with 2xx, and so must be there, with its record. */
export interface Acknowledged {
  readonly requestId: string;
  readonly operation: 'create' | 'patch' | 'replace' | 'delete';
  /** Of the resource that was written. */
  readonly id: string;
}

export class Storm {
  readonly people: Person[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** Answers that are no success: there should be none. */
  readonly refused: string[] = [];
  readonly namesEver = new Set<string>();
  private count = 0;

  private isOver = false;

  /** @param awayStatus says of a write no more than an answer that does not come: that it may have been done or not */
  constructor(
    private readonly groups: readonly string[],
    private readonly awayStatus?: number,
  ) {}

  /** Writes on `width` connections until the server is gone, or calm() is called. */
  async blow(scim: ScimClient, width: number): Promise<void> {
    this.isOver = false;
    const shares = Array.from({ length: width }, (_, worker) => this.people.filter((__, at) => at % width === worker));
    await Promise.all(shares.map((share) => this.work(scim, share)));
  }

  calm(): void {
    this.isOver = true;
  }

  /** Lets go of those of whom it is not known whether the last write was carried out. */
  forget(): void {
    const known = this.people.filter(({ pending }) => !pending);
    this.people.splice(0, this.people.length, ...known);
  }

  private async work(scim: ScimClient, share: Person[]): Promise<void> {
    try {
      while (!this.isOver) await this.step(scim, share);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }

  private async step(scim: ScimClient, share: Person[]): Promise<void> {
    const living = share.filter(({ state }) => state !== undefined);
    const person = pick(living);
    if (!person || chance(0.3)) {
      const fresh: Person = { id: undefined, state: undefined, pending: undefined };
      share.push(fresh);
      this.people.push(fresh);
      await this.create(scim, fresh);
      return;
    }
    const { id, state } = person as Person & { id: string; state: State };
    await pick([this.title, this.rename, this.replace, this.join, this.join, this.leave, this.remove])?.call(
      this,
      scim,
      person,
      id,
      state,
    );
  }

  private async create(scim: ScimClient, person: Person): Promise<void> {
    const resource = { ...this.described(), active: true, [ENTERPRISE]: { department: `D-${this.count}` } };
    const post = () => scim.post('/Users', { schemas: [CORE, ENTERPRISE], ...resource });
    const answer = await this.write(person, { resource, groups: [] }, 'create', undefined, post);
    person.id = locatedId(answer);
  }

  private async title(scim: ScimClient, person: Person, id: string, state: State): Promise<void> {
    const title = `Title ${++this.count}`;
    const resource = { ...state.resource, title, [ENTERPRISE]: { department: `D-${this.count}` } };
    const operations = [
      { op: 'Replace', path: 'title', value: title },
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: `D-${this.count}` },
    ];
    await this.patch(scim, person, { ...state, resource }, `/Users/${id}`, operations);
  }

  private async rename(scim: ScimClient, person: Person, id: string, state: State): Promise<void> {
    const userName = this.newName();
    const operations = [{ op: 'Replace', path: 'userName', value: userName }];
    await this.patch(scim, person, { ...state, resource: { ...state.resource, userName } }, `/Users/${id}`, operations);
  }

  private async replace(scim: ScimClient, person: Person, id: string, state: State): Promise<void> {
    const resource = { ...this.described(), active: true };
    const put = () => scim.put(`/Users/${id}`, { schemas: [CORE], ...resource });
    await this.write(person, { ...state, resource }, 'replace', id, put);
  }

  private async join(scim: ScimClient, person: Person, id: string, state: State): Promise<void> {
    const group = pick(this.groups.filter((one) => !state.groups.includes(one)));
    if (!group) return;
    const operations = [{ op: 'Add', path: 'members', value: [{ $ref: null, value: id }] }];
    await this.patch(scim, person, { ...state, groups: [...state.groups, group] }, `/Groups/${group}`, operations);
  }

  private async leave(scim: ScimClient, person: Person, id: string, state: State): Promise<void> {
    const group = pick(state.groups);
    if (!group) return;
    const operations = [{ op: 'Remove', path: 'members', value: [{ value: id }] }];
    const groups = state.groups.filter((one) => one !== group);
    await this.patch(scim, person, { ...state, groups }, `/Groups/${group}`, operations);
  }

  private async remove(scim: ScimClient, person: Person, id: string): Promise<void> {
    await this.write(person, undefined, 'delete', id, () => scim.delete(`/Users/${id}`));
  }

  private async patch(scim: ScimClient, person: Person, next: State, path: string, operations: JsonObject[]) {
    const message = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
    await this.write(person, next, 'patch', path.split('/').at(-1), () => scim.patch(path, message));
  }

  /** Sends a write; what it would make of the person is pending until the answer is there. */
  private async write(
    person: Person,
    next: State | undefined,
    operation: Acknowledged['operation'],
    id: string | undefined,
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    person.pending = { state: next };
    const answer = await send();
    const { status, headers, body } = answer;
    if (status === this.awayStatus) throw new NoAnswer(`${status}`);
    person.pending = undefined;
    if (status >= 300) {
      this.refused.push(`${operation} ${id}: ${status} ${JSON.stringify(body)}`);
      throw new NoAnswer('refused');
    }
    person.state = next;
    const requestId = String(headers['x-request-id']);
    this.acknowledged.push({ requestId, operation, id: id ?? locatedId(answer) });
    return answer;
  }

  private described(): JsonObject {
    const userName = this.newName();
    const n = this.count;
    return {
      userName,
      displayName: `Person ${n}`,
      externalId: `X-${n}`,
      emails: [{ type: 'work', value: `p${n}@storm.example`, primary: true }],
    };
  }

  private newName(): string {
    const name = `Storm.${++this.count}@example.com`;
    this.namesEver.add(name);
    return name;
  }
}

function chance(share: number): boolean {
  return Math.random() < share;
}

function pick<T>(from: readonly T[]): T | undefined {
  return from[Math.floor(Math.random() * from.length)];
}
