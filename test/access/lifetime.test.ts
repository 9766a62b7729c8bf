import { describe, expect, it } from 'vitest';
import { isExpired, isNear, parseLifetime, parseSeconds } from '../../src/access/lifetime.js';
import { FieldRefused } from '../../src/access/refusal.js';
import { clock, NOW } from './fakes.js';

describe('parseLifetime', () => {
  it.each([
    ['90d', '2031-04-01T12:00:00.000Z'],
    ['12h', '2031-01-02T00:00:00.000Z'],
    ['30m', '2031-01-01T12:30:00.000Z'],
    ['2031-01-31', '2031-01-31T00:00:00.000Z'],
    ['2032-02-29', '2032-02-29T00:00:00.000Z'],
    ['2031-01-31T12:00:00Z', '2031-01-31T12:00:00.000Z'],
    ['2031-01-31T12:00:00.5+02:00', '2031-01-31T10:00:00.500Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseLifetime(text, clock())).toBe(expected);
  });

  it.each([
    '',
    '90',
    'd',
    '90 d',
    '-1d',
    '1.5h',
    '90D',
    '90s',
    '1y',
    'tomorrow',
    '31.01.2031',
    '2031-02-29',
    '2031-13-01',
    '2031-1-1',
  ])('%j is refused with the forms there are', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(
      /is not a lifetime: write 90d, 12h, 30m, a date such as 2031-01-31/,
    );
  });

  it.each(['0d', '0m', '2031-01-01', '2031-01-01T12:00:00Z', '1999-12-31'])('%j is refused as past', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(/not in the future/);
  });

  it.each(['999999999d', '9999-12-31T23:59:59Z'])('%j is refused as too far', (text) => {
    expect(() => parseLifetime(text, clock())).toThrow(/too far/);
  });
});

describe('parseSeconds', () => {
  it.each([
    ['0', 0],
    ['90', 90],
    ['90m', 5_400],
    ['1h', 3_600],
    ['7d', 604_800],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseSeconds(text, 'overlap')).toBe(seconds);
  });

  it.each(['', '-1', '1.5h', '1w', 'h', '2031-01-31'])('%j is refused, with the name of the value', (text) => {
    expect(() => parseSeconds(text, 'overlap')).toThrow(/is no length of time: write 90m, 12h, 7d or seconds/);
    expect(() => parseSeconds(text, 'overlap')).toThrow(FieldRefused);
  });
});

describe('an end', () => {
  it('is reached at its very moment, and never where there is none', () => {
    expect(isExpired({ expires: NOW }, NOW)).toBe(true);
    expect(isExpired({ expires: '2031-01-01T12:00:00.001Z' }, NOW)).toBe(false);
    expect(isExpired({ expires: undefined }, NOW)).toBe(false);
  });

  it('is near for 30 days, and when it is past', () => {
    expect(isNear('2031-01-31T12:00:00.000Z', NOW)).toBe(true);
    expect(isNear('2031-01-31T12:00:00.001Z', NOW)).toBe(false);
    expect(isNear('2030-01-01T00:00:00.000Z', NOW)).toBe(true);
    expect(isNear(undefined, NOW)).toBe(false);
  });
});
