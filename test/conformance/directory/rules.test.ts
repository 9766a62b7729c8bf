/** The rules of the simulated directory that need no server: codes, quarantine, escrow, mapping, PATCH forms, source. */
import { describe, expect, test } from 'vitest';
import { change } from '../../../src/conformance/directory/changes.js';
import { isTransient, logCodeOf } from '../../../src/conformance/directory/log-codes.js';
import { mappingFor, userPost, valuesOf } from '../../../src/conformance/directory/mapping.js';
import { escrowAfter, nextCycleIn, quarantineOf } from '../../../src/conformance/directory/quarantine.js';
import {
  addMembersBody,
  type Change,
  managerBody,
  patchBody,
  removeMembersBody,
} from '../../../src/conformance/directory/requests.js';
import { isInScope, isWanted, SourceDirectory } from '../../../src/conformance/directory/source.js';
import { ENTERPRISE_URN, type Facts, USER_URN } from '../../../src/conformance/facts.js';
import type { JsonObject } from '../../../src/conformance/model.js';
import { Random } from '../../../src/conformance/random.js';

describe('the code of the provisioning log', () => {
  test.each([
    ['create', { status: 409 }, 'EntryConflict'],
    ['update', { status: 409 }, 'Conflict'],
    ['update', { status: 429 }, 'TooManyRequests'],
    ['update', { status: 500 }, 'InternalServerError'],
    ['update', { status: 503 }, 'InternalServerError'],
    ['update', { status: 501 }, 'NotImplemented'],
    ['read', { status: 404 }, 'InvalidAnchor'],
    ['delete', { status: 410 }, 'SystemForCrossDomainIdentityManagementServiceIncompatible'],
    ['match', { status: 404 }, 'SystemForCrossDomainIdentityManagementServiceIncompatible'],
    ['read', { status: 401 }, 'Unauthorized'],
    ['read', { status: 403 }, 'InsufficientRights'],
    ['update', { status: 405 }, 'MethodNotAllowed'],
    ['create', { status: 422 }, 'UnprocessableEntity'],
    ['create', { status: 402 }, 'LicenseLimitExceeded'],
    ['create', { status: 400, detail: 'userName is required' }, 'MandatoryFieldsMissing'],
    ['update', { status: 400, scimType: 'invalidPath' }, 'SchemaAttributeNotFound'],
    ['update', { status: 400, scimType: 'invalidValue' }, 'SchemaPropertyCanOnlyAcceptValue'],
    ['update', { status: 400 }, 'SystemForCrossDomainIdentityManagementServiceIncompatible'],
    ['update', 'timeout', 'Timeout'],
    ['update', 'broken', 'WebExceptionProtocolError'],
  ] as const)('%s answered with %j is %s', (operation, outcome, code) => {
    expect(logCodeOf(operation, outcome)).toBe(code);
  });

  test('only what time may mend is transient', () => {
    expect(isTransient('TooManyRequests') && isTransient('Timeout') && isTransient('InternalServerError')).toBe(true);
    expect(isTransient('EntryConflict') || isTransient('InvalidAnchor')).toBe(false);
  });
});

describe('quarantine', () => {
  const healthy = { events: 100_000, failures: 0, referenceFailures: 0, isRejected: false, staged: 0 };
  const proportion = 'EncounteredEscrowProportionThreshold';

  test.each([
    [{}, undefined],
    [{ isRejected: true }, 'EncounteredQuarantineException'],
    [{ events: 5_000, failures: 4_999 }, undefined],
    [{ events: 12_499, failures: 5_000 }, proportion],
    [{ events: 12_500, failures: 5_000 }, undefined],
    [{ failures: 40_000 }, undefined],
    [{ events: 1_000_000, failures: 40_001 }, proportion],
    [{ referenceFailures: 59_999 }, undefined],
    [{ failures: 1, referenceFailures: 59_999 }, proportion],
    [{ staged: 1 }, 'DeleteThreshold'],
  ])('%j', (counts, reason) => {
    expect(quarantineOf({ ...healthy, ...counts })).toBe(reason);
  });

  test('cycles thin out to one a day, and after four weeks the job is disabled', () => {
    expect(nextCycleIn(undefined)).toBe(40);
    expect(nextCycleIn(0)).toBe(24 * 60);
    expect(nextCycleIn(28 * 24 * 60 - 1)).toBe(24 * 60);
    expect(nextCycleIn(28 * 24 * 60)).toBeUndefined();
  });
});

