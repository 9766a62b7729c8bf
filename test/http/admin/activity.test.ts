/** The activity, as the admin page reads and exports it. */
import { describe, expect, test } from 'vitest';
import type { ActivityDetail, ActivityList, ActivityView, Problem } from '../../../src/http/admin/messages.js';
import type { NewActivity } from '../../../src/store/store.js';
import { request } from '../../../src/testing/contract/accounts.js';
import { type AdminClient, adminOf } from '../../support/admin-client.js';
import { URN } from '../../support/client.js';
import { onEachStore, type Suite } from '../../support/target.js';

const owners = new WeakMap<Suite, Promise<AdminClient>>();

/** One for all tests of a suite: making an admin costs a hash. */
function ownerOf(suite: Suite): Promise<AdminClient> {
  const known = owners.get(suite) ?? adminOf(suite).then(({ client }) => client);
  owners.set(suite, known);
  return known;
}

/** A new tenant with a client, and an admin who sees it. */
async function begin(suite: Suite) {
  const client = await suite.tenant();
  const admin = await ownerOf(suite);
  const path = `/tenants/${client.tenant.name}/activity`;
  const list = async (query = ''): Promise<ActivityList> => {
    const response = await admin.get(path + query);
    expect(response.status, response.text).toBe(200);
    return response.body as ActivityList;
  };
  return { client, admin, path, list };
}

/** What is in the store without a request; newest last. */
async function put(suite: Suite, tenant: string, entries: readonly Partial<NewActivity>[]): Promise<void> {
  const base = { tenant, time: '2031-01-01T12:00:00.000Z', milliseconds: 1 };
  await suite.target.store.appendActivity(entries.map((entry) => request('r', { ...base, ...entry })));
}

