/** Attribute notation to attributes: the one place where a client's name meets the schema. */
import { fold } from '../fold.js';
import type { Dialect } from '../profiles.js';
import type { Attribute, ResourceType } from '../schema/characteristics.js';

/**
 * The attribute that `notation` names, without regard to case: `userName`, `name.givenName`,
 * `urn:…:core:2.0:User:userName`, `urn:…:enterprise:2.0:User:manager.value`, or a bare extension URN for the whole
 * extension. Undefined when the type has no such attribute. RFC 7644 §3.10
 */
export function findAttribute(type: ResourceType, notation: string, dialect: Dialect): Attribute | undefined {
  const folded = fold(notation);
  if (!folded.startsWith('urn:')) return descend(type.attributes, folded) ?? inExtensions(type, folded, dialect);
  const extension = type.extensions.find(({ name }) => fold(name) === folded);
  if (extension) return extension;
  const candidates = schemasOf(type).map(({ urn, attributes }) => {
    const rest = behindUrn(folded, urn, dialect);
    return rest === undefined ? undefined : { length: urn.length, attribute: descend(attributes, rest) };
  });
  // One URN may continue another; the longer one is meant.
  return candidates.filter((found) => found !== undefined).sort((a, b) => b.length - a.length)[0]?.attribute;
}

function schemasOf(type: ResourceType): { urn: string; attributes: ReadonlyMap<string, Attribute> }[] {
  const extensions = type.extensions.map(({ name, subAttributes }) => ({ urn: fold(name), attributes: subAttributes }));
  return [{ urn: fold(type.schema), attributes: type.attributes }, ...extensions];
}

/** `a` or `a.b` below a set of attributes. */
function descend(attributes: ReadonlyMap<string, Attribute>, path: string): Attribute | undefined {
  const dot = path.indexOf('.');
  if (dot === -1) return attributes.get(path);
  return attributes.get(path.slice(0, dot))?.subAttributes.get(path.slice(dot + 1));
}

/** An extension's attribute named without its URN; not when two extensions have one of that name. */
function inExtensions(type: ResourceType, path: string, dialect: Dialect): Attribute | undefined {
  const found = type.extensions.flatMap((extension) => descend(extension.subAttributes, path) ?? []);
  return found.length === 1 && dialect.bend('extension-without-urn') ? found[0] : undefined;
}

/** What follows the URN and its separator; undefined when the text is not within that URN. */
function behindUrn(text: string, urn: string, dialect: Dialect): string | undefined {
  if (!text.startsWith(urn) || text.length <= urn.length + 1) return undefined;
  const separator = text[urn.length];
  if (separator === ':' || (separator === '.' && dialect.bend('urn-dot'))) return text.slice(urn.length + 1);
  return undefined;
}
