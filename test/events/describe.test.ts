import { describe, expect, test } from 'vitest';
import { describeChange } from '../../src/events/describe.js';
import { MEMBERS_PER_EVENT, type ScimEvent } from '../../src/events/event.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { JsonObject } from '../../src/scim/json.js';
import { loadRegistry } from '../../src/scim/schema/load.js';
import type { Change } from '../../src/store/store.js';
import { changeWith } from './changes.js';

const registry = loadRegistry(bundledDocuments());

function eventsOf(change: Change, document: JsonObject = {}, created: string | undefined = undefined): ScimEvent[] {
  return describeChange(change, { tenant: 'acme', type: registry.resourceType(change.key.type), document, created });
}

function typesOf(change: Change): string[] {
  return eventsOf(change).map(({ type }) => type);
}

const title = { path: ['title'], after: 'Chief' };
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('what a change of a user is', () => {
  const rows: [what: string, change: Partial<Change>, types: string[]][] = [
    ['a create', { operation: 'create', difference: [{ path: ['active'], after: false }, title] }, ['user.created']],
    ['a delete', { operation: 'delete', difference: [{ path: ['active'], before: true }] }, ['user.deleted']],
    ['another title', { difference: [title] }, ['user.updated']],
    ['a value of an extension', { difference: [{ path: [ENTERPRISE, 'department'], after: 'D' }] }, ['user.updated']],
    ['active: false', { difference: [{ path: ['active'], before: true, after: false }] }, ['user.disabled']],
    ['active from nothing to false', { difference: [{ path: ['active'], after: false }] }, ['user.disabled']],
    ['active: true', { difference: [{ path: ['active'], before: false, after: true }] }, ['user.enabled']],
    ['active taken away from false', { difference: [{ path: ['active'], before: false }] }, ['user.enabled']],
    ['active from nothing to true', { difference: [{ path: ['active'], after: true }] }, ['user.updated']],
    ['active taken away from true', { difference: [{ path: ['active'], before: true }] }, ['user.updated']],
    [
      'active: false and a title',
      { operation: 'replace', difference: [title, { path: ['active'], before: true, after: false }] },
      ['user.disabled', 'user.updated'],
    ],
    ['nothing that can be told, such as a password', {}, ['user.updated']],
  ];
  test.each(rows)('%s', (_, change, types) => {
    expect(typesOf(changeWith(change))).toEqual(types);
  });
});

describe('what a change of a group is', () => {
  const name = { path: ['displayName'], before: 'a', after: 'b' };
  const rows: [what: string, change: Partial<Change>, types: string[]][] = [
    ['a create', { operation: 'create', difference: [{ path: ['displayName'], after: 'a' }] }, ['group.created']],
    ['a create with members', { operation: 'create', added: ['u1', 'u2'] }, ['group.created', 'membership.added']],
    ['another name', { difference: [name] }, ['group.renamed']],
    ['another externalId', { difference: [{ path: ['externalId'], after: 'x' }] }, ['group.updated']],
    ['members that come', { added: ['u1'] }, ['membership.added']],
    ['members that go', { removed: ['u1'] }, ['membership.removed']],
    [
      'everything at once',
      { difference: [{ path: ['externalId'], after: 'x' }, name], added: ['u1'], removed: ['u2'] },
      ['group.renamed', 'group.updated', 'membership.added', 'membership.removed'],
    ],
    ['a delete', { operation: 'delete', removed: ['u1'] }, ['membership.removed', 'group.deleted']],
    ['a delete of an empty one', { operation: 'delete' }, ['group.deleted']],
    ['nothing', {}, ['group.updated']],
  ];
  test.each(rows)('%s', (_, change, types) => {
    expect(typesOf(changeWith({ type: 'Group', ...change }))).toEqual(types);
  });
});

describe('what a change of another type is', () => {
  const rows: [what: string, change: Partial<Change>, types: string[]][] = [
    ['a create', { operation: 'create' }, ['resource.changed']],
    ['an attribute', { difference: [title] }, ['resource.changed']],
    ['members alone', { added: ['u1'] }, ['membership.added']],
    ['an attribute and members', { difference: [title], removed: ['u1'] }, ['resource.changed', 'membership.removed']],
    ['a delete with members', { operation: 'delete', removed: ['u1'] }, ['membership.removed', 'resource.changed']],
    ['nothing', {}, ['resource.changed']],
  ];
  test.each(rows)('%s', (_, change, types) => {
    expect(typesOf(changeWith({ type: 'Device', ...change }))).toEqual(types);
  });
});

test('an event says who did what to which resource, and when', () => {
  const change = changeWith({ difference: [title] });
  const document = { userName: 'lin', title: 'Chief', [ENTERPRISE]: { department: 'D' } };
  expect(eventsOf(change, document, '2030-01-01T00:00:00.000Z')).toEqual([
    {
      id: '7.0',
      type: 'user.updated',
      tenant: 'acme',
      sequence: 7,
      part: 0,
      isLast: true,
      time: '2031-01-01T00:00:00.000Z',
      operation: 'patch',
      resourceType: 'User',
      resource: {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
        id: 'r-1',
        ...document,
        meta: {
          resourceType: 'User',
          created: '2030-01-01T00:00:00.000Z',
          lastModified: '2031-01-01T00:00:00.000Z',
          version: 'W/"2"',
        },
      },
      difference: [title],
      members: [],
      actor: { credential: 'c-1', name: 'Entra' },
      requestId: 'request-1',
    },
  ]);
});

test('a creation time that is not known is left out', () => {
  const [event] = eventsOf(changeWith());
  expect(event?.resource.meta).not.toHaveProperty('created');
});

test('members come in pages, and every event knows its place in the change', () => {
  const added = Array.from({ length: 2 * MEMBERS_PER_EVENT + 1 }, (_, i) => `u${i}`);
  const events = eventsOf(changeWith({ type: 'Group', operation: 'create', added, removed: ['gone'] }));
  expect(events.map(({ members }) => members.length)).toEqual([0, MEMBERS_PER_EVENT, MEMBERS_PER_EVENT, 1, 1]);
  expect(events.slice(1, 4).flatMap(({ members }) => members)).toEqual(added);
  expect(events.map(({ id }) => id)).toEqual(['7.0', '7.1', '7.2', '7.3', '7.4']);
  expect(events.map(({ isLast }) => isLast)).toEqual([false, false, false, false, true]);
});

test('a resource of a type that the tenant has no more is told as it is', () => {
  const [event] = eventsOf(changeWith({ type: 'Device' }), { serial: 'x' });
  expect(event?.resource).toEqual({ schemas: [], id: 'r-1', serial: 'x', meta: { resourceType: 'Device' } });
});

test('nobody who is given an event can change it for others', () => {
  const [event] = eventsOf(changeWith({ difference: [{ path: ['name'], after: { formatted: 'x' } }] }), {
    userName: 'lin',
    emails: [{ value: 'a' }],
  });
  const { resource, difference } = event as ScimEvent;
  const email = (resource.emails as JsonObject[])[0] as JsonObject;
  expect(() => {
    resource.userName = 'other';
  }).toThrow(TypeError);
  expect(() => {
    email.value = 'other';
  }).toThrow(TypeError);
  expect(() => {
    (difference[0]?.after as JsonObject).formatted = 'other';
  }).toThrow(TypeError);
});
