/** Whether a document is what the schema says, judged without the code that is tested: RFC 7643 §2. */
import { isObject, type Json, type JsonObject } from '../../src/scim/json.js';
import type { Attribute, ResourceType } from '../../src/scim/schema/characteristics.js';

/** Everything that is wrong with a stored document; nothing when it is valid. */
export function problemsOf(document: JsonObject, type: ResourceType): string[] {
  const problems = objectProblems(document, type.attributes);
  for (const attribute of type.attributes.values()) {
    const isClients = attribute.mutability !== 'readOnly' && attribute !== type.edges;
    if (isClients && attribute.required && !document[attribute.name]) problems.push(`${attribute.path} is missing`);
    if (!isClients && document[attribute.name] !== undefined) problems.push(`${attribute.path} is stored`);
  }
  return problems;
}

function objectProblems(object: JsonObject, attributes: ReadonlyMap<string, Attribute>): string[] {
  const byName = new Map([...attributes.values()].map((attribute) => [attribute.name, attribute]));
  return Object.entries(object).flatMap(([name, value]) => {
    const attribute = byName.get(name);
    if (!attribute) return [`${name} is not in the schema`];
    if (attribute.returned === 'never') return [`${attribute.path} is kept`];
    return attribute.multiValued ? arrayProblems(attribute, value) : valueProblems(attribute, value);
  });
}

function arrayProblems(attribute: Attribute, value: Json | undefined): string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${attribute.path} is no list of values`];
  const primaries = value.filter((element) => isObject(element) && element.primary === true);
  const tooMany = primaries.length > 1 ? [`${attribute.path} has ${primaries.length} primary values`] : [];
  return [...tooMany, ...value.flatMap((element) => valueProblems(attribute, element))];
}

function valueProblems(attribute: Attribute, value: Json | undefined): string[] {
  if (attribute.type === 'complex') {
    if (!isObject(value) || Object.keys(value).length === 0) return [`${attribute.path} is no object with values`];
    return objectProblems(value, attribute.subAttributes);
  }
  const kinds: Record<string, string> = { boolean: 'boolean', integer: 'number', decimal: 'number' };
  return typeof value === (kinds[attribute.type] ?? 'string') ? [] : [`${attribute.path} is ${JSON.stringify(value)}`];
}
