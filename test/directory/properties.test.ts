/** Random requests to a directory: whatever comes, resources stay valid, and the history tells exactly what happened. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/directory/caller.js';
import { Directory } from '../../src/directory/directory.js';
import { bundledDocuments } from '../../src/schema-files.js';
import { ScimError } from '../../src/scim/errors.js';
import type { Json, JsonObject } from '../../src/scim/json.js';
import { applyDifference } from '../../src/scim/patch/difference.js';
import { Dialect, PROFILES, type ProfileName } from '../../src/scim/profiles.js';
import { present } from '../../src/scim/resource/present.js';
import { DEFAULT_PROJECTION } from '../../src/scim/resource/project.js';
import type { ResourceType } from '../../src/scim/schema/characteristics.js';
import { loadRegistry } from '../../src/scim/schema/load.js';
import type { Change, ResourceKey, Store, StoredResource } from '../../src/store/store.js';
import { openStore } from '../../src/target.js';
import { type MemberStep, memberSteps, plainOperation, userPatch } from '../support/arbitrary-patch.js';
import { type PatchOperation, URN } from '../support/client.js';
import { describeOnEach, dropStore, storeIn } from '../support/engines.js';
import { problemsOf } from '../support/validity.js';

const registry = loadRegistry(bundledDocuments());
const typeNamed = (name: string): ResourceType => registry.resourceType(name) as ResourceType;
const [USER, GROUP] = [typeNamed('User'), typeNamed('Group')];
const POOL = 6;
/** A sync per write makes the others slow; their stores are compared with the memory store elsewhere. */
const RUNS = { 'memory:': 150, 'sqlite:': 20, 'mongodb:': 10 };

function directoryOf(store: Store): Directory {
  let seconds = 0;
  return new Directory({
    store,
    clock: () => new Date(Date.UTC(2031, 0, 1, 0, 0, seconds++)).toISOString(),
    newId: randomUUID,
    filterLimits: { length: 4096, depth: 32, terms: 100 },
    maxMembers: 1000,
  });
}

function callerOf(tenant: string, profile: ProfileName): Caller {
  const actor = { credential: 'c', name: 'test', address: undefined };
  const dialect = new Dialect(PROFILES[profile]);
  return { tenant, actor, requestId: randomUUID(), dialect, types: registry.resourceType };
}

function patchBody(operations: readonly PatchOperation[], profile: ProfileName): JsonObject {
  // Strictly, a capital letter in op would end every request before it begins.
  const cased = operations.map((one) => ({ ...one, op: profile === 'strict' ? one.op.toLowerCase() : one.op }));
  return { schemas: [URN.patch], Operations: cased as unknown as Json };
}

/** True when it was done, false when it was refused as SCIM refuses; anything else fails the test. */
async function isDone(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ScimError && error.status < 500) return false;
    throw error;
  }
}

/** One tenant of one run, with the requests it is asked and what is kept afterwards. */
class World {
  readonly tenant = randomUUID();
  readonly directory: Directory;

  constructor(
    readonly store: Store,
    readonly profile: ProfileName,
  ) {
    this.directory = directoryOf(store);
  }

  get caller(): Caller {
    return callerOf(this.tenant, this.profile);
  }

  async create(type: ResourceType, attributes: JsonObject): Promise<ResourceKey> {
    const body = { schemas: [type.schema], ...attributes };
    const { meta } = await this.directory.create(this.caller, type, body, DEFAULT_PROJECTION);
    return { tenant: this.tenant, type: type.name, id: meta.id };
  }

  patch(key: ResourceKey, operations: readonly PatchOperation[]): Promise<boolean> {
    const body = patchBody(operations, this.profile);
    return isDone(this.directory.patch(this.caller, typeNamed(key.type), key.id, body, {}, DEFAULT_PROJECTION));
  }

  replace(key: ResourceKey, body: JsonObject, profile = this.profile): Promise<boolean> {
    const caller = callerOf(this.tenant, profile);
    return isDone(this.directory.replace(caller, typeNamed(key.type), key.id, body, {}, DEFAULT_PROJECTION));
  }

