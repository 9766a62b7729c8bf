/** Search by the reference meaning of a filter. */

import { matches } from '../../scim/filter/matches.js';
import type { FilterNode } from '../../scim/filter/node.js';
import { compareText, fold } from '../../scim/fold.js';
import { isObject, type Json, type JsonObject } from '../../scim/json.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import {
  cutPage,
  type Keyset,
  type Position,
  type ResourcePage,
  type ResourceQuery,
  SORTED_CHARACTERS,
  type Sort,
} from '../store.js';
import { copy } from './copy.js';
import type { Kept, TenantData } from './tenant-data.js';

export function search(data: TenantData, query: ResourceQuery, type: ResourceType): ResourcePage {
  const all = [...data.resources.values()].filter((kept) => kept.resource.key.type === query.type);
  const { filter, sort, offset, limit, keyset } = query;
  const found = filter ? all.filter((kept) => matches(wholeForm(data, kept, type, filter), filter)) : all;
  const places = found.map((kept): Place => ({ kept, position: positionOf(kept, sort) }));
  if (sort) places.sort(({ position: a }, { position: b }) => compare(a, b, sort));
  const shown = ({ kept }: Place) => copy(kept.resource);
  if (!keyset) return { total: found.length, resources: places.slice(offset, offset + limit).map(shown) };
  const { rows, ...ends } = cutPage(from(places, keyset, sort), keyset, limit, ({ position }) => position);
  return { total: found.length, resources: rows.map(shown), ...ends };
}

/** A resource and where it stands in the order of the query. */
interface Place {
  readonly kept: Kept;
  readonly position: Position;
}

function positionOf({ row, form }: Kept, sort: Sort | undefined): Position {
  return sort ? { row, key: sortKey(sortValue(form, sort.attribute.lineage)) } : { row };
}

/** What lies from the keyset's position on, nearest first. */
function from(places: readonly Place[], { direction, from: start }: Keyset, sort: Sort | undefined): Place[] {
  const sign = direction === 'forward' ? 1 : -1;
  const beyond = start ? places.filter(({ position }) => sign * compare(position, start, sort) > 0) : [...places];
  return sign === 1 ? beyond : beyond.reverse();
}

/** The form with the edges and memberships that the filter asks of. */
function wholeForm(data: TenantData, kept: Kept, type: ResourceType, filter: FilterNode): JsonObject {
  const form = { ...kept.form };
  const { key } = kept.resource;
  if (type.edges && names(filter, type.edges)) {
    const edges = [...data.membersOf(key)].map((id) => data.edge(id));
    form[type.edges.name] = edges.map((edge) => element(type.edges as Attribute, edge.id, edge.type, edge.display));
  }
  if (type.memberships && names(filter, type.memberships)) {
    form[type.memberships.name] = data
      .memberships(key.id)
      // RFC 7643 §4.1.2: the type of a membership says whether it is direct.
      .map(({ id, direct, display }) =>
        element(type.memberships as Attribute, id, direct ? 'direct' : 'indirect', display),
      );
  }
  return form;
}

function names(node: FilterNode, attribute: Attribute): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.some((inner) => names(inner, attribute));
    case 'not':
      return names(node.node, attribute);
    default:
      return node.attribute.lineage[0] === attribute;
  }
}

function element(attribute: Attribute, value: string, type: string, display: string | undefined): JsonObject {
  const inForm = (name: string, text: string): string =>
    attribute.subAttributes.get(name)?.caseExact ? text : fold(text);
  return { value, type: inForm('type', type), ...(display !== undefined && { display: inForm('display', display) }) };
}

function compare(a: Position, b: Position, sort: Sort | undefined): number {
  const order = compareKeys(a.key ?? null, b.key ?? null);
  return (sort?.descending ? -order : order) || a.row - b.row;
}

/** Resources without a value come last. */
function compareKeys(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b);
}

function sortKey(value: Json | undefined): string | number | null {
  if (value === undefined) return null;
  if (typeof value !== 'string') return Number(value);
  return value.length <= SORTED_CHARACTERS ? value : Array.from(value).slice(0, SORTED_CHARACTERS).join('');
}

function sortValue(from: Json, lineage: readonly Attribute[]): Json | undefined {
  let value: Json | undefined = from;
  for (const { name } of lineage) {
    value = isObject(value) ? value[name] : undefined;
    if (Array.isArray(value)) value = value.find((item) => isObject(item) && item.primary === true) ?? value[0];
  }
  return value;
}
