/**
 * Pages of resources. Without an order, and with a filter that the database can judge, it finds the page; otherwise
 * what may match is gone through here, with no more kept than the places that can be on the page.
 */
import { matches } from '../../scim/filter/matches.js';
import { attributesOf, type FilterNode } from '../../scim/filter/node.js';
import type { JsonObject } from '../../scim/json.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { positionOf } from '../positions.js';
import { cutPage, type Keyset, type ResourcePage, type ResourceQuery } from '../store.js';
import type { CommitLog } from './commit-log.js';
import { type Answers, type Compiled, compileFilter, pathOf, type Query, questionsOf } from './compile-filter.js';
import type { Collections } from './connection.js';
import { chunksOf, oneOf, type ResourceDocument, toStored, unescapeForm, within } from './documents.js';
import { NearestPlaces, type Place } from './places.js';
import type { Reader } from './reader.js';
import { WholeForms } from './whole-forms.js';

/** Resources that are gone through together. */
const CHUNK = 500;
/** Values that one query asks for, and ids that are put into one. */
const MOST_VALUES = 1_000;
const MOST_IDS = 10_000;

const WITHOUT_FORM = { form: 0, lookups: 0 } as const;

type Found = Pick<ResourceDocument, 'id' | 'row' | 'form'>;

export class Search {
  private readonly wholeForms: WholeForms;

  constructor(
    private readonly collections: Collections,
    private readonly reader: Reader,
    private readonly commits: CommitLog,
    private readonly types: (name: string) => ResourceType | undefined,
  ) {
    this.wholeForms = new WholeForms(reader);
  }

  async search(query: ResourceQuery): Promise<ResourcePage> {
    const type = query.resourceType ?? this.types(query.type);
    if (!type) return { total: 0, resources: [] };
    const compiled = await this.compile(query, type);
    if (!compiled.isExact || query.sort) return this.byPlaces(query, type, compiled);
    return query.keyset ? this.byRow(query, query.keyset, compiled) : this.byOffset(query, compiled);
  }

  private async compile({ tenant, filter }: ResourceQuery, type: ResourceType): Promise<Compiled> {
    const own = { _id: within(tenant), tenant, type: type.name, gone: false };
    if (!filter) return { query: own, isExact: true };
    const context = { tenant, type };
    const { places, members } = questionsOf(filter, context);
    const answers: Answers = {
      holders: await this.holders([...places]),
      groups: await this.groups(tenant, [...members]),
    };
    const { query, isExact } = compileFilter(filter, context, answers);
    return { query: { $and: [own, query] }, isExact };
  }

  private async holders(places: readonly string[]): Promise<Map<string, string[]>> {
    const holders = new Map(places.map((place) => [place, [] as string[]]));
    let count = 0;
    for (const some of chunksOf(places, MOST_VALUES)) {
      const wanted = { at: oneOf(some), gone: false };
      const found = await this.collections.lookups
        .find(wanted)
        .limit(MOST_IDS + 1 - count)
        .toArray();
      count += found.length;
      if (count > MOST_IDS) return new Map();
      for (const { at, resource } of found) holders.get(at)?.push(resource);
    }
    return holders;
  }

  private async groups(tenant: string, members: readonly string[]): Promise<Map<string, string[]>> {
    const groups = new Map(members.map((member) => [member, [] as string[]]));
    let count = 0;
    for (const some of chunksOf(members, MOST_VALUES)) {
      const wanted = { _id: within(tenant), tenant, member: oneOf(some), gone: false };
      const found = await this.collections.edges
        .find(wanted)
        .limit(MOST_IDS + 1 - count)
        .toArray();
      count += found.length;
      if (count > MOST_IDS) return new Map();
      for (const { member, group } of found) groups.get(member)?.push(group);
    }
    return groups;
  }

  private async byOffset(query: ResourceQuery, { query: wanted }: Compiled): Promise<ResourcePage> {
    const { tenant, offset, limit } = query;
    const found = limit > 0 ? await this.page(wanted, 1, offset, limit) : [];
    const showsEnd = found.length < limit && (found.length > 0 || offset === 0);
    const total = showsEnd ? offset + found.length : await this.total(query, wanted);
    return { total, resources: found.map((one) => toStored(tenant, one)) };
  }

