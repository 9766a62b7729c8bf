/** Reads what batches need to be judged, in a few queries for all of them. */

import { keyOf, type Write } from '../store.js';
import type { Collections } from './connection.js';
import { chunksOf, type HeadDocument, lookupPlace, oneOf, resourceId, type StoredLookup, within } from './documents.js';

/** What is known of a resource that a batch writes or names. */
export interface Known {
  readonly type: string;
  readonly version: number;
  readonly lookups: readonly StoredLookup[];
  readonly row: number;
  readonly passwordHash?: string | undefined;
}

/** The state before the first batch, as far as the batches need it. */
export interface State {
  /** By id; those that are not there are not in it. */
  readonly resources: ReadonlyMap<string, Known>;
  /** Ids of the resources by lookupPlace(). */
  readonly holders: ReadonlyMap<string, readonly string[]>;
  /** Ids of the groups of each resource that a batch deletes. */
  readonly containers: ReadonlyMap<string, readonly string[]>;
  readonly counts: Readonly<Record<string, number>>;
  /** Sequence number of the last change. */
  readonly sequence: number;
}

/** What must be read for judge(). */
export interface Needs {
  readonly resources: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
}

function needsOf(tenant: string, batches: readonly (readonly Write[])[]): Needs {
  const [resources, places, deleted] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const write of batches.flat()) {
    const { type, id } = keyOf(write);
    resources.add(id);
    if (write.kind === 'delete') deleted.add(id);
    else {
      for (const member of write.change.added) resources.add(member);
      for (const { path, value, unique } of write.index.lookups) {
        if (unique) places.add(lookupPlace(tenant, type, path, value));
      }
    }
  }
  return { resources, places, deleted };
}

/** ids that one query asks for. */
const CHUNK = 1_000;

/** @param head of the state; it is that of the tenant only if nobody commits before all is read */
export async function readState(
  collections: Collections,
  tenant: string,
  batches: readonly (readonly Write[])[],
  { counts, sequence }: Pick<HeadDocument, 'counts' | 'sequence'>,
): Promise<State> {
  const needs = needsOf(tenant, batches);
  const [resources, holders, containers] = await Promise.all([
    readResources(collections, tenant, needs),
    readHolders(collections, needs),
    readContainers(collections, tenant, needs),
  ]);
  return { resources, holders, containers, counts, sequence };
}

async function readResources({ resources }: Collections, tenant: string, needs: Needs): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  const projection = { id: 1, type: 1, version: 1, lookups: 1, row: 1, gone: 1, passwordHash: 1 };
  for (const ids of chunksOf([...needs.resources], CHUNK)) {
    const wanted = { _id: oneOf(ids.map((id) => resourceId(tenant, id))) };
    for (const found of await resources.find(wanted, { projection }).toArray()) {
      const { id, gone, type, version, row, lookups, passwordHash } = found;
      if (!gone) known.set(id, { type, version, row, passwordHash, lookups: JSON.parse(lookups) as StoredLookup[] });
    }
  }
  return known;
}

async function readHolders({ lookups }: Collections, needs: Needs): Promise<Map<string, string[]>> {
  const holders = new Map<string, string[]>();
  for (const places of chunksOf([...needs.places], CHUNK)) {
    const held = await lookups.find({ at: oneOf(places), gone: false }).toArray();
    for (const { at, resource } of held) push(holders, at, resource);
  }
  return holders;
}

async function readContainers({ edges }: Collections, tenant: string, needs: Needs): Promise<Map<string, string[]>> {
  const containers = new Map<string, string[]>();
  for (const members of chunksOf([...needs.deleted], CHUNK)) {
    const wanted = { _id: within(tenant), tenant, member: oneOf(members), gone: false };
    for (const { group, member } of await edges.find(wanted).toArray()) push(containers, member, group);
  }
  return containers;
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
