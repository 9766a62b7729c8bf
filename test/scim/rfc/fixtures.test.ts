import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIXTURES, fixtureFiles, KINDS, type Kind } from './fixtures.js';

const TESTS = path.resolve(import.meta.dirname, '..');
const kinds = Object.keys(KINDS) as Kind[];
const testSources = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/fixtures(?:\.test)?\.ts$/.test(file))
  .map((file) => readFileSync(path.join(TESTS, file), 'utf8'))
  .join('\n');

/** Hosts that the RFCs and Microsoft write in the examples that these files keep. */
const QUOTED_HOSTS = ['jensen.org', 'foo.com', 'bar.com', 'www.rfc-editor.org', 'schemas.microsoft.com'];

function isReserved(host: string): boolean {
  return /(?:^|\.)example(?:\.(?:com|org|net))?$/.test(host) || QUOTED_HOSTS.includes(host);
}

describe('fixtures', () => {
  test('every file is of exactly one kind, so that none is unused', () => {
    const strays = fixtureFiles()
      .map((file) => ({ file, kinds: kinds.filter((kind) => KINDS[kind].test(file)) }))
      .filter(({ kinds: found }) => found.length !== 1);
    expect(strays).toEqual([]);
  });

  for (const kind of kinds) {
    test(`the kind ${kind} has files, and a test that reads them`, () => {
      expect(fixtureFiles().some((file) => KINDS[kind].test(file))).toBe(true);
      expect(new RegExp(`\\bfixture(?:sOf)?(?:<[^(]*>)?\\(\\s*'${kind}'`).test(testSources)).toBe(true);
    });
  }

  test('every file is JSON', () => {
    for (const file of fixtureFiles()) {
      expect(() => JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8')), file).not.toThrow();
    }
  });

  test('no file names a host that somebody may own, but for those the RFCs write (RFC 2606)', () => {
    for (const file of fixtureFiles()) {
      const text = readFileSync(path.join(FIXTURES, file), 'utf8').toLowerCase();
      const hosts = [...text.matchAll(/(?:https?:\/\/|[\w.+]@)([a-z0-9.-]+\.[a-z]+)\b/g)].map(
        ([, host]) => host as string,
      );
      expect(
        hosts.filter((host) => !isReserved(host)),
        file,
      ).toEqual([]);
    }
  });
});
