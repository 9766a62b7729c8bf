/**
 * The history as events, in batches. Each is read and described once for all who stand at about the same place.
 * Knows: how much is read at a time and kept. Does not know: who reads, and why.
 *
 * Bounds: 128 changes a batch, 16 after one with many members or 8 million characters; kept are 16 batches with 250,000
 * members and 32 million characters, or fewer.
 */
import type { ResourceType } from '../scim/schema/characteristics.js';
import type { Change, Store, Tenant } from '../store/store.js';
import { describeChange } from './describe.js';
import type { Told } from './outlet.js';
import type { Pace } from './pace.js';
import { charactersOf, type State, States } from './states.js';

export interface ReaderParts {
  readonly store: Pick<Store, 'changes' | 'changesOf' | 'get'>;
  /** The resource types of a tenant, as they are now. */
  readonly typesOf: (tenant: Tenant) => (name: string) => ResourceType | undefined;
  /** When to read, and what is told how many milliseconds of the process that took, about; without it, at once. */
  readonly pace?: Pick<Pace, 'turn' | 'spend'> | undefined;
}

/** A stretch of a tenant's history. */
export interface Batch {
  /** Without gaps, from the change after the one that was asked for. */
  readonly told: readonly Told[];
  /** True when nothing came after it at that moment. */
  readonly isEnd: boolean;
}

interface Kept extends Batch {
  readonly tenant: Tenant;
  readonly after: number;
  /** Members that came and went. */
  readonly weight: number;
  /** Characters of documents and differences, about. What several have in common counts for each. */
  readonly size: number;
}

const BATCH = 128;
const SMALL_BATCH = 16;
/** Members and characters in a batch from which on the tenant's next one is small. */
const HEAVY = 20_000;
const HEAVY_SIZE = 8_000_000;
const MOST_KEPT = 16;
const MOST_WEIGHT = 250_000;
const MOST_SIZE = 32_000_000;
/** Milliseconds of work between two of which others get their turn. */
const STRETCH = 3;

export class Reader {
  private readonly states: States;
  private kept: Kept[] = [];
  private readonly reading = new Map<string, Promise<Batch>>();
  /** Tenants whose last batch was heavy. */
  private readonly heavy = new Set<string>();

  constructor(private readonly parts: ReaderParts) {
    this.states = new States(parts.store);
  }

  /**
   * Oldest first, after the sequence number `after`. Fewer than `limit` does not mean that there are no more; none does.
   * @throws StoreUnavailable
   */
  async read(tenant: Tenant, after: number, limit: number): Promise<readonly Told[]> {
    const { told } = await this.batch(tenant, after);
    return told.slice(0, limit);
  }

  /** As much as is good to read at once. @throws StoreUnavailable; RangeError when `after` is no sequence number */
  async batch(tenant: Tenant, after: number): Promise<Batch> {
    if (!Number.isSafeInteger(after) || after < 0) {
      throw new RangeError(`The history is read after a whole number from 0, not after ${after}.`);
    }
    const known = this.find(tenant, after);
    if (known) return known;
    const place = `${tenant.id} ${after}`;
    const running = this.reading.get(place);
    if (running) return running;
    const started = this.load(tenant, after).finally(() => this.reading.delete(place));
    this.reading.set(place, started);
    return started;
  }

  /**
   * Changes far apart, by their sequence numbers, newest first; those that are not there are left out.
   * @throws StoreUnavailable
   */
  async several(tenant: Tenant, sequences: readonly number[]): Promise<Map<number, Told>> {
    const types = this.typesOf(tenant);
    const newest = new Map<string, { change: Change; state: State }>();
    const found = new Map<number, Told>();
    for (const sequence of sequences) {
      const [change] = await this.parts.store.changes(tenant.id, sequence - 1, 1);
      if (!change || found.has(sequence)) continue;
      const state = await this.states.load(change, newest.get(change.key.id));
      newest.set(change.key.id, { change, state });
      found.set(sequence, tellOf(tenant, change, state, types));
    }
    return found;
  }

  private find(tenant: Tenant, after: number): Batch | undefined {
    const kept = this.kept.find(
      (one) => isSame(one.tenant, tenant) && one.after <= after && after < one.after + one.told.length,
    );
    if (!kept) return undefined;
    // Whether that was the end is for a new look to say.
    return { told: kept.told.slice(after - kept.after), isEnd: false };
  }

  private async load(tenant: Tenant, after: number): Promise<Batch> {
    const limit = this.heavy.has(tenant.id) ? SMALL_BATCH : BATCH;
    await this.parts.pace?.turn();
    let began = performance.now();
    const reading = this.parts.store.changes(tenant.id, after, limit);
    // What a database far away takes is not the process's time.
    this.spend(began);
    const changes = await reading;
    began = performance.now();
    const types = this.typesOf(tenant);
    const told: Told[] = [];
    let size = 0;
    for (const change of changes) {
      const state = this.states.at(change) ?? (await this.states.load(change));
      size += state.size + charactersOf(change.difference);
      told.push(tellOf(tenant, change, state, types));
      if (performance.now() - began < STRETCH) continue;
      this.spend(began);
      await new Promise((resolve) => setImmediate(resolve));
      began = performance.now();
    }
    this.spend(began);
    const weight = changes.reduce((sum, { added, removed }) => sum + added.length + removed.length, 0);
    if (weight > HEAVY || size > HEAVY_SIZE) this.heavy.add(tenant.id);
    else this.heavy.delete(tenant.id);
    if (told.length > 0) this.keep({ tenant, after, told, isEnd: false, weight, size });
    return { told, isEnd: changes.length < limit };
  }

  private spend(began: number): void {
    this.parts.pace?.spend(performance.now() - began);
  }

  private keep(batch: Kept): void {
    this.kept = [batch, ...this.kept].slice(0, MOST_KEPT);
    let [weight, size] = [0, 0];
    this.kept = this.kept.filter((one) => {
      weight += one.weight;
      size += one.size;
      return weight <= MOST_WEIGHT && size <= MOST_SIZE;
    });
  }

  /** Where the tenant's schemas cannot be linked any more, its events are told without them. */
  private typesOf(tenant: Tenant): (name: string) => ResourceType | undefined {
    try {
      return this.parts.typesOf(tenant);
    } catch {
      return () => undefined;
    }
  }
}

/** The events of a batch name the tenant, and show resources as its schemas say. */
function isSame(a: Tenant, b: Tenant): boolean {
  return a.id === b.id && a.name === b.name && a.settings.schemas === b.settings.schemas;
}

function tellOf(
  { name }: Tenant,
  change: Change,
  { document, created }: State,
  types: (name: string) => ResourceType | undefined,
): Told {
  return { change, events: describeChange(change, { tenant: name, type: types(change.key.type), document, created }) };
}
