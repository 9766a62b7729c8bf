/** Two servers on one store: whatever they do at once, the history leads to exactly what is there, step by step. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createScimTarget, ScimError, type ScimTarget } from '../../src/index.js';
import type { JsonObject } from '../../src/scim/json.js';
import { applyDifference } from '../../src/scim/patch/difference.js';
import type { Change, Store } from '../../src/store/store.js';
import { describeOnEach, dropStore, storeIn } from '../support/engines.js';

type Step =
  | { kind: 'create' | 'delete' | 'rename' | 'title' | 'nick' | 'replace'; user: number; value: number }
  | { kind: 'join' | 'leave' | 'name' | 'empty'; group: number; user: number; value: number };

const small = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('create', 'delete', 'rename', 'title', 'nick', 'replace'),
    user: small,
    value: small,
  }),
  fc.record({ kind: fc.constantFrom('join', 'leave', 'name', 'empty'), group: small, user: small, value: small }),
);

/** What each resource is when all changes are made again, each of which must fit what those before it leave. */
function replayed(
  changes: readonly Change[],
): Map<string, { document: JsonObject; members: string[]; version: number }> {
  const state = new Map<string, { document: JsonObject; members: string[]; version: number }>();
  for (const { key, operation, difference, added, removed, version } of changes) {
    const before = state.get(key.id) ?? { document: {}, members: [], version: 0 };
    expect(applyDifference(applyDifference(before.document, difference, 'redo'), difference, 'undo')).toEqual(
      before.document,
    );
    for (const id of added) expect(before.members).not.toContain(id);
    for (const id of removed) expect(before.members).toContain(id);
    const document = applyDifference(before.document, difference, 'redo');
    const members = [...before.members.filter((id) => !removed.includes(id)), ...added].sort();
    if (operation === 'delete') {
      expect([version, document, members]).toEqual([before.version, {}, []]);
      state.delete(key.id);
    } else {
      expect(version).toBe(before.version + 1);
      state.set(key.id, { document, members, version });
    }
  }
  return state;
}

async function kept(store: Store, tenant: string) {
  const state: ReturnType<typeof replayed> = new Map();
  for (const type of ['User', 'Group']) {
    const page = await store.search({ tenant, type, offset: 0, limit: 1_000 });
    expect(page.total).toBe(page.resources.length);
    for (const { key, document, version } of page.resources) {
      const members = type === 'Group' ? (await store.edges(key, { limit: 1_000 })).map(({ id }) => id) : [];
      state.set(key.id, { document, members, version });
    }
  }
  return state;
}

describeOnEach(
  'two servers on one store',
  (engine) => {
    let folder: string;
    let targets: [ScimTarget, ScimTarget];
    let tenants = 0;
    beforeEach(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'scim-target-'));
      const store = storeIn(folder, engine);
      targets = [await createScimTarget({ store }), await createScimTarget({ store })];
    });
    afterEach(async () => {
      for (const target of targets) await target.close();
      await dropStore(folder, engine);
      rmSync(folder, { recursive: true, force: true });
    });

    /** Users and groups that everybody changes, by their places; who makes a new one puts it in the place of another. */
    async function furnished(tenant: string) {
      const { users, groups } = targets[0].directory(tenant);
      const places = { users: [] as string[], groups: [] as string[] };
      for (let i = 0; i < 4; i++) places.users.push((await users.create({ userName: `start-${i}` })).id);
      for (let i = 0; i < 4; i++) places.groups.push((await groups.create({ displayName: `group-${i}` })).id);
      return places;
    }

    async function take(target: ScimTarget, tenant: string, places: Awaited<ReturnType<typeof furnished>>, one: Step) {
      const { users, groups } = target.directory(tenant);
      const user = places.users[one.user] as string;
      const set = (at: string) => ({ op: 'replace', path: at, value: `${one.value}` }) as const;
      switch (one.kind) {
        case 'create':
          places.users[one.user] = (await users.create({ userName: `name-${one.value}` })).id;
          return;
        case 'delete':
          return users.remove(user);
        case 'rename':
          return users.patch(user, [{ op: 'replace', path: 'userName', value: `name-${one.value}` }]);
        case 'title':
          return users.patch(user, [set('title')]);
        case 'nick':
          return users.patch(user, [set('nickName')]);
        case 'replace':
          return users.replace(user, { userName: `name-${one.value}`, title: 'replaced' });
        case 'join':
          return groups.patch(places.groups[one.group] as string, [
            { op: 'add', path: 'members', value: [user, places.users[one.value]].map((value) => ({ value })) },
          ]);
        case 'leave':
          return groups.patch(places.groups[one.group] as string, [
            { op: 'remove', path: `members[value eq "${user}"]` },
          ]);
        case 'name':
          return groups.patch(places.groups[one.group] as string, [set('displayName')]);
        case 'empty':
          return groups.patch(places.groups[one.group] as string, [{ op: 'remove', path: 'members' }]);
      }
    }

    test('leave what their history tells, with nothing lost in between', async () => {
      const workers = fc.array(fc.array(step, { minLength: 4, maxLength: 12 }), { minLength: 6, maxLength: 10 });
      await fc.assert(
        fc.asyncProperty(workers, async (all) => {
          const name = `tenant-${++tenants}`;
          await targets[0].createTenant({ name });
          const { id: tenant = '' } = (await targets[0].store.tenantByName(name)) ?? {};
          const places = await furnished(name);
          const work = async (steps: readonly Step[], i: number): Promise<void> => {
            for (const one of steps) {
              await take(targets[i % 2] as ScimTarget, name, places, one).catch((error: unknown) => {
                if (!(error instanceof ScimError)) throw error;
                expect(error.status, error.message).toBeLessThan(500);
              });
            }
          };
          await Promise.all(all.map(work));
          for (const { store } of targets) {
            const changes = await store.changes(tenant, 0, 10_000);
            expect(changes.map(({ sequence }) => sequence)).toEqual(changes.map((_, i) => i + 1));
            expect(await kept(store, tenant)).toEqual(replayed(changes));
          }
        }),
        // What depends on the moment cannot be made smaller.
        { numRuns: 12, endOnFailure: true },
      );
    }, 120_000);
  },
  ['sqlite:', 'mongodb:'],
);
