/** What `scim-target conformance` does: chooses, connects, runs, reports, and keeps secrets out of all of it. */
import { writeFileSync } from 'node:fs';
import {
  asked,
  bundledScenarios,
  CannotRun,
  type Check,
  type ChosenScenario,
  type Credential,
  chooseChecks,
  chooseScenarios,
  chooseSuites,
  createDryTransport,
  createTransport,
  dryCheck,
  type Exchange,
  HarWriter,
  htmlReport,
  jsonReport,
  junitReport,
  learning,
  levelWord,
  MadeSoFar,
  ProgressView,
  type RawRequest,
  type Repeat,
  type Report,
  readRecording,
  runConformance,
  runReplay,
  Secrets,
  type SessionOptions,
  SUITES,
  shellWord,
  styleFor,
  terminalReport,
} from '../conformance/index.js';
import {
  type ConformanceFlags,
  checkWritable,
  listOf,
  type Pace,
  type ReplayFlags,
  readCredential,
  readDirectory,
  readMeToken,
  readPace,
  readReading,
  readUrl,
  secretsOf,
  type TargetFlags,
} from './conformance-options.js';
import { EXIT, sentenceOf, UsageError } from './failure.js';
import { type Interruption, interruptible } from './interruption.js';
import type { Screen } from './screen.js';
import { type Terminal, table } from './terminal.js';

/** What the command needs of its surroundings. */
export interface ConformanceContext {
  readonly terminal: Terminal;
  readonly screen: Screen;
  readonly version: string;
  /** Sets the exit code of a command that ended in order. */
  readonly end: (exitCode: number) => void;
}

/** One run of the command: what both forms have in common. */
export class ConformanceCommand {
  private readonly secrets = new Secrets();

  constructor(
    private readonly flags: TargetFlags,
    private readonly context: ConformanceContext,
  ) {
    for (const secret of secretsOf(flags, context.terminal)) this.secrets.add(secret);
  }

  /** Whatever goes wrong is one sentence without secrets, and exit code 2. */
  async guarded(act: (command: this) => Promise<void>): Promise<void> {
    try {
      await act(this);
    } catch (error) {
      const isExpected = error instanceof CannotRun || error instanceof UsageError;
      const sentence = isExpected ? (error as Error).message : (sentenceOf(error) ?? 'it could not run');
      const failure = new UsageError(this.secrets.text(sentence.split('\n', 1)[0] ?? ''));
      failure.stack = this.secrets.text((error as Error).stack ?? '');
      throw failure;
    }
  }

  async run(flags: ConformanceFlags): Promise<void> {
    const { checks, scenarios, said } = await chooseWork(flags);
    const directory = readDirectory(flags);
    if (flags.list) return this.list(flags, checks, scenarios);
    const pace = readPace(flags, directory?.seed);
    const url = readUrl(flags);
    if (flags.dryRun) return this.dryRun(url, pace, { flags, checks, scenarios });
    checkWritable(flags);
    const credential = await this.credential();
    const work = { checks, scenarios: scenarios.map(({ scenario }) => scenario), directory: directory?.options };
    const { isReadOnly, keep, version } = this.settings(flags);
    const repeat = repeatOf(flags, pace.seed, scenarios);
    await this.perform({ url, credential, pace, repeat }, (session) =>
      runConformance({ ...session, ...work, isReadOnly, keep, version, said }),
    );
  }

  async replay(file: string, flags: ReplayFlags): Promise<void> {
    const url = readUrl(flags);
    const pace = readPace(flags);
    checkWritable(flags);
    const recording = readRecording(file, flags.from);
    const credential = await this.credential();
    const { keep, version } = this.settings(flags);
    // Later requests of a recording need the earlier ones: none can be repeated alone.
    await this.perform({ url, credential, pace, repeat: () => undefined }, (session) =>
      runReplay({ ...session, recording, name: file, keep, version }),
    );
  }

  private settings({ keep, readOnly }: ConformanceFlags): { keep: boolean; isReadOnly: boolean; version: string } {
    return { keep: keep ?? false, isReadOnly: readOnly ?? false, version: this.context.version };
  }

