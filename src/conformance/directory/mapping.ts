/**
 * Which source attribute flows where: the default attribute mapping of a custom SCIM application in Microsoft Entra,
 * less what the target's schemas do not have (an administrator takes such rows out).
 */
import { declares, definitionOf, ENTERPRISE_URN, type Facts, GROUP_URN, USER_URN } from '../facts.js';
import { groupBody, userBody } from '../fill.js';
import type { Json, JsonObject } from '../model.js';
import { Random } from '../random.js';
import { isObject, valueAt } from '../values.js';
import { isWanted, type Person, type PersonAttribute, type Team } from './source.js';

/** What flows: texts, and `active`. */
export type Value = string | boolean;

/** Values by target path. */
export type Values = ReadonlyMap<string, Value>;

interface Row {
  /** As PATCH and the comparison use it: `emails[type eq "work"].value`. */
  readonly path: string;
  /** The source attributes that it is made of; none: it follows from the standing of the account. */
  readonly from: readonly PersonAttribute[];
}

export const MANAGER_PATH = `${ENTERPRISE_URN}:manager`;

/** Users, in the order of the default mapping. */
const USER_ROWS: readonly Row[] = [
  { path: 'userName', from: ['userPrincipalName'] },
  { path: 'active', from: [] },
  { path: 'displayName', from: ['displayName'] },
  { path: 'title', from: ['jobTitle'] },
  { path: 'emails[type eq "work"].value', from: ['mail'] },
  { path: 'preferredLanguage', from: ['preferredLanguage'] },
  { path: 'name.givenName', from: ['givenName'] },
  { path: 'name.familyName', from: ['surname'] },
  { path: 'name.formatted', from: ['givenName', 'surname'] },
  { path: 'addresses[type eq "work"].formatted', from: ['physicalDeliveryOfficeName'] },
  { path: 'addresses[type eq "work"].streetAddress', from: ['streetAddress'] },
  { path: 'addresses[type eq "work"].locality', from: ['city'] },
  { path: 'addresses[type eq "work"].region', from: ['state'] },
  { path: 'addresses[type eq "work"].postalCode', from: ['postalCode'] },
  { path: 'addresses[type eq "work"].country', from: ['country'] },
  { path: 'phoneNumbers[type eq "work"].value', from: ['telephoneNumber'] },
  { path: 'phoneNumbers[type eq "mobile"].value', from: ['mobile'] },
  { path: 'phoneNumbers[type eq "fax"].value', from: ['facsimileTelephoneNumber'] },
  { path: 'externalId', from: ['mailNickname'] },
  { path: `${ENTERPRISE_URN}:employeeNumber`, from: ['employeeId'] },
  { path: `${ENTERPRISE_URN}:department`, from: ['department'] },
];

export interface Mapping {
  readonly rows: readonly Row[];
  readonly hasManager: boolean;
  readonly hasEnterprise: boolean;
  /** Whether the target keeps `roles`, of which Entra sends an empty array. */
  readonly hasRoles: boolean;
  /** Whether a group may be a member of a group. */
  readonly nests: boolean;
  /** Source attributes from which the target's required attributes are made. */
  readonly mandatory: ReadonlySet<PersonAttribute>;
  /** Constants for what else the target's schemas require. */
  readonly userExtras: JsonObject;
  readonly groupExtras: JsonObject;
}

/** The mapping that suits the server. */
export function mappingFor(facts: Facts): Mapping {
  const hasEnterprise = facts.features.has('enterprise');
  const rows = USER_ROWS.filter(({ path }) => isDeclared(facts, path, hasEnterprise));
  const random = new Random('constants');
  return {
    rows,
    hasManager: isDeclared(facts, MANAGER_PATH, hasEnterprise),
    hasEnterprise,
    hasRoles: declares(facts, USER_URN, 'roles'),
    nests: takesGroupsAsMembers(facts),
    mandatory: new Set(rows.filter(({ path }) => isRequired(facts, path)).flatMap(({ from }) => from)),
    userExtras: extrasOf(userBody(facts, 'x', random)),
    groupExtras: extrasOf(groupBody(facts, 'x', random)),
  };
}

