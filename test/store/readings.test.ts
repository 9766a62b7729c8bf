/** What was planned from a write that was not kept is told from what was planned from the next one of that number. */
import { expect, it } from 'vitest';
import { Readings } from '../../src/store/readings.js';
import { VersionConflict } from '../../src/store/store.js';
import { TENANT, user } from '../../src/testing/contract/writes.js';

/** A resource as a store would give it, each time another object. */
const given = (id: string, tenant = TENANT) => structuredClone(user(id, {}, { tenant }).resource);
const keyOf = (id: string) => ({ tenant: TENANT, type: 'User', id });

it('a resource of which a write was lost since it was read is refused, one that was read afterwards is not', () => {
  const readings = new Readings();
  const [before, other, foreign] = [given('a'), given('b'), given('a', 'globex')];
  for (const one of [before, other, foreign]) readings.note(one, readings.time);
  readings.lose([keyOf('a')]);
  const after = readings.note(given('a'), readings.time);
  expect(() => readings.check([other, before])).toThrow(new VersionConflict(before.key));
  readings.check([other, foreign, after]);
});

it('a reading counts from when it began', () => {
  const readings = new Readings();
  const began = readings.time;
  readings.lose([keyOf('a')]);
  expect(() => readings.check([readings.note(given('a'), began)])).toThrow(VersionConflict);
});

it('what a lost write was planned from is as good as it was', () => {
  const readings = new Readings();
  const [good, lost] = [readings.note(given('a'), readings.time), readings.note(given('b'), readings.time)];
  readings.lose([keyOf('b')]);
  readings.lose([keyOf('a'), keyOf('b')], [good, lost]);
  readings.check([good]);
  expect(() => readings.check([lost])).toThrow(VersionConflict);
});

it('everything that was read is refused when everything may be lost', () => {
  const readings = new Readings();
  const before = readings.note(given('a'), readings.time);
  readings.loseAll();
  expect(() => readings.check([before])).toThrow(VersionConflict);
  readings.check([readings.note(given('a'), readings.time)]);
});

it('of more losses than are remembered those before count for every resource', () => {
  const readings = new Readings();
  const [old, lost] = [readings.note(given('old'), readings.time), readings.note(given('0'), readings.time)];
  for (let i = 0; i < 10_001; i++) readings.lose([keyOf(String(i))]);
  expect(() => readings.check([lost])).toThrow(VersionConflict);
  expect(() => readings.check([old])).toThrow(VersionConflict);
  readings.check([readings.note(given('0'), 1), readings.note(given('old'), readings.time)]);
});
