import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SigningKeys } from '../../src/events/signing-keys.js';
import { createMemoryStore } from '../../src/store/memory/store.js';
import type { Receiver, Store, Tenant } from '../../src/store/store.js';
import { ReceiverWorld } from '../support/receiver-world.js';

const HOUR = 3_600;

let world: ReceiverWorld;
let acme: Tenant;
let receiver: Receiver;
/** Milliseconds since 1970. */
let now: number;

beforeEach(async () => {
  now = Date.parse('2031-01-31T12:00:00Z');
  world = new ReceiverWorld({}, () => now);
  acme = await world.tenant();
  receiver = (await world.receivers.create(acme, { kind: 'poll', name: 'Poll', audience: 'a' })).receiver;
  await world.directory('acme').users.create({ userName: 'mary' });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await world.stop();
});

const rotate = (overlap: number) => world.told.desk.rotateSigningKey(overlap);
const keySet = () => world.told.signer.jwks() as Promise<JSONWebKeySet>;
const kids = async () => (await keySet()).keys.map(({ kid }) => kid);

async function token(): Promise<string> {
  const { sets } = await world.told.polls.next(acme, receiver, 1);
  return Object.values(sets)[0] as string;
}

const kidOf = (compact: string) => decodeProtectedHeader(compact).kid;
/** Whether somebody who asks for the keys now finds a token good. */
const isGood = async (compact: string) =>
  jwtVerify(compact, createLocalJWKSet(await keySet()), { currentDate: new Date(now) }).then(
    () => true,
    () => false,
  );

describe('a new key', () => {
  test('signs at once, and what the old one has signed is good until the overlap is over', async () => {
    const before = await token();
    const { jwk } = await rotate(HOUR);
    const after = await token();
    expect(kidOf(before)).not.toBe(jwk.kid);
    expect(kidOf(after)).toBe(jwk.kid);
    expect(await kids()).toEqual([jwk.kid, kidOf(before)]);
    expect([await isGood(before), await isGood(after)]).toEqual([true, true]);
    now += HOUR * 1_000;
    expect(await kids()).toEqual([jwk.kid]);
    expect([await isGood(before), await isGood(after)]).toEqual([false, true]);
  });

  test('ends all others at once where there is no overlap, however many there are', async () => {
    for (let i = 0; i < 4; i++) await rotate(HOUR);
    await expect(rotate(HOUR)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await kids()).toHaveLength(5);
    const { jwk } = await rotate(0);
    expect(await kids()).toEqual([jwk.kid]);
    await expect(rotate(-1)).rejects.toThrow(/overlap|0 to/);
  });

  test('does not change who tells: the claim iss is as it was, also where it is a thumbprint', async () => {
    const issuer = await world.told.signer.issuer(acme.id);
    const [first] = (await keySet()).keys;
    expect(issuer).toContain(await calculateJwkThumbprint(first as never));
    await rotate(0);
    await rotate(0);
    expect(await world.told.signer.issuer(acme.id)).toBe(issuer);
  });

  test('is the only one whose private part is kept', async () => {
    await rotate(HOUR);
    await rotate(HOUR);
    const kept = await world.store.secret('set-keys', '');
    expect(kept.match(/"d":/g)).toHaveLength(1);
    expect(JSON.stringify(await keySet())).not.toContain('"d"');
  });

  test('is made by each of several who ask at once, and none is lost', async () => {
    const made = await Promise.all([rotate(HOUR), rotate(HOUR), rotate(HOUR)]);
    expect(await kids()).toHaveLength(4);
    expect(await kids()).toEqual(expect.arrayContaining(made.map(({ jwk }) => jwk.kid)));
    expect(await isGood(await token())).toBe(true);
  });

  test('is refused where others come first each time', async () => {
    vi.spyOn(world.store, 'replaceSecret').mockResolvedValue(false);
    await expect(rotate(0)).rejects.toMatchObject({ kind: 'conflict' });
  });
});

describe('the keys of several processes on one store', () => {
  let store: Store;
  const process = () => new SigningKeys({ store, clock: () => new Date(now).toISOString() });
  const kidsOf = async (keys: SigningKeys) => (await keys.published()).map(({ jwk }) => jwk.kid);
  const signs = async (keys: SigningKeys) => (await keys.current()).signing.id;

  beforeEach(() => {
    store = createMemoryStore({ types: world.registries.common.resourceType });
  });
  afterEach(() => store.close());

  test('are published by all of them as soon as one signs with them', async () => {
    const [one, other] = [process(), process()];
    expect(await kidsOf(other)).toEqual(await kidsOf(one));
    const { jwk } = await one.rotate(HOUR);
    expect((await kidsOf(other))[0]).toBe(jwk.kid);
  });

  test('sign in all of them within a few seconds', async () => {
    const [one, other] = [process(), process()];
    const before = await signs(other);
    const { jwk } = await one.rotate(HOUR);
    expect([await signs(one), await signs(other)]).toEqual([jwk.kid, before]);
    const passed = performance.now() + 5_000;
    vi.spyOn(performance, 'now').mockReturnValue(passed);
    expect(await signs(other)).toBe(jwk.kid);
  });

  test('are not those of before where somebody was still reading these when they were replaced', async () => {
    const keys = process();
    await keys.current();
    const old = await store.secret('set-keys', '');
    const replace = store.replaceSecret.bind(store);
    let answer: (text: string) => void = () => undefined;
    let reading: Promise<unknown> | undefined;
    vi.spyOn(store, 'replaceSecret').mockImplementationOnce((...values) => {
      vi.spyOn(store, 'secret').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
      reading = keys.published();
      return replace(...values);
    });
    const { jwk } = await keys.rotate(0);
    expect(await signs(keys)).toBe(jwk.kid);
    answer(old);
    await reading;
    expect(await signs(keys)).toBe(jwk.kid);
  });

  test('are asked for again after the store was away', async () => {
    const keys = process();
    vi.spyOn(store, 'secret').mockRejectedValueOnce(new Error('away'));
    await expect(keys.current()).rejects.toThrow('away');
    expect(await signs(keys)).toMatch(/^[\w-]{43}$/);
  });

  test('are the one that was kept before keys could be replaced', async () => {
    const keys = process();
    await keys.current();
    const { keys: kept } = JSON.parse(await store.secret('set-keys', '')) as { keys: { jwk: object }[] };
    const old = createMemoryStore({ types: world.registries.common.resourceType });
    await old.secret('set-keys', JSON.stringify(kept[0]?.jwk));
    const after = new SigningKeys({ store: old, clock: () => new Date(now).toISOString() });
    expect(await after.current()).toMatchObject({
      origin: (await keys.current()).origin,
      signing: { id: await signs(keys) },
    });
    await after.rotate(HOUR);
    expect(await kidsOf(after)).toEqual([await signs(after), await signs(keys)]);
    await old.close();
  });
});
