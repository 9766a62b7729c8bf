/** Scenarios played as the command would play them, against a tenant that an admin has set up for it. */
import { expect } from 'vitest';
import type { Credential } from '../../../src/conformance/client/credential.js';
import { connect } from '../../../src/conformance/conduct.js';
import type { Result } from '../../../src/conformance/model.js';
import type { Scenario } from '../../../src/conformance/scenarios/load.js';
import { runScenario } from '../../../src/conformance/scenarios/run.js';
import { Session } from '../../../src/conformance/session.js';
import type { IssuedCredential } from '../../../src/http/admin/messages.js';
import { adminOf } from '../../support/admin-client.js';
import type { Suite } from '../../support/target.js';

/** What a scenario comes to; what it made is removed. */
export async function play(url: string, credential: Credential, wanted: Scenario): Promise<Result[]> {
  const session = new Session({ url, credential, seed: 7, timeout: 10_000 });
  const results = await runScenario(session, await connect(session), wanted);
  session.beginCleanUp();
  expect(
    (await session.ledger.cleanUp(session.client, { keep: false, onStep: () => {}, findStrays: undefined })).left,
  ).toEqual([]);
  session.transport.close();
  return results;
}

/** A tenant of its own with somebody in it, and how to connect to it in one of the ways that the admin page offers. */
export async function tenantFor(
  suite: Suite,
  kind: Scenario['credential'],
): Promise<{ url: string; credential: Credential }> {
  const { client } = await adminOf(suite);
  const resident = await suite.tenant('entra');
  await resident.user('resident');
  const { tenant } = resident;
  if (kind === 'basic') expect((await client.patch(`/tenants/${tenant.name}`, { allowsBasic: true })).status).toBe(200);
  const issued = await client.issue(tenant.name, { kind: KINDS[kind] });
  return { url: issued.connection.scimUrl, credential: credentialOf(issued) };
}

const KINDS = { any: 'token', bearer: 'token', basic: 'basic', oauth: 'client' } as const;

/** As the conformance client takes it. */
function credentialOf({ credential: { kind, identifier }, secret, connection }: IssuedCredential): Credential {
  const [name, word] = [identifier ?? '', secret ?? ''];
  if (kind === 'basic') return { kind: 'basic', user: name, password: word };
  if (kind === 'token') return { kind: 'bearer', token: word };
  return { kind: 'oauth', clientId: name, clientSecret: word, tokenEndpoint: connection.tokenEndpoint };
}
