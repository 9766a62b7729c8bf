/** Stores of given sizes, filled over HTTP by the subject itself, each once; runs work on copies. */
import { copyFileSync } from 'node:fs';
import { createdId } from './client.js';
import { groupBody, userBody } from './data.js';
import { sendAll } from './load.js';
import { changeMembers, GROUP_MEMBERS, GROUP_STEP, type Operation, type Population } from './operations.js';
import type { Running, Workplace } from './servers.js';

/** A filled store. The file is not to be opened, only copied. */
export interface Seed extends Population {
  readonly file: string;
  readonly token: string;
}

/** A filled store with some groups of many members. */
export interface GroupSeed extends Seed {
  /** By number of members. */
  readonly large: ReadonlyMap<number, string>;
  /** Users that are in none of these groups. */
  readonly outsiders: readonly string[];
}

/** Writers at a time; they share syncs. */
const CONNECTIONS = 64;
/** Members that one request adds to a large group. */
const SLICE = 5_000;

/** One store for each size (users), the larger ones grown from the smaller ones. */
export async function fillStores(workplace: Workplace, sizes: readonly number[]): Promise<Map<number, Seed>> {
  const seeds = new Map<number, Seed>();
  let seed: Seed | undefined;
  for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
    const started = performance.now();
    seed = await grow(workplace, seed, size);
    seeds.set(size, seed);
    console.error(`filled a store with ${size} users in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  return seeds;
}

async function grow(workplace: Workplace, from: Seed | undefined, size: number): Promise<Seed> {
  const file = copyOf(workplace, from);
  const server = await workplace.start({ name: 'subject', file, token: from?.token });
  const users = [...(from?.users ?? [])];
  const groups = [...(from?.groups ?? [])];
  await addUsers(server, users, size);
  const count = Math.floor((size - GROUP_MEMBERS) / GROUP_STEP) + 1;
  const first = groups.length;
  const missing = Array.from({ length: Math.max(0, count - first) }, (_, i) => newGroup(first + i, users));
  await sendAll(server, missing, CONNECTIONS, (reply, i) => {
    groups[first + i] = createdId(reply);
  });
  await server.stop();
  return { file, token: server.token, users, groups };
}

async function addUsers(server: Running, users: string[], size: number): Promise<void> {
  const first = users.length;
  const operations = function* (): Iterable<Operation> {
    for (let n = first; n < size; n++) yield { ...CREATE, path: '/Users', body: userBody(n) };
  };
  await sendAll(server, operations(), CONNECTIONS, (reply, i) => {
    users[first + i] = createdId(reply);
  });
}

const CREATE = { kind: 'create', method: 'POST', expects: [201] } as const;

function newGroup(g: number, users: readonly string[]): Operation {
  const members = users.slice(g * GROUP_STEP, g * GROUP_STEP + GROUP_MEMBERS);
  return { ...CREATE, path: '/Groups', body: groupBody(`Group ${g}`, members) };
}

/** Large groups beside what `from` has, and `outsiders` users that are not in them. */
export async function fillGroups(
  workplace: Workplace,
  from: Seed,
  sizes: readonly number[],
  outsiders: number,
): Promise<GroupSeed> {
  const started = performance.now();
  const file = copyOf(workplace, from);
  const server = await workplace.start({ name: 'subject', file, token: from.token });
  const users = [...from.users];
  const largest = Math.max(...sizes);
  await addUsers(server, users, Math.max(users.length, largest) + outsiders);
  const large = new Map<number, string>();
  for (const size of sizes) large.set(size, await addLargeGroup(server, users, size));
  await server.stop();
  console.error(`filled groups of ${sizes.join(', ')} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return { ...from, file, users, large, outsiders: users.slice(-outsiders) };
}

async function addLargeGroup(server: Running, users: readonly string[], size: number): Promise<string> {
  let id = '';
  const create = { ...CREATE, path: '/Groups', body: groupBody(`Large group of ${size}`, []) };
  await sendAll(server, [create], 1, (reply) => {
    id = createdId(reply);
  });
  const slices = Array.from({ length: Math.ceil(size / SLICE) }, (_, i) =>
    changeMembers('Add', id, users.slice(i * SLICE, Math.min(size, (i + 1) * SLICE))),
  );
  await sendAll(server, slices, 1);
  return id;
}

/** A file of its own for one server. */
export function copyOf(workplace: Workplace, from: Pick<Seed, 'file'> | undefined): string {
  const file = workplace.newFile('.db');
  if (from) copyFileSync(from.file, file);
  return file;
}
