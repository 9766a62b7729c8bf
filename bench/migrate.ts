/**
 * `scim-target migrate` of many users and one large group, from SQLite to MongoDB and back. The command itself compares
 * both sides row by row; what is watched here is its time, and its memory, which must not grow with what has been moved.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openSqliteStore } from '../src/store/sqlite/store.js';
import { ACME } from '../src/testing/contract/accounts.js';
import { group, replace, types, user } from '../src/testing/contract/writes.js';
import { findServer } from '../test/support/mongo/find.js';
import { atMost, heading, type Report, table } from './report.js';
import type { Workplace } from './servers.js';
import { median } from './statistics.js';

const PORTION = 1_000;
/** ms between two looks at the memory. */
const INTERVAL = 250;
/** MB of heap that the command gets: what grew with the store would not fit. */
const HEAP = 128;
/** The median of the last quarter of a move may be so much of that of the second, when all is warm. */
const GROWTH = 1.25;

interface Run {
  readonly seconds: number;
  /** MB, in the order of time. */
  readonly resident: readonly number[];
  /** What the command said last. */
  readonly said: string;
}

/** @param size users, all of them members of one group */
export async function measureMigrate(workplace: Workplace, size: number, report: Report): Promise<void> {
  heading(`Migration of ${size} users and a group of ${size} members, with ${HEAP} MB of heap`);
  const server = await findServer();
  if (typeof server === 'string') {
    report.note(`migrate: not measured, no MongoDB (${server})`);
    return;
  }
  try {
    const [source, back] = [workplace.newFile('.db'), workplace.newFile('.db')];
    const mongo = server.uri(`scim_bench_${randomUUID().slice(0, 8)}`);
    await fill(source, size);
    const rows = [['', 'seconds', 'peak MB', 'last / second quarter']];
    const ways = [
      ['SQLite to MongoDB', `sqlite:${source}`, mongo],
      ['MongoDB to SQLite', mongo, `sqlite:${back}`],
    ] as const;
    for (const [title, from, to] of ways) {
      console.error(`migrate: ${title}`);
      rows.push(reported(title, await migrate(workplace, from, to), report));
    }
    table(rows);
  } finally {
    await server.stop();
  }
}

function reported(title: string, { seconds, resident, said }: Run, report: Report): string[] {
  report.note(`${title}: ${said}`);
  const quarter = (place: number) =>
    median(resident.slice((resident.length * place) >> 2, (resident.length * (place + 1)) >> 2));
  return [
    title,
    report.add(`migrate/${title}/time`, seconds, 's'),
    report.add(`migrate/${title}/peak`, Math.max(...resident), 'MB'),
    report.add(`migrate/${title}/growth`, quarter(3) / quarter(1), '', atMost(GROWTH)),
  ];
}

async function fill(file: string, size: number): Promise<void> {
  const store = await openSqliteStore({ path: file, types });
  await store.createTenant(ACME);
  const of = { tenant: ACME.id };
  let large = group('large', [], of);
  await store.commit(ACME.id, [large]);
  for (let start = 0; start < size; start += PORTION) {
    const ids = Array.from({ length: Math.min(PORTION, size - start) }, (_, i) => `user-${start + i}`);
    const emails = (id: string) => [{ type: 'work', value: `${id}@example.com`, primary: true }];
    await store.commit(
      ACME.id,
      ids.map((id) => user(id, { displayName: `Person ${id}`, emails: emails(id), active: true }, of)),
    );
    large = replace(large, { displayName: 'large' }, { added: ids });
    await store.commit(ACME.id, [large]);
  }
  await store.close();
}

/** @throws when it fails, which it does when both sides are not the same */
async function migrate(workplace: Workplace, from: string, to: string): Promise<Run> {
  const main = path.join(workplace.folder, 'subject/dist/cli/main.js');
  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP}`, main, 'migrate', '--from', from, '--to', to], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const start = performance.now();
  const resident: number[] = [];
  const timer = setInterval(() => resident.push(residentOf(child.pid as number)), INTERVAL);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`migrate ended with ${code}: ${said}`);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, resident: resident.filter((size) => size > 0), said: said.trim().split('\n').at(-1) ?? '' };
}

/** MB, as Linux tells it; 0 where nobody does. */
function residentOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
