/** A moment, as people say it; the exact time is its title, or what is shown when asked for. */
import { useSyncExternalStore } from 'react';
import { usePreferences } from '../shell/preferences.js';
import { absoluteTime, relativeTime } from './format.js';

interface Props {
  /** ISO 8601 UTC; null: there is none. */
  readonly value: string | null;
  /** What is shown for null. */
  readonly empty?: string;
  readonly exact?: boolean;
}

const STEP = 30_000;

/** The present time in milliseconds, anew every half minute; one clock for all that ask. */
export function useNow(): number {
  return useSyncExternalStore(
    (notice) => {
      const timer = setInterval(notice, STEP);
      return () => clearInterval(timer);
    },
    () => Math.floor(Date.now() / STEP) * STEP,
  );
}

export function Time({ value, empty = '–', exact = false }: Props) {
  const now = useNow();
  const { zone } = usePreferences();
  if (value === null) return <>{empty}</>;
  const local = absoluteTime(value, undefined);
  const utc = absoluteTime(value, 'UTC');
  const shown = zone === 'utc' ? utc : local;
  if (exact) return <time dateTime={value}>{shown}</time>;
  const title = local === utc || zone === 'utc' ? shown : `${local}\n${utc}`;
  return (
    <time dateTime={value} title={title}>
      {relativeTime(value, now + STEP)}
    </time>
  );
}
