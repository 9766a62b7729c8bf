import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import type { ProfileName } from '../../../src/scim/profiles.js';
import { DEFAULT_PROJECTION, isShown, project, readProjection } from '../../../src/scim/resource/project.js';
import type { Attribute, ResourceType, SchemaDocument } from '../../../src/scim/schema/characteristics.js';
import { everyAttribute, loadRegistry } from '../../../src/scim/schema/load.js';
import { dialectOf, readSchemaFile, typeNamed } from '../rfc/core.js';

/** An attribute of each kind of `returned`, at the top, in complex attributes and in an extension. */
const DEVICE: SchemaDocument = {
  id: 'urn:example:Device',
  name: 'Device',
  attributes: [
    { name: 'label', type: 'string' },
    { name: 'tag', type: 'string', returned: 'always' },
    { name: 'notes', type: 'string', returned: 'request' },
    { name: 'pin', type: 'string', returned: 'never' },
    {
      name: 'place',
      type: 'complex',
      subAttributes: [
        { name: 'room', type: 'string' },
        { name: 'code', type: 'string', returned: 'always' },
        { name: 'plan', type: 'string', returned: 'request' },
        { name: 'key', type: 'string', returned: 'never' },
      ],
    },
    {
      name: 'checks',
      type: 'complex',
      multiValued: true,
      returned: 'request',
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'time', type: 'dateTime' },
      ],
    },
    {
      name: 'vault',
      type: 'complex',
      returned: 'never',
      subAttributes: [{ name: 'code', type: 'string', returned: 'always' }],
    },
  ],
};
const WARRANTY: SchemaDocument = {
  id: 'urn:example:warranty:Device',
  name: 'Warranty',
  attributes: [
    { name: 'contract', type: 'string' },
    {
      name: 'owner',
      type: 'complex',
      subAttributes: [
        { name: 'value', type: 'string' },
        { name: 'display', type: 'string' },
      ],
    },
    { name: 'secret', type: 'string', returned: 'never' },
  ],
};
const W = WARRANTY.id;

const device = loadRegistry({
  common: readSchemaFile('common'),
  schemas: [DEVICE, WARRANTY],
  resourceTypes: [
    { name: 'Device', endpoint: '/Devices', schema: DEVICE.id, schemaExtensions: [{ schema: W, required: false }] },
  ],
}).resourceType('Device') as ResourceType;

const WHOLE: JsonObject = {
  schemas: [DEVICE.id, W],
  id: '1',
  meta: { resourceType: 'Device', version: 'W/"1"' },
  label: 'L',
  tag: 'T',
  notes: 'N',
  pin: 'P',
  place: { room: 'R', code: 'C', plan: 'P', key: 'K' },
  checks: [{ value: 'a', time: '2026-01-01T00:00:00Z' }, { value: 'b' }],
  vault: { code: 'V' },
  [W]: { contract: 'C', owner: { value: 'o', display: 'O' }, secret: 'S' },
};
/** RFC 7643 §7: "always" whatever is asked. */
const MINIMUM = { schemas: [DEVICE.id, W], id: '1', tag: 'T' };
const DEFAULT = {
  ...MINIMUM,
  meta: { resourceType: 'Device', version: 'W/"1"' },
  label: 'L',
  place: { room: 'R', code: 'C' },
  [W]: { contract: 'C', owner: { value: 'o', display: 'O' } },
};

const shown = (attributes?: string, excluded?: string, resource = WHOLE, profile: ProfileName = 'strict') =>
  project(resource, device, readProjection(device, attributes, excluded, dialectOf(profile)));

describe('what is shown when nothing is asked for (RFC 7643 §7, returned)', () => {
  test('always and default, not request, never never', () => {
    expect(shown()).toStrictEqual(DEFAULT);
    expect(project(WHOLE, device, DEFAULT_PROJECTION)).toStrictEqual(DEFAULT);
  });

  test.each([
    [undefined, undefined],
    ['', ''],
    ['', undefined],
    [undefined, ''],
  ])('attributes %j, excludedAttributes %j ask for nothing', (attributes, excluded) => {
    expect(readProjection(device, attributes, excluded, dialectOf('strict'))).toBe(DEFAULT_PROJECTION);
  });

  test('in the order of the schema, so that answers read alike', () => {
    expect(Object.keys(shown())).toEqual(['schemas', 'id', 'meta', 'label', 'tag', 'place', W]);
  });

  test('a complex attribute of which nothing is shown is not there', () => {
    expect(shown(undefined, undefined, { place: { plan: 'P', key: 'K' }, label: 'L' })).toStrictEqual({ label: 'L' });
  });

  test('the resource is left as it was', () => {
    const before = structuredClone(WHOLE);
    shown('label,place.room', 'tag');
    expect(WHOLE).toEqual(before);
  });
});

