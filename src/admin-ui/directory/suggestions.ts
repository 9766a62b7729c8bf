/**
 * What may come next in a filter that is being typed (RFC 7644 §3.4.2.2). Knows: the words of the grammar and the
 * attributes of a type. Does not judge: the server does, when the filter is sent.
 */
import type { TypeView } from '../../http/admin/messages.js';

export type FilterAttribute = TypeView['attributes'][number];

export interface Suggestion {
  /** The whole text with the suggestion in place of its last, unfinished word. */
  readonly value: string;
  readonly label: string;
  /** At the right: the type of an attribute. */
  readonly tag: string;
  readonly description: string;
}

const OPERATORS: readonly { readonly name: string; readonly meaning: string; readonly types: RegExp }[] = [
  { name: 'eq', meaning: 'equals', types: /./ },
  { name: 'ne', meaning: 'does not equal', types: /./ },
  { name: 'co', meaning: 'contains', types: /^(?:string|reference)$/ },
  { name: 'sw', meaning: 'starts with', types: /^(?:string|reference)$/ },
  { name: 'ew', meaning: 'ends with', types: /^(?:string|reference)$/ },
  { name: 'pr', meaning: 'has a value', types: /./ },
  { name: 'gt', meaning: 'is greater or later than', types: /^(?:dateTime|integer|decimal|string)$/ },
  { name: 'ge', meaning: 'is at least, or not before', types: /^(?:dateTime|integer|decimal|string)$/ },
  { name: 'lt', meaning: 'is less or earlier than', types: /^(?:dateTime|integer|decimal|string)$/ },
  { name: 'le', meaning: 'is at most, or not after', types: /^(?:dateTime|integer|decimal|string)$/ },
];

/** The operators with what they mean, for the help. */
export const OPERATOR_HELP: readonly { readonly name: string; readonly meaning: string }[] = OPERATORS;

const MOST = 50;

type Expected =
  | { readonly what: 'attribute' | 'join' }
  | { readonly what: 'operator' | 'value'; readonly attribute: FilterAttribute | undefined };

interface Scan {
  readonly expected: Expected;
  /** The attribute before an open bracket. */
  readonly element: string | undefined;
}

const SAME = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The words, texts in quotes and brackets of `text`, and the unfinished word at its end (which may be empty). */
function tokens(text: string): { readonly done: string[]; readonly last: string; readonly isQuoted: boolean } {
  const found = [...text.matchAll(/"(?:[^"\\]|\\.)*"?|[()[\]]|[^\s()[\]"]+/g)].map(([token]) => token);
  const end = found.at(-1) ?? '';
  const isOpenText = end.startsWith('"') && !/^"(?:[^"\\]|\\.)*"$/.test(end);
  if (isOpenText) return { done: found.slice(0, -1), last: end, isQuoted: true };
  const isFinished = /(?:^|[\s()[\]"])$/.test(text);
  return { done: isFinished ? found : found.slice(0, -1), last: isFinished ? '' : end, isQuoted: false };
}

/** What stands after the finished words. */
function scan(done: readonly string[], attributes: readonly FilterAttribute[]): Scan {
  let expected: Expected = { what: 'attribute' };
  let element: string | undefined;
  let path = '';
  for (const token of done) {
    if (token === '[') {
      element = path;
      expected = { what: 'attribute' };
    } else if (token === ']') {
      element = undefined;
      expected = { what: 'join' };
    } else if (token === ')') expected = { what: 'join' };
    else if (token === '(' || /^(?:and|or|not)$/i.test(token)) expected = { what: 'attribute' };
    else if (expected.what === 'attribute') {
      path = token;
      const full = element === undefined ? token : `${element}.${token}`;
      expected = { what: 'operator', attribute: attributes.find((one) => SAME(one.path, full)) };
    } else if (expected.what === 'operator') {
      expected = SAME(token, 'pr') ? { what: 'join' } : { what: 'value', attribute: expected.attribute };
    } else expected = { what: 'join' };
  }
  return { expected, element };
}

function candidates({ expected, element }: Scan, attributes: readonly FilterAttribute[]): Omit<Suggestion, 'value'>[] {
  if (expected.what === 'attribute') return attributeCandidates(attributes, element);
  if (expected.what === 'operator') {
    const type = expected.attribute?.type ?? 'string';
    return OPERATORS.filter((one) => one.types.test(type)).map(({ name, meaning }) => ({
      label: name,
      tag: '',
      description: meaning,
    }));
  }
  if (expected.what === 'value' && expected.attribute?.type === 'boolean') {
    return ['true', 'false'].map((label) => ({ label, tag: '', description: '' }));
  }
  if (expected.what !== 'join') return [];
  return [
    { label: 'and', tag: '', description: 'both must hold' },
    { label: 'or', tag: '', description: 'either may hold' },
  ];
}

/** Inside of brackets, the sub-attributes of the one before them, without its name. */
function attributeCandidates(
  attributes: readonly FilterAttribute[],
  element: string | undefined,
): Omit<Suggestion, 'value'>[] {
  const start = element === undefined ? '' : `${element}.`.toLowerCase();
  return attributes
    .filter(({ path }) => path.toLowerCase().startsWith(start))
    .map(({ path, type, multiValued, description }) => ({
      label: path.slice(start.length),
      tag: multiValued ? `${type}, many` : type,
      description,
    }));
}

/** At most 50 suggestions for what may follow `text`; none inside of a text in quotes. */
export function suggestions(text: string, attributes: readonly FilterAttribute[]): Suggestion[] {
  const { done, last, isQuoted } = tokens(text);
  if (isQuoted) return [];
  const before = text.slice(0, text.length - last.length);
  const begun = last.toLowerCase();
  const fitting = candidates(scan(done, attributes), attributes).filter((one) =>
    one.label.toLowerCase().includes(begun),
  );
  const rank = (one: { readonly label: string }) => (one.label.toLowerCase().startsWith(begun) ? 0 : 1);
  return fitting
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MOST)
    .map((one) => ({ ...one, value: `${before}${one.label} ` }));
}
