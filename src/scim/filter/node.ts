/**
 * The filter tree: what a filter means once its names are attributes and its literals are in search form.
 * The reference evaluator (matches.ts) and every store's compiler read this and nothing else.
 */
import type { Attribute } from '../schema/characteristics.js';

/** RFC 7644 table 3, without `pr`. */
export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** A literal in search form (search-form.ts): folded string, canonical instant, number or boolean. Never null. */
export type Operand = string | number | boolean;

/**
 * - `and`, `or`: two or more nodes.
 * - `present`: RFC 7644 `pr`. `a eq null` arrives as `not present`, `a ne null` as `present`.
 * - `compare`: true when any value of the attribute satisfies it. `ne` is also true when there is no value at all.
 *   The operator fits the attribute's type (resolve.ts refuses the others) and the attribute is never complex.
 * - `valuePath`: true when one element of the multi-valued (or the single complex) `attribute` satisfies `node`, whose
 *   attributes are sub-attributes of `attribute`; for a multi-valued simple attribute they are `attribute` itself,
 *   meaning the element.
 */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly node: FilterNode }
  | { readonly kind: 'present'; readonly attribute: Attribute }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly attribute: Attribute;
      readonly value: Operand;
    }
  | { readonly kind: 'valuePath'; readonly attribute: Attribute; readonly node: FilterNode };

/** The attributes that a filter names. */
export function attributesOf(node: FilterNode): Attribute[] {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.flatMap(attributesOf);
    case 'not':
      return attributesOf(node.node);
    default:
      return [node.attribute];
  }
}
