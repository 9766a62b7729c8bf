/** What SQLite says of how it will find things: the cost of a look-up must not grow with the directory. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccountWriter } from '../../src/store/sqlite/account-writer.js';
import { AccountQueries } from '../../src/store/sqlite/accounts.js';
import { ActivityQueries } from '../../src/store/sqlite/activity.js';
import { AdminQueries, AdminWriter } from '../../src/store/sqlite/admins.js';
import { ChangeQueries } from '../../src/store/sqlite/changes.js';
import { Committer } from '../../src/store/sqlite/commit.js';
import { type Connections, connect, disconnect } from '../../src/store/sqlite/connections.js';
import { DeliveryQueries, DeliveryWriter } from '../../src/store/sqlite/deliveries.js';
import type { Database } from '../../src/store/sqlite/driver.js';
import { Queries } from '../../src/store/sqlite/queries.js';
import { ReceiverQueries, ReceiverWriter } from '../../src/store/sqlite/receivers.js';
import { RecordQueries, RecordWriter } from '../../src/store/sqlite/records.js';
import { Removal } from '../../src/store/sqlite/removal.js';
import { Search } from '../../src/store/sqlite/search.js';
import { Secrets } from '../../src/store/sqlite/secrets.js';
import type { Keyset } from '../../src/store/store.js';
import { attribute, query, types } from '../../src/testing/contract/writes.js';
import { temporaryFile } from './temporary-file.js';

let connections: Connections;
let remove: () => Promise<void>;

beforeAll(async () => {
  const file = await temporaryFile();
  connections = await connect(file.path, 100);
  remove = file.remove;
});
afterAll(async () => {
  disconnect(connections);
  await remove();
});

/** The statements that `use` prepares. */
function preparedBy(use: (database: Database) => void): string[] {
  const texts: string[] = [];
  const { writer } = connections;
  const prepare: Database['prepare'] = (text) => {
    texts.push(text);
    return writer.prepare(text);
  };
  use({ ...writer, prepare });
  return texts;
}

/** The steps of the plan on our tables, json_each and the like left out. */
function planOf(text: string): string[] {
  const rows = connections.writer.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all();
  return rows
    .map(({ detail }) => detail)
    .filter((detail) => /^(SEARCH|SCAN)/.test(detail) && !/VIRTUAL TABLE|CONSTANT ROW/.test(detail));
}

/** A scan of what a recursion has found is no scan of a table. */
const FIXED_SCAN = /^SCAN (?!above|a\b)/;

/** The same of a search, where there are also queries below. */
const TABLE_SCAN = /^SCAN (?!above|below|a\b|b\b|k\b|x\d|p\b)/;

/** All of them: tenants, how far each has got, admins, receivers, and the like. */
const LISTINGS =
  /FROM (tenants t|tenants t CROSS JOIN counters c .*|admins|removed_tenants r|last_requests|deliveries|receivers)( ORDER BY (t\.rowid|rowid|r\.id))?$/;

const KINDS: readonly (new (database: Database) => unknown)[] = [
  Queries,
  ChangeQueries,
  Committer,
  AccountQueries,
  AccountWriter,
  AdminQueries,
  AdminWriter,
  ActivityQueries,
  RecordQueries,
  RecordWriter,
  DeliveryQueries,
  DeliveryWriter,
  ReceiverQueries,
  ReceiverWriter,
  Removal,
];

describe('fixed statements', () => {
  it.each(KINDS.map((Kind) => [Kind.name, Kind] as const))('of %s never read a whole table', (_name, Kind) => {
    const texts = preparedBy((database) => new Kind(database));
    const scanning = texts.filter((text) => planOf(text).some((step) => FIXED_SCAN.test(step)));
    expect(scanning).toEqual(texts.filter((text) => LISTINGS.test(text)));
    expect(texts.length).toBeGreaterThan(2);
  });

  it('of Secrets never read a whole table', () => {
    const texts = preparedBy((database) => new Secrets(database, database));
    expect(texts.flatMap(planOf).filter((step) => FIXED_SCAN.test(step))).toEqual([]);
  });

  it.each([
    Queries,
    ChangeQueries,
    AccountQueries,
    AdminQueries,
    ActivityQueries,
    RecordQueries,
    DeliveryQueries,
    ReceiverQueries,
  ])('of $name sort nothing that an index has in order', (Kind) => {
    const texts = preparedBy((database) => new Kind(database)).filter((text) => !text.includes('RECURSIVE'));
    for (const text of texts) {
      const plan = connections.writer.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all();
      expect(plan.map(({ detail }) => detail).join(), text).not.toContain('TEMP B-TREE');
    }
  });

  it('find a bearer by one look-up in each table', () => {
    const [text] = preparedBy((database) => new AccountQueries(database)).filter((each) =>
      each.includes('k.hash = ?1'),
    );
    expect(planOf(text as string)).toEqual([
      expect.stringMatching(/^SEARCH k USING INDEX sqlite_autoindex_keys_2 \(hash=\?\)/),
      expect.stringMatching(/^SEARCH c USING INDEX sqlite_autoindex_credentials_1 \(id=\?\)/),
      expect.stringMatching(/^SEARCH t USING INDEX sqlite_autoindex_tenants_1 \(id=\?\)/),
    ]);
  });

  it('seek the place in the activity where a step begins', () => {
    const texts = preparedBy((database) => new ActivityQueries(database));
    for (const text of texts) expect(planOf(text).join()).toMatch(/^SEARCH activity USING .*rowid>\? AND rowid<\?\)$/);
    expect(texts.length).toBe(12);
  });

  it('seek the place among the dead letters where a page begins', () => {
    const texts = preparedBy((database) => new DeliveryQueries(database)).filter((each) => each.includes('LIMIT'));
    expect(texts.map((text) => planOf(text).join())).toEqual([
      'SEARCH dead_letters USING PRIMARY KEY (tenant=? AND (sequence,part,consumer)<(?,?,?))',
      'SEARCH dead_letters USING INDEX dead_letters_by_consumer (consumer=? AND tenant=? AND (sequence,part)<(?,?))',
    ]);
  });

  it('seek the place in the history where a step begins', () => {
    const texts = preparedBy((database) => new ChangeQueries(database));
    for (const text of texts.filter((each) => /sequence (BETWEEN|[<>])/.test(each))) {
      expect(planOf(text).join()).toMatch(/sequence[<>]/);
    }
  });
});

