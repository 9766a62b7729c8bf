/** Sorting: RFC 7644 §3.4.2.3. */
import type { Check } from '../../check.js';
import { encodeQuery } from '../../client/client.js';
import { USER_URN } from '../../facts.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { type Heading, rfcArea } from './rfc-check.js';

/** A check with some users, made in another order than the one in which a sorted list must have them. */
interface Row extends Heading {
  /** Attributes of User that the server's schema must have. */
  readonly attributes?: readonly string[];
  readonly sortBy: string;
  readonly sortOrder?: string;
  /** What the users have besides the usual, in the order in which they are made. */
  readonly users: readonly JsonObject[];
  /** Positions in `users`, in the order that is wanted. */
  readonly wanted: readonly number[];
}

const SOURCE = 'RFC 7644 §3.4.2.3';

const sortCheck = rfcArea('sort', SOURCE, 'sort', 'filter');

function sorted(row: Row): Check {
  return sortCheck({
    ...row,
    async run(t) {
      for (const attribute of row.attributes ?? []) t.needsAttribute(USER_URN, attribute);
      const { word, made } = await crew(t, row.users);
      const answer = await list(t, word, { sortBy: row.sortBy, sortOrder: row.sortOrder });
      expectOrder(
        t,
        answer,
        row.wanted.map((position) => made[position] as Made),
      );
    },
  });
}

/** Users that a filter finds by the word in their names. */
async function crew(t: Probe, users: readonly JsonObject[]): Promise<{ word: string; made: Made[] }> {
  const word = t.unique('sort');
  const made: Made[] = [];
  // Names that go neither with the order of making nor with any order that is asked for.
  const letters = t.random.shuffled(users.map((_, i) => String.fromCharCode(97 + i)));
  for (const [i, user] of users.entries()) {
    made.push(await t.user({ userName: `${word}-${letters[i]}@example.com`, ...user }));
  }
  return { word, made };
}

function list(t: Probe, word: string, query: Readonly<Record<string, string | number | undefined>>): Promise<Answer> {
  return t.find('User', `userName sw ${JSON.stringify(word)}`, query);
}

function expectOrder(t: Probe, answer: Answer, wanted: readonly Made[]): void {
  const found = t.expectList(answer).map(({ id }) => id);
  const ids = wanted.map(({ id }) => id);
  const isSame = found.length === ids.length && ids.every((id, i) => found[i] === id);
  t.expect(isSame, answer, 'The list is in another order', ids, found);
}

const FAMILY = ['Miller', 'Adams', 'Zimmer', 'Baker'].map((familyName) => ({ name: { familyName } }));

const ROWS: readonly Row[] = [
  {
    id: 'ascending',
    title: 'The parameter sortOrder ascending puts the least first.',
    fix: 'Order the list by the value of sortBy before it is cut into pages.',
    attributes: ['displayName'],
    sortBy: 'displayName',
    sortOrder: 'ascending',
    users: [{ displayName: 'Cleo' }, { displayName: 'Anna' }, { displayName: 'Dora' }, { displayName: 'Bert' }],
    wanted: [1, 3, 0, 2],
  },
  {
    id: 'descending',
    title: 'The parameter sortOrder descending puts the greatest first.',
    fix: 'Turn the order round when sortOrder is descending.',
    attributes: ['displayName'],
    sortBy: 'displayName',
    sortOrder: 'descending',
    users: [{ displayName: 'Cleo' }, { displayName: 'Anna' }, { displayName: 'Dora' }, { displayName: 'Bert' }],
    wanted: [2, 0, 3, 1],
  },
  {
    id: 'default-order',
    title: 'Without a sortOrder the order is ascending.',
    fix: 'Let sortOrder default to ascending.',
    attributes: ['displayName'],
    sortBy: 'displayName',
    users: [{ displayName: 'Cleo' }, { displayName: 'Anna' }, { displayName: 'Dora' }, { displayName: 'Bert' }],
    wanted: [1, 3, 0, 2],
  },
  {
    id: 'sub-attribute',
    title: 'The parameter sortBy may name a sub-attribute, such as name.familyName.',
    fix: 'Resolve sortBy as attribute notation has it: name.familyName is a sub-attribute.',
    attributes: ['name.familyName'],
    sortBy: 'name.familyName',
    users: FAMILY,
    wanted: [1, 3, 0, 2],
  },
  {
    id: 'attribute-ignores-case',
    title: 'The letter case of the name in sortBy does not matter.',
    fix: 'Compare attribute names in sortBy without regard to letter case.',
    attributes: ['name.familyName'],
    sortBy: 'NAME.FAMILYNAME',
    users: FAMILY,
    wanted: [1, 3, 0, 2],
  },
  {
    id: 'urn',
    title: 'The parameter sortBy may name an attribute with the URN of its schema.',
    fix: `Resolve names such as ${USER_URN}:name.familyName in sortBy.`,
    attributes: ['name.familyName'],
    sortBy: `${USER_URN}:name.familyName`,
    users: FAMILY,
    wanted: [1, 3, 0, 2],
  },
  {
    id: 'ignores-case',
    title: 'Strings that are not case exact are ordered without regard to letter case.',
    fix: 'Order strings without regard to letter case unless their schema says caseExact true.',
    attributes: ['displayName'],
    sortBy: 'displayName',
    users: [{ displayName: 'bert' }, { displayName: 'Cleo' }, { displayName: 'anna' }, { displayName: 'Dora' }],
    wanted: [2, 0, 1, 3],
  },
  {
    id: 'missing-last',
    title: 'Users without a value come last when the order is ascending.',
    fix: 'Put resources without a value for sortBy behind all others when the order is ascending.',
    attributes: ['title'],
    sortBy: 'title',
    sortOrder: 'ascending',
    users: [{ title: 'Boss' }, { title: null }, { title: 'Agent' }],
    wanted: [2, 0, 1],
  },
  {
    id: 'missing-first',
    title: 'Users without a value come first when the order is descending.',
    fix: 'Put resources without a value for sortBy before all others when the order is descending.',
    attributes: ['title'],
    sortBy: 'title',
    sortOrder: 'descending',
    users: [{ title: 'Agent' }, { title: null }, { title: 'Boss' }],
    wanted: [1, 2, 0],
  },
  {
    id: 'multi-valued-primary',
    title: 'Users are ordered by the primary value of a multi-valued attribute.',
    fix: 'Order by the value with primary true where sortBy is multi-valued, not by the first or the least.',
    attributes: ['emails.value', 'emails.primary'],
    sortBy: 'emails.value',
    users: [emails('a', 'z'), emails('y', 'x'), emails('c', 'y')],
    wanted: [1, 2, 0],
  },
  {
    id: 'multi-valued-first',
    title: 'Users are ordered by the first value of a multi-valued attribute without a primary one.',
    fix: 'Order by the first value where sortBy is multi-valued and none is primary.',
    attributes: ['emails.value'],
    sortBy: 'emails.value',
    users: [{ emails: [{ value: 'b@example.com' }] }, { emails: [{ value: 'a@example.com' }] }],
    wanted: [1, 0],
  },
];

