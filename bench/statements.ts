/** Do subject and floor run the same SQL? Each operation once against both, with every statement noted. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Connection } from './client.js';
import { plainChangeBody } from './data.js';
import {
  changeMembers,
  changeUser,
  createUser,
  deleteUser,
  findUser,
  get,
  type Kind,
  type Operation,
} from './operations.js';
import { copyOf, type Seed } from './seed.js';
import type { Subject, Workplace } from './servers.js';

/** How the statements of one kind of operation compare. */
export interface Comparison {
  readonly kind: Kind;
  readonly count: number;
  /** Statements that only one of the two runs. */
  readonly onlySubject: readonly string[];
  readonly onlyFloor: readonly string[];
}

type Trace = ReadonlyMap<Kind, readonly string[]>;

export async function compareStatements(workplace: Workplace, seed: Seed): Promise<Comparison[]> {
  const subject = await traceOf(workplace, seed, 'subject');
  const floor = await traceOf(workplace, seed, 'group');
  return [...subject].map(([kind, statements]) => {
    const other = floor.get(kind) ?? [];
    return {
      kind,
      count: statements.length,
      onlySubject: without(statements, other),
      onlyFloor: without(other, statements),
    };
  });
}

async function traceOf(workplace: Workplace, seed: Seed, name: Subject): Promise<Trace> {
  const file = workplace.newFile('.trace');
  writeFileSync(file, '');
  const server = await workplace.start({
    name,
    file: copyOf(workplace, seed),
    token: seed.token,
    preload: 'trace.mjs',
    // The activity is written from time to time, and not of what is traced here.
    env: { BENCH_TRACE: file, SCIM_TARGET_ACTIVITY_DAYS: '0' },
  });
  const connection = new Connection(server);
  await connection.open();
  const trace = new Map<Kind, string[]>();
  for (const operation of samplesOf(seed)) {
    writeFileSync(file, '');
    await connection.exchange(operation);
    trace.set(operation.kind, readTrace(file));
  }
  connection.close();
  await server.stop();
  return trace;
}

/** One of each kind. */
function samplesOf({ users, groups }: Seed): Operation[] {
  const [user, other] = [users.at(-1), users.at(-2)] as [string, string];
  return [
    findUser(1),
    get('Users', user),
    createUser(9_000_000),
    changeUser(user, plainChangeBody('traced')),
    changeMembers('Add', groups[0] as string, [other]),
    deleteUser(user),
  ];
}

function readTrace(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as string).replace(/\s+/g, ' ').trim())
    .filter((statement) => !/last_used = /.test(statement));
}

/** What `statements` has more of than `others`. */
function without(statements: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return statements.filter((statement) => {
    const at = rest.indexOf(statement);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}
