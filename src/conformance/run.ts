/** A whole run: connect, read what the server says of itself, check, play scenarios and directory, tidy up, report. */

import type { Check } from './check.js';
import { NoAnswer } from './client/client.js';
import { type DirectoryOptions, runDirectory } from './directory/run.js';
import { type Facts, readFacts } from './facts.js';
import { CannotRun, type CleanUp, type Report, type Result, type Verdict } from './model.js';
import type { Scenario } from './scenarios/load.js';
import { runScenario } from './scenarios/run.js';
import { Aborted, Session, type SessionOptions } from './session.js';

export interface RunOptions extends SessionOptions {
  /** What to check, in order. */
  readonly checks: readonly Check[];
  readonly scenarios: readonly Scenario[];
  /** Undefined: no simulated directory. */
  readonly directory: DirectoryOptions | undefined;
  /** Only checks that change nothing; no scenarios, no directory. */
  readonly isReadOnly: boolean;
  /** Leave what was made on the server. */
  readonly keep: boolean;
  /** Of this program; for the report. */
  readonly version: string;
}

/** @throws CannotRun when the server cannot be reached or refuses the credential */
export async function runConformance(options: RunOptions): Promise<Report> {
  const startedAt = new Date().toISOString();
  const started = performance.now();
  const session = new Session(options);
  const results: Result[] = [];
  const directory: string[] = [];
  let facts: Facts | undefined;
  let interrupted: string | undefined;
  let cleanUp: CleanUp = { created: 0, removed: 0, left: [] };
  try {
    facts = await connect(session);
    await work(session, facts, options, results, directory);
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    interrupted = error.message;
  } finally {
    session.beginCleanUp();
    cleanUp = await session.ledger.cleanUp(session.client, options.keep, (done, of) =>
      options.onProgress?.({ kind: 'step', what: 'removing what the run made', done, of }),
    );
    session.transport.close();
  }
  return {
    tool: { name: 'scim-target conformance', version: options.version },
    target: options.url,
    startedAt,
    milliseconds: Math.round(performance.now() - started),
    seed: options.seed,
    prefix: session.prefix,
    server: facts?.sentences ?? [],
    requests: session.client.count,
    counts: countsOf(results),
    results,
    directory,
    cleanUp,
    interrupted,
  };
}

async function work(
  session: Session,
  facts: Facts,
  options: RunOptions,
  results: Result[],
  directory: string[],
): Promise<void> {
  const { isReadOnly, onProgress } = options;
  const checks = options.checks.filter(({ readsOnly }) => !isReadOnly || readsOnly);
  const scenarios = isReadOnly ? [] : options.scenarios;
  const steps = scenarios.reduce((sum, { steps }) => sum + steps.length, 0);
  onProgress?.({ kind: 'planned', total: checks.length + steps });
  for (const check of checks) {
    results.push(await runCheck(session, facts, check));
    if (!options.keep) await session.tidy();
  }
  for (const scenario of scenarios) {
    results.push(...(await runScenario(session, facts, scenario)));
    if (!options.keep) await session.tidy();
  }
  if (options.directory && !isReadOnly) {
    await runDirectory(session, facts, options.directory, { results, sentences: directory });
  }
}

/** One check on its own. */
export function runCheck(session: Session, facts: Facts, check: Check): Promise<Result> {
  const { id, suite: group, title, level, client, source, fix } = check;
  return session.result({ id, group, title, level, client, source, fix }, async () => {
    const t = session.probe(id, facts);
    for (const feature of check.needs ?? []) t.needs(feature);
    await check.run(t);
  });
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
