/**
 * The directory that is provisioned from: people and groups as Microsoft Entra holds them, made from a seed. Knows
 * nothing of SCIM. Everything that must be unique on the target carries the mark of the run.
 */
import type { Random } from '../random.js';
import { DEPARTMENTS, FAMILY, GIVEN, OFFICES, OUT_OF_SCOPE, TEAMS, TITLES } from './names.js';

const ALWAYS_THERE = ['userPrincipalName', 'mailNickname', 'displayName', 'givenName', 'surname'] as const;

/** What a person may lack. */
export const OPTIONAL = [
  'jobTitle',
  'mail',
  'preferredLanguage',
  'physicalDeliveryOfficeName',
  'streetAddress',
  'city',
  'state',
  'postalCode',
  'country',
  'telephoneNumber',
  'mobile',
  'facsimileTelephoneNumber',
  'employeeId',
  'department',
] as const;
export type PersonAttribute = (typeof ALWAYS_THERE | typeof OPTIONAL)[number];

export interface Person {
  readonly objectId: string;
  /** From 1, in the order of creation; never used twice. */
  readonly serial: number;
  readonly isGuest: boolean;
  /** An attribute without a value is absent. */
  readonly attributes: Partial<Record<PersonAttribute, string>>;
  accountEnabled: boolean;
  /** In the recycle bin. */
  isSoftDeleted: boolean;
  /** To the application. */
  isAssigned: boolean;
  /** objectId; always of somebody with a lower serial, so that there are no circles. */
  manager: string | undefined;
}

export interface Team {
  readonly objectId: string;
  readonly serial: number;
  displayName: string;
  isAssigned: boolean;
  /** objectIds of people and of groups with a higher serial. */
  readonly members: Set<string>;
}

interface SourceOptions {
  readonly users: number;
  readonly groups: number;
  /** Begins userNames, nicknames and the names of groups. */
  readonly mark: string;
  /** Attributes that everybody has, because the target demands them. */
  readonly mandatory: ReadonlySet<PersonAttribute>;
  /** Whether groups may be members of groups. */
  readonly nests: boolean;
}

/** Whether assignment and scoping filter let the person through; an account that is switched off is still in scope. */
export function isInScope(person: Person): boolean {
  return person.isAssigned && !person.isSoftDeleted && person.attributes.department !== OUT_OF_SCOPE;
}

/** Whether the target should let the person in. */
export function isWanted(person: Person): boolean {
  return isInScope(person) && person.accountEnabled;
}

export class SourceDirectory {
  readonly people = new Map<string, Person>();
  readonly groups = new Map<string, Team>();
  /** The ids again, so that one can be picked by chance without copying the maps. */
  readonly personIds: string[] = [];
  readonly groupIds: string[] = [];
  private serials = 0;

  constructor(
    readonly options: SourceOptions,
    random: Random,
  ) {
    for (let i = 0; i < options.users; i++) this.addPerson(random, true);
    for (let i = 0; i < options.groups; i++) this.addGroup(random);
    this.groupIds.forEach((id, i) => {
      this.fillGroup(this.groups.get(id) as Team, i, random);
    });
  }

  /** @param isVaried some are then guests, disabled, deleted or out of scope; otherwise the person is to be provisioned */
  addPerson(random: Random, isVaried: boolean): Person {
    const serial = ++this.serials;
    const isGuest = isVaried && random.chance(0.06);
    const manager = this.personIds.length > 0 && random.chance(0.9) ? random.pick(this.personIds) : undefined;
    const person: Person = {
      objectId: random.uuid(),
      serial,
      isGuest,
      attributes: this.attributesOf(serial, isGuest, random),
      accountEnabled: !(isVaried && random.chance(0.05)),
      isSoftDeleted: isVaried && random.chance(0.02),
      isAssigned: !(isVaried && random.chance(0.08)),
      manager,
    };
    if (isVaried && random.chance(0.08)) person.attributes.department = OUT_OF_SCOPE;
    this.people.set(person.objectId, person);
    this.personIds.push(person.objectId);
    return person;
  }

