/**
 * One list of several resource types (RFC 7644 §3.4.2.1): one type after the other, or merged where they are sorted by
 * what more than one of them has. Paged as one list; of a type that the page does not touch only the total is asked.
 */
import type { FilterNode } from '../scim/filter/node.js';
import { withCommonAttributes } from '../scim/resource/present.js';
import type { Projection } from '../scim/resource/project.js';
import { formOf } from '../scim/resource/search-form.js';
import type { ResourceType } from '../scim/schema/characteristics.js';
import { comparePositions, positionOf } from '../store/positions.js';
import type { Position, Sort, Store, StoredResource } from '../store/store.js';

/** What is asked of one type. */
export interface TypeSearch {
  readonly type: ResourceType;
  readonly filter: FilterNode | undefined;
  /** Undefined for a type that does not have the attribute: its resources count as without a value. */
  readonly sort: Sort | undefined;
  readonly projection: Projection;
}

/** A page, with what each resource was asked by. */
export interface FoundAcross {
  readonly total: number;
  readonly found: readonly { readonly search: TypeSearch; readonly resource: StoredResource }[];
}

/** The most resources that are read at once while lists are merged. */
const PORTION = 500;

type Searchable = Pick<Store, 'search'>;
type Found = FoundAcross['found'][number];

/**
 * @param searches in the order of the types in the list; their sorts have the same direction
 * @param offset resources to pass over. Where lists are merged they are read, so that a page costs more the farther it
 *   is into the list.
 */
export async function searchAcross(
  store: Searchable,
  tenant: string,
  searches: readonly TypeSearch[],
  offset: number,
  limit: number,
): Promise<FoundAcross> {
  const found: Found[] = [];
  let total = 0;
  for (const part of partsOf(searches)) {
    const from = Math.max(0, offset - total);
    const most = limit - found.length;
    const isMerged = part.length > 1 && most > 0;
    const page = await (isMerged ? merged : inTurn)(store, tenant, part, from, most);
    total += page.total;
    found.push(...page.found);
  }
  return { total, found };
}

/** What stands one after the other: RFC 7644 §3.4.2.3, resources without a value come last, when descending first. */
function partsOf(searches: readonly TypeSearch[]): (readonly TypeSearch[])[] {
  const sorted = searches.filter(({ sort }) => sort);
  const others = searches.filter(({ sort }) => !sort).map((search) => [search]);
  if (sorted.length === 0) return others;
  return sorted[0]?.sort?.descending ? [...others, sorted] : [sorted, ...others];
}

/** For one type, or for totals alone. */
async function inTurn(
  store: Searchable,
  tenant: string,
  searches: readonly TypeSearch[],
  offset: number,
  limit: number,
): Promise<FoundAcross> {
  const found: Found[] = [];
  let total = 0;
  for (const search of searches) {
    const { type, filter, sort } = search;
    const page = await store.search({ tenant, type: type.name, resourceType: type, filter, sort, offset, limit });
    total += page.total;
    found.push(...page.resources.map((resource) => ({ search, resource })));
  }
  return { total, found };
}

async function merged(
  store: Searchable,
  tenant: string,
  searches: readonly TypeSearch[],
  offset: number,
  limit: number,
): Promise<FoundAcross> {
  const portion = Math.min(PORTION, offset + limit);
  const lists = searches.map((search, rank) => new SortedList(store, tenant, search, rank, portion));
  const found: Found[] = [];
  for (const list of lists) await list.fill();
  for (let passed = 0; found.length < limit; passed++) {
    const nearest = lists.reduce((best, list) => (comesBefore(list, best) ? list : best));
    const resource = nearest.take();
    if (!resource) break;
    if (passed >= offset) found.push({ search: nearest.search, resource });
    await nearest.fill();
  }
  return { total: lists.reduce((sum, list) => sum + list.total, 0), found };
}

function comesBefore({ head, search: { sort } }: SortedList, other: SortedList): boolean {
  if (!head) return false;
  return !other.head || comparePositions(head, other.head, sort) < 0;
}

/** The resources of one type in the order of its sort, read in portions. */
class SortedList {
  total = 0;
  private waiting: StoredResource[] = [];
  private next: Position | undefined;
  private isRead = false;
  /** Where the nearest resource stands; undefined when there is none. */
  head: Position | undefined;

  constructor(
    private readonly store: Searchable,
    private readonly tenant: string,
    readonly search: TypeSearch,
    /** What comes first of equal ones. */
    private readonly rank: number,
    private readonly limit: number,
  ) {}

  /** Must be awaited before `head` is asked for. */
  async fill(): Promise<void> {
    if (this.waiting.length === 0 && !(this.isRead && this.next === undefined)) await this.read();
    const [nearest] = this.waiting;
    this.head = nearest && this.positionOf(nearest);
  }

  /** The nearest resource. */
  take(): StoredResource | undefined {
    return this.waiting.shift();
  }

  private async read(): Promise<void> {
    const { type, filter, sort } = this.search;
    const keyset = { direction: 'forward', from: this.next } as const;
    const place = { tenant: this.tenant, type: type.name, resourceType: type };
    const query = { ...place, filter, sort, offset: 0, limit: this.limit, keyset };
    const page = await this.store.search(query);
    // Others may write meanwhile: the total is that of the first look.
    if (!this.isRead) this.total = page.total;
    this.isRead = true;
    this.waiting = page.resources;
    this.next = page.next;
  }

  /** Beside resources of other types, which have rows of their own, the rank decides between equals. */
  private positionOf({ key, version, created, lastModified, document }: StoredResource): Position {
    const { type, sort } = this.search;
    const name = sort?.attribute.lineage[0]?.name ?? '';
    const value = withCommonAttributes(document, { id: key.id, version, created, lastModified }, type)[name];
    return positionOf(this.rank, value === undefined ? {} : formOf({ [name]: value }, type.attributes), sort);
  }
}
