/**
 * Runs what the documentation promises: each folder of examples/, and docs/embedding.md from an empty folder. Each is copied,
 * gets the packed tarball, is started with its one command, and checked: by the conformance client of the tarball, and by
 * what its README says. Arguments: a folder where the tarball is, if it is packed already; then names of some to run.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { customType } from './examples/custom-type.mjs';
import { embedding } from './examples/embedding.mjs';
import { mustEqual } from './examples/running.mjs';
import { saasApp } from './examples/saas-app.mjs';
import { standalone } from './examples/standalone.mjs';
import { Failure, install, manifest, packedIn, root } from './packed.mjs';

/** What each does in a project that has the tarball installed; `embedding` makes its own project. */
const EXAMPLES = { 'custom-type': customType, standalone, 'saas-app': saasApp };

function say(text) {
  console.log(`examples: ${text}`);
}

async function runExample(name, work, tarball) {
  const folder = path.join(work, name);
  cpSync(path.join(root, 'examples', name), folder, {
    recursive: true,
    filter: (file) => !/\/(?:node_modules|data)$/.test(file),
  });
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  mustEqual(`${name}: the version that it asks for`, dependencies['scim-target'], `^${manifest.version}`);
  install(folder, tarball);
  await EXAMPLES[name](folder, (text) => say(`${name}: ${text}`));
}

async function runGuide(work, tarball) {
  const folder = path.join(work, 'embedding');
  mkdirSync(folder);
  await embedding(folder, tarball, (text) => say(`docs/embedding.md: ${text}`));
}

// With an exit, so that what was started is ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const work = mkdtempSync(path.join(tmpdir(), 'scim-target-examples-'));
try {
  const [given, ...names] = process.argv.slice(2);
  const isWanted = (name) => names.length === 0 || names.includes(name);
  const tarball = packedIn(given ?? work, say);
  for (const name of Object.keys(EXAMPLES).filter(isWanted)) await runExample(name, work, tarball);
  if (isWanted('embedding')) await runGuide(work, tarball);
  say('passed');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`examples: failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
