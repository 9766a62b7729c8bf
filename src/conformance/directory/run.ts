/**
 * The simulated directory: a seeded Microsoft Entra tenant that provisions its people and groups to the server, changes
 * them, and in the end proves that the server holds what it should.
 */
import { encodeQuery } from '../client/client.js';
import type { Facts } from '../facts.js';
import type { Exchange, JsonObject, Result } from '../model.js';
import { Mismatch, Skip } from '../probe.js';
import type { Session, Subject } from '../session.js';
import { isUnassigned, valueAt } from '../values.js';
import { type Comparison, Convergence, type Difference, newComparison } from './converge.js';
import type { Outcome } from './engine.js';
import { Job } from './job.js';
import * as promises from './promises.js';
import type { Dialect } from './requests.js';
import { isInScope, isWanted } from './source.js';
import { type GroupLink, type Identity, JobState, type Link, StateFile } from './state.js';
import { CycleStopped, KINDS, ObjectFailure } from './wire.js';

export interface DirectoryOptions {
  readonly users: number;
  readonly groups: number;
  /** Incremental cycles after the initial one. */
  readonly cycles: number;
  /** Events in the source before each incremental cycle; undefined: a tenth of the users, at least 24. */
  readonly changes?: number | undefined;
  /** The form of PATCH; `compliant` is that of the flag aadOptscim062020. */
  readonly dialect?: Dialect | undefined;
  /** More disablements and deletions than this in one cycle are held back; undefined: 500. */
  readonly deleteThreshold?: number | undefined;
  /** Whether what was held back is let through in the cycle after, as when an administrator allows it. Default: yes. */
  readonly allowDeletes?: boolean | undefined;
  /** Where the state is written, so that a run that breaks off can be continued. Removed when all is done. */
  readonly stateFile?: string | undefined;
}

const DEFAULT_THRESHOLD = 500;
/** Exchanges that a result keeps when nothing is wrong: enough to see what is being sent. */
const SAMPLE = 10;
/** Objects that the further cycle looks at, of each kind. */
const MAX_REPEATED = 1_000;

/** What a run of the simulated directory came to. */
export interface DirectoryOutcome {
  readonly results: Result[];
  /** Figures, one sentence each. */
  readonly sentences: string[];
}

/**
 * @param outcome is added to as the run goes on, so that it holds what was found out when the run breaks off
 * @throws Aborted, and CannotRun when the state file is of another run
 */
export async function runDirectory(
  session: Session,
  facts: Facts,
  options: DirectoryOptions,
  outcome: DirectoryOutcome = { results: [], sentences: [] },
): Promise<DirectoryOutcome> {
  const started = performance.now();
  const run = new DirectoryRun(session, facts, options, outcome.results);
  await run.open();
  try {
    await run.play();
  } finally {
    outcome.sentences.push(...run.sentences(performance.now() - started));
  }
  return outcome;
}

class DirectoryRun {
  private readonly stateFile: StateFile | undefined;
  private readonly isDry: boolean;
  private readonly mark: string;
  /** Of complete cycles that an earlier run has done. */
  private doneBefore = 0;
  private compared = 0;
  private job!: Job;

  constructor(
    private readonly session: Session,
    private readonly facts: Facts,
    private readonly options: DirectoryOptions,
    private readonly results: Result[],
  ) {
    this.isDry = session.options.isDry ?? false;
    // What a dry run makes up is not to be continued.
    const file = this.isDry ? undefined : options.stateFile;
    this.stateFile = file === undefined ? undefined : new StateFile(file);
    this.mark = `${session.prefix}-dir-`;
  }

  /** A new job, or the one of the state file. */
  async open(): Promise<void> {
    const { users, groups, cycles } = this.options;
    const { url: target, seed } = this.session.options;
    const changes = this.options.changes ?? Math.max(24, Math.round(users / 10));
    const identity: Identity = { target, seed, users, groups, cycles, changes };
    const stored = this.stateFile?.load(identity);
    const isAlive = stored !== undefined && (await this.isAlive(stored));
    const state = stored && isAlive ? stored : new JobState(identity);
    this.doneBefore = state.watermark;
    this.job = new Job({
      session: this.session,
      facts: this.facts,
      state,
      stateFile: this.stateFile,
      dialect: this.options.dialect ?? 'default',
      deleteThreshold: this.options.deleteThreshold ?? DEFAULT_THRESHOLD,
      allowDeletes: this.options.allowDeletes ?? true,
      mark: this.mark,
    });
    if (stored && !isAlive) this.job.trustNames();
  }

  /** Whether what an earlier run made is still there: when that run tidied up, there is nothing to continue. */
  private async isAlive({ made }: JobState): Promise<boolean> {
    const last = [...made].at(-1);
    if (last === undefined) return true;
    const { status } = await this.session.client.send({ method: 'GET', path: last });
    return status !== 404 && status !== 410;
  }

