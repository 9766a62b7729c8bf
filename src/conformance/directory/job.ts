/**
 * A provisioning job: what each cycle has to do, when it runs in virtual time, and when the job is in quarantine. The
 * source is made anew from the seed and brought to the cycle where the state stands.
 */
import type { Facts } from '../facts.js';
import { Random } from '../random.js';
import type { Session } from '../session.js';
import { change, type Delta } from './changes.js';
import { Engine, type Outcome } from './engine.js';
import { type Mapping, mappingFor } from './mapping.js';
import { prepare } from './prepare.js';
import { nextCycleIn, type QuarantineReason, quarantineOf } from './quarantine.js';
import type { Dialect } from './requests.js';
import { SourceDirectory } from './source.js';
import { type JobState, PASSES, type StateFile, type Work } from './state.js';
import { CycleStopped, Wire } from './wire.js';

interface JobParts {
  readonly session: Session;
  readonly facts: Facts;
  readonly state: JobState;
  readonly stateFile: StateFile | undefined;
  readonly dialect: Dialect;
  readonly deleteThreshold: number;
  /** Whether removals that the threshold held back are let through in the cycle after. */
  readonly allowDeletes: boolean;
  /** Begins the names of everything that is made. */
  readonly mark: string;
}

/** Rounds in which what failed is tried again at the end: at once, then after 6, 12 and 24 hours. */
const MAX_ROUNDS = 5;
/** Between two writings of the state so many times as long passes as one takes. */
const MIN_PAUSE = 20;

export class Job {
  readonly wire: Wire;
  readonly mapping: Mapping;
  readonly source: SourceDirectory;
  readonly state: JobState;
  /** Tries of objects that had failed before. */
  retries = 0;
  /** The most that ever waited in escrow. */
  escrowed = 0;
  /** The most removals that were ever held back. */
  held = 0;
  /** Why the job was in quarantine, each reason once. */
  readonly quarantines = new Set<QuarantineReason>();
  private readonly engine: Engine;
  /** What was provisioned on demand and has yet to take part in a cycle. */
  private pending: Delta = { users: new Set(), groups: new Set() };
  private what = '';
  /** When the state was last written, and how many ms that took. */
  private savedAt = 0;
  private saving = 0;

  constructor(private readonly parts: JobParts) {
    const { session, facts, state, mark } = parts;
    const { users, groups } = state.identity;
    this.state = state;
    this.mapping = mappingFor(facts);
    this.wire = new Wire(session, facts, state.made);
    for (const path of state.made) session.ledger.note(path);
    const { mandatory, nests } = this.mapping;
    const hasGroups = facts.features.has('groups');
    const options = { users, groups: hasGroups ? groups : 0, mark, mandatory, nests };
    this.source = new SourceDirectory(options, this.random('people'));
    this.engine = this.newEngine();
  }

  /** Chance for one purpose, the same for the same seed. */
  random(purpose: string): Random {
    return new Random(`${this.state.identity.seed}/directory/${purpose}`);
  }

  newEngine(): Engine {
    const { wire, source, state, mapping } = this;
    const { session, deleteThreshold, dialect } = this.parts;
    return new Engine({
      wire,
      source,
      state,
      mapping,
      dialect,
      deleteThreshold,
      onStep: (done, of) => session.options.onProgress?.({ kind: 'step', what: this.what, done, of }),
      onBatch: () => this.saveInPassing(),
    });
  }

  canRefer(id: string): boolean {
    return this.engine.canRefer(id);
  }

  save(): void {
    const started = performance.now();
    this.parts.stateFile?.save(this.state);
    this.savedAt = performance.now();
    this.saving = this.savedAt - started;
  }

  /** A large state is written more seldom, so that writing stays a small part of the time. */
  private saveInPassing(): void {
    if (performance.now() - this.savedAt >= this.saving * MIN_PAUSE) this.save();
  }

  /** The names that lead nowhere may now be those of an earlier run with the same seed. */
  trustNames(): void {
    this.engine.isContinued = true;
  }

  /** The source as it is when a cycle begins. To be called for each number in order, done before or not. */
  advance(cycle: number): Delta {
    const { source, state } = this;
    if (cycle === 0) return { users: new Set(source.people.keys()), groups: new Set(source.groups.keys()) };
    return change(source, this.random(`cycle-${cycle}`), state.identity.changes, cycle);
  }

