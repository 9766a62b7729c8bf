/**
 * `scim-target/store`: the store port, for an engine of one's own. What it promises is said at each method, and held by
 * `storeContract` of `scim-target/testing`. The functions beside it are what the engines here have alike: texts that are
 * the same, the order of a query, what a filter matches, what was shown and not kept, where deliveries begin and their
 * leases end.
 */

export { matches } from '../scim/filter/matches.js';
export { attributesOf, type FilterNode } from '../scim/filter/node.js';
export { compareText, fold } from '../scim/fold.js';
export type { Json, JsonObject } from '../scim/json.js';
export type { AttributeChange } from '../scim/patch/difference.js';
export type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
export { changed, changedTenant } from './accounts.js';
export {
  changedReceiver,
  compareLetters,
  deadLetterId,
  isOfApp,
  type LetterPlace,
  lastLeaseEnd,
  letterPlace,
  placedAt,
} from './delivery-places.js';
export { edgesInForm, membershipsInForm } from './edge-forms.js';
export { beyond, comparePositions, type Placed, positionOf } from './positions.js';
export { Readings } from './readings.js';
export * from './store.js';
