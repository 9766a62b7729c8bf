/**
 * The form of every secret that this server makes: a prefix that tells what it opens, 43 base62 digits of 32 random
 * bytes, 6 base62 digits of a CRC-32. The fixed prefix lets secret scanners find a leaked one; the checksum catches a
 * typing error or a lost character without a look-up. Also the names that clients are known by.
 * Knows: text. Does not know: who holds a secret, or whether it is still good.
 */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Of a bearer token. */
export const TOKEN_PREFIX = 'scimt_';
/** Of an access token, which the token endpoint issues. */
export const ACCESS_TOKEN_PREFIX = 'scimo_';
/** Of the secret of an OAuth client. */
export const CLIENT_SECRET_PREFIX = 'scims_';
/** Of a password for HTTP Basic. */
export const PASSWORD_PREFIX = 'scimp_';
/** Of a token for the admin API. */
export const ADMIN_TOKEN_PREFIX = 'scima_';

/** What a secret of ours opens, by its prefix, in words for people. */
const KINDS: Readonly<Record<string, string>> = {
  [TOKEN_PREFIX]: 'bearer token',
  [ACCESS_TOKEN_PREFIX]: 'access token',
  [CLIENT_SECRET_PREFIX]: 'client secret',
  [PASSWORD_PREFIX]: 'password',
  [ADMIN_TOKEN_PREFIX]: 'admin token',
};

/** Bytes from `randomBytes` to fill one secret. */
export const TOKEN_BYTES = 32;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
// The digits that 2^256 - 1 and 2^32 - 1 need; shorter numbers are padded, so that every secret has one length.
const BODY_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const PREFIX_LENGTH = TOKEN_PREFIX.length;
const FORM = new RegExp(`^scim[a-z]_[0-9A-Za-z]{${BODY_LENGTH + CHECKSUM_LENGTH}}$`);
const JWT = /^eyJ[\w-]*\.[\w-]+\.[\w-]*$/;

/** Source of unguessable bytes: `randomBytes` of node:crypto, or a fixed one in tests. */
export type RandomBytes = (size: number) => Uint8Array;

/** A new secret. It is shown once and kept nowhere: only a hash of it may be stored. */
export function newToken(randomBytes: RandomBytes, prefix: string = TOKEN_PREFIX): string {
  const unsigned = prefix + base62(randomNumber(randomBytes, TOKEN_BYTES), BODY_LENGTH);
  return unsigned + checksum(unsigned);
}

/**
 * True when prefix, length, alphabet and checksum are right. Any one changed character, and any two neighbours
 * exchanged, make it false: a CRC-32 sees every error that lies within 32 bits.
 */
export function isWellFormed(token: string, prefix: string = TOKEN_PREFIX): boolean {
  if (!FORM.test(token) || !token.startsWith(prefix)) return false;
  const end = token.length - CHECKSUM_LENGTH;
  return token.slice(end) === checksum(token.slice(0, end));
}

/** What something presented looks like, in words that tell nothing of it: `access token`, `JWT`, `something else`. */
export function kindOf(presented: string): string {
  if (JWT.test(presented)) return 'JWT';
  const prefix = presented.slice(0, PREFIX_LENGTH);
  return Object.hasOwn(KINDS, prefix) ? (KINDS[prefix] as string) : 'something else';
}

/** True for text that has the form of a signed JWT: three parts, the first of which is a JSON object. */
export function isJwt(text: string): boolean {
  return JWT.test(text);
}

/** The characters at the end of a secret by which people tell two apart; 24 of its 256 bits at most. */
export function hintOf(token: string): string {
  return token.slice(-4);
}

/**
 * SHA-256, hex: what the store keeps and finds a token by. A fast hash is right here, because 256 random bits cannot
 * be guessed, and a slow one on every request would let anyone keep the server busy.
 */
export function hashToken(token: string): string {
  return hash('sha256', token);
}

const CLIENT_ID_LENGTH = 16;

/** A client id: `scimc_` and 16 base62 digits. No secret, yet not to be guessed either. */
export function newClientId(randomBytes: RandomBytes): string {
  const space = 62n ** BigInt(CLIENT_ID_LENGTH);
  // Twice the bits that are kept, so that no digit is likelier than another.
  return `scimc_${base62(randomNumber(randomBytes, 24) % space, CLIENT_ID_LENGTH)}`;
}

/** True for a client id of ours: nothing secret, which anything else that stands in its place may be. */
export function isClientId(text: string): boolean {
  return /^scimc_[0-9A-Za-z]{16}$/.test(text);
}

/** Lower-case letters and digits that nobody takes for one another. */
const PLAIN_CHARACTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const USER_NAME_LENGTH = 10;
const USER_NAME = new RegExp(`^scim-[${PLAIN_CHARACTERS}]{${USER_NAME_LENGTH}}$`);

/** A user name for HTTP Basic: `scim-` and 10 characters; short enough to be typed. */
export function newUserName(randomBytes: RandomBytes): string {
  let rest = randomNumber(randomBytes, 16);
  let name = 'scim-';
  for (let i = 0; i < USER_NAME_LENGTH; i++) {
    name += PLAIN_CHARACTERS.charAt(Number(rest % BigInt(PLAIN_CHARACTERS.length)));
    rest /= BigInt(PLAIN_CHARACTERS.length);
  }
  return name;
}

/** True for a user name of ours: nothing secret, which anything else that stands in its place may be. */
export function isUserName(text: string): boolean {
  return USER_NAME.test(text);
}

function randomNumber(randomBytes: RandomBytes, size: number): bigint {
  const bytes = randomBytes(size);
  if (bytes.length !== size) throw new RangeError(`${size} random bytes are needed`);
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
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
