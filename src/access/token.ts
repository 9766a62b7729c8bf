/**
 * The form of a bearer token: `scimt_`, 43 base62 digits of 32 random bytes, 6 base62 digits of a CRC-32.
 * The fixed prefix lets secret scanners find a leaked one; the checksum catches a typing error or a lost character
 * without a look-up. Knows: text. Does not know: who holds a token, or whether it is still good.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Every token begins with it. */
export const TOKEN_PREFIX = 'scimt_';

/** Bytes from `randomBytes` to fill one token. */
export const TOKEN_BYTES = 32;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
// The digits that 2^256 - 1 and 2^32 - 1 need; shorter numbers are padded, so that every token has one length.
const BODY_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^${TOKEN_PREFIX}[0-9A-Za-z]{${BODY_LENGTH + CHECKSUM_LENGTH}}$`);

/** Source of unguessable bytes: `randomBytes` of node:crypto, or a fixed one in tests. */
export type RandomBytes = (size: number) => Uint8Array;

/** A new token. It is shown once and kept nowhere: only hashToken(token) may be stored. */
export function newToken(randomBytes: RandomBytes): string {
  const bytes = randomBytes(TOKEN_BYTES);
  if (bytes.length !== TOKEN_BYTES) throw new RangeError(`a token needs ${TOKEN_BYTES} random bytes`);
  const unsigned = TOKEN_PREFIX + base62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), BODY_LENGTH);
  return unsigned + checksum(unsigned);
}

/**
 * True when prefix, length, alphabet and checksum are right. Any one changed character, and any two neighbours
 * exchanged, make it false: a CRC-32 sees every error that lies within 32 bits.
 */
export function isWellFormed(token: string): boolean {
  if (!FORM.test(token)) return false;
  const end = token.length - CHECKSUM_LENGTH;
  return token.slice(end) === checksum(token.slice(0, end));
}

/**
 * SHA-256, hex: what the store keeps and finds a token by. A fast hash is right here, because 256 random bits cannot
 * be guessed, and a slow one on every request would let anyone keep the server busy.
 */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let digits = '';
  while (rest > 0n) {
    digits = DIGITS.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  return digits.padStart(length, '0');
}
