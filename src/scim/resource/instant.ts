/** Date-times (RFC 7643 §2.3.5, xsd:dateTime) and the form in which they are compared. */

// xsd:dateTime with any number of fraction digits; Entra sends seven. A missing zone is read as UTC.
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|z|[+-]\d{2}:\d{2})?$/;
const FRACTION_DIGITS = 9;

/**
 * The instant as text that orders as time does: UTC, always nine fraction digits, `2011-05-13T04:42:34.000000000Z`.
 * Undefined when the text is not a date-time, or its instant lies outside the years 0000 to 9999.
 */
export function canonicalInstant(text: string): string | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  if (!isCalendarDate(Number(year), Number(month), Number(day))) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const digits = `${fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0')}Z`;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  if (offset === 0) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${digits}`;
  // Date.UTC reads years below 100 as 19xx, so the year is set apart.
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const utc = new Date(date.getTime() - offset * 60_000);
  const utcYear = utc.getUTCFullYear();
  if (utcYear < 0 || utcYear > 9999) return undefined;
  return `${utc.toISOString().slice(0, 19)}.${digits}`;
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number;
  return day <= days;
}

/** Minutes east of UTC. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
