/** Servers that are wrong in groups and their members. */
import type { Json, JsonObject } from '../../../src/conformance/model.js';
import { isObject, valueAt } from '../../../src/conformance/values.js';
import type { Ask, Passing, Spoiler } from '../proxy.js';
import type { Defect } from './defect.js';
import { current, done, refusal } from './forms.js';
import {
  changing,
  elementsOf,
  ignoring,
  operationsOf,
  partsOf,
  patchBody,
  refusing,
  showing,
} from './rfc-patch-forms.js';

const isGroup = (path: string): boolean => path.startsWith('/Groups');
const isUser = (path: string): boolean => path.startsWith('/Users');

/** The body of a write to groups or users is changed on its way in. */
function writing(
  method: string,
  where: (path: string) => boolean,
  change: (body: JsonObject, request: Passing, ask: Ask) => void | Promise<void>,
): () => Spoiler {
  return () => ({
    async request(request, ask) {
      if (request.method === method && where(request.path) && isObject(request.body)) {
        await change(request.body, request, ask);
      }
      return undefined;
    },
  });
}

/** The members are in a table of their own, and the group has the time of its creation. */
function unstamped(): () => Spoiler {
  return showing((resource, { path }) => {
    const { meta } = resource;
    if (isGroup(path) && isObject(meta)) meta.lastModified = meta.created;
  });
}

/** Spoils the groups, or the users, in answers. */
function showingGroups(spoil: (group: JsonObject) => void, methods?: readonly string[]): () => Spoiler {
  return showing((resource, { path }) => {
    if (isGroup(path)) spoil(resource);
  }, methods);
}

function showingUsers(spoil: (user: JsonObject) => void): () => Spoiler {
  return showing((resource, { path }) => {
    if (isUser(path)) spoil(resource);
  });
}

/** The members that `keeps` says yes to, of those that come with a write. */
async function membersThat(body: JsonObject, keeps: (id: string) => Promise<boolean>): Promise<void> {
  if (!Array.isArray(body.members)) return;
  const kept: Json[] = [];
  for (const member of body.members) if (await keeps(String(valueAt(member, 'value')))) kept.push(member);
  body.members = kept;
}

async function exists(path: string, ask: Ask): Promise<boolean> {
  return (await ask('GET', path)).status === 200;
}

const created: readonly Defect[] = [
  {
    title: 'The members in the POST of a group are overlooked.',
    noticedBy: ['rfc.groups.create.members', 'rfc.groups.create.answer'],
    spoil: writing('POST', isGroup, (group) => {
      delete group.members;
    }),
  },
  {
    title: 'The answer to the POST of a group has no members.',
    noticedBy: ['rfc.groups.create.answer'],
    spoil: showingGroups(
      (group) => {
        delete group.members;
      },
      ['POST'],
    ),
  },
  {
    title: 'A group needs a member to be made.',
    noticedBy: ['rfc.groups.create.empty'],
    spoil: () => ({
      request({ method, path, body }) {
        const isEmpty = method === 'POST' && isGroup(path) && valueAt(body, 'members') === undefined;
        return isEmpty ? refusal(400, 'invalidValue') : undefined;
      },
    }),
  },
  {
    title: 'A group without displayName is given one.',
    noticedBy: ['rfc.groups.create.display-name'],
    spoil: writing('POST', isGroup, (group) => {
      group.displayName ??= 'Unnamed';
    }),
  },
  {
    title: 'Members that do not exist are left out of a new group without a word.',
    noticedBy: ['rfc.groups.create.unknown-member'],
    spoil: writing('POST', isGroup, (group, _, ask) =>
      membersThat(group, async (id) => (await exists(`/Users/${id}`, ask)) || exists(`/Groups/${id}`, ask)),
    ),
  },
  {
    title: 'Groups are left out of the members of a new group without a word.',
    noticedBy: ['rfc.groups.member.nested'],
    spoil: writing('POST', isGroup, (group, _, ask) => membersThat(group, (id) => exists(`/Users/${id}`, ask))),
  },
  {
    title: 'The references of members lead nowhere.',
    noticedBy: ['rfc.groups.member.ref'],
    spoil: showingGroups((group) => {
      for (const member of elementsOf(group, 'members')) member.$ref = `/Members/${String(member.value)}`;
    }),
  },
  {
    title: 'Members have the type user.',
    noticedBy: ['rfc.groups.member.type', 'rfc.groups.member.nested-type'],
    spoil: showingGroups((group) => {
      for (const member of elementsOf(group, 'members')) member.type = 'user';
    }),
  },
];

