/** Users, groups and changes in the shapes that Microsoft Entra ID sends. ASCII, and the same for the same number. */
import type { Random } from './statistics.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const GIVEN = ['Ada', 'Bo', 'Chidi', 'Dina', 'Erik', 'Fatima', 'Goran', 'Hanna', 'Ines', 'Jun', 'Kofi', 'Lin', 'Mei'];
const FAMILY = ['Aas', 'Berg', 'Castro', 'Dahl', 'Eze', 'Fischer', 'Garcia', 'Holm', 'Ito', 'Jensen', 'Khan', 'Lund'];
const DEPARTMENTS = ['Engineering', 'Finance', 'Operations', 'Sales', 'Support', 'People', 'Legal'];
const TITLES = ['Engineer', 'Analyst', 'Manager', 'Director', 'Assistant', 'Consultant'];

/** Values by which user number `n` is found; each is this user's alone. */
export function keysOfUser(n: number): { userName: string; externalId: string; displayName: string; email: string } {
  const digits = String(n).padStart(7, '0');
  const name = `${givenName(n)} ${familyName(n)}`;
  return {
    userName: `user${digits}@example.com`,
    externalId: `object-${digits}`,
    displayName: `${name} ${digits}`,
    email: `${name.toLowerCase().replace(' ', '.')}.${digits}@mail.example.com`,
  };
}

function givenName(n: number): string {
  return GIVEN[n % GIVEN.length] as string;
}

function familyName(n: number): string {
  return FAMILY[Math.floor(n / GIVEN.length) % FAMILY.length] as string;
}

/** The body of POST /Users with the attributes of the default mapping. */
export function userBody(n: number): string {
  const { userName, externalId, displayName, email } = keysOfUser(n);
  const tail = String(n % 10_000_000).padStart(7, '0');
  const formatted = `${givenName(n)} ${familyName(n)}`;
  return JSON.stringify({
    schemas: [USER, ENTERPRISE],
    externalId,
    userName,
    active: true,
    displayName,
    title: TITLES[n % TITLES.length],
    preferredLanguage: 'en-US',
    emails: [{ primary: true, type: 'work', value: email }],
    name: { formatted, familyName: familyName(n), givenName: givenName(n) },
    addresses: [
      {
        primary: false,
        type: 'work',
        streetAddress: `${n % 300} Main Street`,
        locality: 'Oslo',
        region: 'Oslo',
        postalCode: String(n % 10_000).padStart(4, '0'),
        country: 'NO',
        formatted: `Office ${n % 40}`,
      },
    ],
    phoneNumbers: [
      { primary: true, type: 'work', value: `+47 2${tail}` },
      { primary: false, type: 'mobile', value: `+47 9${tail}` },
      { primary: false, type: 'fax', value: `+47 3${tail}` },
    ],
    [ENTERPRISE]: { employeeNumber: `E-${n}`, department: DEPARTMENTS[n % DEPARTMENTS.length] },
    meta: { resourceType: 'User' },
    roles: [],
  });
}

/** The body of POST /Groups. */
export function groupBody(name: string, members: readonly string[]): string {
  const externalId = `object-${name}`;
  const list = members.map((value) => ({ value }));
  return JSON.stringify({ schemas: [GROUP], externalId, displayName: name, members: list });
}

/** The body of a PATCH that adds members to a group, or takes them out, by a list of values. */
export function memberBody(op: 'Add' | 'Remove', members: readonly string[]): string {
  const value = members.map((id) => ({ $ref: null, value: id }));
  return JSON.stringify({ schemas: [PATCH], Operations: [{ op, path: 'members', value }] });
}

/** What a change of a user can replace: the path, and a value that `word` makes new. */
const CHANGES: readonly ((word: string, random: Random) => readonly [path: string, value: string])[] = [
  (_, random) => ['active', random.pick(['False', 'True'])],
  (word) => ['displayName', `Renamed ${word}`],
  (word) => ['title', `Title ${word}`],
  (word) => ['name.familyName', `Family${word}`],
  (word) => ['emails[type eq "work"].value', `mail.${word}@mail.example.com`],
  (word) => ['phoneNumbers[type eq "mobile"].value', `+47 8${word}`],
  (word) => ['addresses[type eq "work"].streetAddress', `${word} Side Street`],
  (word) => [`${ENTERPRISE}:department`, `Department ${word}`],
];

/** The body of a PATCH of one to three attributes. Never the same twice: `word` must be new. */
export function changeBody(word: string, random: Random): string {
  const first = random.below(CHANGES.length);
  const count = 1 + random.below(3);
  const operations = Array.from({ length: count }, (_, i) => {
    // Neighbours, so that no attribute is met twice; 3 and 8 have no common factor.
    const change = CHANGES[(first + i * 3) % CHANGES.length] as (typeof CHANGES)[number];
    const [path, value] = change(word, random);
    return { op: 'Replace', path, value };
  });
  return JSON.stringify({ schemas: [PATCH], Operations: operations });
}

/** Another userName, and nothing else. */
export function renameBody(userName: string): string {
  return JSON.stringify({ schemas: [PATCH], Operations: [{ op: 'Replace', path: 'userName', value: userName }] });
}

/** The body of the PATCH that is measured alone: always the same two attributes, with new values. */
export function plainChangeBody(word: string): string {
  return JSON.stringify({
    schemas: [PATCH],
    Operations: [
      { op: 'Replace', path: 'title', value: `Title ${word}` },
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: `Department ${word}` },
    ],
  });
}
