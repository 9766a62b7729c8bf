/** One connection, one kind of operation at a time: the subject's median latency against the floor's. */
import { Connection } from './client.js';
import { emptySamples, loadFor, measure, type Samples } from './load.js';
import { type Kind, type Next, repeated, TITLES } from './operations.js';
import type { BenchOptions } from './options.js';
import { atMost, heading, type Report, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Workplace } from './servers.js';
import { median } from './statistics.js';

const LIMIT = 1.6;

export const SINGLE_KINDS = ['find', 'get', 'create', 'change', 'member'] as const satisfies Kind[];
export type SingleKind = (typeof SINGLE_KINDS)[number];

/** Requests before it is the other server's turn. */
const BATCH = 25;
const BATCHES = { full: 20, quick: 10 };
const WARM_UP_SECONDS = 2;

interface Medians {
  readonly subject: number[];
  readonly floor: number[];
}

export async function measureSingle(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  report: Report,
): Promise<void> {
  const results = new Map<SingleKind, Medians>(SINGLE_KINDS.map((kind) => [kind, { subject: [], floor: [] }]));
  for (let run = 0; run < options.runs; run++) {
    console.error(`single: run ${run + 1} of ${options.runs}`);
    await measureRun(workplace, seed, options, results, report);
  }
  heading(`One connection: ${options.users} users, ${options.runs} runs`);
  const rows = SINGLE_KINDS.map((kind) => {
    const { subject, floor } = results.get(kind) as Medians;
    const ratios = subject.map((value, i) => value / (floor[i] as number));
    return [
      TITLES[kind],
      report.add(`single/${TITLES[kind]}/scim-target`, median(subject), 'ms'),
      report.add(`single/${TITLES[kind]}/floor`, median(floor), 'ms'),
      report.add(`single/${TITLES[kind]}/ratio`, median(ratios), '', atMost(LIMIT)),
    ];
  });
  table([['median latency', 'scim-target ms', 'floor ms', 'scim-target / floor'], ...rows]);
}

async function measureRun(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  results: ReadonlyMap<SingleKind, Medians>,
  report: Report,
): Promise<void> {
  const start = (name: 'subject' | 'group') =>
    workplace.start({ name, file: copyOf(workplace, seed), token: seed.token });
  const subject = await start('subject');
  const floor = await start('group');
  for (const kind of SINGLE_KINDS) {
    const [a, b] = await compare(
      subject,
      floor,
      () => repeated(kind, seed, 1),
      () => repeated(kind, seed, 2),
      options,
    );
    results.get(kind)?.subject.push(median(a.latencies[kind]));
    results.get(kind)?.floor.push(median(b.latencies[kind]));
    for (const [what, count] of [...a.unexpected, ...b.unexpected]) report.problem(`single: ${count} x ${what}`);
  }
  await subject.stop();
  await floor.stop();
}

/** The same requests to both, a batch here and a batch there. */
async function compare(
  subject: Running,
  floor: Running,
  measured: () => Next,
  warmUp: () => Next,
  { runs }: BenchOptions,
): Promise<[Samples, Samples]> {
  await loadFor(subject, warmUp(), 1, WARM_UP_SECONDS);
  await loadFor(floor, warmUp(), 1, WARM_UP_SECONDS);
  const sides = [subject, floor].map((server) => ({
    connection: new Connection(server),
    next: measured(),
    samples: emptySamples(),
  }));
  const batches = runs === 1 ? BATCHES.quick : BATCHES.full;
  for (let batch = 0; batch < batches; batch++) {
    for (const { connection, next, samples } of sides) await measureBatch(connection, next, samples);
  }
  for (const { connection } of sides) connection.close();
  return sides.map(({ samples }) => samples) as [Samples, Samples];
}

/** The first one after a pause is not counted. */
async function measureBatch(connection: Connection, next: Next, samples: Samples): Promise<void> {
  await connection.open();
  await connection.exchange(next());
  for (let i = 0; i < BATCH; i++) await measure(connection, next(), samples);
}
