/**
 * Reads TypeScript as text: what a file imports and how long its functions are. There is no compiler API to ask, so a
 * scanner blanks comments, strings, templates and regular expressions, and the rest is found by matching brackets.
 * The text of JSX is read as code: an apostrophe in it is written ’, and `//` or a bracket as {'//'}.
 */

export interface FoundFunction {
  readonly name: string;
  /** First line, from 1. */
  readonly line: number;
  /** Physical lines from its name to its closing brace, nested functions included. */
  readonly lines: number;
  /** True when it holds no branch and no loop: a table written as code. */
  readonly isFlat: boolean;
}

const REGEX_MAY_FOLLOW =
  /(?:^|[=([{,;:!&|?+\-*%<>~^}]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield))\s*$/;

/**
 * The source with the inside of comments, strings, templates and regular expressions replaced by blanks. Length and
 * line breaks stay; quotes stay, so that a string can be found here and read from the original at the same place.
 * Code inside `${…}` of a template stays too.
 */
export function blank(source: string): string {
  const out = source.split('');
  const wipe = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  /** For each open template: the depth of braces at its `${`. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  /** From just after a backtick, or after the `}` of a placeholder, to the end of that piece of text. */
  const skipTemplateText = (from: number): number => {
    let end = from;
    while (end < source.length && source[end] !== '`' && !source.startsWith('${', end)) {
      end += source[end] === '\\' ? 2 : 1;
    }
    wipe(from, Math.min(end, source.length));
    if (source[end] === '`') return end + 1;
    templates.push(depth);
    depth++;
    return end + 2;
  };

  while (at < source.length) {
    const char = source[at];
    if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      wipe(at, end === -1 ? source.length : end);
      at = end === -1 ? source.length : end;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      wipe(at, end === -1 ? source.length : end + 2);
      at = end === -1 ? source.length : end + 2;
    } else if (char === "'" || char === '"') {
      let end = at + 1;
      while (end < source.length && source[end] !== char) end += source[end] === '\\' ? 2 : 1;
      wipe(at + 1, end);
      at = end + 1;
    } else if (char === '`') {
      at = skipTemplateText(at + 1);
    } else if (source.startsWith('/>', at) || source.startsWith('</', at - 1)) {
      // The end of a JSX element.
      at++;
    } else if (char === '/' && REGEX_MAY_FOLLOW.test(out.slice(Math.max(0, at - 40), at).join(''))) {
      const end = endOfRegex(source, at);
      wipe(at + 1, end - 1);
      at = end;
    } else {
      if (char === '{') depth++;
      if (char === '}') {
        depth--;
        if (templates.at(-1) === depth) {
          templates.pop();
          at = skipTemplateText(at + 1);
          continue;
        }
      }
      at++;
    }
  }
  return out.join('');
}

