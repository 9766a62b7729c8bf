/**
 * Keys that were replaced and hold for a while beside newer ones: secrets of a webhook, keys that sign tokens. Pure.
 * Knows: which of them hold, and until when. Does not know: what a key opens or signs.
 */
import { LONGEST_OVERLAP } from '../access/credentials.js';
import { AccessError, FieldRefused } from '../access/refusal.js';

/** Keys of one kind that hold at once. */
export const MOST_LIVE_KEYS = 5;

export interface Ending {
  /** Until when it holds, ISO 8601 UTC; undefined: until it is replaced. */
  readonly ends?: string | undefined;
}

export function isLive({ ends }: Ending, now: string): boolean {
  return ends === undefined || ends > now;
}

/**
 * Those of the keys that still hold, as they are beside a new one: each ends when the overlap does, at the latest.
 * @param now ISO 8601 UTC @param overlap seconds, 0 to LONGEST_OVERLAP; with 0 they end at once
 * @throws FieldRefused overlap; AccessError conflict where as many hold as may
 */
export function outgoing<Key extends Ending>(
  keys: readonly Key[],
  now: string,
  overlap: number,
): (Key & { readonly ends: string })[] {
  if (!Number.isInteger(overlap) || overlap < 0 || overlap > LONGEST_OVERLAP) {
    throw new FieldRefused('overlap', `what is old may hold 0 to ${LONGEST_OVERLAP} seconds beside what is new`);
  }
  const live = keys.filter((key) => isLive(key, now));
  // What ends at once takes no room: whoever has to get rid of a key can.
  if (overlap > 0 && live.length >= MOST_LIVE_KEYS) {
    throw new AccessError('conflict', `${MOST_LIVE_KEYS} keys hold at once, and no more: wait until one has ended`);
  }
  const end = new Date(Date.parse(now) + overlap * 1_000).toISOString();
  return live.map((key) => ({ ...key, ends: key.ends !== undefined && key.ends < end ? key.ends : end }));
}
