/** Every request that is recorded in test/fixtures/idp, sent to a target: what is kept, and which rules were needed. */
import type { Response } from 'supertest';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/scim/json.js';
import type { ProfileName } from '../../src/scim/profiles.js';
import { assertedPart, typeNamed } from '../scim/rfc/core.js';
import { fixturesOf } from '../scim/rfc/fixtures.js';
import { type Client, expectError, expectNoChange, type Resource, URN } from '../support/client.js';
import { documentsWithAcme } from '../support/documents.js';
import { valueAt } from '../support/paths.js';
import { onEachStore } from '../support/target.js';

/** As identity-providers.test.ts has it. */
interface Row {
  name: string;
  before?: JsonObject;
  operation?: 'put';
  request: JsonObject;
  expected?: JsonObject;
  absent?: string[];
  scimType?: string;
  unchanged?: boolean;
  rules?: string[];
}

interface Table {
  profile: ProfileName;
  resourceType: string;
  rows: Row[];
}

/** The row with ids of users that exist in the place of the recorded members. */
async function withMembers(client: Client, row: Row): Promise<Row> {
  let text = JSON.stringify(row);
  const named = [row.before, row.expected, row.request].flatMap(
    (body) => (body?.members ?? []) as { value?: unknown }[],
  );
  const recorded = new Set(named.map(({ value }) => value).filter((value) => typeof value === 'string'));
  for (const value of JSON.stringify(row.request).match(/(?<="value":")[^"\\]+/g) ?? []) recorded.add(value);
  for (const id of recorded) {
    const user = await client.user(`member ${id}`);
    text = text.replaceAll(`"${id}"`, `"${user.id}"`).replaceAll(`\\"${id}\\"`, `\\"${user.id}\\"`);
  }
  return JSON.parse(text) as Row;
}

/** A PATCH, a PUT where the row says so, a POST where there is nothing before. */
async function sendRow(client: Client, endpoint: string, row: Row, id: string | undefined): Promise<Response> {
  if (id === undefined) return client.post(endpoint, row.request);
  return client.send(row.operation ?? 'patch', `${endpoint}/${id}`, row.request);
}

onEachStore(
  'recorded requests',
  (suite) => {
    for (const { section, content } of fixturesOf<Table>('idp-table')) {
      const type = typeNamed(content.resourceType);
      const { endpoint } = type;

      describe(`${section}, ${content.resourceType}`, () => {
        const prepared = async (recorded: Row): Promise<[Client, Row, string | undefined]> => {
          const client = await suite.tenant(content.profile);
          const row = type.schema === URN.group ? await withMembers(client, recorded) : recorded;
          if (!row.before) return [client, row, undefined];
          const created = await client.post(endpoint, row.before);
          expect(created.status, created.text).toBe(201);
          return [client, row, created.body.id];
        };

        test.each(content.rows.map((row) => [row.name, row] as const))('%s', async (_, recorded) => {
          const [client, row, id] = await prepared(recorded);
          if (row.scimType) {
            const { scimType } = row;
            await expectNoChange(client, async () =>
              expectError(await sendRow(client, endpoint, row, id), 400, scimType),
            );
            return;
          }
          const response = await sendRow(client, endpoint, row, id);
          expect([200, 201, 204], response.text).toContain(response.status);
          const shown: Resource = await client.read(`${endpoint}/${id ?? response.body.id}`);
          const expected = row.expected && { ...type.defaults, ...assertedPart(row.expected, type) };
          if (expected) expect(assertedPart(shown, type)).toEqual(expected);
          for (const path of row.absent ?? []) expect(valueAt(shown, path), path).toBeUndefined();
          if (row.unchanged) expect(shown.meta.version).toBe('W/"1"');
          const rules = (await suite.rulesOf(response)).filter((rule) => rule !== 'no-body-after-group-patch');
          if (row.rules) expect(rules.sort()).toEqual([...row.rules].sort());
        });
      });
    }
  },
  { schemas: documentsWithAcme() },
);
