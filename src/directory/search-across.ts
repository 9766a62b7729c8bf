/**
 * One list of several resource types (RFC 7644 §3.4.2.1): one type after the other, or merged where they are sorted by
 * what more than one of them has. Paged as one list, by index or by cursor; of a type that the page does not touch only
 * the total is asked.
 */
import type { FilterNode } from '../scim/filter/node.js';
import type { Projection } from '../scim/resource/project.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import { comparePositions } from '../store/positions.js';
import { cutPage, type Keyset, type Position, type Sort, type Store, type StoredResource } from '../store/store.js';

/** What is asked of one type. */
export interface TypeSearch {
  readonly type: ResourceType;
  readonly filter: FilterNode | undefined;
  /** Undefined for a type that does not have the attribute: its resources count as without a value. */
  readonly sort: Sort | undefined;
  readonly projection: Projection;
}

/** A place in a list of several types: in which of the searches, and where in that one. */
export interface PositionAcross extends Position {
  /** Which of the searches, from 0. */
  readonly search: number;
}

/** Which part of the list to answer with: resources to pass over, or where the page begins. */
export interface PageAcross {
  /** Resources to pass over, from 0. Not read where there is a keyset. Where lists are merged they are read. */
  readonly offset: number;
  readonly limit: number;
  /** In place of `offset`, at the same cost however far into the list. */
  readonly keyset?: Keyset<PositionAcross> | undefined;
}

/** A page, with what each resource was asked by. */
export interface FoundAcross {
  readonly total: number;
  readonly found: readonly Shown[];
  /** With a keyset: where the pages after and before this one begin; undefined where there is none. */
  readonly next?: PositionAcross | undefined;
  readonly previous?: PositionAcross | undefined;
}

interface Shown {
  readonly search: TypeSearch;
  readonly resource: StoredResource;
}

interface Found extends Shown {
  readonly position: PositionAcross;
}

/** The most resources that are read at once while lists are merged. */
const PORTION = 500;

/** Rows of no resource: what comes before all of one value, and what after. */
const BEFORE_ALL = -1;
const AFTER_ALL = Number.MAX_SAFE_INTEGER;

type Searchable = Pick<Store, 'search'>;

/** @param searches in the order of the types in the list; their sorts have the same direction */
export async function searchAcross(
  store: Searchable,
  tenant: string,
  searches: readonly TypeSearch[],
  { offset, limit, keyset }: PageAcross,
): Promise<FoundAcross> {
  const lists = searches.map((search, place) => new TypeList(store, tenant, search, place));
  const parts = partsOf(lists);
  if (keyset) return byKeyset(parts, keyset, limit);
  const found: Shown[] = [];
  let total = 0;
  for (const part of parts) {
    const from = Math.max(0, offset - total);
    const most = limit - found.length;
    if (part.length === 1 || most === 0) {
      for (const list of part) found.push(...(await list.page(from, most)));
    } else {
      found.push(...(await merge(part, { direction: 'forward' }, from + most)).slice(from));
    }
    for (const list of part) total += await list.total();
  }
  return { total, found };
}

/** What stands one after the other: RFC 7644 §3.4.2.3, resources without a value come last, when descending first. */
function partsOf(lists: readonly TypeList[]): (readonly TypeList[])[] {
  const sorted = lists.filter(({ search }) => search.sort);
  const others = lists.filter(({ search }) => !search.sort).map((list) => [list]);
  if (sorted.length === 0) return others;
  return sorted[0]?.search.sort?.descending ? [...others, sorted] : [sorted, ...others];
}

/** Goes through the parts from the one where the page begins, until it has one more than the page. */
async function byKeyset(
  parts: readonly (readonly TypeList[])[],
  keyset: Keyset<PositionAcross>,
  limit: number,
): Promise<FoundAcross> {
  const { direction, from } = keyset;
  const inOrder = direction === 'forward' ? parts : parts.toReversed();
  const first = from ? inOrder.findIndex((part) => part.some(({ place }) => place === from.search)) : 0;
  const ahead: Found[] = [];
  for (const [i, part] of inOrder.entries()) {
    const most = limit + 1 - ahead.length;
    if (i < first || most === 0) continue;
    ahead.push(...(await merge(part, i === first ? keyset : { direction }, most)));
  }
  const { rows, next, previous } = cutPage(ahead, keyset, limit, ({ position }) => position);
  let total = 0;
  for (const list of parts.flat()) total += await list.total();
  return { total, found: rows, next, previous };
}

