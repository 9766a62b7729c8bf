/** What Entra's default attribute mapping makes of a user: paths for PATCH, and a place in the body of a POST. */
import { isObject, type Json, type JsonObject } from '../scim/json.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A user as Entra has it. What is left out is not sent. */
export interface EntraUser {
  /** userPrincipalName: `ann@example.com` */
  readonly userName: string;
  /** Entra sends `accountEnabled` as this. True without it. */
  readonly active?: boolean;
  /** `givenName` and `familyName`, or the userName, without it. */
  readonly displayName?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly title?: string;
  /** Of type `work`. The userName without it, where that is an address. */
  readonly email?: string;
  readonly phone?: string;
  readonly department?: string;
  readonly employeeNumber?: string;
  /** mailNickname: what stands before the @ of the userName without it. */
  readonly externalId?: string;
}

/** Paths as Entra sends them in a PATCH, in the order of its mapping. */
const PATHS: { readonly [Name in keyof Required<EntraUser>]: string } = {
  userName: 'userName',
  active: 'active',
  displayName: 'displayName',
  title: 'title',
  email: 'emails[type eq "work"].value',
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  phone: 'phoneNumbers[type eq "work"].value',
  externalId: 'externalId',
  employeeNumber: `${ENTERPRISE}:employeeNumber`,
  department: `${ENTERPRISE}:department`,
};

/** An attribute that gets a value. */
export interface Flow {
  readonly path: string;
  readonly value: string | boolean;
}

/** What flows, in the order of the mapping. */
export function flowsOf(user: Partial<EntraUser>): Flow[] {
  return (Object.keys(PATHS) as (keyof EntraUser)[]).flatMap((name) => {
    const value = user[name];
    return value === undefined ? [] : [{ path: PATHS[name], value }];
  });
}

/** With the values that a user of Entra has in any case. */
export function completed(user: EntraUser): EntraUser {
  const { userName, givenName, familyName } = user;
  const fullName = [givenName, familyName].filter((part) => part !== undefined).join(' ');
  return {
    active: true,
    displayName: fullName || userName,
    ...(userName.includes('@') && { email: userName }),
    externalId: userName.split('@')[0] as string,
    ...user,
  };
}

/** The body of a POST; it names the extension whether it has values of it or not. */
export function userBody(user: EntraUser): JsonObject {
  const body: JsonObject = { schemas: [CORE, ENTERPRISE] };
  for (const { path, value } of flowsOf(user)) assign(body, path, value);
  return { ...body, meta: { resourceType: 'User' }, roles: [] };
}

interface Place {
  readonly attribute: string;
  /** Of the element of a multi-valued attribute. */
  readonly type?: string;
  readonly sub?: string;
}

function placeOf(path: string): Place {
  const ofExtension = /^(urn:.+:User):(\w+)$/.exec(path);
  if (ofExtension) return { attribute: ofExtension[1] as string, sub: ofExtension[2] as string };
  const ofElement = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(path);
  if (ofElement) {
    const [, attribute = '', type = '', sub = ''] = ofElement;
    return { attribute, type, sub };
  }
  const [attribute = '', sub] = path.split('.');
  return sub === undefined ? { attribute } : { attribute, sub };
}

/** What a resource has at a path. */
export function valueAt(resource: JsonObject, path: string): Json | undefined {
  const { attribute, type, sub } = placeOf(path);
  const value = resource[attribute];
  const holder = type === undefined ? value : elementsOf(value).find((element) => element.type === type);
  return sub === undefined ? value : isObject(holder) ? holder[sub] : undefined;
}

function assign(resource: JsonObject, path: string, value: string | boolean): void {
  const { attribute, type, sub } = placeOf(path);
  if (sub === undefined) resource[attribute] = value;
  else if (type === undefined) resource[attribute] = { ...(resource[attribute] as JsonObject), [sub]: value };
  else resource[attribute] = [...elementsOf(resource[attribute]), { primary: true, type, [sub]: value }];
}

function elementsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
