/** The package as its users get it: the tarball, packed once and checked, and projects that install it. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What must be in the tarball for the package to work and be understood, and what must not. */
const REQUIRED = [
  'dist/index.js',
  'dist/index.d.ts',
  'dist/store/index.js',
  'dist/store/index.d.ts',
  'dist/testing/index.js',
  'dist/testing/index.d.ts',
  'dist/cli/main.js',
  'dist/conformance/scenarios/netskope.json',
  'dist/conformance/scenarios/scenario.schema.json',
  'schemas/user.json',
  'docs/embedding.md',
  'openapi.yaml',
  'LICENSE',
  'README.md',
];
const FORBIDDEN = /^(?:src|test|bench|scripts|data|\.ci)\/|(?:^|\/)\.env|\.(?:db|tgz|log)$/;

/** Without the scripts of packages: nothing of ours needs one. */
const INSTALL = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];

/** Something does not hold; the message says what. */
export class Failure extends Error {}

/** Runs a command to its end and gives what it printed. @throws Failure with the end of that */
export function run(command, args, cwd, env = process.env) {
  const result = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 300_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) {
    const tail = `${result.stdout}${result.stderr}`.split('\n').slice(-40).join('\n');
    throw new Failure(
      `${command} ${args.join(' ')} ended with ${result.status ?? result.signal ?? result.error}\n${tail}`,
    );
  }
  return result.stdout;
}

/** The tarball in `folder`, as it would be published; packed now unless it is there. `npm pack` builds first. */
export function packedIn(folder, say) {
  const known = readdirSync(folder).find((file) => /^scim-target-.*\.tgz$/.test(file));
  if (known) return path.join(folder, known);
  const output = run('npm', ['pack', '--json', '--pack-destination', folder], root);
  const report = JSON.parse(output.slice(output.search(/^[[{]/m)));
  const [packed] = Array.isArray(report) ? report : Object.values(report);
  const files = packed.files.map((file) => file.path);
  const missing = REQUIRED.filter((file) => !files.includes(file));
  const stray = files.filter((file) => FORBIDDEN.test(file));
  if (missing.length > 0) throw new Failure(`the tarball lacks ${missing.join(', ')}`);
  if (stray.length > 0) throw new Failure(`the tarball holds ${stray.join(', ')}`);
  say(`packed ${packed.filename}: ${files.length} files, ${(packed.size / 1024).toFixed(0)} KiB`);
  return path.join(folder, packed.filename);
}

/** Installs the tarball, and what else is named, into the project in `folder`. */
export function install(folder, tarball, ...others) {
  run('npm', [...INSTALL, tarball, ...others], folder);
}
