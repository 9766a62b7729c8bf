/** What the documents say of files, headings, commands, flags and variables is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../src/cli/program.js';
import { OPTIONS } from '../src/options.js';
import { FakeTerminal } from './cli/fake-terminal.js';

const ROOT = path.resolve(import.meta.dirname, '..');

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(path.join(ROOT, 'examples'))
    .map((name) => `examples/${name}/README.md`)
    .filter((name) => existsSync(path.join(ROOT, name))),
];

const FENCE = /^```[\s\S]*?^```/gm;

const readDocument = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

/** `## What holds: *always*` → `what-holds-always`, as GitHub names its headings. */
function anchorOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text
    .replace(/[^\p{L}\p{N}\- ]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

function anchorsOf(document: string): string[] {
  const headings = readDocument(document)
    .replace(FENCE, '')
    .matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) => anchorOf(heading));
}

/** What a relative link of a document does not lead to; undefined where it leads somewhere. */
function brokenLink(document: string, link: string): string | undefined {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? document : path.normalize(path.join(path.dirname(document), file));
  if (!existsSync(path.join(ROOT, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).includes(anchor)) return undefined;
  return `${link}: ${target} has no such heading`;
}

/** Command lines in blocks and in `code`, from behind the name of the program. */
function commandLinesOf(document: string): string[] {
  const text = readDocument(document).replaceAll(/\\\n\s*/g, '');
  const blocks = text.match(FENCE) ?? [];
  const spans = text.replace(FENCE, '').match(/`[^`\n]+`/g) ?? [];
  const lines = [...blocks.flatMap((block) => block.split('\n')), ...spans.map((span) => span.slice(1, -1))];
  return lines.flatMap((line) => {
    const [, rest] = /(?:^|[\s(])(?:scim-target|cli\/main\.js) ([a-z-][^#]*)/.exec(line) ?? [];
    return rest === undefined ? [] : [rest];
  });
}

/** The help of a command, and of no other: `['tenant', 'create']`. */
async function helpOf(words: readonly string[]): Promise<string> {
  const terminal = new FakeTerminal();
  const code = await run([...words, '--help'], terminal);
  return code === 0 ? terminal.written.out : '';
}

/** The names of the commands below one, from its help. */
function commandsIn(help: string): string[] {
  const [, list = ''] = /^Commands:\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(help) ?? [];
  return Array.from(list.matchAll(/^ {2}([a-z][a-z-]*)/gm), ([, name = '']) => name);
}

/** What of a command line the program does not know. */
async function unknownOf(line: string): Promise<string[]> {
  const words: string[] = [];
  let help = await helpOf([]);
  for (const word of line.split(/[\s|]+/)) {
    const names = commandsIn(help);
    if (names.length === 0 || !/^[a-z][a-z-]*$/.test(word)) break;
    // Some commands do something and have others below them.
    if (!names.includes(word)) return /^Usage: .* \[command\]/m.test(help) && words.length > 0 ? [] : [word];
    words.push(word);
    help = await helpOf(words);
  }
  const flags = line.match(/(?<=^|[\s[(])--[a-z][a-z-]*/g) ?? [];
  return flags.filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(help));
}

describe.each(DOCUMENTS)('%s', (document) => {
  test('leads to files and headings that are there', () => {
    const links = readDocument(document)
      .replace(FENCE, '')
      .matchAll(/\]\(([^)\s]+)\)/g);
    const relative = Array.from(links, ([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
    expect(relative.map((link) => brokenLink(document, link)).filter((fault) => fault !== undefined)).toEqual([]);
  });

  test('names commands and flags that the program has', async () => {
    const faults: string[] = [];
    for (const line of commandLinesOf(document)) {
      const unknown = await unknownOf(line);
      if (unknown.length > 0) faults.push(`${line}: ${unknown.join(', ')}`);
    }
    expect(faults).toEqual([]);
  });

  test('names environment variables that are read', async () => {
    const known = OPTIONS.flatMap(({ env }) => env);
    const conformance = (await helpOf(['conformance'])).match(/SCIM_CONFORMANCE_[A-Z_]+/g) ?? [];
    const named = readDocument(document).match(/\bSCIM_(?:TARGET|CONFORMANCE)_[A-Z_]+/g) ?? [];
    // For those who work on the admin page, in vite.config.ts.
    const allowed = [...known, ...conformance, 'SCIM_TARGET_DEV_URL'];
    expect(named.filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

test('each command is in the README', async () => {
  const lines = commandLinesOf('README.md');
  const missing: string[] = [];
  for (const name of commandsIn(await helpOf([]))) {
    if (name === 'help') continue;
    const own = lines.filter((line) => line.split(' ')[0] === name);
    const below = commandsIn(await helpOf([name])).filter((one) => one !== 'help');
    if (own.length === 0) missing.push(name);
    missing.push(...below.filter((one) => !own.some((line) => line.split(/[ |]+/).includes(one))));
  }
  expect(missing).toEqual([]);
});
