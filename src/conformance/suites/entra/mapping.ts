/** The attributes that Entra maps by default, the paths it writes them by, and bodies and operations made of them. */
import { definitionOf, ENTERPRISE_URN, type Facts, schemaOf, USER_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { PatchOperation, Probe } from '../../probe.js';
import { isObject, isSame, shown, valueAt } from '../../values.js';

/** A path as Entra writes it, and two values that differ and that a server may well check for their form. */
export type Mapped = readonly [path: string, first: string, second: string];

export const MANAGER = `${ENTERPRISE_URN}:manager`;

/** The targets of Entra's default mapping, without userName, active, externalId and manager. */
export const DEFAULT_MAPPING: readonly Mapped[] = [
  ['displayName', 'Lin Ng', 'Linn Berg'],
  ['title', 'Engineer', 'Lead Engineer'],
  ['preferredLanguage', 'nb-NO', 'en-US'],
  ['name.givenName', 'Lin', 'Linn'],
  ['name.familyName', 'Ng', 'Berg'],
  ['name.formatted', 'Lin Ng', 'Linn Berg'],
  ['emails[type eq "work"].value', 'lin', 'linn'],
  ['addresses[type eq "work"].formatted', 'Gate 1, 0150 Oslo', '5 Quay St, Seattle'],
  ['addresses[type eq "work"].streetAddress', 'Gate 1', '5 Quay St'],
  ['addresses[type eq "work"].locality', 'Oslo', 'Seattle'],
  ['addresses[type eq "work"].region', 'Viken', 'WA'],
  ['addresses[type eq "work"].postalCode', '0150', '98101'],
  ['addresses[type eq "work"].country', 'NO', 'US'],
  ['phoneNumbers[type eq "work"].value', '+4755500001', '+12065550101'],
  ['phoneNumbers[type eq "mobile"].value', '+4755500002', '+12065550102'],
  ['phoneNumbers[type eq "fax"].value', '+4755500003', '+12065550103'],
  [`${ENTERPRISE_URN}:employeeNumber`, 'E', 'F'],
  [`${ENTERPRISE_URN}:department`, 'Operations', 'Research'],
];

/** A value for each path, in order. */
export type Values = ReadonlyMap<string, Json>;

/** The parts of a path as Entra writes it. */
interface PathParts {
  readonly urn: string;
  readonly attribute: string;
  /** `type` and `work` of `[type eq "work"]`. */
  readonly selector: readonly [name: string, value: string] | undefined;
  readonly sub: string | undefined;
}

export function partsOf(path: string): PathParts {
  const pattern = /^(?:(urn:.+:User):)?(\w+)(?:\[(\w+) eq "([^"]*)"\])?(?:\.(\w+))?$/;
  const [, urn = USER_URN, attribute = '', name, value = '', sub] = pattern.exec(path) ?? [];
  return { urn, attribute, selector: name === undefined ? undefined : [name, value], sub };
}

/** Whether a client may set the path and read it again, as far as the server's schemas tell. */
export function isWritable(facts: Facts, path: string): boolean {
  const { urn, attribute, sub } = partsOf(path);
  if (attribute === 'externalId') return true;
  if (urn === ENTERPRISE_URN && !facts.features.has('enterprise')) return false;
  if (schemaOf(facts, urn) === undefined) return true;
  return [attribute, ...(sub === undefined ? [] : [`${attribute}.${sub}`])].every((name) => {
    const { mutability = 'readWrite', returned = 'default' } = definitionOf(facts, urn, name) ?? { mutability: 'none' };
    return mutability === 'readWrite' && returned !== 'never' && returned !== 'request';
  });
}

/** Values for those of the attributes that the server lets be written. */
export function valuesFor(t: Probe, mapped: readonly Mapped[], which: 'first' | 'second'): Values {
  const writable = mapped.filter(([path]) => isWritable(t.facts, path));
  return new Map(writable.map(([path, ...words]) => [path, distinct(t, path, words[which === 'first' ? 0 : 1])]));
}

/** Servers may want e-mail addresses and employee numbers to be unique. */
function distinct(t: Probe, path: string, word: string): string {
  if (path.startsWith('emails')) return `${t.unique(word)}@example.com`;
  return path.endsWith(':employeeNumber') ? `${word}-${t.random.hex(8)}` : word;
}

/** A user with the values, as a client posts it. */
export function bodyWith(t: Probe, values: Values): JsonObject {
  const body = structuredClone(t.userBody());
  for (const [path, value] of values) place(body, path, value);
  return body;
}

function place(body: JsonObject, path: string, value: Json): void {
  const { urn, attribute, selector, sub } = partsOf(path);
  const target = urn === USER_URN ? body : extensionOf(body, urn);
  if (sub === undefined) target[attribute] = value;
  else if (selector === undefined) target[attribute] = { ...objectOf(target[attribute]), [sub]: value };
  else {
    const elements = arrayOf(target[attribute]);
    const [name, wanted] = selector;
    const element = elements.filter(isObject).find((each) => each[name] === wanted);
    if (element) element[sub] = value;
    else elements.push({ [name]: wanted, [sub]: value });
    target[attribute] = elements;
  }
}

function extensionOf(body: JsonObject, urn: string): JsonObject {
  if (!isObject(body[urn])) {
    body[urn] = {};
    body.schemas = [...arrayOf(body.schemas), urn];
  }
  return body[urn] as JsonObject;
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function arrayOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** One operation for each path. */
export function operationsFor(op: string, values: Values): PatchOperation[] {
  return [...values].map(([path, value]) => ({ op, path, value }));
}

/** The resource has each of the values. `answer`: where it was read. */
export function expectValues(t: Probe, answer: Answer, resource: Json | undefined, values: Values): void {
  for (const [path, wanted] of values) {
    const found = valueAt(resource, path);
    t.expect(isSame(found, wanted), answer, `${path} of the user is ${shown(found)}`, wanted, found ?? 'nothing');
  }
}

/** Skips where users can have no manager. */
export function needsManager(t: Probe): void {
  t.needs('enterprise');
  t.needsAttribute(ENTERPRISE_URN, 'manager');
}
