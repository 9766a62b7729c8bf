/** Addresses and queries that no client should send: a SCIM error body, and nothing changes. */
import type { Response } from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Client,
  expectError,
  expectList,
  expectNoChange,
  type Method,
  type Query,
  URN,
} from '../support/client.js';
import { onEachStore } from '../support/target.js';

/** Long enough to be deep, short enough to be read. */
const deep = (depth: number): string => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`;
const terms = (count: number): string => Array.from({ length: count }, () => 'title pr').join(' or ');

onEachStore('bad queries', (suite) => {
  let client: Client;
  let user: string;

  beforeAll(async () => {
    client = await suite.tenant();
    user = (await client.user('lin', { displayName: 'Lin' })).id;
    await client.group('Sales', [user]);
  });

  async function refused(request: PromiseLike<Response>, status: number, scimType?: string): Promise<void> {
    await expectNoChange(client, async () => expectError(await request, status, scimType));
  }

  test('escapes without end do not keep the server busy', async () => {
    await refused(client.get(`/Users?filter=userName+eq+%22${'%5C%41'.repeat(26)}%5C`), 400, 'invalidFilter');
  });

  describe('filters', () => {
    test.each([
      ['longer than 4,096 characters', `userName eq "${'x'.repeat(4_096)}"`],
      ['brackets deeper than 32', deep(33)],
      ['more than 100 comparisons', terms(101)],
      ['10,000 brackets', '('.repeat(10_000)],
      ['nothing but not', 'not '.repeat(500)],
      ['empty', ''],
      ['blanks', '   '],
      ['no operator', 'userName'],
      ['no value', 'userName eq'],
      ['an operator that does not exist', 'userName constructor "x"'],
      ['two values', 'userName eq "a" "b"'],
      ['no joint', 'userName eq "a" title pr'],
      ['an open bracket', '(userName eq "a"'],
      ['a closed bracket', 'userName eq "a")'],
      ['an open string', 'userName eq "a'],
      ['a value path inside a value path', 'emails[type eq "work" and emails[type pr]]'],
      ['an unknown attribute', 'nonexistent_xyz eq "x"'],
      ['an unknown sub-attribute', 'name.nonexistent eq "x"'],
      ['an unknown extension', 'urn:example:User:x eq "x"'],
      ['__proto__', '__proto__ eq "x"'],
      ['constructor', 'constructor pr'],
      ['prototype', 'prototype eq "x"'],
      ['name.__proto__', 'name.__proto__ eq "x"'],
      ['emails[constructor]', 'emails[constructor eq "x"]'],
      ['toString', 'toString eq "x"'],
      ['a Mongo operator', 'userName eq {"$gt":""}'],
      ['a name that is a Mongo operator', '$where eq "1"'],
      ['NUL in the literal', 'userName eq "a\0b"'],
      ['an escaped NUL in the literal', 'userName eq "a\\u0000b"'],
      ['an escaped lone surrogate', 'userName eq "\\ud800"'],
      ['a newline in the literal', 'userName eq "a\nb"'],
      ['a control character as a blank', 'userName\x0beq "a"'],
      ['a bad escape', 'userName eq "\\x"'],
      ['order of booleans', 'active gt true'],
      ['text in a boolean', 'active co "t"'],
      ['a number for a date', 'meta.created gt 5'],
      ['no date', 'meta.created gt "yesterday"'],
      ['a complex attribute', 'name eq "x"'],
      ['a password', 'password eq "x"'],
      ['the presence of a password', 'password pr'],
      ['a password in brackets', 'not (password sw "a")'],
      ['eq null behind co', 'userName co null'],
    ])('%s is invalidFilter', async (_, filter) => {
      await refused(client.filter('/Users', filter), 400, 'invalidFilter');
    });

    test.each([
      ['newlines', '\n'.repeat(4_000)],
      ['backslashes', '\\'.repeat(4_000)],
      ['escaped quotes', '\\"'.repeat(2_000)],
      ['blanks', ' '.repeat(4_000)],
      ['letters', 'a'.repeat(4_000)],
    ])('a string of %s without its closing quote is refused at once', async (_, text) => {
      const started = performance.now();
      expectError(await client.filter('/Users', `userName eq "${text}`), 400, 'invalidFilter');
      expect(performance.now() - started).toBeLessThan(2_000);
    });

    test('what is just within the limits is answered', async () => {
      for (const filter of [deep(32), terms(100), `userName eq "${'x'.repeat(4_000)}"`]) {
        expectList(await client.filter('/Users', filter), 0);
      }
    });
  });

  describe('literals with a meaning elsewhere are taken as they are', () => {
    const names = [
      '100%_a',
      '100xya',
      'a*b?[c]',
      'axbyc',
      "o'brien",
      'o"brien',
      'back\\slash',
      '%',
      '_',
      "';--",
      'ÄÖ',
      '.*',
    ];
    let own: Client;

    beforeAll(async () => {
      own = await suite.tenant();
      for (const name of names) await own.user(name, { externalId: name, emails: [{ value: name }] });
    });

    const expected: Record<string, (value: string, part: string) => boolean> = {
      eq: (value, part) => value === part,
      co: (value, part) => value.includes(part),
      sw: (value, part) => value.startsWith(part),
      ew: (value, part) => value.endsWith(part),
    };
    const parts = ['%', '_', '%_', '*', '?', '[c]', "'", '"', '\\', '.*', "';--", 'ä', '100', '0%', 'a'];

    test.each(Object.keys(expected))(
      '%s, on attributes with and without a look-up (RFC 7644 §3.4.2.2)',
      async (operator) => {
        for (const attribute of ['userName', 'externalId', 'emails.value']) {
          const fold = (text: string): string => (attribute === 'externalId' ? text : text.toLowerCase());
          for (const part of [...parts, ...names]) {
            const response = await own.filter('/Users', `${attribute} ${operator} ${JSON.stringify(part)}`, {
              count: 1000,
            });
            expect(response.status, response.text).toBe(200);
            const found = response.body.Resources.map(({ userName }: { userName: string }) => userName).sort();
            const wanted = names.filter((name) => expected[operator]?.(fold(name), fold(part))).sort();
            expect(found, `${attribute} ${operator} ${part}`).toEqual(wanted);
          }
        }
      },
    );
  });

  describe('parameters', () => {
    test.each([
      '?filter=title%20pr&filter=id%20pr',
      '?count=1&COUNT=2',
      '?startIndex=1&startindex=2',
      '?attributes=id&attributes=userName',
    ])('%s: a parameter given twice is invalidValue', async (query) => {
      await refused(client.send('get', `/Users${query}`), 400, 'invalidValue');
    });

    test.each<[string, Query, string]>([
      ['a count that is no number', { count: 'many' }, 'invalidValue'],
      ['a count with a fraction', { count: '1.5' }, 'invalidValue'],
      ['a count beyond all numbers', { count: '9'.repeat(40) }, 'invalidValue'],
      ['a startIndex that is no number', { startIndex: 'NaN' }, 'invalidValue'],
      ['a startIndex in hex', { startIndex: '0x10' }, 'invalidValue'],
      ['sortBy of nothing known', { sortBy: 'nonexistent' }, 'invalidPath'],
      ['sortBy of __proto__', { sortBy: '__proto__' }, 'invalidPath'],
      ['sortBy of a complex attribute', { sortBy: 'name' }, 'invalidPath'],
      ['sortBy of a password', { sortBy: 'password' }, 'invalidPath'],
      ['a sortOrder that does not exist', { sortBy: 'userName', sortOrder: 'up' }, 'invalidValue'],
    ])('%s is refused', async (_, query, scimType) => {
      await refused(client.get('/Users', query), 400, scimType);
    });

    test.each(['__proto__', 'constructor', 'nonexistent', ',,,', '[', 'emails[', '\0', '%'])(
      'attributes=%j selects nothing beside what is always returned',
      async (attributes) => {
        const response = await client.get(`/Users/${user}`, { attributes });
        expect(response.status).toBe(200);
        expect(response.body).toEqual({ schemas: [URN.user], id: user });
      },
    );

    test('parameters that nobody knows are passed over, bad percent-encoding in them too', async () => {
      expectList(await client.send('get', '/Users?__proto__=1&constructor[prototype][x]=1&a=%ZZ&%&&='), 1);
    });
  });

  describe('addresses', () => {
    test.each<[Method, string]>([
      ['get', '/Nothing'],
      ['post', '/Nothing'],
      ['get', '/__proto__'],
      ['get', '/constructor/1'],
      ['get', '/Users/no-such-id'],
      ['get', '/Users/%00'],
      ['get', '/Users/%2e%2e%2fGroups'],
      ['get', `/Users/${'x'.repeat(2_000)}`],
      ['put', '/Groups/__proto__'],
      ['get', '/Schemas/urn:nothing'],
      ['get', '/Schemas/__proto__'],
      ['get', '/ResourceTypes/Nothing'],
      ['get', '/Users/1/2'],
      ['delete', '/Users/1/2/3'],
    ])('%s %s is 404', async (method, address) => {
      const body = ['post', 'put'].includes(method) ? { schemas: [URN.group], displayName: 'x' } : undefined;
      await refused(client.send(method, address, body), 404);
    });

    test.each(['/Users/%ZZ', '/Users/%', '/Groups/%E0%A4', '/Users/%ED%A0%80'])(
      '%s is 400: it cannot be decoded',
      async (address) => {
        await refused(client.send('get', address), 400, 'invalidSyntax');
      },
    );

    test.each<[Method, string]>([
      ['put', '/Users'],
      ['patch', '/Users'],
      ['delete', '/Users'],
      ['post', '/Users/{id}'],
      ['delete', '/Groups'],
      ['post', '/ServiceProviderConfig'],
      ['delete', '/ServiceProviderConfig'],
      ['put', `/Schemas/${URN.user}`],
      ['post', '/Schemas'],
      ['patch', '/ResourceTypes/User'],
    ])('%s %s is 405, and says in Allow what is possible (RFC 9110 §15.5.6)', async (method, address) => {
      const body = method === 'delete' ? undefined : { schemas: [URN.user], userName: 'new' };
      const response = await client.send(method, address.replace('{id}', user), body);
      await refused(Promise.resolve(response), 405);
      expect(response.headers.allow).toMatch(/\bGET\b/);
    });

    test('HEAD answers as GET does, without a body (RFC 9110 §9.3.2)', async () => {
      for (const address of [`/Users/${user}`, '/Users', '/Groups', '/Schemas', '/ServiceProviderConfig']) {
        const [head, get] = [await client.send('head', address), await client.get(address)];
        expect([head.status, head.text ?? '']).toEqual([200, '']);
        for (const name of ['content-type', 'etag', 'location', 'content-length']) {
          expect(head.headers[name], `${name} of ${address}`).toBe(get.headers[name]);
        }
      }
      expect((await client.send('head', '/Users/no-such-id')).status).toBe(404);
    });
  });
});