  async kept(key: ResourceKey): Promise<StoredResource> {
    return (await this.store.get(key)) as StoredResource;
  }

  async changesOf({ id }: ResourceKey): Promise<Change[]> {
    return (await this.store.changes(this.tenant, 0, 100_000)).filter(({ key }) => key.id === id);
  }
}

/** What one request did: nothing at all, or one version more with one change that leads there and back. */
async function expectOneStep(
  world: World,
  before: StoredResource,
  key: ResourceKey,
  isAccepted: boolean,
): Promise<void> {
  const after = await world.kept(key);
  const changes = await world.changesOf(key);
  expect(changes).toHaveLength(after.version);
  if (after.version === before.version) {
    expect(after).toEqual(before);
    return;
  }
  expect(isAccepted).toBe(true);
  expect(after.version).toBe(before.version + 1);
  const { difference, version } = changes.at(-1) as Change;
  expect(version).toBe(after.version);
  expect(applyDifference(before.document, difference, 'redo')).toEqual(after.document);
  expect(applyDifference(after.document, difference, 'undo')).toEqual(before.document);
  for (const { before: old, after: now } of difference) expect(old).not.toEqual(now);
}

/** From nothing to now, and back to nothing. */
function expectWholeHistory(changes: readonly Change[], document: JsonObject): void {
  const redo = (state: JsonObject, { difference }: Change): JsonObject => applyDifference(state, difference, 'redo');
  const undo = (state: JsonObject, { difference }: Change): JsonObject => applyDifference(state, difference, 'undo');
  expect(changes.reduce(redo, {})).toEqual(document);
  expect([...changes].reverse().reduce(undo, document)).toEqual({});
}

