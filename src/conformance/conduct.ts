/** What every run against a server has in common: connect, do the work, tidy up whatever happened, report. */

import { NoAnswer } from './client/client.js';
import { type Facts, readFacts } from './facts.js';
import { type Answer, CannotRun, type CleanUp, type Report, type Result, type Verdict } from './model.js';
import { Aborted, Session, type SessionOptions } from './session.js';
import { findStrays } from './strays.js';

export interface ConductOptions extends SessionOptions {
  /** Leave what was made on the server. */
  readonly keep: boolean;
  /** Of this program; for the report. */
  readonly version: string;
  /** What is said of the server besides what it says of itself, one sentence each; for the report. */
  readonly said?: readonly string[];
}

/** What a run has found out so far: of an interrupted one, this is reported. */
export interface Findings {
  readonly results: Result[];
  /** Sentences of the simulated directory. */
  readonly directory: string[];
}

/**
 * @param kind `run` or `replay`: what it is called while it tidies up
 * @throws CannotRun when the server cannot be reached or refuses the credential
 */
export async function conduct(
  kind: 'run' | 'replay',
  options: ConductOptions,
  work: (session: Session, facts: Facts, findings: Findings) => Promise<void>,
): Promise<Report> {
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const session = new Session(options);
  const findings: Findings = { results: [], directory: [] };
  let facts: Facts | undefined;
  let interrupted: string | undefined;
  let cleanUp: CleanUp = { created: 0, removed: 0, left: [] };
  try {
    facts = await connect(session);
    await work(session, facts, findings);
  } catch (error) {
    // What was found out until then is worth a report, such as when the token endpoint fails half-way.
    const isReportable = error instanceof Aborted || (error instanceof CannotRun && findings.results.length > 0);
    if (!isReportable) throw error;
    interrupted = error.message;
  } finally {
    session.beginCleanUp();
    const { client, prefix } = session;
    // Only where something was to be made; and of a replay the names are those of the recording.
    const hasStrays = kind === 'run' && client.hasPosted && !options.isDry ? facts : undefined;
    cleanUp = await session.ledger.cleanUp(client, {
      keep: options.keep,
      onStep: (done, of) => options.onProgress?.({ kind: 'step', what: `removing what the ${kind} made`, done, of }),
      findStrays: hasStrays && (() => findStrays(client, hasStrays, prefix)),
    });
    session.transport.close();
  }
  return {
    tool: {
      name: kind === 'run' ? 'scim-target conformance' : `scim-target conformance ${kind}`,
      version: options.version,
    },
    target: options.url,
    startedAt,
    milliseconds: Math.round(performance.now() - started),
    seed: options.seed,
    prefix: session.prefix,
    server: [...(facts?.sentences ?? []), ...(options.said ?? [])],
    requests: session.client.count,
    counts: countsOf(findings.results),
    ...findings,
    cleanUp,
    interrupted,
  };
}

/** Whether there is a SCIM server at the address that takes the credential. @throws CannotRun */
export async function connect(session: Session): Promise<Facts> {
  const { url } = session.options;
  try {
    const answer = await session.client.send({ method: 'GET', path: '/Users', query: { startIndex: 1, count: 1 } });
    const reason = unfit(url, answer);
    if (reason !== undefined) throw new CannotRun(reason);
    return await readFacts(session.client);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CannotRun(`${url} cannot be reached: ${error.message}`, { cause: error });
  }
}

/** Why nothing can be found out at an address whose users are answered like this; undefined: it can. */
function unfit(url: string, { status, headers, body, text }: Answer): string | undefined {
  const answered = `GET /Users was answered with status ${status}`;
  if (status === 401 || status === 403) return `${url} refuses the credential: ${answered}.`;
  if (status === 404) return `There is no SCIM endpoint at ${url}: ${answered}. Is the path complete?`;
  if (status >= 300 && status < 400) {
    const location = headers.location === undefined ? 'no Location' : `the Location ${headers.location}`;
    return `${url} leads elsewhere: ${answered} and ${location}. Give the address behind it, also to identity providers.`;
  }
  if (status >= 300 || body !== undefined) return undefined;
  const type = headers['content-type'] ?? 'no media type';
  return `There is no SCIM endpoint at ${url}: ${answered} and ${type}, not JSON: ${beginningOf(text)}`;
}

/** Of a body that should have been another, in ASCII: what cannot be seen is often what is wrong. */
function beginningOf(text: string): string {
  if (text === '') return 'the body is empty.';
  const seen = JSON.stringify(text.slice(0, 60));
  return `${seen.replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}…`;
}

function countsOf(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, warned: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}
