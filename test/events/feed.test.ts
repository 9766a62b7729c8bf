import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FeedPlace, parsePlace, placeText } from '../../src/events/feed.js';
import type { Tenant } from '../../src/store/store.js';
import { ReceiverWorld } from '../support/receiver-world.js';

let world: ReceiverWorld;
let acme: Tenant;

beforeEach(async () => {
  world = new ReceiverWorld();
  acme = await world.tenant();
});
afterEach(() => world.stop());

const START: FeedPlace = { sequence: 0, part: undefined };
const at = () => world.directory('acme');

async function users(count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await at().users.create({ userName: `u${i}`, ...more })).id);
  return ids;
}

const page = (after: FeedPlace, limit: number, types?: string[]) =>
  world.told.feed.page(acme, { after, limit, types: types && new Set(types) });

const idsOf = (texts: readonly string[]) => texts.map((text) => (JSON.parse(text) as { id: string }).id);

/** Every event, page by page, as a client reads them that goes by `next` alone. */
async function all(limit: number, types?: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (let after: FeedPlace | undefined = START; ; ) {
    const { texts, next, isEnd } = await page(after as FeedPlace, limit, types);
    ids.push(...idsOf(texts));
    if (isEnd) return ids;
    after = parsePlace(placeText(next));
  }
}

describe('the feed', () => {
  test('is the same in pages of any size', async () => {
    const members = (await users(5)).map((value) => ({ value }));
    const { id } = await at().groups.create({ displayName: 'Staff', members });
    await at().groups.patch(id, [
      { op: 'replace', path: 'displayName', value: 'All' },
      { op: 'replace', path: 'externalId', value: 'x' },
      { op: 'replace', path: 'members', value: members.slice(1) },
    ]);
    const whole = await all(1_000);
    expect(whole).toEqual(['1.0', '2.0', '3.0', '4.0', '5.0', '6.0', '6.1', '7.0', '7.1', '7.2']);
    for (const limit of [1, 2, 3, 7]) expect(await all(limit)).toEqual(whole);
    for (const limit of [1, 2])
      expect(await all(limit, ['group.updated', 'membership.removed'])).toEqual(['7.1', '7.2']);
  });

  test('is no other for anybody, wherever somebody says that they are', async () => {
    await users(3);
    for (const [sequence, part] of [
      [1, 0],
      [2, 99],
      [99, 0],
    ] as const) {
      await page({ sequence, part }, 1);
    }
    expect(await all(1)).toEqual(['1.0', '2.0', '3.0']);
  });

  test.each(['0.0', '0.1', '00.1', '-1', '1.', '.1', '1e3', ' 1', '1.0.0', ''])('has no place %j', (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });

  test('ends a page before it is too long for one answer, also within a change', async () => {
    const [mary = ''] = await users(1, { title: 'x'.repeat(600_000) });
    for (const title of ['y', 'z'])
      await at().users.patch(mary, [{ op: 'replace', path: 'title', value: title.repeat(600_000) }]);
    const { texts, next } = await page(START, 1_000);
    expect(texts.join().length).toBeLessThan(4_000_000);
    expect([idsOf(texts), placeText(next)]).toEqual([['1.0', '2.0'], '2']);
    expect(idsOf((await page(next, 1_000)).texts)).toEqual(['3.0']);
  });
});

test('what is now is after all that there was, in an empty tenant too', async () => {
  expect(await world.told.feed.now(acme)).toEqual(START);
  await users(2);
  const now = await world.told.feed.now(acme);
  expect((await page(now, 10)).texts).toEqual([]);
  await at().users.create({ userName: 'new' });
  expect(idsOf((await page(now, 10)).texts)).toEqual(['3.0']);
});
