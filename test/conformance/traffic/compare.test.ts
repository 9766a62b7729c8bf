/** What counts as a difference between two answers, and how ids of one server become those of another. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/conformance/model.js';
import { compareBodies } from '../../../src/conformance/traffic/compare.js';
import { Bindings, learn } from '../../../src/conformance/traffic/rebind.js';

function differences(
  recorded: Json | undefined,
  now: Json | undefined,
  more: { isFiltered?: boolean; isSorted?: boolean } = {},
): string[] {
  const rules = { isOurs: (id: string) => id.startsWith('ours'), isFiltered: true, isSorted: false, ...more };
  return compareBodies({ recorded, now, ...rules }).map(({ where }) => where);
}

const list = (...Resources: Json[]) => ({ totalResults: Resources.length, Resources });
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

describe('bodies', () => {
  test.each<[string, Json | undefined, Json | undefined, string[]]>([
    ['nothing', undefined, undefined, []],
    ['what each server gives as it likes', { id: '1', meta: { version: '1' } }, { id: '2', meta: {} }, []],
    ['order and letter case of names', { a: 1, userName: 'x' }, { username: 'x', a: 1 }, []],
    ['order of values', { emails: ['a', 'b'] }, { emails: ['b', 'a'] }, []],
    ['unassigned in any form', { a: null, b: [] }, { c: '' }, []],
    ['references on another host', { $ref: 'https://a/x/Users/1' }, { $ref: '/Users/1' }, []],
    ['the same moment', { at: '2026-01-01T00:00:00Z' }, { at: '2026-01-01T01:00:00.000+01:00' }, []],
    [
      'the text of an error',
      { schemas: [ERROR], status: '404', detail: 'a' },
      { schemas: [ERROR], status: '404', detail: 'b' },
      [],
    ],
    ['the scimType of an error', { schemas: [ERROR], scimType: 'noTarget' }, { schemas: [ERROR] }, ['scimType']],
    ['a detail that is an attribute', { detail: 'a' }, { detail: 'b' }, ['detail']],
    ['a value', { name: { givenName: 'a' } }, { name: { givenName: 'b' } }, ['name.givenName']],
    ['letter case of a value', { a: 'X' }, { a: 'x' }, ['a']],
    ['type of a value', { active: true }, { active: 'true' }, ['active']],
    ['one more', { a: 1 }, { a: 1, b: 2 }, ['b']],
    ['one less', { a: 1, b: 2 }, { a: 1 }, ['b']],
    ['a value of several', { m: [{ v: 1, t: 'a' }, { v: 2 }] }, { m: [{ v: 2 }, { v: 1, t: 'b' }] }, ['m.t']],
    ['a value less', { m: ['a', 'b'] }, { m: ['a'] }, ['m']],
    ['another reference', { $ref: 'https://a/Users/1' }, { $ref: 'https://a/Users/2' }, ['$ref']],
    ['no body at all', { a: 1 }, undefined, ['body']],
  ])('%s', (_, recorded, now, wanted) => expect(differences(recorded, now)).toEqual(wanted));
});

describe('lists', () => {
  const ann = { id: 'ours-1', userName: 'ann' };
  const bob = { id: 'ours-2', userName: 'bob' };
  const other = { id: 'theirs', userName: 'other' };
  test.each<[string, Json, Json, string[], object?]>([
    ['order without a sort', list(ann, bob), list(bob, ann), []],
    ['order with a sort', list(ann, bob), list(bob, ann), ['order of Resources'], { isSorted: true }],
    ['one is missing', list(ann, bob), list(ann), ['totalResults', 'Resources[bob]']],
    ['one is changed', list(ann), list({ ...ann, active: false }), ['Resources[ann].active']],
    ['others among them, with a filter', list(ann), list(ann, other), ['totalResults', 'Resources[other]']],
    ['others among them, without a filter', list(ann), list(ann, other), [], { isFiltered: false }],
    [
      'ours changed among others',
      list(ann, other),
      list({ ...ann, active: false }),
      ['Resources[ann].active'],
      { isFiltered: false },
    ],
    ['others in the recording', list(ann, other), list(ann), []],
  ])('%s', (_, recorded, now, wanted, more) => expect(differences(recorded, now, more)).toEqual(wanted));
});

describe('ids of another server', () => {
  const bindings = new Bindings();
  bindings.bind('2819c223-7f76', 'new-1');
  bindings.bind('7', 'new-7');
  bindings.bind('a b', 'new b');
  bindings.bindVersion('W/"1"', 'W/"x"');

  test.each([
    ['/Users/2819c223-7f76', '/Users/new-1'],
    ['/Users/7?attributes=id', '/Users/new-7?attributes=id'],
    ['/Users/a%20b', '/Users/new%20b'],
    ['/Groups?filter=members%20eq%20%227%22&count=7', '/Groups?filter=members%20eq%20%22new-7%22&count=7'],
    ['/Groups?filter=id+eq+%222819c223-7f76%22', '/Groups?filter=id%20eq%20%22new-1%22'],
    ['/Users?startIndex=1&count=100', '/Users?startIndex=1&count=100'],
  ])('%s becomes %s', (old, renewed) => expect(bindings.path(old)).toBe(renewed));

  test('in bodies: references, filters in paths, and values; nothing that merely looks alike', () => {
    expect(
      bindings.json({
        members: [{ value: '7', $ref: 'https://old/scim/Users/7' }],
        Operations: [{ op: 'remove', path: 'members[value eq "2819c223-7f76"]' }],
        manager: '2819c223-7f76',
        displayName: '7',
        title: '7 years, x2819c223-7f76x',
      }),
    ).toEqual({
      members: [{ value: 'new-7', $ref: 'https://old/scim/Users/new-7' }],
      Operations: [{ op: 'remove', path: 'members[value eq "new-1"]' }],
      manager: 'new-1',
      displayName: '7',
      title: '7 years, x2819c223-7f76x',
    });
  });

  test('versions in conditions', () => {
    expect(bindings.version('W/"1", W/"2"')).toBe('W/"x", W/"2"');
  });

  test('are learnt from answers to POST alone, versions from all', () => {
    const learnt = new Bindings();
    const side = (id: string, etag: string) => ({ headers: { etag }, body: { id } });
    learn(learnt, 'GET', side('old', '"1"'), side('found', '"a"'));
    expect([learnt.idOf('old'), learnt.version('"1"')]).toEqual([undefined, '"a"']);
    learn(learnt, 'POST', side('old', '"2"'), side('made', '"b"'));
    expect([learnt.idOf('old'), learnt.isOurs('made'), learnt.isOurs('found')]).toEqual(['made', true, false]);
  });
});
