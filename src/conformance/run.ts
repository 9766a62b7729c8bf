/** A whole run: its checks, scenarios and the simulated directory, one after the other. */
import type { Check } from './check.js';
import { type ConductOptions, conduct, type Findings } from './conduct.js';
import { type DirectoryOptions, runDirectory } from './directory/run.js';
import type { Facts } from './facts.js';
import type { Report, Result } from './model.js';
import type { Scenario } from './scenarios/load.js';
import { runScenario } from './scenarios/run.js';
import type { Session } from './session.js';

export interface RunOptions extends ConductOptions {
  /** What to check, in order. */
  readonly checks: readonly Check[];
  readonly scenarios: readonly Scenario[];
  /** Undefined: no simulated directory. */
  readonly directory: DirectoryOptions | undefined;
  /** Only checks that change nothing; no scenarios, no directory. */
  readonly isReadOnly: boolean;
}

/** @throws CannotRun when the server cannot be reached or refuses the credential */
export function runConformance(options: RunOptions): Promise<Report> {
  return conduct('run', options, (session, facts, findings) => work(session, facts, options, findings));
}

async function work(session: Session, facts: Facts, options: RunOptions, findings: Findings): Promise<void> {
  const { results, directory } = findings;
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
