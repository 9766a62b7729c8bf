/** The default attribute mapping of a custom SCIM app, and the POST bodies that it leads to. */
import type { Json, JsonObject } from './scim-client.js';
import type { SourceGroup, SourceUser } from './source-directory.js';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ADSCIM_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** One row of the mapping: how a value is addressed in a PATCH, and where it stands in the resource. */
export interface Mapped {
  readonly path: string;
  /** The value of the source; undefined: it has none, and none is sent. */
  value(user: SourceUser): Json | undefined;
  read(user: JsonObject): Json | undefined;
  write(user: JsonObject, value: Json): void;
}

export const USER_MAPPING: readonly Mapped[] = [
  at('userPrincipalName', 'userName'),
  at((user) => !user.isSoftDeleted, 'active'),
  at('displayName', 'displayName'),
  at('jobTitle', 'title'),
  typed('mail', 'emails', 'work', 'value'),
  at('preferredLanguage', 'preferredLanguage'),
  at('givenName', 'name', 'givenName'),
  at('surname', 'name', 'familyName'),
  at(joinedName, 'name', 'formatted'),
  typed('office', 'addresses', 'work', 'formatted'),
  typed('streetAddress', 'addresses', 'work', 'streetAddress'),
  typed('city', 'addresses', 'work', 'locality'),
  typed('state', 'addresses', 'work', 'region'),
  typed('postalCode', 'addresses', 'work', 'postalCode'),
  typed('country', 'addresses', 'work', 'country'),
  typed('telephoneNumber', 'phoneNumbers', 'work', 'value'),
  typed('mobile', 'phoneNumbers', 'mobile', 'value'),
  typed('facsimile', 'phoneNumbers', 'fax', 'value'),
  at('mailNickname', 'externalId'),
  at('employeeId', ENTERPRISE, 'employeeNumber'),
  at('department', ENTERPRISE, 'department'),
];

/** The rows whose value is another than before. Null flows nowhere: what lost its value in the source is not sent. */
export function changedAttributes(user: SourceUser, before: SourceUser | undefined): Mapped[] {
  return USER_MAPPING.filter(({ value }) => value(user) !== undefined && value(user) !== (before && value(before)));
}

function joinedName({ givenName, surname }: SourceUser): string | undefined {
  return givenName === undefined && surname === undefined ? undefined : [givenName, surname].filter(Boolean).join(' ');
}

type Source = keyof SourceUser | ((user: SourceUser) => Json | undefined);

function readerOf(source: Source): Mapped['value'] {
  return typeof source === 'function' ? source : (user) => user[source];
}

function at(source: Source, first: string, second?: string): Mapped {
  const separator = first === ENTERPRISE ? ':' : '.';
  return {
    value: readerOf(source),
    path: second === undefined ? first : first + separator + second,
    read: (user) => (second === undefined ? user[first] : (user[first] as JsonObject | undefined)?.[second]),
    write: (user, value) => {
      if (second === undefined) user[first] = value;
      else inside(user, first)[second] = value;
    },
  };
}

function typed(source: Source, list: string, type: string, sub: string): Mapped {
  return {
    value: readerOf(source),
    path: `${list}[type eq "${type}"].${sub}`,
    read: (user) => elementOf(user, list, type)?.[sub],
    write: (user, value) => setTyped(user, list, type, { [sub]: value }),
  };
}

/** The object at `name`, made when missing. */
export function inside(user: JsonObject, name: string): JsonObject {
  user[name] ??= {};
  return user[name] as JsonObject;
}

function elementOf(user: JsonObject, list: string, type: string): JsonObject | undefined {
  return (user[list] as JsonObject[] | undefined)?.find((element) => element.type === type);
}

/** Gives the element of a type these values; there is one element per type. */
export function setTyped(user: JsonObject, list: string, type: string, values: JsonObject): void {
  const element = elementOf(user, list, type);
  if (element) Object.assign(element, values);
  else user[list] = [...((user[list] as JsonObject[] | undefined) ?? []), { type, ...values }];
}

/** What the resource is to be after its POST; without the manager, which comes in the second pass. */
export function createdUser(user: SourceUser): JsonObject {
  const { givenName, surname, mail, employeeId, department } = user;
  const name = { formatted: joinedName(user), familyName: surname, givenName };
  const address = {
    primary: false,
    type: 'work',
    formatted: user.office,
    streetAddress: user.streetAddress,
    locality: user.city,
    region: user.state,
    postalCode: user.postalCode,
    country: user.country,
  };
  const phones = [
    { primary: false, type: 'work', value: user.telephoneNumber },
    { primary: false, type: 'mobile', value: user.mobile },
    { primary: false, type: 'fax', value: user.facsimile },
  ].filter(({ value }) => value !== undefined);
  return known({
    externalId: user.mailNickname,
    userName: user.userPrincipalName,
    active: !user.isSoftDeleted,
    displayName: user.displayName,
    title: user.jobTitle,
    preferredLanguage: user.preferredLanguage,
    emails: mail === undefined ? undefined : [{ primary: true, type: 'work', value: mail }],
    name: surname === undefined ? undefined : known(name),
    addresses: user.country === undefined ? undefined : [known(address)],
    phoneNumbers: phones.length === 0 ? undefined : phones,
    [ENTERPRISE]: employeeId === undefined ? undefined : known({ employeeNumber: employeeId, department }),
  });
}

/** The POST body: the resource with what Entra's sample has around it. What the source lacks comes as null. */
export function postUser(user: SourceUser): JsonObject {
  const resource = createdUser(user);
  const isBare = resource[ENTERPRISE] === undefined;
  const nulls = { title: null, preferredLanguage: null, addresses: null, phoneNumbers: null };
  return {
    // The second URN is misspelt in Microsoft's own sample, and so are the enterprise attributes at the top.
    schemas: [CORE, isBare ? 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User' : ENTERPRISE],
    ...(isBare && { ...nulls, department: null, manager: null }),
    ...resource,
    meta: { resourceType: 'User' },
    roles: [],
  };
}

export function postGroup({ objectId, displayName }: SourceGroup): JsonObject {
  return {
    schemas: [GROUP, ADSCIM_GROUP],
    externalId: objectId,
    displayName,
    meta: { resourceType: 'Group' },
  };
}

function known(object: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject;
}
