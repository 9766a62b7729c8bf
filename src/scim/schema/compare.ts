/**
 * Whether resources that are there fit other schemas. What a store keeps of a resource to find it by follows from the
 * schemas at the time of its last write, so what would have made it otherwise cannot change while there is any.
 */
import type { Attribute, ResourceType } from './characteristics.js';
import { everyAttribute, type Registry } from './load.js';

/** Something of a type that cannot be while resources have it. */
export interface Misfit {
  readonly type: ResourceType;
  /** Resources with a value of it would not fit; undefined: all of the type. */
  readonly attribute: Attribute | undefined;
  /** What changes, as the end of a sentence: `serial would become multi-valued`. */
  readonly change: string;
}

/** Types and attributes that are new fit; so do other descriptions, requirements, mutability. */
export function misfits(before: Registry, after: Registry): Misfit[] {
  return before.resourceTypes.flatMap((old) => {
    const type = old.stored ?? old;
    const offered = after.resourceType(old.name);
    if (!offered) return [{ type, attribute: undefined, change: 'it would be gone' }];
    return misfitsOf(type, offered.stored ?? offered);
  });
}

function misfitsOf(before: ResourceType, after: ResourceType): Misfit[] {
  const misfit = (change: string, attribute?: Attribute): Misfit => ({ type: before, attribute, change });
  if (before.edges?.path !== after.edges?.path) return [misfit('its members would be kept elsewhere')];
  if (before.display?.path !== after.display?.path) return [misfit('what others show of it would be something else')];
  const later = new Map([...everyAttribute(after.attributes)].map((attribute) => [attribute.path, attribute]));
  return [...everyAttribute(before.attributes)].flatMap((attribute) => {
    // Of what goes as a whole, the whole is named.
    if (attribute.parent && !later.has(attribute.parent.path)) return [];
    const now = later.get(attribute.path);
    const change = now ? difference(attribute, now) : 'would be gone (hide it by policy instead)';
    return change === undefined ? [] : [misfit(`${attribute.path} ${change}`, attribute)];
  });
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