describe('a search', () => {
  const LOOKUP = /lookups USING PRIMARY KEY \(tenant=\? AND type=\? AND path=\? AND value/;
  const BY_ID = /resources USING (COVERING )?INDEX sqlite_autoindex_resources_1 \(tenant=\? AND id=\?\)/;
  const BY_MEMBER = /e USING COVERING INDEX edges_by_member \(tenant=\? AND member_id=\?\)/;
  const BY_GROUP = /edges USING PRIMARY KEY \(tenant=\? AND group_id=\?\)/;
  /** However the rows are then reached, one by one: not all of a type. */
  const ONE_BY_ONE = /SEARCH r USING .*(rowid=\?| id=\?)\)/;

  /** The first page, and one in the middle, each way. */
  const KEYSETS: readonly Keyset[] = (['forward', 'backward'] as const).flatMap((direction) => [
    { direction },
    { direction, from: { row: 5, key: 'a' } },
    { direction, from: { row: 5, key: null } },
  ]);

  it.each([
    ['User', 'userName eq "a"', LOOKUP],
    ['User', 'externalId eq "a"', LOOKUP],
    ['User', 'displayName eq "a"', LOOKUP],
    ['User', 'emails.value eq "a"', LOOKUP],
    ['User', 'userName sw "a"', LOOKUP],
    ['User', 'userName ge "a"', LOOKUP],
    ['User', 'emails[type eq "work" and value eq "a"]', LOOKUP],
    ['User', 'userName eq "a" and active eq true and not (displayName co "x")', LOOKUP],
    ['User', '(userName eq "a" or externalId eq "b") and title pr', LOOKUP],
    ['User', 'userName eq "a" or externalId eq "b" or emails[type eq "work" and value eq "c"]', LOOKUP],
    ['User', 'id eq "a"', BY_ID],
    ['User', 'id eq "a" or id eq "b"', BY_ID],
    ['User', 'id eq "a" and userName pr', BY_ID],
    ['User', 'groups.value eq "a"', BY_GROUP],
    ['Group', 'displayName eq "a"', LOOKUP],
    ['Group', 'members.value eq "a"', BY_MEMBER],
    ['Group', 'members[value eq "a" and type eq "User"]', BY_MEMBER],
    ['Group', 'displayName sw "a" and members eq "b"', BY_MEMBER],
  ] as const)('for %s by %s uses an index', (type, text, expected) => {
    const sort = { attribute: attribute(type, 'displayName'), descending: true };
    const byKeyset = KEYSETS.flatMap((keyset) => [{ keyset }, { keyset, sort }]);
    for (const rest of [{}, { sort }, { limit: 0 }, ...byKeyset]) {
      const [statement] = preparedBy((database) =>
        new Search(database, types).search(query(type, text, { offset: 1, ...rest })),
      );
      const plan = planOf(statement as string);
      for (const step of [expected, ONE_BY_ONE]) expect(plan.join('\n')).toMatch(step);
      expect(plan.filter((step) => TABLE_SCAN.test(step))).toEqual([]);
    }
  });

  it('without a filter counts nothing and sorts nothing', () => {
    const texts = preparedBy((database) => new Search(database, types).search(query('User', undefined, { offset: 5 })));
    expect(texts.join()).not.toContain('count(');
    expect(planOf(texts[0] as string)).toEqual(['SEARCH r USING INDEX resources_by_type (tenant=? AND type=?)']);
  });

  describe('by keyset', () => {
    const pageOf = (keyset: Keyset, text?: string): { plan: string[]; steps: string } => {
      const [statement] = preparedBy((database) => new Search(database, types).search(query('User', text, { keyset })));
      const rows = connections.writer.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`).all();
      return { plan: planOf(statement as string), steps: rows.map(({ detail }) => detail).join('\n') };
    };

    it.each([
      ['forward', '>'],
      ['backward', '<'],
    ] as const)('%s begins where the page begins, and sorts nothing', (direction, operator) => {
      for (const text of [undefined, 'title pr', 'not (userName eq "a")']) {
        const { plan, steps } = pageOf({ direction, from: { row: 5 } }, text);
        const seek = `SEARCH r USING INDEX resources_by_type (tenant=? AND type=? AND rowid${operator}?)`;
        expect(plan.filter((step) => !step.includes('lookups'))).toEqual([seek]);
        expect(steps).not.toContain('TEMP B-TREE');
      }
    });

    it.each(['forward', 'backward'] as const)('%s with a look-up names only what lies ahead', (direction) => {
      const { plan, steps } = pageOf({ direction, from: { row: 5 } }, 'userName eq "a"');
      expect(plan.join('\n')).toMatch(/path=\? AND value=\? AND rid[<>]\?\)/);
      expect(steps).not.toContain('TEMP B-TREE');
    });
  });
});
