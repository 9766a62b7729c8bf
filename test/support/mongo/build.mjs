/**
 * Builds the stand-in for MongoDB (server/main.go) where it is not built yet, and prints where it is. A folder below
 * .tmp/ that is named after its sources has it, so that it is built once. Ends with 1 and a sentence where it cannot be.
 *
 * FerretDB is built from a copy in which questions use the indexes (server/narrow/narrow.go): what is asked of a
 * collection of 5,000 documents would take a second otherwise.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const sources = path.join(import.meta.dirname, 'server');
const folder = path.resolve(
  import.meta.dirname,
  '../../../.tmp/mongo-stand-in',
  keyOf(['../build.mjs', 'go.mod', 'go.sum', 'main.go', 'narrow/narrow.go']),
);
const binary = path.join(folder, 'stand-in');
const lock = path.join(folder, 'lock');
/** ms. With nothing downloaded and nothing compiled it takes about a minute. */
const LONGEST = 300_000;

function keyOf(names) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of names) hash.update(readFileSync(path.join(sources, name)));
  return hash.digest('hex').slice(0, 16);
}

/** False when somebody else builds. */
function takeLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > LONGEST) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

const ENGINE = 'github.com/FerretDB/FerretDB';
const BACKEND = 'internal/backends/sqlite';

/**
 * What is changed in the copy: a file, a piece of one line, what stands there instead. A question is narrowed to what
 * its indexes find. An update lets go of its connection to SQLite when it is done, and not with the last of its command:
 * there are a hundred.
 */
const CHANGES = [
  [
    `${BACKEND}/collection.go`,
    'q += whereClause\n',
    'whereClause, args = narrowed(params.Filter)\n\tq += whereClause\n',
  ],
  [`${BACKEND}/metadata/metadata.go`, `"->'$._id'"`, '`->"_id"`'],
  ['internal/handler/msg_update.go', 'matched += result', 'closer.Close()\n\t\tmatched += result'],
];

function go(...values) {
  const { error, status, stdout, stderr } = spawnSync('go', values, {
    cwd: sources,
    env: { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    encoding: 'utf8',
    timeout: LONGEST,
  });
  if (error) throw error.code === 'ENOENT' ? 'there is no Go toolchain' : `go ${values[0]}: ${error.message}`;
  if (status !== 0) throw `go ${values[0]} failed: ${stderr.trim().split('\n').slice(-5).join(' ')}`;
  return stdout;
}

/** @returns the copy's folder */
function changedEngine() {
  const { Dir: original } = JSON.parse(go('mod', 'download', '-json', ENGINE));
  const copy = path.join(folder, 'engine');
  rmSync(copy, { recursive: true, force: true });
  cpSync(original, copy, { recursive: true, filter: (name) => !/_test\.go$|\/(?:website|integration)$/.test(name) });
  spawnSync('chmod', ['-R', 'u+w', copy]);
  for (const [name, piece, instead] of CHANGES) {
    const file = path.join(copy, name);
    const parts = readFileSync(file, 'utf8').split(piece);
    if (parts.length !== 2) throw `${name} of ${ENGINE} is not the one that is known`;
    writeFileSync(file, parts.join(instead));
  }
  cpSync(path.join(sources, 'narrow/narrow.go'), path.join(copy, BACKEND, 'narrow.go'));
  return copy;
}

function build() {
  const copy = changedEngine();
  const unfinished = `${binary}.${process.pid}`;
  const modules = path.join(folder, 'go.mod');
  for (const name of ['go.mod', 'go.sum']) cpSync(path.join(sources, name), path.join(folder, name));
  go('mod', 'edit', '-replace', `${ENGINE}=${copy}`, modules);
  go('build', '-modfile', modules, '-o', unfinished, '.');
  renameSync(unfinished, binary);
  rmSync(copy, { recursive: true, force: true });
}

async function main() {
  mkdirSync(folder, { recursive: true });
  while (!existsSync(binary)) {
    if (!takeLock()) {
      await pause(200);
      continue;
    }
    try {
      if (!existsSync(binary)) build();
    } catch (reason) {
      console.error(String(reason));
      return 1;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  console.log(binary);
  return 0;
}

process.exitCode = await main();
