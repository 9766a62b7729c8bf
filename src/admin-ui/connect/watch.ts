/** What the test of a connection has seen so far. Pure: asking is use-watch.ts. */
import type { ActivityView } from '../../http/admin/messages.js';

/** The most requests that are shown; the oldest go first. */
export const MOST_SHOWN = 50;

export interface Watched {
  /** Newest first. */
  readonly rows: readonly ActivityView[];
  /** The sequence number of the newest one that is known of. */
  readonly newest: number;
}

/** `answer`: in any order; what is known already is left out. */
export function addArrived({ rows, newest }: Watched, answer: readonly ActivityView[]): Watched {
  const later = answer.filter(({ sequence }) => sequence > newest).sort((a, b) => b.sequence - a.sequence);
  return later.length === 0
    ? { rows, newest }
    : { rows: [...later, ...rows].slice(0, MOST_SHOWN), newest: later[0]?.sequence ?? newest };
}

/**
 * `connected`: a SCIM request came with the credential, and was done. `refused`: what came last was not done.
 * `other`: requests come, and none with this credential. `waiting`: nothing has come.
 */
export type Verdict = 'waiting' | 'refused' | 'other' | 'connected';

/** Getting an access token proves the credential, and not that the address is right. */
function isScim({ path }: ActivityView): boolean {
  return !/\/(?:token|introspect|revoke)$/.test(path);
}

export function verdictOf(rows: readonly ActivityView[], credential: string): Verdict {
  const isDone = (row: ActivityView) => row.outcome === 'done' && row.credential?.id === credential && isScim(row);
  if (rows.some(isDone)) return 'connected';
  if (rows.length === 0) return 'waiting';
  return rows[0]?.outcome === 'done' ? 'other' : 'refused';
}
