/** Versions: RFC 7644 §3.14. */
import type { Check } from '../../check.js';
import { USER_URN } from '../../facts.js';
import type { Answer, JsonObject } from '../../model.js';
import type { Made, Probe } from '../../probe.js';
import { shown, valueAt } from '../../values.js';
import { type Row, rfcArea } from './rfc-check.js';

const SOURCE = 'RFC 7644 §3.14';
/** RFC 9110 §8.8.3: characters in quotation marks, with W/ before them when the tag is weak. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/** The entity tag of a resource as a GET tells it. */
async function tagOf(t: Probe, made: Made): Promise<string> {
  return tagIn(t, await t.read(made));
}

function tagIn(t: Probe, answer: Answer): string {
  const tag = answer.headers.etag;
  t.expect(tag !== undefined, answer, 'The answer has no ETag header', 'an ETag header', 'none');
  return tag ?? '';
}

/** A new user, and a body for PUT that changes it. */
async function subject(t: Probe): Promise<{ made: Made; changed: JsonObject }> {
  t.needsAttribute(USER_URN, 'displayName');
  const made = await t.user();
  return { made, changed: { ...made.sent, id: made.id, displayName: t.unique('changed') } };
}

/** A user that has changed since its tag was read. */
async function stale(t: Probe): Promise<{ made: Made; tag: string; now: string }> {
  const { made, changed } = await subject(t);
  const tag = await tagOf(t, made);
  t.expectSuccess(await t.put(made, changed));
  const now = await tagOf(t, made);
  if (now === tag) t.skip('the ETag does not change, which another check is about');
  return { made, tag, now };
}

function rename(t: Probe, made: Made, headers: Record<string, string>): Promise<Answer> {
  return t.patch(made, [{ op: 'replace', path: 'displayName', value: t.unique('renamed') }], headers);
}

/** The write was declined as a failed precondition, and the user is what it was. */
async function expectDeclined(t: Probe, answer: Answer, made: Made, now: string): Promise<void> {
  t.expectError(answer, 412);
  const after = await t.read(made);
  const found = tagIn(t, after);
  t.expect(found === now, after, 'The user has changed all the same', now, found);
}

const TAGS: readonly Row[] = [
  {
    id: 'header',
    title: 'A user that is read has an ETag header.',
    fix: 'Send the version of the resource in an ETag header with every GET by id.',
    run: async (t) => void (await tagOf(t, await t.user())),
  },
  {
    id: 'form',
    title: 'The ETag is an entity tag: text in quotation marks, with W/ before it when it is weak.',
    source: 'RFC 7644 §3.14, RFC 9110 §8.8.3',
    fix: 'Put the version in quotation marks: W/"1" rather than 1.',
    async run(t) {
      const answer = await t.read(await t.user());
      const tag = tagIn(t, answer);
      t.expect(ENTITY_TAG.test(tag), answer, `The ETag header is ${tag}`, 'W/"…" or "…"', tag);
    },
  },
  {
    id: 'meta-version',
    title: 'The version is in meta.version, too.',
    level: 'should',
    fix: 'Put the value of the ETag header into meta.version: lists have no headers for each resource.',
    run: async (t) => t.expectPresent(await t.read(await t.user()), 'meta.version'),
  },
  {
    id: 'same-as-header',
    title: 'The attribute meta.version is the same as the ETag header.',
    source: 'RFC 7643 §3.1',
    fix: 'Write meta.version as the ETag header has it, W/ and quotation marks included.',
    async run(t) {
      const answer = await t.read(await t.user());
      const tag = tagIn(t, answer);
      if (valueAt(answer.body, 'meta.version') === undefined) t.skip('the answer has no meta.version');
      t.expectEqual(answer, 'meta.version', tag);
    },
  },
  {
    id: 'list-version',
    title: 'The attribute meta.version in a list is the ETag of the resource.',
    source: 'RFC 7643 §3.1',
    fix: 'Give a resource the same meta.version in lists as by itself.',
    needs: ['filter'],
    async run(t) {
      const userName = `${t.unique('etag')}@example.com`;
      const tag = await tagOf(t, await t.user({ userName }));
      const answer = await t.find('User', `userName eq ${JSON.stringify(userName)}`);
      t.expectList(answer, 1);
      if (valueAt(answer.body, 'Resources[0].meta.version') === undefined) t.skip('the list has no meta.version');
      t.expectEqual(answer, 'Resources[0].meta.version', tag);
    },
  },
  {
    id: 'post-header',
    title: 'The answer to a POST has the ETag of the new user.',
    level: 'should',
    fix: 'Send the ETag header with 201 as well, so that a client need not read the resource first.',
    async run(t) {
      const made = await t.user();
      const tag = tagIn(t, made.answer);
      const answer = await t.read(made);
      t.expect(answer.headers.etag === tag, answer, 'The ETag is another one now', tag, answer.headers.etag);
    },
  },
  {
    id: 'put-header',
    title: 'The answer to a PUT has the ETag of the new version.',
    level: 'should',
    fix: 'Send the ETag header of the new version with the answer to a PUT.',
    async run(t) {
      const { made, changed } = await subject(t);
      const put = await t.put(made, changed);
      t.expectStatus(put, 200);
      const tag = tagIn(t, put);
      const answer = await t.read(made);
      t.expect(answer.headers.etag === tag, answer, 'The ETag is another one now', tag, answer.headers.etag);
    },
  },
  {
    id: 'stable',
    title: 'The ETag stays while the user does not change.',
    fix: 'Make the ETag from the state of the resource, not from the time or the answer.',
    async run(t) {
      const made = await t.user();
      const tag = await tagOf(t, made);
      const again = await t.read(made);
      t.expect(again.headers.etag === tag, again, 'The ETag has changed', tag, again.headers.etag);
    },
  },
  {
    id: 'changes-with-put',
    title: 'The ETag changes with a PUT that changes the user.',
    fix: 'Give the resource a new version with every change.',
    async run(t) {
      const { made, changed } = await subject(t);
      const tag = await tagOf(t, made);
      t.expectSuccess(await t.put(made, changed));
      await expectNewTag(t, made, tag);
    },
  },
  {
    id: 'changes-with-patch',
    title: 'The ETag changes with a PATCH that changes the user.',
    fix: 'Give the resource a new version with every change.',
    needs: ['patch'],
    async run(t) {
      const { made } = await subject(t);
      const tag = await tagOf(t, made);
      t.expectSuccess(await rename(t, made, {}));
      await expectNewTag(t, made, tag);
    },
  },
  {
    id: 'changes-with-members',
    title: 'The ETag of a group changes with its members.',
    fix: 'Give the group a new version when a member is added or removed.',
    needs: ['patch', 'groups'],
    async run(t) {
      const member = await t.user();
      const group = await t.group();
      const tag = await tagOf(t, group);
      t.expectSuccess(await t.patch(group, [{ op: 'add', path: 'members', value: [{ value: member.id }] }]));
      await expectNewTag(t, group, tag);
    },
  },
];

