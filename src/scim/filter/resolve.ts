/**
 * Syntax tree to filter tree: names become attributes of a resource type, literals take the type of what they are
 * compared with, and combinations without a meaning are refused. RFC 7644 §3.4.2.2
 */
import { ScimError } from '../errors.js';
import { fold } from '../fold.js';
import { quote } from '../path/parse.js';
import { findAttribute } from '../path/resolve.js';
import type { Dialect } from '../profiles.js';
import { storedTwin } from '../resource/coerce.js';
import { canonicalInstant } from '../resource/instant.js';
import { isSearchable, searchText } from '../resource/search-form.js';
import type { Attribute, AttributeType, ResourceType } from '../schema/characteristics.js';
import type { CompareOperator, FilterNode, Operand } from './node.js';
import type { Literal, ParsedFilter } from './parse.js';

/** Where the filter stands: in the resource type, or among the sub-attributes of one element. */
interface Scope {
  readonly find: (name: string) => Attribute;
  readonly isElement: boolean;
}

const TEXT_OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const ORDER_OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const EQUALITY: readonly CompareOperator[] = ['eq', 'ne'];

type Comparison = Extract<ParsedFilter, { kind: 'compare' }>;

/** Which operators have a meaning for which type. RFC 7644 table 3: no order for booleans and binaries. */
const OPERATORS: Readonly<Record<Exclude<AttributeType, 'complex'>, readonly CompareOperator[]>> = {
  string: TEXT_OPERATORS,
  reference: TEXT_OPERATORS,
  boolean: EQUALITY,
  binary: EQUALITY,
  integer: ORDER_OPERATORS,
  decimal: ORDER_OPERATORS,
  dateTime: ORDER_OPERATORS,
};

/** @throws ScimError invalidFilter */
export function resolveFilter(parsed: ParsedFilter, type: ResourceType, dialect: Dialect): FilterNode {
  const find = (name: string): Attribute => {
    const attribute = findAttribute(type, name, dialect);
    if (!attribute) throw new ScimError('invalidFilter', `${type.name} has no attribute ${quote(name)}.`);
    return attribute;
  };
  return resolve(parsed, { find, isElement: false }, dialect);
}

/**
 * A filter on the elements of one attribute, as in a PATCH path: `type eq "work"` within `emails`.
 * @throws ScimError invalidFilter
 */
export function resolveElementFilter(parsed: ParsedFilter, attribute: Attribute, dialect: Dialect): FilterNode {
  return resolve(parsed, elementScope(attribute), dialect);
}

/** In a simple multi-valued attribute, `value` is the element itself. */
function elementScope(attribute: Attribute): Scope {
  const find = (name: string): Attribute => {
    const found = attribute.type === 'complex' ? attribute.subAttributes.get(fold(name)) : attribute;
    if (!found || (attribute.type !== 'complex' && fold(name) !== 'value')) {
      throw new ScimError('invalidFilter', `${attribute.path} has no sub-attribute ${quote(name)}.`);
    }
    return found;
  };
  return { find, isElement: true };
}

function resolve(parsed: ParsedFilter, scope: Scope, dialect: Dialect): FilterNode {
  switch (parsed.kind) {
    case 'and':
    case 'or':
      return { kind: parsed.kind, nodes: parsed.filters.map((filter) => resolve(filter, scope, dialect)) };
    case 'not':
      return { kind: 'not', node: resolve(parsed.filter, scope, dialect) };
    case 'present':
      return { kind: 'present', attribute: comparable(storedTwin(scope.find(parsed.attribute))) };
    case 'valuePath': {
      const attribute = scope.find(parsed.attribute);
      if (attribute.type !== 'complex' && !attribute.multiValued) {
        throw new ScimError('invalidFilter', `${attribute.path} has no values to select from with brackets.`);
      }
      return { kind: 'valuePath', attribute, node: resolve(parsed.filter, elementScope(attribute), dialect) };
    }
    case 'compare':
      return compare(parsed, scope, dialect);
  }
}

