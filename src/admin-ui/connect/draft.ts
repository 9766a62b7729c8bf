/** What the form of a new connection holds, and what it asks the server for. Pure. */
import type { NewCredential } from '../../http/admin/messages.js';
import type { Provider, Way } from './model.js';
import { EMPTY_TRUST, type TrustDraft, trustMistakes, trustOf } from './trust.js';

export interface Draft {
  readonly provider: Provider;
  readonly way: Way;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires: string | null;
  /** Seconds. */
  readonly tokenLifetime: number;
  readonly trust: TrustDraft;
}

/** Everything filled in that can be: two clicks are enough for the most common case. */
export function draftFor(provider: Provider): Draft {
  return {
    provider,
    way: provider.ways[0] as Way,
    name: provider.name.replace(/ \(.*/, ''),
    scopes: ['scim:read', 'scim:write'],
    expires: '365d',
    tokenLifetime: 3600,
    trust: EMPTY_TRUST,
  };
}

/** Another provider: what the viewer has written stays, a name that was only suggested does not. */
export function withProvider(draft: Draft, provider: Provider): Draft {
  const fresh = draftFor(provider);
  const isSuggested = draft.name === draftFor(draft.provider).name;
  return { ...draft, provider, way: fresh.way, name: isSuggested ? fresh.name : draft.name };
}

/** Whether its credential gets short-lived tokens at the token endpoint. */
export function usesTokenEndpoint({ way }: Draft): boolean {
  return way.kind === 'client' || way.kind === 'federation';
}

/** What is missing or wrong, by field. */
export function draftMistakes({ name, scopes, way, trust }: Draft): Readonly<Record<string, string>> {
  return {
    ...(name.trim() === '' && { name: 'Enter a name' }),
    ...(scopes.length === 0 && { scopes: 'Choose at least one' }),
    ...(way.trust && trustMistakes(way.trust, trust)),
  };
}

export function newCredentialOf(draft: Draft): NewCredential {
  const { way, name, scopes, expires, tokenLifetime, trust } = draft;
  return {
    kind: way.kind,
    name: name.trim(),
    scopes,
    expires,
    ...(usesTokenEndpoint(draft) && { tokenLifetime }),
    ...(way.trust && { trust: trustOf(way.trust, trust) }),
  };
}
