/** After a storm: everything that was acknowledged is there, what was in flight is there as a whole or not at all. */
import { openStore } from '../../src/target.js';
import { expectStatus, listed } from './entra-client.js';
import { historyProblems } from './history.js';
import { GROUP } from './mapping.js';
import { differences, readPages } from './read-back.js';
import { each, type JsonObject, locatedId, type ScimClient } from './scim-client.js';
import { type Person, type State, Storm } from './storm.js';

/** A storm over some groups, and what must be left of it. Each method tells what is not as it must be. */
export class Survivors {
  /** Writes that had no answer, and those of them that were carried out; as of peopleProblems(). */
  unanswered = 0;
  carriedOut = 0;

  private constructor(
    readonly storm: Storm,
    private readonly groups: readonly string[],
  ) {}

  /** @param awayStatus an answer that says that the write may have been done or not */
  static async begin(scim: ScimClient, groups: number, awayStatus?: number): Promise<Survivors> {
    const ids: string[] = [];
    for (let index = 0; index < groups; index++) {
      const answer = await scim.post('/Groups', { schemas: [GROUP], displayName: `Group ${index}` });
      ids.push(locatedId(expectStatus(answer, 201)));
    }
    return new Survivors(new Storm(ids, awayStatus), ids);
  }

  /** Each person is as last acknowledged, or as the write that was in flight would have it; nobody else is there. */
  async peopleProblems(scim: ScimClient): Promise<string[]> {
    const users = await readPages(scim, '/Users', 500);
    const found = new Map(users.map((user) => [String(user.id), user]));
    const byName = new Map(users.map((user) => [user.userName, String(user.id)]));
    const problems: string[] = [];
    for (const person of this.storm.people) {
      person.id ??= byName.get(person.pending?.state?.resource.userName as string);
      const user = found.get(person.id ?? '');
      found.delete(person.id ?? '');
      problems.push(...this.judge(person, user && stateOf(user)));
    }
    return [...problems, ...[...found.keys()].map((id) => `nobody wrote ${id}`)];
  }

  /** What is wrong with one person; afterwards what was found counts as acknowledged. */
  private judge(person: Person, got: State | undefined): string[] {
    const { id, state, pending } = person;
    const problems = distance(state, got);
    const isLater = pending !== undefined && problems.length > 0 && distance(pending.state, got).length === 0;
    this.unanswered += Number(pending !== undefined);
    this.carriedOut += Number(isLater);
    person.state = got;
    person.pending = undefined;
    return isLater ? [] : problems.map((problem) => `${id}${problem}`);
  }

  /** Each user is found by its name, nobody by a name that was given up. */
  async nameProblems(scim: ScimClient): Promise<string[]> {
    const present = new Map(
      this.storm.people.filter(({ state }) => state).map(({ id, state }) => [state?.resource.userName as string, id]),
    );
    const problems: string[] = [];
    await each([...this.storm.namesEver], 16, async (name) => {
      const parameters = { attributes: 'id' };
      const hits = listed(await scim.filter('/Users', `userName eq "${name}"`, parameters)).map(({ id }) => id);
      const wanted = present.has(name) ? [present.get(name)] : [];
      if (String(hits) !== String(wanted)) problems.push(`${name} finds ${hits}, not ${wanted}`);
    });
    return problems;
  }

  /** Members as the group shows them are those whose users show the group. */
  async memberProblems(scim: ScimClient): Promise<string[]> {
    const problems: string[] = [];
    for (const group of this.groups) {
      const { members = [] } = (await scim.get(`/Groups/${group}`)).body as { members?: JsonObject[] };
      const wanted = this.storm.people
        .filter(({ state }) => state?.groups.includes(group))
        .map(({ id }) => id as string);
      problems.push(
        ...differences(
          wanted,
          members.map(({ value }) => value as string),
          `members of ${group}`,
        ),
      );
    }
    return problems;
  }

  /** Each acknowledged write has its record, there are no gaps, and the records come to what is there. */
  async recordProblems(spec: string): Promise<string[]> {
    const store = await openStore(spec);
    try {
      const tenant = await store.tenantByName('default');
      return await historyProblems(store, tenant?.id ?? '', this.storm.acknowledged);
    } finally {
      await store.close();
    }
  }
}

function stateOf({ schemas: _, id: __, meta: ___, groups: memberOf, ...resource }: JsonObject): State {
  const groups = ((memberOf as JsonObject[] | undefined) ?? []).map(({ value }) => String(value));
  return { resource, groups };
}

function distance(wanted: State | undefined, got: State | undefined): string[] {
  if (!wanted || !got) return wanted === got ? [] : [`wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`];
  return [
    ...differences(wanted.resource, got.resource, ''),
    ...differences([...wanted.groups], [...got.groups], '.groups'),
  ];
}
