/**
 * Does what the Dockerfile says without a container engine: each stage is an empty temporary folder, its absolute paths
 * are mapped below that folder, COPY and RUN are carried out in order, and CMD is started and asked over HTTP. What an
 * engine alone can give (base image, user, ports, isolation) is read and checked as text.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const context = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Variables of this machine without which npm would not work here. */
const OWN_VARIABLES =
  /^(?:PATH|HOME|TMPDIR|LANG|npm_config_.*|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(?:https?|no)_proxy)$/i;
const START_TIMEOUT = 30_000;

class Failure extends Error {}

function say(text) {
  console.log(`dockerfile: ${text}`);
}

/** [{ name: 'RUN', text: 'npm ci', line: 13 }, …]; comments gone, continued lines joined. */
function parseDockerfile(source) {
  const instructions = [];
  let pending;
  for (const [index, raw] of source.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const isContinued = /\\\s*$/.test(raw);
    const text = raw.replace(/\\\s*$/, '').trim();
    pending = pending ? { ...pending, text: `${pending.text} ${text}` } : { text, line: index + 1 };
    if (isContinued) continue;
    const [, name, rest] = /^(\S+)\s+(.*)$/s.exec(pending.text) ?? [];
    if (!name) throw new Failure(`line ${pending.line} is not an instruction: ${pending.text}`);
    instructions.push({ name: name.toUpperCase(), text: rest, line: pending.line });
    pending = undefined;
  }
  return instructions;
}

/** `--from=build a b/ ./` → { flags: { from: 'build' }, words: ['a', 'b/', './'] } */
function parseWords(text) {
  const flags = {};
  const words = [];
  for (const word of text.split(/\s+/)) {
    const flag = /^--([\w-]+)(?:=(.*))?$/.exec(word);
    if (flag && words.length === 0) flags[flag[1]] = flag[2] ?? true;
    else words.push(word);
  }
  return { flags, words };
}