async function expectNewTag(t: Probe, made: Made, tag: string): Promise<void> {
  const answer = await t.read(made);
  t.expect(answer.headers.etag !== tag, answer, 'The ETag is the same after the change', 'another one', shown(tag));
}

/** If-None-Match: a GET that asks whether anything has changed. */
const READS: readonly Row[] = [
  {
    id: 'none-match',
    title: 'A GET with If-None-Match of the current ETag is answered with 304.',
    source: 'RFC 7644 §3.14, RFC 9110 §13.1.2',
    fix: 'Compare If-None-Match with the ETag, and answer 304 without a body when they are the same.',
    async run(t) {
      const made = await t.user();
      const answer = await t.get(made.path, undefined, { 'If-None-Match': await tagOf(t, made) });
      t.expectStatus(answer, 304);
      t.expect(answer.text === '', answer, 'The 304 has a body', 'no body', answer.text);
    },
  },
  {
    id: 'none-match-header',
    title: 'A 304 has the ETag header.',
    source: 'RFC 9110 §15.4.5',
    fix: 'Send the ETag header with a 304 as with a 200.',
    async run(t) {
      const made = await t.user();
      const tag = await tagOf(t, made);
      const answer = await t.get(made.path, undefined, { 'If-None-Match': tag });
      t.expectStatus(answer, 304);
      t.expect(answer.headers.etag === tag, answer, 'The 304 has another ETag', tag, answer.headers.etag ?? 'none');
    },
  },
  {
    id: 'none-match-changed',
    title: 'A GET with If-None-Match of an old ETag is answered with the user.',
    source: 'RFC 7644 §3.14, RFC 9110 §13.1.2',
    fix: 'Answer 304 only when the ETag in If-None-Match is the current one.',
    async run(t) {
      const { made, tag } = await stale(t);
      const answer = await t.get(made.path, undefined, { 'If-None-Match': tag });
      t.expectStatus(answer, 200);
      t.expectEqual(answer, 'id', made.id);
    },
  },
  {
    id: 'none-match-list',
    title: 'If-None-Match may list several ETags.',
    source: 'RFC 9110 §13.1.2',
    fix: 'Split If-None-Match at the commas between entity tags; one that is current is enough.',
    async run(t) {
      const made = await t.user();
      const tags = `W/"no-such-version", ${await tagOf(t, made)}`;
      t.expectStatus(await t.get(made.path, undefined, { 'If-None-Match': tags }), 304);
    },
  },
  {
    id: 'none-match-any',
    title: 'A GET with If-None-Match: * of a user that is there is answered with 304.',
    level: 'should',
    source: 'RFC 9110 §13.1.2',
    fix: 'Take * in If-None-Match for any current version.',
    async run(t) {
      const made = await t.user();
      t.expectStatus(await t.get(made.path, undefined, { 'If-None-Match': '*' }), 304);
    },
  },
];