describe('escrow', () => {
  test('retries come 6, 12 and 24 hours after the first failure, then daily, for four weeks', () => {
    let escrow = escrowAfter(undefined, 'EntryConflict', 100);
    const due: number[] = [];
    while (escrow) {
      due.push((escrow.next - 100) / 60);
      escrow = escrowAfter(escrow, 'EntryConflict', escrow.next);
    }
    expect(due.slice(0, 5)).toEqual([6, 12, 24, 48, 72]);
    expect(due.at(-1)).toBe(28 * 24);
  });

  test('what time may mend is tried in the next cycle', () => {
    expect(escrowAfter(undefined, 'InternalServerError', 80)).toMatchObject({ since: 80, next: 120, attempts: 1 });
  });
});

const FACTS: Facts = {
  features: new Set(['patch', 'filter', 'groups', 'enterprise']),
  endpoints: { User: '/Users', Group: '/Groups' },
  types: [],
  schemas: new Map(),
  serviceProviderConfig: undefined,
  sentences: [],
};

function sourceOf(seed: number, users = 300): SourceDirectory {
  const { mandatory } = mappingFor(FACTS);
  const random = new Random(seed);
  return new SourceDirectory({ users, groups: 12, mark: 'ct-1-dir-', mandatory, nests: true }, random);
}

describe('mapping', () => {
  const mapping = mappingFor(FACTS);

  test('a POST has the shape that Entra sends, without what the source lacks', () => {
    const person = sourceOf(1).addPerson(new Random(5), false);
    Object.assign(person.attributes, { mail: 'lin@example.com', mobile: '+47 555 00 001', department: 'Ops' });
    delete person.attributes.jobTitle;
    const body = userPost(valuesOf(person, mapping), mapping);
    expect(body.schemas).toEqual([USER_URN, ENTERPRISE_URN]);
    expect(body.emails).toEqual([{ primary: true, type: 'work', value: 'lin@example.com' }]);
    expect(body.active).toBe(true);
    expect(body.meta).toEqual({ resourceType: 'User' });
    expect(body).not.toHaveProperty('title');
    expect(body.phoneNumbers).toContainEqual({ primary: false, type: 'mobile', value: '+47 555 00 001' });
    expect(body[ENTERPRISE_URN]).toMatchObject({ department: 'Ops' });
  });

  test('a guest is sent without the mark of guests', () => {
    const guest = [...sourceOf(1).people.values()].find(({ isGuest }) => isGuest);
    expect(guest?.attributes.userPrincipalName).toContain('#EXT#');
    expect(valuesOf(guest as NonNullable<typeof guest>, mapping).get('userName')).not.toContain('#EXT#');
  });

  test('what a schema lacks is not mapped, and what it requires nobody lacks', () => {
    const attribute = (name: string, required = false) => ({ name, type: 'string', required });
    const schemas = new Map<string, JsonObject>([
      [USER_URN.toLowerCase(), { attributes: [attribute('userName', true), attribute('title', true)] }],
    ]);
    const narrow = mappingFor({ ...FACTS, schemas, features: new Set(['patch', 'filter', 'groups']) });
    expect(narrow.rows.map(({ path }) => path)).toEqual(['userName', 'title', 'externalId']);
    expect([...narrow.mandatory]).toEqual(['userPrincipalName', 'jobTitle']);
    expect(narrow.hasManager).toBe(false);
  });
});

