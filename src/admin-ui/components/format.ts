/** How times, amounts and rates are written. Pure: the present time and the zone are arguments. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
];

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const NUMBER = new Intl.NumberFormat('en');

/** `2026-11-21T05:00:00Z` → `3 hours ago`, `in 12 days`, `just now`. `now`: milliseconds. */
export function relativeTime(time: string, now: number): string {
  const distance = Date.parse(time) - now;
  const unit = UNITS.find(([, length]) => Math.abs(distance) >= length);
  if (!unit) return distance > MINUTE / 2 ? 'in less than a minute' : 'just now';
  // What was made for 24 hours a second ago still has 24.
  const amount = distance / unit[1];
  return RELATIVE.format(distance > 0 ? Math.round(amount) : Math.trunc(amount), unit[0]);
}

/** How long something has lasted or will: `45 s`, `12 minutes`, `3 hours`, `1 day`. `milliseconds`: not negative. */
export function duration(milliseconds: number): string {
  if (milliseconds < MINUTE) return `${Math.floor(milliseconds / 1000)} s`;
  const [name, length] = UNITS.find(([, size]) => milliseconds >= size) as (typeof UNITS)[number];
  const amount = Math.floor(milliseconds / length);
  return `${amount} ${name}${amount === 1 ? '' : 's'}`;
}

/** `21 Nov 2026, 06:14:23 GMT+1`. `zone`: an IANA name, or undefined for that of the viewer. */
export function absoluteTime(time: string, zone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: zone,
    timeZoneName: 'short',
  }).format(new Date(time));
}

/** `12345` → `12,345` */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** `count(1, 'user')` → `1 user`; `count(2, 'user')` → `2 users`. */
export function count(value: number, singular: string): string {
  return `${number(value)} ${value === 1 ? singular : `${singular}s`}`;
}

/** The part of `whole` in per cent: `0 %`, `<0.1 %`, `2.5 %`. `–` of nothing. */
export function rate(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  return `${Number(percent.toFixed(1))} %`;
}
