/**
 * From a filter tree to a query of MongoDB that finds all resources which match, and, where the query language that
 * every server has cannot say it, some more: then scim/filter/matches.ts has the last word.
 */
import type { CompareOperator, FilterNode, Operand } from '../../scim/filter/node.js';
import type { Attribute, ResourceType } from '../../scim/schema/characteristics.js';
import { canBeId, escapeKey, lookupPlace, resourceId } from './documents.js';

export type Query = Readonly<Record<string, unknown>>;

export interface Compiled {
  readonly query: Query;
  /** True when the query finds nothing else. */
  readonly isExact: boolean;
}

/** What a filter asks of other collections. */
export interface Questions {
  /** lookupPlace() of values. */
  readonly places: ReadonlySet<string>;
  /** Ids of members. */
  readonly members: ReadonlySet<string>;
}

/** The answers, without those that have too many to be put into a query. */
export interface Answers {
  /** Ids of the resources with a value, by place. */
  readonly holders: ReadonlyMap<string, readonly string[]>;
  /** Ids of the groups that have a member. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export interface Context {
  readonly tenant: string;
  readonly type: ResourceType;
}

type Compare = Extract<FilterNode, { kind: 'compare' }>;

const EVERYTHING: Compiled = { query: {}, isExact: false };

/** MongoDB takes queries of 100 levels; a bracket can come to two. */
const DEEPEST = 40;
/** MongoDB takes patterns of 32,764 bytes; a character comes to four at most. */
const LONGEST_PATTERN = 8_000;

export function questionsOf(node: FilterNode, context: Context): Questions {
  const [places, members] = [new Set<string>(), new Set<string>()];
  for (const compare of comparesIn(node)) {
    const place = placeOf(compare, context);
    if (place !== undefined) places.add(place);
    const member = memberOf(compare, context);
    if (member !== undefined) members.add(member);
  }
  return { places, members };
}

export function compileFilter(node: FilterNode, context: Context, answers: Answers): Compiled {
  return depthOf(node) > DEEPEST ? EVERYTHING : new Compiler(context, answers).compile(node);
}

class Compiler {
  constructor(
    private readonly context: Context,
    private readonly answers: Answers,
  ) {}

  compile(node: FilterNode): Compiled {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const all = node.nodes.map((inner) => this.compile(inner));
        return { query: joined(node.kind, all), isExact: all.every(({ isExact }) => isExact) };
      }
      case 'not': {
        const inner = this.compile(node.node);
        return inner.isExact ? { query: { $nor: [inner.query] }, isExact: true } : EVERYTHING;
      }
      case 'present':
        return isEdge(node.attribute, this.context.type) ? EVERYTHING : present(node.attribute);
      case 'compare':
        return this.comparison(node);
      case 'valuePath':
        return this.valuePath(node.attribute, node.node);
    }
  }

  private comparison(node: Compare): Compiled {
    const { attribute, operator, value } = node;
    if (isEdge(attribute, this.context.type)) return this.ofEdges(node);
    if (typeof value === 'string' && value.length > LONGEST_PATTERN && /^(?:co|sw|ew)$/.test(operator)) {
      return EVERYTHING;
    }
    // Any value that differs, or none at all: with several values there is no operator for that.
    if (operator === 'ne' && isMultiValued(attribute)) return EVERYTHING;
    if (attribute.path === 'id' && operator === 'eq') {
      return { query: this.byIds([String(value)]), isExact: true };
    }
    const query = { [pathOf(attribute)]: condition(operator, value) };
    const ids = this.answers.holders.get(placeOf(node, this.context) ?? '');
    // A look-up is there before its resource has the value, and stays until after: the resource decides.
    return { query: ids ? { ...this.byIds(ids), ...query } : query, isExact: true };
  }

  private ofEdges(node: Compare): Compiled {
    const ids = this.answers.groups.get(memberOf(node, this.context) ?? '');
    return ids ? { query: this.byIds(ids), isExact: true } : EVERYTHING;
  }

  private byIds(ids: readonly string[]): Query {
    const { tenant } = this.context;
    return { _id: { $in: ids.filter(canBeId).map((id) => resourceId(tenant, id)) } };
  }

  /** One element has to satisfy all of it: exact for a single comparison, or where there is but one element. */
  private valuePath(attribute: Attribute, node: FilterNode): Compiled {
    if (!isMultiValued(attribute)) {
      const inner = this.compile(node);
      return { query: { $and: [present(attribute).query, inner.query] }, isExact: inner.isExact };
    }
    if (node.kind === 'compare' && node.operator !== 'ne') return this.comparison(node);
    return { query: this.necessary(node), isExact: false };
  }

  /** What holds of some element whenever the node holds of one. */
  private necessary(node: FilterNode): Query {
    if (node.kind === 'and' || node.kind === 'or') {
      const all = node.nodes.map((inner) => this.necessary(inner));
      return { [node.kind === 'and' ? '$and' : '$or']: all };
    }
    return node.kind === 'compare' && node.operator !== 'ne' ? this.comparison(node).query : {};
  }
}

