/**
 * What PATCH operations do to edges, without the edges: a group of a hundred thousand members is changed by naming
 * the few that come and go. RFC 7644 §3.5.2
 */
import { ScimError } from '../errors.js';
import { elementMatches } from '../filter/matches.js';
import type { FilterNode } from '../filter/node.js';
import type { Json, JsonObject } from '../json.js';
import type { Dialect } from '../profiles.js';
import { edgeIds } from '../resource/normalise.js';
import { searchValue } from '../resource/search-form.js';
import type { Attribute } from '../schema/characteristics.js';
import { Effort } from './effort.js';
import type { Operation, Selection } from './operation.js';

/** The members before are `before`; those after are `(isCleared ? ∅ : before) − removed + added`. */
export interface EdgePlan {
  readonly isCleared: boolean;
  /** Disjoint from `removed`. */
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** The members as the filters of PATCH paths see them: `value`, `type`, `display`. */
export interface EdgeElements {
  readonly before: readonly JsonObject[];
  /** Of the resources that the request itself names as new members; by id. */
  readonly named: ReadonlyMap<string, JsonObject>;
}

/** The ids that the operations would add. */
export function namedMembers(
  operations: readonly Operation[],
  edges: Attribute | undefined,
  dialect: Dialect,
): Set<string> {
  const adding = operations.filter(({ op, target, selection }) => target === edges && op !== 'remove' && !selection);
  return new Set(adding.flatMap(({ target, value }) => edgeIds(target, value, dialect)));
}

/**
 * True when the operations can only be planned with the members at hand: a path selects them by something other than
 * their id.
 */
export function needsEdges(operations: readonly Operation[], edges: Attribute | undefined): boolean {
  return operations.some(
    ({ target, selection }) =>
      target === edges && selection !== undefined && idsNamedBy(selection.filter) === undefined,
  );
}

/** Folds the operations on edges, in order, into one plan. Undefined when there are none. */
export function planEdges(
  operations: readonly Operation[],
  edges: Attribute | undefined,
  dialect: Dialect,
  members: EdgeElements | undefined,
): EdgePlan | undefined {
  const ours = operations.filter(({ target }) => edges !== undefined && target.lineage[0] === edges);
  if (ours.length === 0) return undefined;
  const plan = { isCleared: false, added: new Set<string>(), removed: new Set<string>(), effort: new Effort() };
  for (const operation of ours) {
    if (operation.target !== edges || operation.selection?.subAttribute) {
      throw new ScimError('mutability', `The values of ${edges?.path} cannot be changed, only added and removed.`);
    }
    applyToPlan(plan, operation, dialect, members);
  }
  const { isCleared, added, removed } = plan;
  return { isCleared, added, removed };
}

interface Draft {
  isCleared: boolean;
  readonly added: Set<string>;
  readonly removed: Set<string>;
  readonly effort: Effort;
}

function applyToPlan(plan: Draft, operation: Operation, dialect: Dialect, members: EdgeElements | undefined): void {
  const { op, target, selection, value } = operation;
  if (selection) {
    if (op !== 'remove')
      throw new ScimError('mutability', `The values of ${target.path} cannot be changed, only added and removed.`);
    for (const id of selected(plan, target, selection, members)) drop(plan, id);
  } else if (op === 'remove') {
    const listed = listedValues(operation, dialect);
    if (listed === undefined) clear(plan);
    else for (const id of edgeIds(target, listed, dialect)) drop(plan, id);
  } else {
    const ids = edgeIds(target, value, dialect);
    if (op === 'replace') clear(plan);
    for (const id of ids) {
      plan.added.add(id);
      plan.removed.delete(id);
    }
  }
}

/**
 * The values that a `remove` lists beside its path. By the RFC they mean nothing and everything is removed; Entra
 * means these and no others, and so does the dialect. Undefined when there are none.
 */
export function listedValues({ value }: Operation, dialect: Dialect): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return dialect.bend('remove-listed-values') ? value : undefined;
}

function clear(plan: Draft): void {
  plan.isCleared = true;
  plan.added.clear();
  plan.removed.clear();
}

function drop(plan: Draft, id: string): void {
  plan.added.delete(id);
  if (!plan.isCleared) plan.removed.add(id);
}

function selected(plan: Draft, target: Attribute, { filter }: Selection, members: EdgeElements | undefined): string[] {
  const named = idsNamedBy(filter);
  if (named) return named;
  const { before, named: fresh } = members ?? { before: [], named: new Map<string, JsonObject>() };
  const remaining = plan.isCleared ? [] : before.filter(({ value }) => !plan.removed.has(value as string));
  const added = [...plan.added].map((id) => fresh.get(id)).filter((element) => element !== undefined);
  const all = [...remaining, ...added];
  plan.effort.spend(all.length, filter);
  return all
    .filter((element) => elementMatches(searchValue(target, element), target, filter))
    .map(({ value }) => value as string);
}

/** The ids in `value eq "1"` or `value eq "1" or value eq "2"`; undefined for any other filter. */
function idsNamedBy(filter: FilterNode): string[] | undefined {
  if (filter.kind === 'compare' && filter.operator === 'eq' && filter.attribute.name === 'value')
    return [String(filter.value)];
  if (filter.kind !== 'or') return undefined;
  const parts = filter.nodes.map(idsNamedBy);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}