/** `A=1 B="two words"` → { A: '1', B: 'two words' } */
function parseAssignments(text) {
  const found = {};
  for (const [, name, quoted, bare] of text.matchAll(/([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    found[name] = quoted ?? bare;
  }
  return found;
}

function parseExecForm(instruction, text) {
  try {
    const words = JSON.parse(text);
    if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words;
  } catch {
    // Reported below.
  }
  throw new Failure(`line ${instruction.line}: ${instruction.name} is not in the exec form, ["node", …]`);
}

/** Whether .dockerignore keeps `file` (relative, forward slashes) out of the context. The last rule that matches wins. */
function createIgnore(source) {
  const rules = source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => ({ keeps: line.startsWith('!'), pattern: line.replace(/^!/, '').replace(/^\/|\/$/g, '') }))
    .map(({ keeps, pattern }) => ({ keeps, expression: globExpression(pattern) }));
  return (file) => rules.reduce((ignored, { keeps, expression }) => (expression.test(file) ? !keeps : ignored), false);
}

function globExpression(pattern) {
  const body = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/?|\*|\?/g, (glob) => ({ '*': '[^/]*', '?': '[^/]' })[glob] ?? '.*');
  return new RegExp(`^${body}(?:/|$)`);
}

/** The build context as an engine would send it. */
function copyContext(target) {
  const isIgnored = createIgnore(readFileSync(path.join(context, '.dockerignore'), 'utf8'));
  const walk = (relative) => {
    for (const entry of readdirSync(path.join(context, relative), { withFileTypes: true })) {
      const file = path.posix.join(relative, entry.name);
      if (/^(?:\.git|node_modules|\.tmp)$/.test(file)) {
        if (!isIgnored(file)) throw new Failure(`.dockerignore lets ${file} into the context`);
      } else if (entry.isDirectory()) {
        walk(file);
      } else if (!isIgnored(file)) {
        cpSync(path.join(context, file), path.join(target, file), { recursive: true });
      }
    }
  };
  mkdirSync(target, { recursive: true });
  walk('');
}

class Stage {
  env = {};
  workdir = '/';
  user = 'root';
  volumes = [];
  exposed = [];
  cmd;
  healthcheck;

  constructor(name, root) {
    this.name = name;
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  /** Where a path of the image is on this machine. */
  place(imagePath) {
    return path.join(this.root, path.posix.resolve(this.workdir, imagePath));
  }

  /** Maps the two folders that the image knows: `sqlite:/data/scim.db` → `sqlite:<root>/data/scim.db` */
  map(text) {
    return text.replace(/(?<![\w./-])\/(app|data)(?=$|[/\s"'`:;])/g, (_, name) => `${this.root}/${name}`);
  }

  /** Of this machine only what npm needs to work; the rest is what the Dockerfile says. */
  environment(extra = {}) {
    const own = Object.entries(process.env).filter(([name]) => OWN_VARIABLES.test(name));
    const given = Object.entries(this.env).map(([name, value]) => [name, this.map(value)]);
    return { ...Object.fromEntries(own), ...Object.fromEntries(given), ...extra };
  }
}

/** One method per instruction. */
class Builder {
  stages = [];
  args = {};

  constructor(root, contextFolder) {
    this.root = root;
    this.contextFolder = contextFolder;
  }

  get stage() {
    const stage = this.stages.at(-1);
    if (!stage) throw new Failure('an instruction stands before the first FROM');
    return stage;
  }

  ARG({ text }) {
    const [name, value = ''] = text.split('=');
    this.args[name] = value;
  }

  FROM({ text }) {
    const [, image, name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
    const base = image.replace(/\$\{(\w+)\}/g, (_, arg) => this.args[arg] ?? '');
    this.stages.push(
      new Stage(name ?? String(this.stages.length), path.join(this.root, `stage-${this.stages.length}`)),
    );
    say(`FROM ${base}: an empty folder, with Node ${process.versions.node} of this machine`);
  }

  ENV({ text }) {
    Object.assign(this.stage.env, parseAssignments(text));
  }

  WORKDIR({ text }) {
    this.stage.workdir = path.posix.resolve(this.stage.workdir, text);
    mkdirSync(this.stage.place('.'), { recursive: true });
  }

  COPY({ text, line }) {
    const { flags, words } = parseWords(text);
    const target = words.pop();
    const from = flags.from && this.stages.find(({ name }) => name === flags.from);
    if (flags.from && !from) throw new Failure(`line ${line}: no stage is called ${flags.from}`);
    for (const word of words) {
      const source = from ? path.join(from.root, word) : path.join(this.contextFolder, word);
      if (!existsSync(source)) throw new Failure(`line ${line}: COPY finds no ${word}`);
      const isFolder = statSync(source).isDirectory();
      const into = this.stage.place(target);
      // As an engine does: of a folder its content, of a file the file itself, below `target` when that is a folder.
      const intoFolder = !isFolder && (/\/$|^\.$/.test(target) || words.length > 1 || existsSync(into));
      cpSync(source, intoFolder ? path.join(into, path.basename(source)) : into, {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    say(`COPY ${text}`);
  }

  RUN({ text, line }) {
    const started = Date.now();
    const command = this.stage.map(text);
    const options = {
      cwd: this.stage.place('.'),
      env: this.stage.environment(),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    };
    const result = spawnSync('/bin/sh', ['-c', command], options);
    if (result.status !== 0) {
      const tail = `${result.stdout}${result.stderr}`.split('\n').slice(-40).join('\n');
      throw new Failure(`line ${line}: RUN ${text} ended with ${result.status ?? result.signal}\n${tail}`);
    }
    say(`RUN ${text} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  }

  USER({ text }) {
    this.stage.user = text;
  }

  VOLUME({ text }) {
    this.stage.volumes.push(...(text.startsWith('[') ? JSON.parse(text) : text.split(/\s+/)));
  }

  EXPOSE({ text }) {
    this.stage.exposed.push(...text.split(/\s+/));
  }

  HEALTHCHECK(instruction) {
    const { text, line } = instruction;
    const command = /(?:^|\s)CMD\s+(.*)$/s.exec(text)?.[1];
    if (!command) throw new Failure(`line ${line}: HEALTHCHECK has no CMD`);
    this.stage.healthcheck = parseExecForm(instruction, command);
  }

  CMD(instruction) {
    this.stage.cmd = parseExecForm(instruction, instruction.text);
  }

  apply(instruction) {
    if (!/^(?:ARG|FROM|ENV|WORKDIR|COPY|RUN|USER|VOLUME|EXPOSE|HEALTHCHECK|CMD)$/.test(instruction.name)) {
      throw new Failure(`line ${instruction.line}: ${instruction.name} is not an instruction this script can follow`);
    }
    this[instruction.name](instruction);
  }
}

/** What an engine would make of the last stage's settings, as far as they can be read. */
function checkSettings(stage) {
  const faults = [
    !stage.cmd && 'there is no CMD',
    !stage.healthcheck && 'there is no HEALTHCHECK',
    /^(?:root|0)(?::|$)/.test(stage.user) && 'the server would run as root',
    !stage.volumes.includes('/data') && '/data is no volume',
    !stage.exposed.includes(stage.env.SCIM_TARGET_PORT) && 'the port of the environment is not exposed',
    stage.env.SCIM_TARGET_HOST !== '0.0.0.0' && 'the server would not be reachable from outside the container',
    stage.env.NODE_ENV !== 'production' && 'NODE_ENV is not production',
    existsSync(stage.place('/app/node_modules/typescript')) && 'development packages are in the last stage',
    existsSync(stage.place('/app/src')) && 'sources are in the last stage',
  ].filter(Boolean);
  if (faults.length > 0) throw new Failure(faults.join('; '));
  say(`settings: user ${stage.user}, volume ${stage.volumes}, port ${stage.exposed}, no development packages`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function waitUntilHealthy(base, hasEnded) {
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Failure('the server ended before it answered');
    const answer = await fetch(`${base}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Failure(`no answer from /healthz within ${START_TIMEOUT / 1000} s`);
}

/** A directory that asks without a credential is refused in SCIM's own words. */
async function checkRefusal(base) {
  const answer = await fetch(`${base}/scim/v2/Users`);
  const body = await answer.json().catch(() => undefined);
  const isScim = body?.schemas?.[0] === 'urn:ietf:params:scim:api:messages:2.0:Error' && body.status === '401';
  if (answer.status !== 401 || !isScim || !answer.headers.get('www-authenticate')) {
    throw new Failure(`/scim/v2/Users without a token: ${answer.status} ${JSON.stringify(body)}`);
  }
  say('GET /scim/v2/Users without a token: 401 with a SCIM error and a challenge');
}

/** Starts CMD, asks, runs HEALTHCHECK, and stops the server as an engine does: SIGTERM, then a wait. */
async function serve(stage) {
  const port = await freePort();
  const env = stage.environment({ SCIM_TARGET_HOST: '127.0.0.1', SCIM_TARGET_PORT: String(port) });
  const [command, ...args] = stage.cmd;
  const child = spawn(command, args, { cwd: stage.place('.'), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  child.once('error', (error) => (output += error.message));
  say(`CMD ${stage.cmd.join(' ')} (pid ${child.pid}, 127.0.0.1:${port})`);
  try {
    const base = `http://127.0.0.1:${port}`;
    await waitUntilHealthy(base, () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined);
    say('GET /healthz: 200');
    const health = spawnSync(stage.healthcheck[0], stage.healthcheck.slice(1), { env, encoding: 'utf8' });
    if (health.status !== 0) throw new Failure(`HEALTHCHECK ended with ${health.status}: ${health.stderr}`);
    say('HEALTHCHECK: healthy');
    await checkRefusal(base);
    if (!existsSync(stage.place('/data/scim.db'))) throw new Failure('there is no database in /data');
    child.kill('SIGTERM');
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'still running after 10 s').unref());
    const code = await Promise.race([ended, late]);
    if (code !== 0) throw new Failure(`after SIGTERM: ${code}`);
    say('SIGTERM: stopped, exit 0; the database is in /data');
  } catch (error) {
    throw new Failure(`${error.message}\n${output.split('\n').slice(-40).join('\n')}`);
  } finally {
    child.kill('SIGKILL');
  }
}

const root = mkdtempSync(path.join(tmpdir(), 'scim-target-image-'));
try {
  const contextFolder = path.join(root, 'context');
  copyContext(contextFolder);
  const builder = new Builder(root, contextFolder);
  for (const instruction of parseDockerfile(readFileSync(path.join(context, 'Dockerfile'), 'utf8'))) {
    builder.apply(instruction);
  }
  checkSettings(builder.stage);
  await serve(builder.stage);
  say('passed');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(`dockerfile: failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
