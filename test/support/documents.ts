/** The schemas that travel with the package, and one that an Entra administrator added. */
import { readFileSync } from 'node:fs';
import { bundledDocuments } from '../../src/schema-files.js';
import type { SchemaDocument } from '../../src/scim/schema/characteristics.js';
import type { RegistryDocuments } from '../../src/scim/schema/load.js';

/** User has the extension `urn:…:extension:Acme:2.0:User` here. */
export function documentsWithAcme(): RegistryDocuments {
  const bundled = bundledDocuments();
  const file = new URL('../fixtures/idp/entra/acme.schema.json', import.meta.url);
  const acme = JSON.parse(readFileSync(file, 'utf8')) as SchemaDocument;
  const [user, ...others] = bundled.resourceTypes;
  if (!user) throw new Error('no resource types');
  const schemaExtensions = [...(user.schemaExtensions ?? []), { schema: acme.id, required: false }];
  return { ...bundled, schemas: [...bundled.schemas, acme], resourceTypes: [{ ...user, schemaExtensions }, ...others] };
}
