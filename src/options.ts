/**
 * Every option of the server: name, environment, default, unit and reason, once. The command line, the environment
 * and the table in the README are made from this list. Nothing else reads the environment.
 */

/** The options of a server, read and checked. What is said of each is written from OPTIONS, by `npm run generate`. */
export interface ServerOptions {
  /** Address to listen on; 0.0.0.0 for all of them. `127.0.0.1` without it. */
  readonly host: string;
  /** Port to listen on; 0 takes a free one. A whole number from 0 to 65535; `8080` without it. */
  readonly port: number;
  /**
   * Where everything is kept: sqlite:PATH, mongodb://HOSTS/DATABASE (mongodb+srv:// too), or memory: to keep
   * nothing. `sqlite:./data/scim.db` without it.
   */
  readonly store: string;
  /** Folder of schema and resource type documents (*.json) that all tenants have beside User and Group. */
  readonly schemas: string | undefined;
  /** How much is logged: fatal, error, warn, info, debug, trace, silent. `info` without it. */
  readonly logLevel: string;
  /** Origin of the URLs in answers, e.g. https://scim.example.com; without it the one that the client used. */
  readonly publicUrl: string | undefined;
  /**
   * How many proxies stand in front and set X-Forwarded-For and -Proto; the client address and scheme are taken from
   * what they add. A whole number from 0 to 10; `0` proxies without it.
   */
  readonly trustProxy: number;
  /**
   * The largest request body; a larger one is answered with 413. A whole number from 1024 to 1073741824; `2097152`
   * bytes without it.
   */
  readonly bodyLimit: number;
  /** The longest filter. A whole number from 64 to 65536; `4096` characters without it. */
  readonly maxFilterLength: number;
  /** The deepest nesting of brackets in a filter. A whole number from 1 to 256; `32` brackets without it. */
  readonly maxFilterDepth: number;
  /** The most comparisons in a filter. A whole number from 1 to 500; `100` comparisons without it. */
  readonly maxFilterTerms: number;
  /** Resources on a page when the request has no count. A whole number from 1 to 10000; `100` resources without it. */
  readonly pageSize: number;
  /**
   * The most resources on a page; a larger count is cut to it. A whole number from 1 to 10000; `1000` resources
   * without it.
   */
  readonly maxPageSize: number;
  /**
   * How long a cursor leads to its page; an older one is answered with 400 expiredCursor. A whole number from 1 to
   * 604800; `3600` seconds without it.
   */
  readonly cursorTimeout: number;
  /**
   * The most members that one request may name; a group may have any number. A whole number from 1 to 1000000;
   * `10000` members without it.
   */
  readonly maxMembers: number;
  /**
   * The most operations of a bulk request; one with more is answered with 413. A whole number from 1 to 10000;
   * `1000` operations without it.
   */
  readonly bulkMaxOperations: number;
  /**
   * The largest body of a bulk request, in place of the limit for others; a larger one is answered with 413. A whole
   * number from 1024 to 1073741824; `1048576` bytes without it.
   */
  readonly bulkMaxPayload: number;
  /** What a PATCH answers: resource (200), none (204), or auto: none for groups, as Entra prefers. `auto` without it. */
  readonly patchAnswer: PatchAnswer;
  /**
   * What becomes of the passwords that clients set: drop lets them go, hash keeps them as argon2id, for
   * checkPassword(). `drop` without it.
   */
  readonly passwords: 'drop' | 'hash';
  /**
   * How many requests of one tenant are taken per second, unless the tenant has a limit of its own; further ones are
   * answered with 429. A whole number from 1 to 1000000; `1000` requests per second without it.
   */
  readonly requestLimit: number;
  /**
   * How long the activity of clients is kept; 0 keeps none. The history of resources is kept in any case. A whole
   * number from 0 to 3650; `30` days without it.
   */
  readonly activityDays: number;
  /**
   * The most requests that the activity keeps; the oldest go first. A whole number from 1000 to 100000000; `1000000`
   * requests without it.
   */
  readonly activityEntries: number;
  /**
   * Hosts from which the keys of trusted token issuers may be fetched, separated by commas.
   * `login.microsoftonline.com,sts.windows.net,login.windows.net` without it.
   */
  readonly issuerHosts: string;
  /**
   * Whether token issuers may be at private or loopback addresses, and use plain http there: refuse or allow.
   * `refuse` without it.
   */
  readonly issuerPrivate: 'refuse' | 'allow';
  /**
   * Whether receivers of events may be at private or loopback addresses, and be told over plain http: refuse or
   * allow. `refuse` without it.
   */
  readonly webhookPrivate: 'refuse' | 'allow';
  /**
   * After how long without a request an admin is signed out; 12 hours after signing in in any case. A whole number
   * from 60 to 43200; `1800` seconds without it.
   */
  readonly adminIdleTimeout: number;
  /**
   * OpenID Connect issuer that admins sign in with, e.g. https://login.microsoftonline.com/TENANT/v2.0; the redirect
   * address is /admin/api/sso/callback.
   */
  readonly ssoIssuer: string | undefined;
  /** Client id of this server at that issuer. */
  readonly ssoClientId: string | undefined;
  /** Client secret of this server at that issuer. */
  readonly ssoClientSecret: string | undefined;
  /** What the button for it says. `Single sign-on` without it. */
  readonly ssoLabel: string;
  /**
   * How long to wait for another process that writes to the same file. A whole number from 0 to 60000; `5000` ms
   * without it.
   */
  readonly busyTimeout: number;
  /**
   * How long requests in flight may take to finish when the server stops. A whole number from 0 to 600000; `10000`
   * ms without it.
   */
  readonly stopTimeout: number;
}

