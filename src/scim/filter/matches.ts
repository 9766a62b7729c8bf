/** The reference meaning of a filter: whether a resource, in search form, satisfies it. Stores must agree with it. */
import { compareText } from '../fold.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { Attribute } from '../schema/characteristics.js';
import type { CompareOperator, FilterNode, Operand } from './node.js';

/**
 * @param form a whole resource in search form (search-form.ts), with its edges and memberships where the filter
 *   names them.
 */
export function matches(form: JsonObject, node: FilterNode): boolean {
  return holds(node, (attribute) => valuesAt(form, attribute.lineage));
}

/** Whether one element (in search form) of `attribute` satisfies a filter on its sub-attributes. */
export function elementMatches(element: Json, attribute: Attribute, node: FilterNode): boolean {
  return holds(node, (wanted) => valuesAt(element, wanted.lineage, attribute.lineage.length));
}

/**
 * Every value at the end of a lineage; elements of multi-valued attributes one by one. Unassigned gives none.
 * @param start the place in the lineage of the first attribute to be found in `from`
 */
export function valuesAt(from: Json | undefined, lineage: readonly Attribute[], start = 0): Json[] {
  const values: Json[] = [];
  if (from !== undefined) collect(from, lineage, start, values);
  return values;
}

function collect(value: Json, lineage: readonly Attribute[], at: number, values: Json[]): void {
  const attribute = lineage[at];
  if (!attribute) {
    values.push(value);
    return;
  }
  const inner = isObject(value) && Object.hasOwn(value, attribute.name) ? value[attribute.name] : undefined;
  if (inner === undefined || inner === null) return;
  if (!Array.isArray(inner)) collect(inner, lineage, at + 1, values);
  else for (const element of inner) collect(element, lineage, at + 1, values);
}

type Values = (attribute: Attribute) => Json[];

function holds(node: FilterNode, values: Values): boolean {
  switch (node.kind) {
    case 'and':
      return node.nodes.every((inner) => holds(inner, values));
    case 'or':
      return node.nodes.some((inner) => holds(inner, values));
    case 'not':
      return !holds(node.node, values);
    case 'present':
      return values(node.attribute).some(isAssigned);
    case 'compare':
      return comparison(node.operator, values(node.attribute), node.value);
    case 'valuePath':
      return values(node.attribute).some((element) => elementMatches(element, node.attribute, node.node));
  }
}

function isAssigned(value: Json): boolean {
  return isObject(value) ? Object.keys(value).length > 0 : value !== '';
}

/** RFC 7644 §3.4.2.2: a multi-valued attribute satisfies a comparison when any value does. */
function comparison(operator: CompareOperator, values: readonly Json[], operand: Operand): boolean {
  if (operator === 'ne') return values.length === 0 || values.some((value) => value !== operand);
  return values.some((value) => compareValue(operator, value, operand));
}

function compareValue(operator: Exclude<CompareOperator, 'ne'>, value: Json, operand: Operand): boolean {
  if (operator === 'eq') return value === operand;
  if (typeof value === 'string' && typeof operand === 'string') {
    if (operator === 'co') return value.includes(operand);
    if (operator === 'sw') return value.startsWith(operand);
    if (operator === 'ew') return value.endsWith(operand);
    return inOrder(operator, compareText(value, operand));
  }
  if (typeof value === 'number' && typeof operand === 'number') return inOrder(operator, value - operand);
  return false;
}

function inOrder(operator: CompareOperator, order: number): boolean {
  if (operator === 'gt') return order > 0;
  if (operator === 'ge') return order >= 0;
  if (operator === 'lt') return order < 0;
  return operator === 'le' && order <= 0;
}
