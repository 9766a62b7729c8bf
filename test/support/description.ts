/** openapi.yaml as an object, and what tests ask of it: its operations one by one, and whether a schema is a type. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Member, TypeNode } from './interfaces.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface SchemaObject {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  format?: string;
  contentEncoding?: string;
  readOnly?: boolean;
  writeOnly?: boolean;
  allOf?: SchemaObject[];
  oneOf?: SchemaObject[];
  required?: string[];
  properties?: Record<string, SchemaObject>;
  additionalProperties?: boolean | SchemaObject;
  items?: SchemaObject;
  enum?: string[];
}

export interface Example {
  $ref?: string;
  value?: unknown;
}

export interface MediaType {
  schema: SchemaObject;
  examples?: Record<string, Example>;
}

export interface ResponseObject {
  $ref?: string;
  headers?: Record<string, unknown>;
  content?: Record<string, MediaType>;
}

export interface Parameter {
  $ref?: string;
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  example?: unknown;
}

export interface RequestBody {
  $ref?: string;
  content: Record<string, MediaType>;
}

export interface Operation {
  operationId: string;
  responses: Record<string, ResponseObject>;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: RequestBody;
  'x-scope'?: string;
  'x-permission'?: string;
  'x-permission-for'?: Record<string, string[]>;
  'x-signed-in'?: true;
  'x-client'?: true;
  'x-public'?: true;
  'x-tenant-bound'?: true;
  'x-all-tenants'?: true;
}

interface PathItem {
  servers?: { url: string }[];
  parameters?: Parameter[];
  'x-aliases'?: string[];
}

export interface Description {
  info: { version: string };
  security: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, SchemaObject>;
    examples: Record<string, Example>;
    responses: Record<string, ResponseObject>;
    parameters: Record<string, Parameter>;
    requestBodies: Record<string, RequestBody>;
  };
}

/** One operation with what it takes from its path and from the document. */
export interface DescribedOperation extends Operation {
  /** In capitals. */
  readonly method: string;
  /** As in the document: below the SCIM base URL, or from the root. */
  readonly path: string;
  readonly isScim: boolean;
  /** Other addresses of the same. */
  readonly aliases: readonly string[];
  readonly security: Record<string, string[]>[];
  readonly parameters: Parameter[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

/** openapi.yaml as an object; there is no YAML parser among the dependencies, but the linter has one. */
export function readDescription(): Description {
  const folder = mkdtempSync(path.join(tmpdir(), 'openapi-'));
  try {
    const output = path.join(folder, 'openapi.json');
    const cli = path.join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    execFileSync(process.execPath, [cli, 'bundle', 'openapi.yaml', '-o', output], { cwd: ROOT, env, stdio: 'pipe' });
    return JSON.parse(readFileSync(output, 'utf8')) as Description;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Follows `$ref`. @throws Error when it leads nowhere */
export function resolve<T extends { $ref?: string }>(
  { components }: Description,
  value: T,
  kind: keyof Description['components'],
): T {
  const name = value.$ref?.split('/').at(-1);
  if (name === undefined) return value;
  const found = components[kind][name] as unknown as T | undefined;
  if (!found) throw new Error(`${value.$ref} is not there`);
  return resolve({ components } as Description, found, kind);
}

/** Every operation of the document. */
export function operationsOf(description: Description): DescribedOperation[] {
  return Object.entries(description.paths).flatMap(([path, methods]) => {
    const item = methods as unknown as PathItem;
    return METHODS.flatMap((method) => {
      const operation = methods[method];
      if (!operation) return [];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      return {
        ...operation,
        method: method.toUpperCase(),
        path,
        isScim: item.servers === undefined,
        aliases: item['x-aliases'] ?? [],
        security: operation.security ?? description.security,
        parameters: parameters.map((parameter) => resolve(description, parameter, 'parameters')),
        ...(operation.requestBody && {
          requestBody: resolve(description, operation.requestBody, 'requestBodies'),
        }),
      };
    });
  });
}

/**
 * Where a schema and a type differ: properties that only one has, that are required in only one, or whose types are
 * not the same. A string may be narrowed by the schema (`enum`, `format`), a list by its bounds.
 */
export function differences(members: readonly Member[], schema: SchemaObject, place: string): string[] {
  const properties = schema.properties ?? {};
  const required = new Set(schema.required);
  const extra = Object.keys(properties).filter((name) => !members.some((member) => member.name === name));
  return [
    ...extra.map((name) => `${place}.${name} is described, but not in the type`),
    ...members.flatMap(({ name, isOptional, type }) => {
      const property = properties[name];
      const at = `${place}.${name}`;
      if (!property) return [`${at} is in the type, but not described`];
      const wrong =
        required.has(name) === isOptional ? [`${at} is ${isOptional ? 'optional' : 'required'} in the type`] : [];
      return [...wrong, ...typeDifferences(type, property, at)];
    }),
  ];
}

function typeDifferences(type: TypeNode, schema: SchemaObject, place: string): string[] {
  if (type.kind === 'list' && schema.type === 'array')
    return typeDifferences(type.of, schema.items ?? {}, `${place}[]`);
  const { object, expected } = alternativesOf(type);
  const described = describedAlternatives(schema);
  const isNarrowedString =
    expected.has('string') && [...described].every((one) => one === 'string' || one === 'null' || isText(one));
  const found = isNarrowedString ? new Set([...described].map((one) => (isText(one) ? 'string' : one))) : described;
  const same = expected.size === found.size && [...expected].every((one) => found.has(one));
  if (!same) return [`${place} is ${[...expected].join(' | ')} in the type, ${[...found].join(' | ')} as described`];
  return object ? differences(object, schema, place) : [];
}

const isText = (alternative: string): boolean => alternative.startsWith("'");

/** A type as names: `string`, `'a'`, `null`, `#Name`, `object`, `record of …`, `list`. */
function alternativesOf(type: TypeNode): { expected: Set<string>; object: readonly Member[] | undefined } {
  const single = type.kind === 'union' ? type.of : [type];
  const expected = new Set<string>();
  let object: readonly Member[] | undefined;
  for (const one of single) {
    if (one.kind === 'object') object = one.members;
    expected.add(nameOf(one));
  }
  return { expected, object };
}

const PLAIN = new Set(['string', 'number', 'boolean', 'null', 'unknown']);

function nameOf(type: TypeNode): string {
  switch (type.kind) {
    case 'name':
      return PLAIN.has(type.name) ? type.name : `#${type.name}`;
    case 'literal':
      return `'${type.value}'`;
    case 'record':
      return type.of.kind === 'name' && type.of.name === 'unknown' ? 'record' : `record of ${nameOf(type.of)}`;
    default:
      return type.kind;
  }
}

function describedAlternatives(schema: SchemaObject): Set<string> {
  if (schema.$ref) return new Set([`#${schema.$ref.split('/').at(-1)}`]);
  if (schema.oneOf) return new Set(schema.oneOf.flatMap((one) => [...describedAlternatives(one)]));
  if (schema.const !== undefined) return new Set([`'${schema.const}'`]);
  if (schema.enum) return new Set(schema.enum.map((value) => `'${value}'`));
  const types = schema.type === undefined ? ['unknown'] : [schema.type].flat();
  return new Set(types.map((type) => describedName(type, schema)));
}

function describedName(type: string, { properties, additionalProperties }: SchemaObject): string {
  if (type === 'integer') return 'number';
  if (type === 'array') return 'list';
  if (type !== 'object' || properties) return type;
  if (typeof additionalProperties !== 'object') return 'record';
  return `record of ${[...describedAlternatives(additionalProperties)].join()}`;
}