/** What a PATCH answers: `auto`: the resource, or nothing for a group where the profile says so. */
export type PatchAnswer = 'auto' | 'resource' | 'none';

/** Those of the program that stands alone: an app has its own server, log and Express settings. */
export const PROGRAM_OPTIONS = ['host', 'port', 'logLevel', 'trustProxy', 'stopTimeout'] as const;

/** What a target has to know, whoever runs it. */
export type TargetSettings = Omit<ServerOptions, (typeof PROGRAM_OPTIONS)[number]>;

type Value = string | number | undefined;

/** One option as the table shows it. */
export interface OptionDescription {
  readonly name: keyof ServerOptions;
  /** Environment variables, the first that is set counts. */
  readonly env: readonly string[];
  /** On the command line, e.g. `--port`. */
  readonly flag: string;
  readonly default: Value;
  readonly unit?: string;
  /** True: its value is shown nowhere. */
  readonly isSecret?: boolean;
  /** What is shown of a value that may have a secret in it. */
  readonly shown?: (value: string) => string;
  readonly description: string;
  /** The value of a text, or an Error whose message completes "PORT must be …". */
  readonly parse: (text: string) => Value | Error;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export const OPTIONS: readonly OptionDescription[] = [
  option('host', 'HOST', '127.0.0.1', 'Address to listen on; 0.0.0.0 for all of them.', text),
  {
    ...option('port', 'PORT', 8080, 'Port to listen on; 0 takes a free one.', whole(0, 65_535)),
    env: ['SCIM_TARGET_PORT', 'PORT'],
  },
  {
    ...option(
      'store',
      'STORE',
      'sqlite:./data/scim.db',
      'Where everything is kept: sqlite:PATH, mongodb://HOSTS/DATABASE (mongodb+srv:// too), or memory: to keep nothing.',
      store,
    ),
    shown: shownStore,
  },
  option(
    'schemas',
    'SCHEMAS',
    undefined,
    'Folder of schema and resource type documents (*.json) that all tenants have beside User and Group.',
    text,
  ),
  option('logLevel', 'LOG_LEVEL', 'info', `How much is logged: ${LOG_LEVELS.join(', ')}.`, oneOf(LOG_LEVELS)),
  {
    ...option(
      'publicUrl',
      'PUBLIC_URL',
      undefined,
      'Origin of the URLs in answers, e.g. https://scim.example.com; without it the one that the client used.',
      url,
    ),
    shown: shownStore,
  },
  option(
    'trustProxy',
    'TRUST_PROXY',
    0,
    'How many proxies stand in front and set X-Forwarded-For and -Proto; the client address and scheme are taken from what they add.',
    whole(0, 10),
    'proxies',
  ),
  option(
    'bodyLimit',
    'BODY_LIMIT',
    2_097_152,
    'The largest request body; a larger one is answered with 413.',
    whole(1_024, 1_073_741_824),
    'bytes',
  ),
  option('maxFilterLength', 'MAX_FILTER_LENGTH', 4_096, 'The longest filter.', whole(64, 65_536), 'characters'),
  option(
    'maxFilterDepth',
    'MAX_FILTER_DEPTH',
    32,
    'The deepest nesting of brackets in a filter.',
    whole(1, 256),
    'brackets',
  ),
  option('maxFilterTerms', 'MAX_FILTER_TERMS', 100, 'The most comparisons in a filter.', whole(1, 500), 'comparisons'),
  option(
    'pageSize',
    'PAGE_SIZE',
    100,
    'Resources on a page when the request has no count.',
    whole(1, 10_000),
    'resources',
  ),
  option(
    'maxPageSize',
    'MAX_PAGE_SIZE',
    1_000,
    'The most resources on a page; a larger count is cut to it.',
    whole(1, 10_000),
    'resources',
  ),
  option(
    'cursorTimeout',
    'CURSOR_TIMEOUT',
    3_600,
    'How long a cursor leads to its page; an older one is answered with 400 expiredCursor.',
    whole(1, 604_800),
    'seconds',
  ),
  option(
    'maxMembers',
    'MAX_MEMBERS',
    10_000,
    'The most members that one request may name; a group may have any number.',
    whole(1, 1_000_000),
    'members',
  ),
  option(
    'bulkMaxOperations',
    'BULK_MAX_OPERATIONS',
    1_000,
    'The most operations of a bulk request; one with more is answered with 413.',
    whole(1, 10_000),
    'operations',
  ),
  option(
    'bulkMaxPayload',
    'BULK_MAX_PAYLOAD',
    1_048_576,
    'The largest body of a bulk request, in place of the limit for others; a larger one is answered with 413.',
    whole(1_024, 1_073_741_824),
    'bytes',
  ),
  option(
    'patchAnswer',
    'PATCH_ANSWER',
    'auto',
    'What a PATCH answers: resource (200), none (204), or auto: none for groups, as Entra prefers.',
    oneOf(['auto', 'resource', 'none']),
  ),
  option(
    'passwords',
    'PASSWORDS',
    'drop',
    'What becomes of the passwords that clients set: drop lets them go, hash keeps them as argon2id, for checkPassword().',
    oneOf(['drop', 'hash']),
  ),
  option(
    'requestLimit',
    'REQUEST_LIMIT',
    1_000,
    'How many requests of one tenant are taken per second, unless the tenant has a limit of its own; further ones are answered with 429.',
    whole(1, 1_000_000),
    'requests per second',
  ),
  option(
    'activityDays',
    'ACTIVITY_DAYS',
    30,
    'How long the activity of clients is kept; 0 keeps none. The history of resources is kept in any case.',
    whole(0, 3_650),
    'days',
  ),
  option(
    'activityEntries',
    'ACTIVITY_ENTRIES',
    1_000_000,
    'The most requests that the activity keeps; the oldest go first.',
    whole(1_000, 100_000_000),
    'requests',
  ),
  option(
    'issuerHosts',
    'ISSUER_HOSTS',
    'login.microsoftonline.com,sts.windows.net,login.windows.net',
    'Hosts from which the keys of trusted token issuers may be fetched, separated by commas.',
    hosts,
  ),
  option(
    'issuerPrivate',
    'ISSUER_PRIVATE',
    'refuse',
    'Whether token issuers may be at private or loopback addresses, and use plain http there: refuse or allow.',
    oneOf(['refuse', 'allow']),
  ),
  option(
    'webhookPrivate',
    'WEBHOOK_PRIVATE',
    'refuse',
    'Whether receivers of events may be at private or loopback addresses, and be told over plain http: refuse or allow.',
    oneOf(['refuse', 'allow']),
  ),
  option(
    'adminIdleTimeout',
    'ADMIN_IDLE_TIMEOUT',
    1_800,
    'After how long without a request an admin is signed out; 12 hours after signing in in any case.',
    whole(60, 43_200),
    'seconds',
  ),
  {
    ...option(
      'ssoIssuer',
      'SSO_ISSUER',
      undefined,
      'OpenID Connect issuer that admins sign in with, e.g. https://login.microsoftonline.com/TENANT/v2.0; the redirect address is /admin/api/sso/callback.',
      url,
    ),
    shown: shownStore,
  },
  option('ssoClientId', 'SSO_CLIENT_ID', undefined, 'Client id of this server at that issuer.', text),
  {
    ...option('ssoClientSecret', 'SSO_CLIENT_SECRET', undefined, 'Client secret of this server at that issuer.', text),
    isSecret: true,
  },
  option('ssoLabel', 'SSO_LABEL', 'Single sign-on', 'What the button for it says.', text),
  option(
    'busyTimeout',
    'BUSY_TIMEOUT',
    5_000,
    'How long to wait for another process that writes to the same file.',
    whole(0, 60_000),
    'ms',
  ),
  option(
    'stopTimeout',
    'STOP_TIMEOUT',
    10_000,
    'How long requests in flight may take to finish when the server stops.',
    whole(0, 600_000),
    'ms',
  ),
];

/** An option that has a wrong value; the message is one sentence that names the option and what fits. */
export class OptionError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'OptionError';
  }
}

