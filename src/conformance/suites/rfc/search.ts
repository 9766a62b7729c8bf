/** POST to .search: RFC 7644 §3.4.3. */
import type { Check } from '../../check.js';
import { LIST_URN, SEARCH_URN, USER_URN } from '../../facts.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { type Row, rfcArea } from './rfc-check.js';

const SOURCE = 'RFC 7644 §3.4.3';

/** At /Users, or at the root with an endpoint of ''. Nothing announces .search, so the answer tells. */
async function search(t: Probe, endpoint: string, query: JsonObject): Promise<Answer> {
  const answer = await t.post(`${endpoint}/.search`, { schemas: [SEARCH_URN], ...query });
  if ([404, 405, 501].includes(answer.status)) {
    t.skip(`the server does not announce .search: it answers with status ${answer.status}`);
  }
  return answer;
}

/** Users that a filter finds by the word in their names. */
async function crew(t: Probe, size: number): Promise<{ filter: string; made: Made[] }> {
  const word = t.unique('search');
  const made: Made[] = [];
  for (let i = 0; i < size; i++) {
    const letter = String.fromCharCode(97 + ((i + 1) % size));
    made.push(await t.user({ userName: `${word}-${letter}@example.com` }));
  }
  return { filter: `userName sw ${JSON.stringify(word)}`, made };
}

/** A user and a group of one displayName. */
async function namesakes(t: Probe): Promise<{ filter: string; user: Made; group: Made }> {
  t.needsAttribute(USER_URN, 'displayName');
  const displayName = t.unique('search');
  const user = await t.user({ displayName });
  const group = await t.group({ displayName });
  return { filter: `displayName eq ${JSON.stringify(displayName)}`, user, group };
}

function expectIds(t: Probe, answer: Answer, wanted: readonly unknown[]): void {
  const found = t.expectList(answer).map(({ id }) => id);
  const isSame = found.length === wanted.length && wanted.every((id, i) => found[i] === id);
  t.expect(isSame, answer, 'The list has other resources, or another order', wanted, found);
}

