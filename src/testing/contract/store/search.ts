/** The contract: filters, order, pages. */
import type { JsonObject } from '../../../scim/json.js';
import type { Given } from '../given.js';
import { attribute, create, group, ids, query, remove, replace, TENANT, user } from '../writes.js';

export function search(given: Given): void {
  const { describe } = given;
  describe('by a filter', () => filters(given));
  describe('in an order', () => order(given));
  describe('in pages', () => pages(given));
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const USERS = {
  lin: {
    userName: 'Lin@Example.com',
    externalId: 'X-1',
    displayName: 'Lin Öz',
    name: { familyName: 'Öz', givenName: '' },
    active: true,
    emails: [
      { type: 'work', value: 'lin@example.com', primary: true },
      { type: 'home', value: 'lin@home.example' },
    ],
    [ENTERPRISE]: { department: 'R&D', employeeNumber: '7', manager: { value: 'ada' } },
  },
  ada: {
    userName: 'ada_100%',
    externalId: 'x-1',
    displayName: 'Ada "A" O\'Neil',
    active: false,
    emails: [{ type: 'home', value: 'ada@example.com' }],
    profileUrl: 'https://Example.com/Ada',
  },
  bob: { userName: 'bob', nickName: '😀 Bob', title: '', roles: [{ display: 'no value' }] },
} as const;

/** [filter, ids of users that match]. */
const USER_FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['userName eq "LIN@example.COM"', ['lin']],
  ['userName eq "lin"', []],
  ['userName ne "bob"', ['lin', 'ada']],
  ['id eq "ada"', ['ada']],
  ['id ne "ada"', ['lin', 'bob']],
  ['id eq "ADA"', []],
  ['id sw "a" or id ew "b"', ['ada', 'bob']],
  ['externalId eq "x-1"', ['ada']],
  ['externalId pr', ['lin', 'ada']],
  ['externalId ne "x-1"', ['lin', 'bob']],
  ['userName co "_100%"', ['ada']],
  ['userName sw "ada_"', ['ada']],
  ['userName sw "ada-"', []],
  ['userName sw ""', ['lin', 'ada', 'bob']],
  ['userName ew "%"', ['ada']],
  ['userName co "%"', ['ada']],
  ['userName gt "ada_100%" and userName le "bob"', ['bob']],
  ['userName ge "bob" and userName lt "zz"', ['lin', 'bob']],
  ['displayName eq "ADA \\"A\\" O\'NEIL"', ['ada']],
  ['displayName co "ÖZ"', ['lin']],
  ['name.familyName eq "öZ"', ['lin']],
  ['name.familyName ne "öZ"', ['ada', 'bob']],
  ['not (name.familyName eq "öZ")', ['ada', 'bob']],
  ['name.familyName sw "Ö"', ['lin']],
  ['name.familyName ew ""', ['lin']],
  ['nickName sw "😀"', ['bob']],
  ['nickName ew "😀 bob"', ['bob']],
  ['nickName ew "x😀 bob"', []],
  ['name.givenName pr', []],
  ['name.givenName eq ""', ['lin']],
  ['name pr', ['lin']],
  ['title pr', []],
  ['title eq null', ['lin', 'ada', 'bob']],
  ['roles pr', ['bob']],
  ['roles.value pr', []],
  ['roles.value ne "x"', ['lin', 'ada', 'bob']],
  ['active eq true', ['lin']],
  ['active eq false', ['ada']],
  ['active ne true', ['ada', 'bob']],
  ['not (active eq true)', ['ada', 'bob']],
  ['emails.value eq "LIN@home.example"', ['lin']],
  ['emails.value ne "ada@example.com"', ['lin', 'bob']],
  ['emails.value co "example.com"', ['lin', 'ada']],
  ['emails co "@home"', ['lin']],
  ['emails.type eq "work" and emails.value eq "lin@home.example"', ['lin']],
  ['emails[type eq "work" and value eq "lin@home.example"]', []],
  ['emails[type eq "work" and value eq "LIN@example.com"]', ['lin']],
  ['emails[not (type eq "work") and value co "example"]', ['lin', 'ada']],
  ['emails[primary ne true]', ['lin', 'ada']],
  ['not (emails[type eq "work"])', ['ada', 'bob']],
  ['profileUrl eq "https://example.com/Ada"', []],
  ['profileUrl sw "https://Example"', ['ada']],
  [`${ENTERPRISE}:department eq "r&d"`, ['lin']],
  [`${ENTERPRISE}:manager.value eq "ada"`, ['lin']],
  [`${ENTERPRISE}:manager eq "ada" or userName eq "bob"`, ['lin', 'bob']],
  [`${ENTERPRISE}:employeeNumber eq "7"`, ['lin']],
  [`${ENTERPRISE} pr`, ['lin']],
  ['meta.created ge "2026-01-01T01:00:00+01:00"', ['lin', 'ada', 'bob']],
  ['meta.created gt "2026-01-01T00:00:00Z"', []],
  ['meta.resourceType eq "User"', ['lin', 'ada', 'bob']],
  ['groups.value eq "inner"', ['lin']],
  ['groups eq "outer"', ['lin', 'ada']],
  ['groups.value ne "inner"', ['lin', 'ada', 'bob']],
  ['groups pr', ['lin', 'ada']],
  ['not (groups pr)', ['bob']],
  ['groups.display co "OUT"', ['lin', 'ada']],
  ['groups[type eq "indirect" and value eq "outer"]', ['lin']],
  ['groups[type eq "direct" and value eq "outer"]', ['ada']],
];

