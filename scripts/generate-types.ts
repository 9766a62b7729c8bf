/**
 * Writes src/scim/schema/types.generated.ts from schemas/*.json: one interface per resource type and extension, each
 * attribute with its description and its characteristics (RFC 7643 §2.2).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AttributeDocument, ResourceTypeDocument, SchemaDocument } from '../src/scim/schema/characteristics.js';

const SCHEMAS = new URL('../schemas/', import.meta.url);
const OUTPUT = new URL('../src/scim/schema/types.generated.ts', import.meta.url);
const WIDTH = 120;

const TYPES: Record<Exclude<AttributeDocument['type'], 'complex'>, string> = {
  string: 'string',
  boolean: 'boolean',
  decimal: 'number',
  integer: 'number',
  dateTime: 'string',
  reference: 'string',
  binary: 'string',
};

/** What the JSON value of a type looks like, where its TypeScript type does not tell. */
const NOTATION: Partial<Record<AttributeDocument['type'], string>> = {
  dateTime: 'ISO 8601 date-time',
  reference: 'URI',
  binary: 'base64',
};

function readDocument<Document>(name: string): Document {
  return JSON.parse(readFileSync(new URL(name, SCHEMAS), 'utf8')) as Document;
}

/** The characteristics that differ from the defaults of RFC 7643 §2.2, e.g. `required, unique per server`. */
function characteristics(attribute: AttributeDocument): string {
  const { mutability = 'readWrite', returned = 'default', uniqueness = 'none' } = attribute;
  return [
    NOTATION[attribute.type],
    attribute.required && 'required',
    mutability !== 'readWrite' && mutability,
    returned !== 'default' && `returned: ${returned}`,
    uniqueness !== 'none' && `uniqueness: ${uniqueness}`,
    attribute.caseExact && 'caseExact',
    attribute.referenceTypes && `refers to: ${attribute.referenceTypes.join(' | ')}`,
    attribute.canonicalValues && `canonical values: ${attribute.canonicalValues.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** A doc comment on one line where it fits, else wrapped. */
function comment(text: string, indent: string): string {
  const words = text.replaceAll('*/', '*∕').split(/\s+/);
  const line = `${indent}/** ${words.join(' ')} */`;
  if (line.length <= WIDTH) return `${line}\n`;
  const lines = [''];
  for (const word of words) {
    const last = lines.length - 1;
    const longer = lines[last] ? `${lines[last]} ${word}` : word;
    if (`${indent} * ${longer}`.length > WIDTH) lines.push(word);
    else lines[last] = longer;
  }
  return `${indent}/**\n${lines.map((part) => `${indent} * ${part}\n`).join('')}${indent} */\n`;
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

function member(attribute: AttributeDocument, indent: string): string {
  const described = [attribute.description ?? attribute.name, characteristics(attribute)].filter(Boolean);
  const [text = '', kind] = described;
  const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
  const type =
    attribute.type === 'complex'
      ? `{\n${members(attribute.subAttributes ?? [], `${indent}  `)}${indent}}`
      : TYPES[attribute.type];
  const optional = attribute.required ? '' : '?';
  const list = attribute.multiValued ? '[]' : '';
  return (
    comment(kind ? `${sentence} (${kind})` : sentence, indent) +
    `${indent}${propertyName(attribute.name)}${optional}: ${type}${list};\n`
  );
}

function members(attributes: readonly AttributeDocument[], indent: string): string {
  return attributes.map((attribute) => member(attribute, indent)).join('');
}

function interfaceOf(name: string, document: SchemaDocument, parent?: string, extensions = ''): string {
  const heading = comment(`${document.description ?? name}. ${document.id}`, '');
  return `${heading}export interface ${name}${parent ? ` extends ${parent}` : ''} {\n${members(document.attributes, '  ')}${extensions}}\n`;
}

function generate(): string {
  const names = readdirSync(SCHEMAS).sort();
  const resourceTypes = names
    .filter((name) => name.endsWith('.resource-type.json'))
    .map((name) => readDocument<ResourceTypeDocument>(name));
  const schemas = new Map(
    names
      .filter((name) => name.endsWith('.json') && !name.endsWith('.resource-type.json'))
      .map((name) => readDocument<SchemaDocument>(name))
      .map((document) => [document.id, document]),
  );
  const schema = (id: string): SchemaDocument => {
    const document = schemas.get(id);
    if (!document) throw new Error(`no document in schemas/ has the id ${id}`);
    return document;
  };

  const parts = [interfaceOf('CommonAttributes', readDocument<SchemaDocument>('common.json'))];
  const written = new Set<string>();
  for (const type of resourceTypes) {
    const extensions = (type.schemaExtensions ?? []).map((extension) => ({
      ...extension,
      document: schema(extension.schema),
    }));
    const slots = extensions.map(({ schema: urn, required, document }) => {
      return `  /** The extension ${document.name}. */\n  '${urn}'${required ? '' : '?'}: ${document.name};\n`;
    });
    parts.push(interfaceOf(type.name, schema(type.schema), 'CommonAttributes', slots.join('')));
    for (const { document } of extensions) {
      if (!written.has(document.id)) parts.push(interfaceOf(document.name, document));
      written.add(document.id);
    }
  }
  return `// Generated from schemas/*.json by \`npm run generate\`; edits here are lost.\n\n${parts.join('\n')}`;
}

writeFileSync(OUTPUT, generate());
console.log('wrote src/scim/schema/types.generated.ts');
