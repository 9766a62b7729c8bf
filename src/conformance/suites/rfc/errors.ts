/** Errors and media types: RFC 7644 §3.12, §3.8, §8.1; and requests that no client should send. */
import type { Check } from '../../check.js';
import { ERROR_URN, GROUP_URN, USER_URN } from '../../facts.js';
import type { Answer, Json } from '../../model.js';
import type { Probe } from '../../probe.js';
import { shown, valueAt } from '../../values.js';

/** An error that every server has: the user that is read does not exist. */
function notFound(t: Probe): Promise<Answer> {
  return t.get(`${t.endpoint('User')}/${t.unique('id')}`);
}

const bodyChecks: readonly Check[] = [
  {
    id: 'rfc.errors.schemas',
    suite: 'rfc',
    title: 'An error body has the schema of errors.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: `Answer errors with a JSON object whose schemas are ["${ERROR_URN}"].`,
    readsOnly: true,
    async run(t) {
      t.expectEqual(await notFound(t), 'schemas', [ERROR_URN]);
    },
  },
  {
    id: 'rfc.errors.status',
    suite: 'rfc',
    title: 'The status in an error body is that of the answer, as a string.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Write status to error bodies as a JSON string: "404", not 404.',
    readsOnly: true,
    async run(t) {
      const answer = await notFound(t);
      const found = valueAt(answer.body, 'status');
      const isText = found === String(answer.status);
      t.expect(isText, answer, `status is ${shown(found)}`, shown(String(answer.status)), shown(found));
    },
  },
  {
    id: 'rfc.errors.detail',
    suite: 'rfc',
    title: 'An error body says in detail what is wrong.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Write a sentence for people to detail of error bodies; administrators see it in the log of their client.',
    readsOnly: true,
    async run(t) {
      const answer = await notFound(t);
      const found = valueAt(answer.body, 'detail');
      const isText = typeof found === 'string' && found !== '';
      t.expect(isText, answer, `detail is ${shown(found)}`, 'a text', found ?? 'nothing');
    },
  },
  {
    id: 'rfc.errors.media-type',
    suite: 'rfc',
    title: 'An error is answered with the media type application/scim+json.',
    level: 'should',
    source: 'RFC 7644 §3.8, RFC 7644 §8.1',
    fix: 'Send errors too with Content-Type: application/scim+json, not as a page or as application/problem+json.',
    readsOnly: true,
    async run(t) {
      const answer = await notFound(t);
      const found = answer.headers['content-type'];
      const isScim = /^application\/scim\+json\s*(;|$)/i.test(found ?? '');
      t.expect(isScim, answer, `The media type is ${shown(found)}`, 'application/scim+json', found ?? 'nothing');
    },
  },
];

/** Bodies that are no JSON object, by the name of their check. */
const MALFORMED: Readonly<Record<string, { what: string; text(t: Probe): string }>> = {
  truncated: { what: 'JSON that breaks off', text: (t) => JSON.stringify(t.userBody()).slice(0, -3) },
  'not-json': { what: 'text that is no JSON', text: () => 'userName=ada&active=true' },
  empty: { what: 'an empty body', text: () => '' },
  array: { what: 'a JSON array', text: (t) => JSON.stringify([t.userBody()]) },
  string: { what: 'a JSON string', text: () => '"userName"' },
  null: { what: 'the JSON value null', text: () => 'null' },
};

const syntaxChecks: readonly Check[] = [
  ...Object.entries(MALFORMED).map(
    ([name, { what, text }]): Check => ({
      id: `rfc.errors.body-${name}`,
      suite: 'rfc',
      title: `A POST with ${what} is 400.`,
      level: 'must',
      source: 'RFC 7644 §3.12',
      fix: 'Refuse a body that is no JSON object with 400 and an error body, scimType invalidSyntax.',
      async run(t) {
        t.expectError(await t.request('POST', t.endpoint('User'), { text: text(t) }), 400);
      },
    }),
  ),
  {
    id: 'rfc.errors.invalid-syntax',
    suite: 'rfc',
    title: 'JSON that breaks off is refused with the scimType invalidSyntax.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Say scimType invalidSyntax in the error body when the request cannot be parsed.',
    async run(t) {
      const text = `{"schemas":["${USER_URN}"],`;
      t.expectError(await t.request('POST', t.endpoint('User'), { text }), 400, 'invalidSyntax');
    },
  },
];