const GROUP_FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['members.value eq "lin"', ['inner']],
  ['members eq "ada"', ['outer']],
  ['members.value ne "lin"', ['outer', 'empty']],
  ['members pr', ['inner', 'outer']],
  ['members.value sw "in"', ['outer']],
  ['members[value eq "inner" and type eq "group"]', ['outer']],
  ['members[value eq "inner" and type eq "user"]', []],
  ['members[not (type eq "user")]', ['outer']],
  ['members.type eq "USER"', ['inner', 'outer']],
  ['members.display co "ÖZ"', ['inner']],
  ['members.display pr', ['inner', 'outer']],
  ['displayName eq "OUTER" and members.value eq "ada"', ['outer']],
  ['displayName eq "OUTER" or members.value eq "lin"', ['inner', 'outer']],
];

const GADGETS = {
  g1: {
    size: 10,
    weight: 0.1 + 0.2,
    built: '2026-03-01T12:00:00.5+02:00',
    tags: ['Red', 'big'],
    key: 'QQ==',
    sizes: [1, 2],
  },
  g2: { size: 9, weight: -1e21, built: '2026-03-01T10:00:00Z', tags: ['red'], sizes: [3] },
  g3: {
    label: 'A',
    checks: [
      { value: 'a', score: 1.5, marks: ['X', 'y'] },
      { value: 'b', score: 2, primary: true },
    ],
  },
};

const GADGET_FILTERS: readonly (readonly [string, readonly string[]])[] = [
  ['size gt 9', ['g1']],
  ['size ge 9.0', ['g1', 'g2']],
  ['size ne 9', ['g1', 'g3']],
  ['weight eq 0.30000000000000004', ['g1']],
  ['weight lt 0.3', ['g2']],
  ['weight eq -1e21', ['g2']],
  ['built gt "2026-03-01T10:00:00.4Z"', ['g1']],
  ['built eq "2026-03-01T11:00:00+01:00"', ['g2']],
  ['key eq "qq=="', []],
  ['key eq "QQ=="', ['g1']],
  ['tags eq "RED"', ['g1', 'g2']],
  ['tags ne "red"', ['g1', 'g3']],
  ['tags[value eq "red"]', ['g1', 'g2']],
  ['tags[not (value eq "red")]', ['g1']],
  ['sizes gt 2', ['g2']],
  ['sizes[value gt 1 and value lt 3]', ['g1']],
  ['label eq "a"', []],
  ['checks[value eq "a" and score gt 1.5]', []],
  ['checks[score ge 2]', ['g3']],
  ['checks.marks eq "x"', ['g3']],
  ['checks[marks eq "Y" and value eq "a"]', ['g3']],
  ['checks[marks ne "y" and value eq "b"]', ['g3']],
];

