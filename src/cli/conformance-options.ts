/** What `scim-target conformance` is told: flags and environment, read into what a run needs. */
import { randomInt } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Credential, DirectoryOptions } from '../conformance/index.js';
import { SUITES } from '../conformance/model.js';
import { READINGS, type Reading } from '../conformance/readings.js';
import { UsageError } from './failure.js';
import type { Screen } from './screen.js';
import type { Terminal } from './terminal.js';

/** Flags of both commands: where to, who, how fast, and what to write. */
export interface TargetFlags {
  url?: string;
  token?: string;
  clientId?: string;
  clientSecret?: string;
  tokenEndpoint?: string;
  scope?: string;
  basic?: string;
  json?: string;
  junit?: string;
  html?: string;
  har?: string;
  record?: string;
  maxRps?: string;
  timeout: string;
  seed?: string;
  keep?: boolean;
  meToken?: string;
}

export interface ConformanceFlags extends TargetFlags {
  suite?: string;
  scenario?: string;
  only?: string[];
  directory?: string;
  readOnly?: boolean;
  reads?: string;
  list?: boolean;
  dryRun?: boolean;
}

export interface ReplayFlags extends TargetFlags {
  from?: string;
}

const VARIABLES = {
  token: 'SCIM_CONFORMANCE_TOKEN',
  clientSecret: 'SCIM_CONFORMANCE_CLIENT_SECRET',
  basic: 'SCIM_CONFORMANCE_BASIC',
  meToken: 'SCIM_CONFORMANCE_ME_TOKEN',
} as const;

/** Adds the flags of TargetFlags to a command. */
export function addTargetOptions(command: Command): Command {
  return command
    .option('--url <url>', 'SCIM base URL of the server, as it is entered at an identity provider')
    .option('--token <token>', `bearer token [env ${VARIABLES.token}]`)
    .option('--client-id <id>', 'OAuth 2.0 client credentials: the client')
    .option('--client-secret <secret>', `its secret [env ${VARIABLES.clientSecret}]`)
    .option('--token-endpoint <url>', 'where the access token comes from')
    .option('--scope <scopes>', 'scopes to ask the token endpoint for')
    .option('--basic <user:pass>', `HTTP Basic [env ${VARIABLES.basic}]`)
    .option('--json <file>', 'write the report as JSON')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--html <file>', 'write the report as one HTML page')
    .option('--har <file>', 'write all requests and answers as HAR 1.2, without secrets')
    .option('--record <file>', 'the same, to be replayed later')
    .option('--max-rps <number>', 'at most so many requests per second')
    .option('--timeout <ms>', 'how long to wait for an answer', '30000')
    .option('--seed <number>', 'repeat a run: the same seed sends the same requests in the same order')
    .option('--keep', 'leave on the server what the run made');
}

/** Adds the flags of ConformanceFlags alone. */
export function addChoiceOptions(command: Command): Command {
  return command
    .option('--suite <names>', `checks of these suites: ${SUITES.join(',')}`)
    .option('--scenario <names>', 'play scenarios: names from --list, or paths of files')
    .option('--only <id...>', 'only these checks; rfc.filter means all whose ids begin with it')
    .option('--directory <settings>', 'provision a simulated directory: users=200,groups=20,cycles=3,seed=7')
    .option('--me-token <token>', `bearer token of a user, for the checks of /Me [env ${VARIABLES.meToken}]`)
    .option('--reads <how>', `leave out what a server that is ${READINGS.join(' or ')} by its nature is not to do`)
    .option('--read-only', 'only checks that change nothing on the server')
    .option('--list', 'print checks and scenarios, and connect to nothing')
    .option('--dry-run', 'print the requests instead of sending them');
}

/** @throws UsageError unless it is there and an absolute http or https URL without a password */
export function readUrl({ url }: TargetFlags): string {
  if (url === undefined) throw new UsageError('say which server: --url https://scim.example.com/scim/v2');
  checkUrl(url, '--url');
  return url;
}

function checkUrl(url: string, flag: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new UsageError(`${flag} must be a whole URL that begins with https:// or http://`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new UsageError(`${flag} must not hold a user name or password; use --basic`);
  }
  if (parsed.hash !== '') throw new UsageError(`${flag} must not hold a fragment (#)`);
}

