/** A filter as one text for all its spellings. */
import type { FilterNode } from './node.js';

/**
 * The same for two filters of one resource type that were written differently and mean the same: names in another
 * letter case or with their URN, other blanks, values that differ where case does not count.
 */
export function canonicalFilter(node: FilterNode): string {
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${node.nodes.map(canonicalFilter).join(` ${node.kind} `)})`;
    case 'not':
      return `not (${canonicalFilter(node.node)})`;
    case 'present':
      return `${node.attribute.path} pr`;
    case 'compare':
      return `${node.attribute.path} ${node.operator} ${JSON.stringify(node.value)}`;
    case 'valuePath':
      return `${node.attribute.path}[${canonicalFilter(node.node)}]`;
  }
}