  private async credential(): Promise<Credential> {
    const credential = await readCredential(this.flags, this.context.terminal, this.context.screen);
    // One that was typed at a prompt is not among the flags.
    if (credential.kind === 'bearer') this.secrets.add(credential.token);
    if (credential.kind === 'oauth') this.secrets.add(credential.clientSecret);
    return credential;
  }

  /** Runs with progress, recordings and signals, then reports. */
  private async perform(plan: Plan, work: (session: SessionOptions) => Promise<Report>): Promise<void> {
    const { terminal, screen, end } = this.context;
    const { url, credential, pace, repeat } = plan;
    const view = new ProgressView({
      write: (text) => terminal.err(this.secrets.text(text)),
      columns: screen.columns,
      style: styleFor(terminal.env, screen.columns !== undefined),
    });
    const recorder = new Recorder(this.flags, this.context.version);
    const interruption = this.interruption(view, recorder);
    const tokenEndpoint = credential.kind === 'oauth' ? credential.tokenEndpoint : undefined;
    try {
      const report = await work({
        url,
        credential,
        meToken: readMeToken(this.flags, terminal),
        ...pace,
        signal: interruption.signal,
        transport: learning(createTransport({ timeout: pace.timeout }), tokenEndpoint, this.secrets),
        onExchange: (exchange) => recorder.add(exchange),
        onProgress: (progress) => {
          if (progress.kind === 'started') recorder.subject = `${progress.group}: ${progress.title}`;
          view.onProgress(progress);
        },
      });
      view.end();
      this.publish(this.secrets.clean(report), (result) => this.secrets.clean(repeat(result)));
      end(interruption.exitCode() ?? exitCodeOf(report));
    } finally {
      view.end();
      recorder.close();
      interruption.release();
    }
  }

  private interruption(view: ProgressView, recorder: Recorder): Interruption {
    const { terminal } = this.context;
    const first = () => {
      view.end();
      terminal.err('Ending: what was made is removed first. Ctrl-C again ends at once.\n');
    };
    const second = () => {
      view.end();
      recorder.close();
      const left = recorder.made.list();
      const said = left.length === 0 ? 'Nothing that was made is left.' : `Left on the server:\n${left.join('\n')}`;
      terminal.err(`${this.secrets.text(said)}\n`);
    };
    return interruptible(first, second);
  }

  private publish(report: Report, repeat: Repeat): void {
    const { terminal, screen } = this.context;
    const { json, junit, html, har, record } = this.flags;
    const write = (file: string | undefined, make: () => string) => {
      if (file !== undefined) writeFileSync(file, make());
    };
    write(json, () => jsonReport(report));
    write(junit, () => junitReport(report));
    write(html, () => htmlReport(report, repeat));
    const style = styleFor(terminal.env, screen.isOutput);
    terminal.out(terminalReport(report, { style, columns: screen.columns?.() ?? 100, repeat }));
    const written = [json, junit, html, har, record].filter((file) => file !== undefined);
    if (written.length > 0) terminal.err(`Written: ${written.join(', ')}\n`);
  }

  private list(flags: ConformanceFlags, checks: readonly Check[], chosen: readonly ChosenScenario[]): void {
    const { terminal } = this.context;
    const isEverything = ![flags.suite, flags.only, flags.scenario, flags.directory].some((flag) => flag !== undefined);
    const scenarios = isEverything ? bundledScenarios() : chosen.map(({ scenario }) => scenario);
    if (checks.length > 0) {
      const rows = checks.map((check) => [check.id, levelWord({ ...check, client: check.client }), check.title]);
      terminal.out(table([['CHECK', 'LEVEL', 'TITLE'], ...rows]));
    }
    if (scenarios.length > 0) {
      if (checks.length > 0) terminal.out('\n');
      const rows = scenarios.map(({ id, steps, title }) => [id, String(steps.length), title]);
      terminal.out(table([['SCENARIO', 'STEPS', 'TITLE'], ...rows]));
    }
  }

