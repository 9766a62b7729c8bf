/** Whatever schemas a tenant has: creating, filtering, patching, showing, bulk and discovery agree with them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Registries } from '../../src/access/registries.js';
import { setSchemas } from '../../src/access/tenant-schemas.js';
import { bundledDocuments } from '../../src/schema-files.js';
import type { Json } from '../../src/scim/json.js';
import type { AttributeDocument, AttributeType } from '../../src/scim/schema/characteristics.js';
import type { Tenant } from '../../src/store/store.js';
import type { Client } from '../support/client.js';
import { onEachStore, type Suite } from '../support/target.js';

const URN = 'urn:example:scim:schemas:Thing';
const EXTENSION = 'urn:example:scim:schemas:extension:Extra';
const RUNS = 25;

const registries = new Registries(bundledDocuments());

const SIMPLE: Exclude<AttributeType, 'complex' | 'binary'>[] = [
  'string',
  'boolean',
  'integer',
  'decimal',
  'dateTime',
  'reference',
];
const name = fc.stringMatching(/^[a-z][A-Za-z0-9_-]{0,8}$/).map((text) => `a${text}`);

const simple: fc.Arbitrary<AttributeDocument> = fc.record(
  {
    name,
    type: fc.constantFrom(...SIMPLE),
    multiValued: fc.boolean(),
    caseExact: fc.boolean(),
    returned: fc.constantFrom('default', 'always', 'request'),
  },
  { requiredKeys: ['name', 'type'] },
);

const distinct = (one: fc.Arbitrary<AttributeDocument>, most: number) =>
  fc.uniqueArray(one, { minLength: 1, maxLength: most, selector: (attribute) => attribute.name.toLowerCase() });

const complex: fc.Arbitrary<AttributeDocument> = fc
  .record({ name, multiValued: fc.boolean(), subAttributes: distinct(simple, 3) })
  .map((parts) => ({
    ...parts,
    type: 'complex' as const,
    // RFC 7643 §2.3.8 has no lists within lists; sub-attributes are shown as their parent is.
    subAttributes: parts.subAttributes.map(({ name, type }) => ({ name, type })),
  }));

const attributes = distinct(fc.oneof({ weight: 2, arbitrary: simple }, complex), 5);

const VALUES = {
  string: ['Alpha', 'beta "x"', 'ÅSE'],
  boolean: [true, false, true],
  integer: [1, -7, 42],
  decimal: [1.5, -0.25, 100],
  dateTime: ['2031-01-01T00:00:00Z', '2031-06-01T12:00:00.5+02:00', '1999-12-31T23:59:59Z'],
  reference: ['https://example.com/1', 'https://example.com/2', 'urn:x:3'],
} as const;

type Value = string | number | boolean;

const simpleValue = (type: AttributeType, seed: number): Value => {
  const values = VALUES[type as keyof typeof VALUES];
  return values[seed % values.length] as Value;
};

function sample({ type, multiValued, subAttributes = [] }: AttributeDocument, seed: number): Json {
  const one = (at: number): Json =>
    type === 'complex'
      ? Object.fromEntries(subAttributes.map((sub) => [sub.name, simpleValue(sub.type, at)]))
      : simpleValue(type, at);
  return multiValued ? [one(seed)] : one(seed);
}

/** A filter that finds a resource by one value of the attribute. */
function filterFor({ name, type, subAttributes = [] }: AttributeDocument, seed: number, prefix: string): string {
  const [sub] = subAttributes;
  const path = `${prefix}${name}${sub ? `.${sub.name}` : ''}`;
  return `${path} eq ${JSON.stringify(simpleValue(sub ? sub.type : type, seed))}`;
}

interface Wanted {
  readonly core: AttributeDocument[];
  readonly extra: AttributeDocument[];
  readonly required: boolean;
}