  addGroup(random: Random): Team {
    const serial = ++this.serials;
    const group: Team = {
      objectId: random.uuid(),
      serial,
      displayName: this.groupName(random, serial),
      isAssigned: random.chance(0.9),
      members: new Set(),
    };
    this.groups.set(group.objectId, group);
    this.groupIds.push(group.objectId);
    return group;
  }

  groupName(random: Random, serial: number): string {
    return `${this.options.mark}${random.pick(TEAMS)} ${random.pick(DEPARTMENTS)} ${serial}${random.hex(2)}`;
  }

  /** A userPrincipalName that nobody has yet. `generation`: how often the person was renamed. */
  principalName(person: Pick<Person, 'serial' | 'isGuest' | 'attributes'>, generation: string): string {
    const { givenName = '', surname = '' } = person.attributes;
    const local = `${this.options.mark}${plain(givenName)}.${plain(surname)}.${person.serial}${generation}`;
    return person.isGuest ? `${local}_fabrikam.example#EXT#@example.com` : `${local}@example.com`;
  }

  /** Gone for good: nobody's manager and nowhere a member any more. Gives the ids of what this changed. */
  removePerson(id: string): { users: string[]; groups: string[] } {
    this.people.delete(id);
    this.personIds.splice(this.personIds.indexOf(id), 1);
    const users: string[] = [];
    for (const person of this.people.values()) {
      if (person.manager !== id) continue;
      person.manager = undefined;
      users.push(person.objectId);
    }
    return { users, groups: this.removeMember(id) };
  }

  removeGroup(id: string): { groups: string[] } {
    this.groups.delete(id);
    this.groupIds.splice(this.groupIds.indexOf(id), 1);
    return { groups: this.removeMember(id) };
  }

  private removeMember(id: string): string[] {
    return [...this.groups.values()].filter(({ members }) => members.delete(id)).map(({ objectId }) => objectId);
  }

  private attributesOf(serial: number, isGuest: boolean, random: Random): Person['attributes'] {
    const givenName = random.pick(GIVEN);
    const surname = random.pick(FAMILY);
    const place = random.pick(OFFICES);
    const { mark, mandatory } = this.options;
    const number = (): string => `${place.dialling} 555 ${String(random.below(100_000)).padStart(5, '0')}`;
    const nickname = `${mark}${plain(givenName)}.${serial}`;
    const all: Person['attributes'] = {
      mailNickname: nickname,
      displayName: `${givenName} ${surname} (${mark}${serial})`,
      givenName,
      surname,
      jobTitle: random.pick(TITLES),
      mail: isGuest ? `${nickname}@fabrikam.example` : `${nickname}@example.com`,
      preferredLanguage: place.language,
      physicalDeliveryOfficeName: place.office,
      streetAddress: `${place.street} ${1 + random.below(200)}`,
      city: place.city,
      state: place.state ?? place.city,
      postalCode: place.postalCode,
      country: place.country,
      telephoneNumber: number(),
      mobile: number(),
      facsimileTelephoneNumber: number(),
      employeeId: `E-${String(serial).padStart(6, '0')}`,
      department: random.pick(DEPARTMENTS),
    };
    all.userPrincipalName = this.principalName({ serial, isGuest, attributes: all }, '');
    for (const name of OPTIONAL) if (random.chance(0.15) && !mandatory.has(name)) delete all[name];
    return all;
  }

  /** The first group is large, the others small; some have the next group as a member. */
  private fillGroup(group: Team, index: number, random: Random): void {
    const { people, personIds, groupIds } = this;
    const most = index === 0 ? Math.min(2_000, Math.ceil(people.size * 0.3)) : 30;
    const wanted = Math.min(people.size, index === 0 ? most : random.below(most));
    for (let i = 0; i < wanted; i++) group.members.add(random.pick(personIds));
    const next = groupIds[index + 1];
    if (this.options.nests && index % 4 === 0 && next !== undefined) group.members.add(next);
  }
}

/** In the letters that a userPrincipalName may have; an apostrophe is one of them. */
function plain(name: string): string {
  const letters = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z'-]/g, '');
  return letters === '' ? 'user' : letters;
}
