/** The directory that is provisioned from: people and groups with the source's own attribute names. */

export interface SourceUser {
  readonly objectId: string;
  userPrincipalName: string;
  mailNickname: string;
  isSoftDeleted: boolean;
  displayName: string;
  jobTitle?: string;
  mail?: string;
  preferredLanguage?: string;
  givenName?: string;
  surname?: string;
  office?: string;
  streetAddress?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
  telephoneNumber?: string;
  mobile?: string;
  facsimile?: string;
  employeeId?: string;
  department?: string;
  /** objectId of another user. */
  manager?: string;
}

export interface SourceGroup {
  readonly objectId: string;
  displayName: string;
  /** objectIds of users and groups. */
  members: string[];
}

export interface SourceDirectory {
  readonly users: Map<string, SourceUser>;
  readonly groups: Map<string, SourceGroup>;
}

export const USERS = 50;
export const MANAGERS = 10;

const GIVEN = ['Lin', 'Ada', 'Bo', 'José', 'Łukasz', 'Zoë', 'Søren', 'Ólafur', 'Mei', 'Ijeoma'];
const FAMILY = ["O'Brien", 'Ng', 'Ødegård', 'Müller-Lüdenscheidt', 'de la Cruz'];
const CITIES = ['Oslo', 'Zürich', 'São Paulo', '東京', 'Kraków'];

/** `u7`, `g2`: what the source calls them. */
export const userId = (index: number): string => `u${index}`;
export const groupId = (index: number): string => `g${index}`;

/** 50 users, the first ten of them managers of all others, and five groups. Every tenth has only what it must have. */
export function sourceDirectory(): SourceDirectory {
  const users = Array.from({ length: USERS }, (_, index) => (isBare(index) ? bareUser(index) : fullUser(index)));
  const groups = [
    group(0, 'Everyone', range(0, USERS)),
    group(1, 'Sales', range(0, 20)),
    group(2, 'R&D "Nordics"', range(10, 30)),
    group(3, 'Leads', range(0, MANAGERS)),
    group(4, 'Nobody yet', []),
  ];
  return {
    users: new Map(users.map((user) => [user.objectId, user])),
    groups: new Map(groups.map((one) => [one.objectId, one])),
  };
}

/** A user without any optional attribute but a manager. */
export function isBare(index: number): boolean {
  return index % 10 === 7;
}

export function fullUser(index: number): SourceUser {
  const givenName = GIVEN[index % GIVEN.length] as string;
  const surname = FAMILY[index % FAMILY.length] as string;
  const city = CITIES[index % CITIES.length] as string;
  return {
    ...bareUser(index),
    displayName: `${givenName} ${surname} ${index}`,
    jobTitle: `Engineer ${index}`,
    mail: `first.last+${index}@example.com`,
    preferredLanguage: 'nb-NO',
    givenName,
    surname,
    office: `Room ${index}.12`,
    streetAddress: `Storgata ${index}\n2nd floor`,
    city,
    state: `${city} region`,
    postalCode: `0${1000 + index}`,
    country: 'NO',
    telephoneNumber: `+47 555 00 ${100 + index}`,
    mobile: `+47 (555) 01-${100 + index}`,
    facsimile: `+47.555.02.${100 + index}`,
    employeeId: `E-${index}`,
    department: index % 2 === 0 ? 'R&D' : 'Öl & Gas',
  };
}

function bareUser(index: number): SourceUser {
  const manager = index === 0 || index === 47 ? {} : { manager: userId(index < MANAGERS ? 0 : index % MANAGERS) };
  return {
    objectId: userId(index),
    userPrincipalName: `User.o'name+${index}@example.com`,
    mailNickname: `Nick.${index}`,
    isSoftDeleted: false,
    displayName: `Bare ${index}`,
    ...manager,
  };
}

function group(index: number, displayName: string, members: string[]): SourceGroup {
  return { objectId: groupId(index), displayName, members };
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, at) => userId(from + at));
}