  private async byRow(query: ResourceQuery, keyset: Keyset, { query: wanted }: Compiled): Promise<ResourcePage> {
    const { tenant, limit } = query;
    const isForward = keyset.direction === 'forward';
    const from = keyset.from && { row: { [isForward ? '$gt' : '$lt']: keyset.from.row } };
    const found = await this.page(from ? { $and: [wanted, from] } : wanted, isForward ? 1 : -1, 0, limit + 1);
    const { rows, ...ends } = cutPage(found, keyset, limit, ({ row }) => ({ row }));
    const showsAll = !keyset.from && found.length <= limit;
    const total = showsAll ? found.length : await this.total(query, wanted);
    return { total, resources: rows.map((one) => toStored(tenant, one)), ...ends };
  }

  private page(wanted: Query, order: 1 | -1, skip: number, limit: number): Promise<ResourceDocument[]> {
    const options = { projection: WITHOUT_FORM };
    return this.collections.resources.find(wanted, options).sort({ row: order }).skip(skip).limit(limit).toArray();
  }

  private async total({ tenant, type, filter }: ResourceQuery, wanted: Query): Promise<number> {
    if (filter) return this.collections.resources.countDocuments(wanted);
    return (await this.commits.log.head(tenant)).counts[type] ?? 0;
  }

  private async byPlaces(query: ResourceQuery, type: ResourceType, compiled: Compiled): Promise<ResourcePage> {
    const { tenant, keyset, offset, limit } = query;
    const { total, nearest } = await this.places(query, type, compiled);
    const page = keyset
      ? cutPage(nearest, keyset, limit, ({ position }) => position)
      : { rows: nearest.slice(offset, offset + limit) };
    const { rows, ...ends } = page;
    const found = await this.reader.byId(
      tenant,
      rows.map(({ id }) => id),
    );
    const there = rows.filter(({ id }) => found.has(id));
    const resources = there.map(({ id }) => toStored(tenant, found.get(id) as ResourceDocument));
    return { total, resources, ...ends, ...(keyset && { positions: there.map(({ position }) => position) }) };
  }

  /** Goes through everything that may match. */
  private async places(query: ResourceQuery, type: ResourceType, { query: wanted, isExact }: Compiled) {
    const filter = isExact ? undefined : query.filter;
    const places = new NearestPlaces(query);
    const cursor = this.collections.resources.find(wanted, {
      projection: { _id: 0, id: 1, row: 1, ...formsFor(query, filter) },
      batchSize: CHUNK,
    });
    let chunk: Found[] = [];
    for await (const one of cursor) {
      chunk.push(one);
      if (chunk.length < CHUNK) continue;
      for (const place of await this.matching(query, type, chunk, filter)) places.add(place);
      chunk = [];
    }
    for (const place of await this.matching(query, type, chunk, filter)) places.add(place);
    return places;
  }

  private async matching(
    { tenant, sort }: ResourceQuery,
    type: ResourceType,
    chunk: readonly Found[],
    filter: FilterNode | undefined,
  ): Promise<Place[]> {
    const ids = chunk.map(({ id }) => id);
    const forms = chunk.map(({ form }) => unescapeForm(form ?? {}));
    // An order is never by edges.
    const places = chunk.map(
      ({ id, row }, i): Place => ({ id, position: positionOf(row, forms[i] as JsonObject, sort) }),
    );
    if (filter) await this.wholeForms.complete(tenant, type, ids, forms, filter);
    return places.filter((_, index) => !filter || matches(forms[index] as JsonObject, filter));
  }
}

/** The parts of a form that are looked at here. */
function formsFor({ sort }: ResourceQuery, filter: FilterNode | undefined): Record<string, 1> {
  const attributes = [...(filter ? attributesOf(filter) : []), ...(sort ? [sort.attribute] : [])];
  const paths = attributes.map(({ lineage }) => pathOf({ lineage: lineage.slice(0, 1) }));
  return Object.fromEntries(paths.map((path) => [path, 1]));
}
