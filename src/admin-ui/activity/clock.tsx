import { absoluteTime } from '../components/format.js';
import { useNow } from '../components/time.js';
import { usePreferences } from '../shell/preferences.js';
import { clockText } from './wording.js';

/** The time of a request to the second; the whole date is its title. */
export function Clock({ value }: { readonly value: string }) {
  const now = useNow();
  const zone = usePreferences().zone === 'utc' ? 'UTC' : undefined;
  return (
    <time dateTime={value} title={absoluteTime(value, zone)}>
      {clockText(value, now, zone)}
    </time>
  );
}
