/** The one meaning of "without regard to case" (RFC 7643 §2.2, caseExact false). */

const ASCII = /^[\x20-\x7e]*$/;

/**
 * The text by which two spellings of one value meet: Unicode case folding, composed form. By way of upper case, so
 * that `ß` meets `SS`; the final sigma, which lower-casing makes by position, becomes the ordinary one so that `co` and
 * `sw` work on parts of words. Folding twice gives the same as folding once.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/**
 * Order by Unicode code point. JavaScript's `<` compares UTF-16 units, which puts U+E000 to U+FFFF behind the
 * supplementary planes; databases compare UTF-8 bytes, which order as code points.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // A surrogate stands for a code point above every unit that is not one.
    const [xIsSurrogate, yIsSurrogate] = [isSurrogate(x), isSurrogate(y)];
    return xIsSurrogate === yIsSurrogate ? x - y : xIsSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
