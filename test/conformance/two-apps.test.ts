/**
 * Two apps in one process, of Express 4 and of Express 5, each with two targets that are set up differently: all four
 * conform at the same time, and nothing of one is seen in another.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express5, { type Express } from 'express';
import express4 from 'express4';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createThrottle } from '../../src/access/throttle.js';
import type { Suite as SuiteName } from '../../src/conformance/model.js';
import { CHECKS } from '../../src/conformance/suites/index.js';
import { createScimTarget, type ScimTarget, type TargetOptions } from '../../src/index.js';
import { documentsWithServerAttributes, LEDGER } from '../support/server-attributes.js';
import { judge, PROFILE_OF, told } from './judge.js';

/** A target that an app has mounted, with what it was heard of. */
interface Mounted {
  readonly name: string;
  readonly url: string;
  readonly target: ScimTarget;
  /** By suite. */
  readonly tokens: Map<SuiteName, string>;
  /** Tenants that its hooks and its subscriber were told of. */
  readonly heard: Set<string>;
}

const folder = mkdtempSync(path.join(tmpdir(), 'scim-target-two-'));
const closing: (() => Promise<unknown>)[] = [];
const all: Mounted[] = [];

/** Options of each target; `heard` notes the tenants that its app is told of. */
const TARGETS: Record<string, (heard: Set<string>) => TargetOptions> = {
  plain: () => ({ store: 'memory:', pageSize: 7, patchAnswer: 'resource' }),
  furnished: (heard) => ({
    store: `sqlite:${path.join(folder, 'furnished.db')}`,
    schemas: documentsWithServerAttributes(),
    publicUrl: undefined,
    maxPageSize: 60,
    beforeCommit: ({ tenant, type }) => {
      heard.add(tenant);
      return type === 'User' ? { set: { [LEDGER]: { costCode: 'A' } } } : undefined;
    },
  }),
  keeping: (heard) => ({
    store: `sqlite:${path.join(folder, 'keeping.db')}`,
    passwords: 'hash',
    bulkMaxOperations: 20,
    onPassword: ({ tenant }) => void heard.add(tenant),
  }),
  own: () => ({
    store: 'memory:',
    createTenants: true,
    authenticate: ({ headers }) => {
      const [, tenant] = /^Bearer own-([a-z-]+)$/.exec(headers.authorization ?? '') ?? [];
      return tenant === undefined ? undefined : { tenant, name: `the identity provider of ${tenant}` };
    },
  }),
};

/** The targets of an app share the suites, so that both apps are asked everything. */
const ASKED: Record<string, readonly SuiteName[]> = {
  plain: ['rfc', 'okta'],
  furnished: ['entra', 'clients'],
  keeping: ['entra', 'clients'],
  own: ['rfc', 'okta'],
};

async function mount(app: Express, name: string, server: { port: () => number }): Promise<void> {
  const heard = new Set<string>();
  const throttle = createThrottle({ wait: async () => undefined });
  const options = TARGETS[name]?.(heard);
  const target = await createScimTarget({ requestLimit: 1_000_000, throttle, ...options });
  closing.push(() => target.close());
  app.use(`/${name}/scim`, target.scimRouter);
  target.events.subscribe('app', ({ tenant }) => void heard.add(tenant));
  const tokens = new Map<SuiteName, string>();
  for (const suite of ASKED[name] ?? []) {
    const tenant = `${name}-${suite}`;
    await target.createTenant({ name: tenant, profile: PROFILE_OF[suite] });
    const token = await target.createToken({ tenant, name: tenant });
    tokens.set(suite, name === 'own' ? `own-${tenant}` : token);
    await target.directory(tenant).users.create({ userName: 'resident' });
  }
  all.push({ name, url: `http://127.0.0.1:${server.port()}/${name}/scim`, target, tokens, heard });
}

beforeAll(async () => {
  for (const [express, names] of [
    [express4, ['plain', 'furnished']],
    [express5, ['keeping', 'own']],
  ] as const) {
    const app = express();
    app.use(express.json());
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    for (const name of names) await mount(app, name, { port: () => (server.address() as AddressInfo).port });
  }
}, 60_000);
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

test('both apps pass every check of every suite at the same time', async () => {
  const results = await Promise.all(
    all.flatMap(({ name, url, tokens }) =>
      [...tokens].map(async ([suite, token]) => {
        const checks = CHECKS.filter((check) => check.suite === suite);
        const found = await judge(url, token, checks);
        // What a server does not announce cannot be judged.
        const isFine = ({ verdict, reason }: (typeof found)[number]) =>
          verdict === 'passed' || (verdict === 'skipped' && /does not announce/.test(reason ?? ''));
        return found.filter((one) => !isFine(one)).map((one) => `${name}: ${told(one)}`);
      }),
    ),
  );
  expect(results.flat()).toEqual([]);
}, 300_000);

test('nothing of one is seen in another', async () => {
  for (const one of all) {
    const { name, target, tokens, url, heard } = one;
    await target.events.settled();
    await target.flush();
    const tenants = (await target.store.tenants()).map((tenant) => tenant.name);
    expect(tenants.sort()).toEqual([...tokens.keys()].map((suite) => `${name}-${suite}`).sort());
    expect([...heard].sort()).toEqual(tenants);
    for (const tenant of await target.store.tenants()) {
      const actors = new Set((await target.directory(tenant.name).history(0, 1_000)).map(({ actor }) => actor.name));
      const own = name === 'own' ? `the identity provider of ${tenant.name}` : tenant.name;
      expect([...actors].sort()).toEqual([own, 'the app'].sort());
      const seen = await target.store.activity({ tenant: tenant.id, limit: 200 });
      expect(seen.length).toBeGreaterThan(0);
      expect(seen.filter(({ path }) => !path.startsWith(`/${name}/scim`))).toEqual([]);
    }
    for (const other of all) {
      const status = async (token: string) =>
        (await fetch(`${url}/Users`, { headers: { Authorization: `Bearer ${token}` } })).status;
      for (const token of other.tokens.values()) expect(await status(token)).toBe(other === one ? 200 : 401);
    }
  }
});

test('what is set for one is set for that one alone', async () => {
  const read = async ({ url, tokens }: Mounted, address: string) => {
    const answer = await fetch(url + address, { headers: { Authorization: `Bearer ${[...tokens.values()][0]}` } });
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
    return (await answer.json()) as any;
  };
  const found = Object.fromEntries(
    await Promise.all(
      all.map(async (one) => {
        const configuration = await read(one, '/ServiceProviderConfig');
        const types = await read(one, '/ResourceTypes');
        const user = await one.target
          .directory(`${one.name}-${[...one.tokens.keys()][0]}`)
          .users.byUserName('resident');
        return [
          one.name,
          {
            operations: configuration.bulk.maxOperations,
            results: configuration.filter.maxResults,
            changesPasswords: configuration.changePassword.supported,
            devices: types.Resources.some(({ name }: { name: string }) => name === 'Device'),
            costCode: (user?.[LEDGER] as { costCode?: string } | undefined)?.costCode,
          },
        ] as const;
      }),
    ),
  );
  const usual = { operations: 1000, results: 1000, changesPasswords: false, devices: false, costCode: undefined };
  expect(found).toEqual({
    plain: usual,
    furnished: { ...usual, results: 60, devices: true, costCode: 'A' },
    keeping: { ...usual, operations: 20, changesPasswords: true },
    own: { ...usual },
  });
});
