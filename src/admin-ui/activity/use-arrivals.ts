/** Keeps the list of requests up to date: asks for what is new every second or two while the page is looked at. */
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActivityView } from '../../http/admin/messages.js';
import { useAnnounce } from '../shell/announcements.js';
import type { ActivityFilter } from './filter.js';
import { type ActivityPageData, activityQueries, type Scope } from './queries.js';
import { arrive, startTail, type Tail } from './tail.js';
import { usePolling } from './use-polling.js';
import { arrivedText } from './wording.js';

/** A screen reader is told at most this often, in milliseconds. */
const ANNOUNCE = 8_000;

export interface Arrivals {
  readonly page: UseQueryResult<ActivityPageData>;
  readonly rows: readonly ActivityView[];
  /** True while new requests come by themselves. */
  readonly isLive: boolean;
  readonly setLive: (isLive: boolean) => void;
  /** Why the last attempt brought nothing; undefined when it did. */
  readonly error: unknown;
}

/** `before`: an older page, which nothing new is put on. */
export function useArrivals(scope: Scope, filter: ActivityFilter, before: number | undefined): Arrivals {
  const page = useQuery(activityQueries.page(scope, filter, before));
  const data = page.isPlaceholderData ? undefined : page.data;
  const [tail, setTail] = useState<Tail>();
  const [isLive, setLive] = useState(true);
  const [error, setError] = useState<unknown>();
  const announce = useArrivalAnnouncements();
  const client = useQueryClient();
  const latest = useRef<Tail>(undefined);
  const put = useCallback((next: Tail | undefined) => {
    latest.current = next;
    setTail(next);
  }, []);
  useEffect(() => put(data && startTail(data.items, data.newest)), [data, put]);

  const ask = async () => {
    const known = latest.current;
    if (!known) return;
    const answer = await client.fetchQuery(activityQueries.arrivals(scope, known.newest));
    // The list may have been read anew meanwhile.
    if (latest.current !== known || answer.length === 0) return;
    const next = arrive(known, answer, filter);
    announce(next.arrived);
    if (next.isBehind) await page.refetch();
    else put(next);
  };
  const isOn = isLive && before === undefined && data !== undefined;
  usePolling({ isOn, ask, onResult: setError, onUnattended: () => setLive(false) });

  return { page, rows: tail?.rows ?? page.data?.items ?? [], isLive, setLive, error };
}

/** Gathers what has arrived, so that a busy tenant does not talk without end. */
function useArrivalAnnouncements(): (arrived: readonly ActivityView[]) => void {
  const announce = useAnnounce();
  const gathered = useRef<ActivityView[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (arrived) => {
      if (arrived.length === 0) return;
      gathered.current.push(...arrived);
      timer.current ??= setTimeout(() => {
        announce(arrivedText(gathered.current));
        gathered.current = [];
        timer.current = undefined;
      }, ANNOUNCE);
    },
    [announce],
  );
}
