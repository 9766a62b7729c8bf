/** The simulated directory run against a server, as the command would run it, with what it sent. */

import { connect } from '../../../src/conformance/conduct.js';
import { type DirectoryOptions, type DirectoryOutcome, runDirectory } from '../../../src/conformance/directory/run.js';
import type { CleanUp, Exchange, Result } from '../../../src/conformance/model.js';
import { Aborted, Session } from '../../../src/conformance/session.js';
import type { Suite } from '../../support/target.js';
import { type Spoiler, startProxy } from '../proxy.js';

export interface Played {
  readonly results: readonly Result[];
  readonly sentences: readonly string[];
  /** `POST https://…/Users {…}`, in order, without what only the run knows: ids and the address. */
  readonly requests: readonly string[];
  readonly exchanges: readonly Exchange[];
  readonly cleanUp: CleanUp;
  readonly isAborted: boolean;
}

export interface PlayOptions extends Partial<DirectoryOptions> {
  readonly seed?: number;
  /** Ends the run at this request. */
  readonly abortAt?: number;
  /** Leaves everything on the server, as a run that was killed does. */
  readonly keep?: boolean;
  readonly timeout?: number;
}

/** @param url the SCIM base URL */
export async function play(url: string, token: string, options: PlayOptions = {}): Promise<Played> {
  const { seed = 1, abortAt = 0, keep = false, timeout = 10_000, ...directory } = options;
  const abort = new AbortController();
  const exchanges: Exchange[] = [];
  let isConnected = false;
  const session = new Session({
    url,
    credential: { kind: 'bearer', token },
    seed,
    timeout,
    signal: abort.signal,
    onExchange: (exchange) => {
      exchanges.push(exchange);
      if (isConnected && exchanges.length === abortAt) abort.abort();
    },
  });
  const facts = await connect(session);
  exchanges.length = 0;
  isConnected = true;
  const outcome: DirectoryOutcome = { results: [], sentences: [] };
  let isAborted = false;
  try {
    await runDirectory(session, facts, { users: 20, groups: 4, cycles: 2, ...directory }, outcome);
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    isAborted = true;
  }
  const sent = [...exchanges];
  session.beginCleanUp();
  const cleanUp = await session.ledger.cleanUp(session.client, { keep, onStep: () => {}, findStrays: undefined });
  session.transport.close();
  return { ...outcome, requests: normalised(sent, url), exchanges: sent, cleanUp, isAborted };
}

/** Plays on a new tenant, behind a proxy when there is something to spoil. */
export async function playOn(
  suite: Suite,
  options: PlayOptions & { readonly spoiler?: Spoiler; readonly token?: string } = {},
): Promise<Played & { readonly token: string }> {
  const { spoiler, token = (await suite.tenant('entra')).token, ...rest } = options;
  const base = `${suite.origin}/scim/v2`;
  const proxy = spoiler && (await startProxy(base, spoiler));
  try {
    return { ...(await play(proxy?.url ?? base, token, rest)), token };
  } finally {
    await proxy?.close();
  }
}

export function resultOf({ results }: Played, id: string): Result {
  const result = results.find((each) => each.id === `directory.${id}`);
  if (!result) throw new Error(`there is no result ${id}`);
  return result;
}

/** What is wrong, one line each. */
export function findingsOf({ results }: Played): string[] {
  return results.filter(({ verdict }) => verdict === 'failed').map(({ id, finding }) => `${id}: ${finding?.message}`);
}

/** Ids of the server are replaced by the order in which they first came. */
function normalised(exchanges: readonly Exchange[], url: string): string[] {
  const ids = new Map<string, string>();
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return exchanges.map(({ request }) =>
    `${request.method} ${request.url.replace(url, '')} ${request.body ?? ''}`.replace(uuid, (id) => {
      if (!ids.has(id)) ids.set(id, `id-${ids.size}`);
      return ids.get(id) as string;
    }),
  );
}
