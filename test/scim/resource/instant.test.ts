import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalInstant } from '../../../src/scim/resource/instant.js';

describe('canonicalInstant (RFC 7643 §2.3.5, xsd:dateTime)', () => {
  const rows: [what: string, text: string, expected: string][] = [
    ['UTC', '2011-05-13T04:42:34Z', '2011-05-13T04:42:34.000000000Z'],
    ['lower-case letters', '2011-05-13t04:42:34z', '2011-05-13T04:42:34.000000000Z'],
    ['no zone is UTC', '2011-05-13T04:42:34', '2011-05-13T04:42:34.000000000Z'],
    ['a zone to the east', '2011-05-13T06:42:34+02:00', '2011-05-13T04:42:34.000000000Z'],
    ['a zone to the west', '2011-05-12T23:12:34-05:30', '2011-05-13T04:42:34.000000000Z'],
    ['a zone with a quarter of an hour', '2011-05-13T10:27:34+05:45', '2011-05-13T04:42:34.000000000Z'],
    ['the eastmost zone', '2011-05-13T14:00:00+14:00', '2011-05-13T00:00:00.000000000Z'],
    ['zero to the west', '2011-05-13T04:42:34-00:00', '2011-05-13T04:42:34.000000000Z'],
    ['over the end of a year', '2010-12-31T23:30:00-01:00', '2011-01-01T00:30:00.000000000Z'],
    ['back over the end of February', '2012-03-01T00:30:00+01:00', '2012-02-29T23:30:00.000000000Z'],
    ['one digit of a second', '2011-05-13T04:42:34.5Z', '2011-05-13T04:42:34.500000000Z'],
    ['three digits', '2011-05-13T04:42:34.005Z', '2011-05-13T04:42:34.005000000Z'],
    ['seven digits, as Entra sends them', '2011-05-13T04:42:34.1234567Z', '2011-05-13T04:42:34.123456700Z'],
    ['nine digits', '2011-05-13T04:42:34.123456789Z', '2011-05-13T04:42:34.123456789Z'],
    ['more than nine are cut, not rounded', '2011-05-13T04:42:34.1234567899999Z', '2011-05-13T04:42:34.123456789Z'],
    ['nines are not rounded up', '2011-12-31T23:59:59.9999999999Z', '2011-12-31T23:59:59.999999999Z'],
    ['a fraction and a zone', '2011-05-13T06:42:34.25+02:00', '2011-05-13T04:42:34.250000000Z'],
    ['a leap day', '2012-02-29T00:00:00Z', '2012-02-29T00:00:00.000000000Z'],
    ['a leap day of a century', '2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000000000Z'],
    ['year 1, as Entra asks for', '0001-01-03T00:00:00.0000000Z', '0001-01-03T00:00:00.000000000Z'],
    ['year 99 is not 1999', '0099-06-01T00:00:00Z', '0099-06-01T00:00:00.000000000Z'],
    ['the leap day of year 4', '0004-02-29T00:00:00Z', '0004-02-29T00:00:00.000000000Z'],
    ['the first year', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000000000Z'],
    ['the last second', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000000Z'],
  ];
  test.each(rows)('%s: %s', (_, text, expected) => {
    expect(canonicalInstant(text)).toBe(expected);
  });

  test.each([
    '',
    'x',
    '2011-05-13',
    '2011-05-13T04:42Z',
    '2011-05-13 04:42:34Z',
    '20110513T044234Z',
    '11-05-13T04:42:34Z',
    '12011-05-13T04:42:34Z',
    '2011-5-13T04:42:34Z',
    '2011-00-13T04:42:34Z',
    '2011-13-01T04:42:34Z',
    '2011-05-00T04:42:34Z',
    '2011-05-32T04:42:34Z',
    '2011-04-31T00:00:00Z',
    '2011-02-29T00:00:00Z',
    '2011-02-30T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2011-05-13T24:00:01Z',
    '2011-05-13T25:00:00Z',
    '2011-05-13T04:60:00Z',
    '2011-05-13T04:42:60Z',
    '2011-05-13T04:42:34.Z',
    '2011-05-13T04:42:34,5Z',
    '2011-05-13T04:42:34+2:00',
    '2011-05-13T04:42:34+0200',
    '2011-05-13T04:42:34+02',
    '2011-05-13T04:42:34+15:00',
    '2011-05-13T04:42:34+02:60',
    '2011-05-13T04:42:34ZZ',
    ' 2011-05-13T04:42:34Z',
    '2011-05-13T04:42:34Z ',
    '2011-05-13T04:42:34Z\n',
    '-2011-05-13T04:42:34Z',
    '+2011-05-13T04:42:34Z',
    '2011-05-13T04:42:34.-5Z',
    '٢٠١١-05-13T04:42:34Z',
    // Outside the years 0000 to 9999.
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
  ])('%j is no date-time', (text) => {
    // biome-ignore format: one a line would hide the others
    expect(canonicalInstant(text)).toBeUndefined();
  });
});

describe('the order of the texts is the order of time', () => {
  /** An instant in milliseconds, and one of its spellings. */
  const instant = fc
    .record({
      time: fc.integer({ min: Date.UTC(1, 0, 2) - 1900 * 31_557_600_000, max: Date.UTC(9999, 11, 30) }),
      zone: fc.integer({ min: -14 * 60, max: 14 * 60 }),
      digits: fc.constantFrom(3, 4, 7, 9, 12),
    })
    .map(({ time, zone, digits }) => {
      const local = new Date(time + zone * 60_000).toISOString();
      const two = (number: number) => String(Math.floor(number)).padStart(2, '0');
      const sign = zone < 0 ? '-' : '+';
      const offset = zone === 0 ? 'Z' : `${sign}${two(Math.abs(zone) / 60)}:${two(Math.abs(zone) % 60)}`;
      return { time, text: `${local.slice(0, 23)}${'0'.repeat(digits - 3)}${offset}` };
    });

  test('of any two, to the millisecond, as Date reads them', () => {
    const near = fc.tuple(instant, fc.integer({ min: -2, max: 2 }), instant).map(([a, step, b]) => {
      const time = a.time + step;
      return [a, step === 2 ? b : { time, text: new Date(time).toISOString() }] as const;
    });
    fc.assert(
      fc.property(near, ([a, b]) => {
        const [x, y] = [canonicalInstant(a.text) as string, canonicalInstant(b.text) as string];
        expect(Math.sign(a.time - b.time)).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });

  test('an instant is the same in every zone, and the text of an instant is its own canonical form', () => {
    fc.assert(
      fc.property(instant, ({ time, text }) => {
        const canonical = canonicalInstant(text);
        expect(canonical).toBe(`${new Date(time).toISOString().slice(0, 23)}000000Z`);
        expect(canonicalInstant(canonical as string)).toBe(canonical);
        expect(canonical).toHaveLength('2011-05-13T04:42:34.000000000Z'.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('below the millisecond too', () => {
    const spellings = ['', '.000000001', '.0000001', '.001', '.0019999', '.002', '.1', '.11', '.9', '.999999999'];
    const canonical = spellings.map((fraction) => canonicalInstant(`2011-05-13T04:42:34${fraction}Z`) as string);
    expect([...canonical].reverse().sort()).toEqual(canonical);
    expect(new Set(canonical).size).toBe(spellings.length);
  });

  test('a year is a date of its calendar: every day of four centuries is one, and the days between are none', () => {
    for (let year = 1600; year < 2000; year++) {
      const exists = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
      expect(canonicalInstant(`${year}-02-29T00:00:00Z`) !== undefined, String(year)).toBe(exists);
    }
  });
});
