import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { blank, type FoundImport, findFunctions, findImports } from './support/source.js';

const SRC = path.resolve(import.meta.dirname, '../src');
const LONGEST_FUNCTION = 60;
/** Their named functions are lists of tests, like the body of a describe; each test in them is measured. */
const CONTRACT = /^testing\/contract\/store\//;

interface Zone {
  readonly name: string;
  /** Paths below src/ that belong to it. The first zone that matches counts. */
  readonly files: RegExp;
  /** Our own files that it may import. */
  readonly sees: readonly RegExp[];
  /** Our own files of which it may import types, and nothing that remains after compilation. */
  readonly seesTypesOf?: readonly RegExp[];
  /** Our own files that it may load with import() alone. */
  readonly loads?: readonly RegExp[];
  /** Packages and Node modules. `node:*` stands for all of Node. */
  readonly packages: readonly string[];
}

const PORT =
  /^store\/(?:store|accounts|records|deliveries|delivery-places|promised|positions|readings|edge-forms|transfer)\.ts$/;
const ENGINES = /^store\/[^/]+\//;

/** Which way the arrows point. A folder without a zone fails: a new one needs a decision. */
const ZONES: readonly Zone[] = [
  { name: 'the protocol', files: /^scim\//, sees: [/^scim\//], packages: ['scim2-parse-filter'] },
  { name: 'the store port', files: PORT, sees: [PORT, /^scim\//], packages: [] },
  { name: 'the public face of the store port', files: /^store\/index\.ts$/, sees: [PORT, /^scim\//], packages: [] },
  {
    name: 'the memory engine',
    files: /^store\/memory\//,
    sees: [/^store\/memory\//, PORT, /^scim\//],
    packages: [],
  },
  {
    name: 'the SQLite engine',
    files: /^store\/sqlite\//,
    sees: [/^store\/sqlite\//, PORT, /^scim\//],
    packages: ['@photostructure/sqlite', 'node:*'],
  },
  {
    name: 'the MongoDB engine',
    files: /^store\/mongo\//,
    sees: [/^store\/mongo\//, PORT, /^scim\//],
    packages: ['mongoose', 'node:*'],
  },
  { name: 'the transfer', files: /^transfer\//, sees: [/^transfer\//, PORT, /^scim\//], packages: ['node:crypto'] },
  { name: 'the directory', files: /^directory\//, sees: [/^directory\//, PORT, /^scim\//], packages: [] },
  {
    name: 'the network',
    files: /^network\//,
    sees: [/^network\//],
    packages: ['node:dns', 'node:http', 'node:https', 'node:net'],
  },
  {
    name: 'federation',
    files: /^access\/federation\//,
    // The one part of access that asks other servers.
    sees: [/^access\//, /^network\//, PORT, /^scim\//],
    packages: ['jose', 'node:http', 'node:https'],
  },
  {
    name: 'OAuth',
    files: /^access\/oauth\//,
    sees: [/^access\//, PORT, /^scim\//],
    packages: ['@node-oauth/oauth2-server', 'node:crypto'],
  },
  {
    name: "the app's own authentication",
    files: /^access\/own\//,
    // It is given the app's request, as Node has it.
    sees: [/^access\//, PORT, /^scim\//],
    packages: ['passport', 'node:http'],
  },
  {
    name: 'access',
    files: /^access\//,
    sees: [/^access\//, PORT, /^scim\//],
    packages: [
      '@node-rs/argon2',
      'jsonc-parser',
      'openid-client',
      'passport',
      'passport-http-bearer',
      'zod',
      'node:crypto',
      'node:zlib',
    ],
  },
  {
    name: 'events',
    files: /^events\//,
    sees: [/^events\//, /^network\//, /^access\//, PORT, /^scim\//],
    packages: ['jose', 'standardwebhooks', 'node:*'],
  },
  {
    name: 'http',
    files: /^http\//,
    sees: [/^http\//, /^directory\//, /^events\//, /^access\//, /^scim\//],
    seesTypesOf: [PORT, /^options\.ts$/],
    packages: ['express', 'helmet', 'pino', 'zod', 'node:*'],
  },
  { name: 'the schema files', files: /^schema-files\.ts$/, sees: [/^scim\//], packages: ['node:*'] },
  { name: 'the options', files: /^options\.ts$/, sees: [/^scim\/profiles\.ts$/], packages: [] },
  {
    name: 'the target',
    files: /^target(?:\.ts$|\/)/,
    sees: [/^target\//, /^(?:options|schema-files)\.ts$/, /^(?:http|directory|events|access|scim)\//, PORT],
    loads: [ENGINES],
    packages: ['express', 'pino', 'node:*'],
  },
  {
    name: 'the server',
    files: /^server\.ts$/,
    sees: [/^(?:target|options)\.ts$/, /^http\//, /^scim\/errors\.ts$/],
    seesTypesOf: [PORT],
    packages: ['express', 'pino', 'node:*'],
  },
  {
    name: 'the conformance client',
    files: /^conformance\//,
    // What it expects of a server comes from the standards and the clients, never from ours.
    sees: [/^conformance\//],
    seesTypesOf: [/^scim\/messages\//],
    packages: ['ajv', 'jsonc-parser', 'node:*'],
  },
  {
    name: 'the command line',
    files: /^cli\//,
    sees: [/^cli\//, /^conformance\//, /^(?:server|target|options)\.ts$/, /^(?:access|events|scim|transfer)\//, PORT],
    packages: ['commander', 'node:*'],
  },
  {
    name: 'the build of the admin page',
    files: /^admin-ui\/vite\.config\.ts$/,
    sees: [],
    packages: ['vite', '@vitejs/plugin-react', 'node:*'],
  },
  {
    name: 'the admin page',
    files: /^admin-ui\//,
    // A client of the admin API: it shares the shapes of its messages, and nothing that runs.
    sees: [/^admin-ui\//],
    seesTypesOf: [/^http\/admin\/messages\.ts$/, /^access\/roles\.ts$/],
    packages: [
      '@cloudscape-design/collection-hooks',
      '@cloudscape-design/components',
      '@cloudscape-design/global-styles',
      '@tanstack/react-query',
      'react',
      'react-dom',
      'react-router',
    ],
  },
  {
    name: 'testing',
    files: /^testing\//,
    // For the tests of others: no test runner among the packages, it is given.
    sees: [/^testing\//, /^(?:target|schema-files)\.ts$/, /^scim\//, PORT],
    packages: ['express', 'node:*'],
  },
  {
    name: 'the public surface',
    files: /^index\.ts$/,
    sees: [
      /^(?:target|options)\.ts$/,
      /^scim\//,
      /^access\/(?:refusal|own\/passport)\.ts$/,
      /^events\/events?\.ts$/,
      PORT,
    ],
    seesTypesOf: [/^(?:directory|access|http|events)\//],
    packages: [],
  },
];

interface SourceFile {
  /** Below src/, with forward slashes. */
  readonly file: string;
  readonly source: string;
  readonly imports: readonly FoundImport[];
}

function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((file) => {
      const source = readFileSync(path.join(SRC, file), 'utf8');
      return { file, source, imports: findImports(source) };
    });
}

/** The imported file below src/, or undefined for a package. */
function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(from), specifier);
  const component = target.replace(/\.js$/, '.tsx');
  return existsSync(path.join(SRC, component)) ? component : target.replace(/\.js$/, '.ts');
}

/** `@scope/name/sub` and `name/sub` → the package's name; `node:fs/promises` → `node:fs`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string);
}

function isAllowed(zone: Zone, from: string, { specifier, kind }: FoundImport): boolean {
  const target = resolveImport(from, specifier);
  if (target === undefined) {
    const name = packageOf(specifier);
    return zone.packages.includes(name) || (name.startsWith('node:') && zone.packages.includes('node:*'));
  }
  const among = (rules: readonly RegExp[] | undefined) => rules?.some((rule) => rule.test(target)) ?? false;
  return among(zone.sees) || (kind === 'type' && among(zone.seesTypesOf)) || (kind === 'dynamic' && among(zone.loads));
}

/** One line per import that no arrow allows, with both file names. */
function findWrongImports(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ file, imports }) => {
    const zone = ZONES.find((candidate) => candidate.files.test(file));
    if (!zone) return [`src/${file} belongs to no zone of this test`];
    return imports
      .filter((found) => !isAllowed(zone, file, found))
      .map((found) => {
        const target = resolveImport(file, found.specifier);
        const how = found.kind === 'static' ? 'imports' : `imports (${found.kind})`;
        return `src/${file}:${found.line} (${zone.name}) ${how} ${target ? `src/${target}` : found.specifier}`;
      });
  });
}

/** Each cycle once, as `a.ts -> b.ts -> a.ts`. Type imports count: a reader meets them too. */
function findCycles(sources: readonly SourceFile[]): string[] {
  const targets = new Map(
    sources.map(({ file, imports }) => [file, imports.map(({ specifier }) => resolveImport(file, specifier))]),
  );
  const done = new Set<string>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string) => {
    const seen = trail.indexOf(file);
    if (seen !== -1) cycles.push([...trail.slice(seen), file].join(' -> '));
    if (seen !== -1 || done.has(file)) return;
    trail.push(file);
    for (const target of targets.get(file) ?? []) if (target !== undefined) visit(target);
    trail.pop();
    done.add(file);
  };
  for (const { file } of sources) visit(file);
  return cycles;
}

function findLongFunctions(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ file, source }) =>
    findFunctions(source)
      .filter(({ lines, isFlat }) => lines > LONGEST_FUNCTION && !isFlat)
      .filter(({ name }) => name === '(anonymous)' || !CONTRACT.test(file))
      .map(({ name, line, lines }) => `src/${file}:${line}:${name} has ${lines} lines`),
  );
}

const sources = readSources();

describe('the arrows between the folders of src', () => {
  test('every import runs with them', () => {
    expect(findWrongImports(sources)).toEqual([]);
  });

  test('every import names a file that exists', () => {
    const files = new Set(sources.map(({ file }) => file));
    const missing = sources.flatMap(({ file, imports }) =>
      imports
        .map(({ specifier }) => resolveImport(file, specifier))
        .filter((target) => /\.tsx?$/.test(target ?? '') && !files.has(target as string))
        .map((target) => `src/${file} imports src/${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('no file imports itself through others', () => {
    expect(findCycles(sources)).toEqual([]);
  });

  const wrong: [from: string, statement: string, isFound: boolean][] = [
    ['scim/errors.ts', "import { join } from 'node:path';", true],
    ['scim/filter/parse.ts', "import { parse } from 'scim2-parse-filter';", false],
    ['scim/patch/apply.ts', "import type { Store } from '../../store/store.js';", true],
    ['scim/patch/apply.ts', "type Router = import('express').Router;", true],
    ['store/sqlite/store.ts', "import { compile } from '../memory/compile.js';", true],
    ['store/sqlite/store.ts', "export { plan } from '../../directory/plan-patch.js';", true],
    ['store/memory/store.ts', "import { DatabaseSync } from '@photostructure/sqlite';", true],
    ['directory/directory.ts', "import { DatabaseSync } from '../store/sqlite/store.js';", true],
    ['directory/directory.ts', "import type { Request } from 'express';", true],
    ['access/authenticate.ts', "import type { Request } from 'express';", true],
    ['access/token.ts', "import { createHash } from 'node:crypto';", false],
    ['access/oauth/server.ts', "import { request } from 'node:https';", true],
    ['access/federation/fetch-json.ts', "import { request } from 'node:https';", false],
    ['http/scim/get.ts', "import { VersionConflict } from '../../store/store.js';", true],
    ['http/scim/get.ts', "import type { StoredResource } from '../../store/store.js';", false],
    ['target.ts', "import { openSqlite } from './store/sqlite/store.js';", true],
    ['target/stores.ts', "const { openSqlite } = await import('../store/sqlite/store.js');", false],
    ['server.ts', "const engine = await import('./store/memory/store.js');", true],
    ['cli/main.ts', "import { openSqlite } from '../store/sqlite/store.js';", true],
    ['admin-ui/api.ts', "import type { Problem } from '../http/admin/messages.js';", false],
    ['admin-ui/api.ts', "import { routes } from '../http/admin/messages.js';", true],
    ['admin-ui/api.ts', "import type { Store } from '../store/store.js';", true],
    ['testing/contract/store.ts', "import { it } from 'vitest';", true],
    ['testing/entra.ts', "import { wire } from '../conformance/directory/wire.js';", true],
    ['testing/test-target.ts', "import { createScimTarget } from '../target.js';", false],
    ['store/index.ts', "export * from './memory/store.js';", true],
    ['utils/strings.ts', '', true],
  ];
  test.each(wrong)('%s with `%s`: refused is %s', (file, source, isFound) => {
    const [found] = findWrongImports([{ file, source, imports: findImports(source) }]);
    expect(found !== undefined).toBe(isFound);
    if (found) expect(found).toContain(`src/${file}`);
  });

  test('a cycle of three files is found', () => {
    const files = Object.entries({ 'a.ts': './b.js', 'b.ts': './c.js', 'c.ts': './a.js' }).map(([file, specifier]) => {
      const source = `import type { X } from '${specifier}';`;
      return { file, source, imports: findImports(source) };
    });
    expect(findCycles(files)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts']);
  });
});

describe('functions', () => {
  test(`none is longer than ${LONGEST_FUNCTION} lines, unless it is a flat table`, () => {
    expect(findLongFunctions(sources)).toEqual([]);
  });

  test('the scanner finds each kind of function, with its length', () => {
    const source = [
      'export function plain<T>(a: { b: string }): Map<string, T> {', // 1
      '  return new Map();',
      '}',
      'class C<T> {', // 4
      '  constructor(readonly x: number) {',
      '    if (x) { this.x = 1; }',
      '  }',
      '  get size(): { a: 1 } | undefined {', // 8
      '    return undefined;',
      '  }',
      '  async *[Symbol.asyncIterator](): AsyncGenerator<{ a: 1 }> { yield f; }', // 11
      '  isIt(v: unknown): v is string {', // 12
      '    return true;',
      '  }',
      '}',
      'const arrow = async (a: number): Promise<void> => {', // 16
      '  for (const x of []) { /* } */ }',
      '};',
      'const table = (a: number) => ({', // 19
      "  x: '}',",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
      '  y: `{${[1].map((n) => `${n}}`)}`,', // 21
      '  z: /[/}]/.test("("),',
      '});',
      'const f: (x: number) => void = function (x) {', // 24
      '  return cond ? call(x) : { x };',
      '};',
      'interface I { method(a: string): { b: number }; other: (a: string) => void; }',
    ].join('\n');
    expect(findFunctions(source).map(({ name, line, lines }) => [name, line, lines])).toEqual([
      ['plain', 1, 3],
      ['constructor', 5, 3],
      ['size', 8, 3],
      ['(anonymous)', 11, 1],
      ['isIt', 12, 3],
      ['arrow', 16, 3],
      ['table', 19, 5],
      ['(anonymous)', 21, 1],
      ['f', 24, 1],
      ['(anonymous)', 24, 3],
      ['other', 27, 1],
    ]);
  });

  test('a table is flat, and a branch or a loop in it makes it a function like any other', () => {
    const rows = Array.from({ length: 70 }, (_, row) => `  add(${row}, 'if', () => done());`).join('\n');
    const isFlat = (source: string) => findFunctions(source).find(({ name }) => name === 'routes')?.isFlat;
    expect(isFlat(`function routes() {\n${rows}\n}`)).toBe(true);
    expect(isFlat(`function routes() {\n${rows}\n  if (x) add();\n}`)).toBe(false);
    const source = `const routes = () => {\n${rows}\n  for (;;) add();\n};`;
    expect(findLongFunctions([{ file: 'x.ts', source, imports: [] }])).toEqual(['src/x.ts:1:routes has 73 lines']);
  });

  test('every source balances after blanking, so that nothing is left out of the measure', () => {
    for (const { file, source } of sources) {
      const blanked = blank(source);
      expect(blanked.length, file).toBe(source.length);
      expect(blanked.split('{').length, file).toBe(blanked.split('}').length);
    }
  });
});
