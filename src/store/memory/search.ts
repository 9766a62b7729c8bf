/** Search by the reference meaning of a filter. */

import { matches } from '../../scim/filter/matches.js';
import type { FilterNode } from '../../scim/filter/node.js';
import { compareText, fold } from '../../scim/fold.js';
import { isObject, type Json, type JsonObject } from '../../scim/json.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import type { ResourcePage, ResourceQuery, Sort } from '../store.js';
import { copy } from './copy.js';
import type { Kept, TenantData } from './tenant-data.js';

export function search(data: TenantData, query: ResourceQuery, type: ResourceType): ResourcePage {
  const all = [...data.resources.values()].filter((kept) => kept.resource.key.type === query.type);
  const { filter, sort, offset, limit } = query;
  const found = filter ? all.filter((kept) => matches(wholeForm(data, kept, type, filter), filter)) : all;
  if (sort) found.sort(inOrder(sort));
  return { total: found.length, resources: found.slice(offset, offset + limit).map(({ resource }) => copy(resource)) };
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

function inOrder({ attribute, descending }: Sort): (a: Kept, b: Kept) => number {
  return (a, b) => {
    const [x, y] = [sortValue(a.form, attribute.lineage), sortValue(b.form, attribute.lineage)];
    const order = x === undefined ? (y === undefined ? 0 : 1) : y === undefined ? -1 : compareValues(x, y);
    return descending ? -order : order;
  };
}

function compareValues(a: Json, b: Json): number {
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b);
}

function sortValue(from: Json, lineage: readonly Attribute[]): Json | undefined {
  let value: Json | undefined = from;
  for (const { name } of lineage) {
    value = isObject(value) ? value[name] : undefined;
    if (Array.isArray(value)) value = value.find((item) => isObject(item) && item.primary === true) ?? value[0];
  }
  return value;
}
