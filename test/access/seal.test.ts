import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { seal, sealingKey, unseal } from '../../src/access/seal.js';

const key = sealingKey('a secret of the store');

test('what is sealed comes back whole, is another text each time, and tells nothing', () => {
  const value = { state: 'visible?', nested: [1, null, 'ü'] };
  const sealed = seal(value, key, randomBytes);
  expect(unseal(sealed, key)).toEqual(value);
  expect(seal(value, key, randomBytes)).not.toBe(sealed);
  expect(Buffer.from(sealed, 'base64url').toString()).not.toContain('visible');
});

test('what was changed in any byte, cut, or sealed elsewhere comes to nothing', () => {
  const sealed = Buffer.from(seal({ a: 1 }, key, randomBytes), 'base64url');
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    expect(unseal(changed.toString('base64url'), key), `byte ${at}`).toBeUndefined();
    expect(unseal(sealed.subarray(0, at).toString('base64url'), key)).toBeUndefined();
  }
  expect(unseal(sealed.toString('base64url'), sealingKey('another secret'))).toBeUndefined();
  for (const nothing of ['', 'x', '%', 'A'.repeat(100)]) expect(unseal(nothing, key)).toBeUndefined();
});
