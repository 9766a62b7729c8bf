import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Receiver, Tenant } from '../../src/store/store.js';
import { putDeadLetter } from '../support/given-up.js';
import { HookServer } from '../support/hook-server.js';
import { ReceiverWorld } from '../support/receiver-world.js';
import { SetReceiver } from '../support/set-receiver.js';

const AUDIENCE = 'https://app.example.com/events';
const AUTHORIZATION = 'Bearer of-the-receiver';

let hooks: HookServer;
let world: ReceiverWorld;
let acme: Tenant;
let trusting: SetReceiver;

beforeAll(async () => {
  hooks = await HookServer.start();
});
afterAll(() => hooks.stop());

beforeEach(async () => {
  world = new ReceiverWorld({ publicUrl: 'https://scim.example.com' });
  acme = await world.tenant();
  const jwks = (await world.told.signer.jwks()) as JSONWebKeySet;
  const issuer = await world.told.signer.issuer(acme.id);
  const trust = { jwks, issuer, audience: AUDIENCE, authorization: AUTHORIZATION };
  trusting = new SetReceiver(trust);
  hooks.posted.length = 0;
  hooks.answering = trusting.endpoint;
});
afterEach(() => world.stop());

async function push(more: object = {}): Promise<Receiver> {
  const wanted = { kind: 'push', name: 'Push', url: hooks.origin, audience: AUDIENCE, authorization: AUTHORIZATION };
  return (await world.receivers.create(acme, { ...wanted, ...more })).receiver;
}

const users = () => world.directory('acme').users;

/** What went wrong with what comes next. */
async function troubleOf({ id: consumer }: Receiver) {
  await world.settled();
  const [delivery] = await world.store.deliveries({ tenant: acme.id, consumer });
  return delivery && world.eventParts.dispatcher.current(delivery).trouble;
}

