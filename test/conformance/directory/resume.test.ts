/** Runs that break off and are continued, and the threshold for deletions. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CannotRun, type JsonObject } from '../../../src/conformance/model.js';
import { Suite } from '../../support/target.js';
import { findingsOf, type Played, type PlayOptions, play, playOn, resultOf } from './play.js';

const suite = new Suite('memory:');
let folder = '';
let stateFile = '';
beforeAll(() => suite.start());
afterAll(() => suite.stop());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'directory-'));
  stateFile = path.join(folder, 'state.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A tenant on which one run after another is played. */
async function tenant(): Promise<{ token: string; next: (options?: PlayOptions) => ReturnType<typeof play> }> {
  const { token } = await suite.tenant('entra');
  const url = `${suite.origin}/scim/v2`;
  return { token, next: (options) => play(url, token, { stateFile, users: 30, groups: 5, seed: 8, ...options }) };
}

async function countOf(token: string, endpoint: string): Promise<unknown> {
  const answer = await fetch(`${suite.origin}/scim/v2/${endpoint}`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as JsonObject).totalResults;
}

/** How many resources a run made. */
const created = ({ exchanges }: Played): number =>
  exchanges.filter(({ request, response }) => request.method === 'POST' && response?.status === 201).length;

describe('a run that is interrupted', () => {
  test.each([3, 5, 20, 45, 90, 120, 150, 170])('at request %i is continued where it was', async (abortAt) => {
    const whole = await playOn(suite, { users: 30, groups: 5, seed: 8 });
    const { token, next } = await tenant();
    const first = await next({ abortAt, keep: true });
    expect(first.isAborted).toBe(true);
    expect(existsSync(stateFile)).toBe(true);
    const second = await next();
    expect(findingsOf(second)).toEqual([]);
    expect(existsSync(stateFile)).toBe(false);
    // Nothing is made twice: both together did what one would have done.
    expect(created(first) + created(second)).toBe(created(whole));
    expect(second.requests.length).toBeLessThan(whole.requests.length + 10);
    expect(second.cleanUp.left).toEqual([]);
    expect([await countOf(token, 'Users'), await countOf(token, 'Groups')]).toEqual([0, 0]);
  });

  test('again and again comes to its end', async () => {
    const { token, next } = await tenant();
    let last = await next({ abortAt: 30, keep: true });
    for (let i = 0; last.isAborted && i < 40; i++) last = await next({ abortAt: 30, keep: true });
    // The proof at the end is one piece and is longer than that.
    last = await next();
    expect(findingsOf(last)).toEqual([]);
    expect(last.sentences.join('\n')).toMatch(/An earlier run had completed 3 cycles/);
    expect(resultOf(last, 'cycle-2').reason).toMatch(/completed by the run that this one continues/);
    expect(await countOf(token, 'Users')).toBe(0);
  });

  test('and killed before it wrote its state finds by name what it had made', async () => {
    const { token, next } = await tenant();
    await next({ abortAt: 20, keep: true });
    const old = path.join(folder, 'old.json');
    copyFileSync(stateFile, old);
    await next({ abortAt: 25, keep: true });
    copyFileSync(old, stateFile);
    const last = await next();
    expect(findingsOf(last)).toEqual([]);
    expect([await countOf(token, 'Users'), await countOf(token, 'Groups')]).toEqual([0, 0]);
  });

  test('and tidied up begins anew', async () => {
    const { token, next } = await tenant();
    const first = await next({ abortAt: 60 });
    expect(first.cleanUp.left).toEqual([]);
    const second = await next();
    expect(findingsOf(second)).toEqual([]);
    expect(resultOf(second, 'initial-cycle').verdict).toBe('passed');
    expect(await countOf(token, 'Users')).toBe(0);
  });

  test('cannot be continued with another seed, or from a file that is no state', async () => {
    const { next } = await tenant();
    await next({ abortAt: 60, keep: true });
    await expect(next({ seed: 9 })).rejects.toThrow(CannotRun);
    await expect(next({ seed: 9 })).rejects.toThrow(/is of another run/);
    writeFileSync(stateFile, '{"version":');
    await expect(next()).rejects.toThrow(/cannot be read/);
    await expect(next({ stateFile: path.join(folder, 'none', 'state.json') })).rejects.toThrow(/cannot be written/);
  });
});

describe('the delete threshold', () => {
  const removals = (requests: readonly string[]): string[] =>
    requests.filter((request) => /^DELETE|"path":"active","value":"False"/.test(request));
  const size = { users: 40, groups: 6, cycles: 2, seed: 4 } as const;

  test('holds back what exceeds it until it is allowed', async () => {
    const free = await playOn(suite, size);
    const held = await playOn(suite, { ...size, deleteThreshold: 3 });
    expect(removals(free.requests).length).toBeGreaterThan(6);
    expect(findingsOf(held)).toEqual([]);
    const sentences = held.sentences.join('\n');
    expect(sentences).toMatch(/The delete threshold held back up to [1-9]\d* disablements and deletions/);
    expect(sentences).toMatch(/in quarantine: DeleteThreshold/);
  });

  test('lets nothing through when it is never allowed', async () => {
    const played = await playOn(suite, { ...size, deleteThreshold: 2, allowDeletes: false });
    expect(findingsOf(played)).toEqual([]);
    expect(removals(played.requests)).toHaveLength(2);
  });
});
