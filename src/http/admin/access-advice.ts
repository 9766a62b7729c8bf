/** What to do about a refused credential: the rows of advice.ts for those. Names of checks as access has them. */
import type { NewActivity } from '../../store/store.js';

export type Entry = Pick<NewActivity, 'status' | 'outcome' | 'method' | 'path' | 'credential' | 'refusal'>;

/** The conditions that are there must all hold. */
export interface AdviceRow {
  /** A name of scim/errors.ts, or an error code of OAuth. */
  readonly kind?: string | readonly string[];
  /** `reason.failed` of a refused credential. */
  readonly failed?: string | readonly string[];
  /** What the detail of the refusal says. */
  readonly detail?: RegExp;
  readonly status?: number;
  readonly advice: string | ((entry: Entry) => string);
}

/** `aud must be A; B came.` */
function bothSides({ refusal }: Entry): string {
  const { failed, expected, came } = refusal?.reason ?? {};
  if (expected === undefined) return '';
  const side = came === undefined || came === null ? 'there was none' : `${asText(came)} came`;
  return ` ${asText(failed)} must be ${asText(expected)}; ${side}.`;
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

const NEW_SECRET = 'put the new secret into the form of the identity provider, and test the connection there';

/** Credentials: `reason.failed` tells which check it was. Names as in access/presented.ts, access/federation, access/oauth. */
export const ACCESS_ROWS: readonly AdviceRow[] = [
  {
    failed: 'tenant',
    advice: ({ refusal }) =>
      `The credential belongs to the tenant ${asText(refusal?.reason?.expected)}, and the Tenant URL names another one. Take the Tenant URL and the secret from the same tenant.`,
  },
  {
    failed: 'own authentication',
    advice:
      'The application decides by itself who may provision here, and it has refused this caller. Look there for what the identity provider has to send, and put that into its form.',
  },
  {
    failed: ['tenant disabled', 'disabled'],
    advice:
      'The tenant is disabled, so nothing is provisioned. Have it enabled again before the identity provider gives up.',
  },
  {
    failed: ['revoked', 'revoked user name'],
    advice: `The credential has been revoked. Issue another one, ${NEW_SECRET}.`,
  },
  {
    failed: ['expired', 'expired user name'],
    advice: `The credential has expired. Give it a later end, or issue another one; then ${NEW_SECRET}.`,
  },
  {
    failed: 'replaced',
    advice: `The secret was replaced by a newer one, and the time in which both were taken is over. Now ${NEW_SECRET}.`,
  },
  {
    failed: 'access token expired',
    advice:
      'The access token has ended, and the identity provider asks the token endpoint for another by itself. If it goes on like this, restart its provisioning.',
  },
  {
    failed: 'no credential',
    advice:
      'The request had no credential. Put the secret into the field Secret Token of the identity provider; where that is filled in, a proxy in between may take the header Authorization away.',
  },
  {
    failed: 'token in query',
    advice:
      'The token stood in the address, where logs keep it: issue a new credential, revoke this one, and have the token sent in the header Authorization.',
  },
  {
    failed: ['wrong scheme', 'malformed header'],
    advice:
      'The header Authorization must be the word Bearer, one blank and the token. In the form of the identity provider choose bearer token (or OAuth bearer token), and enter the token alone.',
  },
  {
    failed: 'Basic not allowed',
    advice:
      'The identity provider sends a user name and a password (HTTP Basic), which this tenant does not take. Allow HTTP Basic in the settings of the tenant, or better have it send a bearer token.',
  },
  {
    failed: 'malformed Basic header',
    advice:
      'The user name and the password arrived damaged. Enter both again; the user name must not have a colon in it.',
  },
  {
    failed: ['malformed', 'malformed password'],
    advice:
      'The secret is mistyped or incomplete: a character is missing, too many or another one. Copy the whole of it again, without blanks; when it is lost, give the credential a new secret.',
  },
  {
    failed: 'wrong kind',
    advice:
      'This secret is not a bearer token. A client secret goes with its client id and the token endpoint into the OAuth fields of the identity provider; a password goes with its user name.',
  },
  {
    failed: 'foreign',
    advice:
      'What came as token was not issued by this server, and is perhaps that of another app. Enter the token that was shown when the credential was made; if nobody kept it, rotate the credential, which shows a new one.',
  },
  {
    failed: ['unknown', 'bearer'],
    advice: `The token has the right form and is not known here: it may be of another installation, or of a tenant that was deleted. Issue a new one, ${NEW_SECRET}.`,
  },
  {
    failed: ['unknown user name', 'wrong password'],
    advice:
      'The user name or the password is wrong. Copy both again; when the password is lost, give the credential a new one.',
  },
  {
    failed: 'too many failures',
    advice:
      'So many wrong passwords came that further ones are refused for some minutes. Correct the password in the identity provider first, then wait five minutes.',
  },
  {
    failed: ['client_id', 'client_secret', 'authorization'],
    advice: (entry) =>
      `The token endpoint does not know the client.${bothSides(entry)} Copy the client id and the client secret again; when the secret is lost, give the credential a new one.`,
  },
  {
    failed: 'method',
    advice:
      'The credential is for tokens of a trusted issuer, and has no secret. Use a client with a client secret, or workload identity federation.',
  },
  {
    kind: 'invalid_scope',
    advice: (entry) =>
      `The identity provider asks for a scope that the client does not have.${bothSides(entry)} Leave the scope empty in its form, or give the client that scope.`,
  },
  {
    failed: 'scope',
    advice: (entry) => `The credential may not do this.${bothSides(entry)} Give it that scope.`,
  },
  {
    failed: 'keys',
    advice:
      'The keys of the issuer could not be fetched, so its token could not be checked. Look whether this server may reach the issuer, and whether its host is among those that are allowed.',
  },
  {
    failed: ['exp', 'nbf', 'iat'],
    advice: (entry) =>
      `The token of the issuer is not of the present time.${bothSides(entry)} If the issuer is right, compare the clock of this server.`,
  },
  {
    failed: ['iss', 'aud', 'sub', 'tid'],
    advice: (entry) =>
      `The token is not one that the credential trusts.${bothSides(entry)} If what came is right, enter it in the credential exactly as it came.`,
  },
  {
    failed: ['kid', 'signature', 'alg', 'form'],
    advice: (entry) =>
      `The token of the issuer cannot be verified.${bothSides(entry)} Look whether it was made by the issuer that the credential names.`,
  },
  {
    failed: 'credential',
    advice:
      'Several credentials trust what the token says. Let only one of them do so, or have the identity provider send the client id.',
  },
  {
    kind: ['unauthorized', 'invalid_client', 'invalid_token'],
    advice: `The credential was not accepted. Issue a new one, ${NEW_SECRET}.`,
  },
];
