import { beforeEach, describe, expect, it } from 'vitest';
import { createRequestLimit, type RequestLimit } from '../../src/access/request-limit.js';
import { FakeTime } from './fakes.js';

let time: FakeTime;
let limit: RequestLimit;

beforeEach(() => {
  time = new FakeTime();
  limit = createRequestLimit(time.now);
});

/** How many of `count` requests at once are taken. */
function taken(count: number, rate: number, tenant = 'acme'): number {
  return Array.from({ length: count }, () => limit.take(tenant, rate)).filter((wait) => wait === undefined).length;
}

describe('the request limit', () => {
  it.each([
    [50, 50],
    [1_000, 1_000],
    [10, 10],
    [1, 10],
  ])('of %d per second takes %d at once', (rate, burst) => {
    expect(taken(2_000, rate)).toBe(burst);
  });

  it('then takes as many per second as the rate says, for as long as it goes on', () => {
    taken(2_000, 50);
    for (let second = 0; second < 10; second++) {
      time.pass(0.5);
      expect(taken(100, 50)).toBe(25);
      time.pass(0.5);
      expect(taken(100, 50)).toBe(25);
    }
  });

  it('gathers no more than one burst, however long nothing comes', () => {
    taken(2_000, 50);
    time.pass(86_400);
    expect(taken(2_000, 50)).toBe(50);
  });

  it('says in whole seconds when to come again, and then it is taken', () => {
    taken(2_000, 1_000);
    expect(limit.take('acme', 1_000)).toBe(1);
    taken(20, 0.1, 'slow');
    expect(limit.take('slow', 0.1)).toBe(10);
    time.pass(9.9);
    expect(limit.take('slow', 0.1)).toBe(1);
    time.pass(0.1);
    expect(limit.take('slow', 0.1)).toBeUndefined();
  });

  it('what was refused costs nothing', () => {
    taken(2_000, 10);
    taken(100_000, 10);
    time.pass(1);
    expect(taken(100, 10)).toBe(10);
  });

  it('tenants do not take each other’s turns', () => {
    taken(2_000, 10, 'acme');
    expect(taken(100, 10, 'other')).toBe(10);
  });

  it('another rate holds from the next request on', () => {
    taken(2_000, 1_000);
    time.pass(1);
    expect(taken(2_000, 20)).toBe(20);
  });

  it('memory is bounded: of too many tenants the first is forgotten', () => {
    limit = createRequestLimit(time.now, 2);
    taken(100, 10, 'a');
    for (const tenant of ['b', 'c']) limit.take(tenant, 10);
    expect(taken(100, 10, 'a')).toBe(10);
    expect(taken(100, 10, 'c')).toBe(9);
  });
});
