/** What happens in the source between two cycles: people come, change and go, and so do groups. */
import type { Random } from '../random.js';
import { DEPARTMENTS, FAMILY, GIVEN, OFFICES, OUT_OF_SCOPE, TITLES } from './names.js';
import { isInScope, OPTIONAL, type Person, type PersonAttribute, type SourceDirectory, type Team } from './source.js';

/** What a delta query on the source gives: the ids of all that changed, deleted ones included, each once. */
export interface Delta {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

interface Scene {
  readonly source: SourceDirectory;
  readonly random: Random;
  readonly users: Set<string>;
  readonly groups: Set<string>;
  /** Makes names of this cycle differ from those of others. */
  readonly cycle: number;
}

/** @param count how many events; with enough of them each kind of event takes place */
export function change(source: SourceDirectory, random: Random, count: number, cycle: number): Delta {
  const scene: Scene = { source, random, users: new Set(), groups: new Set(), cycle };
  const kinds = Object.values(EVENTS);
  const order = random.shuffled(kinds);
  for (let i = 0; i < count; i++) (order[i] ?? random.pick(kinds))(scene);
  return scene;
}

/** Events by name. One that finds nobody to happen to does not take place. */
const EVENTS: Readonly<Record<string, (scene: Scene) => void>> = {
  hire: (scene) => {
    scene.users.add(scene.source.addPerson(scene.random, false).objectId);
  },
  hireSomebody: (scene) => {
    scene.users.add(scene.source.addPerson(scene.random, true).objectId);
  },
  changeAttributes: (scene) => toPerson(scene, isInScope, (person) => changeAttributes(scene, person)),
  changeMoreAttributes: (scene) => toPerson(scene, isInScope, (person) => changeAttributes(scene, person)),
  clearAttribute: (scene) =>
    toPerson(scene, isInScope, ({ attributes }) => {
      const name = scene.random.pick(OPTIONAL);
      if (!scene.source.options.mandatory.has(name)) delete attributes[name];
    }),
  rename: (scene) =>
    toPerson(scene, isInScope, (person) => {
      person.attributes.surname = scene.random.pick(FAMILY);
      person.attributes.userPrincipalName = scene.source.principalName(person, `r${scene.cycle}${scene.random.hex(2)}`);
    }),
  disable: (scene) =>
    toPerson(
      scene,
      ({ accountEnabled }) => accountEnabled,
      (person) => {
        person.accountEnabled = false;
      },
    ),
  enable: (scene) =>
    toPerson(
      scene,
      ({ accountEnabled }) => !accountEnabled,
      (person) => {
        person.accountEnabled = true;
      },
    ),
  unassign: (scene) =>
    toPerson(
      scene,
      ({ isAssigned }) => isAssigned,
      (person) => {
        person.isAssigned = false;
      },
    ),
  assign: (scene) =>
    toPerson(
      scene,
      ({ isAssigned }) => !isAssigned,
      (person) => {
        person.isAssigned = true;
      },
    ),
  leaveScope: (scene) =>
    toPerson(scene, isInScope, ({ attributes }) => {
      attributes.department = OUT_OF_SCOPE;
    }),
  enterScope: (scene) =>
    toPerson(
      scene,
      ({ attributes }) => attributes.department === OUT_OF_SCOPE,
      ({ attributes }) => {
        attributes.department = scene.random.pick(DEPARTMENTS);
      },
    ),
  softDelete: (scene) =>
    toPerson(
      scene,
      ({ isSoftDeleted }) => !isSoftDeleted,
      (person) => {
        person.isSoftDeleted = true;
      },
    ),
  restore: (scene) =>
    toPerson(
      scene,
      ({ isSoftDeleted }) => isSoftDeleted,
      (person) => {
        person.isSoftDeleted = false;
      },
    ),
  hardDelete: (scene) =>
    toPerson(
      scene,
      () => true,
      ({ objectId }) => {
        const { users, groups } = scene.source.removePerson(objectId);
        for (const id of users) scene.users.add(id);
        for (const id of groups) scene.groups.add(id);
      },
    ),
  changeManager: (scene) =>
    toPerson(scene, isInScope, (person) => {
      const manager = personWhere(scene, ({ serial }) => serial < person.serial);
      if (manager) person.manager = manager.objectId;
    }),
  removeManager: (scene) =>
    toPerson(
      scene,
      ({ manager }) => manager !== undefined,
      (person) => {
        person.manager = undefined;
      },
    ),
  createGroup: (scene) => {
    if (scene.source.options.groups === 0) return;
    const group = scene.source.addGroup(scene.random);
    scene.groups.add(group.objectId);
    addMembers(scene, group, scene.random.below(6));
  },
  renameGroup: (scene) =>
    toGroup(scene, (group) => {
      group.displayName = scene.source.groupName(scene.random, group.serial);
    }),
  unassignGroup: (scene) =>
    toGroup(scene, (group) => {
      group.isAssigned = !group.isAssigned;
    }),
  deleteGroup: (scene) =>
    toGroup(scene, ({ objectId }) => {
      for (const id of scene.source.removeGroup(objectId).groups) scene.groups.add(id);
    }),
  addMember: (scene) => toGroup(scene, (group) => addMembers(scene, group, 1)),
  addMembers: (scene) => toGroup(scene, (group) => addMembers(scene, group, 2 + scene.random.below(20))),
  removeMember: (scene) => toGroup(scene, (group) => removeMembers(scene, group, 1)),
  removeMembers: (scene) => toGroup(scene, (group) => removeMembers(scene, group, 2 + scene.random.below(10))),
};

/** How often chance looks for somebody who fits. */
const TRIES = 40;

function personWhere({ source, random }: Scene, fits: (person: Person) => boolean): Person | undefined {
  for (let i = 0; i < TRIES && source.personIds.length > 0; i++) {
    const person = source.people.get(random.pick(source.personIds)) as Person;
    if (fits(person)) return person;
  }
  return undefined;
}

function toPerson(scene: Scene, fits: (person: Person) => boolean, happen: (person: Person) => void): void {
  const person = personWhere(scene, fits);
  if (!person) return;
  happen(person);
  scene.users.add(person.objectId);
}

function toGroup(scene: Scene, happen: (group: Team) => void): void {
  const { source, random, groups } = scene;
  if (source.groupIds.length === 0) return;
  const group = source.groups.get(random.pick(source.groupIds)) as Team;
  happen(group);
  groups.add(group.objectId);
}

function addMembers({ source, random }: Scene, group: Team, count: number): void {
  for (let i = 0; i < count && source.personIds.length > 0; i++) group.members.add(random.pick(source.personIds));
}

function removeMembers({ random }: Scene, group: Team, count: number): void {
  for (const id of random.shuffled([...group.members]).slice(0, count)) group.members.delete(id);
}

/** One to three attributes get other values, some of them by way of a move to another office. */
function changeAttributes({ source, random, cycle }: Scene, { attributes, serial }: Person): void {
  const place = random.pick(OFFICES);
  const choices: readonly (readonly [PersonAttribute, string])[] = [
    ['jobTitle', `${random.pick(TITLES)} ${cycle}`],
    ['givenName', random.pick(GIVEN)],
    ['surname', random.pick(FAMILY)],
    ['displayName', `${random.pick(GIVEN)} ${random.pick(FAMILY)} (${source.options.mark}${serial})`],
    ['mobile', `${place.dialling} 555 ${random.below(90_000) + 10_000}`],
    ['telephoneNumber', `${place.dialling} 555 ${random.below(90_000) + 10_000}`],
    ['physicalDeliveryOfficeName', place.office],
    ['streetAddress', `${place.street} ${1 + random.below(200)}`],
    ['city', place.city],
    ['country', place.country],
    ['preferredLanguage', place.language],
    ['department', random.pick(DEPARTMENTS)],
  ];
  for (const [name, value] of random.shuffled(choices).slice(0, 1 + random.below(3))) attributes[name] = value;
}
