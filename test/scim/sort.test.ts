import { describe, expect, test } from 'vitest';
import type { ProfileName } from '../../src/scim/profiles.js';
import { resolveSort } from '../../src/scim/sort.js';
import { dialectOf, typeNamed } from './rfc/core.js';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const user = typeNamed('User');
const group = typeNamed('Group');

const sort = (sortBy?: string, sortOrder?: string, profile: ProfileName = 'strict', type = user) =>
  resolveSort(type, sortBy, sortOrder, dialectOf(profile));

describe('sortBy (RFC 7644 §3.4.2.3)', () => {
  test.each([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    ['name.familyName', 'name.familyName'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName', 'userName'],
    ['id', 'id'],
    ['meta.lastModified', 'meta.lastModified'],
    ['active', 'active'],
    // "if it is complex and multi-valued, then the value sub-attribute"
    ['emails', 'emails.value'],
    ['emails.type', 'emails.type'],
    [`${ENTERPRISE}:department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE}:manager`, `${ENTERPRISE}:manager.value`],
  ])('%s sorts by %s', (name, path) => {
    expect(sort(name)?.attribute.path).toBe(path);
  });

  test.each([undefined, ''])('%j asks for no order', (name) => {
    expect(sort(name, 'descending')).toBeUndefined();
  });

  test.each([
    ['nothing', 'User has no attribute "nothing" to sort by.'],
    ['emails.nothing', 'User has no attribute "emails.nothing" to sort by.'],
    ['emails[type eq "work"].value', 'User has no attribute'],
    // A complex attribute without a value has no order.
    ['name', 'A list cannot be sorted by name.'],
    ['addresses', 'A list cannot be sorted by addresses.'],
    [ENTERPRISE, `A list cannot be sorted by ${ENTERPRISE}.`],
    // What is never returned must not be guessed from an order.
    ['password', 'A list cannot be sorted by password.'],
    // What follows from other resources is not kept in the resource.
    ['groups', 'A list cannot be sorted by groups.value.'],
    ['groups.display', 'A list cannot be sorted by groups.display.'],
    [`${ENTERPRISE}:manager.$ref`, `A list cannot be sorted by ${ENTERPRISE}:manager.$ref.`],
  ])('%s is refused: invalidPath', (name, detail) => {
    expect(() => sort(name)).toThrow(expect.objectContaining({ kind: 'invalidPath' }));
    expect(() => sort(name)).toThrow(detail);
  });

  test.each(['members', 'members.value', 'members.type'])('%s of a group is refused: invalidPath', (name) => {
    expect(() => sort(name, undefined, 'strict', group)).toThrow(expect.objectContaining({ kind: 'invalidPath' }));
  });

  test('meta.location is refused, as in a filter: it is not stored', () => {
    expect(() => sort('meta.location')).toThrow(expect.objectContaining({ kind: 'invalidPath' }));
  });

  test('an attribute of an extension needs its URN, but for Entra (RFC 7644 §3.10)', () => {
    expect(() => sort('department')).toThrow(expect.objectContaining({ kind: 'invalidPath' }));
    expect(sort('department', undefined, 'entra')?.attribute.path).toBe(`${ENTERPRISE}:department`);
  });
});

describe('sortOrder (RFC 7644 §3.4.2.3)', () => {
  test.each([
    [undefined, false],
    ['ascending', false],
    ['Ascending', false],
    ['descending', true],
    ['DESCENDING', true],
  ])('%s: descending is %s', (order, descending) => {
    expect(sort('userName', order)?.descending).toBe(descending);
  });

  test.each(['desc', '', 'ascending '])('%j is refused: invalidValue', (order) => {
    expect(() => sort('userName', order)).toThrow(expect.objectContaining({ kind: 'invalidValue' }));
  });
});
