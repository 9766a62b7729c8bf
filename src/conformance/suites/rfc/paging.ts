/** Paging: RFC 7644 §3.4.2.4, RFC 9865. */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { LIST_URN, SEARCH_URN } from '../../facts.js';
import type { Answer, Json, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { isUnassigned, objectsIn, shown, valueAt } from '../../values.js';

const SOURCE = 'RFC 7644 §3.4.2.4';

/** By index, which every server has unless its pagination (RFC 9865 §4) says otherwise. */
type Paging = Readonly<Record<string, string | number | undefined>>;

function needsIndex(t: Probe): void {
  if (valueAt(t.facts.serviceProviderConfig, 'pagination.index') === false) {
    t.skip('the server does not announce paging by index');
  }
}

/** A page of all users. */
async function page(t: Probe, query: Paging): Promise<Answer> {
  needsIndex(t);
  const answer = await t.get(t.endpoint('User'), query);
  t.expectList(answer);
  return answer;
}

/** So many users that a filter finds by the word in their names. */
async function crew(t: Probe, size: number): Promise<{ filter: string; made: Made[] }> {
  const word = t.unique('page');
  const made: Made[] = [];
  for (let i = 1; i <= size; i++) made.push(await t.user({ userName: `${word}-${i}@example.com` }));
  return { filter: `userName sw ${JSON.stringify(word)}`, made };
}

function resourcesOf(answer: Answer): JsonObject[] {
  return objectsIn(valueAt(answer.body, 'Resources'));
}

function idsOf(answer: Answer): unknown[] {
  return resourcesOf(answer).map(({ id }) => id);
}

/** Each user once and nobody else. */
function expectEachOnce(t: Probe, answer: Answer | undefined, found: readonly unknown[], made: readonly Made[]): void {
  const isComplete = made.every(({ id }) => found.includes(id));
  t.expect(isComplete, answer, 'The pages together do not have everyone', `${made.length} users`, found);
  const isSingle = found.length === made.length;
  t.expect(isSingle, answer, 'The pages together have someone more than once', `${made.length} users`, found);
}

/** Checks that look at one page of whoever is there. */
const ANYONE: readonly Check[] = [
  {
    id: 'rfc.paging.count',
    suite: 'rfc',
    title: 'A page has no more resources than count asks for.',
    level: 'must',
    source: SOURCE,
    fix: 'Return at most count resources.',
    readsOnly: true,
    async run(t) {
      const answer = await page(t, { count: 1 });
      const found = idsOf(answer).length;
      t.expect(found <= 1, answer, `The page has ${found} resources`, 'at most 1', String(found));
    },
  },
  {
    id: 'rfc.paging.items-per-page',
    suite: 'rfc',
    title: 'The attribute itemsPerPage is the number of resources in the page.',
    level: 'must',
    source: SOURCE,
    fix: 'Set itemsPerPage to the number of resources that the answer has, not to count.',
    readsOnly: true,
    async run(t) {
      const answer = await page(t, { count: 100 });
      const items = valueAt(answer.body, 'itemsPerPage');
      // REQUIRED only when the list has more pages (RFC 7644 §3.4.2).
      if (items === undefined && valueAt(answer.body, 'totalResults') === idsOf(answer).length) return;
      t.expectEqual(answer, 'itemsPerPage', idsOf(answer).length);
    },
  },
  {
    id: 'rfc.paging.count-zero',
    suite: 'rfc',
    title: 'A count of 0 asks for totalResults alone.',
    level: 'must',
    source: SOURCE,
    fix: 'Answer count=0 with totalResults and no Resources: 0 is not "no limit".',
    readsOnly: true,
    async run(t) {
      expectNobody(t, await page(t, { count: 0 }));
    },
  },
  {
    id: 'rfc.paging.count-negative',
    suite: 'rfc',
    title: 'A negative count is taken for 0.',
    level: 'must',
    source: SOURCE,
    fix: 'Take a negative count for 0 instead of declining it.',
    readsOnly: true,
    async run(t) {
      expectNobody(t, await page(t, { count: -5 }));
    },
  },
  {
    id: 'rfc.paging.numbers',
    suite: 'rfc',
    title: 'The numbers startIndex, itemsPerPage and totalResults are not written as strings.',
    level: 'must',
    source: 'RFC 7644 §3.4.2, §3.4.2.4',
    fix: 'Write startIndex, itemsPerPage and totalResults as JSON numbers.',
    readsOnly: true,
    async run(t) {
      const answer = await page(t, { startIndex: 1, count: 2 });
      for (const name of ['startIndex', 'itemsPerPage', 'totalResults']) {
        const value = valueAt(answer.body, name);
        const isFine = value === undefined ? name !== 'totalResults' : Number.isInteger(value);
        t.expect(isFine, answer, `${name} is ${shown(value)}`, 'a whole number', value);
      }
    },
  },
  {
    id: 'rfc.paging.max-results',
    suite: 'rfc',
    title: 'No page is larger than filter.maxResults of the service provider configuration.',
    level: 'must',
    source: 'RFC 7643 §5, RFC 7644 §3.4.2.4',
    fix: 'Cut pages at the maxResults that /ServiceProviderConfig announces.',
    readsOnly: true,
    async run(t) {
      const most = valueAt(t.facts.serviceProviderConfig, 'filter.maxResults');
      if (typeof most !== 'number' || most < 1) return t.skip('the server announces no filter.maxResults');
      const answer = await page(t, { count: most + 100 });
      const found = idsOf(answer).length;
      t.expect(found <= most, answer, `The page has ${found} resources`, `at most ${most}`, String(found));
    },
  },
  {
    id: 'rfc.paging.count-large',
    suite: 'rfc',
    title: 'A count larger than any page is no error.',
    level: 'must',
    source: SOURCE,
    fix: 'Take a count above your limit for the limit: a server may return fewer resources than asked for.',
    readsOnly: true,
    async run(t) {
      await page(t, { count: 1_000_000 });
    },
  },
];

function expectNobody(t: Probe, answer: Answer): void {
  const found = idsOf(answer).length;
  t.expect(found === 0, answer, `The page has ${found} resources`, 'none', String(found));
}

/** Checks with users of their own, which a filter keeps apart from all others. */
const OWN: readonly Check[] = [
  {
    id: 'rfc.paging.start-index',
    suite: 'rfc',
    title: 'The parameter startIndex counts from 1.',
    level: 'must',
    source: SOURCE,
    fix: 'Let startIndex 1 be the first match: it is no offset.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter, made } = await crew(t, 2);
      const answer = await t.find('User', filter, { startIndex: 1 });
      t.expectFound(answer, ...made);
      const second = await t.find('User', filter, { startIndex: 2 });
      const found = idsOf(second);
      t.expect(found.length === 1, second, `The page has ${found.length} resources`, '1', String(found.length));
    },
  },
  {
    id: 'rfc.paging.start-index-echo',
    suite: 'rfc',
    title: 'The answer tells the startIndex of its page.',
    level: 'must',
    source: 'RFC 7644 §3.4.2, §3.4.2.4',
    fix: 'Set startIndex of the answer to the index of its first resource.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter } = await crew(t, 3);
      t.expectEqual(await t.find('User', filter, { startIndex: 2, count: 1 }), 'startIndex', 2);
    },
  },
  {
    id: 'rfc.paging.total',
    suite: 'rfc',
    title: 'The attribute totalResults counts all matches, not the page.',
    level: 'must',
    source: 'RFC 7644 §3.4.2, §3.4.2.4',
    fix: 'Set totalResults to the number of all matches, whatever startIndex and count are.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter } = await crew(t, 3);
      t.expectList(await t.find('User', filter, { startIndex: 2, count: 1 }), 3);
    },
  },
  {
    id: 'rfc.paging.total-count-zero',
    suite: 'rfc',
    title: 'The attribute totalResults is told with a count of 0, too.',
    level: 'must',
    source: SOURCE,
    fix: 'Count the matches also when count is 0: clients ask like this for the number alone.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter } = await crew(t, 2);
      t.expectList(await t.find('User', filter, { count: 0 }), 2);
    },
  },
  {
    id: 'rfc.paging.start-index-zero',
    suite: 'rfc',
    title: 'A startIndex of 0 is taken for 1.',
    level: 'must',
    source: SOURCE,
    fix: 'Take a startIndex below 1 for 1.',
    needs: ['filter'],
    run: (t) => expectFromStart(t, 0),
  },
  {
    id: 'rfc.paging.start-index-negative',
    suite: 'rfc',
    title: 'A negative startIndex is taken for 1.',
    level: 'must',
    source: SOURCE,
    fix: 'Take a startIndex below 1 for 1.',
    needs: ['filter'],
    run: (t) => expectFromStart(t, -3),
  },
  {
    id: 'rfc.paging.past-the-end',
    suite: 'rfc',
    title: 'A startIndex past the end is answered with an empty page and the right totalResults.',
    level: 'must',
    source: 'RFC 7644 §3.4.2, §3.4.2.4',
    fix: 'Answer a startIndex past the last match with status 200, no Resources and the number of all matches.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter } = await crew(t, 2);
      const answer = await t.find('User', filter, { startIndex: 10 });
      t.expectList(answer, 2);
      expectNobody(t, answer);
    },
  },
  {
    id: 'rfc.paging.all-pages',
    suite: 'rfc',
    title: 'The pages together have every match once.',
    level: 'must',
    source: SOURCE,
    fix: 'Give the matches a stable order, by id for example, so that pages neither overlap nor leave anyone out.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter, made } = await crew(t, 7);
      const found: unknown[] = [];
      let answer: Answer | undefined;
      // A server may return fewer than asked for, so the next page begins behind what has come.
      for (let pages = 0; pages < made.length && found.length < made.length; pages++) {
        answer = await t.find('User', filter, { startIndex: found.length + 1, count: 3 });
        found.push(...idsOf(answer));
      }
      expectEachOnce(t, answer, found, made);
    },
  },
  {
    id: 'rfc.paging.repeatable',
    suite: 'rfc',
    title: 'The same page has the same resources while nothing changes.',
    level: 'should',
    source: SOURCE,
    fix: 'Give the matches a stable order, by id for example.',
    needs: ['filter'],
    async run(t) {
      needsIndex(t);
      const { filter } = await crew(t, 4);
      const first = idsOf(await t.find('User', filter, { startIndex: 2, count: 2 }));
      const again = await t.find('User', filter, { startIndex: 2, count: 2 });
      const second = idsOf(again);
      const isSame = first.length === second.length && first.every((id, i) => second[i] === id);
      t.expect(isSame, again, 'The page has changed', first, second);
    },
  },
  {
    id: 'rfc.paging.groups',
    suite: 'rfc',
    title: 'Groups can be paged as users can.',
    level: 'must',
    source: SOURCE,
    fix: 'Support startIndex and count at /Groups as at /Users.',
    needs: ['filter', 'groups'],
    async run(t) {
      needsIndex(t);
      const word = t.unique('page');
      const made = [];
      for (const letter of ['a', 'b', 'c']) made.push(await t.group({ displayName: `${word}-${letter}` }));
      const found: unknown[] = [];
      let answer: Answer | undefined;
      for (let pages = 0; pages < made.length && found.length < made.length; pages++) {
        const query = { startIndex: found.length + 1, count: 2 };
        answer = await t.find('Group', `displayName sw ${JSON.stringify(word)}`, query);
        t.expectList(answer, made.length);
        found.push(...idsOf(answer));
      }
      expectEachOnce(t, answer, found, made);
    },
  },
];

