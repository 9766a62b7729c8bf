/** The contract: pages by keyset, each from where another ended. */
import { type Keyset, type ResourcePage, type ResourceQuery, SORTED_CHARACTERS } from '../../../store/store.js';
import type { Current, Given } from '../given.js';
import { attribute, create, ids, query, remove, replace, TENANT, user } from '../writes.js';

type Rest = Pick<Partial<ResourceQuery>, 'sort' | 'limit' | 'tenant'>;

export function keyset(given: Given): void {
  const { describe } = given;
  describe('together', () => together(given));
  describe('at the ends', () => ends(given));
  describe('while others write', () => whileOthersWrite(given));
}

/** More pages than any test here has. */
const MOST_PAGES = 100;

const by = (type: string, path: string, descending = false) => ({ attribute: attribute(type, path), descending });

function idsOf({ resources }: ResourcePage): string[] {
  return resources.map(({ key }) => key.id);
}

/** Follows the pages in one direction to the end; `between` runs after each. */
async function walk(
  current: Current,
  asked: ResourceQuery,
  start: Keyset = { direction: 'forward' },
  between: (page: ResourcePage) => Promise<void> | void = () => {},
): Promise<ResourcePage[]> {
  const pages: ResourcePage[] = [];
  for (let at: Keyset | undefined = start; at && pages.length < MOST_PAGES; ) {
    const page: ResourcePage = await current().search({ ...asked, keyset: at });
    pages.push(page);
    await between(page);
    const from: Keyset['from'] = at.direction === 'forward' ? page.next : page.previous;
    at = from && { direction: at.direction, from };
  }
  if (pages.length >= MOST_PAGES) throw new Error(`there is no end after ${MOST_PAGES} pages`);
  return pages;
}

const TITLES = ['b', undefined, 'a', 'b', '', undefined, 'B', 'ä', '😀', '\uffee', 'a', undefined, 'c'];

