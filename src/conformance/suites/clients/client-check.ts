/** What the checks of clients have in common: who stands behind them, and what several clients do alike. */
import type { Check } from '../../check.js';
import type { Probe } from '../../probe.js';

/** A check without what says who asks for it. */
export type ClientCheck = Omit<Check, 'suite' | 'level' | 'client'>;

/** The client does not work without it. */
export function demands(client: string, check: ClientCheck): Check {
  return { suite: 'clients', level: 'client', client, ...check };
}

/** Known from the field or a pilot alone, or a tolerance that other servers do without. */
export function tolerates(check: ClientCheck): Check {
  return { suite: 'clients', level: 'should', ...check };
}

/** A user is found by its userName. */
export async function expectMatch(t: Probe): Promise<void> {
  const user = await t.user();
  t.expectFound(await t.find('User', `userName eq "${user.sent.userName}"`), user);
}

/** GET /Users?count=1 is answered with a list of one user at most. */
export async function expectOneAtMost(t: Probe): Promise<void> {
  const answer = await t.get(t.endpoint('User'), { count: 1 });
  const { length } = t.expectList(answer);
  t.expect(length <= 1, answer, `The page has ${length} users`, 'one at most', length);
}
