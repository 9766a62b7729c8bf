/** Records of the history as the page shows them. */
import { isObject, type Json } from '../../scim/json.js';
import { type AttributeChange, equal } from '../../scim/patch/difference.js';
import type { Change } from '../../store/store.js';
import type { ChangeView } from './messages.js';

export function changeView(change: Change): ChangeView {
  const { sequence, time, operation, key, version, requestId, actor, added, removed } = change;
  return {
    sequence,
    time,
    operation,
    resource: { type: key.type, id: key.id },
    version,
    requestId,
    actor: { credential: actor.credential, name: actor.name, address: actor.address ?? null },
    difference: differenceView(change.difference),
    added,
    removed,
  };
}

/** One line per attribute that differs; of a complex one per sub-attribute: `name.givenName`. */
export function differenceView(difference: readonly AttributeChange[]): ChangeView['difference'] {
  return difference.flatMap(linesOf);
}

function linesOf({ path, before, after }: AttributeChange): ChangeView['difference'] {
  const joined = joinPath(path);
  if (!mayBeObject(before) || !mayBeObject(after)) return [line(joined, before, after)];
  const [old, now] = [before ?? {}, after ?? {}];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names
    .filter((name) => !equal(old[name], now[name]))
    .map((name) => line(`${joined}.${name}`, old[name], now[name]));
}

function mayBeObject(value: Json | undefined): value is { [name: string]: Json } | undefined {
  return value === undefined || isObject(value);
}

function line(path: string, before: Json | undefined, after: Json | undefined): ChangeView['difference'][number] {
  return { path, before: before ?? null, after: after ?? null };
}

/** RFC 7644 §3.10: a colon behind the URN of an extension, a dot behind an attribute. */
function joinPath([first = '', ...rest]: readonly string[]): string {
  const separator = first.includes(':') ? ':' : '.';
  return rest.length === 0 ? first : `${first}${separator}${rest.join('.')}`;
}
