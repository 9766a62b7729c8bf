/**
 * Where a delivery begins, what a dead letter is called and where it stands in the list, what a change makes of a
 * receiver: the same in every engine.
 * Name and place of a dead letter follow from the part of the change that it is about, so that keeping it again keeps one.
 */
import { compareText } from '../scim/fold.js';
import { changed } from './accounts.js';
import type { Consumer, Delivery, NewDeadLetter, Receiver, ReceiverChange } from './deliveries.js';

/** A delivery that nobody has worked on since it was put there. */
export function placedAt(consumer: Consumer, tenant: string, position: number): Delivery {
  return { consumer, tenant, position, parts: 0, ahead: [], trouble: undefined };
}

/** Milliseconds. Twice as long as the longest that an app may ask for, so that the clocks of processes may differ. */
const LONGEST_LEASE = 1_200_000;

/**
 * The last moment at which a lease may end that is good at `now`: one that ends later was written by a clock that was far
 * ahead, and counts as over. @param now ISO 8601 UTC, as what is returned
 */
export function lastLeaseEnd(now: string): string {
  return new Date(Date.parse(now) + LONGEST_LEASE).toISOString();
}

/**
 * A receiver as a change leaves it; undefined where there is none, or another one than the change was planned from.
 * @param was undefined: the change holds for whatever is there
 */
export function changedReceiver(
  before: Receiver | undefined,
  change: ReceiverChange,
  was: Receiver | undefined,
): Receiver | undefined {
  if (!before || (was && JSON.stringify(was) !== JSON.stringify(before))) return undefined;
  return changed(before, change);
}

/** Whether it is code of the app, which no store can know; others are receivers. */
export function isOfApp(consumer: Consumer): boolean {
  return consumer.startsWith('app:');
}

/** Which part of which change it is that the consumer was not told of. */
export type LetterPlace = Pick<NewDeadLetter, 'sequence' | 'part' | 'consumer'>;

/** DeadLetter.id within its tenant, e.g. `42.0.app:crm`. */
export function deadLetterId({ sequence, part, consumer }: LetterPlace): string {
  return `${sequence}.${part}.${consumer}`;
}

/** Undefined for a text that is no DeadLetter.id. */
export function letterPlace(id: string): LetterPlace | undefined {
  const [, sequence, part, consumer] = /^(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})\.([^\0]+)$/s.exec(id) ?? [];
  if (sequence === undefined || part === undefined || consumer === undefined) return undefined;
  return { sequence: Number(sequence), part: Number(part), consumer };
}

/** The newest change first, and of one change its last part; descending throughout, as an index is read backwards. */
export function compareLetters(a: LetterPlace, b: LetterPlace): number {
  return b.sequence - a.sequence || b.part - a.part || compareText(b.consumer, a.consumer);
}
