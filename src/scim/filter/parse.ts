/**
 * Filter text to a syntax tree (RFC 7644 §3.4.2.2). The grammar is scim2-parse-filter's; this module stands before it
 * because that library can be made to hang by a newline in a string, accepts `constructor` as an operator, keeps
 * escapes undecoded, and has no limits. So the text is read once, from left to right; names and literals are taken
 * out and replaced by harmless placeholders; only operators, brackets and placeholders reach the library.
 */
import { type Filter, parse } from 'scim2-parse-filter';
import { ScimError } from '../errors.js';
import { quote } from '../path/parse.js';
import type { Dialect } from '../profiles.js';
import type { CompareOperator } from './node.js';

/** The most that a filter may ask for. Characters, nested brackets, comparisons. */
export interface FilterLimits {
  readonly length: number;
  readonly depth: number;
  readonly terms: number;
}

/** Syntax only: names and literals as the client wrote them. */
export type ParsedFilter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly ParsedFilter[] }
  | { readonly kind: 'not'; readonly filter: ParsedFilter }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly attribute: string;
      readonly literal: Literal;
    }
  | { readonly kind: 'valuePath'; readonly attribute: string; readonly filter: ParsedFilter };

/** A comparison value. A quoted one is a string even where it reads like a number. */
export type Literal = string | number | boolean | null;

const COMPARE: ReadonlySet<string> = new Set<CompareOperator>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const NAME = /^(?:urn:[\w.:$-]+|[A-Za-z][\w-]*(?:\.(?:\$ref|[A-Za-z][\w-]*))?|\$ref)$/i;
/** As in JSON. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** @throws ScimError invalidFilter, with the place where reading stopped. */
export function parseFilter(text: string, limits: FilterLimits, dialect: Dialect): ParsedFilter {
  if (text.length > limits.length) {
    throw new ScimError(
      'invalidFilter',
      `A filter has at most ${limits.length} characters; this one has ${text.length}.`,
    );
  }
  const scanned = new Scanner(text, limits, dialect).scan();
  let tree: Filter;
  try {
    tree = parse(scanned.text);
  } catch (cause) {
    throw new ScimError('invalidFilter', `The filter ${quote(text)} is not well formed.`, { cause });
  }
  return restore(tree, scanned);
}

/** The text with placeholders, and what they stand for: `n0 eq "1"`. */
interface Scanned {
  readonly text: string;
  readonly names: readonly string[];
  readonly literals: readonly Literal[];
}

function restore(tree: Filter, scanned: Scanned): ParsedFilter {
  switch (tree.op) {
    case 'and':
    case 'or':
      return { kind: tree.op, filters: tree.filters.map((filter) => restore(filter, scanned)) };
    case 'not':
      return { kind: 'not', filter: restore(tree.filter, scanned) };
    case '[]':
      return { kind: 'valuePath', attribute: nameOf(tree.attrPath, scanned), filter: restore(tree.valFilter, scanned) };
    case 'pr':
      return { kind: 'present', attribute: nameOf(tree.attrPath, scanned) };
    default: {
      const literal = scanned.literals[Number(tree.compValue)] as Literal;
      return { kind: 'compare', operator: tree.op, attribute: nameOf(tree.attrPath, scanned), literal };
    }
  }
}

function nameOf(placeholder: string, { names }: Scanned): string {
  return names[Number(placeholder.slice(1))] as string;
}

/** What may stand at the present place. */
type Expected = 'term' | 'group' | 'operator' | 'value' | 'joint';

