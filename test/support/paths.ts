/** Entra's attribute paths, read independently of the server: what a test suite of Microsoft's would look at. */
import type { Json, JsonObject } from '../../src/scim/json.js';
import { URN } from './client.js';

const FILTERED = /^(\w+)\[(\w+) eq "([^"]*)"\](?:\.(\w+|\$ref))?$/;
const URN_PATH = /^(urn:.+:User):(.+)$/;

/** The value at `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:department` or a bare URN; undefined: none. */
export function valueAt(resource: JsonObject, path: string): Json | undefined {
  const [, urn, rest] = URN_PATH.exec(path) ?? [];
  if (urn !== undefined && rest !== undefined) return valueAt((resource[urn] ?? {}) as JsonObject, rest);
  const [, name, key, wanted, sub] = FILTERED.exec(path) ?? [];
  if (name === undefined || key === undefined) return stepwise(resource, path);
  const elements = (resource[name] ?? []) as JsonObject[];
  const found = elements.find((element) => String(element[key]).toLowerCase() === wanted?.toLowerCase());
  return sub === undefined ? found : found?.[sub];
}

function stepwise(resource: JsonObject, path: string): Json | undefined {
  // A bare URN holds dots that are no steps.
  if (Object.hasOwn(resource, path)) return resource[path];
  let value: Json | undefined = resource;
  for (const step of path.split('.')) value = (value as JsonObject | undefined)?.[step];
  return value;
}

/** Puts a value at a path, making what is missing on the way: a POST body out of paths. */
export function putAt(resource: JsonObject, path: string, value: Json): void {
  const [, urn, rest] = URN_PATH.exec(path) ?? [];
  const [, name, key, wanted, sub] = FILTERED.exec(path) ?? [];
  const [first = '', second] = path.split('.');
  if (urn !== undefined && rest !== undefined) putAt(objectAt(resource, urn), rest, value);
  else if (name !== undefined && key !== undefined && sub !== undefined)
    elementAt(resource, name, key, wanted)[sub] = value;
  else if (second !== undefined) objectAt(resource, first)[second] = value;
  else resource[first] = value;
}

function objectAt(resource: JsonObject, name: string): JsonObject {
  const inner = (resource[name] ?? {}) as JsonObject;
  resource[name] = inner;
  return inner;
}

function elementAt(resource: JsonObject, name: string, key: string, wanted: string | undefined): JsonObject {
  const elements = (resource[name] ?? []) as JsonObject[];
  resource[name] = elements;
  const found = elements.find((element) => element[key] === wanted);
  if (found) return found;
  const made: JsonObject = { [key]: wanted };
  elements.push(made);
  return made;
}

/** The attributes of a non-gallery app that Entra fills, in its own notation, with a value for each. */
export function mappedUser(mark: string): Record<string, Json> {
  const address = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'];
  const names = ['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'];
  const texts = [
    ...['displayName', 'title', 'preferredLanguage', 'nickName', 'userType', 'locale', 'timezone', 'profileUrl'],
    ...names.map((name) => `name.${name}`),
    ...['work', 'home', 'other'].map((type) => `emails[type eq "${type}"].value`),
    ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
    ...address.map((name) => `addresses[type eq "work"].${name}`),
    ...['display', 'value', 'type'].map((name) => `roles[primary eq "True"].${name}`),
    ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map(
      (name) => `${URN.enterprise}:${name}`,
    ),
  ];
  const entries = texts.map((path, index): [string, Json] => [path, `${mark}-${index}`]);
  return { ...Object.fromEntries(entries), active: true, 'emails[type eq "work"].primary': true };
}
