/**
 * Who may ask at all: RFC 7644 §2, RFC 9110 §11. Discovery is left out, since RFC 7643 §5 recommends that it can be
 * read by anybody. The credential of the run is never sent in a URL, where it would end up in logs.
 */
import type { Check } from '../../check.js';
import { PATCH_URN } from '../../facts.js';
import type { Answer } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { shown } from '../../values.js';

/** A request without a credential, by the name of its check. */
interface Anonymous {
  readonly what: string;
  send(t: Probe, user: Made): Promise<Answer>;
}

const NOBODY = { authorization: 'none' } as const;

/** Requests for a user that is there; afterwards it must be there as it was. */
const ANONYMOUS: Readonly<Record<string, Anonymous>> = {
  get: { what: 'Reading a user', send: (t, user) => t.request('GET', user.path, NOBODY) },
  put: {
    what: 'Replacing a user',
    send: (t, user) => t.request('PUT', user.path, { ...NOBODY, body: { ...user.sent, displayName: 'Changed' } }),
  },
  patch: {
    what: 'Patching a user',
    send: (t, user) => {
      const Operations = [{ op: 'replace', path: 'displayName', value: 'Changed' }];
      const body = { schemas: [PATCH_URN], Operations };
      return t.request('PATCH', user.path, { ...NOBODY, body });
    },
  },
  delete: { what: 'Deleting a user', send: (t, user) => t.request('DELETE', user.path, NOBODY) },
};

const FIX =
  'Ask for the credential on every endpoint and method of resources, and answer with 401 without a valid one.';

/** Values of the Authorization header that are not the credential, by the name of their check. */
const WRONG = {
  'wrong-credential': { what: 'A wrong credential', header: (t: Probe) => t.wrongAuthorization },
  'empty-token': { what: 'A bearer token that is empty', header: () => 'Bearer' },
  'undefined-token': { what: 'The bearer token "undefined"', header: () => 'Bearer undefined' },
  'unknown-scheme': { what: 'An unknown authentication scheme', header: () => 'Nonsense 0123456789' },
} as const;

export const authenticationChecks: readonly Check[] = [
  {
    id: 'rfc.authentication.list',
    suite: 'rfc',
    title: 'Listing users without a credential is 401.',
    level: 'must',
    source: 'RFC 7644 §2',
    fix: FIX,
    readsOnly: true,
    async run(t) {
      t.expectStatus(await t.request('GET', t.endpoint('User'), { ...NOBODY, query: { count: 1 } }), 401);
    },
  },
  ...Object.entries(WRONG).map(
    ([name, { what, header }]): Check => ({
      id: `rfc.authentication.${name}`,
      suite: 'rfc',
      title: `${what} is 401.`,
      level: 'must',
      source: 'RFC 7644 §2',
      fix: 'Compare the credential of each request with those that were issued, and answer with 401 when it is none.',
      readsOnly: true,
      async run(t) {
        const call = { authorization: header(t), query: { count: 1 } };
        t.expectStatus(await t.request('GET', t.endpoint('User'), call), 401);
      },
    }),
  ),
  {
    id: 'rfc.authentication.challenge',
    suite: 'rfc',
    title: 'A 401 has the header WWW-Authenticate.',
    level: 'must',
    source: 'RFC 7644 §2, RFC 9110 §11.6.1',
    fix: 'Send WWW-Authenticate with each 401, such as: WWW-Authenticate: Bearer realm="scim".',
    readsOnly: true,
    async run(t) {
      const answer = await t.request('GET', t.endpoint('User'), { ...NOBODY, query: { count: 1 } });
      t.expectStatus(answer, 401);
      const found = answer.headers['www-authenticate'];
      t.expect((found ?? '') !== '', answer, 'The 401 has no challenge', 'WWW-Authenticate', found ?? 'nothing');
    },
  },
  {
    id: 'rfc.authentication.error-body',
    suite: 'rfc',
    title: 'The body of a 401 is a SCIM error.',
    level: 'should',
    source: 'RFC 7644 §3.12',
    fix: 'Answer with an error body also where the credential is checked: schemas, status as a string, detail.',
    readsOnly: true,
    async run(t) {
      t.expectError(await t.request('GET', t.endpoint('User'), { ...NOBODY, query: { count: 1 } }), 401);
    },
  },
  {
    id: 'rfc.authentication.post',
    suite: 'rfc',
    title: 'Creating a user without a credential is 401.',
    level: 'must',
    source: 'RFC 7644 §2',
    fix: FIX,
    async run(t) {
      t.expectStatus(await t.request('POST', t.endpoint('User'), { ...NOBODY, body: t.userBody() }), 401);
    },
  },
  ...Object.entries(ANONYMOUS).map(
    ([name, { what, send }]): Check => ({
      id: `rfc.authentication.${name}`,
      suite: 'rfc',
      title: `${what} without a credential is 401.`,
      level: 'must',
      source: 'RFC 7644 §2',
      fix: FIX,
      ...(name === 'patch' && { needs: ['patch'] as const }),
      async run(t) {
        const user = await t.user();
        t.expectStatus(await send(t, user), 401);
        const after = await t.read(user);
        const changed = (after.body as { displayName?: unknown } | undefined)?.displayName === 'Changed';
        t.expect(!changed, after, `${what} was refused, and done all the same`);
      },
    }),
  ),
  {
    id: 'rfc.authentication.unknown-id',
    suite: 'rfc',
    title: 'Without a credential nobody learns which ids exist.',
    level: 'must',
    source: 'RFC 7644 §2',
    fix: 'Check the credential before the resource is looked up: 401 for ids that do not exist too.',
    readsOnly: true,
    async run(t) {
      const answer = await t.request('GET', `${t.endpoint('User')}/${t.unique('id')}`, NOBODY);
      t.expect(answer.status === 401, answer, `An unknown id is ${shown(answer.status)}`, '401', String(answer.status));
    },
  },
];
