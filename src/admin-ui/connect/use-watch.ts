/** Asks for new requests every second, while somebody looks, for ten minutes. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActivityList, ActivityView } from '../../http/admin/messages.js';
import { ApiError, api, part } from '../api.js';
import { useAnnounce } from '../shell/announcements.js';
import { addArrived, type Watched } from './watch.js';

const EVERY = 1_000;
const LONGEST = 600_000;
const LIMIT = 50;

export interface Watch {
  readonly rows: readonly ActivityView[];
  readonly isRunning: boolean;
  /** Why the last attempt to ask failed; the next one follows. */
  readonly error: Error | undefined;
  readonly start: () => void;
  readonly pause: () => void;
}

function announcementOf(arrived: readonly ActivityView[]): string {
  const [last] = arrived;
  const outcome = last?.outcome === 'done' ? 'done' : `${last?.outcome}: ${last?.advice ?? last?.status}`;
  return arrived.length === 1
    ? `A request came: ${outcome}`
    : `${arrived.length} requests came, the last one ${outcome}`;
}

/** @param after the newest sequence number from before the credential was made */
export function useWatch(tenant: string, after: number): Watch {
  const [watched, setWatched] = useState<Watched>({ rows: [], newest: after });
  const [isRunning, setRunning] = useState(true);
  const [error, setError] = useState<Error>();
  const latest = useRef(watched);
  const announce = useAnnounce();

  const ask = useCallback(
    async (signal: AbortSignal) => {
      const query = { after: latest.current.newest, limit: LIMIT };
      const { items } = await api.watch<ActivityList>(`/tenants/${part(tenant)}/activity`, query, signal);
      const next = addArrived(latest.current, items);
      setError(undefined);
      if (next.newest === latest.current.newest) return;
      announce(announcementOf(next.rows.filter(({ sequence }) => sequence > latest.current.newest)));
      latest.current = next;
      setWatched(next);
    },
    [tenant, announce],
  );

  useEffect(() => {
    if (!isRunning) return;
    const abort = new AbortController();
    const ends = Date.now() + LONGEST;
    let timer: ReturnType<typeof setTimeout>;
    const turn = async () => {
      if (document.visibilityState === 'visible') await ask(abort.signal).catch(fail);
      if (abort.signal.aborted) return;
      if (Date.now() < ends) timer = setTimeout(turn, EVERY);
      else setRunning(false);
    };
    const fail = (reason: Error) => {
      if (abort.signal.aborted) return;
      setError(reason);
      // What is refused now will be refused in a second too.
      if (reason instanceof ApiError && reason.status < 500 && reason.status !== 429) setRunning(false);
    };
    void turn();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [isRunning, ask]);

  const start = useCallback(() => setRunning(true), []);
  const pause = useCallback(() => setRunning(false), []);
  return { rows: watched.rows, isRunning, error, start, pause };
}
