/** Requests made up from what openapi.yaml says of an operation: some as described, some at the bounds, some wrong. */
import fc from 'fast-check';
import type { Json } from '../../src/scim/json.js';
import {
  type DescribedOperation,
  type Description,
  type Parameter,
  resolve,
  type SchemaObject,
} from './description.js';

export interface MadeUpRequest {
  /** What stands in the path, by the name of the parameter; `own` for something that is there. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent; undefined for an operation without a body. */
  readonly body: string | undefined;
}

/** In place of the id of something that is there, in paths and in bodies. */
export const OWN = 'own-id';

const WORDS = ['', 'x', 'Ann', ' ', '"', '%', 'ß', '\u{1f600}', 'a'.repeat(300), 'null', '../Users', '<a>'];
const words = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 20 }));

/** Values by the name of the parameter, where its schema does not say what is worth a try. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  filter: [
    'userName pr',
    'displayName co "a"',
    'meta.resourceType eq "User"',
    'userName eq',
    'nothing eq 1',
    '(((',
    'id pr',
  ],
  sortBy: ['userName', 'displayName', 'meta.created', 'name.familyName', 'members', 'password', 'nothing'],
  sortOrder: ['ascending', 'descending', 'Descending', 'up', ''],
  startIndex: ['-1', '0', '1', '2', '999999999999999', '1000000000000000', '1.5', 'x'],
  count: ['-1', '0', '1', '1000', '1001', '999999999999999', '1000000000000000', 'x'],
  cursor: ['', 'AAAA', 'x'.repeat(9_000)],
  attributes: ['userName', 'id,meta', 'members', 'emails.value,,', 'nothing', 'password', 'urn:x:y'],
  excludedAttributes: ['members', 'userName', 'id', 'emails.value', 'nothing'],
  'If-Match': ['*', 'W/"1"', 'W/"99"', '"x", W/"1"', 'x'],
  'If-None-Match': ['*', 'W/"1"', 'W/"99"', 'x'],
};

/** Paths of PATCH operations, of users and of groups. */
const PATHS = [
  'userName',
  'name',
  'name.givenName',
  'emails[type eq "work"].value',
  'active',
  'displayName',
  'members',
  'members[value eq "x"]',
  'password',
  'id',
  'meta',
  'nothing',
  'emails[',
  '',
];

/** PATCH operations that are right for users and for groups: few that are put together by chance are. */
const SOUND_OPERATIONS: readonly Json[] = [
  { op: 'add', path: 'displayName', value: 'Ann' },
  { op: 'Replace', value: { externalId: OWN } },
  { op: 'remove', path: 'externalId' },
  { op: 'replace', path: 'externalId', value: 'x' },
];

export function arbitraryRequest(operation: DescribedOperation, description: Description): fc.Arbitrary<MadeUpRequest> {
  const of = (where: Parameter['in']): Parameter[] => operation.parameters.filter((one) => one.in === where);
  const path = fc.record(Object.fromEntries(of('path').map((one) => [one.name, inPath(one)])));
  const query = fc.record(Object.fromEntries(of('query').map((one) => [one.name, values(one)])), { requiredKeys: [] });
  const headers = fc.record(Object.fromEntries(of('header').map((one) => [one.name, values(one)])), {
    requiredKeys: [],
  });
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const body = schema ? bodies(new Shapes(description).of(schema)) : fc.constant(undefined);
  return fc.record({
    path,
    query: fc.oneof(fc.constant({}), query),
    headers: fc.oneof(fc.constant({}), headers),
    body,
  }) as fc.Arbitrary<MadeUpRequest>;
}

function inPath({ example }: Parameter): fc.Arbitrary<string> {
  const there = fc.constantFrom(OWN, String(example));
  return fc.oneof(
    { weight: 4, arbitrary: there },
    words.filter((word) => !/^\.{0,2}$/.test(word)),
  );
}

function values({ name }: Parameter): fc.Arbitrary<string> {
  const telling = TELLING[name];
  if (!telling) throw new Error(`nothing is known of the parameter ${name}`);
  return fc.constantFrom(...telling);
}

