/**
 * Writes what the code knows best: the table of options in README.md, between its two markers, from src/options.ts, and
 * what an editor shows of each, in that file itself; docs/profiles.md from src/scim/profiles.ts; and docs/conformance.md from the checks of src/conformance.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Check, EXEMPTIONS, levelWord, SUITES } from '../src/conformance/index.js';
import { bundledScenarios } from '../src/conformance/scenarios/load.js';
import { CHECKS } from '../src/conformance/suites/index.js';
import { OPTIONS, type OptionDescription } from '../src/options.js';
import { PROFILES, RULES, type RuleName } from '../src/scim/profiles.js';

const OPTIONS_FILE = new URL('../src/options.ts', import.meta.url);
const README = new URL('../README.md', import.meta.url);
const PROFILES_PAGE = new URL('../docs/profiles.md', import.meta.url);
const CONFORMANCE_PAGE = new URL('../docs/conformance.md', import.meta.url);
const BEGIN = '<!-- options:begin -->';
const END = '<!-- options:end -->';

function code(text: string): string {
  return `\`${text}\``;
}

function defaultOf({ default: value, unit }: OptionDescription): string {
  if (value === undefined) return '';
  return unit ? `${code(String(value))} ${unit}` : code(String(value));
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function row(option: OptionDescription): string {
  return tableRow([code(option.flag), option.env.map(code).join(', '), defaultOf(option), option.description]);
}

function table(): string {
  return ['| flag | environment | default | what it does |', '| --- | --- | --- | --- |', ...OPTIONS.map(row)].join(
    '\n',
  );
}

/** The text with what stands between the markers replaced. */
function fill(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`README.md needs the lines ${BEGIN} and ${END}, in this order`);
  const note = '<!-- Generated from src/options.ts by `npm run generate`; edits here are lost. -->';
  return `${text.slice(0, begin + BEGIN.length)}\n${note}\n\n${table()}\n\n${text.slice(end)}`;
}

/** What an editor shows of an option: what it does, which numbers it may be, and what it is when nobody says. */
function comment(option: OptionDescription): string {
  const range = /^a whole number .*/.exec(String(option.parse('')).replace(/^Error: /, ''))?.[0];
  const unset = option.default === undefined ? undefined : `${defaultOf(option)} without it`;
  const bounds = [range?.replace(/^a/, 'A'), unset].filter((part) => part !== undefined).join('; ');
  const words = `${option.description}${bounds && ` ${bounds}.`}`.split(' ');
  const lines = words.reduce(
    ([line = '', ...done], word) =>
      line.length + word.length < 112 ? [line ? `${line} ${word}` : word, ...done] : [word, line, ...done],
    [] as string[],
  );
  const text = lines.reverse();
  return text.length === 1
    ? `  /** ${text[0]} */`
    : ['  /**', ...text.map((line) => `   * ${line}`), '   */'].join('\n');
}

function fillComments(source: string): string {
  return OPTIONS.reduce((text, option) => {
    const field = new RegExp(`(?:  /\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?(?=  readonly ${option.name}: )`);
    return text.replace(field, () => `${comment(option)}\n`);
  }, source);
}

const PROFILES_TEXT = `<!-- Generated from src/scim/profiles.ts by \`npm run generate\`; edits here are lost. -->
# Profiles

A tenant has a profile: which client dialect it expects. \`entra\` is the default, \`okta\` is for Okta, \`strict\` is the
RFC and nothing else (\`npx scim-target tenant create NAME --profile …\`). Each deviation is a rule with a name. A request
that needed one says so in its log line (\`"rules":["any-case-op"]\`), so that you can see what a client really sends.

Beyond these rules every profile is plain SCIM.
`;

function ruleSection(name: RuleName): string {
  const { client, example, bends } = RULES[name];
  const profiles = Object.entries(PROFILES).filter(([, rules]) => (rules as ReadonlySet<RuleName>).has(name));
  return [
    `## ${name}`,
    '',
    `- **Client:** ${client}`,
    `- **Example:** ${code(example)}`,
    `- **Bends:** ${bends}`,
    `- **Profiles:** ${profiles.map(([profile]) => code(profile)).join(', ')}`,
    '',
  ].join('\n');
}

