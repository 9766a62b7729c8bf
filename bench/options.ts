/** The flags of the benchmark. */
import { parseArgs } from 'node:util';

/** What can be run alone with `--only`. */
export const PARTS = ['mix', 'single', 'scale', 'token', 'events', 'cursors', 'mongo', 'migrate'] as const;
/** Those that take many minutes are run when they are asked for. */
const USUAL = PARTS.filter((part) => part !== 'migrate');
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  /** Users in the store for `mix`, `single`, `token` and `events`. */
  readonly users: number;
  /** Members of the groups that `scale` compares, ascending. */
  readonly groups: readonly number[];
  /** Users in the stores that `scale` compares, ascending; `cursors` goes through the largest, `migrate` moves it. */
  readonly sizes: readonly number[];
  /** Connections of `mix`, `token` and `events`. */
  readonly concurrency: number;
  /** Length of one measured stretch of `mix`, `token` and `events`. */
  readonly seconds: number;
  /** Everything is measured so often; medians count. */
  readonly runs: number;
  readonly parts: readonly Part[];
  /** File for the figures. */
  readonly json: string | undefined;
  /** Exit code 1 when a limit is missed. */
  readonly strict: boolean;
  /** Show where the time goes, instead of measuring. */
  readonly profile: boolean;
  /** What to profile. */
  readonly operations: readonly string[];
}

export const HELP = `npm run bench -- [flags]
  --users 10000              users in the store, for mix, single, token and events
  --concurrency 32           connections of mix, token and events
  --seconds 5                length of one measured stretch of mix, token and events
  --sizes 1000,10000,100000  users in the stores that scale compares
  --group 1000,10000,100000  members of the groups that scale compares
  --runs 3                   how often everything is measured; medians count
  --only PART                mix, single, scale, token, events, cursors, mongo or migrate (which runs alone, for minutes)
  --quick                    small stores, one run: does it work, and roughly how fast
  --json FILE                the figures for machines
  --strict                   exit code 1 when a limit is missed
  --profile                  CPU profiles of server and floor instead of figures
  --operations a,b           what to profile: find, get, create, change, member, mix; all but mix without it
`;

const DEFAULTS = { users: '10000', group: '1000,10000,100000', sizes: '1000,10000,100000', seconds: '5', runs: '3' };
const QUICK = { users: '2000', group: '200,5000', sizes: '500,5000', seconds: '2', runs: '1' };

/** Undefined when only help was asked for. @throws Error that says what is wrong with a flag */
export function readBenchOptions(args: readonly string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: text,
      group: text,
      sizes: text,
      concurrency: text,
      seconds: text,
      runs: text,
      only: text,
      json: text,
      operations: text,
      quick: flag,
      strict: flag,
      profile: flag,
      help: flag,
    },
  });
  if (values.help) return undefined;
  const fallback = values.quick ? QUICK : DEFAULTS;
  return {
    users: positive('users', values.users ?? fallback.users),
    groups: ascending('group', values.group ?? fallback.group),
    sizes: ascending('sizes', values.sizes ?? fallback.sizes),
    concurrency: positive('concurrency', values.concurrency ?? '32'),
    seconds: positive('seconds', values.seconds ?? fallback.seconds),
    runs: positive('runs', values.runs ?? fallback.runs),
    parts: values.only === undefined ? USUAL : [partOf(values.only)],
    json: values.json,
    strict: values.strict,
    profile: values.profile,
    operations: (values.operations ?? 'find,get,create,change,member').split(','),
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} must be a number above 0; it is ${JSON.stringify(text)}`);
  return number;
}

function ascending(name: string, text: string): number[] {
  return text
    .split(',')
    .map((part) => positive(name, part))
    .sort((a, b) => a - b);
}

function partOf(name: string): Part {
  const part = PARTS.find((known) => known === name);
  if (!part) throw new Error(`--only must be one of ${PARTS.join(', ')}`);
  return part;
}
