import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHits, expectStatus } from './entra-client.js';
import { CORE, ENTERPRISE } from './mapping.js';
import { ScimClient } from './scim-client.js';
import { startServer, type TestServer, temporaryStore, until } from './server.js';
import { Survivors } from './survivors.js';

const ROUNDS = 10;
const GROUPS = 6;
/** What a round must have done for its end to mean anything. */
const LEAST_WRITES = 60;

const temporary = temporaryStore();
let server: TestServer;
let scim: ScimClient;
let survivors: Survivors;

beforeAll(async () => {
  server = await startServer({ store: temporary.store });
  scim = new ScimClient(server);
  survivors = await Survivors.begin(scim, GROUPS);
});

afterAll(async () => {
  scim.close();
  await server.kill9();
  temporary.remove();
});

/** 16 to 32 connections write; after 100 to 600 ms, longer on a machine that is busy, the process is gone. */
async function stormAndKill(): Promise<string> {
  const { storm } = survivors;
  const before = storm.acknowledged.length;
  const width = 16 + Math.floor(Math.random() * 17);
  const delay = 100 + Math.random() * 500;
  const client = new ScimClient(server, width);
  const blown = storm.blow(client, width);
  await new Promise((resolve) => setTimeout(resolve, delay));
  const written = () => storm.acknowledged.length - before;
  await until(
    () => (written() >= LEAST_WRITES ? true : undefined),
    () => `${written()} writes`,
  );
  await server.kill9();
  await blown;
  client.close();
  return `${width} connections, killed after ${Math.round(delay)} ms`;
}

async function startAgain(): Promise<void> {
  scim.close();
  server = await startServer({ store: temporary.store, known: server });
  scim = new ScimClient(server, 16);
}

describe('kill -9 during a write storm', () => {
  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'loses no acknowledged write, and leaves none half applied (round %i)',
    async () => {
      const what = await stormAndKill();
      await startAgain();
      expect(survivors.storm.refused, what).toEqual([]);
      expect(await survivors.peopleProblems(scim), what).toEqual([]);
      expect(await survivors.memberProblems(scim), what).toEqual([]);
      expect(await survivors.recordProblems(temporary.store), what).toEqual([]);
      expect(await survivors.nameProblems(scim), what).toEqual([]);
    },
  );

  it('met writes that had no answer yet, and the store takes new ones afterwards', async () => {
    const { storm, unanswered, carriedOut } = survivors;
    expect(unanswered).toBeGreaterThan(ROUNDS);
    const resource = { userName: 'after@example.com', [ENTERPRISE]: { department: 'Calm' } };
    expectStatus(await scim.post('/Users', { schemas: [CORE, ENTERPRISE], ...resource }), 201);
    expectHits(await scim.filter('/Users', 'userName eq "AFTER@example.com"'), 1);
    const counts = `${storm.acknowledged.length} acknowledged, ${unanswered} unanswered (${carriedOut} carried out)`;
    console.info(`${ROUNDS} kills: ${counts}`);
  });
});