describe('PATCH forms', () => {
  const changes: readonly Change[] = [
    { path: 'displayName', value: 'Lin Ng', isNew: false },
    { path: 'emails[type eq "work"].value', value: 'lin@example.com', isNew: true },
    { path: 'active', value: false, isNew: false },
  ];

  test('by default one capitalised operation for each attribute, booleans as text', () => {
    expect(patchBody(changes, 'default').Operations).toEqual([
      { op: 'Replace', path: 'displayName', value: 'Lin Ng' },
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'lin@example.com' },
      { op: 'Replace', path: 'active', value: 'False' },
    ]);
  });

  test('with the flag filtered paths of their own and the rest in one value', () => {
    expect(patchBody(changes, 'compliant').Operations).toEqual([
      { op: 'add', path: 'emails[type eq "work"].value', value: 'lin@example.com' },
      { op: 'replace', value: { displayName: 'Lin Ng', active: false } },
    ]);
    expect(patchBody(changes.slice(2), 'compliant').Operations).toEqual([
      { op: 'replace', path: 'active', value: false },
    ]);
  });

  test('members and managers', () => {
    const manager = `${ENTERPRISE_URN}:manager`;
    const operations = (body: JsonObject) => body.Operations;
    expect(operations(addMembersBody(['1', '2'], 'default'))).toEqual([
      {
        op: 'Add',
        path: 'members',
        value: [
          { $ref: null, value: '1' },
          { $ref: null, value: '2' },
        ],
      },
    ]);
    expect(operations(removeMembersBody(['1'], 'default'))).toEqual([
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: '1' }] },
    ]);
    expect(operations(removeMembersBody(['1'], 'compliant'))).toEqual([
      { op: 'remove', path: 'members[value eq "1"]' },
    ]);
    expect(operations(managerBody('7', true, 'default'))).toEqual([{ op: 'Add', path: manager, value: '7' }]);
    expect(operations(managerBody('7', false, 'compliant'))).toEqual([
      { op: 'replace', path: manager, value: { value: '7' } },
    ]);
    expect(operations(managerBody(undefined, false, 'default'))).toEqual([{ op: 'Remove', path: manager }]);
  });
});

describe('the source', () => {
  const picture = (source: SourceDirectory) =>
    JSON.stringify([...source.people.values(), ...source.groups.values()], (_, value) =>
      value instanceof Set ? [...value] : value,
    );
  const lived = (seed: number): SourceDirectory => {
    const source = sourceOf(seed);
    for (let cycle = 1; cycle <= 5; cycle++) change(source, new Random(`${seed}/${cycle}`), 40, cycle);
    return source;
  };

  test('is the same for the same seed, after any number of changes', () => {
    expect(picture(lived(3))).toBe(picture(lived(3)));
    expect(picture(lived(3))).not.toBe(picture(lived(4)));
  });

  test('has all sorts of people, and names that nobody shares', () => {
    const people = [...sourceOf(2).people.values()];
    expect(people.some(isWanted)).toBe(true);
    expect(people.some((person) => isInScope(person) && !person.accountEnabled)).toBe(true);
    for (const trait of ['isGuest', 'isSoftDeleted'] as const) expect(people.some((each) => each[trait])).toBe(true);
    expect(people.some((person) => !isInScope(person) && !person.isSoftDeleted)).toBe(true);
    expect(people.some(({ attributes }) => /[^ -~]/.test(attributes.displayName ?? ''))).toBe(true);
    for (const name of ['userPrincipalName', 'mailNickname', 'displayName'] as const) {
      const names = people.map(({ attributes }) => attributes[name] ?? '');
      expect(new Set(names).size).toBe(people.length);
      expect(names.every((each) => each.includes('ct-1-dir-'))).toBe(true);
    }
  });

  test('managers form no circles, members and managers exist', () => {
    const { people, groups } = lived(6);
    for (const { manager, serial } of people.values()) {
      if (manager !== undefined) expect(people.get(manager)?.serial).toBeLessThan(serial);
    }
    for (const { members } of groups.values()) {
      for (const member of members) expect(people.has(member) || groups.has(member)).toBe(true);
    }
  });
});
