/** Where a filter is wrong, for underlining it. */

/**
 * Where the word stands that a message names in quotes: what is wrong with an attribute is told without its place.
 * Undefined when the filter has it not at all or more than once.
 */
export function positionOf(message: string, text: string): number | undefined {
  const named = [...message.matchAll(/"([^"]+)"/g)].map(([, word]) => word as string);
  const places = named.flatMap((word) => placesOf(word, text));
  return places.length === 1 ? places[0] : undefined;
}

/** Whole words alone: `name` does not stand in `userName`. */
function placesOf(word: string, text: string): number[] {
  const isPart = (char: string | undefined) => char !== undefined && /[\w.:$-]/.test(char);
  const places: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + word.length])) places.push(at);
  }
  return places;
}

export interface Mistake {
  readonly before: string;
  /** The word at the position; empty at the end of the text, where something is missing. */
  readonly wrong: string;
  readonly after: string;
}

/** Cuts `text` around the word, the text in quotes or the bracket at `position` (from 0). */
export function mistakeAt(text: string, position: number): Mistake {
  const start = Math.max(0, Math.min(position, text.length));
  const rest = text.slice(start);
  const wrong = /^\s*(?:"(?:[^"\\]|\\.)*"?|[()[\]]|[^\s()[\]"]+)/.exec(rest)?.[0] ?? '';
  return { before: text.slice(0, start), wrong, after: rest.slice(wrong.length) };
}
