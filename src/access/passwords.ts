/**
 * Passwords of people: which are taken, how they are kept, how one is checked.
 * Knows: argon2id. Does not know: whose password it is, how often it may be tried (throttle.ts).
 */
import { hash, verify } from '@node-rs/argon2';

/** Characters (code points) of a password. The most bounds the work of hashing it. */
const PASSWORD_LENGTH = { least: 12, most: 200 } as const;

/** 19 MiB, two passes, one lane (argon2id, which is the library's own default): OWASP's recommendation. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;

/** What is verified where there is no password, so that this takes as long as a wrong one. Nobody knows its password. */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$HpK6IS0BBFNq3+N5+2X7SA$q8yXFndVWlhvh5ZJhCf6TS/RbHZ+rOSQf9msnsMW2oc';

/** What a password is, for the store. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize(), COST);
}

/** False where there is none, too, after the same time. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? NOBODYS, password.normalize());
  return stored !== undefined && isRight;
}

/** Words that attackers try first, as they stand when look-alike digits are read as letters. */
const COMMON = [
  'password',
  'passwort',
  'passphrase',
  'letmein',
  'welcome',
  'changeme',
  'administrator',
  'admin',
  'iloveyou',
  'trustno',
  'sunshine',
  'dragon',
  'monkey',
  'football',
  'baseball',
  'master',
  'secret',
  'default',
  'scim',
  'target',
];

/** Runs of keys and letters that make a password long without making it harder to guess. */
const RUNS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm'];

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Why nobody should have this password, as a sentence; undefined when it is taken. */
export function passwordProblem(password: string, email: string): string | undefined {
  const { least, most } = PASSWORD_LENGTH;
  const { length } = [...password.normalize()];
  if (length < least) return `Use at least ${least} characters; several words that do not belong together are good.`;
  if (length > most) return `Use at most ${most} characters.`;
  const plain = password.normalize().toLowerCase();
  if (plain.includes(email.toLowerCase())) return 'The email address is the first thing that others would try.';
  if (isRepetition(plain)) return 'It repeats itself; use several words that do not belong together.';
  if (isGuessable(plain, email)) {
    return 'It is made of what others try first: common words, rows of keys, your name. Use several words that do not belong together.';
  }
  return undefined;
}

/** How many characters a password needs beside what everybody knows. */
const LEAST_OF_ITS_OWN = 5;

function isRepetition(text: string): boolean {
  return /^(.{1,6}?)\1+$/su.test(text) || new Set(text).size < 5;
}

/**
 * Whether little remains without digits and signs at its ends, rows of keys, common words and its owner's name; with
 * look-alikes read as letters, or with whatever stands between the words left out.
 */
function isGuessable(plain: string, email: string): boolean {
  const inner = removeRuns(plain).replace(/^[\d\s!?.,*#$@_-]+|[\d\s!?.,*#$@_-]+$/g, '');
  const names = email
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length > 3);
  const withoutWords = (text: string) => [...COMMON, ...names].reduce((rest, word) => rest.replaceAll(word, ''), text);
  const disguised = [...inner].map((character) => LOOK_ALIKES[character] ?? character).join('');
  if (withoutWords(disguised).length < LEAST_OF_ITS_OWN) return true;
  const letters = inner.replace(/[^\p{L}\p{M}]/gu, '');
  const { length } = withoutWords(letters);
  return length < letters.length && length < LEAST_OF_ITS_OWN;
}

/** Takes out each stretch of five or more neighbours of a run, forward or backward. */
function removeRuns(text: string): string {
  const runs = RUNS.flatMap((run) => [run, [...run].reverse().join('')]);
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const longest = Math.max(...runs.map((run) => commonLength(text.slice(at), run)));
    if (longest >= 5) {
      at += longest;
    } else {
      rest += text.charAt(at);
      at += 1;
    }
  }
  return rest;
}

/** How much of the start of `text` stands together somewhere in `run`. */
function commonLength(text: string, run: string): number {
  let length = 0;
  while (length < text.length && run.includes(text.slice(0, length + 1))) length += 1;
  return length;
}