  async play(): Promise<void> {
    const { job, stateFile } = this;
    if (!(await this.promise(promises.CONNECTION, () => this.testConnection()))) return;
    try {
      for (let cycle = 0; cycle <= this.options.cycles; cycle++) await this.cycle(cycle);
      await this.promise(promises.ON_DEMAND, () => this.provisionOnDemand());
      await this.promise(promises.RETRIES, () => this.retry());
      await this.proveConvergence();
      await this.promise(promises.IDEMPOTENCE, () => this.repeat());
    } catch (error) {
      job.save();
      throw error;
    }
    stateFile?.remove();
  }

  // Results

  /** Whether it was kept. Exchanges are those that show what went wrong, or a few to see what was sent. */
  private async promise(subject: Subject, work: () => Promise<readonly Exchange[] | undefined>): Promise<boolean> {
    let shown: readonly Exchange[] | undefined;
    const result = await this.session.result(subject, async () => {
      try {
        shown = await work();
      } catch (error) {
        if (error instanceof Findings) shown = error.exchanges;
        throw this.translated(error);
      }
    });
    const exchanges = shown && shown.length > 0 ? shown : result.exchanges.slice(0, SAMPLE);
    this.results.push({ ...result, exchanges });
    return result.verdict === 'passed' || result.verdict === 'skipped';
  }

  /** What a result understands. Answers of a dry run are made up, so nothing that is found in them counts. */
  private translated(error: unknown): unknown {
    const isFinding = error instanceof ObjectFailure || error instanceof CycleStopped || error instanceof Mismatch;
    if (!isFinding) return error;
    if (this.isDry) return new Skip('nothing was sent');
    if (error instanceof Mismatch) return error;
    const said = error instanceof CycleStopped ? `The cycle was stopped: ${error.message}` : failed(error);
    return new Mismatch(said, error.exchange);
  }

  // Steps

  private async testConnection(): Promise<undefined> {
    const random = this.job.random('connection');
    const types = this.facts.features.has('groups') ? (['User', 'Group'] as const) : (['User'] as const);
    for (const type of types) {
      const filter = encodeQuery({ filter: `${type === 'User' ? 'userName' : 'displayName'} eq "${random.uuid()}"` });
      const query = type === 'User' ? filter : `excludedAttributes=members&${filter}`;
      const path = this.facts.endpoints[type];
      const { body, exchange } = await this.job.wire.send('match', { method: 'GET', path, query });
      const total = valueAt(body, 'totalResults');
      if (total !== 0 || !isUnassigned(valueAt(body, 'Resources'))) {
        throw new Mismatch(
          `GET ${path} for a name that nobody has found ${total} resources`,
          exchange,
          '0',
          `${total}`,
        );
      }
    }
  }

  private async cycle(cycle: number): Promise<void> {
    const { job } = this;
    const delta = job.advance(cycle);
    const subject = cycle === 0 ? promises.INITIAL_CYCLE : promises.incrementalCycle(cycle);
    await this.promise(subject, async () => {
      if (cycle < this.doneBefore) throw new Skip('it was completed by the run that this one continues');
      expectNoFailures(await job.cycle(cycle, delta));
      return undefined;
    });
  }

  private async retry(): Promise<undefined> {
    const { job } = this;
    const { escrow, retryManagers, retryMembers } = job.state;
    const waiting = (): number => escrow.size + retryManagers.size + retryMembers.size;
    const before = waiting();
    await job.retry();
    const [first] = escrow;
    if (first) throw new Mismatch(`${escrow.size} objects still fail after a day, the first with ${first[1].code}`);
    if (waiting() > 0) throw new Mismatch(`${waiting()} references still fail after a day`);
    if (before === 0) throw new Skip('nothing had failed');
  }

  /** One new user, and one new group of up to five members. */
  private async provisionOnDemand(): Promise<undefined> {
    const { job } = this;
    const { source, state } = job;
    const random = job.random('on-demand');
    const linked = [...source.people.values()].filter((each) => isWanted(each) && state.users.has(each.objectId));
    const person = source.addPerson(random, false);
    const group = this.facts.features.has('groups') ? source.addGroup(random) : undefined;
    if (group) {
      group.isAssigned = true;
      const members = [person, ...random.shuffled(linked).slice(0, 4)];
      for (const { objectId } of members) group.members.add(objectId);
    }
    // To the next cycle they are new like any other, whether this succeeds or not.
    job.queue(person.objectId, group?.objectId);
    await this.testConnection();
    await this.userOnDemand(person.objectId);
    if (group) await this.groupOnDemand(group.objectId);
  }

  private async userOnDemand(id: string): Promise<void> {
    const { wire, state } = this.job;
    const engine = this.job.newEngine();
    await engine.provisionUser(id);
    await engine.provisionManager(id);
    const found = newComparison();
    const path = wire.pathOf('User', (state.users.get(id) as Link).id);
    const { body, exchange } = await wire.send('read', { method: 'GET', path });
    this.convergence().compareUser(body as JsonObject, id, exchange, found);
    expectSame(found, 'users');
  }

  private async groupOnDemand(id: string): Promise<void> {
    const engine = this.job.newEngine();
    await engine.provisionGroup(id);
    await engine.provisionMembers(id);
    const check = this.convergence();
    await check.compareMembers(id, this.job.state.groups.get(id) as GroupLink);
    expectSame(check.members, 'groups');
  }

