/** Does an operation cost the same however much is in the store? Each size is compared with the smallest. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Connection } from './client.js';
import { keysOfUser } from './data.js';
import { emptySamples, measure, type Samples } from './load.js';
import { changeMembers, get, type Next, type Operation, search } from './operations.js';
import type { BenchOptions } from './options.js';
import { atMost, heading, type Report, table } from './report.js';
import { copyOf, type GroupSeed, type Seed } from './seed.js';
import type { Running, Workplace } from './servers.js';
import { median, Random } from './statistics.js';

const LIMIT = 1.5;

const BATCH = 20;
const BATCHES = 15;
const WARM_UP = 300;

/** PATCHes are slower than searches. */
const PATCH_WARM_UP = 60;

/** Users outside of the large groups that measureGroups needs: each run adds as many, to a fresh copy. */
export const OUTSIDERS = PATCH_WARM_UP + BATCHES * BATCH;

/** One size of something, with a sequence of its own. */
interface Candidate {
  readonly size: number;
  readonly server: Running;
  readonly next: Next;
}

/** By size: the median of each run. */
type Medians = Map<number, number[]>;

/** What to search by, given the store and the number of a user in it. */
const SEARCHES: Readonly<Record<string, (seed: Seed, n: number) => Operation>> = {
  'users: userName eq': (_, n) => search('Users', 'userName', keysOfUser(n).userName),
  'users: externalId eq': (_, n) => search('Users', 'externalId', keysOfUser(n).externalId),
  'users: emails.value eq': (_, n) => search('Users', 'emails.value', keysOfUser(n).email),
  'users: displayName eq': (_, n) => search('Users', 'displayName', keysOfUser(n).displayName),
  'groups: members.value eq': (seed, n) => search('Groups', 'members.value', seed.users[n] as string, '&attributes=id'),
};

export async function measureSizes(
  workplace: Workplace,
  seeds: ReadonlyMap<number, Seed>,
  { sizes, runs }: BenchOptions,
  report: Report,
): Promise<void> {
  const results = new Map<string, Medians>(Object.keys(SEARCHES).map((name) => [name, new Map()]));
  for (let run = 0; run < runs; run++) {
    console.error(`scale: searches, run ${run + 1} of ${runs}`);
    const servers = new Map<number, Running>();
    for (const size of sizes) {
      const seed = seeds.get(size) as Seed;
      servers.set(size, await workplace.start({ name: 'subject', file: copyOf(workplace, seed), token: seed.token }));
    }
    for (const [name, make] of Object.entries(SEARCHES)) {
      const candidates = sizes.map((size): Candidate => {
        const random = new Random(run);
        const next = (): Operation => make(seeds.get(size) as Seed, random.below(size));
        return { size, server: servers.get(size) as Running, next };
      });
      await compareSizes(candidates, WARM_UP, results.get(name) as Medians, report);
    }
    for (const server of servers.values()) await server.stop();
  }
  heading('Searches by the number of users');
  showMedians(results, sizes, report);
}

export async function measureGroups(
  workplace: Workplace,
  seed: GroupSeed,
  { groups, runs }: BenchOptions,
  report: Report,
): Promise<void> {
  const adding: Medians = new Map();
  const reading: Medians = new Map();
  for (let run = 0; run < runs; run++) {
    console.error(`scale: groups, run ${run + 1} of ${runs}`);
    const server = await workplace.start({ name: 'subject', file: copyOf(workplace, seed), token: seed.token });
    const candidates = (make: (id: string, size: number) => Next) =>
      groups.map((size): Candidate => ({ size, server, next: make(seed.large.get(size) as string, size) }));
    const additions = candidates((id) => {
      let k = 0;
      return () => changeMembers('Add', id, [seed.outsiders[k++] as string]);
    });
    await compareSizes(additions, PATCH_WARM_UP, adding, report);
    const reads = candidates((id) => () => get('Groups', id, '?excludedAttributes=members'));
    await compareSizes(reads, WARM_UP, reading, report);
    await server.stop();
  }
  heading('Groups by the number of members');
  const results = new Map([
    ['PATCH: add one member', adding],
    ['GET excludedAttributes=members', reading],
  ]);
  showMedians(results, groups, report);
}

/** Batches in turn, so that all sizes meet the same moments of the machine. */
async function compareSizes(
  candidates: readonly Candidate[],
  warmUp: number,
  medians: Medians,
  report: Report,
): Promise<void> {
  const sides = candidates.map(({ size, server, next }) => ({
    size,
    next,
    connection: new Connection(server),
    samples: emptySamples(),
  }));
  for (const { connection, next } of sides) await batch(connection, next, warmUp, emptySamples());
  for (let i = 0; i < BATCHES; i++) {
    for (const { connection, next, samples } of sides) await batch(connection, next, BATCH, samples);
  }
  for (const { connection, samples, size } of sides) {
    connection.close();
    medians.set(size, [...(medians.get(size) ?? []), median(Object.values(samples.latencies).flat())]);
    for (const [what, count] of samples.unexpected) report.problem(`scale: ${count} x ${what}`);
  }
}

