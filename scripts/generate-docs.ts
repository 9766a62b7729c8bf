/**
 * Writes what the code knows best: the table of options in README.md, between its two markers, from src/options.ts;
 * and docs/profiles.md from src/scim/profiles.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { OPTIONS, type OptionDescription } from '../src/options.js';
import { PROFILES, RULES, type RuleName } from '../src/scim/profiles.js';

const README = new URL('../README.md', import.meta.url);
const PROFILES_PAGE = new URL('../docs/profiles.md', import.meta.url);
const BEGIN = '<!-- options:begin -->';
const END = '<!-- options:end -->';

function code(text: string): string {
  return `\`${text}\``;
}

function defaultOf({ default: value, unit }: OptionDescription): string {
  if (value === undefined) return '';
  return unit ? `${code(String(value))} ${unit}` : code(String(value));
}

function row(option: OptionDescription): string {
  const cells = [code(option.flag), option.env.map(code).join(', '), defaultOf(option), option.description];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
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

writeFileSync(PROFILES_PAGE, profilesPage());
console.log('wrote docs/profiles.md');
writeFileSync(README, fill(readFileSync(README, 'utf8')));
console.log('wrote the options in README.md');
