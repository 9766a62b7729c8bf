/** Stand-ins for what access is given: a store that counts, a clock, a log. */
import { randomBytes } from 'node:crypto';
import type { AccessLog } from '../../src/access/authenticate.js';
import { issueCredential, type NewCredential } from '../../src/access/credentials.js';
import { createTenant, updateTenant } from '../../src/access/tenants.js';
import { createMemoryStore } from '../../src/store/memory/store.js';
import type { CredentialUse, Store, Tenant } from '../../src/store/store.js';

export const NOW = '2031-01-01T12:00:00.000Z';
export const clock = () => NOW;
export const profiles = ['entra', 'okta', 'strict'];

/** The memory engine, which counts look-ups of credentials and keeps what noteUse is given. */
export interface FakeStore extends Store {
  readonly uses: CredentialUse[][];
  lookUps: number;
}

export function fakeStore(): FakeStore {
  const store = createMemoryStore({ types: () => undefined });
  const counting = Object.assign(Object.create(store) as Store, store, {
    uses: [] as CredentialUse[][],
    lookUps: 0,
    noteUse: async (uses: readonly CredentialUse[]) => {
      counting.uses.push([...uses]);
      await store.noteUse(uses);
    },
    findBearer: (hash: string) => {
      counting.lookUps += 1;
      return store.findBearer(hash);
    },
    findByIdentifier: (identifier: string) => {
      counting.lookUps += 1;
      return store.findByIdentifier(identifier);
    },
  });
  return counting;
}

/** A log that keeps every line as the text that would be written. */
export class FakeLog implements AccessLog {
  readonly lines: string[] = [];

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push(JSON.stringify({ ...fields, message }));
  }
}

/** A time that tests set: ISO 8601 by `clock`, milliseconds by `now`. */
export class FakeTime {
  private milliseconds = Date.parse(NOW);

  readonly clock = (): string => new Date(this.milliseconds).toISOString();
  readonly now = (): number => this.milliseconds;

  pass(seconds: number): void {
    this.milliseconds += seconds * 1_000;
  }
}

/** Ids `c1`, `c2`, … */
export function countingIds(prefix: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${prefix}${last}`;
  };
}

/** A tenant in the store; with `allowsBasic` one that takes HTTP Basic. */
export async function newTenant(store: Store, name = 'acme', allowsBasic = false): Promise<Tenant> {
  const tenant = await createTenant(store, { name, profile: 'entra', profiles, clock, newId: countingIds(name) });
  return allowsBasic ? updateTenant(store, tenant, { allowsBasic }, { profiles, clock }) : tenant;
}

const newId = countingIds('id');

/** A credential with its secret. What is left out is as usual: a token for everything that never ends. */
export async function newCredential(
  store: Store,
  tenant: Tenant,
  wanted: Partial<NewCredential> = {},
): ReturnType<typeof issueCredential> {
  const usual = { kind: 'token', name: 'Entra', scopes: ['scim:read', 'scim:write'], expires: undefined } as const;
  return issueCredential(store, { tenant, ...usual, clock, newId, randomBytes, ...wanted });
}

/** What the function throws; fails the test when it throws nothing. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What the promise is rejected with; fails the test when it is not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (!outcome) throw new Error('nothing was thrown');
  return outcome.error;
}
