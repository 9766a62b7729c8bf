import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PERMISSIONS, ROLES } from '../../../src/access/roles.js';
import { differences, operationsOf, readDescription, type SchemaObject } from '../../support/description.js';
import { type Member, readInterfaces } from '../../support/interfaces.js';

const MESSAGES = path.resolve(import.meta.dirname, '../../../src/http/admin/messages.ts');

const description = readDescription();
const operations = operationsOf(description);
const { schemas } = description.components;
const interfaces = readInterfaces(readFileSync(MESSAGES, 'utf8'));

describe('the messages of the admin API in openapi.yaml', () => {
  test.each([...interfaces])('%s has the properties of its type', (name, members) => {
    expect(schemas[name], name).toBeDefined();
    expect(differences(members, schemas[name] as SchemaObject, name)).toEqual([]);
  });

  test('name the permissions and the roles that there are', () => {
    const permissions = schemas.SessionView?.properties?.permissions?.items?.enum;
    expect(permissions?.toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted());
    expect(schemas.NewInvitation?.properties?.role?.enum?.toSorted()).toEqual(Object.keys(ROLES).toSorted());
    const named = operations.flatMap((operation) => [
      ...(operation['x-permission'] ? [operation['x-permission']] : []),
      ...Object.keys(operation['x-permission-for'] ?? {}),
    ]);
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted());
  });

  test('every request body takes no property that it does not name', () => {
    const bodies = operations
      .filter(({ path }) => path.startsWith('/admin/'))
      .flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}).map(({ schema }) => schema));
    const resolved = bodies.map((schema) => (schema.$ref ? schemas[schema.$ref.split('/').at(-1) as string] : schema));
    expect(resolved.length).toBeGreaterThan(10);
    for (const schema of resolved) expect(schema?.additionalProperties, JSON.stringify(schema)).toBe(false);
  });

  /** The route lines at the top of the file: `GET    /admins   → …`; `…` stands for what is before it. */
  test('the routes are those that the header of the types lists', () => {
    const header = readFileSync(MESSAGES, 'utf8').split('*/')[0] as string;
    const lines = header.matchAll(/^ \* {3}(GET|POST|PUT|PATCH|DELETE) +([^\s?,]+)(?:, (\S+))?/gm);
    const listed = [...lines].flatMap(([, method, route, second]) =>
      [route, second].flatMap((one) => (one ? `${method} ${shape(one.replace('…', '/tenants/{tenant}'))}` : [])),
    );
    const described = operations
      .filter(({ path }) => path.startsWith('/admin/api/'))
      .map(({ method, path }) => `${method} ${shape(path.slice('/admin/api'.length))}`);
    expect(described.toSorted()).toEqual(listed.toSorted());
  });
});

/** Without the names of parameters. */
function shape(route: string): string {
  return route.replace(/\{\w+\}/g, '{}');
}

describe('the comparison of types and schemas', () => {
  const type = (source: string): readonly Member[] =>
    readInterfaces(`export interface A ${source}`).get('A') as readonly Member[];
  const text: SchemaObject = { type: 'string' };

  const wrong: [why: string, source: string, schema: SchemaObject][] = [
    ['a property too few', '{ a: string; b: string }', { properties: { a: text }, required: ['a'] }],
    ['a property too many', '{ a: string }', { properties: { a: text, b: text }, required: ['a'] }],
    ['optional instead of required', '{ a: string }', { properties: { a: text } }],
    ['required instead of optional', '{ a?: string }', { properties: { a: text }, required: ['a'] }],
    ['another type', '{ a: number }', { properties: { a: text }, required: ['a'] }],
    ['never null', '{ a: string | null }', { properties: { a: text }, required: ['a'] }],
    ['null as well', '{ a: string }', { properties: { a: { type: ['string', 'null'] } }, required: ['a'] }],
    ['another literal', "{ a: 'x' | 'y' }", { properties: { a: { enum: ['x', 'z'] } }, required: ['a'] }],
    [
      'a list of something else',
      '{ a: readonly B[] }',
      { properties: { a: { type: 'array', items: text } }, required: ['a'] },
    ],
    ['another reference', '{ a: B }', { properties: { a: { $ref: '#/components/schemas/C' } }, required: ['a'] }],
    [
      'a difference within a list of objects',
      '{ a: readonly { readonly b: string }[] }',
      { properties: { a: { type: 'array', items: { type: 'object', properties: { b: text } } } }, required: ['a'] },
    ],
    [
      'a difference within an object or null',
      '{ a: { readonly b: string } | null }',
      { properties: { a: { type: ['object', 'null'], properties: {} } }, required: ['a'] },
    ],
    [
      'a record of something else',
      '{ a: Readonly<Record<string, number>> }',
      { properties: { a: { type: 'object', additionalProperties: text } }, required: ['a'] },
    ],
  ];
  test.each(wrong)('finds %s', (_, source, schema) => {
    expect(differences(type(source), schema, 'A')).toHaveLength(1);
  });

  test('takes a string that the schema narrows', () => {
    const schema: SchemaObject = {
      properties: { a: { type: ['string', 'null'], format: 'date-time' }, b: { enum: ['x'] } },
    };
    expect(differences(type('{ a?: string | null; b?: string }'), schema, 'A')).toEqual([]);
  });
});
