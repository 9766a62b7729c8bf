import type { Facts } from '../facts.js';
import type { Result } from '../model.js';
import type { Session } from '../session.js';
import type { Scenario } from './load.js';

export async function runScenario(_session: Session, _facts: Facts, _scenario: Scenario): Promise<Result[]> {
  return [];
}
