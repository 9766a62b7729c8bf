/** Which checks and scenarios there are to choose from, and the choice by name. */
import type { Check } from './check.js';
import { CannotRun, SUITES, type Suite } from './model.js';
import { exemptionOf, type Reading } from './readings.js';
import { bundledScenarios, loadScenario, type Scenario } from './scenarios/load.js';
import { CHECKS } from './suites/index.js';

/** A scenario, and the word that chooses it: its id, or the path of its file. */
export interface ChosenScenario {
  readonly word: string;
  readonly scenario: Scenario;
}

/** @throws CannotRun for a name that is no suite */
export function chooseSuites(names: readonly string[]): Suite[] {
  const unknown = names.find((name) => !isSuite(name));
  if (unknown !== undefined) throw new CannotRun(`There is no suite "${unknown}": choose from ${SUITES.join(', ')}.`);
  return SUITES.filter((suite) => names.includes(suite));
}

function isSuite(name: string): name is Suite {
  return (SUITES as readonly string[]).includes(name);
}

/**
 * The checks of the suites that the words select, in the order in which they run. A word is an id, or the beginning of
 * ids up to a dot. No words: all checks.
 * @throws CannotRun for a word that selects nothing, with words that would
 */
export function chooseChecks(suites: readonly Suite[], words: readonly string[]): Check[] {
  const among = CHECKS.filter(({ suite }) => suites.includes(suite));
  if (words.length === 0) return among;
  const wanted = words.map((word) => word.replace(/\.?\*?$/, ''));
  for (const word of wanted) {
    if (among.some(({ id }) => selects(word, id))) continue;
    const isElsewhere = CHECKS.some(({ id }) => selects(word, id));
    if (isElsewhere) throw new CannotRun(`"${word}" is in none of the suites ${suites.join(', ')}.`);
    throw new CannotRun(`There is no check "${word}".${suggestion(word, among)}`);
  }
  return among.filter(({ id }) => wanted.some((word) => selects(word, id)));
}

/** Without those that a server of this kind is not asked; and how many those are, as a sentence for the report. */
export function asked(checks: readonly Check[], reading: Reading): { checks: Check[]; sentence: string } {
  const left = checks.filter(({ id }) => exemptionOf(id, reading) === undefined);
  const out = checks.length - left.length;
  const sentence = `It is said to be ${reading} (--reads ${reading}): ${out} checks that ask for the opposite were left out.`;
  return { checks: left, sentence };
}

function selects(word: string, id: string): boolean {
  return id === word || id.startsWith(`${word}.`);
}

/** @throws CannotRun for a name that is neither a bundled scenario nor a file */
export async function chooseScenarios(words: readonly string[]): Promise<ChosenScenario[]> {
  const bundled = new Map(bundledScenarios().map((scenario) => [scenario.id, scenario]));
  const chosen: ChosenScenario[] = [];
  for (const word of words) {
    const known = bundled.get(word);
    if (!known && !/[./\\]/.test(word)) {
      throw new CannotRun(
        `There is no scenario "${word}": choose from ${[...bundled.keys()].join(', ')}, or give the path of a file.`,
      );
    }
    chosen.push({ word, scenario: known ?? (await loadScenario(word)) });
  }
  return chosen;
}

/** The ids and beginnings of ids that are written most like it. */
function suggestion(word: string, checks: readonly Check[]): string {
  const words = new Set<string>();
  for (const { id } of checks) {
    const parts = id.split('.');
    for (let length = 1; length <= parts.length; length++) words.add(parts.slice(0, length).join('.'));
  }
  const near = [...words]
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .filter(
      ({ candidate, distance: far }) => far <= Math.max(2, candidate.length / 3) || candidate.endsWith(`.${word}`),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
  return near.length === 0 ? ' --list shows them.' : ` Did you mean ${near.join(' or ')}?`;
}

/** Letters to insert, delete or exchange (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, exchanged));
    }
    row = next;
  }
  return row[b.length] as number;
}