function profilesPage(): string {
  return [PROFILES_TEXT, ...(Object.keys(RULES) as RuleName[]).map(ruleSection)].join('\n');
}

const CONFORMANCE_TEXT = `<!-- Generated from src/conformance by \`npm run generate\`; edits here are lost. -->
# The conformance client

\`scim-target conformance\` asks any SCIM 2.0 server, over HTTP, what its clients would ask, and reports what it found:
each failure with a sentence, the values, the rule, the exact request and answer, and what to change.

\`\`\`
npx scim-target conformance --url URL (--token T | --client-id I --client-secret S --token-endpoint E | --basic USER:PASS)
    [--suite rfc,entra,okta,clients] [--scenario netskope,…] [--only ID…] [--directory users=200,groups=20,cycles=3,seed=7]
    [--json F] [--junit F] [--html F] [--har F] [--record F] [--read-only] [--max-rps N] [--list]
    [--dry-run] [--keep] [--seed N] [--timeout MS] [--scope SCOPES] [--me-token T] [--reads strict|lenient]
npx scim-target conformance replay FILE --url URL (credential) [--from URL] [reports]
\`\`\`

## What it does to the server

Everything that a run makes has a name that begins with \`ct-\` and eight digits, and is removed at the end, also after
Ctrl-C; \`--keep\` leaves it. What was made without the run being told, such as by a POST whose answer never came, is
found by that name. Other people's data is read in lists, and never changed. With \`--read-only\` nothing is changed at
all: only the checks marked with an eye (👁) run. \`--max-rps\` keeps to so many requests per second. An answer of 429 is
waited for as its \`Retry-After\` says; 20 of them in a row end the run. \`--dry-run\` prints every request and sends none.

## What to run

Without \`--suite\`, \`--scenario\`, \`--directory\` and \`--only\` all four suites run.

- \`--suite\`: checks of the RFCs (\`rfc\`) and of what single clients send and need (\`entra\`, \`okta\`, \`clients\`).
- \`--only\`: ids of checks, or beginnings of ids: \`rfc.filter\` is every check below it.
- \`--scenario\`: whole stories, step by step: names of those below, or paths of your own files
  (\`src/conformance/scenarios/scenario.schema.json\` describes them).
- \`--directory\`: a simulated Microsoft Entra provisions a made-up directory in cycles, and what the server holds is
  compared with the directory. Settings, all optional: \`users\`, \`groups\`, \`cycles\`, \`seed\`, \`changes\` (in the source
  before each cycle), \`dialect=default\` or \`compliant\` (Entra's flag aadOptscim062020), \`deleteThreshold\`, and
  \`stateFile=PATH\`, with which a run that broke off can be continued by the same command; it needs a seed.

- \`--reads\`: how the server reads requests, where that is known. Some clients send what the RFCs want refused, so no
  server can pass both the checks of the one and of the other. \`--reads strict\` leaves out what only a server that takes
  what clients send can pass, \`--reads lenient\` what only one that refuses it can pass; the report says how many. Without
  it everything is asked. [The list](#what---reads-leaves-out) has each check with its reason.

The same \`--seed\` sends the same requests in the same order; the report names the seed, and for each failure the
command that repeats it alone.

## Credentials

\`--token\`, \`--basic\`, or OAuth 2.0 client credentials with \`--client-id\`, \`--client-secret\`, \`--token-endpoint\` and
\`--scope\`. Better than flags, which other users of the machine can see: the variables \`SCIM_CONFORMANCE_TOKEN\`,
\`SCIM_CONFORMANCE_CLIENT_SECRET\`, \`SCIM_CONFORMANCE_BASIC\`. The checks of \`/Me\` need a credential that is a user: where
that of the run is none, \`--me-token\` (\`SCIM_CONFORMANCE_ME_TOKEN\`) takes one; it is used for reading alone. On a terminal
without a credential the token is asked for and not shown. No report, recording or message holds a secret, even one that
the server sends back.

A private certificate authority: \`NODE_EXTRA_CA_CERTS=ca.pem\`.

## Reports

| option | what it writes |
| --- | --- |
| (none) | text on standard output; progress goes to standard error. \`NO_COLOR\` is honoured. |
| \`--html F\` | one page that needs nothing else, for a browser, a phone, or paper |
| \`--json F\` | everything, as the type \`Report\` of \`src/conformance/model.ts\` |
| \`--junit F\` | for build servers; a warning counts as passed, a run that broke off as an error |
| \`--har F\`, \`--record F\` | every request and answer as HAR 1.2 |

A check has a level. \`must\`: the RFC demands it. A client's name: that client does not work without it. \`should\`: it is
recommended; a failure is a warning and changes no exit code. What the server does not announce is skipped.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | nothing failed |
| 1 | something failed |
| 2 | it could not run: the server cannot be reached, the credential is refused, an option is wrong. One sentence on standard error says why. Also: the server stopped answering before the end, and nothing had failed until then. |
| 130, 143 | it was ended by Ctrl-C or SIGTERM. What it had made was removed and the report so far was written. A second signal ends at once and names what is left. |

## Record and replay

\`--record FILE\` keeps a run. \`replay FILE --url URL\` sends its requests in the same order to another server, with that
server's ids and versions in place of the recorded ones, and reports every difference of status and body. Ids, \`meta\`,
hosts in \`$ref\`, texts of errors, and the order of members and values do not count as differences; in lists only what
the replay made is compared, unless a filter keeps other resources out. FILE may also come from elsewhere, such as a
proxy in front of a real client: its requests to one SCIM base URL are taken (\`--from\` says which, if there are
several). The credential is never taken from the file. A replay changes nothing but what it made: a recorded change of
a resource that the recording did not create is skipped.
`;

