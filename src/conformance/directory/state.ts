/**
 * What a provisioning job remembers from one cycle to the next: who is linked to which resource, what was sent last,
 * what failed. Plain JSON on disk, so that a run that broke off is continued where it was.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CannotRun, type JsonObject } from '../model.js';
import type { Value } from './mapping.js';
import type { Escrow } from './quarantine.js';

/** Between an object of the source and a resource of the target. */
export interface Link {
  /** The resource's id. */
  readonly id: string;
  /** What was sent last, or found to be there already, by path. */
  values: Record<string, Value>;
  /** objectId of the manager that the target was told of. */
  manager?: string | undefined;
  /** objectId of a manager who was out of scope: not looked at again until the manager changes. */
  givenUp?: string | undefined;
  /** Paths that were written without a clear answer: the target has the old value or the new one. */
  unsure?: string[] | undefined;
}

export interface GroupLink extends Link {
  /** objectIds of the members that the target was told of. */
  members: Set<string>;
  /** objectIds of those whose adding or removing got no clear answer. */
  unsureMembers: Set<string>;
}

/** The passes of a cycle, in order: objects first, then what refers to them. */
export const PASSES = ['users', 'groups', 'managers', 'members'] as const;
export type Pass = (typeof PASSES)[number];

/** What a cycle has to do, and how far it is. */
export interface Work {
  readonly cycle: number;
  readonly queues: Record<Pass, string[]>;
  pass: number;
  at: number;
}

/** Of which run a state is. Another one cannot be continued with it. */
export interface Identity {
  readonly target: string;
  readonly seed: number;
  readonly users: number;
  readonly groups: number;
  readonly cycles: number;
  readonly changes: number;
}

export class JobState {
  /** Virtual minutes since the job began. */
  clock = 0;
  /** Cycles that are complete; the initial one counts. */
  watermark = 0;
  work: Work | undefined;
  /** Whether accounts that were there before the first cycle have been made. */
  isPrepared = false;
  /** Virtual time at which the job was quarantined. */
  quarantinedSince: number | undefined;
  events = 0;
  failures = 0;
  referenceFailures = 0;
  readonly users = new Map<string, Link>();
  readonly groups = new Map<string, GroupLink>();
  readonly escrow = new Map<string, Escrow>();
  /** Users and groups whose reference failed. */
  readonly retryManagers = new Set<string>();
  readonly retryMembers = new Set<string>();
  /** Groups with members that are not on the target. */
  readonly waiting = new Set<string>();
  /** Users and groups whose removal the threshold holds back. */
  readonly staged = new Set<string>();
  /** Names whose creation was not clearly answered: there may be a resource, or not. */
  readonly lost = new Set<string>();
  /** Paths of what this job made and has not removed. */
  readonly made = new Set<string>();
  /** Ids of resources that were deleted. */
  readonly deleted = new Set<string>();

  constructor(readonly identity: Identity) {}

  toJSON(): JsonObject {
    const { users, groups, escrow, ...rest } = this;
    const plain = Object.entries(rest).map(([name, value]) => [name, value instanceof Set ? [...value] : value]);
    return {
      version: VERSION,
      ...Object.fromEntries(plain),
      users: [...users],
      groups: [...groups].map(([id, link]) => [
        id,
        { ...link, members: [...link.members], unsureMembers: [...link.unsureMembers] },
      ]),
      escrow: [...escrow],
    } as unknown as JsonObject;
  }
}

const VERSION = 1;

/** A state on disk. */
export class StateFile {
  constructor(private readonly path: string) {}

  /** Undefined: there is none. @throws CannotRun when it cannot be read, or is of another run */
  load(identity: Identity): JobState | undefined {
    if (!existsSync(this.path)) return undefined;
    const stored = this.read();
    if (stored.version !== VERSION || JSON.stringify(stored.identity) !== JSON.stringify(identity)) {
      throw new CannotRun(
        `The state file ${this.path} is of another run: it can be continued only with the same URL, seed and sizes. Remove it to begin anew.`,
      );
    }
    return restored(identity, stored);
  }

  /** In one step, so that a run that is killed leaves the old state or the new one. */
  save(state: JobState): void {
    const draft = `${this.path}.tmp`;
    try {
      writeFileSync(draft, JSON.stringify(state), { mode: 0o600 });
      renameSync(draft, this.path);
    } catch (cause) {
      throw new CannotRun(`The state file ${this.path} cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private read(): Stored {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as Stored;
    } catch (cause) {
      throw new CannotRun(`The state file ${this.path} cannot be read: ${(cause as Error).message}`, { cause });
    }
  }
}

const SETS = ['retryManagers', 'retryMembers', 'waiting', 'staged', 'lost', 'made', 'deleted'] as const;
const PLAIN = ['clock', 'watermark', 'isPrepared', 'events', 'failures', 'referenceFailures'] as const;

type Stored = Record<(typeof SETS)[number], string[]> &
  Pick<JobState, (typeof PLAIN)[number] | 'work' | 'quarantinedSince' | 'identity'> & {
    readonly version: number;
    readonly users: [string, Link][];
    readonly groups: [string, Link & { members: string[]; unsureMembers: string[] }][];
    readonly escrow: [string, Escrow][];
  };

function restored(identity: Identity, stored: Stored): JobState {
  const state = new JobState(identity);
  const { clock, watermark, isPrepared, events, failures, referenceFailures, work, quarantinedSince } = stored;
  Object.assign(state, { clock, watermark, isPrepared, events, failures, referenceFailures, work, quarantinedSince });
  for (const name of SETS) for (const each of stored[name]) state[name].add(each);
  for (const [id, link] of stored.users) state.users.set(id, link);
  for (const [id, link] of stored.groups) {
    const { members, unsureMembers } = link;
    state.groups.set(id, { ...link, members: new Set(members), unsureMembers: new Set(unsureMembers) });
  }
  for (const [id, escrow] of stored.escrow) state.escrow.set(id, escrow);
  return state;
}
