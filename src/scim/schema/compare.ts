/**
 * Whether resources that are there fit other schemas. What a store keeps of a resource to find it by follows from the
 * schemas at the time of its last write, so what would have made it otherwise cannot change while there is any.
 */
import type { Attribute, ResourceType } from './characteristics.js';
import { everyAttribute, type Registry } from './load.js';

/** Something of a type that cannot be while it has resources. */
export interface Misfit {
  readonly type: ResourceType;
  /** What changes, as the end of a sentence: `serial would become multi-valued`. */
  readonly change: string;
}

/** The first of each type. Types and attributes that are new fit; so do descriptions, requirements, mutability. */
export function misfits(before: Registry, after: Registry): Misfit[] {
  return before.resourceTypes.flatMap((old) => {
    const type = old.stored ?? old;
    const offered = after.resourceType(old.name);
    const change = offered ? changeOf(type, offered.stored ?? offered) : 'it would be gone';
    return change === undefined ? [] : [{ type, change }];
  });
}

function changeOf(before: ResourceType, after: ResourceType): string | undefined {
  if (before.edges?.path !== after.edges?.path) return 'its members would be kept elsewhere';
  if (before.display?.path !== after.display?.path) return 'what others show of it would be something else';
  const later = new Map([...everyAttribute(after.attributes)].map((attribute) => [attribute.path, attribute]));
  for (const attribute of everyAttribute(before.attributes)) {
    const now = later.get(attribute.path);
    const change = now ? difference(attribute, now) : 'would be gone (hide it by policy instead)';
    if (change !== undefined) return `${attribute.path} ${change}`;
  }
  return undefined;
}

function difference(before: Attribute, after: Attribute): string | undefined {
  if (before.type !== after.type) return `would become ${after.type}`;
  if (before.multiValued !== after.multiValued)
    return `would become ${after.multiValued ? 'multi-valued' : 'singular'}`;
  if (before.caseExact !== after.caseExact) return `would ${after.caseExact ? 'become' : 'no longer be'} caseExact`;
  if (!before.isLookup && after.isLookup) return 'would become unique, or a look-up';
  if ((before.returned === 'never') !== (after.returned === 'never')) return `would be returned ${after.returned}`;
  return before.isDerivedReference === after.isDerivedReference ? undefined : 'would refer to something else';
}
