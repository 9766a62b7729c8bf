/** Members and memberships in search form, for engines that judge filters on them by scim/filter/matches.ts. */
import { fold } from '../scim/fold.js';
import type { JsonObject } from '../scim/json.js';
import type { Attribute } from '../scim/schema/characteristics.js';
import type { Edge, Membership } from './store.js';

/** @param attribute of the edges (`members`) */
export function edgesInForm(attribute: Attribute, edges: readonly Edge[]): JsonObject[] {
  return edges.map((edge) => inForm(attribute, edge));
}

/**
 * RFC 7643 §4.1.2: the type of a membership says whether it is direct.
 * @param attribute of the memberships (`groups`)
 */
export function membershipsInForm(attribute: Attribute, memberships: readonly Membership[]): JsonObject[] {
  return memberships.map((group) => inForm(attribute, { ...group, type: group.direct ? 'direct' : 'indirect' }));
}

function inForm({ subAttributes }: Attribute, { id, type, display }: Edge): JsonObject {
  const text = (name: string, value: string): string => (subAttributes.get(name)?.caseExact ? value : fold(value));
  return { value: id, type: text('type', type), ...(display !== undefined && { display: text('display', display) }) };
}