async function expectFromStart(t: Probe, startIndex: number): Promise<void> {
  needsIndex(t);
  const { filter, made } = await crew(t, 2);
  const answer = await t.find('User', filter, { startIndex });
  t.expectFound(answer, ...made);
  const echo = valueAt(answer.body, 'startIndex');
  t.expect(echo === undefined || echo === 1, answer, `startIndex of the answer is ${shown(echo)}`, '1', echo);
}

/** One page by cursor; '' is the first. A list whose totalResults may be missing (RFC 9865 §2). */
async function cursorPage(t: Probe, cursor: string, query: Paging): Promise<Answer> {
  const answer = await t.get(t.endpoint('User'), encodeQuery({ ...query, cursor }));
  t.expectStatus(answer, 200);
  const schemas = valueAt(answer.body, 'schemas');
  const isList = Array.isArray(schemas) && schemas.includes(LIST_URN);
  t.expect(isList, answer, 'The answer is no ListResponse', LIST_URN, schemas ?? 'nothing');
  return answer;
}

/** Follows nextCursor to the end. */
async function walk(t: Probe, query: Paging, limit: number): Promise<Answer[]> {
  const pages = [await cursorPage(t, '', query)];
  for (let next = nextOf(pages.at(-1)); typeof next === 'string'; next = nextOf(pages.at(-1))) {
    t.expect(pages.length < limit, pages.at(-1), 'nextCursor leads on and on', `at most ${limit} pages`);
    if (pages.length >= limit) break;
    pages.push(await cursorPage(t, next, query));
  }
  return pages;
}

