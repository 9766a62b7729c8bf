/** What a write changed, attribute by attribute, so that it can be shown, replayed and undone. */
import { isObject, type Json, type JsonObject } from '../json.js';

/** One attribute that changed. `before` is absent when it had no value, `after` when it has none now. */
export interface AttributeChange {
  /** The keys from the top of the document: `['userName']`, `['urn:…:User', 'department']`. */
  readonly path: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * The attributes in which two documents differ. Extensions are compared attribute by attribute (`isExtension`),
 * everything else as a whole value.
 */
export function difference(
  before: JsonObject,
  after: JsonObject,
  isExtension: (name: string) => boolean,
): AttributeChange[] {
  const changes: AttributeChange[] = [];
  for (const name of keysOfBoth(before, after)) {
    const [old, now] = [before[name], after[name]];
    if (equal(old, now)) continue;
    if (isExtension(name)) {
      const inner = difference(isObject(old) ? old : {}, isObject(now) ? now : {}, () => false);
      changes.push(...inner.map((change) => ({ ...change, path: [name, ...change.path] })));
    } else {
      changes.push({
        path: [name],
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
      });
    }
  }
  return changes;
}

/**
 * The document that `changes` lead to from `document`; `undo` leads back. The argument is left as it was, and what does
 * not change is shared with it.
 */
export function applyDifference(
  document: JsonObject,
  changes: readonly AttributeChange[],
  direction: 'redo' | 'undo',
): JsonObject {
  // A group has as many changes as members came and went.
  if (changes.length === 0) return document;
  const result = { ...document };
  for (const { path, before, after } of changes) {
    const value = direction === 'redo' ? after : before;
    const [first, second] = path as [string, string?];
    if (second === undefined) assign(result, first, value);
    else {
      const extension = isObject(result[first]) ? { ...result[first] } : {};
      assign(extension, second, value);
      assign(result, first, Object.keys(extension).length > 0 ? extension : undefined);
    }
  }
  return result;
}

/** Deep equality of JSON values; the order of keys does not matter, the order of elements does. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

function keysOfBoth(a: JsonObject, b: JsonObject): Iterable<string> {
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}

function assign(target: JsonObject, name: string, value: Json | undefined): void {
  if (value === undefined) delete target[name];
  else target[name] = value;
}
