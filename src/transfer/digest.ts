/** Whether two stores hold the same: a number and a digest of rows, in whatever order they come. */
import { createHash } from 'node:crypto';
import type { Kind, Transfer } from '../store/transfer.js';

export interface Digest {
  readonly count: number;
  /** The sum of the SHA-256 of the rows, in hex. */
  readonly digest: string;
}

const MODULUS = 2n ** 256n;

/** Rows that one page has; those of changes may be large. */
export const PAGE_ROWS: Readonly<Record<Kind, number>> = {
  resources: 500,
  edges: 5_000,
  changes: 200,
  accessKeys: 1_000,
  traffic: 1_000,
  lastRequests: 1_000,
  deliveries: 1_000,
  deadLetters: 1_000,
  secrets: 1_000,
  audit: 1_000,
};

export async function digestOf(rows: AsyncIterable<unknown> | Iterable<unknown>): Promise<Digest> {
  let count = 0;
  let sum = 0n;
  for await (const row of rows) {
    count++;
    sum = (sum + BigInt(`0x${createHash('sha256').update(canonical(row)).digest('hex')}`)) % MODULUS;
  }
  return { count, digest: sum.toString(16) };
}

/** All rows of a kind, a page at a time. */
export async function* rowsOf<K extends Kind>(transfer: Transfer, kind: K, tenant: string) {
  for (let after: string | undefined; ; ) {
    const page = await transfer.dump(kind, tenant, after, PAGE_ROWS[kind]);
    yield* page.rows;
    if (page.next === undefined) return;
    after = page.next;
  }
}

/** Resources with their places too: their order is part of what is moved. */
export async function* comparableRows(transfer: Transfer, kind: Kind, tenant: string): AsyncGenerator<unknown> {
  let place = 0;
  for await (const row of rowsOf(transfer, kind, tenant)) yield kind === 'resources' ? [++place, row] : row;
}

/** JSON that does not depend on the order of keys; what is undefined is not there. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : Number(a > b))))
      : inner,
  );
}