function compare({ attribute: name, operator, literal }: Comparison, scope: Scope, dialect: Dialect): FilterNode {
  const named = scope.find(name);
  if (literal === null) return compareWithNull(named, operator);
  // RFC 7644 §3.4.2.2 itself writes `emails co "example.com"`: a complex attribute stands for its `value`.
  const attribute = comparable(named.type === 'complex' ? (named.subAttributes.get('value') ?? named) : named);
  if (attribute.type === 'complex') {
    throw new ScimError('invalidFilter', `${attribute.path} is complex; compare one of its sub-attributes.`);
  }
  if (!OPERATORS[attribute.type].includes(operator)) {
    throw new ScimError(
      'invalidFilter',
      `${operator} has no meaning for ${attribute.path}, which is of type ${attribute.type}.`,
    );
  }
  const value = operand(attribute, literal, dialect);
  if (value === false && isPrimaryFlag(attribute)) return compareWithNotPrimary(attribute, operator, scope);
  return { kind: 'compare', operator, attribute, value };
}

function isPrimaryFlag({ name, parent }: Attribute): boolean {
  return name === 'primary' && parent?.multiValued === true;
}

/**
 * RFC 7643 §2.4: an element that does not say whether it is primary is not. So `primary eq false` asks of one element
 * that it is not the primary one; `ne` is the primary one, or, as ever, no element at all.
 */
function compareWithNotPrimary(attribute: Attribute, operator: CompareOperator, { isElement }: Scope): FilterNode {
  const isPrimary: FilterNode = { kind: 'compare', operator: 'eq', attribute, value: true };
  const isNot: FilterNode = { ...isPrimary, operator: 'ne' };
  if (isElement) return operator === 'eq' ? isNot : isPrimary;
  const elements = attribute.parent as Attribute;
  if (operator === 'eq') return { kind: 'valuePath', attribute: elements, node: isNot };
  return { kind: 'or', nodes: [isPrimary, { kind: 'not', node: { kind: 'present', attribute: elements } }] };
}

/** `eq null` asks for absence (RFC 7643 §2.5: null is unassigned). */
function compareWithNull(attribute: Attribute, operator: CompareOperator): FilterNode {
  const present: FilterNode = { kind: 'present', attribute: comparable(storedTwin(attribute)) };
  if (operator === 'eq') return { kind: 'not', node: present };
  if (operator === 'ne') return present;
  throw new ScimError('invalidFilter', `${operator} cannot compare ${attribute.path} with null.`);
}

/** Refuses what is never stored or never shown: a filter must not become a way to guess it. */
function comparable(attribute: Attribute): Attribute {
  if (!isSearchable(attribute)) {
    throw new ScimError('invalidFilter', `${attribute.path} cannot be used in a filter.`);
  }
  return attribute;
}

function operand(attribute: Attribute, literal: Exclude<Literal, null>, dialect: Dialect): Operand {
  switch (attribute.type) {
    case 'boolean':
      return booleanOperand(attribute, literal, dialect);
    case 'integer':
    case 'decimal':
      if (typeof literal === 'number') return literal;
      if (typeof literal === 'string' && literal.trim() !== '' && Number.isFinite(Number(literal))) {
        if (dialect.bend('number-as-string')) return Number(literal);
      }
      break;
    case 'dateTime': {
      const instant = typeof literal === 'string' ? canonicalInstant(literal) : undefined;
      if (instant !== undefined) return instant;
      break;
    }
    default:
      if (typeof literal === 'string') return searchText(attribute, literal);
      if (dialect.bend('unquoted-literal')) return searchText(attribute, String(literal));
  }
  throw new ScimError(
    'invalidFilter',
    `${attribute.path} is of type ${attribute.type}; ${quote(String(literal))} is not.`,
  );
}

function booleanOperand(attribute: Attribute, literal: string | number | boolean, dialect: Dialect): boolean {
  if (typeof literal === 'boolean') return literal;
  const text = fold(String(literal));
  if ((text === 'true' || text === 'false') && dialect.bend('string-boolean')) return text === 'true';
  throw new ScimError('invalidFilter', `${attribute.path} is a boolean; compare it with true or false.`);
}
