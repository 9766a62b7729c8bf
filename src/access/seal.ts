/** Values that somebody else carries for us: they can neither read nor make them. AES-256-GCM. */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Json } from '../scim/json.js';
import type { RandomBytes } from './token.js';

const IV = 12;
const TAG = 16;

/** The key for a secret of the store, 256 bits. */
export function sealingKey(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** As base64url. */
export function seal(value: Json, key: Buffer, randomBytes: RandomBytes): string {
  const iv = Buffer.from(randomBytes(IV));
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** Undefined for what was not sealed with this key. */
export function unseal(sealed: string, key: Buffer): Json | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV + TAG) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG });
  decipher.setAuthTag(bytes.subarray(IV, IV + TAG));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}
