import { describe, expect, test } from 'vitest';
import type { CompareOperator, FilterNode, Operand } from '../../../src/scim/filter/node.js';
import { parseFilter } from '../../../src/scim/filter/parse.js';
import { resolveElementFilter, resolveFilter } from '../../../src/scim/filter/resolve.js';
import { findAttribute } from '../../../src/scim/path/resolve.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, LIMITS, readSchemaFile, typeNamed } from '../rfc/core.js';

/** One attribute of each type, and what is hidden in each way. */
const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string' },
    { name: 'code', type: 'string', caseExact: true },
    { name: 'link', type: 'reference', referenceTypes: ['external'] },
    { name: 'isNew', type: 'boolean' },
    { name: 'image', type: 'binary' },
    { name: 'size', type: 'integer' },
    { name: 'weight', type: 'decimal' },
    { name: 'built', type: 'dateTime' },
    { name: 'tags', type: 'string', multiValued: true },
    { name: 'pin', type: 'string', returned: 'never' },
    { name: 'pins', type: 'string', multiValued: true, returned: 'never' },
    { name: 'vault', type: 'complex', returned: 'never', subAttributes: [{ name: 'value', type: 'string' }] },
    { name: 'box', type: 'complex', subAttributes: [{ name: 'key', type: 'string', returned: 'never' }] },
    { name: 'notes', type: 'string', returned: 'request' },
  ],
};

const device = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [DEVICE],
  resourceTypes: [{ name: 'Device', endpoint: '/Devices', schema: DEVICE.id }],
}).resourceType('Device') as ResourceType;
const user = typeNamed('User');
const group = typeNamed('Group');
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function resolve(text: string, type: ResourceType, profile: ProfileName = 'strict'): FilterNode {
  const dialect = dialectOf(profile);
  return resolveFilter(parseFilter(text, LIMITS, dialect), type, dialect);
}

function attribute(type: ResourceType, path: string): Attribute {
  const found = findAttribute(type, path, dialectOf('strict'));
  if (!found) throw new Error(`no attribute ${path}`);
  return found;
}

/** The tree in one line, with attributes by path: `and(title pr, emails[type eq "work"])`. */
function print(node: FilterNode): string {
  if ('nodes' in node) return `${node.kind}(${node.nodes.map(print).join(', ')})`;
  if (node.kind === 'not') return `not(${print(node.node)})`;
  if (node.kind === 'present') return `${node.attribute.path} pr`;
  if (node.kind === 'valuePath') return `${node.attribute.path}[${print(node.node)}]`;
  return `${node.attribute.path} ${node.operator} ${JSON.stringify(node.value)}`;
}

const refused = expect.objectContaining({ kind: 'invalidFilter' });

