/**
 * What a resource was like as of a change of its history: after it, or before it for a delete. Whoever reads forward
 * costs one step per change; whoever begins in the middle costs a walk back from now, once per resource.
 *
 * Bounds: 5,000 documents, and 16 million characters of them; the ones that were not asked for longest go first.
 */
import type { Json, JsonObject } from '../scim/json.js';
import { type AttributeChange, applyDifference } from '../scim/patch/difference.js';
import type { Change, ResourceKey, Store } from '../store/store.js';

export interface State {
  readonly document: JsonObject;
  /** ISO 8601 UTC; undefined: not known. */
  readonly created: string | undefined;
  /** Of the document, in characters, about. */
  readonly size: number;
}

const MOST_DOCUMENTS = 5_000;
const MOST_CHARACTERS = 16_000_000;
/** Changes that are read at once on the way back. */
const PAGE = 200;

export class States {
  /** By resource and version, so that several who read the same history at different places do not disturb each other. */
  private readonly kept = new Map<string, State>();
  private characters = 0;

  constructor(private readonly store: Pick<Store, 'get' | 'changesOf'>) {}

  /** Undefined when the store must be asked: load(). Call it in the order of the history. */
  at(change: Change): State | undefined {
    const { operation, difference, key, version } = change;
    if (operation === 'create') {
      return this.keep(change, { document: applyDifference({}, difference, 'redo'), created: change.time });
    }
    // A delete has all that there was as its other side.
    if (operation === 'delete') {
      const created = this.take(key, version)?.created;
      return { document: applyDifference({}, difference, 'undo'), created, size: charactersOf(difference) };
    }
    const same = this.kept.get(placeOf(key, version));
    if (same) return same;
    const before = this.take(key, version - 1);
    if (!before) return undefined;
    const document = applyDifference(before.document, difference, 'redo');
    return this.keep(change, { document, created: before.created }, before);
  }

  /**
   * The same, with the help of the store.
   * @param newer a state that is known of a later change of the same resource, from which it is not so far
   */
  async load(change: Change, newer?: { readonly change: Change; readonly state: State }): Promise<State> {
    const known = this.at(change);
    if (known) return known;
    if (newer && newer.change.operation !== 'delete') {
      const { document, created } = newer.state;
      const from = { document, version: newer.change.version, before: newer.change.sequence + 1 };
      return this.keep(change, { document: await this.walkBack(change, from), created });
    }
    const current = await this.store.get(change.key);
    if (current?.version === change.version) return this.keep(change, current);
    // Of what is deleted by now, the way back begins with nothing.
    const { document, version } = current ?? { document: {}, version: Number.POSITIVE_INFINITY };
    const from = { document, version, before: undefined };
    return this.keep(change, { document: await this.walkBack(change, from), created: current?.created });
  }

  /**
   * To just after the change, from a later version.
   * @param from `version`: what comes after it in the history is passed over; it was written since
   */
  private async walkBack(
    { key: { tenant, type, id }, version }: Change,
    from: { document: JsonObject; version: number; before: number | undefined },
  ): Promise<JsonObject> {
    let { document, before } = from;
    for (;;) {
      const page = await this.store.changesOf({ tenant, resource: { type, id }, before, limit: PAGE });
      for (const later of page) {
        if (later.operation !== 'delete' && later.version <= version) return document;
        if (later.version <= from.version && later.difference.length > 0)
          document = applyDifference(document, later.difference, 'undo');
      }
      if (page.length < PAGE) return document;
      before = page.at(-1)?.sequence;
    }
  }

  private take(key: ResourceKey, version: number): State | undefined {
    const place = placeOf(key, version);
    const kept = this.kept.get(place);
    if (kept) {
      this.kept.delete(place);
      this.characters -= kept.size;
    }
    return kept;
  }

  private keep(
    { key, version, difference }: Change,
    { document, created }: Omit<State, 'size'>,
    before?: State,
  ): State {
    const size = before ? before.size + sizeOf(difference) : JSON.stringify(document).length;
    this.take(key, version);
    const state = { document, created, size };
    this.kept.set(placeOf(key, version), state);
    this.characters += size;
    while (this.kept.size > MOST_DOCUMENTS || (this.characters > MOST_CHARACTERS && this.kept.size > 1)) {
      const [oldest, { size: freed }] = this.kept.entries().next().value as [string, State];
      this.kept.delete(oldest);
      this.characters -= freed;
    }
    return state;
  }
}

/** Of both sides, about. */
export function charactersOf(difference: readonly AttributeChange[]): number {
  let size = 0;
  for (const { before, after } of difference) size += lengthOf(after) + lengthOf(before);
  return size;
}

/** By how many characters a document grows or shrinks, about. */
function sizeOf(difference: readonly AttributeChange[]): number {
  let size = 0;
  for (const { before, after } of difference) size += lengthOf(after) - lengthOf(before);
  return size;
}

function lengthOf(value: Json | undefined): number {
  if (typeof value === 'string') return value.length;
  return value === undefined ? 0 : JSON.stringify(value).length;
}

function placeOf({ tenant, id }: ResourceKey, version: number): string {
  return `${tenant} ${id} ${version}`;
}
