/**
 * Attribute notation, RFC 7644 §3.10, and PATCH paths, §3.5.2: text to parts. Knows the grammar, not the schema
 * (resolve.ts does).
 */
import { ScimError } from '../errors.js';

/** `urn:…:User:emails[type eq "work"].value` in its parts. */
export interface ParsedPath {
  /** The part before the bracket, URN included: `urn:…:User:emails`, `name.givenName`. */
  readonly attribute: string;
  /** The text between the brackets. */
  readonly filter: string | undefined;
  /** The name behind `].`. */
  readonly subAttribute: string | undefined;
}

/** The longest path, in characters, that is read at all. */
export const MAX_PATH_LENGTH = 4096;

const SUB_ATTRIBUTE = /^(?:\$ref|[A-Za-z][\w-]*)$/;

/**
 * @param text `name.givenName`, `members[value eq "42"]`, `emails[type eq "work"].value`, a URN before any of them.
 * @throws ScimError invalidPath
 */
export function parsePath(text: string): ParsedPath {
  if (text.length > MAX_PATH_LENGTH) {
    throw new ScimError('invalidPath', `A path has at most ${MAX_PATH_LENGTH} characters.`);
  }
  const path = text.trim();
  const open = path.indexOf('[');
  if (open === -1) return { attribute: path, filter: undefined, subAttribute: undefined };
  const close = closingBracket(path, open);
  const rest = path.slice(close + 1);
  const subAttribute = rest === '' ? undefined : rest.slice(1);
  if (subAttribute !== undefined && !(rest.startsWith('.') && SUB_ATTRIBUTE.test(subAttribute))) {
    throw new ScimError('invalidPath', `In the path ${quote(text)}, only ".name" may follow the closing bracket.`);
  }
  return { attribute: path.slice(0, open), filter: path.slice(open + 1, close), subAttribute };
}

/** Index of the bracket that closes the one at `open`; brackets in string literals do not count. */
function closingBracket(path: string, open: number): number {
  let inString = false;
  for (let i = open + 1; i < path.length; i++) {
    const character = path[i];
    if (inString && character === '\\') i++;
    else if (character === '"') inString = !inString;
    else if (!inString && character === ']') return i;
  }
  throw new ScimError('invalidPath', `The path ${quote(path)} lacks a closing bracket.`);
}

/** A client's text inside an error message: shortened, so that an answer cannot be made large. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