/** The values that the source holds for a user; what is null in the source is not among them. */
export function valuesOf(person: Person, { rows }: Mapping): Map<string, Value> {
  const values = new Map<string, Value>();
  for (const { path, from } of rows) {
    const value = from.length === 0 ? isWanted(person) : textOf(person, from);
    if (value !== undefined) values.set(path, value);
  }
  return values;
}

export function groupValuesOf({ displayName, objectId }: Team): Map<string, Value> {
  return new Map<string, Value>([
    ['displayName', displayName],
    ['externalId', objectId],
  ]);
}

/** The body of a POST as Entra sends it. */
export function userPost(values: Values, mapping: Mapping): JsonObject {
  const body: JsonObject = {
    schemas: mapping.hasEnterprise ? [USER_URN, ENTERPRISE_URN] : [USER_URN],
    ...structuredClone(mapping.userExtras),
  };
  for (const [path, value] of values) assign(body, path, value);
  if (mapping.hasRoles) body.roles = [];
  body.meta = { resourceType: 'User' };
  return body;
}

export function groupPost(values: Values, mapping: Mapping): JsonObject {
  const body: JsonObject = { schemas: [GROUP_URN], ...structuredClone(mapping.groupExtras) };
  for (const [path, value] of values) assign(body, path, value);
  body.meta = { resourceType: 'Group' };
  return body;
}

/** What a resource of the target has at the path of a row. */
export function targetValue(resource: Json | undefined, path: string): Json | undefined {
  return valueAt(resource, path);
}

function textOf({ attributes, isGuest }: Person, from: readonly PersonAttribute[]): string | undefined {
  const parts = from.map((name) => attributes[name]).filter((part) => part !== undefined);
  if (parts.length < from.length) return undefined;
  // The mark of guests is left out of what is sent, as Entra does.
  return isGuest ? parts.join(' ').replace('#EXT#', '') : parts.join(' ');
}

/** Sets a value in a body under construction, with the elements and objects on the way to it. */
function assign(body: JsonObject, path: string, value: Value): void {
  const [, attribute = '', type = '', sub = ''] = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(path) ?? [];
  if (attribute !== '') {
    const list = (Array.isArray(body[attribute]) ? body[attribute] : []) as Json[];
    let element = list.filter(isObject).find((each) => each.type === type);
    if (!element) {
      element = { primary: attribute === 'emails', type };
      list.push(element);
    }
    element[sub] = value;
    body[attribute] = list;
    return;
  }
  const [holder, name] = holderOf(path);
  if (holder === undefined) body[name] = value;
  else body[holder] = { ...(isObject(body[holder]) ? body[holder] : {}), [name]: value };
}

/** `urn:…:User:department` → the URN and `department`; `name.givenName` → `name` and `givenName`. */
function holderOf(path: string): [string | undefined, string] {
  const at = path.startsWith('urn:') ? path.lastIndexOf(':') : path.lastIndexOf('.');
  return at < 0 ? [undefined, path] : [path.slice(0, at), path.slice(at + 1)];
}

function isDeclared(facts: Facts, path: string, hasEnterprise: boolean): boolean {
  // A common attribute (RFC 7643 §3.1) need not be in a schema document.
  if (path === 'externalId') return true;
  if (!path.startsWith('urn:')) return declares(facts, USER_URN, path.replace(/\[.*?\]/, ''));
  return hasEnterprise && declares(facts, ENTERPRISE_URN, path.slice(path.lastIndexOf(':') + 1));
}

function isRequired(facts: Facts, path: string): boolean {
  const [urn, inner] = path.startsWith('urn:') ? [ENTERPRISE_URN, holderOf(path)[1]] : [USER_URN, path];
  const [attribute = ''] = inner.replace(/\[.*?\]/, '').split('.');
  return definitionOf(facts, urn, attribute)?.required === true;
}

/** What a body needs besides everything that is mapped. */
function extrasOf(body: JsonObject): JsonObject {
  const mapped = new Set(USER_ROWS.map(({ path }) => path.replace(/[.[].*/, '')));
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'schemas' && !mapped.has(name)));
}

function takesGroupsAsMembers(facts: Facts): boolean {
  const types = definitionOf(facts, GROUP_URN, 'members.type')?.canonicalValues;
  const references = definitionOf(facts, GROUP_URN, 'members.$ref')?.referenceTypes;
  return [types, references].every((names) => !Array.isArray(names) || names.length === 0 || names.includes('Group'));
}
