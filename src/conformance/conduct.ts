/** What every run against a server has in common: connect, do the work, tidy up whatever happened, report. */

import { NoAnswer } from './client/client.js';
import { type Facts, readFacts } from './facts.js';
import { CannotRun, type CleanUp, type Report, type Result, type Verdict } from './model.js';
import { Aborted, Session, type SessionOptions } from './session.js';

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
    cleanUp = await session.ledger.cleanUp(session.client, options.keep, (done, of) =>
      options.onProgress?.({ kind: 'step', what: `removing what the ${kind} made`, done, of }),
    );
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
    if (answer.status === 401 || answer.status === 403) {
      throw new CannotRun(`${url} refuses the credential: GET /Users was answered with status ${answer.status}.`);
    }
    if (answer.status === 404) {
      throw new CannotRun(
        `There is no SCIM endpoint at ${url}: GET /Users was answered with status 404. Is the path complete?`,
      );
    }
    return await readFacts(session.client);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    throw new CannotRun(`${url} cannot be reached: ${error.message}`, { cause: error });
  }
}

function countsOf(results: readonly Result[]): Record<Verdict, number> {
  const counts: Record<Verdict, number> = { passed: 0, failed: 0, warned: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}
