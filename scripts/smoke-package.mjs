/**
 * Tries the package as its users get it: packs the tarball, checks it with publint and attw, installs it without install
 * scripts into an empty project, mounts it in an Express app, makes one request with a token, compiles against its
 * declarations, and runs the command line. An argument names a folder where the tarball is, or is to stay.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Failure, install, manifest, packedIn, root, run } from './packed.mjs';

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
import type { Store } from 'scim-target/store';
import { type ContractSubject, storeContract, TestTarget } from 'scim-target/testing';

const accounts = new Map<string, string>();
const chosen: { publicUrl?: string } = {};
const target: ScimTarget = await createScimTarget({
  store: 'memory:',
  publicUrl: chosen.publicUrl,
  beforeCommit: ({ operation, before, after }) => {
    if (operation === 'delete') accounts.delete(before.id as string);
    else accounts.set(after.id as string, operation);
  },
  onPassword: async ({ id }) => accounts.get(id),
});
express().use('/scim/v2', target.scimRouter);
target.events.subscribe('accounts', {
  'user.created': ({ resource }) => accounts.set(resource.id, resource.userName),
  'user.updated': async ({ resource }) => accounts.get(resource.id),
  'user.deleted': ({ resource }) => accounts.delete(resource.id),
});
const token: string = await target.createToken({ tenant: 'default', name: 'smoke' });
await target.close();

const openEngine = async (types: ContractSubject['open']) => types;
const test = await TestTarget.start();
test.target.events.subscribe('app', { 'user.created': ({ resource }) => console.log(resource.userName) });
export { openEngine, storeContract, token, type Store };
`;

function say(text) {
  console.log(`package: ${text}`);
}

function lint(tarball) {
  run(path.join(root, 'node_modules', '.bin', 'publint'), ['run', tarball, '--strict'], root);
  say('publint finds nothing');
  run(path.join(root, 'node_modules', '.bin', 'attw'), [tarball, '--profile', 'esm-only', '--no-emoji'], root);
  say('its types are found as its code is, at every entry');
}

function makeProject(tarball, folder) {
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'embedder', private: true, type: 'module' }));
  const types = ['@types/express', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`);
  install(folder, tarball, `express@${manifest.dependencies.express}`, ...types);
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
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
  ];
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
  const tarball = packedIn(process.argv[2] ?? folder, say);
  lint(tarball);
  const project = path.join(folder, 'project');
  makeProject(tarball, project);
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
