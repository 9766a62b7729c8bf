/**
 * Builds the stand-in for MongoDB (server/main.go) where it is not built yet, and prints where it is. A folder below
 * .tmp/ that is named after its sources has it, so that it is built once. Ends with 1 and a sentence where it cannot be.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const sources = path.join(import.meta.dirname, 'server');
const folder = path.resolve(
  import.meta.dirname,
  '../../../.tmp/mongo-stand-in',
  keyOf(['go.mod', 'go.sum', 'main.go']),
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

function build() {
  const unfinished = `${binary}.${process.pid}`;
  const { error, status, stderr } = spawnSync('go', ['build', '-o', unfinished, '.'], {
    cwd: sources,
    env: { ...process.env, GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' },
    encoding: 'utf8',
    timeout: LONGEST,
  });
  if (error) return error.code === 'ENOENT' ? 'there is no Go toolchain' : `go build: ${error.message}`;
  if (status !== 0) return `go build failed: ${stderr.trim().split('\n').slice(-5).join(' ')}`;
  renameSync(unfinished, binary);
  return undefined;
}

async function main() {
  mkdirSync(folder, { recursive: true });
  while (!existsSync(binary)) {
    if (!takeLock()) {
      await pause(200);
      continue;
    }
    const reason = existsSync(binary) ? undefined : build();
    rmSync(lock, { recursive: true, force: true });
    if (reason) {
      console.error(reason);
      return 1;
    }
  }
  console.log(binary);
  return 0;
}

process.exitCode = await main();
