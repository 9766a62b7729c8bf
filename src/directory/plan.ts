/**
 * What a request would make of a resource: pure functions from the present state to the next. Planning twice from
 * the same state gives the same, so a write that lost a race is simply planned again. Next stage: write.ts.
 */
import { ScimError } from '../scim/errors.js';
import { isObject, type Json, type JsonObject } from '../scim/json.js';
import { applyPatch } from '../scim/patch/apply.js';
import { type EdgeElements, type EdgePlan, planEdges } from '../scim/patch/edge-plan.js';
import type { Operation } from '../scim/patch/operation.js';
import type { Dialect } from '../scim/profiles.js';
import { coerce, isNeverReturned } from '../scim/resource/coerce.js';
import { type ResourceDescription, readResource } from '../scim/resource/normalise.js';
import { checkImmutable, validate } from '../scim/resource/validate.js';
import type { Attribute, ResourceType } from '../scim/schema/characteristics.js';

/** The state that a request leads to. */
export interface Plan {
  readonly document: JsonObject;
  /** Undefined: the members stay as they are. */
  readonly edges: EdgePlan | undefined;
  /** What the request sets that is never returned, by Attribute.path; null: taken away. */
  readonly unkept?: ReadonlyMap<string, Json> | undefined;
  /** What is kept of a password from now on; null: nothing any more; undefined: what was kept before. */
  readonly passwordHash?: string | null | undefined;
}

/** RFC 7644 §3.3. @throws ScimError */
export function planCreate(body: Json | undefined, type: ResourceType, dialect: Dialect): Plan {
  const described = readResource(body, type, dialect);
  const document = { ...type.defaults, ...described.document };
  validate(document, type);
  return { document, edges: described.edges && exactly(described.edges), unkept: described.unkept };
}

/**
 * RFC 7644 §3.5.1. What the client may not write stays, and so does what has a default: a PUT that does not mention
 * `active` neither enables nor disables.
 * @throws ScimError
 */
export function planReplace(
  current: JsonObject,
  described: ResourceDescription,
  type: ResourceType,
  dialect: Dialect,
): Plan {
  const document = { ...described.document };
  keepReadOnly(current, document, type.attributes);
  for (const [name, value] of Object.entries(type.defaults)) document[name] ??= current[name] ?? value;
  keepHidden(current, document, type);
  checkImmutable(current, document, type.attributes);
  validate(document, type);
  const { unkept } = described;
  if (!type.edges) return { document, edges: undefined, unkept };
  if (described.edges) return { document, edges: exactly(described.edges), unkept };
  return { document, edges: dialect.bend('members-kept-by-put') ? undefined : exactly([]), unkept };
}

/** RFC 7644 §3.5.2. @throws ScimError */
export function planPatch(
  current: JsonObject,
  operations: readonly Operation[],
  type: ResourceType,
  dialect: Dialect,
  members: EdgeElements | undefined,
): Plan {
  const document = applyPatch(current, operations, type, dialect);
  keepReadOnly(current, document, type.attributes);
  keepHidden(current, document, type);
  return {
    document,
    edges: planEdges(operations, type.edges, dialect, members),
    unkept: unkeptOf(operations, dialect),
  };
}

/** The last word on each: a value, or null for what is taken away. */
function unkeptOf(operations: readonly Operation[], dialect: Dialect): ReadonlyMap<string, Json> {
  const unkept = new Map<string, Json>();
  for (const { op, target, selection, value } of operations) {
    if (selection || !isNeverReturned(target)) continue;
    const canonical = op === 'remove' ? undefined : coerce(target, value, dialect);
    unkept.set(target.path, canonical ?? null);
  }
  return unkept;
}

/** @throws ScimError payloadTooLarge */
export function checkMemberLimit(plan: Plan, limit: number): void {
  const named = (plan.edges?.added.size ?? 0) + (plan.edges?.removed.size ?? 0);
  if (named > limit) {
    throw new ScimError('payloadTooLarge', `One request may name at most ${limit} members; this one names ${named}.`);
  }
}

function exactly(ids: readonly string[]): EdgePlan {
  return { isCleared: true, added: new Set(ids), removed: new Set() };
}

/** Of an extension what is the server's stays; of another complex value it stays as long as the value does. */
function keepReadOnly(current: JsonObject, next: JsonObject, attributes: ReadonlyMap<string, Attribute>): void {
  for (const { name, mutability, multiValued, isExtension, subAttributes } of attributes.values()) {
    const before = current[name];
    if (before === undefined) continue;
    if (mutability === 'readOnly') next[name] = before;
    else if (isObject(before) && !multiValued) {
      const now = next[name];
      const kept = isObject(now) ? { ...now } : {};
      if (isExtension || isObject(now)) keepReadOnly(before, kept, subAttributes);
      if (Object.keys(kept).length > 0) next[name] = kept;
    }
  }
}

/** What the tenant does not offer is not the client's to lose: it stays as long as what it is part of does. */
function keepHidden(current: JsonObject, next: JsonObject, { attributes, stored }: ResourceType): void {
  if (stored) keepWhatOnlyOneHas(current, next, stored.attributes, attributes);
}

function keepWhatOnlyOneHas(
  current: JsonObject,
  next: JsonObject,
  all: ReadonlyMap<string, Attribute>,
  offered: ReadonlyMap<string, Attribute>,
): void {
  for (const [key, { name, multiValued, subAttributes }] of all) {
    const [before, now, shown] = [current[name], next[name], offered.get(key)];
    if (before === undefined) continue;
    if (!shown) next[name] = before;
    else if (!multiValued && isObject(before) && isObject(now) && subAttributes.size > shown.subAttributes.size) {
      const kept = { ...now };
      keepWhatOnlyOneHas(before, kept, subAttributes, shown.subAttributes);
      next[name] = kept;
    }
  }
}
