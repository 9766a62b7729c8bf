/** Where the time goes: CPU profiles of the subject and of the floor under one kind of operation, side by side. */
import { existsSync, readFileSync } from 'node:fs';
import { loadFor } from './load.js';
import { Mix, type Next, repeated, TITLES } from './operations.js';
import type { BenchOptions } from './options.js';
import { heading, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Subject, Workplace } from './servers.js';
import { SINGLE_KINDS, type SingleKind } from './single.js';

/** What the profiler writes; see the protocol's Profiler.Profile. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Self times in microseconds per request. */
interface Times {
  readonly byFunction: ReadonlyMap<string, number>;
  readonly byModule: ReadonlyMap<string, number>;
  readonly total: number;
}

type Wanted = SingleKind | 'mix';

const WARM_UP_SECONDS = 3;
/** Stretches of load on the one server and then on the other, so that both meet the same moments of the machine. */
const STRETCHES = 10;
const STRETCH_SECONDS = 0.5;
const ROWS_SHOWN = 30;

export async function profile(workplace: Workplace, seed: Seed, options: BenchOptions): Promise<void> {
  for (const name of options.operations) {
    const wanted: Wanted | undefined = name === 'mix' ? name : SINGLE_KINDS.find((kind) => kind === name);
    if (!wanted) throw new Error(`--operations knows ${SINGLE_KINDS.join(', ')} and mix, not ${name}`);
    console.error(`profile: ${wanted}`);
    const connections = wanted === 'mix' ? options.concurrency : 1;
    const [subject, floor] = await profilesOf(workplace, seed, wanted, connections);
    const title = wanted === 'mix' ? 'Mix' : TITLES[wanted];
    heading(`${title}: time per request in microseconds, ${connections} connections`);
    showTimes('module', (times) => times.byModule, subject, floor);
    console.log();
    showTimes('function', (times) => times.byFunction, subject, floor);
  }
}

/** A server that is profiled. */
interface Profiled {
  readonly server: Running;
  /** Where the profile will be. */
  readonly file: string;
  readonly next: Next;
  requests: number;
}

async function profilesOf(
  workplace: Workplace,
  seed: Seed,
  wanted: Wanted,
  connections: number,
): Promise<[subject: Times, floor: Times]> {
  const sides = [await start(workplace, seed, wanted, 'subject'), await start(workplace, seed, wanted, 'group')];
  for (const { server } of sides) await loadFor(server, sequence(wanted, seed, 1), connections, WARM_UP_SECONDS);
  for (const { server } of sides) server.signal('SIGUSR2');
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    for (const side of sides) {
      side.requests += (await loadFor(side.server, side.next, connections, STRETCH_SECONDS)).count;
    }
  }
  for (const { server } of sides) server.signal('SIGUSR2');
  return [await finish(sides[0] as Profiled), await finish(sides[1] as Profiled)];
}

async function start(workplace: Workplace, seed: Seed, wanted: Wanted, name: Subject): Promise<Profiled> {
  const file = workplace.newFile('.cpuprofile');
  const env = { BENCH_PROFILE: file };
  const database = copyOf(workplace, seed);
  const server = await workplace.start({ name, file: database, token: seed.token, preload: 'profile.mjs', env });
  return { server, file, next: sequence(wanted, seed, 2), requests: 0 };
}

async function finish({ server, file, requests }: Profiled): Promise<Times> {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
  await server.stop();
  return timesOf(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile, requests);
}

function sequence(wanted: Wanted, seed: Seed, run: number): Next {
  if (wanted !== 'mix') return repeated(wanted, seed, run);
  const mix = new Mix(seed, run);
  return () => mix.next();
}