/** Without `readonly`. */
function copyOf(document: object): JsonObject {
  return structuredClone(document) as JsonObject;
}

function filters({ it, expect, beforeEach, current }: Given): void {
  beforeEach(async () => {
    const users = Object.entries(USERS).map(([id, document]) => user(id, copyOf(document)));
    const gadgets = Object.entries(GADGETS).map(([id, document]) => create('Gadget', id, document));
    await current().commit(TENANT, [
      ...users,
      group('inner', ['lin']),
      group('outer', ['ada', 'inner']),
      group('empty'),
      ...gadgets,
    ]);
    const twin = user('lin', copyOf(USERS.lin), { tenant: 'globex' });
    await current().commit('globex', [twin, group('inner', ['lin'], { tenant: 'globex' })]);
  });

  for (const [type, table] of [
    ['User', USER_FILTERS],
    ['Group', GROUP_FILTERS],
    ['Gadget', GADGET_FILTERS],
  ] as const) {
    for (const [text, expected] of table)
      it(`${type}: ${text}`, async () => {
        expect(await ids(current(), query(type, text))).toEqual(expected);
        expect((await current().search(query(type, text, { limit: 0 }))).total).toBe(expected.length);
      });
  }

  it('finds in one tenant only', async () => {
    for (const text of [
      'userName pr',
      'userName eq "lin@example.com"',
      'emails[value eq "lin@example.com"]',
      'groups.value eq "inner"',
    ]) {
      expect(await ids(current(), query('User', text, { tenant: 'globex' }))).toEqual(['lin']);
      expect(await ids(current(), query('User', text, { tenant: 'initech' }))).toEqual([]);
    }
  });

  it('takes hundreds of terms', async () => {
    const terms = Array.from({ length: 300 }, (_, i) => `userName eq "u${i}"`);
    expect(await ids(current(), query('User', [...terms, 'userName eq "bob"'].join(' or ')))).toEqual(['bob']);
  });

  it('finds nothing of a type that is unknown', async () => {
    expect(await current().search({ ...query('User'), type: 'Nothing' })).toEqual({ total: 0, resources: [] });
  });
}