  private async dryRun(url: string, pace: Pace, { flags, checks, scenarios }: DryWork): Promise<void> {
    const { terminal } = this.context;
    const isReporting = [flags.json, flags.junit, flags.html, flags.har, flags.record].some(
      (file) => file !== undefined,
    );
    if (isReporting) throw new UsageError('--dry-run has nothing to report: leave the files out');
    let count = 0;
    const print = (request: RawRequest) => {
      count++;
      terminal.out(this.secrets.text(requestText(request)));
    };
    // Nothing is sent, so no credential is needed.
    const report = await runConformance({
      url,
      ...pace,
      credential: { kind: 'bearer', token: 'dry-run' },
      transport: createDryTransport({ url, tokenEndpoint: undefined, print }),
      isDry: true,
      checks: checks.map(dryCheck),
      scenarios: scenarios.map(({ scenario }) => scenario),
      directory: readDirectory(flags)?.options,
      ...this.settings(flags),
    });
    terminal.err(`${count} requests for ${report.results.length} checks and steps; nothing was sent.\n`);
  }
}

/** A run that the server did not let come to its end has not shown that nothing fails. */
function exitCodeOf({ counts, interrupted }: Report): number {
  if (counts.failed > 0) return EXIT.failed;
  return interrupted === undefined ? EXIT.ok : EXIT.usage;
}

interface Plan {
  readonly url: string;
  readonly credential: Credential;
  readonly pace: Pace;
  readonly repeat: Repeat;
}

/** What is to run, and what is said of the server thereby. */
interface Work {
  readonly checks: Check[];
  readonly scenarios: ChosenScenario[];
  readonly said: readonly string[];
}

interface DryWork {
  readonly flags: ConformanceFlags;
  readonly checks: readonly Check[];
  readonly scenarios: readonly ChosenScenario[];
}

/** Everything that is sent, for the files that were asked for and for the one who ends the run. */
class Recorder {
  /** What the requests are for at this moment. */
  subject: string | undefined;
  readonly made = new MadeSoFar();
  private readonly writers: readonly HarWriter[];

  constructor({ har, record }: TargetFlags, version: string) {
    const files = [har, record].filter((file) => file !== undefined);
    this.writers = files.map((file) => new HarWriter(file, { name: 'scim-target', version }));
  }

  add(exchange: Exchange): void {
    this.made.note(exchange);
    for (const writer of this.writers) writer.add(exchange, this.subject);
  }

  close(): void {
    for (const writer of this.writers) writer.close();
  }
}

/** What is to run. @throws CannotRun, UsageError */
async function chooseWork(flags: ConformanceFlags): Promise<Work> {
  const only = (flags.only ?? []).flatMap(listOf);
  const scenarios = await chooseScenarios(listOf(flags.scenario));
  const isOther = flags.scenario !== undefined || flags.directory !== undefined;
  const suites =
    flags.suite === undefined ? (isOther && only.length === 0 ? [] : SUITES) : chooseSuites(listOf(flags.suite));
  if (flags.readOnly && isOther) {
    throw new UsageError('--read-only runs checks that change nothing; leave --scenario and --directory out');
  }
  const chosen = chooseChecks(suites, only).filter(({ readsOnly }) => !flags.readOnly || readsOnly);
  if (chosen.length === 0 && !isOther) throw new UsageError('nothing is left to run: no chosen check only reads');
  const reading = readReading(flags);
  if (!reading) return { checks: chosen, scenarios, said: [] };
  const { checks, sentence } = asked(chosen, reading);
  if (checks.length === 0 && !isOther) {
    throw new UsageError(`nothing is left to run: a server that is ${reading} is asked none of it`);
  }
  return { checks, scenarios, said: [sentence] };
}

/** The command for one result alone. The credential is left to the environment. */
function repeatOf(flags: ConformanceFlags, seed: number, scenarios: readonly ChosenScenario[]): Repeat {
  const command = `npx scim-target conformance --url ${shellWord(flags.url ?? '')}`;
  return ({ id, group }) => {
    const chosen = scenarios.find(({ scenario }) => group === `scenario ${scenario.id}`);
    if (chosen) return `${command} --scenario ${shellWord(chosen.word)} --seed ${seed}`;
    if (group === 'directory') return `${command} --directory ${shellWord(flags.directory ?? '')} --seed ${seed}`;
    return `${command} --only ${shellWord(id)} --seed ${seed}`;
  };
}

function requestText({ method, url, body }: RawRequest): string {
  return `${method} ${url}\n${body === undefined ? '' : `${body}\n`}`;
}
