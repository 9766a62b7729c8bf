/** What is done to a server: single operations, and sequences of them that are the same for the same seed. */
import type { Message } from './client.js';
import { changeBody, keysOfUser, memberBody, plainChangeBody, userBody } from './data.js';
import { Random } from './statistics.js';

/** What is in the store before the first operation. */
export interface Population {
  /** By user number. */
  readonly users: readonly string[];
  /** By group number. Group g has the users from 50 g on, 100 of them, so that each user is in two groups. */
  readonly groups: readonly string[];
}

export const GROUP_STEP = 50;
export const GROUP_MEMBERS = 100;

export const KINDS = ['find', 'get', 'create', 'change', 'member', 'delete'] as const;
export type Kind = (typeof KINDS)[number];

/** How the tables call them. */
export const TITLES: Record<Kind, string> = {
  find: 'GET userName eq',
  get: 'GET by id',
  create: 'POST user',
  change: 'PATCH user',
  member: 'PATCH member',
  delete: 'DELETE user',
};

export interface Operation extends Message {
  readonly kind: Kind;
  /** The only statuses that are right. */
  readonly expects: readonly number[];
}

/** The next operation of a sequence. */
export type Next = () => Operation;

const OK = [200];
const CREATED = [201];
const CHANGED = [200, 204];
const DELETED = [204];

/** A search with one comparison. `rest` is more of the query. */
export function search(endpoint: string, attribute: string, value: string, rest = ''): Operation {
  const filter = encodeURIComponent(`${attribute} eq "${value}"`);
  return { kind: 'find', method: 'GET', path: `/${endpoint}?filter=${filter}${rest}`, expects: OK };
}

export function findUser(n: number): Operation {
  return search('Users', 'userName', keysOfUser(n).userName);
}

/** GET of one resource. */
export function get(endpoint: string, id: string, query = ''): Operation {
  return { kind: 'get', method: 'GET', path: `/${endpoint}/${id}${query}`, expects: OK };
}

export function createUser(n: number): Operation {
  return { kind: 'create', method: 'POST', path: '/Users', body: userBody(n), expects: CREATED };
}

export function changeUser(id: string, body: string): Operation {
  return { kind: 'change', method: 'PATCH', path: `/Users/${id}`, body, expects: CHANGED };
}

/** PATCH of a group: members come or go. */
export function changeMembers(op: 'Add' | 'Remove', group: string, members: readonly string[]): Operation {
  return { kind: 'member', method: 'PATCH', path: `/Groups/${group}`, body: memberBody(op, members), expects: CHANGED };
}

export function deleteUser(id: string): Operation {
  return { kind: 'delete', method: 'DELETE', path: `/Users/${id}`, expects: DELETED };
}

/** Numbers of users that no store has been filled with. */
const NEW_USERS = 2_000_000;

/** A membership that the store was not filled with; another one for each `k`. */
function newMembership({ users, groups }: Population, k: number): [group: string, user: string] {
  const group = k % groups.length;
  const user = (group * GROUP_STEP + GROUP_MEMBERS + Math.floor(k / groups.length)) % survivors(users.length);
  return [groups[group] as string, users[user] as string];
}

/** Users below this number are never deleted. */
function survivors(users: number): number {
  return Math.floor(users * 0.8);
}

/** One kind of operation, over and over. `offset` keeps sequences on one store apart. */
export function repeated(kind: Exclude<Kind, 'delete'>, population: Population, offset: number): Next {
  const random = new Random(offset);
  const some = (): number => random.below(survivors(population.users.length));
  let k = offset * 100_000;
  const make: Record<typeof kind, Next> = {
    find: () => findUser(some()),
    get: () => get('Users', population.users[some()] as string),
    create: () => createUser(NEW_USERS + k),
    change: () => changeUser(population.users[some()] as string, plainChangeBody(String(k))),
    member: () => changeMembers('Add', ...single(newMembership(population, k))),
  };
  return () => {
    k++;
    return make[kind]();
  };
}

function single([group, user]: [group: string, user: string]): [group: string, users: string[]] {
  return [group, [user]];
}

/** How long a new member stays, in additions: long enough that the removal cannot overtake the addition. */
const STAY = 200;

/**
 * Entra's incremental mix: 40 % GET by userName (a quarter of them for users about to be created), 15 % GET by id,
 * 10 % POST, 25 % PATCH of a user, 8 % PATCH of a group by one member, 2 % DELETE.
 */
export class Mix {
  private readonly random: Random;
  private created: number;
  private deleted: number;
  private joined = 0;
  private left = 0;
  private changed = 0;

  constructor(
    private readonly population: Population,
    /** Sequences with an even and an odd number can follow each other on one store. */
    private readonly run: number,
  ) {
    this.random = new Random(run + 1);
    this.created = NEW_USERS + run * 1_000_000;
    this.deleted = survivors(population.users.length) + (run % 2);
  }

  next(): Operation {
    const { random, population } = this;
    const share = random.next();
    if (share < 0.1) return findUser(this.created + 1 + random.below(100));
    if (share < 0.4) return findUser(random.below(survivors(population.users.length)));
    if (share < 0.55) return get('Users', this.someUser());
    if (share < 0.65) return createUser(++this.created);
    if (share < 0.9) return changeUser(this.someUser(), changeBody(`${this.run}-${++this.changed}`, random));
    return share < 0.98 ? this.member() : this.delete();
  }

  private member(): Operation {
    const isLeaving = this.joined - this.left > STAY && this.random.next() < 0.5;
    const k = this.run * 100_000 + (isLeaving ? this.left++ : this.joined++);
    const [group, user] = newMembership(this.population, k);
    return changeMembers(isLeaving ? 'Remove' : 'Add', group, [user]);
  }

  private delete(): Operation {
    const id = this.population.users[this.deleted];
    this.deleted += 2;
    return id === undefined ? get('Users', this.someUser()) : deleteUser(id);
  }

  private someUser(): string {
    return this.population.users[this.random.below(survivors(this.population.users.length))] as string;
  }
}
