/** Requests that no client should send: each gets a SCIM error body that tells nothing of the inside, and changes nothing. */
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileName } from '../../src/scim/profiles.js';
import {
  type Answer,
  type Client,
  expectError,
  expectNoChange,
  type Headers,
  type Method,
  URN,
} from '../support/client.js';
import { onEachStore } from '../support/target.js';

const BODY_LIMIT = 65_536;
const MAX_DEPTH = 32;

/** A lot of nothing, in a few bytes. */
const BLANKS = Buffer.alloc(32 * 1024 * 1024, 0x20);
const BOMBS: [string, Buffer][] = [
  ['gzip', gzipSync(BLANKS, { level: 1 })],
  ['deflate', deflateSync(BLANKS, { level: 1 })],
  ['br', brotliCompressSync(BLANKS, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
];

/** Where a bad body can go. */
type Place = 'POST' | 'PUT' | 'PATCH';
const PLACES: readonly Place[] = ['POST', 'PUT', 'PATCH'];

interface World {
  client: Client;
  user: string;
  group: string;
}

/** A user as JSON text, with more members at the end of the object. */
const userText = (more: string, userName = '"new"'): string =>
  `{"schemas":["${URN.user}"],"userName":${userName}${more}}`;
const patchText = (operation: string): string => `{"schemas":["${URN.patch}"],"Operations":[${operation}]}`;
const replaceText = (path: string, value: string): string =>
  patchText(`{"op":"replace","path":${path},"value":${value}}`);
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

onEachStore(
  'bad input',
  (suite) => {
    const worlds: Record<string, World> = {};
    const before = Object.getOwnPropertyNames(Object.prototype);

    beforeAll(async () => {
      for (const profile of ['entra', 'strict'] as const) {
        const client = await suite.tenant(profile);
        const user = await client.user('lin', {
          displayName: 'Lin',
          emails: [{ type: 'work', value: 'lin@example.com' }],
        });
        worlds[profile] = { client, user: user.id, group: (await client.group('Sales', [user.id])).id };
      }
    });

    afterAll(() => expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before));

    const world = (profile: ProfileName = 'entra'): World => worlds[profile] as World;

    async function send(place: Place, body: string, headers?: Headers, profile?: ProfileName): Promise<Answer> {
      const { client, user } = world(profile);
      const method = place.toLowerCase() as Method;
      return client.send(method, place === 'POST' ? '/Users' : `/Users/${user}`, body, headers);
    }

    /** The answer is this error, and the tenant is as it was. */
    async function refused(
      request: () => PromiseLike<Answer>,
      status: number,
      scimType?: string,
      profile?: ProfileName,
    ) {
      await expectNoChange(world(profile).client, async () => expectError(await request(), status, scimType));
    }

    describe.each(PLACES)('the body of %s', (place) => {
      test.each([
        ['nothing', ''],
        ['blanks', '  \n '],
        ['half an object', '{"userName":'],
        ['text behind the object', '{} x'],
        ['a bare word', '{"active": tre}'],
        ['single quotes', "{'userName':'x'}"],
        ['a raw NUL', '{"userName":"a\0b"}'],
        ['null', 'null'],
        ['a number', '1'],
        ['a string', '"userName"'],
        ['an array', '[]'],
        ['true', 'true'],
        ['10,000 nested arrays', nested(10_000, '[', ']')],
        ['10,000 nested objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
        ['10,000 levels in one attribute', userText(`,"name":${nested(10_000, '[', ']')}`)],
        ['an attribute twice in different case', userText(',"USERNAME":"other"')],
      ])('%s is invalidSyntax (RFC 7644 §3.12)', async (_, body) => {
        await refused(() => send(place, body), 400, 'invalidSyntax');
      });

      test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x'])(
        'the media type %s is 415',
        async (type) => {
          await refused(() => send(place, userText(''), { 'Content-Type': type }), 415);
        },
      );

      test.each(['iso-8859-1', 'utf-16', '"latin1"'])(
        'the character set %s is 415 (RFC 7644 §3.1)',
        async (charset) => {
          const headers = { 'Content-Type': `application/scim+json; charset=${charset}` };
          await refused(() => send(place, userText(''), headers), 415);
        },
      );

      test('a body over the limit is 413, announced or not', async () => {
        const body = userText(`,"title":"${'x'.repeat(BODY_LIMIT)}"`);
        await refused(() => send(place, body), 413);
        const address = place === 'POST' ? '/Users' : `/Users/${world().user}`;
        await refused(() => raw(place, address, new Blob([body]).stream()), 413);
      });

      test.each(['__proto__', 'constructor', 'prototype', '__PROTO__'])(
        'the attribute %s is invalidSyntax',
        async (name) => {
          const value = `{"isAdmin":true,"prototype":{"isAdmin":true}}`;
          const bodies = {
            POST: [
              userText(`,"${name}":${value}`),
              userText(`,"name":{"${name}":${value}}`),
              userText(`,"emails":[{"${name}":1}]`),
            ],
            PUT: [userText(`,"${name}":${value}`), userText(`,"${URN.enterprise}":{"${name}":${value}}`)],
            PATCH: [
              patchText(`{"op":"replace","value":{"${name}":${value}}}`),
              patchText(`{"op":"add","path":"name","value":{"${name}":${value}}}`),
              patchText(`{"op":"add","path":"emails","value":[{"${name}":${value}}]}`),
              patchText(`{"op":"add","path":"title","value":"x","${name}":${value}}`),
            ],
          };
          for (const body of bodies[place]) await refused(() => send(place, body), 400, 'invalidSyntax');
        },
      );
    });

    test.each([
      ['userName', `{"$gt":""}`],
      ['userName', `["a","b"]`],
      ['active', `{"$gt":""}`],
      ['active', '"maybe"'],
      ['title', `{"$ne":null}`],
      ['title', '"a\\u0000b"'],
      ['title', '"\\ud800"'],
      ['title', '"a\\udc00b"'],
      ['password', '"\\u0000"'],
      ['externalId', '"\\u0000"'],
      ['emails', '[{"value":"a\\u0000b"}]'],
      ['emails', '[{"value":{"$gt":""}}]'],
      ['x509Certificates', '[{"value":"not base64!"}]'],
    ])('the value of %s %s is invalidValue (RFC 7643 §2.3)', async (name, value) => {
      const more = name === 'userName' ? '' : `,"${name}":${value}`;
      const body = userText(more, name === 'userName' ? value : '"new"');
      await refused(() => send('POST', body), 400, 'invalidValue');
      await refused(() => send('PUT', body), 400, 'invalidValue');
      await refused(() => send('PATCH', replaceText(`"${name}"`, value)), 400, 'invalidValue');
      await refused(() => send('PATCH', patchText(`{"op":"add","value":{"${name}":${value}}}`)), 400, 'invalidValue');
    });

    test('bytes that are not UTF-8 are refused, not stored as something else (RFC 8259 §8.1)', async () => {
      const bytes = Buffer.concat([Buffer.from('{"userName":"a'), Buffer.from([0xff, 0xfe]), Buffer.from('b"}')]);
      await refused(() => raw('POST', '/Users', bytes), 400, 'invalidSyntax');
    });

    test.each(['emails', 'name', 'addresses'])('{"$gt":""} as %s is refused by a strict tenant', async (name) => {
      const value = name === 'name' ? `{"$gt":""}` : `[{"$gt":""}]`;
      await refused(() => send('POST', userText(`,"${name}":${value}`), {}, 'strict'), 400, 'invalidSyntax', 'strict');
    });

    test.each([
      `{"$gt":""}`,
      '"\\u0000"',
      '""',
      '{}',
      '{"value":{"$gt":""}}',
      '{"value":""}',
      '{"value":null}',
      '{"value":["a"]}',
      '5',
    ])('a member %s is invalidValue', async (member) => {
      const { client, group } = world();
      const body = `{"schemas":["${URN.group}"],"displayName":"New","members":[${member}]}`;
      const operation = patchText(`{"op":"add","path":"members","value":[${member}]}`);
      await refused(() => client.post('/Groups', body), 400, 'invalidValue');
      await refused(() => client.put(`/Groups/${group}`, body), 400, 'invalidValue');
      await refused(() => client.send('patch', `/Groups/${group}`, operation), 400, 'invalidValue');
    });

    describe('PATCH', () => {
      test.each([
        ['__proto__', 'invalidPath'],
        ['constructor', 'invalidPath'],
        ['constructor.prototype', 'invalidPath'],
        ['name.__proto__', 'invalidPath'],
        ['name.constructor', 'invalidPath'],
        ['emails[type eq "work"].__proto__', 'invalidPath'],
        ['emails[type eq "work"].constructor', 'invalidPath'],
        ['emails[__proto__ eq "x"].value', 'invalidFilter'],
        ['emails[constructor eq "x"].value', 'invalidFilter'],
        [`${URN.enterprise}:__proto__`, 'invalidPath'],
        ['toString', 'invalidPath'],
        ['displayName\0', 'invalidPath'],
        ['.', 'invalidPath'],
        ['emails[', 'invalidPath'],
        ['emails[type eq "work"', 'invalidPath'],
        ['emails[type eq "work"]value', 'invalidPath'],
        ['emails[].value', 'invalidFilter'],
        ['emails[type eq "\ud800"].value', 'invalidFilter'],
        ['x'.repeat(5_000), 'invalidPath'],
        [`emails[${'('.repeat(MAX_DEPTH + 1)}type pr${')'.repeat(MAX_DEPTH + 1)}].value`, 'invalidFilter'],
      ])('the path %j is %s', async (path, scimType) => {
        await refused(() => send('PATCH', replaceText(JSON.stringify(path), '"x"')), 400, scimType);
      });

      test.each([
        ['{"schemas":["x"]}', 'invalidSyntax'],
        ['{"Operations":{}}', 'invalidSyntax'],
        ['{"Operations":[]}', 'invalidSyntax'],
        [patchText('null'), 'invalidSyntax'],
        [patchText('"add"'), 'invalidSyntax'],
        [patchText('{}'), 'invalidSyntax'],
        [patchText('{"op":"move","path":"title","value":"x"}'), 'invalidSyntax'],
        [patchText('{"op":{"$gt":""},"path":"title","value":"x"}'), 'invalidSyntax'],
        [patchText('{"op":"add","path":"title"}'), 'invalidValue'],
        [patchText('{"op":"add","value":"x"}'), 'invalidValue'],
        [patchText('{"op":"remove"}'), 'noTarget'],
        [patchText('{"op":"remove","path":"userName"}'), 'mutability'],
        [patchText('{"op":"replace","path":"id","value":"x"}'), 'mutability'],
        [patchText('{"op":"replace","path":"meta.version","value":"x"}'), 'mutability'],
        [patchText('{"op":"add","path":"groups","value":[{"value":"x"}]}'), 'mutability'],
        [patchText('{"op":"replace","path":"userName","value":""}'), 'invalidValue'],
        [patchText('{"op":"replace","path":["title"],"value":"x"}'), 'invalidPath'],
        [patchText('{"op":"replace","path":{"$gt":""},"value":"x"}'), 'invalidPath'],
      ])('%s is %s', async (body, scimType) => {
        await refused(() => send('PATCH', body), 400, scimType);
      });
    });

    describe('encodings', () => {
      test.each(BOMBS)('32 MB of blanks in %s are 413 without being unpacked', async (encoding, packed) => {
        const started = performance.now();
        await refused(() => raw('POST', '/Users', packed, { 'Content-Encoding': encoding }), 413);
        expect(performance.now() - started).toBeLessThan(2_000);
      });

      test('an encoding that is not known is 415, one that is broken is 400', async () => {
        await refused(() => raw('POST', '/Users', Buffer.from('{}'), { 'Content-Encoding': 'compress' }), 415);
        await refused(
          () => raw('POST', '/Users', Buffer.from('{}'), { 'Content-Encoding': 'gzip' }),
          400,
          'invalidSyntax',
        );
      });

      test('a gzipped body that is in order is read', async () => {
        const client = await suite.tenant();
        const body = gzipSync(userText(',"displayName":"Zip"'));
        const response = await raw('POST', '/Users', body, { 'Content-Encoding': 'gzip' }, client);
        expect([response.status, response.body.displayName]).toEqual([201, 'Zip']);
      });
    });

    /** Sends bytes as they are; a stream without saying how many. */
    async function raw(
      method: string,
      address: string,
      body: Buffer | ReadableStream,
      headers: Headers = {},
      client = world().client,
    ): Promise<Answer> {
      const response = await fetch(`${suite.origin}${client.base}${address}`, {
        method,
        body: body instanceof Buffer ? new Uint8Array(body) : body,
        duplex: 'half',
        headers: { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/scim+json', ...headers },
      });
      const text = await response.text();
      return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
    }
  },
  { bodyLimit: BODY_LIMIT },
);
