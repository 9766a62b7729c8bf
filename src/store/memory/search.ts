/** Search by the reference meaning of a filter. */

import { matches } from '../../scim/filter/matches.js';
import type { FilterNode } from '../../scim/filter/node.js';
import { fold } from '../../scim/fold.js';
import type { JsonObject } from '../../scim/json.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import { beyond, comparePositions, type Placed, positionOf } from '../positions.js';
import { cutPage, type ResourcePage, type ResourceQuery } from '../store.js';
import { copy } from './copy.js';
import type { Kept, TenantData } from './tenant-data.js';

export function search(data: TenantData, query: ResourceQuery, type: ResourceType): ResourcePage {
  const all = [...data.resources.values()].filter((kept) => kept.resource.key.type === query.type);
  const { filter, sort, offset, limit, keyset } = query;
  const found = filter ? all.filter((kept) => matches(wholeForm(data, kept, type, filter), filter)) : all;
  const places = found.map((kept): Place => ({ kept, position: positionOf(kept.row, kept.form, sort) }));
  if (sort) places.sort(({ position: a }, { position: b }) => comparePositions(a, b, sort));
  const shown = ({ kept }: Place) => copy(kept.resource);
  if (!keyset) return { total: found.length, resources: places.slice(offset, offset + limit).map(shown) };
  const { rows, ...ends } = cutPage(beyond(places, keyset, sort), keyset, limit, ({ position }) => position);
  return { total: found.length, resources: rows.map(shown), ...ends };
}

interface Place extends Placed {
  readonly kept: Kept;
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
