import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/scim/json.js';
import { type Projection, project, readProjection } from '../../../src/scim/resource/project.js';
import { dialectOf, typeNamed } from './core.js';
import { fixture } from './fixtures.js';

interface Row {
  name: string;
  attributes?: string[];
  excludedAttributes?: string[];
  expected: JsonObject;
}

const type = typeNamed('User');

function projection(attributes?: string[], excludedAttributes?: string[]): Projection {
  return readProjection(type, attributes?.join(','), excludedAttributes?.join(','), dialectOf('strict'));
}

describe('attributes and excludedAttributes', () => {
  const { resource, rows } = fixture<{ resource: JsonObject; rows: Row[] }>('projections');

  for (const { name, attributes, excludedAttributes, expected } of rows) {
    test(`${name} (RFC 7644 §3.9)`, () => {
      expect(project(resource, type, projection(attributes, excludedAttributes))).toEqual(expected);
    });
  }

  test('the partial response that the RFC shows (RFC 7644 §3.9)', () => {
    const known = fixture<JsonObject>('resource', '3.4.1-user-known_resource');
    expect(project(known, type, projection(['userName']))).toEqual(fixture('partial-response'));
  });

  test('the list of userNames that the RFC shows, with schemas, which are always returned (RFC 7644 §3.4.2)', () => {
    const { Resources } = fixture<{ Resources: JsonObject[] }>('partial-list');
    for (const expected of Resources) {
      const whole = { ...fixture<JsonObject>('resource', '3.4.1-user-known_resource'), ...expected };
      expect(project(whole, type, projection(['userName']))).toEqual({ schemas: [type.schema], ...expected });
    }
  });
});