/** Two addresses, the second of which is primary. */
function emails(first: string, primary: string): JsonObject {
  return {
    emails: [
      { value: `${first}@example.com`, type: 'home', primary: false },
      { value: `${primary}@example.com`, type: 'work', primary: true },
    ],
  };
}

const CHECKS: readonly Check[] = [
  {
    id: 'rfc.sort.date',
    suite: 'rfc',
    title: 'Dates are ordered by time.',
    level: 'must',
    source: SOURCE,
    fix: 'Order attributes by their type: dates by the moment they mean.',
    needs: ['sort', 'filter'],
    async run(t) {
      const { word } = await crew(t, [{}, {}, {}]);
      const answer = await list(t, word, { sortBy: 'meta.created', sortOrder: 'descending' });
      const times = t.expectList(answer).map((resource) => Date.parse(String(valueAt(resource, 'meta.created'))));
      if (times.some(Number.isNaN)) t.skip('the server gives no meta.created');
      const isOrdered = times.every((time, i) => i === 0 || time <= (times[i - 1] as number));
      t.expect(isOrdered, answer, 'The list is not ordered by meta.created', 'the latest first', times);
    },
  },
  {
    id: 'rfc.sort.pages',
    suite: 'rfc',
    title: 'The order goes on from page to page.',
    level: 'must',
    source: 'RFC 7644 §3.4.2.3, §3.4.2.4',
    fix: 'Sort all matches first and cut the page from them, instead of sorting each page.',
    needs: ['sort', 'filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'displayName');
      const users = ['Emil', 'Cleo', 'Anna', 'Dora', 'Bert'].map((displayName) => ({ displayName }));
      const { word, made } = await crew(t, users);
      const found: unknown[] = [];
      let answer: Answer | undefined;
      for (let page = 0; page < users.length && found.length < users.length; page++) {
        answer = await list(t, word, { sortBy: 'displayName', startIndex: found.length + 1, count: 2 });
        found.push(...t.expectList(answer).map(({ id }) => id));
      }
      const wanted = [2, 4, 1, 3, 0].map((position) => made[position]?.id);
      const isSame = found.length === wanted.length && wanted.every((id, i) => found[i] === id);
      t.expect(isSame, answer, 'The pages together are in another order', wanted, found);
    },
  },
  {
    id: 'rfc.sort.order-alone',
    suite: 'rfc',
    title: 'A sortOrder without sortBy is no error.',
    level: 'should',
    source: SOURCE,
    fix: 'Ignore sortOrder when there is no sortBy.',
    needs: ['sort'],
    readsOnly: true,
    async run(t) {
      t.expectList(await t.get(t.endpoint('User'), { sortOrder: 'descending', count: 1 }));
    },
  },
  {
    id: 'rfc.sort.unknown-attribute',
    suite: 'rfc',
    title: 'An unknown attribute in sortBy is answered with a list or with 400.',
    level: 'should',
    source: 'RFC 7644 §3.4.2.3, §3.12',
    fix: 'Ignore a sortBy that you do not know, or decline it with 400.',
    needs: ['sort'],
    readsOnly: true,
    async run(t) {
      const answer = await t.get(t.endpoint('User'), encodeQuery({ sortBy: 'noSuchAttribute', count: 1 }));
      if (answer.status === 200) t.expectList(answer);
      else t.expectError(answer, 400);
    },
  },
  {
    id: 'rfc.sort.does-not-filter',
    suite: 'rfc',
    title: 'Users without a value for sortBy are in the list all the same.',
    level: 'must',
    source: SOURCE,
    fix: 'Let sortBy order the list and nothing else: resources without a value belong to it.',
    needs: ['sort', 'filter'],
    async run(t) {
      t.needsAttribute(USER_URN, 'title');
      const { word, made } = await crew(t, [{ title: 'Boss' }, { title: null }]);
      t.expectFound(await list(t, word, { sortBy: 'title' }), ...made);
    },
  },
];

export const sortChecks: readonly Check[] = [...ROWS.map(sorted), ...CHECKS];
