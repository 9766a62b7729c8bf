/**
 * Tries the package as its users get it: packs the tarball, checks it with publint, installs it without install scripts
 * into an empty project, mounts it in an Express app, makes one request with a token, and runs the command line.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** What must be in the tarball for the package to work and be understood, and what must not. */
const REQUIRED = [
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
  'dist/conformance/scenarios/netskope.json',
  'dist/conformance/scenarios/scenario.schema.json',
  'schemas/user.json',
  'openapi.yaml',
  'LICENSE',
  'README.md',
];
const FORBIDDEN = /^(?:src|test|bench|scripts|data|\.ci)\/|(?:^|\/)\.env|\.(?:db|tgz|log)$/;

/** An embedder's whole program. */
const APP = `
import express from 'express';
import { createScimTarget } from 'scim-target';

const target = await createScimTarget({ store: 'memory:' });
const app = express();
app.get('/', (request, response) => response.send('the app itself'));
app.use('/scim/v2', target.scimRouter);
const server = await new Promise((resolve) => {
  const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
});
const base = 'http://127.0.0.1:' + server.address().port;
const token = await target.createToken({ tenant: 'default', name: 'smoke' });
const filter = encodeURIComponent('userName eq "nobody@example.com"');
const answer = await fetch(base + '/scim/v2/Users?filter=' + filter, { headers: { authorization: 'Bearer ' + token } });
const list = await answer.json();
const refused = await fetch(base + '/scim/v2/Users');
const page = await (await fetch(base + '/')).text();
await new Promise((resolve) => server.close(resolve));
await target.close();
console.log(JSON.stringify({ status: answer.status, totalResults: list.totalResults, refused: refused.status, page }));
`;
const EXPECTED = { status: 200, totalResults: 0, refused: 401, page: 'the app itself' };

/** The same in TypeScript, for the compiler alone. */
const TYPED_APP = `
import express from 'express';
import { createScimTarget, type ScimTarget } from 'scim-target';

const target: ScimTarget = await createScimTarget({ store: 'memory:' });
express().use('/scim/v2', target.scimRouter);
const token: string = await target.createToken({ tenant: 'default', name: 'smoke' });
await target.close();
export { token };
`;

class Failure extends Error {}

function say(text) {
  console.log(`package: ${text}`);
}

/** Runs a command to its end and gives what it printed. */
function run(command, args, cwd) {
  const result = spawnSync(command, args, {
    cwd,
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

/** The tarball, as it would be published. `npm pack` builds first. */
function pack(folder) {
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

function lint(tarball) {
  run(path.join(root, 'node_modules', '.bin', 'publint'), ['run', tarball, '--strict'], root);
  say('publint finds nothing');
}

function install(tarball, folder) {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'embedder', private: true, type: 'module' }));
  const express = `express@${manifest.dependencies.express}`;
  const types = ['@types/express', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`);
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  run('npm', ['install', ...options, tarball, express, ...types], folder);
  say('installed into an empty project, without install scripts');
}

function mount(folder) {
  writeFileSync(path.join(folder, 'app.js'), APP);
  const output = run(process.execPath, ['app.js'], folder);
  const last = output.trim().split('\n').at(-1);
  if (last !== JSON.stringify(EXPECTED)) throw new Failure(`the embedding app printed ${output}`);
  say(`mounted in an Express app: ${last}`);
}

/** The declarations under the strictest eyes of an embedder's compiler, those of the libraries included. */
function compile(folder) {
  writeFileSync(path.join(folder, 'app.ts'), TYPED_APP);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  run(path.join(root, 'node_modules', '.bin', 'tsc'), [...options, 'app.ts'], folder);
  say('its declarations fit an embedder in TypeScript');
}

/** The command line on a store of its own: a tenant, a token, both as JSON. */
function runCommands(folder) {
  const bin = path.join(folder, 'node_modules', '.bin', 'scim-target');
  const store = ['--store', `sqlite:${path.join(folder, 'scim.db')}`];
  run(bin, ['tenant', 'create', 'acme', ...store], folder);
  const output = run(bin, ['token', 'create', '--tenant', 'acme', '--name', 'smoke', ...store], folder);
  if (!/^\S+\n$/.test(output)) throw new Failure(`token create printed more than the token: ${output}`);
  say('the command line makes a tenant and a token, and prints the token alone');
  const list = run(bin, ['conformance', '--list'], folder);
  for (const part of ['rfc.create.status', 'netskope', 'deployment-plan']) {
    if (!list.includes(part)) throw new Failure(`conformance --list does not name ${part}`);
  }
  say('the conformance client lists its checks and scenarios');
}

const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-package-'));
try {
  const tarball = pack(folder);
  lint(tarball);
  const project = path.join(folder, 'project');
  install(tarball, project);
  mount(project);
  compile(project);
  runCommands(project);
  say('passed');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`package: failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