const SUITE_TITLES: Readonly<Record<(typeof SUITES)[number], string>> = {
  rfc: 'RFC 7643, RFC 7644, RFC 9865',
  entra: 'Microsoft Entra',
  okta: 'Okta',
  clients: 'Other clients',
};

function checkRow(check: Check): string {
  const level = levelWord({ level: check.level, client: check.client });
  return tableRow([`${code(check.id)}${check.readsOnly ? ' 👁' : ''}`, level, check.title, check.source]);
}

function suiteSection(name: (typeof SUITES)[number]): string {
  const checks = CHECKS.filter(({ suite }) => suite === name);
  return [
    `## Suite ${name}: ${SUITE_TITLES[name]}`,
    '',
    `${checks.length} checks.`,
    '',
    '| id | level | what is true of a sound server | source |',
    '| --- | --- | --- | --- |',
    ...checks.map(checkRow),
    '',
  ].join('\n');
}

/** What a server of one kind is not asked, by reason. */
function exemptionSection(): string {
  const rows = EXEMPTIONS.map(({ reading, reason, checks }) =>
    tableRow([code(reading), reason, checks.map(code).join(', ')]),
  );
  return [
    '## What `--reads` leaves out',
    '',
    '| with `--reads` | because | these checks are not asked |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function scenarioSection(): string {
  const rows = bundledScenarios().map(({ id, steps, title, source }) =>
    tableRow([code(id), String(steps.length), title, source]),
  );
  return ['## Scenarios', '', '| name | steps | story | source |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function conformancePage(): string {
  return [CONFORMANCE_TEXT, ...SUITES.map(suiteSection), exemptionSection(), scenarioSection()].join('\n');
}

writeFileSync(PROFILES_PAGE, profilesPage());
console.log('wrote docs/profiles.md');
writeFileSync(CONFORMANCE_PAGE, conformancePage());
console.log('wrote docs/conformance.md');
writeFileSync(OPTIONS_FILE, fillComments(readFileSync(OPTIONS_FILE, 'utf8')));
console.log('wrote what editors show of options, in src/options.ts');
writeFileSync(README, fill(readFileSync(README, 'utf8')));
console.log('wrote the options in README.md');
