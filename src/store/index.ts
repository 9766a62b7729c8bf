/**
 * `scim-target/store`: the store port, for an engine of one's own. What it promises is said at each method, and held by
 * `storeContract` of `scim-target/testing`.
 */
export { matches } from '../scim/filter/matches.js';
export { attributesOf, type FilterNode } from '../scim/filter/node.js';
export type { Json, JsonObject } from '../scim/json.js';
export type { AttributeChange } from '../scim/patch/difference.js';
export type { Attribute, ResourceType } from '../scim/schema/characteristics.js';
export { changed } from './accounts.js';
export * from './store.js';
