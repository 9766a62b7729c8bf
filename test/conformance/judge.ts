/** Checks run against a server, as the command would run them. */
import type { Check } from '../../src/conformance/check.js';
import { connect } from '../../src/conformance/conduct.js';
import type { Result, Suite as SuiteName } from '../../src/conformance/model.js';
import { runCheck } from '../../src/conformance/run.js';
import { BROKEN_OFF, Session } from '../../src/conformance/session.js';
import type { ProfileName } from '../../src/scim/profiles.js';
import type { Suite } from '../support/target.js';

/** The profile under which our server promises what a suite asks. */
export const PROFILE_OF: Readonly<Record<SuiteName, ProfileName>> = {
  rfc: 'strict',
  entra: 'entra',
  okta: 'okta',
  clients: 'entra',
};

/** A new tenant with some people in it, as a server in use has. */
export async function tenantWithToken(suite: Suite, profile: ProfileName): Promise<string> {
  const client = await suite.tenant(profile);
  await client.user('resident');
  return client.token;
}

let seeds = 0;

/** The results of the checks, one by one; what they made is removed. */
export async function judge(url: string, token: string, checks: readonly Check[]): Promise<Result[]> {
  const session = new Session({ url, credential: { kind: 'bearer', token }, seed: ++seeds, timeout: 10_000 });
  const facts = await connect(session);
  const results: Result[] = [];
  for (const check of checks) {
    const result = await runCheck(session, facts, check);
    if (result.finding?.message.startsWith(BROKEN_OFF)) throw new Error(told(result));
    results.push(result);
    await session.tidy();
  }
  session.beginCleanUp();
  await session.ledger.cleanUp(session.client, { keep: false, onStep: () => {}, findStrays: undefined });
  session.transport.close();
  return results;
}

/** A result in one line, for the message of a failing test. */
export function told({ id, verdict, reason, finding }: Result): string {
  const detail = reason ?? (finding && `${finding.message}; wanted ${finding.expected}, found ${finding.actual}`) ?? '';
  return `${id} ${verdict}: ${detail}`;
}