function documentOf({ core, extra, required }: Wanted): object {
  const [first] = core;
  return {
    schemas: [
      { id: URN, name: 'Thing', attributes: core },
      { id: EXTENSION, name: 'Extra', attributes: extra },
    ],
    resourceTypes: [{ name: 'Thing', endpoint: '/Things', schema: URN }],
    policy: {
      Thing: {
        ...(required && first && { required: [first.name] }),
        extensions: [{ schema: EXTENSION, required: false }],
      },
    },
  };
}

function bodyOf({ core, extra }: Wanted, seed: number): Record<string, unknown> {
  const values = (list: AttributeDocument[]) => list.map((one) => [one.name, sample(one, seed)]);
  return {
    schemas: [URN, EXTENSION],
    ...Object.fromEntries(values(core)),
    [EXTENSION]: Object.fromEntries(values(extra)),
  };
}

async function newTenant(suite: Suite, wanted: Wanted): Promise<Client> {
  const client = await suite.tenant('strict');
  const tenant = (await suite.target.store.tenantByName(client.tenant.name)) as Tenant;
  await setSchemas(suite.target.store, registries, tenant, JSON.stringify(documentOf(wanted)));
  return client;
}

const shown = ({ returned }: AttributeDocument) => returned !== 'request';

onEachStore('random schemas', (suite) => {
  test('what is created is shown, found, patched and written in bulk as they say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ core: attributes, extra: attributes, required: fc.boolean() }),
        fc.nat(5),
        async (wanted, seed) => {
          const client = await newTenant(suite, wanted);
          const { core, extra, required } = wanted;
          const body = bodyOf(wanted, seed);
          const all = [...core, ...extra.map(({ name }) => ({ name: `${EXTENSION}:${name}` }))];
          const asking = `attributes=${all.map(({ name }) => name).join(',')}`;

          const schema = await client.get(`/Schemas/${URN}`);
          expect(schema.body.attributes.map(({ name }: AttributeDocument) => name)).toEqual(
            core.map(({ name }) => name),
          );

          const made = await client.post(`/Things?${asking}`, body);
          expect(made.status, JSON.stringify(made.body)).toBe(201);
          expect(made.body).toMatchObject(body);
          const at = `/Things/${made.body.id}`;

          const plain = (await client.get(at)).body;
          for (const attribute of core) expect(attribute.name in plain, attribute.name).toBe(shown(attribute));
          for (const attribute of extra) {
            expect(plain[EXTENSION]?.[attribute.name] !== undefined, attribute.name).toBe(shown(attribute));
          }

          const filters = [
            ...core.map((one) => filterFor(one, seed, '')),
            ...extra.map((one) => filterFor(one, seed, `${EXTENSION}:`)),
          ];
          for (const filter of filters) {
            const found = await client.get(`/Things?filter=${encodeURIComponent(filter)}`);
            expect(found.body.totalResults, `${filter} ${JSON.stringify(found.body)}`).toBe(1);
          }

          const operations = [
            ...core.map((one) => [one, one.name] as const),
            ...extra.map((one) => [one, `${EXTENSION}:${one.name}`] as const),
          ].map(([one, path]) => ({ op: 'replace', path, value: sample(one, seed + 1) }));
          const patched = await client.patch(`${at}?${asking}`, operations);
          expect(patched.body, JSON.stringify(operations)).toMatchObject(bodyOf(wanted, seed + 1));

          const { [core[0]?.name ?? '']: _, ...partial } = body;
          const bulk = await client.post('/Bulk', {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
            Operations: [
              { method: 'POST', path: '/Things', bulkId: 'whole', data: body },
              { method: 'POST', path: '/Things', bulkId: 'partial', data: partial },
              { method: 'POST', path: '/Things', bulkId: 'unknown', data: { ...body, zzz: 1 } },
            ],
          });
          const statuses = bulk.body.Operations.map(({ status }: { status: string }) => status);
          expect(statuses).toEqual(['201', required ? '400' : '201', '400']);
        },
      ),
      { numRuns: RUNS },
    );
  }, 120_000);
});
