/** What somebody needs who writes an engine with nothing but the package. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as offered from '../../src/store/index.js';

const MEMORY = new URL('../../src/store/memory/', import.meta.url);

/** Functions and classes that the memory engine takes from outside its folder. */
function neededByMemory(): string[] {
  const sources = readdirSync(MEMORY).map((file) => readFileSync(new URL(file, MEMORY), 'utf8'));
  const imports = sources.flatMap((source) => [...source.matchAll(/^import \{([^}]*)\} from '\.\.\/[^']*';$/gm)]);
  const names = imports.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
  return [...new Set(names.filter((name) => name !== '' && !name.startsWith('type ')))];
}

test('all that the memory engine is made of is there for an engine of others', () => {
  // How it is cut into parts is its own affair.
  const needed = neededByMemory().filter((name) => name !== 'promised');
  expect(needed).toContain('fold');
  expect(needed.filter((name) => !(name in offered))).toEqual([]);
});