/** Media types that clients send JSON with, by the name of their check. */
const ACCEPTED = {
  json: { type: 'application/json', level: 'should', source: 'RFC 7644 §8.1' },
  charset: { type: 'application/scim+json; charset=utf-8', level: 'must', source: 'RFC 8259 §11' },
  'json-charset': { type: 'application/json; charset=utf-8', level: 'should', source: 'RFC 8259 §11' },
  'upper-case': { type: 'Application/SCIM+JSON', level: 'must', source: 'RFC 9110 §8.3.1' },
} as const;

const mediaChecks: readonly Check[] = [
  ...Object.entries(ACCEPTED).map(
    ([name, { type, level, source }]): Check => ({
      id: `rfc.errors.accepts-${name}`,
      suite: 'rfc',
      title: `A POST with Content-Type: ${type} is understood.`,
      level,
      source,
      fix: `Read a body of the type ${type} as JSON: letter case and parameters of the type do not matter.`,
      async run(t) {
        t.expectStatus(await t.post(t.endpoint('User'), t.userBody(), { 'Content-Type': type }), 201);
      },
    }),
  ),
  {
    id: 'rfc.errors.unsupported-media-type',
    suite: 'rfc',
    title: 'A body that does not call itself JSON is refused.',
    level: 'should',
    source: 'RFC 9110 §15.5.16',
    fix: 'Answer a body of a media type other than application/scim+json and application/json with 415.',
    async run(t) {
      const answer = await t.post(t.endpoint('User'), t.userBody(), { 'Content-Type': 'text/plain' });
      t.expectError(answer, [400, 415]);
    },
  },
];

/** Methods where the protocol has none, by the name of their check. Nothing that could do harm if it were obeyed. */
const MISPLACED: Readonly<Record<string, { title: string; send(t: Probe): Promise<Answer> }>> = {
  'put-list': {
    title: 'A PUT to all users is refused.',
    send: (t) => t.put(t.endpoint('User'), t.userBody()),
  },
  'post-resource': {
    title: 'A POST to a single user is refused.',
    send: async (t) => t.request('POST', (await t.user()).path, { body: t.userBody() }),
  },
};

const methodChecks: readonly Check[] = [
  ...Object.entries(MISPLACED).map(
    ([name, { title, send }]): Check => ({
      id: `rfc.errors.${name}`,
      suite: 'rfc',
      title,
      level: 'must',
      source: 'RFC 7644 §3.2',
      fix: 'Answer a method that an endpoint does not have with 405 or another 4xx, or with 501.',
      async run(t) {
        const answer = await send(t);
        const { status } = answer;
        const isRefused = (status >= 400 && status < 500) || status === 501;
        t.expect(isRefused, answer, `The answer was ${status}`, '4xx or 501', String(status));
      },
    }),
  ),
  {
    id: 'rfc.errors.allow',
    suite: 'rfc',
    title: 'A 405 has the header Allow.',
    level: 'must',
    source: 'RFC 9110 §15.5.6',
    fix: 'Name the methods that the endpoint does have in the header Allow of each 405.',
    async run(t) {
      const answer = await t.put(t.endpoint('User'), t.userBody());
      const found = answer.headers.allow;
      t.expect(answer.status !== 405 || found !== undefined, answer, 'The 405 has no Allow', 'Allow', found);
    },
  },
  {
    id: 'rfc.errors.unknown-endpoint',
    suite: 'rfc',
    title: 'An endpoint that does not exist is 404.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Answer paths that are no endpoint with 404 and an error body, not with a page.',
    readsOnly: true,
    async run(t) {
      t.expectError(await t.get(`/${t.unique('Nonsense')}`), 404);
    },
  },
];

