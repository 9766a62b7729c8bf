import { describe, expect, test } from 'vitest';
import { absoluteTime, count, duration, number, rate, relativeTime } from '../../src/admin-ui/components/format.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const from = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

describe('times for people', () => {
  test.each([
    [-5, 'just now'],
    [5, 'just now'],
    [45, 'in less than a minute'],
    [-61, '1 minute ago'],
    [-7199, '1 hour ago'],
    [-7200, '2 hours ago'],
    [-90_000, '1 day ago'],
    [86_399, 'in 24 hours'],
    [89 * 86_400, 'in 3 months'],
    [365 * 86_400, 'in 1 year'],
  ])('%i seconds from now is “%s”', (seconds, text) => {
    expect(relativeTime(from(seconds), NOW)).toBe(text);
  });

  test('an exact time names its zone', () => {
    expect(absoluteTime('2026-11-21T06:14:23.120Z', 'UTC')).toBe('21 Nov 2026, 06:14:23 UTC');
    expect(absoluteTime('2026-06-21T06:14:23Z', 'Europe/Berlin')).toBe('21 Jun 2026, 08:14:23 CEST');
  });

  test.each([
    [0, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 minute'],
    [7_200_000, '2 hours'],
    [172_800_000, '2 days'],
  ])('%i ms last “%s”', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});

describe('amounts', () => {
  test('thousands are grouped', () => {
    expect(number(1_234_567)).toBe('1,234,567');
  });

  test('one is singular, everything else plural', () => {
    expect([count(0, 'user'), count(1, 'user'), count(2, 'user')]).toEqual(['0 users', '1 user', '2 users']);
  });

  test.each([
    [0, 0, '–'],
    [0, 10, '0 %'],
    [1, 100_000, '<0.1 %'],
    [1, 3, '33.3 %'],
    [10, 10, '100 %'],
  ])('%i of %i are %s', (part, whole, text) => {
    expect(rate(part, whole)).toBe(text);
  });
});
