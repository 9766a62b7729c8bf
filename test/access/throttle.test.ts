import { beforeEach, describe, expect, it } from 'vitest';
import { createThrottle, type Throttle } from '../../src/access/throttle.js';
import { FakeTime } from './fakes.js';

let time: FakeTime;
let throttle: Throttle;
/** What was waited for: milliseconds, and what ends the wait. */
let waits: { milliseconds: number; end: () => void }[];

beforeEach(() => {
  time = new FakeTime();
  waits = [];
  const wait = (milliseconds: number) =>
    new Promise<void>((end) => {
      waits.push({ milliseconds, end });
    });
  throttle = createThrottle({ now: time.now, wait });
});

const ann = { address: '192.0.2.1', identifier: 'basic:ann' };

function tries(count: number, attempt = ann): (number | undefined)[] {
  return Array.from({ length: count }, () => throttle.attempt(attempt));
}

describe('passwords', () => {
  it('ten may be tried of one identifier from one address, at once or one after another; then it waits', () => {
    expect(tries(10)).toEqual(new Array(10).fill(undefined));
    time.pass(60);
    expect(throttle.attempt(ann)).toBe(240);
    time.pass(239.5);
    expect(throttle.attempt(ann)).toBe(1);
    time.pass(0.5);
    expect(throttle.attempt(ann)).toBeUndefined();
  });

  it('neither others at the same address nor the same identifier elsewhere wait with it', () => {
    tries(11);
    expect(throttle.attempt({ ...ann, identifier: 'basic:bob' })).toBeUndefined();
    expect(throttle.attempt({ ...ann, address: '192.0.2.2' })).toBeUndefined();
    expect(throttle.attempt({ ...ann, address: undefined })).toBeUndefined();
  });

  it('a right one is taken back, with what failed before it', () => {
    for (let i = 0; i < 100; i++) {
      expect(throttle.attempt(ann)).toBeUndefined();
      throttle.succeeded(ann);
    }
    tries(9);
    throttle.attempt(ann);
    throttle.succeeded(ann);
    expect(tries(10)).toEqual(new Array(10).fill(undefined));
  });

  it('fifty may be tried of one identifier over all addresses', () => {
    const from = (i: number) => ({ ...ann, address: `192.0.2.${i}` });
    for (let i = 0; i < 50; i++) expect(throttle.attempt(from(i))).toBeUndefined();
    expect(throttle.attempt(from(50))).toBe(300);
    expect(throttle.attempt({ ...from(50), identifier: 'basic:bob' })).toBeUndefined();
  });

  it('a hundred may be tried from one address', () => {
    const of = (i: number) => ({ ...ann, identifier: `basic:${i}` });
    for (let i = 0; i < 100; i++) expect(throttle.attempt(of(i))).toBeUndefined();
    expect(throttle.attempt(of(100))).toBe(300);
    expect(throttle.attempt({ ...of(100), address: '192.0.2.2' })).toBeUndefined();
  });

  it('what is refused counts no further, so that nobody can be shut out for longer by asking on', () => {
    tries(10);
    time.pass(299);
    tries(1_000);
    time.pass(1);
    expect(throttle.attempt(ann)).toBeUndefined();
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
    ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:7', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8:0:0:9::1', true],
    ['::1', '::2', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ])('%s and %s are one client: %s', (one, other, isOne) => {
    tries(10, { ...ann, address: one });
    expect(throttle.attempt({ ...ann, address: other }) !== undefined).toBe(isOne);
  });

  it('memory is bounded: of too many entries the oldest are forgotten', () => {
    throttle = createThrottle({ now: time.now, capacity: 3 });
    tries(10);
    for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) throttle.attempt({ ...ann, address });
    expect(throttle.attempt(ann)).toBeUndefined();
  });

  it('of a long identifier only the start counts, so that nobody fills the memory with it', () => {
    tries(10, { ...ann, identifier: 'x'.repeat(320) });
    expect(throttle.attempt({ ...ann, identifier: 'x'.repeat(100_000) })).toBe(300);
  });
});

describe('answers to failures', () => {
  /** Whether an answer is out, as far as promises have come. */
  async function isOut(answer: Promise<unknown>): Promise<boolean> {
    const pending = Symbol('pending');
    await Promise.resolve();
    return (await Promise.race([answer, Promise.resolve(pending)])) !== pending;
  }

  function fail(times: number, address = '192.0.2.1'): void {
    for (let i = 0; i < times; i++) throttle.failed({ address });
  }

  it('five within a minute are answered at once; then each waits longer, up to two seconds', async () => {
    for (let i = 1; i <= 5; i++) {
      fail(1);
      await expect(throttle.hold('192.0.2.1')).resolves.toBeUndefined();
    }
    for (let i = 6; i <= 15; i++) {
      fail(1);
      void throttle.hold('192.0.2.1');
    }
    const milliseconds = [250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_000, 2_000];
    expect(waits.map((one) => one.milliseconds)).toEqual(milliseconds);
  });

  it('an answer is out when its wait has ended, and says nothing then', async () => {
    fail(6);
    const answer = throttle.hold('192.0.2.1');
    expect(await isOut(answer)).toBe(false);
    waits[0]?.end();
    await expect(answer).resolves.toBeUndefined();
  });

  it('other addresses do not wait, nor the same one after a minute', async () => {
    fail(20);
    await expect(throttle.hold('192.0.2.2')).resolves.toBeUndefined();
    time.pass(60);
    await expect(throttle.hold('192.0.2.1')).resolves.toBeUndefined();
    expect(waits).toEqual([]);
  });

  it('200 wait at once; one more is to be answered with 429, until another has ended', async () => {
    fail(30);
    for (let i = 0; i < 200; i++) void throttle.hold('192.0.2.1');
    await expect(throttle.hold('192.0.2.1')).resolves.toBe(2);
    expect(waits).toHaveLength(200);
    waits[7]?.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await isOut(throttle.hold('192.0.2.1'))).toBe(false);
    expect(waits).toHaveLength(201);
  });
});