const ROWS: readonly Row[] = [
  {
    id: 'list',
    title: 'POST to /Users/.search is answered with 200 and a ListResponse.',
    fix: `Answer a search with status 200 and ${LIST_URN}: nothing is created.`,
    async run(t) {
      t.expectList(await search(t, t.endpoint('User'), { count: 1 }));
    },
  },
  {
    id: 'filter',
    title: 'A search takes its filter from the body.',
    fix: 'Read filter from the SearchRequest in the body.',
    needs: ['filter'],
    async run(t) {
      const { filter, made } = await crew(t, 2);
      t.expectFound(await search(t, t.endpoint('User'), { filter }), ...made);
    },
  },
  {
    id: 'no-hit',
    title: 'A search without a hit is answered with 200 and an empty list.',
    source: 'RFC 7644 §3.4.2, §3.4.3',
    fix: 'Answer with status 200 and totalResults 0 when nothing matches.',
    needs: ['filter'],
    async run(t) {
      // That there is a .search at all is asked first: afterwards a 404 has another meaning.
      await search(t, t.endpoint('User'), { count: 1 });
      const filter = `userName eq ${JSON.stringify(t.unique('nobody'))}`;
      t.expectList(await t.post(`${t.endpoint('User')}/.search`, { schemas: [SEARCH_URN], filter }), 0);
    },
  },
  {
    id: 'invalid-filter',
    title: 'A search with a filter that is none is answered with 400.',
    source: 'RFC 7644 §3.4.3, §3.12',
    fix: 'Check the filter of a SearchRequest as that of a GET: 400 with scimType invalidFilter.',
    needs: ['filter'],
    async run(t) {
      t.expectError(await search(t, t.endpoint('User'), { filter: 'userName eq' }), 400);
    },
  },
  {
    id: 'paging',
    title: 'A search takes startIndex and count from the body.',
    fix: 'Read startIndex and count from the SearchRequest in the body, as numbers.',
    needs: ['filter'],
    async run(t) {
      const { filter } = await crew(t, 3);
      const answer = await search(t, t.endpoint('User'), { filter, startIndex: 2, count: 1 });
      const found = t.expectList(answer, 3).length;
      t.expect(found <= 1, answer, `The page has ${found} resources`, 'at most 1', String(found));
      t.expectEqual(answer, 'startIndex', 2);
    },
  },
  {
    id: 'sort',
    title: 'A search takes sortBy and sortOrder from the body.',
    fix: 'Read sortBy and sortOrder from the SearchRequest in the body.',
    needs: ['filter', 'sort'],
    async run(t) {
      const { filter, made } = await crew(t, 3);
      const sorted = [...made].sort((a, b) => (String(a.sent.userName) < String(b.sent.userName) ? 1 : -1));
      const query = { filter, sortBy: 'userName', sortOrder: 'descending' };
      expectIds(
        t,
        await search(t, t.endpoint('User'), query),
        sorted.map(({ id }) => id),
      );
    },
  },
  {
    id: 'attributes',
    title: 'A search takes attributes from the body, as an array.',
    source: 'RFC 7644 §3.4.3, §3.9',
    fix: 'Read attributes from the SearchRequest in the body: an array of names.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const { filter } = await crew(t, 1);
      const answer = await search(t, t.endpoint('User'), { filter, attributes: ['userName'] });
      t.expectList(answer, 1);
      t.expectPresent(answer, 'Resources[0].id');
      t.expectPresent(answer, 'Resources[0].userName');
      t.expectAbsent(answer, 'Resources[0].emails');
    },
  },
  {
    id: 'excluded-attributes',
    title: 'A search takes excludedAttributes from the body, as an array.',
    source: 'RFC 7644 §3.4.3, §3.9',
    fix: 'Read excludedAttributes from the SearchRequest in the body: an array of names.',
    needs: ['filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'emails');
      const { filter } = await crew(t, 1);
      const answer = await search(t, t.endpoint('User'), { filter, excludedAttributes: ['emails'] });
      t.expectList(answer, 1);
      t.expectPresent(answer, 'Resources[0].userName');
      t.expectAbsent(answer, 'Resources[0].emails');
    },
  },
  {
    id: 'same-as-get',
    title: 'A search finds what a GET with the same parameters finds.',
    fix: 'Answer GET and POST to .search by the same code.',
    needs: ['filter'],
    async run(t) {
      const { filter } = await crew(t, 2);
      const answer = await search(t, t.endpoint('User'), { filter });
      const same = await t.find('User', filter);
      const found = t.expectList(answer).map(({ id }) => id);
      const wanted = t.expectList(same).map(({ id }) => id);
      const isSame = found.length === wanted.length && wanted.every((id) => found.includes(id));
      t.expect(isSame, answer, 'The search found others than the GET', wanted, found);
    },
  },
  {
    id: 'groups',
    title: 'POST to /Groups/.search finds groups.',
    fix: 'Support .search at every endpoint of resources.',
    needs: ['filter', 'groups'],
    async run(t) {
      const displayName = t.unique('search');
      const made = await t.group({ displayName });
      const filter = `displayName eq ${JSON.stringify(displayName)}`;
      t.expectFound(await search(t, t.endpoint('Group'), { filter }), made);
    },
  },
  {
    id: 'root',
    title: 'POST to /.search finds resources of all types.',
    source: 'RFC 7644 §3.4.2.1, §3.4.3',
    fix: 'Search all resource types at the root, and tell the type of each result in meta.resourceType.',
    needs: ['filter', 'groups'],
    async run(t) {
      const { filter, user, group } = await namesakes(t);
      t.expectFound(await search(t, '', { filter }), user, group);
    },
  },
  {
    id: 'root-resource-type',
    title: 'A search at the root can be narrowed by meta.resourceType.',
    source: 'RFC 7644 §3.4.2.1, §3.4.3',
    fix: 'Resolve meta.resourceType in filters at the root.',
    needs: ['filter', 'groups'],
    async run(t) {
      const { filter, group } = await namesakes(t);
      t.expectFound(await search(t, '', { filter: `${filter} and meta.resourceType eq "Group"` }), group);
    },
  },
  {
    id: 'root-unknown-attribute',
    title: 'At the root an attribute that a type does not have counts as without a value.',
    source: 'RFC 7644 §3.4.2.1, §3.4.3',
    fix: 'Take an attribute that a resource type does not have for one without a value, instead of declining the search.',
    needs: ['filter', 'groups'],
    async run(t) {
      const userName = `${t.unique('search')}@example.com`;
      const user = await t.user({ userName });
      t.expectFound(await search(t, '', { filter: `userName eq ${JSON.stringify(userName)}` }), user);
    },
  },
  {
    id: 'root-paging',
    title: 'A search at the root is paged over all types as over one list.',
    source: 'RFC 7644 §3.4.2.1, §3.4.2.4, §3.4.3',
    fix: 'Count startIndex and totalResults over the resources of all types together.',
    needs: ['filter', 'groups'],
    async run(t) {
      const { filter, user, group } = await namesakes(t);
      const wanted = [user.id, group.id];
      const found: unknown[] = [];
      for (const startIndex of [1, 2]) {
        const answer = await search(t, '', { filter, startIndex, count: 1 });
        found.push(...t.expectList(answer, 2).map(({ id }) => id));
        const isWhole = startIndex === 1 || wanted.every((id) => found.includes(id));
        t.expect(isWhole, answer, 'The pages do not have every resource once', wanted, found);
      }
    },
  },
  {
    id: 'root-get',
    title: 'GET at the root finds what POST to /.search finds.',
    source: 'RFC 7644 §3.4.2.1',
    level: 'should',
    fix: 'Answer GET at the base URL as a search of all resource types, by the same code as POST to /.search.',
    needs: ['filter', 'groups'],
    async run(t) {
      const { filter, user, group } = await namesakes(t);
      // What is at the root of a server that has no search there, is its own affair.
      await search(t, '', { filter });
      t.expectFound(await t.get('/', { filter }), user, group);
    },
  },
  {
    id: 'creates-nothing',
    title: 'A search creates nothing.',
    fix: 'Route POST to .search to the search, before the route that creates resources.',
    needs: ['filter'],
    async run(t) {
      const { filter, made } = await crew(t, 1);
      const answer = await search(t, t.endpoint('User'), { filter });
      t.expectStatus(answer, 200);
      const created = valueAt(answer.body, 'id');
      t.expect(created === undefined, answer, 'The answer is a resource', 'a list', created);
      t.expectFound(await t.find('User', filter), ...made);
    },
  },
];

export const searchChecks: readonly Check[] = ROWS.map(rfcArea('search', SOURCE));
