import { Agent, request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeOnEach, dropStore, type Engine, storeIn } from '../support/engines.js';
import { expectError, expectHits, expectStatus, memberChange, patchOp } from './entra-client.js';
import { CORE, GROUP } from './mapping.js';
import { readPages } from './read-back.js';
import { type Answer, type JsonObject, locatedId, NoAnswer, ScimClient } from './scim-client.js';
import { cli, startServer, type TestServer, temporaryStore, until } from './server.js';

const user = (userName: string, more: JsonObject = {}): JsonObject => ({ schemas: [CORE], userName, ...more });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

function resourcesOf({ body }: Answer): JsonObject[] {
  return (body?.Resources ?? []) as JsonObject[];
}

function metaOf(resource: JsonObject | undefined): JsonObject {
  return (resource?.meta ?? {}) as JsonObject;
}

/** How many answers of each status there are. */
function tally(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

async function created(scim: ScimClient, endpoint: string, body: JsonObject): Promise<string> {
  return locatedId(expectStatus(await scim.post(endpoint, body), 201));
}

/** Stores that several processes can work on. */
const SHARED: readonly Engine[] = ['sqlite:', 'mongodb:'];
/** ms in which every process knows what another has changed. */
const SEEN_WITHIN = 1_000;

describeOnEach(
  'two server processes',
  (engine) => {
    const temporary = temporaryStore();
    const { folder } = temporary;
    const store = storeIn(folder, engine);
    const env = { SCIM_TARGET_STORE: store };
    let servers: TestServer[];
    let clients: ScimClient[];
    let a: ScimClient;
    let b: ScimClient;

    /** Every other request goes to the other process. */
    const either = (index: number): ScimClient => clients[index % 2] as ScimClient;

    beforeAll(async () => {
      const first = await startServer({ store });
      const second = await startServer({ store, known: { token: first.token } });
      servers = [first, second];
      clients = servers.map((server) => new ScimClient(server, 50));
      [a, b] = clients as [ScimClient, ScimClient];
      expect(new Set(servers.map(({ pid }) => pid)).size).toBe(2);
    });

    afterAll(async () => {
      for (const client of clients) client.close();
      await Promise.all(servers.map((server) => server.kill9()));
      await dropStore(folder, engine);
      temporary.remove();
    });

    it('what one has acknowledged, the other shows', async () => {
      for (const index of numbers(20)) {
        const id = await created(either(index), '/Users', user(`seen-${index}@example.com`));
        expectStatus(await either(index + 1).get(`/Users/${id}`), 200);
        expectHits(await either(index + 1).filter('/Users', `userName eq "SEEN-${index}@example.com"`), 1);
        expectStatus(await either(index + 1).delete(`/Users/${id}`), 204);
        expectError(await either(index).get(`/Users/${id}`), 404);
      }
    });

    it('50 parallel PATCHes that add one member each make 50 members', async () => {
      const ids = await Promise.all(
        numbers(50).map((index) => created(either(index), '/Users', user(`member-${index}@example.com`))),
      );
      const group = await created(a, '/Groups', { schemas: [GROUP], displayName: 'Fifty' });
      const answers = await Promise.all(
        ids.map((id, index) => either(index).patch(`/Groups/${group}`, patchOp([memberChange('Add', [id])]))),
      );
      expect(tally(answers)).toEqual({ 204: 50 });
      for (const scim of clients) {
        const { body } = expectStatus(await scim.get(`/Groups/${group}`), 200);
        const members = ((body?.members ?? []) as JsonObject[]).map(({ value }) => value);
        expect(members.sort()).toEqual([...ids].sort());
        expect(metaOf(body).version).toBe('W/"51"');
      }
    });

    it('20 parallel POSTs of one userName in different case make one 201 and nineteen 409', async () => {
      const spellings = numbers(20).map((index) =>
        [...'parallel@example.com']
          .map((letter, at) => ((index >> (at % 5)) & 1 ? letter.toUpperCase() : letter))
          .join(''),
      );
      expect(new Set(spellings).size).toBe(20);
      const answers = await Promise.all(spellings.map((name, index) => either(index).post('/Users', user(name))));
      expect(tally(answers)).toEqual({ 201: 1, 409: 19 });
      for (const answer of answers) if (answer.status === 409) expectError(answer, 409, 'uniqueness');
      const winner = answers.find(({ status }) => status === 201)?.body?.userName;
      for (const scim of clients) {
        const found = await scim.filter('/Users', 'userName eq "PARALLEL@example.com"');
        expectHits(found, 1);
        expect(resourcesOf(found)[0]?.userName).toBe(winner);
      }
    });

    it('of 20 parallel PUTs with one If-Match, one wins and the others get 412', async () => {
      const id = await created(a, '/Users', user('matched@example.com', { title: 'None' }));
      const tag = String((await b.get(`/Users/${id}`)).headers.etag);
      const answers = await Promise.all(
        numbers(20).map((index) =>
          either(index).put(`/Users/${id}`, user('matched@example.com', { title: `T${index}` }), { 'If-Match': tag }),
        ),
      );
      expect(tally(answers)).toEqual({ 200: 1, 412: 19 });
      for (const answer of answers) if (answer.status === 412) expectError(answer, 412);
      const winner = answers.find(({ status }) => status === 200)?.body;
      for (const scim of clients) {
        const { body, headers } = await scim.get(`/Users/${id}`);
        expect(body?.title).toBe(winner?.title);
        expect(headers.etag).toBe('W/"2"');
      }
    });

    /** What a process is told of by the file itself, and by others on MongoDB within half a second. */
    const isSeen = (check: () => Promise<void>): Promise<void> =>
      engine === 'sqlite:' ? check() : vi.waitFor(check, { timeout: SEEN_WITHIN, interval: 20 });

    it('a token made by the command line opens both at once, and when revoked neither', async () => {
      const made = await cli(['token', 'create', '--tenant', 'default', '--name', 'both', '--json'], { folder, env });
      const { token, id } = JSON.parse(made.out) as { token: string; id: string };
      const holders = servers.map(({ baseUrl }) => new ScimClient({ baseUrl, token }));
      for (const scim of holders) expectStatus(await scim.get('/Users?count=1'), 200);
      const revoked = await cli(['token', 'revoke', '--tenant', 'default', id], { folder, env });
      expect(revoked.code).toBe(0);
      await isSeen(async () => {
        const refused = await Promise.all(holders.map((scim) => scim.get('/Users?count=1')));
        for (const answer of refused) expectError(answer, 401);
      });
      for (const scim of [...holders, ...clients]) scim.close();
      for (const scim of clients) expectStatus(await scim.get('/Users?count=1'), 200);
    });

    it('a tenant made by the command line is served by both, apart from the first', async () => {
      const name = 'other';
      expect((await cli(['tenant', 'create', name], { folder, env })).code).toBe(0);
      const { out } = await cli(['token', 'create', '--tenant', name, '--name', 'x'], { folder, env });
      const theirs = servers.map(({ baseUrl }) => new ScimClient({ baseUrl, token: out.trim() }));
      const id = await created(a, '/Users', user('apart@example.com'));
      for (const scim of theirs) {
        expect((await scim.get('/Users')).body?.totalResults).toBe(0);
        expectError(await scim.get(`/Users/${id}`), 404);
        expectError(await scim.delete(`/Users/${id}`), 404);
        scim.close();
      }
      expectStatus(await b.get(`/Users/${id}`), 200);
    });

    it('when one is killed among writes, the other has all that was acknowledged and goes on writing', async () => {
      const [doomed, other] = servers as [TestServer, TestServer];
      const kept: string[] = [];
      const write = async (index: number) => {
        const answer = await either(index).post('/Users', user(`doomed-${index}@example.com`));
        kept.push(locatedId(expectStatus(answer, 201)));
        if (kept.length === 20) doomed.signal('SIGKILL');
      };
      const ends = await Promise.allSettled(numbers(300).map(write));
      const failed = ends.filter((end) => end.status === 'rejected');
      expect(failed.length).toBeGreaterThan(0);
      for (const { reason } of failed) expect(reason).toBeInstanceOf(NoAnswer);
      expect(kept.length).toBeGreaterThanOrEqual(150);
      for (const id of kept) expectStatus(await b.get(`/Users/${id}`), 200);
      expectStatus(await b.post('/Users', user('afterwards@example.com')), 201);
      servers[0] = await startServer({ store, known: { token: other.token } });
      const scim = new ScimClient(servers[0]);
      for (const id of kept) expectStatus(await scim.get(`/Users/${id}`), 200);
      scim.close();
    });
  },
  SHARED,
);

describe('an orderly stop', () => {
  const IN_FLIGHT = 8;
  /** How long the slow ones take to send their bodies after the signal. */
  const SLOWNESS_MS = 300;
  const temporary = temporaryStore();
  let server: TestServer;

  afterEach(() => server.kill9());
  afterAll(() => temporary.remove());

  /** A POST that the server has taken up (it said 100 Continue) and that waits for its body. */
  function halfPost({ baseUrl, token }: TestServer, userName: string) {
    const body = JSON.stringify(user(userName));
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/scim+json',
      'Content-Length': String(Buffer.byteLength(body)),
      Expect: '100-continue',
    };
    const agent = new Agent({ keepAlive: true });
    const message = request(`${baseUrl}/Users`, { method: 'POST', headers, agent });
    const answer = new Promise<{ status: number | undefined; connection: string | undefined }>((resolve, reject) => {
      message.on('response', (response) => {
        const { statusCode: status, headers: sent } = response;
        response.resume().on('end', () => resolve({ status, connection: sent.connection }));
      });
      message.on('error', reject);
    });
    const taken = new Promise<void>((resolve) => message.on('continue', resolve));
    message.flushHeaders();
    const finish = (after: number) => void setTimeout(() => message.end(body), after);
    return { answer, taken, finish };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s answers what is in flight, takes nothing new, ends with 0',
    async (signal) => {
      server = await startServer({ store: temporary.store, known: server });
      const names = numbers(IN_FLIGHT).map((index) => `${signal}-${index}@example.com`);
      const posts = names.map((name) => halfPost(server, name));
      await Promise.all(posts.map(({ taken }) => taken));
      const idle = new ScimClient(server, 1);
      expectStatus(await idle.get('/Users?count=1'), 200);

      server.signal(signal);
      await until(() => (server.said().includes('Stopping') ? true : undefined), server.said);
      const late = new ScimClient(server);
      await expect(late.get('/Users?count=1')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
      for (const [index, { finish }] of posts.entries()) finish((index * SLOWNESS_MS) / (IN_FLIGHT - 1));
      expect(await Promise.all(posts.map(({ answer }) => answer))).toEqual(
        names.map(() => ({ status: 201, connection: 'close' })),
      );
      expect(await server.ended).toMatchObject({ code: 0, signal: null });
      idle.close();

      server = await startServer({ store: temporary.store, known: server });
      const scim = new ScimClient(server);
      for (const name of names) expectHits(await scim.filter('/Users', `userName eq "${name}"`), 1);
      scim.close();
    },
  );

  it('among writes on many connections leaves stored what was answered, and nothing else', async () => {
    server = await startServer({ store: temporary.store, known: server });
    const busy = new ScimClient(server, 16);
    const answered: string[] = [];
    const write = async (worker: number) => {
      for (let count = 0; ; count++) {
        const answer = await busy.post('/Users', user(`busy-${worker}-${count}@example.com`));
        answered.push(locatedId(expectStatus(answer, 201)));
      }
    };
    const ends = Promise.allSettled(numbers(16).map(write));
    await until(
      () => (answered.length >= 100 ? true : undefined),
      () => `${answered.length} answers`,
    );
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
    for (const end of await ends) expect(end).toMatchObject({ reason: expect.any(NoAnswer) });
    busy.close();

    server = await startServer({ store: temporary.store, known: server });
    const scim = new ScimClient(server);
    const found = await readPages(scim, '/Users?filter=userName+sw+"busy-"', 500);
    expect(found.map(({ id }) => id).sort()).toEqual([...answered].sort());
    scim.close();
  });
});