describe('which operator has a meaning for which type (RFC 7644 §3.4.2.2, table 3)', () => {
  const ALL: CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
  const ORDER: CompareOperator[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
  const types: [name: string, literal: string, allowed: CompareOperator[]][] = [
    ['label', '"x"', ALL],
    ['code', '"x"', ALL],
    ['link', '"https://example.com"', ALL],
    ['tags', '"x"', ALL],
    ['isNew', 'true', ['eq', 'ne']],
    ['image', '"QQ=="', ['eq', 'ne']],
    ['size', '5', ORDER],
    ['weight', '1.5', ORDER],
    ['built', '"2011-05-13T04:42:34Z"', ORDER],
  ];
  for (const [name, literal, allowed] of types) {
    test.each(ALL)(`${name} %s ${literal}`, (operator) => {
      const read = () => resolve(`${name} ${operator} ${literal}`, device);
      if (allowed.includes(operator)) expect(read()).toMatchObject({ kind: 'compare', operator, attribute: { name } });
      else expect(read).toThrow(`${operator} has no meaning for ${name}, which is of type`);
      if (!allowed.includes(operator)) expect(read).toThrow(refused);
    });
  }
});

describe('a literal takes the type of what it is compared with', () => {
  /** `expected` for the strict profile, and for Entra and Okta where it differs; undefined: refused. */
  const rows: [filter: string, strict: Operand | undefined, lenient?: Operand][] = [
    ['label eq "Straße"', 'strasse'],
    ['label eq ""', ''],
    ['code eq "Straße"', 'Straße'],
    ['link eq "https://Example.com/A"', 'https://Example.com/A'],
    ['image eq "QQ=="', 'QQ=='],
    ['label eq 5', undefined, '5'],
    ['label eq -1.5', undefined, '-1.5'],
    ['label eq true', undefined, 'true'],
    ['label eq Bo', undefined, 'bo'],
    ['code eq Bo', undefined, 'Bo'],
    ['isNew eq true', true],
    ['isNew eq false', false],
    ['isNew eq "True"', undefined, true],
    ['isNew eq "FALSE"', undefined, false],
    ['isNew eq True', undefined, true],
    ['isNew eq "yes"', undefined, undefined],
    ['isNew eq ""', undefined, undefined],
    ['isNew eq 1', undefined, undefined],
    ['size eq 5', 5],
    ['size gt -5', -5],
    ['size lt 1.5', 1.5],
    ['size eq "5"', undefined, 5],
    ['size eq " 5 "', undefined, 5],
    ['size eq ""', undefined, undefined],
    ['size eq " "', undefined, undefined],
    ['size eq "five"', undefined, undefined],
    ['size eq "1e999"', undefined, undefined],
    ['size eq "Infinity"', undefined, undefined],
    ['size eq true', undefined, undefined],
    ['weight eq 1e-7', 1e-7],
    ['weight eq "1.5"', undefined, 1.5],
    ['built eq "2011-05-13T04:42:34Z"', '2011-05-13T04:42:34.000000000Z'],
    ['built ge "2011-05-13T06:42:34.5+02:00"', '2011-05-13T04:42:34.500000000Z'],
    ['built eq "0001-01-03T00:00:00.0000000Z"', '0001-01-03T00:00:00.000000000Z'],
    ['built ge 2011-05-13T04:42:34Z', undefined, '2011-05-13T04:42:34.000000000Z'],
    ['built eq "2011-05-13"', undefined, undefined],
    ['built eq "2011-02-30T00:00:00Z"', undefined, undefined],
    ['built eq ""', undefined, undefined],
    ['built eq 2011', undefined, undefined],
    ['built eq true', undefined, undefined],
    ['tags eq "X"', 'x'],
    ['tags[value eq "X"]', 'x'],
    ['notes eq "X"', 'x'],
  ];
  const operandOf = (node: FilterNode): Operand | undefined => {
    if (node.kind === 'valuePath') return operandOf(node.node);
    return node.kind === 'compare' ? node.value : undefined;
  };

  for (const [filter, strict, lenient = strict] of rows) {
    for (const [profile, expected] of [
      ['strict', strict],
      ['entra', lenient],
      ['okta', lenient],
    ] as const) {
      const outcome = expected === undefined ? 'is refused' : `compares with ${JSON.stringify(expected)}`;
      test(`${filter} ${outcome} (${profile})`, () => {
        if (expected === undefined) expect(() => resolve(filter, device, profile)).toThrow(refused);
        else expect(operandOf(resolve(filter, device, profile))).toBe(expected);
      });
    }
  }

  test('the dialect notes which rule a literal needed', () => {
    const met = (text: string) => {
      const dialect = dialectOf('entra');
      resolveFilter(parseFilter(text, LIMITS, dialect), device, dialect);
      return dialect.met;
    };
    expect(met('isNew eq "True"')).toEqual(['string-boolean']);
    expect(met('size eq "5"')).toEqual(['number-as-string']);
    expect(met('label eq 5')).toEqual(['unquoted-literal']);
    expect(met('label eq "x" and size eq 5 and isNew eq true')).toEqual([]);
  });

  test.each([
    ['code eq 007', '007'],
    ['code eq 1e5', '1e5'],
    ['code eq 12345678901234567890', '12345678901234567890'],
    ['code eq 1.0', '1.0'],
  ])('%s compares a string with what the client wrote, %s (entra)', (filter, expected) => {
    expect(operandOf(resolve(filter, device, 'entra'))).toBe(expected);
  });

  test('a number beyond the range of numbers is refused, as it is in a body', () => {
    expect(() => resolve('weight lt 1e999', device)).toThrow(refused);
  });
});

describe('null stands for an attribute without a value (RFC 7643 §2.5)', () => {
  test.each([
    ['label eq null', 'not(label pr)'],
    ['label ne null', 'label pr'],
    ['size eq null', 'not(size pr)'],
    ['isNew ne null', 'isNew pr'],
    ['tags eq null', 'not(tags pr)'],
    ['box eq null', 'not(box pr)'],
  ])('%s is %s', (filter, expected) => {
    expect(print(resolve(filter, device))).toBe(expected);
  });

  test.each(['co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])('label %s null is refused', (operator) => {
    expect(() => resolve(`label ${operator} null`, device)).toThrow(`${operator} cannot compare label with null.`);
    expect(() => resolve(`label ${operator} null`, device)).toThrow(refused);
  });

  test('a complex attribute is not its value here: emails eq null asks for no e-mail at all', () => {
    expect(print(resolve('emails eq null', user))).toBe('not(emails pr)');
    expect(print(resolve('emails[value eq null]', user))).toBe('emails[not(emails.value pr)]');
  });
});

describe('names (RFC 7644 §3.10)', () => {
  test.each([
    ['USERNAME eq "x"', 'userName eq "x"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x"', 'userName eq "x"'],
    ['URN:IETF:params:scim:schemas:CORE:2.0:user:USERNAME eq "x"', 'userName eq "x"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq "x"', 'name.familyName eq "x"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:meta.lastModified pr', 'meta.lastModified pr'],
    [`${ENTERPRISE}:department eq "x"`, `${ENTERPRISE}:department eq "x"`],
    [`${ENTERPRISE}:manager.value eq "X"`, `${ENTERPRISE}:manager.value eq "X"`],
    [`${ENTERPRISE} pr`, `${ENTERPRISE} pr`],
    [`${ENTERPRISE}[department eq "x"]`, `${ENTERPRISE}[${ENTERPRISE}:department eq "x"]`],
    [`${ENTERPRISE}:manager[value eq "X"]`, `${ENTERPRISE}:manager[${ENTERPRISE}:manager.value eq "X"]`],
    ['schemas eq "urn:x"', 'schemas eq "urn:x"'],
    ['emails.Type eq "Work"', 'emails.type eq "work"'],
    // A complex attribute stands for its value.
    ['emails co "X"', 'emails.value co "x"'],
    ['groups eq "X"', 'groups.value eq "X"'],
    [`${ENTERPRISE}:manager eq "X"`, `${ENTERPRISE}:manager.value eq "X"`],
    [`${ENTERPRISE}[manager eq "X"]`, `${ENTERPRISE}[${ENTERPRISE}:manager.value eq "X"]`],
    [
      'emails[TYPE eq "Work" and not (Primary eq true)]',
      'emails[and(emails.type eq "work", not(emails.primary eq true))]',
    ],
    ['name[familyName eq "X"]', 'name[name.familyName eq "x"]'],
    ['not (title pr) and (active eq true or name pr)', 'and(not(title pr), or(active eq true, name pr))'],
    // What follows from another attribute is asked of that.
    [`${ENTERPRISE}:manager.$ref pr`, `${ENTERPRISE}:manager.value pr`],
    ['groups.$ref pr', 'groups.value pr'],
    ['groups[$ref pr]', 'groups[groups.value pr]'],
  ])('%s is %s', (filter, expected) => {
    expect(print(resolve(filter, user))).toBe(expected);
  });

  test.each([
    ['nothing pr', 'User has no attribute "nothing".'],
    ['nothing eq null', 'User has no attribute "nothing".'],
    ['userName.value eq "x"', 'User has no attribute "userName.value".'],
    ['name.nothing eq "x"', 'User has no attribute "name.nothing".'],
    ['emails[nothing eq "x"]', 'emails has no sub-attribute "nothing".'],
    ['emails[emails.type eq "work"]', 'emails has no sub-attribute "emails.type".'],
    ['emails[type eq "work"].nothing eq "x"', 'emails has no sub-attribute "nothing".'],
    ['emails[type eq "work"].value.x eq "x"', 'emails has no sub-attribute "value.x".'],
    ['schemas[type eq "x"]', 'schemas has no sub-attribute "type".'],
    ['urn:x:2.0:User:userName eq "x"', 'User has no attribute'],
    ['urn:ietf:params:scim:schemas:core:2.0:User pr', 'User has no attribute'],
    ['urn:ietf:params:scim:schemas:core:2.0:User: pr', 'User has no attribute'],
    [`${ENTERPRISE}:nothing pr`, 'User has no attribute'],
    [`${ENTERPRISE}x:department pr`, 'User has no attribute'],
    ['urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr', 'User has no attribute'],
    ['userName[value eq "x"]', 'userName has no values to select from with brackets.'],
    ['meta.created[value pr]', 'meta.created has no values to select from with brackets.'],
    ['name eq "x"', 'name is complex; compare one of its sub-attributes.'],
    ['addresses co "x"', 'addresses is complex; compare one of its sub-attributes.'],
    [`${ENTERPRISE} eq "x"`, `${ENTERPRISE} is complex; compare one of its sub-attributes.`],
    ['constructor pr', 'User has no attribute "constructor".'],
    ['toString pr', 'User has no attribute "toString".'],
  ])('%s is refused: %s', (filter, detail) => {
    expect(() => resolve(filter, user)).toThrow(refused);
    expect(() => resolve(filter, user)).toThrow(detail);
  });

  test.each([
    ['department eq "x"', `${ENTERPRISE}:department eq "x"`],
    ['manager.value eq "X"', `${ENTERPRISE}:manager.value eq "X"`],
    ['manager[value eq "X"]', `${ENTERPRISE}:manager[${ENTERPRISE}:manager.value eq "X"]`],
    [`${ENTERPRISE}.department eq "x"`, `${ENTERPRISE}:department eq "x"`],
    ['badge eq "X"', 'urn:ietf:params:scim:schemas:extension:Acme:2.0:User:badge eq "X"'],
  ])('%s, an extension attribute not named as the RFC says, is one for Entra and Okta alone', (filter, expected) => {
    expect(() => resolve(filter, user)).toThrow(refused);
    expect(print(resolve(filter, user, 'entra'))).toBe(expected);
    expect(print(resolve(filter, user, 'okta'))).toBe(expected);
  });

  test('an attribute of the core schema comes before one of an extension with that name', () => {
    expect(print(resolve('displayName eq "x"', user, 'entra'))).toBe('displayName eq "x"');
  });
});

describe('what is never returned, and what is not stored, cannot be asked for', () => {
  test.each([
    'pin pr',
    'pin eq "1"',
    'pin sw "1"',
    'pin eq null',
    'pin ne null',
    'pins eq "1"',
    'pins pr',
    'pins[value eq "1"]',
    'vault pr',
    'vault eq "1"',
    'vault.value eq "1"',
    'vault.value sw "1"',
    'vault[value eq "1"]',
    'vault eq null',
    'box.key pr',
    'box[key eq "1"]',
    'not (pin pr)',
    'label pr or pin sw "1"',
    'urn:example:Device:pin pr',
  ])('%s is refused (RFC 7643 §7, returned never)', (filter) => {
    // biome-ignore format: one a line would hide the others
    expect(() => resolve(filter, device)).toThrow(refused);
    expect(() => resolve(filter, device)).toThrow('cannot be used in a filter');
  });

  test.each([
    'password pr',
    'password eq "x"',
    'password sw "x"',
    'urn:ietf:params:scim:schemas:core:2.0:User:password pr',
  ])('%s is refused (RFC 7643 §4.1.1)', (filter) => {
    for (const profile of ['strict', 'entra', 'okta'] as const) {
      expect(() => resolve(filter, user, profile)).toThrow('password cannot be used in a filter.');
    }
  });

  test.each([
    'meta.location pr',
    'meta.location eq "https://example.com/Users/1"',
    'meta.location ne null',
    'meta[location pr]',
    'groups.$ref eq "https://example.com/Groups/1"',
    'groups[$ref eq "https://example.com/Groups/1"]',
    `${ENTERPRISE}:manager.$ref eq "https://example.com/Users/1"`,
    `${ENTERPRISE}:manager.$ref sw "https"`,
  ])('%s is refused: it depends on the base URL, which is not stored', (filter) => {
    expect(() => resolve(filter, user)).toThrow(refused);
    expect(() => resolve(filter, user)).toThrow('cannot be used in a filter');
  });

  test('manager.$ref eq null asks for no manager, as manager.$ref pr asks for one', () => {
    expect(print(resolve(`${ENTERPRISE}:manager.$ref eq null`, user))).toBe(`not(${ENTERPRISE}:manager.value pr)`);
  });
});

describe('a filter on elements, as in a PATCH path (RFC 7644 §3.5.2)', () => {
  const within = (text: string, type: ResourceType, path: string, profile: ProfileName = 'strict') => {
    const dialect = dialectOf(profile);
    return print(resolveElementFilter(parseFilter(text, LIMITS, dialect), attribute(type, path), dialect));
  };

  test.each([
    ['emails', 'type eq "Work" and value ew ".COM"', 'and(emails.type eq "work", emails.value ew ".com")'],
    ['emails', 'not (primary eq true) or display pr', 'or(not(emails.primary eq true), emails.display pr)'],
    ['schemas', 'value eq "urn:x"', 'schemas eq "urn:x"'],
    ['name', 'familyName eq null', 'not(name.familyName pr)'],
  ])('%s[%s] is %s', (path, text, expected) => {
    expect(within(text, user, path)).toBe(expected);
  });

  test.each([
    ['primary eq false', 'emails.primary ne true'],
    ['primary ne false', 'emails.primary eq true'],
    ['not (primary eq false) and type eq "work"', 'and(not(emails.primary ne true), emails.type eq "work")'],
  ])('an element that does not say so is not primary (RFC 7643 §2.4): [%s] is %s', (text, expected) => {
    expect(within(text, user, 'emails')).toBe(expected);
    expect(print(resolve(`emails[${text}]`, user))).toBe(`emails[${expected}]`);
  });

  test.each([
    ['emails.primary eq false', 'emails[emails.primary ne true]'],
    ['emails.primary ne false', 'or(emails.primary eq true, not(emails pr))'],
    ['emails.primary eq true', 'emails.primary eq true'],
    ['active eq false', 'active eq false'],
  ])('asked of a resource, that is asked of each element: %s is %s', (text, expected) => {
    expect(print(resolve(text, user))).toBe(expected);
  });

  test('the names within are sub-attributes, not attributes of the resource', () => {
    expect(() => within('userName eq "x"', user, 'emails')).toThrow('emails has no sub-attribute "userName".');
    expect(() => within('display eq "x"', group, 'displayName')).toThrow('displayName has no sub-attribute "display".');
    expect(() => within('ims[value pr]', user, 'emails')).toThrow(refused);
  });

  test('members are selected by id, type and display', () => {
    expect(within('value eq "A" and type eq "User"', group, 'members')).toBe(
      'and(members.value eq "A", members.type eq "user")',
    );
  });

  test('a boolean in quotes is one for Entra (roles[primary eq "True"])', () => {
    expect(within('primary eq "True"', user, 'roles', 'entra')).toBe('roles.primary eq true');
    expect(() => within('primary eq "True"', user, 'roles')).toThrow(refused);
  });
});
