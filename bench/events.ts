/**
 * What telling of changes costs the requests that make them: the subject with nobody to tell, and with subscribers, a
 * webhook, or somebody who follows the feed, on copies of one store under writes alone.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Follower } from './follower.js';
import { emptySamples, loadFor, type Samples } from './load.js';
import { Mix, type Next } from './operations.js';
import type { BenchOptions } from './options.js';
import { atMost, heading, type Report, shown, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Workplace } from './servers.js';
import { median } from './statistics.js';

/** Time of a write against that of one of which nobody is told. */
const LIMIT = 1.05;
const WARM_UP_SECONDS = 2;
/** Milliseconds. */
const LONGEST_ANSWER = 20_000;
/**
 * The servers take turns so often, so that all meet the same moments of the machine; not more often, since a server that
 * was left alone has told all there was, and what telling costs under load is the question.
 */
const STRETCH_SECONDS = 1.5;

const SIDES = ['nobody', 'one who wants nothing', '100 subscribers', 'a webhook', 'a reader of the feed'] as const;
type SideName = (typeof SIDES)[number];

interface Side {
  readonly name: SideName;
  readonly server: Running;
  readonly next: Next;
  readonly samples: Samples;
  /** Seconds per write, of each stretch. */
  readonly times: number[];
  /** Milliseconds of processor time that the server has used while it was measured. */
  processor: number;
  /** Where the server writes how far it has told. */
  readonly status: string;
  readonly follower: Follower | undefined;
}

interface Lag {
  /** Changes that are not told yet at the end of the load, and calls of handlers, or events of the feed, until then. */
  readonly behind: number;
  readonly told: number;
}

export async function measureEvents(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  report: Report,
): Promise<void> {
  const receiver = takeAll();
  await new Promise((resolve) => receiver.once('listening', resolve));
  const times = new Map<SideName, number[]>(SIDES.map((name) => [name, []]));
  /** Of a stretch, against that of nobody just before or after it. */
  const ratios = new Map<SideName, number[]>(SIDES.map((name) => [name, []]));
  const processor = new Map<SideName, number[]>(SIDES.map((name) => [name, []]));
  const lags = new Map<SideName, Lag>();
  for (let run = 0; run < options.runs; run++) {
    console.error(`events: run ${run + 1} of ${options.runs}`);
    const measured = await measureRun(workplace, seed, options, run, receiver);
    const alone = measured.find(({ side }) => side.name === 'nobody')?.side.times ?? [];
    for (const { side, lag } of measured) {
      times.get(side.name)?.push(...side.times);
      ratios.get(side.name)?.push(...side.times.map((time, stretch) => time / (alone[stretch] ?? Number.NaN)));
      processor.get(side.name)?.push(side.processor / side.samples.count);
      if (lag) lags.set(side.name, lag);
      for (const [what, count] of side.samples.unexpected) report.problem(`${side.name}: ${count} x ${what}`);
    }
  }
  receiver.close();
  receiver.closeAllConnections();
  heading(`Events, writes: ${options.concurrency} connections, ${options.runs} runs of ${options.seconds} s`);
  table([
    ['told', 'µs per write', 'to nobody', 'processor µs', 'changes behind', 'events told'],
    ...SIDES.map((name) => [
      name,
      report.add(`events/${name}`, median(times.get(name) ?? []) * 1e6, 'µs'),
      name === 'nobody' ? '' : report.add(`events/${name}/ratio`, median(ratios.get(name) ?? []), '', atMost(LIMIT)),
      report.add(`events/${name}/processor`, median(processor.get(name) ?? []) * 1e3, 'µs'),
      shown(lags.get(name)?.behind ?? 0),
      shown(lags.get(name)?.told ?? 0),
    ]),
  ]);
}

