/**
 * The list that new requests are put on while the page is open. Pure: asking the server is the page's.
 * All new requests are asked for and chosen from here: a filter that nothing matches would make the server look through
 * all of its entries again and again.
 */
import type { ActivityView } from '../../http/admin/messages.js';
import { type ActivityFilter, isWanted } from './filter.js';

/** The most rows that stay on the page; the oldest leave it first. */
export const MOST_ROWS = 500;
/** How many new requests are asked for at a time. */
export const ARRIVAL_LIMIT = 200;

export interface Tail {
  /** Newest first. */
  readonly rows: readonly ActivityView[];
  /** The sequence number of the newest request that is known of, wanted or not. */
  readonly newest: number;
  /** What came with the last answer and is wanted, for announcing it. */
  readonly arrived: readonly ActivityView[];
  /** True: more came than are asked for at a time. Between the rows and what comes now, some are missing. */
  readonly isBehind: boolean;
}

export const startTail = (page: readonly ActivityView[], newest: number): Tail => ({
  rows: page,
  newest: Math.max(newest, page[0]?.sequence ?? 0),
  arrived: [],
  isBehind: false,
});

/** `answer`: oldest first, as `after` asks for it. */
export function arrive(tail: Tail, answer: readonly ActivityView[], filter: ActivityFilter): Tail {
  const later = answer.filter(({ sequence }) => sequence > tail.newest);
  const arrived = later.filter((entry) => isWanted(entry, filter));
  return {
    rows: arrived.length === 0 ? tail.rows : [...arrived.toReversed(), ...tail.rows].slice(0, MOST_ROWS),
    newest: later.at(-1)?.sequence ?? tail.newest,
    arrived,
    isBehind: answer.length >= ARRIVAL_LIMIT,
  };
}
