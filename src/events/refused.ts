/**
 * What became of what a receiver was sent, and what is done about it. Knows: when something is tried again, when it is
 * given up, when a receiver is left alone. Does not know: how anything is sent.
 *
 * Who is away (no answer, 5xx, 408, 425, 429) is tried again for a day, at growing distances, and eight times at least;
 * then what could not be told is given up, and the receiver is paused, since all that follows would wait as long. Who
 * says no to a message (any other status) is asked five times within an hour; then the message is given up and the next
 * one is sent. Who says 410 wants nothing more, and is paused at once.
 */
import { type PostAnswer, PostFailed } from '../network/post.js';
import { LONGEST_WAIT } from './lane.js';
import type { Verdict } from './outlet.js';

/** It was answered, and not with success. The message is one sentence without what the other side wrote. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    /** Seconds; undefined where the answer did not say. */
    readonly retryAfter: number | undefined,
    /** Of a security event token: an error code that RFC 8935 knows. */
    readonly code?: string | undefined,
  ) {
    const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
    super(`The receiver answered with status ${status}${code === undefined ? '' : ` (${code})`}${redirect}.`);
    this.name = 'Refused';
  }
}

/** It was sent to where the receiver is no more, or by an older secret: what came of it says nothing of the receiver. */
export class Superseded extends Error {
  constructor() {
    super('The receiver was changed while it was being told.');
    this.name = 'Superseded';
  }
}

/** @throws Refused unless the status says success */
export function checkAnswer({ status, retryAfter }: PostAnswer, code?: string): void {
  if (status < 200 || status >= 300) throw new Refused(status, retryAfter, code);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Between the tries of somebody who is away; the last one again and again. */
const WAITS = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, LONGEST_WAIT];
const LONGEST_RETRY_AFTER = HOUR;
/** How often somebody may say no to one message. */
const REFUSALS = 5;
/** Statuses beside 5xx that speak of the moment and not of the message. */
const MOMENTARY: ReadonlySet<number> = new Set([408, 425, 429]);
const GONE = 410;

/** What is known of something that could not be told. Moments are ms since 1970. */
export interface Failure {
  readonly attempts: number;
  /** Of those, how often somebody said no to this message. */
  readonly refusals: number;
  /** The first failure since something succeeded. */
  readonly since: number;
  readonly error: unknown;
}

export function verdictOn({ attempts, refusals, since, error }: Failure, now: number): Verdict {
  if (error instanceof Superseded) return { retryAt: now };
  const end = since + DAY;
  if (isRefusal(error)) {
    if (error.status === GONE) return { pauseBecause: 'The receiver answered with status 410: it wants no more.' };
    return refusals >= REFUSALS || isOver(attempts, end, now)
      ? { giveUp: true }
      : { retryAt: now + waitAfter(refusals) };
  }
  if (isOver(attempts, end, now)) {
    return { giveUp: true, pauseBecause: `For a day it could not be told. ${explain(error)}` };
  }
  const asked = error instanceof Refused ? error.retryAfter : undefined;
  const next = now + (asked === undefined ? waitAfter(attempts) : asWished(asked, now - since));
  return { retryAt: now < end ? Math.min(next, end) : next };
}

/** A day may pass while nobody tries, because this server was down itself, or by a leap of the clock. */
function isOver(attempts: number, end: number, now: number): boolean {
  return now >= end && attempts > WAITS.length;
}

/** @param times from 1 */
function waitAfter(times: number): number {
  return WAITS[Math.min(Math.max(times, 1), WAITS.length) - 1] as number;
}

/** Whoever says "at once" each time is asked less and less often, too. @param passed ms since the first failure */
function asWished(seconds: number, passed: number): number {
  return Math.min(Math.max(seconds * SECOND, SECOND, passed / 10), LONGEST_RETRY_AFTER);
}

/** Whether somebody said no to a message, whenever it is sent. */
export function isRefusal(error: unknown): error is Refused {
  return error instanceof Refused && error.status < 500 && !MOMENTARY.has(error.status);
}

/** Whether it is the other side that something failed of. */
export function isOfReceiver(error: unknown): error is Refused | PostFailed | Superseded {
  return error instanceof Refused || error instanceof PostFailed || error instanceof Superseded;
}

/** One sentence for people. */
export function explain(error: unknown): string {
  return isOfReceiver(error) ? error.message : 'It could not be sent: the log holds the reason.';
}
