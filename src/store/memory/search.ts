/** Search by the reference meaning of a filter. */

import { matches } from '../../scim/filter/matches.js';
import { attributesOf, type FilterNode } from '../../scim/filter/node.js';
import type { JsonObject } from '../../scim/json.js';
import type { ResourceType } from '../../scim/schema/characteristics.js';
import { edgesInForm, membershipsInForm } from '../edge-forms.js';
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
function wholeForm(data: TenantData, { form, resource }: Kept, type: ResourceType, filter: FilterNode): JsonObject {
  const { key } = resource;
  const { edges, memberships } = type;
  const named = new Set(attributesOf(filter).map(({ lineage }) => lineage[0]));
  const whole = { ...form };
  if (edges && named.has(edges)) {
    const members = [...data.membersOf(key)].map((id) => data.edge(id));
    whole[edges.name] = edgesInForm(edges, members);
  }
  if (memberships && named.has(memberships)) {
    whole[memberships.name] = membershipsInForm(memberships, data.memberships(key.id));
  }
  return whole;
}
