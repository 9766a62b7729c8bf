/**
 * Compiles src/ to dist/, and src/admin-ui to dist/admin-ui. With `--if-stale`: only when something that goes into dist/
 * is newer than dist/. The old dist/ is replaced as a whole, so the output of deleted sources does not stay, and a failed
 * build leaves it be. The admin page takes longest: it is built when its own sources are newer, and else taken over.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
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
const page = path.join(root, 'src', 'admin-ui');
/** Newest when the page was built; its time is that of the beginning of the build. */
const PAGE_OUTPUT = path.join('admin-ui', 'index.html');
const PAGE_INPUTS = ['src/admin-ui', 'package-lock.json'];
const INPUTS = ['src', 'schemas', 'tsconfig.json', 'package-lock.json'];

/** The newest modification below `file`, in ms. Folders count too: deleting a file changes its folder's time. */
function newest(file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(file).reduce((time, name) => Math.max(time, newest(path.join(file, name))), stat.mtimeMs);
}

/** Whether `output` is newer than all of `inputs`. */
function isFresh(output, inputs) {
  const built = statSync(output, { throwIfNoEntry: false })?.mtimeMs;
  return built !== undefined && inputs.every((input) => newest(path.join(root, input)) < built);
}

/** The compiler's own entry file, wherever npm put the package. */
function compiler() {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('typescript/package.json');
  return path.join(path.dirname(manifest), require(manifest).bin.tsc);
}

/** JSON files are read at run time from beside the code that reads them. The page has its own build. */
function copyData(from, to) {
  for (const name of readdirSync(from, { recursive: true })) {
    if (name.endsWith('.json') && !name.startsWith('admin-ui'))
      cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
}

/** Takes the admin page over from dist/. False when something of it has changed, or dist/ goes away meanwhile. */
function takePage(to) {
  if (!isFresh(path.join(dist, PAGE_OUTPUT), PAGE_INPUTS)) return false;
  try {
    cpSync(path.join(dist, 'admin-ui'), path.join(to, 'admin-ui'), { recursive: true, preserveTimestamps: true });
    return true;
  } catch {
    return false;
  }
}

/** What these packages want to be told wherever they go, beside the licenses that Vite gathers. */
function addNotices(file) {
  const require = createRequire(import.meta.url);
  for (const name of ['@cloudscape-design/components', '@cloudscape-design/global-styles']) {
    const folder = path.dirname(require.resolve(name));
    const notices = readdirSync(folder).filter((entry) => /^(?:NOTICE|THIRD-PARTY-LICENSES)/.test(entry));
    for (const notice of notices) {
      appendFileSync(file, `\n## ${name}: ${notice}\n\n${readFileSync(path.join(folder, notice), 'utf8')}`);
    }
  }
}

/** Builds the admin page to `to`/admin-ui, unless that of dist/ is good. */
async function buildPage(to) {
  if (takePage(to)) return;
  const started = new Date();
  const { build } = await import('vite');
  await build({
    configFile: path.join(page, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: path.join(to, 'admin-ui'), emptyOutDir: true },
  });
  addNotices(path.join(to, 'admin-ui', 'licenses.md'));
  utimesSync(path.join(to, PAGE_OUTPUT), started, started);
  console.error(`build: admin page built in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
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

async function build() {
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
    await buildPage(temporary);
    const main = path.join(temporary, 'cli', 'main.js');
    if (existsSync(main)) chmodSync(main, 0o755);
    install(temporary);
    // What was edited while the compiler ran is newer than this build.
    utimesSync(dist, started, started);
    console.error(`build: dist written in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s`);
    return 0;
  } catch (error) {
    console.error(`build: failed, dist is as it was: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

if (process.argv.includes('--if-stale') && isFresh(dist, INPUTS)) {
  console.error('build: dist is up to date');
} else {
  process.exitCode = await build();
}
