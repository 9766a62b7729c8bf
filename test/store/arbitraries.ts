/** Random documents and filters over the schema of a type, with values that meet often enough to tell engines apart. */
import fc from 'fast-check';
import type { CompareOperator, FilterNode } from '../../src/scim/filter/node.js';
import type { Json, JsonObject } from '../../src/scim/json.js';
import { searchValue } from '../../src/scim/resource/search-form.js';
import type { Attribute, AttributeType } from '../../src/scim/schema/characteristics.js';
import { everyAttribute } from '../../src/scim/schema/load.js';
import type { Sort } from '../../src/store/store.js';
import { typeOf } from '../../src/testing/contract/writes.js';

const TEXTS = [
  '', 'a', 'A', 'ab', 'aB', 'b', 'a b', ' ', 'ä', 'Ä', 'a\u0308', 'ß', 'SS', 'ς', 'ΟΔΟΣ', 'İ', 'ı', 'ﬁ', '%', '_', 'a%b', 'a_b', 'a%',
  '"', "'", '\\', '\\%', '{}', '[]', 'null', 'true', '1', '\ud7ff', '\ue000', '\uffee', '😀', '😀a', 'a😀', '\u{10ffff}', '\u{10ffff}a', '\n',
]; // biome-ignore format: one value a line would hide the others
const INSTANTS = [
  '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2025-12-31T18:30:00-05:30', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.1Z',
  '2026-01-01T00:00:00.1000001Z', '2026-01-01T00:00:00.0999999', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z',
]; // biome-ignore format: as above

const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...TEXTS), { maxLength: 4 }).map((parts) => parts.join('')) },
  // NUL and lone surrogates reach no store: they are refused when a resource or a filter is read.
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }).map((value) => value.replaceAll('\0', '')) },
);

const VALUES: Record<Exclude<AttributeType, 'complex'>, fc.Arbitrary<Json>> = {
  string: text,
  reference: text,
  binary: fc.constantFrom('', 'QQ==', 'qq==', 'QUI='),
  boolean: fc.boolean(),
  integer: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom(2 ** 53, -(2 ** 53), 1e21, 2 ** 31)),
  decimal: fc.oneof(
    fc.constantFrom(0, 1, 1.5, -1.5, 0.1, 0.30000000000000004, 1e-7, 1e300),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  dateTime: fc.constantFrom(...INSTANTS),
};

/** A document as the directory would store it: canonical, with anything or nothing in it. */
export function documentOf(typeName: string): fc.Arbitrary<JsonObject> {
  const type = typeOf(typeName);
  const outside = ['id', 'meta', 'schemas', type.edges?.name, type.memberships?.name];
  return objectOf([...type.attributes.values()].filter(({ name }) => !outside.includes(name)));
}

function objectOf(attributes: readonly Attribute[]): fc.Arbitrary<JsonObject> {
  const entries = attributes.filter((a) => !a.isDerivedReference).map((a) => [a.name, valuesOf(a)] as const);
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] });
}

function valuesOf(attribute: Attribute): fc.Arbitrary<Json> {
  const one = attribute.type === 'complex' ? objectOf([...attribute.subAttributes.values()]) : VALUES[attribute.type];
  return attribute.multiValued ? fc.array(one, { maxLength: 3 }) : one;
}

/** @param ids ids of resources, for comparisons with `members.value` and the like. */
export function filterOf(typeName: string, ids: readonly string[]): fc.Arbitrary<FilterNode> {
  const type = typeOf(typeName);
  const all = [...everyAttribute(type.attributes)].filter(isComparable);
  const isEdge = (a: Attribute) => a.lineage.some((x) => x === type.edges || x === type.memberships);
  const operand = (a: Attribute) => (isEdge(a) || a.name === 'id' ? edgeOperand(a, ids) : undefined);
  const paths = all.filter((a) => a.multiValued || a.type === 'complex').map((a) => valuePathOf(a, operand));
  const terms = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...all).chain((a) => termOf(a, operand)) }, ...paths);
  return treeOf(terms, 3);
}

export function sortOf(typeName: string): fc.Arbitrary<Sort> {
  const all = [...everyAttribute(typeOf(typeName).attributes)].filter((a) => isComparable(a) && a.type !== 'complex');
  return fc.record({ attribute: fc.constantFrom(...all), descending: fc.boolean() });
}

function isComparable(attribute: Attribute): boolean {
  return (
    !attribute.isDerivedReference &&
    attribute.path !== 'meta.location' &&
    attribute.lineage.every((a) => a.returned !== 'never')
  );
}

type OperandOf = (attribute: Attribute) => fc.Arbitrary<Json> | undefined;

function edgeOperand({ name }: Attribute, ids: readonly string[]): fc.Arbitrary<Json> | undefined {
  if (name === 'value' || name === 'id') return fc.constantFrom(...ids, 'nobody', 'u', '1', '');
  return name === 'type' ? fc.constantFrom('user', 'Group', 'direct', 'indirect', 'u', '') : undefined;
}

function treeOf(terms: fc.Arbitrary<FilterNode>, depth: number): fc.Arbitrary<FilterNode> {
  if (depth === 0) return terms;
  const inner = treeOf(terms, depth - 1);
  const nodes = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: terms },
    { weight: 1, arbitrary: inner.map((node): FilterNode => ({ kind: 'not', node })) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), nodes }) },
  );
}

function valuePathOf(attribute: Attribute, operand: OperandOf): fc.Arbitrary<FilterNode> {
  const isSimple = (a: Attribute) => a.type !== 'complex';
  const subAttributes = [...attribute.subAttributes.values()].filter((a) => isComparable(a) && isSimple(a));
  const inner = isSimple(attribute) ? [attribute] : subAttributes;
  const node = treeOf(
    fc.constantFrom(...inner).chain((a) => termOf(a, operand)),
    2,
  );
  return node.map((within) => ({ kind: 'valuePath', attribute, node: within }));
}

const EQUALITY: readonly CompareOperator[] = ['eq', 'ne'];
const ORDER: readonly CompareOperator[] = [...EQUALITY, 'gt', 'ge', 'lt', 'le'];
const TEXT: readonly CompareOperator[] = [...ORDER, 'co', 'sw', 'ew'];
const OPERATORS: Record<Exclude<AttributeType, 'complex'>, readonly CompareOperator[]> = {
  string: TEXT,
  reference: TEXT,
  boolean: EQUALITY,
  binary: EQUALITY,
  integer: ORDER,
  decimal: ORDER,
  dateTime: ORDER,
};

function termOf(named: Attribute, operand: OperandOf): fc.Arbitrary<FilterNode> {
  const present: fc.Arbitrary<FilterNode> = fc.constant({ kind: 'present', attribute: named });
  const attribute = named.type === 'complex' ? named.subAttributes.get('value') : named;
  if (!attribute || attribute.type === 'complex') return present;
  const compare = fc
    .record({
      operator: fc.constantFrom(...OPERATORS[attribute.type]),
      literal: operand(attribute) ?? VALUES[attribute.type],
    })
    .map(({ operator, literal }): FilterNode => {
      const value = searchValue(attribute, literal) as string | number | boolean;
      return { kind: 'compare', operator, attribute, value };
    });
  return fc.oneof({ weight: 4, arbitrary: compare }, { weight: 1, arbitrary: present });
}
