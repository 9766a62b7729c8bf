/** What the page itself can say of a new password; whether it is good enough the server decides. */

/** Characters. */
export const SHORTEST = 12;

export interface PasswordText {
  readonly current: string;
  readonly next: string;
  readonly again: string;
}

/** What is missing or wrong about each field; nothing when it can be sent. */
export function passwordMistakes({ current, next, again }: PasswordText): Partial<Record<keyof PasswordText, string>> {
  return {
    ...(current === '' && { current: 'Enter the password that you have now.' }),
    ...([...next].length < SHORTEST && { next: `Use at least ${SHORTEST} characters.` }),
    ...(next !== again && { again: 'The two are not the same.' }),
  };
}