function nextOf(answer: Answer | undefined): Json | undefined {
  return valueAt(answer?.body, 'nextCursor');
}

const CURSOR_SOURCE = 'RFC 9865 §2';

const CURSORS: readonly Check[] = [
  {
    id: 'rfc.paging.cursor-first',
    suite: 'rfc',
    title: 'An empty cursor asks for the first page, and nextCursor leads to the next.',
    level: 'must',
    source: CURSOR_SOURCE,
    fix: 'Answer cursor= with the first page, and put nextCursor into every page but the last.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 3);
      const answer = await cursorPage(t, '', { filter, count: 1 });
      t.expectPresent(answer, 'nextCursor');
    },
  },
  {
    id: 'rfc.paging.cursor-count',
    suite: 'rfc',
    title: 'A page by cursor has no more resources than count asks for.',
    level: 'must',
    source: CURSOR_SOURCE,
    fix: 'Return at most count resources, with a cursor as with startIndex.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 3);
      for (const answer of await walk(t, { filter, count: 2 }, 6)) {
        const found = idsOf(answer).length;
        t.expect(found <= 2, answer, `The page has ${found} resources`, 'at most 2', String(found));
      }
    },
  },
  {
    id: 'rfc.paging.cursor-all-pages',
    suite: 'rfc',
    title: 'The pages by cursor together have every match once.',
    level: 'must',
    source: CURSOR_SOURCE,
    fix: 'Let nextCursor lead to what follows the page, without a gap or an overlap.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter, made } = await crew(t, 5);
      const pages = await walk(t, { filter, count: 2 }, 10);
      expectEachOnce(t, pages.at(-1), pages.flatMap(idsOf), made);
    },
  },
  {
    id: 'rfc.paging.cursor-last',
    suite: 'rfc',
    title: 'The last page has no nextCursor.',
    level: 'must',
    source: CURSOR_SOURCE,
    fix: 'Leave nextCursor out of the last page: its absence is how a client knows the end.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 2);
      // Whether nothing follows may show only on the next page, so one that is empty is no fault.
      await walk(t, { filter, count: 100 }, 4);
    },
  },
  {
    id: 'rfc.paging.cursor-total',
    suite: 'rfc',
    title: 'The attribute totalResults counts all pages by cursor.',
    level: 'should',
    source: CURSOR_SOURCE,
    fix: 'Set totalResults to the number of all matches, or leave it out when it is not known.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 3);
      const answer = await cursorPage(t, '', { filter, count: 2 });
      if (valueAt(answer.body, 'totalResults') !== undefined) t.expectEqual(answer, 'totalResults', 3);
    },
  },
  {
    id: 'rfc.paging.cursor-characters',
    suite: 'rfc',
    title: 'Cursors consist of unreserved characters.',
    level: 'must',
    source: 'RFC 9865 §2, RFC 3986 §2.3',
    fix: 'Write cursors with letters, digits, "-", ".", "_" and "~" alone: base64url without padding, for example.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 3);
      const answer = await cursorPage(t, '', { filter, count: 2 });
      for (const name of ['nextCursor', 'previousCursor']) {
        const cursor = valueAt(answer.body, name);
        const isFine = isUnassigned(cursor) || (typeof cursor === 'string' && /^[\w.~-]+$/.test(cursor));
        t.expect(isFine, answer, `${name} is ${shown(cursor)}`, 'letters, digits, "-", ".", "_", "~"', cursor);
      }
    },
  },
  {
    id: 'rfc.paging.cursor-invalid',
    suite: 'rfc',
    title: 'A cursor that the server never gave is answered with 400 invalidCursor.',
    level: 'should',
    source: 'RFC 9865 §2.1',
    fix: 'Answer an unknown cursor with 400 and scimType invalidCursor.',
    needs: ['cursor'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), { cursor: 'no-such-cursor', count: 2 });
      t.expectError(answer, 400, 'invalidCursor');
    },
  },
  {
    id: 'rfc.paging.cursor-previous',
    suite: 'rfc',
    title: 'A previousCursor leads back to the page before.',
    level: 'must',
    source: CURSOR_SOURCE,
    fix: 'Let previousCursor lead to the page before, or leave it out: it is optional.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter } = await crew(t, 4);
      const [first, second] = await walk(t, { filter, count: 2 }, 10);
      const previous = valueAt(second?.body, 'previousCursor');
      if (!first || typeof previous !== 'string') return t.skip('the server does not announce a previousCursor');
      const back = await cursorPage(t, previous, { filter, count: 2 });
      const [wanted, found] = [idsOf(first), idsOf(back)];
      const isSame = wanted.length === found.length && wanted.every((id) => found.includes(id));
      t.expect(isSame, back, 'previousCursor led to another page', wanted, found);
    },
  },
  {
    id: 'rfc.paging.cursor-search',
    suite: 'rfc',
    title: 'A query by POST is paged with a cursor in its body.',
    level: 'must',
    source: 'RFC 9865 §3',
    fix: 'Take cursor and count from the body of a POST to .search as from the query of a GET.',
    needs: ['cursor', 'filter'],
    async run(t) {
      const { filter, made } = await crew(t, 3);
      const found: unknown[] = [];
      let cursor: Json | undefined = '';
      let answer: Answer | undefined;
      for (let pages = 0; pages < 6 && typeof cursor === 'string'; pages++) {
        answer = await t.post(`${t.endpoint('User')}/.search`, { schemas: [SEARCH_URN], filter, count: 2, cursor });
        if ([404, 405, 501].includes(answer.status)) t.skip('the server does not announce .search');
        t.expectStatus(answer, 200);
        found.push(...idsOf(answer));
        cursor = nextOf(answer);
      }
      expectEachOnce(t, answer, found, made);
    },
  },
];

export const pagingChecks: readonly Check[] = [...ANYONE, ...OWN, ...CURSORS];