function order({ it, expect, current }: Given): void {
  const sorted = (type: string, path: string, descending = false) =>
    ids(current(), query(type, undefined, { sort: { attribute: attribute(type, path), descending } }));

  it('is the order of creation, which a later write does not change', async () => {
    const first = user('z');
    await current().commit(TENANT, [first, user('a')]);
    await current().commit(TENANT, [user('m')]);
    await current().commit(TENANT, [replace(first, { userName: 'zz' })]);
    expect(await ids(current(), query('User'))).toEqual(['z', 'a', 'm']);
  });

  it('is that of the last creation, also of what one batch deletes and creates again', async () => {
    const first = user('a');
    await current().commit(TENANT, [first, user('b')]);
    await current().commit(TENANT, [remove(first), user('a'), user('c')]);
    expect(await ids(current(), query('User'))).toEqual(['b', 'a', 'c']);
  });

  it('is by code point, without regard to case, missing values last; descending turns it round', async () => {
    const titles = { a: 'b', b: undefined, c: 'A', d: '\uffee', e: '😀', f: undefined, g: 'É', h: 'B' };
    const users = Object.entries(titles).map(([id, title]) => user(id, title === undefined ? {} : { title }));
    await current().commit(TENANT, users);
    expect((await sorted('User', 'title')).join('')).toBe('cahgdebf');
    expect((await sorted('User', 'title', true)).join('')).toBe('bfedgahc');
    expect((await sorted('User', 'id', true)).join('')).toBe('hgfedcba');
  });

  it('is by the primary element, or else the first', async () => {
    const emails = {
      a: [{ value: 'z' }, { value: 'b', primary: true }],
      b: [{ value: 'c' }, { value: 'a' }],
      c: [
        { value: 'z', primary: false },
        { value: 'a', primary: true },
      ],
      d: [],
      e: [{ value: 'a' }, { type: 'work', primary: true }],
    };
    await current().commit(
      TENANT,
      Object.entries(emails).map(([id, list]) => user(id, { emails: list })),
    );
    expect((await sorted('User', 'emails.value')).join('')).toBe('cabde');
    expect((await sorted('User', 'emails.value', true)).join('')).toBe('debac');
  });

  it('is numeric for numbers, by time for date-times, false before true', async () => {
    const gadgets = [
      create('Gadget', 'a', { size: 10, weight: 1.5, built: '2026-01-01T00:00:00-01:00', isNew: true, tags: ['c'] }),
      create('Gadget', 'b', { size: 9, weight: -2, built: '2026-01-01T00:30:00Z', isNew: false, tags: ['b', 'a'] }),
      create('Gadget', 'c', {}),
    ];
    await current().commit(TENANT, gadgets);
    for (const path of ['size', 'weight', 'built', 'isNew', 'tags']) {
      expect([path, (await sorted('Gadget', path)).join('')]).toEqual([path, 'bac']);
      expect([path, (await sorted('Gadget', path, true)).join('')]).toEqual([path, 'cab']);
    }
  });
}

function pages({ it, expect, beforeEach, current }: Given): void {
  beforeEach(async () => {
    await current().commit(
      TENANT,
      Array.from({ length: 25 }, (_, i) => user(`u${i}`, { title: i < 20 ? 'x' : 'y' })),
    );
  });

  const page = async (text: string | undefined, offset: number, limit: number, isSorted: boolean) => {
    const sort = isSorted ? { attribute: attribute('User', 'userName'), descending: false } : undefined;
    const { total, resources } = await current().search(query('User', text, { offset, limit, sort }));
    return [total, resources.length];
  };

  for (const [text, total] of [
    [undefined, 25],
    ['title eq "x"', 20],
    ['userName sw "u"', 25],
    ['title eq "z"', 0],
  ] as const)
    it(`of ${text} always say how many there are`, async () => {
      for (const isSorted of [false, true]) {
        for (const [offset, limit] of [
          [0, 0],
          [0, 10],
          [10, 10],
          [20, 10],
          [0, 20],
          [0, 25],
          [0, 100],
          [25, 10],
          [1000, 10],
          [7, 0],
        ] as const) {
          const length = Math.max(0, Math.min(limit, total - offset));
          expect(await page(text, offset, limit, isSorted)).toEqual([total, length]);
        }
      }
    });

  it('pass over a resource once, however many of its elements match', async () => {
    const emails = [{ value: 'a@x' }, { value: 'b@x' }, { value: 'c@x' }];
    await current().commit(
      TENANT,
      ['a', 'b', 'c'].map((id) => user(id, { emails, roles: emails })),
    );
    for (const text of ['roles[value co "@x"]', 'roles pr', 'roles.value co "@x"', 'emails[value co "@x"]']) {
      expect([text, await ids(current(), query('User', text, { offset: 1 }))]).toEqual([text, ['b', 'c']]);
    }
  });

  it('together hold everything once', async () => {
    const sort = { attribute: attribute('User', 'title'), descending: true };
    for (const rest of [{}, { sort }]) {
      const all: string[] = [];
      for (let offset = 0; offset < 25; offset += 4)
        all.push(...(await ids(current(), query('User', undefined, { ...rest, offset, limit: 4 }))));
      expect(all).toEqual(await ids(current(), query('User', undefined, rest)));
      expect(new Set(all).size).toBe(25);
    }
  });
}