describe('attributes (RFC 7644 §3.9): these, and what is always returned', () => {
  const rows: [attributes: string, expected: JsonObject][] = [
    ['label', { label: 'L' }],
    [' label , nothing,', { label: 'L' }],
    ['nothing', {}],
    [',', {}],
    ['notes', { notes: 'N' }],
    ['pin', {}],
    ['place', { place: { room: 'R', code: 'C', plan: 'P' } }],
    ['place.room', { place: { room: 'R', code: 'C' } }],
    ['place.plan', { place: { code: 'C', plan: 'P' } }],
    ['place.key', { place: { code: 'C' } }],
    ['place.nothing', {}],
    ['PLACE.ROOM,Label', { label: 'L', place: { room: 'R', code: 'C' } }],
    ['checks', { checks: [{ value: 'a', time: '2026-01-01T00:00:00Z' }, { value: 'b' }] }],
    ['checks.value', { checks: [{ value: 'a' }, { value: 'b' }] }],
    ['checks.time', { checks: [{ time: '2026-01-01T00:00:00Z' }, {}] }],
    ['vault', {}],
    ['vault.code', {}],
    ['meta.version', { meta: { version: 'W/"1"' } }],
    ['urn:example:Device:label', { label: 'L' }],
    ['urn:example:Device:place.room', { place: { room: 'R', code: 'C' } }],
    [W, { [W]: { contract: 'C', owner: { value: 'o', display: 'O' } } }],
    [`${W}:contract`, { [W]: { contract: 'C' } }],
    [`${W}:owner.display`, { [W]: { owner: { display: 'O' } } }],
    [`${W}:secret`, {}],
    [`${W.toUpperCase()}:OWNER`, { [W]: { owner: { value: 'o', display: 'O' } } }],
  ];
  test.each(rows)('%j', (attributes, expected) => {
    expect(shown(attributes)).toStrictEqual({ ...MINIMUM, ...expected });
  });
});

describe('excludedAttributes (RFC 7644 §3.9): the default without these', () => {
  const without = (...names: string[]): JsonObject =>
    Object.fromEntries(Object.entries(DEFAULT).filter(([name]) => !names.includes(name)));
  const rows: [excluded: string, expected: JsonObject][] = [
    ['label', without('label')],
    ['label,place', without('label', 'place')],
    ['LABEL , nothing', without('label')],
    ['nothing', DEFAULT],
    // What is always returned cannot be left out.
    ['id,schemas,tag', DEFAULT],
    ['place.room', { ...DEFAULT, place: { code: 'C' } }],
    ['place.code', DEFAULT],
    ['meta', without('meta')],
    ['notes', DEFAULT],
    [W, without(W)],
    [`${W}:contract`, { ...DEFAULT, [W]: { owner: { value: 'o', display: 'O' } } }],
    [`${W}:contract,${W}:owner`, without(W)],
    [`${W}:owner.value`, { ...DEFAULT, [W]: { contract: 'C', owner: { display: 'O' } } }],
    ['urn:example:Device:label', without('label')],
  ];
  test.each(rows)('%j', (excluded, expected) => {
    expect(shown(undefined, excluded)).toStrictEqual(expected);
  });

  test.each([
    ['label,place', 'label', { place: { room: 'R', code: 'C', plan: 'P' } }],
    ['place', 'place.room', { place: { code: 'C', plan: 'P' } }],
    ['place.room', 'place', {}],
    ['notes,checks', 'checks.time', { notes: 'N', checks: [{ value: 'a' }, { value: 'b' }] }],
  ] as [string, string, JsonObject][])(
    'attributes=%s with excludedAttributes=%s: what is in both is left out',
    (attributes, excluded, expected) => {
      expect(shown(attributes, excluded)).toStrictEqual({ ...MINIMUM, ...expected });
    },
  );
});

describe('where a profile bends', () => {
  const user = typeNamed('User');
  const email = { value: 'a', type: 'work' };
  const resource = {
    id: '1',
    userName: 'x',
    emails: [email],
    title: 'T',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'D' },
  };
  const ofUser = (attributes: string, profile: ProfileName) =>
    project(resource, user, readProjection(user, attributes, undefined, dialectOf(profile)));

  test.each([
    ['emails[type eq "work"]', { emails: [email] }],
    ['emails[type eq "work"].value', { emails: [email] }],
    // The comma within the brackets separates nothing.
    ['emails[type eq "work" or value eq "a,title"],userName', { emails: [email], userName: 'x' }],
    ['title,emails[type eq "work', { title: 'T', emails: [email] }],
    ['department', { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'D' } }],
  ])('%s selects more for Entra than for the strict profile', (attributes, expected) => {
    expect(ofUser(attributes, 'entra')).toStrictEqual({ id: '1', ...expected });
    expect(ofUser(attributes, 'strict')).not.toHaveProperty('emails');
    expect(ofUser(attributes, 'strict')).not.toHaveProperty([
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ]);
  });

  test('the dialect notes that a name had brackets', () => {
    const dialect = dialectOf('entra');
    readProjection(user, 'userName,emails[type eq "work"]', undefined, dialect);
    expect(dialect.met).toEqual(['value-path-in-attributes']);
  });
});

describe('isShown: what a store need not fetch', () => {
  test('says of each attribute whether an answer has it, were it there', () => {
    for (const [attributes, excluded] of [
      [undefined, undefined],
      ['label,place.room', undefined],
      [undefined, `place,${W}:owner`],
      ['checks', 'label'],
    ]) {
      const projection = readProjection(device, attributes, excluded, dialectOf('strict'));
      for (const attribute of device.attributes.values()) {
        expect(
          attribute.name in project(WHOLE, device, projection) || WHOLE[attribute.name] === undefined,
          attribute.name,
        ).toBe(isShown(attribute, projection) || WHOLE[attribute.name] === undefined);
      }
    }
  });

  test('what belongs to an attribute that is left out is left out too', () => {
    const room = device.attributes.get('place')?.subAttributes.get('room') as Attribute;
    const asks = (attributes?: string, excluded?: string) =>
      isShown(room, readProjection(device, attributes, excluded, dialectOf('strict')));
    expect([asks(), asks(undefined, 'place'), asks('place', 'place'), asks('place'), asks('label')]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test('what is never returned is never shown, at any depth', () => {
    for (const attribute of everyAttribute(device.attributes)) {
      if (attribute.returned !== 'never') continue;
      for (const names of [undefined, attribute.path, attribute.lineage[0]?.path]) {
        expect(isShown(attribute, readProjection(device, names, undefined, dialectOf('strict'))), attribute.path).toBe(
          false,
        );
      }
    }
  });
});
