/** Reads the schema documents that travel with the package. */
import { readFileSync } from 'node:fs';
import type { ResourceTypeDocument, SchemaDocument } from './scim/schema/characteristics.js';
import type { RegistryDocuments } from './scim/schema/load.js';

const FOLDER = new URL('../schemas/', import.meta.url);

/** User, Group, the enterprise extension, and the schemas of the discovery documents themselves. */
export function bundledDocuments(): RegistryDocuments {
  return {
    common: read<SchemaDocument>('common'),
    schemas: ['user', 'group', 'enterprise-user', 'schema', 'resource-type', 'service-provider-config'].map((name) =>
      read<SchemaDocument>(name),
    ),
    resourceTypes: ['user', 'group'].map((name) => read<ResourceTypeDocument>(`${name}.resource-type`)),
  };
}

function read<Document>(name: string): Document {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Document;
}
