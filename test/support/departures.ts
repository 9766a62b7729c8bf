/** Documents against the schemas that describe them: RFC 7643 §7. */
import { isObject, type Json, type JsonObject } from '../../src/scim/json.js';
import type { AttributeDocument } from '../../src/scim/schema/characteristics.js';

/** RFC 7643 §3.1: every resource has these, whatever its schema. */
const COMMON = ['schemas', 'meta', 'id'];

/** Where a document departs from the schema that describes it, as sentences. */
export function departures(document: JsonObject, attributes: readonly AttributeDocument[], place = ''): string[] {
  const names = new Set(attributes.map(({ name }) => name));
  const strays = Object.keys(document).filter((name) => !names.has(name) && !(place === '' && COMMON.includes(name)));
  return [
    ...strays.map((name) => `${place}${name} is not in the schema`),
    ...attributes.flatMap((attribute) =>
      departuresOfValue(document[attribute.name], attribute, `${place}${attribute.name}`),
    ),
  ];
}

function departuresOfValue(value: Json | undefined, attribute: AttributeDocument, place: string): string[] {
  if (value === undefined) return attribute.required ? [`${place} is missing`] : [];
  if (Array.isArray(value) !== (attribute.multiValued ?? false)) return [`${place} has the wrong plurality`];
  const elements = Array.isArray(value) ? value : [value];
  return elements.flatMap((element, i) => {
    const at = Array.isArray(value) ? `${place}[${i}]` : place;
    if (attribute.type !== 'complex') return fits(element, attribute) ? [] : [`${at} is ${JSON.stringify(element)}`];
    return isObject(element) ? departures(element, subAttributesOf(attribute), `${at}.`) : [`${at} is not an object`];
  });
}

/** RFC 7643 §8.7.2 describes sub-attributes to one depth; §7 lets the sub-attributes of "attributes" have their own. */
function subAttributesOf(attribute: AttributeDocument): AttributeDocument[] {
  const subs = attribute.subAttributes ?? [];
  const isDeepest = attribute.name === 'subAttributes' && !subs.some(({ name }) => name === 'subAttributes');
  return isDeepest ? [...subs, attribute] : subs;
}

function fits(value: Json, { type, canonicalValues }: AttributeDocument): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === 'string' && (canonicalValues === undefined || canonicalValues.includes(value));
}
