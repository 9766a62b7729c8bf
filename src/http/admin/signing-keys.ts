/** The keys that sign the security event tokens of all tenants: for whoever runs the server. Never their private part. */
import type { PublicKey } from '../../events/signing-keys.js';
import { type AdminRequest, type AdminResponse, ok } from './handler.js';
import type { SigningKeyList } from './messages.js';
import type { AdminParts } from './parts.js';
import { readQuery } from './query.js';

/** GET /signing-keys */
export async function listSigningKeys(request: AdminRequest, { events }: AdminParts): Promise<AdminResponse> {
  readQuery(request.query, {});
  return ok(listOf(await events.signingKeys()));
}

/** POST /signing-keys/rotate */
export async function rotateSigningKey(
  request: AdminRequest & { readonly body: { readonly overlapHours: number } },
  { events }: AdminParts,
): Promise<AdminResponse> {
  const { overlapHours } = request.body;
  const { jwk } = await events.rotateSigningKey(Math.round(overlapHours * 3_600));
  const audit = { action: 'signing-key.rotate', target: jwk.kid, details: { overlapHours } } as const;
  return { ...ok(listOf(await events.signingKeys())), audit };
}

function listOf(keys: readonly PublicKey[]): SigningKeyList {
  return {
    items: keys.map(({ jwk, created, ends }) => ({ id: jwk.kid, created: created ?? null, ends: ends ?? null })),
  };
}
