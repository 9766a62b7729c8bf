/** Entra's incremental mix over many connections: subject and floors in turn, on copies of one store. */
import { allLatencies, emptySamples, loadFor, type Samples } from './load.js';
import { KINDS, type Kind, Mix, TITLES } from './operations.js';
import type { BenchOptions } from './options.js';
import { atLeast, heading, type Report, shown, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Subject, Workplace } from './servers.js';
import { median, percentile } from './statistics.js';

/** Throughput of the floor that the subject must reach. */
const LIMITS = { group: 0.6, each: 0.95 } as const;

const WARM_UP_SECONDS = 3;
/** Servers take turns so often, so that all meet the same moments of the machine. */
const STRETCH_SECONDS = 1;

const SUBJECTS: readonly Subject[] = ['subject', 'group', 'each'];

const NAMES: Record<Subject, string> = {
  subject: 'scim-target',
  group: 'floor, a sync per turn',
  each: 'floor, a sync per write',
};

type Runs = Record<Subject, Samples[]>;

export async function measureMix(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  report: Report,
): Promise<void> {
  const runs: Runs = { subject: [], group: [], each: [] };
  for (let run = 0; run < options.runs; run++) {
    console.error(`mix: run ${run + 1} of ${options.runs}`);
    await measureRun(workplace, seed, options, run, runs);
  }
  for (const name of SUBJECTS) {
    for (const { unexpected } of runs[name]) {
      for (const [what, count] of unexpected) report.problem(`${NAMES[name]}: ${count} x ${what}`);
    }
  }
  heading(
    `Mix: ${options.users} users, ${options.concurrency} connections, ${options.runs} runs of ${options.seconds} s`,
  );
  showServers(runs, report);
  console.log();
  showKinds(runs);
}

/** All servers fresh, each measured for so many seconds in short stretches, in an order that changes. */
async function measureRun(
  workplace: Workplace,
  seed: Seed,
  options: BenchOptions,
  run: number,
  runs: Runs,
): Promise<void> {
  const sides: Side[] = [];
  for (const name of SUBJECTS) {
    const server = await workplace.start({ name, file: copyOf(workplace, seed), token: seed.token });
    const warmUp = new Mix(seed, 2 * run + 1);
    await loadFor(server, () => warmUp.next(), options.concurrency, WARM_UP_SECONDS);
    sides.push({ name, server, mix: new Mix(seed, 2 * run), samples: emptySamples() });
  }
  const stretches = Math.max(1, Math.round(options.seconds / STRETCH_SECONDS));
  for (let stretch = 0; stretch < stretches; stretch++) {
    for (let i = 0; i < sides.length; i++) {
      const { server, mix, samples } = sides[(stretch + i) % sides.length] as Side;
      await loadFor(server, () => mix.next(), options.concurrency, options.seconds / stretches, samples);
    }
  }
  for (const { name, server, samples } of sides) {
    runs[name].push(samples);
    await server.stop();
  }
}

/** One server in one run. */
interface Side {
  readonly name: Subject;
  readonly server: Running;
  readonly mix: Mix;
  readonly samples: Samples;
}

function throughput({ count, elapsed }: Samples): number {
  return count / elapsed;
}

function showServers(runs: Runs, report: Report): void {
  const rows = SUBJECTS.map((name) => {
    const rate = median(runs[name].map(throughput));
    const latency = (share: number) => median(runs[name].map((samples) => percentile(allLatencies(samples), share)));
    return [
      NAMES[name],
      report.add(`mix/${name}/throughput`, rate, 'requests/s'),
      report.add(`mix/${name}/p50`, latency(0.5), 'ms'),
      report.add(`mix/${name}/p95`, latency(0.95), 'ms'),
      report.add(`mix/${name}/p99`, latency(0.99), 'ms'),
      name === 'subject' ? '' : ratioCell(runs, name, report),
    ];
  });
  table([['', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'scim-target / floor'], ...rows]);
}

/** The median of the ratios within each run, so that a change of the machine's pace between runs does not count. */
function ratioCell(runs: Runs, floor: keyof typeof LIMITS, report: Report): string {
  const ratios = runs.subject.map((samples, i) => throughput(samples) / throughput(runs[floor][i] as Samples));
  return report.add(`mix/ratio to floor (${floor})`, median(ratios), '', atLeast(LIMITS[floor]));
}

function showKinds(runs: Runs): void {
  const cell = (name: Subject, kind: Kind, share: number) =>
    shown(median(runs[name].map(({ latencies }) => percentile(latencies[kind], share))));
  const rows = KINDS.map((kind) => [
    TITLES[kind],
    ...SUBJECTS.flatMap((name) => [cell(name, kind, 0.5), cell(name, kind, 0.99)]),
  ]);
  table([['ms', ...['scim-target', 'per turn', 'per write'].flatMap((name) => [`${name} p50`, 'p99'])], ...rows]);
}
