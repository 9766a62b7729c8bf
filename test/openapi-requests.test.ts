/**
 * openapi.yaml held to the server: for every SCIM operation requests are made up from its description, and each answer
 * must be one that is described there. The same requests each time.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueCredential } from '../src/access/credentials.js';
import { ALL_SCOPES } from '../src/access/principal.js';
import { Registries } from '../src/access/registries.js';
import { setSchemas } from '../src/access/tenant-schemas.js';
import { bundledDocuments } from '../src/schema-files.js';
import { arbitraryRequest, type MadeUpRequest, OWN } from './support/arbitrary-request.js';
import type { Client } from './support/client.js';
import { DescribedAnswers } from './support/described-answers.js';
import { type DescribedOperation, operationsOf, readDescription } from './support/description.js';
import { Suite } from './support/target.js';

const REQUESTS = 60;
const SEED = 20_261_121;

const description = readDescription();
const described = new DescribedAnswers(description);
const operations = operationsOf(description).filter(({ isScim, path }) => isScim && !/^\/(healthz|readyz)$/.test(path));

const suite = new Suite('memory:');
beforeAll(() => suite.start());
afterAll(() => suite.stop());

/** Something for the requests to be about: a user or a group that is there, and who asks. */
interface World {
  readonly id: string;
  readonly client: Client;
}

const CATALOGS = ['Role', 'Entitlement'].map((name) => [
  name === 'Role' ? '/Roles' : '/Entitlements',
  `urn:ietf:params:scim:schemas:core:2.0:${name}`,
]) as [endpoint: string, urn: string][];

/** A tenant that offers roles, and somebody who may change them too. */
async function newClient(): Promise<Client> {
  const { tenant } = await suite.tenant();
  await setSchemas(suite.target.store, new Registries(bundledDocuments()), tenant, '{"roles":true}');
  return suite.client(tenant.name, [...ALL_SCOPES]);
}

let made = 0;

async function worldOf({ path }: DescribedOperation, client: Client): Promise<World> {
  const name = `made up ${++made}`;
  const catalog = CATALOGS.find(([endpoint]) => path.startsWith(endpoint));
  if (catalog) {
    const [endpoint, urn] = catalog;
    const { body } = await client.post(endpoint, { schemas: [urn], value: name, display: 'Ann' });
    return { id: body.id as string, client };
  }
  const { id } = path.startsWith('/Groups')
    ? await client.group(name)
    : await client.user(name, { displayName: 'Ann' });
  if (path !== '/Me') return { id: id as string, client };
  const sources = { clock: () => new Date().toISOString(), newId: randomUUID, randomBytes };
  const wanted = { tenant: client.tenant, kind: 'token', name, scopes: ALL_SCOPES, expires: undefined } as const;
  const { secret } = await issueCredential(suite.target.store, { ...wanted, ...sources, user: id as string });
  return { id: id as string, client: client.withToken(secret as string) };
}

async function send({ method, path }: DescribedOperation, request: MadeUpRequest, { id, client }: World) {
  const own = (text: string): string => text.replaceAll(OWN, id);
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(own(request.path[name] ?? '')));
  const query = new URLSearchParams(request.query).toString();
  const answer = await fetch(`${suite.origin}/scim/v2${address}${query && `?${query}`}`, {
    method,
    headers: {
      authorization: `Bearer ${client.token}`,
      ...request.headers,
      ...(request.body !== undefined && { 'content-type': 'application/scim+json' }),
    },
    ...(request.body !== undefined && { body: own(request.body) }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe('made-up requests', () => {
  test.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    'to %s are answered as described',
    async (_, operation) => {
      const client = await newClient();
      const requests = fc.sample(arbitraryRequest(operation, description), { numRuns: REQUESTS, seed: SEED });
      const wrong: unknown[] = [];
      const seen = new Map<number, number>();
      let world: World | undefined;
      for (const request of requests) {
        if (!world || operation.method === 'DELETE') world = await worldOf(operation, client);
        const answer = await send(operation, request, world);
        const faults = described.misfits(operation, answer);
        // Neither what the response of all others stands for, nor what the server should never say.
        if (!operation.responses[answer.status] || answer.status >= 500) faults.push(`status ${answer.status}`);
        if (faults.length > 0) wrong.push({ ...request, status: answer.status, faults });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      }
      expect(wrong).toEqual([]);
      // Requests that are all refused would show little.
      const done = [...seen].filter(([status]) => status < 300).reduce((sum, [, times]) => sum + times, 0);
      expect(done, JSON.stringify([...seen])).toBeGreaterThan(0);
    },
    60_000,
  );
});
