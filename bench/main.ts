/**
 * The benchmark: `npm run bench -- --help`. Figures mean little across machines, so the subject is measured against a
 * floor in the same run (floor.ts), and against itself with more in the store.
 */
import { measureCursors } from './cursors.js';
import { measureEvents } from './events.js';
import { measureMigrate } from './migrate.js';
import { measureMix } from './mix.js';
import { measureMongo } from './mongo.js';
import { TITLES } from './operations.js';
import { type BenchOptions, HELP, readBenchOptions } from './options.js';
import { profile } from './profile.js';
import { heading, Report, table } from './report.js';
import { measureGroups, measurePaging, measureSizes, OUTSIDERS } from './scale.js';
import { fillGroups, fillStores, type Seed } from './seed.js';
import { Workplace } from './servers.js';
import { measureSingle } from './single.js';
import { compareStatements } from './statements.js';
import { measureToken } from './token.js';

async function main(): Promise<void> {
  const options = readBenchOptions(process.argv.slice(2));
  if (!options) {
    console.log(HELP);
    return;
  }
  const started = performance.now();
  const workplace = new Workplace();
  const report = new Report();
  if (options.profile) {
    const seeds = await fillStores(workplace, [options.users]);
    await profile(workplace, seeds.get(options.users) as Seed, options);
    return;
  }
  await measure(workplace, options, report);
  report.summarise();
  console.log(`Took ${((performance.now() - started) / 1000).toFixed(0)} s.`);
  if (options.json) report.write(options.json, options);
  if (report.hasProblems || (options.strict && report.missed.length > 0)) process.exitCode = 1;
}

async function measure(workplace: Workplace, options: BenchOptions, report: Report): Promise<void> {
  const { parts, users, sizes, groups } = options;
  const isScaling = parts.includes('scale');
  const isComparing = parts.includes('mix') || parts.includes('single');
  const needsUsers = isComparing || parts.includes('token') || parts.includes('events');
  const isPaging = parts.includes('cursors');
  const most = Math.max(...sizes);
  const filled = [...(needsUsers ? [users] : []), ...(isScaling ? sizes : []), ...(isPaging ? [most] : [])];
  const seeds = await fillStores(workplace, filled);
  if (isComparing) {
    const seed = seeds.get(users) as Seed;
    await showStatements(workplace, seed, report);
    if (parts.includes('mix')) await measureMix(workplace, seed, options, report);
    if (parts.includes('single')) await measureSingle(workplace, seed, options, report);
  }
  if (parts.includes('token')) await measureToken(workplace, seeds.get(users) as Seed, options, report);
  if (parts.includes('events')) await measureEvents(workplace, seeds.get(users) as Seed, options, report);
  if (isScaling) {
    const largest = seeds.get(most) as Seed;
    await measureSizes(workplace, seeds, options, report);
    await measurePaging(workplace, largest, report);
    const withGroups = await fillGroups(workplace, largest, groups, OUTSIDERS);
    await measureGroups(workplace, withGroups, options, report);
  }
  if (isPaging) await measureCursors(workplace, seeds.get(most) as Seed, report);
  if (parts.includes('mongo')) await measureMongo(report);
  if (parts.includes('migrate')) await measureMigrate(workplace, most, report);
}

/** A floor that runs other statements than the subject is none. */
async function showStatements(workplace: Workplace, seed: Seed, report: Report): Promise<void> {
  heading('SQL statements per request');
  const comparisons = await compareStatements(workplace, seed);
  table([
    ['', 'scim-target', 'not in floor', 'only in floor'],
    ...comparisons.map(({ kind, count, onlySubject, onlyFloor }) => [
      TITLES[kind],
      String(count),
      String(onlySubject.length),
      String(onlyFloor.length),
    ]),
  ]);
  for (const { kind, onlySubject, onlyFloor } of comparisons) {
    for (const text of onlySubject) report.note(`${TITLES[kind]}: the floor does not run: ${text}`);
    for (const text of onlyFloor) report.note(`${TITLES[kind]}: only the floor runs: ${text}`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
