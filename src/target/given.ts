/**
 * What an app has given, checked before anything is opened or begun, so that a mistake is told where it was made. Knows:
 * which options there are beside those of options.ts, and what each may be. Does not know: what becomes of them.
 */
import { FieldRefused } from '../access/refusal.js';
import { OPTIONS, OptionError, PROGRAM_OPTIONS, readSettings, refused, type TargetSettings } from '../options.js';
import { PROFILES } from '../scim/profiles.js';
import type { TargetOptions } from './options.js';

/** In milliseconds, as all of these. */
const LONGEST = 600_000;
const SHORTEST_INTERVAL = 10;
const USUAL_INTERVAL = 1_000;
const USUAL_LEASE = 30_000;
/** A lease is renewed while it lasts, and of the looks that fit into it two may be late. */
const LOOKS_PER_LEASE = 3;

/** Undefined where the value will do; otherwise what completes "paths must be …". */
type Check = (value: unknown, options: TargetOptions) => string | undefined;

/** Those that no command line can give, or not in all their forms. */
type OwnOption = Exclude<keyof TargetOptions, keyof TargetSettings> | 'store' | 'schemas';

const CHECKS: { readonly [Name in OwnOption]: Check } = {
  store: (value) =>
    expected(has(value, 'commit', 'get', 'close'), 'sqlite:PATH, memory: and the like, or an open store'),
  schemas: (value) => expected(isDocuments(value), 'a folder, or an object with common, schemas and resourceTypes'),
  logger: (value) => expected(has(value, 'child', 'error', 'info', 'warn'), 'a logger of pino'),
  paths: wrongPaths,
  onPassword: wrongHook,
  beforeCommit: wrongHook,
  authenticate: wrongHook,
  hookTimeout: (value) => wrongTime(value, 1, LONGEST),
  createTenants: wrongCreateTenants,
  eventInterval: (value, { eventLease }) =>
    wrongTime(value, SHORTEST_INTERVAL, Math.floor(numberOr(eventLease, USUAL_LEASE) / LOOKS_PER_LEASE)),
  eventLease: (value, { eventInterval }) =>
    wrongTime(value, numberOr(eventInterval, USUAL_INTERVAL) * LOOKS_PER_LEASE, LONGEST),
  clock: (value) => expected(isClock(value), 'a function that returns a Date'),
  throttle: (value) => expected(has(value, 'attempt', 'succeeded', 'failed', 'hold'), 'a Throttle'),
};

/** The options that there are for an app. */
const NAMES: ReadonlySet<string> = new Set(
  [...OPTIONS.map(({ name }) => name), ...Object.keys(CHECKS)].filter(
    (name) => !(PROGRAM_OPTIONS as readonly string[]).includes(name),
  ),
);

/**
 * The settings among the options of an app.
 * @throws OptionError that names the option, for one that there is not or that has a wrong value
 */
export function settingsOf(options: TargetOptions): TargetSettings {
  if (!isObject(options)) throw refused('What createScimTarget takes', "an object, as { store: 'memory:' }", options);
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (!NAMES.has(name)) throw unknown(name);
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as OwnOption] : undefined;
    // A text has one form for all who give it.
    if (!check || ((name === 'store' || name === 'schemas') && typeof value === 'string')) plain[name] = value;
    else if (value !== undefined) tell(name, check(value, options), value);
  }
  if (options.createTenants && !options.authenticate) {
    throw new OptionError('createTenants needs authenticate beside it.');
  }
  return readSettings(plain);
}

function tell(name: string, problem: string | undefined, value: unknown): void {
  if (problem !== undefined) throw refused(name, problem, value);
}

function unknown(name: string): OptionError {
  const isOfProgram = (PROGRAM_OPTIONS as readonly string[]).includes(name);
  const why = isOfProgram ? 'it is one of the standalone server' : `there are ${[...NAMES].sort().join(', ')}`;
  return new OptionError(`createScimTarget has no option ${name}: ${why}.`);
}

function expected(isSo: boolean, what: string): string | undefined {
  return isSo ? undefined : what;
}

function wrongHook(value: unknown): string | undefined {
  return expected(typeof value === 'function', 'a function');
}

function wrongTime(value: unknown, least: number, most: number): string | undefined {
  const fits = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  return expected(fits, `a whole number from ${least} to ${most}, in milliseconds`);
}

/** Where routers are mounted; at the origin itself: the empty text. */
function wrongPaths(value: unknown): string | undefined {
  if (!isObject(value)) return 'an object with some of scim, oauth and events';
  for (const [name, path] of Object.entries(value)) {
    if (!['scim', 'oauth', 'events'].includes(name))
      return `an object with some of scim, oauth and events, not ${name}`;
    if (path !== undefined && !(typeof path === 'string' && /^(\/.*[^/])?$/.test(path)))
      return `paths such as /scim/v2, without a slash at the end (${name})`;
  }
  return undefined;
}

function wrongCreateTenants(value: unknown): string | undefined {
  const isRight =
    typeof value === 'boolean' ||
    (isObject(value) &&
      Object.keys(value).join() === 'profile' &&
      typeof value.profile === 'string' &&
      Object.hasOwn(PROFILES, value.profile));
  return expected(isRight, `true, or { profile } with one of ${Object.keys(PROFILES).join(', ')}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function has(value: unknown, ...methods: readonly string[]): boolean {
  const given = value as Record<string, unknown> | null;
  return typeof given === 'object' && given !== null && methods.every((name) => typeof given[name] === 'function');
}

function isDocuments(value: unknown): boolean {
  return (
    isObject(value) && isObject(value.common) && Array.isArray(value.schemas) && Array.isArray(value.resourceTypes)
  );
}

/** A Date may be of another realm, as in the sandboxes of test runners. */
function isClock(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const moment = value() as Date | undefined;
  return has(moment, 'toISOString', 'getTime') && Number.isFinite(moment?.getTime());
}

function numberOr(value: unknown, usual: number): number {
  return typeof value === 'number' ? value : usual;
}

/** Programs in JavaScript give anything. @throws FieldRefused */
export function textOf(field: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new FieldRefused(field, `${field} must be a text, and is ${value === null ? 'null' : typeof value}`);
}

/** @throws FieldRefused */
export function listOf(field: string, value: readonly string[]): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new FieldRefused(field, `${field} must be a list of texts`);
}