onEachStore('the activity for admins', (suite) => {
  describe('a list', () => {
    test('has what was requested a moment ago, newest first, with what to do about it', async () => {
      const { client, list } = await begin(suite);
      const user = await client.user('lin');
      const refused = await client.post('/Users', { schemas: [URN.user] }, { 'User-Agent': 'Sync/1.0' });
      const { items, next } = await list();
      expect(next).toBeNull();
      expect(items.map(({ status }) => status)).toEqual([400, 201]);
      expect(items[0]).toEqual({
        sequence: expect.any(Number),
        time: expect.any(String),
        requestId: refused.headers['x-request-id'],
        credential: { id: expect.stringMatching(/\S/), name: `of ${client.tenant.name}` },
        address: '127.0.0.1',
        agent: 'Sync/1.0',
        method: 'POST',
        path: '/scim/v2/Users',
        resource: null,
        status: 400,
        outcome: 'refused',
        milliseconds: expect.any(Number),
        rules: [],
        refusal: { kind: 'invalidValue', detail: 'userName is required.', reason: null },
        advice: expect.stringMatching(/must have a value/),
      });
      expect(items[1]).toMatchObject({ resource: { type: 'User', id: user.id }, refusal: null, advice: null });
    });

    test('tells of each rule who needs it and what the RFC says; an unknown one keeps its name', async () => {
      const { client, list } = await begin(suite);
      await put(suite, client.tenant.id, [{ rules: ['any-case-op', 'of a later version', 'constructor'] }]);
      const [entry] = (await list()).items;
      expect(entry?.rules).toEqual([
        {
          name: 'any-case-op',
          description: expect.stringMatching(/^As Entra .* sends it: \{"op":"Replace"/),
          rfc: expect.stringMatching(/^RFC 7644 §3\.5\.2/),
        },
        { name: 'of a later version', description: '', rfc: '' },
        { name: 'constructor', description: '', rfc: '' },
      ]);
    });

    test('is read page by page; what comes meanwhile is not missed by whoever follows', async () => {
      const { client, list } = await begin(suite);
      await put(
        suite,
        client.tenant.id,
        Array.from({ length: 5 }, (_, i) => ({ requestId: `r${i}` })),
      );
      const ids = ({ items }: ActivityList) => items.map(({ requestId }) => requestId);
      const first = await list('?limit=2');
      expect(ids(first)).toEqual(['r4', 'r3']);
      await put(suite, client.tenant.id, [{ requestId: 'r5' }]);
      const second = await list(`?limit=3&before=${first.next}`);
      expect([ids(second), second.next]).toEqual([['r2', 'r1', 'r0'], null]);
      const newest = first.items[0]?.sequence;
      expect(await list(`?after=${newest}`)).toMatchObject({ items: [{ requestId: 'r5' }], next: null });
      const oldest = await list(`?after=${second.items.at(-1)?.sequence}&limit=2`);
      expect([ids(oldest), oldest.next]).toEqual([['r1', 'r2'], null]);
    });

    test('can be narrowed', async () => {
      const { client, list } = await begin(suite);
      const credential = { id: 'c1', name: 'Entra' };
      await put(suite, client.tenant.id, [
        { requestId: 'a', credential, method: 'GET', outcome: 'done' },
        { requestId: 'b', credential, method: 'POST', outcome: 'refused', resource: { type: 'User', id: 'u1' } },
        { requestId: 'c', method: 'POST', outcome: 'failed', resource: { type: 'User', id: 'u1' } },
        { requestId: 'd', method: 'DELETE', outcome: 'refused' },
      ]);
      const ids = async (query: string) => (await list(query)).items.map(({ requestId }) => requestId);
      expect(await ids('?outcome=refused')).toEqual(['d', 'b']);
      expect(await ids('?credential=c1')).toEqual(['b', 'a']);
      expect(await ids('?method=POST&resource=u1')).toEqual(['c', 'b']);
      expect(await ids('?requestId=c')).toEqual(['c']);
      expect(await ids('?outcome=refused&method=DELETE&credential=')).toEqual(['d']);
      expect(await ids('?credential=nobody')).toEqual([]);
    });

    test.each([
      'limit=0',
      'limit=201',
      'limit=x',
      'outcome=good',
      'before=-1',
      'after=1.5',
      'colour=red',
      'method=A&method=B',
    ])('refuses the parameters %s', async (query) => {
      const { admin, path } = await begin(suite);
      const response = await admin.get(`${path}?${query}`);
      expect(response.status).toBe(400);
      const problem = response.body as Problem;
      expect(problem.errors?.map(({ field }) => field)).toEqual([query.split('=')[0]]);
    });
  });

  describe('one request', () => {
    test('is shown with what it has changed', async () => {
      const { client, admin, path } = await begin(suite);
      const user = await client.user('lin');
      const group = await client.group('Ops', [user.id]);
      const response = await client.delete(`/Users/${user.id}`);
      const id = response.headers['x-request-id'];
      const detail = (await admin.get(`${path}/${id}`)).body as ActivityDetail;
      expect(detail.activity).toMatchObject({ requestId: id, method: 'DELETE', status: 204, outcome: 'done' });
      expect(detail.changes.map(({ resource, operation }) => [resource.id, operation]).toSorted()).toEqual(
        [
          [group.id, 'patch'],
          [user.id, 'delete'],
        ].toSorted(),
      );
      for (const change of detail.changes) expect(change.requestId).toBe(id);
    });

    test('that read has changed nothing', async () => {
      const { client, admin, path } = await begin(suite);
      const id = (await client.get('/Users')).headers['x-request-id'];
      expect((await admin.get(`${path}/${id}`)).body).toMatchObject({ activity: { requestId: id }, changes: [] });
    });

    test('of another tenant, or of nobody, is not there', async () => {
      const { client, admin, path } = await begin(suite);
      const other = await suite.tenant();
      const id = (await other.get('/Users')).headers['x-request-id'];
      await suite.target.flush();
      expect((await admin.get(`${path}/${id}`)).status).toBe(404);
      expect((await admin.get(`${path}/no-such-request`)).status).toBe(404);
      expect((await admin.get(`/tenants/${client.tenant.name}/activity/${id}`)).body.detail).toContain(
        'no such request',
      );
    });
  });

  test('what belongs to no tenant is for those who see all tenants', async () => {
    const { client, admin } = await begin(suite);
    const wrong = await client.withToken('wrong').get('/Users');
    const { items } = (await admin.get('/activity')).body as ActivityList;
    const found = items.find(({ requestId }) => requestId === wrong.headers['x-request-id']) as ActivityView;
    expect(found).toMatchObject({ status: 401, credential: null, refusal: { reason: { failed: 'foreign' } } });
    expect(found.advice).toContain('not issued by this server');
    await client.get('/Users');
    const ofTenant = ((await admin.get('/activity')).body as ActivityList).items.map(({ credential }) => credential);
    expect(new Set(ofTenant)).toEqual(new Set([null]));
    const { client: confined } = await adminOf(suite, 'tenant-admin', client.tenant.name);
    expect((await confined.get('/activity')).status).toBe(403);
  });

  test('an admin of one tenant sees nothing of another', async () => {
    const [own, other] = [await begin(suite), await begin(suite)];
    const { client: confined } = await adminOf(suite, 'viewer', own.client.tenant.name);
    const id = (await other.client.get('/Users')).headers['x-request-id'];
    await suite.target.flush();
    for (const address of ['', `/${id}`, '/export?format=csv']) {
      expect((await confined.get(other.path + address)).status, address).toBe(404);
    }
    expect((await confined.get(`${own.path}?requestId=${id}`)).body).toEqual({ items: [], next: null });
    expect((await confined.get(`${own.path}/${id}`)).status).toBe(404);
    const file = await confined.get(`${own.path}/export?format=jsonl`);
    expect(file.status).toBe(200);
    expect(textOf(file)).not.toContain(id);
  });

  describe('an export', () => {
    test('as JSON lines has the same entries as the list, newest first', async () => {
      const { client, admin, path, list } = await begin(suite);
      await client.user('lin');
      await client.get('/Users/not-here');
      const { items } = await list();
      const response = await admin.get(`${path}/export?format=jsonl`);
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
      expect(response.headers['content-disposition']).toMatch(
        new RegExp(`^attachment; filename="activity-${client.tenant.name}-\\d{8}T\\d{6}Z\\.jsonl"$`),
      );
      const lines = textOf(response).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(items);
    });

    test('as CSV quotes every cell, and leaves nothing that a spreadsheet takes for a formula', async () => {
      const { client, admin, path } = await begin(suite);
      await put(suite, client.tenant.id, [
        { requestId: 'a', agent: '=HYPERLINK("http://example.com")', path: '/Users', milliseconds: 1.5 },
        { requestId: 'b', agent: '+1', credential: { id: '-2', name: '@SUM(1)' } },
        { requestId: 'c', agent: 'two\r\nlines, "quoted"', address: '\tx' },
      ]);
      const response = await admin.get(`${path}/export?format=csv`);
      expect(response.headers['content-type']).toBe('text/csv; charset=utf-8');
      const rows = parseCsv(textOf(response));
      const [head, ...entries] = rows as [string[], ...string[][]];
      const column = (name: string) => entries.map((row) => row[head.indexOf(name)]);
      expect(rows.every(({ length }) => length === head.length)).toBe(true);
      expect(column('requestId')).toEqual(['c', 'b', 'a']);
      expect(column('agent')).toEqual(['two\r\nlines, "quoted"', "'+1", `'=HYPERLINK("http://example.com")`]);
      expect(column('credential')).toEqual(['', "'@SUM(1)", '']);
      expect(column('credentialId')).toEqual(['', "'-2", '']);
      expect(column('address')).toEqual(["'\tx", '', '']);
      expect(column('milliseconds')).toEqual(['1', '1', '1.5']);
    });

    test('has all of many entries, each once, and no more than is asked for', async () => {
      const { client, admin, path, list } = await begin(suite);
      const count = 2_345;
      const entries = Array.from({ length: count }, (_, i) => ({
        requestId: `r${i}`,
        outcome: i % 2 ? ('refused' as const) : ('done' as const),
      }));
      for (let i = 0; i < count; i += 500) await put(suite, client.tenant.id, entries.slice(i, i + 500));
      const ids = async (query: string): Promise<string[]> => {
        const text = textOf(await admin.get(`${path}/export?format=jsonl${query}`));
        return text === ''
          ? []
          : text
              .trimEnd()
              .split('\n')
              .map((line) => (JSON.parse(line) as ActivityView).requestId);
      };
      expect(await ids('')).toEqual(entries.map(({ requestId }) => requestId).reverse());
      expect(await ids('&outcome=refused')).toHaveLength(1_172);
      const [newest] = (await list('?limit=1')).items;
      const sequence = newest?.sequence ?? 0;
      expect(await ids(`&after=${sequence - 3}`)).toEqual(['r2344', 'r2343', 'r2342']);
      expect(await ids(`&before=${sequence - 2_342}`)).toEqual(['r1', 'r0']);
      expect(await ids('&requestId=nothing')).toEqual([]);
    });

    test('is itself recorded: who took the file', async () => {
      const { client, admin, path } = await begin(suite);
      await admin.get(`${path}/export?format=csv`);
      await admin.get(`${path}/export?format=xlsx`);
      const records = await suite.target.store.audit({ tenant: client.tenant.id, limit: 10 });
      expect(records).toMatchObject([
        { action: 'activity.export', actor: { kind: 'admin' }, details: { format: 'csv' } },
      ]);
    });

    test('of nothing is a file without entries', async () => {
      const { admin, path } = await begin(suite);
      const response = await admin.get(`${path}/export?format=csv`);
      expect(response.headers['content-disposition']).toContain('-empty.csv"');
      expect(parseCsv(textOf(response))).toHaveLength(1);
    });

    test('of another format, or of none, is refused', async () => {
      const { admin, path } = await begin(suite);
      for (const query of ['', '?format=xlsx', '?format=csv&limit=5']) {
        const response = await admin.get(`${path}/export${query}`);
        expect([response.status, response.headers['content-type']]).toEqual([
          400,
          expect.stringContaining('application/problem+json'),
        ]);
      }
    });
  });
});

/** supertest reads files it does not know as bytes. */
function textOf(response: { text?: string; body: unknown }): string {
  return response.text ?? (Buffer.isBuffer(response.body) ? response.body.toString() : '');
}

/** RFC 4180, strictly: every cell quoted. */
function parseCsv(text: string): string[][] {
  const row = /((?:"(?:[^"]|"")*"(?:,|(?=\r\n)))+)\r\n/y;
  const rows: string[][] = [];
  while (row.lastIndex < text.length) {
    const cells = row.exec(text)?.[1];
    if (cells === undefined) throw new Error(`no CSV: ${text.slice(0, 200)}`);
    rows.push([...cells.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => (cell as string).replaceAll('""', '"')));
  }
  return rows;
}
