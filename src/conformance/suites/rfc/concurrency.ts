/**
 * Writes at the same time. Clients work with several connections, and two of them may change one resource. A server
 * may refuse a write because of another one; what it has answered with success must be there.
 */
import type { Check } from '../../check.js';
import { declares, USER_URN } from '../../facts.js';
import type { Answer, Json } from '../../model.js';
import type { Made, PatchOperation, Probe } from '../../probe.js';
import { valueAt } from '../../values.js';
import { users } from './groups.js';
import { emailOf, expectValues, userWithEmails } from './patch-common.js';

const ATOMIC = 'RFC 7644 §3.5.2';
const LOCK = 'Read, change and write a resource in one transaction, or compare versions and try again.';

/** Different requests at once; the answers are in the order of the requests. */
function atOnce(requests: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  return Promise.all(requests.map((request) => request()));
}

function isSuccess({ status }: Answer): boolean {
  return status < 300;
}

/** One PATCH for each user at once, all to the same group. */
function patchForEach(
  t: Probe,
  group: Made,
  members: readonly Made[],
  operation: (user: Made) => PatchOperation,
): Promise<Answer[]> {
  return atOnce(members.map((user) => () => t.patch(group, [operation(user)])));
}

const joins = ({ id }: Made): PatchOperation => ({ op: 'add', path: 'members', value: [{ value: id }] });
const leaves = ({ id }: Made): PatchOperation => ({ op: 'remove', path: `members[value eq "${id}"]` });

/** Each answer is a success, or says that the write was refused because of another one. */
function expectNoFault(t: Probe, answers: readonly Answer[]): void {
  for (const answer of answers) t.expectStatus(answer, 200, 204, 409, 412, 429, 503);
  t.expect(answers.some(isSuccess), answers[0], 'None of the requests succeeded');
}