/** All servers fresh, measured in short stretches in turn. */
async function measureRun(
  workplace: Workplace,
  seed: Seed,
  { seconds, concurrency }: BenchOptions,
  run: number,
  receiver: Server,
): Promise<{ side: Side; lag: Lag | undefined }[]> {
  const sides: Side[] = [];
  for (const name of SIDES) sides.push(await startSide(workplace, seed, name, run, receiver));
  for (const { server, next } of sides) await loadFor(server, next, concurrency, WARM_UP_SECONDS);
  const stretches = Math.max(1, Math.round(seconds / STRETCH_SECONDS));
  for (const side of sides) await settled(side);
  const lags = new Map<Side, Lag | undefined>();
  for (let stretch = 0; stretch < stretches; stretch++) {
    for (let i = 0; i < sides.length; i++) {
      const side = sides[(stretch + i) % sides.length] as Side;
      const before = processorTime(side.server);
      const { elapsed, count } = side.samples;
      await loadFor(side.server, side.next, concurrency, seconds / stretches, side.samples);
      side.times.push((side.samples.elapsed - elapsed) / (side.samples.count - count));
      lags.set(side, await settled(side));
      side.processor += processorTime(side.server) - before;
    }
  }
  for (const { server, follower } of sides) {
    follower?.stop();
    await server.stop();
  }
  return sides.map((side) => ({ side, lag: lags.get(side) }));
}

/** Waits until all is told: what is left to tell would be at the cost of whose turn is next. Gives how much was left. */
async function settled(side: Side): Promise<Lag | undefined> {
  if (side.name === 'nobody') return undefined;
  const first = await lagOf(side);
  for (let { behind } = first; behind > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ({ behind } = await lagOf(side));
  }
  return first;
}

async function startSide(
  workplace: Workplace,
  seed: Seed,
  name: SideName,
  run: number,
  receiver: Server,
): Promise<Side> {
  const status = workplace.newFile('.status');
  const { port } = receiver.address() as AddressInfo;
  const wants: Record<SideName, Record<string, string>> = {
    nobody: {},
    'one who wants nothing': { BENCH_SUBSCRIBERS: '0' },
    '100 subscribers': { BENCH_SUBSCRIBERS: '100' },
    'a webhook': { BENCH_WEBHOOK: `http://127.0.0.1:${port}/` },
    'a reader of the feed': {},
  };
  const server = await workplace.start({
    name: 'subject',
    file: copyOf(workplace, seed),
    token: seed.token,
    preload: 'subscribers.mjs',
    env: { ...wants[name], BENCH_STATUS: status },
  });
  const { token, last } = await statusOf(server, status);
  const follower = name === 'a reader of the feed' ? new Follower(server.port, token, last) : undefined;
  const measured = { samples: emptySamples(), times: [], processor: 0 };
  return { name, server, next: writesOf(new Mix(seed, 2 * run)), ...measured, status, follower };
}

/** The writes of a mix. */
function writesOf(mix: Mix): Next {
  return () => {
    for (;;) {
      const operation = mix.next();
      if (operation.kind !== 'find' && operation.kind !== 'get') return operation;
    }
  };
}

/** Of whoever is furthest behind, just after the load has ended. */
async function lagOf({ server, status, follower }: Side): Promise<Lag> {
  const { told, places, last } = await statusOf(server, status);
  const behind = places.map(({ position }) => last - position);
  if (!follower) return { told, behind: Math.max(0, ...behind) };
  if (follower.failure) throw follower.failure;
  return { told: follower.told, behind: Math.max(0, last - follower.position) };
}

interface Status {
  /** Calls of handlers. */
  readonly told: number;
  readonly places: readonly { readonly position: number }[];
  /** For the feed. */
  readonly token: string;
  /** Sequence number of the last change. */
  readonly last: number;
}

async function statusOf(server: Running, status: string): Promise<Status> {
  server.signal('SIGUSR2');
  const end = performance.now() + LONGEST_ANSWER;
  while (!existsSync(status) || readFileSync(status).length === 0) {
    if (performance.now() > end) throw new Error('a server does not say how far it has told');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const text = readFileSync(status, 'utf8');
  rmSync(status);
  return JSON.parse(text) as Status;
}

/** In ms, telling included; where the system does not say it, NaN. */
function processorTime({ pid }: Running): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // After the name in brackets: utime and stime are fields 14 and 15, in hundredths of a second.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A receiver of webhooks that is content with everything. */
function takeAll(): Server {
  return createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
}
