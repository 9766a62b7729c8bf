/**
 * Accounts that the target has before it is provisioned, as most applications do: the initial cycle has to find them
 * by their names and must not make a second one.
 */
import { groupBody, userBody } from '../fill.js';
import type { JsonObject } from '../model.js';
import type { Random } from '../random.js';
import { valueAt } from '../values.js';
import { groupValuesOf, type Mapping, valuesOf } from './mapping.js';
import { isWanted, type SourceDirectory } from './source.js';
import type { JobState } from './state.js';
import { ObjectFailure, type Wire } from './wire.js';

const MAX_USERS = 20;

/** What cannot be made is left to the initial cycle. @throws CycleStopped */
export async function prepare(
  { wire, source, state, mapping }: { wire: Wire; source: SourceDirectory; state: JobState; mapping: Mapping },
  random: Random,
): Promise<void> {
  const { facts } = wire;
  const wanted = [...source.people.values()].filter(isWanted);
  const count = Math.min(MAX_USERS, Math.ceil(wanted.length / 10));
  for (const [i, person] of random.shuffled(wanted).slice(0, count).entries()) {
    const userName = String(valuesOf(person, mapping).get('userName'));
    const body = { ...userBody(facts, userName, random), active: i % 3 !== 1 };
    await make('User', userName, body);
  }
  const group = [...source.groups.values()].find(({ isAssigned }) => isAssigned);
  if (group) {
    const displayName = String(groupValuesOf(group).get('displayName'));
    await make('Group', displayName, groupBody(facts, displayName, random));
  }
  state.isPrepared = true;

  async function make(type: 'User' | 'Group', name: string, body: JsonObject): Promise<void> {
    state.lost.add(name);
    try {
      const answer = await wire.send('create', { method: 'POST', path: facts.endpoints[type], body });
      const id = valueAt(answer.body, 'id');
      if (typeof id !== 'string') return;
      wire.note(wire.pathOf(type, id));
    } catch (error) {
      if (!(error instanceof ObjectFailure)) throw error;
      const status = error.exchange?.response?.status ?? 0;
      if (status < 400 || status >= 500) return;
    }
    state.lost.delete(name);
  }
}