/** Flags go before the environment, the environment before a question. @throws UsageError */
export async function readCredential(flags: TargetFlags, terminal: Terminal, screen: Screen): Promise<Credential> {
  const { token, basic, clientId, clientSecret, tokenEndpoint, scope } = flags;
  const isOauth = [clientId, clientSecret, tokenEndpoint, scope].some((value) => value !== undefined);
  const ways = [token !== undefined, basic !== undefined, isOauth].filter(Boolean).length;
  if (ways > 1) throw new UsageError('choose one credential: --token, --basic, or --client-id with --token-endpoint');
  if (isOauth) return readOauth(flags, terminal, screen);
  if (token !== undefined) return bearer(token);
  if (basic !== undefined) return readBasic(basic, '--basic');
  const { [VARIABLES.token]: tokenVariable, [VARIABLES.basic]: basicVariable } = terminal.env;
  if (tokenVariable && basicVariable) {
    throw new UsageError(
      `${VARIABLES.token} and ${VARIABLES.basic} are both set; unset one, or use --token or --basic`,
    );
  }
  if (tokenVariable) return bearer(tokenVariable);
  if (basicVariable) return readBasic(basicVariable, VARIABLES.basic);
  if (screen.ask) return bearer(await screen.ask('Bearer token (not shown): '));
  throw new UsageError(`a credential is missing: --token, --basic, --client-id, or the variable ${VARIABLES.token}`);
}

function bearer(token: string): Credential {
  return { kind: 'bearer', token: readToken(token, 'the bearer token') };
}

/** @throws UsageError */
function readToken(text: string, name: string): string {
  const token = withoutScheme(text);
  if (token === '') throw new UsageError(`${name} is empty`);
  if (/[^\x21-\x7e]/.test(token)) throw new UsageError(`${name} has characters that no header can carry`);
  return token;
}

function withoutScheme(token: string): string {
  return token.trim().replace(/^Bearer\s+/i, '');
}

/** The credential for /Me; undefined: the one of the run. @throws UsageError */
export function readMeToken({ meToken }: TargetFlags, { env }: Terminal): string | undefined {
  const token = meToken ?? env[VARIABLES.meToken];
  return token === undefined || token === '' ? undefined : readToken(token, '--me-token');
}

/** How the server is said to read; undefined: everything is asked of it. @throws UsageError */
export function readReading({ reads }: ConformanceFlags): Reading | undefined {
  if (reads === undefined) return undefined;
  const reading = READINGS.find((name) => name === reads);
  if (!reading) throw new UsageError(`--reads is ${READINGS.join(' or ')}`);
  return reading;
}

function readBasic(value: string, origin: string): Credential {
  const at = value.indexOf(':');
  if (at < 1) throw new UsageError(`${origin} must be USER:PASSWORD`);
  return { kind: 'basic', user: value.slice(0, at), password: value.slice(at + 1) };
}

async function readOauth(flags: TargetFlags, { env }: Terminal, screen: Screen): Promise<Credential> {
  const { clientId, tokenEndpoint, scope } = flags;
  if (clientId === undefined) throw new UsageError('--client-id is missing');
  if (tokenEndpoint === undefined) throw new UsageError('--token-endpoint is missing');
  checkUrl(tokenEndpoint, '--token-endpoint');
  const secret =
    flags.clientSecret ?? (env[VARIABLES.clientSecret] || (await screen.ask?.('Client secret (not shown): ')));
  if (!secret)
    throw new UsageError(`the secret is missing: --client-secret, or the variable ${VARIABLES.clientSecret}`);
  return { kind: 'oauth', clientId, clientSecret: secret, tokenEndpoint, scope };
}

/** Every text among flags and environment that nobody is to see. */
export function secretsOf(flags: TargetFlags, { env }: Terminal): string[] {
  const basics = [flags.basic, env[VARIABLES.basic]];
  const passwords = basics.map((basic) => basic?.slice(basic.indexOf(':') + 1));
  const bearers = [flags.token, env[VARIABLES.token], flags.meToken, env[VARIABLES.meToken]];
  const tokens = bearers.map((token) => token && withoutScheme(token));
  const secrets = [...tokens, ...basics, ...passwords, flags.clientSecret, env[VARIABLES.clientSecret]];
  return secrets.filter((secret): secret is string => !!secret);
}

