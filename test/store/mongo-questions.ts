/** What the engine asks of MongoDB, whoever asks it: every command with a filter, and whether an index answers it. */
import mongoose from 'mongoose';
import { ADMINISTRATION_INDEXES } from '../../src/store/mongo/administration.js';
import { INDEXES } from '../../src/store/mongo/connection.js';

type Fields = Readonly<Record<string, unknown>>;

export interface Question {
  readonly collection: string;
  readonly filter: Fields;
  readonly sort: Fields;
  readonly isBounded: boolean;
}

/** What is to be read as a whole, of collections that have a document for each tenant, or for each who is told of it. */
const AS_A_WHOLE: ReadonlySet<string> = new Set(['heads {}', 'heads {sequence}', 'lastRequests {}', 'deliveries {}']);

const ALL_INDEXES: Readonly<Record<string, readonly Fields[]>> = { ...INDEXES, ...ADMINISTRATION_INDEXES };

/** Makes connections to the address tell of their commands. */
export function telling(uri: string): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}monitorCommands=true`;
}

/** One of each shape. */
export class Questions {
  readonly asked = new Map<string, Question>();

  /** Notes what the connection asks that was opened last, by `telling(uri)`. */
  listen(): void {
    const client = mongoose.connections.at(-1)?.getClient();
    client?.on('commandStarted', ({ commandName, command }) => {
      for (const question of questionsIn(commandName, command)) this.asked.set(shapeOf(question), question);
    });
  }

  /** Those that would be answered by going through a collection, by what is declared. */
  unserved(): string[] {
    return [...this.asked]
      .filter(([shape, question]) => !AS_A_WHOLE.has(shape) && !isServed(question))
      .map(([shape]) => shape);
  }

  /** The same by the plans that the database tells; undefined where it tells none. */
  async scanned(database: mongoose.mongo.Db): Promise<string[] | undefined> {
    const scanned: string[] = [];
    for (const [shape, { collection, filter, sort, isBounded }] of this.asked) {
      const find = { find: collection, filter, sort, ...(isBounded && { limit: 1 }) };
      const { queryPlanner } = await database.command({ explain: find, verbosity: 'queryPlanner' });
      const plan = (queryPlanner as { winningPlan?: unknown } | undefined)?.winningPlan;
      if (plan === undefined) return undefined;
      if (JSON.stringify(plan).includes('COLLSCAN') && !AS_A_WHOLE.has(shape)) scanned.push(shape);
    }
    return scanned;
  }
}

function questionsIn(name: string, command: Fields): Question[] {
  const collection = String(command[name]);
  const ask = (filter: unknown, sort: unknown = {}, isBounded = false): Question => ({
    collection,
    filter: withoutAnd((filter ?? {}) as Fields),
    sort: sort instanceof Map ? Object.fromEntries(sort) : ((sort ?? {}) as Fields),
    isBounded,
  });
  switch (name) {
    case 'find':
      return [ask(command.filter, command.sort, Number(command.limit ?? 0) > 0)];
    case 'update':
      return (command.updates as { q: Fields }[]).map(({ q }) => ask(q));
    case 'delete':
      return (command.deletes as { q: Fields }[]).map(({ q }) => ask(q));
    case 'aggregate':
      return (command.pipeline as { $match?: Fields }[]).slice(0, 1).map(({ $match }) => ask($match));
    default:
      return [];
  }
}

/** What stands in `$and`, beside the rest. */
function withoutAnd({ $and = [], ...rest }: Fields): Fields {
  return Object.assign({}, ...($and as Fields[]).map(withoutAnd).toReversed(), rest) as Fields;
}

function shapeOf({ collection, filter, sort, isBounded }: Question): string {
  const fields = Object.entries(filter).map(([field, value]) => `${field}${field === '$or' ? branches(value) : ''}`);
  const order = Object.keys(sort).map((field) => ` by ${field}`);
  return `${collection} {${fields.sort().join()}}${order.join('')}${isBounded ? ' limited' : ''}`;
}

function branches(value: unknown): string {
  return `[${(value as Fields[]).map((branch) => Object.keys(branch).join('+')).join('|')}]`;
}

function isServed({ collection, filter, sort, isBounded }: Question): boolean {
  const firsts = new Set(['_id', ...(ALL_INDEXES[collection] ?? []).map((index) => Object.keys(index)[0] as string)]);
  if (Object.keys(filter).some((field) => firsts.has(field))) return true;
  const or = filter.$or as Fields[] | undefined;
  if (or) return or.every((branch) => isServed({ collection, filter: branch, sort: {}, isBounded: false }));
  const [order] = Object.keys(sort);
  return isBounded && order !== undefined && firsts.has(order);
}