/** The place after the closing slash of the regular expression that starts at `start`. */
function endOfRegex(source: string, start: number): number {
  let inClass = false;
  let at = start + 1;
  while (at < source.length && source[at] !== '\n') {
    const char = source[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
    at++;
  }
  return at;
}

export interface FoundImport {
  readonly specifier: string;
  /** `type` for `import type` and `export type`: gone after compilation. */
  readonly kind: 'static' | 'type' | 'dynamic';
  readonly line: number;
}

/** Every module that the source names: import, export from, import(), import('…').Type and require(). */
export function findImports(source: string): FoundImport[] {
  const blanked = blank(source);
  const found: FoundImport[] = [];
  const pattern =
    /(?:\b(import|export)\b(\s+type\b)?[^'"`;()]*?\bfrom\s*|\b(import|require)\s*\(\s*|\bimport\s*)(?=(['"]))/g;
  for (const match of blanked.matchAll(pattern)) {
    const quote = match.index + match[0].length;
    const end = blanked.indexOf(match[4] as string, quote + 1);
    found.push({
      specifier: source.slice(quote + 1, end),
      kind: match[3] ? 'dynamic' : match[2] ? 'type' : 'static',
      line: lineAt(source, match.index),
    });
  }
  return found;
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length;
}

const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const BRANCH = /\b(?:if|else|for|while|switch|do|try|catch)\b/;
const OPENING = '([{';
const CLOSING = ')]}';

/**
 * Every function of the source with a body: declarations, methods, accessors, constructors, function values, arrows.
 * An arrow in a type is listed too; it holds no branch, so no measure minds it.
 */
export function findFunctions(source: string): FoundFunction[] {
  const code = blank(source);
  const pairs = matchBrackets(code);
  const found: FoundFunction[] = [];
  const add = (nameAt: number, name: string, body: number, end: number) => {
    const line = lineAt(source, nameAt);
    found.push({ name, line, lines: lineAt(source, end) - line + 1, isFlat: !BRANCH.test(code.slice(body, end)) });
  };

  for (const [open, close] of pairs) {
    if (code[open] !== '(') continue;
    const before = /(?:([#\w$]+)\s*(?:<[^;{}()]*>)?|[\]])\s*$/.exec(code.slice(Math.max(0, open - 200), open));
    const name = before?.[1];
    if (name && CONTROL.has(name)) continue;
    const body = bodyAfter(code, pairs, close + 1);
    if (body === undefined) continue;
    if (body.isArrow) add(arrowStart(code, open), arrowName(code, open), body.at, endOfArrow(code, pairs, body.at));
    else
      add(
        before ? open - before[0].length : open,
        name && name !== 'function' ? name : '(anonymous)',
        body.at,
        pairs.get(body.at) as number,
      );
  }
  for (const match of code.matchAll(/(?<![\w$.)])(?:async\s+)?([\w$]+)\s*=>\s*/g)) {
    const body = match.index + match[0].length;
    add(arrowStart(code, match.index), arrowName(code, match.index), body, endOfArrow(code, pairs, body));
  }
  return found.sort((a, b) => a.line - b.line);
}

/** Where each opening bracket closes. Throws where the text does not balance, since nothing found after would be true. */
function matchBrackets(code: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < code.length; at++) {
    const char = code[at] as string;
    if (OPENING.includes(char)) open.push(at);
    if (CLOSING.includes(char)) {
      const start = open.pop();
      if (start === undefined || OPENING.indexOf(code[start] as string) !== CLOSING.indexOf(char)) {
        throw new Error(`line ${lineAt(code, at)}: brackets do not match`);
      }
      pairs.set(start, at);
    }
  }
  if (open.length > 0) throw new Error(`line ${lineAt(code, open[0] as number)}: a bracket is never closed`);
  return pairs;
}

/**
 * Whether a parameter list that ends before `from` belongs to a function with a body, and where that begins. A return
 * type may stand between; a brace that opens a type follows one of `: | & => , <` or a keyword of types.
 */
function bodyAfter(
  code: string,
  pairs: Map<number, number>,
  from: number,
): { at: number; isArrow: boolean } | undefined {
  const first = /^\s*(\{|=>|:)/.exec(code.slice(from, from + 200));
  if (!first) return undefined;
  const mark = from + first[0].length - first[1]!.length;
  if (first[1] === '{') return { at: mark, isArrow: false };
  if (first[1] === '=>') return { at: afterSpace(code, mark + 2), isArrow: true };
  let at = mark + 1;
  let expectsType = true;
  let angles = 0;
  while (at < code.length) {
    const char = code[at] as string;
    if (code.startsWith('=>', at)) {
      // `(a): T => body`; inside a type, as in `(a): (b) => T {`, the arrow follows a parameter list.
      if (angles === 0 && !/\)\s*$/.test(code.slice(mark + 1, at)))
        return { at: afterSpace(code, at + 2), isArrow: true };
      expectsType = true;
      at += 2;
    } else if (char === '{' && !expectsType && angles === 0) {
      return { at, isArrow: false };
    } else if (OPENING.includes(char)) {
      at = (pairs.get(at) as number) + 1;
      expectsType = false;
    } else if (
      CLOSING.includes(char) ||
      char === ';' ||
      char === '=' ||
      char === '?' ||
      (char === ',' && angles === 0)
    ) {
      return undefined;
    } else {
      if (char === '<') angles++;
      if (char === '>') angles--;
      const keyword = /^(?:is|extends|keyof|typeof|readonly|infer|asserts|unique)\b/.exec(code.slice(at, at + 12))?.[0];
      if (keyword && !/[\w$]/.test(code[at - 1] as string)) {
        expectsType = true;
        at += keyword.length;
        continue;
      }
      if (/[|&<:,]/.test(char)) expectsType = true;
      else if (/\S/.test(char)) expectsType = false;
      at++;
    }
  }
  return undefined;
}

function afterSpace(code: string, from: number): number {
  return from + (/^\s*/.exec(code.slice(from))?.[0].length ?? 0);
}

/** The last character of an arrow function whose body begins at `body`: a block, one expression, or in a type a type. */
function endOfArrow(code: string, pairs: Map<number, number>, body: number): number {
  if (code[body] === '{') return pairs.get(body) as number;
  let at = body;
  while (at < code.length) {
    const char = code[at] as string;
    if (OPENING.includes(char)) at = pairs.get(at) as number;
    else if (CLOSING.includes(char) || char === ',' || char === ';') return at - 1;
    else if (char === '=' && /[\w\s)\]>]=[^=>]/.test(code.slice(at - 1, at + 2))) return at - 1;
    at++;
  }
  return code.length - 1;
}

const NAMED = /([#\w$]+)\s*(?::[^=;{}]*)?[=:]\s*(?:async\s*)?(?:<[^;{}()]*>\s*)?$/;

/** An arrow function that is given a name begins at that name. */
function arrowStart(code: string, open: number): number {
  return NAMED.exec(code.slice(Math.max(0, open - 200), open)) ? open - namedLength(code, open) : open;
}

function namedLength(code: string, open: number): number {
  return NAMED.exec(code.slice(Math.max(0, open - 200), open))?.[0].length ?? 0;
}

function arrowName(code: string, open: number): string {
  return NAMED.exec(code.slice(Math.max(0, open - 200), open))?.[1] ?? '(anonymous)';
}
