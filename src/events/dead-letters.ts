/** What a dead letter is about. */
import type { DeadLetter } from '../store/store.js';
import type { ScimEvent } from './event.js';

/**
 * The event that was given up, among those of its change; undefined where there are none any more. Parts are those of the
 * events, but for who is told of a change as a whole: then it is the one that the letter is named for.
 */
export function eventOf(
  { event: name, part }: Pick<DeadLetter, 'event' | 'part'>,
  events: readonly ScimEvent[],
): ScimEvent | undefined {
  const named = events.filter(({ type }) => type === name);
  return named.find((event) => event.part === part) ?? named[0] ?? events[0];
}
