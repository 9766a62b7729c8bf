import { describe, expect, test } from 'vitest';
import { explain, Refused, Superseded, verdictOn } from '../../src/events/refused.js';
import { PostFailed } from '../../src/network/post.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const away = new PostFailed('could not be reached (ECONNREFUSED)');
const refused = (status: number, retryAfter?: number) => new Refused(status, retryAfter);

/** When somebody is tried who fails each time, in ms after the first try; and what is decided in the end. */
function tries(error: unknown) {
  const moments = [0];
  for (let attempts = 1; attempts < 1_000; attempts++) {
    const now = moments.at(-1) as number;
    const verdict = verdictOn({ attempts, refusals: attempts, since: 0, error }, now);
    if (!('retryAt' in verdict)) return { moments, verdict };
    expect(verdict.retryAt).toBeGreaterThan(now);
    moments.push(verdict.retryAt);
  }
  throw new Error('it never ends');
}

describe('somebody who is away', () => {
  test('is tried for a day at growing distances; then it is given up, and the receiver is paused', () => {
    const { moments, verdict } = tries(away);
    const waits = moments.slice(1).map((moment, i) => moment - (moments[i] as number));
    expect(waits.slice(0, 7)).toEqual([5_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR]);
    expect(moments.at(-1)).toBe(24 * HOUR);
    expect(verdict).toEqual({
      giveUp: true,
      pauseBecause: 'For a day it could not be told. The receiver could not be reached (ECONNREFUSED).',
    });
  });

  test.each([500, 502, 503, 504, 408, 425, 429])('is one who answers with %d', (status) => {
    expect(tries(refused(status)).moments.at(-1)).toBe(24 * HOUR);
  });

  test.each([
    [90, 90_000],
    [0, 1_000],
    [86_400, HOUR],
    [Number.MAX_SAFE_INTEGER, HOUR],
  ])('is tried after the %d seconds that the answer says, an hour at most', (seconds, wait) => {
    expect(verdictOn({ attempts: 1, refusals: 0, since: 0, error: refused(429, seconds) }, 0)).toEqual({
      retryAt: wait,
    });
  });

  test.each([0, 1])('who says each time to come again after %d seconds is asked less and less often', (seconds) => {
    const { moments } = tries(refused(503, seconds));
    expect(moments.slice(0, 5)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(moments.length).toBeLessThan(150);
    expect(moments.at(-1)).toBe(24 * HOUR);
  });

  test('is not given up because nobody tried for a day: it is tried eight times', () => {
    const late = (attempts: number) => verdictOn({ attempts, refusals: 0, since: 0, error: away }, 60 * HOUR);
    expect(late(2)).toEqual({ retryAt: 60 * HOUR + MINUTE });
    expect(late(7)).toEqual({ retryAt: 60 * HOUR + 10 * HOUR });
    expect(late(8)).toMatchObject({ giveUp: true });
  });

  test('is tried again where the clock has leapt back', () => {
    const failure = { attempts: 3, refusals: 0, since: 500 * HOUR, error: refused(503, 9) };
    expect(verdictOn(failure, 0)).toEqual({ retryAt: 9_000 });
  });
});

describe('somebody who says no to a message', () => {
  test.each([301, 302, 307, 400, 401, 403, 404, 413, 422])('with %d is asked five times within an hour', (status) => {
    const { moments, verdict } = tries(refused(status));
    expect(moments).toHaveLength(5);
    expect(moments.at(-1)).toBeLessThan(HOUR);
    expect(verdict).toEqual({ giveUp: true });
  });

  test('is asked five times, however often they were away before', () => {
    const verdict = (refusals: number) =>
      verdictOn({ attempts: 6 + refusals, refusals, since: 0, error: refused(404) }, 7);
    expect(verdict(1)).toEqual({ retryAt: 7 + 5_000 });
    expect(verdict(4)).toEqual({ retryAt: 7 + 30 * MINUTE });
    expect(verdict(5)).toEqual({ giveUp: true });
  });

  test('is not asked for longer than a day, however often the count begins anew', () => {
    const failure = { attempts: 8, refusals: 1, since: 0, error: refused(404) };
    expect(verdictOn(failure, 24 * HOUR)).toEqual({ giveUp: true });
  });

  test('with 410 is paused at once, and nothing is given up', () => {
    expect(verdictOn({ attempts: 1, refusals: 1, since: 0, error: refused(410) }, 0)).toEqual({
      pauseBecause: 'The receiver answered with status 410: it wants no more.',
    });
  });
});

test('what was sent to where a receiver is no more is sent again at once', () => {
  expect(verdictOn({ attempts: 9, refusals: 5, since: 0, error: new Superseded() }, 99 * HOUR)).toEqual({
    retryAt: 99 * HOUR,
  });
});

test('a failure is told in one sentence', () => {
  expect(explain(refused(302))).toBe('The receiver answered with status 302; redirects are not followed.');
  expect(explain(new Refused(400, undefined, 'invalid_key'))).toBe(
    'The receiver answered with status 400 (invalid_key).',
  );
  expect(explain(new Error('with a secret'))).toBe('It could not be sent: the log holds the reason.');
});