function timesOf({ nodes, samples, timeDeltas }: CpuProfile, requests: number): Times {
  const labels = labelsOf(nodes);
  const [byFunction, byModule] = [new Map<string, number>(), new Map<string, number>()];
  let total = 0;
  for (const [i, node] of samples.entries()) {
    const label = labels.get(node);
    if (!label) continue;
    const time = (timeDeltas[i] as number) / requests;
    total += time;
    byFunction.set(label.name, (byFunction.get(label.name) ?? 0) + time);
    byModule.set(label.module, (byModule.get(label.module) ?? 0) + time);
  }
  return { byFunction, byModule, total };
}

interface Label {
  readonly name: string;
  readonly module: string;
}

type Nodes = CpuProfile['nodes'];
type Frame = Nodes[number]['callFrame'];

/** Where either server calls the SQLite library. Its native functions all have one wrong name. */
const DATABASE = /\/dist\/store\/sqlite\/[^/]+\.js$|\/bench\/floor\.ts$/;

/** By node. Native functions are named with who calls them; a node without a label is time without work. */
function labelsOf(nodes: Nodes): Map<number, Label> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(
    nodes.flatMap((node) => (node.children ?? []).map((child): [number, Nodes[number]] => [child, node])),
  );
  const callers = function* (id: number): Generator<Frame> {
    for (let node = parents.get(id); node; node = parents.get(node.id))
      if (node.callFrame.url !== '') yield node.callFrame;
  };
  const labels = new Map<number, Label>();
  for (const [id, { callFrame }] of byId) {
    const label = callFrame.url === '' ? nativeLabel(callFrame, [...callers(id)]) : labelOf(callFrame);
    if (label) labels.set(id, label);
  }
  return labels;
}

function labelOf(frame: Frame): Label {
  return { name: `${nameOf(frame)}:${frame.lineNumber + 1}`, module: moduleOf(frame.url) };
}

function nativeLabel({ functionName }: Frame, callers: readonly Frame[]): Label | undefined {
  const [caller] = callers;
  // Starting and stopping the profiler is not the server's work.
  if (['(idle)', '(root)'].includes(functionName) || caller?.url === 'node:inspector') return undefined;
  if (functionName.startsWith('(') || !caller) return { name: functionName, module: functionName };
  if (!DATABASE.test(caller.url)) {
    return {
      name: `[native] ${functionName} < ${nameOf(caller)}`,
      module: `native, called by ${moduleOf(caller.url)}`,
    };
  }
  const asker = callers.find(({ url }) => !url.endsWith('/driver.js')) ?? caller;
  return { name: `[SQLite] < ${nameOf(asker)}`, module: 'SQLite' };
}

function nameOf({ functionName, url }: Frame): string {
  return `${functionName || '(anonymous)'} ${fileOf(url)}`;
}

/** `dist/http/scim-router.js`, `express/lib/application.js`, `node:net` */
function fileOf(url: string): string {
  return url
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/subject\//, '')
    .replace(/^.*\/bench\//, 'bench/');
}

/** `dist/http`, `express`, `node:` */
function moduleOf(url: string): string {
  if (url.startsWith('node:')) return url.startsWith('node:internal') ? 'node:internal' : url;
  const file = fileOf(url);
  if (url.includes('/node_modules/')) return /^(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file;
  return file.split('/').slice(0, -1).join('/');
}

function showTimes(
  title: string,
  part: (times: Times) => ReadonlyMap<string, number>,
  subject: Times,
  floor: Times,
): void {
  const [ours, theirs] = [part(subject), part(floor)];
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  const extra = (name: string): number => (ours.get(name) ?? 0) - (theirs.get(name) ?? 0);
  const row = (name: string, a: number, b: number) => [name, a.toFixed(1), b.toFixed(1), (a - b).toFixed(1)];
  const rows = names
    .sort((a, b) => extra(b) - extra(a))
    .filter((name) => Math.max(ours.get(name) ?? 0, theirs.get(name) ?? 0) >= 0.5)
    .slice(0, ROWS_SHOWN)
    .map((name) => row(name, ours.get(name) ?? 0, theirs.get(name) ?? 0));
  table([[title, 'scim-target', 'floor', 'more'], row('all', subject.total, floor.total), ...rows]);
}