const members: readonly Check[] = [
  {
    id: 'rfc.concurrency.members-added',
    suite: 'rfc',
    title: 'When twenty members are added to a group at the same time each add that succeeds counts.',
    level: 'must',
    source: ATOMIC,
    fix: LOCK,
    needs: ['patch', 'groups'],
    async run(t) {
      const group = await t.group();
      const joining = await users(t, 20);
      const answers = await patchForEach(t, group, joining, joins);
      expectNoFault(t, answers);
      const there = joining.filter((_, i) => isSuccess(answers[i] as Answer));
      t.expectMembers(await t.read(group), ...there);
    },
  },
  {
    id: 'rfc.concurrency.members-removed',
    suite: 'rfc',
    title: 'When ten of twenty members are removed at the same time each remove that succeeds counts.',
    level: 'must',
    source: ATOMIC,
    fix: LOCK,
    needs: ['patch', 'groups'],
    async run(t) {
      const all = await users(t, 20);
      const group = await t.group({ members: all.map(({ id }) => ({ value: id })) });
      const leaving = all.slice(0, 10);
      const answers = await patchForEach(t, group, leaving, leaves);
      expectNoFault(t, answers);
      const gone = new Set(leaving.filter((_, i) => isSuccess(answers[i] as Answer)));
      t.expectMembers(await t.read(group), ...all.filter((user) => !gone.has(user)));
    },
  },
  {
    id: 'rfc.concurrency.members-mixed',
    suite: 'rfc',
    title: 'Adds and removes of members at the same time all count.',
    level: 'must',
    source: ATOMIC,
    fix: LOCK,
    needs: ['patch', 'groups'],
    async run(t) {
      const [before, joining] = [await users(t, 8), await users(t, 8)];
      const group = await t.group({ members: before.map(({ id }) => ({ value: id })) });
      const steps = before.flatMap((user, i) => [
        { user, operation: leaves(user) },
        { user: joining[i] as Made, operation: joins(joining[i] as Made) },
      ]);
      const answers = await atOnce(
        steps.map(
          ({ operation }) =>
            () =>
              t.patch(group, [operation]),
        ),
      );
      expectNoFault(t, answers);
      const isThere = ({ operation }: (typeof steps)[number], i: number): boolean =>
        isSuccess(answers[i] as Answer) === (operation.op === 'add');
      t.expectMembers(await t.read(group), ...steps.filter(isThere).map(({ user }) => user));
    },
  },
  {
    id: 'rfc.concurrency.all-succeed',
    suite: 'rfc',
    title: 'Ten members can be added to a group at the same time, and none of the requests is refused.',
    level: 'should',
    source: ATOMIC,
    fix: 'Let writes to one group wait for each other, instead of refusing all but one; clients seldom try again.',
    needs: ['patch', 'groups'],
    async run(t) {
      const group = await t.group();
      const answers = await patchForEach(t, group, await users(t, 10), joins);
      for (const answer of answers) t.expectStatus(answer, 200, 204);
    },
  },
  {
    id: 'rfc.concurrency.same-member',
    suite: 'rfc',
    title: 'When one member is added several times at the same time the member is there once.',
    level: 'should',
    source: 'RFC 7644 §3.5.2.1',
    fix: 'Let the database keep memberships unique, and take a second add for one that changes nothing.',
    needs: ['patch', 'groups'],
    async run(t) {
      const [group, user] = [await t.group(), await t.user()];
      expectNoFault(t, await patchForEach(t, group, Array<Made>(8).fill(user), joins));
      t.expectMembers(await t.read(group), user);
    },
  },
  {
    id: 'rfc.concurrency.groups-of-one',
    suite: 'rfc',
    title: 'A user can be added to several groups at the same time.',
    level: 'must',
    source: ATOMIC,
    fix: 'Do not rewrite the user as a whole when a group of the user changes.',
    needs: ['patch', 'groups'],
    async run(t) {
      const user = await t.user();
      const groups: Made[] = [];
      for (let i = 0; i < 8; i++) groups.push(await t.group());
      const answers = await atOnce(groups.map((group) => () => t.patch(group, [joins(user)])));
      expectNoFault(t, answers);
      for (const [i, group] of groups.entries()) {
        if (isSuccess(answers[i] as Answer)) t.expectMembers(await t.read(group), user);
      }
    },
  },
];

/** Attributes that are changed at the same time, as far as the server has them. */
const ATTRIBUTES = ['displayName', 'name.givenName', 'name.familyName', 'nickName', 'title', 'userType'] as const;

const attributes: readonly Check[] = [
  {
    id: 'rfc.concurrency.attributes',
    suite: 'rfc',
    title: 'When different attributes of a user are changed at the same time each change that succeeds counts.',
    level: 'must',
    source: ATOMIC,
    fix: LOCK,
    needs: ['patch'],
    async run(t) {
      const paths = ATTRIBUTES.filter((path) => declares(t.facts, USER_URN, path));
      const user = await t.user();
      const values = paths.map((path) => t.unique(path.replace('.', '-').toLowerCase()));
      const change = (path: string, value: Json) => () => t.patch(user, [{ op: 'replace', path, value }]);
      const answers = await atOnce(paths.map((path, i) => change(path, values[i] as string)));
      expectNoFault(t, answers);
      const after = await t.read(user);
      for (const [i, path] of paths.entries()) {
        if (isSuccess(answers[i] as Answer)) t.expectEqual(after, path, values[i] as string);
      }
    },
  },
  {
    id: 'rfc.concurrency.values',
    suite: 'rfc',
    title: 'When values are added to one attribute of a user at the same time each add that succeeds counts.',
    level: 'must',
    source: ATOMIC,
    fix: LOCK,
    needs: ['patch'],
    async run(t) {
      // Some servers keep one address of each type; that is no matter of this check.
      const user = await userWithEmails(t, ['work', 'other', 'other']);
      const own = [0, 1, 2].map((i) => emailOf(user, i));
      const added = Array.from({ length: 8 }, () => `${t.unique('mail')}@example.com`);
      const add = (value: string) => () =>
        t.patch(user, [{ op: 'add', path: 'emails', value: [{ value, type: 'other' }] }]);
      const answers = await atOnce(added.map(add));
      expectNoFault(t, answers);
      const there = added.filter((_, i) => isSuccess(answers[i] as Answer));
      expectValues(t, await t.read(user), 'emails', [...own, ...there]);
    },
  },
];