/** The resources of several lists from a place on, nearest first. */
async function merge(lists: readonly TypeList[], keyset: Keyset<PositionAcross>, most: number): Promise<Found[]> {
  const sign = keyset.direction === 'forward' ? 1 : -1;
  const portion = lists.length === 1 ? most : Math.min(PORTION, most);
  const readers = lists.map((list) => list.from(keyset, portion));
  const found: Found[] = [];
  for (const reader of readers) await reader.fill();
  while (found.length < most) {
    const nearest = readers.reduce((best, reader) => (comesBefore(reader, best, sign) ? reader : best));
    const next = nearest.take();
    if (!next) break;
    found.push(next);
    await nearest.fill();
  }
  return found;
}

function comesBefore({ head, list }: Reader, other: Reader, sign: 1 | -1): boolean {
  if (!head) return false;
  return !other.head || sign * compareAcross(head, other.head, list.search.sort) < 0;
}

/** Of equal ones of different types, the order of the types decides. */
function compareAcross({ key, search }: PositionAcross, other: PositionAcross, sort: Sort | undefined): number {
  return comparePositions({ key, row: search }, { key: other.key, row: other.search }, sort);
}

/** The resources of one type, as part of the list. */
class TypeList {
  private known: number | undefined;

  constructor(
    private readonly store: Searchable,
    private readonly tenant: string,
    readonly search: TypeSearch,
    /** Which of the searches it is, and so what comes first of equal ones. */
    readonly place: number,
  ) {}

  /** Others may write meanwhile: the total is that of the first look. */
  async total(): Promise<number> {
    if (this.known === undefined) await this.page(0, 0);
    return this.known ?? 0;
  }

  async page(offset: number, limit: number): Promise<Shown[]> {
    const { resources } = await this.ask({ offset, limit });
    return resources.map((resource) => ({ search: this.search, resource }));
  }

  async ask(page: { offset: number; limit: number; keyset?: Keyset }) {
    const { type, filter, sort } = this.search;
    const place = { tenant: this.tenant, type: type.name, resourceType: type };
    const answer = await this.store.search({ ...place, filter, sort, ...page });
    this.known ??= answer.total;
    return answer;
  }

  /** @param keyset of the whole list */
  from({ direction, from }: Keyset<PositionAcross>, portion: number): Reader {
    const isHere = from?.search === this.place;
    return new Reader(this, direction, isHere ? from : from && this.beside(from), portion);
  }

  /** Where a place in another of the lists lies in this one: before or behind all that are equal. */
  private beside({ key, search }: PositionAcross): Position {
    return { key, row: this.place < search ? AFTER_ALL : BEFORE_ALL };
  }
}

/** Goes through the resources of one type from a place on, in portions. */
class Reader {
  private waiting: Found[] = [];
  private isAtEnd = false;

  constructor(
    readonly list: TypeList,
    private readonly direction: Keyset['direction'],
    private next: Position | undefined,
    private readonly portion: number,
  ) {}

  /** Where the nearest resource stands; undefined when there is none. Needs fill() before. */
  get head(): PositionAcross | undefined {
    return this.waiting[0]?.position;
  }

  take(): Found | undefined {
    return this.waiting.shift();
  }

  async fill(): Promise<void> {
    // A portion may be empty and not the last: what was found can be gone when it is read.
    while (this.waiting.length === 0 && !this.isAtEnd) await this.read();
  }

  private async read(): Promise<void> {
    const { search, place } = this.list;
    const keyset = { direction: this.direction, from: this.next };
    const {
      resources,
      positions = [],
      next,
      previous,
    } = await this.list.ask({ offset: 0, limit: this.portion, keyset });
    const found = resources.map((resource, i) => ({
      search,
      resource,
      position: { ...(positions[i] as Position), search: place },
    }));
    const isForward = this.direction === 'forward';
    this.waiting = isForward ? found : found.reverse();
    this.next = isForward ? next : previous;
    this.isAtEnd = this.next === undefined;
  }
}