/** The parts of a run that are numbers. */
export interface Pace {
  readonly timeout: number;
  readonly maxRps: number | undefined;
  readonly seed: number;
}

/** @param fallback the seed of --directory; without one it is chosen anew for each run. @throws UsageError */
export function readPace({ timeout, maxRps, seed }: TargetFlags, fallback?: number): Pace {
  return {
    timeout: whole(timeout, '--timeout', 1),
    maxRps: maxRps === undefined ? undefined : positive(maxRps, '--max-rps'),
    seed: seed === undefined ? (fallback ?? randomInt(1, 2 ** 31)) : whole(seed, '--seed', 0),
  };
}

const DIRECTORY = { users: 200, groups: 20, cycles: 3 } as const;
/** The settings that are numbers, with the least they can be. */
const NUMBERS: Readonly<Record<string, number>> = {
  users: 1,
  groups: 0,
  cycles: 0,
  seed: 0,
  changes: 0,
  deleteThreshold: 0,
};
const DIALECTS = ['default', 'compliant'] as const;
const SETTINGS = [...Object.keys(NUMBERS), 'dialect', 'stateFile'];

/** A directory to simulate, and the seed that was given with it. */
interface DirectoryChoice {
  readonly options: DirectoryOptions;
  readonly seed: number | undefined;
}

/** `users=200,groups=20,cycles=3,seed=7`; what is left out keeps its default. @throws UsageError */
export function readDirectory({ directory, seed }: ConformanceFlags): DirectoryChoice | undefined {
  if (directory === undefined) return undefined;
  const settings = listOf(directory).map((setting) => setting.split(/\s*=\s*(.*)/s, 2) as [string, string?]);
  const unknown = settings.find(([name]) => !SETTINGS.includes(name));
  if (unknown) throw new UsageError(`--directory has no setting "${unknown[0]}": ${SETTINGS.join(', ')}`);
  const given = Object.fromEntries(settings.map(([name, value = '']) => [name, value]));
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS)
      .filter(([name]) => given[name] !== undefined)
      .map(([name, least]) => [name, whole(given[name] ?? '', `${name} of --directory`, least)]),
  );
  const dialect = DIALECTS.find((name) => name === given.dialect);
  if (given.dialect !== undefined && !dialect) {
    throw new UsageError(`dialect of --directory is ${DIALECTS.join(' or ')}`);
  }
  if (given.stateFile !== undefined && numbers.seed === undefined && seed === undefined) {
    throw new UsageError('stateFile of --directory needs a seed, so that a later run can be the same');
  }
  const { seed: ownSeed, ...sizes } = numbers;
  return { options: { ...DIRECTORY, ...sizes, dialect, stateFile: given.stateFile }, seed: ownSeed };
}

/** `a, b` → `['a', 'b']` */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** A report that cannot be written must be known before the run, not after it. @throws UsageError */
export function checkWritable(flags: TargetFlags): void {
  const { json, junit, html, har, record } = flags;
  const files = Object.entries({ json, junit, html, har, record }).filter(([, file]) => file !== undefined);
  const seen = new Map<string, string>();
  for (const [flag, file = ''] of files) {
    const whole = path.resolve(file);
    const other = seen.get(whole);
    if (other !== undefined) throw new UsageError(`--${other} and --${flag} name the same file`);
    seen.set(whole, flag);
    if (statSync(whole, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`--${flag} ${file} is a folder`);
    try {
      accessSync(path.dirname(whole), constants.W_OK);
    } catch {
      throw new UsageError(`--${flag} ${file} cannot be written: its folder is missing or may not be written to`);
    }
  }
}

function whole(text: string, flag: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new UsageError(`${flag} must be a whole number from ${least} up`);
  }
  return value;
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || value <= 0) throw new UsageError(`${flag} must be a number above 0`);
  return value;
}
