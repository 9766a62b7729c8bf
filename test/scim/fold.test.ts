import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText, fold } from '../../src/scim/fold.js';

/** Every code point but the surrogates, which are none by themselves. */
function* codePoints(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

/** The capital sharp s has a test of its own. */
const ordinary = (text: string): string => text.replaceAll('ẞ', 'ß');
const graphemes = fc.string({ unit: 'grapheme' }).map(ordinary);
const anything = fc.string({ unit: 'binary' }).map(ordinary);

describe('fold: two spellings of one value meet (RFC 7643 §2.2, caseExact false)', () => {
  const meeting: [what: string, a: string, b: string][] = [
    ['ASCII letters', 'BJensen@Example.COM', 'bjensen@example.com'],
    ['letters with accents', 'ÅNGSTRÖM', 'ångström'],
    ['ß and SS', 'Straße', 'STRASSE'],
    ['a ligature and its letters', 'ﬁnn', 'FINN'],
    ['a final sigma and a capital one', 'οδος', 'ΟΔΟΣ'],
    ['a final sigma and an ordinary one', 'ς', 'σ'],
    ['İ and i with a dot above', 'İzmir', 'i\u0307ZMIR'],
    ['a composed and a decomposed letter', '\u00e9', 'e\u0301'],
    ['a composed capital and a decomposed letter', '\u00c9', 'e\u0301'],
    ['marks in either order', 'a\u0323\u0301', 'A\u0301\u0323'],
    ['a Greek letter with its marks in another order', 'α\u0345\u0301', '\u1fb4'],
    ['the Kelvin sign and k', '\u212a', 'k'],
    ['title case and lower case', '\u01c5', '\u01c6'],
    ['letters beyond the basic plane', '\u{10400}', '\u{10428}'],
    ['a text with control characters', 'A\nB', 'a\nb'],
  ];
  test.each(meeting)('%s', (_, a, b) => {
    expect(fold(a)).toBe(fold(b));
  });

  const apart: [what: string, a: string, b: string][] = [
    ['a letter and the same with an accent', 'e', 'é'],
    ['i and İ', 'i', 'İ'],
    ['texts with and without a space', 'a', 'a '],
    ['texts with and without NUL', 'a', 'a\0'],
    ['zero and the letter o', '0', 'o'],
    ['a wide letter and the ordinary one', 'Ａ', 'a'],
  ];
  test.each(apart)('%s stay apart', (_, a, b) => {
    expect(fold(a)).not.toBe(fold(b));
  });

  test('ẞ meets ß and SS, as its lower case does', () => {
    expect([fold('STRAẞE'), fold(fold('ẞ'))]).toEqual([fold('straße'), fold('ẞ')]);
  });

  test('every character meets its upper and its lower case', () => {
    const strays: string[] = [];
    for (const character of codePoints()) {
      if (character === 'ẞ') continue;
      const folded = fold(character);
      const same = folded === fold(character.toUpperCase()) && folded === fold(character.toLowerCase());
      if (!same) strays.push(character);
    }
    expect(strays).toEqual([]);
  });

  test('folding every character twice is folding it once', () => {
    const strays: string[] = [];
    for (const character of codePoints()) {
      if (character !== 'ẞ' && fold(fold(character)) !== fold(character)) strays.push(character);
    }
    expect(strays).toEqual([]);
  });

  test('folding a text twice is folding it once', () => {
    fc.assert(
      fc.property(fc.oneof(graphemes, anything), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
    );
  });

  test('a text meets its composed and its decomposed form', () => {
    fc.assert(
      fc.property(fc.oneof(graphemes, anything), (text) => {
        expect(fold(text.normalize('NFC'))).toBe(fold(text));
        expect(fold(text.normalize('NFD'))).toBe(fold(text));
      }),
    );
  });

  test('a folded text is composed, so that equality needs no more than a comparison', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(fold(text).normalize('NFC')).toBe(fold(text));
      }),
    );
  });
});

describe('fold: parts of words, for co, sw and ew (RFC 7644 §3.4.2.2, table 3)', () => {
  test.each([
    ['sw', 'ΣΟΦΟΣΑ', 'σοφος'],
    ['sw', 'σοφοσα', 'ΣΟΦΟΣ'],
    ['sw', 'ΟΔΟΣ ΑΒΓ', 'οδος'],
  ])('%s: %s begins with %s, whose sigma is final only by itself', (_, text, part) => {
    expect(fold(text).startsWith(fold(part))).toBe(true);
  });

  test('ew: a text that ends in a final sigma ends in an ordinary one', () => {
    expect(fold('οδος').endsWith(fold('σ'))).toBe(true);
    expect(fold('ΟΔΟΣ').endsWith(fold('ος'))).toBe(true);
  });

  test('co: a final sigma in the middle of a text is found by a capital one', () => {
    expect(fold('ο οδος μου').includes(fold('ΔΟΣ'))).toBe(true);
  });

  test('co: ss is found where ß is written', () => {
    expect(fold('Große Straße').includes(fold('OSSE'))).toBe(true);
  });
});

describe('compareText: the order of code points, as of UTF-8 bytes', () => {
  const bytes = (a: string, b: string): number => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

  test.each([
    ['', '', 0],
    ['', 'a', -1],
    ['a', 'ab', -1],
    ['a', 'B', 1],
    ['\uffee', '😀', -1],
    ['\ue000', '\u{10000}', -1],
    ['\ud7ff', '\ue000', -1],
    ['\ud7ff', '😀', -1],
    ['😀', '😁', -1],
    ['\u{10ffff}', '\u{10ffff}a', -1],
    ['a😀', 'a\ufffd', 1],
  ])('%j and %j: %d, and the other way round', (a, b, order) => {
    expect(Math.sign(compareText(a, b))).toBe(order);
    expect(Math.sign(compareText(b, a))).toBe(order === 0 ? 0 : -order);
  });

  test('random texts with the same beginning order as their bytes', () => {
    const near = fc.string({
      unit: fc.constantFrom('a', 'b', '\0', '\ud7ff', '\ue000', '\uffee', '😀', '😁', '\u{10ffff}'),
    });
    const random = fc.oneof(near, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(random, random, random, (start, a, b) => {
        expect(Math.sign(compareText(start + a, start + b))).toBe(bytes(start + a, start + b));
      }),
      { numRuns: 1000 },
    );
  });

  test('sorting by it is sorting by bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 3 })), (texts) => {
        expect([...texts].sort(compareText)).toEqual([...texts].sort(bytes));
      }),
    );
  });
});
