/** Three server processes on one MongoDB, and a client whose requests go to each of them in turn. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach, dropStore, storeIn } from '../support/engines.js';
import { EntraClient, expectStatus } from './entra-client.js';
import { ExpectedTarget } from './expected-target.js';
import { CORE } from './mapping.js';
import { deviations } from './read-back.js';
import { type Answer, type Json, ScimClient, type Server } from './scim-client.js';
import { cli, startServer, type TestServer, temporaryStore } from './server.js';
import { groupId, sourceDirectory, userId } from './source-directory.js';

/** ms in which every process knows what another has changed. */
const SEEN_WITHIN = 1_000;
/** What clients are told, whichever process answers. */
const PUBLIC_URL = 'http://scim.example';

/** Requests go to one server after the other. */
class RoundRobin extends ScimClient {
  private readonly clients: ScimClient[];
  private next = 0;

  constructor(servers: readonly Server[]) {
    super(servers[0] as Server, 1);
    // Two connections, so that none is idle for so long that a server ends it just when it is used.
    this.clients = servers.map((server) => new ScimClient(server, 2));
  }

  override send(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answer> {
    const client = this.clients[this.next++ % this.clients.length] as ScimClient;
    return client.send(method, path, body, headers);
  }

  /** The answers of all of them to one request each. */
  all(method: string, path: string): Promise<Answer[]> {
    return Promise.all(this.clients.map((client) => client.send(method, path)));
  }

  override close(): void {
    super.close();
    for (const client of this.clients) client.close();
  }
}

describeOnEach(
  'three server processes behind a client that takes them in turn',
  (engine) => {
    const temporary = temporaryStore();
    const { folder } = temporary;
    const store = storeIn(folder, engine);
    let servers: TestServer[];
    let scim: RoundRobin;

    beforeAll(async () => {
      const env = { SCIM_TARGET_PUBLIC_URL: PUBLIC_URL };
      const first = await startServer({ store, env });
      const others = [1, 2].map(() => startServer({ store, env, known: { token: first.token } }));
      servers = [first, ...(await Promise.all(others))];
      scim = through(first);
    });
    afterAll(async () => {
      scim.close();
      await Promise.all(servers.map((server) => server.kill9()));
      await dropStore(folder, engine);
      temporary.remove();
    });

    /** As the holder of a token. */
    function through({ token }: { token: string }): RoundRobin {
      return new RoundRobin(servers.map(({ port }) => ({ baseUrl: `http://127.0.0.1:${port}/scim/v2`, token })));
    }

    async function command(...args: string[]): Promise<string> {
      const { code, out, err } = await cli(args, { folder, env: { SCIM_TARGET_STORE: store } });
      expect(`${code} ${err}`).toMatch(/^0 /);
      return out;
    }

    /** A tenant of its own, and its token. */
    async function tenant(name: string): Promise<RoundRobin> {
      await command('tenant', 'create', name);
      const made = JSON.parse(await command('token', 'create', '--tenant', name, '--name', 'x', '--json'));
      return through(made as { token: string });
    }

    /** Each of them, asked once, is of one mind. */
    const allSay = (client: RoundRobin, path: string, isIt: (answer: Answer) => boolean, within = SEEN_WITHIN) =>
      vi.waitFor(async () => expect((await client.all('GET', path)).map(isIt)).toEqual([true, true, true]), {
        timeout: within,
        interval: 20,
      });

    it('end with a credential that is revoked, all of them', async () => {
      await command('tenant', 'create', 'revoked');
      const text = await command('token', 'create', '--tenant', 'revoked', '--name', 'x', '--json');
      const made = JSON.parse(text) as { token: string; id: string };
      const client = through(made);
      await allSay(client, '/Users', ({ status }) => status === 200);
      await command('token', 'revoke', '--tenant', 'revoked', made.id);
      await allSay(client, '/Users', ({ status }) => status === 401);
      client.close();
    });

    it('keep to the settings of a tenant, all of them: whether it is served, and how much', async () => {
      const client = await tenant('settings');
      await command('tenant', 'update', 'settings', '--disable');
      await allSay(client, '/Users', ({ status }) => status === 403);
      await command('tenant', 'update', 'settings', '--enable');
      await allSay(client, '/Users', ({ status }) => status === 200);
      await command('tenant', 'update', 'settings', '--request-limit', '1');
      // Ten are let through at once before the limit shows.
      await allSay(client, '/Users', ({ status }) => status === 429, 10 * SEEN_WITHIN);
      await command('tenant', 'update', 'settings', '--request-limit', 'default');
      await allSay(client, '/Users', ({ status }) => status === 200);
      client.close();
    });

    it('serve the schemas that a tenant was given, all of them', async () => {
      const client = await tenant('schemas');
      await allSay(client, '/Roles', ({ status }) => status === 404);
      writeFileSync(join(folder, 'schemas.json'), JSON.stringify({ roles: true }));
      await command('tenant', 'schemas', 'schemas', '--file', 'schemas.json');
      await allSay(client, '/Roles', ({ status }) => status === 200);
      client.close();
    });

    it('take one name once: of 30 POSTs at once one is 201', async () => {
      const posts = Array.from({ length: 30 }, () =>
        scim.post('/Users', { schemas: [CORE], userName: 'one@example.com' }),
      );
      const statuses = (await Promise.all(posts)).map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array.from({ length: 29 }, () => 409)]);
      const found = expectStatus(await scim.filter('/Users', 'userName eq "one@example.com"'), 200);
      const [one] = (found.body as { Resources: { id: string }[] }).Resources;
      expectStatus(await scim.delete(`/Users/${one?.id}`), 204);
    });

    it('are one target for Entra, in an initial cycle and in incremental ones', async () => {
      const scim = through(servers[0] as TestServer);
      const source = sourceDirectory();
      const expected = new ExpectedTarget();
      const entra = new EntraClient(scim, source);
      const names = { links: entra.links, baseUrl: `${PUBLIC_URL}/scim/v2` };
      await entra.testConnection();
      await entra.initialCycle();
      expected.follow(source);
      expect(await deviations(scim, expected, names)).toEqual([]);
      Object.assign(source.users.get(userId(3)) ?? {}, { userPrincipalName: 'renamed@example.com', jobTitle: 'Lead' });
      Object.assign(source.users.get(userId(4)) ?? {}, { isSoftDeleted: true });
      source.users.delete(userId(45));
      source.groups.get(groupId(2))?.members.splice(0, 2, userId(30), userId(31));
      await entra.incrementalCycle('default');
      expected.follow(source);
      expect(await deviations(scim, expected, names)).toEqual([]);
      Object.assign(source.users.get(userId(4)) ?? {}, { isSoftDeleted: false, city: 'Bergen' });
      source.groups.delete(groupId(1));
      await entra.incrementalCycle('aadOptscim062020');
      expected.follow(source);
      expect(await deviations(scim, expected, names)).toEqual([]);
      scim.close();
    });
  },
  ['mongodb:'],
);
