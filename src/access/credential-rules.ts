/** What a credential may be called, may allow and may trust. Each refusal names the value by its name in the admin API. */
import type { CredentialKind, Trust } from '../store/store.js';
import { isScope, type Scope } from './principal.js';
import { FieldRefused } from './refusal.js';

/** Characters of what people call something. */
export const MOST_OF_LABEL = 100;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a label is printed in a terminal, so they are what is refused
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Seconds that an access token may live: an hour to six, as Entra asks for. */
const TOKEN_LIFETIME = { least: 3_600, most: 21_600 } as const;

const MOST_AUDIENCES = 10;
/** Characters of an issuer, an audience, a subject or a directory. */
const MOST_OF_CLAIM = 500;

/** What people call a credential of each kind. */
export const NOUNS: Readonly<Record<CredentialKind, string>> = {
  token: 'token',
  client: 'client',
  basic: 'user name',
  federation: 'trust',
};

/** Whether people may call something so: one line that is neither empty nor longer than MOST_OF_LABEL. */
export function isLabel(text: string): boolean {
  return text !== '' && text.length <= MOST_OF_LABEL && !CONTROL.test(text);
}

/** The name without blanks around it. @throws FieldRefused */
export function checkedName(name: string, kind: CredentialKind): string {
  const label = name.trim();
  if (isLabel(label)) return label;
  const form = `1 to ${MOST_OF_LABEL} characters on one line`;
  throw new FieldRefused('name', `${JSON.stringify(name.slice(0, 80))} cannot name a ${NOUNS[kind]}: use ${form}`);
}

/** @throws FieldRefused when there is none, or one that this version does not know. */
export function checkedScopes(scopes: readonly string[], kind: CredentialKind): Scope[] {
  if (scopes.length === 0) throw new FieldRefused('scopes', `a ${NOUNS[kind]} needs at least one scope`);
  const wrong = scopes.find((scope) => !isScope(scope));
  if (wrong !== undefined) throw new FieldRefused('scopes', `${JSON.stringify(wrong.slice(0, 80))} is not a scope`);
  return [...new Set(scopes.filter(isScope))];
}

/** Seconds; an hour where nobody says otherwise. @throws FieldRefused also for a kind that gets no access tokens. */
export function checkedTokenLifetime(seconds: number | undefined, kind: CredentialKind): number | undefined {
  if (kind === 'token' || kind === 'basic') {
    if (seconds === undefined) return undefined;
    throw new FieldRefused('tokenLifetime', `a ${NOUNS[kind]} gets no access tokens, so there is no lifetime of them`);
  }
  const { least, most } = TOKEN_LIFETIME;
  const lifetime = seconds ?? least;
  if (Number.isInteger(lifetime) && lifetime >= least && lifetime <= most) return lifetime;
  throw new FieldRefused('tokenLifetime', `an access token lives ${least} to ${most} seconds`);
}

/** @throws FieldRefused also where there must be one, or must be none. */
export function checkedTrust(trust: Trust | undefined, kind: CredentialKind): Trust | undefined {
  if (kind !== 'federation') {
    if (trust === undefined) return undefined;
    throw new FieldRefused('trust', `a ${NOUNS[kind]} trusts no issuer`);
  }
  if (!trust) throw new FieldRefused('trust', 'say which issuer is trusted');
  const subject = checkedClaim(trust.subject, 'subject');
  const directory = checkedClaim(trust.directory, 'directory');
  if (subject === undefined && directory === undefined) {
    const why = 'an issuer serves many, and anybody it knows would come in';
    throw new FieldRefused('trust.directory', `say which directory (tid) or subject (sub) is trusted: ${why}`);
  }
  return { issuer: checkedIssuer(trust.issuer), audiences: checkedAudiences(trust.audiences), subject, directory };
}

/** As it stands: the claim `iss` must be the same, character by character, slash at the end included. */
function checkedIssuer(issuer: string): string {
  const refused = (why: string) =>
    new FieldRefused('trust.issuer', `${JSON.stringify(issuer.slice(0, 80))} is no issuer: ${why}`);
  if (issuer.length > MOST_OF_CLAIM || CONTROL.test(issuer) || !URL.canParse(issuer)) {
    throw refused('write its URL, such as https://login.microsoftonline.com/TENANT/v2.0');
  }
  const { protocol, hostname, username, password, search, hash } = new URL(issuer);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) throw refused('its URL must begin with https://');
  if (username !== '' || password !== '' || search !== '' || hash !== '' || /[?#]$/.test(issuer)) {
    throw refused('its URL has neither a user, nor a query, nor a fragment');
  }
  return issuer;
}

function checkedAudiences(audiences: readonly string[]): readonly string[] {
  const all = [...new Set(audiences.map((audience) => checkedClaim(audience, 'audiences')))];
  const present = all.filter((audience) => audience !== undefined);
  if (present.length >= 1 && present.length <= MOST_AUDIENCES) return present;
  throw new FieldRefused(
    'trust.audiences',
    `say 1 to ${MOST_AUDIENCES} audiences (aud) of which a token must have one`,
  );
}

/** Undefined where there is none. */
function checkedClaim(claim: string | undefined, name: 'subject' | 'directory' | 'audiences'): string | undefined {
  if (claim === undefined) return undefined;
  if (claim.trim() === claim && claim !== '' && claim.length <= MOST_OF_CLAIM && !CONTROL.test(claim)) return claim;
  throw new FieldRefused(
    `trust.${name}`,
    `write 1 to ${MOST_OF_CLAIM} characters on one line, without blanks around them`,
  );
}
