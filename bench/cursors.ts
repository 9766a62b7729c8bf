/**
 * Through all users by cursor while others make, rename and delete some: is everybody who is there throughout seen
 * exactly once, and does a page far into the list cost what the first one costs?
 */
import { Connection, createdId } from './client.js';
import { renameBody } from './data.js';
import { emptySamples, measure, type Samples } from './load.js';
import { changeUser, createUser, deleteUser, type Operation } from './operations.js';
import { atMost, heading, type Report, table } from './report.js';
import { copyOf, type Seed } from './seed.js';
import type { Running, Workplace } from './servers.js';
import { median, Random } from './statistics.js';

const PAGE = 100;
const LIMIT = 1.5;
/** How often the two pages are compared, in turn, so that both meet the same moments of the machine. */
const COMPARED = 200;
/** Which page the first one is compared with; the last one of a smaller store. */
const FAR_PAGE = 1_000;
const MEDDLERS = 2;
/** Numbers of users that no store has been filled with, and no other part of the benchmark makes. */
const NEW_USERS = 9_000_000;

interface Page {
  readonly Resources: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}

export async function measureCursors(workplace: Workplace, seed: Seed, report: Report): Promise<void> {
  console.error('cursors: paging while others write');
  const server = await workplace.start({ name: 'subject', file: copyOf(workplace, seed), token: seed.token });
  const meddling = new Meddling(server, seed);
  const meddlers = Array.from({ length: MEDDLERS }, () => meddling.run());
  const samples = emptySamples();
  const connection = new Connection(server);
  const walk = await walkThrough(connection, samples);
  const { first, far } = await comparePages(connection, walk.farCursor, samples);
  meddling.stop();
  await Promise.all(meddlers);
  connection.close();
  await server.stop();
  for (const side of [samples, meddling.samples]) {
    for (const [what, count] of side.unexpected) report.problem(`cursors: ${count} x ${what}`);
  }
  const stayed = seed.users.filter((id) => !meddling.gone.has(id));
  const wrong = stayed.filter((id) => walk.seen.get(id) !== 1).length;
  heading(`Paging by cursor through ${seed.users.length} users by ${PAGE} while others write`);
  const ratio = median(far.map((value, i) => value / (first[i] as number)));
  table([
    ['', 'value'],
    ['pages', report.add('cursors/pages', walk.pages, '')],
    ['seconds', report.add('cursors/time', walk.seconds, 's')],
    ['made, renamed and deleted until the end', report.add('cursors/writes', meddling.samples.count, '')],
    ['users who were there throughout', report.add('cursors/stayed', stayed.length, '')],
    ['of those not seen exactly once', report.add('cursors/not seen once', wrong, '', atMost(0))],
    ['page 1, median ms', report.add('cursors/first page', median(first), 'ms')],
    [`page ${walk.farPage}, median ms`, report.add('cursors/far page', median(far), 'ms')],
    [`page ${walk.farPage} / page 1`, report.add('cursors/far to first', ratio, '', atMost(LIMIT))],
  ]);
}

interface Walk {
  readonly seen: ReadonlyMap<string, number>;
  readonly pages: number;
  readonly seconds: number;
  /** That of the far page, and its number. */
  readonly farCursor: string;
  readonly farPage: number;
}

async function walkThrough(connection: Connection, samples: Samples): Promise<Walk> {
  const seen = new Map<string, number>();
  const started = performance.now();
  await connection.open();
  let [pages, farPage, farCursor] = [0, 1, ''];
  for (let cursor: string | undefined = ''; cursor !== undefined; pages++) {
    if (pages < FAR_PAGE) [farCursor, farPage] = [cursor, pages + 1];
    const { body } = await measure(connection, pageAt(cursor), samples);
    const page = JSON.parse(body.toString()) as Page;
    for (const { id } of page.Resources) seen.set(id, (seen.get(id) ?? 0) + 1);
    cursor = page.nextCursor;
  }
  return { seen, pages, seconds: (performance.now() - started) / 1000, farCursor, farPage };
}

function pageAt(cursor: string): Operation {
  return { kind: 'get', method: 'GET', path: `/Users?count=${PAGE}&cursor=${cursor}`, expects: [200] };
}

/** Milliseconds of either page, in turn. */
async function comparePages(
  connection: Connection,
  farCursor: string,
  samples: Samples,
): Promise<{ first: number[]; far: number[] }> {
  const [first, far]: [number[], number[]] = [[], []];
  for (let i = 0; i < COMPARED; i++) {
    for (const [cursor, times] of [
      ['', first],
      [farCursor, far],
    ] as const) {
      await connection.open();
      const started = performance.now();
      await measure(connection, pageAt(cursor), samples);
      times.push(performance.now() - started);
    }
  }
  return { first, far };
}

/** Somebody else, who makes, renames and deletes users all over the list until it is told to stop. */
class Meddling {
  readonly samples = emptySamples();
  /** Users of the seed that were deleted, or may have been. */
  readonly gone = new Set<string>();
  /** Those that one of the meddlers is at. */
  private readonly busy = new Set<string>();
  private readonly random = new Random(7);
  private made = NEW_USERS;
  private isOver = false;

  constructor(
    private readonly server: Running,
    private readonly seed: Seed,
  ) {}

  stop(): void {
    this.isOver = true;
  }

  async run(): Promise<void> {
    const connection = new Connection(this.server);
    await connection.open();
    const own: string[] = [];
    for (let round = 0; !this.isOver; round++) {
      own.push(createdId(await measure(connection, createUser(++this.made), this.samples)));
      const renamed = this.someone();
      this.busy.add(renamed);
      await measure(connection, changeUser(renamed, renameBody(`renamed-${++this.made}`)), this.samples);
      this.busy.delete(renamed);
      const leaver = round % 2 === 0 ? this.someone() : (own.shift() as string);
      this.gone.add(leaver);
      await measure(connection, deleteUser(leaver), this.samples);
    }
    connection.close();
  }

  /** A user of the seed that nobody else deletes meanwhile. */
  private someone(): string {
    for (;;) {
      const id = this.seed.users[this.random.below(this.seed.users.length)] as string;
      if (!this.gone.has(id) && !this.busy.has(id)) return id;
    }
  }
}
