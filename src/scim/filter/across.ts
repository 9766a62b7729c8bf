/**
 * A filter over several resource types at once: what it asks of each of them. RFC 7644 §3.4.2.1: an attribute that a
 * type does not have counts as one without a value there, and so does what cannot be asked of it.
 */
import { ScimError } from '../errors.js';
import { quote } from '../path/parse.js';
import { findAttribute } from '../path/resolve.js';
import type { Dialect } from '../profiles.js';
import { formOf } from '../resource/search-form.js';
import type { ResourceType } from '../schema/characteristics.js';
import { matches } from './matches.js';
import type { FilterNode } from './node.js';
import type { ParsedFilter } from './parse.js';
import { resolveFilter } from './resolve.js';

/** What is asked of one type; true and false where the type alone decides, without a look at its resources. */
export type TypeFilter = FilterNode | boolean;

type Leaf = Exclude<ParsedFilter, { kind: 'and' | 'or' | 'not' }>;

/**
 * @returns what the filter is for each of `types`, in their order
 * @throws ScimError invalidFilter for what has a meaning for none of them
 */
export function resolveFilterAcross(
  parsed: ParsedFilter,
  types: readonly ResourceType[],
  dialect: Dialect,
): TypeFilter[] {
  switch (parsed.kind) {
    case 'and':
    case 'or': {
      const parts = parsed.filters.map((filter) => resolveFilterAcross(filter, types, dialect));
      return types.map((_, i) =>
        joined(
          parsed.kind,
          parts.map((part) => part[i] as TypeFilter),
        ),
      );
    }
    case 'not':
      return resolveFilterAcross(parsed.filter, types, dialect).map(negated);
    default:
      return resolveLeaf(parsed, types, dialect);
  }
}

function resolveLeaf(leaf: Leaf, types: readonly ResourceType[], dialect: Dialect): TypeFilter[] {
  const having = new Set(types.filter((type) => findAttribute(type, leaf.attribute, dialect)));
  if (having.size === 0) {
    throw new ScimError('invalidFilter', `No resource type has an attribute ${quote(leaf.attribute)}.`);
  }
  const refusals: ScimError[] = [];
  const filters = types.map((type) => {
    if (!having.has(type)) return isTrueWithoutValue(leaf);
    try {
      return decided(resolveFilter(leaf, type, dialect), type);
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      refusals.push(error);
      return isTrueWithoutValue(leaf);
    }
  });
  if (refusals.length === having.size) throw refusals[0];
  return filters;
}

/** As matches.ts has it. */
function isTrueWithoutValue(leaf: Leaf): boolean {
  if (leaf.kind !== 'compare') return false;
  return leaf.literal === null ? leaf.operator === 'eq' : leaf.operator === 'ne';
}

/** `meta.resourceType` is the same for all resources of a type. */
function decided(node: FilterNode, type: ResourceType): TypeFilter {
  if (node.kind !== 'compare' || node.attribute.path !== 'meta.resourceType') return node;
  return matches(formOf({ meta: { resourceType: type.name } }, type.attributes), node);
}

function joined(kind: 'and' | 'or', parts: readonly TypeFilter[]): TypeFilter {
  const settles = kind === 'or';
  if (parts.includes(settles)) return settles;
  const nodes = parts.filter((part): part is FilterNode => typeof part !== 'boolean');
  if (nodes.length === 0) return !settles;
  return nodes.length === 1 ? (nodes[0] as FilterNode) : { kind, nodes };
}

function negated(part: TypeFilter): TypeFilter {
  return typeof part === 'boolean' ? !part : { kind: 'not', node: part };
}
