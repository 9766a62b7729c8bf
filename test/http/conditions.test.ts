/** Versions and conditional requests: RFC 7644 §3.14, RFC 9110 §13. */
import { describe, expect, test } from 'vitest';
import { type Client, expectError, expectNoChange, type Headers, type Method, URN } from '../support/client.js';
import { onEachStore } from '../support/target.js';

const WRITES: [Method, (displayName: string) => object | undefined][] = [
  ['put', (displayName) => ({ schemas: [URN.user], userName: 'lin', displayName })],
  ['patch', (value) => ({ schemas: [URN.patch], Operations: [{ op: 'replace', path: 'displayName', value }] })],
  ['delete', () => undefined],
];

onEachStore('versions and conditions', (suite) => {
  const prepared = async (): Promise<[Client, string]> => {
    const client = await suite.tenant();
    const { id } = await client.user('lin', { displayName: 'Lin' });
    return [client, `/Users/${id}`];
  };

  test('a new resource is at W/"1"; each change adds one; header and meta.version agree (RFC 7644 §3.14)', async () => {
    const [client, address] = await prepared();
    const tagOf = async (): Promise<string> => {
      const response = await client.get(address);
      expect(response.headers.etag).toBe(response.body.meta.version);
      return response.body.meta.version;
    };
    expect(await tagOf()).toBe('W/"1"');
    const patched = await client.patch(address, { op: 'replace', path: 'displayName', value: 'A' });
    expect([patched.headers.etag, await tagOf()]).toEqual(['W/"2"', 'W/"2"']);
    const put = await client.put(address, { schemas: [URN.user], userName: 'lin' });
    expect([put.headers.etag, await tagOf()]).toEqual(['W/"3"', 'W/"3"']);
  });

  test('a 204 after PATCH carries the new version as well', async () => {
    const client = await suite.tenant();
    const { id } = await client.group('Sales');
    const response = await client.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'B' });
    expect([response.status, response.headers.etag]).toEqual([204, 'W/"2"']);
  });

  describe.each(WRITES)('%s with If-Match', (method, body) => {
    test.each(['W/"2"', '"2"', 'W/"0", W/"3"', '""', 'nonsense', ''])(
      '%s, not the version, is 412 and changes nothing',
      async (tag) => {
        const [client, address] = await prepared();
        await expectNoChange(client, async () => {
          const response = await client.send(method, address, body('Changed'), { 'If-Match': tag });
          expectError(response, 412);
        });
      },
    );

    test.each(['W/"1"', '"1"', 'W/"9", W/"1"', '*', ' * '])('%s, the version, is done', async (tag) => {
      const [client, address] = await prepared();
      const response = await client.send(method, address, body('Changed'), { 'If-Match': tag });
      expect(response.status, response.text).toBe(method === 'delete' ? 204 : 200);
      if (method === 'delete') expectError(await client.get(address), 404);
      else expect((await client.read(address)).displayName).toBe('Changed');
    });

    test('the old version, after another write, is 412 (no lost update)', async () => {
      const [client, address] = await prepared();
      await client.patch(address, { op: 'replace', path: 'title', value: 'Boss' });
      expectError(await client.send(method, address, body('Changed'), { 'If-Match': 'W/"1"' }), 412);
      expect(await client.read(address)).toMatchObject({ displayName: 'Lin', title: 'Boss' });
    });

    test('on an id that does not exist is an error, and makes nothing', async () => {
      const [client] = await prepared();
      await expectNoChange(client, async () => {
        for (const tag of ['*', 'W/"1"']) {
          const response = await client.send(method, '/Users/no-such-id', body('x'), { 'If-Match': tag });
          expect([404, 412]).toContain(response.status);
        }
      });
    });

    test('If-None-Match of the version, or *, is 412 for a write (RFC 9110 §13.1.2)', async () => {
      const [client, address] = await prepared();
      await expectNoChange(client, async () => {
        for (const tag of ['*', 'W/"1"']) {
          expectError(await client.send(method, address, body('Changed'), { 'If-None-Match': tag }), 412);
        }
      });
    });
  });

  test('a wrong If-Match is 412 even where the request would change nothing', async () => {
    const [client, address] = await prepared();
    const operation = { op: 'replace', path: 'displayName', value: 'Lin' };
    expectError(await client.patch(address, operation, { 'If-Match': 'W/"7"' }), 412);
  });

  describe('GET with If-None-Match', () => {
    test.each(['W/"1"', '"1"', 'W/"8", W/"1"', '*'])('%s is 304 with the version and without a body', async (tag) => {
      const [client, address] = await prepared();
      const response = await client.get(address, {}, { 'If-None-Match': tag });
      expect([response.status, response.text, response.headers.etag]).toEqual([304, '', 'W/"1"']);
    });

    test.each(['W/"2"', '"x"', 'nonsense'])('%s is 200 with the resource', async (tag) => {
      const [client, address] = await prepared();
      const response = await client.get(address, {}, { 'If-None-Match': tag });
      expect([response.status, response.body.userName]).toEqual([200, 'lin']);
    });

    test('after a change, the old version is 200 with the new state', async () => {
      const [client, address] = await prepared();
      await client.patch(address, { op: 'replace', path: 'displayName', value: 'New' });
      const response = await client.get(address, {}, { 'If-None-Match': 'W/"1"' });
      expect([response.status, response.body.displayName]).toEqual([200, 'New']);
    });

    test('a group whose members changed is at another version', async () => {
      const client = await suite.tenant();
      const { id } = await client.group('Sales');
      const user = await client.user('lin');
      await client.patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: user.id }] });
      const headers: Headers = { 'If-None-Match': 'W/"1"' };
      expect((await client.get(`/Groups/${id}`, {}, headers)).status).toBe(200);
    });
  });

  describe('what changes nothing', () => {
    test.each<[string, Method, object]>([
      ['PATCH of the same value', 'patch', { op: 'replace', path: 'displayName', value: 'Lin' }],
      ['PATCH that removes what is not there', 'patch', { op: 'remove', path: 'title' }],
      ['PATCH that adds what is there', 'patch', { op: 'add', value: { displayName: 'Lin' } }],
      ['PUT of the same resource', 'put', { schemas: [URN.user], userName: 'lin', displayName: 'Lin' }],
    ])('%s succeeds and leaves version, lastModified and history (RFC 7644 §3.5.2.1)', async (_, method, body) => {
      const [client, address] = await prepared();
      await expectNoChange(client, async () => {
        const sent = method === 'put' ? body : { schemas: [URN.patch], Operations: [body] };
        const response = await client.send(method, address, sent);
        expect([response.status, response.headers.etag]).toEqual([200, 'W/"1"']);
      });
    });

    test('adding a member that is one, and removing one that is none, leave the group (RFC 7644 §3.5.2.1)', async () => {
      const client = await suite.tenant();
      const [user, other] = [await client.user('lin'), await client.user('bo')];
      const { id } = await client.group('Sales', [user.id]);
      await expectNoChange(client, async () => {
        const response = await client.patch(`/Groups/${id}`, [
          { op: 'add', path: 'members', value: [{ value: user.id }] },
          { op: 'remove', path: `members[value eq "${other.id}"]` },
          { op: 'replace', path: 'members', value: [{ value: user.id }] },
        ]);
        expect([response.status, response.headers.etag]).toEqual([204, 'W/"1"']);
      });
    });
  });
});