/** Bodies that parse and are odd, by the name of their check; any answer below 500 will do. */
const ODD: Readonly<Record<string, { what: string; text(t: Probe): string }>> = {
  'nul-byte': { what: 'a NUL character in userName', text: (t) => json(t, { userName: `${t.unique('nul')}\u0000x` }) },
  'lone-surrogate': { what: 'half of a surrogate pair', text: (t) => json(t, { displayName: 'half \ud83d pair' }) },
  'prototype-name': {
    what: 'an attribute named __proto__',
    text: (t) => json(t, {}).replace(/^\{/, '{"__proto__":{"userName":"x","active":"x"},"constructor":{"name":"x"},'),
  },
  'deep-nesting': {
    what: 'two thousand arrays in each other',
    text: (t) => json(t, {}).replace(/^\{/, `{"name":${'['.repeat(2_000)}${']'.repeat(2_000)},`),
  },
  'long-value': { what: 'a displayName of 70,000 letters', text: (t) => json(t, { displayName: 'a'.repeat(70_000) }) },
  'wrong-schemas': { what: 'schemas that are a number', text: (t) => json(t, { schemas: 1 }) },
  'mixed-list': {
    what: 'e-mail addresses that are null, a number and a list',
    text: (t) => json(t, { emails: [null, 1, [], 'a', { value: { value: 'a' } }] }),
  },
  'repeated-name': {
    what: 'the same attribute twice',
    text: (t) => json(t, {}).replace(/^\{/, '{"displayName":"first",'),
  },
};

function json(t: Probe, extra: { [name: string]: Json }): string {
  const { displayName, name, ...body } = t.userBody();
  return JSON.stringify({ ...body, displayName, ...extra });
}

const oddChecks: readonly Check[] = Object.entries(ODD).map(
  ([name, { what, text }]): Check => ({
    id: `rfc.errors.odd-${name}`,
    suite: 'rfc',
    title: `A POST with ${what} does not make the server fail.`,
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Refuse what cannot be stored with 400, scimType invalidValue or invalidSyntax; a 5xx is retried for ever.',
    async run(t) {
      const answer = await t.request('POST', t.endpoint('User'), { text: text(t) });
      t.expect(answer.status < 500, answer, `The server failed with ${answer.status}`, '4xx', String(answer.status));
    },
  }),
);

/** What shows that an answer gives away how the server works, and where. */
const TRACES: readonly RegExp[] = [
  /^\s+at .+[(:]/m,
  /\\n\s+at .+[(:]/,
  /Traceback \(most recent call last\)/,
  /\bat [\w$.<>]+\([\w$]+\.(java|kt|scala|cs|js|ts|go|rb):\d+\)/,
  /\/node_modules\//,
  /\bSQLSTATE\b|\bORA-\d{5}\b|\bSQLITE_\w+/,
  /\.(java|py|rb|php|go|cs|js|ts):\d+/,
];

const disclosureChecks: readonly Check[] = [
  {
    id: 'rfc.errors.no-trace',
    suite: 'rfc',
    title: 'Errors do not show a stack trace or paths of the server.',
    level: 'should',
    source: 'CWE-209',
    fix: 'Answer with a sentence of your own in detail; write stack traces and messages of the database to the log.',
    async run(t) {
      const answers = [
        await notFound(t),
        await t.request('POST', t.endpoint('User'), { text: '{"userName":' }),
        await t.request('POST', t.endpoint('User'), { text: json(t, { emails: [null, 1] }) }),
        await t.get(`${t.endpoint('User')}/%00'";--`),
        await t.get(t.endpoint('User'), { filter: `userName eq '"\u0000` }),
        await t.get(`/${t.unique('Nonsense')}`),
      ];
      for (const answer of answers) {
        const trace = TRACES.find((pattern) => pattern.test(answer.text));
        t.expect(trace === undefined, answer, 'The answer shows the inside of the server', 'no trace', answer.text);
      }
    },
  },
  {
    id: 'rfc.errors.odd-id',
    suite: 'rfc',
    title: 'An id of odd characters does not make the server fail.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Answer GET for ids of any form with 404 (or 400); do not hand them to a parser or a query unchecked.',
    readsOnly: true,
    async run(t) {
      for (const id of ['%00', "'%20OR%20'1'='1", '..%2F..%2Fetc%2Fpasswd', '%F0%9F%9A%80', '9'.repeat(300), '-1']) {
        const answer = await t.get(`${t.endpoint('User')}/${id}`);
        // Gateways may redirect to a path without the dots.
        const isRefused = answer.status >= 300 && answer.status < 500;
        t.expect(isRefused, answer, `The id ${id} was answered with ${answer.status}`, '404', String(answer.status));
      }
    },
  },
  {
    id: 'rfc.errors.group-body',
    suite: 'rfc',
    title: 'Members of a group that are no objects do not make the server fail.',
    level: 'must',
    source: 'RFC 7644 §3.12',
    fix: 'Refuse members that are no objects with a value with 400, scimType invalidValue.',
    needs: ['groups'],
    async run(t) {
      const body = { schemas: [GROUP_URN], displayName: t.unique('group'), members: [null, 1, [[]]] };
      const answer = await t.post(t.endpoint('Group'), body);
      t.expect(answer.status < 500, answer, `The server failed with ${answer.status}`, '400', String(answer.status));
    },
  },
];

export const errorChecks: readonly Check[] = [
  ...bodyChecks,
  ...syntaxChecks,
  ...mediaChecks,
  ...methodChecks,
  ...oddChecks,
  ...disclosureChecks,
];