  /** One scheduled cycle, from its beginning or from where it broke off. @throws CycleStopped */
  async cycle(cycle: number, delta: Delta): Promise<Outcome> {
    const { state, engine } = this;
    const before = state.work;
    if (before?.cycle === cycle) {
      engine.isContinued = true;
    } else {
      if (cycle > 0) this.pass();
      state.work = this.workFor(cycle, delta, before);
    }
    if (cycle === 0 && !state.isPrepared) await prepare(this, this.random('prepare'));
    const outcome = await this.run(cycle === 0 ? 'initial cycle' : `cycle ${cycle}`, state.work as Work);
    state.work = undefined;
    state.watermark = cycle + 1;
    engine.isContinued = false;
    this.save();
    return outcome;
  }

  /** Has a user and a group take part in the next cycle. */
  queue(user: string, group: string | undefined): void {
    this.pending = { users: new Set([user]), groups: new Set(group === undefined ? [] : [group]) };
  }

  /** Tries what failed, and what was held back and is now allowed, until nothing is left or a day has gone by. */
  async retry(): Promise<void> {
    const { state } = this;
    for (let round = 0; round < MAX_ROUNDS && this.hasWork(); round++) {
      this.pass();
      const isIdle = !this.isReleased && this.pending.users.size === 0;
      const due = [...state.escrow.values()].map(({ next }) => next);
      if (isIdle && due.length > 0) state.clock = Math.max(state.clock, Math.min(...due));
      const work = this.workFor(state.identity.cycles + 1, this.pending, state.work);
      this.pending = { users: new Set(), groups: new Set() };
      state.work = undefined;
      await this.run('trying again', work);
    }
    this.save();
  }

  /** Runs a cycle over the given objects alone, references left out. */
  repeat(users: string[], groups: string[]): Promise<Outcome> {
    return this.run('a further cycle', {
      cycle: this.state.identity.cycles + 1,
      queues: { users, groups, managers: [], members: [] },
      pass: 0,
      at: 0,
    });
  }

  private hasWork(): boolean {
    const { escrow, retryManagers, retryMembers, work } = this.state;
    const waiting = escrow.size + retryManagers.size + retryMembers.size + this.pending.users.size;
    return waiting > 0 || this.isReleased || work !== undefined;
  }

  private get isReleased(): boolean {
    return this.parts.allowDeletes && this.state.staged.size > 0;
  }

  private async run(what: string, work: Work): Promise<Outcome> {
    const { state } = this;
    this.what = what;
    this.retries += [...work.queues.users, ...work.queues.groups].filter((id) => state.escrow.has(id)).length;
    let isRejected = false;
    try {
      return await this.engine.cycle(work, this.isReleased);
    } catch (error) {
      isRejected = error instanceof CycleStopped;
      throw error;
    } finally {
      this.escrowed = Math.max(this.escrowed, state.escrow.size);
      this.held = Math.max(this.held, state.staged.size);
      this.judge(isRejected);
    }
  }

  private judge(isRejected: boolean): void {
    const { state } = this;
    const { events, failures, referenceFailures } = state;
    const reason = quarantineOf({ events, failures, referenceFailures, isRejected, staged: state.staged.size });
    if (reason) this.quarantines.add(reason);
    state.quarantinedSince = reason && (state.quarantinedSince ?? state.clock);
  }

  /** Virtual time until the next cycle goes by. */
  private pass(): void {
    const { state } = this;
    const since = state.quarantinedSince;
    // A job that is disabled after four weeks is switched on again by an administrator; no run lasts so long.
    state.clock += nextCycleIn(since === undefined ? undefined : state.clock - since) ?? 0;
  }

  private workFor(cycle: number, delta: Delta, before: Work | undefined): Work {
    const { state, source, isReleased } = this;
    const left = leftOf(before);
    const users = new Set([...left.users, ...delta.users]);
    const groups = new Set([...left.groups, ...delta.groups]);
    const due = [...state.escrow].filter(([, { next }]) => next <= state.clock).map(([id]) => id);
    for (const id of [...due, ...(isReleased ? state.staged : [])]) {
      if (source.people.has(id) || state.users.has(id)) users.add(id);
      else if (source.groups.has(id) || state.groups.has(id)) groups.add(id);
      // It was never made, and is gone from the source.
      else state.escrow.delete(id);
    }
    const managers = new Set([...left.managers, ...users, ...state.retryManagers]);
    const members = new Set([...left.members, ...groups, ...state.waiting, ...state.retryMembers]);
    const queues = { users: [...users], groups: [...groups], managers: [...managers], members: [...members] };
    return { cycle, queues, pass: 0, at: 0 };
  }
}

/** What a cycle that was stopped has not come to. */
function leftOf(work: Work | undefined): Work['queues'] {
  const left: Work['queues'] = { users: [], groups: [], managers: [], members: [] };
  if (!work) return left;
  for (const [i, pass] of PASSES.entries()) {
    if (i >= work.pass) left[pass] = work.queues[pass].slice(i === work.pass ? work.at : 0);
  }
  return left;
}
