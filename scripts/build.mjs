/**
 * Compiles src/ to dist/. With `--if-stale`: only when something that goes into dist/ is newer than dist/.
 * The old dist/ is replaced as a whole, so the output of deleted sources does not stay, and a failed build leaves it be.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const INPUTS = ['src', 'schemas', 'tsconfig.json', 'package-lock.json'];

/** The newest modification below `file`, in ms. Folders count too: deleting a file changes its folder's time. */
function newest(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(file).reduce((time, name) => Math.max(time, newest(path.join(file, name))), stat.mtimeMs);
}

function isFresh() {
  const built = statSync(dist, { throwIfNoEntry: false })?.mtimeMs;
  return built !== undefined && INPUTS.every((input) => newest(path.join(root, input)) < built);
}

/** The compiler's own entry file, wherever npm put the package. */
function compiler() {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('typescript/package.json');
  return path.join(path.dirname(manifest), require(manifest).bin.tsc);
}

/** JSON files are read at run time from beside the code that reads them. */
function copyData(from, to) {
  for (const name of readdirSync(from, { recursive: true })) {
    if (name.endsWith('.json')) cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
}

/** Puts `built` in place of dist/. Another build may do the same at this moment; the last one stays. */
function install(built) {
  for (let attempt = 1; ; attempt++) {
    try {
      rmSync(dist, { recursive: true, force: true });
      renameSync(built, dist);
      return;
    } catch (error) {
      if (attempt === 5 || (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST')) throw error;
    }
  }
}

function build() {
  const started = new Date();
  const temporary = path.join(root, '.tmp', `dist-${process.pid}`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    const tsc = spawnSync(process.execPath, [compiler(), '-p', 'tsconfig.json', '--outDir', temporary], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (tsc.status !== 0) {
      console.error('build: failed, dist is as it was');
      return 1;
    }
    copyData(path.join(root, 'src'), temporary);
    const main = path.join(temporary, 'cli', 'main.js');
    if (existsSync(main)) chmodSync(main, 0o755);
    install(temporary);
    // What was edited while the compiler ran is newer than this build.
    utimesSync(dist, started, started);
    console.error(`build: dist written in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
    return 0;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

if (process.argv.includes('--if-stale') && isFresh()) {
  console.error('build: dist is up to date');
} else {
  process.exitCode = build();
}