/** If-Match: a write that holds only for the version the client knows. */
const WRITES: readonly Row[] = [
  {
    id: 'match-put',
    title: 'A PUT with If-Match of the current ETag is done.',
    fix: 'Compare If-Match with the ETag, weak tags included, and go on when they are the same.',
    async run(t) {
      const { made, changed } = await subject(t);
      t.expectSuccess(await t.put(made, changed, { 'If-Match': await tagOf(t, made) }));
      t.expectEqual(await t.read(made), 'displayName', changed.displayName ?? null);
    },
  },
  {
    id: 'match-patch',
    title: 'A PATCH with If-Match of the current ETag is done.',
    fix: 'Compare If-Match with the ETag, weak tags included, and go on when they are the same.',
    needs: ['patch'],
    async run(t) {
      const { made } = await subject(t);
      const tag = await tagOf(t, made);
      t.expectSuccess(await rename(t, made, { 'If-Match': tag }));
      await expectNewTag(t, made, tag);
    },
  },
  {
    id: 'match-delete',
    title: 'A DELETE with If-Match of the current ETag is done.',
    source: 'RFC 7644 §3.14, RFC 9110 §13.1.1',
    fix: 'Compare If-Match with the ETag, weak tags included, and go on when they are the same.',
    async run(t) {
      const made = await t.user();
      t.expectStatus(await t.delete(made, { 'If-Match': await tagOf(t, made) }), 204);
      t.expectStatus(await t.get(made.path), 404);
    },
  },
  {
    id: 'stale-put',
    title: 'A PUT with If-Match of an old ETag is answered with 412 and changes nothing.',
    source: 'RFC 7644 §3.12, §3.14',
    fix: 'Answer a PUT with 412 when If-Match is not the current ETag, before anything is written.',
    async run(t) {
      const { made, tag, now } = await stale(t);
      const body = { ...made.sent, id: made.id, displayName: t.unique('lost') };
      await expectDeclined(t, await t.put(made, body, { 'If-Match': tag }), made, now);
    },
  },
  {
    id: 'stale-patch',
    title: 'A PATCH with If-Match of an old ETag is answered with 412 and changes nothing.',
    source: 'RFC 7644 §3.12, §3.14',
    fix: 'Answer a PATCH with 412 when If-Match is not the current ETag, before anything is written.',
    needs: ['patch'],
    async run(t) {
      const { made, tag, now } = await stale(t);
      await expectDeclined(t, await rename(t, made, { 'If-Match': tag }), made, now);
    },
  },
  {
    id: 'stale-delete',
    title: 'A DELETE with If-Match of an old ETag is answered with 412 and removes nothing.',
    source: 'RFC 7644 §3.12, §3.14; RFC 9110 §13.1.1',
    fix: 'Answer a DELETE with 412 when If-Match is not the current ETag, before anything is removed.',
    async run(t) {
      const { made, tag, now } = await stale(t);
      await expectDeclined(t, await t.delete(made, { 'If-Match': tag }), made, now);
    },
  },
  {
    id: 'match-any',
    title: 'If-Match: * holds for any version.',
    source: 'RFC 9110 §13.1.1',
    fix: 'Take * in If-Match for any current version.',
    async run(t) {
      const { made, changed } = await subject(t);
      t.expectSuccess(await t.put(made, changed, { 'If-Match': '*' }));
    },
  },
  {
    id: 'match-list',
    title: 'If-Match may list several ETags.',
    level: 'should',
    source: 'RFC 9110 §13.1.1',
    fix: 'Split If-Match at the commas between entity tags; one that is current is enough.',
    async run(t) {
      const { made, changed } = await subject(t);
      const tags = `W/"no-such-version", ${await tagOf(t, made)}`;
      t.expectSuccess(await t.put(made, changed, { 'If-Match': tags }));
    },
  },
  {
    id: 'optional',
    title: 'A write without If-Match is done.',
    fix: 'Check versions only when the client sends If-Match: it may, and need not.',
    async run(t) {
      const { made, changed } = await subject(t);
      t.expectSuccess(await t.put(made, changed));
    },
  },
];

export const etagChecks: readonly Check[] = [...TAGS, ...READS, ...WRITES].map(rfcArea('etag', SOURCE, 'etag'));
