import { describe, expect, test } from 'vitest';
import { loadRegistry } from '../../../src/scim/schema/load.js';
import { readSchemaFile } from '../rfc/core.js';

const WIDGET = 'urn:example:Widget';

describe('the registry', () => {
  const registry = loadRegistry({
    common: readSchemaFile('common'),
    schemas: [WIDGET, 'urn:example:Extra'].map((id) => ({ id, name: id, attributes: [{ name: 'a', type: 'string' }] })),
    resourceTypes: [{ name: 'Widget', endpoint: '/Widgets', schema: WIDGET }],
  });

  test('finds a type by its name, and a schema by its URN in any case', () => {
    const type = registry.resourceTypes[0];
    expect(registry.resourceType('Widget')).toBe(type);
    expect(registry.schema(WIDGET.toUpperCase())?.id).toBe(WIDGET);
    expect(registry.schemas.map(({ id }) => id)).toEqual([WIDGET, 'urn:example:Extra']);
  });

  test.each(['widget', 'Widgets', '', '/Widgets', 'toString', 'constructor'])('%j is the name of no type', (name) => {
    expect(registry.resourceType(name)).toBeUndefined();
  });

  test.each(['', 'urn:example:Other', 'Widget'])('%j is the URN of no schema', (urn) => {
    expect(registry.schema(urn)).toBeUndefined();
  });
});
