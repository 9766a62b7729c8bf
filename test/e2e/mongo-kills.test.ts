/** Server processes and the database itself end in the middle of a write storm: nothing that was acknowledged is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectionsOf, connect } from '../../src/store/mongo/connection.js';
import { lookupPlace } from '../../src/store/mongo/documents.js';
import { buildStandIn, StandIn } from '../support/mongo/find.js';
import { skipped } from '../support/mongo/server.js';
import { expectHits, expectStatus } from './entra-client.js';
import { CORE } from './mapping.js';
import { ScimClient } from './scim-client.js';
import { startServer, type TestServer, until } from './server.js';
import { Survivors } from './survivors.js';

const ROUNDS = 20;
/** The history is read as a whole, and every name looked for, after each so many rounds. */
const WHOLE_EVERY = 10;
const GROUPS = 4;
const WIDTH = 12;
const LEAST_WRITES = 30;

const built = await buildStandIn();
const suite =
  built.reason === undefined
    ? (title: string, define: () => void) => describe(title, define)
    : (title: string, define: () => void) => describe.skip(`${title}, ${skipped(built.reason ?? '')}`, define);

suite('kill -9 of a server process, or of the database, during a write storm', () => {
  const database = new StandIn(built.binary ?? '');
  let store: string;
  let server: TestServer;
  let scim: ScimClient;
  let survivors: Survivors;

  beforeAll(async () => {
    await database.start();
    store = database.uri('scim_kills');
    server = await startServer({ store });
    scim = new ScimClient(server, 16);
    survivors = await Survivors.begin(scim, GROUPS, 503);
  });
  afterAll(async () => {
    scim.close();
    await server.kill9();
    await database.stop();
  });

  const isServing = async () => (await scim.get('/Users?count=1')).status === 200 || undefined;

  /** Ends the process among writes, and starts another. */
  async function killServer(written: () => number): Promise<void> {
    await until(() => written() >= LEAST_WRITES || undefined, told(written));
    await server.kill9();
    scim.close();
    server = await startServer({ store, known: server });
    scim = new ScimClient(server, 16);
  }

  /** Ends the database among writes, and starts it again; the server process stays, and goes on by itself. */
  async function killDatabase(written: () => number, isOver: () => boolean): Promise<void> {
    await until(() => written() >= LEAST_WRITES || undefined, told(written));
    await database.kill();
    const before = written();
    await database.start();
    await until(() => written() > before || isOver() || undefined, told(written));
  }

  async function storm(round: number): Promise<string> {
    const { acknowledged } = survivors.storm;
    const before = acknowledged.length;
    const written = () => acknowledged.length - before;
    const client = new ScimClient(server, WIDTH);
    let isOver = false;
    const blown = survivors.storm.blow(client, WIDTH).finally(() => {
      isOver = true;
    });
    const delay = Math.random() * 300;
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (round % 2 === 0) await killDatabase(written, () => isOver);
    else await killServer(written);
    survivors.storm.calm();
    await blown;
    client.close();
    await until(isServing, () => server.said());
    // What was committed without an answer is finished by whoever needs it, or by a sweep, as at the start of a process.
    await until(async () => (await unapplied(store)) === 0 || undefined, told(written));
    return `${round % 2 === 0 ? 'database' : 'server'} killed after ${Math.round(delay)} ms, ${written()} writes`;
  }

  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'loses no acknowledged write, and leaves none half applied (round %i)',
    async (round) => {
      const what = await storm(round);
      expect(survivors.storm.refused, `${what}: ${server.printed()}`).toEqual([]);
      expect(await survivors.peopleProblems(scim), what).toEqual([]);
      expect(await survivors.memberProblems(scim), what).toEqual([]);
      if (round % WHOLE_EVERY !== 0) return;
      expect(await survivors.recordProblems(store), what).toEqual([]);
      expect(await survivors.nameProblems(scim), what).toEqual([]);
    },
  );

  it('leaves a log without gaps that is applied to its end, no edge and no look-up that leads nowhere', async () => {
    await until(
      async () => (await unapplied(store)) === 0 || undefined,
      told(() => 0),
    );
    expect(await leftovers(store)).toEqual([]);
  });

  it('met writes that had no answer yet, and the store takes new ones afterwards', async () => {
    const { storm, unanswered, carriedOut } = survivors;
    expect(unanswered).toBeGreaterThan(ROUNDS);
    expectStatus(await scim.post('/Users', { schemas: [CORE], userName: 'after@example.com' }), 201);
    expectHits(await scim.filter('/Users', 'userName eq "AFTER@example.com"'), 1);
    const counts = `${storm.acknowledged.length} acknowledged, ${unanswered} unanswered (${carriedOut} carried out)`;
    console.info(`${ROUNDS} kills: ${counts}`);
  });
});

function told(written: () => number): () => string {
  return () => `${written()} writes`;
}

/** How many entries of the log are not applied. */
async function unapplied(uri: string): Promise<number> {
  const connection = await connect({ uri });
  try {
    const { commits, heads } = collectionsOf(connection);
    const all = await commits.countDocuments();
    const applied = await heads.find().toArray();
    return all - applied.reduce((sum, head) => sum + head.applied, 0);
  } finally {
    await connection.close();
  }
}

/** What is in the collections and should not be, or the other way round. */
async function leftovers(uri: string): Promise<string[]> {
  const connection = await connect({ uri });
  try {
    const { resources, edges, lookups, commits, heads } = collectionsOf(connection);
    const there = new Map((await resources.find({ gone: false }).toArray()).map((one) => [one.id, one]));
    const problems: string[] = [];
    for (const { group, member } of await edges.find({ gone: false }).toArray()) {
      if (!there.has(group) || !there.has(member)) problems.push(`edge ${group} ${member} leads nowhere`);
    }
    const held = await lookups.find({ gone: false }).toArray();
    const kept = new Set(held.map(({ at, resource }) => `${at} ${resource}`));
    for (const { tenant, type, id, lookups: texts } of there.values()) {
      for (const [path, value] of JSON.parse(texts) as [string, string][]) {
        const place = `${lookupPlace(tenant, type, path, value)} ${id}`;
        if (!kept.delete(place)) problems.push(`no look-up ${place}`);
      }
    }
    problems.push(...[...kept].map((place) => `look-up ${place} leads nowhere`));
    const [head] = await heads.find().toArray();
    const entries = await commits.find().sort({ number: 1 }).toArray();
    entries.forEach(({ number, first, last }, at) => {
      const before = entries[at - 1]?.last ?? 0;
      if (number !== at + 1 || first !== before + 1) problems.push(`entry ${at + 1} is ${number}, ${first} to ${last}`);
    });
    if (head?.sequence !== entries.at(-1)?.last) problems.push(`the head is at ${head?.sequence}`);
    return problems;
  } finally {
    await connection.close();
  }
}
