/** The rule for passwords as the page tells it before asking the server, which has the last word. */

const SHORTEST = 12;
const LONGEST = 200;

export const PASSWORD_RULE = `At least ${SHORTEST} characters. A few words in a row are easy to remember.`;

/** Why a password will not do; empty when nothing is wrong with it as far as the page can tell. */
export function passwordMistake(password: string, email: string): string {
  const { length } = [...password];
  if (length === 0) return 'Enter a password';
  if (length < SHORTEST) return `Use at least ${SHORTEST} characters: ${SHORTEST - length} more`;
  if (length > LONGEST) return `Use at most ${LONGEST} characters`;
  const isEmail = email !== '' && password.toLowerCase() === email.trim().toLowerCase();
  return isEmail ? 'Use something else than your email address' : '';
}
