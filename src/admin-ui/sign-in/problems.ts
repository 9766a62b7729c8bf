/** Why single sign-on did not work: the codes that the server puts in `?problem=`. */
const PROBLEMS: Readonly<Record<string, string>> = {
  'not-invited':
    'You have signed in, but nobody has invited you here yet. Ask an owner of this server for an invitation to the email address of your account.',
  disabled: 'Your account on this server is disabled. Ask an owner of this server to enable it.',
  unverified:
    'The identity provider does not vouch for your email address. Confirm the address there, or ask whoever manages it.',
  expired: 'Signing in took too long. Try again.',
  state: 'Signing in was started in another window, or took too long. Try again.',
  denied: 'The identity provider has refused the sign-in. Try again, or ask whoever manages it.',
  unreachable: 'The identity provider cannot be reached at the moment. Try again in a minute, or use your password.',
};

/** A sentence for a code; for one that this page does not know, what can be done in any case. */
export function problemText(code: string): string {
  const otherwise = 'Single sign-on did not work. Try again; if it stays so, the log of the server tells why.';
  return Object.hasOwn(PROBLEMS, code) ? (PROBLEMS[code] as string) : otherwise;
}