/** One pass over the text; each character is looked at once. */
class Scanner {
  private readonly names: string[] = [];
  private readonly literals: Literal[] = [];
  private readonly output: string[] = [];
  /** Open brackets, innermost last; for `[`, the place in `output` behind it. */
  private readonly open: { bracket: '(' | '['; at: number }[] = [];
  private expected: Expected = 'term';
  /** Set while the comparison behind `].name` is read: where its value path begins in `output`. */
  private suffix: { at: number } | undefined;
  private terms = 0;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly limits: FilterLimits,
    private readonly dialect: Dialect,
  ) {}

  scan(): Scanned {
    while (this.at < this.text.length) {
      const character = this.text[this.at] as string;
      if (character === ' ') this.at++;
      else if (character === '"') this.quoted();
      else if (character === '(' || character === '[') this.opening(character);
      else if (character === ')' || character === ']') this.closing(character);
      else this.word(this.readWord());
    }
    if (this.expected !== 'joint') this.fail('ends too early');
    if (this.open.length > 0) this.fail(`lacks a closing bracket`);
    return { text: this.output.join(' '), names: this.names, literals: this.literals };
  }

  private readString(): string {
    const start = this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    if (this.at >= this.text.length) this.fail('has a string without its closing quote', start);
    this.at++;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.fail('has a string that is not a JSON string', start);
    }
  }

  private readWord(): string {
    const start = this.at;
    while (this.at < this.text.length && !' "()[]'.includes(this.text[this.at] as string)) {
      if ((this.text.charCodeAt(this.at) as number) < 0x20) this.fail('has a control character');
      this.at++;
    }
    return this.text.slice(start, this.at);
  }

  private opening(bracket: '(' | '['): void {
    const fits = bracket === '(' ? this.expected === 'term' || this.expected === 'group' : this.followsName();
    if (!fits) this.fail(`has an unexpected ${bracket}`);
    if (this.open.length >= this.limits.depth) this.fail(`nests deeper than ${this.limits.depth} brackets`);
    if (bracket === '[' && this.open.some((outer) => outer.bracket === '['))
      this.fail('has a value path inside a value path');
    this.output.push(bracket);
    this.open.push({ bracket, at: this.output.length });
    this.expected = 'term';
    this.at++;
  }

  /** A `[` must touch the name before it. */
  private followsName(): boolean {
    return this.expected === 'operator' && this.suffix === undefined && this.text[this.at - 1] !== ' ';
  }

  private closing(bracket: ')' | ']'): void {
    const opened = this.open.pop();
    if (this.expected !== 'joint' || opened?.bracket !== (bracket === ')' ? '(' : '[')) {
      this.fail(`has an unexpected ${bracket}`);
    }
    this.at++;
    if (bracket === ']' && this.text[this.at] === '.') this.beginSuffix(opened as { at: number });
    else this.output.push(bracket);
  }

  /**
   * `emails[type eq "work"].value eq "x"` asks of one element what the library would ask of any two. It is rewritten
   * to `emails[(type eq "work") and value eq "x"]`; the closing bracket is put after the comparison.
   */
  private beginSuffix({ at }: { at: number }): void {
    this.at++;
    this.output.splice(at, 0, '(');
    this.output.push(')', 'and');
    const name = this.readWord();
    this.suffix = { at };
    this.expected = 'term';
    this.word(name);
  }

  private word(word: string): void {
    if (this.expected === 'term') this.term(word);
    else if (this.expected === 'operator') this.operator(word);
    else if (this.expected === 'value') this.literal(this.bareLiteral(word), this.at - word.length);
    else if (this.expected === 'joint') this.joint(word);
    else this.fail('needs a bracket behind "not"', this.at - word.length);
  }

  private term(word: string): void {
    if (word.toLowerCase() === 'not' && this.suffix === undefined) {
      this.output.push('not');
      this.expected = 'group';
      return;
    }
    if (!NAME.test(word)) this.fail(`has ${quote(word)} where an attribute name belongs`, this.at - word.length);
    this.output.push(`n${this.names.push(word) - 1}`);
    this.expected = 'operator';
  }

  private operator(word: string): void {
    const operator = word.toLowerCase();
    if (operator !== 'pr' && !COMPARE.has(operator))
      this.fail(`has the unknown operator ${quote(word)}`, this.at - word.length);
    if (++this.terms > this.limits.terms) this.fail(`has more than ${this.limits.terms} comparisons`);
    this.output.push(operator);
    if (operator === 'pr') this.termEnds();
    else this.expected = 'value';
  }

  private quoted(): void {
    const start = this.at;
    this.literal(this.readString(), start);
  }

  private literal(value: Literal, start: number): void {
    if (this.expected !== 'value') this.fail('has a string where none belongs', start);
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      this.fail('has a string with a forbidden character', start);
    }
    this.output.push(`"${this.literals.push(value) - 1}"`);
    this.termEnds();
  }

  private termEnds(): void {
    if (this.suffix) this.output.push(']');
    this.suffix = undefined;
    this.expected = 'joint';
  }

  private bareLiteral(word: string): Literal {
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (NUMBER.test(word)) return this.number(word);
    if (this.dialect.bend('unquoted-literal')) return word;
    return this.fail(`has the string ${quote(word)} without quotes`, this.at - word.length);
  }

  /** `1e5` and numbers of many digits may be meant as text: they keep their spelling until their type is known. */
  private number(word: string): Literal {
    const number = Number(word);
    if (!Number.isFinite(number)) this.fail('has a number beyond the range of numbers', this.at - word.length);
    return String(number) !== word && this.dialect.bend('unquoted-literal') ? word : number;
  }

  private joint(word: string): void {
    const joint = word.toLowerCase();
    if (joint !== 'and' && joint !== 'or')
      this.fail(`has ${quote(word)} where "and" or "or" belongs`, this.at - word.length);
    this.output.push(joint);
    this.expected = 'term';
  }

  private fail(what: string, at = this.at): never {
    const position = Math.min(at, this.text.length);
    throw new ScimError('invalidFilter', `The filter ${what} (at character ${position + 1}).`, { position });
  }
}
