/** Reads the schema documents that travel with the package, and those of a folder of the operator's. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ResourceTypeDocument, SchemaDocument } from './scim/schema/characteristics.js';
import { type RegistryDocuments, SchemaDocumentError } from './scim/schema/load.js';

const FOLDER = new URL('../schemas/', import.meta.url);

/** User, Group, the enterprise extension, and the schemas of the discovery documents themselves. */
export function bundledDocuments(): RegistryDocuments {
  return {
    common: read<SchemaDocument>('common'),
    schemas: ['user', 'group', 'enterprise-user', 'schema', 'resource-type', 'service-provider-config'].map((name) =>
      read<SchemaDocument>(name),
    ),
    resourceTypes: ['user', 'group'].map((name) => read<ResourceTypeDocument>(`${name}.resource-type`)),
    catalogs: bundledCatalogs(),
  };
}

/** Okta Identity Governance reads what stands under its own URNs, and shows `displayName`. */
function bundledCatalogs(): RegistryDocuments['catalogs'] {
  const schemas = ['role', 'entitlement'].map((name) => read<SchemaDocument>(name));
  const types = ['role', 'entitlement'].map((name) => read<ResourceTypeDocument>(`${name}.resource-type`));
  const oktaUrn = (name: string): string => `urn:okta:scim:schemas:core:1.0:${name}`;
  return {
    draft: { schemas, resourceTypes: types },
    okta: {
      schemas: schemas.map((schema) => ({
        ...schema,
        id: oktaUrn(schema.name),
        attributes: schema.attributes.map((attribute) =>
          attribute.name === 'display' ? { ...attribute, name: 'displayName', required: true } : attribute,
        ),
      })),
      resourceTypes: types.map((type) => ({
        ...type,
        schema: oktaUrn(type.name),
        'scim-target': { ...type['scim-target'], display: 'displayName', lookups: ['displayName'] },
      })),
    },
  };
}

function read<Document>(name: string): Document {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Document;
}

/**
 * The bundled documents and those of a folder: each `*.json` is a schema (it has `attributes`) or a resource type (it has
 * an `endpoint`).
 * @throws SchemaDocumentError that names the file, or the folder that cannot be read
 */
export function documentsWith(folder: string): RegistryDocuments {
  const bundled = bundledDocuments();
  const schemas: SchemaDocument[] = [];
  const resourceTypes: ResourceTypeDocument[] = [];
  for (const file of namesIn(folder).sort()) {
    if (!file.endsWith('.json')) continue;
    const document = parseFile(path.join(folder, file)) as Partial<SchemaDocument & ResourceTypeDocument>;
    if (typeof document?.endpoint === 'string') resourceTypes.push(document as ResourceTypeDocument);
    else if (Array.isArray(document?.attributes)) schemas.push(document as SchemaDocument);
    else
      throw new SchemaDocumentError(
        file,
        'the document',
        'needs attributes (a schema) or an endpoint (a resource type)',
      );
  }
  return {
    ...bundled,
    schemas: [...bundled.schemas, ...schemas],
    resourceTypes: [...bundled.resourceTypes, ...resourceTypes],
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw new SchemaDocumentError(folder, 'the folder', `cannot be read: ${(error as Error).message}`);
  }
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SchemaDocumentError(file, 'the document', (error as Error).message);
  }
}