/** Members and memberships are no part of a form. */
function isEdge({ lineage: [top] }: Attribute, { edges, memberships }: ResourceType): boolean {
  return top !== undefined && (top === edges || top === memberships);
}

function* comparesIn(node: FilterNode): Generator<Compare> {
  if (node.kind === 'compare') yield node;
  else if (node.kind === 'not' || node.kind === 'valuePath') yield* comparesIn(node.node);
  else if (node.kind !== 'present') for (const inner of node.nodes) yield* comparesIn(inner);
}

function depthOf(node: FilterNode): number {
  if (node.kind === 'not' || node.kind === 'valuePath') return 1 + depthOf(node.node);
  return node.kind === 'and' || node.kind === 'or' ? 1 + Math.max(...node.nodes.map(depthOf)) : 1;
}

/** Where the resources are that satisfy it; undefined where they are not kept by value. */
function placeOf({ attribute, operator, value }: Compare, { tenant, type }: Context): string | undefined {
  if (operator !== 'eq' || typeof value !== 'string' || !attribute.isLookup) return undefined;
  return lookupPlace(tenant, type.name, attribute.path, value);
}

/** Whose groups satisfy it; undefined where that is not all that it asks. */
function memberOf({ attribute, operator, value }: Compare, { type: { edges } }: Context): string | undefined {
  const isId = edges !== undefined && attribute.lineage[0] === edges && attribute.name === 'value';
  return isId && operator === 'eq' ? String(value) : undefined;
}

function joined(kind: 'and' | 'or', all: readonly Compiled[]): Query {
  return { [kind === 'and' ? '$and' : '$or']: all.map(({ query }) => query) };
}

/** In a stored resource. */
export function pathOf({ lineage }: Pick<Attribute, 'lineage'>): string {
  return ['form', ...lineage.map(({ name }) => escapeKey(name))].join('.');
}

function isMultiValued({ lineage }: Attribute): boolean {
  return lineage.some(({ multiValued }) => multiValued);
}

/** An empty text is none, and an object without keys is none either. */
function present(attribute: Attribute): Compiled {
  const isExact = attribute.type !== 'complex' && !isMultiValued(attribute);
  return { query: { [pathOf(attribute)]: isExact ? { $exists: true, $ne: '' } : { $exists: true } }, isExact };
}

function condition(operator: CompareOperator, value: Operand): unknown {
  switch (operator) {
    case 'eq':
      return { $eq: value };
    case 'ne':
      return { $ne: value };
    case 'co':
      return { $regex: literal(String(value)) };
    case 'sw':
      return { $regex: `^${literal(String(value))}` };
    case 'ew':
      return { $regex: `${literal(String(value))}\\z` };
    case 'gt':
      return { $gt: value };
    case 'ge':
      return { $gte: value };
    case 'lt':
      return { $lt: value };
    case 'le':
      return { $lte: value };
  }
}

/** A text as a regular expression: punctuation is escaped, and NUL, which ends a pattern, is written as a number. */
function literal(text: string): string {
  return text.replace(/[\0-\x7f]/g, (character) => {
    if (/[A-Za-z0-9 _]/.test(character)) return character;
    const code = character.charCodeAt(0);
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}