  private async proveConvergence(): Promise<void> {
    const check = this.convergence();
    await this.promise(promises.CONVERGENCE_USERS, async () => {
      await check.readUsers();
      return expectSame(check.users, 'users');
    });
    await this.promise(promises.CONVERGENCE_MEMBERS, async () => {
      if (!this.facts.features.has('groups')) throw new Skip('the server does not announce groups');
      await check.readGroups();
      return expectSame(check.members, 'groups');
    });
    this.compared = check.users.compared + check.members.compared;
    await this.promise(promises.DUPLICATES, async () => {
      if (check.duplicates.length > 0) throw findings(`There are names on the target twice`, check.duplicates);
      return undefined;
    });
  }

  private async repeat(): Promise<readonly Exchange[] | undefined> {
    const { job } = this;
    const { state, source } = job;
    const isSettled = (id: string): boolean => !state.escrow.has(id) && !state.staged.has(id);
    const users = [...state.users.keys()].filter((id) => {
      const person = source.people.get(id);
      return person && isInScope(person) && isSettled(id);
    });
    const groups = [...state.groups.keys()].filter((id) => source.groups.get(id)?.isAssigned && isSettled(id));
    const before = job.wire.writes;
    const outcome = await job.repeat(sampleOf(users), sampleOf(groups));
    expectNoFailures(outcome);
    const writes = job.wire.writes - before;
    const { firstWrite } = outcome;
    if (firstWrite) {
      const said = `${writes} objects were written again although nothing had changed, first ${firstWrite.what}`;
      throw new Findings(said, [firstWrite.exchange], 'no writes', `${writes} writes`);
    }
    return undefined;
  }

  private convergence(): Convergence {
    const { wire, source, state, mapping } = this.job;
    const { onProgress } = this.session.options;
    return new Convergence({
      wire,
      source,
      state,
      mapping,
      canRefer: (id) => this.job.canRefer(id),
      mark: this.mark,
      onStep: (what, done, of) => onProgress?.({ kind: 'step', what, done, of }),
    });
  }

  // Figures

  sentences(milliseconds: number): string[] {
    const { wire, source, state, retries, escrowed, held, quarantines } = this.job;
    const requests = KINDS.reduce((sum, kind) => sum + wire.counts[kind], 0);
    const byKind = KINDS.filter((kind) => wire.counts[kind] > 0).map((kind) => `${wire.counts[kind]} ${kind}`);
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    const result = [
      `The source held ${source.people.size} users and ${source.groups.size} groups at the end; ${state.users.size} users and ${state.groups.size} groups of them are on the target.`,
      `${requests} requests were sent: ${byKind.join(', ')}; ${wire.writes} of them were writes.`,
      `${wire.waits} requests were sent again after 429, ${retries} objects in a later cycle; at most ${escrowed} waited in escrow.`,
      `${this.compared} values and references were compared with the source.`,
      `It took ${seconds(milliseconds)} s, ${seconds(wire.answering)} s of which were spent waiting for answers.`,
    ];
    if (this.doneBefore > 0)
      result.push(`An earlier run had completed ${this.doneBefore} cycles, which were not repeated.`);
    if (held > 0) result.push(`The delete threshold held back up to ${held} disablements and deletions.`);
    if (quarantines.size > 0) result.push(`The job was in quarantine: ${[...quarantines].join(', ')}.`);
    return result;
  }
}

/** A Mismatch that more than one exchange shows. */
class Findings extends Mismatch {
  constructor(
    message: string,
    readonly exchanges: readonly Exchange[],
    expected?: string,
    actual?: string,
  ) {
    super(message, exchanges[0], expected, actual);
  }
}

function expectNoFailures({ failed: count, failures }: Outcome): void {
  const [first] = failures;
  if (!first) return;
  const said = count === 1 ? '1 object failed' : `${count} objects failed, the first of them`;
  const exchanges = failures.map(({ exchange }) => exchange).filter((each) => each !== undefined);
  throw new Findings(`${said}: ${first.name}, ${first.code}: ${first.message}`, exchanges, 'no failure', first.code);
}

function expectSame({ objects, differing, differences }: Comparison, what: string): undefined {
  if (differing > 0) throw findings(`${differing} differences in ${objects} ${what}`, differences);
}

function findings(said: string, differences: readonly Difference[]): Findings {
  const [first] = differences;
  const list = differences.map(({ what, expected, actual }) => `${what}: ${expected} expected, ${actual} found`);
  const exchanges = differences.map(({ exchange }) => exchange).filter((each) => each !== undefined);
  return new Findings(`${said}: ${list.join('; ')}`, [...new Set(exchanges)], first?.expected, first?.actual);
}

function failed({ code, message }: ObjectFailure): string {
  return `${code}: ${message}`;
}

/** All, or so many of them evenly spaced. */
function sampleOf(ids: string[]): string[] {
  if (ids.length <= MAX_REPEATED) return ids;
  return Array.from({ length: MAX_REPEATED }, (_, i) => ids[Math.floor((i * ids.length) / MAX_REPEATED)] as string);
}
