import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCESS_TOKEN_PREFIX,
  ADMIN_TOKEN_PREFIX,
  CLIENT_SECRET_PREFIX,
  hashToken,
  hintOf,
  isUserName,
  isWellFormed,
  kindOf,
  newClientId,
  newToken,
  newUserName,
  PASSWORD_PREFIX,
  TOKEN_BYTES,
  TOKEN_PREFIX,
} from '../../src/access/token.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const bytes = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES });
const token = bytes.map((value) => newToken(() => value));

describe('the form of a token', () => {
  it('is prefix, 43 digits and 6 digits of checksum, for the smallest and the largest number too', () => {
    for (const fill of [0x00, 0xff]) {
      const edge = newToken((size) => new Uint8Array(size).fill(fill));
      expect(edge).toMatch(/^scimt_[0-9A-Za-z]{49}$/);
      expect(isWellFormed(edge)).toBe(true);
    }
  });

  it('never changes: a token of an earlier version stays good', () => {
    expect(newToken((size) => new Uint8Array(size))).toBe(`scimt_${'0'.repeat(43)}3sYM2V`);
    const counting = newToken((size) => Uint8Array.from({ length: size }, (_, i) => i));
    expect(counting).toBe('scimt_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4fLgUF');
  });

  it('round trip: every new token is well formed, and different bytes make different tokens', () => {
    fc.assert(fc.property(token, (text) => isWellFormed(text)));
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(newToken(() => a) === newToken(() => b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it('any single changed character is noticed', () => {
    const character = fc.oneof(fc.constantFrom(...ALPHABET), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }));
    fc.assert(
      fc.property(token, fc.nat(), character, (text, position, other) => {
        const at = position % text.length;
        fc.pre(text[at] !== other);
        expect(isWellFormed(text.slice(0, at) + other + text.slice(at + 1))).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it('two exchanged neighbours, a lost, a doubled and an added character are noticed', () => {
    fc.assert(
      fc.property(token, fc.nat(), (text, position) => {
        const at = position % (text.length - 1);
        const [a, b] = [text.charAt(at), text.charAt(at + 1)];
        if (a !== b) expect(isWellFormed(text.slice(0, at) + b + a + text.slice(at + 2))).toBe(false);
        expect(isWellFormed(text.slice(0, at) + text.slice(at + 1))).toBe(false);
        expect(isWellFormed(text.slice(0, at) + a + text.slice(at))).toBe(false);
        expect(isWellFormed(`${text}\n`)).toBe(false);
        expect(isWellFormed(` ${text}`)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['', 'scimt_', 'Bearer', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', '__proto__', 'x'.repeat(55)])(
    '%j is none',
    (text) => {
      expect(isWellFormed(text)).toBe(false);
    },
  );

  it('is stored as its SHA-256', () => {
    const text = newToken(randomBytes);
    expect(hashToken(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    expect(hashToken(text)).not.toContain(text.slice(TOKEN_PREFIX.length));
  });

  it('refuses a source that gives too few bytes', () => {
    expect(() => newToken(() => new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('the kinds of secrets', () => {
  const prefixes = [TOKEN_PREFIX, ACCESS_TOKEN_PREFIX, CLIENT_SECRET_PREFIX, PASSWORD_PREFIX, ADMIN_TOKEN_PREFIX];

  it('are told apart by their prefixes, which the checksum covers', () => {
    for (const prefix of prefixes) {
      const secret = newToken(randomBytes, prefix);
      expect(secret).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{49}$`));
      for (const other of prefixes) {
        expect(isWellFormed(secret, other)).toBe(prefix === other);
        if (other !== prefix) expect(isWellFormed(secret.replace(prefix, other), other)).toBe(false);
      }
    }
  });

  it.each([
    ['scimt_abc', 'bearer token'],
    ['scimo_abc', 'access token'],
    ['scims_abc', 'client secret'],
    ['scimp_abc', 'password'],
    ['scima_abc', 'admin token'],
    ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'JWT'],
    ['scimx_abc', 'something else'],
    ['', 'something else'],
    ['__proto__', 'something else'],
  ])('%j looks like a %s', (text, kind) => {
    expect(kindOf(text)).toBe(kind);
  });

  it('are told apart by their last four characters', () => {
    expect(hintOf('scimt_0123456789')).toBe('6789');
  });
});

describe('names that clients are known by', () => {
  it('a client id is scimc_ and 16 digits, for the smallest and the largest number too', () => {
    for (const fill of [0x00, 0x5a, 0xff]) {
      expect(newClientId((size) => new Uint8Array(size).fill(fill))).toMatch(/^scimc_[0-9A-Za-z]{16}$/);
    }
    expect(newClientId(randomBytes)).not.toBe(newClientId(randomBytes));
  });

  it('a user name is scim- and 10 characters that nobody takes for one another', () => {
    for (const fill of [0x00, 0x5a, 0xff]) {
      const name = newUserName((size) => new Uint8Array(size).fill(fill));
      expect(name).toMatch(/^scim-[abcdefghjkmnpqrstuvwxyz23456789]{10}$/);
      expect(isUserName(name)).toBe(true);
    }
    expect(newUserName(randomBytes)).not.toBe(newUserName(randomBytes));
    for (const other of ['ann', 'scim-', 'scim-aaaaaaaaal', 'scim-aaaaaaaaaaa', newToken(randomBytes)]) {
      expect(isUserName(other)).toBe(false);
    }
  });
});
