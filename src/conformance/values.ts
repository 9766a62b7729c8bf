/**
 * Looking into answers. The reader of attribute paths is written for the client alone, so that a mistake in the
 * server's own parser is not repeated here.
 */
import type { Json, JsonObject } from './model.js';

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The elements of an array that are objects; none where there is no array. */
export function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text as JSON; undefined when it is none. */
export function parsed(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

/** Without percent signs, where they can be undone. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The value at a path: `name.givenName`, `emails[type=work].value`, `Resources[0].id`, `members[value=42]`,
 * `urn:…:User:department` or a URN alone. Names are matched exactly, or without regard to case when there is none
 * such. Undefined: nothing is there.
 */
export function valueAt(body: Json | undefined, path: string): Json | undefined {
  let current: Json | undefined = body;
  for (const step of stepsOf(path)) {
    if (current === undefined) return undefined;
    current = typeof step === 'string' ? member(current, step) : element(current, step);
  }
  return current;
}

/** True for what the protocol calls unassigned (RFC 7643 §2.5), and for the empty forms that clients take for it. */
export function isUnassigned(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.values(value).every(isUnassigned);
}

/** The same value: member order does not count, the order of elements does. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
  if (isObject(a) && isObject(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].every((name) => isSame(a[name], b[name]));
  }
  return a === b;
}

/** As a report shows it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** An element is chosen by its position, or by what its members are. */
type Step = string | { readonly index: number } | { readonly name: string; readonly value: string };

/** `[name=value]` takes everything up to the bracket for the value; quotes around it are left out. */
function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  let rest = path;
  const urn = /^urn:[^[\]]*:(?:User|Group)(?=$|:|\.|\[)/i.exec(path)?.[0] ?? /^urn:[^[\]]+$/i.exec(path)?.[0];
  if (urn) {
    steps.push(urn);
    rest = path.slice(urn.length).replace(/^[:.]/, '');
  }
  for (const [, name, selector] of rest.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) steps.push(name);
    else if (selector !== undefined) steps.push(selectorOf(selector));
  }
  return steps;
}

function selectorOf(selector: string): Step {
  if (/^\d+$/.test(selector)) return { index: Number(selector) };
  const [, name = '', value = ''] = /^\s*([^=\s]+)\s*(?:=|eq)\s*"?([^"]*)"?\s*$/i.exec(selector) ?? [];
  return { name, value };
}

function member(value: Json, name: string): Json | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name];
  const wanted = name.toLowerCase();
  const found = Object.keys(value).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : value[found];
}

function element(value: Json, step: Exclude<Step, string>): Json | undefined {
  if (!Array.isArray(value)) return undefined;
  if ('index' in step) return value[step.index];
  return value.find((each) => String(member(each, step.name) ?? '').toLowerCase() === step.value.toLowerCase());
}
