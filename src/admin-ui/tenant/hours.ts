/** Traffic as the chart needs it. Pure. */
import type { TrafficView } from '../../http/admin/messages.js';

const HOUR = 3_600_000;

export interface Hour {
  readonly start: Date;
  readonly done: number;
  readonly refused: number;
  readonly failed: number;
}

/** The last `hours` hours up to that of `now` (milliseconds), oldest first; those that had no request are all zero. */
export function fillHours(items: readonly TrafficView[], hours: number, now: number): Hour[] {
  const last = Math.floor(now / HOUR);
  const byHour = new Map(items.map((item) => [Math.floor(Date.parse(item.hour) / HOUR), item]));
  return Array.from({ length: hours }, (_, at) => {
    const hour = last - hours + 1 + at;
    const { requests = 0, refused = 0, failed = 0 } = byHour.get(hour) ?? {};
    return { start: new Date(hour * HOUR), done: Math.max(0, requests - refused - failed), refused, failed };
  });
}

/** From 0 to the highest bar, and to 4 at least, so that one request does not fill the chart. */
export function scale(hours: readonly Hour[]): [low: number, high: number] {
  return [0, Math.max(4, ...hours.map(({ done, refused, failed }) => done + refused + failed))];
}