function together({ it, expect, beforeEach, current }: Given): void {
  beforeEach(async () => {
    const users = TITLES.map((title, i) => user(`u${i}`, title === undefined ? {} : { title }));
    await current().commit(TENANT, users);
    await current().commit('globex', [user('of-others', { title: 'a' }, { tenant: 'globex' })]);
  });

  const orders: [string, Rest][] = [
    ['the order of creation', {}],
    ['an ascending order with ties and missing values', { sort: by('User', 'title') }],
    ['a descending one', { sort: by('User', 'title', true) }],
    ['an order by a look-up', { sort: by('User', 'userName', true) }],
    ['an order in which all are equal', { sort: by('User', 'meta.created') }],
    ['an order by what nobody has', { sort: by('User', 'nickName', true) }],
    ['an order by id', { sort: by('User', 'id') }],
  ];
  const filters = [
    undefined,
    'title pr',
    'userName sw "u1"',
    'userName eq "u3" or userName eq "u7"',
    'title eq "none"',
  ];

  for (const [name, rest] of orders)
    it(`are the whole list, in ${name}, forward and backward`, async () => {
      for (const text of filters) {
        const whole = await ids(current(), query('User', text, rest));
        for (const limit of [1, 2, 3, 4, 13, 100]) {
          const asked = query('User', text, { ...rest, limit });
          const forward = await walk(current, asked);
          expect([text, limit, forward.flatMap(idsOf)]).toEqual([text, limit, whole]);
          const backward = await walk(current, asked, { direction: 'backward' });
          expect([text, limit, backward.reverse().flatMap(idsOf)]).toEqual([text, limit, whole]);
          for (const { total } of [...forward, ...backward]) expect(total).toBe(whole.length);
        }
      }
    });

  for (const [name, rest] of orders)
    it(`lead back page by page, in ${name}`, async () => {
      const asked = query('User', undefined, { ...rest, limit: 3 });
      const pages = await walk(current, asked);
      for (const [i, page] of pages.entries()) {
        if (i === 0) continue;
        const back = await current().search({ ...asked, keyset: { direction: 'backward', from: page.previous } });
        expect(idsOf(back)).toEqual(idsOf(pages[i - 1] as ResourcePage));
        const again = await current().search({ ...asked, keyset: { direction: 'forward', from: back.next } });
        expect(again).toEqual(page);
      }
    });

  it('are right for every type of value', async () => {
    const numbers = [
      10,
      9,
      undefined,
      -1.5,
      0,
      2 ** 53,
      2 ** 62,
      2 ** 62 + 2 ** 12,
      1e300,
      0.1,
      0.30000000000000004,
      9,
    ];
    const gadgets = numbers.map((weight, i) => {
      const isOdd = i % 2 === 1;
      const built = `2026-01-0${(i % 3) + 1}T00:00:00Z`;
      return create('Gadget', `g${i}`, {
        ...(weight !== undefined && { weight }),
        isNew: isOdd,
        built,
        tags: [`t${i % 4}`],
      });
    });
    await current().commit(TENANT, gadgets);
    for (const path of ['weight', 'isNew', 'built', 'tags']) {
      for (const descending of [false, true]) {
        const sort = by('Gadget', path, descending);
        const whole = await ids(current(), query('Gadget', undefined, { sort }));
        for (const direction of ['forward', 'backward'] as const) {
          const pages = await walk(current, query('Gadget', undefined, { sort, limit: 2 }), { direction });
          const found = direction === 'forward' ? pages : pages.reverse();
          expect([path, direction, found.flatMap(idsOf)]).toEqual([path, direction, whole]);
        }
      }
    }
  });

  it('tell long texts apart by their first characters alone', async () => {
    const long = '😀'.repeat(SORTED_CHARACTERS - 1);
    await current().commit(TENANT, [
      create('Gadget', 'second', { label: `${long}b-last` }),
      create('Gadget', 'third', { label: `${long}b-first` }),
      create('Gadget', 'first', { label: `${long}a` }),
    ]);
    const sort = by('Gadget', 'label');
    expect(await ids(current(), query('Gadget', undefined, { sort }))).toEqual(['first', 'second', 'third']);
    const pages = await walk(current, query('Gadget', undefined, { sort, limit: 1 }));
    expect(pages.flatMap(idsOf)).toEqual(['first', 'second', 'third']);
    for (const { next } of pages.slice(0, 2)) expect(Array.from(String(next?.key))).toHaveLength(SORTED_CHARACTERS);
  });
}