describe('a receiver that tokens are pushed to (RFC 8935)', () => {
  test('gets one for each change, in order, with the header that it asks for', async () => {
    await push();
    const { id } = await users().create({ userName: 'mary' });
    await users().patch(id, [
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'title', value: 'Cook' },
    ]);
    await users().remove(id);
    await world.settled();
    expect(trusting.sets.map(({ events }) => Object.keys(events).map((uri) => uri.split('prov:')[1]))).toEqual([
      ['create:full'],
      ['patch:full', 'deactivate'],
      ['delete'],
    ]);
    expect(hooks.posted).toHaveLength(3);
  });

  test('that wants some events gets the changes that are one of them', async () => {
    await push({ events: ['user.disabled'] });
    const { id } = await users().create({ userName: 'mary' });
    await users().patch(id, [{ op: 'replace', path: 'title', value: 'Cook' }]);
    await users().patch(id, [{ op: 'replace', path: 'active', value: false }]);
    await world.settled();
    expect(trusting.sets.map(({ events }) => Object.keys(events))).toHaveLength(1);
  });

  test('has what was given up shown to the app by its name, and keeps it where it is not told of that any more', async () => {
    const receiver = await push({ events: ['user.updated'] });
    const { id } = await users().create({ userName: 'mary' });
    await users().patch(id, [
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'title', value: 'Cook' },
    ]);
    await world.settled();
    const letter = await putDeadLetter(world.store, acme, receiver.id, { event: 'user.updated' });
    const { events } = world.eventParts;
    const shown = async () => (await events.deadLetters({ tenant: 'acme' })).map(({ event }) => event.type);
    expect(await shown()).toEqual(['user.updated']);
    await world.receivers.update(acme, receiver.id, { events: ['user.deleted'] });
    await expect(events.redeliver('acme', letter.id)).rejects.toThrow(/user.updated of change 2/);
    expect(await shown()).toEqual(['user.updated']);
  });

  test('gets the same jti when it is tried again', async () => {
    hooks.answering = (posted, response) => (hooks.posted.length === 1 ? 503 : trusting.endpoint(posted, response));
    const receiver = await push();
    await users().create({ userName: 'mary' });
    expect((await troubleOf(receiver))?.error).toBe('The receiver answered with status 503.');
    await world.receivers.update(acme, receiver.id, { authorization: AUTHORIZATION });
    await vi.waitFor(() => expect(trusting.sets).toHaveLength(1), 5_000);
    const jti = (body: string) => JSON.parse(Buffer.from(body.split('.')[1] ?? '', 'base64url').toString()).jti;
    expect(jti(hooks.posted[0]?.body ?? '')).toBe(jti(hooks.posted[1]?.body ?? ''));
  });

  test.each([
    ['another key', 'invalid_key'],
    ['another audience', 'invalid_audience'],
    ['another issuer', 'invalid_issuer'],
    ['another header', 'authentication_failed'],
  ])('that expects %s refuses, and its error code is told', async (what, code) => {
    const { publicKey } = await generateKeyPair('ES256');
    const other = { ...(await exportJWK(publicKey)), kid: 'other', alg: 'ES256' };
    if (what === 'another key') trusting.trust = { ...trusting.trust, jwks: { keys: [other] } };
    if (what === 'another audience') trusting.trust = { ...trusting.trust, audience: 'https://other.example.com' };
    if (what === 'another issuer') trusting.trust = { ...trusting.trust, issuer: 'https://other.example.com' };
    if (what === 'another header') trusting.trust = { ...trusting.trust, authorization: 'Bearer other' };
    const receiver = await push();
    await users().create({ userName: 'mary' });
    expect((await troubleOf(receiver))?.error).toBe(`The receiver answered with status 400 (${code}).`);
    expect(trusting.sets).toEqual([]);
  });

  test('may write what it likes: only an error code that is known is told', async () => {
    hooks.answering = (_posted, response) => void response.writeHead(400).end('{"err":"their own words"}');
    const receiver = await push();
    await users().create({ userName: 'mary' });
    expect((await troubleOf(receiver))?.error).toBe('The receiver answered with status 400.');
    expect(world.logText).not.toContain('their own words');
  });

  test('is sent a token without a change as a test', async () => {
    const receiver = await push();
    hooks.answering = () => 202;
    expect(await world.receivers.test(acme, receiver.id)).toMatchObject({ isDelivered: true });
    const [posted] = hooks.posted;
    expect(posted?.headers).toMatchObject({ 'content-type': 'application/secevent+jwt', authorization: AUTHORIZATION });
    const claims = JSON.parse(Buffer.from(posted?.body.split('.')[1] ?? '', 'base64url').toString());
    expect(claims.sub_id).toEqual({ format: 'opaque', id: receiver.id });
  });

  test('that moves to another server does not take the header along, which somebody else may have given', async () => {
    const receiver = await push();
    const url = 'https://elsewhere.example.com/';
    await expect(world.receivers.update(acme, receiver.id, { url })).rejects.toMatchObject({ field: 'authorization' });
    expect((await world.stored(receiver)).url).toBe(hooks.origin);
    await world.receivers.update(acme, receiver.id, { url: `${hooks.origin}/other` });
    await world.receivers.update(acme, receiver.id, { url, authorization: 'Bearer another' });
    await world.receivers.update(acme, receiver.id, { url: hooks.origin, authorization: null });
    const moved = await world.stored(receiver);
    expect([moved.url, moved.authorization]).toEqual([hooks.origin, undefined]);
  });

  test('is sent no header that was given for another server, whoever has put the address there', async () => {
    const receiver = await push();
    const { port } = new URL(hooks.origin);
    // As when two admins change it in the same moment, or a file was edited before it was read in.
    await world.store.updateReceiver(acme.id, receiver.id, { url: `http://localhost:${port}/` });
    world.told.outlets.changed();
    await users().create({ userName: 'mary' });
    expect((await troubleOf(receiver))?.error).toBe('It could not be sent: the log holds the reason.');
    expect(hooks.posted).toEqual([]);
    expect(world.logText).toContain('given for another server');
    expect(world.logText).not.toContain(AUTHORIZATION);
  });

  test('is sent no header once it was taken away', async () => {
    const receiver = await push();
    await world.receivers.update(acme, receiver.id, { authorization: null });
    trusting.trust = { jwks: trusting.trust.jwks, issuer: trusting.trust.issuer, audience: AUDIENCE };
    await users().create({ userName: 'mary' });
    await vi.waitFor(() => expect(trusting.sets).toHaveLength(1), 5_000);
    expect(hooks.posted[0]?.headers).not.toHaveProperty('authorization');
  });
});