/**
 * Flags come before the environment, which comes before the defaults.
 * @param flags by option name; undefined ones count as absent.
 * @throws OptionError
 */
export function readOptions(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Partial<Record<keyof ServerOptions, string | undefined>>> = {},
): ServerOptions {
  const values: Record<string, Value> = {};
  for (const description of OPTIONS) {
    const [source, given] = givenValue(description, env, flags);
    const value = given === undefined ? description.default : description.parse(given);
    if (value instanceof Error) throw refused(source, value.message, description.shown?.(given ?? '') ?? given);
    values[description.name] = value;
  }
  return Object.freeze(values) as unknown as ServerOptions;
}

/**
 * As an app gives them: by name, each of its own type.
 * @param given what is undefined has its default
 * @throws OptionError
 */
export function readSettings(given: Readonly<Partial<Record<keyof ServerOptions, unknown>>>): TargetSettings {
  const program: readonly string[] = PROGRAM_OPTIONS;
  const described = OPTIONS.filter(({ name }) => !program.includes(name));
  const entries = described.map((description) => [description.name, settingOf(description, given[description.name])]);
  return Object.freeze(Object.fromEntries(entries)) as TargetSettings;
}

function settingOf({ name, parse, shown, isSecret, default: fallback }: OptionDescription, given: unknown): Value {
  if (given === undefined) return fallback;
  // What has no text of its own is read as none, which no option takes.
  const value = parse(typeof given === 'string' || typeof given === 'number' ? String(given) : '');
  const problem = value instanceof Error ? value.message : `a ${typeof value}`;
  if (value instanceof Error || typeof value !== typeof given) {
    if (isSecret) throw new OptionError(`${name} must be ${problem}.`);
    throw refused(name, problem, typeof given === 'string' ? (shown?.(given) ?? given) : given);
  }
  return value;
}