const patched: readonly Defect[] = [
  {
    title: 'A new member does not change the time of the group.',
    noticedBy: ['rfc.groups.add.last-modified'],
    spoil: unstamped(),
  },
  {
    title: 'Members that do not exist are left out of an add without a word.',
    noticedBy: ['rfc.groups.add.unknown-member'],
    spoil: changing(async (operation, _, ask) => {
      const id = valueAt(operation.value, '[0].value');
      const isKnown = operation.path !== 'members' || id === undefined || (await exists(`/Users/${String(id)}`, ask));
      return isKnown ? [operation] : [];
    }),
  },
  {
    title: 'Members are taken by their value alone; what comes with it is refused.',
    noticedBy: ['rfc.groups.add.with-display', 'rfc.groups.add.with-type'],
    spoil: refusing(
      ({ path, value }) => path === 'members' && Array.isArray(value) && Object.keys(value[0] ?? {}).length > 1,
      400,
      'invalidValue',
    ),
  },
  {
    title: 'A body with many members is refused with 413.',
    noticedBy: ['rfc.groups.add.hundred'],
    spoil: refusing(({ value }) => Array.isArray(value) && value.length > 50, 413),
  },
  {
    title: 'A remove of one member with a filter empties the group.',
    noticedBy: [
      'rfc.groups.remove.filter',
      'rfc.groups.remove.stranger',
      'rfc.groups.remove.add-in-one',
      'rfc.concurrency.members-removed',
    ],
    spoil: changing((operation) => {
      const { name, filter } = partsOf(operation);
      return [name === 'members' && filter !== undefined ? { op: 'remove', path: 'members' } : operation];
    }),
  },
  {
    title: 'A remove of members without a filter does nothing.',
    noticedBy: ['rfc.groups.remove.all'],
    spoil: ignoring(({ op, path, value }) => op === 'remove' && path === 'members' && value === undefined),
  },
  {
    title: 'Each PATCH of a group loses the members that it does not name.',
    noticedBy: ['rfc.groups.replace.name-keeps-members'],
    spoil: changing((operation) =>
      operation.path === 'displayName' ? [{ op: 'remove', path: 'members' }, operation] : [operation],
    ),
  },
  {
    title: 'A replace of members removes whoever was there, those in the new list included.',
    noticedBy: ['rfc.groups.replace.overlap'],
    spoil: changing(async (operation, { path }, ask) => {
      const { op, path: target, value } = operation;
      if (op !== 'replace' || target !== 'members' || !Array.isArray(value)) return [operation];
      const before = elementsOf(await current(path, ask), 'members').map((member) => member.value);
      return [{ ...operation, value: value.filter((member) => !before.includes(valueAt(member, 'value'))) }];
    }),
  },
];

const put: readonly Defect[] = [
  {
    title: 'A PUT adds its members to those that are there.',
    noticedBy: ['rfc.groups.put.members', 'rfc.groups.put.empty-array'],
    spoil: writing('PUT', isGroup, async (group, { path }, ask) => {
      const sent = elementsOf(group, 'members');
      const before = elementsOf(await current(path, ask), 'members');
      group.members = [...sent, ...before.filter(({ value }) => !sent.some((each) => each.value === value))];
    }),
  },
  {
    title: 'A PUT without members removes all but one.',
    noticedBy: ['rfc.groups.put.without-members'],
    spoil: writing('PUT', isGroup, async (group, { path }, ask) => {
      group.members ??= elementsOf(await current(path, ask), 'members').slice(0, 1);
    }),
  },
];

/** The filter of a list is changed on its way in. */
function filtering(change: (filter: string) => string): () => Spoiler {
  return () => ({
    request({ path, query }) {
      const filter = query.get('filter');
      if (isGroup(path) && filter) query.set('filter', change(filter));
      return undefined;
    },
  });
}

const found: readonly Defect[] = [
  {
    title: 'A filter for members finds nothing.',
    noticedBy: ['rfc.groups.filter.member'],
    spoil: filtering((filter) => filter.replace('members.value eq', 'displayName eq')),
  },
  {
    title: 'A condition about members behind another one is overlooked.',
    noticedBy: ['rfc.groups.filter.member-of-group'],
    spoil: filtering((filter) => filter.replace(/ and members.*/, '')),
  },
];

