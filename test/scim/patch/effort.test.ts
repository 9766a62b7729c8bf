import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/scim/json.js';
import { planEdges } from '../../../src/scim/patch/edge-plan.js';
import { PATCH_OP_URN, parsePatch } from '../../../src/scim/patch/operation.js';
import { dialectOf, LIMITS, typeNamed } from '../rfc/core.js';
import { add, home, type Op, patched, remove, set } from './user-patch.js';

const MAX_EFFORT = 500_000;
const refused = expect.objectContaining({ kind: 'payloadTooLarge' });
const times = (count: number, operation: Op): Op[] => Array.from({ length: count }, () => operation);
const terms = (count: number): string => Array.from({ length: count }, (_, n) => `display eq "${n}"`).join(' or ');

describe('what the operations of a PATCH go through is bounded', () => {
  const emails = Array.from({ length: 2_000 }, (_, n) => ({ value: `${n}@example.com`, type: 'work' }));
  const most = MAX_EFFORT / emails.length;

  test.each<[string, Op, number]>([
    ['selecting values', set('emails[type eq "home"].value', ''), most],
    ['selecting by several comparisons', remove(`emails[${terms(10)}]`), most / 10],
    ['adding what is there', add('emails', [{ value: '0@example.com' }]), most],
    ['removing listed values', remove('emails', [home]), most],
    ['a sub-attribute of all values', add('emails.display', 'E'), most],
  ])('%s: what is too much is refused whole (413)', (_, operation, count) => {
    const title = add('title', 'T');
    expect(patched({ emails }, [title, ...times(count, operation)], 'entra').title).toBe('T');
    expect(() => patched({ emails }, [title, ...times(count + 1, operation)], 'entra')).toThrow(refused);
  });

  test('a long list of operations on few values is none of this', () => {
    expect(patched({ emails: [home] }, times(1_000, set('emails[type eq "home"].display', 'H')))).toEqual({
      emails: [{ ...home, display: 'H' }],
    });
  });

  test('of members that are selected by their names too; one operation alone is done on any group', () => {
    const group = typeNamed('Group');
    const dialect = dialectOf('entra');
    const before = Array.from({ length: MAX_EFFORT / 10 }, (_, n) => ({ value: `${n}`, display: 'M' }));
    const plan = (...Operations: Op[]) => {
      const body = { schemas: [PATCH_OP_URN], Operations: Operations as unknown as Json };
      const operations = parsePatch(body, group, dialect, LIMITS);
      return planEdges(operations, group.edges, dialect, { before, named: new Map() });
    };
    const byName = remove(`members[${terms(11)}]`);
    const byId = remove('members[value eq "7"]');
    expect(plan(byName, ...times(999, byId))?.removed).toEqual(new Set(['7']));
    expect(() => plan(byName, byName)).toThrow(refused);
  });
});
