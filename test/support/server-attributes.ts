/** Schemas with attributes that are the server's, for what an app adds to changes: in extensions, and in a type of its own. */
import { bundledDocuments } from '../../src/schema-files.js';
import type { AttributeDocument, ResourceTypeDocument } from '../../src/scim/schema/characteristics.js';
import type { RegistryDocuments } from '../../src/scim/schema/load.js';

/** An extension of User. */
export const LEDGER = 'urn:example:scim:schemas:extension:Ledger';
/** An extension of Group. */
export const QUOTA = 'urn:example:scim:schemas:extension:Quota';
/** A type at /Devices. */
export const DEVICE = 'urn:example:scim:schemas:Device';

const ours = (name: string, rest: Partial<AttributeDocument> = {}): AttributeDocument => ({
  name,
  type: 'string',
  mutability: 'readOnly',
  ...rest,
});

const LEDGER_ATTRIBUTES: AttributeDocument[] = [
  { name: 'note', type: 'string' },
  ours('costCode'),
  ours('code', { uniqueness: 'server' }),
  ours('grade', { type: 'integer' }),
  ours('since', { type: 'dateTime' }),
  ours('labels', {
    type: 'complex',
    multiValued: true,
    subAttributes: [ours('value', { required: true }), ours('primary', { type: 'boolean' })],
  }),
  {
    name: 'account',
    type: 'complex',
    subAttributes: [{ name: 'label', type: 'string' }, ours('number')],
  },
];

export function documentsWithServerAttributes(): RegistryDocuments {
  const bundled = bundledDocuments();
  const extended: Readonly<Record<string, string>> = { User: LEDGER, Group: QUOTA };
  const withExtension = (type: ResourceTypeDocument): ResourceTypeDocument => {
    const schema = extended[type.name];
    if (schema === undefined) return type;
    return { ...type, schemaExtensions: [...(type.schemaExtensions ?? []), { schema, required: false }] };
  };
  return {
    ...bundled,
    schemas: [
      ...bundled.schemas,
      { id: LEDGER, name: 'Ledger', attributes: LEDGER_ATTRIBUTES },
      { id: QUOTA, name: 'Quota', attributes: [ours('seats', { type: 'integer' })] },
      {
        id: DEVICE,
        name: 'Device',
        attributes: [
          { name: 'serial', type: 'string', required: true },
          ours('badge'),
          ours('secret', { returned: 'never' }),
        ],
      },
    ],
    resourceTypes: [
      ...bundled.resourceTypes.map(withExtension),
      { name: 'Device', endpoint: '/Devices', schema: DEVICE },
    ],
  };
}