/** Mostly as described, sometimes with a part of another type, sometimes no JSON at all. */
function bodies(sound: fc.Arbitrary<Json>): fc.Arbitrary<string> {
  const text = sound.map((body) => JSON.stringify(body));
  const spoilt = fc
    .tuple(sound, fc.nat(), fc.jsonValue({ maxDepth: 2 }))
    .map(([body, at, value]) => JSON.stringify(spoil(body, at, value as Json)));
  const garbage = fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"schemas":"x"}',
    '{"a":1,"A":2}',
    '['.repeat(100) + ']'.repeat(100),
  );
  return fc.oneof({ weight: 5, arbitrary: text }, { weight: 3, arbitrary: spoilt }, { weight: 1, arbitrary: garbage });
}

/** The body with another value at one of its places. */
function spoil(body: Json, at: number, value: Json): Json {
  const copy = structuredClone(body);
  const places: (() => void)[] = [];
  const visit = (inner: Json): void => {
    if (typeof inner !== 'object' || inner === null) return;
    for (const [key, one] of Object.entries(inner)) {
      places.push(() => {
        (inner as Record<string, Json>)[key] = value;
      });
      visit(one as Json);
    }
  };
  visit(copy);
  places[at % Math.max(1, places.length)]?.();
  return copy;
}

/** Values that fit a schema of the description. */
class Shapes {
  constructor(private readonly description: Description) {}

  of(schema: SchemaObject, name = ''): fc.Arbitrary<Json> {
    if (name === 'path')
      return fc.oneof(fc.constantFrom(...PATHS), fc.constantFrom('/Users', '/Groups', `/Users/${OWN}`, '/Nothing'));
    const whole = resolve(this.description, schema, 'schemas');
    if (whole.const !== undefined) return fc.constant(whole.const as Json);
    if (whole.enum) return fc.constantFrom(...(whole.enum as Json[]));
    const either = [...(whole.oneOf ?? []), ...((whole as { anyOf?: SchemaObject[] }).anyOf ?? [])];
    if (either.length > 0) return fc.oneof(...either.map((one) => this.of(one)));
    const properties = this.propertiesOf(whole);
    if (Object.keys(properties).length > 0) return this.object(whole, properties);
    switch ([whole.type].flat()[0]) {
      case 'array':
        return this.list(whole, name);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: -2, max: 1_001 });
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'string':
        return name === 'value' ? fc.oneof(fc.constant(OWN), words) : text(whole);
      default:
        return fc.oneof(fc.constant(OWN), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>);
    }
  }

  private object(schema: SchemaObject, properties: Record<string, SchemaObject>): fc.Arbitrary<Json> {
    const parts = Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, this.of(one, key)]));
    const requiredKeys = this.requiredOf(schema);
    // A few at a time: what one of them makes wrong must not hide the others.
    if (properties.op && properties.path) {
      const whole = fc.record(parts, { requiredKeys: requiredKeys as ['op'] }) as fc.Arbitrary<Json>;
      return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...SOUND_OPERATIONS) }, whole);
    }
    const others = Object.keys(parts).filter((key) => !requiredKeys.includes(key));
    return fc
      .subarray(others, { maxLength: Math.min(4, others.length) })
      .chain((keys) =>
        fc.record(Object.fromEntries([...requiredKeys, ...keys].map((key) => [key, parts[key] as fc.Arbitrary<Json>]))),
      ) as fc.Arbitrary<Json>;
  }

  private list({ items = {} }: SchemaObject, name: string): fc.Arbitrary<Json> {
    const values = { minLength: name === 'Operations' || name === 'schemas' ? 1 : 0, maxLength: 3 };
    return fc.array(this.of(items, name === 'schemas' ? '' : name.replace(/s$/, '')), values);
  }

  private propertiesOf(schema: SchemaObject): Record<string, SchemaObject> {
    const whole = resolve(this.description, schema, 'schemas');
    return Object.assign({}, ...(whole.allOf ?? []).map((one) => this.propertiesOf(one)), whole.properties);
  }

  private requiredOf(schema: SchemaObject): string[] {
    const whole = resolve(this.description, schema, 'schemas');
    return [...new Set([...(whole.allOf ?? []).flatMap((one) => this.requiredOf(one)), ...(whole.required ?? [])])];
  }
}

function text({ format, contentEncoding }: SchemaObject): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2026-01-23T04:56:22.000Z', '2026-01-23', 'now');
  if (contentEncoding === 'base64') return fc.constantFrom('AAAA', 'AAA=', 'x');
  return words;
}