const UNIQUE = 'Let the database keep userName unique; a look-up before the write leaves a gap between the two.';

/** Exactly one answer is a success. */
function expectOneWinner(t: Probe, answers: readonly Answer[], what: string): void {
  const winners = answers.filter(isSuccess).length;
  t.expect(winners === 1, answers[0], `${winners} of ${answers.length} ${what} succeeded`, '1', String(winners));
}

const names: readonly Check[] = [
  {
    id: 'rfc.concurrency.one-user',
    suite: 'rfc',
    title: 'Of ten users with one userName that are created at the same time one is created.',
    level: 'must',
    source: 'RFC 7643 §4.1.1, RFC 7644 §3.3',
    fix: UNIQUE,
    async run(t) {
      const body = t.userBody();
      const posts = Array.from({ length: 10 }, () => () => t.post(t.endpoint('User'), body));
      expectOneWinner(t, await atOnce(posts), 'POSTs of one userName');
    },
  },
  {
    id: 'rfc.concurrency.others-conflict',
    suite: 'rfc',
    title: 'The other users of the same userName are answered with 409.',
    level: 'must',
    source: 'RFC 7644 §3.3',
    fix: 'Answer with 409 when the database refuses the second userName; a 500 tells the client nothing.',
    async run(t) {
      const body = t.userBody();
      const posts = Array.from({ length: 10 }, () => () => t.post(t.endpoint('User'), body));
      for (const answer of await atOnce(posts)) t.expectStatus(answer, 201, 409);
    },
  },
  {
    id: 'rfc.concurrency.renamed',
    suite: 'rfc',
    title: 'Of several users that are given one userName at the same time one gets it.',
    level: 'must',
    source: 'RFC 7643 §4.1.1',
    fix: UNIQUE,
    needs: ['patch'],
    async run(t) {
      const value = `${t.unique('wanted')}@example.com`;
      const all = await users(t, 6);
      const operation = { op: 'replace', path: 'userName', value };
      const answers = await atOnce(all.map((user) => () => t.patch(user, [operation])));
      expectOneWinner(t, answers, 'renamings to one userName');
    },
  },
];

const versions: readonly Check[] = [
  {
    id: 'rfc.concurrency.one-version',
    suite: 'rfc',
    title: 'Of several PUTs with the same If-Match at the same time at most one succeeds.',
    level: 'must',
    source: 'RFC 7644 §3.14',
    fix: 'Compare the version of If-Match in the same transaction as the write, and answer with 412 when they differ.',
    needs: ['etag'],
    async run(t: Probe) {
      const user = await t.user();
      const answer = await t.read(user);
      const version = answer.headers.etag ?? valueAt(answer.body, 'meta.version');
      if (typeof version !== 'string') t.skip('the server gives no version of a user');
      const put = (displayName: string) => () =>
        t.put(user, { ...user.sent, id: user.id, displayName }, { 'If-Match': version });
      const answers = await atOnce(Array.from({ length: 6 }, () => put(t.unique('shown'))));
      const winners = answers.filter(isSuccess).length;
      t.expect(
        winners <= 1,
        answers[0],
        `${winners} of ${answers.length} PUTs with one version succeeded`,
        'at most 1',
        String(winners),
      );
    },
  },
];

export const concurrencyChecks: readonly Check[] = [...members, ...attributes, ...names, ...versions];