function ends({ it, expect, current }: Given): void {
  const asked = query('User', undefined, { limit: 2 });

  it('the first page has nothing before it, the last nothing after it', async () => {
    await current().commit(
      TENANT,
      ['a', 'b', 'c', 'd'].map((id) => user(id)),
    );
    const pages = await walk(current, asked);
    expect(pages.map(idsOf)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(pages.map(({ previous, next }) => [previous !== undefined, next !== undefined])).toEqual([
      [false, true],
      [true, false],
    ]);
    const back = await current().search({ ...asked, keyset: { direction: 'backward', from: pages[1]?.previous } });
    expect([back.previous, back.next !== undefined]).toEqual([undefined, true]);
  });

  it('an empty list is one page', async () => {
    for (const direction of ['forward', 'backward'] as const) {
      const page = await current().search({ ...asked, keyset: { direction } });
      expect(page).toEqual({ total: 0, resources: [], positions: [], next: undefined, previous: undefined });
    }
  });

  it('the place of each resource on a page is where what follows it begins', async () => {
    await current().commit(
      TENANT,
      ['a', 'b', 'c', 'd'].map((id) => user(id)),
    );
    for (const direction of ['forward', 'backward'] as const) {
      const { positions = [], resources } = await current().search({ ...asked, limit: 3, keyset: { direction } });
      expect(positions).toHaveLength(resources.length);
      for (const [i, from] of positions.entries()) {
        const rest = await current().search({ ...asked, limit: 9, keyset: { direction: 'forward', from } });
        const id = resources[i]?.key.id ?? '';
        expect([id, idsOf(rest)]).toEqual([id, ['a', 'b', 'c', 'd'].filter((other) => other > id)]);
      }
    }
  });

  it('an empty page leads back to what it came from', async () => {
    const writes = ['a', 'b', 'c'].map((id) => user(id));
    await current().commit(TENANT, writes);
    const first = await current().search({ ...asked, keyset: { direction: 'forward' } });
    await current().commit(TENANT, [remove(writes[2] as (typeof writes)[0])]);
    const empty = await current().search({ ...asked, keyset: { direction: 'forward', from: first.next } });
    expect([idsOf(empty), empty.next]).toEqual([[], undefined]);
    const back = await current().search({ ...asked, keyset: { direction: 'backward', from: empty.previous } });
    expect(idsOf(back)).toEqual(['a', 'b']);
    await current().commit(TENANT, [user('d')]);
    const last = await current().search({ ...asked, limit: 1, keyset: { direction: 'backward' } });
    await current().commit(TENANT, writes.slice(0, 2).map(remove));
    const start = await current().search({ ...asked, keyset: { direction: 'backward', from: last.previous } });
    expect([idsOf(start), start.previous]).toEqual([[], undefined]);
    const forth = await current().search({ ...asked, keyset: { direction: 'forward', from: start.next } });
    expect(idsOf(forth)).toEqual(['d']);
  });
}

function whileOthersWrite({ it, expect, beforeEach, current }: Given): void {
  const created = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  beforeEach(async () => {
    await current().commit(
      TENANT,
      created.map((id) => user(id, { title: 'x' })),
    );
  });

  for (const text of [undefined, 'title eq "x"', 'userName pr'])
    it(`see once whoever is there throughout, by ${text}`, async () => {
      const removed = new Set<string>();
      let made = 0;
      const between = async (page: ResourcePage) => {
        const seen = idsOf(page);
        // Of the page that was just read one goes; one yet to come goes, one is renamed, one is new.
        for (const id of [seen[0], created.find((one) => one > (seen.at(-1) ?? 'z') && one !== 'h')]) {
          if (id === undefined || !created.includes(id) || removed.has(id)) continue;
          removed.add(id);
          await current().commit(TENANT, [remove(user(id, { title: 'x' }))]);
        }
        if (made < 3) await current().commit(TENANT, [user(`new-${made++}`, { title: 'x' })]);
        const { resources } = await current().search(query('User', 'id eq "h"'));
        const h = { ...user('h', { title: 'x' }), resource: resources[0] } as ReturnType<typeof user>;
        await current().commit(TENANT, [replace(h, { userName: `h${made}-${seen.length}`, title: 'x' })]);
      };
      const found = (await walk(current, query('User', text, { limit: 2 }), undefined, between)).flatMap(idsOf);
      const throughout = created.filter((id) => !removed.has(id));
      for (const id of throughout) expect(found.filter((one) => one === id)).toEqual([id]);
      expect(new Set(found).size).toBe(found.length);
      expect(found.slice(-3)).toEqual(['new-0', 'new-1', 'new-2']);
    });

  it('a position outlives the resource it was made of', async () => {
    for (const rest of [{}, { sort: by('User', 'userName') }, { sort: by('User', 'title') }]) {
      const asked = query('User', undefined, { limit: 2, ...rest });
      const first = await current().search({ ...asked, keyset: { direction: 'forward' } });
      const last = first.resources.at(-1);
      const write = { ...user('x', { title: 'x' }), resource: last } as ReturnType<typeof user>;
      await current().commit(TENANT, [remove(write)]);
      const all = await ids(current(), { ...asked, limit: 100 });
      const second = await current().search({ ...asked, keyset: { direction: 'forward', from: first.next } });
      expect(idsOf(second)).toEqual(all.slice(1, 3));
    }
  });
}