/** The first one after a pause is not counted. */
async function batch(connection: Connection, next: Next, count: number, samples: Samples): Promise<void> {
  await connection.open();
  await connection.exchange(next());
  for (let i = 1; i < count; i++) await measure(connection, next(), samples);
}

function showMedians(results: ReadonlyMap<string, Medians>, sizes: readonly number[], report: Report): void {
  const rows = [...results].map(([name, medians]) => [
    name,
    ...sizes.flatMap((size, i) => {
      const cell = report.add(`scale/${name}/${size}`, median(medians.get(size) ?? []), 'ms');
      return i === 0 ? [cell] : [cell, ratioCell(name, medians, size, sizes[0] as number, report)];
    }),
  ]);
  table([
    ['median ms', ...sizes.flatMap((size, i) => (i === 0 ? [`${size}`] : [`${size}`, `/ ${sizes[0]}`]))],
    ...rows,
  ]);
}

function ratioCell(name: string, medians: Medians, size: number, smallest: number, report: Report): string {
  const base = medians.get(smallest) ?? [];
  const ratios = (medians.get(size) ?? []).map((value, i) => value / (base[i] as number));
  return report.add(`scale/${name}/${size} to ${smallest}`, median(ratios), '', atMost(LIMIT));
}

const PAGE = 100;
/** The first page, so often, is what paging through all users is compared with: the same work, the same garbage. */
const CONTROL_PAGES = 300;
/** MiB by which the peak may be higher than there; SQLite's page cache is half of it. All users are several hundred. */
const GROWTH_LIMIT = 64;

/** Through all users, page by page; what the server's memory does meanwhile. */
export async function measurePaging(workplace: Workplace, seed: Seed, report: Report): Promise<void> {
  console.error('scale: paging');
  const server = await workplace.start({ name: 'subject', file: copyOf(workplace, seed), token: seed.token });
  const connection = new Connection(server);
  const size = seed.users.length;
  await page(
    connection,
    Array.from({ length: CONTROL_PAGES }, () => 0),
  );
  const before = memoryOf(server.pid);
  // Lets the kernel's high-water mark begin anew.
  writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
  const starts = Array.from({ length: Math.ceil(size / PAGE) }, (_, i) => i * PAGE);
  const { samples, seconds, mebibytes } = await page(connection, starts);
  const after = memoryOf(server.pid);
  connection.close();
  await server.stop();
  for (const [what, count] of samples.unexpected) report.problem(`paging: ${count} x ${what}`);
  const pages = samples.latencies.get;
  heading(`Paging through ${size} users by ${PAGE}`);
  table([
    ['', 'value'],
    ['seconds', report.add('paging/time', seconds, 's')],
    ['all answers together, MiB', report.add('paging/answers', mebibytes, 'MiB')],
    ['first pages, median ms', report.add('paging/first pages', median(pages.slice(0, 50)), 'ms')],
    ['last pages, median ms', report.add('paging/last pages', median(pages.slice(-50)), 'ms')],
    [`RSS after the first page ${CONTROL_PAGES} times, MiB`, report.add('paging/RSS before', before.now, 'MiB')],
    ['RSS at its peak until then, MiB', report.add('paging/RSS peak before', before.peak, 'MiB')],
    ['RSS after all pages, MiB', report.add('paging/RSS after', after.now, 'MiB')],
    ['RSS at its peak meanwhile, MiB', report.add('paging/RSS peak', after.peak, 'MiB')],
    [
      'difference of the peaks, MiB',
      report.add('paging/RSS growth', after.peak - before.peak, 'MiB', atMost(GROWTH_LIMIT)),
    ],
  ]);
}

interface Paged {
  readonly samples: Samples;
  readonly seconds: number;
  /** Of all answers. */
  readonly mebibytes: number;
}

/** The pages that begin after so many users. */
async function page(connection: Connection, starts: readonly number[]): Promise<Paged> {
  const samples = emptySamples();
  const started = performance.now();
  let bytes = 0;
  await connection.open();
  for (const start of starts) {
    const path = `/Users?startIndex=${start + 1}&count=${PAGE}`;
    const reply = await measure(connection, { kind: 'get', method: 'GET', path, expects: [200] }, samples);
    bytes += reply.body.length;
  }
  return { samples, seconds: (performance.now() - started) / 1000, mebibytes: bytes / 2 ** 20 };
}

/** Resident memory in MiB, now and at most. */
function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}
