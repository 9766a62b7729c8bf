/** The load generator: connections that each send the next operation as soon as the last one is answered. */
import { Connection, type Endpoint, type Reply } from './client.js';
import { KINDS, type Kind, type Next, type Operation } from './operations.js';

/** What was measured. Latencies in ms. */
export interface Samples {
  readonly latencies: Record<Kind, number[]>;
  count: number;
  /** Seconds. */
  elapsed: number;
  /** Answers with a status that is not right: what, and how often. */
  readonly unexpected: Map<string, number>;
}

export function emptySamples(): Samples {
  const latencies = Object.fromEntries(KINDS.map((kind) => [kind, [] as number[]])) as Samples['latencies'];
  return { latencies, count: 0, elapsed: 0, unexpected: new Map() };
}

/** All latencies together. */
export function allLatencies({ latencies }: Samples): number[] {
  return Object.values(latencies).flat();
}

/** Puts the load of `connections` on a server for so many seconds. What is measured is added to `samples`. */
export async function loadFor(
  endpoint: Endpoint,
  next: Next,
  connections: number,
  seconds: number,
  samples = emptySamples(),
): Promise<Samples> {
  const pool = Array.from({ length: connections }, () => new Connection(endpoint));
  try {
    await Promise.all(pool.map((connection) => connection.open()));
    const start = performance.now();
    const end = start + seconds * 1000;
    await Promise.all(pool.map((connection) => workUntil(end, connection, next, samples)));
    samples.elapsed += (performance.now() - start) / 1000;
  } finally {
    for (const connection of pool) connection.close();
  }
  return samples;
}

async function workUntil(end: number, connection: Connection, next: Next, samples: Samples): Promise<void> {
  let started = performance.now();
  while (started < end) {
    const operation = next();
    const reply = await connection.exchange(operation);
    const now = performance.now();
    note(samples, operation, reply, now - started);
    started = now;
  }
}

/** One operation on one connection, measured. */
export async function measure(connection: Connection, operation: Operation, samples: Samples): Promise<Reply> {
  const started = performance.now();
  const reply = await connection.exchange(operation);
  note(samples, operation, reply, performance.now() - started);
  return reply;
}

function note(samples: Samples, operation: Operation, reply: Reply, latency: number): void {
  samples.count++;
  if (operation.expects.includes(reply.status)) {
    samples.latencies[operation.kind].push(latency);
    return;
  }
  const what = `${operation.method} ${operation.kind}: ${reply.status}`;
  if (!samples.unexpected.has(what)) console.error(`unexpected: ${operation.method} ${operation.path}\n${reply.body}`);
  samples.unexpected.set(what, (samples.unexpected.get(what) ?? 0) + 1);
}

/** Sends all operations over so many connections; any status that is not right ends it. */
export async function sendAll(
  endpoint: Endpoint,
  operations: Iterable<Operation>,
  connections: number,
  onReply: (reply: Reply, index: number) => void = () => {},
): Promise<void> {
  const entries = [...operations].entries();
  const worker = async (): Promise<void> => {
    const connection = new Connection(endpoint);
    await connection.open();
    for (const [index, operation] of entries) {
      const reply = await connection.exchange(operation);
      if (!operation.expects.includes(reply.status)) {
        throw new Error(`${operation.method} ${operation.path} was answered with ${reply.status}: ${reply.body}`);
      }
      onReply(reply, index);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, worker));
}
