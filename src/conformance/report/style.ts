/** Colour for terminals that want it. */
import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** The text in a format, or as it is. */
export type Style = (format: Format, text: string) => string;

/** https://no-color.org: NO_COLOR, when it is set and not empty, wins over everything but FORCE_COLOR. */
export function styleFor(env: Readonly<Record<string, string | undefined>>, isScreen: boolean): Style {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  const isColoured = isForced || (isScreen && !NO_COLOR && FORCE_COLOR === undefined && TERM !== 'dumb');
  if (!isColoured) return plain;
  return (format, text) => (text === '' ? '' : styleText(format, text, { validateStream: false }));
}

/** No colour at all. */
export const plain: Style = (_format, text) => text;
