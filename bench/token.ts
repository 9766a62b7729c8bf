/**
 * What the check of a bearer token adds to GET by id: the subject against itself with the check taken out, with one
 * credential in the store and with ten thousand that are all in use.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScimTarget, TargetOptions } from '../src/index.js';
import { emptySamples, loadFor, type Samples, sendAll } from './load.js';
import { get, type Next } from './operations.js';
import type { BenchOptions } from './options.js';
import { atMost, heading, type Report, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Workplace } from './servers.js';
import { median, Random } from './statistics.js';

/** Time of a request against that of one whose token is not looked at. */
const LIMIT = 1.1;
const CREDENTIALS = 10_000;
const TENANT = 'default';

const WARM_UP_SECONDS = 2;
/** The servers take turns so often, so that all meet the same moments of the machine. */
const STRETCH_SECONDS = 0.5;

interface Side {
  readonly title: string;
  readonly server: Running;
  readonly next: Next;
  /** Tokens that are used once before anything is measured: they are in use, so each was seen before. */
  readonly tokens: readonly string[];
}

export async function measureToken(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  report: Report,
): Promise<void> {
  const { file, tokens } = await withCredentials(workplace, seed);
  const times = new Map<string, number[]>();
  for (let run = 0; run < options.runs; run++) {
    console.error(`token: run ${run + 1} of ${options.runs}`);
    for (const [title, time] of await measureRun(workplace, { seed, file, tokens }, options, report)) {
      times.set(title, [...(times.get(title) ?? []), time]);
    }
  }
  heading(`Token check, GET by id: ${options.concurrency} connections, ${options.runs} runs of ${options.seconds} s`);
  const [[, bare], ...checked] = [...times] as [[string, number[]], ...[string, number[]][]];
  const rows = checked.map(([title, own]) => {
    const ratios = own.map((time, run) => time / (bare[run] as number));
    return [
      title,
      report.add(`token/${title}`, median(own) * 1000, 'µs'),
      report.add(`token/${title}/ratio`, median(ratios), '', atMost(LIMIT)),
    ];
  });
  const unchecked = ['no check', report.add('token/no check', median(bare) * 1000, 'µs'), ''];
  table([['', 'µs per request', 'to no check'], unchecked, ...rows]);
}

/** ms per request of each server. */
async function measureRun(
  workplace: Workplace,
  { seed, file, tokens }: { seed: Seed; file: string; tokens: readonly string[] },
  { seconds, concurrency }: BenchOptions,
  report: Report,
): Promise<Map<string, number>> {
  const start = (from: Pick<Seed, 'file'>, preload?: string) =>
    workplace.start({ name: 'subject', file: copyOf(workplace, from), token: seed.token, preload });
  const random = new Random(7);
  const anyUser = (): string => seed.users[random.below(seed.users.length)] as string;
  let turn = 0;
  const sides: Side[] = [
    { title: 'no check', server: await start(seed, 'open-door.mjs'), next: () => get('Users', anyUser()), tokens: [] },
    { title: '1 credential', server: await start(seed), next: () => get('Users', anyUser()), tokens: [] },
    {
      title: `${CREDENTIALS} credentials`,
      server: await start({ file }),
      next: () => ({ ...get('Users', anyUser()), token: tokens[turn++ % tokens.length] as string }),
      tokens,
    },
  ];
  const samples = new Map<Side, Samples>(sides.map((side) => [side, emptySamples()]));
  for (const side of sides) {
    const first = side.tokens.map((token) => ({ ...get('Users', anyUser()), token }));
    await sendAll(side.server, first, concurrency);
    await loadFor(side.server, side.next, concurrency, WARM_UP_SECONDS);
  }
  for (let elapsed = 0; elapsed < seconds; elapsed += STRETCH_SECONDS) {
    for (const side of sides) await loadFor(side.server, side.next, concurrency, STRETCH_SECONDS, samples.get(side));
  }
  for (const { server } of sides) await server.stop();
  for (const { unexpected } of samples.values()) {
    for (const [what, count] of unexpected) report.problem(`token: ${count} x ${what}`);
  }
  return new Map([...samples].map(([{ title }, { elapsed, count }]) => [title, (elapsed * 1000) / count]));
}

/** A copy of the store with many live tokens more. */
async function withCredentials(workplace: Workplace, seed: Seed): Promise<{ file: string; tokens: string[] }> {
  const file = copyOf(workplace, seed);
  const module = pathToFileURL(path.join(workplace.folder, 'subject/dist/index.js')).href;
  const { createScimTarget } = (await import(module)) as {
    createScimTarget(options: TargetOptions): Promise<ScimTarget>;
  };
  const target = await createScimTarget({ store: `sqlite:${file}` });
  const names = Array.from({ length: CREDENTIALS }, (_, i) => `token ${i}`);
  const tokens = await Promise.all(names.map((name) => target.createToken({ tenant: TENANT, name })));
  await target.close();
  return { file, tokens };
}