describeOnEach('a directory', (engine) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-'));
  const numRuns = RUNS[engine];
  let store: Store;

  beforeAll(async () => {
    store = await openStore(storeIn(folder, engine));
  });

  afterAll(async () => {
    await store.close();
    await dropStore(folder, engine);
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(['entra', 'strict'] as const)('profile %s', (profile) => {
    test('random PATCHes keep a user valid, and each change leads from the old state to the new and back', async () => {
      const run = async (requests: PatchOperation[][]): Promise<void> => {
        const world = new World(store, profile);
        const key = await world.create(USER, {
          userName: 'lin',
          emails: [{ type: 'work', value: 'a', primary: true }],
        });
        for (const operations of requests) {
          const before = await world.kept(key);
          const isAccepted = await world.patch(key, operations);
          const after = await world.kept(key);
          expect(problemsOf(after.document, USER)).toEqual([]);
          if (!isAccepted) expect(after).toEqual(before);
          await expectOneStep(world, before, key, isAccepted);
        }
        expectWholeHistory(await world.changesOf(key), (await world.kept(key)).document);
      };
      await fc.assert(fc.asyncProperty(fc.array(userPatch, { minLength: 1, maxLength: 6 }), run), { numRuns });
    }, 120_000);

    test('what random PATCHes made can be shown and put back as it is: nothing changes (RFC 7644 §3.5.1)', async () => {
      const run = async (requests: PatchOperation[][]): Promise<void> => {
        const world = new World(store, profile);
        const key = await world.create(USER, { userName: 'lin' });
        for (const operations of requests) await world.patch(key, operations);
        const before = await world.kept(key);
        const shown = present(
          before.document,
          { ...before, id: key.id },
          USER,
          (name, id) => `https://x/${name}/${id}`,
        );
        expect(await world.replace(key, shown, 'strict')).toBe(true);
        expect(await world.kept(key)).toEqual(before);
      };
      await fc.assert(fc.asyncProperty(fc.array(userPatch, { maxLength: 4 }), run), { numRuns });
    }, 120_000);

    test('an operation without a selector, sent once more, changes nothing (RFC 7644 §3.5.2.1)', async () => {
      const run = async (first: PatchOperation[], operation: PatchOperation): Promise<void> => {
        const world = new World(store, profile);
        const key = await world.create(USER, { userName: 'lin', emails: [{ type: 'work', value: 'a' }] });
        await world.patch(key, first);
        const isAccepted = await world.patch(key, [operation]);
        const before = await world.kept(key);
        expect(await world.patch(key, [operation])).toBe(isAccepted);
        expect(await world.kept(key)).toEqual(before);
      };
      await fc.assert(fc.asyncProperty(userPatch, plainOperation, run), { numRuns });
    }, 120_000);
  });

  test('random changes of members: the list is what a set would be, and the sum of the change records', async () => {
    const run = async (requests: MemberStep[][]): Promise<void> => {
      const world = new World(store, 'entra');
      const pool: string[] = [];
      for (let i = 0; i < POOL; i++) {
        const displayName = `${i % 2 === 0 ? 'even' : 'odd'} ${i}`;
        pool.push((await world.create(USER, { userName: `u${i}`, displayName })).id);
      }
      const key = await world.create(GROUP, { displayName: 'Group' });
      let wanted = new Set<number>();
      for (const steps of requests) {
        const before = await world.kept(key);
        expect(await send(world, key, steps, pool)).toBe(true);
        wanted = steps.reduce(apply, wanted);
        const ids = [...wanted].map((member) => pool[member] as string).sort();
        expect((await store.edges(key, { limit: 1000 })).map(({ id }) => id)).toEqual(ids);
        expect(sumOf(await world.changesOf(key))).toEqual(ids);
        await expectOneStep(world, before, key, true);
      }
      const memberships = await store.memberships(world.tenant, pool);
      const holders = pool.filter((id) => (memberships.get(id) ?? []).some((group) => group.id === key.id));
      expect(holders).toEqual(pool.filter((_, member) => wanted.has(member)));
    };
    const requests = fc.array(memberSteps(POOL), { minLength: 1, maxLength: 6 });
    // A filter must see what an operation before it in the same request has added.
    const addThenFilter: MemberStep[][] = [[{ kind: 'add', members: [1, 2] }, { kind: 'removeNamed' }]];
    await fc.assert(fc.asyncProperty(requests, run), { numRuns, examples: [[addThenFilter]] });
  }, 120_000);
});

/** The members that the records add up to; each record must name exactly those that came and went. */
function sumOf(changes: readonly Change[]): string[] {
  const members = new Set<string>();
  for (const { added, removed } of changes) {
    for (const id of removed) expect(members.delete(id), 'a removed one was a member').toBe(true);
    for (const id of added) {
      expect(members.has(id), 'an added one was none').toBe(false);
      members.add(id);
    }
  }
  return [...members].sort();
}

/** What a step does to a set. */
function apply(members: ReadonlySet<number>, step: MemberStep): Set<number> {
  switch (step.kind) {
    case 'add':
      return new Set([...members, ...step.members]);
    case 'replace':
    case 'put':
      return new Set(step.members);
    case 'removeListed':
      return new Set([...members].filter((member) => !step.members.includes(member)));
    case 'removeOne':
      return new Set([...members].filter((member) => member !== step.member));
    case 'removeNamed':
      return new Set([...members].filter((member) => member % 2 === 0));
    case 'removeAll':
      return new Set();
  }
}

function send(world: World, key: ResourceKey, steps: readonly MemberStep[], pool: readonly string[]): Promise<boolean> {
  const valuesOf = (members: readonly number[]): Json => members.map((member) => ({ value: pool[member] as string }));
  const [first] = steps;
  if (first?.kind === 'put') {
    return world.replace(key, { schemas: [URN.group], displayName: 'Group', members: valuesOf(first.members) });
  }
  const operations = steps.map((step): PatchOperation => {
    switch (step.kind) {
      case 'removeOne':
        return { op: 'remove', path: `members[value eq "${pool[step.member]}"]` };
      case 'removeAll':
        return { op: 'remove', path: 'members' };
      case 'removeNamed':
        return { op: 'remove', path: 'members[display sw "Odd"]' };
      case 'removeListed':
        return { op: 'remove', path: 'members', value: valuesOf(step.members) };
      default:
        return { op: step.kind, path: 'members', value: valuesOf(step.members) };
    }
  });
  return world.patch(key, operations);
}
