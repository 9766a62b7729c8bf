/** What Entra sends, row by row: what it leads to, and what a strict tenant answers. */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/scim/json.js';
import { type Client, expectError, expectList, expectNoChange, type PatchOperation, URN } from '../support/client.js';
import { documentsWithAcme } from '../support/documents.js';
import { ACME, DEFAULT_DIALECT, FLAGGED_DIALECT, one, ROLE, type State } from '../support/entra-rows.js';
import { valueAt } from '../support/paths.js';
import { onEachStore } from '../support/target.js';

async function expectState(client: Client, id: string, state: State): Promise<void> {
  const user = await client.read(`/Users/${id}`);
  for (const [path, value] of Object.entries(state)) {
    expect(withoutReference(valueAt(user, path) ?? null), path).toEqual(value);
  }
}

/** The server adds where a manager is found. */
function withoutReference(value: Json): Json {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) => (key === '$ref' ? undefined : inner)) as Json;
}

const lowered = (operations: readonly PatchOperation[]): PatchOperation[] =>
  operations.map((operation) => ({ ...operation, op: operation.op.toLowerCase() }));

onEachStore(
  'dialects',
  (suite) => {
    describe.each([
      ['table 3.1', '', DEFAULT_DIALECT],
      ['table 3.2', '?aadOptscim062020', FLAGGED_DIALECT],
    ])('%s', (_table, flag, rows) => {
      test.each(rows.map((row) => [row.name, row] as const))('%s', async (_, { before, operations, after }) => {
        const client = await suite.tenant('entra');
        const { id } = await client.user('lin@example.com', before);
        const response = await client.patch(`/Users/${id}${flag}`, operations);
        expect(response.status, response.text).toBe(200);
        await expectState(client, id, after);
        expectList(await client.get(`/Users${flag}`), 1);
      });

      test.each(rows.map((row) => [row.name, row] as const))(
        '%s: a strict tenant',
        async (_, { before, operations, after, strict }) => {
          const client = await suite.tenant('strict');
          const { id } = await client.user('lin@example.com', before);
          const isCapital = operations.some(({ op }) => op !== op.toLowerCase());
          await expectNoChange(client, async () => {
            if (isCapital) expectError(await client.patch(`/Users/${id}`, operations), 400, 'invalidSyntax');
            if (typeof strict !== 'string' || strict === 'same') return;
            expectError(await client.patch(`/Users/${id}`, lowered(operations)), 400, strict);
          });
          if (typeof strict === 'string' && strict !== 'same') return;
          expect((await client.patch(`/Users/${id}`, lowered(operations))).status).toBe(200);
          await expectState(client, id, strict === 'same' ? after : strict);
        },
      );
    });

    describe('members (tables 3.1 and 3.2)', () => {
      const prepared = async (profile: 'entra' | 'strict'): Promise<[Client, string, string[]]> => {
        const client = await suite.tenant(profile);
        const ids = [await client.user('a'), await client.user('b'), await client.user('c')].map(
          ({ id }) => id as string,
        );
        return [client, (await client.group('Sales', ids.slice(0, 2))).id, ids];
      };

      test('Add with $ref null is idempotent', async () => {
        const [client, id, ids] = await prepared('entra');
        const value = ids.slice(1).map((one) => ({ $ref: null, value: one }));
        for (let round = 0; round < 2; round++) {
          expect((await client.patch(`/Groups/${id}`, { op: 'Add', path: 'members', value })).status).toBe(204);
          expect(await client.members(id)).toEqual([...ids].sort());
        }
        expect((await client.read(`/Groups/${id}`)).meta.version).toBe('W/"2"');
      });

      test('Remove with a value array removes only the listed; a strict tenant reads it as all (§3.5.2.2)', async () => {
        for (const profile of ['entra', 'strict'] as const) {
          const [client, id, [a = '', b = '']] = await prepared(profile);
          const operation = { op: 'remove', path: 'members', value: [{ $ref: null, value: b }] };
          expect((await client.patch(`/Groups/${id}`, operation)).status).toBe(profile === 'entra' ? 204 : 200);
          expect(await client.members(id)).toEqual(profile === 'entra' ? [a] : []);
        }
      });

      test('remove members[value eq "…"] removes one, under any profile', async () => {
        for (const profile of ['entra', 'strict'] as const) {
          const [client, id, [a = '', b = '']] = await prepared(profile);
          const response = await client.patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${b}"]` });
          expect(response.status).toBe(profile === 'entra' ? 204 : 200);
          expect(await client.members(id)).toEqual([a]);
        }
      });
    });

    test('several attributes are all or nothing: a clash of names leaves the others as they were (3.1, rename)', async () => {
      const client = await suite.tenant();
      await client.user('taken@example.com');
      const { id } = await client.user('lin@example.com');
      await expectNoChange(client, async () => {
        const operations = [...one('Replace', 'title', 'Boss'), ...one('Replace', 'userName', 'TAKEN@example.com')];
        expectError(await client.patch(`/Users/${id}`, operations), 409, 'uniqueness');
      });
    });

    test('a custom extension in a POST is kept though schemas does not list it; strict wants it listed (3.1)', async () => {
      const body = { schemas: [URN.user], userName: 'lin', [ACME]: { badge: 'B-12' } };
      const response = await (await suite.tenant()).post('/Users', body);
      expect(response.status).toBe(201);
      expect(response.body).toMatchObject({ schemas: [URN.user, ACME], [ACME]: { badge: 'B-12' } });
      expectError(await (await suite.tenant('strict')).post('/Users', body), 400, 'invalidValue');
    });

    test('AppRoleAssignmentsComplex in a POST keeps every role; strict knows no displayName there (3.1)', async () => {
      const roles = ['a', 'b'].map((value) => ({ ...ROLE, displayName: value, value }));
      const body = { schemas: [URN.user], userName: 'lin', roles };
      const response = await (await suite.tenant()).post('/Users', body);
      expect(response.status).toBe(201);
      expect(response.body.roles).toEqual(['a', 'b'].map((value) => ({ ...ROLE, value })));
      expectError(await (await suite.tenant('strict')).post('/Users', body), 400, 'invalidSyntax');
    });

    test('the keys of the envelope are read in any case, under any profile (3.1)', async () => {
      for (const profile of ['entra', 'strict'] as const) {
        const client = await suite.tenant(profile);
        const { id } = await client.user('lin');
        const body = { SCHEMAS: [URN.patch], operations: [{ OP: 'add', Path: 'TITLE', VALUE: 'Boss' }] };
        expect((await client.send('patch', `/Users/${id}`, body)).status).toBe(200);
        expect((await client.read(`/Users/${id}`)).title).toBe('Boss');
      }
    });
  },
  { schemas: documentsWithAcme() },
);
