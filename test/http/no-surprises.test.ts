/** What a target does not do to the process that it is part of. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Found } from './quiet-process.js';

const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-quiet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let found: Found;
let errors: string;
let code: number | null;

beforeAll(async () => {
  const file = path.join(import.meta.dirname, 'quiet-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', file, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, complained, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  errors = complained;
  code = exit as number | null;
  try {
    found = JSON.parse(printed) as Found;
  } catch {
    throw new Error(`the process printed something else than it should: ${printed}\n${complained}`);
  }
}, 60_000);

test('a process with ten targets ends by itself when they are closed, and nothing was printed', () => {
  expect([code, errors]).toEqual([0, '']);
  expect(found.handles).toEqual([]);
});

test('a target reads nothing of the environment', () => {
  expect(found.environment).toEqual([]);
});

test('a target adds no listener to the process, and changes nothing that all code shares', () => {
  expect(found.listeners).toEqual([]);
  expect(found.globals).toEqual([]);
});

test('ten targets in one process know nothing of each other', () => {
  expect(found.targets).toEqual(Array.from({ length: 10 }, (_, i) => ({ names: [String(i)], strangers: [401] })));
});
