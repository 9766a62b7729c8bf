/** Test data: bodies that the tested server can be expected to take, by its own schemas. */
import { type Facts, GROUP_URN, schemaOf, USER_URN } from './facts.js';
import type { Json, JsonObject } from './model.js';
import type { Random } from './random.js';
import { objectsIn } from './values.js';

/** The least that every client sends of a user, and what the server's schema requires besides. */
export function userBody(facts: Facts, userName: string, random: Random): JsonObject {
  const body: JsonObject = {
    schemas: [USER_URN],
    userName,
    externalId: userName,
    active: true,
    displayName: `Display ${userName}`,
    name: { givenName: 'Given', familyName: 'Family', formatted: 'Given Family' },
    emails: [{ value: userName, type: 'work', primary: true }],
  };
  return { ...required(facts, USER_URN, body, random), ...body };
}

export function groupBody(facts: Facts, displayName: string, random: Random): JsonObject {
  const body: JsonObject = { schemas: [GROUP_URN], displayName, externalId: displayName };
  return { ...required(facts, GROUP_URN, body, random), ...body };
}

/** Values for what the schema requires and `given` lacks. */
function required(facts: Facts, urn: string, given: JsonObject, random: Random): JsonObject {
  const result: JsonObject = {};
  for (const attribute of objectsIn(schemaOf(facts, urn)?.attributes)) {
    const name = String(attribute.name);
    if (attribute.required !== true || attribute.mutability === 'readOnly' || given[name] !== undefined) continue;
    if (name === 'schemas' || name === 'id' || name === 'meta') continue;
    result[name] = valueFor(attribute, random);
  }
  return result;
}

/** A value that suits the definition of an attribute. */
export function valueFor(attribute: JsonObject, random: Random): Json {
  const one = singleValue(attribute, random);
  return attribute.multiValued === true ? [one] : one;
}

function singleValue(attribute: JsonObject, random: Random): Json {
  const { canonicalValues, subAttributes } = attribute;
  if (Array.isArray(canonicalValues) && canonicalValues.length > 0) return random.pick(canonicalValues);
  switch (attribute.type) {
    case 'boolean':
      return true;
    case 'integer':
      return 1 + random.below(9999);
    case 'decimal':
      return 1.5 + random.below(100);
    case 'dateTime':
      return '2026-02-03T04:05:06Z';
    case 'binary':
      return Buffer.from(random.hex(12)).toString('base64');
    case 'reference':
      return `https://example.com/${random.hex(8)}`;
    case 'complex': {
      const wanted = objectsIn(subAttributes).filter(
        (sub) => sub.mutability !== 'readOnly' && (sub.required === true || sub.name === 'value'),
      );
      return Object.fromEntries(wanted.map((sub) => [String(sub.name), valueFor(sub, random)]));
    }
    default:
      return `value-${random.hex(8)}`;
  }
}