/** @param expected completes "PORT must be …" */
export function refused(source: string, expected: string, given: unknown): OptionError {
  return new OptionError(`${source} must be ${expected}; it is ${kindOf(given)}.`);
}

/** A value where it tells what was meant, and what it is where it does not. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof (value as { then?: unknown }).then === 'function' ? 'a promise, which is to be awaited' : 'an object';
}

function givenValue(
  { name, env: variables, flag }: OptionDescription,
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Partial<Record<string, string | undefined>>>,
): [source: string, given: string | undefined] {
  if (flags[name] !== undefined) return [flag, flags[name]];
  const variable = variables.find((candidate) => env[candidate] !== undefined && env[candidate] !== '');
  return variable === undefined ? ['', undefined] : [variable, env[variable]];
}

function option(
  name: keyof ServerOptions,
  variable: string,
  fallback: Value,
  description: string,
  parse: OptionDescription['parse'],
  unit?: string,
): OptionDescription {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return { name, env: [`SCIM_TARGET_${variable}`], flag, default: fallback, description, parse, ...(unit && { unit }) };
}

function text(value: string): Value | Error {
  return value.trim() === '' ? new Error('a text that is not empty') : value;
}

function hosts(value: string): Value | Error {
  const named = value.split(',').filter((host) => host.trim() !== '');
  const isHost = (host: string): boolean => !/[/?#@]/.test(host) && URL.canParse(`https://${host.trim()}`);
  return named.length > 0 && named.every(isHost) ? value : new Error('names of hosts, separated by commas');
}

function whole(least: number, most: number): OptionDescription['parse'] {
  return (value) => {
    const number = Number(value);
    const fits = value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most;
    return fits ? number : new Error(`a whole number from ${least} to ${most}`);
  };
}

function oneOf(choices: readonly string[]): OptionDescription['parse'] {
  return (value) => (choices.includes(value) ? value : new Error(`one of ${choices.join(', ')}`));
}

function store(value: string): Value | Error {
  const isStore = value === 'memory:' || /^sqlite:.+$/.test(value) || /^mongodb(?:\+srv)?:\/\/[^/]/.test(value);
  return isStore ? value : new Error('sqlite:PATH, mongodb://HOSTS/DATABASE or memory:');
}

/** A store, or a URL, as it may be shown and logged: without a password, and without the settings, which may have others. */
export function shownStore(spec: string): string {
  const uri = /^((?!sqlite:)[\w+]+:\/\/)(?:(.*)@)?([^/?]*)(\/[^?]*)?/s.exec(spec);
  if (!uri) return spec;
  const [, scheme = '', credentials, hosts = '', database = ''] = uri;
  const user = credentials === undefined ? '' : `${credentials.split(':', 1)[0]}:***@`;
  return `${scheme}${user}${hosts}${database}`;
}

function url(value: string): Value | Error {
  const { protocol, username, password } = URL.canParse(value) ? new URL(value) : {};
  const isPlain = /^https?:$/.test(protocol ?? '') && !`${username}${password}` && !/[?#]/.test(value);
  return isPlain ? value.replace(/\/+$/, '') : new Error('an http or https URL without user, query and fragment');
}