/** Remembers who joined at the making of a group, and shows it as a group of the user for ever. */
function staleGroups(): Spoiler {
  const joined: { user: string; group: string }[] = [];
  return {
    reply({ status, body }, { method, path }) {
      if (!isObject(body) || status >= 300) return;
      if (method === 'POST' && isGroup(path)) {
        for (const { value } of elementsOf(body, 'members')) {
          joined.push({ user: String(value), group: String(body.id) });
        }
      }
      if (!isUser(path)) return;
      const now = elementsOf(body, 'groups');
      const former = joined.filter(({ user, group }) => user === body.id && !now.some(({ value }) => value === group));
      if (former.length > 0) body.groups = [...now, ...former.map(({ group }) => ({ value: group, type: 'direct' }))];
    },
  };
}

/** Users are marked as deleted, and stay in their groups. */
function softDelete(): Spoiler {
  const deleted = new Set<string>();
  return {
    request({ method, path }) {
      if (deleted.has(path)) return refusal(404);
      if (method !== 'DELETE' || !isUser(path)) return undefined;
      deleted.add(path);
      return done();
    },
  };
}

const deleted: readonly Defect[] = [
  {
    title: 'A deleted user is still shown in groups.',
    noticedBy: ['rfc.groups.deleted.member'],
    spoil: softDelete,
  },
  {
    title: 'With a group its members are deleted.',
    noticedBy: ['rfc.groups.deleted.group'],
    spoil: () => ({
      async request({ method, path }, ask) {
        if (method !== 'DELETE' || !isGroup(path)) return undefined;
        for (const { value } of elementsOf(await current(path, ask), 'members')) {
          await ask('DELETE', `/Users/${String(value)}`);
        }
        return undefined;
      },
    }),
  },
];

const membership: readonly Defect[] = [
  {
    title: 'Users are shown without their groups, although the schema has them.',
    noticedBy: ['rfc.groups.of-user.direct', 'rfc.groups.of-user.type', 'rfc.groups.of-user.added'],
    spoil: showingUsers((user) => {
      delete user.groups;
    }),
  },
  {
    title: 'All groups of a user are indirect.',
    noticedBy: ['rfc.groups.of-user.type'],
    spoil: showingUsers((user) => {
      for (const group of elementsOf(user, 'groups')) group.type = 'indirect';
    }),
  },
  {
    title: 'The groups of a user are those that the user has ever been in.',
    noticedBy: ['rfc.groups.of-user.removed', 'rfc.groups.of-user.deleted'],
    spoil: staleGroups,
  },
  {
    title: 'The groups of a user can be written at the user.',
    noticedBy: ['rfc.groups.of-user.patched', 'rfc.groups.of-user.posted', 'rfc.groups.of-user.put'],
    spoil: writableGroups,
  },
];

/** Memberships follow what POST, PUT and PATCH of a user say of groups. */
function writableGroups(): Spoiler {
  const join = (ask: Ask, groups: readonly (Json | undefined)[], user: string): Promise<unknown>[] =>
    groups.map((group) =>
      ask('PATCH', `/Groups/${String(group)}`, patchBody([{ op: 'add', path: 'members', value: [{ value: user }] }])),
    );
  return {
    async request(request, ask) {
      const user = request.path.split('/').at(-1) as string;
      if (request.method === 'PUT' && isUser(request.path) && Array.isArray(valueAt(request.body, 'groups'))) {
        for (const { value } of elementsOf(await current(request.path, ask), 'groups')) {
          const path = `members[value eq "${user}"]`;
          await ask('PATCH', `/Groups/${String(value)}`, patchBody([{ op: 'remove', path }]));
        }
      }
      const [operation] = operationsOf(request);
      if (operation?.path !== 'groups' || !Array.isArray(operation.value)) return undefined;
      const groups = operation.value.map((each) => valueAt(each, 'value'));
      await Promise.all(join(ask, groups, user));
      return done();
    },
    async reply({ status, body }, request, ask) {
      if (request.method !== 'POST' || !isUser(request.path) || status !== 201 || !isObject(request.body)) return;
      const groups = elementsOf(request.body, 'groups').map(({ value }) => value);
      await Promise.all(join(ask, groups, String(valueAt(body, 'id'))));
    },
  };
}

export const groupDefects: readonly Defect[] = [...created, ...patched, ...put, ...found, ...deleted, ...membership];
