/** What RFC 9865 shows. */
import { describe, expect, test } from 'vitest';
import { serviceProviderConfig } from '../../../src/http/scim/discovery.js';
import { canonicalFilter } from '../../../src/scim/filter/canonical.js';
import { parseFilter } from '../../../src/scim/filter/parse.js';
import { resolveFilter } from '../../../src/scim/filter/resolve.js';
import type { JsonObject } from '../../../src/scim/json.js';
import { listResponse } from '../../../src/scim/messages/list-response.js';
import { readSearchRequest } from '../../../src/scim/messages/search-request.js';
import { dialectOf, LIMITS, registry, typeNamed } from './core.js';
import { fixture, fixturesOf } from './fixtures.js';

const user = typeNamed('User');

function meaning(text: string): string {
  const dialect = dialectOf('strict');
  return canonicalFilter(resolveFilter(parseFilter(text, LIMITS, dialect), user, dialect));
}

describe('paging by cursor', () => {
  test('the two requests that the RFC shows ask for one list (RFC 9865 §2)', () => {
    const [first, second] = fixture<{ queries: { filter: string }[] }>('cursor-queries').queries;
    expect(first?.filter).not.toBe(second?.filter);
    expect(meaning(String(first?.filter))).toBe(meaning(String(second?.filter)));
  });

  for (const { name, section, content } of fixturesOf<JsonObject>('cursor-page')) {
    test(`${name} is a page as this server writes it (${section})`, () => {
      const { nextCursor, previousCursor } = content as { nextCursor: string; previousCursor?: string };
      const place = { nextCursor, ...(previousCursor !== undefined && { previousCursor }) };
      // The RFC elides the resources of its page; itemsPerPage counts them.
      const message = listResponse(Array<JsonObject>(10).fill({}), 100, place);
      expect({ ...message, Resources: [] }).toEqual(content);
    });
  }

  test('the search request that the RFC shows means what these parameters mean (RFC 9865 §3)', () => {
    expect(Object.fromEntries(readSearchRequest(fixture<JsonObject>('cursor-search')))).toEqual({
      attributes: 'displayName,userName',
      filter: 'displayName sw "smith"',
      cursor: '',
      count: '10',
    });
  });

  test('the configuration announces what the RFC shows, member by member (RFC 9865 §4)', () => {
    const shown = fixture<{ pagination: JsonObject }>('pagination').pagination;
    const limits = { pageSize: 100, maxPageSize: 250, cursorTimeout: 3600, bulk: { operations: 1, payload: 1 } };
    type Arguments = Parameters<typeof serviceProviderConfig>;
    const request = { baseUrl: 'https://example.com/v2', query: new Map(), registry } as unknown as Arguments[0];
    const { body } = serviceProviderConfig(request, { limits } as unknown as Arguments[1]);
    const { pagination } = JSON.parse(String(body)) as { pagination: JsonObject };
    // Paging by index stays the default, for the clients that came before.
    expect(pagination).toEqual({ ...shown, defaultPaginationMethod: 'index' });
  });
});

describe('the canonical text of a filter', () => {
  test.each([
    ['userName eq "a"', 'USERNAME EQ "A"'],
    ['userName eq "a"', `${user.schema}:userName eq "a"`],
    ['(title pr)', 'title  pr'],
    ['emails[type eq "work" and value co "x"]', 'Emails[Type eq "WORK" and Value co "X"]'],
    ['title eq null', 'not (title pr)'],
    ['meta.created gt "2026-01-01T00:00:00Z"', 'meta.created gt "2026-01-01T01:00:00+01:00"'],
  ])('is the same for %s and %s', (one, other) => {
    expect(meaning(one)).toBe(meaning(other));
  });

  test('differs with everything that counts', () => {
    const texts = [
      'title eq "a"',
      'title eq "b"',
      'title ne "a"',
      'title pr',
      'not (title pr)',
      'nickName eq "a"',
      'externalId eq "a"',
      'externalId eq "A"',
      'active eq true',
      'title pr and nickName pr or active pr',
      'title pr and (nickName pr or active pr)',
      'title pr or nickName pr',
      'emails[type eq "work"]',
      'emails.type eq "work"',
      'emails[type eq "work" and value pr]',
      'emails[type eq "work"] and emails.value pr',
      'title eq "a\\" or title eq \\"b"',
      'title eq "a" or title eq "b"',
    ];
    expect(new Set(texts.map(meaning)).size).toBe(texts.length);
  });
});
