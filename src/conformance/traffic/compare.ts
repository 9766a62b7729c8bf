/** Two answers to the same request: the recorded one, already with the new server's ids, and the new one. */

import { ERROR_URN } from '../facts.js';
import type { Json, JsonObject } from '../model.js';
import { isObject, isUnassigned, objectsIn, shown } from '../values.js';

/** Where the new answer is not as the recorded one. */
export interface Difference {
  /** `status`, `name.givenName`, `Resources[userName=…].active` */
  readonly where: string;
  readonly recorded: string;
  readonly now: string;
}

interface Comparison {
  readonly recorded: Json | undefined;
  readonly now: Json | undefined;
  /** Whether an id of the new server belongs to what the replay made. */
  readonly isOurs: (id: string) => boolean;
  /** A list without a filter holds other people's resources as well. */
  readonly isFiltered: boolean;
  readonly isSorted: boolean;
}

/** Given by each server as it likes: RFC 7643 §3.1. */
const OF_THE_SERVER: ReadonlySet<string> = new Set(['id', 'meta', 'location', 'version']);
/** Of an error: words for people (RFC 7644 §3.12). */
const ERROR_TEXT = 'detail';

/** At most so many differences of one answer are told. */
const MAX_DIFFERENCES = 20;

export function compareBodies({ recorded, now, isOurs, isFiltered, isSorted }: Comparison): Difference[] {
  const isList = isObject(recorded) && isObject(now) && 'totalResults' in recorded;
  const found = isList ? compareLists(recorded, now, { isOurs, isFiltered, isSorted }) : compare(recorded, now, '');
  return found.slice(0, MAX_DIFFERENCES);
}

type ListRules = Pick<Comparison, 'isOurs' | 'isFiltered' | 'isSorted'>;

/**
 * Lists are compared as wholes when the recorded one held nothing but what the recording had made, and a filter kept
 * the rest out; otherwise only those resources are compared that are ours and in both.
 */
function compareLists(
  recorded: JsonObject,
  now: JsonObject,
  { isOurs, isFiltered, isSorted }: ListRules,
): Difference[] {
  const before = objectsIn(recorded.Resources);
  const after = objectsIn(now.Resources);
  const isMine = ({ id }: JsonObject) => typeof id === 'string' && isOurs(id);
  if (isFiltered && before.every(isMine)) {
    const { Resources: _, itemsPerPage: __, startIndex: ___, ...head } = recorded;
    const { Resources: ____, itemsPerPage: _____, startIndex: ______, ...newHead } = now;
    const differences = compare(head, newHead, '');
    const order = isSorted && before.map(({ id }) => id).join() !== after.map(({ id }) => id).join();
    if (order) differences.push({ where: 'order of Resources', recorded: named(before), now: named(after) });
    return [...differences, ...compareById(before, after)];
  }
  return compareById(before.filter(isMine), after.filter(isMine), true);
}

function compareById(before: readonly JsonObject[], after: readonly JsonObject[], isPart = false): Difference[] {
  const found = new Map(after.map((resource) => [resource.id, resource]));
  const differences: Difference[] = [];
  for (const resource of before) {
    const other = found.get(resource.id);
    found.delete(resource.id);
    const where = `Resources[${nameOf(resource)}]`;
    if (other) differences.push(...compare(resource, other, where));
    else if (!isPart) differences.push({ where, recorded: shown(resource), now: 'nothing' });
  }
  if (isPart) return differences;
  const more = [...found.values()].map((each) => ({
    where: `Resources[${nameOf(each)}]`,
    recorded: 'nothing',
    now: shown(each),
  }));
  return [...differences, ...more];
}

function named(resources: readonly JsonObject[]): string {
  return resources.map(nameOf).join(', ');
}

function nameOf({ userName, displayName, id }: JsonObject): string {
  return String(userName ?? displayName ?? id);
}

function compare(recorded: Json | undefined, now: Json | undefined, where: string): Difference[] {
  if (isUnassigned(recorded) && isUnassigned(now)) return [];
  if (isObject(recorded) && isObject(now)) return compareObjects(recorded, now, where);
  if (Array.isArray(recorded) && Array.isArray(now)) return compareArrays(recorded, now, where);
  if (isEquivalent(recorded, now, where)) return [];
  return [{ where: where || 'body', recorded: shown(recorded), now: shown(now) }];
}

/** Names of members count as SCIM counts them: without regard to case. */
function compareObjects(recorded: JsonObject, now: JsonObject, where: string): Difference[] {
  const isError = Array.isArray(recorded.schemas) && recorded.schemas.includes(ERROR_URN);
  const names = new Map<string, string>();
  for (const name of [...Object.keys(now), ...Object.keys(recorded)]) names.set(name.toLowerCase(), name);
  const other = new Map(Object.entries(now).map(([name, value]) => [name.toLowerCase(), value]));
  return [...names].flatMap(([key, name]) => {
    if (OF_THE_SERVER.has(key) || (isError && key === ERROR_TEXT)) return [];
    return compare(recorded[name], other.get(key), where === '' ? name : `${where}.${name}`);
  });
}

/** The values of an attribute have no order (RFC 7643 §2.4); operations of a bulk answer have one. */
function compareArrays(recorded: readonly Json[], now: readonly Json[], where: string): Difference[] {
  if (where === 'Operations') {
    const length = Math.max(recorded.length, now.length);
    return Array.from({ length }, (_, i) => compare(recorded[i], now[i], `${where}[${i}]`)).flat();
  }
  const left = [...now];
  const missing: Json[] = [];
  for (const each of recorded) {
    const at = left.findIndex((candidate) => compare(each, candidate, where).length === 0);
    if (at === -1) missing.push(each);
    else left.splice(at, 1);
  }
  if (missing.length === 0 && left.length === 0) return [];
  const [only, another] = [missing[0], left[0]];
  // One value that changed: say what changed in it.
  if (missing.length === 1 && left.length === 1 && isObject(only) && isObject(another))
    return compare(only, another, where);
  return [
    {
      where,
      recorded: shown(missing.length > 0 ? missing : recorded),
      now: left.length > 0 ? shown(left) : 'nothing of it',
    },
  ];
}

/** References are the same when they name the same resource, on whatever host; dates when they are the same moment. */
function isEquivalent(recorded: Json | undefined, now: Json | undefined, where: string): boolean {
  if (recorded === now) return true;
  if (typeof recorded !== 'string' || typeof now !== 'string') return false;
  if (where.endsWith('$ref')) return lastOf(recorded) === lastOf(now);
  const isDate = /^\d{4}-\d\d-\d\dT/.test(recorded) && /^\d{4}-\d\d-\d\dT/.test(now);
  return isDate && Date.parse(recorded) === Date.parse(now);
}

/** `Users/42` of a reference. */
function lastOf(reference: string): string {
  return reference.split('?')[0]?.split('/').slice(-2).join('/') ?? '';
}
