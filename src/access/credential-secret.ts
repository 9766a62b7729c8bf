/** What opens a credential: how its secret is made, and what of it is kept. Knows: forms and hashes. Does not know: who asks. */
import { type Credential, type CredentialKind, type Key, UniquenessConflict } from '../store/store.js';
import { hashPassword } from './passwords.js';
import type { Sources } from './tenants.js';
import {
  CLIENT_SECRET_PREFIX,
  hashToken,
  hintOf,
  newClientId,
  newToken,
  newUserName,
  PASSWORD_PREFIX,
  type RandomBytes,
  TOKEN_PREFIX,
} from './token.js';

/** How often a name that is taken is thrown again. */
const TRIES = 5;

/** Sources of new credentials. */
export interface SecretSources extends Sources {
  readonly randomBytes: RandomBytes;
}

const SECRETS = {
  token: { kind: 'bearer', prefix: TOKEN_PREFIX },
  client: { kind: 'secret', prefix: CLIENT_SECRET_PREFIX },
  basic: { kind: 'password', prefix: PASSWORD_PREFIX },
  federation: undefined,
} as const satisfies Record<CredentialKind, { kind: Key['kind']; prefix: string } | undefined>;

/** A new secret and the key that stands for it; undefined for a kind that has none. */
export async function newKey(
  credential: Pick<Credential, 'id' | 'kind' | 'created'>,
  { newId, randomBytes }: SecretSources,
): Promise<{ key: Key; secret: string } | undefined> {
  const form = SECRETS[credential.kind];
  if (!form) return undefined;
  const secret = newToken(randomBytes, form.prefix);
  const isPassword = form.kind === 'password';
  const key: Key = {
    id: newId(),
    credential: credential.id,
    kind: form.kind,
    hash: isPassword ? await hashPassword(secret) : hashToken(secret),
    scopes: undefined,
    created: credential.created,
    expires: undefined,
    hint: isPassword ? undefined : hintOf(secret),
  };
  return { key, secret };
}

/** Thrown again when it is taken, by whomever: nobody learns what names others have. */
export async function withIdentifier<T>(
  kind: CredentialKind,
  randomBytes: RandomBytes,
  act: (identifier: string | undefined) => Promise<T>,
): Promise<T> {
  const make = kind === 'basic' ? newUserName : newClientId;
  for (let tries = 1; ; tries++) {
    try {
      return await act(kind === 'token' ? undefined : make(randomBytes));
    } catch (error) {
      if (!(error instanceof UniquenessConflict) || kind === 'token' || tries === TRIES) throw error;
    }
  }
}
